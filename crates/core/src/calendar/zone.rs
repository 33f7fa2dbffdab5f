//! An IANA time zone: where local days begin and end.
//!
//! The offsets of a zone are read once from the zone data that is compiled in, as spans of time with one offset each, and
//! found by the hundreds of days that an instant falls into. A judgement asks for several local days, and the
//! data's own search would be a good part of its cost.

use std::sync::{Mutex, OnceLock};

use chrono::{NaiveDate, Offset, TimeZone, Timelike};
use chrono_tz::Tz;

use super::{DAY_MICROS, Day, Instant, SECOND_MICROS};

/// An IANA time zone, as of the release of the zone data that is compiled in.
#[derive(Clone, Copy, Debug)]
pub struct Zone {
    tz: Tz,
    offsets: &'static Offsets,
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.tz == other.tz
    }
}

impl Eq for Zone {}

/// The offsets of a zone over time.
#[derive(Debug)]
struct Offsets {
    /// In order of time; the first begins before everything.
    spans: &'static [Span],
    /// Per slot of time the first span that reaches into it.
    slots: &'static [u16],
}

/// A time with one offset.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: Instant,
    offset_micros: i64,
}

/// First day of the slots, 1840-01-01. No zone has changed its clocks before.
const FIRST_DAY: i64 = -47_482;
/// First day after them, 2320-01-01, beyond every end that a lot or tier of an accepted fact can have under yearly rules;
/// clocks are taken not to change from then on.
const LAST_DAY: i64 = 127_837;
/// Seconds of a day of 24 hours.
const DAY_SECONDS: i64 = 86_400;
/// Bits of a slot's length in microseconds: about 200 days, so that few spans share one.
const SLOT_BITS: u32 = 44;

impl Offsets {
    const UTC: Offsets = Offsets { spans: &[Span { from: Instant::MIN, offset_micros: 0 }], slots: &[] };

    /// The offsets of a zone, read from its data once in the life of the program.
    fn of(tz: Tz) -> &'static Offsets {
        static KNOWN: OnceLock<Mutex<Vec<(Tz, &'static Offsets)>>> = OnceLock::new();
        let known = KNOWN.get_or_init(Mutex::default);
        // Nothing can break between reading and pushing, so that a poisoned list is a whole one.
        let mut known = known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, offsets)) = known.iter().find(|(name, _)| *name == tz) {
            return offsets;
        }
        let offsets: &'static Offsets = Box::leak(Box::new(Offsets::read(tz)));
        known.push((tz, offsets));
        offsets
    }

    fn read(tz: Tz) -> Offsets {
        let offset = |second: i64| {
            let at = Instant(second * SECOND_MICROS).utc().naive_utc();
            i64::from(tz.offset_from_utc_datetime(&at).fix().local_minus_utc())
        };
        let mut known = offset(FIRST_DAY * DAY_SECONDS);
        let mut spans = vec![Span { from: Instant::MIN, offset_micros: known * SECOND_MICROS }];
        for day in FIRST_DAY..LAST_DAY {
            let (mut before, end) = (day * DAY_SECONDS, (day + 1) * DAY_SECONDS);
            while offset(end) != known {
                let mut after = end;
                while after - before > 1 {
                    let middle = before + (after - before) / 2;
                    if offset(middle) == known { before = middle } else { after = middle }
                }
                known = offset(after);
                spans.push(Span {
                    from: Instant(after * SECOND_MICROS),
                    offset_micros: known * SECOND_MICROS,
                });
                before = after;
            }
        }
        let slots = (FIRST_DAY * DAY_MICROS..=LAST_DAY * DAY_MICROS).step_by(1 << SLOT_BITS).map(|begins| {
            let begins = Instant(begins);
            let index = spans.partition_point(|span| span.from <= begins).saturating_sub(1);
            u16::try_from(index).unwrap_or(0)
        });
        let slots = slots.collect::<Vec<u16>>();
        Offsets { spans: spans.leak(), slots: slots.leak() }
    }

    /// The spans from the one that holds an instant on.
    fn from(&self, at: Instant) -> &'static [Span] {
        let slot = slot_of(at).min(self.slots.len().saturating_sub(1));
        let mut index = self.slots.get(slot).copied().map_or(0, usize::from);
        while self.spans.get(index + 1).is_some_and(|next| next.from <= at) {
            index += 1;
        }
        &self.spans[index..]
    }
}

/// The slot that holds an instant; the first for any before.
fn slot_of(at: Instant) -> usize {
    let since = at.0.saturating_sub(FIRST_DAY * DAY_MICROS).max(0);
    usize::try_from(since >> SLOT_BITS).unwrap_or(0)
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone { tz: Tz::UTC, offsets: &Offsets::UTC };

    /// Finds a zone by its IANA name, such as `Asia/Shanghai`.
    pub fn parse(name: &str) -> Option<Zone> {
        let tz = name.parse().ok()?;
        Some(Zone { tz, offsets: Offsets::of(tz) })
    }

    /// The IANA name.
    pub fn name(&self) -> &'static str {
        self.tz.name()
    }

    /// Microseconds of local wall-clock time since 1970-01-01T00:00:00.
    fn local_micros(&self, at: Instant) -> i64 {
        at.0.saturating_add(self.offsets.from(at)[0].offset_micros)
    }

    /// The local day that holds an instant.
    pub fn day(&self, at: Instant) -> Day {
        Day(i32::try_from(self.local_micros(at).div_euclid(DAY_MICROS)).unwrap_or(i32::MAX))
    }

    /// The local hour of an instant, 0–23.
    pub fn hour(&self, at: Instant) -> u8 {
        u8::try_from(self.local_micros(at).rem_euclid(DAY_MICROS) / (3_600 * SECOND_MICROS)).unwrap_or(0)
    }

    /// The first instant of a local day.
    pub fn day_start(&self, day: Day) -> Instant {
        self.local_instant(i64::from(day.0).saturating_mul(DAY_MICROS))
    }

    /// The instant of a local date and time; in a gap the first instant after it, when doubled the earlier.
    pub fn instant(&self, day: Day, micros_of_day: i64) -> Instant {
        self.local_instant(i64::from(day.0).saturating_mul(DAY_MICROS).saturating_add(micros_of_day))
    }

    fn local_instant(&self, local: i64) -> Instant {
        // No offset is two days from UTC, so that the span before the one looked for, or that one, is the first here.
        let spans = self.offsets.from(Instant(local.saturating_sub(2 * DAY_MICROS)));
        let mut ends = spans.iter().skip(1).map(|span| span.from);
        for span in spans {
            // Clocks that jump over the local time show the first one after it as the span begins.
            let at = Instant(local.saturating_sub(span.offset_micros)).max(span.from);
            if ends.next().is_none_or(|end| at < end) {
                return at;
            }
        }
        Instant(local)
    }

    /// Reads a local date and time written in a `chrono` pattern such as `%Y-%m-%d %H:%M:%S`; a pattern without a time
    /// of day gives the start of the day.
    pub fn parse_local(&self, text: &str, pattern: &str) -> Option<Instant> {
        if let Ok(t) = chrono::NaiveDateTime::parse_from_str(text, pattern) {
            return Some(self.local_instant(t.and_utc().timestamp_micros()));
        }
        let date = NaiveDate::parse_from_str(text, pattern).ok()?;
        Some(self.day_start(Day(date.to_epoch_days())))
    }

    /// Writes an instant as local date and time: `2026-11-22 10:00:00`.
    pub fn display(&self, at: Instant) -> String {
        let local = Instant(self.local_micros(at)).utc();
        format!("{} {:02}:{:02}:{:02}", self.day(at), local.hour(), local.minute(), local.second())
    }
}

#[cfg(test)]
mod tests {
    use chrono::MappedLocalTime;
    use proptest::prelude::*;

    use super::*;

    fn zones() -> impl Strategy<Value = Tz> {
        proptest::sample::select(chrono_tz::TZ_VARIANTS.to_vec())
    }

    fn naive(micros: i64) -> chrono::NaiveDateTime {
        Instant(micros).utc().naive_utc()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn s12_offsets_are_those_of_the_zone_data(
            tz in zones(),
            seconds in proptest::collection::vec(-4_102_444_800..11_000_000_000_i64, 64),
        ) {
            let offsets = Offsets::of(tz);
            let changes = offsets.spans.iter().skip(1).map(|span| span.from.0);
            let near_changes = changes.flat_map(|from| [from - 1, from, from + 1]);
            for at in seconds.iter().map(|second| second * SECOND_MICROS).chain(near_changes) {
                let expected = tz.offset_from_utc_datetime(&naive(at)).fix().local_minus_utc();
                prop_assert_eq!(offsets.from(Instant(at))[0].offset_micros, i64::from(expected) * SECOND_MICROS);
            }
        }

        #[test]
        fn s12_local_times_are_the_instants_of_the_zone_data(
            tz in zones(),
            seconds in proptest::collection::vec(-4_102_444_800..11_000_000_000_i64, 64),
        ) {
            let zone = Zone { tz, offsets: Offsets::of(tz) };
            let changes = zone.offsets.spans.windows(2);
            let near_changes = changes.flat_map(|pair| {
                let local = |span: &Span| pair[1].from.0 + span.offset_micros;
                let (old, new) = (local(&pair[0]), local(&pair[1]));
                [old - 1, old, old + 1, new - 1, new, new + 1, old.midpoint(new)]
            });
            for local in seconds.iter().map(|second| second * SECOND_MICROS).chain(near_changes) {
                let at = zone.local_instant(local);
                match tz.offset_from_local_datetime(&naive(local)) {
                    MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => {
                        let offset_micros = i64::from(offset.fix().local_minus_utc()) * SECOND_MICROS;
                        prop_assert_eq!(at.0, local - offset_micros, "{} {}", tz, naive(local));
                    }
                    // In a gap: the first instant whose local time is past it.
                    MappedLocalTime::None => {
                        prop_assert!(zone.local_micros(at) > local, "{} {}", tz, naive(local));
                        prop_assert!(zone.local_micros(Instant(at.0 - 1)) < local, "{} {}", tz, naive(local));
                    }
                }
            }
        }
    }
}
