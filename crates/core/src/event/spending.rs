//! Points that are spent, set aside, given by hand, or that change hands.

use serde::Serialize;
use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::event::{BudgetEntry, CapEntry, Draw, NewLot};
use crate::ids::CurrencyNumber;
use crate::money::Money;
use crate::points::Points;

/// SHA-256 of a voucher's code. The code itself is never stored.
pub type CodeHash = [u8; 32];

/// A voucher that its code opens once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Voucher {
    /// SHA-256 of its code.
    pub code: CodeHash,
    /// First instant at which it is no longer good.
    pub expires_at: Option<Instant>,
}

/// Points were spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redeemed {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// The sum of the draws.
    pub points: Points,
    /// What they were worth, where they paid for an order; minor units.
    pub worth: Option<Money>,
    /// The lots drawn, in the order drawn.
    pub draws: SmallVec<[Draw; 2]>,
    /// A piece of a reward's stock that went with it.
    pub stock: Option<BudgetEntry>,
    /// The voucher whose code was issued for it.
    pub voucher: Option<Voucher>,
}

/// Spent points came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RedemptionReversed {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// The sum of the draws given back.
    pub points: Points,
    /// What came back to which lot. `expires_at` is the end that the lot has now.
    pub restored: SmallVec<[Draw; 2]>,
    /// The redemption, where a return gave the points back; else it is that of the reversal.
    pub of: Option<Box<str>>,
    /// A piece that goes back to a reward's stock.
    pub stock: Option<BudgetEntry>,
    /// The voucher that is void from now on, by the SHA-256 of its code.
    pub voided: Option<CodeHash>,
}

/// An adjustment took points: `points = sum of draws + arrears`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Debited {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// What was taken in all.
    pub points: Points,
    /// The lots drawn, in the order drawn.
    pub draws: SmallVec<[Draw; 2]>,
    /// Made a debt.
    pub arrears: Points,
}

/// Points were given by hand, bought, or given as a present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credited {
    /// The lot.
    pub lot: NewLot,
    /// Where it comes from.
    pub source: CreditSource,
    /// The limit that was looked at, with the room it had.
    pub caps: SmallVec<[CapEntry; 0]>,
}

/// Where credited points come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditSource {
    /// A correction by hand.
    #[default]
    Adjustment,
    /// The member bought them.
    Purchase,
    /// Somebody bought them for the member.
    Gift,
}

/// Points were set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldPlaced {
    /// The hold's name.
    pub hold: Box<str>,
    /// Which currency.
    pub currency: CurrencyNumber,
    /// The sum of the draws.
    pub points: Points,
    /// What they will be worth where they are to pay for an order; minor units.
    pub worth: Option<Money>,
    /// The lots drawn, in the order drawn.
    pub draws: SmallVec<[Draw; 2]>,
    /// When it is released if nothing else is done.
    pub expires_at: Instant,
    /// A piece of a reward's stock that is set aside with it.
    pub stock: Option<BudgetEntry>,
}

/// Points set aside were spent; the hold is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldCaptured {
    /// The hold's name, which is that of the redemption from now on.
    pub hold: Box<str>,
    /// What was spent.
    pub redeemed: Redeemed,
    /// What came back to which lot. `expires_at` is the end that the lot has now.
    pub released: SmallVec<[Draw; 2]>,
}

/// Points set aside came back; the hold is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldReleased {
    /// The hold's name.
    pub hold: Box<str>,
    /// Which currency.
    pub currency: CurrencyNumber,
    /// The sum of the draws given back.
    pub points: Points,
    /// What came back to which lot. `expires_at` is the end that the lot has now.
    pub restored: SmallVec<[Draw; 2]>,
    /// Why.
    pub why: ReleaseReason,
    /// A piece that goes back to a reward's stock.
    pub stock: Option<BudgetEntry>,
}

/// Why a hold ended without being captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseReason {
    /// It was asked for.
    Asked,
    /// Its time was over.
    Expired,
    /// The member left.
    Closed,
}

/// Points went to another member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransferSent {
    /// To whom.
    pub to: Box<str>,
    /// Which currency.
    pub currency: CurrencyNumber,
    /// What the other got.
    pub points: Points,
    /// What it cost on top.
    pub fee: Points,
    /// The lots drawn for both, in the order drawn: first what was sent, then the fee.
    pub draws: SmallVec<[Draw; 2]>,
    /// The limit that was looked at, with the room it had.
    pub caps: SmallVec<[CapEntry; 0]>,
}

/// Points came from another member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransferReceived {
    /// From whom.
    pub from: Box<str>,
    /// Which currency.
    pub currency: CurrencyNumber,
    /// The sum of the lots.
    pub points: Points,
    /// What they are here.
    pub lots: SmallVec<[NewLot; 1]>,
    /// Whether it was meant as a present.
    pub gift: bool,
}

/// A debt was let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WrittenOff {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// How much of it, at least 1.
    pub points: Points,
}
