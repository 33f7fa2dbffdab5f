//! What holds of tiers whatever the programme and the history: they never follow from what is spent, and nothing that adds
//! takes one away. That no schedule of sweeps, no restart and no snapshot shows in them is part of the laws of the ledger
//! (`laws`, `snapshots`), whose draws have versions, carried figures, challenges and tiers by hand.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use support::compare::{Drawn, drawn, publish_before};
use support::{HandClock, create_on, small_options};
use tallybook::core::calendar::Instant;
use tallybook::core::decide::{settled, tier::figures::held};
use tallybook::core::fact::Fact;
use tallybook::log::SimulatedDisk;
use tallybook::{BlockingLedger, Command, Options};

fn config(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as Box<_>);
    ProptestConfig { failure_persistence, cases: (cases * usual.cases).div_ceil(256), ..usual }
}

fn begin(drawn: &Drawn) -> (BlockingLedger, HandClock) {
    let clock = HandClock::at(drawn.history.first().map_or(Instant(0), |first| first.recorded_at));
    let options = Options { clock: clock.clock(), snapshots: false, ..small_options() };
    let ledger = create_on(&SimulatedDisk::new(), options);
    ledger.publish(&drawn.spec.to_toml(), Instant::EARLIEST).unwrap();
    (ledger, clock)
}

/// A tier held: its rank, its number, and until when it is held by figures.
type Held = (usize, u8, Option<Instant>);

/// The tier that everybody holds on every ladder, once all that is due by an instant has happened.
fn tiers_held(ledger: &BlockingLedger, at: Instant) -> BTreeMap<(String, u8), Held> {
    let programmes = ledger.programmes().unwrap();
    let mut all = BTreeMap::new();
    ledger
        .for_each_member(|view| {
            let at = at.max(view.state.settled_to);
            let state = settled(&view.state, &programmes, at);
            for ladder in programmes.in_force(at).unwrap().plan.ladders.iter().flatten() {
                let tier = held(&state, ladder);
                let until = state.ladder(ladder.number).and_then(|place| place.until);
                all.insert((view.name.clone(), ladder.number.0), (ladder.rank(tier), tier.0, until));
            }
        })
        .unwrap();
    all
}

/// Whether a fact does nothing but spend points, set them aside, give them back or send them on, or see to what is left of
/// some that were not spent.
fn spends(fact: &Fact<'_>) -> bool {
    matches!(
        fact,
        Fact::RedemptionRequested(_)
            | Fact::ReversalRequested(_)
            | Fact::HoldRequested(_)
            | Fact::CaptureRequested(_)
            | Fact::ReleaseRequested(_)
            | Fact::VoucherPresented(_)
            | Fact::TransferRequested(_)
            | Fact::WriteOffRequested(_)
            | Fact::ExpiryChangeRequested(_)
            | Fact::ReinstatementRequested(_)
    )
}

/// Whether a fact rests on points having been spent.
fn rests_on_spending(fact: &Fact<'_>) -> bool {
    match fact {
        Fact::OrderPlaced(order) => order.redemption.is_some(),
        Fact::OrderReturned(ret) => ret.points_back.is_some(),
        _ => false,
    }
}

/// Whether a fact adds to figures, and takes nothing from any.
fn adds(fact: &Fact<'_>) -> bool {
    matches!(fact, Fact::OrderPlaced(_) | Fact::ActivityRecorded(_) | Fact::MemberEnrolled(_))
}

proptest! {
    #![proptest_config(config(120))]

    /// Of facts in order of time: what spends makes those late that come from before it, and case 33 is about those. Only
    /// commands that are accepted with the spending are sent without it, so that names and keys play no part.
    #[test]
    fn s28_spending_never_changes_a_tier(drawn in drawn()) {
        let mut drawn = drawn;
        drawn.retain(|recorded| !recorded.command.facts.iter().any(rests_on_spending));
        let (full, full_clock) = begin(&drawn);
        let (plain, plain_clock) = begin(&drawn);
        let mut now = Instant::MIN;
        for (step, recorded) in drawn.history.iter().enumerate() {
            publish_before(&full, &full_clock, &drawn, step);
            publish_before(&plain, &plain_clock, &drawn, step);
            full_clock.set(recorded.recorded_at);
            plain_clock.set(recorded.recorded_at);
            let command = &recorded.command;
            if command.effective_at < now {
                continue;
            }
            match full.submit(command.clone()) {
                Ok(receipt) if !receipt.repeated => {}
                _ => continue,
            }
            now = command.effective_at;
            let key = command.effective_key().unwrap();
            let facts: Vec<Fact<'static>> = command.facts.iter().filter(|fact| !spends(fact)).cloned().collect();
            if !facts.is_empty() {
                let command = Command { facts, key: Some(key), ..command.clone() };
                // A debit by hand may find nothing that had been sent by another member.
                let is_debit = matches!(&command.facts[..], [Fact::AdjustmentRequested(_)]);
                prop_assert!(plain.submit(command.clone()).is_ok() || is_debit, "step {step}: {command:?}");
            }
            let told = tiers_held(&full, now);
            let expected = tiers_held(&plain, now);
            // Nobody is known by spending alone, as there is nothing to spend then.
            prop_assert_eq!(told, expected, "after step {}", step);
        }
    }

    #[test]
    fn s33_nothing_that_adds_lowers_a_tier_however_late_it_comes(drawn in drawn()) {
        let (ledger, clock) = begin(&drawn);
        for (step, recorded) in drawn.history.iter().enumerate() {
            publish_before(&ledger, &clock, &drawn, step);
            clock.set(recorded.recorded_at);
            let command = &recorded.command;
            let before = tiers_held(&ledger, command.effective_at);
            let accepted = ledger.submit(command.clone()).is_ok();
            if !accepted || !command.facts.iter().all(adds) {
                continue;
            }
            let after = tiers_held(&ledger, command.effective_at);
            for (place, (rank, ..)) in before {
                prop_assert!(after[&place].0 >= rank, "step {step}: {place:?} fell from rank {rank}");
            }
        }
    }
}
