//! Decisions in words, with the lots and rules they rest on.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{
    BlockSet, BudgetEntry, ClawedBack, Closed, CreditSource, Decision, Draw, Event, ExpiryChanged,
    HoldCaptured, HoldReleased, LotEnd, MergedFrom, NewLot, PointsEarned, Redeemed, RedemptionReversed,
    ReleaseReason, RuleShare, Take, TransferReceived, TransferSent, Trigger, Verdict,
};
use tallybook_core::ids::{CurrencyNumber, LotNumber, RuleIndex, VersionNumber};
use tallybook_core::points::Points;

use super::Show;
use crate::output::count;

impl<'p> Show<'p> {
    /// A decision in words.
    pub fn event(&self, event: &Event) -> String {
        let at = event.effective_at;
        match &event.decision {
            Decision::MemberJoined => "joined".to_owned(),
            Decision::PointsEarned(earned) => self.earned(earned, at),
            Decision::PointsActivated(a) => {
                let until = a.term.map(|term| self.until(term.expires_at)).unwrap_or_default();
                format!("{} of lot {} can be spent{until}", self.points(a.points, a.currency), a.lot)
            }
            Decision::ArrearsPaid(paid) => {
                format!("{} of lot {} paid arrears", self.points(paid.points, paid.currency), paid.lot)
            }
            Decision::Redeemed(redeemed) => self.redeemed(redeemed),
            Decision::RedemptionReversed(reversed) => self.reversed(reversed),
            Decision::Expired(expired) => {
                format!("{} of lot {} expired", self.points(expired.points, expired.currency), expired.lot)
            }
            Decision::ClawedBack(clawed) => self.clawed_back(clawed),
            Decision::Credited(credited) => {
                let how = match credited.source {
                    CreditSource::Adjustment => "credited",
                    CreditSource::Purchase => "bought",
                    CreditSource::Gift => "was given",
                };
                format!("{how} {}", self.lot(&credited.lot, at))
            }
            Decision::Debited(debited) => {
                let mut from = self.draws(&debited.draws, debited.currency);
                if debited.arrears.is_positive() {
                    from = format!("{from}, {} made arrears", self.figure(debited.arrears, debited.currency));
                }
                format!("debited {} from {from}", self.points(debited.points, debited.currency))
            }
            Decision::TierChanged(change) => self.tier_changed(change),
            Decision::LotCancelled(lot) => {
                format!("{} of lot {} were cancelled", self.points(lot.points, lot.currency), lot.lot)
            }
            Decision::Renewed(renewed) => format!(
                "{} that end after {} without activity have until {}",
                self.currency_id(renewed.currency),
                count(u64::from(renewed.idle_months), "month"),
                self.local(renewed.expires_at)
            ),
            Decision::ReferralPaid(paid) if paid.lots.is_empty() && paid.referrer_lots.is_empty() => {
                format!("referral by {} counted", paid.referrer)
            }
            Decision::ReferralPaid(paid) => {
                let (own, theirs) = (lot_numbers(&paid.lots), lot_numbers(&paid.referrer_lots));
                format!("referral by {} paid: {own} here, {theirs} there", paid.referrer)
            }
            Decision::HoldPlaced(hold) => format!(
                "hold {}: set aside {} from {} until {}{}",
                hold.hold,
                self.points(hold.points, hold.currency),
                self.draws(&hold.draws, hold.currency),
                self.local(hold.expires_at),
                self.stock(hold.stock)
            ),
            Decision::HoldCaptured(captured) => self.captured(captured),
            Decision::HoldReleased(released) => self.released(released),
            Decision::VoucherUsed(_) => "used the voucher".to_owned(),
            Decision::TransferSent(sent) => self.sent(sent),
            Decision::TransferReceived(received) => self.received(received, at),
            Decision::WrittenOff(off) => {
                format!("wrote off {} of arrears", self.points(off.points, off.currency))
            }
            Decision::ExpiryChanged(changed) => self.expiry_changed(changed),
            Decision::Reinstated(reinstated) => {
                format!("reinstated {}, what lot {} had", self.lot(&reinstated.lot, at), reinstated.of)
            }
            Decision::MergedInto(merged) => {
                format!("became part of {}, who has all of it now", merged.into)
            }
            Decision::MergedFrom(merged) => self.merged_from(merged),
            Decision::Closed(closed) => self.closed(closed),
            Decision::BlockSet(set) => block_words(*set).to_owned(),
            Decision::FiguresCarried(carried) => self.carried(carried),
            Decision::TierGranted(granted) => self.granted(granted),
            Decision::TierGrantEnded(ended) => self.grant_ended(ended),
            Decision::BenefitUsed(used) => self.benefit_used(used),
            Decision::BenefitRestored(restored) => self.benefit_restored(restored),
            Decision::ReferralCancelled(cancelled) => self.referral_cancelled(cancelled),
        }
    }

    fn earned(&self, earned: &PointsEarned, at: Instant) -> String {
        let rules: Vec<String> =
            earned.shares.iter().map(|share| self.share(earned.version, share)).collect();
        let lots: Vec<String> = earned.lots.iter().map(|lot| self.lot(lot, at)).collect();
        let what = match (lots.is_empty(), rules.is_empty()) {
            (true, true) => "earned nothing: no rule matched".to_owned(),
            (true, false) => format!("earned nothing ({})", rules.join("; ")),
            (false, _) => format!("earned {} ({})", lots.join(" and "), rules.join("; ")),
        };
        let streak = match earned.streak {
            Some(streak) if streak.length > 1 => format!(", day {} in a row", streak.length),
            _ => String::new(),
        };
        let why = match (earned.on, earned.activity) {
            (Trigger::Order, _) => return what,
            (Trigger::Activity, Some(activity)) => self.activity_id(activity),
            (Trigger::Activity, None) => "activity",
            (Trigger::Enrolment, _) => "enrolment",
            (Trigger::Birthday, _) => "birthday",
            (Trigger::Anniversary, _) => "anniversary",
            (Trigger::Referrer, _) => "referring",
            (Trigger::Referred, _) => "being referred",
            (Trigger::TierReached, _) => "tier reached",
            (Trigger::TierKept, _) => "tier kept",
            (Trigger::TierAnniversary, _) => "tier anniversary",
        };
        format!("{why}: {what}{streak}")
    }

    fn share(&self, version: VersionNumber, share: &RuleShare) -> String {
        let rule = self.rule(version, share.rule);
        let id = rule.map_or_else(|| format!("rule {}", share.rule), |(id, _)| id.to_owned());
        let currency = rule.map_or(CurrencyNumber(0), |(_, currency)| currency);
        let granted = self.figure(share.granted, currency);
        let asked = self.figure(share.asked, currency);
        match share.verdict {
            Verdict::Granted => format!("{id} {granted}"),
            Verdict::TrimmedByCap => format!("{id} {granted} of {asked}, capped"),
            Verdict::SkippedByCap => format!("{id} 0 of {asked}, skipped by a cap"),
            Verdict::LostInGroup => format!("{id} 0 of {asked}, another rule won"),
            Verdict::CoolingDown => format!("{id} 0 of {asked}, cooling down"),
            Verdict::TriggersUsedUp => format!("{id} 0 of {asked}, has given as often as it may"),
            Verdict::TrimmedByBudget => format!("{id} {granted} of {asked}, all that the budget had"),
            Verdict::SkippedByBudget => format!("{id} 0 of {asked}, skipped by a budget"),
        }
    }

    fn rule(&self, version: VersionNumber, rule: RuleIndex) -> Option<(&'p str, CurrencyNumber)> {
        let rule = self.programmes.version(version)?.plan.rules.get(usize::from(rule.0))?;
        Some((&rule.id, rule.currency))
    }

    fn redeemed(&self, redeemed: &Redeemed) -> String {
        let worth = redeemed.worth.map(|worth| format!(", worth {}", self.money(worth, None)));
        let voucher = redeemed.voucher.map(|voucher| match voucher.expires_at {
            Some(end) => format!("; its voucher is good until {}", self.local(end)),
            None => "; its voucher is good for ever".to_owned(),
        });
        format!(
            "redeemed {}{} from {}{}{}",
            self.points(redeemed.points, redeemed.currency),
            worth.unwrap_or_default(),
            self.draws(&redeemed.draws, redeemed.currency),
            voucher.unwrap_or_default(),
            self.stock(redeemed.stock)
        )
    }

    fn reversed(&self, reversed: &RedemptionReversed) -> String {
        let of = reversed.of.as_ref().map(|of| format!(" of redemption {of}")).unwrap_or_default();
        let voided = if reversed.voided.is_some() { "; its voucher is void" } else { "" };
        format!(
            "gave back {}{of} to {}{voided}{}",
            self.points(reversed.points, reversed.currency),
            self.draws(&reversed.restored, reversed.currency),
            self.stock(reversed.stock)
        )
    }

    fn captured(&self, captured: &HoldCaptured) -> String {
        let currency = captured.redeemed.currency;
        let back = match captured.released.as_slice() {
            [] => String::new(),
            draws => format!("; the rest is back in {}", self.draws(draws, currency)),
        };
        format!("hold {}: {}{back}", captured.hold, self.redeemed(&captured.redeemed))
    }

    fn released(&self, released: &HoldReleased) -> String {
        let why = match released.why {
            ReleaseReason::Asked => "released",
            ReleaseReason::Expired => "ran out, released",
            ReleaseReason::Closed => "ended by closure, released",
        };
        format!(
            "hold {}: {why} {} to {}{}",
            released.hold,
            self.points(released.points, released.currency),
            self.draws(&released.restored, released.currency),
            self.stock(released.stock)
        )
    }

    fn clawed_back(&self, clawed: &ClawedBack) -> String {
        let take = |take: &Take| {
            let mut parts = Vec::new();
            for (points, what) in
                [(take.expired, "had expired"), (take.arrears, "made arrears"), (take.waived, "waived")]
            {
                if points.is_positive() {
                    parts.push(format!("{} {what}", self.figure(points, take.currency)));
                }
            }
            let draws: Vec<Draw> = take.from_pending.iter().chain(&take.from_available).copied().collect();
            if !draws.is_empty() {
                parts.insert(0, self.draws(&draws, take.currency));
            }
            format!("clawed back {} ({})", self.points(take.points, take.currency), parts.join(", "))
        };
        let takes: Vec<String> =
            clawed.takes.iter().filter(|take| take.points.is_positive()).map(take).collect();
        let takes = if takes.is_empty() { "clawed back nothing".to_owned() } else { takes.join("; ") };
        let referral = if clawed.referral_cancelled { "; the referral falls through" } else { "" };
        format!("{takes}{referral}")
    }

    fn sent(&self, sent: &TransferSent) -> String {
        let fee = match sent.fee {
            Points::ZERO => String::new(),
            fee => format!(", fee {},", self.figure(fee, sent.currency)),
        };
        format!(
            "sent {} to {}{fee} from {}",
            self.points(sent.points, sent.currency),
            sent.to,
            self.draws(&sent.draws, sent.currency)
        )
    }

    fn received(&self, received: &TransferReceived, at: Instant) -> String {
        let lots: Vec<String> = received.lots.iter().map(|lot| self.lot(lot, at)).collect();
        let gift = if received.gift { ", a gift" } else { "" };
        format!("received from {}{gift}: {}", received.from, lots.join(" and "))
    }

    fn expiry_changed(&self, changed: &ExpiryChanged) -> String {
        let same_ends = changed.lots.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to));
        let group = |lots: &[LotEnd]| {
            let numbers: Vec<LotNumber> = lots.iter().map(|lot| lot.lot).collect();
            let [from, to] = [lots[0].from, lots[0].to].map(|end| self.local_or(end, "never"));
            let verb = if lots.len() == 1 { "ends" } else { "end" };
            format!("{} {verb} {to} instead of {from}", lot_numbers(&numbers))
        };
        same_ends.map(group).collect::<Vec<_>>().join("; ")
    }

    fn merged_from(&self, merged: &MergedFrom) -> String {
        let brought = (0..).map(CurrencyNumber).zip(&merged.state.balances);
        let brought: Vec<String> = brought
            .filter(|(_, balance)| balance.available.is_positive())
            .map(|(number, balance)| self.points(balance.available, number))
            .collect();
        let lots = count(merged.state.lots.len() as u64, "lot");
        let with =
            if brought.is_empty() { String::new() } else { format!(", {} available", brought.join(", ")) };
        let places = merged.ladders.iter().map(|place| {
            let tier = self.tier_id(place.ladder, place.tier);
            format!("; {}: {tier}{}", self.ladder_id(place.ladder), self.until(place.until))
        });
        let grants = merged.grants.iter().map(|granted| {
            let tier = self.tier_id(granted.ladder, granted.grant.tier);
            let until = self.until(granted.grant.until);
            format!("; {}: {tier} by hand{until}", self.ladder_id(granted.ladder))
        });
        let tiers: String = places.chain(grants).collect();
        format!("{} became part of this member: {lots}{with}{tiers}", merged.from)
    }

    fn closed(&self, closed: &Closed) -> String {
        let mut parts = vec!["closed".to_owned()];
        for forfeit in &closed.forfeited {
            let draws: Vec<Draw> = forfeit.pending.iter().chain(&forfeit.available).copied().collect();
            let points = Points(draws.iter().map(|draw| draw.points.0).sum());
            let (points, draws) =
                (self.points(points, forfeit.currency), self.draws(&draws, forfeit.currency));
            parts.push(format!("forfeited {points} from {draws}"));
        }
        parts.join("; ")
    }

    /// A new lot, with when it starts where that is later, and when it ends.
    fn lot(&self, lot: &NewLot, at: Instant) -> String {
        let start = if lot.activates_at == Instant::MAX {
            let deadline = lot.expires_at.map(|at| format!(" by {}", self.local(at))).unwrap_or_default();
            return format!(
                "{} as lot {}, waiting for the order to be fulfilled{deadline}",
                self.points(lot.points, lot.currency),
                lot.number
            );
        } else if lot.begins_pending(at) {
            format!(" from {}", self.local(lot.activates_at))
        } else {
            String::new()
        };
        let until = self.until(lot.expires_at);
        format!("{} as lot {}{start}{until}", self.points(lot.points, lot.currency), lot.number)
    }

    pub(super) fn until(&self, end: Option<Instant>) -> String {
        end.map(|end| format!(" until {}", self.local(end))).unwrap_or_default()
    }

    /// What a piece taken from or given back to a stock leaves.
    fn stock(&self, entry: Option<BudgetEntry>) -> String {
        match entry {
            None => String::new(),
            Some(entry) if entry.used.is_positive() => {
                let left = entry.room.0.saturating_sub(entry.used.0);
                format!("; {}: {left} left", self.counter(entry.budget))
            }
            Some(entry) => {
                format!("; {}: {} back", self.counter(entry.budget), entry.used.0.saturating_neg())
            }
        }
    }

    fn draws(&self, draws: &[Draw], currency: CurrencyNumber) -> String {
        let draw = |draw: &Draw| format!("lot {} ({})", draw.lot, self.figure(draw.points, currency));
        let draws: Vec<String> = draws.iter().map(draw).collect();
        if draws.is_empty() { "no lot".to_owned() } else { draws.join(", ") }
    }
}

fn lot_numbers(lots: &[LotNumber]) -> String {
    let numbers: Vec<String> = lots.iter().map(LotNumber::to_string).collect();
    match lots {
        [] => "nothing".to_owned(),
        [lot] => format!("lot {lot}"),
        _ => format!("lots {}", numbers.join(", ")),
    }
}

fn block_words(set: BlockSet) -> &'static str {
    match (set.earning, set.redeeming) {
        (true, true) => "earning and redeeming are blocked",
        (true, false) => "earning is blocked, redeeming is free",
        (false, true) => "redeeming is blocked, earning is free",
        (false, false) => "earning and redeeming are free",
    }
}
