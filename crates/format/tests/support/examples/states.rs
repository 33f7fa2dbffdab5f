//! States.

use smallvec::smallvec;
use tallybook_core::calendar::{Day, Instant, MonthDay};
use tallybook_core::event::{
    ChallengeFigures, Cooling, Draw, Figures, Idle, StreakEntry, TierGrant, Voucher,
};
use tallybook_core::ids::{
    ActivityNumber, BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, LotNumber, TierNumber,
};
use tallybook_core::money::Money;
use tallybook_core::points::Points;
use tallybook_core::state::{
    Balance, Bucket, CapUse, Hold, LadderState, LedgerState, Lot, MemberProfile, MemberState, ReferredBy,
    Renewal, Status,
};

use super::{CODE, END, POINTS};
use crate::support::MORNING;

/// The name of a fixture file, and the state, as snapshots keep it.
pub fn states() -> Vec<(&'static str, MemberState)> {
    vec![
        ("state-3-empty", MemberState::default()),
        ("state-3-full", fuller_state()),
        ("state-3-plain", plain_state()),
    ]
}

/// The same for states of version 2, which only merges have.
pub fn second_states() -> Vec<(&'static str, MemberState)> {
    vec![
        ("state-2-empty", MemberState::default()),
        ("state-2-full", full_state()),
        ("state-2-plain", plain_state()),
    ]
}

/// A state that has everything.
pub fn fuller_state() -> MemberState {
    let mut state = full_state();
    let figures =
        Figures { spend: Money(1_000), points: Points(-7), orders: 2, referrals: 1, activities: 300 };
    let ladder = &mut state.ladders[0];
    ladder.counted_from = Some(Day(20_454));
    ladder.buckets.push(Bucket { start: Day(20_819), figures });
    ladder.carried = vec![Bucket { start: Day(20_819), figures: Figures { activities: 0, ..figures } }];
    ladder.lifetime = Figures { spend: Money(99_999), points: Points(999), orders: 99, ..figures };
    let challenge = ChallengeFigures { all: true, asked: figures, reached: Figures::default() };
    ladder.grant =
        Some(TierGrant { tier: TierNumber(2), since: MORNING, until: Some(END), challenge: Some(challenge) });
    state.ladders[1].grant =
        Some(TierGrant { tier: TierNumber(1), since: MORNING, until: None, challenge: None });
    state
}

/// A state that has everything that version 2 can say.
pub fn full_state() -> MemberState {
    let figures = Figures { spend: Money(52_247), points: Points(522), orders: 12, ..Figures::default() };
    MemberState {
        joined_at: Some(Instant(0)),
        settled_to: MORNING,
        status: Status {
            closed_at: Some(END),
            merged_into: Some("lan".into()),
            earning_blocked: true,
            redeeming_blocked: false,
        },
        profile: MemberProfile {
            birthday: MonthDay::new(2, 29),
            segments: vec!["vip".into()],
            attributes: vec![("home_store".into(), "330".into())],
        },
        referral: Some(ReferredBy { referrer: "member-会员-1".into(), paid: true }),
        orders: 12,
        last_lot: LotNumber(13),
        balances: smallvec![
            Balance {
                available: Points(22),
                pending: Points(10),
                held: Points(0),
                arrears: Points(0),
                issued: Points(332),
                redeemed: Points(300),
                ..Balance::default()
            },
            Balance {
                arrears: Points(5),
                clawed_back: Points(5),
                received: Points(9),
                sent: Points(9),
                ..Balance::default()
            },
        ],
        lots: vec![
            Lot {
                number: LotNumber(12),
                currency: POINTS,
                pending: false,
                earned: Points(322),
                remaining: Points(22),
                earned_at: MORNING,
                activates_at: MORNING,
                expires_at: Some(END),
                idle: Idle { months: 12, at_most: Some(END) },
            },
            Lot {
                number: LotNumber(13),
                currency: POINTS,
                pending: true,
                earned: Points(10),
                remaining: Points(10),
                earned_at: MORNING,
                activates_at: Instant(MORNING.0 + 1),
                expires_at: None,
                idle: Idle::default(),
            },
        ],
        ladders: smallvec![
            LadderState {
                tier: TierNumber(1),
                since: MORNING,
                until: Some(END),
                grace: true,
                buckets: vec![Bucket { start: Day(20_454), figures }],
                lifetime: figures,
                ..LadderState::new(LadderNumber(0))
            },
            LadderState {
                buckets: vec![Bucket { start: Day::EVER, figures: Figures::default() }],
                ..LadderState::new(LadderNumber(1))
            },
        ],
        caps: vec![
            CapUse { cap: CapNumber(0), period: Day(20_454), used: Points(50) },
            CapUse { cap: CapNumber(1), period: Day::EVER, used: Points(72) },
        ],
        holds: vec![
            Hold {
                name: "H-1".into(),
                currency: POINTS,
                worth: Some(Money(5)),
                expires_at: END,
                draws: smallvec![Draw {
                    lot: LotNumber(3),
                    points: Points(5),
                    earned: Points(300),
                    earned_at: MORNING,
                    expires_at: Some(END),
                    idle: Idle { months: 24, at_most: None },
                }],
                stock: Some(BudgetNumber(3)),
            },
            Hold {
                name: "H-2".into(),
                currency: CurrencyNumber(1),
                worth: None,
                expires_at: END,
                draws: smallvec![],
                stock: None,
            },
        ],
        vouchers: vec![
            Voucher { code: CODE, expires_at: Some(END) },
            Voucher { code: [0; 32], expires_at: None },
        ],
        cooldowns: vec![Cooling { cooldown: CapNumber(9), until: END }],
        streaks: vec![StreakEntry { activity: ActivityNumber(2), day: Day(20_458), length: 7 }],
        renewals: vec![Renewal { currency: POINTS, idle_months: 12, expires_at: END }],
        birthday_at: Some(MORNING),
    }
}

/// A member who never did anything out of the ordinary.
fn plain_state() -> MemberState {
    let full = full_state();
    MemberState {
        joined_at: full.joined_at,
        settled_to: full.settled_to,
        orders: 1,
        last_lot: LotNumber(13),
        balances: full.balances.into_iter().take(1).collect(),
        lots: full.lots.into_iter().skip(1).collect(),
        ..MemberState::default()
    }
}

/// The name of a fixture file, and the ledger's state.
pub fn ledger_states() -> Vec<(&'static str, LedgerState)> {
    let used = LedgerState { budgets: vec![Points(0), Points(12_345), Points(3)] };
    vec![("ledger-1-empty", LedgerState::default()), ("ledger-1-used", used)]
}
