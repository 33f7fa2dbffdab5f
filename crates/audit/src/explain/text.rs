//! An explanation as plain text, for a terminal or a letter.

use std::fmt::{self, Write};

use tallybook_core::calendar::{Instant, Zone};
use tallybook_core::event::{ReleaseReason, Verdict};
use tallybook_core::points::Points;

use super::{
    Cause, CurrencyExplanation, DebtEntry, Explanation, LotExplanation, LotMove, MergeEntry, MergeSide,
    MoveKind, RuleVerdict,
};

/// Writes an explanation as plain text, times in the programme's zone.
pub fn render(explanation: &Explanation) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ =
        Page { zone: Zone::parse(&explanation.zone).unwrap_or(Zone::UTC), out: &mut text }.all(explanation);
    text
}

pub(super) struct Page<'o> {
    pub(super) zone: Zone,
    pub(super) out: &'o mut String,
}

impl Page<'_> {
    fn all(&mut self, explanation: &Explanation) -> fmt::Result {
        let Explanation { member, at, zone, currencies, ladders, benefits, versions } = explanation;
        writeln!(self.out, "{member} as of {} ({zone})", self.zone.display(*at))?;
        if currencies.is_empty() {
            writeln!(self.out, "\nThe member has never had points.")?;
        }
        for currency in currencies {
            self.currency(currency)?;
        }
        for ladder in ladders {
            self.ladder(ladder)?;
        }
        for benefit in benefits {
            self.benefit(benefit)?;
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
        if !currency.merges.is_empty() {
            writeln!(self.out, "\n  Merges")?;
        }
        for merge in &currency.merges {
            self.merge(merge, scale)?;
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
        if lot.held_at_first != Points::ZERO {
            writeln!(self.out, "    {} more were set aside by a hold", show(lot.held_at_first))?;
        }
        for rule in &lot.rules {
            writeln!(self.out, "    {}", verdict(rule, scale))?;
        }
        if let Some(version) = lot.version {
            let place =
                lot.batch.map_or_else(|| "due, not recorded".to_owned(), |batch| format!("batch {batch}"));
            writeln!(self.out, "    judged under version {version}, {place}")?;
        }
        if lot.line_shares.len() > 1 {
            let shares: Vec<String> = lot
                .line_shares
                .iter()
                .map(|share| format!("{}: {}", share.line, show(share.points)))
                .collect();
            writeln!(self.out, "    by line {}", shares.join(", "))?;
        }
        self.term(lot)?;
        for step in &lot.moves {
            self.step(step, scale)?;
        }
        let pending = if lot.is_pending { ", pending" } else { "" };
        let held = match lot.held {
            Points::ZERO => String::new(),
            held => format!(", {} set aside", show(held)),
        };
        writeln!(self.out, "    left: {}{pending}{held}", show(lot.remaining))
    }

    /// From when to when a lot can be spent.
    fn term(&mut self, lot: &LotExplanation) -> fmt::Result {
        let idle = match lot.idle_months {
            0 => String::new(),
            1 => ", after a month of inactivity".to_owned(),
            months => format!(", after {months} months of inactivity"),
        };
        match (lot.activates_at, lot.expires_at) {
            (None, Some(end)) => {
                let end = self.when(end);
                return writeln!(self.out, "    can be spent once its order is fulfilled, if before {end}");
            }
            (None, None) => return writeln!(self.out, "    can be spent once its order is fulfilled"),
            (Some(start), _) if start > lot.earned_at => {
                writeln!(self.out, "    can be spent from {}", self.when(start))?;
            }
            _ => {}
        }
        match lot.expires_at {
            Some(end) => writeln!(self.out, "    expires at {}{idle}", self.when(end)),
            None => writeln!(self.out, "    never expires"),
        }
    }

    fn step(&mut self, step: &LotMove, scale: u8) -> fmt::Result {
        let mut what = match step.kind {
            MoveKind::Activated => match &step.cause {
                Cause::Time => "can be spent".to_owned(),
                fulfilled => format!("can be spent, {}", cause(fulfilled)),
            },
            MoveKind::PaidDebt => "paid a debt".to_owned(),
            MoveKind::Expired => "expired".to_owned(),
            MoveKind::Cancelled => match &step.cause {
                Cause::Time => "cancelled, as its order was not fulfilled in time".to_owned(),
                returned => format!("cancelled, {}", cause(returned)),
            },
            MoveKind::Fee => format!("fee of {}", cause(&step.cause)),
            MoveKind::Renewed => format!("more time, {}", cause(&step.cause)),
            MoveKind::Captured => {
                let spent = Points(-step.held.0).display(scale);
                format!("{}: {spent} of what was set aside were spent", cause(&step.cause))
            }
            MoveKind::WentOver if step.held != Points::ZERO => {
                format!("{}, with {} set aside", cause(&step.cause), Points(-step.held.0).display(scale))
            }
            MoveKind::Redeemed
            | MoveKind::Reversed
            | MoveKind::Held
            | MoveKind::Released
            | MoveKind::ClawedBack
            | MoveKind::Adjusted
            | MoveKind::Sent
            | MoveKind::Forfeited
            | MoveKind::ExpiryChanged
            | MoveKind::WentOver => cause(&step.cause),
        };
        if let Some(end) = step.end {
            let end = end.expires_at.map(|end| self.when(end));
            what += &end.map_or_else(|| ", never expires".to_owned(), |end| format!(", expires at {end}"));
        }
        let due = if step.batch.is_none() { " (due, not recorded)" } else { "" };
        let at = self.when(step.at);
        if step.points == Points::ZERO {
            return writeln!(self.out, "    {at}  {what}{due}");
        }
        let (points, left) = (step.points.display(scale), step.remaining.display(scale));
        writeln!(self.out, "    {at}  {points:>10}  {what}, {left} left{due}")
    }

    fn merge(&mut self, merge: &MergeEntry, scale: u8) -> fmt::Result {
        let balance = &merge.balance;
        let all = [
            (balance.available, "available"),
            (balance.pending, "pending"),
            (balance.held, "held"),
            (balance.arrears, "owed"),
            (balance.issued, "issued"),
            (balance.received, "received"),
            (balance.redeemed, "redeemed"),
            (balance.expired, "expired"),
            (balance.forfeited, "forfeited"),
            (balance.clawed_back, "clawed back"),
            (balance.sent, "sent"),
            (balance.written_off, "written off"),
        ];
        let told = all.into_iter().filter(|(points, _)| *points != Points::ZERO);
        let told: Vec<String> =
            told.map(|(points, name)| format!("{} {name}", points.display(scale))).collect();
        let (at, member) = (self.when(merge.at), &merge.member);
        let what = match merge.side {
            MergeSide::Came => format!("{member} became part of this member, with"),
            MergeSide::Went => format!("became part of {member}, with"),
        };
        writeln!(self.out, "    {at}  {what} {}", told.join(", "))
    }

    fn debt(&mut self, debt: &DebtEntry, scale: u8) -> fmt::Result {
        let what = debt.lot.map_or_else(|| cause(&debt.cause), |lot| format!("paid by lot {lot}"));
        let due = if debt.batch.is_none() { " (due, not recorded)" } else { "" };
        let at = self.when(debt.at);
        let (points, owed) = (debt.points.display(scale), debt.owed.display(scale));
        writeln!(self.out, "    {at}  {points:>10}  {what}, {owed} owed{due}")
    }

    pub(super) fn when(&self, at: Instant) -> String {
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
        Verdict::CoolingDown => format!(", resting after an earlier grant; it asked {}", show(rule.asked)),
        Verdict::TriggersUsedUp => {
            format!(", had given as often as it may; it asked {}", show(rule.asked))
        }
        Verdict::TrimmedByBudget => format!(", trimmed by a budget from {}", show(rule.asked)),
        Verdict::SkippedByBudget => format!(", refused by a budget; it asked {}", show(rule.asked)),
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

pub(super) fn cause(cause: &Cause) -> String {
    let or_somebody = |member: &Option<String>| member.clone().unwrap_or_else(|| "somebody".to_owned());
    let first_order =
        |order: &Option<String>| order.as_ref().map_or_else(String::new, |order| format!(", order {order}"));
    match cause {
        Cause::Order { order } => format!("order {order}"),
        Cause::Return { id, order } => format!("return {id} of order {order}"),
        Cause::Fulfilment { order } => format!("order {order} was fulfilled"),
        Cause::Activity { activity, id: Some(id) } => format!("activity {activity} {id}"),
        Cause::Activity { activity, id: None } => format!("activity {activity}"),
        Cause::Enrolment => "enrolment".to_owned(),
        Cause::Birthday => "birthday".to_owned(),
        Cause::Anniversary => "anniversary of joining".to_owned(),
        Cause::TierReached { tier } => tier
            .as_ref()
            .map_or_else(|| "a tier was reached".to_owned(), |tier| format!("{tier} was reached")),
        Cause::TierKept { tier } => {
            tier.as_ref().map_or_else(|| "a tier was kept".to_owned(), |tier| format!("{tier} was kept"))
        }
        Cause::TierAnniversary => "anniversary of reaching the tier".to_owned(),
        Cause::NewVersion { version } => format!("version {version} of the programme came into force"),
        Cause::TierGrant { actor, reason } => format!("given by {actor}: {reason}"),
        Cause::TierRevocation { actor, reason } => format!("revoked by {actor}: {reason}"),
        Cause::BenefitUse { id } => format!("use {id}"),
        Cause::BenefitReturn { actor, reason } => format!("given back by {actor}: {reason}"),
        Cause::Referred { referrer, order } => {
            format!("was referred by {}{}", or_somebody(referrer), first_order(order))
        }
        Cause::Referral { member, order } => {
            format!("referred {}{}", or_somebody(member), first_order(order))
        }
        Cause::ReferralReturned { id, order, member } => {
            let whose = member.as_ref().map_or_else(String::new, |member| format!(" by {member}"));
            format!("the referral fell through by return {id} of order {order}{whose}")
        }
        Cause::Redemption { redemption, purpose } => format!("redemption {redemption}, {purpose}"),
        Cause::Reversal { redemption } => format!("reversal of redemption {redemption}"),
        Cause::Hold { hold, purpose } => format!("hold {hold}, {purpose}"),
        Cause::Capture { hold } => format!("capture of hold {hold}"),
        Cause::Release { hold, why: ReleaseReason::Asked } => format!("release of hold {hold}"),
        Cause::Release { hold, why: ReleaseReason::Expired } => format!("hold {hold} ran out"),
        Cause::Release { hold, why: ReleaseReason::Closed } => {
            format!("hold {hold} was released as the member left")
        }
        Cause::Purchase { purchase, giver: None } => format!("purchase {purchase}"),
        Cause::Purchase { purchase, giver: Some(giver) } => {
            format!("purchase {purchase}, a present from {giver}")
        }
        Cause::Sent { transfer, to } => format!("transfer {transfer} to {to}"),
        Cause::Received { transfer, from, gift } => {
            let name = transfer.as_ref().map_or_else(String::new, |name| format!(" {name}"));
            let gift = if *gift { ", a present" } else { "" };
            format!("transfer{name} from {from}{gift}")
        }
        Cause::Reinstatement { lot, actor, reason } => {
            format!("lot {lot} had expired and was reinstated by {actor}: {reason}")
        }
        Cause::Adjustment { actor, reason } => format!("adjustment by {actor}: {reason}"),
        Cause::WriteOff { actor, reason } => format!("written off by {actor}: {reason}"),
        Cause::ExpiryChange { actor, reason } => format!("another end, given by {actor}: {reason}"),
        Cause::CameWith { member, lot: Some(lot) } => {
            format!("came with {member} as lot {lot} there; the history of {member} tells the rest")
        }
        Cause::CameWith { member, lot: None } => format!("came with {member}"),
        Cause::WentTo { member } => format!("went to {member}, whom the member is part of now"),
        Cause::Closure { actor, reason } => format!("closed by {actor}: {reason}"),
        Cause::Debt => "a debt".to_owned(),
        Cause::Time => "time".to_owned(),
    }
}
