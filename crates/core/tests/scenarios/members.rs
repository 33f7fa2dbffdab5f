//! Cases 37 and 40: how members appear, and adjustments by hand.

use crate::runner::check;

#[test]
fn s37_a_member_appears_with_the_first_fact() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | events MemberJoined PointsEarned  event MemberJoined 2026-01-05
        2026-01-06 order B 10.00 | events PointsEarned
        2026-01-07 enrol         | refused already_enrolled: since 2026-01-05
        ",
    );
    check("programme 1 point per 1.00 CNY\n2026-01-05 credit 1 | events MemberJoined Credited");
    check("programme 1 point per 1.00 CNY\n2026-01-05 profile segment=vip | events MemberJoined");
    check("programme 1 point per 1.00 CNY\n2026-01-05 redeem R 1 | refused insufficient_points  events");
}

#[test]
fn s37_where_the_programme_says_so_a_member_has_to_enrol() {
    check(
        "
        programme 1 point per 1.00 CNY
        set enrol_on_first_fact = false
        2026-01-05 order A 10.00 | refused not_enrolled
        2026-01-05 credit 10     | refused not_enrolled
        2026-01-06 enrol         | events MemberJoined
        2026-01-06 order A 10.00 | available 10
        ",
    );
}

#[test]
fn s40_a_credit_is_a_lot_that_can_be_spent_at_once() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points activation = { policy = "after_days", days = 14 }, expiry = { policy = "after", days = 10 }
        2026-01-05 credit 10  | available 10  pending 0  lots 10 till 2026-01-16  issued 10
        2026-01-06 redeem R 4 | available 6
        2026-01-16 look       | expired 6
        "#,
    );
}

#[test]
fn s40_a_debit_takes_what_is_there_and_leaves_the_rest() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-06 debit 4       | available 6  forfeited 4  drew 1:4
        2026-01-07 debit 9       | available 0  forfeited 10  arrears 0
        2026-01-08 debit 1       | refused insufficient_points: 1 points asked, 0 available
        ",
    );
}

#[test]
fn s40_a_debit_may_make_a_debt_that_earnings_pay() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00    | available 10
        2026-01-07 debit 25 arrears | available 0  forfeited 25  arrears 15
        2026-01-08 credit 5         | paid 5  available 0  arrears 10
        2026-01-09 order B 12.00    | paid 10  available 2  arrears 0
        ",
    );
}

#[test]
fn s40_a_late_credit_that_would_have_ended_is_given_and_ended() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        2026-02-01 order A 10.00 | available 10
        2026-01-05 credit 7      | events Credited Expired  event Expired 2026-01-16  available 10
        "#,
    );
}
