//! Which fact caused which decision.
//!
//! Invariant: within a batch the n-th judgement of orders is that of the n-th order, and so on; credits and debits by hand
//! are those of adjustments above and below zero; holds go by their names.

use serde::Serialize;
use tallybook_core::event::{
    CreditSource, Decision, Event, GrantEnd, HoldCaptured, HoldPlaced, HoldReleased, PointsEarned,
    RedemptionReversed, ReleaseReason, Trigger,
};
use tallybook_core::fact::{Fact, Purpose};
use tallybook_core::ids::{LotNumber, VersionNumber};
use tallybook_core::points::Points;

use super::far::FarSide;

/// What caused a credit or a debit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Cause {
    /// An order was placed.
    Order {
        /// Its name.
        order: String,
    },
    /// An order was given back, whole or in part.
    Return {
        /// The return's name.
        id: String,
        /// The order's name.
        order: String,
    },
    /// An order reached the member.
    Fulfilment {
        /// The order's name.
        order: String,
    },
    /// The member did something else than buying.
    Activity {
        /// What, as the programme calls it.
        activity: String,
        /// The activity's name, if it has one.
        id: Option<String>,
    },
    /// The member joined.
    Enrolment,
    /// It was the member's birthday.
    Birthday,
    /// It was the day on which the member joined, in a later year.
    Anniversary,
    /// The member's figures reached a tier.
    TierReached {
        /// Which; `None` where a new version of the programme gave it and the log does not say.
        tier: Option<String>,
    },
    /// The member's figures kept a tier.
    TierKept {
        /// Which.
        tier: Option<String>,
    },
    /// It was the day on which the member reached the tier held, in a later year.
    TierAnniversary,
    /// A version of the programme came into force.
    NewVersion {
        /// Its number.
        version: VersionNumber,
    },
    /// A tier was given or lent by hand.
    TierGrant {
        /// Who did it.
        actor: String,
        /// Why.
        reason: String,
    },
    /// A tier given or lent by hand was taken away.
    TierRevocation {
        /// Who did it.
        actor: String,
        /// Why.
        reason: String,
    },
    /// A benefit was used.
    BenefitUse {
        /// The use's name.
        id: String,
    },
    /// Uses of a benefit were given back.
    BenefitReturn {
        /// Who did it.
        actor: String,
        /// Why.
        reason: String,
    },
    /// The first order of this member, whom somebody referred.
    Referred {
        /// Who did.
        referrer: Option<String>,
        /// The order's name.
        order: Option<String>,
    },
    /// The first order of somebody whom this member referred.
    Referral {
        /// Whom.
        member: Option<String>,
        /// The order's name.
        order: Option<String>,
    },
    /// The order that a referral came to was given back, of this member or of the one whom this member referred.
    ReferralReturned {
        /// The return's name.
        id: String,
        /// The order's name.
        order: String,
        /// Whose order it was, where it was not this member's.
        member: Option<String>,
    },
    /// Points were spent.
    Redemption {
        /// Its name.
        redemption: String,
        /// What for.
        purpose: String,
    },
    /// A redemption was undone.
    Reversal {
        /// The redemption's name.
        redemption: String,
    },
    /// Points were set aside.
    Hold {
        /// The hold's name.
        hold: String,
        /// What for.
        purpose: String,
    },
    /// Points set aside were spent.
    Capture {
        /// The hold's name.
        hold: String,
    },
    /// Points set aside came back.
    Release {
        /// The hold's name.
        hold: String,
        /// Why.
        why: ReleaseReason,
    },
    /// The member bought points, or was given bought ones.
    Purchase {
        /// The purchase's name.
        purchase: String,
        /// Who gave them, where they are a present.
        giver: Option<String>,
    },
    /// Points went to another member.
    Sent {
        /// The transfer's name.
        transfer: String,
        /// To whom.
        to: String,
    },
    /// Points came from another member.
    Received {
        /// The transfer's name, where it can be found.
        transfer: Option<String>,
        /// From whom.
        from: String,
        /// Whether it was meant as a present.
        gift: bool,
    },
    /// Expired points came back by hand.
    Reinstatement {
        /// The lot that had expired.
        lot: LotNumber,
        /// Who did it.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Somebody corrected the balance by hand.
    Adjustment {
        /// Who.
        actor: String,
        /// Why.
        reason: String,
    },
    /// A debt was let go.
    WriteOff {
        /// Who did it.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Lots were given other ends.
    ExpiryChange {
        /// Who did it.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Another member became part of this one, and it is what they had. Their own history tells the rest.
    CameWith {
        /// Who.
        member: String,
        /// What the lot was there; `None` for a debt.
        lot: Option<LotNumber>,
    },
    /// The member became part of another, who has it now.
    WentTo {
        /// Who.
        member: String,
    },
    /// The member left.
    Closure {
        /// Who did it.
        actor: String,
        /// Why.
        reason: String,
    },
    /// A debt was there to be paid.
    Debt,
    /// Time went by.
    Time,
}

impl Cause {
    /// The cause that a fact is of what was decided about its member.
    pub(super) fn of_fact(fact: Option<&Fact<'_>>) -> Cause {
        let text = |text: &str| text.to_owned();
        let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
        match fact {
            Some(Fact::OrderPlaced(order)) => Cause::Order { order: text(&order.id) },
            Some(Fact::OrderReturned(ret)) => Cause::Return { id: text(&ret.id), order: text(&ret.order) },
            Some(Fact::OrderFulfilled(fulfilment)) => Cause::Fulfilment { order: text(&fulfilment.order) },
            Some(Fact::ActivityRecorded(activity)) => {
                Cause::Activity { activity: text(&activity.kind), id: owned(&activity.id) }
            }
            Some(Fact::MemberEnrolled(_)) => Cause::Enrolment,
            Some(Fact::RedemptionRequested(redemption)) => {
                Cause::Redemption { redemption: text(&redemption.id), purpose: purpose(&redemption.purpose) }
            }
            Some(Fact::ReversalRequested(reversal)) => {
                Cause::Reversal { redemption: text(&reversal.redemption) }
            }
            Some(Fact::HoldRequested(hold)) => {
                Cause::Hold { hold: text(&hold.id), purpose: purpose(&hold.purpose) }
            }
            Some(Fact::CaptureRequested(capture)) => Cause::Capture { hold: text(&capture.hold) },
            Some(Fact::ReleaseRequested(release)) => {
                Cause::Release { hold: text(&release.hold), why: ReleaseReason::Asked }
            }
            Some(Fact::PointsPurchased(bought)) => {
                Cause::Purchase { purchase: text(&bought.id), giver: owned(&bought.giver) }
            }
            Some(Fact::TransferRequested(transfer)) => {
                Cause::Sent { transfer: text(&transfer.id), to: text(&transfer.to) }
            }
            Some(Fact::ReinstatementRequested(wanted)) => Cause::Reinstatement {
                lot: wanted.lot,
                actor: text(&wanted.actor),
                reason: text(&wanted.reason),
            },
            Some(Fact::AdjustmentRequested(by)) => {
                Cause::Adjustment { actor: text(&by.actor), reason: text(&by.reason) }
            }
            Some(Fact::WriteOffRequested(by)) => {
                Cause::WriteOff { actor: text(&by.actor), reason: text(&by.reason) }
            }
            Some(Fact::ExpiryChangeRequested(by)) => {
                Cause::ExpiryChange { actor: text(&by.actor), reason: text(&by.reason) }
            }
            Some(Fact::ClosureRequested(by)) => {
                Cause::Closure { actor: text(&by.actor), reason: text(&by.reason) }
            }
            Some(Fact::TierRequested(by)) => {
                Cause::TierGrant { actor: text(&by.actor), reason: text(&by.reason) }
            }
            Some(Fact::TierRevoked(by)) => {
                Cause::TierRevocation { actor: text(&by.actor), reason: text(&by.reason) }
            }
            Some(Fact::BenefitRequested(wanted)) => Cause::BenefitUse { id: text(&wanted.id) },
            Some(Fact::BenefitReturned(by)) => {
                Cause::BenefitReturn { actor: text(&by.actor), reason: text(&by.reason) }
            }
            _ => Cause::Time,
        }
    }
}

fn purpose(purpose: &Purpose<'_>) -> String {
    match purpose {
        Purpose::Reward(what) => format!("reward {what}"),
        Purpose::Voucher { what, .. } => format!("voucher {what}"),
        Purpose::CashOff { .. } => "cash off an order".to_owned(),
    }
}

/// The facts of a batch, each given to the decision that judges it.
pub(super) struct Causes<'b> {
    facts: &'b [Fact<'static>],
    /// What the batch says of the member at the other end, where its facts are that one's.
    far: Option<FarSide>,
    /// How many decisions of each kind have been asked for.
    asked: [usize; KINDS],
    /// The fact that was judged last.
    last: Option<&'b Fact<'static>>,
}

/// Kinds of decisions that judge a fact.
const KINDS: usize = 18;

/// The place of returns among them.
const RETURNS: usize = 1;

impl<'b> Causes<'b> {
    pub(super) fn new(facts: &'b [Fact<'static>], far: Option<FarSide>) -> Causes<'b> {
        Causes { facts, far, asked: [0; KINDS], last: None }
    }

    /// The fact that the next decision judges; `None` for what happens with time alone, and for what another member's fact
    /// brings.
    pub(super) fn fact_of(&mut self, event: &Event) -> Option<&'b Fact<'static>> {
        type Judges = fn(&Fact<'_>) -> bool;
        let Event { effective_at, decision } = event;
        let mut facts = self.facts.iter();
        let by_name = match decision {
            Decision::HoldPlaced(HoldPlaced { hold, .. }) => {
                facts.find(|fact| matches!(fact, Fact::HoldRequested(asked) if asked.id == **hold))
            }
            Decision::HoldCaptured(HoldCaptured { hold, .. }) => {
                facts.find(|fact| matches!(fact, Fact::CaptureRequested(asked) if asked.hold == **hold))
            }
            Decision::HoldReleased(HoldReleased { hold, why: ReleaseReason::Asked, .. }) => {
                facts.find(|fact| matches!(fact, Fact::ReleaseRequested(asked) if asked.hold == **hold))
            }
            // A return gives back to the redemption first, and is judged itself after that.
            Decision::RedemptionReversed(RedemptionReversed { of: Some(_), .. }) => {
                facts.filter(|fact| matches!(fact, Fact::OrderReturned(_))).nth(self.asked[RETURNS])
            }
            _ => None,
        };
        if by_name.is_some() {
            self.last = by_name;
            return by_name;
        }
        let (kind, judges): (usize, Judges) = match decision {
            Decision::PointsEarned(PointsEarned { on: Trigger::Order, .. }) => {
                (0, |fact| matches!(fact, Fact::OrderPlaced(_)))
            }
            Decision::ClawedBack(_) => (RETURNS, |fact| matches!(fact, Fact::OrderReturned(_))),
            Decision::Redeemed(_) => (2, |fact| matches!(fact, Fact::RedemptionRequested(_))),
            Decision::RedemptionReversed(RedemptionReversed { of: None, .. }) => {
                (3, |fact| matches!(fact, Fact::ReversalRequested(_)))
            }
            Decision::Credited(credited) if credited.source == CreditSource::Adjustment => {
                (4, |fact| matches!(fact, Fact::AdjustmentRequested(a) if a.points > Points::ZERO))
            }
            Decision::Debited(_) => {
                (5, |fact| matches!(fact, Fact::AdjustmentRequested(a) if a.points < Points::ZERO))
            }
            Decision::Credited(_) => (6, |fact| matches!(fact, Fact::PointsPurchased(_))),
            Decision::PointsEarned(PointsEarned { on: Trigger::Activity, .. }) => {
                (7, |fact| matches!(fact, Fact::ActivityRecorded(_)))
            }
            Decision::PointsEarned(PointsEarned { on: Trigger::Enrolment, .. }) => {
                (8, |fact| matches!(fact, Fact::MemberEnrolled(_)))
            }
            Decision::TransferSent(_) => (9, |fact| matches!(fact, Fact::TransferRequested(_))),
            Decision::WrittenOff(_) => (10, |fact| matches!(fact, Fact::WriteOffRequested(_))),
            Decision::ExpiryChanged(_) => (11, |fact| matches!(fact, Fact::ExpiryChangeRequested(_))),
            Decision::Reinstated(_) => (12, |fact| matches!(fact, Fact::ReinstatementRequested(_))),
            Decision::Closed(_) => (13, |fact| matches!(fact, Fact::ClosureRequested(_))),
            // A tier that takes the place of another by a new version is held since before.
            Decision::TierGranted(granted) if granted.grant.since == *effective_at => {
                (14, |fact| matches!(fact, Fact::TierRequested(_)))
            }
            Decision::TierGrantEnded(ended) if ended.why == GrantEnd::Revoked => {
                (15, |fact| matches!(fact, Fact::TierRevoked(_)))
            }
            Decision::BenefitUsed(_) => (16, |fact| matches!(fact, Fact::BenefitRequested(_))),
            Decision::BenefitRestored(_) => (17, |fact| matches!(fact, Fact::BenefitReturned(_))),
            // Several lots may have waited for one order.
            Decision::PointsActivated(activated) if activated.term.is_some() => {
                return self.facts.iter().find(|fact| matches!(fact, Fact::OrderFulfilled(_)));
            }
            // What the member did last is what gives the lots more time.
            Decision::Renewed(_) => return self.last.or(self.facts.first()),
            _ => return None,
        };
        let found = self.facts.iter().filter(|fact| judges(fact)).nth(self.asked[kind]);
        self.asked[kind] += 1;
        self.last = found.or(self.last);
        found
    }

    /// What caused a decision, given the fact that it judges.
    pub(super) fn cause(&self, decision: &Decision, fact: Option<&Fact<'static>>) -> Cause {
        match decision {
            Decision::PointsEarned(earned) => self.of_earning(earned, fact),
            Decision::HoldReleased(released) => {
                Cause::Release { hold: released.hold.to_string(), why: released.why }
            }
            Decision::TransferReceived(received) => self.received(Some((&received.from, received.gift))),
            Decision::Renewed(_) if fact.is_none() => self.received(None),
            Decision::MergedInto(merged) => Cause::WentTo { member: merged.into.to_string() },
            Decision::MergedFrom(merged) => Cause::CameWith { member: merged.from.to_string(), lot: None },
            Decision::ArrearsPaid(_) => Cause::Debt,
            Decision::ReferralCancelled(_) => self.referral_returned(),
            _ => Cause::of_fact(fact),
        }
    }

    fn of_earning(&self, earned: &PointsEarned, fact: Option<&Fact<'static>>) -> Cause {
        match earned.on {
            Trigger::Order | Trigger::Activity | Trigger::Enrolment => Cause::of_fact(fact),
            Trigger::Birthday => Cause::Birthday,
            Trigger::Anniversary => Cause::Anniversary,
            Trigger::TierReached => Cause::TierReached { tier: None },
            Trigger::TierKept => Cause::TierKept { tier: None },
            Trigger::TierAnniversary => Cause::TierAnniversary,
            Trigger::Referred => Cause::Referred { referrer: None, order: order_in(self.last) },
            Trigger::Referrer => Cause::Referral {
                member: self.far.as_ref().map(|far| far.member.clone()),
                order: self.far.as_ref().and_then(|far| far.facts.iter().find_map(|f| order_in(Some(f)))),
            },
        }
    }

    /// Points that the other member sent: by whom and whether as a present, where the decision itself says so.
    fn received(&self, said: Option<(&str, bool)>) -> Cause {
        let sent = self.far.as_ref().and_then(|far| {
            let transfer = |fact: &Fact<'static>| match fact {
                Fact::TransferRequested(sent) => Some((sent.id.to_string(), sent.gift)),
                _ => None,
            };
            far.facts.iter().find_map(transfer).map(|sent| (far.member.clone(), sent))
        });
        match (said, sent) {
            (Some((from, gift)), sent) => {
                Cause::Received { transfer: sent.map(|(_, (id, _))| id), from: from.to_owned(), gift }
            }
            (None, Some((from, (id, gift)))) => Cause::Received { transfer: Some(id), from, gift },
            (None, None) => Cause::Time,
        }
    }

    /// What cancelled a lot of a referral: the return of the order that the referral came to.
    pub(super) fn referral_returned(&self) -> Cause {
        let returned = |facts: &[Fact<'static>]| {
            facts.iter().find_map(|fact| match fact {
                Fact::OrderReturned(ret) => Some((ret.id.to_string(), ret.order.to_string())),
                _ => None,
            })
        };
        if let Some((id, order)) = returned(self.facts) {
            return Cause::ReferralReturned { id, order, member: None };
        }
        let Some(far) = &self.far else { return Cause::Time };
        returned(&far.facts).map_or(Cause::Time, |(id, order)| Cause::ReferralReturned {
            id,
            order,
            member: Some(far.member.clone()),
        })
    }
}

fn order_in(fact: Option<&Fact<'_>>) -> Option<String> {
    match fact {
        Some(Fact::OrderPlaced(order)) => Some(order.id.to_string()),
        _ => None,
    }
}
