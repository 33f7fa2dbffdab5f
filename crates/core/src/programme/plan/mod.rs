//! The compiled programme: rules, policies and ladders with numbers for names, ready to judge without allocation.
//!
//! Invariants, upheld by the compiler in [`parse`](super::parse) and relied on by `decide`:
//! - every number in a plan refers to something in the same plan;
//! - `rules` of one group are of one kind and currency; every base rule's rate and every multiplier's factor is positive;
//! - a ladder's tiers are lowest first, and the first has no entry condition.

mod ladder;
mod offer;
mod policy;
mod rule;

use smallvec::SmallVec;

use crate::calendar::Zone;
use crate::event::Trigger;
use crate::ids::{ActivityNumber, CurrencyNumber, LadderNumber};
use crate::money::CurrencyCode;

pub use ladder::{
    Asked, Challenge, Downgrade, Ladder, LadderPeriod, OnChange, OnReturn, Threshold, Tier, Upgrade,
};
pub use offer::{Benefit, Budget, Campaign, Referral, Reward, Stock};
pub use policy::{
    Activation, Allowance, Beyond, Cap, CapPeriod, CashValue, ClawbackPolicy, CountsFrom, End, Expiry,
    Inactivity, OnClose, PointCurrency, RenewalKind, RenewalKinds, RoundTo, Span, SpendOrder, TransferExpiry,
    TransferPolicy, Usage,
};
pub use rule::{
    Birthday, Cooldown, Effect, Group, GroupChoice, HourRange, LineConditions, MemberConditions, MoneyBase,
    OrderConditions, OrderNumber, Ratio, RoundingUnit, Rule, ScoreRange, TriggerLimit,
};

/// A programme version as judgements see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The programme's name.
    pub name: Box<str>,
    /// The zone of all local days and hours.
    pub zone: Zone,
    /// Whether members appear on their first fact.
    pub enrol_on_first_fact: bool,
    /// How late a fact may come, in days, 0–3,650.
    pub late_limit_days: u32,
    /// How far ahead of the recording time a fact may lie, in seconds, 0–86,400.
    pub clock_skew_seconds: u32,
    /// Days for which figures and counters are kept: the late limit and the longest period.
    pub horizon_days: u32,
    /// Money currencies that orders may come in; the first is the one of cash values and spend thresholds.
    pub money: Vec<MoneyCurrency>,
    /// Point currencies, by number; `None` where this version lacks one that an earlier version had.
    pub currencies: Vec<Option<PointCurrency>>,
    /// Earning rules, in file order.
    pub rules: Vec<Rule>,
    /// What the rules are about.
    pub triggers: Triggers,
    /// Ladders, by number.
    pub ladders: Vec<Option<Ladder>>,
    /// Expiries that a rule, campaign or tier has instead of its currency's; a lot's policy is its place here.
    pub expiries: Vec<Expiry>,
    /// Kinds of activity that members may record.
    pub activities: Vec<ActivityKind>,
    /// Counters over all members that rules draw on, in file order.
    pub budgets: Vec<Budget>,
    /// Campaigns, in file order.
    pub campaigns: Vec<Campaign>,
    /// What points may be spent on; empty leaves rewards to the caller.
    pub rewards: Vec<Reward>,
    /// What tiers give a number of times per period, in file order.
    pub benefits: Vec<Benefit>,
    /// What a referral pays, and when.
    pub referral: Option<Referral>,
    /// What becomes of the points of a member who leaves.
    pub on_close: OnClose,
    /// Days after expiry in which a lot may be reinstated, 0–3,650.
    pub reinstate_days: u32,
    /// Days that a voucher with a code is valid through, 1–3,650; `None` for ever.
    pub voucher_days: Option<u32>,
    /// The texts that rules mention.
    pub symbols: Symbols,
}

impl Plan {
    /// A ladder of this version, by number.
    pub fn ladder(&self, number: LadderNumber) -> Option<&Ladder> {
        self.ladders.get(usize::from(number.0)).and_then(Option::as_ref)
    }

    /// A point currency of this version, by number.
    pub fn currency(&self, number: CurrencyNumber) -> Option<&PointCurrency> {
        self.currencies.get(usize::from(number.0)).and_then(Option::as_ref)
    }

    /// Whether lots of some currency, or of some rule, campaign or tier, end by inactivity.
    pub fn ends_by_inactivity(&self) -> bool {
        let own = self.currencies.iter().flatten().map(|currency| &currency.expiry);
        own.chain(&self.expiries).any(|expiry| expiry.inactivity.is_some())
    }

    /// Whether any rule is about a trigger.
    pub fn has_rules_on(&self, on: Trigger) -> bool {
        self.triggers.contains(on)
    }
}

/// Some triggers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Triggers(u16);

impl Triggers {
    /// The triggers of rules.
    pub fn of(rules: &[Rule]) -> Triggers {
        Triggers(rules.iter().fold(0, |bits, rule| bits | Triggers::bit(rule.on)))
    }

    /// Whether a trigger is among them.
    pub fn contains(self, on: Trigger) -> bool {
        self.0 & Triggers::bit(on) != 0
    }

    fn bit(on: Trigger) -> u16 {
        match on {
            Trigger::Order => 1,
            Trigger::Activity => 2,
            Trigger::Enrolment => 4,
            Trigger::Birthday => 8,
            Trigger::Anniversary => 16,
            Trigger::Referrer => 32,
            Trigger::Referred => 64,
            Trigger::TierReached => 128,
            Trigger::TierKept => 256,
            Trigger::TierAnniversary => 512,
        }
    }
}

/// A kind of activity that members may record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityKind {
    /// Its number in the ledger.
    pub number: ActivityNumber,
    /// Its id in the file.
    pub id: Box<str>,
}

/// A money currency that orders may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyCurrency {
    /// ISO 4217 code.
    pub code: CurrencyCode,
    /// Decimal places of the minor unit, 0–4.
    pub exponent: u8,
}
/// A text that some rule mentions, by its place in [`Symbols`] from 1. [`Symbol::NONE`] is any other, or no text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

impl Symbol {
    /// A text that no rule mentions.
    pub const NONE: Symbol = Symbol(0);
}

/// The texts that rules mention, so that judging compares numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbols {
    /// Texts in bytewise order, without repeats; a text's symbol is its index plus 1.
    pub texts: Vec<Box<str>>,
    /// Line tags that rules mention, in bytewise order, at most 64; a tag's bit is its index.
    pub tags: Vec<Box<str>>,
}

impl Symbols {
    /// The symbol of a text.
    pub fn symbol(&self, text: &str) -> Symbol {
        match self.texts.binary_search_by(|known| known.as_ref().cmp(text)) {
            Ok(index) => Symbol(u32::try_from(index + 1).unwrap_or(0)),
            Err(_) => Symbol::NONE,
        }
    }

    /// The symbol of a text that may be missing.
    pub fn optional(&self, text: Option<&str>) -> Symbol {
        text.map_or(Symbol::NONE, |text| self.symbol(text))
    }

    /// The bit of a line tag; 0 where no rule mentions it.
    pub fn tag_bit(&self, tag: &str) -> u64 {
        match self.tags.binary_search_by(|known| known.as_ref().cmp(tag)) {
            Ok(index) if index < 64 => 1 << index,
            _ => 0,
        }
    }
}

/// A few symbols, sorted.
pub type SymbolSet = SmallVec<[Symbol; 4]>;
