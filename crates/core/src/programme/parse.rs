//! Reads a programme file, checks it, and compiles it to a [`Plan`].
//!
//! Invariants:
//! - a file with any finding gives no plan and leaves the registry as it was;
//! - findings name line, column and a remedy, and all of them come in one pass; only a file that is not TOML, or not of
//!   the right shape, gives the first alone;
//! - the same file and registry give the same plan.
//!
//! It does not decide whether a version may be published: that is [`versions`](super::versions).

mod conditions;
mod currency;
mod findings;
mod iso4217;
mod ladder;
mod rule;
mod scalar;
#[cfg(test)]
mod tests;

use self::findings::{Notes, misshapen};
use super::plan::{Cap, CapPeriod, LadderPeriod, MoneyCurrency, Plan};
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
    let currencies = currency::currencies(&file.currency, &money, numbers, notes);
    let ladders = ladder::ladders(&file.ladder, &money, &currencies, numbers, notes);
    let symbols = conditions::symbols(&file.rule, notes);
    let scope =
        rule::Scope { zone, money: &money, currencies: &currencies, ladders: &ladders, symbols: &symbols };
    let rules = rule::rules(&file.rule, &scope, numbers, notes);
    let mut plan = Plan {
        name: file.name.value.as_str().into(),
        zone,
        enrol_on_first_fact: file.enrol_on_first_fact.unwrap_or(true),
        late_limit_days,
        clock_skew_seconds,
        horizon_days: 0,
        money,
        currencies,
        rules,
        ladders,
        symbols,
    };
    plan.horizon_days = horizon_days(&plan);
    plan
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
        period + ladder.grace_days
    });
    let caps = plan.currencies.iter().flatten().flat_map(|currency| &currency.caps);
    let caps = caps.chain(plan.rules.iter().flat_map(|rule| &rule.caps)).map(cap_days);
    plan.late_limit_days + ladders.chain(caps).max().unwrap_or(0) + 2
}

/// The longest that a cap's period lasts, in days; 0 where its counter is kept for ever.
fn cap_days(cap: &Cap) -> u32 {
    match cap.per {
        CapPeriod::Order | CapPeriod::Day => 1,
        CapPeriod::Week => 7,
        CapPeriod::Month => 31,
        CapPeriod::Year | CapPeriod::TierPeriod => 366,
        CapPeriod::Ever => 0,
    }
}
