//! Why a command is not carried out: a valid "no", with the figures it rests on.
//!
//! Every variant has a stable code ([`Refusal::code`]) and a message that names the field and what would be accepted.
//! A refusal leaves no trace in the ledger.

use thiserror::Error;

use crate::calendar::Instant;
use crate::ids::LotNumber;
use crate::money::Money;
use crate::points::Points;

/// A refused command. `docs/refusals.md` has a reproducer for each.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A name is empty, too long or has control characters.
    #[error("{field} must be 1 to 128 bytes without control characters")]
    InvalidName {
        /// Which field.
        field: &'static str,
    },
    /// A figure is outside what the field accepts.
    #[error("{field} is {value}; accepted is {accepted}")]
    OutOfRange {
        /// Which field.
        field: &'static str,
        /// What came.
        value: i64,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// A list holds more than its limit.
    #[error("{what} has {count} entries; at most {count_max} are accepted")]
    TooMany {
        /// Which list.
        what: &'static str,
        /// How many came.
        count: usize,
        /// How many are accepted.
        count_max: usize,
    },
    /// A sum does not fit a 64-bit integer.
    #[error("the {what} do not fit: a sum passes 9.2e18 smallest units")]
    Overflow {
        /// What was summed.
        what: &'static str,
    },
    /// No programme version covers the fact's time.
    #[error("no programme is in force at {at}; publish one that starts by then")]
    NoProgramme {
        /// The fact's effective time.
        at: Instant,
    },
    /// The effective time lies too far ahead of the recording time.
    #[error(
        "effective_at {effective_at} is more than {skew_seconds} s after the recording time {recorded_at}"
    )]
    InTheFuture {
        /// The fact's effective time.
        effective_at: Instant,
        /// The time of recording.
        recorded_at: Instant,
        /// The accepted skew in seconds.
        skew_seconds: u32,
    },
    /// The effective time lies too far before what this member is settled to.
    #[error(
        "effective_at {effective_at} is more than {late_limit_days} days before {settled_to}, to which the member is settled"
    )]
    TooLate {
        /// The fact's effective time.
        effective_at: Instant,
        /// The member's latest effective time so far.
        settled_to: Instant,
        /// The programme's limit in days.
        late_limit_days: u32,
    },
    /// The key was used before for another command.
    #[error("idempotency key `{key}` was used before with another content")]
    IdempotencyConflict {
        /// The key.
        key: String,
    },
    /// No record speaks of the member, where a query needs one.
    #[error("member `{member}` is not known")]
    UnknownMember {
        /// The member's name.
        member: String,
    },
    /// The programme does not enrol on the first fact.
    #[error("the member is not enrolled; enrol first, or set enrol_on_first_fact in the programme")]
    NotEnrolled,
    /// The member was enrolled before.
    #[error("the member is enrolled already, since {joined_at}")]
    AlreadyEnrolled {
        /// When the member joined.
        joined_at: Instant,
    },
    /// An order of this name was placed before.
    #[error("order `{order}` was placed before")]
    DuplicateOrder {
        /// The order's name.
        order: String,
    },
    /// One command speaks of one order or redemption more than once.
    #[error("the command names `{name}` twice; send a command for each")]
    NamedTwice {
        /// The order's or redemption's name.
        name: String,
    },
    /// The order's currency is none of the programme's.
    #[error("currency {code} is not one of the programme's ({accepted})")]
    UnknownMoneyCurrency {
        /// The order's currency code.
        code: String,
        /// The accepted codes.
        accepted: String,
    },
    /// No such point currency.
    #[error("point currency `{currency}` is not one of the programme's ({accepted})")]
    UnknownPointCurrency {
        /// What was asked for.
        currency: String,
        /// The accepted ids.
        accepted: String,
    },
    /// Two lines of an order have one name.
    #[error("order `{order}` names line `{line}` twice")]
    DuplicateLine {
        /// The order's name.
        order: String,
        /// The line's name.
        line: String,
    },
    /// The member has no such order.
    #[error("the member has no order `{order}`")]
    UnknownOrder {
        /// The order's name.
        order: String,
    },
    /// The order has no such line.
    #[error("order `{order}` has no line `{line}`")]
    UnknownLine {
        /// The order's name.
        order: String,
        /// The line's name.
        line: String,
    },
    /// More pieces are to be returned than are left.
    #[error("line `{line}` of order `{order}` has {left} pieces left to return, not {asked}")]
    QuantityOverReturned {
        /// The order's name.
        order: String,
        /// The line's name.
        line: String,
        /// Pieces asked to return.
        asked: i64,
        /// Pieces left to return.
        left: i64,
    },
    /// More money is to be returned than is left.
    #[error("line `{line}` of order `{order}` has {left} minor units left to return, not {asked}", left = left.0, asked = asked.0)]
    AmountOverReturned {
        /// The order's name.
        order: String,
        /// The line's name.
        line: String,
        /// Money asked to return.
        asked: Money,
        /// Money left to return.
        left: Money,
    },
    /// Nothing of the order or line is left to return.
    #[error("nothing is left to return of order `{order}`")]
    NothingLeftToReturn {
        /// The order's name.
        order: String,
    },
    /// More points are asked than are available.
    #[error("{asked} points asked, {available} available")]
    InsufficientPoints {
        /// Points asked, smallest units.
        asked: Points,
        /// Points available, smallest units.
        available: Points,
    },
    /// The currency cannot be spent.
    #[error("points of currency `{currency}` are not spendable")]
    NotSpendable {
        /// The currency's id.
        currency: String,
    },
    /// The currency has no cash value.
    #[error("the programme gives `{currency}` no cash value; add [currency.cash]")]
    NoCashValue {
        /// The currency's id.
        currency: String,
    },
    /// Below the least redemption.
    #[error("{asked} points asked; the least is {min}")]
    BelowMinimum {
        /// Points asked.
        asked: Points,
        /// Least accepted.
        min: Points,
    },
    /// Not a multiple of the step.
    #[error("{asked} points asked; must be a multiple of {step}")]
    NotAStep {
        /// Points asked.
        asked: Points,
        /// The step.
        step: Points,
    },
    /// More of the order would be paid by points than the programme allows.
    #[error("{asked} points asked; at most {max} may pay for this order")]
    AboveOrderShare {
        /// Points asked.
        asked: Points,
        /// Most accepted for the order.
        max: Points,
    },
    /// The member has no such redemption.
    #[error("the member has no redemption `{redemption}`")]
    UnknownRedemption {
        /// The redemption's name.
        redemption: String,
    },
    /// A redemption of this name was made before.
    #[error("redemption `{redemption}` was made before")]
    DuplicateRedemption {
        /// The redemption's name.
        redemption: String,
    },
    /// More is to be reversed than is left of the redemption.
    #[error("redemption `{redemption}` has {left} points left to reverse, not {asked}")]
    OverReversed {
        /// The redemption's name.
        redemption: String,
        /// Points asked.
        asked: Points,
        /// Points left to reverse.
        left: Points,
    },
    /// A required text is missing.
    #[error("{field} must not be empty")]
    Missing {
        /// Which field.
        field: &'static str,
    },
    /// A programme version would start before it is published.
    #[error(
        "a new programme version must start after {earliest}, not at {effective_from}; to try a rule on the past, use a backtest"
    )]
    PublishedIntoThePast {
        /// The asked start.
        effective_from: Instant,
        /// The earliest start accepted.
        earliest: Instant,
    },
    /// The programme file is not sound.
    #[error("{message}")]
    UnsoundProgramme {
        /// Every finding with line and column.
        message: String,
    },
    /// A later version drops something that members still hold.
    #[error("the new version drops {what} `{name}`, which members may hold; keep it")]
    Dropped {
        /// Currency or ladder.
        what: &'static str,
        /// Its id.
        name: String,
    },
    /// A fact that concerns two members, or ends one, comes with others.
    #[error("{fact} must come in a command of its own")]
    NotAlone {
        /// The fact.
        fact: &'static str,
    },
    /// No such kind of activity.
    #[error("activity `{activity}` is not one of the programme's ({accepted})")]
    UnknownActivity {
        /// What was recorded.
        activity: String,
        /// The accepted ids.
        accepted: String,
    },
    /// The member has left.
    #[error("member `{member}` left at {closed_at}; no facts are taken any more")]
    MemberClosed {
        /// The member's name; empty where it is the one that the command names.
        member: String,
        /// When.
        closed_at: Instant,
    },
    /// The member is part of another.
    #[error("member `{member}` is part of `{into}` now; send it to them")]
    MemberMerged {
        /// The member's name.
        member: String,
        /// The member who goes on.
        into: String,
    },
    /// Both sides of a transfer, merge or referral are one member.
    #[error("`{member}` cannot be both sides of this")]
    SameMember {
        /// The member's name.
        member: String,
    },
    /// The member may not earn.
    #[error("the member may not earn; unblock first")]
    EarningBlocked,
    /// The member may not redeem.
    #[error("the member may not redeem; unblock first")]
    RedeemingBlocked,
    /// The member has no such open hold.
    #[error("the member has no open hold `{hold}`")]
    UnknownHold {
        /// The hold's name.
        hold: String,
    },
    /// A hold would be over before it begins.
    #[error("a hold must end after {now}, not at {expires_at}")]
    HoldEndsInThePast {
        /// The asked end.
        expires_at: Instant,
        /// When the hold would begin.
        now: Instant,
    },
    /// More is to be captured than is held.
    #[error("hold `{hold}` has {held} points, not {asked}")]
    OverCaptured {
        /// The hold's name.
        hold: String,
        /// Points asked.
        asked: Points,
        /// Points held.
        held: Points,
    },
    /// A hold names a voucher code.
    #[error("a hold cannot issue a voucher code; redeem for the voucher instead")]
    CodeOnHold,
    /// Two members to be merged have a hold of one name.
    #[error("both members have an open hold `{hold}`; capture or release one first")]
    HoldInBoth {
        /// The hold's name.
        hold: String,
    },
    /// The currency cannot be sent to others.
    #[error("points of currency `{currency}` cannot be sent to others; add [currency.transfer]")]
    TransfersNotAllowed {
        /// The currency's id.
        currency: String,
    },
    /// The currency cannot be bought.
    #[error("points of currency `{currency}` cannot be bought; add [currency.purchase]")]
    PurchasesNotAllowed {
        /// The currency's id.
        currency: String,
    },
    /// Above the most points at a time.
    #[error("{asked} points asked; the most is {max}")]
    AboveMaximum {
        /// Points asked.
        asked: Points,
        /// Most accepted.
        max: Points,
    },
    /// Above what is left of a period's limit.
    #[error("{asked} points asked; {room} are left of the limit of the period")]
    OverLimit {
        /// Points asked.
        asked: Points,
        /// Points left.
        room: Points,
    },
    /// There is no debt to let go.
    #[error("the member owes nothing in `{currency}`")]
    NothingOwed {
        /// The currency's id.
        currency: String,
    },
    /// More is to be written off than is owed.
    #[error("{asked} points to write off; {owed} are owed")]
    OverWrittenOff {
        /// Points asked.
        asked: Points,
        /// Points owed.
        owed: Points,
    },
    /// The member has no such lot.
    #[error("the member has no lot {lot} in `{currency}` that could be given another end")]
    UnknownLot {
        /// The lot's number.
        lot: LotNumber,
        /// The currency's id.
        currency: String,
    },
    /// No lot's end would change.
    #[error("no lot in `{currency}` would end at another time")]
    NothingToChange {
        /// The currency's id.
        currency: String,
    },
    /// A lot's new end is not in the future.
    #[error("the new end {expires_at} is not after {now}")]
    EndsInThePast {
        /// The asked end.
        expires_at: Instant,
        /// When the change takes effect.
        now: Instant,
    },
    /// Nothing of the lot is expired.
    #[error("nothing of lot {lot} has expired that was not reinstated")]
    NothingToReinstate {
        /// The lot's number.
        lot: LotNumber,
    },
    /// The lot expired too long ago.
    #[error("lot {lot} expired at {expired_at}; it could be reinstated within {window_days} days")]
    ReinstatementTooLate {
        /// The lot's number.
        lot: LotNumber,
        /// When it expired.
        expired_at: Instant,
        /// The programme's window in days.
        window_days: u32,
    },
    /// No such reward in the currency.
    #[error("reward `{reward}` is not one of the programme's in `{currency}` ({accepted})")]
    UnknownReward {
        /// What was asked for.
        reward: String,
        /// The currency's id.
        currency: String,
        /// The accepted ids.
        accepted: String,
    },
    /// The points are not the reward's price.
    #[error("reward `{reward}` costs {price} points, not {asked}")]
    WrongPrice {
        /// The reward's id.
        reward: String,
        /// Points asked.
        asked: Points,
        /// The price.
        price: Points,
    },
    /// The reward is not offered at this time, or not for the member's tier.
    #[error("reward `{reward}` is not offered to this member now")]
    RewardNotAvailable {
        /// The reward's id.
        reward: String,
    },
    /// Nothing is left of the reward.
    #[error("nothing is left of reward `{reward}`")]
    OutOfStock {
        /// The reward's id.
        reward: String,
    },
    /// A voucher with this code is open.
    #[error("the member has an open voucher with this code already")]
    DuplicateVoucher,
    /// No open voucher has this code.
    #[error("the member has no open voucher with this code")]
    UnknownVoucher,
    /// The voucher's time is over.
    #[error("the voucher expired at {expired_at}")]
    VoucherExpired {
        /// When.
        expired_at: Instant,
    },
    /// The voucher of a redemption was used.
    #[error("the voucher of redemption `{redemption}` was used; it cannot be reversed")]
    VoucherUsed {
        /// The redemption's name.
        redemption: String,
    },
    /// The order's points were cancelled before it was fulfilled.
    #[error("the points of order `{order}` were cancelled, as it was not fulfilled in time")]
    FulfilmentTooLate {
        /// The order's name.
        order: String,
    },
    /// The programme has no such ladder.
    #[error("ladder `{ladder}` is not one of the programme's ({accepted})")]
    UnknownLadder {
        /// What came.
        ladder: String,
        /// The ladders there are.
        accepted: String,
    },
    /// The ladder has no such tier above the first.
    #[error("tier `{tier}` is none of ladder `{ladder}` that could be given ({accepted})")]
    UnknownTier {
        /// What came.
        tier: String,
        /// The ladder.
        ladder: String,
        /// Its tiers above the first, which everybody has.
        accepted: String,
    },
    /// The tier is not lent.
    #[error("tier `{tier}` is not lent; add a challenge to it, or give it with an end")]
    NoChallenge {
        /// The tier.
        tier: String,
    },
    /// The member holds no tier by hand.
    #[error("the member holds no tier of ladder `{ladder}` by hand")]
    NoTierGranted {
        /// The ladder.
        ladder: String,
    },
    /// The programme has no such benefit.
    #[error("benefit `{benefit}` is not one of the programme's ({accepted})")]
    UnknownBenefit {
        /// What came.
        benefit: String,
        /// The benefits there are.
        accepted: String,
    },
    /// The member's tier gives the benefit less often.
    #[error("benefit `{benefit}` asked {asked} times; {left} are left in this period")]
    BenefitUsedUp {
        /// The benefit.
        benefit: String,
        /// How often it was asked.
        asked: i64,
        /// How often it can still be used in the period.
        left: i64,
    },
    /// More uses are to come back than there were.
    #[error("{asked} uses of benefit `{benefit}` to give back; it was used {used} times in this period")]
    BenefitNotUsed {
        /// The benefit.
        benefit: String,
        /// How many uses are to come back.
        asked: i64,
        /// How often it was used in the period.
        used: i64,
    },
    /// The order was not paid by a redemption.
    #[error("order `{order}` names no redemption that paid it, so no points can go back to one")]
    NoRedemptionPaid {
        /// The order's name.
        order: String,
    },
}

impl Refusal {
    /// A sum that does not fit. Made where sums are checked, so that nothing is made where they fit.
    #[cold]
    pub(crate) fn overflow(what: &'static str) -> Refusal {
        Refusal::Overflow { what }
    }

    /// The stable snake_case code, the same in every release.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::InvalidName { .. } => "invalid_name",
            Refusal::OutOfRange { .. } => "out_of_range",
            Refusal::TooMany { .. } => "too_many",
            Refusal::Overflow { .. } => "overflow",
            Refusal::NoProgramme { .. } => "no_programme",
            Refusal::InTheFuture { .. } => "in_the_future",
            Refusal::TooLate { .. } => "too_late",
            Refusal::IdempotencyConflict { .. } => "idempotency_conflict",
            Refusal::UnknownMember { .. } => "unknown_member",
            Refusal::NotEnrolled => "not_enrolled",
            Refusal::AlreadyEnrolled { .. } => "already_enrolled",
            Refusal::DuplicateOrder { .. } => "duplicate_order",
            Refusal::NamedTwice { .. } => "named_twice",
            Refusal::UnknownMoneyCurrency { .. } => "unknown_money_currency",
            Refusal::UnknownPointCurrency { .. } => "unknown_point_currency",
            Refusal::DuplicateLine { .. } => "duplicate_line",
            Refusal::UnknownOrder { .. } => "unknown_order",
            Refusal::UnknownLine { .. } => "unknown_line",
            Refusal::QuantityOverReturned { .. } => "quantity_over_returned",
            Refusal::AmountOverReturned { .. } => "amount_over_returned",
            Refusal::NothingLeftToReturn { .. } => "nothing_left_to_return",
            Refusal::InsufficientPoints { .. } => "insufficient_points",
            Refusal::NotSpendable { .. } => "not_spendable",
            Refusal::NoCashValue { .. } => "no_cash_value",
            Refusal::BelowMinimum { .. } => "below_minimum",
            Refusal::NotAStep { .. } => "not_a_step",
            Refusal::AboveOrderShare { .. } => "above_order_share",
            Refusal::UnknownRedemption { .. } => "unknown_redemption",
            Refusal::DuplicateRedemption { .. } => "duplicate_redemption",
            Refusal::OverReversed { .. } => "over_reversed",
            Refusal::Missing { .. } => "missing",
            Refusal::PublishedIntoThePast { .. } => "published_into_the_past",
            Refusal::UnsoundProgramme { .. } => "unsound_programme",
            Refusal::Dropped { .. } => "dropped",
            Refusal::NotAlone { .. } => "not_alone",
            Refusal::UnknownActivity { .. } => "unknown_activity",
            Refusal::MemberClosed { .. } => "member_closed",
            Refusal::MemberMerged { .. } => "member_merged",
            Refusal::SameMember { .. } => "same_member",
            Refusal::EarningBlocked => "earning_blocked",
            Refusal::RedeemingBlocked => "redeeming_blocked",
            Refusal::UnknownHold { .. } => "unknown_hold",
            Refusal::HoldEndsInThePast { .. } => "hold_ends_in_the_past",
            Refusal::OverCaptured { .. } => "over_captured",
            Refusal::CodeOnHold => "code_on_hold",
            Refusal::HoldInBoth { .. } => "hold_in_both",
            Refusal::TransfersNotAllowed { .. } => "transfers_not_allowed",
            Refusal::PurchasesNotAllowed { .. } => "purchases_not_allowed",
            Refusal::AboveMaximum { .. } => "above_maximum",
            Refusal::OverLimit { .. } => "over_limit",
            Refusal::NothingOwed { .. } => "nothing_owed",
            Refusal::OverWrittenOff { .. } => "over_written_off",
            Refusal::UnknownLot { .. } => "unknown_lot",
            Refusal::NothingToChange { .. } => "nothing_to_change",
            Refusal::EndsInThePast { .. } => "ends_in_the_past",
            Refusal::NothingToReinstate { .. } => "nothing_to_reinstate",
            Refusal::ReinstatementTooLate { .. } => "reinstatement_too_late",
            Refusal::UnknownReward { .. } => "unknown_reward",
            Refusal::WrongPrice { .. } => "wrong_price",
            Refusal::RewardNotAvailable { .. } => "reward_not_available",
            Refusal::OutOfStock { .. } => "out_of_stock",
            Refusal::DuplicateVoucher => "duplicate_voucher",
            Refusal::UnknownVoucher => "unknown_voucher",
            Refusal::VoucherExpired { .. } => "voucher_expired",
            Refusal::VoucherUsed { .. } => "voucher_used",
            Refusal::FulfilmentTooLate { .. } => "fulfilment_too_late",
            Refusal::NoRedemptionPaid { .. } => "no_redemption_paid",
            Refusal::UnknownLadder { .. } => "unknown_ladder",
            Refusal::UnknownTier { .. } => "unknown_tier",
            Refusal::NoChallenge { .. } => "no_challenge",
            Refusal::NoTierGranted { .. } => "no_tier_granted",
            Refusal::UnknownBenefit { .. } => "unknown_benefit",
            Refusal::BenefitUsedUp { .. } => "benefit_used_up",
            Refusal::BenefitNotUsed { .. } => "benefit_not_used",
        }
    }
}
