//! Holds, and vouchers that are used.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{self, CodeHash, ReleaseReason};
use tallybook_core::fact;
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{array, stored};
use crate::v2::lot::Draw;
use crate::v2::request::Purpose;
use crate::v2::spending::{BudgetEntry, RedeemedBody};
use crate::wire::{Code, Coded, Hash, List, Text};

stored! {
    /// The body of `HoldRequested`.
    struct HoldBody: fact::HoldRequest<'a> {
        id: Text,
        currency: Text,
        points: Points,
        expires_at: Instant,
        purpose: Purpose,
    }

    /// The body of `CaptureRequested`.
    struct CaptureBody: fact::Capture<'a> {
        hold: Text,
        points: Option<Points>,
    }

    /// The body of `ReleaseRequested`.
    struct ReleaseBody: fact::Release<'a> {
        hold: Text,
    }

    /// The body of `VoucherPresented`.
    struct VoucherUseBody: fact::VoucherUse {
        code: Hash,
    }

    /// The body of `HoldPlaced`.
    struct PlacedBody: event::HoldPlaced {
        hold: Text,
        currency: CurrencyNumber,
        points: Points,
        worth: Option<Money>,
        draws: List<Draw>,
        expires_at: Instant,
        stock: Option<BudgetEntry>,
    }

    /// The body of `HoldCaptured`.
    struct CapturedBody: event::HoldCaptured {
        hold: Text,
        redeemed: RedeemedBody,
        released: List<Draw>,
    }

    /// The body of `HoldReleased`.
    struct ReleasedBody: event::HoldReleased {
        hold: Text,
        currency: CurrencyNumber,
        points: Points,
        restored: List<Draw>,
        why: Code<ReleaseReason>,
        stock: Option<BudgetEntry>,
    }
}

array! {
    /// The body of `VoucherUsed`.
    struct VoucherUsedBody from voucher: CodeHash {
        code: Hash = *voucher,
    }
    load { code }
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
