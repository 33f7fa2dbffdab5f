//! Text in, verdict out: runs a scenario through `decide` and holds every step against what it expects.
//!
//! A scenario is a programme, then steps of one member, one to a line:
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
//! lines end with `end`. A bracket left open goes on with the next line.
//!
//! Invariants asserted on every step:
//! - a refused command leaves no event and no change;
//! - the events folded into the state before give the state after;
//! - every event's postings add up to nothing, no balance is out, available and pending are the sums of the lots.
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
use tallybook_core::decide::{self, Draft, Workspace};
use tallybook_core::event::Event;
use tallybook_core::fact::Fact;
use tallybook_core::programme::parse::effective_from;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::MemberState;

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
        let same = swept.events.iter().zip(&never.events).take_while(|(a, b)| a == b).count();
        let (with, without) = (swept.events.get(same), never.events.get(same));
        assert_eq!(with, without, "sweeping {schedule:?} shows in event {same}");
        assert_eq!(swept.state, never.state, "sweeping {schedule:?} shows in the state");
    }
}

/// Runs a scenario without sweeps and gives back all of its events, to compare scenarios with one another.
#[track_caller]
pub fn events_of(text: &str) -> Vec<Event> {
    run(text, Schedule::Never).events
}

/// The refusals that the steps of a scenario met, in order. The scenario names them as well.
#[track_caller]
pub fn refusals_of(text: &str) -> Vec<Refusal> {
    run(text, Schedule::Never).refusals
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

/// Lines without comments and margins; a line with an open bracket takes in the next.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = 0i32;
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        match lines.last_mut().filter(|_| open > 0) {
            Some(last) => {
                last.push(' ');
                last.push_str(line);
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
    state: MemberState,
    book: Book,
    events: Vec<Event>,
    refusals: Vec<Refusal>,
    recorded_at: Instant,
    swept_to: Option<Instant>,
    /// How many events there were when the last step that was not refused was over.
    step_start: usize,
    commands: u32,
    workspace: Workspace,
}

/// What a step is held against.
struct View<'a> {
    programmes: &'a Programmes,
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
            state: MemberState::default(),
            book: Book::default(),
            events: Vec::new(),
            refusals: Vec::new(),
            recorded_at: Instant::MIN,
            swept_to: None,
            step_start: 0,
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
        if !matches!(&step.act, Act::Command(command) if self.would_refuse(&command.facts, step.at)) {
            self.sweep_between(step.at);
        }
        let refused = match step.act {
            Act::Look => {
                self.look(step.at, line, &expected);
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
            Act::Command(command) => {
                command.check().and_then(|()| self.decide(&command.facts, step.at)).err()
            }
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
        let view = View {
            programmes: &self.programmes,
            state: &self.state,
            all: &self.events,
            fresh: &self.events[self.step_start..],
            at: step.at,
        };
        let skip = usize::from(refusal.is_some());
        expected.iter().skip(skip).for_each(|e| view.expect(e, line));
        match refused {
            Some(refused) => self.refusals.push(refused),
            None => self.step_start = self.events.len(),
        }
    }

    /// Holds expectations against the state as it would be, and takes nothing down.
    #[track_caller]
    fn look(&self, at: Instant, line: &str, expected: &[&str]) {
        let mut state = self.state.clone();
        let mut events = self.events.clone();
        Draft::new(&mut state, &self.programmes, &mut events).settle(at);
        assert_eq!(state, decide::settled(&self.state, &self.programmes, at), "{line}");
        let view = View {
            programmes: &self.programmes,
            state: &state,
            all: &events,
            fresh: &events[self.step_start..],
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
                while let Some(due) =
                    decide::settle::due_at(&self.state, &self.programmes).filter(|due| *due <= next)
                {
                    let before = self.events.len();
                    self.settle(due);
                    if self.events.len() == before {
                        break;
                    }
                }
                return;
            }
        };
        let mut at = from;
        while at < next {
            self.settle(at);
            at = Instant(at.0 + every);
        }
    }

    fn settle(&mut self, until: Instant) {
        let before = self.state.clone();
        let start = self.events.len();
        Draft::new(&mut self.state, &self.programmes, &mut self.events).settle(until);
        if self.events.len() > start {
            self.take_down(&before, &[], start);
        }
    }

    fn would_refuse(&self, facts: &[Fact<'static>], at: Instant) -> bool {
        let precedents: Vec<_> = facts.iter().map(|fact| self.book.precedent(fact)).collect();
        let (mut state, mut events, mut workspace) = (self.state.clone(), Vec::new(), Workspace::default());
        let recorded_at = self.recorded_at;
        decide::decide(
            &mut state,
            &self.programmes,
            facts,
            &precedents,
            at,
            recorded_at,
            &mut workspace,
            &mut events,
        )
        .is_err()
    }

    fn decide(&mut self, facts: &[Fact<'static>], at: Instant) -> Result<(), Refusal> {
        let before = self.state.clone();
        let start = self.events.len();
        let precedents: Vec<_> = facts.iter().map(|fact| self.book.precedent(fact)).collect();
        let outcome = decide::decide(
            &mut self.state,
            &self.programmes,
            facts,
            &precedents,
            at,
            self.recorded_at,
            &mut self.workspace,
            &mut self.events,
        );
        match outcome {
            Ok(()) => self.take_down(&before, facts, start),
            Err(_) => {
                assert_eq!(self.state, before, "a refused command changed the state");
                assert_eq!(self.events.len(), start, "a refused command left events");
            }
        }
        outcome
    }

    /// Checks the events from `start` on against the state before and after, and files them.
    fn take_down(&mut self, before: &MemberState, facts: &[Fact<'static>], start: usize) {
        let mut folded = before.clone();
        for fact in facts {
            if let Fact::ProfileChanged(profile) = fact {
                apply::apply_profile(&mut folded, profile);
            }
            if let Fact::MemberEnrolled(enrolment) = fact {
                apply::apply_profile(&mut folded, &enrolment.profile);
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
        assert_eq!(
            (balance.available.0, balance.pending.0),
            (sum(false), sum(true)),
            "balances are sums of lots"
        );
    }
    assert!(state.lots.windows(2).all(|pair| pair[0].number < pair[1].number), "lots are in order");
    assert!(
        state.lots.iter().all(|l| l.remaining.is_positive() && l.remaining <= l.earned),
        "lots have something left"
    );
}
