//! A member's state, as snapshots keep it and state hashes take it.

use tallybook_core::calendar::Instant;
use tallybook_core::ids::{CapNumber, CurrencyNumber, LadderNumber, LotNumber, TierNumber};
use tallybook_core::points::Points;
use tallybook_core::state;

use super::tier::Figures;
use crate::wire::{Birthday, List, PeriodStart, Text, array};

array! {
    /// A whole state. `settled_to` is nil for a member of whom nothing is known.
    struct State<'a> {
        version: u8,
        joined_at: Option<Instant>,
        settled_to: Option<Instant>,
        birthday: Option<Birthday>,
        segments: List<Text<'a>, 0>,
        attributes: List<Attribute<'a>, 0>,
        orders: u32,
        last_lot: LotNumber,
        balances: List<Balance, 1>,
        lots: List<Lot, 0>,
        ladders: List<Ladder, 1>,
        caps: List<CapUse, 0>,
    }

    /// An attribute and its value.
    struct Attribute<'a> {
        name: Text<'a>,
        value: Text<'a>,
    }

    /// Balances in one currency.
    struct Balance {
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
    }

    /// A member's place on a ladder; `since` is nil for "from the start".
    struct Ladder {
        ladder: LadderNumber,
        tier: TierNumber,
        since: Option<Instant>,
        until: Option<Instant>,
        grace: bool,
        buckets: List<Bucket, 1>,
    }

    /// The figures of one period.
    struct Bucket {
        start: PeriodStart,
        figures: Figures,
    }

    /// A cap's counter in one period.
    struct CapUse {
        cap: CapNumber,
        period: PeriodStart,
        used: Points,
    }
}

/// The stored form of an instant that may be "before everything".
fn after_start(at: Instant) -> Option<Instant> {
    (at != Instant::MIN).then_some(at)
}

impl<'a> State<'a> {
    pub(crate) fn new(version: u8, state: &'a state::MemberState) -> State<'a> {
        State {
            version,
            joined_at: state.joined_at,
            settled_to: after_start(state.settled_to),
            birthday: state.profile.birthday.map(Birthday),
            segments: List::of(&state.profile.segments),
            attributes: List::of(&state.profile.attributes),
            orders: state.orders,
            last_lot: state.last_lot,
            balances: List::of(&state.balances),
            lots: List::of(&state.lots),
            ladders: List::of(&state.ladders),
            caps: List::of(&state.caps),
        }
    }

    pub(crate) fn into_state(self) -> state::MemberState {
        state::MemberState {
            joined_at: self.joined_at,
            settled_to: self.settled_to.unwrap_or(Instant::MIN),
            profile: state::MemberProfile {
                birthday: self.birthday.map(|b| b.0),
                segments: self.segments.to(),
                attributes: self.attributes.to(),
            },
            orders: self.orders,
            last_lot: self.last_lot,
            balances: self.balances.to(),
            lots: self.lots.to(),
            ladders: self.ladders.to(),
            caps: self.caps.to(),
        }
    }
}

impl<'a> From<&'a Box<str>> for Text<'a> {
    fn from(text: &'a Box<str>) -> Self {
        Text(text)
    }
}

impl From<Text<'_>> for Box<str> {
    fn from(text: Text<'_>) -> Self {
        Box::from(text.0)
    }
}

impl<'a> From<&'a (Box<str>, Box<str>)> for Attribute<'a> {
    fn from((name, value): &'a (Box<str>, Box<str>)) -> Self {
        Attribute { name: name.into(), value: value.into() }
    }
}

impl From<Attribute<'_>> for (Box<str>, Box<str>) {
    fn from(attribute: Attribute<'_>) -> Self {
        (attribute.name.into(), attribute.value.into())
    }
}

impl From<&state::Balance> for Balance {
    fn from(balance: &state::Balance) -> Self {
        let state::Balance {
            available,
            pending,
            held,
            arrears,
            issued,
            redeemed,
            expired,
            forfeited,
            clawed_back,
            written_off,
        } = *balance;
        Balance {
            available,
            pending,
            held,
            arrears,
            issued,
            redeemed,
            expired,
            forfeited,
            clawed_back,
            written_off,
        }
    }
}

impl From<Balance> for state::Balance {
    fn from(balance: Balance) -> Self {
        let Balance {
            available,
            pending,
            held,
            arrears,
            issued,
            redeemed,
            expired,
            forfeited,
            clawed_back,
            written_off,
        } = balance;
        state::Balance {
            available,
            pending,
            held,
            arrears,
            issued,
            redeemed,
            expired,
            forfeited,
            clawed_back,
            written_off,
        }
    }
}

impl From<&state::Lot> for Lot {
    fn from(lot: &state::Lot) -> Self {
        Lot {
            number: lot.number,
            currency: lot.currency,
            pending: lot.pending,
            earned: lot.earned,
            remaining: lot.remaining,
            earned_at: lot.earned_at,
            activates_at: (lot.activates_at != lot.earned_at).then_some(lot.activates_at),
            expires_at: lot.expires_at,
        }
    }
}

impl From<Lot> for state::Lot {
    fn from(lot: Lot) -> Self {
        state::Lot {
            number: lot.number,
            currency: lot.currency,
            pending: lot.pending,
            earned: lot.earned,
            remaining: lot.remaining,
            earned_at: lot.earned_at,
            activates_at: lot.activates_at.unwrap_or(lot.earned_at),
            expires_at: lot.expires_at,
        }
    }
}

impl From<&state::LadderState> for Ladder {
    fn from(ladder: &state::LadderState) -> Self {
        Ladder {
            ladder: ladder.ladder,
            tier: ladder.tier,
            since: after_start(ladder.since),
            until: ladder.until,
            grace: ladder.grace,
            buckets: List::of(&ladder.buckets),
        }
    }
}

impl From<Ladder> for state::LadderState {
    fn from(ladder: Ladder) -> Self {
        state::LadderState {
            ladder: ladder.ladder,
            tier: ladder.tier,
            since: ladder.since.unwrap_or(Instant::MIN),
            until: ladder.until,
            grace: ladder.grace,
            buckets: ladder.buckets.to(),
        }
    }
}

impl From<&state::Bucket> for Bucket {
    fn from(bucket: &state::Bucket) -> Self {
        Bucket { start: PeriodStart(bucket.start), figures: bucket.figures.into() }
    }
}

impl From<Bucket> for state::Bucket {
    fn from(bucket: Bucket) -> Self {
        state::Bucket { start: bucket.start.0, figures: bucket.figures.into() }
    }
}

impl From<&state::CapUse> for CapUse {
    fn from(cap: &state::CapUse) -> Self {
        CapUse { cap: cap.cap, period: PeriodStart(cap.period), used: cap.used }
    }
}

impl From<CapUse> for state::CapUse {
    fn from(cap: CapUse) -> Self {
        state::CapUse { cap: cap.cap, period: cap.period.0, used: cap.used }
    }
}
