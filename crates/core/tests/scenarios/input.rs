//! Case 41: a refused command leaves no trace, and a command names each order or redemption once.

use crate::runner::{check, events_of};

#[test]
fn s41_a_refused_command_leaves_no_trace_even_of_what_was_due() {
    // The runner asserts of every refusal that state and events are as before; here the refused command comes when a
    // lot has ended, and history goes on as if it had never come.
    let scenario = |refused: &str| {
        format!(
            r#"
            programme 1 point per 1.00 CNY
            points expiry = {{ policy = "after", days = 10 }}
            base caps = [{{ limit = "15", per = "month" }}]
            2026-01-05 order A 10.00 | available 10
            {refused}
            2026-03-01 order B 10.00 | events Expired PointsEarned  available 10
            "#
        )
    };
    let with = scenario(
        "
        2026-02-01 redeem R 5 | refused insufficient_points: 5 points asked, 0 available
        2026-02-01 exchange X for B 5.00 | refused unknown_order
        2026-02-01 order B 5.00 in=XXX | refused unknown_money_currency
        ",
    );
    check(&with);
    assert_eq!(events_of(&with), events_of(&scenario("")));
}

#[test]
fn s41_one_name_is_one_order() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-06 order A 10.00 | refused duplicate_order  available 10
        2026-01-06 order B 10.00 id=a 5.00 id=a | refused duplicate_line
        2026-01-06 exchange A for A 5.00 | refused named_twice
        ",
    );
}
