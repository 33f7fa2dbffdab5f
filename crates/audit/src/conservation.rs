//! Whether points add up: within a decision, and within a member's state (law 4).

use tallybook_core::calendar::Instant;
use tallybook_core::event::{Decision, Draw};
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::state::{Balance, MemberState};

/// What does not add up within a recorded decision.
pub(crate) fn decision_fault(effective_at: Instant, decision: &Decision) -> Option<String> {
    let parts = match decision {
        Decision::Redeemed(redeemed) => vec![(redeemed.points.0, total(&redeemed.draws))],
        Decision::RedemptionReversed(reversed) => vec![(reversed.points.0, total(&reversed.restored))],
        Decision::Debited(debited) => {
            vec![(debited.points.0, total(&debited.draws) + i128::from(debited.arrears.0))]
        }
        Decision::ClawedBack(clawed) => clawed
            .takes
            .iter()
            .map(|take| {
                let rest =
                    i128::from(take.expired.0) + i128::from(take.arrears.0) + i128::from(take.waived.0);
                (take.points.0, total(&take.from_pending) + total(&take.from_available) + rest)
            })
            .collect(),
        _ => Vec::new(),
    };
    if let Some((whole, sum)) = parts.into_iter().find(|(whole, sum)| i128::from(*whole) != *sum) {
        return Some(format!("a {} of {whole} points has parts of {sum}", decision.name()));
    }
    let mut sums: Vec<(CurrencyNumber, i128)> = Vec::new();
    decision.postings(effective_at, |posting| match sums.iter_mut().find(|(c, _)| *c == posting.currency) {
        Some((_, sum)) => *sum += posting.points,
        None => sums.push((posting.currency, posting.points)),
    });
    let (_, left) = sums.into_iter().find(|(_, sum)| *sum != 0)?;
    Some(format!("the postings of a {} leave {left} points over", decision.name()))
}

fn total(draws: &[Draw]) -> i128 {
    draws.iter().map(|draw| i128::from(draw.points.0)).sum()
}

/// What does not add up in a member's balances, looking at the balances alone.
pub(crate) fn balance_fault(state: &MemberState) -> Option<String> {
    state.balances.iter().enumerate().find_map(|(number, balance)| {
        if balance.imbalance() != 0 {
            return Some(format!(
                "currency {number} has {} points that come from nowhere",
                balance.imbalance()
            ));
        }
        is_negative(balance).then(|| format!("currency {number} has a balance below zero"))
    })
}

fn is_negative(balance: &Balance) -> bool {
    let Balance {
        available,
        pending,
        held,
        arrears,
        issued,
        redeemed,
        expired,
        forfeited,
        clawed_back,
        written_off,
    } = balance;
    [available, pending, held, arrears, issued, redeemed, expired, forfeited, clawed_back, written_off]
        .into_iter()
        .any(|points| points.0 < 0)
}

/// What does not add up in a member's balances and lots together.
pub(crate) fn state_fault(state: &MemberState) -> Option<String> {
    if let Some(fault) = balance_fault(state) {
        return Some(fault);
    }
    let of_lots = |number: usize, pending: bool| -> i128 {
        let lots =
            state.lots.iter().filter(|lot| usize::from(lot.currency.0) == number && lot.pending == pending);
        lots.map(|lot| i128::from(lot.remaining.0)).sum()
    };
    state.balances.iter().enumerate().find_map(|(number, balance)| {
        let sides = [("available", false, balance.available), ("pending", true, balance.pending)];
        sides.into_iter().find_map(|(name, pending, points)| {
            let lots = of_lots(number, pending);
            (lots != i128::from(points.0))
                .then(|| format!("currency {number} has {points} points {name}, but its lots hold {lots}"))
        })
    })
}
