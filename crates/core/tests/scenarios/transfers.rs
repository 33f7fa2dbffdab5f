//! Case 19: points that are sent, given and bought.

use crate::runner::check;

#[test]
fn s19_points_that_are_sent_keep_the_end_of_each_lot() {
    // Two lots of one end become one lot; the last lot is drawn in part.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }, transfer = {}
        2026-01-05T09:00 order A 10.00   | available 10
        2026-01-05T10:00 order B 10.00   | available 20
        2026-01-07 order C 10.00         | available 30
        2026-01-07 bob: enrol
        2026-01-08 transfer T 25 to=bob  | drew 1:10 2:10 3:5  lots 5 till 2026-02-07  sent 25  available 5  events TransferSent
        2026-01-08 bob: look             | lots 20 till 2026-02-05 + 5 till 2026-02-07  received 25  issued 0  available 25
        2026-02-05 bob: look             | available 5  expired 20
        ",
    );
}

#[test]
fn s19_points_that_are_sent_may_start_again() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }, transfer = { expiry = 'restart' }
        points activation = { policy = 'after_days', days = 2 }
        2026-01-05 order A 10.00         | pending 10
        2026-01-07 order C 10.00         | available 10
        2026-01-09 bob: enrol
        2026-01-10 transfer T 15 to=bob  | drew 1:10 2:5
        2026-01-10 bob: look             | lots 15 till 2026-02-10  available 15  pending 0
        ",
    );
}

#[test]
fn s19_a_fee_is_fixed_and_a_share_rounded_up_and_comes_on_top() {
    // 1 + 2.5 % of 50, which is 1.25 and so 2.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }, transfer = { fee_points = '1', fee_percent = '2.5' }
        2026-01-05 credit 50             | available 50
        2026-01-05 bob: enrol
        2026-01-06 credit 2              | available 52
        2026-01-06 transfer T 50 to=bob  | refused insufficient_points: 53 points asked, 52 available  available 52
        2026-01-06 bob: look             | received 0
        2026-01-07 credit 2              | available 54
        2026-01-07 transfer T 50 to=bob  | drew 1:50 2:2 3:1  sent 50  forfeited 3  available 1
        2026-01-07 bob: look             | lots 50 till 2026-02-05  received 50
        ",
    );
    check(
        "
        programme 1 point per 1.00 CNY
        points scale = 2, transfer = { fee_percent = '2.5' }
        2026-01-05 credit 60.00            | available 60.00
        2026-01-05 bob: enrol
        2026-01-06 transfer T 50 to=bob    | sent 50.00  forfeited 1.25
        2026-01-06 transfer U 0.01 to=bob  | sent 50.01  forfeited 1.26
        ",
    );
}

#[test]
fn s19_transfers_have_a_least_a_most_and_a_limit_per_period() {
    // The fee does not count; the limit is that of the period in which it happened.
    check(
        "
        programme 1 point per 1.00 CNY
        points transfer = { min_points = '5', max_points = '100', limit = { points = '120', per = 'month' }, fee_points = '10' }
        2026-01-05 credit 1000           | available 1000
        2026-01-05 bob: enrol
        2026-01-06 transfer T 4 to=bob   | refused below_minimum: the least is 5
        2026-01-06 transfer T 101 to=bob | refused above_maximum: the most is 100
        2026-01-06 transfer T 100 to=bob | sent 100  forfeited 10
        2026-01-31 transfer U 21 to=bob  | refused over_limit: 20 are left
        2026-02-01 transfer U 21 to=bob  | sent 121
        2026-01-31 transfer V 21 to=bob  | refused over_limit
        2026-01-31 transfer V 20 to=bob  | sent 141  event TransferSent 2026-02-01
        2026-01-31 transfer W 5 to=bob   | refused over_limit: 0 are left
        # What comes back does not use up what one may send.
        2026-02-01 bob: transfer X 100 to=m | sent 100
        ",
    );
}

#[test]
fn s19_nobody_sends_to_themselves_to_strangers_or_to_those_who_left() {
    check(
        "
        programme 1 point per 1.00 CNY
        points transfer = {}
        base currency = 'points'
        currency status { use = 'qualifying' }
        currency stars { }
        2026-01-05 credit 100                           | available 100
        2026-01-05 credit 5 currency=stars              | available 5 stars
        2026-01-05 credit 5 currency=status             | available 5 status
        2026-01-05 old: enrol
        2026-01-05 bob: enrol
        2026-01-06 transfer T 10 to=m                   | refused same_member
        2026-01-06 transfer T 10 to=eve                 | refused unknown_member
        2026-01-06 transfer T 1 to=bob currency=stars   | refused transfers_not_allowed
        2026-01-06 transfer T 1 to=bob currency=status  | refused not_spendable
        2026-01-06 transfer T 1 to=bob currency=gold    | refused unknown_point_currency
        2026-01-07 old: merge into=m                    | merged into m
        2026-01-07 transfer T 10 to=old                 | refused same_member
        2026-01-08 bob: transfer U 1 to=old             | refused insufficient_points
        2026-01-09 bob: close                           | closed
        2026-01-10 transfer T 10 to=bob                 | refused member_closed  available 100
        ",
    );
}

#[test]
fn s19_points_sent_to_an_old_name_go_to_who_goes_on() {
    check(
        "
        programme 1 point per 1.00 CNY
        points transfer = {}
        2026-01-05 credit 100            | available 100
        2026-01-05 old: enrol
        2026-01-05 bob: enrol
        2026-01-06 old: merge into=bob   | merged into bob
        2026-01-07 transfer T 10 to=old  | sent 10
        2026-01-07 bob: look             | received 10  available 10
        ",
    );
}

#[test]
fn s19_blocks_stop_sending_and_receiving_each_on_its_own() {
    check(
        "
        programme 1 point per 1.00 CNY
        points transfer = {}
        2026-01-05 credit 100            | available 100
        2026-01-05 bob: credit 100       | available 100
        2026-01-06 block redeeming
        2026-01-07 transfer T 10 to=bob  | refused redeeming_blocked
        2026-01-07 bob: transfer U 1 to=m | sent 1
        2026-01-08 block earning
        2026-01-09 transfer T 10 to=bob  | sent 10
        2026-01-09 bob: transfer V 1 to=m | refused earning_blocked  available 109
        ",
    );
}

#[test]
fn s19_only_what_is_available_can_be_sent() {
    check(
        "
        programme 1 point per 1.00 CNY
        points transfer = {}, activation = { policy = 'after_days', days = 10 }
        2026-01-05 credit 10                 | available 10
        2026-01-05 bob: enrol
        2026-01-05 order A 5.00              | pending 5
        2026-01-06 hold H 4 until=2026-02-01 | available 6
        2026-01-07 transfer T 7 to=bob       | refused insufficient_points: 7 points asked, 6 available
        2026-01-07 transfer T 6 to=bob gift  | available 0  pending 5  held 4
        ",
    );
}

#[test]
fn s19_points_received_pay_a_debt_lot_by_lot() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }, transfer = {}
        2026-01-05 credit 10               | available 10
        2026-01-06 credit 10               | available 20
        2026-01-06 bob: debit 12 arrears   | arrears 12
        2026-01-07 transfer T 15 to=bob    | available 5
        2026-01-07 bob: look               | arrears 0  available 3  lots 3 till 2026-02-06
        ",
    );
}

#[test]
fn s19_both_sides_take_effect_when_the_later_of_them_is_settled() {
    // Bob is settled to 1 February, by which day what is sent on 10 January has ended.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }, transfer = {}
        2026-01-05 credit 10                             | lots 10 till 2026-01-16
        2026-02-01 recorded=2026-02-01 bob: enrol        | available 0
        2026-01-10 transfer T 10 to=bob                  | refused insufficient_points: 10 points asked, 0 available
        2026-01-25 credit 10                             | lots 10 till 2026-02-05
        2026-01-26 transfer T 10 to=bob                  | sent 10  event TransferSent 2026-02-01
        2026-02-01 bob: look                             | lots 10 till 2026-02-05  event TransferReceived 2026-02-01
        ",
    );
}

#[test]
fn s19_bought_points_have_limits_of_their_own() {
    check(
        "
        programme 1 point per 1.00 CNY
        points purchase = { min_points = '5', max_points = '100', limit = { points = '120', per = 'year' } }
        base currency = 'points'
        currency stars { }
        2026-01-05 purchase P 4                    | refused below_minimum
        2026-01-05 purchase P 101                  | refused above_maximum
        2026-01-05 purchase P 1 currency=stars     | refused purchases_not_allowed
        2026-01-05 purchase P 100 price=9.90       | available 100  issued 100  events MemberJoined Credited
        2026-01-06 purchase Q 21 giver=aunt        | refused over_limit: 20 are left
        2026-01-06 purchase Q 20 giver=aunt        | available 120
        2027-01-01 purchase S 100                  | available 220
        ",
    );
}

#[test]
fn s19_bought_points_pay_a_debt_start_when_bought_and_are_not_for_the_blocked() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }, purchase = {}, activation = { policy = 'after_days', days = 5 }
        2026-02-01 debit 30 arrears  | arrears 30
        2026-02-01 purchase P 10     | paid 10  pending 0  arrears 20
        2026-01-28 purchase Q 21     | paid 20  available 1  lots 1 till 2026-02-08
        2026-01-05 purchase R 5      | paid 0  expired 5  event Expired 2026-01-16
        2026-02-02 block earning     | available 1
        2026-02-02 purchase S 5      | refused earning_blocked
        ",
    );
}

#[test]
fn s19_bought_and_received_points_count_for_no_tier() {
    check(
        "
        programme 1 point per 1.00 CNY
        points use = 'both', transfer = {}, purchase = {}
        ladder status { period = 'calendar_year', tier = [
            { id = 'member' }, { id = 'silver', entry = { any = { points = '100' } } } ] }
        2026-01-05 purchase P 200             | tier member  to next 0.00 100 0
        2026-01-05 bob: order A 100.00        | tier silver
        2026-01-06 bob: transfer T 100 to=m   | tier silver
        2026-01-06 look                       | tier member  available 300
        ",
    );
}
