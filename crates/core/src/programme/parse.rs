//! Reads a programme file, checks it, and compiles it to a [`Plan`].
//!
//! Invariants:
//! - a file with any finding gives no plan and leaves the registry as it was;
//! - findings name line, column and a remedy, and all of them come in one pass; only a file that is not TOML, or not of
//!   the right shape, gives the first alone;
//! - the same file and registry give the same plan.
//!
//! It does not decide whether a version may be published: that is [`versions`](super::versions).

mod benefit;
mod conditions;
mod currency;
mod exchange;
mod expiry;
mod expression;
mod findings;
mod iso4217;
mod ladder;
mod occasion;
mod offer;
mod rule;
mod scalar;
#[cfg(test)]
mod tests;
mod threshold;
mod window;

use self::currency::Setting;
use self::expiry::Expiries;
use self::findings::{Notes, misshapen};
use self::offer::Campaign;
use self::rule::Scope;
use super::plan::{CapPeriod, LadderPeriod, MoneyCurrency, Plan, Triggers};
use super::registry::Registry;
use super::schema::{At, MoneyTable, ProgrammeFile, Text};
use crate::calendar::{Instant, Zone};
use crate::ids::is_name;
use crate::money::CurrencyCode;

pub use self::findings::{Finding, Findings};
pub use self::iso4217::money_exponent;
pub use super::schema::json_schema;

/// Most bytes of a programme file: 1 MiB.
pub const SOURCE_BYTES_MAX: usize = 1 << 20;
/// Most rules of a programme.
pub const RULES_MAX: usize = 512;

/// A programme file that stands every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The plan, under numbers given from 0.
    pub plan: Plan,
    /// The names behind the numbers.
    pub registry: Registry,
    /// When the file says that it comes into force.
    pub effective_from: Option<Instant>,
}

/// Checks a programme file by itself, without the versions of a ledger.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(source: &str) -> Result<Checked, Findings> {
    let mut registry = Registry::default();
    let plan = compile(source, &mut registry)?;
    Ok(Checked { plan, registry, effective_from: effective_from(source) })
}

/// When a programme file says that it comes into force; `None` where it does not say, or is not sound in this.
pub fn effective_from(source: &str) -> Option<Instant> {
    let file = read(source).ok()?;
    scalar::instant_of(&file.effective_from?.value.0, Zone::parse(&file.zone.value)?)
}

/// Compiles a programme file under the numbers of a ledger; names that are new to it get numbers in the registry.
///
/// # Errors
/// Everything that is wrong with the file. The registry is then unchanged.
pub fn compile(source: &str, registry: &mut Registry) -> Result<Plan, Findings> {
    let file = read(source)?;
    let mut notes = Notes::new(source);
    let mut numbers = registry.clone();
    let plan = plan(&file, &mut numbers, &mut notes);
    notes.finish()?;
    *registry = numbers;
    Ok(plan)
}

fn read(source: &str) -> Result<ProgrammeFile, Findings> {
    if source.len() > SOURCE_BYTES_MAX {
        let mut notes = Notes::new("");
        let message = format!("the file has {} bytes", source.len());
        notes.add(&(0..0), message, format!("Keep it within {SOURCE_BYTES_MAX} bytes"));
        notes.finish()?;
    }
    toml::from_str(source).map_err(|error| misshapen(source, &error))
}

/// The plan of a file. Where something was noted, a stand-in takes its place, and the plan is not to be used.
fn plan(file: &ProgrammeFile, numbers: &mut Registry, notes: &mut Notes) -> Plan {
    check_name(&file.name, notes);
    let zone = zone(&file.zone, notes);
    if let Some(from) = &file.effective_from {
        scalar::moment(notes, from, zone);
    }
    let late_limit_days =
        scalar::whole_or(notes, file.late_limit_days.as_ref(), "late_limit_days", 0..=3_650, 400);
    let skew = file.clock_skew_seconds.as_ref();
    let clock_skew_seconds = scalar::whole_or(notes, skew, "clock_skew_seconds", 0..=86_400, 300);
    let money = money(&file.money, notes);
    let mut expiries = Expiries::default();
    let setting = Setting { zone, money: &money };
    let currencies = currency::currencies(&file.currency, setting, &mut expiries, numbers, notes);
    let activities = offer::activities(&file.activity, numbers, notes);
    let setting = ladder::Setting {
        money: &money,
        currencies: &currencies,
        activities: &activities,
        has_referral: file.referral.is_some(),
    };
    let ladders = ladder::ladders(&file.ladder, setting, &mut expiries, numbers, notes);
    let budgets = offer::budgets(&file.budget, &currencies, numbers, notes);
    let expressions = expression::expressions(&file.rule, notes);
    let symbols = conditions::symbols(&file.rule, &expressions, notes);
    let mut scope = Scope {
        zone,
        money: &money,
        currencies: &currencies,
        ladders: &ladders,
        symbols: &symbols,
        activities: &activities,
        budget_tables: &file.budget,
        budgets: &budgets,
        campaigns: &[],
        has_referral: file.referral.is_some(),
    };
    let campaigns = offer::campaigns(&file.campaign, &scope, &mut expiries, notes);
    scope.campaigns = &campaigns;
    let rules = rule::rules(&file.rule, &expressions, &scope, &mut expiries, numbers, notes);
    let rewards = offer::rewards(&file.reward, &scope, numbers, notes);
    let benefits = benefit::benefits(&file.benefit, &ladders, numbers, notes);
    expiries.check_idle(notes);
    let mut plan = Plan {
        name: file.name.value.as_str().into(),
        zone,
        enrol_on_first_fact: file.enrol_on_first_fact.unwrap_or(true),
        late_limit_days,
        clock_skew_seconds,
        horizon_days: 0,
        triggers: Triggers::of(&rules),
        rules,
        expiries: expiries.list,
        campaigns: campaigns.iter().map(Campaign::time).collect(),
        rewards,
        benefits,
        referral: file.referral.as_ref().map(|table| offer::referral(table, notes)),
        on_close: file.on_close,
        reinstate_days: scalar::whole_or(
            notes,
            file.reinstate_days.as_ref(),
            "reinstate_days",
            0..=3_650,
            30,
        ),
        voucher_days: voucher_days(file, notes),
        money,
        currencies,
        ladders,
        activities,
        budgets: budgets.into_iter().flatten().collect(),
        symbols,
    };
    plan.horizon_days = horizon_days(&plan);
    plan
}

fn voucher_days(file: &ProgrammeFile, notes: &mut Notes) -> Option<u32> {
    let days = scalar::whole(notes, file.voucher_days.as_ref()?, "voucher_days", 1..=3_650)?;
    u32::try_from(days).ok()
}

fn check_name(name: &Text, notes: &mut Notes) {
    if !is_name(&name.value) || name.value.len() > scalar::ID_BYTES_MAX {
        let message = format!("`{}` cannot be the programme's name", name.value.escape_debug());
        notes.add(
            &name.span,
            message,
            format!("Use 1–{} bytes without control characters", scalar::ID_BYTES_MAX),
        );
    }
}

fn zone(name: &Text, notes: &mut Notes) -> Zone {
    Zone::parse(&name.value).unwrap_or_else(|| {
        let message = format!("unknown time zone `{}`", name.value);
        notes.add(&name.span, message, "Use an IANA name, such as Europe/London or Asia/Shanghai");
        Zone::UTC
    })
}

/// The money currencies, one for each table of the file; at least one.
fn money(tables: &At<Vec<At<MoneyTable>>>, notes: &mut Notes) -> Vec<MoneyCurrency> {
    scalar::check_unique(notes, tables.value.iter().map(|table| &table.value.code), "money currency");
    let mut money = Vec::new();
    for table in &tables.value {
        let MoneyTable { code, exponent } = &table.value;
        let usual = money_exponent(&code.value);
        if usual.is_none() {
            let message = format!("`{}` is no currency of ISO 4217", code.value);
            notes.add(&code.span, message, "Use the three capital letters of one in use, such as EUR");
        }
        let exponent = scalar::whole_or(notes, exponent.as_ref(), "exponent", 0..=4, usual.unwrap_or(2));
        if let Some(code) = CurrencyCode::parse(&code.value) {
            money.push(MoneyCurrency { code, exponent });
        }
    }
    if tables.value.is_empty() {
        notes.add(
            &tables.span,
            "no money currency is accepted",
            "Add [[money]] with a code, such as code = \"EUR\"",
        );
    }
    money
}

/// Days for which figures and counters can still be asked for: what may come late, and the longest period before it.
fn horizon_days(plan: &Plan) -> u32 {
    let ladders = plan.ladders.iter().flatten().map(|ladder| {
        let period = match ladder.period {
            LadderPeriod::RollingDays(days) => days,
            LadderPeriod::Lifetime => 0,
            LadderPeriod::CalendarYear | LadderPeriod::AnniversaryJoining | LadderPeriod::AnniversaryTier => {
                366 * (ladder.valid_periods + 1)
            }
        };
        let challenges =
            ladder.tiers.iter().filter_map(|tier| tier.challenge.map(|challenge| challenge.days));
        (period + ladder.grace_days).max(challenges.max().unwrap_or(0))
    });
    let rules = plan.rules.iter().flat_map(|rule| {
        let limits = rule.trigger_limits.iter().map(|limit| limit.per);
        limits.chain(rule.caps.iter().map(|cap| cap.per))
    });
    let currencies = plan.currencies.iter().flatten().flat_map(|currency| {
        let sent = currency.transfer.as_ref().and_then(|transfer| transfer.allowance.limit);
        let bought = currency.purchase.as_ref().and_then(|purchase| purchase.limit);
        currency.caps.iter().chain(&sent).chain(&bought).map(|cap| cap.per).collect::<Vec<_>>()
    });
    let benefits = plan.benefits.iter().map(|benefit| benefit.per);
    let counters = rules.chain(currencies).chain(benefits).map(period_days);
    plan.late_limit_days + ladders.chain(counters).max().unwrap_or(0) + 2
}

/// The longest that the period of a counter lasts, in days; 0 where the counter is kept for ever.
fn period_days(period: CapPeriod) -> u32 {
    match period {
        CapPeriod::Order | CapPeriod::Day => 1,
        CapPeriod::Week => 7,
        CapPeriod::Month => 31,
        CapPeriod::Year | CapPeriod::TierPeriod => 366,
        CapPeriod::Ever => 0,
    }
}
