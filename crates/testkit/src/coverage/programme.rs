//! Options of programmes.
//!
//! Structs are taken apart field by field, so that a new field must be looked at here.

use super::chains::{
    birthdays, cap_periods, cel_word, cels, clawbacks, end_word, ends, ons, order_number_word, order_numbers,
    renewal_kinds, round_tos, roundings, rule_kinds, usages,
};
use super::{Tally, ladder};
use crate::spec::{
    ActivationSpec, AllowanceSpec, BudgetSpec, CampaignSpec, CapPeriod, CapSpec, CelSpec, CurrencySpec,
    EndAt, ExpirySpec, MoneyBase, RewardSpec, RuleSpec, Spec, TransferSpec, WhenSpec, words,
};

const COUNTS: [&str; 2] = ["earning", "activation"];
const BEYOND: [&str; 2] = ["skip", "trim"];
const YES: [&str; 2] = ["yes", "no"];
/// Where an expiry may stand.
const EXPIRY_PLACES: [&str; 4] = ["currency", "rule", "campaign", "tier"];

pub(super) fn note(tally: &mut Tally, spec: &Spec) {
    let Spec {
        zone: _,
        enrol_on_first_fact,
        late_limit_days,
        clock_skew_seconds,
        money,
        currencies,
        rules,
        ladders,
        activities,
        budgets,
        campaigns,
        rewards,
        benefits,
        referral_window_days,
        keep_on_close,
        reinstate_days,
        voucher_days,
    } = spec;
    tally.either("enrol_on_first_fact", *enrol_on_first_fact, YES);
    tally.given("late_limit_days", *late_limit_days > 0);
    tally.given("clock_skew_seconds", *clock_skew_seconds > 0);
    let several = ["several", "one"];
    tally.either("money", money.len() > 1, several);
    tally.either("money.exponents", money.iter().any(|one| one.exponent != money[0].exponent), several);
    tally.either("currencies", currencies.len() > 1, several);
    tally.note("ladders", ladders.len());
    for (option, is_given) in [
        ("activity", !activities.is_empty()),
        ("budget", !budgets.is_empty()),
        ("campaign", !campaigns.is_empty()),
        ("reward", !rewards.is_empty()),
        ("benefit", !benefits.is_empty()),
        ("referral", referral_window_days.is_some()),
        ("reinstate_days", *reinstate_days > 0),
        ("voucher_days", voucher_days.is_some()),
    ] {
        tally.given(option, is_given);
    }
    tally.either("on_close", *keep_on_close, ["keep", "forfeit"]);
    currencies.iter().for_each(|currency| note_currency(tally, currency));
    rules.iter().for_each(|rule| note_rule(tally, rule));
    ladders.iter().for_each(|ladder| ladder::note(tally, ladder));
    benefits.iter().for_each(|benefit| ladder::note_benefit(tally, benefit));
    budgets.iter().for_each(|budget| note_budget(tally, budget));
    campaigns.iter().for_each(|campaign| note_campaign(tally, campaign));
    rewards.iter().for_each(|reward| note_reward(tally, reward));
}

pub(super) fn note_all(tally: &mut Tally) {
    tally.note_each("enrol_on_first_fact", YES);
    tally.all_given(&["late_limit_days", "clock_skew_seconds", "budget", "campaign", "reward", "benefit"]);
    // Drawn programmes always have kinds of activity.
    tally.given("activity", true);
    tally.all_given(&["referral", "reinstate_days", "voucher_days"]);
    for option in ["money", "money.exponents", "currencies"] {
        tally.note_each(option, ["one", "several"]);
    }
    tally.note_each("ladders", 0..=2);
    tally.note_each("on_close", ["keep", "forfeit"]);
    all_of_currencies(tally);
    all_of_rules(tally);
    ladder::note_all(tally);
    tally.note_each("budget.beyond", BEYOND);
    tally.all_given(&["campaign.from", "campaign.until", "campaign.budget"]);
    tally.note_each("reward.stock", ["none", "nothing", "pieces"]);
    tally.all_given(&["reward.from", "reward.until", "reward.tier"]);
}

fn note_currency(tally: &mut Tally, currency: &CurrencySpec) {
    let CurrencySpec {
        id: _,
        scale,
        usage,
        fifo,
        clawback,
        reversal_grace_days,
        expiry,
        activation,
        cash,
        caps,
        transfer,
        purchase,
    } = currency;
    tally.note("currency.scale", scale);
    tally.note("currency.use", words::usage(*usage));
    tally.either("currency.spend_order", *fifo, ["fifo", "soonest_expiry"]);
    tally.note("currency.clawback", words::clawback(*clawback));
    tally.given("currency.reversal_grace_days", *reversal_grace_days > 0);
    note_expiry(tally, "currency", Some(expiry));
    tally.note("currency.activation", activation_word(*activation));
    tally.given("currency.cash", cash.is_some());
    if let Some(cash) = cash {
        tally.given("cash.step", cash.step > 1);
        tally.given("cash.min_points", cash.min_points > 1);
        tally.given("cash.max_share_percent", cash.max_share_percent < 100);
    }
    note_caps(tally, "currency", caps);
    tally.given("currency.transfer", transfer.is_some());
    if let Some(TransferSpec { allowance, restart, fee_points, fee_basis_points }) = transfer {
        note_allowance(tally, "transfer", *allowance);
        tally.either("transfer.expiry", *restart, ["restart", "keep"]);
        tally.given("transfer.fee_points", *fee_points > 0);
        tally.given("transfer.fee_percent", *fee_basis_points > 0);
    }
    tally.given("currency.purchase", purchase.is_some());
    if let Some(allowance) = purchase {
        note_allowance(tally, "purchase", *allowance);
    }
}

fn all_of_currencies(tally: &mut Tally) {
    tally.note_each("currency.scale", 0..=2);
    tally.note_each("currency.use", usages().map(words::usage));
    tally.note_each("currency.spend_order", ["fifo", "soonest_expiry"]);
    tally.note_each("currency.clawback", clawbacks().map(words::clawback));
    tally.all_given(&[
        "currency.reversal_grace_days",
        "currency.cash",
        "currency.transfer",
        "currency.purchase",
    ]);
    tally.note_each("currency.activation", activations().map(activation_word));
    tally.all_given(&["cash.step", "cash.min_points", "cash.max_share_percent"]);
    for whose in ["currency", "rule"] {
        tally.all_given(&[&format!("{whose}.cap")]);
        tally.note_each(&format!("{whose}.cap.per"), cap_periods().map(words::cap_period));
        tally.note_each(&format!("{whose}.cap.beyond"), BEYOND);
    }
    for whose in ["transfer", "purchase"] {
        let options = ["min_points", "max_points", "limit"].map(|key| format!("{whose}.{key}"));
        options.iter().for_each(|option| tally.all_given(&[option]));
        let per = cap_periods().filter(|per| *per != CapPeriod::Order).map(words::cap_period);
        tally.note_each(&format!("{whose}.limit.per"), per);
    }
    tally.note_each("transfer.expiry", ["restart", "keep"]);
    tally.all_given(&["transfer.fee_points", "transfer.fee_percent"]);
    for place in EXPIRY_PLACES {
        if place != "currency" {
            tally.given(&format!("{place}.expiry"), false);
        }
        tally.note_each(
            &format!("{place}.expiry"),
            [
                "never",
                "after",
                "calendar",
                "inactivity",
                "earliest_of_ends",
                "earliest_of_end_and_inactivity",
            ],
        );
    }
    tally.note_each("expiry.span", ends().map(end_word));
    tally.note_each("expiry.round_to", round_tos().map(words::round_to));
    tally.note_each("expiry.counts_from", COUNTS);
    tally.note_each("inactivity.round_to", round_tos().map(words::round_to));
    tally.note_each("inactivity.counts_from", COUNTS);
    tally.note_each("inactivity.kinds", renewal_kinds().map(words::renewal_kind));
}

fn activations() -> impl Iterator<Item = ActivationSpec> {
    super::chains::chain(ActivationSpec::Immediate, |activation| match activation {
        ActivationSpec::Immediate => Some(ActivationSpec::AfterDays(1)),
        ActivationSpec::AfterDays(_) => Some(ActivationSpec::OnDate(tallybook_core::calendar::Day(0))),
        ActivationSpec::OnDate(_) => Some(ActivationSpec::OnFulfilment(1)),
        ActivationSpec::OnFulfilment(_) => None,
    })
}

fn activation_word(activation: ActivationSpec) -> &'static str {
    match activation {
        ActivationSpec::Immediate => "immediate",
        ActivationSpec::AfterDays(_) => "after_days",
        ActivationSpec::OnDate(_) => "on_date",
        ActivationSpec::OnFulfilment(_) => "on_fulfilment",
    }
}

pub(super) fn note_expiry(tally: &mut Tally, place: &str, expiry: Option<&ExpirySpec>) {
    let option = format!("{place}.expiry");
    let Some(ExpirySpec { ends, inactivity }) = expiry else { return tally.given(&option, false) };
    let shape = match (&ends[..], inactivity) {
        ([], None) => "never",
        ([end], None) if end_word(end.at) == "calendar" => "calendar",
        ([_], None) => "after",
        ([], Some(_)) => "inactivity",
        (_, None) => "earliest_of_ends",
        (_, Some(_)) => "earliest_of_end_and_inactivity",
    };
    tally.note(&option, shape);
    for end in ends {
        tally.note("expiry.span", end_word(end.at));
        match end.at {
            EndAt::AfterDays(_, unit) | EndAt::AfterMonths(_, unit) | EndAt::AfterYears(_, unit) => {
                tally.note("expiry.round_to", words::round_to(unit));
            }
            EndAt::Calendar(_) => {}
        }
        tally.either("expiry.counts_from", end.counts_from_earning, COUNTS);
    }
    if let Some(idle) = inactivity {
        tally.note("inactivity.round_to", words::round_to(idle.round_to));
        tally.either("inactivity.counts_from", idle.counts_from_earning, COUNTS);
        tally.note_each("inactivity.kinds", idle.kinds.iter().map(|kind| words::renewal_kind(*kind)));
    }
}

fn note_caps(tally: &mut Tally, whose: &str, caps: &[CapSpec]) {
    tally.given(&format!("{whose}.cap"), !caps.is_empty());
    for CapSpec { limit: _, per, skip } in caps {
        tally.note(&format!("{whose}.cap.per"), words::cap_period(*per));
        tally.either(&format!("{whose}.cap.beyond"), *skip, BEYOND);
    }
}

fn note_allowance(tally: &mut Tally, whose: &str, allowance: AllowanceSpec) {
    let AllowanceSpec { min_points, max_points, limit } = allowance;
    tally.given(&format!("{whose}.min_points"), min_points > 1);
    tally.given(&format!("{whose}.max_points"), max_points.is_some());
    tally.given(&format!("{whose}.limit"), limit.is_some());
    if let Some((_, per)) = limit {
        tally.note(&format!("{whose}.limit.per"), words::cap_period(per));
    }
}

fn note_rule(tally: &mut Tally, rule: &RuleSpec) {
    let RuleSpec {
        id: _,
        on,
        activity,
        campaign,
        kind,
        currency: _,
        rounding,
        per_line,
        money,
        group,
        group_by_priority,
        priority,
        cooldown_days,
        max_triggers,
        caps,
        budget,
        expiry,
        when,
    } = rule;
    tally.note("rule.on", words::on(*on));
    tally.note("rule.kind", words::rule_kind(*kind));
    tally.note(&format!("rule.kind.on_{}", words::on(*on)), words::rule_kind(*kind));
    if !activity.is_empty() {
        tally.either("rule.activity", activity.len() > 1, ["several", "one"]);
    }
    tally.given("rule.campaign", campaign.is_some());
    tally.note("rule.rounding", words::rounding(*rounding));
    tally.either("rule.rounding_per", *per_line, ["line", "order"]);
    note_money_base(tally, "rule.money", *money);
    let choice = if *group_by_priority { "priority" } else { "best" };
    tally.note("rule.group", group.as_ref().map_or("none", |_| choice));
    tally.given("rule.priority", *priority != 0);
    tally.given("rule.cooldown_days", *cooldown_days > 0);
    tally.given("rule.max_triggers", !max_triggers.is_empty());
    tally.note_each("rule.max_triggers.per", max_triggers.iter().map(|limit| words::cap_period(limit.per)));
    note_caps(tally, "rule", caps);
    tally.note("rule.budget", budget.len());
    note_expiry(tally, "rule", expiry.as_ref());
    note_when(tally, when);
}

fn all_of_rules(tally: &mut Tally) {
    for on in ons().map(words::on) {
        tally.note("rule.on", on);
        for kind in rule_kinds().map(words::rule_kind) {
            // Only what has money has base points, and something to multiply.
            if kind == "bonus" || matches!(on, "order" | "activity") {
                tally.note(&format!("rule.kind.on_{on}"), kind);
            }
        }
    }
    tally.note_each("rule.kind", rule_kinds().map(words::rule_kind));
    tally.note_each("rule.activity", ["one", "several"]);
    tally.all_given(&["rule.campaign", "rule.priority", "rule.cooldown_days", "rule.max_triggers"]);
    tally.note_each("rule.rounding", roundings().map(words::rounding));
    tally.note_each("rule.rounding_per", ["line", "order"]);
    all_of_money_bases(tally, "rule.money");
    tally.note_each("rule.group", ["none", "best", "priority"]);
    let per = cap_periods().filter(|per| *per != CapPeriod::Order).map(words::cap_period);
    tally.note_each("rule.max_triggers.per", per);
    tally.note_each("rule.budget", 0..=2);
    tally.all_given(&when_keys(&WhenSpec::default()).map(|(key, _)| key));
    tally.note_each("when.order_number", order_numbers().map(order_number_word));
    tally.note_each("when.birthday", birthdays().map(words::birthday));
    tally.note_each("when.hour", ["over_midnight", "within_a_day"]);
    tally.note_each("when.cel", cels().map(|cel| cel_word(&cel)));
}

/// The keys of conditions that are given or not.
fn when_keys(when: &WhenSpec) -> [(&'static str, bool); 24] {
    // Hours and birthdays are told by what they are.
    let WhenSpec {
        money,
        channel,
        store,
        category,
        sku,
        brand,
        tag,
        not_category,
        not_sku,
        not_brand,
        not_tag,
        min_spend,
        max_spend,
        min_quantity,
        tier,
        segment,
        attribute,
        order_number,
        weekday,
        hour: _,
        from,
        until,
        birthday: _,
        streak_every,
        score,
        cel,
    } = when;
    [
        ("when.money", !money.is_empty()),
        ("when.channel", !channel.is_empty()),
        ("when.store", !store.is_empty()),
        ("when.category", !category.is_empty()),
        ("when.sku", !sku.is_empty()),
        ("when.brand", !brand.is_empty()),
        ("when.tag", !tag.is_empty()),
        ("when.not.category", !not_category.is_empty()),
        ("when.not.sku", !not_sku.is_empty()),
        ("when.not.brand", !not_brand.is_empty()),
        ("when.not.tag", !not_tag.is_empty()),
        ("when.min_spend", min_spend.is_some()),
        ("when.max_spend", max_spend.is_some()),
        ("when.min_quantity", min_quantity.is_some()),
        ("when.tier", !tier.is_empty()),
        ("when.segment", !segment.is_empty()),
        ("when.attribute", !attribute.is_empty()),
        ("when.order_number", order_number.is_some()),
        ("when.weekday", !weekday.is_empty()),
        ("when.from", from.is_some()),
        ("when.until", until.is_some()),
        ("when.streak", streak_every.is_some()),
        ("when.score", score.is_some()),
        ("when.cel", cel.is_some()),
    ]
}

fn note_when(tally: &mut Tally, when: &WhenSpec) {
    for (key, is_given) in when_keys(when) {
        tally.given(key, is_given);
    }
    tally.note_each("when.order_number", when.order_number.map(order_number_word));
    tally.note_each("when.birthday", when.birthday.map(words::birthday));
    if let Some((from, to)) = when.hour {
        tally.either("when.hour", from > to, ["over_midnight", "within_a_day"]);
    }
    when.cel.iter().for_each(|cel| note_cel(tally, cel));
}

fn note_cel(tally: &mut Tally, cel: &CelSpec) {
    tally.note("when.cel", cel_word(cel));
    match cel {
        CelSpec::AllOf(parts) | CelSpec::AnyOf(parts) => parts.iter().for_each(|part| note_cel(tally, part)),
        CelSpec::Not(part) => note_cel(tally, part),
        _ => {}
    }
}

pub(super) fn note_money_base(tally: &mut Tally, option: &str, base: MoneyBase) {
    let MoneyBase { before_discount, with_tax, with_shipping, with_points_paid, with_stored_value_paid } =
        base;
    let parts = [before_discount, with_tax, with_shipping, with_points_paid, with_stored_value_paid];
    let with = MONEY_PARTS.iter().zip(parts).filter(|(_, with)| *with).map(|(part, _)| part);
    tally.note_each(option, with);
    if base == MoneyBase::default() {
        tally.note(option, "default");
    }
}

const MONEY_PARTS: [&str; 5] = ["discount", "tax", "shipping", "points_paid", "stored_value_paid"];

pub(super) fn all_of_money_bases(tally: &mut Tally, option: &str) {
    tally.note_each(option, MONEY_PARTS);
    tally.note(option, "default");
}

fn note_budget(tally: &mut Tally, budget: &BudgetSpec) {
    let BudgetSpec { id: _, currency: _, limit: _, skip } = budget;
    tally.either("budget.beyond", *skip, BEYOND);
}

fn note_campaign(tally: &mut Tally, campaign: &CampaignSpec) {
    let CampaignSpec { id: _, from, until, budget, expiry } = campaign;
    tally.given("campaign.from", from.is_some());
    tally.given("campaign.until", until.is_some());
    tally.given("campaign.budget", budget.is_some());
    note_expiry(tally, "campaign", expiry.as_ref());
}

fn note_reward(tally: &mut Tally, reward: &RewardSpec) {
    let RewardSpec { id: _, currency: _, points: _, stock, from, until, tier } = reward;
    tally.note("reward.stock", stock.map_or("none", |pieces| if pieces == 0 { "nothing" } else { "pieces" }));
    tally.given("reward.from", from.is_some());
    tally.given("reward.until", until.is_some());
    tally.given("reward.tier", !tier.is_empty());
}
