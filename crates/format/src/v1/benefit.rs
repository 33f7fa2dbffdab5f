//! Uses of benefits, and uses that are given back.

use tallybook_core::event;
use tallybook_core::fact;
use tallybook_core::ids::{TierNumber, VersionNumber};

use super::earning::CapEntry;
use crate::stored::stored;
use crate::wire::Text;

stored! {
    /// The body of `BenefitRequested`.
    struct BenefitUseBody: fact::BenefitUse<'a> {
        id: Text,
        benefit: Text,
        times: i64,
    }

    /// The body of `BenefitReturned`.
    struct BenefitReturnBody: fact::BenefitRestoration<'a> {
        benefit: Text,
        times: i64,
        actor: Text,
        reason: Text,
    }

    /// The body of `BenefitUsed`.
    struct BenefitUsedBody: event::BenefitUsed {
        version: VersionNumber,
        tier: TierNumber,
        count: CapEntry,
    }

    /// The body of `BenefitRestored`.
    struct BenefitRestoredBody: event::BenefitRestored {
        count: CapEntry,
    }
}
