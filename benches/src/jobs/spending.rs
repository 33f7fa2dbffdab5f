//! Redemptions: soonest expiry first over ten lots, many callers with one each.

use std::path::Path;

use tallybook::core::calendar::{DAY_MICROS, Instant};
use tallybook::core::fact::{Fact, Order, Purpose, Redemption};
use tallybook::core::money::Money;
use tallybook::core::points::Points;
use tallybook::{Command, Ledger, Options};
use tallybook_benches::generate::member_name;
use tallybook_benches::{START, order};

use super::orders::{CALLERS, FILL_COMMANDS, Waits, end};
use super::{Folder, Outcome, Size, new_ledger, submit_sound};
use crate::measure::Figure;

/// Lots that every member has.
const LOTS: i64 = 10;
/// Redemptions of every member in a run; all runs together leave most lots whole.
const REDEMPTIONS: i64 = 10;
/// Points of each, so that some reach into a second lot.
const POINTS: i64 = 7;
/// Members, at most.
const MEMBERS_MAX: u32 = 20_000;

/// Members with ten lots each spend a few points, again and again.
pub fn run(below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let folder = Folder::new(below, "redemptions")?;
    let members = size.members.min(MEMBERS_MAX);
    let ledger = new_ledger(&folder.path().join("ledger"), Options::default())?;
    for lot in 0..LOTS {
        for first in (0..members).step_by(FILL_COMMANDS) {
            let end = members.min(first + FILL_COMMANDS as u32);
            submit_sound(&ledger, (first..end).map(|member| earning(member, lot)).collect())?;
        }
    }
    ledger.close()?;
    let ledger = Ledger::open(&folder.path().join("ledger"), Options::default())?;
    let mut waits = Waits::default();
    for run in 0..size.runs.max(1) as i64 {
        let callers = (0..CALLERS as u32).map(|caller| {
            let own = move || (caller..members).step_by(CALLERS);
            let rounds = run * REDEMPTIONS..(run + 1) * REDEMPTIONS;
            rounds.flat_map(move |round| own().map(move |member| redemption(member, round))).collect()
        });
        waits.run(&ledger, callers.collect())?;
    }
    end(ledger)?;
    Ok(waits.figures("redemption over 10 lots, 256 callers", "redemptions/s"))
}

/// An order that brings a lot of about a hundred points, some days after the one before.
fn earning(member: u32, lot: i64) -> Command {
    let mut order: Order<'static> = order(i64::from(member) * LOTS + lot, 1);
    order.lines[0].amount = Money(10_000);
    order.lines[0].category = None;
    let at = Instant(START.0 + lot * 3 * DAY_MICROS + i64::from(member));
    Command::new(&member_name(member), at, Fact::OrderPlaced(order))
}

fn redemption(member: u32, round: i64) -> Command {
    let redemption = Redemption {
        id: format!("redemption-{member}-{round}").into(),
        currency: "points".into(),
        points: Points(POINTS),
        partial: false,
        purpose: Purpose::Reward("espresso".into()),
    };
    let at = Instant(START.0 + 60 * DAY_MICROS + round * 1_000_000 + i64::from(member));
    Command::new(&member_name(member), at, Fact::RedemptionRequested(redemption))
}
