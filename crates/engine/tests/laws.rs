//! The laws of the ledger, each as a property over drawn programmes and histories. Laws 5, 7 and 8 have files of their
//! own (`idempotency`, `snapshots`, `crashes`); that judgements are right is held against the naive model in `model`.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use support::book::Book;
use support::compare::{Drawn, drawn, publish_before};
use support::{Chance, HandClock, create_on, log_bytes, open_on, small_options};
use tallybook::core::calendar::{Day, Instant, Zone};
use tallybook::core::event::{
    Account, CreditSource, Decision, Draw, Event, TierChanged, TierReason, Trigger,
};
use tallybook::core::fact::Fact;
use tallybook::core::ids::{CurrencyNumber, LotNumber};
use tallybook::core::state::{LedgerState, MemberState};
use tallybook::log::{LogReader, Position, SimulatedDisk};
use tallybook::{BlockingLedger, Command, HistoryBatch, Member, Options};

/// So many cases, or in proportion where `PROPTEST_CASES` asks for more or fewer than usual.
fn config(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as Box<_>);
    ProptestConfig { failure_persistence, cases: (cases * usual.cases).div_ceil(256), ..usual }
}

/// A ledger on a disk in memory, without snapshots, with the drawn programme in force since ever.
struct Stage {
    ledger: BlockingLedger,
    clock: HandClock,
    disk: SimulatedDisk,
}

impl Stage {
    fn new(drawn: &Drawn) -> Stage {
        let clock = HandClock::at(drawn.history.first().map_or(Instant(0), |first| first.recorded_at));
        let disk = SimulatedDisk::new();
        let ledger = create_on(&disk, Stage::options(&clock));
        ledger.publish(&drawn.spec.to_toml(), Instant::EARLIEST).unwrap();
        Stage { ledger, clock, disk }
    }

    fn options(clock: &HandClock) -> Options {
        Options { clock: clock.clock(), snapshots: false, ..small_options() }
    }

    /// Submits everything. Refusals belong to histories.
    fn played(drawn: &Drawn) -> Stage {
        let stage = Stage::new(drawn);
        for (step, recorded) in drawn.history.iter().enumerate() {
            stage.prepare(drawn, step);
            let _ = stage.ledger.submit(recorded.command.clone());
        }
        stage
    }

    /// Publishes what comes before a step, and sets the clock to it.
    fn prepare(&self, drawn: &Drawn, step: usize) {
        publish_before(&self.ledger, &self.clock, drawn, step);
        self.clock.set(drawn.history[step].recorded_at);
    }

    fn states(&self) -> BTreeMap<String, MemberState> {
        let mut states = BTreeMap::new();
        self.ledger
            .for_each_member(|view| drop(states.insert(view.name.clone(), view.state.clone())))
            .unwrap();
        states
    }

    fn histories(&self) -> BTreeMap<String, Vec<HistoryBatch>> {
        let names: Vec<String> = self.states().into_keys().collect();
        names.into_iter().map(|name| (name.clone(), self.ledger.history(&name).unwrap())).collect()
    }
}

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn law_1_no_stored_byte_is_ever_changed(drawn in drawn(), seed in any::<u64>()) {
        let mut stage = Stage::new(&drawn);
        let mut chance = Chance(seed);
        let mut before = log_bytes(&stage.ledger);
        for (step, recorded) in drawn.history.iter().enumerate() {
            stage.prepare(&drawn, step);
            let published = log_bytes(&stage.ledger);
            prop_assert!(published.starts_with(&before));
            before = published;
            let accepted = stage.ledger.submit(recorded.command.clone()).is_ok_and(|receipt| !receipt.repeated);
            let after = log_bytes(&stage.ledger);
            prop_assert!(after.starts_with(&before));
            prop_assert_eq!(after.len() > before.len(), accepted, "only what is accepted is written");
            before = after;
            if chance.one_in(10) {
                drop(stage.ledger);
                stage.ledger = open_on(&stage.disk, Stage::options(&stage.clock)).unwrap();
                let reopened = log_bytes(&stage.ledger);
                prop_assert!(reopened.starts_with(&before));
                before = reopened;
            }
        }
    }

    #[test]
    fn law_2_the_same_history_gives_the_same_bytes(drawn in drawn()) {
        prop_assert_eq!(log_bytes(&Stage::played(&drawn).ledger), log_bytes(&Stage::played(&drawn).ledger));
    }

    #[test]
    fn law_3_a_fold_of_the_recorded_decisions_is_the_live_state(drawn in drawn()) {
        let stage = Stage::played(&drawn);
        let mut folded: BTreeMap<u32, Member> = BTreeMap::new();
        let mut counters = LedgerState::default();
        let reader = stage.ledger.reader();
        let mut batches = reader.batches(Position::ORIGIN);
        while let Some(batch) = batches.next_batch().unwrap() {
            for record in batch.records().filter(|record| record.header.member > 0) {
                let member = folded.entry(record.header.member).or_insert_with(|| {
                    let body = &record.body;
                    let (kind, version) = (record.header.kind, record.header.version);
                    Member::new(tallybook::format::decode_member_named(kind, version, body).unwrap())
                });
                member.fold(&record, |_, decision| counters.apply(decision)).unwrap();
            }
        }
        prop_assert_eq!(counters, stage.ledger.ledger_state().unwrap());
        let folded: BTreeMap<String, MemberState> =
            folded.into_values().map(|member| (member.name.to_string(), member.state)).collect();
        prop_assert_eq!(folded, stage.states());
    }

    #[test]
    fn law_4_every_event_balances_and_every_point_is_somewhere(drawn in drawn()) {
        let stage = Stage::played(&drawn);
        let mut transferred: BTreeMap<CurrencyNumber, i64> = BTreeMap::new();
        for (name, batches) in stage.histories() {
            let mut sums: BTreeMap<(CurrencyNumber, Account), i128> = BTreeMap::new();
            let mut state = MemberState::default();
            for event in batches.iter().flat_map(|batch| &batch.events) {
                let mut balance: BTreeMap<CurrencyNumber, i128> = BTreeMap::new();
                event.decision.postings(event.effective_at, |posting| {
                    *balance.entry(posting.currency).or_default() += posting.points;
                    *sums.entry((posting.currency, posting.account)).or_default() += posting.points;
                });
                prop_assert!(balance.values().all(|sum| *sum == 0), "{name}: {event:?}");
                tallybook::core::apply::apply(&mut state, event.effective_at, &event.decision).unwrap();
                for (index, balance) in state.balances.iter().enumerate() {
                    prop_assert_eq!(balance.imbalance(), 0);
                    let lots = state.lots.iter().filter(|lot| usize::from(lot.currency.0) == index);
                    let (pending, available): (Vec<_>, Vec<_>) = lots.partition(|lot| lot.pending);
                    let sum = |lots: &[&tallybook::core::state::Lot]| lots.iter().map(|l| l.remaining.0).sum::<i64>();
                    prop_assert_eq!((sum(&pending), sum(&available)), (balance.pending.0, balance.available.0));
                    let holds = state.holds.iter().filter(|hold| usize::from(hold.currency.0) == index);
                    prop_assert_eq!(holds.map(|hold| hold.points().0).sum::<i64>(), balance.held.0);
                }
            }
            for (currency, balance) in (0..).map(CurrencyNumber).zip(&state.balances) {
                *transferred.entry(currency).or_default() += balance.sent.0 - balance.received.0;
            }
            for ((currency, account), sum) in sums {
                let mut balance = state.balance(currency);
                let (held, sign) = balance.account_mut(account);
                prop_assert_eq!(i128::from(held.0) * i128::from(sign), sum, "{:?} of {}", account, name);
            }
        }
        prop_assert!(transferred.values().all(|sum| *sum == 0), "what is sent arrives: {transferred:?}");
    }

    #[test]
    fn law_5_random_retries_change_nothing_and_tell_the_same(drawn in drawn(), seed in any::<u64>()) {
        let plain = Stage::played(&drawn);
        let mut stage = Stage::new(&drawn);
        let mut chance = Chance(seed);
        let mut done = Vec::new();
        for (step, recorded) in drawn.history.iter().enumerate() {
            stage.prepare(&drawn, step);
            if let Ok(receipt) = stage.ledger.submit(recorded.command.clone()) {
                done.push((recorded.command.clone(), receipt));
            }
            if chance.one_in(12) {
                drop(stage.ledger);
                stage.ledger = open_on(&stage.disk, Stage::options(&stage.clock)).unwrap();
            }
            while !done.is_empty() && chance.one_in(2) {
                let (first, receipt) = &done[chance.below(done.len() as u64) as usize];
                let command = &under_a_name_of_theirs(&stage.ledger, first, &mut chance);
                // Who has become part of the other may have done just the same.
                let receipt = done.iter().find(|(done, _)| done == command).map_or(receipt, |(_, theirs)| theirs);
                if chance.one_in(3) {
                    let mut other = command.clone();
                    other.key = Some(command.effective_key().unwrap());
                    other.effective_at = other.effective_at.plus_seconds(-1);
                    prop_assert_eq!(support::refusal_code(stage.ledger.submit(other)), "idempotency_conflict");
                } else {
                    let again = stage.ledger.submit(command.clone()).unwrap();
                    prop_assert!(again.repeated);
                    prop_assert_eq!((again.position, &again.events), (receipt.position, &receipt.events));
                }
            }
        }
        prop_assert_eq!(stage.states(), plain.states());
        prop_assert_eq!(stage.ledger.ledger_state().unwrap(), plain.ledger.ledger_state().unwrap());
    }

    /// Of facts that come in time: one that comes after the sweep of its time is late, and case 33 is about those. Pieces of
    /// a stock that come back from holds which ran out are back once that is recorded, so stocks are left out.
    #[test]
    fn law_6_no_schedule_of_sweeps_shows(drawn in drawn(), seed in any::<u64>()) {
        let mut drawn = drawn;
        drawn.retain(|recorded| recorded.command.effective_at >= recorded.recorded_at);
        let rewards = drawn.versions_mut().flat_map(|spec| &mut spec.rewards);
        rewards.for_each(|reward| reward.stock = None);
        let never = Stage::played(&drawn);
        let Some(last) = drawn.history.last() else { return Ok(()) };
        let end = last.recorded_at.plus_days(800);
        never.clock.set(end);
        never.ledger.sweep(end).unwrap();
        let expected = never.told();
        for schedule in [Schedule::Daily, Schedule::AtRandom] {
            let stage = Stage::new(&drawn);
            let mut chance = Chance(seed);
            let mut now = drawn.history[0].recorded_at;
            for (step, recorded) in drawn.history.iter().enumerate() {
                for later in drawn.published_before(step) {
                    schedule.sweep(&stage, &mut chance, &mut now, later.recorded_at);
                    stage.clock.set(later.recorded_at);
                    let _ = stage.ledger.publish(&later.spec.to_toml(), later.from);
                }
                schedule.sweep(&stage, &mut chance, &mut now, recorded.recorded_at);
                stage.clock.set(recorded.recorded_at);
                let _ = stage.ledger.submit(recorded.command.clone());
            }
            schedule.sweep(&stage, &mut chance, &mut now, end);
            stage.clock.set(end);
            stage.ledger.sweep(end).unwrap();
            prop_assert_eq!(&stage.told(), &expected);
            prop_assert_eq!(stage.states(), never.states());
            prop_assert_eq!(stage.ledger.ledger_state().unwrap(), never.ledger.ledger_state().unwrap());
        }
    }

    #[test]
    fn law_9_every_point_leads_to_rules_of_a_version(drawn in drawn()) {
        let stage = Stage::played(&drawn);
        let programmes = stage.ledger.programmes().unwrap();
        for (_, batches) in stage.histories() {
            let mut state = MemberState::default();
            let mut told: BTreeMap<LotNumber, &'static str> = BTreeMap::new();
            for batch in &batches {
                let has = |is: fn(&Fact<'_>) -> bool| batch.facts.iter().any(is);
                for event in &batch.events {
                    let name = event.decision.name();
                    match &event.decision {
                        Decision::PointsEarned(earned) => {
                            let version = programmes.version(earned.version).expect("a version that was published");
                            let has_cause = match earned.on {
                                Trigger::Order | Trigger::Referred => has(|f| matches!(f, Fact::OrderPlaced(_))),
                                Trigger::Activity => has(|f| matches!(f, Fact::ActivityRecorded(_))),
                                Trigger::Enrolment => has(|f| matches!(f, Fact::MemberEnrolled(_))),
                                Trigger::Birthday | Trigger::Anniversary | Trigger::TierAnniversary => true,
                                Trigger::TierReached => has_tier(batch, |t| t.from != t.to),
                                Trigger::TierKept => has_tier(batch, |t| t.why == TierReason::Kept),
                                Trigger::Referrer => batch.facts.is_empty(),
                            };
                            prop_assert!(has_cause, "{earned:?}");
                            let mut points: BTreeMap<CurrencyNumber, i64> = BTreeMap::new();
                            for share in &earned.shares {
                                prop_assert!(share.granted <= share.asked || share.asked.0 < 0);
                                let rule = &version.plan.rules[usize::from(share.rule.0)];
                                prop_assert_eq!(rule.on, earned.on);
                                *points.entry(rule.currency).or_default() += share.granted.0;
                            }
                            for lot in &earned.lots {
                                *points.entry(lot.currency).or_default() -= lot.points.0;
                                told.insert(lot.number, name);
                            }
                            prop_assert!(points.values().all(|left| *left == 0), "shares add up to lots: {earned:?}");
                        }
                        Decision::Credited(credited) => {
                            let has_cause = match credited.source {
                                CreditSource::Adjustment => has(|f| matches!(f, Fact::AdjustmentRequested(_))),
                                CreditSource::Purchase | CreditSource::Gift => {
                                    has(|f| matches!(f, Fact::PointsPurchased(_)))
                                }
                            };
                            prop_assert!(has_cause, "{credited:?}");
                            told.insert(credited.lot.number, name);
                        }
                        Decision::Reinstated(back) => {
                            prop_assert!(told.contains_key(&back.of));
                            told.insert(back.lot.number, name);
                        }
                        Decision::TransferReceived(received) => {
                            told.extend(received.lots.iter().map(|lot| (lot.number, name)));
                            prop_assert_eq!(received.lots.iter().map(|lot| lot.points.0).sum::<i64>(), received.points.0);
                        }
                        Decision::MergedFrom(merged) => {
                            let first = state.last_lot.0 + 1;
                            let theirs = first..first + merged.state.last_lot.0;
                            told.extend(theirs.map(|number| (LotNumber(number), name)));
                        }
                        Decision::Redeemed(redeemed) => all_known(&redeemed.draws, redeemed.points.0, &told)?,
                        Decision::HoldPlaced(hold) => all_known(&hold.draws, hold.points.0, &told)?,
                        Decision::TransferSent(sent) => all_known(&sent.draws, sent.points.0 + sent.fee.0, &told)?,
                        _ => {}
                    }
                    tallybook::core::apply::apply(&mut state, event.effective_at, &event.decision).unwrap();
                }
            }
        }
    }

    #[test]
    fn law_10_deciding_again_gives_the_stored_bytes(drawn in drawn(), seed in any::<u64>()) {
        let stage = Stage::new(&drawn);
        let mut chance = Chance(seed);
        for (step, recorded) in drawn.history.iter().enumerate() {
            stage.prepare(&drawn, step);
            if chance.one_in(5) {
                stage.ledger.sweep(recorded.recorded_at).unwrap();
            }
            let _ = stage.ledger.submit(recorded.command.clone());
        }
        let programmes = stage.ledger.programmes().unwrap();
        let histories = stage.histories();
        let mut log: BTreeMap<u64, Vec<(&str, &HistoryBatch)>> = BTreeMap::new();
        for (name, batches) in &histories {
            for batch in batches {
                log.entry(batch.batch_number).or_default().push((name, batch));
            }
        }
        let mut book = Book::default();
        for told in log.values() {
            book.judge(told, &programmes).map_err(TestCaseError::fail)?;
        }
        prop_assert_eq!(book.states(), stage.states());
        prop_assert_eq!(book.ledger, stage.ledger.ledger_state().unwrap());
    }

    #[test]
    fn s41_a_refused_command_leaves_no_trace(drawn in drawn()) {
        let stage = Stage::new(&drawn);
        for (step, recorded) in drawn.history.iter().enumerate() {
            stage.prepare(&drawn, step);
            let all = || (stage.states(), stage.ledger.ledger_state().unwrap(), log_bytes(&stage.ledger));
            let before = all();
            if stage.ledger.submit(recorded.command.clone()).is_err() {
                prop_assert_eq!(all(), before);
            }
        }
    }
}

fn has_tier(batch: &HistoryBatch, is: fn(&TierChanged) -> bool) -> bool {
    batch.events.iter().any(|event| matches!(&event.decision, Decision::TierChanged(change) if is(change)))
}

/// Whether draws add up, and each is from a lot of which the past tells where it comes from.
fn all_known(
    draws: &[Draw],
    points: i64,
    told: &BTreeMap<LotNumber, &'static str>,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(draws.iter().map(|draw| draw.points.0).sum::<i64>(), points);
    prop_assert!(draws.iter().all(|draw| told.contains_key(&draw.lot)), "{:?} of {:?}", draws, told);
    Ok(())
}

/// The same command under one of the names that lead to the member by now.
fn under_a_name_of_theirs(ledger: &BlockingLedger, command: &Command, chance: &mut Chance) -> Command {
    let goes_by = |name: &str| ledger.member(name).unwrap().map(|view| view.name);
    let theirs = goes_by(&command.member);
    let names = ["M0", "M1", "M2"].into_iter().filter(|name| goes_by(name) == theirs);
    let names: Vec<&str> = names.collect();
    Command { member: names[chance.below(names.len() as u64) as usize].to_owned(), ..command.clone() }
}

#[derive(Clone, Copy, Debug)]
enum Schedule {
    Daily,
    AtRandom,
}

impl Schedule {
    /// Sweeps at the schedule's moments after `now` and before `until`.
    fn sweep(self, stage: &Stage, chance: &mut Chance, now: &mut Instant, until: Instant) {
        loop {
            let next = match self {
                // Just after midnight somewhere, so that no sweep is at the exact time of what is due.
                Schedule::Daily => now.plus_days(1).plus_seconds(7),
                Schedule::AtRandom => match chance.below(3) {
                    0 => now.plus_seconds(chance.below(100_000) as i64 + 1),
                    1 => now.plus_days(chance.below(60) as i64 + 1),
                    _ => midnight_after(*now),
                },
            };
            if next >= until {
                return;
            }
            *now = next;
            stage.clock.set(next);
            stage.ledger.sweep(next).unwrap();
        }
    }
}

fn midnight_after(now: Instant) -> Instant {
    let zone = Zone::parse("UTC").unwrap();
    let day: Day = zone.day(now);
    zone.day_start(day.plus_days(1))
}

impl Stage {
    /// What every member was told, whatever batch it stands in.
    fn told(&self) -> BTreeMap<String, Vec<Event>> {
        let histories = self.histories().into_iter();
        histories
            .map(|(name, batches)| (name, batches.into_iter().flat_map(|b| b.events).collect()))
            .collect()
    }
}
