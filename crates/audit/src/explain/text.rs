//! An explanation as plain text, for a terminal or a letter.

use std::fmt::{self, Write};

use tallybook_core::calendar::{Instant, Zone};
use tallybook_core::event::Verdict;
use tallybook_core::points::Points;

use super::{
    Cause, CurrencyExplanation, DebtEntry, Explanation, LotExplanation, LotMove, MoveKind, RuleVerdict,
};

/// Writes an explanation as plain text, times in the programme's zone.
pub fn render(explanation: &Explanation) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ =
        Page { zone: Zone::parse(&explanation.zone).unwrap_or(Zone::UTC), out: &mut text }.all(explanation);
    text
}

struct Page<'o> {
    zone: Zone,
    out: &'o mut String,
}

impl Page<'_> {
    fn all(&mut self, explanation: &Explanation) -> fmt::Result {
        let Explanation { member, at, zone, currencies, versions } = explanation;
        writeln!(self.out, "{member} as of {} ({zone})", self.zone.display(*at))?;
        if currencies.is_empty() {
            writeln!(self.out, "\nThe member has never had points.")?;
        }
        for currency in currencies {
            self.currency(currency)?;
        }
        if !versions.is_empty() {
            writeln!(self.out, "\nProgramme versions")?;
        }
        for version in versions {
            let from = self.when(version.effective_from);
            writeln!(self.out, "  version {} in force from {from}, sha256 {}", version.number, version.hash)?;
        }
        Ok(())
    }

    fn currency(&mut self, currency: &CurrencyExplanation) -> fmt::Result {
        let scale = currency.scale;
        let show = |points: Points| points.display(scale);
        let balance = &currency.balance;
        let available = show(balance.available);
        writeln!(self.out, "\n{}: {available} available", currency.currency)?;
        for lot in &currency.lots {
            self.lot(lot, scale)?;
        }
        if !currency.debts.is_empty() {
            writeln!(self.out, "\n  Debt")?;
        }
        for debt in &currency.debts {
            self.debt(debt, scale)?;
        }
        writeln!(self.out, "\n  Sum")?;
        for line in &currency.sum {
            writeln!(self.out, "  {:>14}  {}", show(line.points), line.name.replace('_', " "))?;
        }
        writeln!(self.out, "  {available:>14}  available")
    }

    fn lot(&mut self, lot: &LotExplanation, scale: u8) -> fmt::Result {
        let show = |points: Points| points.display(scale);
        let earned = self.when(lot.earned_at);
        writeln!(
            self.out,
            "\n  Lot {}: {} on {earned}, {}",
            lot.number,
            show(lot.points),
            cause(&lot.cause)
        )?;
        for rule in &lot.rules {
            writeln!(self.out, "    {}", verdict(rule, scale))?;
        }
        if let Some(version) = lot.version {
            writeln!(self.out, "    judged under version {version}, batch {}", lot.batch)?;
        }
        if lot.line_shares.len() > 1 {
            let shares: Vec<String> = lot
                .line_shares
                .iter()
                .map(|share| format!("{}: {}", share.line, show(share.points)))
                .collect();
            writeln!(self.out, "    by line {}", shares.join(", "))?;
        }
        if lot.activates_at > lot.earned_at {
            writeln!(self.out, "    can be spent from {}", self.when(lot.activates_at))?;
        }
        match lot.expires_at {
            Some(end) => writeln!(self.out, "    expires at {}", self.when(end))?,
            None => writeln!(self.out, "    never expires")?,
        }
        for step in &lot.moves {
            self.step(step, scale)?;
        }
        let pending = if lot.is_pending { ", pending" } else { "" };
        writeln!(self.out, "    left: {}{pending}", show(lot.remaining))
    }

    fn step(&mut self, step: &LotMove, scale: u8) -> fmt::Result {
        let what = match step.kind {
            MoveKind::Activated => "can be spent".to_owned(),
            MoveKind::PaidDebt => "paid a debt".to_owned(),
            MoveKind::Expired => "expired".to_owned(),
            MoveKind::Redeemed | MoveKind::Reversed | MoveKind::ClawedBack | MoveKind::Adjusted => {
                cause(&step.cause)
            }
        };
        let due = if step.batch.is_none() { " (due, not recorded)" } else { "" };
        let at = self.when(step.at);
        let (points, left) = (step.points.display(scale), step.remaining.display(scale));
        match step.kind {
            MoveKind::Activated => writeln!(self.out, "    {at}  {what}{due}"),
            _ => writeln!(self.out, "    {at}  {points:>10}  {what}, {left} left{due}"),
        }
    }

    fn debt(&mut self, debt: &DebtEntry, scale: u8) -> fmt::Result {
        let what = debt.lot.map_or_else(|| cause(&debt.cause), |lot| format!("paid by lot {lot}"));
        let due = if debt.batch.is_none() { " (due, not recorded)" } else { "" };
        let at = self.when(debt.at);
        let (points, owed) = (debt.points.display(scale), debt.owed.display(scale));
        writeln!(self.out, "    {at}  {points:>10}  {what}, {owed} owed{due}")
    }

    fn when(&self, at: Instant) -> String {
        self.zone.display(at)
    }
}

fn verdict(rule: &RuleVerdict, scale: u8) -> String {
    let show = |points: Points| points.display(scale);
    let why = match rule.verdict {
        Verdict::Granted => String::new(),
        Verdict::TrimmedByCap => format!(", trimmed by a cap from {}", show(rule.asked)),
        Verdict::SkippedByCap => format!(", refused by a cap; it asked {}", show(rule.asked)),
        Verdict::LostInGroup => format!(", another rule of its group won; it asked {}", show(rule.asked)),
    };
    let rounded = match rule.remainder_millionths {
        0 => String::new(),
        taken if taken > 0 => format!(", rounding took {}", part(taken, scale)),
        added => format!(", rounding added {}", part(added, scale)),
    };
    format!("{:>10}  rule {}{why}{rounded}", show(rule.granted), rule.rule)
}

/// Millionths of a smallest unit, without sign.
fn part(millionths: i32, scale: u8) -> String {
    let digits = format!("{:06}", millionths.unsigned_abs());
    let of = if scale == 0 { "" } else { " of a smallest unit" };
    format!("0.{}{of}", digits.trim_end_matches('0'))
}

fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Order { order } => format!("order {order}"),
        Cause::Return { id, order } => format!("return {id} of order {order}"),
        Cause::Redemption { redemption, purpose } => format!("redemption {redemption}, {purpose}"),
        Cause::Reversal { redemption } => format!("reversal of redemption {redemption}"),
        Cause::Adjustment { actor, reason } => format!("adjustment by {actor}: {reason}"),
        Cause::Debt => "a debt".to_owned(),
        Cause::Time => "time".to_owned(),
    }
}
