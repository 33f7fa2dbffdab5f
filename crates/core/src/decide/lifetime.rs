//! When lots start and end (cases 10–12).

use crate::calendar::{Day, Instant, Zone};
use crate::event::{Idle, Term};
use crate::ids::CurrencyNumber;
use crate::programme::plan::{Activation, CountsFrom, End, Expiry, RoundTo, Span};
use crate::state::MemberState;

/// When a lot starts, and when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// First instant at which it can be spent; [`Instant::MAX`] waits for the order to be fulfilled.
    pub activates_at: Instant,
    /// When it ends; while it waits for fulfilment, when it is cancelled.
    pub term: Term,
}

/// The life of a lot that a member earns at an instant.
pub fn begin(
    zone: Zone,
    state: &MemberState,
    currency: CurrencyNumber,
    activation: Activation,
    expiry: &Expiry,
    earned_at: Instant,
) -> Life {
    let later_day = |days: u32| zone.day_start(zone.day(earned_at).plus_days(i64::from(days)));
    let activates_at = match activation {
        Activation::Immediate => earned_at,
        Activation::AfterDays(days) => later_day(days),
        Activation::OnDate(date) => date.max(earned_at),
        Activation::OnFulfilment { within_days } => {
            let deadline = later_day(within_days.saturating_add(1));
            let term = Term { expires_at: Some(deadline), idle: Idle::default() };
            return Life { activates_at: Instant::MAX, term };
        }
    };
    Life { activates_at, term: term(zone, state, currency, expiry, earned_at, activates_at) }
}

/// When a lot ends that was earned at one instant and starts at another.
///
/// Inactivity ends it so long after its own start or, if later, after what the member did last.
pub fn term(
    zone: Zone,
    state: &MemberState,
    currency: CurrencyNumber,
    expiry: &Expiry,
    earned_at: Instant,
    activates_at: Instant,
) -> Term {
    let start = |counts_from| match counts_from {
        CountsFrom::Activation => zone.day(activates_at),
        CountsFrom::Earning => zone.day(earned_at),
    };
    let settled = expiry.ends.iter().flatten().map(|end| match *end {
        End::After { span: Span::Days(days), round_to, counts_from } => {
            end_through(zone, start(counts_from).plus_days(i64::from(days)), round_to)
        }
        End::After { span: Span::Months(months), round_to, counts_from } => {
            end_through(zone, start(counts_from).plus_months(months), round_to)
        }
        End::Calendar { years, counts_from } => {
            end_through(zone, start(counts_from).plus_months(years.saturating_mul(12)), RoundTo::Year)
        }
    });
    let settled = settled.min();
    let Some(inactivity) = expiry.inactivity else {
        return Term { expires_at: settled, idle: Idle::default() };
    };
    let own = after_months(zone, start(inactivity.counts_from), inactivity.months, inactivity.round_to);
    let renewed = state.renewed_to(currency, inactivity.months);
    let idle = Idle { months: inactivity.months, at_most: settled };
    Term { expires_at: Some(idle.capped(renewed.map_or(own, |end| end.max(own)))), idle }
}

/// The end of what lives so many months from a day on.
pub(super) fn after_months(zone: Zone, day: Day, months: u16, round_to: RoundTo) -> Instant {
    end_through(zone, day.plus_months(u32::from(months)), round_to)
}

/// The first instant after the last day of the unit that holds a day.
fn end_through(zone: Zone, day: Day, unit: RoundTo) -> Instant {
    zone.day_start(last_of(day, unit).plus_days(1))
}

/// The last day of the unit that holds a day.
fn last_of(day: Day, unit: RoundTo) -> Day {
    let months = match unit {
        RoundTo::Day => return day,
        RoundTo::Month => 1,
        RoundTo::Quarter => 3,
        RoundTo::HalfYear => 6,
        RoundTo::Year => 12,
    };
    day.months_end(months).plus_days(-1)
}
