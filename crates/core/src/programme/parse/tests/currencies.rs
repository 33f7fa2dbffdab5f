use expect_test::expect;

use super::check;

#[test]
fn s43_a_repeated_currency_is_refused() {
    check(
        "[[currency]]\nid = \"points\"\n",
        expect!["line 8, column 6: there is already a currency `points`. Give each its own"],
    );
}

#[test]
fn s43_too_many_currencies_are_refused() {
    let tables: String = (1..=32).map(|n| format!("[[currency]]\nid = \"p{n}\"\n")).collect();
    check(
        &tables,
        expect![
            "line 70, column 6: there are too many currencies in all versions of this programme. Keep to 32 ids"
        ],
    );
}

#[test]
fn s43_an_expiry_after_a_span_has_exactly_one_span() {
    check(
        "expiry = { policy = \"after\" }\n",
        expect!["line 7, column 10: `after` has 0 of days, months and years. Give exactly one of them"],
    );
    check(
        "expiry = { policy = \"after\", months = 12, years = 1 }\n",
        expect!["line 7, column 10: `after` has 2 of days, months and years. Give exactly one of them"],
    );
    check(
        "expiry = { policy = \"after\", days = 0 }\n",
        expect!["line 7, column 37: `days` cannot be 0. Use a whole number from 1 to 36500"],
    );
    check(
        "expiry = { policy = \"after\", months = 1201 }\n",
        expect!["line 7, column 39: `months` cannot be 1201. Use a whole number from 1 to 1200"],
    );
    check(
        "expiry = { policy = \"after\", years = 101 }\n",
        expect!["line 7, column 38: `years` cannot be 101. Use a whole number from 1 to 100"],
    );
}

#[test]
fn s43_expiry_keys_that_do_not_go_with_the_policy_are_refused() {
    check(
        "expiry = { policy = \"never\", days = 1, round_to = \"month\", counts_from = \"earning\" }\n",
        expect![[r#"
            line 7, column 37: `days` does not go with the expiry policy `never`. Leave `days` out, or let policy be "after"
            line 7, column 51: `round_to` does not go with the expiry policy `never`. Leave `round_to` out, or let policy be "after" or "inactivity"
            line 7, column 74: `counts_from` does not go with the expiry policy `never`. Leave `counts_from` out, or let policy be "after" or "calendar" or "inactivity""#]],
    );
    check(
        "expiry = { policy = \"calendar\", months = 1, round_to = \"year\" }\n",
        expect![[r#"
            line 7, column 10: `calendar` lacks `years`. Add years = 0 for the end of the year of the start
            line 7, column 42: `months` does not go with the expiry policy `calendar`. Leave `months` out, or let policy be "after" or "inactivity"
            line 7, column 56: `round_to` does not go with the expiry policy `calendar`. Leave `round_to` out, or let policy be "after" or "inactivity""#]],
    );
}

#[test]
fn s43_activation_days_go_with_after_days_only() {
    check(
        "activation = { policy = \"immediate\", days = 3 }\n",
        expect![[
            r#"line 7, column 45: `days` does not go with the activation policy `immediate`. Leave `days` out, or let policy be "after_days""#
        ]],
    );
    check(
        "activation = { policy = \"after_days\" }\n",
        expect!["line 7, column 14: `after_days` lacks `days`. Add days = 14, or how many it is to be"],
    );
    check(
        "activation = { policy = \"after_days\", days = 3651 }\n",
        expect!["line 7, column 46: `days` cannot be 3651. Use a whole number from 1 to 3650"],
    );
}

#[test]
fn s43_a_cash_value_of_nothing_or_too_fine_is_refused() {
    check(
        "cash = { points = \"0\", per = \"0.001\", min_points = \"0.5\", step = \"-1\", max_share_percent = 0 }\n",
        expect![[r#"
            line 7, column 19: `points` cannot be 0. Use a whole number above zero
            line 7, column 30: `0.001` has more than 2 decimal places. Use a decimal in quotes, with at most 2 decimal places
            line 7, column 52: `0.5` has more than 0 decimal places. Use a whole number in quotes
            line 7, column 66: `step` cannot be -1. Use a whole number above zero
            line 7, column 92: `max_share_percent` cannot be 0. Use a whole number from 1 to 100"#]],
    );
    check(
        "use = \"qualifying\"\ncash = { points = \"100\", per = \"1.00\" }\n",
        expect![[
            r#"line 8, column 8: `points` cannot be cash: its points count for tiers only. Leave cash out, or let use be "both""#
        ]],
    );
}

#[test]
fn s43_a_cap_of_nothing_or_too_fine_is_refused() {
    check(
        "[[currency.cap]]\nlimit = \"0\"\nper = \"day\"\n",
        expect!["line 8, column 9: `limit` cannot be 0. Use a whole number above zero"],
    );
    check(
        "[[currency.cap]]\nlimit = \"1.5\"\nper = \"day\"\n",
        expect!["line 8, column 9: `1.5` has more than 0 decimal places. Use a whole number in quotes"],
    );
    check(
        "[[currency.cap]]\nlimit = \"1e9\"\nper = \"day\"\n",
        expect![
            "line 8, column 9: `1e9` is not a decimal number such as 12.50. Use a whole number in quotes"
        ],
    );
    check(
        "[[currency.cap]]\nlimit = \"99999999999999999999\"\nper = \"day\"\n",
        expect!["line 8, column 9: `99999999999999999999` is too large. Use a smaller one"],
    );
    check(
        "[[currency.cap]]\nlimit = \"10\"\nper = \"quarter\"\n",
        expect![
            "line 9, column 7: unknown value `quarter`. Possible are: order, day, week, month, year, tier_period, ever"
        ],
    );
}

#[test]
fn s43_grace_and_scale_out_of_range_are_refused() {
    check(
        "reversal_grace_days = 3651\nscale = -1\n",
        expect![[r#"
        line 7, column 23: `reversal_grace_days` cannot be 3651. Use a whole number from 0 to 3650
        line 8, column 9: `scale` cannot be -1. Use a whole number from 0 to 4"#]],
    );
}
