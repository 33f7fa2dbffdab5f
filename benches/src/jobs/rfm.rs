//! RFM with quintiles over orders that are in memory already: summed up by member, then scored.

use std::path::Path;

use tallybook::core::calendar::DAY_MICROS;
use tallybook::core::fact::Fact;
use tallybook_benches::START;
use tallybook_benches::generate::{History, SPAN_DAYS, Shape, member_name};
use tallybook_insight::purchases::{Day, MemberIndex, MinorUnits, PurchaseLog};
use tallybook_insight::rfm::{RfmOptions, Scoring, Ties, score};

use super::{Outcome, Size, repeat, seconds};
use crate::measure::Figure;

/// One order as any tool has it: member, day, amount.
type Row = (MemberIndex, Day, MinorUnits);

/// The orders of a history as rows, and the names of the members.
pub fn rows(size: Size) -> (Vec<Row>, Vec<String>) {
    let Size { members, orders, seed, .. } = size;
    let rows = History::new(Shape { members, orders, seed })
        .filter(|happening| matches!(happening.fact, Fact::OrderPlaced(_)))
        .map(|happening| {
            let day = happening.at.0.div_euclid(DAY_MICROS);
            (MemberIndex(happening.member), Day(day as i32), MinorUnits(happening.amount_minor))
        });
    (rows.collect(), (0..members).map(member_name).collect())
}

/// The day after the last.
pub fn as_of() -> Day {
    Day((START.0.div_euclid(DAY_MICROS) + SPAN_DAYS) as i32)
}

/// Sums up and scores; gives how many members were scored.
pub fn score_all(rows: &[Row], names: &[String]) -> Outcome<usize> {
    let mut log = PurchaseLog::with_capacity(as_of(), rows.len());
    for (member, day, amount) in rows {
        log.place_order(*member, *day, *amount)?;
    }
    let summaries = log.summarise(names)?;
    let options = RfmOptions { as_of: as_of(), scoring: Scoring::Quintiles { ties: Ties::Shared } };
    Ok(score(&summaries, &options)?.len())
}

/// From orders in memory to scores.
pub fn run(_: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let (rows, names) = rows(size);
    let runs = repeat(size.runs, |_| {
        let (elapsed, scored) = seconds(|| score_all(&rows, &names));
        scored?;
        Ok(rows.len() as f64 / elapsed)
    })?;
    Ok(vec![Figure::ours("RFM with quintiles, from orders in memory", "orders/s", runs)])
}
