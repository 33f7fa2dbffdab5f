//! Holds, and vouchers that are used.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{self, CodeHash, ReleaseReason};
use tallybook_core::fact;
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{Stored, fact_body, stored};
use crate::v2::lot::Draw;
use crate::v2::request::Purpose;
use crate::v2::spending::{BudgetEntry, RedeemedBody};
use crate::wire::{Code, Coded, Hash, List, Text, array};

fact_body! {
    /// The body of `HoldRequested`.
    struct HoldBody<'a>: fact::HoldRequest<'a> {
        id: Text<'a>,
        currency: Text<'a>,
        points: Points,
        expires_at: Instant,
        purpose: Purpose<'a>,
    }

    /// The body of `CaptureRequested`.
    struct CaptureBody<'a>: fact::Capture<'a> {
        hold: Text<'a>,
        points: Option<Points>,
    }

    /// The body of `ReleaseRequested`.
    struct ReleaseBody<'a>: fact::Release<'a> {
        hold: Text<'a>,
    }

    /// The body of `VoucherPresented`.
    struct VoucherUseBody<'a>: fact::VoucherUse {
        code: Hash,
    }
}

stored! {
    /// The body of `HoldPlaced`.
    struct PlacedBody<'a>: event::HoldPlaced {
        hold: Text<'a>,
        currency: CurrencyNumber,
        points: Points,
        worth: Option<Money>,
        draws: List<Draw, 2>,
        expires_at: Instant,
        stock: Option<BudgetEntry>,
    }

    /// The body of `HoldCaptured`.
    struct CapturedBody<'a>: event::HoldCaptured {
        hold: Text<'a>,
        redeemed: RedeemedBody,
        released: List<Draw, 2>,
    }

    /// The body of `HoldReleased`.
    struct ReleasedBody<'a>: event::HoldReleased {
        hold: Text<'a>,
        currency: CurrencyNumber,
        points: Points,
        restored: List<Draw, 2>,
        why: Code<ReleaseReason>,
        stock: Option<BudgetEntry>,
    }
}

array! {
    /// The body of `VoucherUsed`.
    struct VoucherUsedBody {
        code: Hash,
    }
}

impl Stored<'_, CodeHash> for VoucherUsedBody {
    fn store(code: &CodeHash) -> Self {
        VoucherUsedBody { code: Hash(*code) }
    }

    fn load(self) -> CodeHash {
        self.code.0
    }
}

impl Coded for ReleaseReason {
    const WHAT: &'static str = "reason for the end of a hold";
    const ALL: &'static [Self] = &[ReleaseReason::Asked, ReleaseReason::Expired, ReleaseReason::Closed];

    fn code(self) -> u8 {
        match self {
            ReleaseReason::Asked => 0,
            ReleaseReason::Expired => 1,
            ReleaseReason::Closed => 2,
        }
    }
}
