//! Text in, verdict out: runs a scenario through `decide` and holds every step against what it expects.
//!
//! A scenario is a programme, then steps, one to a line; they are of the member `m`, unless `bob:` names another:
//!
//! ```text
//! programme 1 point per 10.00 CNY, floor
//! points expiry = { policy = "after", days = 30 }
//! 2026-01-05 order A 10.00         | available 1
//! 2026-01-07T10:30 return A 5.00   | available 0   clawed back 1
//! ```
//!
//! The programme's shorthand is told in [`programme`], the commands in [`script`], the expectations in [`expect`];
//! two spaces part one expectation from the next. `publish from 2026-06-01` begins a later version, whose programme
//! lines end with `end`. A bracket left open goes on with the next line, as does a line before one that
//! begins with `|`.
//!
//! Invariants asserted on every step:
//! - a refused command leaves no event and no change;
//! - the events folded into the state before give the state after;
//! - every event's postings add up to nothing, no balance is out, available and pending are the sums of the lots;
//! - a state that is cleared holds nothing.
//!
//! Every scenario runs under several schedules of sweeps, which must not show in its events.
//! It keeps no idempotency keys: that is the engine's business.

mod book;
mod expect;
mod programme;
mod script;

use std::collections::BTreeMap;

use tallybook_core::apply;
use tallybook_core::calendar::{DAY_MICROS, Instant, SECOND_MICROS};
use tallybook_core::command::Command;
use tallybook_core::decide::{self, Case, Party, Precedent, Workspace};
use tallybook_core::event::{Decision, Event};
use tallybook_core::fact::Fact;
use tallybook_core::programme::parse::effective_from;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::{LedgerState, MemberState};

use book::Book;
use script::Act;

pub use programme::source;

/// How often what is due is settled between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Schedule {
    Never,
    Hourly,
    Daily,
    WhenDue,
}

/// Runs a scenario under every schedule of sweeps.
///
/// # Panics
/// Where a step does not come out as expected, or an invariant does not hold.
#[track_caller]
pub fn check(text: &str) {
    let never = run(text, Schedule::Never);
    for schedule in [Schedule::Hourly, Schedule::Daily, Schedule::WhenDue] {
        let swept = run(text, schedule);
        for (name, person) in &never.people {
            let swept = &swept.people[name];
            let same = swept.events.iter().zip(&person.events).take_while(|(a, b)| a == b).count();
            let (with, without) = (swept.events.get(same), person.events.get(same));
            assert_eq!(with, without, "sweeping {schedule:?} shows in event {same} of {name}");
            assert_eq!(swept.state, person.state, "sweeping {schedule:?} shows in the state of {name}");
        }
    }
}

/// Runs a scenario without sweeps and gives back all events of the member `m`, to compare scenarios with one another.
#[track_caller]
pub fn events_of(text: &str) -> Vec<Event> {
    run(text, Schedule::Never).people.remove("m").map_or_else(Vec::new, |person| person.events)
}

/// The refusals that the steps of a scenario met, in order. The scenario names them as well.
#[track_caller]
pub fn refusals_of(text: &str) -> Vec<Refusal> {
    run(text, Schedule::Never).refusals
}

/// Reads the commands of a scenario, which is not run.
pub fn commands_of(text: &str) -> Vec<Command> {
    let (steps, programme): (Vec<String>, Vec<String>) =
        logical_lines(text).into_iter().partition(|l| is_step(l));
    let programmes = Run::new(&source(&programme), Schedule::Never).programmes;
    let acts = (0..).zip(&steps).map(|(number, step)| script::parse(step, &programmes, number).act);
    acts.filter_map(|act| if let Act::Command(command) = act { Some(command) } else { None }).collect()
}

#[track_caller]
fn run(text: &str, schedule: Schedule) -> Run {
    let mut lines = logical_lines(text).into_iter().peekable();
    let first: Vec<String> = std::iter::from_fn(|| lines.next_if(|line| !is_step(line))).collect();
    let mut run = Run::new(&source(&first), schedule);
    while let Some(line) = lines.next() {
        let published: Vec<String> = if line.contains(" publish from ") {
            let body = std::iter::from_fn(|| lines.next_if(|l| l != "end")).collect();
            assert_eq!(lines.next().as_deref(), Some("end"), "a published programme ends with `end`");
            body
        } else {
            Vec::new()
        };
        run.line(&line, &published);
    }
    // All schedules end settled to the same time, so that their events compare.
    run.settle(run.swept_to.unwrap_or(Instant::MIN));
    run
}

/// Lines without comments and margins; a line with an open bracket takes in the next, and one that begins with `|` belongs
/// to the one before.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = 0i32;
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match lines.last_mut().filter(|_| open > 0 || line.starts_with('|')) {
            Some(last) => {
                // A second bar goes on with the expectations of the first.
                let more = line.strip_prefix('|').filter(|_| last.contains('|'));
                last.push_str(if more.is_some() { "  " } else { " " });
                last.push_str(more.unwrap_or(line).trim_start());
            }
            None => lines.push(line.to_owned()),
        }
        let opens = i32::try_from(line.matches(['[', '{']).count()).expect("a short line");
        let closes = i32::try_from(line.matches([']', '}']).count()).expect("a short line");
        open += opens - closes;
    }
    lines
}

fn is_step(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_digit())
}

/// A scenario on its way.
struct Run {
    schedule: Schedule,
    programmes: Programmes,
    people: BTreeMap<String, Person>,
    ledger: LedgerState,
    refusals: Vec<Refusal>,
    recorded_at: Instant,
    swept_to: Option<Instant>,
    commands: u32,
    workspace: Workspace,
}

/// One member.
#[derive(Clone, Default)]
struct Person {
    state: MemberState,
    book: Book,
    events: Vec<Event>,
    /// How many events there were when their last step that was not refused was over.
    step_start: usize,
}

/// A member and their name.
type Named = (String, Person);

/// What a step is held against.
struct View<'a> {
    programmes: &'a Programmes,
    ledger: &'a LedgerState,
    state: &'a MemberState,
    /// Every event so far.
    all: &'a [Event],
    /// Events since the last step that was not refused and took something down.
    fresh: &'a [Event],
    at: Instant,
}

impl Run {
    fn new(source: &str, schedule: Schedule) -> Run {
        let mut programmes = Programmes::default();
        let from = effective_from(source).unwrap_or(Instant::MIN);
        let prepared =
            programmes.prepare(source, from, Instant::MIN).unwrap_or_else(|e| panic!("{e}\n{source}"));
        programmes.add(prepared);
        Run {
            schedule,
            programmes,
            people: BTreeMap::new(),
            ledger: LedgerState::default(),
            refusals: Vec::new(),
            recorded_at: Instant::MIN,
            swept_to: None,
            commands: 0,
            workspace: Workspace::default(),
        }
    }

    #[track_caller]
    fn line(&mut self, line: &str, published: &[String]) {
        let (step, expected) = line.split_once('|').unwrap_or((line, ""));
        let expected: Vec<&str> = expected.split("  ").map(str::trim).filter(|e| !e.is_empty()).collect();
        let step = script::parse(step, &self.programmes, self.commands);
        self.commands += 1;
        self.recorded_at = step.recorded_at.unwrap_or(self.recorded_at.max(step.at));
        // What is swept is settled for good, so that an earlier fact is late from then on; a refused command settles
        // nothing. Schedules compare as long as no sweep goes further than what is taken down.
        if !matches!(&step.act, Act::Command(command) if self.would_refuse(command)) {
            self.sweep_between(step.at);
        }
        self.people.entry(step.member.clone()).or_default();
        let refused = match step.act {
            Act::Look => {
                self.look(&step.member, step.at, line, &expected);
                return;
            }
            Act::Sweep => {
                self.settle(step.at);
                None
            }
            Act::Publish { from } => {
                let prepared = self.programmes.prepare(&source(published), from, self.recorded_at);
                prepared.map(|version| self.programmes.add(version)).err()
            }
            Act::Command(command) => command.check().and_then(|()| self.decide(&command)).err(),
        };
        let refusal = expected.first().and_then(|e| e.strip_prefix("refused "));
        match (&refused, refusal) {
            (_, Some("perhaps")) => {}
            (Some(refused), Some(wanted)) => {
                let (code, message) = wanted.split_once(": ").unwrap_or((wanted, ""));
                assert_eq!(refused.code(), code, "{line}\n{refused}");
                assert!(refused.to_string().contains(message), "{line}\nsays: {refused}");
            }
            (Some(refused), None) => panic!("{line}\nrefused: {refused}"),
            (None, Some(_)) => panic!("{line}\nwas not refused"),
            (None, None) => {}
        }
        let person = &self.people[&step.member];
        let view = View {
            programmes: &self.programmes,
            ledger: &self.ledger,
            state: &person.state,
            all: &person.events,
            fresh: &person.events[person.step_start..],
            // After a late fact the member stands as of now.
            at: step.at.max(person.state.settled_to),
        };
        let skip = usize::from(refusal.is_some());
        expected.iter().skip(skip).for_each(|e| view.expect(e, line));
        match refused {
            Some(refused) => self.refusals.push(refused),
            None => {
                if let Some(person) = self.people.get_mut(&step.member) {
                    person.step_start = person.events.len();
                }
            }
        }
    }

    /// Holds expectations against the state as it would be, and takes nothing down.
    #[track_caller]
    fn look(&self, member: &str, at: Instant, line: &str, expected: &[&str]) {
        let person = &self.people[member];
        let mut state = person.state.clone();
        let mut events = person.events.clone();
        decide::settle_to(&mut state, &self.programmes, at, &mut events);
        assert_eq!(state, decide::settled(&person.state, &self.programmes, at), "{line}");
        let view = View {
            programmes: &self.programmes,
            ledger: &self.ledger,
            state: &state,
            all: &events,
            fresh: &events[person.step_start..],
            at,
        };
        expected.iter().for_each(|e| view.expect(e, line));
    }

    /// Sweeps as the schedule says, up to the next step. A late step has nothing before it to sweep.
    fn sweep_between(&mut self, next: Instant) {
        let from = self.swept_to.unwrap_or(next);
        self.swept_to = Some(from.max(next));
        let every = match self.schedule {
            Schedule::Never => return,
            Schedule::Hourly => 3_600 * SECOND_MICROS,
            Schedule::Daily => DAY_MICROS,
            Schedule::WhenDue => {
                let names: Vec<String> = self.people.keys().cloned().collect();
                names.iter().for_each(|name| self.settle_when_due(name, next));
                return;
            }
        };
        let mut at = from;
        while at < next {
            self.settle(at);
            at = Instant(at.0 + every);
        }
    }

    fn settle_when_due(&mut self, name: &str, next: Instant) {
        while let Some(due) = decide::settle::due_at(&self.people[name].state, &self.programmes)
            && due <= next
        {
            let before = self.people[name].events.len();
            self.settle_one(name, due);
            if self.people[name].events.len() == before {
                break;
            }
        }
    }

    fn settle(&mut self, until: Instant) {
        let names: Vec<String> = self.people.keys().cloned().collect();
        names.iter().for_each(|name| self.settle_one(name, until));
    }

    fn settle_one(&mut self, name: &str, until: Instant) {
        let Some(person) = self.people.get_mut(name) else { return };
        let before = person.state.clone();
        let start = person.events.len();
        decide::settle_to(&mut person.state, &self.programmes, until, &mut person.events);
        // A hold that runs out gives a piece of stock back.
        person.events[start..].iter().for_each(|event| self.ledger.apply(&event.decision));
        if person.events.len() > start {
            person.take_down(&before, &[], start);
        }
    }

    /// The member who answers to a name: whoever it was merged into.
    fn resolve(&self, name: &str) -> Option<String> {
        let mut name = name.to_owned();
        while let Some(into) = &self.people.get(&name)?.state.status.merged_into {
            name = into.to_string();
        }
        Some(name)
    }

    /// The two members of a command, taken out of the scenario.
    fn seat(&mut self, command: &Command) -> (Named, Option<Named>, Vec<Precedent<'static>>) {
        let name = self.resolve(&command.member).unwrap_or_else(|| command.member.clone());
        let person = self.people.remove(&name).unwrap_or_default();
        let precedents: Vec<_> = command.facts.iter().map(|fact| person.book.precedent(fact)).collect();
        let case = Case {
            facts: &command.facts,
            precedents: &precedents,
            effective_at: command.effective_at,
            recorded_at: self.recorded_at,
        };
        let other = decide::other_party(&person.state, &self.programmes, &case);
        let other = other.and_then(|other| self.resolve(&other));
        let other = other.and_then(|other| self.people.remove_entry(&other));
        ((name, person), other, precedents)
    }

    fn would_refuse(&self, command: &Command) -> bool {
        let mut copy = Run {
            schedule: self.schedule,
            programmes: self.programmes.clone(),
            people: self.people.clone(),
            ledger: self.ledger.clone(),
            refusals: Vec::new(),
            workspace: Workspace::default(),
            ..*self
        };
        command.check().and_then(|()| copy.decide(command)).is_err()
    }

    /// Whether a command ties the member to themselves by an old name, which whoever keeps the names sees first.
    fn is_with_oneself(&self, command: &Command) -> bool {
        let other = match command.facts.first() {
            Some(Fact::TransferRequested(transfer)) => &transfer.to,
            Some(Fact::MergeRequested(merge)) => &merge.into,
            _ => return false,
        };
        self.resolve(other).is_some_and(|other| self.resolve(&command.member) == Some(other))
    }

    fn decide(&mut self, command: &Command) -> Result<(), Refusal> {
        if self.is_with_oneself(command) {
            return Err(Refusal::SameMember { member: command.member.clone() });
        }
        let ((name, mut person), mut other, precedents) = self.seat(command);
        let before = (person.clone(), other.clone(), self.ledger.clone());
        let case = Case {
            facts: &command.facts,
            precedents: &precedents,
            effective_at: command.effective_at,
            recorded_at: self.recorded_at,
        };
        let party = Party { name: &name, state: &mut person.state, events: &mut person.events };
        let other_party = other.as_mut().map(|(name, other)| Party {
            name,
            state: &mut other.state,
            events: &mut other.events,
        });
        let (ledger, programmes, workspace) = (&mut self.ledger, &self.programmes, &mut self.workspace);
        let outcome = decide::decide(party, other_party, ledger, programmes, &case, workspace);
        match &outcome {
            Ok(()) => {
                person.take_down(&before.0.state, &command.facts, before.0.events.len());
                if let (Some((into, other)), Some((_, before))) = (&mut other, &before.1) {
                    let start = before.events.len();
                    other.take_down(&before.state, &[], start);
                    if other.events[start..].iter().any(|e| matches!(e.decision, Decision::MergedFrom(_))) {
                        let offset = other.state.last_lot.0 - person.state.last_lot.0;
                        other.book.absorb(&person.book, offset);
                        let books = self.people.values_mut().chain([&mut *other]).map(|p| &mut p.book);
                        books.for_each(|book| book.follow_merge(&name, into, offset));
                    }
                }
            }
            Err(_) => {
                let now = (&person, other.as_ref().map(|(_, other)| other));
                let then = (&before.0, before.1.as_ref().map(|(_, other)| other));
                assert_eq!(now.0.state, then.0.state, "a refused command changed the state");
                assert_eq!(now.0.events, then.0.events, "a refused command left events");
                assert_eq!(now.1.map(|p| &p.state), then.1.map(|p| &p.state), "… of the other member");
                assert_eq!(now.1.map(|p| &p.events), then.1.map(|p| &p.events), "… of the other member");
                assert_eq!(self.ledger, before.2, "a refused command used a budget");
            }
        }
        self.people.insert(name, person);
        self.people.extend(other);
        outcome
    }
}

impl Person {
    /// Checks the events from `start` on against the state before and after, and files them.
    fn take_down(&mut self, before: &MemberState, facts: &[Fact<'static>], start: usize) {
        let mut folded = before.clone();
        for fact in facts {
            match fact {
                Fact::ProfileChanged(profile) => apply::apply_profile(&mut folded, profile),
                Fact::MemberEnrolled(enrolment) => apply::apply_enrolment(&mut folded, enrolment),
                _ => {}
            }
        }
        for event in &self.events[start..] {
            let mut sums: BTreeMap<_, i128> = BTreeMap::new();
            event.decision.postings(event.effective_at, |p| *sums.entry(p.currency).or_default() += p.points);
            assert!(sums.values().all(|sum| *sum == 0), "postings do not add up: {event:?}");
            apply::apply(&mut folded, event.effective_at, &event.decision)
                .expect("an event fits the state before it");
            assert_sound(&folded);
        }
        // A fact that only changes the profile has no event to carry its time.
        folded.settled_to = folded.settled_to.max(self.state.settled_to);
        assert_eq!(folded, self.state, "the events do not give the state");
        self.book.file(facts, &self.events[start..]);
    }
}

/// The laws that hold of every state.
fn assert_sound(state: &MemberState) {
    for (index, balance) in state.balances.iter().enumerate() {
        assert_eq!(balance.imbalance(), 0, "balance {index} is out: {balance:?}");
        let sum = |pending| -> i64 {
            let of = state.lots.iter().filter(|l| usize::from(l.currency.0) == index && l.pending == pending);
            of.map(|l| l.remaining.0).sum()
        };
        let held = state.holds.iter().filter(|h| usize::from(h.currency.0) == index);
        assert_eq!(
            (balance.available.0, balance.pending.0, balance.held.0),
            (sum(false), sum(true), held.map(|h| h.points().0).sum()),
            "balances are sums of lots and holds"
        );
    }
    assert!(state.lots.windows(2).all(|pair| pair[0].number < pair[1].number), "lots are in order");
    assert!(
        state.lots.iter().all(|l| l.remaining.is_positive() && l.remaining <= l.earned),
        "lots have something left"
    );
    let mut cleared = state.clone();
    cleared.clear();
    assert_eq!(cleared, MemberState::default(), "what is cleared holds nothing");
}
