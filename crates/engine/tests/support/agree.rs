//! The engine and the naive model side by side: after every command of a history, both have said the same and hold the
//! same of every member.

use std::fmt::Debug;

use tallybook::core::calendar::Instant;
use tallybook::core::programme::plan::Plan;
use tallybook::log::SimulatedDisk;
use tallybook::{BlockingLedger, LedgerError, Options, Receipt};
use tallybook_testkit::generate::Recorded;
use tallybook_testkit::naive::{Model, Outcome};
use tallybook_testkit::spec::{RuleKind, Spec};

use super::compare::{balances, happening, lots, sorted, taken, tiers};
use super::{HandClock, create_on, small_options};

/// Where the two sides differ: what about, and what each says.
#[derive(Clone, Debug)]
pub struct Difference {
    pub step: usize,
    pub about: String,
    pub detail: String,
}

fn same<T: PartialEq + Debug>(ledger: &T, model: &T, about: &str) -> Result<(), Difference> {
    if ledger == model {
        return Ok(());
    }
    let detail = format!("the ledger has {ledger:#?}\nthe model  {model:#?}");
    Err(Difference { step: usize::MAX, about: about.to_owned(), detail })
}

/// The members of drawn histories.
const MEMBERS: [&str; 3] = ["M0", "M1", "M2"];

/// Whether both sides hold the same of a member.
fn same_member(
    ledger: &BlockingLedger,
    plan: &Plan,
    model: &Model,
    member: &str,
    at: Option<Instant>,
) -> Result<(), Difference> {
    let view = match at {
        None => ledger.member(member).unwrap(),
        Some(at) => ledger.member_at(member, at).unwrap(),
    };
    let Some(view) = view else { return same(&None, &model.settled_to(member), "a member being known") };
    let state = &view.state;
    let later = if at.is_some() { " later" } else { "" };
    if at.is_none() {
        same(&Some(state.settled_to), &model.settled_to(member), "settled to")?;
    }
    let at = at.unwrap_or(Instant::MIN).max(state.settled_to);
    let about = |what: &str| format!("{what} of {member}{later} at {at}");
    same(&balances(plan, state), &model.balances(member, at), &about("balances"))?;
    same(&lots(plan, state), &model.lots(member, at), &about("lots"))?;
    for (ladder, tier) in tiers(plan, state) {
        same(&Some(tier), &model.tier(member, &ladder, at), &about("tier"))?;
    }
    Ok(())
}

/// Whether both sides have taken the same from budgets and stocks.
fn same_counters(ledger: &BlockingLedger, plan: &Plan, model: &Model) -> Result<(), Difference> {
    let (budgets, stocks) = taken(plan, &ledger.ledger_state().unwrap());
    for (budget, used) in budgets {
        same(&used, &model.used(&budget), "used of a budget")?;
    }
    for (reward, gone) in stocks {
        same(&gone, &model.pieces_gone(&reward), "pieces gone of a stock")?;
    }
    Ok(())
}

/// Whether both sides have told the same of one command: of its member, and of whoever else it concerned.
fn same_outcome(
    ledger: &BlockingLedger,
    plan: &Plan,
    told: Result<Receipt, LedgerError>,
    expected: Result<Outcome, String>,
) -> Result<(), Difference> {
    match (told, expected) {
        (Ok(receipt), Ok(outcome)) => {
            same(&receipt.repeated, &outcome.repeated, "being a repetition")?;
            let told = sorted(receipt.events.iter().map(|event| happening(plan, event)));
            same(&told, &sorted(outcome.happenings), "happenings")?;
            for (other, happenings) in outcome.others {
                let history = ledger.history(&other).unwrap();
                let batch = history.iter().find(|batch| batch.batch_number == receipt.batch_number);
                let events = batch.map_or(&[][..], |batch| &batch.events);
                let told = sorted(events.iter().map(|event| happening(plan, event)));
                same(&told, &sorted(happenings), "happenings of another member")?;
            }
            Ok(())
        }
        (Err(LedgerError::Refused(refusal)), Err(code)) => {
            same(&refusal.code().to_owned(), &code, &format!("refusals {} {code}", refusal.code()))
        }
        (told, expected) => {
            let code = match (&told, &expected) {
                (Err(LedgerError::Refused(refusal)), _) => refusal.code().to_owned(),
                (_, Err(code)) => format!("model {code}"),
                (Err(error), _) => error.to_string(),
                _ => String::new(),
            };
            let detail = format!("the ledger says {told:?}, the model {expected:?}");
            Err(Difference { step: usize::MAX, about: format!("refusal or not: {code}"), detail })
        }
    }
}

/// Another version of a programme: twice the points, and one rule fewer.
fn next_version(spec: &Spec) -> Spec {
    let mut next = spec.clone();
    if next.rules.len() > 1 {
        next.rules.pop();
    }
    for rule in &mut next.rules {
        if let RuleKind::Base { points, .. } | RuleKind::Bonus { points } = &mut rule.kind {
            *points *= 2;
        }
    }
    next
}

/// Plays a history on both sides; where `publish_at` says so, another version is published before that step, to be in
/// force ten days later.
pub fn agree(spec: &Spec, history: &[Recorded], publish_at: Option<usize>) -> Result<(), Difference> {
    let Some(first) = history.first() else { return Ok(()) };
    let clock = HandClock::at(first.recorded_at);
    let options = Options { clock: clock.clock(), snapshots: false, ..small_options() };
    let ledger = create_on(&SimulatedDisk::new(), options);
    ledger.publish(&spec.to_toml(), Instant::EARLIEST).unwrap();
    let mut model = Model::new(spec.clone());
    let programmes = ledger.programmes().unwrap();
    let plan = &programmes.versions()[0].plan;
    for (step, Recorded { command, recorded_at }) in history.iter().enumerate() {
        clock.set(*recorded_at);
        if publish_at == Some(step) {
            let (next, from) = (next_version(spec), recorded_at.plus_days(10));
            ledger.publish(&next.to_toml(), from).unwrap();
            model.publish(next, from, *recorded_at).unwrap();
        }
        let expected = model.submit_command(command, *recorded_at);
        let told = ledger.submit(command.clone());
        same_outcome(&ledger, plan, told, expected)
            .and_then(|()| {
                MEMBERS.iter().try_for_each(|member| same_member(&ledger, plan, &model, member, None))
            })
            .and_then(|()| same_counters(&ledger, plan, &model))
            .map_err(|difference| Difference { step, ..difference })?;
    }
    let end = history[history.len() - 1].recorded_at;
    for years in [0, 1, 2, 9] {
        let at = end.plus_days(365 * years + 1);
        MEMBERS.iter().try_for_each(|member| same_member(&ledger, plan, &model, member, Some(at)))?;
    }
    Ok(())
}
