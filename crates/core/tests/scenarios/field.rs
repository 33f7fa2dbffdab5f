//! What other loyalty systems are known to get wrong, and must come out right here.

use crate::runner::check;

#[test]
fn s20_a_refund_after_the_rate_was_doubled_takes_back_what_was_given() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 50.00 | available 50
        2026-01-06 publish from 2026-02-01
            programme 2 points per 1.00 CNY
        end
        2026-02-10 order B 10.00 | available 70
        2026-02-11 return A      | available 20  clawed back 50  arrears 0
        ",
    );
}

#[test]
fn s20_two_refunds_of_half_a_point_take_the_point_that_one_refund_takes() {
    let programme = "programme 1 point per 10.00 CNY, floor";
    check(&format!(
        "{programme}
        2026-01-05 order A 10.00  | available 1
        2026-01-06 return A 5.00  | clawed back 1  available 0
        2026-01-07 return A 5.00  | clawed back 1  available 0
        "
    ));
    check(&format!(
        "{programme}
        2026-01-05 order A 10.00  | available 1
        2026-01-06 return A 10.00 | clawed back 1  available 0
        "
    ));
}

#[test]
fn s20_an_order_cancelled_and_completed_again_counts_once() {
    check(
        "
        programme 1 point per 1.00 CNY
        ladder status { period = 'calendar_year', tier = [
            { id = 'basic' }, { id = 'gold', entry = { any = { orders = 2 } } } ] }
        2026-01-05 order A 30.00   | available 30  orders 1
        2026-01-05 return A        | available 0   orders 0
        2026-01-05 order A 30.00   | refused duplicate_order  available 0
        2026-01-05 order A-2 30.00 | available 30  orders 1  tier basic
        2026-01-06 return A        | refused nothing_left_to_return  available 30
        ",
    );
}

#[test]
fn s24_a_refund_is_no_new_spend() {
    check(
        "
        programme 1 point per 1.00 CNY
        ladder status { period = 'calendar_year', tier = [
            { id = 'basic' }, { id = 'gold', entry = { any = { spend = '100.00' } } } ] }
        2026-01-05 order A 60.00 | available 60  to next 40.00 0 0
        2026-01-06 return A      | available 0   to next 100.00 0 0  tier basic
        2026-01-07 order B 60.00 | available 60  to next 40.00 0 0   tier basic
        ",
    );
}

#[test]
fn s20_a_bonus_for_three_goes_when_one_of_them_comes_back() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule three { kind = 'bonus', points = '100', when = { min_quantity = 3 } }
        2026-01-05 order A 30.00 x3 | rules base 30 + three 100  available 130
        2026-01-06 return A x1      | clawed back 110  available 20
        2026-01-07 return A         | clawed back 130  available 0
        ",
    );
}

#[test]
fn s18_restored_points_end_when_they_always_would_have() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00 | lots 10 till 2026-02-05
        2026-01-10 redeem R 10   | available 0
        2026-02-01 reverse R     | lots 10 till 2026-02-05
        2026-02-05 look          | available 0  expired 10
        ",
    );
}

#[test]
fn s03_a_balance_does_not_fall_below_zero_once_spent_points_would_have_expired() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00 | available 10
        2026-01-10 redeem R 10   | available 0
        2026-02-20 look          | available 0  expired 0  redeemed 10  arrears 0
        2026-02-21 order B 5.00  | available 5
        ",
    );
}

#[test]
fn s19_points_given_bought_or_sent_end_like_earned_ones() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }, transfer = {}, purchase = {}
        2026-01-05 credit 10                 | lots 10 till 2026-02-05
        2026-01-05 purchase P 20             | lots 10 till 2026-02-05 + 20 till 2026-02-05
        2026-01-05 purchase Q 30 giver=aunt  | available 60
        2026-01-05 bob: credit 1             | available 1
        2026-01-06 transfer T 60 to=bob gift | available 0  sent 60
        2026-01-06 bob: look                 | received 60  available 61
        2026-02-05 bob: look                 | available 0  expired 61
        ",
    );
}

#[test]
fn s19_points_sent_to_and_fro_keep_their_end() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }, transfer = {}
        2026-01-05 order A 10.00            | lots 10 till 2026-02-05
        2026-01-06 bob: enrol               | available 0
        2026-02-01 transfer T 10 to=bob     | available 0
        2026-02-01 bob: look                | lots 10 till 2026-02-05
        2026-02-02 bob: transfer U 10 to=m  | available 0
        2026-02-02 look                     | lots 10 till 2026-02-05
        2026-02-05 look                     | available 0  expired 10
        ",
    );
}

#[test]
fn s12_a_birthday_on_29_february_is_kept_on_the_28th_of_other_years() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule birthday { on = 'birthday', kind = 'bonus', points = '100' }
        2024-01-05 enrol birthday=02-29 | available 0
        2024-02-28 look                 | available 0
        2024-02-29 look                 | available 100  event PointsEarned 2024-02-29
        2025-02-27 look                 | available 100
        2025-02-28 look                 | available 200  event PointsEarned 2025-02-28
        2028-02-28 look                 | available 400
        2028-02-29 look                 | available 500  event PointsEarned 2028-02-29
        ",
    );
}

#[test]
fn s12_a_day_without_midnight_begins_where_the_clock_goes_on() {
    // In São Paulo the clock went from 23:59:59 to 01:00 when 4 November 2018 began.
    check(
        "
        programme 1 point per 1.00 BRL
        zone America/Sao_Paulo
        points expiry = { policy = 'after', days = 3 }
        2018-10-31T12:00 order A 10.00        | available 10  lots 10 till 2018-11-04
        2018-11-04T02:59:59.999999Z redeem R 4 | available 6
        2018-11-04T03:00:00Z redeem S 1        | refused insufficient_points
        2018-11-04T03:00:00Z look              | available 0  expired 6  event Expired 2018-11-04T03:00:00Z
        ",
    );
}

#[test]
fn s12_points_can_be_spent_in_the_last_microsecond_of_their_last_day() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        points expiry = { policy = 'after', days = 30, round_to = 'month' }
        2026-01-01T10:00 order A 10.00            | lots 10 till 2026-02-01
        2026-01-31T23:59:59.999999 redeem R 4     | available 6
        2026-02-01 redeem S 1                     | refused insufficient_points
        2026-02-01 look                           | available 0  expired 6
        ",
    );
}

#[test]
fn s12_an_order_in_the_last_microsecond_of_a_campaign_still_has_it() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        campaign spring { from = 2026-03-01, until = 2026-04-01 }
        rule double { kind = 'multiplier', factor = '2', campaign = 'spring' }
        2026-03-31T23:59:59.999999 order A 10.00 | rules base 10 + double 10
        2026-04-01 order B 10.00                 | rules base 10
        2026-04-02 return A                      | clawed back 20
        ",
    );
}

#[test]
fn s07_the_order_that_lifts_the_tier_earns_at_the_tier_before_it() {
    // The rate that a member is shown before paying is the one that applies: what the order itself brings comes after.
    check(
        "
        programme 1 point per 1.00 CNY
        rule gold { kind = 'multiplier', factor = '2', when = { tier = ['gold'] } }
        ladder status { period = 'calendar_year', tier = [
            { id = 'basic' }, { id = 'gold', entry = { any = { spend = '100.00' } } } ] }
        2026-01-05 order A 150.00 | rules base 150  tier gold
        2026-01-06 order B 10.00  | rules base 10 + gold 10
        2026-01-07 return A       | clawed back 150
        ",
    );
}
