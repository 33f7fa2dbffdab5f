//! Uses of benefits, and uses that are given back.

use tallybook_core::event;
use tallybook_core::fact;
use tallybook_core::ids::{TierNumber, VersionNumber};

use super::earning::CapEntry;
use crate::stored::{fact_body, stored};
use crate::wire::Text;

fact_body! {
    /// The body of `BenefitRequested`.
    struct BenefitUseBody<'a>: fact::BenefitUse<'a> {
        id: Text<'a>,
        benefit: Text<'a>,
        times: i64,
    }

    /// The body of `BenefitReturned`.
    struct BenefitReturnBody<'a>: fact::BenefitRestoration<'a> {
        benefit: Text<'a>,
        times: i64,
        actor: Text<'a>,
        reason: Text<'a>,
    }
}

stored! {
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
