//! Any fact, decision or state that could be stored, sensible or not.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use smallvec::SmallVec;
use tallybook_core::calendar::{Day, Instant, MonthDay};
use tallybook_core::event::{
    ArrearsPaid, CapEntry, ClawedBack, Debited, Decision, Draw, Event, Expired, Figures, MetricEntry, NewLot,
    PointsActivated, PointsEarned, Redeemed, RedemptionReversed, RuleShare, Take, TierChanged, TierReason,
    Verdict,
};
use tallybook_core::fact::{
    Adjustment, Enrolment, Fact, Line, Order, Profile, Publication, Purpose, Redemption, Return,
    ReturnedLine, ReturnedPart, Reversal, Shortfall,
};
use tallybook_core::ids::{
    CapNumber, CurrencyNumber, LadderNumber, LotNumber, RuleIndex, TierNumber, VersionNumber,
};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;
use tallybook_core::state::{Balance, Bucket, CapUse, LadderState, Lot, MemberProfile, MemberState};

/// Integers of every stored size, the ends of each included.
fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -40i64..300,
        any::<i16>().prop_map(i64::from),
        any::<i32>().prop_map(i64::from),
        any::<u32>().prop_map(i64::from),
        prop_oneof![
            Just(i64::MIN),
            Just(i64::MAX),
            Just(-33),
            Just(-32),
            Just(127),
            Just(128),
            Just(255),
            Just(256),
            Just(-129)
        ],
    ]
}

fn points() -> impl Strategy<Value = Points> {
    integer().prop_map(Points)
}

fn money() -> impl Strategy<Value = Money> {
    integer().prop_map(Money)
}

pub fn instant() -> impl Strategy<Value = Instant> {
    prop_oneof![integer().prop_map(Instant), Just(Instant::MIN), Just(Instant::MAX)]
}

fn day() -> impl Strategy<Value = Day> {
    prop_oneof![any::<i32>().prop_map(Day), Just(Day::EVER)]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,40}", "[a-z0-9]{1,128}", Just("积分".repeat(50))]
}

fn cow() -> impl Strategy<Value = Cow<'static, str>> {
    text().prop_map(Cow::Owned)
}

pub fn key() -> impl Strategy<Value = Option<String>> {
    option::of(text())
}

fn birthday() -> impl Strategy<Value = Option<MonthDay>> {
    option::of((1u8..=12, 1u8..=31)).prop_map(|b| b.and_then(|(month, day)| MonthDay::new(month, day)))
}

fn profile() -> impl Strategy<Value = Profile<'static>> {
    (birthday(), vec(cow(), 0..20), vec((cow(), cow()), 0..4))
        .prop_map(|(birthday, segments, attributes)| Profile { birthday, segments, attributes })
}

fn line() -> impl Strategy<Value = Line<'static>> {
    let texts = (option::of(cow()), option::of(cow()), option::of(cow()), option::of(cow()));
    (texts, integer(), money(), money(), money(), vec(cow(), 0..3)).prop_map(
        |((id, sku, category, brand), quantity, amount, discount, tax, tags)| Line {
            id,
            quantity,
            amount,
            discount,
            tax,
            sku,
            category,
            brand,
            tags,
        },
    )
}

fn order() -> impl Strategy<Value = Order<'static>> {
    let texts = (cow(), "[A-Z]{3}", option::of(cow()), option::of(cow()));
    (texts, money(), money(), money(), vec(line(), 0..20)).prop_map(
        |((id, currency, channel, store), shipping, paid_with_points, paid_with_stored_value, lines)| Order {
            id,
            currency: CurrencyCode::parse(&currency).expect("three capital letters"),
            channel,
            store,
            shipping,
            paid_with_points,
            paid_with_stored_value,
            lines,
        },
    )
}

fn returned_part() -> impl Strategy<Value = ReturnedPart> {
    prop_oneof![
        Just(ReturnedPart::All),
        integer().prop_map(ReturnedPart::Quantity),
        money().prop_map(ReturnedPart::Amount)
    ]
}

fn purpose() -> impl Strategy<Value = Purpose<'static>> {
    prop_oneof![
        cow().prop_map(Purpose::Reward),
        cow().prop_map(Purpose::Voucher),
        money().prop_map(|order_total| Purpose::CashOff { order_total })
    ]
}

fn adjustment() -> impl Strategy<Value = Adjustment<'static>> {
    let shortfall = prop_oneof![Just(Shortfall::FloorAtZero), Just(Shortfall::Arrears)];
    (cow(), points(), shortfall, cow(), cow(), option::of(any::<u64>())).prop_map(
        |(currency, points, shortfall, actor, reason, about)| Adjustment {
            currency,
            points,
            shortfall,
            actor,
            reason,
            about,
        },
    )
}

pub fn fact() -> impl Strategy<Value = Fact<'static>> {
    let returned =
        (cow(), cow(), vec((cow(), returned_part()), 0..20)).prop_map(|(id, order, lines)| Return {
            id,
            order,
            lines: lines.into_iter().map(|(line, part)| ReturnedLine { line, part }).collect(),
        });
    let redemption = (cow(), cow(), points(), any::<bool>(), purpose()).prop_map(
        |(id, currency, points, partial, purpose)| Redemption { id, currency, points, partial, purpose },
    );
    prop_oneof![
        profile().prop_map(|profile| Fact::MemberEnrolled(Enrolment { profile })),
        profile().prop_map(Fact::ProfileChanged),
        order().prop_map(Fact::OrderPlaced),
        returned.prop_map(Fact::OrderReturned),
        redemption.prop_map(Fact::RedemptionRequested),
        (cow(), option::of(points()))
            .prop_map(|(redemption, points)| Fact::ReversalRequested(Reversal { redemption, points })),
        adjustment().prop_map(Fact::AdjustmentRequested),
        (instant(), cow()).prop_map(|(effective_from, source)| {
            Fact::ProgrammePublished(Publication { effective_from, source })
        }),
    ]
}

fn lot_number() -> impl Strategy<Value = LotNumber> {
    any::<u32>().prop_map(LotNumber)
}

fn currency() -> impl Strategy<Value = CurrencyNumber> {
    any::<u8>().prop_map(CurrencyNumber)
}

fn figures() -> impl Strategy<Value = Figures> {
    (money(), points(), integer()).prop_map(|(spend, points, orders)| Figures { spend, points, orders })
}

fn small<T: std::fmt::Debug, A>(item: impl Strategy<Value = T>) -> impl Strategy<Value = SmallVec<A>>
where
    A: smallvec::Array<Item = T> + std::fmt::Debug,
{
    vec(item, 0..7).prop_map(SmallVec::from_vec)
}

fn draw() -> impl Strategy<Value = Draw> {
    (lot_number(), points(), points(), instant(), option::of(instant())).prop_map(
        |(lot, points, earned, earned_at, expires_at)| Draw { lot, points, earned, earned_at, expires_at },
    )
}

fn new_lot() -> impl Strategy<Value = NewLot> {
    (lot_number(), currency(), points(), instant(), option::of(instant())).prop_map(
        |(number, currency, points, activates_at, expires_at)| NewLot {
            number,
            currency,
            points,
            activates_at,
            expires_at,
        },
    )
}

fn share() -> impl Strategy<Value = RuleShare> {
    let verdict = prop_oneof![
        Just(Verdict::Granted),
        Just(Verdict::TrimmedByCap),
        Just(Verdict::SkippedByCap),
        Just(Verdict::LostInGroup)
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
    (any::<u16>(), day(), points(), points()).prop_map(|(cap, period, room, used)| CapEntry {
        cap: CapNumber(cap),
        period,
        room,
        used,
    })
}

fn metric() -> impl Strategy<Value = MetricEntry> {
    (any::<u8>(), day(), figures()).prop_map(|(ladder, bucket, figures)| MetricEntry {
        ladder: LadderNumber(ladder),
        bucket,
        figures,
    })
}

fn earned() -> impl Strategy<Value = PointsEarned> {
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
        },
    )
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

fn tier_changed() -> impl Strategy<Value = TierChanged> {
    let why = prop_oneof![
        Just(TierReason::Upgraded),
        Just(TierReason::Kept),
        Just(TierReason::GraceBegan),
        Just(TierReason::Demoted),
        Just(TierReason::Returned)
    ];
    let numbers = (any::<u8>(), any::<u32>(), any::<u8>(), any::<u8>());
    (numbers, why, figures(), figures(), option::of(instant())).prop_map(
        |((ladder, version, from, to), why, figures, thresholds, until)| TierChanged {
            ladder: LadderNumber(ladder),
            version: VersionNumber(version),
            from: TierNumber(from),
            to: TierNumber(to),
            why,
            figures,
            thresholds,
            until,
        },
    )
}

fn decision() -> impl Strategy<Value = Decision> {
    let of_lot = || (lot_number(), currency(), points());
    prop_oneof![
        Just(Decision::MemberJoined),
        earned().prop_map(Decision::PointsEarned),
        of_lot().prop_map(|(lot, currency, points)| {
            Decision::PointsActivated(PointsActivated { lot, currency, points })
        }),
        of_lot().prop_map(|(lot, currency, points)| Decision::ArrearsPaid(ArrearsPaid {
            lot,
            currency,
            points
        })),
        of_lot().prop_map(|(lot, currency, points)| Decision::Expired(Expired { lot, currency, points })),
        (currency(), points(), option::of(money()), small(draw())).prop_map(
            |(currency, points, worth, draws)| Decision::Redeemed(Redeemed {
                currency,
                points,
                worth,
                draws
            })
        ),
        (currency(), points(), small(draw())).prop_map(|(currency, points, restored)| {
            Decision::RedemptionReversed(RedemptionReversed { currency, points, restored })
        }),
        (small(take()), small(cap_entry()), small(metric()), any::<bool>()).prop_map(
            |(takes, caps, metrics, whole)| Decision::ClawedBack(ClawedBack { takes, caps, metrics, whole })
        ),
        new_lot().prop_map(Decision::Credited),
        (currency(), points(), small(draw()), points()).prop_map(|(currency, points, draws, arrears)| {
            Decision::Debited(Debited { currency, points, draws, arrears })
        }),
        tier_changed().prop_map(Decision::TierChanged),
    ]
}

/// A decision and its time; now and then a new lot is active at once.
pub fn event() -> impl Strategy<Value = Event> {
    (decision(), instant(), any::<bool>()).prop_map(|(mut decision, effective_at, at_once)| {
        if at_once {
            match &mut decision {
                Decision::PointsEarned(earned) => {
                    earned.lots.iter_mut().for_each(|lot| lot.activates_at = effective_at);
                }
                Decision::Credited(lot) => lot.activates_at = effective_at,
                _ => {}
            }
        }
        Event { effective_at, decision }
    })
}

fn balance() -> impl Strategy<Value = Balance> {
    proptest::array::uniform10(points()).prop_map(
        |[
            available,
            pending,
            held,
            arrears,
            issued,
            redeemed,
            expired,
            forfeited,
            clawed_back,
            written_off,
        ]| {
            Balance {
                available,
                pending,
                held,
                arrears,
                issued,
                redeemed,
                expired,
                forfeited,
                clawed_back,
                written_off,
            }
        },
    )
}

fn lot() -> impl Strategy<Value = Lot> {
    let amounts = (1i64..=i64::MAX).prop_flat_map(|earned| (Just(earned), 1..=earned));
    let times = (instant(), option::of(instant()), option::of(instant()));
    (lot_number(), currency(), any::<bool>(), amounts, times).prop_map(
        |(number, currency, pending, (earned, remaining), (earned_at, activates_at, expires_at))| Lot {
            number,
            currency,
            pending,
            earned: Points(earned),
            remaining: Points(remaining),
            earned_at,
            activates_at: activates_at.unwrap_or(earned_at),
            expires_at,
        },
    )
}

fn ladder() -> impl Strategy<Value = LadderState> {
    let buckets = vec((day(), figures()), 0..4).prop_map(|mut buckets| {
        buckets.sort_by_key(|b| b.0);
        buckets.dedup_by_key(|b| b.0);
        buckets.into_iter().map(|(start, figures)| Bucket { start, figures }).collect()
    });
    (any::<u8>(), any::<u8>(), instant(), option::of(instant()), any::<bool>(), buckets).prop_map(
        |(ladder, tier, since, until, grace, buckets)| LadderState {
            ladder: LadderNumber(ladder),
            tier: TierNumber(tier),
            since,
            until,
            grace,
            buckets,
        },
    )
}

pub fn state() -> impl Strategy<Value = MemberState> {
    let profile = (birthday(), vec(text(), 0..3), vec((text(), text()), 0..3)).prop_map(
        |(birthday, segments, attributes)| MemberProfile {
            birthday,
            segments: segments.into_iter().map(Into::into).collect(),
            attributes: attributes.into_iter().map(|(k, v)| (k.into(), v.into())).collect(),
        },
    );
    let cap = (any::<u16>(), day(), points()).prop_map(|(cap, period, used)| CapUse {
        cap: CapNumber(cap),
        period,
        used,
    });
    let head = (option::of(instant()), instant(), any::<u32>());
    (head, profile, small(balance()), vec(lot(), 0..20), vec(ladder(), 0..4), vec(cap, 0..5)).prop_map(
        |((joined_at, settled_to, orders), profile, balances, mut lots, mut ladders, mut caps)| {
            lots.sort_by_key(|l| l.number);
            lots.dedup_by_key(|l| l.number);
            ladders.sort_by_key(|l| l.ladder);
            ladders.dedup_by_key(|l| l.ladder);
            caps.sort_by_key(|c| (c.cap, c.period));
            caps.dedup_by_key(|c| (c.cap, c.period));
            MemberState {
                joined_at,
                settled_to,
                profile,
                orders,
                last_lot: lots.last().map_or(LotNumber(0), |l| l.number),
                balances,
                lots,
                ladders: ladders.into(),
                caps,
            }
        },
    )
}
