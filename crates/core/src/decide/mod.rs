//! Judgement: facts in, events out.
//!
//! One path serves the engine, audits and backtests. [`decide`] reads facts as they stand in commands and logs; a
//! backtest, which holds its facts in columns, calls the judges behind it ([`order`], [`returns`], [`redeem`],
//! [`adjust`] and their like) within the same [`judge`].
//!
//! Invariants:
//! - everything comes in as an argument; the same arguments give the same events;
//! - what was due before a fact is settled first ([`settle`]), so that no schedule of sweeps shows in the outcome;
//! - every refusal comes before the first event of its fact.

pub mod activity;
pub mod adjust;
mod allowance;
mod award;
pub mod benefit;
pub mod draft;
pub mod draw;
pub mod earn;
pub mod expiry;
pub mod fulfil;
pub mod hold;
pub mod lifetime;
pub mod member;
pub mod merge;
pub mod occasion;
pub mod offer;
pub mod order;
pub mod precedent;
pub mod purchase;
pub mod redeem;
pub mod referral;
pub mod renew;
pub mod returns;
pub mod settle;
pub mod tier;
pub mod transfer;

use crate::calendar::{DAY_MICROS, Instant};
use crate::event::Event;
use crate::fact::Fact;
use crate::programme::versions::{Programmes, Version};
use crate::refusal::Refusal;
use crate::state::{LedgerState, MemberState};

pub use draft::{Draft, Party};
pub use order::{LineSeen, OrderSeen};
pub use precedent::{LotFile, Moved, OrderFile, Precedent, RedemptionFile};

/// The version of this judgement. Stored with every publication; what a released version decides never changes.
pub const SEMANTICS_VERSION: u16 = 1;

/// Reusable memory for judging, so that a stream of judgements needs no allocation. Holds nothing between facts.
#[derive(Debug, Default)]
pub struct Workspace {
    order: OrderSeen,
    earning: earn::Scratch,
    /// A pointer, so that lending it copies no states.
    before: Option<Box<Before>>,
}

/// Memory for going back to where a refused command began.
#[derive(Debug, Default)]
pub struct Before {
    member: MemberState,
    other: MemberState,
    ledger: LedgerState,
}

/// What is asked of every command before its facts are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// When it happened in business.
    pub effective_at: Instant,
    /// When the ledger took it down.
    pub recorded_at: Instant,
    /// Whether its first fact enrols the member.
    pub enrols: bool,
    /// How many facts it brings.
    pub fact_count: usize,
}

/// Facts of one command, with all that is known of them.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The facts.
    pub facts: &'a [Fact<'a>],
    /// Per fact: the earlier records that it refers to, as the caller found them.
    pub precedents: &'a [Precedent<'a>],
    /// When it happened in business.
    pub effective_at: Instant,
    /// When the ledger took it down.
    pub recorded_at: Instant,
}

/// The member at the other end of a case, by name: the receiver of a transfer, the one to merge into, the referrer who
/// may gain or lose by an order. The caller brings their state, if there is such a member.
pub fn other_party(state: &MemberState, programmes: &Programmes, case: &Case<'_>) -> Option<String> {
    // Who enrols and buys in one command was referred by whom the enrolment names.
    if let [Fact::MemberEnrolled(enrolment), ..] = case.facts
        && case.facts.iter().any(|fact| matches!(fact, Fact::OrderPlaced(_)))
    {
        return enrolment.referred_by.as_ref().map(|referrer| referrer.clone().into_owned());
    }
    let mut facts = case.facts.iter().zip(case.precedents);
    // A return that cancels a referral concerns its referrer for certain, an order only if it is the first.
    let cancelled = facts.clone().find_map(|(fact, precedent)| match (fact, precedent) {
        (Fact::OrderReturned(_), Precedent::Order(file)) => {
            file.record.referral.as_ref().map(|paid| paid.referrer.to_string())
        }
        _ => None,
    });
    cancelled.or_else(|| {
        facts.find_map(|(fact, _)| match fact {
            Fact::TransferRequested(transfer) => Some(transfer.to.clone().into_owned()),
            Fact::MergeRequested(merge) => Some(merge.into.clone().into_owned()),
            Fact::OrderPlaced(_) => {
                referral::may_pay(state, programmes, case.effective_at).map(str::to_owned)
            }
            _ => None,
        })
    })
}

/// Judges the facts of one command and brings the states up to them.
///
/// `other` is the member at the other end, where [`other_party`] names one that the ledger knows.
///
/// # Errors
/// A [`Refusal`] leaves states and events as they were.
pub fn decide(
    member: Party<'_>,
    other: Option<Party<'_>>,
    ledger: &mut LedgerState,
    programmes: &Programmes,
    case: &Case<'_>,
    workspace: &mut Workspace,
) -> Result<(), Refusal> {
    assert_eq!(case.facts.len(), case.precedents.len(), "one precedent per fact");
    precedent::reversed_once(case.facts, case.precedents)?;
    let enrols = matches!(case.facts.first(), Some(Fact::MemberEnrolled(_)));
    let Case { facts, precedents, effective_at, recorded_at } = *case;
    let occasion = Occasion { effective_at, recorded_at, enrols, fact_count: facts.len() };
    let mut before = workspace.before.take().unwrap_or_default();
    let outcome = judge(member, other, ledger, programmes, occasion, &mut before, |draft| {
        facts.iter().zip(precedents).enumerate().try_for_each(|(index, (fact, precedent))| {
            let precedent = precedent::with_made_before(&facts[..index], fact, precedent);
            decide_one(draft, fact, precedent, effective_at, workspace)
        })
    });
    workspace.before = Some(before);
    outcome
}

/// Judges one command: refuses what comes at the wrong time or from nobody, settles what was due, then has `facts` judge
/// the facts on the draft. `before` is memory for going back.
///
/// # Errors
/// A [`Refusal`] leaves states and events as they were.
pub fn judge(
    mut member: Party<'_>,
    mut other: Option<Party<'_>>,
    ledger: &mut LedgerState,
    programmes: &Programmes,
    occasion: Occasion,
    before: &mut Before,
    facts: impl FnOnce(&mut Draft<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let Occasion { effective_at, recorded_at, enrols, fact_count } = occasion;
    let version = programmes.in_force(effective_at)?;
    timely(member.state, version, effective_at, recorded_at)?;
    member::goes_on(member.name, member.state)?;
    known(member.state, version, enrols)?;
    let event_counts = (member.events.len(), other.as_ref().map_or(0, |other| other.events.len()));
    let is_due = settle::due_at(member.state, programmes).is_some_and(|due| due <= effective_at);
    let changes_early = fact_count > 1 || other.is_some() || is_due;
    if changes_early {
        before.member.copy_from(member.state);
        before.ledger.clone_from(ledger);
        if let Some(other) = &other {
            before.other.copy_from(other.state);
        }
    }
    let mut draft = Draft::new(member.reborrow(), other.as_mut().map(Party::reborrow), programmes, ledger);
    if is_due {
        draft.settle(effective_at);
    }
    let outcome = facts(&mut draft);
    if outcome.is_err() && changes_early {
        member.state.copy_from(&before.member);
        member.events.truncate(event_counts.0);
        ledger.clone_from(&before.ledger);
        if let Some(other) = other {
            other.state.copy_from(&before.other);
            other.events.truncate(event_counts.1);
        }
    }
    outcome
}

/// Judges one fact on a draft that is settled to its time. Callers who hold facts in another shape call the judges behind
/// it.
///
/// # Errors
/// A [`Refusal`], before the fact's first event.
pub fn decide_one(
    draft: &mut Draft<'_>,
    fact: &Fact<'_>,
    precedent: &Precedent<'_>,
    effective_at: Instant,
    workspace: &mut Workspace,
) -> Result<(), Refusal> {
    match fact {
        Fact::MemberEnrolled(enrolment) => member::enrol(draft, enrolment, effective_at, workspace),
        Fact::ProfileChanged(profile) => {
            member::change_profile(draft, profile, effective_at);
            Ok(())
        }
        Fact::OrderPlaced(placed) => order::judge(draft, placed, precedent, effective_at, workspace),
        Fact::OrderReturned(ret) => returns::judge(draft, ret, precedent, effective_at, workspace),
        Fact::OrderFulfilled(fulfilment) => fulfil::fulfil(draft, fulfilment, precedent, effective_at),
        Fact::ActivityRecorded(activity) => activity::record(draft, activity, effective_at, workspace),
        Fact::RedemptionRequested(redemption) => redeem::judge(draft, redemption, precedent, effective_at),
        Fact::ReversalRequested(reversal) => match precedent {
            Precedent::Redemption(file) => redeem::reverse(draft, reversal, file, effective_at),
            _ => Err(Refusal::UnknownRedemption { redemption: reversal.redemption.clone().into_owned() }),
        },
        Fact::HoldRequested(hold) => hold::place(draft, hold, precedent, effective_at),
        Fact::CaptureRequested(capture) => hold::capture(draft, capture, effective_at),
        Fact::ReleaseRequested(release) => hold::release(draft, release, effective_at),
        Fact::VoucherPresented(used) => offer::use_voucher(draft, used, effective_at),
        Fact::AdjustmentRequested(adjustment) => adjust::adjust(draft, adjustment, effective_at),
        Fact::WriteOffRequested(write_off) => adjust::write_off(draft, write_off, effective_at),
        Fact::TransferRequested(transfer) => transfer::send(draft, transfer, effective_at),
        Fact::PointsPurchased(bought) => purchase::purchase(draft, bought, effective_at),
        Fact::ExpiryChangeRequested(change) => expiry::change(draft, change, effective_at),
        Fact::ReinstatementRequested(wanted) => expiry::reinstate(draft, wanted, precedent, effective_at),
        Fact::MergeRequested(merge) => merge::merge(draft, merge, effective_at),
        Fact::ClosureRequested(closure) => member::close(draft, closure, effective_at),
        Fact::BlockRequested(block) => {
            member::block(draft, block, effective_at);
            Ok(())
        }
        Fact::TierRequested(request) => tier::grant::request(draft, request, effective_at),
        Fact::TierRevoked(revocation) => tier::grant::revoke(draft, revocation, effective_at),
        Fact::BenefitRequested(wanted) => benefit::use_up(draft, wanted, effective_at),
        Fact::BenefitReturned(wanted) => benefit::restore(draft, wanted, effective_at),
        Fact::ProgrammePublished(_) => Err(Refusal::Missing { field: "member fact" }),
    }
}

/// Cases 33 and 34: not too far ahead of the recording, not too far behind what is settled.
fn timely(
    state: &MemberState,
    version: &Version,
    effective_at: Instant,
    recorded_at: Instant,
) -> Result<(), Refusal> {
    let plan = &version.plan;
    if effective_at > recorded_at.plus_seconds(i64::from(plan.clock_skew_seconds)) {
        return Err(Refusal::InTheFuture {
            effective_at,
            recorded_at,
            skew_seconds: plan.clock_skew_seconds,
        });
    }
    let late_micros = i64::from(plan.late_limit_days) * DAY_MICROS;
    if effective_at.0 < state.settled_to.0.saturating_sub(late_micros) {
        return Err(Refusal::TooLate {
            effective_at,
            settled_to: state.settled_to,
            late_limit_days: plan.late_limit_days,
        });
    }
    Ok(())
}

/// Case 37: members appear on enrolment or, if the programme says so, on their first fact.
fn known(state: &MemberState, version: &Version, enrols: bool) -> Result<(), Refusal> {
    if state.joined_at.is_none() && !enrols && !version.plan.enrol_on_first_fact {
        return Err(Refusal::NotEnrolled);
    }
    Ok(())
}

/// Brings a state to an instant if nothing more happens, with the events of what was due.
pub fn settle_to(state: &mut MemberState, programmes: &Programmes, at: Instant, events: &mut Vec<Event>) {
    // What time does draws on no budget.
    let mut ledger = LedgerState::default();
    Draft::new(Party { name: "", state, events }, None, programmes, &mut ledger).settle(at);
}

/// What a state would be at an instant if nothing more happened: a copy, settled.
pub fn settled(state: &MemberState, programmes: &Programmes, at: Instant) -> MemberState {
    let mut copy = state.clone();
    settle_to(&mut copy, programmes, at, &mut Vec::new());
    copy
}
