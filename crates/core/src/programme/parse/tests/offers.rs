use expect_test::expect;

use super::{HEAD, check, check_file};
use crate::programme::parse::compile;
use crate::programme::registry::Registry;

const MILES: &str = "[[currency]]\nid = \"miles\"\n";

/// So many tables that have an id and one more line; line 7 is the first.
fn many(table: &str, count: usize, line: &str) -> String {
    (0..count).map(|n| format!("[[{table}]]\nid = \"{n}\"\n{line}\n")).collect()
}

#[test]
fn s43_unknown_keys_beside_the_rules_are_refused() {
    check(
        "[[activity]]\nid = \"a\"\npoints = \"1\"\n",
        expect!["line 9, column 1: unknown key `points`. Possible are: id"],
    );
    check(
        "[[budget]]\nid = \"a\"\nper = \"day\"\n",
        expect!["line 9, column 1: unknown key `per`. Possible are: id, currency, limit, beyond"],
    );
    check(
        "[[campaign]]\nid = \"a\"\nbudgets = []\n",
        expect![
            "line 9, column 1: unknown key `budgets`. Did you mean `budget`? Possible are: id, from, until, budget, expiry"
        ],
    );
    check(
        "[[reward]]\nid = \"a\"\nprice = \"1\"\n",
        expect![
            "line 9, column 1: unknown key `price`. Possible are: id, currency, points, stock, from, until, tier"
        ],
    );
    check(
        "[referral]\ndays = 3\n",
        expect!["line 8, column 1: unknown key `days`. Possible are: window_days"],
    );
}

#[test]
fn s43_missing_keys_beside_the_rules_are_refused() {
    check("[[activity]]\n", expect!["line 7, column 1: missing key `id`. Add `id` to this table"]);
    check(
        "[[budget]]\nid = \"a\"\n",
        expect!["line 7, column 1: missing key `limit`. Add `limit` to this table"],
    );
    check(
        "[[campaign]]\nfrom = 2026-01-01\n",
        expect!["line 7, column 1: missing key `id`. Add `id` to this table"],
    );
    check(
        "[[reward]]\nid = \"a\"\n",
        expect!["line 7, column 1: missing key `points`. Add `points` to this table"],
    );
    check(
        "[referral]\n",
        expect!["line 7, column 1: missing key `window_days`. Add `window_days` to this table"],
    );
}

#[test]
fn s43_repeated_ids_beside_the_rules_are_refused() {
    check(
        &"[[activity]]\nid = \"a\"\n".repeat(2),
        expect!["line 10, column 6: there is already a kind of activity `a`. Give each its own"],
    );
    check(
        &"[[budget]]\nid = \"a\"\nlimit = \"1\"\n".repeat(2),
        expect!["line 11, column 6: there is already a budget `a`. Give each its own"],
    );
    check(
        &"[[campaign]]\nid = \"a\"\n".repeat(2),
        expect!["line 10, column 6: there is already a campaign `a`. Give each its own"],
    );
    check(
        &"[[reward]]\nid = \"a\"\npoints = \"1\"\n".repeat(2),
        expect!["line 11, column 6: there is already a reward `a`. Give each its own"],
    );
}

#[test]
fn s43_ids_out_of_bounds_beside_the_rules_are_refused() {
    check(
        "[[activity]]\nid = \"a/b\"\n[[budget]]\nid = \"\"\nlimit = \"1\"\n[[campaign]]\nid = \"\\n\"\n[[reward]]\nid = \"/\"\npoints = \"1\"\n",
        expect![[r#"
            line 8, column 6: `a/b` cannot be the id of a kind of activity. Use 1–64 bytes without control characters and `/`
            line 10, column 6: `` cannot be the id of a budget. Use 1–64 bytes without control characters and `/`
            line 13, column 6: `\n` cannot be the id of a campaign. Use 1–64 bytes without control characters and `/`
            line 15, column 6: `/` cannot be the id of a reward. Use 1–64 bytes without control characters and `/`"#]],
    );
}

#[test]
fn s43_too_many_tables_beside_the_rules_are_refused() {
    check(
        &many("activity", 257, ""),
        expect![
            "line 776, column 6: there are too many kinds of activity in all versions of this programme. Keep to 256 ids"
        ],
    );
    check(
        &many("budget", 257, "limit = \"1\""),
        expect!["line 775, column 1: there are 257 budgets. Keep to 256"],
    );
    check(&many("campaign", 257, ""), expect!["line 775, column 1: there are 257 campaigns. Keep to 256"]);
    check(
        &many("reward", 1_025, "points = \"1\""),
        expect!["line 3079, column 1: there are 1025 rewards. Keep to 1024"],
    );
}

#[test]
fn as_many_tables_as_are_allowed_are_sound() {
    let tables = many("activity", 256, "") + &many("budget", 256, "limit = \"1\"");
    check(&(tables + &many("campaign", 256, "")), expect!["nothing"]);
    check(&many("reward", 1_024, "points = \"1\"\nstock = 3"), expect!["nothing"]);
}

#[test]
fn s43_budgets_and_rewards_are_in_a_known_currency() {
    check(
        &format!("{MILES}[[budget]]\nid = \"a\"\nlimit = \"1\"\n[[reward]]\nid = \"b\"\npoints = \"1\"\n"),
        expect![[r#"
        line 9, column 1: the budget `a` does not say which currency it is counted in. Add currency, as there are several
        line 12, column 1: the reward `b` does not say which currency it is paid in. Add currency, as there are several"#]],
    );
    check(
        "[[budget]]\nid = \"a\"\nlimit = \"1\"\ncurrency = \"point\"\n[[reward]]\nid = \"b\"\npoints = \"1\"\ncurrency = \"miles\"\n",
        expect![[r#"
            line 10, column 12: unknown currency `point`; known are: points. Did you mean `points`?
            line 14, column 12: unknown currency `miles`; known are: points. Name one of them or add [[currency]]"#]],
    );
}

#[test]
fn s43_a_budget_or_price_of_nothing_or_too_fine_is_refused() {
    check(
        "[[budget]]\nid = \"a\"\nlimit = \"0\"\n[[reward]]\nid = \"b\"\npoints = \"0\"\nstock = -1\n",
        expect![[r#"
        line 9, column 9: `limit` cannot be 0. Use a whole number above zero
        line 12, column 10: `points` cannot be 0. Use a whole number above zero
        line 13, column 9: `stock` cannot be -1. Use a whole number from 0 to 1000000000"#]],
    );
    check(
        "[[budget]]\nid = \"a\"\nlimit = \"1.5\"\nbeyond = \"refuse\"\n",
        expect!["line 10, column 10: unknown value `refuse`. Possible are: trim, skip"],
    );
    check(
        "[[reward]]\nid = \"b\"\npoints = \"1.5\"\nstock = 1000000001\n",
        expect![[r#"
        line 9, column 10: `1.5` has more than 0 decimal places. Use a whole number in quotes
        line 10, column 9: `stock` cannot be 1000000001. Use a whole number from 0 to 1000000000"#]],
    );
    check("[[reward]]\nid = \"sold out\"\npoints = \"1\"\nstock = 0\n", expect!["nothing"]);
}

#[test]
fn s43_a_reward_in_points_that_count_for_tiers_only_is_refused() {
    check(
        "use = \"qualifying\"\n[[reward]]\nid = \"a\"\npoints = \"1\"\n",
        expect![[
            r#"line 8, column 1: the reward `a` cannot be paid: the points of `points` count for tiers only. Name a currency that can be spent, or let its use be "both""#
        ]],
    );
    check(
        &format!(
            "{MILES}use = \"qualifying\"\n[[reward]]\nid = \"a\"\npoints = \"1\"\ncurrency = \"miles\"\n"
        ),
        expect![[
            r#"line 13, column 12: the reward `a` cannot be paid: the points of `miles` count for tiers only. Name a currency that can be spent, or let its use be "both""#
        ]],
    );
}

#[test]
fn s43_a_reward_for_an_unknown_tier_is_refused() {
    check(
        "[[reward]]\nid = \"a\"\npoints = \"1\"\ntier = [\"gold\"]\n",
        expect![
            "line 10, column 9: unknown tier `gold`; there are none. Leave it out or add [[ladder.tier]]"
        ],
    );
}

#[test]
fn s43_campaigns_and_rewards_that_end_before_they_start_are_refused() {
    check(
        "[[campaign]]\nid = \"a\"\nfrom = 2026-02-01\nuntil = 2026-02-01\n[[reward]]\nid = \"b\"\npoints = \"1\"\nfrom = 2026-02-02\nuntil = 2026-02-01\n",
        expect![[r#"
            line 10, column 9: the campaign `a` ends before it starts. Let `until` be after `from`
            line 15, column 9: the reward `b` is never offered: it ends before it starts. Let `until` be after `from`"#]],
    );
    check(
        "[[campaign]]\nid = \"a\"\nfrom = 12:00:00\n",
        expect![
            "line 9, column 8: `12:00:00` is no moment of the years 1900 to 2199. Use a date, or a date and time, such as 2026-01-31 or 2026-01-31T18:00:00"
        ],
    );
}

#[test]
fn s43_a_campaign_with_an_unknown_budget_is_refused() {
    check(
        "[[campaign]]\nid = \"a\"\nbudget = \"launch\"\n",
        expect!["line 9, column 10: unknown budget `launch`; there are none. Leave it out or add [[budget]]"],
    );
    check(
        "[[budget]]\nid = \"launch\"\nlimit = \"1\"\n[[campaign]]\nid = \"a\"\nbudget = \"lunch\"\n",
        expect!["line 12, column 10: unknown budget `lunch`; known are: launch. Did you mean `launch`?"],
    );
}

#[test]
fn s43_days_beside_the_rules_are_in_range() {
    check_file(
        &format!("reinstate_days = 3651\nvoucher_days = 0\non_close = \"burn\"\n{HEAD}"),
        expect!["line 3, column 12: unknown value `burn`. Possible are: forfeit, keep"],
    );
    check_file(
        &format!("reinstate_days = 3651\nvoucher_days = 0\n{HEAD}[referral]\nwindow_days = 0\n"),
        expect![[r#"
        line 1, column 18: `reinstate_days` cannot be 3651. Use a whole number from 0 to 3650
        line 2, column 16: `voucher_days` cannot be 0. Use a whole number from 1 to 3650
        line 10, column 15: `window_days` cannot be 0. Use a whole number from 1 to 3650"#]],
    );
    check_file(
        &format!("reinstate_days = 0\nvoucher_days = 3650\n{HEAD}[referral]\nwindow_days = 3650\n"),
        expect!["nothing"],
    );
}

#[test]
fn s43_a_budget_goes_on_in_the_currency_that_it_was_counted_in() {
    let budget = |currency: &str| {
        format!("{HEAD}{MILES}[[budget]]\nid = \"launch\"\ncurrency = \"{currency}\"\nlimit = \"100\"\n")
    };
    let mut registry = Registry::default();
    compile(&budget("points"), &mut registry).unwrap();
    let as_it_was = registry.clone();
    // It may be left out for a while, and is still the same budget when it comes back.
    compile(HEAD, &mut registry).unwrap();
    let findings = compile(&budget("miles"), &mut registry).unwrap_err();
    expect!["line 11, column 12: the budget `launch` was counted in `points` by an earlier version. Give the new budget an id of its own"].assert_eq(&findings.to_string());
    let unnamed =
        format!("{}[[budget]]\nid = \"launch\"\nlimit = \"100\"\n", HEAD.replace("points", "miles"));
    let findings = compile(&unnamed, &mut registry).unwrap_err();
    expect!["line 7, column 1: the budget `launch` was counted in `points` by an earlier version. Give the new budget an id of its own"].assert_eq(&findings.to_string());
    assert_eq!(registry, as_it_was);
    compile(&budget("points").replace("100", "200"), &mut registry).unwrap();
    compile(&budget("miles").replace("launch", "summer"), &mut registry).unwrap();
}
