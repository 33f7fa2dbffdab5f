//! What the later frozen histories are told with: each decision is folded as it is told, so that draws and merged states
//! are those of the lots that were there.

use std::collections::BTreeMap;

use smallvec::smallvec;
use tallybook_core::apply::{apply, apply_enrolment, apply_profile, touch};
use tallybook_core::calendar::{DAY_MICROS, Day, Instant, MonthDay};
use tallybook_core::event::{Decision, Draw, Idle, NewLot, PointsEarned, Trigger};
use tallybook_core::fact::{Enrolment, Fact, Order, Profile};
use tallybook_core::ids::{CurrencyNumber, LotNumber, VersionNumber};
use tallybook_core::points::Points;
use tallybook_core::state::MemberState;

use super::history::Batch;
use super::{MORNING, examples};

pub const POINTS: CurrencyNumber = CurrencyNumber(0);

/// What has been told so far, and what it made of the members.
#[derive(Default)]
pub struct Story {
    pub batches: Vec<Vec<Batch>>,
    pub states: BTreeMap<u32, MemberState>,
}

impl Story {
    /// One batch: a part for each member that it is about.
    pub fn tell(&mut self, parts: impl IntoIterator<Item = Batch>) {
        let parts: Vec<Batch> = parts.into_iter().collect();
        for part in &parts {
            let state = self.states.entry(part.member).or_default();
            touch(state, part.effective_at);
            match &part.fact {
                Some((_, Fact::MemberEnrolled(enrolment))) => apply_enrolment(state, enrolment),
                Some((_, Fact::ProfileChanged(profile))) => apply_profile(state, profile),
                _ => {}
            }
            for (effective_at, decision) in &part.decisions {
                apply(state, *effective_at, decision).unwrap();
            }
        }
        self.batches.push(parts);
    }

    /// Points of a lot that has something left.
    pub fn draw(&self, member: u32, lot: u32, points: i64) -> Draw {
        let lot = self.states[&member].lot(LotNumber(lot)).unwrap();
        Draw {
            lot: lot.number,
            points: Points(points),
            earned: lot.earned,
            earned_at: lot.earned_at,
            expires_at: lot.expires_at,
            idle: lot.idle,
        }
    }
}

pub fn day(days: i64) -> Instant {
    Instant(MORNING.0 + days * DAY_MICROS)
}

/// What a member did, and what came of it at once.
pub fn said(
    member: u32,
    days: i64,
    key: Option<&'static str>,
    fact: Fact<'static>,
    made: Vec<Decision>,
) -> Batch {
    Batch { fact: Some((key, fact)), ..followed(member, days, made) }
}

/// What came of something else: of time, or of what another member did.
pub fn followed(member: u32, days: i64, made: Vec<Decision>) -> Batch {
    let decisions = made.into_iter().map(|decision| (day(days), decision)).collect();
    Batch { member, name: None, effective_at: day(days), fact: None, decisions }
}

pub fn joined(member: u32, name: &'static str, days: i64, referred_by: Option<&'static str>) -> Batch {
    let profile = Profile {
        birthday: MonthDay::new(2, 29),
        segments: vec!["vip".into()],
        attributes: vec![("home_store".into(), "330".into())],
    };
    let enrolment = Enrolment { profile, referred_by: referred_by.map(Into::into) };
    let batch = said(member, days, None, Fact::MemberEnrolled(enrolment), vec![Decision::MemberJoined]);
    Batch { name: Some(name), ..batch }
}

pub fn order(id: &'static str, redemption: Option<&'static str>) -> Fact<'static> {
    let redemption = redemption.map(Into::into);
    Fact::OrderPlaced(Order { id: id.into(), redemption, ..examples::simple_order() })
}

/// A lot that can be spent at once and ends a year later.
pub fn lot(number: u32, points: i64, days: i64) -> NewLot {
    NewLot {
        number: LotNumber(number),
        currency: POINTS,
        points: Points(points),
        activates_at: day(days),
        expires_at: Some(day(days + 365)),
        idle: Idle::default(),
        policy: None,
    }
}

pub fn earned(on: Trigger, lots: &[NewLot]) -> PointsEarned {
    PointsEarned {
        version: VersionNumber(1),
        order_number: u32::from(on == Trigger::Order),
        eligible: smallvec![],
        shares: smallvec![],
        caps: smallvec![],
        lots: lots.iter().copied().collect(),
        metrics: smallvec![],
        forget_before: Day::EVER,
        on,
        activity: None,
        streak: None,
        cooldowns: smallvec![],
        budgets: smallvec![],
    }
}
