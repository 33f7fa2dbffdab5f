//! Any decision.

use proptest::option;
use proptest::prelude::*;
use smallvec::SmallVec;
use tallybook_core::event::{
    ArrearsPaid, BenefitRestored, BenefitUsed, BlockSet, BudgetEntry, CapEntry, ChallengeFigures, ClawedBack,
    Closed, Cooling, Counted, CreditSource, Credited, Debited, Decision, Draw, Event, Expired, ExpiryChanged,
    Figures, FiguresCarried, Forfeit, GrantEnd, HoldCaptured, HoldPlaced, HoldReleased, Idle, LadderPlace,
    LifetimeFigures, LotCancelled, LotEnd, MergedFrom, MergedInto, MetricEntry, NewLot, PointsActivated,
    PointsEarned, Redeemed, RedemptionReversed, ReferralCancelled, ReferralPaid, Reinstated, ReleaseReason,
    Renewed, RuleShare, StreakEntry, Take, Term, TierChanged, TierGrant, TierGrantEnded, TierGranted,
    TierReason, TransferReceived, TransferSent, Trigger, Verdict, Voucher, WrittenOff,
};
use tallybook_core::ids::{ActivityNumber, LadderNumber, PolicyIndex, RuleIndex, TierNumber, VersionNumber};

use super::states::{balance, state};
use super::{budget, cap, currency, day, hash, instant, integer, lot_number, money, name, points, small};

/// Mostly without referrals and activities, which take a later version of a body.
pub(super) fn figures() -> impl Strategy<Value = Figures> {
    let newer = option::weighted(0.1, (integer(), integer()));
    (money(), points(), integer(), newer).prop_map(|(spend, points, orders, newer)| {
        let (referrals, activities) = newer.unwrap_or_default();
        Figures { spend, points, orders, referrals, activities }
    })
}

pub(super) fn grant() -> impl Strategy<Value = TierGrant> {
    let challenge = (any::<bool>(), figures(), figures())
        .prop_map(|(all, asked, reached)| ChallengeFigures { all, asked, reached });
    (any::<u8>(), instant(), option::of(instant()), option::of(challenge)).prop_map(
        |(tier, since, until, challenge)| TierGrant { tier: TierNumber(tier), since, until, challenge },
    )
}

/// Mostly none, as what knows of inactivity takes the second version of a body.
pub(super) fn idle() -> impl Strategy<Value = Idle> {
    prop_oneof![
        9 => Just(Idle::default()),
        1 => (any::<u16>(), option::of(instant())).prop_map(|(months, at_most)| Idle { months, at_most }),
    ]
}

pub(super) fn draw() -> impl Strategy<Value = Draw> {
    (lot_number(), points(), points(), instant(), option::of(instant()), idle()).prop_map(
        |(lot, points, earned, earned_at, expires_at, idle)| Draw {
            lot,
            points,
            earned,
            earned_at,
            expires_at,
            idle,
        },
    )
}

fn new_lot() -> impl Strategy<Value = NewLot> {
    let policy = prop_oneof![9 => Just(None), 1 => any::<u16>().prop_map(|index| Some(PolicyIndex(index)))];
    (lot_number(), currency(), points(), instant(), option::of(instant()), idle(), policy).prop_map(
        |(number, currency, points, activates_at, expires_at, idle, policy)| NewLot {
            number,
            currency,
            points,
            activates_at,
            expires_at,
            idle,
            policy,
        },
    )
}

fn share() -> impl Strategy<Value = RuleShare> {
    let verdict = prop_oneof![
        9 => prop_oneof![
            Just(Verdict::Granted),
            Just(Verdict::TrimmedByCap),
            Just(Verdict::SkippedByCap),
            Just(Verdict::LostInGroup)
        ],
        1 => prop_oneof![
            Just(Verdict::CoolingDown),
            Just(Verdict::TriggersUsedUp),
            Just(Verdict::TrimmedByBudget),
            Just(Verdict::SkippedByBudget)
        ],
    ];
    (any::<u16>(), points(), option::of(points()), any::<i32>(), verdict).prop_map(
        |(rule, asked, granted, remainder_millionths, verdict)| RuleShare {
            rule: RuleIndex(rule),
            asked,
            granted: granted.unwrap_or(asked),
            remainder_millionths,
            verdict,
        },
    )
}

fn cap_entry() -> impl Strategy<Value = CapEntry> {
    (cap(), day(), points(), points()).prop_map(|(cap, period, room, used)| CapEntry {
        cap,
        period,
        room,
        used,
    })
}

fn budget_entry() -> impl Strategy<Value = BudgetEntry> {
    (budget(), points(), points()).prop_map(|(budget, room, used)| BudgetEntry { budget, room, used })
}

fn stock() -> impl Strategy<Value = Option<BudgetEntry>> {
    option::weighted(0.3, budget_entry())
}

pub(super) fn cooling() -> impl Strategy<Value = Cooling> {
    (cap(), instant()).prop_map(|(cooldown, until)| Cooling { cooldown, until })
}

pub(super) fn streak() -> impl Strategy<Value = StreakEntry> {
    (any::<u8>(), day(), any::<u32>()).prop_map(|(activity, day, length)| StreakEntry {
        activity: ActivityNumber(activity),
        day,
        length,
    })
}

pub(super) fn voucher() -> impl Strategy<Value = Voucher> {
    (hash(), option::of(instant())).prop_map(|(code, expires_at)| Voucher { code, expires_at })
}

fn metric() -> impl Strategy<Value = MetricEntry> {
    (any::<u8>(), day(), figures(), prop::bool::weighted(0.1)).prop_map(
        |(ladder, bucket, figures, challenge)| MetricEntry {
            ladder: LadderNumber(ladder),
            bucket,
            figures,
            challenge,
        },
    )
}

/// An order's judgement as the first release knew it.
fn order_earned() -> impl Strategy<Value = PointsEarned> {
    let head = (any::<u32>(), any::<u32>(), small(any::<u16>().prop_map(RuleIndex)));
    (head, small(share()), small(cap_entry()), small(new_lot()), small(metric()), day()).prop_map(
        |((version, order_number, eligible), shares, caps, lots, metrics, forget_before)| PointsEarned {
            version: VersionNumber(version),
            order_number,
            eligible,
            shares,
            caps,
            lots,
            metrics,
            forget_before,
            on: Trigger::Order,
            activity: None,
            streak: None,
            cooldowns: SmallVec::new(),
            budgets: SmallVec::new(),
        },
    )
}

fn earned() -> impl Strategy<Value = PointsEarned> {
    let on = prop_oneof![
        Just(Trigger::Order),
        Just(Trigger::Activity),
        Just(Trigger::Enrolment),
        Just(Trigger::Birthday),
        Just(Trigger::Anniversary),
        Just(Trigger::Referrer),
        Just(Trigger::Referred),
        Just(Trigger::TierReached),
        Just(Trigger::TierKept),
        Just(Trigger::TierAnniversary)
    ];
    let activity = option::of(any::<u8>().prop_map(ActivityNumber));
    let more = (on, activity, option::of(streak()), small(cooling()), small(budget_entry()));
    let fuller = (order_earned(), more).prop_map(|(earned, (on, activity, streak, cooldowns, budgets))| {
        PointsEarned { on, activity, streak, cooldowns, budgets, ..earned }
    });
    prop_oneof![order_earned(), fuller]
}

fn take() -> impl Strategy<Value = Take> {
    let amounts = (points(), points(), points(), points(), points());
    (currency(), amounts, small(draw()), small(draw())).prop_map(
        |(currency, (points, points_total, expired, arrears, waived), from_pending, from_available)| Take {
            currency,
            points,
            points_total,
            expired,
            from_pending,
            from_available,
            arrears,
            waived,
        },
    )
}

fn clawed() -> impl Strategy<Value = ClawedBack> {
    let first = (small(take()), small(cap_entry()), small(metric()), any::<bool>());
    let nothing = Just((SmallVec::new(), SmallVec::new(), false));
    let more = prop_oneof![nothing, (small(budget_entry()), small(cooling()), any::<bool>())];
    (first, more).prop_map(|((takes, caps, metrics, whole), (budgets, cooldowns, referral_cancelled))| {
        ClawedBack { takes, caps, metrics, whole, budgets, cooldowns, referral_cancelled }
    })
}

fn tier_changed() -> impl Strategy<Value = TierChanged> {
    let why = prop_oneof![
        4 => prop_oneof![
            Just(TierReason::Upgraded),
            Just(TierReason::Kept),
            Just(TierReason::GraceBegan),
            Just(TierReason::Demoted),
            Just(TierReason::Returned)
        ],
        1 => prop_oneof![
            Just(TierReason::Reevaluated),
            Just(TierReason::Replaced),
            Just(TierReason::ChallengeMet)
        ],
    ];
    let numbers = (any::<u8>(), any::<u32>(), any::<u8>(), any::<u8>());
    let lifetime =
        (figures(), figures()).prop_map(|(figures, thresholds)| LifetimeFigures { figures, thresholds });
    let newer = (option::weighted(0.2, day()), option::weighted(0.2, lifetime));
    (numbers, why, figures(), figures(), option::of(instant()), newer).prop_map(
        |((ladder, version, from, to), why, figures, thresholds, until, (counted_from, lifetime))| {
            TierChanged {
                ladder: LadderNumber(ladder),
                version: VersionNumber(version),
                from: TierNumber(from),
                to: TierNumber(to),
                why,
                figures,
                thresholds,
                until,
                counted_from,
                lifetime,
            }
        },
    )
}

fn counted() -> impl Strategy<Value = Counted> {
    let some = (small(cap_entry()), small(metric())).prop_map(|(caps, metrics)| Counted { caps, metrics });
    prop_oneof![Just(Counted::default()), some]
}

/// Tiers by hand, benefits, and what goes over into other periods.
fn tiers() -> impl Strategy<Value = Decision> {
    let why = prop_oneof![
        Just(GrantEnd::Expired),
        Just(GrantEnd::Revoked),
        Just(GrantEnd::Earned),
        Just(GrantEnd::Removed)
    ];
    prop_oneof![
        (any::<u8>(), any::<u32>(), day(), figures()).prop_map(|(ladder, version, into, figures)| {
            let (ladder, version) = (LadderNumber(ladder), VersionNumber(version));
            Decision::FiguresCarried(FiguresCarried { ladder, version, into, figures })
        }),
        granted().prop_map(Decision::TierGranted),
        (any::<u8>(), any::<u8>(), why).prop_map(|(ladder, tier, why)| {
            let (ladder, tier) = (LadderNumber(ladder), TierNumber(tier));
            Decision::TierGrantEnded(TierGrantEnded { ladder, tier, why })
        }),
        (any::<u32>(), any::<u8>(), cap_entry()).prop_map(|(version, tier, count)| {
            let (version, tier) = (VersionNumber(version), TierNumber(tier));
            Decision::BenefitUsed(BenefitUsed { version, tier, count })
        }),
        cap_entry().prop_map(|count| Decision::BenefitRestored(BenefitRestored { count })),
        counted().prop_map(|counted| Decision::ReferralCancelled(ReferralCancelled { counted })),
    ]
}

fn granted() -> impl Strategy<Value = TierGranted> {
    (any::<u8>(), grant()).prop_map(|(ladder, grant)| TierGranted { ladder: LadderNumber(ladder), grant })
}

fn redeemed() -> impl Strategy<Value = Redeemed> {
    (currency(), points(), option::of(money()), small(draw()), stock(), option::weighted(0.3, voucher()))
        .prop_map(|(currency, points, worth, draws, stock, voucher)| Redeemed {
            currency,
            points,
            worth,
            draws,
            stock,
            voucher,
        })
}

fn reversed() -> impl Strategy<Value = RedemptionReversed> {
    let links = (option::weighted(0.3, name()), stock(), option::weighted(0.3, hash()));
    (currency(), points(), small(draw()), links).prop_map(
        |(currency, points, restored, (of, stock, voided))| RedemptionReversed {
            currency,
            points,
            restored,
            of,
            stock,
            voided,
        },
    )
}

fn activated() -> impl Strategy<Value = PointsActivated> {
    let term = (option::of(instant()), idle()).prop_map(|(expires_at, idle)| Term { expires_at, idle });
    (lot_number(), currency(), points(), option::of(term))
        .prop_map(|(lot, currency, points, term)| PointsActivated { lot, currency, points, term })
}

fn credited() -> impl Strategy<Value = Credited> {
    let source =
        prop_oneof![Just(CreditSource::Adjustment), Just(CreditSource::Purchase), Just(CreditSource::Gift)];
    let caps = prop_oneof![Just(SmallVec::new()), small(cap_entry())];
    (new_lot(), source, caps).prop_map(|(lot, source, caps)| Credited { lot, source, caps })
}

/// What the first release knew of, in whichever version it takes.
fn first() -> impl Strategy<Value = Decision> {
    let of_lot = || (lot_number(), currency(), points());
    prop_oneof![
        Just(Decision::MemberJoined),
        earned().prop_map(Decision::PointsEarned),
        activated().prop_map(Decision::PointsActivated),
        of_lot().prop_map(|(lot, currency, points)| {
            Decision::ArrearsPaid(ArrearsPaid { lot, currency, points })
        }),
        of_lot().prop_map(|(lot, currency, points)| Decision::Expired(Expired { lot, currency, points })),
        redeemed().prop_map(Decision::Redeemed),
        reversed().prop_map(Decision::RedemptionReversed),
        clawed().prop_map(Decision::ClawedBack),
        credited().prop_map(Decision::Credited),
        (currency(), points(), small(draw()), points()).prop_map(|(currency, points, draws, arrears)| {
            Decision::Debited(Debited { currency, points, draws, arrears })
        }),
        tier_changed().prop_map(Decision::TierChanged),
    ]
}

fn doings() -> impl Strategy<Value = Decision> {
    let why =
        prop_oneof![Just(ReleaseReason::Asked), Just(ReleaseReason::Expired), Just(ReleaseReason::Closed)];
    prop_oneof![
        (lot_number(), currency(), points()).prop_map(|(lot, currency, points)| {
            Decision::LotCancelled(LotCancelled { lot, currency, points })
        }),
        (currency(), any::<u16>(), instant()).prop_map(|(currency, idle_months, expires_at)| {
            Decision::Renewed(Renewed { currency, idle_months, expires_at })
        }),
        (name(), small(lot_number()), small(lot_number()), counted(), counted()).prop_map(
            |(referrer, lots, referrer_lots, counted, referrer_counted)| {
                Decision::ReferralPaid(ReferralPaid {
                    referrer,
                    lots,
                    referrer_lots,
                    counted,
                    referrer_counted,
                })
            }
        ),
        (name(), currency(), points(), option::of(money()), small(draw()), instant(), stock()).prop_map(
            |(hold, currency, points, worth, draws, expires_at, stock)| {
                Decision::HoldPlaced(HoldPlaced { hold, currency, points, worth, draws, expires_at, stock })
            }
        ),
        (name(), redeemed(), small(draw())).prop_map(|(hold, redeemed, released)| {
            Decision::HoldCaptured(HoldCaptured { hold, redeemed, released })
        }),
        (name(), currency(), points(), small(draw()), why, stock()).prop_map(
            |(hold, currency, points, restored, why, stock)| {
                Decision::HoldReleased(HoldReleased { hold, currency, points, restored, why, stock })
            }
        ),
        hash().prop_map(Decision::VoucherUsed),
    ]
}

fn by_hand() -> impl Strategy<Value = Decision> {
    let end = (lot_number(), option::of(instant()), option::of(instant()))
        .prop_map(|(lot, from, to)| LotEnd { lot, from, to });
    prop_oneof![
        (name(), currency(), points(), points(), small(draw()), small(cap_entry())).prop_map(
            |(to, currency, points, fee, draws, caps)| {
                Decision::TransferSent(TransferSent { to, currency, points, fee, draws, caps })
            }
        ),
        (name(), currency(), points(), small(new_lot()), any::<bool>()).prop_map(
            |(from, currency, points, lots, gift)| {
                Decision::TransferReceived(TransferReceived { from, currency, points, lots, gift })
            }
        ),
        (currency(), points())
            .prop_map(|(currency, points)| Decision::WrittenOff(WrittenOff { currency, points })),
        (currency(), small(end))
            .prop_map(|(currency, lots)| Decision::ExpiryChanged(ExpiryChanged { currency, lots })),
        (lot_number(), new_lot()).prop_map(|(of, lot)| Decision::Reinstated(Reinstated { of, lot })),
    ]
}

fn standing() -> impl Strategy<Value = Decision> {
    let counted_from = option::weighted(0.1, day());
    let place = (any::<u8>(), any::<u8>(), instant(), option::of(instant()), any::<bool>(), counted_from)
        .prop_map(|(ladder, tier, since, until, grace, counted_from)| LadderPlace {
            ladder: LadderNumber(ladder),
            tier: TierNumber(tier),
            since,
            until,
            grace,
            counted_from,
        });
    let grants = prop_oneof![3 => Just(SmallVec::new()), 1 => small(granted())];
    let forfeit = (currency(), small(draw()), small(draw()))
        .prop_map(|(currency, available, pending)| Forfeit { currency, available, pending });
    prop_oneof![
        (name(), small(balance()))
            .prop_map(|(into, balances)| Decision::MergedInto(MergedInto { into, balances })),
        (name(), state(), small(place), grants).prop_map(|(from, state, ladders, grants)| {
            Decision::MergedFrom(MergedFrom { from, state: Box::new(state), ladders, grants })
        }),
        small(forfeit).prop_map(|forfeited| Decision::Closed(Closed { forfeited })),
        (any::<bool>(), any::<bool>())
            .prop_map(|(earning, redeeming)| Decision::BlockSet(BlockSet { earning, redeeming })),
    ]
}

/// A decision and its time; now and then new lots are active at once.
pub fn event() -> impl Strategy<Value = Event> {
    let decision = prop_oneof![
        11 => first().boxed(),
        7 => doings().boxed(),
        5 => by_hand().boxed(),
        4 => standing().boxed(),
        6 => tiers().boxed(),
    ];
    (decision, instant(), any::<bool>()).prop_map(|(mut decision, effective_at, at_once)| {
        if at_once {
            new_lots(&mut decision).iter_mut().for_each(|lot| lot.activates_at = effective_at);
        }
        Event { effective_at, decision }
    })
}

fn new_lots(decision: &mut Decision) -> &mut [NewLot] {
    match decision {
        Decision::PointsEarned(earned) => &mut earned.lots,
        Decision::Credited(credited) => std::slice::from_mut(&mut credited.lot),
        Decision::TransferReceived(received) => &mut received.lots,
        Decision::Reinstated(reinstated) => std::slice::from_mut(&mut reinstated.lot),
        _ => &mut [],
    }
}
