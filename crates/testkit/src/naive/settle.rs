//! What happens by itself as time goes on: lots become active, periods end, lots run out (cases 10–13 and 15).

use tallybook_core::calendar::Instant;

use super::member::Member;
use super::{Model, NaiveBalance};

impl Model {
    /// Does everything due up to and including `to`, an instant at a time: activations, then tiers, then expiries.
    pub(super) fn settle(&self, member: &mut Member, to: Instant) {
        while let Some(at) = self.next_due(member, to) {
            activate(member, at);
            for ladder in 0..self.in_force(at).spec.ladders.len() {
                self.close_ladder(member, ladder, at);
            }
            for number in 0..member.lots.len() {
                if lot_end(member, number).is_some_and(|end| end <= at) {
                    member.expire(number, at);
                }
            }
        }
        for ladder in &self.in_force(to).spec.ladders {
            let standing = self.standing(member, ladder);
            let closed_to = standing.closed_to.max(to);
            member.standings.insert(ladder.id.clone(), super::member::Standing { closed_to, ..standing });
        }
    }

    fn next_due(&self, member: &Member, to: Instant) -> Option<Instant> {
        let mut dues = Vec::new();
        for (number, lot) in member.lots.iter().enumerate() {
            if lot.pending && lot.remaining > 0 {
                dues.push(lot.activates_at);
            }
            dues.extend(lot_end(member, number));
        }
        for ladder in &self.in_force(to).spec.ladders {
            dues.extend(self.next_ladder_due(member, ladder, to));
        }
        dues.into_iter().filter(|due| *due <= to).min()
    }
}

/// When what is left of a lot runs out: at its end, but not while it is pending.
fn lot_end(member: &Member, number: usize) -> Option<Instant> {
    let lot = &member.lots[number];
    if lot.remaining == 0 { None } else { lot.ends_at.map(|end| end.max(lot.activates_at)) }
}

fn activate(member: &mut Member, at: Instant) {
    for number in 0..member.lots.len() {
        let lot = &mut member.lots[number];
        if !lot.pending || lot.activates_at > at {
            continue;
        }
        lot.pending = false;
        let (currency, points) = (lot.currency.clone(), lot.remaining);
        if points > 0 {
            let change = NaiveBalance { pending: -points, available: points, ..NaiveBalance::default() };
            member.enter(at, &currency, change, None);
            member.happened(at, "PointsActivated", &[(&currency, points)]);
            member.pay_arrears(number, at);
        }
    }
}
