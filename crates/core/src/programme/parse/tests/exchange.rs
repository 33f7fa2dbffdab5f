use expect_test::expect;

use super::check;

#[test]
fn s43_transfer_and_purchase_have_no_other_keys() {
    check(
        "transfer = { fee = \"3\" }\n",
        expect![
            "line 7, column 14: unknown key `fee`. Possible are: expiry, min_points, max_points, limit, fee_points, fee_percent"
        ],
    );
    check(
        "purchase = { fee_points = \"3\" }\n",
        expect!["line 7, column 14: unknown key `fee_points`. Possible are: min_points, max_points, limit"],
    );
    check(
        "transfer = { expiry = \"never\" }\n",
        expect!["line 7, column 23: unknown value `never`. Possible are: keep, restart"],
    );
    check(
        "transfer = { limit = { points = \"3\" } }\n",
        expect!["line 7, column 22: missing key `per`. Add `per` to this table"],
    );
}

#[test]
fn s43_points_that_count_for_tiers_only_do_not_change_hands() {
    check(
        "use = \"qualifying\"\ntransfer = {}\npurchase = {}\n",
        expect![[r#"
        line 8, column 12: `points` cannot be sent: its points count for tiers only. Leave transfer out, or let use be "both"
        line 9, column 12: `points` cannot be bought: its points count for tiers only. Leave purchase out, or let use be "both""#]],
    );
}

#[test]
fn s43_amounts_that_nobody_can_send_or_buy_are_refused() {
    check(
        "transfer = { min_points = \"0\", max_points = \"1.5\" }\n",
        expect![[r#"
        line 7, column 27: `min_points` cannot be 0. Use a whole number above zero
        line 7, column 45: `1.5` has more than 0 decimal places. Use a whole number in quotes"#]],
    );
    check(
        "transfer = { min_points = \"10\", max_points = \"9\" }\n",
        expect![
            "line 7, column 46: max_points 9 is below min_points: no number of points will do. Exchange them, or leave one out"
        ],
    );
    check(
        "purchase = { min_points = \"10\", limit = { points = \"9\", per = \"day\" } }\n",
        expect![
            "line 7, column 52: the limit 9 is below min_points: no number of points will do. Use a larger limit or smaller min_points"
        ],
    );
    check(
        "purchase = { min_points = \"10\", max_points = \"10\", limit = { points = \"10\", per = \"day\" } }\n",
        expect!["nothing"],
    );
}

#[test]
fn s43_what_changes_hands_is_not_limited_by_the_order() {
    check(
        "transfer = { limit = { points = \"9\", per = \"order\" } }\n",
        expect![
            "line 7, column 44: what changes hands cannot be limited by the order. Let per be day, week, month, year, tier_period or ever"
        ],
    );
    check(
        "purchase = { limit = { points = \"0\", per = \"order\" } }\n",
        expect![[r#"
        line 7, column 33: `points` cannot be 0. Use a whole number above zero
        line 7, column 44: what changes hands cannot be limited by the order. Let per be day, week, month, year, tier_period or ever"#]],
    );
}

#[test]
fn s43_a_fee_out_of_range_is_refused() {
    check(
        "transfer = { fee_points = \"-1\", fee_percent = \"100.01\" }\n",
        expect![[r#"
        line 7, column 27: `fee_points` cannot be -1. Use zero or a whole number above
        line 7, column 47: `fee_percent` cannot be 100.01. Use at most 100"#]],
    );
    check(
        "transfer = { fee_points = \"0.5\", fee_percent = \"2.125\" }\n",
        expect![[r#"
        line 7, column 27: `0.5` has more than 0 decimal places. Use a whole number in quotes
        line 7, column 48: `2.125` has more than 2 decimal places. Use a decimal in quotes, with at most 2 decimal places"#]],
    );
    check(
        "transfer = { fee_percent = \"-0.01\" }\n",
        expect!["line 7, column 28: `fee_percent` cannot be -0.01. Use zero or a decimal above"],
    );
    check("transfer = { fee_points = \"0\", fee_percent = \"100\" }\n", expect!["nothing"]);
}
