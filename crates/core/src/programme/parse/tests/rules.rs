use expect_test::{Expect, expect};

use super::check;

/// Checks a bonus rule with conditions, the first of which is in line 12.
fn check_when(conditions: &str, expected: Expect) {
    check(
        &format!("[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\n[rule.when]\n{conditions}\n"),
        expected,
    );
}

const BASE: &str = "[[rule]]\nid = \"base\"\nkind = \"base\"\npoints = \"1\"\nper = \"1.00\"\n";

#[test]
fn s43_an_unknown_currency_is_refused_naming_those_that_are_known() {
    check(
        "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\ncurrency = \"miles\"\n",
        expect![
            "line 11, column 12: unknown currency `miles`; known are: points. Name one of them or add [[currency]]"
        ],
    );
    check(
        "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\ncurrency = \"point\"\n",
        expect!["line 11, column 12: unknown currency `point`; known are: points. Did you mean `points`?"],
    );
}

#[test]
fn s43_a_rule_says_its_currency_where_there_are_several() {
    check(
        "[[currency]]\nid = \"miles\"\n[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\n",
        expect![
            "line 9, column 1: the rule `a` does not say which currency it gives. Add currency, as there are several"
        ],
    );
}

#[test]
fn s43_a_repeated_rule_is_refused() {
    check(
        &format!("{BASE}{BASE}"),
        expect!["line 13, column 6: there is already a rule `base`. Give each its own"],
    );
}

#[test]
fn s43_too_many_rules_are_refused() {
    let rules: String =
        (0..513).map(|n| format!("[[rule]]\nid = \"{n}\"\nkind = \"bonus\"\npoints = \"1\"\n")).collect();
    check(&rules, expect!["line 2055, column 1: there are 513 rules. Keep to 512"]);
}

#[test]
fn s43_a_rule_has_the_keys_of_its_kind() {
    check(
        "[[rule]]\nid = \"a\"\nkind = \"base\"\nfactor = \"2\"\n",
        expect![[r#"
        line 7, column 1: the base rule `a` lacks `per`. Add per, a decimal in quotes
        line 7, column 1: the base rule `a` lacks `points`. Add points, a decimal in quotes
        line 10, column 10: `factor` does not go with the kind `base`. Leave `factor` out"#]],
    );
    check(
        "[[rule]]\nid = \"a\"\nkind = \"bonus\"\nper = \"2\"\n",
        expect![[r#"
        line 7, column 1: the bonus rule `a` lacks `points`. Add points, a decimal in quotes
        line 10, column 7: `per` does not go with the kind `bonus`. Leave `per` out"#]],
    );
    check(
        &format!("{BASE}[[rule]]\nid = \"a\"\nkind = \"multiplier\"\npoints = \"2\"\n"),
        expect![[r#"
        line 12, column 1: the multiplier rule `a` lacks `factor`. Add factor, a decimal in quotes
        line 15, column 10: `points` does not go with the kind `multiplier`. Leave `points` out"#]],
    );
}

#[test]
fn s43_a_rate_of_nothing_or_too_fine_is_refused() {
    let base = |points: &str, per: &str| {
        format!("[[rule]]\nid = \"a\"\nkind = \"base\"\npoints = \"{points}\"\nper = \"{per}\"\n")
    };
    check(
        &base("0", "-1"),
        expect![[r#"
        line 10, column 10: `points` cannot be 0. Use a decimal above zero
        line 11, column 7: `per` cannot be -1. Use a decimal above zero"#]],
    );
    check(
        &base("0.0000001", "1.005"),
        expect![[r#"
        line 10, column 10: `0.0000001` has more than 6 decimal places. Use a decimal in quotes, with at most 6 decimal places
        line 11, column 7: `1.005` has more than 2 decimal places. Use a decimal in quotes, with at most 2 decimal places"#]],
    );
    check(
        &base("one", "1,00"),
        expect![[r#"
        line 10, column 10: `one` is not a decimal number such as 12.50. Use a decimal in quotes, with at most 6 decimal places
        line 11, column 7: `1,00` is not a decimal number such as 12.50. Use a decimal in quotes, with at most 2 decimal places"#]],
    );
    check(&base("1000000000000", "0.01"), expect!["nothing"]);
    check(
        &base("1000000000001", "0.01"),
        expect![
            "line 10, column 10: the rate 1000000000001/1 in smallest units is too fine or too large. Keep both parts of the reduced fraction within 1000000000000"
        ],
    );
}

#[test]
fn s43_a_bonus_has_the_decimals_of_its_currency() {
    check(
        "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1.5\"\n",
        expect!["line 10, column 10: `1.5` has more than 0 decimal places. Use a whole number in quotes"],
    );
    check(
        "scale = 1\n[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1.25\"\n",
        expect![
            "line 11, column 10: `1.25` has more than 1 decimal places. Use a decimal in quotes, with at most 1 decimal place"
        ],
    );
}

#[test]
fn s43_a_factor_is_above_one_with_at_most_four_decimals() {
    let multiplier =
        |factor: &str| format!("{BASE}[[rule]]\nid = \"a\"\nkind = \"multiplier\"\nfactor = \"{factor}\"\n");
    check(&multiplier("1"), expect!["line 15, column 10: the factor 1 adds nothing. Use a factor above 1"]);
    check(
        &multiplier("0.5"),
        expect!["line 15, column 10: the factor 0.5 adds nothing. Use a factor above 1"],
    );
    check(
        &multiplier("1.00001"),
        expect![
            "line 15, column 10: `1.00001` has more than 4 decimal places. Use a decimal in quotes, with at most 4 decimal places"
        ],
    );
    check(&multiplier("1.0001"), expect!["nothing"]);
}

#[test]
fn s43_a_multiplier_without_a_base_rule_of_its_currency_is_refused() {
    check(
        "[[currency]]\nid = \"miles\"\n[[rule]]\nid = \"base\"\nkind = \"base\"\ncurrency = \"points\"\npoints = \"1\"\nper = \"1\"\n\
         [[rule]]\nid = \"a\"\nkind = \"multiplier\"\ncurrency = \"miles\"\nfactor = \"2\"\n",
        expect![[
            r#"line 15, column 1: the multiplier `a` has nothing to multiply: no base rule gives its currency. Add a rule of kind "base" for the currency"#
        ]],
    );
}

#[test]
fn s43_a_group_has_rules_of_one_kind_currency_and_choice() {
    check(
        &format!(
            "{BASE}group = \"g\"\n[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\ngroup = \"g\"\n"
        ),
        expect![
            "line 17, column 9: the group `g` has rules of different kinds. Let `a` be as `base` in this, or give it another group"
        ],
    );
    let bonus = |id: &str, more: &str| {
        format!("[[rule]]\nid = \"{id}\"\nkind = \"bonus\"\npoints = \"1\"\ngroup = \"g\"\n{more}\n")
    };
    check(
        &format!(
            "[[currency]]\nid = \"miles\"\n{}{}",
            bonus("a", "currency = \"points\""),
            bonus("b", "currency = \"miles\"")
        ),
        expect![
            "line 19, column 9: the group `g` has rules of different currencies. Let `b` be as `a` in this, or give it another group"
        ],
    );
    check(
        &format!("{}{}", bonus("a", "group_choice = \"priority\""), bonus("b", "")),
        expect![
            "line 17, column 9: the group `g` has rules of different group_choices. Let `b` be as `a` in this, or give it another group"
        ],
    );
}

#[test]
fn rules_of_a_group_may_leave_the_only_currency_out_or_name_it() {
    let bonus = "kind = \"bonus\"\npoints = \"1\"\ngroup = \"g\"\n";
    check(
        &format!("[[rule]]\nid = \"a\"\n{bonus}[[rule]]\nid = \"b\"\ncurrency = \"points\"\n{bonus}"),
        expect!["nothing"],
    );
}

#[test]
fn s43_group_options_without_a_group_are_refused() {
    check(
        &format!("{BASE}group_choice = \"best\"\npriority = 1\n"),
        expect![[r#"
        line 12, column 16: `group_choice` does nothing without a group. Add group, or leave `group_choice` out
        line 13, column 12: `priority` does nothing without a group. Add group, or leave `priority` out"#]],
    );
}

#[test]
fn s43_amounts_for_money_currencies_with_different_decimals_are_refused() {
    check(
        &format!("[[money]]\ncode = \"JPY\"\n{BASE}"),
        expect![
            "line 13, column 7: the rule `base` meets money currencies with different decimals. Write one rule for each, and name its currency in when.money"
        ],
    );
    check(
        &format!("[[money]]\ncode = \"JPY\"\n{BASE}when = {{ money = [\"EUR\", \"JPY\"] }}\n"),
        expect![
            "line 13, column 7: the rule `base` meets money currencies with different decimals. Write one rule for each, and name its currency in when.money"
        ],
    );
    check(&format!("[[money]]\ncode = \"JPY\"\n{BASE}when = {{ money = [\"JPY\"] }}\n"), expect!["nothing"]);
    check(
        "[[money]]\ncode = \"JPY\"\n[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\n",
        expect!["nothing"],
    );
}

#[test]
fn s43_a_rule_for_money_that_is_not_accepted_is_refused() {
    check_when(
        "money = [\"USD\"]",
        expect![
            "line 12, column 10: unknown money currency `USD`; known are: EUR. Name one of them or add [[money]]"
        ],
    );
}

#[test]
fn s43_a_rule_whose_least_spend_is_above_its_most_is_refused() {
    check_when(
        "min_spend = \"10.01\"\nmax_spend = \"10\"",
        expect![
            "line 12, column 13: the rule can never match: min_spend 10.01 is above max_spend 10. Exchange them, or leave one out"
        ],
    );
    check_when("min_spend = \"10.00\"\nmax_spend = \"10\"", expect!["nothing"]);
    check_when(
        "min_spend = \"-1\"\nmax_spend = \"0.001\"",
        expect![[r#"
        line 12, column 13: `min_spend` cannot be -1. Use zero or a decimal above
        line 13, column 13: `0.001` has more than 2 decimal places. Use a decimal in quotes, with at most 2 decimal places"#]],
    );
}

#[test]
fn s43_a_rate_on_no_money_is_refused() {
    check(
        &format!("{BASE}when = {{ max_spend = \"0.00\" }}\n"),
        expect![
            "line 12, column 22: the rule can never give points: its max_spend leaves no money to count. Use a larger max_spend, or a bonus"
        ],
    );
}

#[test]
fn s43_a_rule_that_wants_only_what_it_does_not_want_is_refused() {
    check_when(
        "category = [\"A\", \"B\"]\nnot = { category = [\"B\", \"C\", \"A\"] }",
        expect![
            "line 12, column 13: the rule can never match: every wanted category is under `not` too. Take it out of one of the two lists"
        ],
    );
    check_when(
        "sku = [\"A\"]\nnot = { sku = [\"A\"] }",
        expect![
            "line 12, column 8: the rule can never match: every wanted sku is under `not` too. Take it out of one of the two lists"
        ],
    );
    check_when(
        "brand = [\"A\"]\nnot = { brand = [\"A\"] }",
        expect![
            "line 12, column 10: the rule can never match: every wanted brand is under `not` too. Take it out of one of the two lists"
        ],
    );
    check_when(
        "tag = [\"a\"]\nnot = { tag = [\"a\"] }",
        expect![
            "line 12, column 8: the rule can never match: every wanted tag is under `not` too. Take it out of one of the two lists"
        ],
    );
    check_when("category = [\"A\", \"B\"]\nnot = { category = [\"B\"], sku = [\"A\"] }", expect!["nothing"]);
}

#[test]
fn s43_a_text_that_no_order_or_member_has_is_refused() {
    check_when(
        "category = [\"\"]",
        expect![
            "line 12, column 13: the rule can never match: no category is ``. Use 1–128 bytes without control characters"
        ],
    );
    check_when(
        "channel = [\"a\\nb\"]",
        expect![[
            r#"line 12, column 12: the rule can never match: no channel is `a\nb`. Use 1–128 bytes without control characters"#
        ]],
    );
    check_when(
        "segment = [\"\"]",
        expect![
            "line 12, column 12: the rule can never match: no segment is ``. Use 1–128 bytes without control characters"
        ],
    );
    check_when(
        "attribute = { size = [\"\"] }",
        expect![
            "line 12, column 23: the rule can never match: no attribute value is ``. Use 1–128 bytes without control characters"
        ],
    );
}

#[test]
fn s43_an_attribute_without_values_is_refused() {
    check_when(
        "attribute = { \"尺码\" = [] }",
        expect![
            "line 12, column 22: the rule can never match: no value of the attribute `尺码` is wanted. List the values, or leave the attribute out"
        ],
    );
    check_when(
        "attribute = { size = [] }",
        expect![
            "line 12, column 22: the rule can never match: no value of the attribute `size` is wanted. List the values, or leave the attribute out"
        ],
    );
}

#[test]
fn s43_too_many_tags_are_refused() {
    let tags: Vec<String> = (0..65).map(|n| format!("\"tag{n}\"")).collect();
    check_when(
        &format!("tag = [\n{}\n]", tags.join(",\n")),
        expect![
            "line 77, column 1: the rules mention more than 64 line tags, from `tag64` on. Use fewer tags, or categories, which have no limit"
        ],
    );
}

#[test]
fn s43_an_unknown_tier_is_refused() {
    check_when(
        "tier = [\"gold\"]",
        expect![
            "line 12, column 9: unknown tier `gold`; there are none. Leave it out or add [[ladder.tier]]"
        ],
    );
    let ladder = "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n\
                  [[ladder.tier]]\nid = \"gold\"\nentry = { any = { orders = 3 } }\n";
    check_when(
        &format!("tier = [\"gould\"]\n{ladder}"),
        expect!["line 12, column 9: unknown tier `gould`; known are: member, gold. Did you mean `gold`?"],
    );
    check_when(
        &format!("tier = [\"state/gold\"]\n{ladder}"),
        expect![
            "line 12, column 9: unknown tier `state/gold`; known are: member, gold. Name one of them or add [[ladder.tier]]"
        ],
    );
    check_when(&format!("tier = [\"gold\", \"status/gold\"]\n{ladder}"), expect!["nothing"]);
    let other = ladder.replace("status", "other");
    check_when(
        &format!("tier = [\"gold\"]\n{ladder}{other}"),
        expect![
            "line 12, column 9: the ladders `status` and `other` both have a tier `gold`. Write `status/gold` or `other/gold`"
        ],
    );
    check_when(
        &format!("tier = [\"platinum\"]\n{ladder}{other}"),
        expect![
            "line 12, column 9: unknown tier `platinum`; known are: status/member, status/gold, other/member, other/gold. Name one of them or add [[ladder.tier]]"
        ],
    );
}

#[test]
fn s43_an_order_number_is_the_first_or_every_nth() {
    check_when(
        "order_number = { }",
        expect![
            "line 12, column 16: order_number has either first = true or `every`. Write { first = true } or { every = 5 }"
        ],
    );
    check_when(
        "order_number = { first = true, every = 3 }",
        expect![
            "line 12, column 16: order_number has either first = true or `every`. Write { first = true } or { every = 5 }"
        ],
    );
    check_when(
        "order_number = { first = false }",
        expect![
            "line 12, column 16: order_number has either first = true or `every`. Write { first = true } or { every = 5 }"
        ],
    );
    check_when(
        "order_number = { every = 1 }",
        expect!["line 12, column 26: `every` cannot be 1. Use a whole number from 2 to 1000000"],
    );
}

#[test]
fn s43_a_range_without_hours_is_refused() {
    check_when(
        "hour = { from = 9, to = 9 }",
        expect![
            "line 12, column 8: the rule can never match: no hour is from 9 to 9. `to` is the first hour no longer in; for the whole day leave `hour` out"
        ],
    );
    check_when(
        "hour = { from = 24, to = 25 }",
        expect![[r#"
        line 12, column 17: `from` cannot be 24. Use a whole number from 0 to 23
        line 12, column 26: `to` cannot be 25. Use a whole number from 0 to 24"#]],
    );
    check_when("hour = { from = 22, to = 0 }", expect!["nothing"]);
}

#[test]
fn s43_a_time_that_ends_before_it_starts_is_refused() {
    check_when(
        "from = 2026-02-01\nuntil = 2026-02-01",
        expect![
            "line 13, column 9: the rule can never match: it ends before it starts. Let `until` be after `from`"
        ],
    );
    check_when(
        "from = 2026-02-01T00:00:00Z\nuntil = 2026-02-01T00:30:00+01:00",
        expect![
            "line 13, column 9: the rule can never match: it ends before it starts. Let `until` be after `from`"
        ],
    );
    check_when(
        "from = 2026-02-01\nuntil = 12:00:00",
        expect![
            "line 13, column 9: `12:00:00` is no moment of the years 1900 to 2199. Use a date, or a date and time, such as 2026-01-31 or 2026-01-31T18:00:00"
        ],
    );
}

#[test]
fn s43_a_time_without_any_of_the_wanted_weekdays_is_refused() {
    check_when(
        "weekday = [\"sat\", \"sun\"]\nfrom = 2026-02-02\nuntil = 2026-02-07",
        expect![
            "line 14, column 9: the rule can never match: none of its weekdays is from 2026-02-02 to 2026-02-06. Choose other weekdays or a longer time"
        ],
    );
    check_when(
        "weekday = [\"sat\", \"sun\"]\nfrom = 2026-02-02\nuntil = 2026-02-07T00:00:01",
        expect!["nothing"],
    );
}

#[test]
fn s43_a_least_quantity_of_nothing_is_refused() {
    check_when(
        "min_quantity = 0",
        expect!["line 12, column 16: `min_quantity` cannot be 0. Use a whole number from 1 to 1000000000"],
    );
}
