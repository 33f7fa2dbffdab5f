//! `tallybook rfm`: members by recency, frequency and money, and the eight cells they fall into.

use std::collections::HashMap;
use std::path::Path;

use serde_json::json;
use tallybook::HistoryBatch;
use tallybook::log::Position;
use tallybook_core::calendar::{Instant, Zone};
use tallybook_core::decide::OrderFile;
use tallybook_core::decide::precedent::OrderRecord;
use tallybook_core::event::{Decision, Trigger};
use tallybook_core::fact::Fact;
use tallybook_core::money::CurrencyCode;
use tallybook_core::points::Scaled;
use tallybook_core::programme::plan::MoneyCurrency;
use tallybook_insight::grid::{self, Cell};
use tallybook_insight::purchases::{Day, MemberIndex, MinorUnits, PurchaseError, PurchaseLog};
use tallybook_insight::rfm::{self, MemberRfm, RfmOptions, Scoring};

use crate::cli::{Divide, Global, Rfm, Ties};
use crate::commands::session::{Session, units};
use crate::errors::CliError;
use crate::output::{Output, Side, count};
use crate::when;

/// Scores all members who have bought something by the as-of day.
///
/// # Errors
/// Usage for thresholds that do not rise; the ledger's.
pub fn run(global: &Global, options: &Rfm, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let zone = session.zone();
    let money = session.money(options.currency.as_deref())?;
    let as_of = match &options.as_of {
        Some(date) => zone.day(when::parse(date, zone)?),
        None => zone.day(when::now()),
    };
    let scoring = scoring(options, money)?;
    let (ids, log) = purchases(&session, Day(as_of.0), zone, money.code)?;
    let summaries = log.summarise(&ids).map_err(CliError::fault)?;
    let rfm_options = RfmOptions { as_of: Day(as_of.0), scoring };
    let members = rfm::score(&summaries, &rfm_options).map_err(CliError::usage)?;
    let divide = match options.divide {
        Divide::MeanScore => grid::Divide::MeanScore,
        Divide::MeanFigure => grid::Divide::MeanFigure,
        Divide::MedianFigure => grid::Divide::MedianFigure,
    };
    let cells = grid::cells(&members, divide);
    if let Some(path) = &options.csv {
        write_csv(path, &members, &cells, money)
            .map_err(|error| CliError::fault(format!("{}: {error}", path.display())))?;
    }
    tell(&as_of.to_string(), &rfm_options, &members, &cells, money, output);
    session.close(output);
    Ok(())
}

fn scoring(options: &Rfm, money: MoneyCurrency) -> Result<Scoring, CliError> {
    let four = |limits: &[i64]| {
        <[i64; 4]>::try_from(limits).map_err(|_| CliError::usage("each list of limits has four figures"))
    };
    match (&options.recency_days, &options.frequency, &options.monetary) {
        (Some(recency), Some(frequency), Some(monetary)) => {
            let monetary = monetary.iter().map(|text| units("--monetary", text, money.exponent));
            Ok(Scoring::Thresholds {
                recency_days: four(recency)?,
                frequency: four(frequency)?,
                monetary_minor: four(&monetary.collect::<Result<Vec<_>, _>>()?)?,
            })
        }
        _ => Ok(Scoring::Quintiles {
            ties: match options.ties {
                Ties::ByMember => rfm::Ties::ByMember,
                Ties::Shared => rfm::Ties::Shared,
            },
        }),
    }
}

/// Reads every member's orders and returns in one currency.
fn purchases(
    session: &Session,
    as_of: Day,
    zone: Zone,
    currency: CurrencyCode,
) -> Result<(Vec<String>, PurchaseLog), CliError> {
    let mut members = Vec::new();
    let mut merged: HashMap<String, Vec<(String, Position)>> = HashMap::new();
    session.ledger.for_each_member(|member| match &member.state.status.merged_into {
        Some(into) => {
            merged.entry(into.to_string()).or_default().push((member.name.clone(), member.head));
        }
        None => members.push((member.name.clone(), member.head)),
    })?;
    let mut log = PurchaseLog::new(as_of);
    for (index, (name, head)) in members.iter().enumerate() {
        let member = MemberIndex(u32::try_from(index).unwrap_or(u32::MAX));
        let mut histories = Vec::new();
        for head in heads_of(name, *head, &merged) {
            histories.push(tallybook::history(session.ledger.reader(), head)?);
        }
        let batches = histories.iter().flatten();
        add_member(&mut log, member, batches, zone, currency).map_err(CliError::fault)?;
    }
    Ok((members.into_iter().map(|(name, _)| name).collect(), log))
}

/// The newest records of all who became part of a member, and of the member, whose returns may be of their orders.
fn heads_of(name: &str, head: Position, merged: &HashMap<String, Vec<(String, Position)>>) -> Vec<Position> {
    let parts = merged.get(name).map_or(&[][..], Vec::as_slice);
    let mut heads: Vec<Position> =
        parts.iter().flat_map(|(name, head)| heads_of(name, *head, merged)).collect();
    heads.push(head);
    heads
}

fn add_member<'h>(
    log: &mut PurchaseLog,
    member: MemberIndex,
    history: impl Iterator<Item = &'h HistoryBatch>,
    zone: Zone,
    currency: CurrencyCode,
) -> Result<(), PurchaseError> {
    let day = |at: Instant| Day(zone.day(at).0);
    let mut orders: HashMap<&str, OrderFile<'h>> = HashMap::new();
    for batch in history {
        let mut judgements = batch.events.iter().filter_map(|event| match &event.decision {
            Decision::PointsEarned(earned) if earned.on == Trigger::Order => Some(earned),
            _ => None,
        });
        for fact in &batch.facts {
            match fact {
                Fact::OrderPlaced(order) => {
                    let Some(earned) = judgements.next() else { continue };
                    if order.currency != currency {
                        continue;
                    }
                    let record = OrderRecord::new(batch.effective_at, earned.clone(), order.lines.len());
                    let file = OrderFile { order: order.clone(), record, redemption: None };
                    log.place_order(member, day(batch.effective_at), MinorUnits(kept(&file)))?;
                    orders.insert(&order.id, file);
                }
                Fact::OrderReturned(ret) => {
                    let Some(file) = orders.get_mut(&*ret.order) else { continue };
                    let before = kept(file);
                    file.follow_return(ret);
                    log.return_goods(member, day(batch.effective_at), MinorUnits(before - kept(file)))?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Money kept of an order, minor units.
fn kept(file: &OrderFile<'_>) -> i64 {
    let lines = file.order.lines.iter().zip(&file.record.returned);
    lines.map(|(line, returned)| returned.kept_amount(line.quantity, line.amount).0).sum()
}

fn write_csv(
    path: &Path,
    members: &[MemberRfm<'_>],
    cells: &[Cell],
    money: MoneyCurrency,
) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_path(path)?;
    let headings =
        ["member", "recency_days", "frequency", "monetary", "r", "f", "m", "r_bin", "f_bin", "m_bin", "cell"];
    writer.write_record(headings)?;
    for (member, cell) in members.iter().zip(cells) {
        let bin = |bin: Option<u8>| bin.map_or_else(String::new, |bin| bin.to_string());
        writer.write_record([
            member.member,
            &member.recency_days.to_string(),
            &member.frequency.to_string(),
            &Scaled { units: member.monetary_minor.0, scale: money.exponent }.to_string(),
            &member.scores.recency.get().to_string(),
            &member.scores.frequency.get().to_string(),
            &member.scores.monetary.get().to_string(),
            &bin(member.bins.map(|bins| bins.recency)),
            &bin(member.bins.map(|bins| bins.frequency)),
            &bin(member.bins.map(|bins| bins.monetary)),
            &name(*cell),
        ])?;
    }
    writer.flush()?;
    Ok(())
}

/// A cell's snake_case name, as in JSON.
fn name(cell: Cell) -> String {
    serde_json::to_value(cell).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Members, orders and minor units in each cell, in the order of the grid.
fn sums(members: &[MemberRfm<'_>], cells: &[Cell]) -> Vec<(Cell, u64, u64, i64)> {
    let sum = |cell: Cell| {
        let within = members.iter().zip(cells).filter(|(_, its)| **its == cell).map(|(member, _)| member);
        within.fold((cell, 0, 0, 0), |(cell, count, orders, money), member| {
            (cell, count + 1, orders + u64::from(member.frequency), money + member.monetary_minor.0)
        })
    };
    Cell::ALL.into_iter().map(sum).collect()
}

fn tell(
    as_of: &str,
    options: &RfmOptions,
    members: &[MemberRfm<'_>],
    cells: &[Cell],
    money: MoneyCurrency,
    output: &Output,
) {
    let sums = sums(members, cells);
    if output.json {
        let cell = |(cell, members, orders, minor_units): &(Cell, u64, u64, i64)| {
            json!({
                "cell": cell,
                "chinese_name": cell.chinese_name(),
                "members": members,
                "orders": orders,
                "monetary": { "minor_units": minor_units, "exponent": money.exponent, "currency": money.code },
            })
        };
        output.value(&json!({
            "as_of": as_of,
            "scoring": options.scoring,
            "members": members.len(),
            "cells": sums.iter().map(cell).collect::<Vec<_>>(),
        }));
        return;
    }
    output.line(format!("{} with an order by {as_of}", count(members.len() as u64, "member")));
    output.line("");
    let row = |(cell, members, orders, minor_units): (Cell, u64, u64, i64)| {
        vec![
            cell.english_name().to_owned(),
            cell.chinese_name().to_owned(),
            members.to_string(),
            orders.to_string(),
            format!("{} {}", Scaled { units: minor_units, scale: money.exponent }, money.code),
        ]
    };
    let headings = [
        ("cell", Side::Left),
        ("", Side::Left),
        ("members", Side::Right),
        ("orders", Side::Right),
        ("net spend", Side::Right),
    ];
    output.table(&headings, sums.into_iter().map(row).collect());
}
