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
use crate::stored::{Attribute, Stored, stored};
use crate::v1::tier::Figures;
use crate::wire::{Birthday, List, PeriodStart, SinceStart, Text, array};

/// The version that every state of this shape begins with.
pub(crate) const VERSION: u8 = 2;

array! {
    /// A whole state. `settled_to` is nil for a member of whom nothing is known.
    struct State<'a, L> {
        version: u8,
        joined_at: Option<Instant>,
        settled_to: SinceStart,
        birthday: Option<Birthday>,
        segments: List<Text<'a>, 0>,
        attributes: List<Attribute<'a>, 0>,
        orders: u32,
        last_lot: LotNumber,
        balances: List<Balance, 1>,
        lots: List<Lot, 0>,
        ladders: List<L, 1>,
        caps: List<CapUse, 0>,
        status: Option<Status<'a>>,
        referral: Option<ReferredBy<'a>>,
        holds: List<Hold<'a>, 0>,
        vouchers: List<Voucher, 0>,
        cooldowns: List<Cooling, 0>,
        streaks: List<StreakEntry, 0>,
        renewals: List<Renewal, 0>,
        birthday_at: Option<Instant>,
    }

    /// What a member may still do, where that is not everything.
    struct Status<'a> {
        closed_at: Option<Instant>,
        merged_into: Option<Text<'a>>,
        earning_blocked: bool,
        redeeming_blocked: bool,
    }

    /// A lot; `activates_at` is nil where it is `earned_at`.
    struct Lot {
        number: LotNumber,
        currency: CurrencyNumber,
        pending: bool,
        earned: Points,
        remaining: Points,
        earned_at: Instant,
        activates_at: Option<Instant>,
        expires_at: Option<Instant>,
        idle: Option<Idle>,
    }

    /// A member's place on a ladder; `since` is nil for "from the start".
    struct Ladder {
        ladder: LadderNumber,
        tier: TierNumber,
        since: SinceStart,
        until: Option<Instant>,
        grace: bool,
        buckets: List<Bucket, 1>,
    }
}

stored! {
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
    struct ReferredBy<'a>: state::ReferredBy {
        referrer: Text<'a>,
        paid: bool,
    }

    /// Points set aside.
    struct Hold<'a>: state::Hold {
        name: Text<'a>,
        currency: CurrencyNumber,
        worth: Option<Money>,
        expires_at: Instant,
        draws: List<Draw, 2>,
        stock: Option<BudgetNumber>,
    }

    /// How far lots that inactivity ends were moved.
    struct Renewal: state::Renewal {
        currency: CurrencyNumber,
        idle_months: u16,
        expires_at: Instant,
    }
}

impl<'a, L: Stored<'a, state::LadderState>> State<'a, L> {
    pub(crate) fn new(version: u8, state: &'a state::MemberState) -> Self {
        let state::MemberState {
            joined_at,
            settled_to,
            status,
            profile,
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
        } = state;
        State {
            version,
            joined_at: *joined_at,
            settled_to: SinceStart(*settled_to),
            birthday: Stored::store(&profile.birthday),
            segments: Stored::store(&profile.segments),
            attributes: Stored::store(&profile.attributes),
            orders: *orders,
            last_lot: *last_lot,
            balances: Stored::store(balances),
            lots: Stored::store(lots),
            ladders: Stored::store(ladders),
            caps: Stored::store(caps),
            status: Stored::store(status),
            referral: Stored::store(referral),
            holds: Stored::store(holds),
            vouchers: Stored::store(vouchers),
            cooldowns: Stored::store(cooldowns),
            streaks: Stored::store(streaks),
            renewals: Stored::store(renewals),
            birthday_at: *birthday_at,
        }
    }

    pub(crate) fn into_state(self) -> state::MemberState {
        state::MemberState {
            joined_at: self.joined_at,
            settled_to: self.settled_to.0,
            status: self.status.load(),
            profile: state::MemberProfile {
                birthday: self.birthday.load(),
                segments: self.segments.load(),
                attributes: self.attributes.load(),
            },
            referral: self.referral.load(),
            orders: self.orders,
            last_lot: self.last_lot,
            balances: self.balances.load(),
            lots: self.lots.load(),
            ladders: self.ladders.load(),
            caps: self.caps.load(),
            holds: self.holds.load(),
            vouchers: self.vouchers.load(),
            cooldowns: self.cooldowns.load(),
            streaks: self.streaks.load(),
            renewals: self.renewals.load(),
            birthday_at: self.birthday_at,
        }
    }
}

impl<'s: 'a, 'a> Stored<'s, state::Status> for Option<Status<'a>> {
    fn store(core: &'s state::Status) -> Self {
        (*core != state::Status::default()).then(|| Status {
            closed_at: core.closed_at,
            merged_into: Stored::store(&core.merged_into),
            earning_blocked: core.earning_blocked,
            redeeming_blocked: core.redeeming_blocked,
        })
    }

    fn load(self) -> state::Status {
        self.map(|status| state::Status {
            closed_at: status.closed_at,
            merged_into: status.merged_into.load(),
            earning_blocked: status.earning_blocked,
            redeeming_blocked: status.redeeming_blocked,
        })
        .unwrap_or_default()
    }
}

impl Stored<'_, state::Lot> for Lot {
    fn store(lot: &state::Lot) -> Self {
        Lot {
            number: lot.number,
            currency: lot.currency,
            pending: lot.pending,
            earned: lot.earned,
            remaining: lot.remaining,
            earned_at: lot.earned_at,
            activates_at: (lot.activates_at != lot.earned_at).then_some(lot.activates_at),
            expires_at: lot.expires_at,
            idle: Stored::store(&lot.idle),
        }
    }

    fn load(self) -> state::Lot {
        state::Lot {
            number: self.number,
            currency: self.currency,
            pending: self.pending,
            earned: self.earned,
            remaining: self.remaining,
            earned_at: self.earned_at,
            activates_at: self.activates_at.unwrap_or(self.earned_at),
            expires_at: self.expires_at,
            idle: self.idle.load(),
        }
    }
}

impl Stored<'_, state::LadderState> for Ladder {
    fn store(ladder: &state::LadderState) -> Self {
        Ladder {
            ladder: ladder.ladder,
            tier: ladder.tier,
            since: SinceStart(ladder.since),
            until: ladder.until,
            grace: ladder.grace,
            buckets: Stored::store(&ladder.buckets),
        }
    }

    fn load(self) -> state::LadderState {
        let buckets: Vec<state::Bucket> = self.buckets.load();
        state::LadderState {
            ladder: self.ladder,
            tier: self.tier,
            since: self.since.0,
            until: self.until,
            grace: self.grace,
            counted_from: None,
            lifetime: all_of(&buckets),
            buckets,
            carried: Vec::new(),
            grant: None,
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
