//! Cases 12, 13 and 15: days that are no 24 hours, what is over by time, and what comes first at one instant.

use crate::runner::check;

#[test]
fn s12_a_birthday_and_a_hold_keep_to_days_of_23_and_25_hours() {
    // New York: 8 March 2026 begins at 05:00 UTC and has 23 hours, 1 November begins at 04:00 and has 25.
    check(
        "
        programme 1 point per 1.00 USD
        zone America/New_York
        points activation = { policy = 'after_days', days = 1 }
        rule birthday { on = 'birthday', kind = 'bonus', points = '7' }
        2026-03-01T12:00 enrol birthday=03-08 | available 0
        2026-03-08T05:00:00Z look             | pending 7  event PointsEarned 2026-03-08T05:00:00Z
        2026-03-09T03:59:59.999999Z look      | pending 7
        2026-03-09T04:00:00Z look             | available 7
        2026-03-09 hold H 7 until=2026-11-02  | held 7
        2026-11-02T04:59:59.999999Z look      | held 7
        2026-11-02T05:00:00Z look             | available 7
        ",
    );
}

#[test]
fn s12_limits_by_the_day_begin_after_a_skipped_midnight() {
    // In São Paulo 4 November 2018 began at 01:00, which is 03:00 UTC.
    check(
        "
        programme 1 point per 1.00 BRL
        zone America/Sao_Paulo
        base caps = [{ limit = '10', per = 'day' }]
        2018-11-04T02:59:59.999999Z order A 8.00 | rules base 8
        2018-11-04T03:00:00Z order B 8.00        | rules base 8
        2018-11-04T12:00 order C 8.00            | rules base 2 of 8 trimmed_by_cap
        ",
    );
}

#[test]
fn s12_days_of_rest_and_of_a_voucher_are_local_days_of_any_length() {
    check(
        "
        programme 1 point per 1.00 USD
        zone America/New_York
        set voucher_days = 1
        activity review { }
        rule review { on = 'activity', activity = ['review'], kind = 'bonus', points = '10', cooldown_days = 2 }
        2026-03-07T12:00 activity review                   | rules review 10
        2026-03-07T12:00 redeem R 5 voucher=drink code=X   | vouchers 1
        2026-03-07T12:00 redeem S 5 voucher=drink code=Y   | vouchers 2
        2026-03-08T23:59:59.999999 activity review         | rules review 0 of 10 cooling_down
        2026-03-08T23:59:59.999999 voucher X               | vouchers 1
        2026-03-09 voucher Y                               | refused voucher_expired
        2026-03-09 activity review                         | rules review 10
        ",
    );
}

#[test]
fn s13_nothing_holds_sends_takes_or_saves_a_lot_after_its_end_swept_or_not() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }, transfer = {}
        2026-01-05 bob: enrol
        2026-01-05 order A 10.00             | lots 10 till 2026-01-16
        2026-01-16 hold H 1 until=2026-02-01 | refused insufficient_points: 1 points asked, 0 available
        2026-01-16 transfer T 1 to=bob       | refused insufficient_points: 1 points asked, 0 available
        2026-01-16 debit 1                   | refused insufficient_points: 1 points asked, 0 available
        2026-01-16 expiry to=never           | refused nothing_to_change
        2026-01-16 expiry lot=1 to=never     | refused unknown_lot
        2026-01-16 debit 1 arrears           | arrears 1  expired 10  event Expired 2026-01-16
        ",
    );
}

/// Midnight of 2027: a hold ends, lots start, a birthday comes, silver runs out, and lots end. What is permuted is the order
/// in which all that was set up.
const MIDNIGHT: &str = "
    programme 1 point per 1.00 CNY
    points activation = { policy = 'after_days', days = 10 }
    points expiry = { policy = 'calendar', years = 0, counts_from = 'earning' }
    base currency = 'points'
    currency stars { }
    rule birthday { on = 'birthday', kind = 'bonus', currency = 'stars', points = '7', when = { tier = ['silver'] } }
    ladder status { period = 'calendar_year', tier = [
        { id = 'member' }, { id = 'silver', entry = { any = { spend = '100.00' } } } ] }
    2025-06-01 order A 100.00 | tier silver  until 2027-01-01
    2026-03-01 profile birthday=01-01
    2026-03-02 credit 5 currency=stars
    2026-03-02 order B 10.00
";

#[test]
fn s15_at_one_instant_holds_come_back_then_lots_start_then_birthdays_then_tiers_then_lots_end() {
    let steps = ["order C 10.00", "order D 5.00", "hold H 5 until=2027-01-01 currency=stars"];
    for [first, second, third] in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        check(&format!(
            "{MIDNIGHT}
            2026-12-22T10:00 {}
            2026-12-22T11:00 {}
            2026-12-22T12:00 {}
            2026-12-31T23:59:59.999999 look | tier silver  pending 15  available 10  held 5 stars  expired 100
            2027-01-01 look
                | events HoldReleased PointsActivated PointsActivated PointsEarned TierChanged Expired Expired Expired
            2027-01-01 look | tier member  expired 125  available 0  available 12 stars
            ",
            steps[first], steps[second], steps[third]
        ));
    }
}

#[test]
fn s15_a_late_setting_up_makes_no_difference() {
    for (first, late) in [
        ("2026-12-23 hold H 5 until=2027-01-01 currency=stars", "2026-12-22 order C 10.00"),
        ("2026-12-23 credit 1 currency=stars", "2026-12-22 order C 10.00"),
    ] {
        let held = if first.contains("hold") { "HoldReleased " } else { "" };
        check(&format!(
            "{MIDNIGHT}
            {first}
            {late}
            2027-01-01 look | events {held}PointsActivated PointsEarned TierChanged Expired Expired  tier member
            "
        ));
    }
}

#[test]
fn s15_a_birthday_at_the_end_of_a_tier_still_has_that_tier_and_an_order_has_not() {
    check(&format!(
        "{MIDNIGHT}
        2027-01-01 order E 10.00 | tier member  available 12 stars  pending 10
        "
    ));
}

#[test]
fn s15_a_birthday_comes_before_an_anniversary() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule anniversary { on = 'anniversary', kind = 'bonus', points = '3' }
        rule birthday { on = 'birthday', kind = 'bonus', points = '7' }
        2025-03-01 enrol birthday=03-01 | lots none
        2026-03-01 look                 | lots 7 till never + 3 till never  events PointsEarned PointsEarned
        ",
    );
}

#[test]
fn s15_what_a_hold_gives_back_pays_a_debt_before_what_starts_then() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 10 }
        2026-01-04 credit 5                  | lots 5 till never
        2026-01-05 order A 10.00             | pending 10
        2026-01-06 hold H 5 until=2026-01-15 | available 0
        2026-01-07 debit 3 arrears           | arrears 3
        2026-01-15 look                      | events HoldReleased ArrearsPaid PointsActivated  lots 2 till never + 10 till never
        ",
    );
}

#[test]
fn s15_a_lot_that_starts_and_ends_at_one_instant_pays_no_debt() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 10 }
        points expiry = { policy = 'calendar', years = 0, counts_from = 'earning' }
        2026-12-22 order A 10.00   | pending 10
        2026-12-23 debit 4 arrears | arrears 4
        2027-01-01 look            | events PointsActivated Expired  arrears 4  expired 10
        ",
    );
}

#[test]
fn s15_holds_that_end_together_come_back_in_the_order_of_placing() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 credit 4                  | available 4
        2026-01-06 credit 4                  | available 8
        2026-01-07 hold Z 4 until=2026-01-20 | drew 1:4
        2026-01-08 hold A 4 until=2026-01-20 | drew 2:4
        2026-01-09 debit 6 arrears           | arrears 6
        2026-01-20 look                      | paid 6  lots 2 till 2026-02-06
        ",
    );
}
