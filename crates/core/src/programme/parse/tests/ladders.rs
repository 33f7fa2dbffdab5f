use expect_test::{Expect, expect};

use super::check;

/// Checks a ladder's options, the first of which is in line 9.
fn check_ladder(options: &str, expected: Expect) {
    check(&format!("[[ladder]]\nid = \"status\"\n{options}\ntier = [{{ id = \"member\" }}]\n"), expected);
}

/// Checks the tiers above the first, the first of which is in line 13.
fn check_tiers(tiers: &str, expected: Expect) {
    check(
        &format!(
            "use = \"both\"\n[[ladder]]\nid = \"status\"\nperiod = \"calendar_year\"\n\
             [[ladder.tier]]\nid = \"member\"\n{tiers}\n"
        ),
        expected,
    );
}

/// Two tiers above the first; the entries are in lines 15 and 18.
fn two(silver: &str, gold: &str) -> String {
    format!(
        "[[ladder.tier]]\nid = \"silver\"\nentry = {silver}\n[[ladder.tier]]\nid = \"gold\"\nentry = {gold}"
    )
}

#[test]
fn s43_period_options_that_do_not_go_together_are_refused() {
    check_ladder(
        "period = \"rolling_days\"",
        expect!["line 7, column 1: `rolling_days` lacks `days`. Add days = 365, or how many it is to be"],
    );
    check_ladder(
        "period = \"calendar_year\"\ndays = 365",
        expect![[
            r#"line 10, column 8: `days` does not go with the period `calendar_year`. Leave `days` out, or let period be "rolling_days""#
        ]],
    );
    check_ladder(
        "period = \"rolling_days\"\ndays = 3661",
        expect!["line 10, column 8: `days` cannot be 3661. Use a whole number from 1 to 3660"],
    );
    check_ladder(
        "period = \"rolling_days\"\ndays = 30\nupgrade = \"period_end\"",
        expect![[
            r#"line 11, column 11: upgrade at `period_end` does not go with the period `rolling_days`. It has no period end: let upgrade be "at_once""#
        ]],
    );
    check_ladder(
        "period = \"lifetime\"\nupgrade = \"period_end\"\nvalid_periods = 2",
        expect![[r#"
        line 10, column 11: upgrade at `period_end` does not go with the period `lifetime`. It has no period end: let upgrade be "at_once"
        line 11, column 17: `valid_periods` does not go with the period `lifetime`. It has no period end: leave `valid_periods` out"#]],
    );
    check_ladder(
        "period = \"anniversary_joining\"\nvalid_periods = 0\ngrace_days = -1",
        expect![[r#"
        line 10, column 17: `valid_periods` cannot be 0. Use a whole number from 1 to 100
        line 11, column 14: `grace_days` cannot be -1. Use a whole number from 0 to 3650"#]],
    );
    check_ladder(
        "period = \"anniversary\"",
        expect![
            "line 9, column 10: unknown value `anniversary`. Possible are: calendar_year, rolling_days, anniversary_joining, anniversary_tier, lifetime"
        ],
    );
}

#[test]
fn s43_a_ladder_without_tiers_is_refused() {
    check(
        "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\ntier = []\n",
        expect![
            "line 10, column 8: the ladder has no tier. Add [[ladder.tier]] with the id that every member starts with"
        ],
    );
}

#[test]
fn s43_repeated_ladders_and_tiers_are_refused() {
    let ladder = "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n";
    check(
        &format!("{ladder}{ladder}"),
        expect!["line 13, column 6: there is already a ladder `status`. Give each its own"],
    );
    check_tiers(
        "[[ladder.tier]]\nid = \"member\"\nentry = { any = { orders = 1 } }",
        expect!["line 14, column 6: there is already a tier `member`. Give each its own"],
    );
}

#[test]
fn s43_too_many_ladders_and_tiers_are_refused() {
    let ladders: String = (0..17)
        .map(|n| format!("[[ladder]]\nid = \"{n}\"\nperiod = \"lifetime\"\ntier = [{{ id = \"member\" }}]\n"))
        .collect();
    check(
        &ladders,
        expect![
            "line 72, column 6: there are too many ladders in all versions of this programme. Keep to 16 ids"
        ],
    );
    let tiers: String = (1..65)
        .map(|n| format!("[[ladder.tier]]\nid = \"{n}\"\nentry = {{ any = {{ orders = {n} }} }}\n"))
        .collect();
    check_tiers(
        &tiers,
        expect![
            "line 203, column 6: there are too many tiers in all versions of this ladder. Keep to 64 ids"
        ],
    );
}

#[test]
fn s43_the_first_tier_has_no_entry_and_every_other_has_one() {
    check(
        "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n\
         entry = { any = { orders = 1 } }\nkeep = { any = { orders = 1 } }\n",
        expect![[r#"
            line 12, column 9: the first tier, `member`, has `entry`. Leave it out, or put the tier that every member starts with before it
            line 13, column 8: the first tier, `member`, has `keep`. Leave it out, or put the tier that every member starts with before it"#]],
    );
    check_tiers(
        "[[ladder.tier]]\nid = \"silver\"\nkeep = { any = { orders = 1 } }",
        expect![[
            r#"line 13, column 1: nothing reaches the tier `silver`. Add an entry, such as entry = { any = { spend = "500.00" } }"#
        ]],
    );
}

#[test]
fn s43_a_threshold_asks_any_or_all_of_some_figures() {
    check_tiers(
        &two("{ }", "{ any = { orders = 1 }, all = { orders = 1 } }"),
        expect![[r#"
        line 15, column 9: a threshold has either `any` or `all`. Write it as { any = { … } } or { all = { … } }
        line 18, column 9: a threshold has either `any` or `all`. Write it as { any = { … } } or { all = { … } }"#]],
    );
    check_tiers(
        &two("{ any = { } }", "{ any = { orders = 0 } }"),
        expect![[r#"
            line 15, column 17: no figure is asked. Ask at least one of spend, points, orders, referrals and activities
            line 18, column 28: `orders` cannot be 0. Use a whole number from 1 to 1000000000"#]],
    );
    check_tiers(
        &two("{ any = { spend = \"0.00\" } }", "{ any = { points = \"0.5\" } }"),
        expect![[r#"
        line 15, column 27: `spend` cannot be 0.00. Use a decimal above zero
        line 18, column 28: `0.5` has more than 0 decimal places. Use a whole number in quotes"#]],
    );
}

#[test]
fn s43_a_higher_tier_that_is_not_harder_overlaps_the_lower() {
    check_tiers(
        &two("{ any = { spend = \"500\" } }", "{ any = { spend = \"500.00\" } }"),
        expect![
            "line 18, column 9: the tiers `silver` and `gold` overlap: the same figures reach both. Ask more for `gold`"
        ],
    );
    check_tiers(
        &two("{ any = { spend = \"500\" } }", "{ any = { spend = \"499.99\" } }"),
        expect![
            "line 18, column 9: the tiers `silver` and `gold` overlap: `gold` can be reached without `silver`. Ask at least as much as `silver` does, of every way that reaches `gold`"
        ],
    );
    check_tiers(
        &two("{ any = { spend = \"500\" } }", "{ any = { orders = 20 } }"),
        expect![
            "line 18, column 9: the tiers `silver` and `gold` overlap: `gold` can be reached without `silver`. Ask at least as much as `silver` does, of every way that reaches `gold`"
        ],
    );
    check_tiers(
        &two("{ all = { spend = \"500\", orders = 5 } }", "{ all = { spend = \"2000\", orders = 4 } }"),
        expect![
            "line 18, column 9: the tiers `silver` and `gold` overlap: `gold` can be reached without `silver`. Ask at least as much as `silver` does, of every way that reaches `gold`"
        ],
    );
    check_tiers(
        &two("{ all = { spend = \"500\", orders = 5 } }", "{ all = { spend = \"2000\" } }"),
        expect![
            "line 18, column 9: the tiers `silver` and `gold` overlap: `gold` can be reached without `silver`. Ask at least as much as `silver` does, of every way that reaches `gold`"
        ],
    );
    check_tiers(
        &two("{ any = { spend = \"500\" } }", "{ any = { spend = \"2000\", orders = 20 } }"),
        expect![
            "line 18, column 9: the tiers `silver` and `gold` overlap: `gold` can be reached without `silver`. Ask at least as much as `silver` does, of every way that reaches `gold`"
        ],
    );
    check_tiers(
        &two("{ any = { spend = \"500\", orders = 5 } }", "{ any = { spend = \"500\", orders = 5 } }"),
        expect![
            "line 18, column 9: the tiers `silver` and `gold` overlap: the same figures reach both. Ask more for `gold`"
        ],
    );
}

#[test]
fn s43_a_higher_tier_that_is_harder_in_any_way_is_sound() {
    for (silver, gold) in [
        ("{ any = { spend = \"500\" } }", "{ any = { spend = \"500.01\" } }"),
        ("{ any = { spend = \"500\" } }", "{ all = { spend = \"500\", orders = 2 } }"),
        ("{ any = { spend = \"500\", orders = 5 } }", "{ any = { spend = \"2000\", orders = 5 } }"),
        ("{ any = { spend = \"500\", orders = 5 } }", "{ any = { spend = \"2000\" } }"),
        ("{ any = { spend = \"500\", orders = 5 } }", "{ all = { spend = \"500\", orders = 5 } }"),
        (
            "{ all = { spend = \"500\", orders = 5 } }",
            "{ all = { spend = \"500\", orders = 6, points = \"1\" } }",
        ),
    ] {
        check_tiers(&two(silver, gold), expect!["nothing"]);
    }
}

#[test]
fn s43_keeping_a_tier_is_no_harder_than_reaching_it() {
    let silver = |keep: &str| {
        format!("[[ladder.tier]]\nid = \"silver\"\nentry = {{ any = {{ spend = \"500\" }} }}\nkeep = {keep}")
    };
    check_tiers(
        &silver("{ any = { spend = \"500.01\" } }"),
        expect![
            "line 16, column 8: keeping `silver` is harder than reaching it. Ask no more than the entry does, and no figure that it does not ask"
        ],
    );
    check_tiers(
        &silver("{ any = { orders = 3 } }"),
        expect![
            "line 16, column 8: keeping `silver` is harder than reaching it. Ask no more than the entry does, and no figure that it does not ask"
        ],
    );
    check_tiers(&silver("{ any = { spend = \"400\", orders = 3 } }"), expect!["nothing"]);
}

#[test]
fn s43_points_that_no_currency_counts_for_tiers_are_refused() {
    let ladder = "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n\
                  [[ladder.tier]]\nid = \"gold\"\nentry = { any = { points = \"100\" } }\n";
    check(
        ladder,
        expect![[
            r#"line 14, column 28: the figure `points` can never be reached: no currency counts for tiers. Let the use of a currency be "qualifying" or "both""#
        ]],
    );
    check(
        &format!("use = \"both\"\n[[currency]]\nid = \"miles\"\nscale = 2\nuse = \"qualifying\"\n{ladder}"),
        expect![
            "line 19, column 28: the currencies that count for tiers have different scales, and their points cannot be added. Give them one scale, or let only one of them count"
        ],
    );
}
