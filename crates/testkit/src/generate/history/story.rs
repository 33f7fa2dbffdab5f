//! What has been sent so far, by which later moves refer to earlier ones.

use std::borrow::Cow;

use tallybook_core::calendar::{Day, Instant, SECOND_MICROS, Zone};
use tallybook_core::command::Command;
use tallybook_core::event::CodeHash;
use tallybook_core::fact::{Capture, Enrolment, Fact, Order, Purpose};
use tallybook_core::points::Points;

use super::moves::{Act, Ahead, Move, Opening, When};
use super::{Change, Course, MEMBERS, Published, Recorded};
use crate::generate::programme::next;
use crate::naive::Model;
use crate::spec::Spec;

/// What came to be of one member's commands.
#[derive(Clone, Debug, Default)]
pub(super) struct Past {
    /// Orders that were accepted.
    pub orders: Vec<Order<'static>>,
    /// Names of redemptions that were accepted, captured holds among them.
    pub redemptions: Vec<Cow<'static, str>>,
    /// Names of holds that were accepted.
    pub holds: Vec<Cow<'static, str>>,
    /// Codes of vouchers that were issued.
    pub codes: Vec<CodeHash>,
    /// Whether anything was accepted.
    pub is_known: bool,
    /// Whether the member left, or became part of another.
    pub is_gone: bool,
}

pub(super) struct Story {
    /// The versions of the programme that are published, each with its beginning.
    versions: Vec<(Instant, Spec)>,
    pub clock: Instant,
    /// Takes the commands as they are sent, so that later moves refer to what came to be.
    pub model: Model,
    past: [Past; MEMBERS],
    /// Of which other member each became part.
    part_of: [Option<usize>; MEMBERS],
    later: Vec<Published>,
    pub sent: Vec<Recorded>,
}

pub(super) fn member_name(member: usize) -> String {
    format!("M{member}")
}

/// The course of a history that begins in the morning of a day.
pub(super) fn tell(
    spec: &Spec,
    first_day: Day,
    openings: &[Option<Opening>; MEMBERS],
    moves: &[Move],
    changes: &[Change],
) -> Course {
    let mut story = Story {
        versions: vec![(Instant::EARLIEST, spec.clone())],
        clock: zone_of(spec).day_start(first_day).plus_seconds(10 * 3_600),
        model: Model::new(spec.clone()),
        past: Default::default(),
        part_of: [None; MEMBERS],
        later: Vec::new(),
        sent: Vec::new(),
    };
    for (member, opening) in openings.iter().enumerate() {
        // Where members must enrol, the last tries without.
        let must_enrol = !spec.enrol_on_first_fact && member < MEMBERS - 1;
        let enrolment = match opening {
            Some(opening) => story.enrolment(member, *opening),
            None if must_enrol => Enrolment::default(),
            None => continue,
        };
        story.send(Command::new(&member_name(member), story.clock, Fact::MemberEnrolled(enrolment)));
    }
    for (place, one) in moves.iter().enumerate() {
        for change in changes.iter().filter(|change| change.moves_before == place) {
            story.publish(change);
        }
        let effective_at = story.go_on(one.when);
        let member = story.somebody_there(one.member);
        story.play(member, effective_at, &one.act);
    }
    Course { spec: spec.clone(), later: story.later, history: story.sent }
}

fn zone_of(spec: &Spec) -> Zone {
    Zone::parse(&spec.zone).expect("drawn zones exist")
}

impl Story {
    /// The version of the programme in force now.
    pub fn spec(&self) -> &Spec {
        let in_force = self.versions.iter().rfind(|(from, _)| *from <= self.clock);
        in_force.map_or(&self.versions[0].1, |(_, spec)| spec)
    }

    /// The zone in force now.
    pub fn zone(&self) -> Zone {
        zone_of(self.spec())
    }

    /// Publishes the version that comes after the last.
    fn publish(&mut self, change: &Change) {
        let (last_from, last) = &self.versions[self.versions.len() - 1];
        let zone = self.zone();
        let today = zone.day(self.clock);
        let from = match change.ahead {
            Ahead::Minutes(minutes) => self.clock.plus_seconds(60 * minutes),
            Ahead::NextMidnight => zone.day_start(today.plus_days(1)),
            Ahead::Days(days) => self.clock.plus_days(days),
            Ahead::NextYear => zone.day_start(today.year_start().plus_months(12)),
        };
        let earliest = self.clock.plus_seconds(i64::from(last.clock_skew_seconds)).max(*last_from);
        let from = from.max(earliest.plus_seconds(1));
        let spec = next(last, &change.version);
        self.model.publish(spec.clone(), from, self.clock).expect("a version that comes after the last");
        self.versions.push((from, spec.clone()));
        let published = Published { commands_before: self.sent.len(), spec, from, recorded_at: self.clock };
        self.later.push(published);
    }

    /// Moves the clock, and gives the effective time of the move.
    fn go_on(&mut self, when: When) -> Instant {
        let zone = self.zone();
        let today = zone.day(self.clock);
        let midnight = zone.day_start(today.plus_days(1));
        self.clock = match when {
            When::Same | When::LateDays(_) | When::LateMidnight(_) | When::AheadSeconds(_) => self.clock,
            When::Minutes(minutes) => self.clock.plus_seconds(60 * minutes),
            When::Days(days) => self.clock.plus_days(days),
            When::NextMidnight => midnight,
            When::JustBeforeMidnight => self.clock.max(midnight.plus_seconds(-1)),
            When::NextMonth => zone.day_start(today.month_start().plus_months(1)),
            When::NextYear => zone.day_start(today.year_start().plus_months(12)),
        };
        match when {
            When::LateDays(days) => self.clock.plus_days(-days),
            When::LateMidnight(days) => zone.day_start(today.plus_days(-days)),
            When::AheadSeconds(seconds) => self.clock.plus_seconds(seconds),
            _ => self.clock,
        }
    }

    /// Who answers to the member's name.
    pub fn owner(&self, member: usize) -> usize {
        self.part_of[member].map_or(member, |other| self.owner(other))
    }

    /// What came to be of the commands under the member's name, and under those of members who became part of them.
    pub fn past(&self, member: usize) -> &Past {
        &self.past[self.owner(member)]
    }

    /// Whether something is known of the member, who has neither left nor become part of another.
    pub fn is_there(&self, member: usize) -> bool {
        self.past[member].is_known && !self.past[member].is_gone
    }

    /// The member, or another in place of one who is gone; now and then the one who is gone all the same.
    fn somebody_there(&self, member: usize) -> usize {
        let is_left = |member: &usize| !self.past[*member].is_gone;
        if is_left(&member) || self.sent.len() % 5 == 4 {
            return member;
        }
        (0..MEMBERS).find(is_left).unwrap_or(member)
    }

    /// Sends a command, and notes what came of it.
    pub fn send(&mut self, command: Command) {
        let is_sender = |member: &usize| member_name(*member) == command.member;
        let member = (0..MEMBERS).find(is_sender).expect("all commands are about drawn members");
        let outcome = self.model.submit_command(&command, self.clock);
        if outcome.is_ok_and(|outcome| !outcome.repeated) {
            for fact in &command.facts {
                self.note(member, fact);
            }
        }
        self.sent.push(Recorded { command, recorded_at: self.clock });
    }

    fn note(&mut self, member: usize, fact: &Fact<'static>) {
        let member = self.owner(member);
        let past = &mut self.past[member];
        past.is_known = true;
        match fact {
            Fact::OrderPlaced(order) => past.orders.push(order.clone()),
            Fact::RedemptionRequested(redemption) => {
                past.redemptions.push(redemption.id.clone());
                if let Purpose::Voucher { code: Some(code), .. } = redemption.purpose {
                    past.codes.push(code);
                }
            }
            Fact::HoldRequested(hold) => past.holds.push(hold.id.clone()),
            Fact::CaptureRequested(capture) => past.redemptions.push(capture.hold.clone()),
            Fact::ClosureRequested(_) => past.is_gone = true,
            Fact::MergeRequested(merge) => {
                // What the one did is the other's to undo.
                let done = std::mem::take(past);
                (past.is_known, past.is_gone) = (true, true);
                let other = (0..MEMBERS).find(|other| member_name(*other) == merge.into);
                let other = self.owner(other.expect("only drawn members are known"));
                self.part_of[member] = Some(other);
                let other = &mut self.past[other];
                other.orders.extend(done.orders);
                other.redemptions.extend(done.redemptions);
                other.holds.extend(done.holds);
                other.codes.extend(done.codes);
            }
            _ => {}
        }
    }

    fn play(&mut self, member: usize, at: Instant, act: &Act) {
        match act {
            Act::PaidOrder(spend, order) => {
                let Some(redemption) = self.redemption(member, at, spend) else { return };
                let id = redemption.id.clone();
                self.send(Command::new(&member_name(member), at, Fact::RedemptionRequested(redemption)));
                let mut order = self.order(member, order, false);
                if self.past(member).redemptions.contains(&id) || self.is_stubborn() {
                    order.redemption = Some(id);
                }
                self.send(Command::new(&member_name(member), at, Fact::OrderPlaced(order)));
            }
            Act::HoldAndCapture { spend, ends, points } => {
                let Some(hold) = self.hold(member, at, spend, *ends) else { return };
                let capture = Capture { hold: hold.id.clone(), points: points.map(Points) };
                self.send(Command::new(&member_name(member), at, Fact::HoldRequested(hold)));
                self.clock = self.clock.plus_seconds(3_600);
                self.send(Command::new(&member_name(member), self.clock, Fact::CaptureRequested(capture)));
            }
            Act::Streak { days, activity } => {
                for day in 0..*days {
                    if day > 0 {
                        self.clock = self.clock.plus_days(1);
                    }
                    let days = i64::try_from(day).unwrap_or(0);
                    let activity = Fact::ActivityRecorded(self.activity(activity));
                    let key = self.key();
                    self.send(
                        Command::new(&member_name(member), at.plus_days(days), activity).with_key(&key),
                    );
                }
            }
            Act::Retry { which } => {
                if let Some(command) = self.sent.get(*which).map(|sent| sent.command.clone()) {
                    self.send(command);
                }
            }
            Act::RetryOtherwise { which } => {
                if let Some(command) = self.sent.get(*which).map(|sent| otherwise(&sent.command)) {
                    self.send(command);
                }
            }
            _ => {
                let facts = self.facts(member, at, act);
                let Some(first) = facts.first() else { return };
                let key = first.natural_key().is_none_or(|key| self.is_used(&key)).then(|| self.key());
                self.send(Command { member: member_name(member), key, effective_at: at, facts });
            }
        }
    }

    /// Whether what makes little sense is sent all the same; now and then.
    pub fn is_stubborn(&self) -> bool {
        self.sent.len() % 9 == 8
    }

    /// Whether a caller who gives no key would repeat an earlier one, though they mean something else.
    fn is_used(&self, natural_key: &str) -> bool {
        let names = ["enrolment", "closure"];
        let kinds = ["fulfilment:", "merge:", "capture:", "release:", "order:"];
        let is_once = names.contains(&natural_key) || kinds.iter().any(|kind| natural_key.starts_with(kind));
        let is_same = |sent: &Recorded| sent.command.effective_key().is_ok_and(|key| key == natural_key);
        is_once && self.sent.iter().any(is_same)
    }

    /// A key that no other command has.
    fn key(&self) -> String {
        format!("K{}", self.sent.len())
    }
}

/// The same key with another content: a second earlier.
fn otherwise(command: &Command) -> Command {
    let mut other = command.clone();
    other.key = command.effective_key().ok();
    other.effective_at = Instant(command.effective_at.0 - SECOND_MICROS);
    other
}
