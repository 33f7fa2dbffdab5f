use expect_test::{Expect, expect};

use super::check;

/// Checks an expiry of the currency, which stands in line 7 from column 10 on.
fn check_expiry(table: &str, expected: Expect) {
    check(&format!("expiry = {{ {table} }}\n"), expected);
}

/// Two bonus rules, whose expiries are in lines 11 and 16.
fn two_rules(first: &str, second: &str) -> String {
    let rule = |id: &str, expiry: &str| {
        format!("[[rule]]\nid = \"{id}\"\nkind = \"bonus\"\npoints = \"1\"\nexpiry = {{ {expiry} }}\n")
    };
    rule("a", first) + &rule("b", second)
}

#[test]
fn s43_inactivity_has_months_and_no_other_span() {
    check_expiry(
        "policy = \"inactivity\"",
        expect!["line 7, column 10: `inactivity` lacks `months`. Add months = 12, or how many it is to be"],
    );
    check_expiry(
        "policy = \"inactivity\", days = 3, years = 1, months = 1201",
        expect![[r#"
        line 7, column 42: `days` does not go with the expiry policy `inactivity`. Leave `days` out, or let policy be "after"
        line 7, column 53: `years` does not go with the expiry policy `inactivity`. Leave `years` out, or let policy be "after" or "calendar"
        line 7, column 65: `months` cannot be 1201. Use a whole number from 1 to 1200"#]],
    );
    check_expiry(
        "policy = \"inactivity\", months = 24, round_to = \"month\", counts_from = \"earning\"",
        expect!["nothing"],
    );
}

#[test]
fn s43_inactivity_that_nothing_interrupts_is_refused() {
    check_expiry(
        "policy = \"inactivity\", months = 24, kinds = []",
        expect![[
            r#"line 7, column 56: nothing that a member does counts against the inactivity. Name kinds, leave `kinds` out, or let policy be "after""#
        ]],
    );
    check_expiry(
        "policy = \"inactivity\", months = 24, kinds = [\"login\"]",
        expect![
            "line 7, column 57: unknown value `login`. Possible are: order, activity, redemption, transfer, purchase"
        ],
    );
}

#[test]
fn s43_keys_of_inactivity_and_earliest_of_do_not_go_with_other_policies() {
    check_expiry(
        "policy = \"after\", days = 3, kinds = [\"order\"], of = []",
        expect![[r#"
        line 7, column 48: `kinds` does not go with the expiry policy `after`. Leave `kinds` out, or let policy be "inactivity"
        line 7, column 64: `of` does not go with the expiry policy `after`. Leave `of` out, or let policy be "earliest_of""#]],
    );
    check_expiry(
        "policy = \"inactivity\", months = 3, of = []",
        expect![[
            r#"line 7, column 52: `of` does not go with the expiry policy `inactivity`. Leave `of` out, or let policy be "earliest_of""#
        ]],
    );
    check_expiry(
        "policy = \"earliest_of\", days = 3, round_to = \"day\", counts_from = \"earning\", kinds = [\"order\"], of = [{ policy = \"after\", days = 3 }, { policy = \"calendar\", years = 0 }]",
        expect![[r#"
            line 7, column 43: `days` does not go with the expiry policy `earliest_of`. Leave `days` out, or let policy be "after"
            line 7, column 57: `round_to` does not go with the expiry policy `earliest_of`. Leave `round_to` out, or let policy be "after" or "inactivity"
            line 7, column 78: `counts_from` does not go with the expiry policy `earliest_of`. Leave `counts_from` out, or let policy be "after" or "calendar" or "inactivity"
            line 7, column 97: `kinds` does not go with the expiry policy `earliest_of`. Leave `kinds` out, or let policy be "inactivity""#]],
    );
}

#[test]
fn s43_an_earliest_of_has_exactly_two_policies() {
    check_expiry(
        "policy = \"earliest_of\"",
        expect![[
            r#"line 7, column 10: `earliest_of` lacks `of`. List two of "after", "calendar" and "inactivity", the last at most once"#
        ]],
    );
    check_expiry(
        "policy = \"earliest_of\", of = []",
        expect![[
            r#"line 7, column 41: `earliest_of` has 0 policies. List two of "after", "calendar" and "inactivity", the last at most once"#
        ]],
    );
    check_expiry(
        "policy = \"earliest_of\", of = [{ policy = \"after\", days = 3 }]",
        expect![[
            r#"line 7, column 41: `earliest_of` has 1 policies. List two of "after", "calendar" and "inactivity", the last at most once"#
        ]],
    );
    let third = "{ policy = \"after\", days = 3 }, { policy = \"after\", days = 4 }, { policy = \"after\", days = 5 }";
    check_expiry(
        &format!("policy = \"earliest_of\", of = [{third}]"),
        expect![[
            r#"line 7, column 41: `earliest_of` has 3 policies. List two of "after", "calendar" and "inactivity", the last at most once"#
        ]],
    );
    let both = "{ policy = \"calendar\", years = 1 }, { policy = \"after\", months = 18 }";
    check_expiry(&format!("policy = \"earliest_of\", of = [{both}]"), expect!["nothing"]);
}

#[test]
fn s43_an_earliest_of_holds_neither_never_nor_another_nor_inactivity_twice() {
    let with = |part: &str| {
        format!("policy = \"earliest_of\", of = [{{ policy = \"after\", days = 3 }}, {{ {part} }}]")
    };
    check_expiry(
        &with("policy = \"never\""),
        expect![[
            r#"line 7, column 74: `never` cannot be a part of `earliest_of`. List two of "after", "calendar" and "inactivity", the last at most once"#
        ]],
    );
    check_expiry(
        &with("policy = \"earliest_of\", of = []"),
        expect![[
            r#"line 7, column 74: `earliest_of` cannot be a part of `earliest_of`. List two of "after", "calendar" and "inactivity", the last at most once"#
        ]],
    );
    let idle = "{ policy = \"inactivity\", months = 3 }, { policy = \"inactivity\", months = 4 }";
    check_expiry(
        &format!("policy = \"earliest_of\", of = [{idle}]"),
        expect![[
            r#"line 7, column 81: `earliest_of` has `inactivity` twice. List two of "after", "calendar" and "inactivity", the last at most once"#
        ]],
    );
    check_expiry(
        &with("policy = \"after\""),
        expect!["line 7, column 74: `after` has 0 of days, months and years. Give exactly one of them"],
    );
}

#[test]
fn s43_inactivities_of_one_length_agree_within_a_currency() {
    let quarter = "policy = \"inactivity\", months = 6, round_to = \"quarter\"";
    check(
        &two_rules(quarter, "policy = \"inactivity\", months = 6"),
        expect![
            "line 16, column 10: one currency has inactivity of 6 months twice, with different `round_to`. Give both the same `round_to`, or let one of them have other months"
        ],
    );
    check(
        &two_rules(
            quarter,
            "policy = \"inactivity\", months = 6, round_to = \"quarter\", kinds = [\"order\"]",
        ),
        expect![
            "line 16, column 10: one currency has inactivity of 6 months twice, with different `kinds`. Give both the same `kinds`, or let one of them have other months"
        ],
    );
    check(&two_rules(quarter, "policy = \"inactivity\", months = 7"), expect!["nothing"]);
    check(
        &format!(
            "expiry = {{ {quarter} }}\n{}",
            two_rules("policy = \"never\"", "policy = \"inactivity\", months = 6")
        ),
        expect![
            "line 17, column 10: one currency has inactivity of 6 months twice, with different `round_to`. Give both the same `round_to`, or let one of them have other months"
        ],
    );
    check(
        &two_rules(
            quarter,
            "policy = \"earliest_of\", of = [{ policy = \"after\", years = 3 }, { policy = \"inactivity\", months = 6 }]",
        ),
        expect![
            "line 16, column 10: one currency has inactivity of 6 months twice, with different `round_to`. Give both the same `round_to`, or let one of them have other months"
        ],
    );
}

#[test]
fn s43_inactivities_of_tiers_and_campaigns_agree_with_those_of_the_currency() {
    let campaign =
        "[[campaign]]\nid = \"c\"\nexpiry = { policy = \"inactivity\", months = 6, round_to = \"year\" }\n";
    let rule = "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\ncampaign = \"c\"\n";
    let currency = "expiry = { policy = \"inactivity\", months = 6 }\n";
    check(
        &format!("{currency}{campaign}{rule}"),
        expect![
            "line 10, column 10: one currency has inactivity of 6 months twice, with different `round_to`. Give both the same `round_to`, or let one of them have other months"
        ],
    );
    // A campaign without a rule gives no lots.
    check(&format!("{currency}{campaign}"), expect!["nothing"]);
    check(
        &format!(
            "{currency}[[ladder]]\nid = \"l\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"t\"\nexpiry = {{ policy = \"inactivity\", months = 6, round_to = \"year\" }}\n"
        ),
        expect![
            "line 13, column 10: one currency has inactivity of 6 months twice, with different `round_to`. Give both the same `round_to`, or let one of them have other months"
        ],
    );
}

#[test]
fn inactivities_of_one_length_may_differ_between_currencies() {
    let rule = |id: &str, currency: &str, round_to: &str| {
        format!(
            "[[rule]]\nid = \"{id}\"\nkind = \"bonus\"\npoints = \"1\"\ncurrency = \"{currency}\"\nexpiry = {{ policy = \"inactivity\", months = 6, round_to = \"{round_to}\" }}\n"
        )
    };
    check(
        &format!(
            "[[currency]]\nid = \"miles\"\n{}{}",
            rule("a", "points", "day"),
            rule("b", "miles", "year")
        ),
        expect!["nothing"],
    );
}

#[test]
fn s43_activation_keys_go_with_their_policy() {
    check(
        "activation = { policy = \"on_date\" }\n",
        expect!["line 7, column 14: `on_date` lacks `date`. Add date = 2026-12-01, or which it is to be"],
    );
    check(
        "activation = { policy = \"on_date\", date = 12:00:00 }\n",
        expect![
            "line 7, column 43: `12:00:00` is no moment of the years 1900 to 2199. Use a date, or a date and time, such as 2026-01-31 or 2026-01-31T18:00:00"
        ],
    );
    check(
        "activation = { policy = \"on_date\", date = 2026-12-01, days = 3, within_days = 3 }\n",
        expect![[r#"
        line 7, column 62: `days` does not go with the activation policy `on_date`. Leave `days` out, or let policy be "after_days"
        line 7, column 79: `within_days` does not go with the activation policy `on_date`. Leave `within_days` out, or let policy be "on_fulfilment""#]],
    );
    check(
        "activation = { policy = \"on_fulfilment\" }\n",
        expect![
            "line 7, column 14: `on_fulfilment` lacks `within_days`. Add within_days = 30, or how many it is to be"
        ],
    );
    check(
        "activation = { policy = \"on_fulfilment\", within_days = 0, date = 2026-12-01 }\n",
        expect![[r#"
        line 7, column 56: `within_days` cannot be 0. Use a whole number from 1 to 3650
        line 7, column 66: `date` does not go with the activation policy `on_fulfilment`. Leave `date` out, or let policy be "on_date""#]],
    );
    check(
        "activation = { policy = \"on_shipping\" }\n",
        expect![
            "line 7, column 25: unknown value `on_shipping`. Possible are: immediate, after_days, on_date, on_fulfilment"
        ],
    );
}
