//! Benefits: what tiers give a number of times per period.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::currency::{cap_number, check_period, period_name};
use super::findings::Notes;
use super::offer::check_count;
use super::scalar::{check_id, check_unique, whole_or};
use crate::ids::TierNumber;
use crate::programme::plan::{Benefit, Ladder};
use crate::programme::registry::Registry;
use crate::programme::schema::{At, BenefitTable};

/// Most benefits of a programme.
const BENEFITS_MAX: usize = 256;

/// The benefits in file order, without those whose ladder is unknown.
pub(super) fn benefits(
    tables: &[At<BenefitTable>],
    ladders: &[Option<Ladder>],
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Vec<Benefit> {
    check_unique(notes, tables.iter().map(|table| &table.value.id), "benefit");
    check_count(tables, "benefits", BENEFITS_MAX, notes);
    let mut benefits = Vec::new();
    for at in tables {
        let BenefitTable { id, per, times, .. } = &at.value;
        check_id(notes, id, "benefit");
        check_period(per, &format!("the benefit `{}`", id.value), notes);
        // As with caps: a new number of times goes on with the old counter, and a new period starts one of its own.
        let name = format!("benefit {}/{}", id.value, period_name(per.value));
        let number = cap_number(&name, &id.span, numbers, notes);
        let Some(ladder) = ladder(at, ladders, notes) else { continue };
        if times.value.is_empty() {
            let message = format!("no tier gives the benefit `{}`", id.value);
            notes.add(&times.span, message, "Add a tier and how many times, such as times = { gold = 2 }");
        }
        benefits.push(Benefit {
            number,
            id: id.value.as_str().into(),
            ladder: ladder.number,
            per: per.value,
            times: times_by_tier(&times.value, ladder, notes),
        });
    }
    benefits
}

/// The ladder whose tiers give the benefit, which may be left out where there is only one.
fn ladder<'p>(at: &At<BenefitTable>, ladders: &'p [Option<Ladder>], notes: &mut Notes) -> Option<&'p Ladder> {
    let mut all = ladders.iter().flatten();
    if let Some(name) = &at.value.ladder {
        let found = all.find(|ladder| ladder.id.as_ref() == name.value);
        if found.is_none() {
            let known: Vec<&str> = ladders.iter().flatten().map(|ladder| ladder.id.as_ref()).collect();
            notes.unknown(name, "ladder", &known, "add [[ladder]]");
        }
        return found;
    }
    let (first, second) = (all.next(), all.next());
    let id = &at.value.id.value;
    if first.is_none() {
        let message = format!("no tier can give the benefit `{id}`: there is no ladder");
        notes.add(&at.span, message, "Add [[ladder]]");
    } else if second.is_some() {
        let message = format!("the benefit `{id}` does not say which ladder's tiers give it");
        notes.add(&at.span, message, "Add ladder, as there are several");
    }
    first
}

/// How many times each listed tier gives it, lowest tier first.
fn times_by_tier(
    table: &BTreeMap<String, At<i64>>,
    ladder: &Ladder,
    notes: &mut Notes,
) -> SmallVec<[(TierNumber, i64); 4]> {
    for (id, times) in table {
        if !ladder.tiers.iter().any(|tier| tier.id.as_ref() == id) {
            let known: Vec<&str> = ladder.tiers.iter().map(|tier| tier.id.as_ref()).collect();
            let name = At { value: id.clone(), span: times.span.clone() };
            notes.unknown(&name, "tier", &known, "add [[ladder.tier]]");
        }
    }
    let listed = ladder.tiers.iter().filter_map(|tier| {
        let times = table.get(tier.id.as_ref())?;
        Some((tier.number, whole_or(notes, Some(times), &tier.id, 1..=1_000_000_000, 1)))
    });
    listed.collect()
}
