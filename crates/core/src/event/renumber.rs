//! Decisions of a member who became part of another, in that one's lot numbers.

use smallvec::SmallVec;

use crate::event::{Decision, Draw};
use crate::ids::LotNumber;

impl Decision {
    /// The same decision with lots numbered as after a merge: each by so many more.
    ///
    /// Only decisions that later facts may refer to are renumbered; the others come back as they are.
    #[must_use]
    pub fn renumbered(mut self, offset: u32) -> Decision {
        let shift = |lot: &mut LotNumber| lot.0 = lot.0.saturating_add(offset);
        match &mut self {
            Decision::PointsEarned(earned) => earned.lots.iter_mut().for_each(|lot| shift(&mut lot.number)),
            Decision::ReferralPaid(paid) => paid.lots.iter_mut().for_each(shift),
            Decision::Expired(expired) => shift(&mut expired.lot),
            Decision::LotCancelled(cancelled) => shift(&mut cancelled.lot),
            Decision::Reinstated(reinstated) => {
                shift(&mut reinstated.of);
                shift(&mut reinstated.lot.number);
            }
            Decision::Redeemed(redeemed) => shift_draws(&mut redeemed.draws, offset),
            Decision::HoldCaptured(captured) => shift_draws(&mut captured.redeemed.draws, offset),
            _ => {}
        }
        self
    }
}

fn shift_draws(draws: &mut SmallVec<[Draw; 2]>, offset: u32) {
    draws.iter_mut().for_each(|draw| draw.lot.0 = draw.lot.0.saturating_add(offset));
}
