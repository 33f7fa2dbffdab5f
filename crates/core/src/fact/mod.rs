//! What the outside world says, before the ledger makes anything of it.
//!
//! Facts borrow their texts where they are read from stored bytes (`'a`), and own them where a caller builds them
//! (`'static`). Folds skip them; audits and backtests judge them again.

mod activity;
pub(crate) mod check;
mod member;
mod order;
mod owned;
mod points;
mod spending;
mod tier;

use std::borrow::Cow;

use serde::Serialize;

use crate::calendar::Instant;
use crate::refusal::Refusal;

pub use activity::{Activity, SCORE_MAX};
pub use member::{Block, Closure, Enrolment, Merge, Profile};
pub use order::{Fulfilment, Line, Order, Return, ReturnedLine, ReturnedPart};
pub use points::{
    Adjustment, ExpiryChange, NewEnd, Price, Purchase, Reinstatement, Shortfall, Transfer, WriteOff,
};
pub use spending::{Capture, HoldRequest, Purpose, Redemption, Release, Reversal, VoucherUse};
pub use tier::{BenefitRestoration, BenefitUse, TIMES_MAX, TierRequest, TierRevocation, TierTerm};

/// Most lines in an order or a return.
pub const LINES_MAX: usize = 10_000;
/// Most tags on a line, and most segment tags or attributes of a member.
pub const TAGS_MAX: usize = 64;
/// Longest free text (a reason, a purpose), in bytes.
pub const TEXT_BYTES_MAX: usize = 1_024;
/// Largest amount of money or quantity in one field, in minor units or pieces.
pub const AMOUNT_MAX: i64 = 100_000_000_000_000;
/// Largest adjustment or redemption, in smallest units of points.
pub const POINTS_MAX: i64 = 1_000_000_000_000_000;
/// Most facts that one command takes down together.
pub const FACTS_MAX: usize = 8;

/// A statement by the outside world about one member, or about the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Fact<'a> {
    /// A member joined, or said something new about themselves.
    MemberEnrolled(Enrolment<'a>),
    /// A member's tags, attributes or birthday are now these.
    ProfileChanged(Profile<'a>),
    /// A member bought something.
    OrderPlaced(Order<'a>),
    /// A member gave something back.
    OrderReturned(Return<'a>),
    /// A member wants to spend points.
    RedemptionRequested(Redemption<'a>),
    /// A redemption is to be undone.
    ReversalRequested(Reversal<'a>),
    /// Somebody corrects a balance by hand.
    AdjustmentRequested(Adjustment<'a>),
    /// A programme version was published (about the ledger, not a member).
    ProgrammePublished(Publication<'a>),
    /// An order has reached the member.
    OrderFulfilled(Fulfilment<'a>),
    /// A member did something other than buying.
    ActivityRecorded(Activity<'a>),
    /// Points are to be set aside.
    HoldRequested(HoldRequest<'a>),
    /// Points set aside are to be spent.
    CaptureRequested(Capture<'a>),
    /// Points set aside are to come back.
    ReleaseRequested(Release<'a>),
    /// A voucher's code was shown.
    VoucherPresented(VoucherUse),
    /// Points are to go to another member.
    TransferRequested(Transfer<'a>),
    /// A member bought points, or was given bought ones.
    PointsPurchased(Purchase<'a>),
    /// A debt is to be let go.
    WriteOffRequested(WriteOff<'a>),
    /// Lots are to end at another time.
    ExpiryChangeRequested(ExpiryChange<'a>),
    /// Expired points are to come back.
    ReinstatementRequested(Reinstatement<'a>),
    /// A member is to become part of another.
    MergeRequested(Merge<'a>),
    /// A member leaves.
    ClosureRequested(Closure<'a>),
    /// Earning or redeeming is to be blocked or freed.
    BlockRequested(Block<'a>),
    /// A tier is to be given or lent by hand.
    TierRequested(TierRequest<'a>),
    /// A tier given or lent by hand is to end.
    TierRevoked(TierRevocation<'a>),
    /// A benefit of a tier is to be used.
    BenefitRequested(BenefitUse<'a>),
    /// Uses of a benefit are to be given back.
    BenefitReturned(BenefitRestoration<'a>),
}

impl Fact<'_> {
    /// The kind's name as events are named, such as `OrderPlaced`.
    pub fn name(&self) -> &'static str {
        match self {
            Fact::MemberEnrolled(_) => "MemberEnrolled",
            Fact::ProfileChanged(_) => "ProfileChanged",
            Fact::OrderPlaced(_) => "OrderPlaced",
            Fact::OrderReturned(_) => "OrderReturned",
            Fact::RedemptionRequested(_) => "RedemptionRequested",
            Fact::ReversalRequested(_) => "ReversalRequested",
            Fact::AdjustmentRequested(_) => "AdjustmentRequested",
            Fact::ProgrammePublished(_) => "ProgrammePublished",
            Fact::OrderFulfilled(_) => "OrderFulfilled",
            Fact::ActivityRecorded(_) => "ActivityRecorded",
            Fact::HoldRequested(_) => "HoldRequested",
            Fact::CaptureRequested(_) => "CaptureRequested",
            Fact::ReleaseRequested(_) => "ReleaseRequested",
            Fact::VoucherPresented(_) => "VoucherPresented",
            Fact::TransferRequested(_) => "TransferRequested",
            Fact::PointsPurchased(_) => "PointsPurchased",
            Fact::WriteOffRequested(_) => "WriteOffRequested",
            Fact::ExpiryChangeRequested(_) => "ExpiryChangeRequested",
            Fact::ReinstatementRequested(_) => "ReinstatementRequested",
            Fact::MergeRequested(_) => "MergeRequested",
            Fact::ClosureRequested(_) => "ClosureRequested",
            Fact::BlockRequested(_) => "BlockRequested",
            Fact::TierRequested(_) => "TierRequested",
            Fact::TierRevoked(_) => "TierRevoked",
            Fact::BenefitRequested(_) => "BenefitRequested",
            Fact::BenefitReturned(_) => "BenefitReturned",
        }
    }

    /// What the fact is about, if others may refer to it by name: an order's or a redemption's name.
    pub fn subject(&self) -> Option<Subject<'_>> {
        match self {
            Fact::OrderPlaced(order) => Some(Subject::Order(&order.id)),
            Fact::OrderReturned(ret) => Some(Subject::Order(&ret.order)),
            Fact::OrderFulfilled(fulfilment) => Some(Subject::Order(&fulfilment.order)),
            Fact::RedemptionRequested(redemption) => Some(Subject::Redemption(&redemption.id)),
            Fact::ReversalRequested(reversal) => Some(Subject::Redemption(&reversal.redemption)),
            Fact::HoldRequested(hold) => Some(Subject::Redemption(&hold.id)),
            Fact::CaptureRequested(capture) => Some(Subject::Redemption(&capture.hold)),
            Fact::ReleaseRequested(release) => Some(Subject::Redemption(&release.hold)),
            _ => None,
        }
    }

    /// Whether the fact brings a name that no earlier fact of the member may have brought.
    pub fn brings_name(&self) -> bool {
        matches!(self, Fact::OrderPlaced(_) | Fact::RedemptionRequested(_) | Fact::HoldRequested(_))
    }

    /// The idempotency key of a caller who gives none: made from the fact's own name where it has one.
    pub fn natural_key(&self) -> Option<String> {
        match self {
            Fact::MemberEnrolled(_) => Some("enrolment".to_owned()),
            Fact::OrderPlaced(order) => Some(["order:", &order.id].concat()),
            Fact::OrderReturned(ret) => Some(["return:", &ret.id].concat()),
            Fact::OrderFulfilled(fulfilment) => Some(["fulfilment:", &fulfilment.order].concat()),
            Fact::ActivityRecorded(activity) => activity.id.as_ref().map(|id| ["activity:", id].concat()),
            Fact::RedemptionRequested(redemption) => Some(["redemption:", &redemption.id].concat()),
            Fact::HoldRequested(hold) => Some(["hold:", &hold.id].concat()),
            Fact::CaptureRequested(capture) => Some(["capture:", &capture.hold].concat()),
            Fact::ReleaseRequested(release) => Some(["release:", &release.hold].concat()),
            Fact::TransferRequested(transfer) => Some(["transfer:", &transfer.id].concat()),
            Fact::PointsPurchased(purchase) => Some(["purchase:", &purchase.id].concat()),
            Fact::MergeRequested(merge) => Some(["merge:", &merge.into].concat()),
            Fact::ClosureRequested(_) => Some("closure".to_owned()),
            Fact::BenefitRequested(used) => Some(["benefit:", &used.id].concat()),
            Fact::ReversalRequested(_)
            | Fact::AdjustmentRequested(_)
            | Fact::ProfileChanged(_)
            | Fact::VoucherPresented(_)
            | Fact::WriteOffRequested(_)
            | Fact::ExpiryChangeRequested(_)
            | Fact::ReinstatementRequested(_)
            | Fact::BlockRequested(_)
            | Fact::TierRequested(_)
            | Fact::TierRevoked(_)
            | Fact::BenefitReturned(_)
            | Fact::ProgrammePublished(_) => None,
        }
    }

    /// Refuses what no state or programme could accept.
    pub fn check(&self) -> Result<(), Refusal> {
        match self {
            Fact::MemberEnrolled(fact) => fact.check(),
            Fact::ProfileChanged(fact) => fact.check(),
            Fact::OrderPlaced(fact) => fact.check(),
            Fact::OrderReturned(fact) => fact.check(),
            Fact::RedemptionRequested(fact) => fact.check(),
            Fact::ReversalRequested(fact) => fact.check(),
            Fact::AdjustmentRequested(fact) => fact.check(),
            Fact::OrderFulfilled(fact) => fact.check(),
            Fact::ActivityRecorded(fact) => fact.check(),
            Fact::HoldRequested(fact) => fact.check(),
            Fact::CaptureRequested(fact) => fact.check(),
            Fact::ReleaseRequested(fact) => fact.check(),
            Fact::TransferRequested(fact) => fact.check(),
            Fact::PointsPurchased(fact) => fact.check(),
            Fact::WriteOffRequested(fact) => fact.check(),
            Fact::ExpiryChangeRequested(fact) => fact.check(),
            Fact::ReinstatementRequested(fact) => fact.check(),
            Fact::MergeRequested(fact) => fact.check(),
            Fact::ClosureRequested(fact) => fact.check(),
            Fact::BlockRequested(fact) => fact.check(),
            Fact::TierRequested(fact) => fact.check(),
            Fact::TierRevoked(fact) => fact.check(),
            Fact::BenefitRequested(fact) => fact.check(),
            Fact::BenefitReturned(fact) => fact.check(),
            Fact::VoucherPresented(_) => Ok(()),
            Fact::ProgrammePublished(_) => Err(Refusal::Missing { field: "member fact" }),
        }
    }
}

fn own(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

/// A thing that later facts of the same member may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// An order, by its name.
    Order(&'a str),
    /// A redemption or hold, by its name.
    Redemption(&'a str),
}

/// A programme version, as published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publication<'a> {
    /// First instant at which the version is in force.
    pub effective_from: Instant,
    /// The programme file, to the letter.
    pub source: Cow<'a, str>,
}
