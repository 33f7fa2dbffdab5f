//! Expiry policies: those of currencies, and those that a rule, a campaign or a tier has instead.
//!
//! A lot keeps the months of its inactivity and nothing else of it. So all policies that may give lots of one currency
//! the same months must agree in what renews them and in how their end is rounded.

use std::ops::Range;

use super::findings::Notes;
use super::scalar::whole_or;
use crate::ids::{CurrencyNumber, PolicyIndex};
use crate::programme::plan::{End, Expiry, Inactivity, RenewalKind, RenewalKinds, RoundTo, Span};
use crate::programme::schema::{At, ExpiryPolicy, ExpiryTable};

/// What starts the clock of an inactivity anew where the file does not say.
const USUAL_KINDS: [RenewalKind; 3] = [RenewalKind::Order, RenewalKind::Activity, RenewalKind::Redemption];

/// The expiries of a programme, gathered while its tables are read.
#[derive(Debug, Default)]
pub(super) struct Expiries {
    /// Those of rules, campaigns and tiers, without repeats: lots of equal expiry are one lot.
    pub list: Vec<Expiry>,
    idle: Vec<Idle>,
}

/// An inactivity and where it applies.
#[derive(Debug)]
struct Idle {
    /// `None` is any currency.
    currency: Option<CurrencyNumber>,
    inactivity: Inactivity,
    span: Range<usize>,
}

impl Expiries {
    /// The place of an expiry in the list, where it is put if it is new.
    pub fn place(&mut self, expiry: Expiry) -> PolicyIndex {
        let index = self.list.iter().position(|known| *known == expiry).unwrap_or_else(|| {
            self.list.push(expiry);
            self.list.len() - 1
        });
        // Rules, campaigns and tiers are fewer than numbers, or the file is refused.
        PolicyIndex(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// Takes down that lots of a currency (`None`: of any) may have an expiry of the list.
    pub fn applies(&mut self, currency: Option<CurrencyNumber>, index: PolicyIndex, span: &Range<usize>) {
        if let Some(expiry) = self.list.get(usize::from(index.0)).copied() {
            self.note(currency, expiry, span);
        }
    }

    /// Takes down the expiry of a currency itself.
    pub fn is_usual(&mut self, currency: CurrencyNumber, expiry: Expiry, span: &Range<usize>) {
        self.note(Some(currency), expiry, span);
    }

    fn note(&mut self, currency: Option<CurrencyNumber>, expiry: Expiry, span: &Range<usize>) {
        if let Some(inactivity) = expiry.inactivity {
            self.idle.push(Idle { currency, inactivity, span: span.clone() });
        }
    }

    /// Notes inactivities of one currency and length that differ in what a lot does not keep.
    pub fn check_idle(&mut self, notes: &mut Notes) {
        self.idle.sort_by_key(|idle| idle.span.start);
        for (index, later) in self.idle.iter().enumerate() {
            let meets = |earlier: &&Idle| {
                let one_currency = earlier.currency.is_none()
                    || later.currency.is_none()
                    || earlier.currency == later.currency;
                one_currency && earlier.inactivity.months == later.inactivity.months
            };
            let differs = self.idle[..index].iter().filter(meets).find_map(|earlier| {
                if earlier.inactivity.round_to != later.inactivity.round_to {
                    Some("round_to")
                } else if earlier.inactivity.kinds != later.inactivity.kinds {
                    Some("kinds")
                } else {
                    None
                }
            });
            if let Some(key) = differs {
                let months = later.inactivity.months;
                let message =
                    format!("one currency has inactivity of {months} months twice, with different `{key}`");
                let remedy = format!("Give both the same `{key}`, or let one of them have other months");
                notes.add(&later.span, message, remedy);
            }
        }
    }
}

/// The expiry policy, refusing keys that do not go with it.
pub(super) fn expiry(at: &At<ExpiryTable>, notes: &mut Notes) -> Expiry {
    check_keys(&at.value, notes);
    match at.value.policy {
        ExpiryPolicy::Never => Expiry::NEVER,
        ExpiryPolicy::Calendar => Expiry::at(calendar(at, notes)),
        ExpiryPolicy::After => Expiry::at(after(at, notes)),
        ExpiryPolicy::Inactivity => Expiry { ends: [None, None], inactivity: Some(inactivity(at, notes)) },
        ExpiryPolicy::EarliestOf => earliest_of(at, notes),
    }
}

/// A key, where it stands, and the policies that it goes with.
type Key<'t> = (&'static str, Option<&'t Range<usize>>, &'static [ExpiryPolicy]);

/// Notes keys that belong to other policies.
fn check_keys(table: &ExpiryTable, notes: &mut Notes) {
    use ExpiryPolicy::{After, Calendar, EarliestOf, Inactivity};
    fn place<T>(value: &Option<At<T>>) -> Option<&Range<usize>> {
        value.as_ref().map(|value| &value.span)
    }
    let keys: [Key; 7] = [
        ("days", place(&table.days), &[After]),
        ("months", place(&table.months), &[After, Inactivity]),
        ("years", place(&table.years), &[After, Calendar]),
        ("round_to", place(&table.round_to), &[After, Inactivity]),
        ("counts_from", place(&table.counts_from), &[After, Calendar, Inactivity]),
        ("kinds", place(&table.kinds), &[Inactivity]),
        ("of", place(&table.of), &[EarliestOf]),
    ];
    for (key, span, policies) in keys {
        let Some(span) = span else { continue };
        if !policies.contains(&table.policy) {
            let wanted: Vec<String> =
                policies.iter().map(|policy| format!("\"{}\"", policy.word())).collect();
            let message = format!("`{key}` does not go with the expiry policy `{}`", table.policy.word());
            notes.add(span, message, format!("Leave `{key}` out, or let policy be {}", wanted.join(" or ")));
        }
    }
}

fn calendar(at: &At<ExpiryTable>, notes: &mut Notes) -> End {
    let table = &at.value;
    if table.years.is_none() {
        notes.add(&at.span, "`calendar` lacks `years`", "Add years = 0 for the end of the year of the start");
    }
    End::Calendar {
        years: whole_or(notes, table.years.as_ref(), "years", 0..=100, 0),
        counts_from: table.counts_from.as_ref().map(|from| from.value).unwrap_or_default(),
    }
}

fn after(at: &At<ExpiryTable>, notes: &mut Notes) -> End {
    let table = &at.value;
    let spans = [("days", &table.days), ("months", &table.months), ("years", &table.years)];
    let given: Vec<(&str, &At<i64>)> =
        spans.iter().filter_map(|(key, number)| number.as_ref().map(|number| (*key, number))).collect();
    if given.len() != 1 {
        let message = format!("`after` has {} of days, months and years", given.len());
        notes.add(&at.span, message, "Give exactly one of them");
    }
    let span = match given.first() {
        Some(("days", days)) => Span::Days(whole_or(notes, Some(days), "days", 1..=36_500, 1)),
        Some(("years", years)) => Span::Months(12 * whole_or(notes, Some(years), "years", 1..=100, 1)),
        Some((_, months)) => Span::Months(whole_or(notes, Some(months), "months", 1..=1_200, 1)),
        None => Span::Days(1),
    };
    End::After {
        span,
        round_to: round_to(table),
        counts_from: table.counts_from.as_ref().map(|from| from.value).unwrap_or_default(),
    }
}

fn inactivity(at: &At<ExpiryTable>, notes: &mut Notes) -> Inactivity {
    let table = &at.value;
    if table.months.is_none() {
        notes.add(&at.span, "`inactivity` lacks `months`", "Add months = 12, or how many it is to be");
    }
    let kinds = match &table.kinds {
        Some(kinds) if kinds.value.is_empty() => {
            let message = "nothing that a member does counts against the inactivity";
            notes.add(&kinds.span, message, "Name kinds, leave `kinds` out, or let policy be \"after\"");
            RenewalKinds::default()
        }
        Some(kinds) => RenewalKinds::of(&kinds.value),
        None => RenewalKinds::of(&USUAL_KINDS),
    };
    Inactivity {
        months: whole_or(notes, table.months.as_ref(), "months", 1..=1_200, 1),
        round_to: round_to(table),
        counts_from: table.counts_from.as_ref().map(|from| from.value).unwrap_or_default(),
        kinds,
    }
}

fn round_to(table: &ExpiryTable) -> RoundTo {
    table.round_to.as_ref().map(|unit| unit.value).unwrap_or_default()
}

/// Two policies, each with a settled end but for one that may be an inactivity.
fn earliest_of(at: &At<ExpiryTable>, notes: &mut Notes) -> Expiry {
    const ACCEPTED: &str = "List two of \"after\", \"calendar\" and \"inactivity\", the last at most once";
    let Some(parts) = &at.value.of else {
        notes.add(&at.span, "`earliest_of` lacks `of`", ACCEPTED);
        return Expiry::NEVER;
    };
    if parts.value.len() != 2 {
        let message = format!("`earliest_of` has {} policies", parts.value.len());
        notes.add(&parts.span, message, ACCEPTED);
    }
    let mut ends = Vec::new();
    let mut idle = None;
    for part in &parts.value {
        match part.value.policy {
            ExpiryPolicy::Never | ExpiryPolicy::EarliestOf => {
                let message = format!("`{}` cannot be a part of `earliest_of`", part.value.policy.word());
                notes.add(&part.span, message, ACCEPTED);
            }
            ExpiryPolicy::Inactivity if idle.is_some() => {
                notes.add(&part.span, "`earliest_of` has `inactivity` twice", ACCEPTED);
            }
            _ => {
                let one = expiry(part, notes);
                idle = idle.or(one.inactivity);
                ends.extend(one.ends[0]);
            }
        }
    }
    Expiry { ends: [ends.first().copied(), ends.get(1).copied()], inactivity: idle }
}
