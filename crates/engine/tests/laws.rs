//! The laws of the ledger, each as a property over drawn programmes and histories. Laws 5, 7 and 8 have files of their
//! own (`idempotency`, `snapshots`, `crashes`); that judgements are right is held against the naive model in `model`.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use support::compare::{Drawn, drawn};
use support::{Chance, HandClock, create_on, log_bytes, open_on, small_options};
use tallybook::core::calendar::{Day, Instant, Zone};
use tallybook::core::decide::precedent::OrderRecord;
use tallybook::core::decide::{Draft, OrderFile, Precedent, RedemptionFile, Workspace, decide};
use tallybook::core::event::{Account, Decision, Event};
use tallybook::core::fact::Fact;
use tallybook::core::ids::CurrencyNumber;
use tallybook::core::programme::versions::Programmes;
use tallybook::core::state::MemberState;
use tallybook::log::{LogReader, Position, SimulatedDisk};
use tallybook::{BlockingLedger, HistoryBatch, Member, Options, stored_batch};

fn config(cases: u32) -> ProptestConfig {
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as Box<_>);
    ProptestConfig { failure_persistence, ..ProptestConfig::with_cases(cases) }
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
        for recorded in &drawn.history {
            stage.clock.set(recorded.recorded_at);
            let _ = stage.ledger.submit(recorded.command.clone());
        }
        stage
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
        for recorded in &drawn.history {
            stage.clock.set(recorded.recorded_at);
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
        let reader = stage.ledger.reader();
        let mut batches = reader.batches(Position::ORIGIN);
        while let Some(batch) = batches.next_batch().unwrap() {
            for record in batch.records().filter(|record| record.header.member > 0) {
                let member = folded.entry(record.header.member).or_insert_with(|| {
                    let body = &record.body;
                    let (kind, version) = (record.header.kind, record.header.version);
                    Member::new(tallybook::format::decode_member_named(kind, version, body).unwrap())
                });
                member.fold(&record).unwrap();
            }
        }
        let folded: BTreeMap<String, MemberState> =
            folded.into_values().map(|member| (member.name.to_string(), member.state)).collect();
        prop_assert_eq!(folded, stage.states());
    }

    #[test]
    fn law_4_every_event_balances_and_every_point_is_somewhere(drawn in drawn()) {
        let stage = Stage::played(&drawn);
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
                }
            }
            for ((currency, account), sum) in sums {
                let mut balance = state.balance(currency);
                let (held, sign) = balance.account_mut(account);
                prop_assert_eq!(i128::from(held.0) * i128::from(sign), sum, "{:?} of {}", account, name);
            }
        }
    }

    #[test]
    fn law_5_random_retries_change_nothing_and_tell_the_same(drawn in drawn(), seed in any::<u64>()) {
        let plain = Stage::played(&drawn);
        let mut stage = Stage::new(&drawn);
        let mut chance = Chance(seed);
        let mut done = Vec::new();
        for recorded in &drawn.history {
            stage.clock.set(recorded.recorded_at);
            if let Ok(receipt) = stage.ledger.submit(recorded.command.clone()) {
                done.push((recorded.command.clone(), receipt));
            }
            if chance.one_in(12) {
                drop(stage.ledger);
                stage.ledger = open_on(&stage.disk, Stage::options(&stage.clock)).unwrap();
            }
            while !done.is_empty() && chance.one_in(2) {
                let (command, receipt) = &done[chance.below(done.len() as u64) as usize];
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
    }

    /// Of facts that come in time: one that comes after the sweep of its time is late, and case 33 is about those.
    #[test]
    fn law_6_no_schedule_of_sweeps_shows(drawn in drawn(), seed in any::<u64>()) {
        let mut drawn = drawn;
        drawn.history.retain(|recorded| recorded.command.effective_at >= recorded.recorded_at);
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
            for recorded in &drawn.history {
                schedule.sweep(&stage, &mut chance, &mut now, recorded.recorded_at);
                stage.clock.set(recorded.recorded_at);
                let _ = stage.ledger.submit(recorded.command.clone());
            }
            schedule.sweep(&stage, &mut chance, &mut now, end);
            stage.clock.set(end);
            stage.ledger.sweep(end).unwrap();
            prop_assert_eq!(&stage.told(), &expected);
            prop_assert_eq!(stage.states(), never.states());
        }
    }

    #[test]
    fn law_9_every_point_leads_to_rules_of_a_version(drawn in drawn()) {
        let stage = Stage::played(&drawn);
        let programmes = stage.ledger.programmes().unwrap();
        for (_, batches) in stage.histories() {
            let mut lots = BTreeMap::new();
            for batch in &batches {
                for event in &batch.events {
                    if let Decision::PointsEarned(earned) = &event.decision {
                        let version = programmes.version(earned.version).expect("a version that was published");
                        prop_assert_eq!(version.hash, programmes.versions()[0].hash);
                        prop_assert!(batch.facts.iter().any(|fact| matches!(fact, Fact::OrderPlaced(_))));
                        for lot in &earned.lots {
                            let rules = earned.shares.iter().filter(|share| {
                                version.plan.rules[usize::from(share.rule.0)].currency == lot.currency
                            });
                            let granted: i64 = rules.map(|share| share.granted.0).sum();
                            prop_assert_eq!(granted, lot.points.0, "the rules' shares add up to the lot");
                            lots.insert(lot.number, lot.points);
                        }
                        for share in &earned.shares {
                            prop_assert!(share.granted <= share.asked || share.asked.0 < 0);
                        }
                    }
                    if let Decision::Credited(lot) = &event.decision {
                        prop_assert!(batch.facts.iter().any(|fact| matches!(fact, Fact::AdjustmentRequested(_))));
                        lots.insert(lot.number, lot.points);
                    }
                    if let Decision::Redeemed(redeemed) = &event.decision {
                        let drawn: i64 = redeemed.draws.iter().map(|draw| draw.points.0).sum();
                        prop_assert_eq!(drawn, redeemed.points.0);
                        prop_assert!(redeemed.draws.iter().all(|draw| lots.contains_key(&draw.lot)));
                    }
                }
            }
        }
    }

    #[test]
    fn law_10_deciding_again_gives_the_stored_bytes(drawn in drawn(), seed in any::<u64>()) {
        let stage = Stage::new(&drawn);
        let mut chance = Chance(seed);
        for recorded in &drawn.history {
            stage.clock.set(recorded.recorded_at);
            if chance.one_in(5) {
                stage.ledger.sweep(recorded.recorded_at).unwrap();
            }
            let _ = stage.ledger.submit(recorded.command.clone());
        }
        let programmes = stage.ledger.programmes().unwrap();
        for (_, batches) in stage.histories() {
            let mut book = Book::default();
            for batch in &batches {
                let again = book.decide_again(batch, &programmes);
                prop_assert_eq!(stored_batch(&batch.facts, &again), stored_batch(&batch.facts, &batch.events));
            }
        }
    }

    #[test]
    fn s41_a_refused_command_leaves_no_trace(drawn in drawn()) {
        let stage = Stage::new(&drawn);
        for recorded in &drawn.history {
            stage.clock.set(recorded.recorded_at);
            let before = (stage.states(), log_bytes(&stage.ledger));
            if stage.ledger.submit(recorded.command.clone()).is_err() {
                prop_assert_eq!((stage.states(), log_bytes(&stage.ledger)), before);
            }
        }
    }
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

/// A member judged a second time, with files of orders and redemptions kept by simpler means than the engine's.
#[derive(Default)]
struct Book {
    state: MemberState,
    orders: BTreeMap<String, OrderFile<'static>>,
    redemptions: BTreeMap<String, RedemptionFile>,
    workspace: Workspace,
}

impl Book {
    fn precedent(&self, fact: &Fact<'static>) -> Precedent<'static> {
        match fact {
            Fact::OrderReturned(ret) => self
                .orders
                .get(ret.order.as_ref())
                .map_or(Precedent::None, |f| Precedent::Order(Box::new(f.clone()))),
            Fact::ReversalRequested(reversal) => self
                .redemptions
                .get(reversal.redemption.as_ref())
                .map_or(Precedent::None, |f| Precedent::Redemption(Box::new(f.clone()))),
            _ => Precedent::None,
        }
    }

    fn decide_again(&mut self, batch: &HistoryBatch, programmes: &Programmes) -> Vec<Event> {
        let mut events = Vec::new();
        if batch.facts.is_empty() {
            let until = batch.events.last().map_or(Instant::MIN, |event| event.effective_at);
            Draft::new(&mut self.state, programmes, &mut events).settle(until);
        } else {
            let precedents: Vec<_> = batch.facts.iter().map(|fact| self.precedent(fact)).collect();
            decide(
                &mut self.state,
                programmes,
                &batch.facts,
                &precedents,
                batch.effective_at,
                batch.recorded_at,
                &mut self.workspace,
                &mut events,
            )
            .unwrap();
        }
        self.follow(batch);
        events
    }

    fn follow(&mut self, batch: &HistoryBatch) {
        let mut orders = batch.facts.iter().filter_map(|fact| match fact {
            Fact::OrderPlaced(order) => Some(order),
            _ => None,
        });
        let mut returns = batch.facts.iter().filter_map(|fact| match fact {
            Fact::OrderReturned(ret) => Some(ret),
            _ => None,
        });
        let mut redemptions = batch.facts.iter().filter_map(|fact| match fact {
            Fact::RedemptionRequested(redemption) => Some(redemption),
            _ => None,
        });
        let mut reversals = batch.facts.iter().filter_map(|fact| match fact {
            Fact::ReversalRequested(reversal) => Some(reversal),
            _ => None,
        });
        for event in &batch.events {
            match &event.decision {
                Decision::PointsEarned(earned) => {
                    let order = orders.next().unwrap();
                    let record = OrderRecord::new(batch.effective_at, earned.clone(), order.lines.len());
                    let file = OrderFile { order: order.clone(), record };
                    self.orders.insert(order.id.clone().into_owned(), file);
                }
                Decision::ClawedBack(_) => {
                    let ret = returns.next().unwrap();
                    let file = self.orders.get_mut(ret.order.as_ref()).unwrap();
                    file.follow_return(ret);
                    file.record.follow(&event.decision);
                }
                Decision::Expired(_) => {
                    self.orders.values_mut().for_each(|file| file.record.follow(&event.decision));
                }
                Decision::Redeemed(redeemed) => {
                    let id = redemptions.next().unwrap().id.clone().into_owned();
                    self.redemptions.insert(id, RedemptionFile::new(redeemed.clone()));
                }
                Decision::RedemptionReversed(_) => {
                    let reversal = reversals.next().unwrap();
                    self.redemptions.get_mut(reversal.redemption.as_ref()).unwrap().follow(&event.decision);
                }
                _ => {}
            }
        }
    }
}
