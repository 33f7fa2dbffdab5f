//! Holds what a step came to against one expectation.
//!
//! - balances, ever: `available 5`, `pending`, `held`, `arrears`, `issued`, `redeemed`, `expired`, `forfeited`, `received`,
//!   `sent`, `clawed back`, `written off`;
//!   `available 5 miles` names the currency where it is not the first;
//! - `lots 10 till 2026-03-01 + 5 from 2026-01-15 till never`, in order of number; `from` stands for pending,
//!   `from fulfilment` for a lot that waits for it;
//! - of this step: `rules base 10 + double 5 of 10 trimmed_by_cap`, `remainder base 500000`, `drew 1:30 2:20`,
//!   `worth 1.00`, `paid 5` (of a debt), `taken as expired 5`, `waived 5`, `events PointsEarned TierChanged`;
//! - `event Expired 2026-03-01`: there is one such event, ever, at this time;
//! - `due 2026-03-01` or `due never`: when time alone changes something of the member next;
//! - `tier gold` held, `until 2027-01-01` or `until never` of it, `by figures silver` or `by figures silver until never`,
//!   `granted gold till 2026-05-01`, `lent gold till 2026-05-01 reached 10.00 0 1` or `granted nothing`, `grace`, `no grace`;
//!   `why kept`, `figures 10.00 5 1` and `thresholds 10.00 0 0` of this step's last tier change, `ended expired` of this
//!   step's last tier by hand; `to next 90.00 0 0`, `to keep …`, either with `by 2027-01-01` behind it, and
//!   `projected silver 2027-01-01`; `counts 10.00 5 1` in the running period or window, `lifetime 10.00 5 1`,
//!   `carried 5.00 0 0 into 2027-01-01 + …` or `carried none`, `buckets 2` that figures are kept in; all of the first
//!   ladder; `tier other/gold` names one;
//! - figures are spend, points and orders, `+ 2 referrals + 3 activities` where there are such, and then `ever 10.00 5 1`
//!   where something of all time is asked or missing;
//! - `benefit lounge 1 of 2`: so many times left of those that the tier gives;
//! - `earned order 10 + tier_reached 5`: every judgement of this step, by what it was on, and the points it gave;
//! - `orders 2`: orders of which something is kept; `holds R S` and `vouchers 1` that are open, or `none`;
//!   `streak check_in 3`; `budget launch 50`, of which so much is used, and `stock coffee 1`; `closed`, `merged into bob`;
//! - first of all, `refused insufficient_points` or `refused insufficient_points: part of the message`; `refused perhaps`
//!   where only the laws matter.

use tallybook_core::calendar::Instant;
use tallybook_core::decide::tier::progress::Missing;
use tallybook_core::decide::{benefit, settle, tier};
use tallybook_core::event::{
    Decision, Draw, Event, Figures, GrantEnd, HoldCaptured, TierChanged, TierReason, Trigger, Verdict,
};
use tallybook_core::ids::{BudgetNumber, CurrencyNumber, RuleIndex};
use tallybook_core::points::Scaled;
use tallybook_core::programme::plan::{Ladder, Plan, PointCurrency};
use tallybook_core::state::{Balance, LadderState, Lot};

use super::{View, script};

impl View<'_> {
    /// # Panics
    /// Where the step came to something else.
    #[track_caller]
    pub fn expect(&self, expected: &str, line: &str) {
        let (word, wanted) = expected.split_once(' ').unwrap_or((expected, ""));
        let wanted = wanted.trim();
        let actual = match word {
            "clawed" | "available" | "pending" | "arrears" | "issued" | "redeemed" | "expired"
            | "forfeited" | "held" | "received" | "sent" | "written" => self.balance(word, wanted),
            "holds" => some(self.state.holds.iter().map(|hold| hold.name.to_string()).collect()),
            "vouchers" => self.state.vouchers.len().to_string(),
            "streak" => self.streak(wanted),
            "budget" | "stock" => self.counter(word, wanted),
            "closed" => return assert!(self.state.status.closed_at.is_some(), "{line}\nis not closed"),
            "merged" => {
                self.state.status.merged_into.as_ref().map_or("no".to_owned(), |i| format!("into {i}"))
            }
            "lots" => self.lots(),
            "rules" => self.rules(),
            "remainder" => self.remainder(wanted),
            "drew" => self.drew(),
            "worth" => self.worth(),
            "paid" => self.sum(|d| match d {
                Decision::ArrearsPaid(paid) => paid.points.0,
                _ => 0,
            }),
            "waived" => self.sum(|d| match d {
                Decision::ClawedBack(clawed) => clawed.takes.iter().map(|t| t.waived.0).sum(),
                _ => 0,
            }),
            "taken" => {
                let sum = self.sum(|d| match d {
                    Decision::ClawedBack(clawed) => clawed.takes.iter().map(|t| t.expired.0).sum(),
                    _ => 0,
                });
                format!("as expired {sum}")
            }
            "events" => self.fresh.iter().map(|e| e.decision.name()).collect::<Vec<_>>().join(" "),
            "event" => self.event(wanted),
            "due" => self.due(),
            "orders" => self.state.orders.to_string(),
            "tier" => self.tier(wanted),
            "until" => self.until(),
            "grace" => return assert!(self.in_grace(), "{line}\nno grace runs"),
            "no" => return assert!(!self.in_grace(), "{line}\ngrace runs"),
            "why" => self.tier_change().map_or("nothing", |c| why(c.why)).to_owned(),
            "figures" => self.tier_change().map_or("nothing".to_owned(), |c| {
                self.with_lifetime(c.figures, c.lifetime.map(|of_all_time| of_all_time.figures))
            }),
            "thresholds" => self.tier_change().map_or("nothing".to_owned(), |c| {
                self.with_lifetime(c.thresholds, c.lifetime.map(|of_all_time| of_all_time.thresholds))
            }),
            "by" => self.by_figures(wanted),
            "granted" | "lent" => return assert_eq!(self.granted(), expected, "{line}\nleft is what came"),
            "ended" => self.grant_end().to_owned(),
            "counts" => self.figures(self.standing().figures),
            "lifetime" => self.figures(self.standing().lifetime),
            "carried" => self.carried(),
            "buckets" => self.place().map_or(0, |place| place.buckets.len()).to_string(),
            "benefit" => self.benefit(wanted),
            "earned" => self.earned(),
            "to" => self.progress(wanted),
            "projected" => self.projected(),
            _ => panic!("{line}\nwhat is `{expected}`?"),
        };
        assert_eq!(actual, wanted, "{line}\n`{word}` differs; left is what came");
    }

    fn plan(&self) -> &Plan {
        &self.programmes.in_force(self.at).expect("a programme is in force").plan
    }

    fn currency(&self, id: Option<&str>) -> &PointCurrency {
        let mut currencies = self.plan().currencies.iter().flatten();
        currencies.find(|c| id.is_none_or(|id| c.id.as_ref() == id)).expect("a currency of this id")
    }

    fn balance(&self, word: &str, wanted: &str) -> String {
        let wanted = wanted.strip_prefix("back ").or(wanted.strip_prefix("off ")).unwrap_or(wanted);
        let currency = wanted.split_once(' ').map(|(_, id)| id);
        let found = self.currency(currency);
        let balance: Balance = self.state.balance(found.number);
        let points = match word {
            "available" => balance.available,
            "pending" => balance.pending,
            "arrears" => balance.arrears,
            "issued" => balance.issued,
            "redeemed" => balance.redeemed,
            "expired" => balance.expired,
            "forfeited" => balance.forfeited,
            "held" => balance.held,
            "received" => balance.received,
            "sent" => balance.sent,
            "written" => balance.written_off,
            _ => balance.clawed_back,
        };
        let back = match word {
            "clawed" => "back ",
            "written" => "off ",
            _ => "",
        };
        let id = currency.map_or(String::new(), |id| format!(" {id}"));
        format!("{back}{}{id}", points.display(found.scale))
    }

    fn scaled(&self, currency: CurrencyNumber, units: i64) -> String {
        let scale = self.plan().currencies[usize::from(currency.0)].as_ref().map_or(0, |c| c.scale);
        Scaled { units, scale }.to_string()
    }

    fn day(&self, at: Instant) -> String {
        let zone = self.plan().zone;
        let day = zone.day(at);
        if zone.day_start(day) == at { day.to_string() } else { zone.display(at).replace(' ', "T") }
    }

    fn lots(&self) -> String {
        let lot = |lot: &Lot| {
            let from = match lot.pending {
                true if lot.waits() => " from fulfilment".to_owned(),
                true => format!(" from {}", self.day(lot.activates_at)),
                false => String::new(),
            };
            let till = lot.expires_at.map_or("never".to_owned(), |end| self.day(end));
            format!("{}{from} till {till}", self.scaled(lot.currency, lot.remaining.0))
        };
        let lots: Vec<String> = self.state.lots.iter().map(lot).collect();
        if lots.is_empty() { "none".to_owned() } else { lots.join(" + ") }
    }

    fn rules(&self) -> String {
        let Some(Decision::PointsEarned(earned)) = self.last(|d| matches!(d, Decision::PointsEarned(_)))
        else {
            return "nothing".to_owned();
        };
        let plan = &self.programmes.version(earned.version).expect("the version that judged").plan;
        let share = |share: &tallybook_core::event::RuleShare| {
            let rule = &plan.rules[usize::from(share.rule.0)];
            let (asked, granted) =
                (self.scaled(rule.currency, share.asked.0), self.scaled(rule.currency, share.granted.0));
            let why = match share.verdict {
                Verdict::Granted => {
                    assert_eq!(asked, granted, "what is granted is what was asked");
                    return format!("{} {granted}", rule.id);
                }
                Verdict::TrimmedByCap => "trimmed_by_cap",
                Verdict::SkippedByCap => "skipped_by_cap",
                Verdict::LostInGroup => "lost_in_group",
                Verdict::CoolingDown => "cooling_down",
                Verdict::TriggersUsedUp => "triggers_used_up",
                Verdict::TrimmedByBudget => "trimmed_by_budget",
                Verdict::SkippedByBudget => "skipped_by_budget",
            };
            format!("{} {granted} of {asked} {why}", rule.id)
        };
        let shares: Vec<String> = earned.shares.iter().map(share).collect();
        if shares.is_empty() { "none".to_owned() } else { shares.join(" + ") }
    }

    fn remainder(&self, wanted: &str) -> String {
        let id = wanted.split(' ').next().unwrap_or_default();
        let Some(Decision::PointsEarned(earned)) = self.last(|d| matches!(d, Decision::PointsEarned(_)))
        else {
            return "nothing".to_owned();
        };
        let plan = &self.programmes.version(earned.version).expect("the version that judged").plan;
        let named = |index: RuleIndex| plan.rules[usize::from(index.0)].id.as_ref() == id;
        let share = earned.shares.iter().find(|s| named(s.rule)).expect("the rule matched");
        format!("{id} {}", share.remainder_millionths)
    }

    fn last(&self, wanted: impl Fn(&Decision) -> bool) -> Option<&Decision> {
        self.fresh.iter().rev().map(|e| &e.decision).find(|d| wanted(d))
    }

    fn drew(&self) -> String {
        let list = |draws: &[Draw]| -> String {
            draws.iter().map(|d| format!("{}:{}", d.lot, d.points)).collect::<Vec<_>>().join(" ")
        };
        let drawn = |d: &Decision| match d {
            Decision::Redeemed(r) => Some(list(&r.draws)),
            Decision::Debited(r) => Some(list(&r.draws)),
            Decision::RedemptionReversed(r) => Some(list(&r.restored)),
            Decision::HoldPlaced(h) => Some(list(&h.draws)),
            Decision::HoldCaptured(h) => Some(list(&h.redeemed.draws)),
            Decision::HoldReleased(h) => Some(list(&h.restored)),
            Decision::TransferSent(t) => Some(list(&t.draws)),
            Decision::ClawedBack(c) => Some(
                c.takes
                    .iter()
                    .map(|t| [list(&t.from_pending), list(&t.from_available)].join(" "))
                    .collect::<String>(),
            ),
            _ => None,
        };
        let found = self.fresh.iter().rev().find_map(|e| drawn(&e.decision)).unwrap_or_default();
        if found.trim().is_empty() { "nothing".to_owned() } else { found.trim().to_owned() }
    }

    fn worth(&self) -> String {
        match self.last(|d| matches!(d, Decision::Redeemed(_) | Decision::HoldCaptured(_))) {
            Some(Decision::Redeemed(redeemed) | Decision::HoldCaptured(HoldCaptured { redeemed, .. })) => {
                redeemed.worth.map_or("nothing".to_owned(), |m| self.money(m.0))
            }
            _ => "nothing".to_owned(),
        }
    }

    fn money(&self, units: i64) -> String {
        Scaled { units, scale: self.plan().money[0].exponent }.to_string()
    }

    fn sum(&self, of: impl Fn(&Decision) -> i64) -> String {
        self.fresh.iter().map(|e| of(&e.decision)).sum::<i64>().to_string()
    }

    /// The wanted text if there is such an event, else what events of the kind there are.
    fn event(&self, wanted: &str) -> String {
        let (name, at) = wanted.split_once(' ').expect("a kind of event and its time");
        let at = script::time(self.plan().zone, at);
        let mut of_kind = self.all.iter().filter(|e: &&Event| e.decision.name() == name);
        if of_kind.clone().any(|e| e.effective_at == at) {
            return wanted.to_owned();
        }
        of_kind
            .by_ref()
            .map(|e| format!("{name} {}", self.day(e.effective_at)))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn due(&self) -> String {
        settle::due_at(self.state, self.programmes).map_or("never".to_owned(), |at| self.day(at))
    }

    fn streak(&self, wanted: &str) -> String {
        let id = wanted.split(' ').next().unwrap_or_default();
        let kind = self.plan().activities.iter().find(|a| a.id.as_ref() == id).expect("a kind of activity");
        let streak = self.state.streaks.iter().find(|s| s.activity == kind.number);
        format!("{id} {}", streak.map_or(0, |s| s.length))
    }

    fn counter(&self, word: &str, wanted: &str) -> String {
        let id = wanted.split(' ').next().unwrap_or_default();
        let names = &self.programmes.registry().budgets;
        let number = names.iter().position(|name| **name == *format!("{word} {id}")).expect("a counter");
        let number = BudgetNumber(number.try_into().expect("a small number"));
        format!("{id} {}", self.ledger.used(number))
    }

    fn ladder(&self, id: Option<&str>) -> &Ladder {
        let mut ladders = self.plan().ladders.iter().flatten();
        ladders.find(|l| id.is_none_or(|id| l.id.as_ref() == id)).expect("a ladder")
    }

    fn tier(&self, wanted: &str) -> String {
        let id = wanted.split_once('/').map(|(ladder, _)| ladder);
        let ladder = self.ladder(id);
        let tier = &ladder.tiers[ladder.rank(tier::figures::held(self.state, ladder))].id;
        id.map_or(tier.to_string(), |id| format!("{id}/{tier}"))
    }

    fn until(&self) -> String {
        self.end(self.standing().until)
    }

    fn end(&self, until: Option<Instant>) -> String {
        until.map_or("never".to_owned(), |until| self.day(until))
    }

    fn place(&self) -> Option<&LadderState> {
        self.state.ladder(self.ladder(None).number)
    }

    fn by_figures(&self, wanted: &str) -> String {
        let ladder = self.ladder(None);
        let tier = &ladder.tiers[ladder.rank(self.standing().by_figures)].id;
        match wanted.contains(" until ") {
            true => format!("figures {tier} until {}", self.end(self.place().and_then(|place| place.until))),
            false => format!("figures {tier}"),
        }
    }

    fn granted(&self) -> String {
        let Some(grant) = self.place().and_then(|place| place.grant) else {
            return "granted nothing".to_owned();
        };
        let ladder = self.ladder(None);
        let (tier, till) = (&ladder.tiers[ladder.rank(grant.tier)].id, self.end(grant.until));
        match grant.challenge {
            Some(lent) => format!("lent {tier} till {till} reached {}", self.figures(lent.reached)),
            None => format!("granted {tier} till {till}"),
        }
    }

    fn grant_end(&self) -> &'static str {
        match self.last(|d| matches!(d, Decision::TierGrantEnded(_))) {
            Some(Decision::TierGrantEnded(ended)) => match ended.why {
                GrantEnd::Expired => "expired",
                GrantEnd::Revoked => "revoked",
                GrantEnd::Earned => "earned",
                GrantEnd::Removed => "removed",
            },
            _ => "nothing",
        }
    }

    fn carried(&self) -> String {
        let carried = self.place().map_or(&[][..], |place| &place.carried);
        let carried = carried.iter().filter(|bucket| bucket.figures != Figures::default());
        let carried: Vec<String> =
            carried.map(|bucket| format!("{} into {}", self.figures(bucket.figures), bucket.start)).collect();
        if carried.is_empty() { "none".to_owned() } else { carried.join(" + ") }
    }

    fn benefit(&self, wanted: &str) -> String {
        let id = wanted.split(' ').next().unwrap_or_default();
        let found = self.plan().benefits.iter().find(|b| b.id.as_ref() == id).expect("a benefit");
        let entitlement = benefit::entitlement(self.plan(), found, self.state, self.at);
        format!("{id} {} of {}", entitlement.left(), entitlement.times)
    }

    fn earned(&self) -> String {
        let earned = self.fresh.iter().filter_map(|event| match &event.decision {
            Decision::PointsEarned(earned) => {
                let points: i64 = earned.lots.iter().map(|lot| lot.points.0).sum();
                Some(format!("{} {}", occasion(earned.on), self.scaled(CurrencyNumber(0), points)))
            }
            _ => None,
        });
        let earned: Vec<String> = earned.collect();
        if earned.is_empty() { "nothing".to_owned() } else { earned.join(" + ") }
    }

    fn in_grace(&self) -> bool {
        self.state.ladder(self.ladder(None).number).is_some_and(|l| l.grace)
    }

    fn tier_change(&self) -> Option<&TierChanged> {
        match self.last(|d| matches!(d, Decision::TierChanged(_))) {
            Some(Decision::TierChanged(changed)) => Some(changed),
            _ => None,
        }
    }

    fn figures(&self, figures: Figures) -> String {
        let Figures { spend, points, orders, referrals, activities } = figures;
        let mut text = format!("{} {points} {orders}", self.money(spend.0));
        for (count, name) in [(referrals, "referrals"), (activities, "activities")] {
            if count != 0 {
                text.push_str(&format!(" + {count} {name}"));
            }
        }
        text
    }

    fn with_lifetime(&self, of_period: Figures, of_all_time: Option<Figures>) -> String {
        let of_period = self.figures(of_period);
        of_all_time.map_or(of_period.clone(), |figures| format!("{of_period} ever {}", self.figures(figures)))
    }

    fn missing(&self, missing: Missing) -> String {
        let of_all_time = Some(missing.lifetime).filter(|figures| *figures != Figures::default());
        self.with_lifetime(missing.period, of_all_time)
    }

    fn progress(&self, wanted: &str) -> String {
        let progress = self.standing();
        let (which, missing, by) = match wanted.split(' ').next() {
            Some("next") => ("next", progress.next.map(|(_, missing)| missing), progress.next_by),
            _ => ("keep", progress.keep, progress.keep_by),
        };
        let text = missing
            .map_or(format!("{which} nothing"), |missing| format!("{which} {}", self.missing(missing)));
        match wanted.contains(" by ") {
            true => format!("{text} by {}", by.map_or("never".to_owned(), |by| self.day(by))),
            false => text,
        }
    }

    fn projected(&self) -> String {
        let Some((at, to)) = self.standing().projected else { return "nothing".to_owned() };
        let ladder = self.ladder(None);
        format!("{} {}", ladder.tiers[ladder.rank(to)].id, self.day(at))
    }

    fn standing(&self) -> tier::progress::Progress {
        let zone = self.plan().zone;
        tier::progress::progress(self.programmes, self.ladder(None), zone, self.state, self.at)
    }
}

fn some(names: Vec<String>) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(" ") }
}

fn why(reason: TierReason) -> &'static str {
    match reason {
        TierReason::Upgraded => "upgraded",
        TierReason::Kept => "kept",
        TierReason::GraceBegan => "grace_began",
        TierReason::Demoted => "demoted",
        TierReason::Returned => "returned",
        TierReason::Reevaluated => "reevaluated",
        TierReason::Replaced => "replaced",
        TierReason::ChallengeMet => "challenge_met",
    }
}

fn occasion(on: Trigger) -> &'static str {
    match on {
        Trigger::Order => "order",
        Trigger::Activity => "activity",
        Trigger::Enrolment => "enrolment",
        Trigger::Birthday => "birthday",
        Trigger::Anniversary => "anniversary",
        Trigger::Referrer => "referrer",
        Trigger::Referred => "referred",
        Trigger::TierReached => "tier_reached",
        Trigger::TierKept => "tier_kept",
        Trigger::TierAnniversary => "tier_anniversary",
    }
}
