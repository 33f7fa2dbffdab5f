//! Whether points add up: within a decision, and within a member's state (law 4).

use tallybook_core::calendar::Instant;
use tallybook_core::event::{Account, Decision, Draw, HoldCaptured};
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::state::{Balance, MemberState};

/// What does not add up within a recorded decision.
pub(crate) fn decision_fault(effective_at: Instant, decision: &Decision) -> Option<String> {
    let parts = match decision {
        Decision::Redeemed(redeemed) => vec![(redeemed.points.0, total(&redeemed.draws))],
        Decision::RedemptionReversed(reversed) => vec![(reversed.points.0, total(&reversed.restored))],
        Decision::HoldPlaced(hold) => vec![(hold.points.0, total(&hold.draws))],
        Decision::HoldCaptured(HoldCaptured { redeemed, .. }) => {
            vec![(redeemed.points.0, total(&redeemed.draws))]
        }
        Decision::HoldReleased(hold) => vec![(hold.points.0, total(&hold.restored))],
        Decision::TransferSent(sent) => {
            vec![(sent.points.0.saturating_add(sent.fee.0), total(&sent.draws))]
        }
        Decision::TransferReceived(received) => {
            vec![(received.points.0, received.lots.iter().map(|lot| i128::from(lot.points.0)).sum())]
        }
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

/// What passes from one member to another within a batch.
#[derive(Debug, Default)]
pub(crate) struct Meeting {
    /// Per currency number: what was sent, less what was received.
    sent: Vec<i128>,
    /// What a member handed over by becoming part of another, per currency number.
    gone: Option<Vec<Balance>>,
    /// What a member took in.
    come: Option<Vec<Balance>>,
}

impl Meeting {
    /// Takes in a decision of the batch.
    pub fn add(&mut self, decision: &Decision) {
        match decision {
            Decision::TransferSent(sent) => self.count(sent.currency, i128::from(sent.points.0)),
            Decision::TransferReceived(got) => self.count(got.currency, -i128::from(got.points.0)),
            Decision::MergedInto(merged) => self.gone = Some(merged.balances.to_vec()),
            Decision::MergedFrom(merged) => self.come = Some(merged.state.balances.to_vec()),
            _ => {}
        }
    }

    fn count(&mut self, currency: CurrencyNumber, points: i128) {
        let index = usize::from(currency.0);
        if self.sent.len() <= index {
            self.sent.resize(index + 1, 0);
        }
        self.sent[index] += points;
    }

    /// What one member lost and the other did not get, or the other way round.
    pub fn fault(&self) -> Option<String> {
        if self.gone != self.come {
            return Some("what a merged member had is not what the other got".to_owned());
        }
        let (number, points) = self.sent.iter().enumerate().find(|(_, points)| **points != 0)?;
        Some(format!("currency {number} has {points} points sent that nobody received"))
    }
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
    // Every account is kept with the sign that it has when all is well.
    let mut balance = *balance;
    Account::ALL.into_iter().any(|account| balance.account_mut(account).0.0 < 0)
}

/// What does not add up in a member's balances, lots and holds together.
pub(crate) fn state_fault(state: &MemberState) -> Option<String> {
    if let Some(fault) = balance_fault(state) {
        return Some(fault);
    }
    let of_lots = |number: usize, pending: bool| -> i128 {
        let lots =
            state.lots.iter().filter(|lot| usize::from(lot.currency.0) == number && lot.pending == pending);
        lots.map(|lot| i128::from(lot.remaining.0)).sum()
    };
    let of_holds = |number: usize| -> i128 {
        let holds = state.holds.iter().filter(|hold| usize::from(hold.currency.0) == number);
        holds.map(|hold| total(&hold.draws)).sum()
    };
    state.balances.iter().enumerate().find_map(|(number, balance)| {
        let sides = [
            ("available", "lots", of_lots(number, false), balance.available),
            ("pending", "lots", of_lots(number, true), balance.pending),
            ("held", "holds", of_holds(number), balance.held),
        ];
        sides.into_iter().find_map(|(name, of, sum, points)| {
            (sum != i128::from(points.0))
                .then(|| format!("currency {number} has {points} points {name}, but its {of} hold {sum}"))
        })
    })
}
