//! Judgement: facts in, events out.
//!
//! One path serves the engine, audits and backtests. [`decide`] reads facts as they stand in commands and logs; a
//! backtest, which holds its facts in columns, calls the judges behind it ([`order`], [`returns`], [`redeem`],
//! [`adjust`]) within the same [`judge`].
//!
//! Invariants:
//! - everything comes in as an argument; the same arguments give the same events;
//! - what was due before a fact is settled first ([`settle`]), so that no schedule of sweeps shows in the outcome;
//! - every refusal comes before the first event of its fact.

pub mod adjust;
pub mod draft;
pub mod draw;
pub mod earn;
pub mod order;
pub mod precedent;
pub mod redeem;
pub mod returns;
pub mod settle;
pub mod tier;

use crate::apply;
use crate::calendar::{DAY_MICROS, Instant};
use crate::event::Event;
use crate::fact::{Fact, Profile};
use crate::programme::versions::{Programmes, Version};
use crate::refusal::Refusal;
use crate::state::MemberState;

pub use draft::Draft;
pub use order::{LineSeen, OrderSeen};
pub use precedent::{OrderFile, Precedent, RedemptionFile};

/// The version of this judgement. Stored with every publication; what a released version decides never changes.
pub const SEMANTICS_VERSION: u16 = 1;

/// Reusable memory for judging, so that a stream of judgements needs no allocation. Holds nothing between facts.
#[derive(Debug, Default)]
pub struct Workspace {
    order: OrderSeen,
    earning: earn::Scratch,
    before: MemberState,
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

/// Judges the facts of one command and brings the state up to them.
///
/// `precedents` has one entry per fact: the earlier records that the fact refers to, as the caller found them.
/// The events are appended to `events`.
///
/// # Errors
/// A [`Refusal`] leaves `state` and `events` as they were.
#[expect(
    clippy::too_many_arguments,
    reason = "all that a judgement rests on, and nothing else, comes in here"
)]
pub fn decide(
    state: &mut MemberState,
    programmes: &Programmes,
    facts: &[Fact<'_>],
    precedents: &[Precedent<'_>],
    effective_at: Instant,
    recorded_at: Instant,
    workspace: &mut Workspace,
    events: &mut Vec<Event>,
) -> Result<(), Refusal> {
    assert_eq!(facts.len(), precedents.len(), "one precedent per fact");
    let enrols = matches!(facts.first(), Some(Fact::MemberEnrolled(_)));
    let occasion = Occasion { effective_at, recorded_at, enrols, fact_count: facts.len() };
    let mut before = std::mem::take(&mut workspace.before);
    let outcome = judge(state, programmes, occasion, &mut before, events, |draft| {
        facts
            .iter()
            .zip(precedents)
            .try_for_each(|(fact, precedent)| decide_one(draft, fact, precedent, effective_at, workspace))
    });
    workspace.before = before;
    outcome
}

/// Judges one command: refuses what comes at the wrong time or from nobody, settles what was due, then has `facts` judge
/// the facts on the draft. `before` is memory for going back.
///
/// # Errors
/// A [`Refusal`] leaves `state` and `events` as they were.
pub fn judge(
    state: &mut MemberState,
    programmes: &Programmes,
    occasion: Occasion,
    before: &mut MemberState,
    events: &mut Vec<Event>,
    facts: impl FnOnce(&mut Draft<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let Occasion { effective_at, recorded_at, enrols, fact_count } = occasion;
    let version = programmes.in_force(effective_at)?;
    timely(state, version, effective_at, recorded_at)?;
    known(state, version, enrols)?;
    let event_count = events.len();
    let changes_early =
        fact_count > 1 || settle::due_at(state, programmes).is_some_and(|due| due <= effective_at);
    if changes_early {
        before.copy_from(state);
    }
    let mut draft = Draft::new(state, programmes, events);
    draft.settle(effective_at);
    let outcome = facts(&mut draft);
    if outcome.is_err() && changes_early {
        state.copy_from(before);
        events.truncate(event_count);
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
        Fact::MemberEnrolled(enrolment) => enrol(draft, &enrolment.profile, effective_at),
        Fact::ProfileChanged(profile) => {
            draft.join(effective_at);
            apply::apply_profile(draft.state_mut(), profile);
            apply::touch(draft.state_mut(), effective_at);
            Ok(())
        }
        Fact::OrderPlaced(placed) => {
            if matches!(precedent, Precedent::Taken) {
                return Err(Refusal::DuplicateOrder { order: placed.id.clone().into_owned() });
            }
            let version = draft.programmes.in_force(effective_at)?;
            order::accepts(&version.plan, placed.currency)?;
            workspace.order.read(placed, &version.plan.symbols);
            order::place(draft, &workspace.order, effective_at, &mut workspace.earning)
        }
        Fact::OrderReturned(ret) => match precedent {
            Precedent::Order(file) => {
                let parts = file.parts(ret)?;
                returns::give_back(draft, file, &parts, effective_at, workspace)
            }
            _ => Err(Refusal::UnknownOrder { order: ret.order.clone().into_owned() }),
        },
        Fact::RedemptionRequested(redemption) => {
            if matches!(precedent, Precedent::Taken) {
                return Err(Refusal::DuplicateRedemption { redemption: redemption.id.clone().into_owned() });
            }
            redeem::redeem(draft, redemption, effective_at)
        }
        Fact::ReversalRequested(reversal) => match precedent {
            Precedent::Redemption(file) => redeem::reverse(draft, reversal, file, effective_at),
            _ => Err(Refusal::UnknownRedemption { redemption: reversal.redemption.clone().into_owned() }),
        },
        Fact::AdjustmentRequested(adjustment) => adjust::adjust(draft, adjustment, effective_at),
        Fact::ProgrammePublished(_) => Err(Refusal::Missing { field: "member fact" }),
    }
}

fn enrol(draft: &mut Draft<'_>, profile: &Profile<'_>, effective_at: Instant) -> Result<(), Refusal> {
    if let Some(joined_at) = draft.state().joined_at {
        return Err(Refusal::AlreadyEnrolled { joined_at });
    }
    draft.join(effective_at);
    apply::apply_profile(draft.state_mut(), profile);
    Ok(())
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

/// What a state would be at an instant if nothing more happened: a copy, settled.
pub fn settled(state: &MemberState, programmes: &Programmes, at: Instant) -> MemberState {
    let mut copy = state.clone();
    let mut events = Vec::new();
    Draft::new(&mut copy, programmes, &mut events).settle(at);
    copy
}
