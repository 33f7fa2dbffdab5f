use expect_test::expect;

use super::{HEAD, check, check_file};
use crate::programme::parse::{SOURCE_BYTES_MAX, effective_from};

#[test]
fn the_least_programme_is_sound() {
    check("", expect!["nothing"]);
}

#[test]
fn s43_what_is_not_toml_is_refused_at_its_place() {
    check(
        "scale = = 2\n",
        expect![
            "line 7, column 9: extra `=`, expected nothing. Write it as TOML has it: key = value, texts in quotes, tables in brackets"
        ],
    );
    check("id = \"again\"\n", expect!["line 7, column 1: duplicate key. Give each key once in its table"]);
    check(
        "scale = 01\n",
        expect![
            "line 7, column 9: unexpected leading zero, expected nothing. Write it as TOML has it: key = value, texts in quotes, tables in brackets"
        ],
    );
}

#[test]
fn s43_an_unknown_key_is_refused_with_the_key_that_was_meant() {
    check(
        "spend_ordr = \"fifo\"\n",
        expect![
            "line 7, column 1: unknown key `spend_ordr`. Did you mean `spend_order`? Possible are: id, scale, use, spend_order, clawback, reversal_grace_days, expiry, activation, cash, cap, transfer, purchase"
        ],
    );
    check(
        "[[rule]]\nid = \"a\"\nkind = \"base\"\ncolour = \"red\"\n",
        expect![
            "line 10, column 1: unknown key `colour`. Possible are: id, kind, on, activity, campaign, currency, points, per, factor, rounding, rounding_per, money, group, group_choice, priority, cooldown_days, max_triggers, caps, budget, expiry, when"
        ],
    );
    check(
        "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\n[rule.when]\nnot = { categry = [] }\n",
        expect![
            "line 12, column 9: unknown key `categry`. Did you mean `category`? Possible are: category, sku, brand, tag"
        ],
    );
    check_file(
        "nam = \"Test\"\n",
        expect![
            "line 1, column 1: unknown key `nam`. Did you mean `name`? Possible are: name, zone, enrol_on_first_fact, late_limit_days, clock_skew_seconds, effective_from, money, currency, rule, ladder, activity, budget, campaign, reward, benefit, referral, on_close, reinstate_days, voucher_days"
        ],
    );
}

#[test]
fn s43_a_missing_key_is_refused_in_its_table() {
    check_file(
        "name = \"Test\"\n",
        expect!["line 1, column 1: missing key `zone`. Add `zone` to this table"],
    );
    check(
        "[[rule]]\nid = \"a\"\n",
        expect!["line 7, column 1: missing key `kind`. Add `kind` to this table"],
    );
    check(
        "[currency.expiry]\nmonths = 12\n",
        expect!["line 7, column 1: missing key `policy`. Add `policy` to this table"],
    );
}

#[test]
fn s43_an_unknown_value_is_refused_with_those_that_are_known() {
    check(
        "spend_order = \"fifoo\"\n",
        expect![
            "line 7, column 15: unknown value `fifoo`. Did you mean `fifo`? Possible are: soonest_expiry, fifo"
        ],
    );
    check(
        "use = \"everything\"\n",
        expect!["line 7, column 7: unknown value `everything`. Possible are: spendable, qualifying, both"],
    );
    check(
        "clawback = \"none\"\n",
        expect![
            "line 7, column 12: unknown value `none`. Possible are: arrears, balance_only, own_lots_only"
        ],
    );
    check(
        "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\nwhen = { weekday = [\"monday\"] }\n",
        expect![
            "line 11, column 21: unknown value `monday`. Possible are: mon, tue, wed, thu, fri, sat, sun"
        ],
    );
}

#[test]
fn s43_a_decimal_without_quotes_is_refused() {
    check(
        "[currency.cash]\npoints = 100\nper = \"1.00\"\n",
        expect![
            "line 8, column 10: integer `100` cannot stand here. Write it in quotes; decimals too, so that they stay exact"
        ],
    );
    check(
        "[currency.cash]\npoints = \"100\"\nper = 1.0\n",
        expect![
            "line 9, column 7: floating point `1.0` cannot stand here. Write it in quotes; decimals too, so that they stay exact"
        ],
    );
}

#[test]
fn s43_a_value_of_another_type_is_refused() {
    check(
        "reversal_grace_days = \"30\"\n",
        expect![[
            r#"line 7, column 23: string "30" cannot stand here. Write a whole number, without quotes"#
        ]],
    );
    check(
        "use = 5\n",
        expect![
            "line 7, column 7: a value of this type cannot stand here. Write one of the words that are possible here, in quotes"
        ],
    );
    check(
        "cash = 5\n",
        expect!["line 7, column 8: integer `5` cannot stand here. Write a table, such as { key = value }"],
    );
    check(
        "cap = 5\n",
        expect![
            "line 7, column 7: integer `5` cannot stand here. Write a list in brackets, or a table under [[…]]"
        ],
    );
    check_file(
        &format!("enrol_on_first_fact = 1\n{HEAD}"),
        expect!["line 1, column 23: integer `1` cannot stand here. Write true or false, without quotes"],
    );
}

#[test]
fn s43_a_date_in_quotes_is_refused() {
    check_file(
        &format!("effective_from = \"2026-01-01\"\n{HEAD}"),
        expect![[
            r#"line 1, column 18: string "2026-01-01" cannot stand here. Write a date without quotes, such as 2026-01-31"#
        ]],
    );
}

#[test]
fn s43_an_impossible_date_is_refused() {
    check_file(
        &format!("effective_from = 2026-02-30\n{HEAD}"),
        expect![
            "line 1, column 18: invalid date, expected day between 01 and 28. Use a day of the calendar, such as 2026-02-28"
        ],
    );
    check_file(
        &format!("effective_from = 1899-12-31\n{HEAD}"),
        expect![
            "line 1, column 18: `1899-12-31` is no moment of the years 1900 to 2199. Use a date, or a date and time, such as 2026-01-31 or 2026-01-31T18:00:00"
        ],
    );
    check_file(
        &format!("effective_from = 12:00:00\n{HEAD}"),
        expect![
            "line 1, column 18: `12:00:00` is no moment of the years 1900 to 2199. Use a date, or a date and time, such as 2026-01-31 or 2026-01-31T18:00:00"
        ],
    );
}

#[test]
fn s43_an_unknown_zone_is_refused() {
    check_file(
        &HEAD.replace("Europe/London", "Europe/Lundun"),
        expect![
            "line 2, column 8: unknown time zone `Europe/Lundun`. Use an IANA name, such as Europe/London or Asia/Shanghai"
        ],
    );
}

#[test]
fn s43_an_unknown_or_repeated_money_currency_is_refused() {
    check_file(
        &HEAD.replace("EUR", "EURO"),
        expect![
            "line 4, column 8: `EURO` is no currency of ISO 4217. Use the three capital letters of one in use, such as EUR"
        ],
    );
    check_file(
        &HEAD.replace("EUR", "XYZ"),
        expect![
            "line 4, column 8: `XYZ` is no currency of ISO 4217. Use the three capital letters of one in use, such as EUR"
        ],
    );
    check(
        "[[money]]\ncode = \"EUR\"\n",
        expect!["line 8, column 8: there is already a money currency `EUR`. Give each its own"],
    );
    check(
        "[[money]]\ncode = \"USD\"\nexponent = 5\n",
        expect!["line 9, column 12: `exponent` cannot be 5. Use a whole number from 0 to 4"],
    );
    check_file(
        "name = \"Test\"\nzone = \"UTC\"\nmoney = []\ncurrency = []\n",
        expect![[r#"
        line 3, column 9: no money currency is accepted. Add [[money]] with a code, such as code = "EUR"
        line 4, column 12: there is no point currency. Add [[currency]] with an id, such as id = "points""#]],
    );
}

#[test]
fn s43_only_a_key_that_is_nearly_known_is_taken_for_the_one_that_was_meant() {
    check(
        "exporo = 'never'\n",
        expect![
            "line 7, column 1: unknown key `exporo`. Did you mean `expiry`? Possible are: id, scale, use, spend_order, clawback, reversal_grace_days, expiry, activation, cash, cap, transfer, purchase"
        ],
    );
    check(
        "skole = 1\n",
        expect![
            "line 7, column 1: unknown key `skole`. Possible are: id, scale, use, spend_order, clawback, reversal_grace_days, expiry, activation, cash, cap, transfer, purchase"
        ],
    );
    check(
        "xyzscale = 1\n",
        expect![
            "line 7, column 1: unknown key `xyzscale`. Possible are: id, scale, use, spend_order, clawback, reversal_grace_days, expiry, activation, cash, cap, transfer, purchase"
        ],
    );
}

#[test]
fn s43_names_and_ids_out_of_bounds_are_refused() {
    check_file(&HEAD.replace("Test", &"x".repeat(64)), expect!["nothing"]);
    check_file(
        &HEAD.replace("Test", &"x".repeat(65)),
        expect![
            "line 1, column 8: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` cannot be the programme's name. Use 1–64 bytes without control characters"
        ],
    );
    check_file(
        &HEAD.replace("Test", ""),
        expect![
            "line 1, column 8: `` cannot be the programme's name. Use 1–64 bytes without control characters"
        ],
    );
    check_file(&HEAD.replace("\"points\"", &format!("\"{}\"", "x".repeat(64))), expect!["nothing"]);
    check_file(
        &HEAD.replace("\"points\"", &format!("\"{}\"", "x".repeat(65))),
        expect![
            "line 6, column 6: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` cannot be the id of a currency. Use 1–64 bytes without control characters and `/`"
        ],
    );
    check_file(
        &HEAD.replace("\"points\"", "\"a/b\""),
        expect![
            "line 6, column 6: `a/b` cannot be the id of a currency. Use 1–64 bytes without control characters and `/`"
        ],
    );
    check_file(
        &HEAD.replace("\"points\"", "\"\\u0007\""),
        expect![[
            r#"line 6, column 6: `\u{7}` cannot be the id of a currency. Use 1–64 bytes without control characters and `/`"#
        ]],
    );
}

#[test]
fn s43_limits_out_of_range_are_refused() {
    check_file(
        &format!("late_limit_days = 3651\nclock_skew_seconds = -1\n{HEAD}"),
        expect![[r#"
            line 1, column 19: `late_limit_days` cannot be 3651. Use a whole number from 0 to 3650
            line 2, column 22: `clock_skew_seconds` cannot be -1. Use a whole number from 0 to 86400"#]],
    );
}

#[test]
fn s43_a_file_past_the_size_limit_is_refused() {
    check(
        &"#\n".repeat(SOURCE_BYTES_MAX / 2),
        expect!["line 1, column 1: the file has 1048663 bytes. Keep it within 1048576 bytes"],
    );
    check(&"#".repeat(SOURCE_BYTES_MAX - HEAD.len()), expect!["nothing"]);
}

#[test]
fn s43_everything_wrong_is_found_at_once_in_the_order_of_the_file() {
    check(
        r#"scale = 9
[[rule]]
id = "a"
kind = "base"
currency = "pts"
points = "1"
per = "0"
[[rule]]
id = "a"
kind = "bonus"
points = "1.5"
[[ladder]]
id = "status"
period = "calendar_year"
days = 3
[[ladder.tier]]
id = "member"
entry = { any = { spend = "1.00" } }
"#,
        expect![[r#"
            line 7, column 9: `scale` cannot be 9. Use a whole number from 0 to 4
            line 11, column 12: unknown currency `pts`; known are: points. Name one of them or add [[currency]]
            line 15, column 6: there is already a rule `a`. Give each its own
            line 17, column 10: `1.5` has more than 0 decimal places. Use a whole number in quotes
            line 21, column 8: `days` does not go with the period `calendar_year`. Leave `days` out, or let period be "rolling_days"
            line 24, column 9: the first tier, `member`, has `entry`. Leave it out, or put the tier that every member starts with before it"#]],
    );
}

#[test]
fn the_time_of_coming_into_force_is_read_in_the_programmes_zone() {
    let from = |line: &str| {
        let source = format!("{line}\n{}", HEAD.replace("Europe/London", "America/New_York"));
        effective_from(&source).map(|at| at.to_string())
    };
    assert_eq!(from("effective_from = 2017-01-01").as_deref(), Some("2017-01-01T05:00:00Z"));
    assert_eq!(from("effective_from = 2017-07-01T18:30:00").as_deref(), Some("2017-07-01T22:30:00Z"));
    assert_eq!(
        from("effective_from = 2017-07-01T18:30:00.5+02:00").as_deref(),
        Some("2017-07-01T16:30:00.500000Z")
    );
    assert_eq!(from("effective_from = 2017-07-01T18:30:00Z").as_deref(), Some("2017-07-01T18:30:00Z"));
    assert_eq!(from("effective_from = 2017-02-29"), None);
    assert_eq!(from(""), None);
}
