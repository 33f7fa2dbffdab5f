//! Referrals that count for limits and tiers.

use tallybook_core::event;
use tallybook_core::ids::LotNumber;

use super::figures::Counted;
use crate::stored::stored;
use crate::wire::{List, Text};

stored! {
    /// The second body of `ReferralPaid`.
    struct ReferralBody: event::ReferralPaid {
        referrer: Text,
        lots: List<LotNumber>,
        referrer_lots: List<LotNumber>,
        counted: Counted,
        referrer_counted: Counted,
    }
}
