use expect_test::{Expect, expect};

use super::check;

/// Three kinds of activity; the lines after them start with line 11.
const KINDS: &str = "[[activity]]\nid = \"check_in\"\n[[activity]]\nid = \"survey\"\n";
const BASE: &str = "[[rule]]\nid = \"base\"\nkind = \"base\"\npoints = \"1\"\nper = \"1.00\"\n";

/// Checks a bonus rule on something; `lines` start with line 16.
fn check_on(on: &str, lines: &str, expected: Expect) {
    let activity = if on == "activity" { "activity = [\"check_in\"]\n" } else { "\n" };
    let rule = format!("[[rule]]\nid = \"a\"\non = \"{on}\"\nkind = \"bonus\"\n{activity}");
    check(&format!("{KINDS}{rule}points = \"1\"\n{lines}\n"), expected);
}

#[test]
fn s43_a_rule_is_on_something_known() {
    check_on(
        "visit",
        "",
        expect![
            "line 13, column 6: unknown value `visit`. Possible are: order, activity, enrolment, birthday, anniversary, referrer, referred, tier_reached, tier_kept, tier_anniversary"
        ],
    );
}

#[test]
fn s43_a_rule_on_activities_names_those_that_are_declared() {
    let rule = |activity: &str| {
        format!(
            "{KINDS}[[rule]]\nid = \"a\"\non = \"activity\"\nkind = \"bonus\"\npoints = \"1\"\n{activity}\n"
        )
    };
    check(
        &rule(""),
        expect![[
            r#"line 11, column 1: the rule `a` does not say which activities it is about. Add activity = ["…"], with ids of [[activity]]"#
        ]],
    );
    check(
        &rule("activity = []"),
        expect![[
            r#"line 16, column 12: the rule `a` does not say which activities it is about. Add activity = ["…"], with ids of [[activity]]"#
        ]],
    );
    check(
        &rule("activity = [\"chek_in\", \"review\"]"),
        expect![[r#"
        line 16, column 13: unknown kind of activity `chek_in`; known are: check_in, survey. Did you mean `check_in`?
        line 16, column 24: unknown kind of activity `review`; known are: check_in, survey. Name one of them or add [[activity]]"#]],
    );
    check(
        "[[rule]]\nid = \"a\"\non = \"activity\"\nactivity = [\"x\"]\nkind = \"bonus\"\npoints = \"1\"\n",
        expect![
            "line 10, column 13: unknown kind of activity `x`; there are none. Leave it out or add [[activity]]"
        ],
    );
    check(&rule("activity = [\"survey\", \"survey\", \"check_in\"]"), expect!["nothing"]);
}

#[test]
fn s43_a_rule_on_something_else_names_no_activities() {
    check_on(
        "order",
        "activity = [\"check_in\"]",
        expect![[
            r#"line 17, column 12: `activity` does not go with on = "order". Leave `activity` out, or let on be "activity""#
        ]],
    );
    check_on(
        "birthday",
        "activity = []",
        expect![[
            r#"line 17, column 12: `activity` does not go with on = "birthday". Leave `activity` out, or let on be "activity""#
        ]],
    );
    check(
        "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\nactivity = [\"x\"]\n",
        expect![[
            r#"line 11, column 12: `activity` does not go with on = "order". Leave `activity` out, or let on be "activity""#
        ]],
    );
}

#[test]
fn s43_a_rate_on_money_is_on_orders_and_activities_only() {
    for on in ["enrolment", "birthday", "anniversary"] {
        check(
            &BASE.replace("kind =", &format!("on = \"{on}\"\nkind =")),
            match on {
                "enrolment" => expect![[
                    r#"line 9, column 6: the kind `base` does not go with on = "enrolment", which has no money. Let kind be "bonus", or let on be "order" or "activity""#
                ]],
                "birthday" => expect![[
                    r#"line 9, column 6: the kind `base` does not go with on = "birthday", which has no money. Let kind be "bonus", or let on be "order" or "activity""#
                ]],
                _ => expect![[
                    r#"line 9, column 6: the kind `base` does not go with on = "anniversary", which has no money. Let kind be "bonus", or let on be "order" or "activity""#
                ]],
            },
        );
    }
    check(&format!("{KINDS}{BASE}on = \"activity\"\nactivity = [\"survey\"]\n"), expect!["nothing"]);
}

#[test]
fn s43_conditions_on_orders_go_with_orders_only() {
    let all = "[rule.when]\nmoney = [\"EUR\"]\nchannel = [\"web\"]\nstore = [\"1\"]\ncategory = [\"A\"]\nsku = [\"A\"]\n\
               brand = [\"A\"]\ntag = [\"a\"]\nmin_spend = \"1\"\nmax_spend = \"2\"\nmin_quantity = 1\n\
               order_number = { first = true }\n\
               not = { category = [\"B\"], sku = [\"B\"], brand = [\"B\"], tag = [\"b\"] }";
    check_on("order", all, expect!["nothing"]);
    check_on(
        "activity",
        all,
        expect![[r#"
        line 21, column 13: `category` does not go with on = "activity". Leave `category` out, or let on be "order"
        line 22, column 8: `sku` does not go with on = "activity". Leave `sku` out, or let on be "order"
        line 23, column 10: `brand` does not go with on = "activity". Leave `brand` out, or let on be "order"
        line 27, column 16: `min_quantity` does not go with on = "activity". Leave `min_quantity` out, or let on be "order"
        line 28, column 16: `order_number` does not go with on = "activity". Leave `order_number` out, or let on be "order"
        line 29, column 21: `not.category` does not go with on = "activity". Leave `not.category` out, or let on be "order"
        line 29, column 34: `not.sku` does not go with on = "activity". Leave `not.sku` out, or let on be "order"
        line 29, column 49: `not.brand` does not go with on = "activity". Leave `not.brand` out, or let on be "order""#]],
    );
    check_on(
        "enrolment",
        all,
        expect![[r#"
        line 18, column 10: `money` does not go with on = "enrolment". Leave `money` out, or let on be "order" or "activity"
        line 19, column 12: `channel` does not go with on = "enrolment". Leave `channel` out, or let on be "order" or "activity"
        line 20, column 10: `store` does not go with on = "enrolment". Leave `store` out, or let on be "order" or "activity"
        line 21, column 13: `category` does not go with on = "enrolment". Leave `category` out, or let on be "order"
        line 22, column 8: `sku` does not go with on = "enrolment". Leave `sku` out, or let on be "order"
        line 23, column 10: `brand` does not go with on = "enrolment". Leave `brand` out, or let on be "order"
        line 24, column 8: `tag` does not go with on = "enrolment". Leave `tag` out, or let on be "order" or "activity"
        line 25, column 13: `min_spend` does not go with on = "enrolment". Leave `min_spend` out, or let on be "order" or "activity"
        line 26, column 13: `max_spend` does not go with on = "enrolment". Leave `max_spend` out, or let on be "order" or "activity"
        line 27, column 16: `min_quantity` does not go with on = "enrolment". Leave `min_quantity` out, or let on be "order"
        line 28, column 16: `order_number` does not go with on = "enrolment". Leave `order_number` out, or let on be "order"
        line 29, column 21: `not.category` does not go with on = "enrolment". Leave `not.category` out, or let on be "order"
        line 29, column 34: `not.sku` does not go with on = "enrolment". Leave `not.sku` out, or let on be "order"
        line 29, column 49: `not.brand` does not go with on = "enrolment". Leave `not.brand` out, or let on be "order"
        line 29, column 62: `not.tag` does not go with on = "enrolment". Leave `not.tag` out, or let on be "order" or "activity""#]],
    );
}

#[test]
fn s43_streaks_and_scores_go_with_activities_only() {
    let both = "[rule.when]\nstreak = { every = 7 }\nscore = { from = 9, to = 10 }";
    check_on("activity", both, expect!["nothing"]);
    check_on(
        "order",
        both,
        expect![[r#"
        line 18, column 10: `streak` does not go with on = "order". Leave `streak` out, or let on be "activity"
        line 19, column 9: `score` does not go with on = "order". Leave `score` out, or let on be "activity""#]],
    );
    check_on(
        "anniversary",
        both,
        expect![[r#"
        line 18, column 10: `streak` does not go with on = "anniversary". Leave `streak` out, or let on be "activity"
        line 19, column 9: `score` does not go with on = "anniversary". Leave `score` out, or let on be "activity""#]],
    );
}

#[test]
fn s43_birthdays_and_anniversaries_have_no_hours() {
    check_on(
        "birthday",
        "when = { hour = { from = 9, to = 17 } }",
        expect![[r#"line 17, column 17: `hour` does not go with on = "birthday". Leave `hour` out"#]],
    );
    check_on(
        "anniversary",
        "when = { hour = { from = 0, to = 1 } }",
        expect![[r#"line 17, column 17: `hour` does not go with on = "anniversary". Leave `hour` out"#]],
    );
    check_on("enrolment", "when = { hour = { from = 9, to = 17 } }", expect!["nothing"]);
}

#[test]
fn s43_a_rule_on_birthdays_does_not_ask_for_a_birthday() {
    check_on(
        "birthday",
        "when = { birthday = \"month\" }",
        expect![[r#"line 17, column 21: `birthday` does not go with on = "birthday". Leave `birthday` out"#]],
    );
    check_on("anniversary", "when = { birthday = \"month\" }", expect!["nothing"]);
}

#[test]
fn s43_a_rule_on_enrolment_for_a_higher_tier_is_refused() {
    let ladder = "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n\
                  [[ladder.tier]]\nid = \"gold\"\nentry = { any = { orders = 3 } }\n";
    check_on(
        "enrolment",
        &format!("when = {{ tier = [\"gold\"] }}\n{ladder}"),
        expect![
            "line 17, column 18: the rule can never match: at enrolment everybody is in the first tier. Name a first tier, or leave `tier` out"
        ],
    );
    check_on(
        "enrolment",
        &format!("when = {{ tier = [\"gold\", \"member\"] }}\n{ladder}"),
        expect!["nothing"],
    );
    check_on("birthday", &format!("when = {{ tier = [\"gold\"] }}\n{ladder}"), expect!["nothing"]);
}

#[test]
fn s43_scores_and_streaks_out_of_range_are_refused() {
    check_on(
        "activity",
        "when = { score = { from = 10, to = 9 } }",
        expect![
            "line 17, column 18: the rule can never match: no score is from 10 to 9. Exchange them: both scores are in the range"
        ],
    );
    check_on(
        "activity",
        "when = { score = { from = -1, to = 11 } }",
        expect![[r#"
        line 17, column 27: `from` cannot be -1. Use a whole number from 0 to 10
        line 17, column 36: `to` cannot be 11. Use a whole number from 0 to 10"#]],
    );
    check_on(
        "activity",
        "when = { score = { from = 0, to = 0 }, streak = { every = 0 } }",
        expect!["line 17, column 59: `every` cannot be 0. Use a whole number from 1 to 3650"],
    );
    check_on(
        "activity",
        "when = { streak = { every = 3651 } }",
        expect!["line 17, column 29: `every` cannot be 3651. Use a whole number from 1 to 3650"],
    );
    check_on(
        "activity",
        "when = { streak = { first = true } }",
        expect!["line 17, column 21: unknown key `first`. Possible are: every"],
    );
}

#[test]
fn s43_rules_on_referrals_need_to_know_what_a_referral_waits_for() {
    check_on(
        "referrer",
        "",
        expect![
            "line 13, column 6: a rule is on `referrer`, and nothing says what a referral waits for. Add [referral] with window_days = 30, or how many it is to be"
        ],
    );
    check_on(
        "referred",
        "",
        expect![
            "line 13, column 6: a rule is on `referred`, and nothing says what a referral waits for. Add [referral] with window_days = 30, or how many it is to be"
        ],
    );
    check_on("referrer", "[referral]\nwindow_days = 30", expect!["nothing"]);
}

#[test]
fn s43_a_rule_rests_and_gives_for_days_and_times_in_range() {
    check_on(
        "order",
        "cooldown_days = 0",
        expect!["line 17, column 17: `cooldown_days` cannot be 0. Use a whole number from 1 to 3650"],
    );
    check_on(
        "order",
        "cooldown_days = 3651",
        expect!["line 17, column 17: `cooldown_days` cannot be 3651. Use a whole number from 1 to 3650"],
    );
    check_on(
        "order",
        "max_triggers = [{ times = 0, per = \"day\" }]",
        expect!["line 17, column 27: `times` cannot be 0. Use a whole number from 1 to 1000000000"],
    );
    check_on(
        "order",
        "max_triggers = [{ times = 1, per = \"order\" }]",
        expect![
            "line 17, column 36: how often a rule gives cannot be limited by the order. Let per be day, week, month, year, tier_period or ever"
        ],
    );
    check_on(
        "order",
        "max_triggers = [{ times = 1, per = \"day\", beyond = \"skip\" }]",
        expect!["line 17, column 43: unknown key `beyond`. Possible are: times, per"],
    );
}

#[test]
fn s43_a_multiplier_has_a_base_rule_on_the_same_thing() {
    let multiplier =
        |on: &str| format!("[[rule]]\nid = \"m\"\nkind = \"multiplier\"\nfactor = \"2\"\n{on}\n");
    check(
        &format!("{KINDS}{BASE}{}", multiplier("on = \"activity\"\nactivity = [\"survey\"]")),
        expect![[
            r#"line 16, column 1: the multiplier `m` has nothing to multiply: no base rule on these activities gives its currency. Add a rule of kind "base" for the currency, on the same activities"#
        ]],
    );
    let on_check_ins = format!("{BASE}on = \"activity\"\nactivity = [\"check_in\"]\n");
    check(
        &format!("{KINDS}{on_check_ins}{}", multiplier("on = \"activity\"\nactivity = [\"survey\"]")),
        expect![[
            r#"line 18, column 1: the multiplier `m` has nothing to multiply: no base rule on these activities gives its currency. Add a rule of kind "base" for the currency, on the same activities"#
        ]],
    );
    check(
        &format!("{KINDS}{on_check_ins}{}", multiplier("")),
        expect![[
            r#"line 18, column 1: the multiplier `m` has nothing to multiply: no base rule gives its currency. Add a rule of kind "base" for the currency"#
        ]],
    );
    check(
        &format!(
            "{KINDS}{on_check_ins}{}",
            multiplier("on = \"activity\"\nactivity = [\"survey\", \"check_in\"]")
        ),
        expect!["nothing"],
    );
    check(
        &format!("{BASE}{}", multiplier("on = \"birthday\"")),
        expect![[
            r#"line 12, column 1: the multiplier `m` has nothing to multiply: base rules are on orders and activities only. Let kind be "bonus", or let on be "order" or "activity""#
        ]],
    );
}

#[test]
fn s43_an_unknown_campaign_is_refused() {
    check_on(
        "order",
        "campaign = \"summer\"",
        expect![
            "line 17, column 12: unknown campaign `summer`; there are none. Leave it out or add [[campaign]]"
        ],
    );
    check_on(
        "order",
        "campaign = \"sumer\"\n[[campaign]]\nid = \"summer\"",
        expect!["line 17, column 12: unknown campaign `sumer`; known are: summer. Did you mean `summer`?"],
    );
}

#[test]
fn s43_a_rule_whose_time_and_campaign_do_not_overlap_is_refused() {
    let campaign = "[[campaign]]\nid = \"summer\"\nfrom = 2026-06-01\nuntil = 2026-09-01";
    let rule = |when: &str| format!("campaign = \"summer\"\nwhen = {{ {when} }}\n{campaign}");
    check_on(
        "order",
        &rule("from = 2026-09-01"),
        expect![
            "line 17, column 12: the rule can never match: its time and that of the campaign `summer` do not overlap. Leave from and until to the campaign, or let them overlap"
        ],
    );
    check_on(
        "order",
        &rule("from = 2026-01-01, until = 2026-06-01"),
        expect![
            "line 17, column 12: the rule can never match: its time and that of the campaign `summer` do not overlap. Leave from and until to the campaign, or let them overlap"
        ],
    );
    check_on("order", &rule("from = 2026-08-31"), expect!["nothing"]);
    check_on(
        "order",
        &rule("from = 2026-09-02, until = 2026-09-01"),
        expect![
            "line 18, column 37: the rule can never match: it ends before it starts. Let `until` be after `from`"
        ],
    );
    // Monday to Wednesday, with the end of the campaign on Tuesday.
    check_on(
        "order",
        &rule("from = 2026-08-31, until = 2026-09-03, weekday = [\"tue\"]"),
        expect![
            "line 18, column 37: the rule can never match: none of its weekdays is from 2026-08-31 to 2026-08-31. Choose other weekdays or a longer time"
        ],
    );
    check_on(
        "order",
        &rule("from = 2026-08-31, weekday = [\"tue\"]"),
        expect![
            "line 17, column 12: the rule can never match: none of its weekdays is from 2026-08-31 to 2026-08-31. Choose other weekdays or a longer time"
        ],
    );
    check_on("order", &rule("from = 2026-08-31, weekday = [\"mon\"]"), expect!["nothing"]);
}

#[test]
fn s43_a_rule_in_a_campaign_that_is_over_before_it_starts_says_so_once() {
    let campaign = "[[campaign]]\nid = \"summer\"\nfrom = 2026-06-01\nuntil = 2026-05-01";
    check_on(
        "order",
        &format!("campaign = \"summer\"\n{campaign}"),
        expect![
            "line 21, column 9: the campaign `summer` ends before it starts. Let `until` be after `from`"
        ],
    );
}

#[test]
fn s43_a_rule_draws_on_known_budgets_once_each() {
    check_on(
        "order",
        "budget = [\"launch\"]",
        expect![
            "line 17, column 11: unknown budget `launch`; there are none. Leave it out or add [[budget]]"
        ],
    );
    check_on(
        "order",
        "budget = [\"lanch\"]\n[[budget]]\nid = \"launch\"\nlimit = \"9\"",
        expect!["line 17, column 11: unknown budget `lanch`; known are: launch. Did you mean `launch`?"],
    );
    check_on(
        "order",
        "budget = [\"launch\", \"launch\"]\n[[budget]]\nid = \"launch\"\nlimit = \"9\"",
        expect!["line 17, column 21: the rule names the budget `launch` twice. Name it once"],
    );
}

#[test]
fn s43_a_budget_is_in_the_currency_of_its_rules() {
    let others = "[[currency]]\nid = \"miles\"\n[[budget]]\nid = \"launch\"\nlimit = \"9\"\ncurrency = \"miles\"\n\
                  [[campaign]]\nid = \"c\"\nbudget = \"launch\"\n";
    check_on(
        "order",
        &format!("currency = \"points\"\nbudget = [\"launch\"]\n{others}"),
        expect![
            "line 18, column 11: the budget `launch` is counted in `miles`, and the rule gives `points`. Add a budget in `points`, and name that"
        ],
    );
    check_on(
        "order",
        &format!("currency = \"points\"\ncampaign = \"c\"\n{others}"),
        expect![
            "line 18, column 12: the budget `launch` is counted in `miles`, and the rule gives `points`. Add a budget in `points`, and name that"
        ],
    );
    check_on(
        "order",
        &format!("currency = \"miles\"\ncampaign = \"c\"\nbudget = [\"launch\"]\n{others}"),
        expect!["nothing"],
    );
}

#[test]
fn s43_a_budget_of_an_unknown_currency_is_not_called_unknown() {
    check_on(
        "order",
        "budget = [\"launch\"]\n[[budget]]\nid = \"launch\"\nlimit = \"9\"\ncurrency = \"x\"",
        expect![
            "line 21, column 12: unknown currency `x`; known are: points. Name one of them or add [[currency]]"
        ],
    );
}

#[test]
fn s43_birthdays_and_anniversaries_draw_on_no_budget() {
    let budget =
        "[[budget]]\nid = \"launch\"\nlimit = \"9\"\n[[campaign]]\nid = \"c\"\nbudget = \"launch\"\n";
    check_on(
        "birthday",
        &format!("budget = [\"launch\"]\n{budget}"),
        expect![
            "line 17, column 11: birthdays and anniversaries cannot draw on a budget: they come due without a fact. Use caps or max_triggers, or leave the budget out"
        ],
    );
    check_on(
        "anniversary",
        &format!("campaign = \"c\"\n{budget}"),
        expect![
            "line 17, column 12: birthdays and anniversaries cannot draw on a budget: they come due without a fact. Use caps or max_triggers, or leave the budget out"
        ],
    );
    check_on("enrolment", &format!("campaign = \"c\"\n{budget}"), expect!["nothing"]);
}

const LADDER: &str = "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n\
                      [[ladder.tier]]\nid = \"gold\"\nentry = { any = { orders = 3 } }\n";

#[test]
fn s43_a_rule_on_tiers_is_a_bonus_that_asks_nothing_of_an_order() {
    let all = "[rule.when]\nmoney = [\"EUR\"]\nchannel = [\"web\"]\ncategory = [\"A\"]\nmin_spend = \"1\"\n\
               order_number = { first = true }\nstreak = { every = 7 }\ncel = \"order.total > 0\"\n";
    check_on(
        "tier_reached",
        &format!("{all}{LADDER}"),
        expect![[r#"
        line 18, column 10: `money` does not go with on = "tier_reached". Leave `money` out, or let on be "order" or "activity"
        line 19, column 12: `channel` does not go with on = "tier_reached". Leave `channel` out, or let on be "order" or "activity"
        line 20, column 13: `category` does not go with on = "tier_reached". Leave `category` out, or let on be "order"
        line 21, column 13: `min_spend` does not go with on = "tier_reached". Leave `min_spend` out, or let on be "order" or "activity"
        line 22, column 16: `order_number` does not go with on = "tier_reached". Leave `order_number` out, or let on be "order"
        line 23, column 10: `streak` does not go with on = "tier_reached". Leave `streak` out, or let on be "activity"
        line 24, column 8: `order` in an expression does not go with on = "tier_reached". Leave `order` out of it, or let on be "order" or "activity""#]],
    );
    check_on(
        "tier_kept",
        &format!("when = {{ birthday = \"month\", weekday = [\"mon\"] }}\n{LADDER}"),
        expect!["nothing"],
    );
    check(
        &format!("{}{LADDER}", BASE.replace("kind =", "on = \"tier_kept\"\nkind =")),
        expect![[
            r#"line 9, column 6: the kind `base` does not go with on = "tier_kept", which has no money. Let kind be "bonus", or let on be "order" or "activity""#
        ]],
    );
    check(
        &format!(
            "{BASE}[[rule]]\nid = \"a\"\non = \"tier_reached\"\nkind = \"multiplier\"\nfactor = \"2\"\n{LADDER}"
        ),
        expect![[
            r#"line 12, column 1: the multiplier `a` has nothing to multiply: base rules are on orders and activities only. Let kind be "bonus", or let on be "order" or "activity""#
        ]],
    );
}

#[test]
fn s43_only_what_reaches_a_tier_has_an_hour() {
    for on in ["tier_reached", "tier_kept", "tier_anniversary"] {
        check_on(
            on,
            &format!("when = {{ hour = {{ from = 9, to = 17 }} }}\n{LADDER}"),
            match on {
                "tier_reached" => expect!["nothing"],
                "tier_kept" => expect![[
                    r#"line 17, column 17: `hour` does not go with on = "tier_kept". Leave `hour` out"#
                ]],
                _ => expect![[
                    r#"line 17, column 17: `hour` does not go with on = "tier_anniversary". Leave `hour` out"#
                ]],
            },
        );
    }
}

#[test]
fn s43_a_rule_on_tiers_that_nobody_reaches_is_refused() {
    for on in ["tier_reached", "tier_kept", "tier_anniversary"] {
        let first = format!("when = {{ tier = [\"member\"] }}\n{LADDER}");
        check_on(
            on,
            &first,
            match on {
                "tier_reached" => expect![
                    "line 17, column 18: the rule can never match: a first tier is never reached. Name a tier above it, or leave `tier` out"
                ],
                "tier_kept" => expect![
                    "line 17, column 18: the rule can never match: a first tier is never kept. Name a tier above it, or leave `tier` out"
                ],
                _ => expect![
                    "line 17, column 18: the rule can never match: a first tier has no anniversaries. Name a tier above it, or leave `tier` out"
                ],
            },
        );
        check_on(
            on,
            &format!("when = {{ tier = [\"status/gold\", \"member\"] }}\n{LADDER}"),
            expect!["nothing"],
        );
        check_on(on, LADDER, expect!["nothing"]);
    }
    check_on(
        "tier_reached",
        "",
        expect![
            "line 13, column 6: the rule can never match: no ladder has a tier above its first. Add [[ladder]] with a tier to be reached"
        ],
    );
    check_on(
        "tier_kept",
        "when = { tier = [\"gold\"] }",
        expect![[r#"
        line 13, column 6: the rule can never match: no ladder has a tier above its first. Add [[ladder]] with a tier to be reached
        line 17, column 18: unknown tier `gold`; there are none. Leave it out or add [[ladder.tier]]"#]],
    );
    check_on(
        "tier_anniversary",
        "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\ntier = [{ id = \"member\" }]",
        expect![
            "line 13, column 6: the rule can never match: no ladder has a tier above its first. Add [[ladder]] with a tier to be reached"
        ],
    );
}

#[test]
fn s43_what_is_given_for_tiers_draws_on_no_budget() {
    let budget = "[[budget]]\nid = \"launch\"\nlimit = \"100\"\n";
    for on in ["tier_reached", "tier_kept", "tier_anniversary"] {
        check_on(
            on,
            &format!("budget = [\"launch\"]\n{budget}{LADDER}"),
            expect![
                "line 17, column 11: tiers reached or kept, and their anniversaries, cannot draw on a budget: they come due without a fact. Use caps or max_triggers, or leave the budget out"
            ],
        );
    }
    check_on(
        "tier_reached",
        &format!(
            "campaign = \"launch\"\n{budget}[[campaign]]\nid = \"launch\"\nbudget = \"launch\"\n{LADDER}"
        ),
        expect![
            "line 17, column 12: tiers reached or kept, and their anniversaries, cannot draw on a budget: they come due without a fact. Use caps or max_triggers, or leave the budget out"
        ],
    );
}
