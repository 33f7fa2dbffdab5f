//! What tiers ask besides spend, points and orders of a period, and what becomes of them otherwise.

use expect_test::{Expect, expect};

use super::check;

/// Two kinds of activity and what referrals need; the lines after them start with line 13.
const DOINGS: &str =
    "[[activity]]\nid = \"check_in\"\n[[activity]]\nid = \"review\"\n[referral]\nwindow_days = 30\n";
const GOLD: &str = "entry = { any = { spend = \"500.00\", activities = 20 } }";

/// Checks options of a ladder, the first of which is in line 16, whose second tier asks for spend and activities.
fn check_ladder(options: &str, expected: Expect) {
    check(&format!("{DOINGS}{}", ladder(options, GOLD)), expected);
}

/// Checks the second tier, which starts with line 18.
fn check_gold(lines: &str, expected: Expect) {
    check(&format!("{DOINGS}{}", ladder("period = \"calendar_year\"", lines)), expected);
}

fn ladder(options: &str, gold: &str) -> String {
    format!(
        "[[ladder]]\nid = \"status\"\n{options}\n[[ladder.tier]]\nid = \"member\"\n\
         [[ladder.tier]]\nid = \"gold\"\n{gold}\n"
    )
}

#[test]
fn s27_every_figure_can_be_asked_of_a_period_and_of_all_time() {
    for figure in [
        "spend = \"0.01\"",
        "orders = 1",
        "referrals = 1",
        "activities = 1000000000",
        "lifetime_spend = \"500.00\"",
        "lifetime_orders = 5",
        "lifetime_referrals = 3",
        "lifetime_activities = 20",
    ] {
        for (any_or_all, other) in [("any", "all"), ("all", "any")] {
            let entry = format!("entry = {{ {any_or_all} = {{ {figure} }} }}");
            let keep = format!("keep = {{ {other} = {{ {figure} }} }}");
            check_gold(&format!("{entry}\n{keep}"), expect!["nothing"]);
        }
    }
}

#[test]
fn s43_figures_are_above_zero_and_there_is_at_least_one() {
    check_gold(
        "entry = { any = {} }",
        expect![
            "line 20, column 17: no figure is asked. Ask at least one of spend, points, orders, referrals and activities"
        ],
    );
    check_gold(
        "entry = { any = { referrals = 0, activities = -1 } }",
        expect![[r#"
        line 20, column 31: `referrals` cannot be 0. Use a whole number from 1 to 1000000000
        line 20, column 47: `activities` cannot be -1. Use a whole number from 1 to 1000000000"#]],
    );
    check_gold(
        "entry = { any = { lifetime_spend = \"0.00\", lifetime_orders = 0, lifetime_referrals = 0, \
         lifetime_activities = 1000000001 } }",
        expect![[r#"
            line 20, column 36: `lifetime_spend` cannot be 0.00. Use a decimal above zero
            line 20, column 62: `lifetime_orders` cannot be 0. Use a whole number from 1 to 1000000000
            line 20, column 86: `lifetime_referrals` cannot be 0. Use a whole number from 1 to 1000000000
            line 20, column 111: `lifetime_activities` cannot be 1000000001. Use a whole number from 1 to 1000000000"#]],
    );
    check_gold(
        "entry = { any = { lifetime_order = 3 } }",
        expect![
            "line 20, column 19: unknown key `lifetime_order`. Did you mean `lifetime_orders`? Possible are: spend, points, orders, referrals, activities, lifetime_spend, lifetime_points, lifetime_orders, lifetime_referrals, lifetime_activities"
        ],
    );
}

#[test]
fn s43_figures_that_nothing_counts_are_refused() {
    let entry = "entry = { any = { points = \"1\", referrals = 1, activities = 1, lifetime_points = \"1\", \
                 lifetime_referrals = 1, lifetime_activities = 1 } }";
    check(
        &ladder("period = \"lifetime\"", entry),
        expect![[r#"
        line 14, column 28: the figure `points` can never be reached: no currency counts for tiers. Let the use of a currency be "qualifying" or "both"
        line 14, column 45: the figure `referrals` can never be reached: nothing says what a referral waits for. Add [referral], or leave it out
        line 14, column 61: the figure `activities` can never be reached: there is no kind of activity. Add [[activity]], or leave it out
        line 14, column 82: the figure `lifetime_points` can never be reached: no currency counts for tiers. Let the use of a currency be "qualifying" or "both"
        line 14, column 108: the figure `lifetime_referrals` can never be reached: nothing says what a referral waits for. Add [referral], or leave it out
        line 14, column 133: the figure `lifetime_activities` can never be reached: there is no kind of activity. Add [[activity]], or leave it out"#]],
    );
}

#[test]
fn s43_each_of_the_ten_figures_is_a_kind_of_its_own() {
    for (silver, gold) in [
        ("any = { spend = \"500\" }", "any = { lifetime_spend = \"5000\" }"),
        ("any = { lifetime_orders = 5 }", "any = { orders = 50 }"),
        ("any = { referrals = 5 }", "any = { activities = 50 }"),
    ] {
        let overlap =
            format!("entry = {{ {silver} }}\n[[ladder.tier]]\nid = \"platinum\"\nentry = {{ {gold} }}");
        check_gold(
            &overlap,
            expect![
                "line 23, column 9: the tiers `gold` and `platinum` overlap: `platinum` can be reached without `gold`. Ask at least as much as `gold` does, of every way that reaches `platinum`"
            ],
        );
    }
    check_gold(
        "entry = { any = { lifetime_spend = \"500\", referrals = 3 } }\n[[ladder.tier]]\nid = \"platinum\"\n\
         entry = { any = { lifetime_spend = \"501\", referrals = 3 } }",
        expect!["nothing"],
    );
    check_gold(
        "entry = { any = { lifetime_spend = \"500\" } }\nkeep = { any = { spend = \"500\" } }",
        expect![
            "line 21, column 8: keeping `gold` is harder than reaching it. Ask no more than the entry does, and no figure that it does not ask"
        ],
    );
}

#[test]
fn s43_what_is_carried_over_goes_with_years_only() {
    for period in ["calendar_year", "anniversary_joining"] {
        let options = format!("period = \"{period}\"\ncarry_over = {{ spend = \"100\", activities = 5 }}");
        check_ladder(&options, expect!["nothing"]);
    }
    for period in ["anniversary_tier", "lifetime", "rolling_days"] {
        let days = if period == "rolling_days" { "\ndays = 30" } else { "" };
        let options = format!("period = \"{period}\"\ncarry_over = {{ spend = \"100\" }}{days}");
        check_ladder(
            &options,
            match period {
                "anniversary_tier" => expect![[
                    r#"line 16, column 14: `carry_over` does not go with the period `anniversary_tier`. Leave it out, or let period be "calendar_year" or "anniversary_joining""#
                ]],
                "lifetime" => expect![[
                    r#"line 16, column 14: `carry_over` does not go with the period `lifetime`. Leave it out, or let period be "calendar_year" or "anniversary_joining""#
                ]],
                _ => expect![[
                    r#"line 16, column 14: `carry_over` does not go with the period `rolling_days`. Leave it out, or let period be "calendar_year" or "anniversary_joining""#
                ]],
            },
        );
    }
}

#[test]
fn s43_what_is_carried_over_is_a_figure_that_a_tier_asks_for() {
    let check_carried = |figures: &str, expected| {
        check_ladder(&format!("period = \"calendar_year\"\ncarry_over = {{ {figures} }}"), expected);
    };
    check_carried(
        "",
        expect![
            "line 16, column 14: no figure is carried over. Name one that tiers ask for, or leave it out"
        ],
    );
    check_carried(
        "orders = 3",
        expect![
            "line 16, column 25: `orders` is carried over, and no tier asks for the `orders` of a period. Leave `orders` out, or ask for it in a tier"
        ],
    );
    check_carried(
        "spend = \"0\", activities = 0",
        expect![[r#"
        line 16, column 24: `spend` cannot be 0. Use a decimal above zero
        line 16, column 42: `activities` cannot be 0. Use a whole number from 1 to 1000000000"#]],
    );
    check_carried(
        "lifetime_spend = \"1\"",
        expect![
            "line 16, column 16: unknown key `lifetime_spend`. Possible are: spend, points, orders, referrals, activities"
        ],
    );
    // A challenge is over when it is over, and what is asked of all time is never lost.
    check(
        &format!(
            "{DOINGS}{}",
            ladder(
                "period = \"calendar_year\"\ncarry_over = { orders = 1 }",
                "entry = { any = { lifetime_orders = 9 } }\nchallenge = { days = 30, any = { orders = 3 } }"
            )
        ),
        expect![
            "line 16, column 25: `orders` is carried over, and no tier asks for the `orders` of a period. Leave `orders` out, or ask for it in a tier"
        ],
    );
}

#[test]
fn s43_kinds_of_activity_are_listed_where_a_tier_asks_for_activities() {
    let check_listed = |list: &str, expected| {
        check_ladder(&format!("period = \"lifetime\"\nactivities = {list}"), expected);
    };
    check_listed("[\"review\", \"check_in\"]", expect!["nothing"]);
    check_listed(
        "[]",
        expect![
            "line 16, column 14: the figure `activities` can never be reached: no kind of activity is listed. List ids of [[activity]], or leave it out to count all"
        ],
    );
    check_listed(
        "[\"chek_in\"]",
        expect![
            "line 16, column 15: unknown kind of activity `chek_in`; known are: check_in, review. Did you mean `check_in`?"
        ],
    );
    let unasked =
        ladder("period = \"lifetime\"\nactivities = [\"review\"]", "entry = { any = { orders = 3 } }");
    check(
        &format!("{DOINGS}{unasked}"),
        expect![
            "line 16, column 14: `activities` does nothing: no tier asks for activities. Leave it out, or ask for activities in a tier"
        ],
    );
}

#[test]
fn s43_a_change_of_tiers_is_upgrade_only_or_full() {
    for on_change in ["upgrade_only", "full"] {
        check_ladder(&format!("period = \"lifetime\"\non_change = \"{on_change}\""), expect!["nothing"]);
    }
    check_ladder(
        "period = \"lifetime\"\non_change = \"none\"",
        expect!["line 16, column 13: unknown value `none`. Possible are: upgrade_only, full"],
    );
}

#[test]
fn s43_a_tier_replaces_such_as_are_no_more() {
    check_gold(&format!("{GOLD}\nreplaces = [\"silver\", \"bronze\"]"), expect!["nothing"]);
    check_gold(
        &format!("{GOLD}\nreplaces = [\"member\", \"gold\"]"),
        expect![[r#"
        line 21, column 13: the tier `member` cannot be replaced: this version has it. Take it out of `replaces`, or take the tier out of the ladder
        line 21, column 23: the tier `gold` cannot be replaced: this version has it. Take it out of `replaces`, or take the tier out of the ladder"#]],
    );
    check_gold(
        &format!("{GOLD}\nreplaces = [\"silver\", \"silver\", \"\", \"a/b\"]"),
        expect![[r#"
        line 21, column 23: the tier `silver` is replaced twice. Name it once
        line 21, column 33: `` cannot be the id of a tier. Use 1–64 bytes without control characters and `/`
        line 21, column 37: `a/b` cannot be the id of a tier. Use 1–64 bytes without control characters and `/`"#]],
    );
    check_gold(
        &format!(
            "{GOLD}\nreplaces = [\"silver\"]\n[[ladder.tier]]\nid = \"platinum\"\n\
             entry = {{ any = {{ spend = \"900\" }} }}\nreplaces = [\"silver\"]"
        ),
        expect!["line 25, column 13: the tier `silver` is replaced twice. Name it once"],
    );
    check(
        &format!(
            "{}replaces = [\"guest\"]\n",
            ladder("period = \"lifetime\"", "entry = { any = { orders = 1 } }")
                .replace("id = \"member\"\n", "id = \"member\"\nreplaces = [\"newcomer\"]\n",)
        ),
        expect!["nothing"],
    );
    let names: Vec<String> = (0..63).map(|n| format!("\"{n}\"")).collect();
    check_gold(
        &format!("{GOLD}\nreplaces = [{}]", names.join(", ")),
        expect![
            "line 21, column 375: there are too many tiers in all versions of this ladder. Keep to 64 ids"
        ],
    );
}

#[test]
fn s43_a_challenge_has_days_and_figures_of_them() {
    let check_challenge =
        |table: &str, expected| check_gold(&format!("{GOLD}\nchallenge = {{ {table} }}"), expected);
    check_challenge("days = 1, any = { spend = \"300.00\" }", expect!["nothing"]);
    check_challenge("days = 3650, all = { orders = 3, referrals = 1, activities = 1 }", expect!["nothing"]);
    check_challenge(
        "any = { spend = \"300.00\" }",
        expect!["line 21, column 13: missing key `days`. Add `days` to this table"],
    );
    check_challenge(
        "days = 0, any = { spend = \"300.00\" }",
        expect!["line 21, column 22: `days` cannot be 0. Use a whole number from 1 to 3650"],
    );
    check_challenge(
        "days = 3651, any = { spend = \"0.00\" }",
        expect![[r#"
        line 21, column 22: `days` cannot be 3651. Use a whole number from 1 to 3650
        line 21, column 44: `spend` cannot be 0.00. Use a decimal above zero"#]],
    );
    check_challenge(
        "days = 90",
        expect![
            "line 21, column 13: a challenge has either `any` or `all`. Write it as { days = 90, any = { … } } or { days = 90, all = { … } }"
        ],
    );
    check_challenge(
        "days = 90, any = { orders = 1 }, all = { orders = 1 }",
        expect![
            "line 21, column 13: a challenge has either `any` or `all`. Write it as { days = 90, any = { … } } or { days = 90, all = { … } }"
        ],
    );
    check_challenge(
        "days = 90, any = {}",
        expect![
            "line 21, column 32: no figure is asked. Ask at least one of spend, points, orders, referrals and activities"
        ],
    );
    check_challenge(
        "days = 90, any = { lifetime_spend = \"300.00\" }",
        expect![
            "line 21, column 34: unknown key `lifetime_spend`. Possible are: spend, points, orders, referrals, activities"
        ],
    );
    check_challenge(
        "days = 90, any = { points = \"3\" }",
        expect![[
            r#"line 21, column 43: the figure `points` can never be reached: no currency counts for tiers. Let the use of a currency be "qualifying" or "both""#
        ]],
    );
}

#[test]
fn s43_the_first_tier_is_not_lent() {
    let first = "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n\
                 challenge = { days = 30, any = { orders = 3 } }\n";
    check(
        first,
        expect![
            "line 12, column 13: the first tier, `member`, has `challenge`. Leave it out, or put the tier that every member starts with before it"
        ],
    );
}
