//! Limits on what rules give: caps, numbers of grants and budgets, each with the room that an occasion finds (case 9).

use std::collections::BTreeMap;

use tallybook_core::calendar::{Day, Instant};

use super::member::{CapUse, Member};
use super::{Model, Version, dates};
use crate::spec::{CapPeriod, CapSpec, CurrencySpec, LadderPeriod, LadderSpec, RuleSpec, Spec, cap_period};

/// Limits by name, as an occasion found them.
pub(super) type Rooms = BTreeMap<String, Room>;

#[derive(Clone, Debug)]
pub(super) struct Room {
    pub(super) kept: Kept,
    pub(super) room: i64,
}

/// Where the counter of a limit is kept.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    /// Nowhere: it counts within the occasion.
    Nowhere,
    /// With the member, by the first day of its period.
    WithMember(Day),
    /// In the ledger, for all members together.
    InLedger,
}

/// What stands between what a rule asks and what it gives.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    pub(super) name: String,
    pub(super) most: i64,
    /// `None` counts over all members.
    pub(super) per: Option<CapPeriod>,
    /// Gives nothing instead of the rest.
    pub(super) skip: bool,
    /// Counts grants instead of points.
    pub(super) counts_grants: bool,
}

/// The limits of a rule in the order in which they are applied.
pub(super) fn limits(spec: &Spec, rule: &RuleSpec) -> Vec<Limit> {
    let currency = spec.currency(&rule.currency).expect("a spec's rules name its own currencies");
    let mut limits = grants(rule);
    limits.extend(caps("rule", &rule.id, &rule.caps));
    limits.extend(caps("currency", &currency.id, &currency.caps));
    let of_campaign = rule.campaign.as_ref().and_then(|id| spec.campaign(id)?.budget.clone());
    let mut budgets: Vec<String> = Vec::new();
    for id in rule.budget.iter().cloned().chain(of_campaign) {
        // A budget that the rule shares with its campaign is drawn on once.
        if !budgets.contains(&id) {
            budgets.push(id);
        }
    }
    for id in budgets {
        let budget = spec.budget(&id).expect("a spec's rules name its own budgets");
        limits.push(Limit {
            name: budget_name(&id),
            most: budget.limit,
            per: None,
            skip: budget.skip,
            counts_grants: false,
        });
    }
    limits
}

/// The counter of a budget.
pub(super) fn budget_name(id: &str) -> String {
    format!("budget {id}")
}

/// The counter of a reward's stock.
pub(super) fn stock_name(reward: &str) -> String {
    format!("stock {reward}")
}

fn caps(what: &str, id: &str, caps: &[CapSpec]) -> Vec<Limit> {
    let periods: Vec<CapPeriod> = caps.iter().map(|cap| cap.per).collect();
    let limit = |(place, cap): (usize, &CapSpec)| Limit {
        name: counter_name(&format!("{what} {id}"), &periods, place),
        most: cap.limit,
        per: Some(cap.per),
        skip: cap.skip,
        counts_grants: false,
    };
    caps.iter().enumerate().map(limit).collect()
}

fn grants(rule: &RuleSpec) -> Vec<Limit> {
    let periods: Vec<CapPeriod> = rule.max_triggers.iter().map(|limit| limit.per).collect();
    let limit = |place: usize| Limit {
        name: counter_name(&format!("grants of rule {}", rule.id), &periods, place),
        most: rule.max_triggers[place].times,
        per: Some(rule.max_triggers[place].per),
        skip: true,
        counts_grants: true,
    };
    (0..periods.len()).map(limit).collect()
}

/// The name by which a limit counts on through programme versions: whose, which period, the how many-th of these.
fn counter_name(whose: &str, periods: &[CapPeriod], place: usize) -> String {
    let nth = periods[..place].iter().filter(|per| **per == periods[place]).count();
    format!("{whose}/{}/{nth}", cap_period(periods[place]))
}

/// The limit on what a member may send or buy.
pub(super) fn allowance_limit(what: &str, currency: &CurrencySpec, limit: (i64, CapPeriod)) -> Limit {
    Limit {
        name: format!("{what} {}/{}", currency.id, cap_period(limit.1)),
        most: limit.0,
        per: Some(limit.1),
        skip: true,
        counts_grants: false,
    }
}

/// Notes a use of a limit that counts beyond one occasion.
pub(super) fn take(member: &mut Member, rooms: &Rooms, name: &str, used: i64) {
    match rooms[name].kept {
        Kept::Nowhere => {}
        Kept::WithMember(period) => member.cap_uses.push(CapUse { cap: name.to_owned(), period, used }),
        Kept::InLedger => member.counter_uses.push((name.to_owned(), used)),
    }
}

impl Model {
    /// All limits of the rules with the room that an occasion at this time finds.
    pub(super) fn rooms(&self, member: &Member, version: &Version, at: Instant) -> Rooms {
        let all = version.spec.rules.iter().flat_map(|rule| limits(&version.spec, rule));
        all.map(|limit| (limit.name.clone(), self.room(member, version, &limit, at))).collect()
    }

    pub(super) fn room(&self, member: &Member, version: &Version, limit: &Limit, at: Instant) -> Room {
        let kept = match limit.per {
            None => Kept::InLedger,
            Some(per) => self.period_start(member, version, per, at).map_or(Kept::Nowhere, Kept::WithMember),
        };
        let used = match kept {
            Kept::Nowhere => 0,
            Kept::InLedger => self.taken(member, &limit.name),
            Kept::WithMember(period) => {
                let in_period = |one: &&CapUse| one.cap == limit.name && one.period == period;
                member.cap_uses.iter().filter(in_period).map(|one| one.used).sum()
            }
        };
        Room { kept, room: (limit.most - used).max(0) }
    }

    /// What was taken from a counter over all members, the one in hand included.
    pub(super) fn taken(&self, in_hand: &Member, counter: &str) -> i64 {
        let uses = self.counter_uses.iter().chain(&in_hand.counter_uses);
        uses.filter(|(name, _)| name == counter).map(|(_, used)| used).sum()
    }

    pub(super) fn period_start(
        &self,
        member: &Member,
        version: &Version,
        per: CapPeriod,
        at: Instant,
    ) -> Option<Day> {
        let day = version.zone.day(at);
        match per {
            CapPeriod::Order => None,
            CapPeriod::Day => Some(day),
            CapPeriod::Week => Some(dates::week_start(day)),
            CapPeriod::Month => Some(dates::month_start(day)),
            CapPeriod::Year => Some(dates::year_start(day)),
            CapPeriod::Ever => Some(Day::EVER),
            CapPeriod::TierPeriod => Some(match version.spec.ladders.first() {
                None => dates::year_start(day),
                Some(ladder) => self.tier_period(member, version, ladder, at),
            }),
        }
    }

    /// The first day of the period of a ladder as limits count it.
    pub(super) fn tier_period(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        at: Instant,
    ) -> Day {
        let day = version.zone.day(at);
        match ladder.period {
            LadderPeriod::CalendarYear | LadderPeriod::RollingDays(_) => dates::year_start(day),
            LadderPeriod::Lifetime => Day::EVER,
            LadderPeriod::AnniversaryJoining | LadderPeriod::AnniversaryTier => {
                self.period_of(member, version, ladder, day).map_or(Day::EVER, |(start, _)| start)
            }
        }
    }
}
