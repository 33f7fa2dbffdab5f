//! Options of commands: the kinds of facts, and what may be said in them.

use tallybook_core::calendar::Instant;
use tallybook_core::command::Command;
use tallybook_core::fact::{
    Activity, Fact, NewEnd, Order, Purpose, Return, ReturnedPart, Shortfall, TierTerm,
};
use tallybook_core::programme::plan::OnClose;

use super::Tally;
use super::kinds::{fact_kind, fact_kinds};
use crate::generate::Recorded;
use crate::spec::Spec;

const PART: [&str; 2] = ["part", "whole"];

pub(super) fn note(tally: &mut Tally, spec: &Spec, history: &[Recorded]) {
    for (index, Recorded { command, recorded_at }) in history.iter().enumerate() {
        tally.note("command.time", time_word(command.effective_at, *recorded_at));
        tally.either("command.facts", command.facts.len() > 1, ["several", "one"]);
        let before = &history[..index];
        tally.note("command.key", key_word(command, before));
        for fact in &command.facts {
            tally.note_each("fact", fact_kind(fact).map(|kind| format!("{kind:?}")));
            note_fact(tally, spec, command, fact);
        }
    }
}

pub(super) fn note_all(tally: &mut Tally) {
    tally.note_each("command.time", ["late", "on_time", "ahead"]);
    tally.note_each("command.facts", ["one", "several"]);
    tally.note_each("command.key", ["new", "again", "again_with_another_content"]);
    tally.note_each("fact", fact_kinds().map(|kind| format!("{kind:?}")));
    tally.all_given(&[
        "enrolment.referred_by",
        "profile.birthday",
        "order.redemption",
        "activity.id",
        "activity.amount",
        "activity.score",
        "activity.channel",
        "activity.store",
        "activity.tags",
        "purchase.price",
        "purchase.giver",
        "reinstatement.expires_at",
    ]);
    tally.note_each("block", ["earning", "redeeming", "both", "neither"]);
    tally.note_each("return.lines", ["all", "some"]);
    tally.note_each("return.part", ["all", "quantity", "amount"]);
    tally.note_each("return.points_back", ["none", "nothing", "points"]);
    for whose in ["redemption", "hold"] {
        let purposes =
            ["free_reward", "listed_reward", "unlisted_reward", "voucher", "voucher_with_code", "cash_off"];
        tally.note_each(&format!("{whose}.purpose"), purposes);
    }
    tally.note_each("redemption.partial", ["yes", "no"]);
    for option in ["reversal.points", "capture.points", "write_off.points"] {
        tally.note_each(option, PART);
    }
    tally.note_each("adjustment", ["credit", "debit"]);
    tally.note_each("adjustment.shortfall", ["floor_at_zero", "arrears"]);
    tally.note_each("transfer.to", ["another", "oneself"]);
    tally.note_each("transfer.gift", ["yes", "no"]);
    tally.note_each("tier_request.term", ["open", "until", "challenge"]);
    tally.note_each("benefit_use.times", ["once", "more"]);
    tally.note_each("expiry_change.of", ["one_lot", "all_lots"]);
    tally.note_each("expiry_change.to", ["at", "never", "plus_days"]);
    tally.note_each("merge.into", ["another", "oneself"]);
    tally.note_each("closure.points", ["as_the_programme_says", "forfeit", "keep"]);
}

fn time_word(effective_at: Instant, recorded_at: Instant) -> &'static str {
    match effective_at.cmp(&recorded_at) {
        std::cmp::Ordering::Less => "late",
        std::cmp::Ordering::Equal => "on_time",
        std::cmp::Ordering::Greater => "ahead",
    }
}

fn key_word(command: &Command, before: &[Recorded]) -> &'static str {
    let same_key = |other: &&Recorded| {
        other.command.member == command.member && other.command.effective_key() == command.effective_key()
    };
    match before.iter().find(same_key) {
        None => "new",
        Some(other)
            if other.command.facts == command.facts && other.command.effective_at == command.effective_at =>
        {
            "again"
        }
        Some(_) => "again_with_another_content",
    }
}

fn note_fact(tally: &mut Tally, spec: &Spec, command: &Command, fact: &Fact<'_>) {
    let other = |name: &str| if name == command.member { "oneself" } else { "another" };
    let yes = ["yes", "no"];
    match fact {
        Fact::MemberEnrolled(enrolment) => {
            tally.given("enrolment.referred_by", enrolment.referred_by.is_some());
            tally.given("profile.birthday", enrolment.profile.birthday.is_some());
        }
        Fact::ProfileChanged(profile) => tally.given("profile.birthday", profile.birthday.is_some()),
        Fact::OrderPlaced(order) => note_order(tally, order),
        Fact::OrderReturned(ret) => note_return(tally, ret),
        Fact::ActivityRecorded(activity) => note_activity(tally, activity),
        Fact::RedemptionRequested(redemption) => {
            tally.note("redemption.purpose", purpose_word(spec, &redemption.purpose));
            tally.either("redemption.partial", redemption.partial, yes);
        }
        Fact::HoldRequested(hold) => tally.note("hold.purpose", purpose_word(spec, &hold.purpose)),
        Fact::ReversalRequested(reversal) => tally.either("reversal.points", reversal.points.is_some(), PART),
        Fact::CaptureRequested(capture) => tally.either("capture.points", capture.points.is_some(), PART),
        Fact::WriteOffRequested(one) => tally.either("write_off.points", one.points.is_some(), PART),
        Fact::AdjustmentRequested(adjustment) => {
            tally.either("adjustment", adjustment.points.0 > 0, ["credit", "debit"]);
            let shortfall = match adjustment.shortfall {
                Shortfall::FloorAtZero => "floor_at_zero",
                Shortfall::Arrears => "arrears",
            };
            tally.note("adjustment.shortfall", shortfall);
        }
        Fact::TransferRequested(transfer) => {
            tally.note("transfer.to", other(&transfer.to));
            tally.either("transfer.gift", transfer.gift, yes);
        }
        Fact::PointsPurchased(purchase) => {
            tally.given("purchase.price", purchase.price.is_some());
            tally.given("purchase.giver", purchase.giver.is_some());
        }
        Fact::ExpiryChangeRequested(change) => {
            tally.either("expiry_change.of", change.lot.is_some(), ["one_lot", "all_lots"]);
            let to = match change.to {
                NewEnd::At(_) => "at",
                NewEnd::Never => "never",
                NewEnd::PlusDays(_) => "plus_days",
            };
            tally.note("expiry_change.to", to);
        }
        Fact::ReinstatementRequested(one) => {
            tally.given("reinstatement.expires_at", one.expires_at.is_some());
        }
        Fact::MergeRequested(merge) => tally.note("merge.into", other(&merge.into)),
        Fact::ClosureRequested(closure) => {
            let points = match closure.points {
                None => "as_the_programme_says",
                Some(OnClose::Forfeit) => "forfeit",
                Some(OnClose::Keep) => "keep",
            };
            tally.note("closure.points", points);
        }
        Fact::BlockRequested(block) => {
            let word = match (block.earning, block.redeeming) {
                (true, true) => "both",
                (true, false) => "earning",
                (false, true) => "redeeming",
                (false, false) => "neither",
            };
            tally.note("block", word);
        }
        Fact::TierRequested(request) => {
            let term = match request.term {
                TierTerm::Open => "open",
                TierTerm::Until(_) => "until",
                TierTerm::Challenge => "challenge",
            };
            tally.note("tier_request.term", term);
        }
        Fact::BenefitRequested(used) => tally.either("benefit_use.times", used.times > 1, ["more", "once"]),
        Fact::TierRevoked(_)
        | Fact::BenefitReturned(_)
        | Fact::OrderFulfilled(_)
        | Fact::ReleaseRequested(_)
        | Fact::VoucherPresented(_)
        | Fact::ProgrammePublished(_) => {}
    }
}

fn note_order(tally: &mut Tally, order: &Order<'_>) {
    tally.given("order.redemption", order.redemption.is_some());
}

fn note_return(tally: &mut Tally, ret: &Return<'_>) {
    tally.either("return.lines", ret.lines.is_empty(), ["all", "some"]);
    for line in &ret.lines {
        let part = match line.part {
            ReturnedPart::All => "all",
            ReturnedPart::Quantity(_) => "quantity",
            ReturnedPart::Amount(_) => "amount",
        };
        tally.note("return.part", part);
    }
    let points = ret.points_back.map_or("none", |points| if points.0 == 0 { "nothing" } else { "points" });
    tally.note("return.points_back", points);
}

fn note_activity(tally: &mut Tally, activity: &Activity<'_>) {
    let Activity { id, kind: _, amount, score, channel, store, tags } = activity;
    tally.given("activity.id", id.is_some());
    tally.given("activity.amount", amount.is_some());
    tally.given("activity.score", score.is_some());
    tally.given("activity.channel", channel.is_some());
    tally.given("activity.store", store.is_some());
    tally.given("activity.tags", !tags.is_empty());
}

fn purpose_word(spec: &Spec, purpose: &Purpose<'_>) -> &'static str {
    match purpose {
        Purpose::Reward(_) if spec.rewards.is_empty() => "free_reward",
        Purpose::Reward(name) if spec.reward(name).is_some() => "listed_reward",
        Purpose::Reward(_) => "unlisted_reward",
        Purpose::Voucher { code: None, .. } => "voucher",
        Purpose::Voucher { code: Some(_), .. } => "voucher_with_code",
        Purpose::CashOff { .. } => "cash_off",
    }
}
