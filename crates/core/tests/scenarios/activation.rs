//! Case 10: when points become available.

use crate::runner::check;

#[test]
fn s10_points_wait_for_a_date_and_later_ones_do_not() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        points activation = { policy = 'on_date', date = 2026-02-01 }
        2026-01-05 order A 10.00                 | available 0  pending 10  lots 10 from 2026-02-01 till never
        2026-01-31T23:59:59.999999 redeem R 1    | refused insufficient_points: 1 points asked, 0 available
        2026-01-31T23:59:59.999999 look          | pending 10
        2026-02-01 look                          | available 10  pending 0  event PointsActivated 2026-02-01
        2026-02-01 order B 5.00                  | available 15  pending 0
        2026-02-02 order C 5.00                  | available 20  pending 0
        2026-01-06 order D 3.00                  | available 23  pending 0
        ",
    );
}

#[test]
fn s10_the_clock_of_points_that_wait_for_a_date_starts_there_or_with_earning() {
    for (from, steps) in [
        ("activation", "2026-01-25 order A 10.00 | lots 10 from 2026-02-01 till 2026-02-12"),
        ("earning", "2026-01-25 order A 10.00 | lots 10 from 2026-02-01 till 2026-02-05"),
        (
            "earning",
            "2026-01-05 order A 10.00 | lots 10 from 2026-02-01 till 2026-01-16
             2026-01-20 look          | pending 10  expired 0
             2026-02-01 sweep         | events PointsActivated Expired  expired 10  event Expired 2026-02-01",
        ),
    ] {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            points activation = {{ policy = 'on_date', date = 2026-02-01 }}
            points expiry = {{ policy = 'after', days = 10, counts_from = '{from}' }}
            {steps}
            "
        ));
    }
}

#[test]
fn s10_points_wait_for_the_fulfilment_of_their_order() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 5 }
        2026-01-05T10:00 order A 10.00       | pending 10  available 0  lots 10 from fulfilment till 2026-01-11
        2026-01-06 order B 7.00              | pending 17
        2026-01-06 redeem R 1                | refused insufficient_points
        2026-01-07 fulfil Z                  | refused unknown_order
        2026-01-10T23:59:59.999999 fulfil A  | pending 7  available 10  events PointsActivated
            | lots 10 till never + 7 from fulfilment till 2026-01-12
        2026-01-11 fulfil A                  | pending 7  available 10
        2026-01-11 redeem S 10               | available 0
        ",
    );
}

#[test]
fn s10_points_are_cancelled_when_fulfilment_does_not_come_in_time() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        points activation = { policy = 'on_fulfilment', within_days = 5 }
        2026-01-05T10:00 order A 10.00 | lots 10 from fulfilment till 2026-01-11
        2026-01-10T23:59:59.999999 look | pending 10
        2026-01-11 look                | pending 0  forfeited 10  event LotCancelled 2026-01-11
        2026-01-11 fulfil A            | refused fulfilment_too_late  available 0
        2026-01-12 return A            | taken as expired 10  clawed back 0  forfeited 10  arrears 0
        ",
    );
}

#[test]
fn s10_a_fulfilment_told_late_counts_now_and_does_not_bring_back_what_was_cancelled() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 5 }
        2026-01-05 order A 10.00 | pending 10
        2026-01-06 order B 5.00  | pending 15
        2026-01-09 credit 1      | pending 15
        2026-01-07 fulfil A      | available 11  pending 5  event PointsActivated 2026-01-09
        2026-01-20 sweep         | available 11  forfeited 5  event LotCancelled 2026-01-12
        2026-01-08 fulfil B      | refused fulfilment_too_late
        ",
    );
}

#[test]
fn s10_an_order_partly_returned_while_waiting_gives_the_rest_at_fulfilment() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 5 }
        2026-01-05 order A 10.00 5.00 | pending 15
        2026-01-05 order B 20.00      | pending 35
        2026-01-06 return A 2:all     | pending 30  clawed back 5
        2026-01-06 return B           | pending 10  clawed back 25
        2026-01-07 fulfil A           | pending 0  available 10
        2026-01-07 fulfil B           | pending 0  available 10
        2026-01-08 return A           | available 0  clawed back 35
        ",
    );
}

#[test]
fn s10_the_clock_of_points_that_waited_starts_at_fulfilment_or_with_the_order() {
    let programme = |from: &str| {
        format!(
            "
            programme 1 point per 1.00 CNY
            points activation = {{ policy = 'on_fulfilment', within_days = 30 }}
            points expiry = {{ policy = 'after', days = 10, counts_from = '{from}' }}
            2026-01-05 order A 10.00 | lots 10 from fulfilment till 2026-02-05
            "
        )
    };
    check(&format!("{}\n2026-01-10 fulfil A | lots 10 till 2026-01-21", programme("activation")));
    check(&format!("{}\n2026-01-10 fulfil A | lots 10 till 2026-01-16", programme("earning")));
    check(&format!(
        "{}
        2026-01-16 look     | pending 10  expired 0
        2026-01-20 fulfil A | pending 0  available 0  expired 10  events PointsActivated Expired
        2026-01-21 return A | taken as expired 10  arrears 0
        ",
        programme("earning")
    ));
}

#[test]
fn s10_only_orders_wait_for_fulfilment() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 5 }, purchase = {}
        activity check_in {}
        rule visit { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '5' }
        rule welcome { on = 'enrolment', kind = 'bonus', points = '7' }
        2026-01-05 enrol             | available 7
        2026-01-05 activity check_in | available 12
        2026-01-05 credit 1          | available 13
        2026-01-05 purchase P 2      | available 15
        2026-01-05 order A 10.00     | available 15  pending 10
        ",
    );
}

#[test]
fn s10_points_that_waited_pay_a_debt_when_they_are_fulfilled() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 5 }
        2026-01-05 debit 4 arrears | arrears 4
        2026-01-05 order A 10.00   | arrears 4  pending 10
        2026-01-06 fulfil A        | arrears 0  available 6  paid 4
        ",
    );
}

#[test]
fn s10_each_currency_of_an_order_has_its_own_activation() {
    check(
        "
        programme 1 point per 1.00 CNY
        base currency = 'points'
        points activation = { policy = 'on_fulfilment', within_days = 5 }
        currency miles { activation = { policy = 'after_days', days = 3 } }
        currency growth { use = 'qualifying' }
        rule fare { kind = 'base', currency = 'miles', points = '2', per = '1.00' }
        rule grow { kind = 'base', currency = 'growth', points = '3', per = '1.00' }
        2026-01-05 order A 10.00 | lots 10 from fulfilment till 2026-01-11 + 20 from 2026-01-08 till never + 30 till never
        2026-01-06 fulfil A      | lots 10 till never + 20 from 2026-01-08 till never + 30 till never
        2026-01-08 look          | available 10  available 20 miles  available 30 growth
        ",
    );
}

#[test]
fn s10_points_that_wait_keep_the_policies_of_their_orders_version() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 30 }, expiry = { policy = 'after', days = 10 }
        2026-01-05 order A 10.00 | lots 10 from fulfilment till 2026-02-05
        2026-01-06 order B 5.00  | pending 15
        2026-01-07 publish from 2026-01-10
            programme 1 point per 1.00 CNY
        end
        2026-01-10 order C 1.00  | available 1  pending 15
        2026-01-12 fulfil A      | lots 10 till 2026-01-23 + 5 from fulfilment till 2026-02-06 + 1 till never
        2026-02-06 look          | available 1  expired 10  forfeited 5
        ",
    );
}
