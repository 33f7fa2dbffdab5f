//! What stands beside the rules: activities, budgets, campaigns, rewards, referrals.

use std::ops::Range;

use smallvec::SmallVec;

use super::conditions;
use super::expiry::{Expiries, expiry};
use super::findings::Notes;
use super::rule::Scope;
use super::scalar::{check_id, check_unique, decimal, whole_or};
use super::window::Window;
use crate::ids::{BudgetNumber, CurrencyNumber, PolicyIndex};
use crate::points::Points;
use crate::programme::plan::{
    ActivityKind, Budget, Campaign as CampaignTime, PointCurrency, Referral, Reward, Stock, Usage,
};
use crate::programme::registry::{ACTIVITIES_MAX, BUDGETS_MAX, Registry};
use crate::programme::schema::{
    ActivityTable, At, BudgetTable, CampaignTable, ReferralTable, RewardTable, Text,
};

/// Most budgets of a programme.
const PROGRAMME_BUDGETS_MAX: usize = 256;
/// Most campaigns of a programme.
const CAMPAIGNS_MAX: usize = 256;
/// Most rewards of a programme.
const REWARDS_MAX: usize = 1_024;

/// Notes the first table past a limit.
pub(super) fn check_count<T>(tables: &[At<T>], what: &str, count_max: usize, notes: &mut Notes) {
    if let Some(first_too_many) = tables.get(count_max) {
        let message = format!("there are {} {what}", tables.len());
        notes.add(&first_too_many.span, message, format!("Keep to {count_max}"));
    }
}

/// The kinds of activity in file order.
pub(super) fn activities(
    tables: &[At<ActivityTable>],
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Vec<ActivityKind> {
    check_unique(notes, tables.iter().map(|table| &table.value.id), "kind of activity");
    let mut kinds = Vec::new();
    for ActivityTable { id } in tables.iter().map(|at| &at.value) {
        check_id(notes, id, "kind of activity");
        match numbers.activity(&id.value) {
            Some(number) => kinds.push(ActivityKind { number, id: id.value.as_str().into() }),
            None => {
                let message = "there are too many kinds of activity in all versions of this programme";
                notes.add(&id.span, message, format!("Keep to {ACTIVITIES_MAX} ids"));
            }
        }
    }
    kinds
}

/// The point currency that something is in, which may be left out where there is only one. `what` it is, and what it
/// does with the currency: "the rule `base`", "gives".
pub(super) fn currency<'p>(
    name: Option<&Text>,
    known: &'p [Option<PointCurrency>],
    (what, does): (&str, &str),
    span: &Range<usize>,
    notes: &mut Notes,
) -> Option<&'p PointCurrency> {
    let mut all = known.iter().flatten();
    let Some(name) = name else {
        let first = all.next()?;
        if all.next().is_some() {
            let message = format!("{what} does not say which currency it {does}");
            notes.add(span, message, "Add currency, as there are several");
        }
        return Some(first);
    };
    let found = all.find(|currency| currency.id.as_ref() == name.value);
    if found.is_none() {
        let ids: Vec<&str> = known.iter().flatten().map(|currency| currency.id.as_ref()).collect();
        notes.unknown(name, "currency", &ids, "add [[currency]]");
    }
    found
}

/// The number of a counter over all members, noting when there are too many.
fn counter(name: &str, span: &Range<usize>, numbers: &mut Registry, notes: &mut Notes) -> BudgetNumber {
    numbers.budget(name).unwrap_or_else(|| {
        let message = "there are too many budgets and stocks in all versions of this programme";
        notes.add(span, message, format!("Keep to {BUDGETS_MAX} ids"));
        BudgetNumber(0)
    })
}

/// The budgets in file order; `None` for one whose currency is unknown.
pub(super) fn budgets(
    tables: &[At<BudgetTable>],
    currencies: &[Option<PointCurrency>],
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Vec<Option<Budget>> {
    check_unique(notes, tables.iter().map(|table| &table.value.id), "budget");
    check_count(tables, "budgets", PROGRAMME_BUDGETS_MAX, notes);
    let mut budgets = Vec::new();
    for at in tables {
        let BudgetTable { id, currency: name, limit, beyond } = &at.value;
        check_id(notes, id, "budget");
        let what = format!("the budget `{}`", id.value);
        let currency = currency(name.as_ref(), currencies, (&what, "is counted in"), &at.span, notes);
        let number = counter(&format!("budget {}", id.value), &at.span, numbers, notes);
        if let Some(currency) = currency {
            let counted_in = numbers.budget_currency(number, currency.number);
            if counted_in != currency.number {
                let before = numbers.currencies.get(usize::from(counted_in.0)).map_or("", AsRef::as_ref);
                let message = format!("{what} was counted in `{before}` by an earlier version");
                let place = name.as_ref().map_or(&at.span, |name| &name.span);
                notes.add(place, message, "Give the new budget an id of its own");
            }
        }
        budgets.push(currency.map(|currency| Budget {
            number,
            id: id.value.as_str().into(),
            currency: currency.number,
            limit: Points(decimal(notes, limit, "limit", currency.scale, 1).unwrap_or(1)),
            beyond: *beyond,
        }));
    }
    budgets
}

/// The place of a budget among the tables, noting an unknown one.
pub(super) fn budget_index(name: &Text, tables: &[At<BudgetTable>], notes: &mut Notes) -> Option<u16> {
    let found = tables.iter().position(|at| at.value.id.value == name.value);
    if found.is_none() {
        let ids: Vec<&str> = tables.iter().map(|at| at.value.id.value.as_str()).collect();
        notes.unknown(name, "budget", &ids, "add [[budget]]");
    }
    found.and_then(|index| u16::try_from(index).ok())
}

/// A campaign as its rules see it.
#[derive(Debug)]
pub(super) struct Campaign {
    /// Its id in the file.
    pub id: Box<str>,
    /// Its time.
    pub window: Window,
    /// Its budget, by its place among the tables.
    pub budget: Option<u16>,
    /// Its expiry: a place among the programme's.
    pub expiry: Option<(PolicyIndex, Range<usize>)>,
}

impl Campaign {
    /// The campaign as the plan has it.
    pub fn time(&self) -> CampaignTime {
        CampaignTime { id: self.id.clone(), from: self.window.from, until: self.window.until }
    }
}

/// The campaigns in file order.
pub(super) fn campaigns(
    tables: &[At<CampaignTable>],
    scope: &Scope,
    expiries: &mut Expiries,
    notes: &mut Notes,
) -> Vec<Campaign> {
    check_unique(notes, tables.iter().map(|table| &table.value.id), "campaign");
    check_count(tables, "campaigns", CAMPAIGNS_MAX, notes);
    let mut campaigns = Vec::new();
    for table in tables.iter().map(|at| &at.value) {
        check_id(notes, &table.id, "campaign");
        let window = Window::read(table.from.as_ref(), table.until.as_ref(), scope.zone, notes);
        if let (true, Some(until)) = (window.is_empty(), &table.until) {
            let message = format!("the campaign `{}` ends before it starts", table.id.value);
            notes.add(&until.span, message, "Let `until` be after `from`");
        }
        let expiry = table.expiry.as_ref().map(|at| (expiries.place(expiry(at, notes)), at.span.clone()));
        campaigns.push(Campaign {
            id: table.id.value.as_str().into(),
            window,
            budget: table.budget.as_ref().and_then(|name| budget_index(name, scope.budget_tables, notes)),
            expiry,
        });
    }
    campaigns
}

/// The rewards in file order.
pub(super) fn rewards(
    tables: &[At<RewardTable>],
    scope: &Scope,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Vec<Reward> {
    check_unique(notes, tables.iter().map(|table| &table.value.id), "reward");
    check_count(tables, "rewards", REWARDS_MAX, notes);
    let mut rewards = Vec::new();
    for at in tables {
        let table = &at.value;
        check_id(notes, &table.id, "reward");
        let window = Window::read(table.from.as_ref(), table.until.as_ref(), scope.zone, notes);
        if let (true, Some(until)) = (window.is_empty(), &table.until) {
            let message =
                format!("the reward `{}` is never offered: it ends before it starts", table.id.value);
            notes.add(&until.span, message, "Let `until` be after `from`");
        }
        let stock = table.stock.as_ref().map(|pieces| Stock {
            number: counter(&format!("stock {}", table.id.value), &pieces.span, numbers, notes),
            pieces: whole_or(notes, Some(pieces), "stock", 0..=1_000_000_000, 0),
        });
        let tiers: SmallVec<_> = conditions::tiers(&table.tier, scope, notes);
        let what = format!("the reward `{}`", table.id.value);
        let name = table.currency.as_ref();
        let Some(currency) = currency(name, scope.currencies, (&what, "is paid in"), &at.span, notes) else {
            continue;
        };
        if currency.usage == Usage::Qualifying {
            let message =
                format!("{what} cannot be paid: the points of `{}` count for tiers only", currency.id);
            let place = name.map_or(&at.span, |name| &name.span);
            notes.add(place, message, "Name a currency that can be spent, or let its use be \"both\"");
        }
        rewards.push(Reward {
            id: table.id.value.as_str().into(),
            currency: currency.number,
            points: Points(decimal(notes, &table.points, "points", currency.scale, 1).unwrap_or(1)),
            stock,
            from: window.from,
            until: window.until,
            tiers,
        });
    }
    rewards
}

/// What a referral waits for.
pub(super) fn referral(at: &At<ReferralTable>, notes: &mut Notes) -> Referral {
    Referral { window_days: whole_or(notes, Some(&at.value.window_days), "window_days", 1..=3_650, 1) }
}

/// Notes a budget that is not in the currency of what draws on it.
pub(super) fn check_budget_currency(
    budget: &Budget,
    currency: &PointCurrency,
    scope: &Scope,
    place: &Text,
    notes: &mut Notes,
) {
    if budget.currency == currency.number {
        return;
    }
    let message = format!(
        "the budget `{}` is counted in `{}`, and the rule gives `{}`",
        budget.id,
        currency_id(scope, budget.currency),
        currency.id
    );
    notes.add(&place.span, message, format!("Add a budget in `{}`, and name that", currency.id));
}

fn currency_id<'p>(scope: &Scope<'p>, number: CurrencyNumber) -> &'p str {
    let found = scope.currencies.get(usize::from(number.0)).and_then(Option::as_ref);
    found.map_or("", |currency| currency.id.as_ref())
}
