//! Point currencies and their policies: when lots start and end, what they are worth, how they change hands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::ids::{CapNumber, CurrencyNumber};
use crate::money::Money;
use crate::points::Points;

/// A point currency and its policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointCurrency {
    /// Its number in the ledger.
    pub number: CurrencyNumber,
    /// Its id in the file.
    pub id: Box<str>,
    /// Decimal places, 0–4.
    pub scale: u8,
    /// What it is good for.
    pub usage: Usage,
    /// Which lots are drawn first.
    pub spend_order: SpendOrder,
    /// How returns take back what is no longer in the order's own lots.
    pub clawback: ClawbackPolicy,
    /// When new lots end.
    pub expiry: Expiry,
    /// When new lots can be spent.
    pub activation: Activation,
    /// Days that a restored lot lives on when it was past its end; 0 expires it at once.
    pub reversal_grace_days: u32,
    /// Cash value, if points may pay for orders.
    pub cash: Option<CashValue>,
    /// Caps over all rules that give this currency.
    pub caps: SmallVec<[Cap; 1]>,
    /// How points may be sent to others, if they may.
    pub transfer: Option<TransferPolicy>,
    /// How points may be bought, if they may.
    pub purchase: Option<Allowance>,
}

/// What a point currency is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// Can be spent, does not count for tiers.
    #[default]
    Spendable,
    /// Counts for tiers, cannot be spent.
    Qualifying,
    /// Both.
    Both,
}

/// The order in which lots are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpendOrder {
    /// Soonest end first, never-ending last; then oldest; then lot number.
    #[default]
    SoonestExpiry,
    /// Oldest first; then lot number.
    Fifo,
}

/// Where a clawback finds points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClawbackPolicy {
    /// Own lots, other lots, then a debt.
    #[default]
    Arrears,
    /// Own lots, other lots; the rest is waived.
    BalanceOnly,
    /// Own lots; the rest is waived.
    OwnLotsOnly,
}

/// When a lot ends: at the earliest of what is given, or never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expiry {
    /// Ends that are settled when the lot begins.
    pub ends: [Option<End>; 2],
    /// An end that the member's doings move.
    pub inactivity: Option<Inactivity>,
}

impl Expiry {
    /// Never.
    pub const NEVER: Expiry = Expiry { ends: [None, None], inactivity: None };

    /// At one settled end.
    pub fn at(end: End) -> Expiry {
        Expiry { ends: [Some(end), None], inactivity: None }
    }
}

/// An end that follows from when a lot begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A span after the start, through the last day of the rounding unit.
    After {
        /// How long.
        span: Span,
        /// Whose last day is the lot's.
        round_to: RoundTo,
        /// Where the clock starts.
        counts_from: CountsFrom,
    },
    /// At the end of the year of the start, `years` later.
    Calendar {
        /// 0 ends with the year of the start.
        years: u32,
        /// Where the clock starts.
        counts_from: CountsFrom,
    },
}

/// An end so many months after the lot begins or, if later, after the member last did something of certain kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inactivity {
    /// Months, 1–1,200.
    pub months: u16,
    /// Whose last day is the lot's.
    pub round_to: RoundTo,
    /// Where the clock of a new lot starts.
    pub counts_from: CountsFrom,
    /// What counts as doing something.
    pub kinds: RenewalKinds,
}

/// What counts as doing something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RenewalKind {
    /// Placing an order.
    Order,
    /// An activity.
    Activity,
    /// Spending points, or setting them aside.
    Redemption,
    /// Sending or receiving points.
    Transfer,
    /// Buying points.
    Purchase,
}

/// Some kinds of doings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RenewalKinds(u8);

impl RenewalKinds {
    /// The kinds of a list.
    pub fn of(kinds: &[RenewalKind]) -> RenewalKinds {
        RenewalKinds(kinds.iter().fold(0, |bits, kind| bits | RenewalKinds::bit(*kind)))
    }

    /// Whether a kind is among them.
    pub fn contains(self, kind: RenewalKind) -> bool {
        self.0 & RenewalKinds::bit(kind) != 0
    }

    fn bit(kind: RenewalKind) -> u8 {
        match kind {
            RenewalKind::Order => 1,
            RenewalKind::Activity => 2,
            RenewalKind::Redemption => 4,
            RenewalKind::Transfer => 8,
            RenewalKind::Purchase => 16,
        }
    }
}

/// A length of time by the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Days, 1–36,500.
    Days(u32),
    /// Months, 1–1,200.
    Months(u32),
}

/// The unit whose last day a lot is valid through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundTo {
    /// The day itself.
    #[default]
    Day,
    /// Its month.
    Month,
    /// Its quarter.
    Quarter,
    /// Its half-year.
    HalfYear,
    /// Its year.
    Year,
}

/// Where a lot's clock starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountsFrom {
    /// When it becomes spendable.
    #[default]
    Activation,
    /// When it is earned.
    Earning,
}

/// When a lot can be spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// At once.
    #[default]
    Immediate,
    /// From the start of the local day so many days after, 1–3,650.
    AfterDays(u32),
    /// From an instant on, or at once if that is past.
    OnDate(Instant),
    /// When the order is fulfilled; cancelled if that has not come by the end of the local day so many days after.
    OnFulfilment {
        /// Days to wait, 1–3,650.
        within_days: u32,
    },
}

/// What becomes of the points of a member who leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnClose {
    /// They are forfeited.
    #[default]
    Forfeit,
    /// They stay until they run out.
    Keep,
}

/// How many points may change hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Least points at a time, at least 1.
    pub min_points: Points,
    /// Most points at a time.
    pub max_points: Option<Points>,
    /// Most points in a period; what would pass it is refused.
    pub limit: Option<Cap>,
}

/// How points may be sent to another member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferPolicy {
    /// How many.
    pub allowance: Allowance,
    /// When the points end at the receiver's.
    pub expiry: TransferExpiry,
    /// Taken from the sender on top.
    pub fee_points: Points,
    /// Taken from the sender on top, in hundredths of a per cent of the points sent, rounded up; 0–10,000.
    pub fee_basis_points: u32,
}

/// When sent points end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferExpiry {
    /// When they would have ended at the sender's.
    #[default]
    Keep,
    /// As points earned now.
    Restart,
}

/// What points are worth when they pay for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CashValue {
    /// So many points, smallest units, at least 1 …
    pub points: Points,
    /// … are worth so much, minor units, at least 1.
    pub per: Money,
    /// Least points in one redemption, at least 1.
    pub min_points: Points,
    /// Points come in multiples of this, at least 1.
    pub step: Points,
    /// Most of an order's total that points may pay, per cent, 1–100.
    pub max_share_percent: u8,
}

/// A limit on what may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Its number in the ledger.
    pub number: CapNumber,
    /// Most points per period, smallest units, at least 1.
    pub limit: Points,
    /// The period.
    pub per: CapPeriod,
    /// What happens to what would pass it.
    pub beyond: Beyond,
}

/// The period of a cap, per member. Weeks start on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapPeriod {
    /// Each order by itself.
    Order,
    /// Local day.
    Day,
    /// Local week.
    Week,
    /// Calendar month.
    Month,
    /// Calendar year.
    Year,
    /// The period of the first ladder.
    TierPeriod,
    /// For ever.
    Ever,
}

/// What a cap does with what would pass it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// Gives what still fits.
    #[default]
    Trim,
    /// Gives nothing.
    Skip,
}
