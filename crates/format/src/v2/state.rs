//! A member's state of version 2, as it is part of the first version of `MergedFrom`. But for its ladders, version 3 has
//! the same shape.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::ids::{BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, LotNumber, TierNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;
use tallybook_core::state;

use super::earning::{Cooling, StreakEntry};
use super::lot::{Draw, Idle};
use super::spending::Voucher;
use crate::error::FormatError;
use crate::messagepack::{Reader, Taken, Writer, Wrong};
use crate::state::WHAT;
use crate::stored::{Attribute, array, stored};
use crate::v1::tier::Figures;
use crate::wire::{Birthday, List, PeriodStart, Shape, SinceStart, Text, UnlessDefault};

/// A whole state of this version.
pub(crate) type State = StateBody<StateVersion<2>, Ladder>;

array! {
    /// A whole state. `settled_to` is nil for a member of whom nothing is known.
    struct StateBody<V: (), L: state::LadderState> from state: state::MemberState {
        version: V = (),
        joined_at: Option<Instant> = state.joined_at,
        settled_to: SinceStart = state.settled_to,
        birthday: Option<Birthday> = state.profile.birthday,
        segments: List<Text> = state.profile.segments,
        attributes: List<Attribute> = state.profile.attributes,
        orders: u32 = state.orders,
        last_lot: LotNumber = state.last_lot,
        balances: List<Balance> = state.balances,
        lots: List<Lot> = state.lots,
        ladders: List<L> = state.ladders,
        caps: List<CapUse> = state.caps,
        status: UnlessDefault<Status> = state.status,
        referral: Option<ReferredBy> = state.referral,
        holds: List<Hold> = state.holds,
        vouchers: List<Voucher> = state.vouchers,
        cooldowns: List<Cooling> = state.cooldowns,
        streaks: List<StreakEntry> = state.streaks,
        renewals: List<Renewal> = state.renewals,
        birthday_at: Option<Instant> = state.birthday_at,
    }
    load {
        let () = version;
        state::MemberState {
            joined_at,
            settled_to,
            status,
            profile: state::MemberProfile { birthday, segments, attributes },
            referral,
            orders,
            last_lot,
            balances,
            lots,
            ladders,
            caps,
            holds,
            vouchers,
            cooldowns,
            streaks,
            renewals,
            birthday_at,
        }
    }

    /// A lot; `activates_at` is nil where it is `earned_at`.
    struct Lot from lot: state::Lot {
        number: LotNumber = lot.number,
        currency: CurrencyNumber = lot.currency,
        pending: bool = lot.pending,
        earned: Points = lot.earned,
        remaining: Points = lot.remaining,
        earned_at: Instant = lot.earned_at,
        activates_at: Option<Instant> = (lot.activates_at != lot.earned_at).then_some(lot.activates_at),
        expires_at: Option<Instant> = lot.expires_at,
        idle: UnlessDefault<Idle> = lot.idle,
    }
    load {
        let activates_at = activates_at.unwrap_or(earned_at);
        state::Lot { number, currency, pending, earned, remaining, earned_at, activates_at, expires_at, idle }
    }

    /// A member's place on a ladder; `since` is nil for "from the start".
    struct Ladder from place: state::LadderState {
        ladder: LadderNumber = place.ladder,
        tier: TierNumber = place.tier,
        since: SinceStart = place.since,
        until: Option<Instant> = place.until,
        grace: bool = place.grace,
        buckets: List<Bucket> = place.buckets,
    }
    load {
        let buckets: Vec<state::Bucket> = buckets;
        state::LadderState {
            ladder,
            tier,
            since,
            until,
            grace,
            counted_from: None,
            lifetime: all_of(&buckets),
            buckets,
            carried: Vec::new(),
            grant: None,
        }
    }
}

stored! {
    /// What a member may still do, where that is not everything.
    struct Status: state::Status {
        closed_at: Option<Instant>,
        merged_into: Option<Text>,
        earning_blocked: bool,
        redeeming_blocked: bool,
    }

    /// Balances in one currency.
    struct Balance: state::Balance {
        available: Points,
        pending: Points,
        held: Points,
        arrears: Points,
        issued: Points,
        redeemed: Points,
        expired: Points,
        forfeited: Points,
        clawed_back: Points,
        written_off: Points,
        received: Points,
        sent: Points,
    }

    /// The figures of one period.
    struct Bucket: state::Bucket {
        start: PeriodStart,
        figures: Figures,
    }

    /// A cap's counter in one period.
    struct CapUse: state::CapUse {
        cap: CapNumber,
        period: PeriodStart,
        used: Points,
    }

    /// Who brought the member.
    struct ReferredBy: state::ReferredBy {
        referrer: Text,
        paid: bool,
    }

    /// Points set aside.
    struct Hold: state::Hold {
        name: Text,
        currency: CurrencyNumber,
        worth: Option<Money>,
        expires_at: Instant,
        draws: List<Draw>,
        stock: Option<BudgetNumber>,
    }

    /// How far lots that inactivity ends were moved.
    struct Renewal: state::Renewal {
        currency: CurrencyNumber,
        idle_months: u16,
        expires_at: Instant,
    }
}

/// A merge has its state boxed.
impl<'r, V, L> Shape<'r, Box<state::MemberState>> for StateBody<V, L>
where
    StateBody<V, L>: Shape<'r, state::MemberState>,
{
    fn put(core: &Box<state::MemberState>, out: &mut Writer<'_>) {
        Self::put(&**core, out);
    }

    fn take(reader: &mut Reader<'r>) -> Taken<Box<state::MemberState>> {
        Self::take(reader).map(Box::new)
    }
}

/// Stores the version that a state of this shape begins with; no other is read.
pub(crate) enum StateVersion<const VERSION: u8> {}

impl<const VERSION: u8> Shape<'_, ()> for StateVersion<VERSION> {
    fn put((): &(), out: &mut Writer<'_>) {
        u8::put(&VERSION, out);
    }

    fn take(reader: &mut Reader<'_>) -> Taken<()> {
        let version = u8::take(reader)?;
        if version == VERSION {
            Ok(())
        } else {
            Err(Wrong::other(FormatError::UnknownVersion { what: WHAT, version }))
        }
    }
}

/// What stands for the figures of all time where none are stored: the sum of the buckets.
pub(crate) fn all_of(buckets: &[state::Bucket]) -> event::Figures {
    let mut sum = event::Figures::default();
    for state::Bucket { start: _, figures } in buckets {
        // No sound ledger comes near the ends; what does is damaged, and must still be read without a panic.
        sum.spend.0 = sum.spend.0.saturating_add(figures.spend.0);
        sum.points.0 = sum.points.0.saturating_add(figures.points.0);
        sum.orders = sum.orders.saturating_add(figures.orders);
        sum.referrals = sum.referrals.saturating_add(figures.referrals);
        sum.activities = sum.activities.saturating_add(figures.activities);
    }
    sum
}
