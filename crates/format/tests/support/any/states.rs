//! Any state whose lists are in order.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tallybook_core::event::Figures;
use tallybook_core::ids::{LadderNumber, LotNumber, TierNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;
use tallybook_core::state::{
    Balance, Bucket, CapUse, Hold, LadderState, LedgerState, Lot, MemberProfile, MemberState, ReferredBy,
    Renewal, Status,
};

use super::decisions::{cooling, draw, figures, grant, idle, streak, voucher};
use super::{birthday, budget, cap, currency, day, instant, lot_number, money, name, points, small};

pub(super) fn balance() -> impl Strategy<Value = Balance> {
    proptest::array::uniform12(points()).prop_map(
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
            received,
            sent,
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
                received,
                sent,
            }
        },
    )
}

fn lot() -> impl Strategy<Value = Lot> {
    let amounts = (1i64..=i64::MAX).prop_flat_map(|earned| (Just(earned), 1..=earned));
    let times = (instant(), option::of(instant()), option::of(instant()), idle());
    (lot_number(), currency(), any::<bool>(), amounts, times).prop_map(
        |(number, currency, pending, (earned, remaining), (earned_at, activates_at, expires_at, idle))| Lot {
            number,
            currency,
            pending,
            earned: Points(earned),
            remaining: Points(remaining),
            earned_at,
            activates_at: activates_at.unwrap_or(earned_at),
            expires_at,
            idle,
        },
    )
}

fn buckets() -> impl Strategy<Value = Vec<Bucket>> {
    vec((day(), figures()), 0..4).prop_map(|mut buckets| {
        buckets.sort_by_key(|b| b.0);
        buckets.dedup_by_key(|b| b.0);
        buckets.into_iter().map(|(start, figures)| Bucket { start, figures }).collect()
    })
}

/// What the second version of states takes for the figures of all time.
fn sum(buckets: &[Bucket]) -> Figures {
    let total = |figure: fn(&Figures) -> i64| {
        buckets.iter().fold(0, |sum: i64, bucket| sum.saturating_add(figure(&bucket.figures)))
    };
    Figures {
        spend: Money(total(|f| f.spend.0)),
        points: Points(total(|f| f.points.0)),
        orders: total(|f| f.orders),
        referrals: total(|f| f.referrals),
        activities: total(|f| f.activities),
    }
}

/// Mostly one that the second version of states can say.
fn ladder() -> impl Strategy<Value = LadderState> {
    let head = (any::<u8>(), any::<u8>(), instant(), option::of(instant()), any::<bool>());
    let older = (head, buckets()).prop_map(|((ladder, tier, since, until, grace), buckets)| LadderState {
        ladder: LadderNumber(ladder),
        tier: TierNumber(tier),
        since,
        until,
        grace,
        counted_from: None,
        lifetime: sum(&buckets),
        buckets,
        carried: Vec::new(),
        grant: None,
    });
    let newer = (option::of(day()), prop_oneof![Just(Vec::new()), buckets()], option::of(grant()));
    (older, option::weighted(0.2, (newer, option::of(figures()))))
        .prop_map(|(older, newer)| match newer {
            None => older,
            Some(((counted_from, carried, grant), lifetime)) => {
                let lifetime = lifetime.unwrap_or(older.lifetime);
                LadderState { counted_from, carried, grant, lifetime, ..older }
            }
        })
        .boxed()
}

fn status() -> impl Strategy<Value = Status> {
    let any_status = (option::of(instant()), option::of(name()), any::<bool>(), any::<bool>()).prop_map(
        |(closed_at, merged_into, earning_blocked, redeeming_blocked)| Status {
            closed_at,
            merged_into,
            earning_blocked,
            redeeming_blocked,
        },
    );
    prop_oneof![Just(Status::default()), any_status]
}

fn hold() -> impl Strategy<Value = Hold> {
    (name(), currency(), option::of(money()), instant(), small(draw()), option::of(budget())).prop_map(
        |(name, currency, worth, expires_at, draws, stock)| Hold {
            name,
            currency,
            worth,
            expires_at,
            draws,
            stock,
        },
    )
}

/// What was known from the first release on.
fn first() -> impl Strategy<Value = MemberState> {
    let profile = (birthday(), vec(name(), 0..3), vec((name(), name()), 0..3))
        .prop_map(|(birthday, segments, attributes)| MemberProfile { birthday, segments, attributes });
    let cap = (cap(), day(), points()).prop_map(|(cap, period, used)| CapUse { cap, period, used });
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
                ..MemberState::default()
            }
        },
    )
}

pub fn state() -> impl Strategy<Value = MemberState> {
    let referral = (name(), any::<bool>()).prop_map(|(referrer, paid)| ReferredBy { referrer, paid });
    let renewal = (currency(), any::<u16>(), instant())
        .prop_map(|(currency, idle_months, expires_at)| Renewal { currency, idle_months, expires_at });
    let head = (status(), option::of(referral), option::of(instant()));
    let lists = (
        vec(hold(), 0..3),
        vec(voucher(), 0..3),
        vec(cooling(), 0..4),
        vec(streak(), 0..4),
        vec(renewal, 0..4),
    );
    (first(), head, lists)
        .prop_map(
            |(first, (status, referral, birthday_at), (holds, vouchers, cooldowns, streaks, renewals))| {
                let mut state = MemberState {
                    status,
                    referral,
                    holds,
                    vouchers,
                    cooldowns,
                    streaks,
                    renewals,
                    birthday_at,
                    ..first
                };
                state.cooldowns.sort_by_key(|c| c.cooldown);
                state.cooldowns.dedup_by_key(|c| c.cooldown);
                state.streaks.sort_by_key(|s| s.activity);
                state.streaks.dedup_by_key(|s| s.activity);
                state.renewals.sort_by_key(|r| (r.currency, r.idle_months));
                state.renewals.dedup_by_key(|r| (r.currency, r.idle_months));
                state
            },
        )
        .boxed()
}

pub fn ledger_state() -> impl Strategy<Value = LedgerState> {
    vec(points(), 0..20).prop_map(|budgets| LedgerState { budgets })
}
