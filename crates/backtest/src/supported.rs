//! What a backtest can replay, and what it refuses.
//!
//! Columns hold what orders, returns, redemptions, reversals, adjustments and profiles say, member by member. What concerns
//! several members at once, or facts of any other kind, is refused by name rather than left out, as a comparison without it
//! would be wrong.

use tallybook::LedgerError;
use tallybook_core::event::Trigger;
use tallybook_core::fact::Fact;
use tallybook_core::programme::plan::{Activation, Plan};
use tallybook_core::programme::versions::Programmes;
use tallybook_log::BatchView;

/// Refuses facts that the columns do not carry.
///
/// # Errors
/// [`LedgerError::Fault`] that names the kind and the batch.
pub(crate) fn fact(fact: &Fact<'_>, batch: &BatchView<'_>) -> Result<(), LedgerError> {
    match fact {
        Fact::OrderPlaced(order) if order.redemption.is_some() => {
            Err(in_batch("an order that names the redemption which paid it", batch))
        }
        Fact::OrderReturned(ret) if ret.points_back.is_some() => {
            Err(in_batch("a return that says how many points go back", batch))
        }
        Fact::MemberEnrolled(_)
        | Fact::ProfileChanged(_)
        | Fact::OrderPlaced(_)
        | Fact::OrderReturned(_)
        | Fact::RedemptionRequested(_)
        | Fact::ReversalRequested(_)
        | Fact::AdjustmentRequested(_)
        | Fact::ProgrammePublished(_) => Ok(()),
        Fact::OrderFulfilled(_)
        | Fact::ActivityRecorded(_)
        | Fact::HoldRequested(_)
        | Fact::CaptureRequested(_)
        | Fact::ReleaseRequested(_)
        | Fact::VoucherPresented(_)
        | Fact::TransferRequested(_)
        | Fact::PointsPurchased(_)
        | Fact::WriteOffRequested(_)
        | Fact::ExpiryChangeRequested(_)
        | Fact::ReinstatementRequested(_)
        | Fact::MergeRequested(_)
        | Fact::ClosureRequested(_)
        | Fact::BlockRequested(_)
        | Fact::TierRequested(_)
        | Fact::TierRevoked(_)
        | Fact::BenefitRequested(_)
        | Fact::BenefitReturned(_) => Err(in_batch(&format!("a fact of kind {}", fact.name()), batch)),
    }
}

/// The refusal of a batch about several members.
pub(crate) fn several_members(batch: &BatchView<'_>) -> LedgerError {
    in_batch("decisions about two members at once", batch)
}

/// Refuses programmes whose judgement of one member depends on others, or on facts that the columns do not carry. What only
/// such facts bring about (a tier lent, a benefit used) may stand in a programme: no past that has them gets here.
///
/// # Errors
/// [`LedgerError::Fault`] that names the version and what it has.
pub(crate) fn programmes(programmes: &Programmes) -> Result<(), LedgerError> {
    for version in programmes.versions() {
        if let Some(what) = unsupported(&version.plan) {
            return Err(not_yet(&format!("{what}, in programme version {}", version.number)));
        }
    }
    Ok(())
}

fn unsupported(plan: &Plan) -> Option<&'static str> {
    let waits = |activation| matches!(activation, Activation::OnFulfilment { .. });
    if !plan.budgets.is_empty() {
        Some("a budget")
    } else if plan.rewards.iter().any(|reward| reward.stock.is_some()) {
        Some("a reward with a stock")
    } else if plan.has_rules_on(Trigger::Referrer) || plan.has_rules_on(Trigger::Referred) {
        Some("a rule on referrals")
    } else if plan.ladders.iter().flatten().any(|ladder| ladder.counts_referrals) {
        Some("a ladder that counts referrals")
    } else if plan.ladders.iter().flatten().any(|ladder| !ladder.activities.is_empty()) {
        Some("a ladder that counts activities")
    } else if plan.currencies.iter().flatten().any(|currency| waits(currency.activation)) {
        Some("points that wait for their order to be fulfilled")
    } else {
        None
    }
}

fn in_batch(what: &str, batch: &BatchView<'_>) -> LedgerError {
    let header = batch.header();
    not_yet(&format!("{what}, in batch {} at position {}", header.number.0, header.position))
}

fn not_yet(what: &str) -> LedgerError {
    LedgerError::Fault(format!("a backtest does not support this yet: {what}"))
}
