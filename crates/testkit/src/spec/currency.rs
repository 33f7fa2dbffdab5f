//! Point currencies: when lots start and end, what points are worth, how they change hands.

use tallybook_core::calendar::Day;

/// A point currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencySpec {
    /// Its name.
    pub id: String,
    /// Decimal places, 0–4.
    pub scale: u8,
    /// What it is good for.
    pub usage: Usage,
    /// Oldest first instead of soonest end first.
    pub fifo: bool,
    /// Where clawbacks find points.
    pub clawback: Clawback,
    /// Days that a restored lot past its end lives on.
    pub reversal_grace_days: u32,
    /// When lots end.
    pub expiry: ExpirySpec,
    /// When lots can be spent.
    pub activation: ActivationSpec,
    /// Cash value, if any.
    pub cash: Option<CashSpec>,
    /// Caps over all rules of the currency.
    pub caps: Vec<CapSpec>,
    /// How points may be sent to other members; `None` they may not.
    pub transfer: Option<TransferSpec>,
    /// How points may be bought; `None` they may not.
    pub purchase: Option<AllowanceSpec>,
}

/// What a currency is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Spending only.
    Spendable,
    /// Tiers only.
    Qualifying,
    /// Spending and tiers.
    Both,
}

/// Where clawbacks find points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clawback {
    /// Own lots, other lots, then a debt.
    Arrears,
    /// Own lots, other lots, no debt.
    BalanceOnly,
    /// Own lots only.
    OwnLotsOnly,
}

/// When lots end: at the earliest of what is given, or never.
///
/// Two are equal exactly where the engine takes them for one policy, if [`kinds`](InactivitySpec::kinds) are sorted and
/// years are written as years.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpirySpec {
    /// Ends that are settled when the lot begins, at most two.
    pub ends: Vec<EndSpec>,
    /// An end that the member's doings move.
    pub inactivity: Option<InactivitySpec>,
}

/// An end that is settled when the lot begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndSpec {
    /// How it is found.
    pub at: EndAt,
    /// Whether the clock starts with the earning instead of the activation.
    pub counts_from_earning: bool,
}

/// How a settled end is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndAt {
    /// So many days later, through the end of the unit.
    AfterDays(u32, RoundTo),
    /// So many months later, through the end of the unit.
    AfterMonths(u32, RoundTo),
    /// So many years later, through the end of the unit.
    AfterYears(u32, RoundTo),
    /// At the end of the year, so many years on.
    Calendar(u32),
}

/// An end so many months after the lot begins or, if later, after the member last did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InactivitySpec {
    /// Months, at least 1.
    pub months: u32,
    /// The unit through whose last day the lot stays valid.
    pub round_to: RoundTo,
    /// Whether the clock of a new lot starts with the earning instead of the activation.
    pub counts_from_earning: bool,
    /// What counts as doing something; at least one, sorted.
    pub kinds: Vec<RenewalKind>,
}

/// What may count against inactivity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// When lots can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationSpec {
    /// At once.
    Immediate,
    /// From the start of the local day so many days later.
    AfterDays(u32),
    /// From the start of this local day, or at once where that is past.
    OnDate(Day),
    /// When the order is fulfilled; cancelled where that has not come within so many days.
    OnFulfilment(u32),
}

/// The unit through whose last day a lot stays valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundTo {
    /// The day.
    Day,
    /// The month.
    Month,
    /// The quarter.
    Quarter,
    /// The half-year.
    HalfYear,
    /// The year.
    Year,
}

/// Points as cash off an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CashSpec {
    /// This many points ...
    pub points: i64,
    /// ... are worth this much of the first money.
    pub per: i64,
    /// Least redemption.
    pub min_points: i64,
    /// Points must be a multiple of this.
    pub step: i64,
    /// Most of the order's total, 1–100.
    pub max_share_percent: u32,
}

/// How points may be sent to other members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferSpec {
    /// How many.
    pub allowance: AllowanceSpec,
    /// Whether sent points end as points earned now, instead of when they would have.
    pub restart: bool,
    /// Smallest units taken from the sender on top.
    pub fee_points: i64,
    /// Hundredths of a per cent of the points sent, taken from the sender on top; 0–10,000.
    pub fee_basis_points: i64,
}

/// How many points may change hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AllowanceSpec {
    /// Least at a time, smallest units.
    pub min_points: i64,
    /// Most at a time, smallest units.
    pub max_points: Option<i64>,
    /// Most of a member in a period (never an order), smallest units.
    pub limit: Option<(i64, CapPeriod)>,
}

/// A cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapSpec {
    /// Most points.
    pub limit: i64,
    /// In which period.
    pub per: CapPeriod,
    /// Nothing instead of the rest when the limit would be passed.
    pub skip: bool,
}

/// The period of a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapPeriod {
    /// One order.
    Order,
    /// A local day.
    Day,
    /// A week from Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
    /// The first ladder's period.
    TierPeriod,
    /// No end.
    Ever,
}

impl CurrencySpec {
    /// Whole points for spending, active at once, never ending.
    pub fn plain(id: &str) -> CurrencySpec {
        CurrencySpec {
            id: id.to_owned(),
            scale: 0,
            usage: Usage::Spendable,
            fifo: false,
            clawback: Clawback::Arrears,
            reversal_grace_days: 0,
            expiry: ExpirySpec::NEVER,
            activation: ActivationSpec::Immediate,
            cash: None,
            caps: Vec::new(),
            transfer: None,
            purchase: None,
        }
    }
}

impl ExpirySpec {
    /// Lots do not end.
    pub const NEVER: ExpirySpec = ExpirySpec { ends: Vec::new(), inactivity: None };

    /// One settled end, counted from the activation.
    pub fn at(at: EndAt) -> ExpirySpec {
        ExpirySpec { ends: vec![EndSpec { at, counts_from_earning: false }], inactivity: None }
    }

    /// The end that the usual doings move by so many months, counted from the activation.
    pub fn inactivity(months: u32) -> ExpirySpec {
        let idle = InactivitySpec {
            months,
            round_to: RoundTo::Day,
            counts_from_earning: false,
            kinds: RenewalKind::USUAL.to_vec(),
        };
        ExpirySpec { ends: Vec::new(), inactivity: Some(idle) }
    }
}

impl RenewalKind {
    /// What counts where the programme does not say.
    pub const USUAL: [RenewalKind; 3] = [RenewalKind::Order, RenewalKind::Activity, RenewalKind::Redemption];
}

impl AllowanceSpec {
    /// Any number of points.
    pub const FREE: AllowanceSpec = AllowanceSpec { min_points: 1, max_points: None, limit: None };
}
