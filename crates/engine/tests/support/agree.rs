//! The engine and the naive model side by side: after every command of a history, both have said the same and hold the
//! same of every member.

use std::fmt::Debug;

use tallybook::core::calendar::Instant;
use tallybook::core::programme::versions::Programmes;
use tallybook::log::SimulatedDisk;
use tallybook::{BlockingLedger, LedgerError, Options, Receipt};
use tallybook_testkit::generate::{Published, Recorded};
use tallybook_testkit::naive::{Model, Outcome};
use tallybook_testkit::spec::{RuleKind, Spec};

use super::compare::{Drawn, Place, balances, happening, lots, places, sorted, taken};
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
    programmes: &Programmes,
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
    let plan = &programmes.in_force(at).unwrap().plan;
    same(&balances(plan, state), &model.balances(member, at), &about("balances"))?;
    same(&lots(programmes, state), &model.lots(member, at), &about("lots"))?;
    for (ladder, place) in places(programmes, plan, state) {
        let expected = Place {
            by_figures: model.tier(member, &ladder, at),
            by_hand: model.tier_by_hand(member, &ladder, at),
            held: model.held(member, &ladder, at),
            lifetime: model.lifetime_figures(member, &ladder, at),
        };
        same(&place, &expected, &about(&format!("place on {ladder}")))?;
    }
    Ok(())
}

/// Whether both sides have taken the same from budgets and stocks.
fn same_counters(ledger: &BlockingLedger, programmes: &Programmes, model: &Model) -> Result<(), Difference> {
    let plan = &programmes.versions()[0].plan;
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
    programmes: &Programmes,
    told: Result<Receipt, LedgerError>,
    expected: Result<Outcome, String>,
) -> Result<(), Difference> {
    match (told, expected) {
        (Ok(receipt), Ok(outcome)) => {
            same(&receipt.repeated, &outcome.repeated, "being a repetition")?;
            let told = sorted(receipt.events.iter().map(|event| happening(programmes, event)));
            same(&told, &sorted(outcome.happenings), "happenings")?;
            for (other, happenings) in outcome.others {
                let history = ledger.history(&other).unwrap();
                let batch = history.iter().find(|batch| batch.batch_number == receipt.batch_number);
                let events = batch.map_or(&[][..], |batch| &batch.events);
                let told = sorted(events.iter().map(|event| happening(programmes, event)));
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

/// The same with one later version instead of those drawn: published before that step, to be in force ten days later.
pub fn with_other_rules(drawn: &Drawn, publish_at: usize) -> Drawn {
    let mut drawn = Drawn { later: Vec::new(), ..drawn.clone() };
    if let Some(Recorded { recorded_at, .. }) = drawn.history.get(publish_at) {
        drawn.later.push(Published {
            commands_before: publish_at,
            spec: next_version(&drawn.spec),
            from: recorded_at.plus_days(10),
            recorded_at: *recorded_at,
        });
    }
    drawn
}

/// Plays a history on both sides.
pub fn agree(drawn: &Drawn) -> Result<(), Difference> {
    let Some(first) = drawn.history.first() else { return Ok(()) };
    let published = drawn.later.iter().map(|later| later.recorded_at);
    let clock = HandClock::at(published.chain([first.recorded_at]).min().unwrap());
    let options = Options { clock: clock.clock(), snapshots: false, ..small_options() };
    let ledger = create_on(&SimulatedDisk::new(), options);
    ledger.publish(&drawn.spec.to_toml(), Instant::EARLIEST).unwrap();
    let mut model = Model::new(drawn.spec.clone());
    let mut programmes = ledger.programmes().unwrap();
    for (step, Recorded { command, recorded_at }) in drawn.history.iter().enumerate() {
        for Published { spec, from, recorded_at, .. } in drawn.published_before(step) {
            clock.set(*recorded_at);
            let told = ledger.publish(&spec.to_toml(), *from);
            let expected = model.publish(spec.clone(), *from, *recorded_at);
            let codes = (code(&told), expected.as_ref().err().map(String::as_str));
            same(&codes.0, &codes.1, "publishing").map_err(|difference| Difference { step, ..difference })?;
            programmes = ledger.programmes().unwrap();
        }
        clock.set(*recorded_at);
        let expected = model.submit_command(command, *recorded_at);
        let told = ledger.submit(command.clone());
        same_outcome(&ledger, &programmes, told, expected)
            .and_then(|()| {
                MEMBERS.iter().try_for_each(|member| same_member(&ledger, &programmes, &model, member, None))
            })
            .and_then(|()| same_counters(&ledger, &programmes, &model))
            .map_err(|difference| Difference { step, ..difference })?;
    }
    let end = drawn.history[drawn.history.len() - 1].recorded_at;
    for years in [0, 1, 2, 9] {
        let at = end.plus_days(365 * years + 1);
        MEMBERS.iter().try_for_each(|member| same_member(&ledger, &programmes, &model, member, Some(at)))?;
    }
    Ok(())
}

/// The code of a refusal, if it is one.
fn code<T>(outcome: &Result<T, LedgerError>) -> Option<&'static str> {
    match outcome {
        Ok(_) => None,
        Err(LedgerError::Refused(refusal)) => Some(refusal.code()),
        Err(error) => panic!("{error}"),
    }
}
