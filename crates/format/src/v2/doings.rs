//! Referrals that count for limits and tiers.

use tallybook_core::event;
use tallybook_core::ids::LotNumber;

use super::figures::Counted;
use crate::stored::stored;
use crate::wire::{List, Text};

stored! {
    /// The second body of `ReferralPaid`.
    struct ReferralBody<'a>: event::ReferralPaid {
        referrer: Text<'a>,
        lots: List<LotNumber, 1>,
        referrer_lots: List<LotNumber, 1>,
        counted: Counted,
        referrer_counted: Counted,
    }
}
