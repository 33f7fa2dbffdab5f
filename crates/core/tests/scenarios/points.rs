//! Cases 1–5: currencies, lots of every source, balances, spend order, rates and rounding.

use tallybook_core::calendar::Instant;
use tallybook_core::decide::earn::line_shares;
use tallybook_core::decide::order::OrderSeen;
use tallybook_core::fact::Fact;
use tallybook_core::money::split_by_largest_remainder;
use tallybook_core::points::Points;
use tallybook_core::programme::versions::Programmes;

use crate::runner::{check, commands_of, source};

#[test]
fn s01_each_currency_has_its_own_scale_use_and_policies() {
    check(
        r#"
        money CNY
        currency points { use = "spendable", expiry = { policy = "after", days = 10 } }
        currency growth { use = "qualifying", scale = 2 }
        rule base { kind = "base", currency = "points", points = "1", per = "1.00" }
        rule grow { kind = "base", currency = "growth", points = "0.25", per = "1.00" }
        # 10.50 x 0.25 = 2.625, of which half a hundredth is rounded off
        2026-01-05 order A 10.50 | available 10  available 2.62 growth  lots 10 till 2026-01-16 + 2.62 till never
        2026-01-06 order B 0.06  | remainder grow 500000  available 2.63 growth
        2026-01-07 redeem R 1.00 currency=growth | refused not_spendable
        2026-01-16 look          | available 0  available 2.63 growth  expired 10
        "#,
    );
}

#[test]
fn s01_stored_value_is_a_currency_that_is_bought_and_pays() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base currency = "points"
        currency wallet { scale = 2, cash = { points = "1.00", per = "1.00" }, purchase = {} }
        2026-01-05 purchase P 50.00 price=50.00 currency=wallet | available 50.00 wallet  available 0  issued 50.00 wallet
        2026-01-06 redeem R 30.00 cash=80.00 currency=wallet    | worth 30.00  available 20.00 wallet
        2026-01-06 order A 80.00 value_paid=30.00 paid_by=R     | rules base 50  available 50
        2026-01-07 redeem S 20.01 cash=80.00 currency=wallet    | refused insufficient_points
        2026-01-08 return A | clawed back 50  available 0  available 50.00 wallet  redeemed 0.00 wallet
        "#,
    );
}

#[test]
fn s02_every_credit_is_a_lot_whatever_it_came_from() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 30 }, transfer = {}, purchase = {}
        activity check_in {}
        campaign spring { from = 2026-01-01, until = 2026-03-01, expiry = { policy = "after", days = 5 } }
        rule welcome { on = "enrolment", kind = "bonus", points = "1" }
        rule visit { on = "activity", activity = ["check_in"], kind = "bonus", points = "2" }
        rule spring { kind = "bonus", points = "3", campaign = "spring" }
        rule cake { on = "birthday", kind = "bonus", points = "9" }
        2026-01-01 bob: credit 100                | lots 100 till 2026-02-01
        2026-01-05 enrol birthday=01-07           | lots 1 till 2026-02-05
        2026-01-05 activity check_in              | lots 1 till 2026-02-05 + 2 till 2026-02-05
        2026-01-05 order A 4.00                   | lots 1 till 2026-02-05 + 2 till 2026-02-05 + 4 till 2026-02-05 + 3 till 2026-01-11
        2026-01-05 redeem R 10                    | drew 4:3 1:1 2:2 3:4  lots none
        2026-01-06 credit 5                       | lots 5 till 2026-02-06
        2026-01-06 purchase P 6                   | lots 5 till 2026-02-06 + 6 till 2026-02-06
        2026-01-06 purchase Q 7 giver=aunt        | lots 5 till 2026-02-06 + 6 till 2026-02-06 + 7 till 2026-02-06
        2026-01-06 bob: transfer T 8 to=m         | available 92
        2026-01-06 look                           | lots 5 till 2026-02-06 + 6 till 2026-02-06 + 7 till 2026-02-06 + 8 till 2026-02-01
        2026-01-06 redeem S 26                    | drew 8:8 5:5 6:6 7:7
        2026-01-07 look                           | lots 9 till 2026-02-07
        2026-02-08 reinstate 9                    | lots 9 till 2026-03-11
        2026-02-09 redeem T 9                     | drew 10:9
        "#,
    );
}

#[test]
fn s02_a_lot_keeps_the_policy_under_which_it_was_issued() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 100 }
        2026-01-20 order A 10.00 | lots 10 till 2026-05-01
        2026-01-25 publish from 2026-02-01
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        end
        2026-02-02 order B 10.00 | lots 10 till 2026-05-01 + 10 till 2026-02-13
        2026-02-13 look          | lots 10 till 2026-05-01
        "#,
    );
}

#[test]
fn s03_every_balance_goes_by_its_own_name() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points activation = { policy = "after_days", days = 5 }, expiry = { policy = "after", days = 10 }
        2026-01-01 order A 100.00 | pending 100  available 0  issued 100
        2026-01-06 redeem R 30    | available 70  pending 0  redeemed 30
        2026-01-07 return A 20.00 | available 50  clawed back 20
        2026-01-08 debit 10       | available 40  forfeited 10
        2026-01-17 look           | available 0  expired 40  redeemed 30  clawed back 20  forfeited 10  issued 100
        2026-01-18 debit 5 arrears | arrears 5  forfeited 15  available 0
        "#,
    );
}

#[test]
fn s03_all_that_happens_to_points_has_a_balance_of_its_own() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 30 }, transfer = { fee_points = "1" }, clawback = "arrears"
        2026-01-01 bob: credit 7       | issued 7  available 7
        2026-01-05 order A 100.00      | issued 100  available 100
        2026-01-06 transfer T 20 to=bob | sent 20  forfeited 1  available 79
        2026-01-06 bob: look           | received 20  issued 7  available 27
        2026-01-07 hold H 30 until=2026-02-20 | held 30  available 49
        2026-01-08 redeem R 40         | redeemed 40  available 9
        2026-01-09 reverse R 5         | redeemed 35  available 14
        2026-01-10 return A 50.00      | clawed back 50  available 0  arrears 36  held 30
        2026-01-11 write-off 6         | written off 6  arrears 30
        2026-02-20 look                | held 0  expired 0  paid 30  arrears 0  available 0
        2026-02-21 credit 31           | issued 131  available 31
        2026-03-24 look                | expired 31  available 0
        2026-03-24 reinstate 2         | expired 0  available 31  issued 131
        "#,
    );
}

#[test]
fn s04_the_soonest_end_is_spent_first_and_what_never_ends_last() {
    let lots = r#"
        2026-01-20 order A 10.00
        2026-01-25 publish from 2026-02-01
        programme 1 point per 1.00 CNY
        ORDER
        points expiry = { policy = "after", days = 10 }
        end
        2026-02-02 order B 10.00
        2026-02-03 order C 10.00
    "#;
    let scenario = |order: &str, expiry: &str, drew: &str| {
        format!(
            "programme 1 point per 1.00 CNY\npoints expiry = {{ {expiry} }}\n{order}\n{}\n2026-02-04 redeem R 25 | drew {drew}",
            lots.replace("ORDER", order)
        )
    };
    check(&scenario("", r#"policy = "after", days = 100"#, "2:10 3:10 1:5"));
    check(&scenario("", r#"policy = "never""#, "2:10 3:10 1:5"));
    check(&scenario(r#"points spend_order = "fifo""#, r#"policy = "never""#, "1:10 2:10 3:5"));
}

#[test]
fn s04_of_equal_ends_the_older_is_spent_first_then_the_smaller_number() {
    // All lots end with the month; the late one is the oldest, and two are of one instant.
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 1, round_to = "month" }
        2026-01-10 order A 10.00
        2026-01-10 order B 10.00
        2026-01-05 order C 10.00
        2026-01-11 redeem R 25 | drew 3:10 1:10 2:5
        "#,
    );
}

#[test]
fn s05_each_rounding_settles_a_half_its_own_way() {
    for (rounding, after_first, after_second) in
        [("floor", 10, 21), ("half_up", 11, 23), ("half_even", 10, 22), ("ceil", 11, 23)]
    {
        check(&format!(
            "
            programme 1 point per 1.00 CNY, {rounding}
            2026-01-05 order A 10.50 | available {after_first}
            2026-01-06 order B 11.50 | available {after_second}
            "
        ));
    }
}

#[test]
fn s05_rounding_per_line_rounds_each_line() {
    for (rounding, per, points) in
        [("floor", "order", 1), ("floor", "line", 0), ("half_up", "order", 1), ("half_up", "line", 2)]
    {
        check(&format!(
            r#"
            programme 1 point per 1.00 CNY, {rounding}
            base rounding_per = "{per}"
            2026-01-05 order A 0.60 0.60 | available {points}
            "#
        ));
    }
}

#[test]
fn s05_the_remainder_of_rounding_is_recorded() {
    check(
        "
        programme 1 point per 1.00 CNY, floor
        2026-01-05 order A 10.25 | rules base 10  remainder base 250000
        ",
    );
    check(
        "
        programme 1 point per 1.00 CNY, ceil
        2026-01-05 order A 10.25 | rules base 11  remainder base -750000
        ",
    );
}

#[test]
fn s05_money_has_the_minor_unit_of_its_currency() {
    check("programme 1 point per 100 JPY\n2026-01-05 order A 250 | available 2");
    check("programme 1 point per 1.000 KWD\n2026-01-05 order A 2.999 | available 2");
}

#[test]
fn s05_rates_are_exact_decimals() {
    // 0.1 + 0.2 of binary floats would make the 30 points of 100.00 a hair more or less.
    check(
        r#"
        programme 0.1 points per 1.00 CNY, ceil
        rule more { kind = "base", points = "0.2", per = "1.00", rounding = "ceil" }
        2026-01-05 order A 100.00 | available 30
        "#,
    );
    // A third of a point per unit, three hundred times.
    check("programme 1 point per 3.00 CNY, floor\n2026-01-05 order A 900.00 | available 300");
}

#[test]
fn s05_what_does_not_fit_is_refused_and_never_wraps() {
    check(
        "
        programme 1000000 points per 0.01 CNY
        2026-01-05 order A 1000000000000.00 | refused overflow
        2026-01-05 order B 10000000000.00   | available 1000000000000000000
        2026-01-06 order C 0.01             | refused overflow  available 1000000000000000000
        ",
    );
}

#[test]
fn s05_shares_go_to_lines_by_largest_remainder() {
    assert_eq!(split_by_largest_remainder(100, &[3, 3, 1]), [43, 43, 14]);
    assert_eq!(split_by_largest_remainder(10, &[1, 1, 1]), [4, 3, 3]);
    assert_eq!(split_by_largest_remainder(5, &[0, 0]), [5, 0]);
    // Shipping of 1.00 over 10.00 and 20.00: 33 and 67 hundredths.
    check(
        r#"
        programme 1 point per 0.01 CNY
        base money = { shipping = "with" }, when = { category = ["A"] }
        2026-01-05 order A 10.00 category=A 20.00 category=B shipping=1.00 | available 1033
        "#,
    );
}

#[test]
fn s05_the_largest_orders_are_refused_before_a_figure_overflows() {
    // 10,000 lines of 10^14 minor units are 10^18 of spend; the tenth such order would pass 9.2 x 10^18.
    let lines = "1000000000000.00 ".repeat(10_000);
    let mut text = String::from(
        r#"
        programme 0.0001 points per 1000000.00 CNY
        ladder status { period = "lifetime", tier = [{ id = "member" }, { id = "silver", entry = { any = { spend = "1.00" } } }] }
        "#,
    );
    for order in 1..=9 {
        text.push_str(&format!("2026-01-05 order A{order} {lines} | orders {order}\n"));
    }
    text.push_str(&format!("2026-01-05 order A10 {lines} | refused overflow  orders 9\n"));
    text.push_str("2026-01-06 return A9 | orders 8\n");
    text.push_str(&format!("2026-01-07 order A11 {lines} | orders 9\n"));
    check(&text);
}

#[test]
fn s05_many_lines_rounded_each_by_itself_are_no_overflow() {
    check(&format!(
        "programme 1 point per 1.00 CNY\nbase rounding_per = \"line\"\n2026-01-05 order A {} | available 0  orders 1  remainder base 2147483647",
        "0.99 ".repeat(10_000)
    ));
    check(&format!(
        "programme 1 point per 1.00 CNY, ceil\nbase rounding_per = \"line\"\n2026-01-05 order A {} | available 10000  remainder base -2147483648",
        "0.01 ".repeat(10_000)
    ));
}

#[test]
fn s05_what_a_rule_granted_is_told_by_the_lines_that_count_for_it() {
    let text = r#"
        programme 1 point per 1.00 CNY
        rule shoes { kind = "bonus", points = "10", when = { category = ["shoes"] } }
        2026-01-05 order A 30.00 5.00 category=shoes 10.00 category=shoes
        2026-01-05 order B 30.00 0.00 category=shoes 0.00 category=shoes
    "#;
    let mut programmes = Programmes::default();
    let lines: Vec<String> =
        text.lines().map(str::trim).take(3).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    programmes.add(programmes.prepare(&source(&lines), Instant::MIN, Instant::MIN).expect("a programme"));
    let plan = &programmes.versions()[0].plan;
    let shares: Vec<Vec<i64>> = commands_of(text)
        .iter()
        .map(|command| {
            let Fact::OrderPlaced(placed) = &command.facts[0] else { panic!("an order") };
            let mut seen = OrderSeen::default();
            seen.read(placed, &plan.symbols);
            line_shares(&seen, &plan.rules[1], Points(10)).iter().map(|points| points.0).collect()
        })
        .collect();
    // Lines that are worth nothing share alike.
    assert_eq!(shares, [[0, 3, 7], [0, 5, 5]]);
}
