//! Occasions to earn, and the lots that they give: orders, activities, enrolment, birthdays, anniversaries and referrals
//! (cases 6–10 and 33).

use std::collections::BTreeMap;

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::fact::{Activity, Line, Order};
use tallybook_core::money::{CurrencyCode, Money};

use super::conditions::{Occasion, line_moneys};
use super::dates::{self, next_day, term};
use super::judge::{Judged, judge};
use super::member::{
    CapUse, Counted, Draw, Handle, Judgement, Lot, Member, OrderRecord, RedemptionRecord, Returned, Stage,
};
use super::rooms::{Kept, Rooms, take};
use super::{Model, NaiveBalance, NaiveFigures, Version, refuse};
use crate::spec::{
    ActivationSpec, CurrencySpec, EndAt, ExpirySpec, InactivitySpec, MoneyBase, On, RenewalKind, RuleSpec,
    Spec, Usage,
};

/// An occasion whose time has come, and what becomes of its points.
pub(super) struct Earning<'a> {
    pub(super) occasion: &'a Occasion,
    pub(super) at: Instant,
    pub(super) version: usize,
    /// The order that the lots belong to.
    pub(super) order: Option<Handle>,
    /// The day from which on the points are active, where that is not as their currency says.
    pub(super) active_on: Option<Day>,
}

impl Model {
    /// Places an order. Whether a referral comes to its points with it is the caller's business.
    pub(super) fn place_order(
        &self,
        member: &mut Member,
        order: &Order<'static>,
        at: Instant,
        version_index: usize,
    ) -> Result<Handle, String> {
        let version = &self.versions[version_index];
        let spec = &version.spec;
        if member.orders.keys().any(|(_, id)| *id == order.id) {
            return refuse("duplicate_order");
        }
        if member.earning_blocked {
            return refuse("earning_blocked");
        }
        self.check_money(version, order.currency)?;
        let mut paid_by = None;
        if let Some(redemption) = &order.redemption {
            paid_by = member.redemption_named(redemption);
            if !paid_by.as_ref().is_some_and(|handle| member.is_redeemed(handle)) {
                return refuse("unknown_redemption");
            }
        }
        let handle = (member.name.clone(), order.id.clone().into_owned());
        let occasion = Occasion::order(order.clone());
        let order_of = Some(handle.clone());
        let earning =
            Earning { occasion: &occasion, at, version: version_index, order: order_of, active_on: None };
        let judgement = self.earn(member, &earning);
        member.orders_kept += 1;
        let spend: BTreeMap<String, i64> = spec
            .ladders
            .iter()
            .map(|ladder| (ladder.id.clone(), spend_figure(spec, order, ladder.spend)))
            .collect();
        let day = version.zone.day(at);
        for ladder in &spec.ladders {
            let figures = NaiveFigures { spend: spend[&ladder.id], orders: 1, ..NaiveFigures::default() };
            member.count(&ladder.id, day, figures, at);
        }
        let lots = judgement.lots.clone();
        let record = OrderRecord {
            order: order.clone(),
            effective_at: at,
            version: version_index,
            judgement,
            paid_by,
            referral: None,
            spend_at_first: spend.clone(),
            spend,
            asked_back: BTreeMap::new(),
            expired_counted: BTreeMap::new(),
            returned: vec![Returned::default(); order.lines.len()],
            is_returned_whole: false,
        };
        member.orders.insert(handle.clone(), record);
        self.after_occasion(member, version, day);
        lots.iter().for_each(|lot| member.pay_arrears_if_active(*lot, at));
        Ok(handle)
    }

    fn check_money(&self, version: &Version, code: CurrencyCode) -> Result<(), String> {
        if version.spec.money.iter().any(|money| money.code == code.as_str()) {
            Ok(())
        } else {
            refuse("unknown_money_currency")
        }
    }

    pub(super) fn record_activity(
        &self,
        member: &mut Member,
        activity: &Activity<'static>,
        at: Instant,
        version_index: usize,
    ) -> Result<(), String> {
        let version = &self.versions[version_index];
        if !version.spec.activities.iter().any(|kind| *kind == activity.kind) {
            return refuse("unknown_activity");
        }
        if let Some(price) = activity.amount {
            self.check_money(version, price.currency)?;
        }
        let kind = activity.kind.clone().into_owned();
        let occasion = Occasion {
            has_money: activity.amount.is_some(),
            score: activity.score,
            streak: advance_streak(member, &kind, version.zone.day(at)),
            kind: Some(kind),
            order: Order {
                channel: activity.channel.clone(),
                store: activity.store.clone(),
                currency: activity.amount.map_or(self.first_money(version), |price| price.currency),
                lines: vec![Line {
                    quantity: 1,
                    amount: activity.amount.map_or(Money(0), |price| price.amount),
                    tags: activity.tags.clone(),
                    ..Line::default()
                }],
                ..self.nothing_bought(version)
            },
            ..self.bare(On::Activity, version)
        };
        let earning =
            Earning { occasion: &occasion, at, version: version_index, order: None, active_on: None };
        let judgement = self.earn(member, &earning);
        self.after_other_occasion(member, &judgement, version, at);
        Ok(())
    }

    /// Judges an occasion that is nothing but itself or about a tier, if the programme has rules on it.
    pub(super) fn celebrate(
        &self,
        member: &mut Member,
        on: On,
        tier: Option<(String, String)>,
        at: Instant,
        version_index: usize,
    ) {
        let version = &self.versions[version_index];
        if has_rules_on(&version.spec, on) {
            let occasion = Occasion { tier, ..self.bare(on, version) };
            let earning =
                Earning { occasion: &occasion, at, version: version_index, order: None, active_on: None };
            let judgement = self.earn(member, &earning);
            self.after_other_occasion(member, &judgement, version, at);
        }
    }

    /// What is no order says something about tiers only where it counts for them. What it gave pays debts after what tiers
    /// gave for it.
    pub(super) fn after_other_occasion(
        &self,
        member: &mut Member,
        judgement: &Judgement,
        version: &Version,
        at: Instant,
    ) {
        if !judgement.counted.figures.is_empty() {
            self.after_occasion(member, version, version.zone.day(at));
        }
        judgement.lots.iter().for_each(|lot| member.pay_arrears_if_active(*lot, at));
    }

    /// Judges an occasion, and gives what it gives.
    pub(super) fn earn(&self, member: &mut Member, earning: &Earning<'_>) -> Judgement {
        let version = &self.versions[earning.version];
        let (spec, at) = (&version.spec, earning.at);
        let eligible: Vec<bool> = spec
            .rules
            .iter()
            .map(|rule| self.is_eligible(member, version, rule, earning.occasion, at))
            .collect();
        let is_resting = |rule: &RuleSpec| {
            rule.cooldown_days > 0 && member.rests.get(&rule.id).is_some_and(|until| at < *until)
        };
        let resting: Vec<bool> = spec.rules.iter().map(is_resting).collect();
        let rooms = self.rooms(member, version, at);
        let judged = judge(spec, earning.occasion, &eligible, &resting, &rooms);
        for (name, used) in &judged.uses {
            take(member, &rooms, name, *used);
        }
        let mut rests = BTreeMap::new();
        for rule in judged.granted.keys().map(|place| &spec.rules[*place]) {
            let until = version.zone.day_start(next_day(version.zone.day(at), i64::from(rule.cooldown_days)));
            let is_later = member.rests.get(&rule.id).is_none_or(|old| *old < until);
            if rule.cooldown_days > 0 && is_later {
                member.rests.insert(rule.id.clone(), until);
                rests.insert(rule.id.clone(), until);
            }
        }
        let earned = judged.earned(spec);
        let granted: Vec<(&str, i64)> = earned.iter().map(|(c, p)| (c.as_str(), *p)).collect();
        self.forget(member, version, at);
        member.happened(at, "PointsEarned", &granted);
        let lots = self.give_lots(member, earning, &judged);
        let mut counted =
            Counted { at: Some(at), caps: kept_with_member(&rooms, &judged.uses), figures: Vec::new() };
        for ladder in &spec.ladders {
            let kind = earning.occasion.kind.as_ref();
            let figures = NaiveFigures {
                points: qualifying(spec, &earned),
                referrals: i64::from(earning.occasion.on == On::Referrer && ladder.counts_referrals()),
                activities: i64::from(kind.is_some_and(|kind| ladder.counts_activity(kind))),
                ..NaiveFigures::default()
            };
            if figures != NaiveFigures::default() {
                let day = version.zone.day(at);
                member.count(&ladder.id, day, figures, at);
                counted.figures.push((ladder.id.clone(), day, figures));
            }
        }
        // A return knows only of rests that kept something back; who rested otherwise takes no part in it.
        let eligible = (0..eligible.len())
            .map(|place| eligible[place] && (!resting[place] || judged.rested[place]))
            .collect();
        Judgement {
            eligible,
            rested: judged.rested,
            rooms,
            first: earned,
            uses: judged.uses,
            freed: BTreeMap::new(),
            rests,
            lots,
            counted,
        }
    }

    /// One lot for each currency and policy.
    fn give_lots(&self, member: &mut Member, earning: &Earning<'_>, judged: &Judged) -> Vec<usize> {
        let version = &self.versions[earning.version];
        let policies = policies(&version.spec);
        // The tier before any lot counts for all of them; none of these change it.
        let of_tier = self.tier_policy(member, version);
        let mut lots = Vec::new();
        for currency in &version.spec.currencies {
            let mut by_choice: BTreeMap<Option<usize>, i64> = BTreeMap::new();
            for (place, points) in &judged.granted {
                let rule = &version.spec.rules[*place];
                if rule.currency == currency.id {
                    let of_tier = of_tier.clone().filter(|_| currency.usage != Usage::Qualifying);
                    let own = chosen(&version.spec, rule).or(of_tier).map(|policy| {
                        policies.iter().position(|known| *known == policy).expect("a spec lists its policies")
                    });
                    *by_choice.entry(own).or_default() += points;
                }
            }
            for (choice, points) in by_choice {
                let policy = choice.map_or(&currency.expiry, |place| &policies[place]);
                lots.push(self.give_lot(member, earning, currency, policy, points));
            }
        }
        lots
    }

    fn give_lot(
        &self,
        member: &mut Member,
        earning: &Earning<'_>,
        currency: &CurrencySpec,
        policy: &ExpirySpec,
        points: i64,
    ) -> usize {
        let (zone, at) = (self.versions[earning.version].zone, earning.at);
        let earned_on = zone.day(at);
        let issued = NaiveBalance { issued: points, ..NaiveBalance::default() };
        let waits_for = match (currency.activation, &earning.order, earning.active_on) {
            (ActivationSpec::OnFulfilment(within_days), Some(_), None) => Some(within_days),
            _ => None,
        };
        let lot = if let Some(within_days) = waits_for {
            let deadline = zone.day_start(next_day(earned_on, i64::from(within_days) + 1));
            let waiting = dates::Term { ends_at: Some(deadline), idle: None };
            Lot {
                order: earning.order.clone(),
                pending: true,
                waits: Some((policy.clone(), earning.version)),
                activates_at: Instant::MAX,
                ..Lot::new(&currency.id, at, waiting)
            }
        } else {
            let (activates_at, active_on) = match earning.active_on {
                Some(day) if zone.day_start(day) > at => (zone.day_start(day), day),
                Some(_) => (at, earned_on),
                None => dates::activation(zone, currency.activation, at),
            };
            let term = member.renewed(&currency.id, term(zone, policy, earned_on, active_on));
            let pending = activates_at > at;
            Lot { order: earning.order.clone(), pending, activates_at, ..Lot::new(&currency.id, at, term) }
        };
        member.add_lot_that_pays_later(lot, points, issued)
    }

    /// The expiry of the tier held, on the first ladder whose tier has one.
    fn tier_policy(&self, member: &Member, version: &Version) -> Option<ExpirySpec> {
        version.spec.ladders.iter().find_map(|ladder| {
            let held = self.held_now(member, ladder).tier;
            let tier = ladder.tiers.iter().find(|tier| tier.id == held)?;
            tier.expiry.clone().map(plain)
        })
    }

    /// A lot that begins now under the currency's own policy, active at once.
    pub(super) fn fresh_lot(
        &self,
        member: &Member,
        currency: &CurrencySpec,
        at: Instant,
        version: &Version,
    ) -> Lot {
        let day = version.zone.day(at);
        let term = member.renewed(&currency.id, term(version.zone, &currency.expiry, day, day));
        Lot::new(&currency.id, at, term)
    }

    /// An order has come: what waited for it starts.
    pub(super) fn fulfil(&self, member: &mut Member, order: &str, at: Instant) -> Result<(), String> {
        let Some(handle) = member.order_named(order) else { return refuse("unknown_order") };
        let now = at.max(member.settled_to);
        let is_own = |lot: &Lot| lot.order.as_ref() == Some(&handle);
        let own: Vec<usize> = (0..member.lots.len()).filter(|n| is_own(&member.lots[*n])).collect();
        let is_waiting = |lot: &Lot| lot.waits.is_some() && lot.pending && lot.remaining > 0;
        let waiting: Vec<usize> = own.iter().copied().filter(|n| is_waiting(&member.lots[*n])).collect();
        if waiting.is_empty() && own.iter().any(|number| member.lots[*number].cancelled > 0) {
            return refuse("fulfilment_too_late");
        }
        for number in waiting {
            let lot = &member.lots[number];
            let (policy, version) = lot.waits.clone().expect("only lots that wait were chosen");
            let zone = self.versions[version].zone;
            let term = term(zone, &policy, zone.day(lot.earned_at), zone.day(now));
            let term = member.renewed(&lot.currency, term);
            let lot = &mut member.lots[number];
            lot.waits = None;
            lot.activates_at = now;
            lot.term = term;
            lot.end_at(now, term.ends_at);
            member.activate(number, now);
            if member.lots[number].due_at().is_some_and(|end| end <= now) {
                member.expire(number, now);
            }
        }
        Ok(())
    }

    /// Moves the ends of lots that go by inactivity, where a member did something of a kind at a time.
    pub(super) fn renew(
        &self,
        member: &mut Member,
        kind: RenewalKind,
        at: Instant,
        now: Instant,
        version_index: usize,
    ) {
        let version = &self.versions[version_index];
        for currency in &version.spec.currencies {
            let mut done = Vec::new();
            // A lot goes by the inactivity that it was given under, even if the programme has none like it any more.
            let until_now = self.versions[..=version_index].iter().rev();
            for inactivity in until_now.flat_map(|version| inactivities(&version.spec, &currency.id)) {
                if done.contains(&inactivity.months) {
                    continue;
                }
                done.push(inactivity.months);
                if !inactivity.kinds.contains(&kind) {
                    continue;
                }
                let end = dates::idle_end(version.zone, &inactivity, version.zone.day(at));
                // What is set aside is the member's still, and will come back with the end that it has by then.
                let is_later = |draw: &Draw| {
                    let term = member.renewed(&currency.id, draw.term);
                    let idle = term.idle.filter(|idle| idle.months == inactivity.months);
                    idle.is_some_and(|idle| term.ends_at < Some(idle.capped(end)))
                };
                let is_held = |record: &&RedemptionRecord| {
                    record.currency == currency.id && matches!(record.stage, Stage::HeldUntil(_))
                };
                let mut is_any_later =
                    member.redemptions.values().filter(is_held).flat_map(|held| &held.draws).any(is_later);
                for lot in &mut member.lots {
                    let Some(idle) = lot.term.idle.filter(|idle| idle.months == inactivity.months) else {
                        continue;
                    };
                    // Pending lots are spared, whatever their end.
                    let has_ended = !lot.pending && lot.term.ends_at.is_some_and(|end| end <= now);
                    let is_live = lot.remaining > 0 && !has_ended;
                    let moved = Some(idle.capped(end));
                    if lot.currency == currency.id && is_live && lot.term.ends_at < moved {
                        lot.end_at(now, moved);
                        is_any_later = true;
                    }
                }
                if is_any_later {
                    let kept = member.renewals.entry((currency.id.clone(), inactivity.months)).or_insert(end);
                    *kept = end.max(*kept);
                    member.happened(now, "Renewed", &[]);
                }
            }
        }
    }

    /// An occasion of one line that is nothing but itself.
    pub(super) fn bare(&self, on: On, version: &Version) -> Occasion {
        Occasion {
            on,
            order: self.nothing_bought(version),
            has_money: false,
            kind: None,
            score: None,
            streak: None,
            tier: None,
        }
    }

    fn nothing_bought(&self, version: &Version) -> Order<'static> {
        Order {
            id: "".into(),
            currency: self.first_money(version),
            channel: None,
            store: None,
            shipping: Money(0),
            paid_with_points: Money(0),
            paid_with_stored_value: Money(0),
            redemption: None,
            lines: vec![Line { quantity: 1, ..Line::default() }],
        }
    }

    fn first_money(&self, version: &Version) -> CurrencyCode {
        CurrencyCode::parse(&version.spec.money[0].code).expect("a spec's money has ISO 4217 codes")
    }
}

pub(super) fn has_rules_on(spec: &Spec, on: On) -> bool {
    spec.rules.iter().any(|rule| rule.on == on)
}

/// What was used of the limits that are kept with the member.
fn kept_with_member(rooms: &Rooms, uses: &BTreeMap<String, i64>) -> Vec<CapUse> {
    let used = uses.iter().filter(|(_, used)| **used != 0);
    let of_member = |(name, used): (&String, &i64)| match rooms[name].kept {
        Kept::WithMember(period) => Some(CapUse { cap: name.clone(), period, used: *used }),
        Kept::Nowhere | Kept::InLedger => None,
    };
    used.filter_map(of_member).collect()
}

/// Counts a day of activity. Gives the length of the streak where the day made it longer, or began it.
fn advance_streak(member: &mut Member, kind: &str, day: Day) -> Option<u32> {
    let length = match member.streaks.get(kind) {
        Some((last, _)) if day <= *last => return None,
        Some((last, length)) if day == next_day(*last, 1) => length + 1,
        _ => 1,
    };
    member.streaks.insert(kind.to_owned(), (day, length));
    Some(length)
}

/// The policy with its years written as months, so that equal ones look equal.
fn plain(mut policy: ExpirySpec) -> ExpirySpec {
    for end in &mut policy.ends {
        if let EndAt::AfterYears(years, unit) = end.at {
            end.at = EndAt::AfterMonths(12 * years, unit);
        }
    }
    policy
}

/// What a rule says about the end of its points, or its campaign.
fn chosen(spec: &Spec, rule: &RuleSpec) -> Option<ExpirySpec> {
    let of_campaign = || rule.campaign.as_ref().and_then(|id| spec.campaign(id)?.expiry.clone());
    rule.expiry.clone().or_else(of_campaign).map(plain)
}

/// All policies beside those of currencies: of tiers, of campaigns, of rules, each in the order of the file.
fn policies(spec: &Spec) -> Vec<ExpirySpec> {
    let of_tiers =
        spec.ladders.iter().flat_map(|ladder| &ladder.tiers).filter_map(|tier| tier.expiry.clone());
    let of_campaigns = spec.campaigns.iter().filter_map(|campaign| campaign.expiry.clone());
    let of_rules = spec.rules.iter().filter_map(|rule| rule.expiry.clone());
    of_tiers.chain(of_campaigns).chain(of_rules).map(plain).collect()
}

/// The policies that lots of a currency may be under: its own, those of its rules and their campaigns, and of tiers.
fn policies_of(spec: &Spec, currency: &CurrencySpec) -> Vec<ExpirySpec> {
    let of_rules = spec.rules.iter().filter(|rule| rule.currency == currency.id);
    let of_rules = of_rules.filter_map(|rule| chosen(spec, rule));
    let tiers = spec.ladders.iter().flat_map(|ladder| &ladder.tiers);
    let of_tiers = tiers.filter_map(|tier| tier.expiry.clone());
    let of_tiers = of_tiers.filter(|_| currency.usage != Usage::Qualifying);
    std::iter::once(currency.expiry.clone()).chain(of_rules).chain(of_tiers).collect()
}

/// All inactivities among them.
fn inactivities(spec: &Spec, currency: &str) -> Vec<InactivitySpec> {
    let policies = spec.currency(currency).map(|currency| policies_of(spec, currency));
    policies.into_iter().flatten().filter_map(|policy| policy.inactivity).collect()
}

/// Points that count for tiers.
pub(super) fn qualifying(spec: &Spec, earned: &BTreeMap<String, i64>) -> i64 {
    let counts = |id: &str| spec.currency(id).is_some_and(|currency| currency.usage != Usage::Spendable);
    earned.iter().filter(|(id, _)| counts(id)).map(|(_, points)| points).sum()
}

/// What an order adds to a ladder's spend; nothing in another than the first money.
pub(super) fn spend_figure(spec: &Spec, order: &Order<'_>, base: MoneyBase) -> i64 {
    if order.currency.as_str() == spec.money[0].code { line_moneys(order, base).iter().sum() } else { 0 }
}
