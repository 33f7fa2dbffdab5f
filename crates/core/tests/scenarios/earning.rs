//! Cases 6 and 8–10: what an order earns, how rules combine, caps, and activation.

use crate::runner::check;

#[test]
fn s06_the_money_that_counts_is_a_choice() {
    let order = "10.00 discount=2.00 tax=1.00 shipping=3.00 points_paid=1.50 value_paid=2.50";
    for (base, points) in [
        ("", 600),
        (r#"discount = "after", tax = "without", shipping = "without""#, 600),
        (r#"discount = "before""#, 800),
        (r#"tax = "with""#, 700),
        (r#"shipping = "with""#, 900),
        (r#"points_paid = "with""#, 750),
        (r#"stored_value_paid = "with""#, 850),
        (
            r#"discount = "before", tax = "with", shipping = "with", points_paid = "with", stored_value_paid = "with""#,
            1600,
        ),
    ] {
        check(&format!(
            "
            programme 1 point per 0.01 CNY
            base money = {{ {base} }}
            2026-01-05 order A {order} | available {points}
            "
        ));
    }
}

#[test]
fn s06_an_order_paid_by_points_altogether_earns_nothing() {
    check(
        "programme 1 point per 0.01 CNY\n2026-01-05 order A 1.00 points_paid=2.00 | available 0  rules base 0  orders 1",
    );
}

#[test]
fn s06_the_part_paid_by_points_is_shared_by_all_lines() {
    // 3.00 paid by points: 1.00 off the line of 10.00, 2.00 off that of 20.00.
    check(
        r#"
        programme 1 point per 0.01 CNY
        base when = { category = ["A"] }
        2026-01-05 order A 10.00 category=A 20.00 category=B points_paid=3.00 | available 900
        "#,
    );
}

#[test]
fn s08_base_rules_add() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule more { kind = "base", points = "0.5", per = "1.00" }
        rule gift { kind = "bonus", points = "7" }
        2026-01-05 order A 10.00 | rules base 10 + more 5 + gift 7  available 22
        "#,
    );
}

#[test]
fn s08_multipliers_multiply_the_base_and_not_each_other() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule double { kind = "multiplier", factor = "2" }
        rule triple { kind = "multiplier", factor = "3" }
        rule gift { kind = "bonus", points = "7" }
        2026-01-05 order A 10.00 | rules base 10 + double 10 + triple 20 + gift 7  available 47
        "#,
    );
}

#[test]
fn s08_a_multiplier_takes_the_exact_base_of_its_own_lines() {
    // 1.5 x 10.75 = 16.125; the base itself is rounded over both lines.
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule more { kind = "multiplier", factor = "2.5", when = { category = ["A"] } }
        2026-01-05 order A 10.75 category=A 5.50 | rules base 16 + more 16  remainder more 125000
        "#,
    );
}

#[test]
fn s08_the_best_of_a_group_wins_and_the_losers_get_nothing() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule double { kind = "multiplier", factor = "2", group = "promo" }
        rule triple { kind = "multiplier", factor = "3", group = "promo" }
        rule again { kind = "multiplier", factor = "3", group = "promo" }
        2026-01-05 order A 10.00 | rules base 10 + double 0 of 10 lost_in_group + triple 20 + again 0 of 20 lost_in_group
        "#,
    );
}

#[test]
fn s08_the_first_by_priority_wins_where_the_group_says_so() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule triple { kind = "multiplier", factor = "3", group = "promo", group_choice = "priority", priority = 2 }
        rule double { kind = "multiplier", factor = "2", group = "promo", group_choice = "priority", priority = 1 }
        2026-01-05 order A 10.00 | rules base 10 + triple 0 of 20 lost_in_group + double 10  available 20
        "#,
    );
}

#[test]
fn s08_a_base_that_lost_is_not_multiplied() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base group = "rate"
        rule rich { kind = "base", points = "2", per = "1.00", group = "rate" }
        rule double { kind = "multiplier", factor = "2" }
        2026-01-05 order A 10.00 | rules base 0 of 10 lost_in_group + rich 20 + double 20  available 40
        "#,
    );
}

#[test]
fn s09_a_cap_trims_or_skips_what_would_pass_it() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base caps = [{ limit = "5", per = "order" }]
        2026-01-05 order A 10.00 | rules base 5 of 10 trimmed_by_cap  available 5
        2026-01-05 order B 5.00  | rules base 5  available 10
        "#,
    );
    check(
        r#"
        programme 1 point per 1.00 CNY
        base caps = [{ limit = "5", per = "order", beyond = "skip" }]
        2026-01-05 order A 10.00 | rules base 0 of 10 skipped_by_cap  available 0
        2026-01-05 order B 5.00  | rules base 5  available 5
        "#,
    );
}

#[test]
fn s09_caps_count_by_local_day_week_month_and_year() {
    // 4 January 2026 is a Sunday; the days are those of New York.
    for (per, last, first) in [
        ("day", "2026-01-04T23:59:59.999999", "2026-01-05"),
        ("week", "2026-01-04T23:59:59.999999", "2026-01-05"),
        ("month", "2026-01-31T23:59:59.999999", "2026-02-01"),
        ("year", "2026-12-31T23:59:59.999999", "2027-01-01"),
        ("tier_period", "2026-12-31T23:59:59.999999", "2027-01-01"),
    ] {
        check(&format!(
            r#"
            programme 1 point per 1.00 CNY
            zone America/New_York
            base caps = [{{ limit = "15", per = "{per}" }}]
            2026-01-04T10:00 order A 10.00 | available 10
            {last} order B 10.00           | rules base 5 of 10 trimmed_by_cap
            {last} order C 10.00           | rules base 0 of 10 trimmed_by_cap
            {first} order D 10.00          | rules base 10  available 25
            "#
        ));
    }
}

#[test]
fn s09_a_cap_for_ever_never_starts_again() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base caps = [{ limit = "15", per = "ever" }]
        2026-01-05 order A 10.00 | available 10
        2046-01-05 order B 10.00 | available 15
        2066-01-05 order C 10.00 | available 15
        "#,
    );
}

#[test]
fn s09_a_tier_period_is_that_of_the_first_ladder() {
    // The member's own years begin on 15 March.
    check(
        r#"
        programme 1 point per 1.00 CNY
        base caps = [{ limit = "15", per = "tier_period" }]
        ladder status { period = "anniversary_joining", tier = [{ id = "member" }] }
        2025-03-15 enrol
        2025-12-31 order A 10.00                 | available 10
        2026-03-14T23:59:59.999999 order B 10.00 | available 15
        2026-03-15 order C 10.00                 | available 25
        "#,
    );
}

#[test]
fn s09_a_currency_cap_is_over_all_rules_after_their_own() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points cap = [{ limit = "12", per = "order" }]
        base caps = [{ limit = "8", per = "order" }]
        rule gift { kind = "bonus", points = "3" }
        rule more { kind = "bonus", points = "3" }
        2026-01-05 order A 10.00 | rules base 8 of 10 trimmed_by_cap + gift 3 + more 1 of 3 trimmed_by_cap
        "#,
    );
}

#[test]
fn s09_a_cap_on_the_base_does_not_lower_its_multiplier() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base caps = [{ limit = "5", per = "order" }]
        rule double { kind = "multiplier", factor = "2" }
        2026-01-05 order A 10.00 | rules base 5 of 10 trimmed_by_cap + double 10  available 15
        "#,
    );
}

#[test]
fn s09_a_late_order_counts_under_the_cap_of_its_own_time() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base caps = [{ limit = "15", per = "month" }]
        2026-01-05 order A 10.00 | available 10
        2026-02-05 order B 10.00 | available 20
        2026-01-20 order C 10.00 | rules base 5 of 10 trimmed_by_cap
        2026-02-06 order D 10.00 | rules base 5 of 10 trimmed_by_cap  available 30
        "#,
    );
}

#[test]
fn s10_points_are_pending_until_the_start_of_their_day() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        zone America/New_York
        points activation = { policy = "after_days", days = 14 }
        2026-01-05T10:00 order A 10.00           | pending 10  available 0  lots 10 from 2026-01-19 till never
        2026-01-18T23:59:59.999999 redeem R 1    | refused insufficient_points: 1 points asked, 0 available
        2026-01-18T23:59:59.999999 look          | pending 10  available 0
        2026-01-19 look                          | pending 0  available 10  event PointsActivated 2026-01-19
        2026-01-19 redeem R 10                   | available 0  redeemed 10
        "#,
    );
}

#[test]
fn s10_the_expiry_clock_starts_at_activation_or_earning() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points activation = { policy = "after_days", days = 14 }, expiry = { policy = "after", days = 20 }
        2026-01-05 order A 10.00 | lots 10 from 2026-01-19 till 2026-02-09
        "#,
    );
    check(
        r#"
        programme 1 point per 1.00 CNY
        points activation = { policy = "after_days", days = 14 }
        points expiry = { policy = "after", days = 20, counts_from = "earning" }
        2026-01-05 order A 10.00 | lots 10 from 2026-01-19 till 2026-01-26
        "#,
    );
}

#[test]
fn s10_a_lot_that_ends_before_it_starts_starts_and_ends_together() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points activation = { policy = "after_days", days = 14 }
        points expiry = { policy = "after", days = 10, counts_from = "earning" }
        2026-01-05 order A 10.00 | pending 10
        2026-01-18 look          | pending 10
        2026-01-19 sweep         | expired 10  available 0  events PointsActivated Expired  event Expired 2026-01-19
        "#,
    );
}

#[test]
fn s06_each_rule_counts_the_money_of_its_own_choice() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule taxed { kind = "base", points = "1", per = "1.00", money = { tax = "with" } }
        rule listed { kind = "base", points = "1", per = "1.00", money = { discount = "before" } }
        rule again { kind = "base", points = "1", per = "1.00", money = { tax = "with" } }
        2026-01-05 order A 10.00 tax=2.00 discount=5.00 | rules base 10 + taxed 12 + listed 15 + again 12
        "#,
    );
}

#[test]
fn s05_a_rule_of_one_currency_reads_its_amounts_in_that_ones_minor_unit() {
    check(
        "
        programme 1 point per 1.00 EUR
        money JPY
        base when = { money = ['EUR'] }
        rule yen { kind = 'base', points = '1', per = '100', when = { money = ['JPY'] } }
        2026-01-05 order A 10.00      | rules base 10
        2026-01-05 order B 250 in=JPY | rules yen 2
        ",
    );
}
