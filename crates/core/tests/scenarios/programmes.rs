//! The programmes of `examples/programmes`, played through.

use crate::runner::check;

#[test]
fn s06_a_coffee_chain_gives_stars_for_drinks_check_ins_and_birthdays() {
    check(
        "
        file coffee-chain.toml
        2026-03-02T08:00 enrol birthday=03-11        | available 0
        2026-03-02T08:05 activity check_in id=1      | rules check-in 5  available 5  streak check_in 1
        2026-03-02T12:00 activity check_in id=2      | rules check-in 0 of 5 triggers_used_up  available 5
        2026-03-03T08:05 activity check_in id=3      | available 10
        2026-03-04T08:05 activity check_in id=4      | available 15
        2026-03-05T08:05 activity check_in id=5      | available 20
        2026-03-06T08:05 activity check_in id=6      | available 25
        2026-03-07T08:05 activity check_in id=7      | available 30  streak check_in 6
        2026-03-08T08:05 activity check_in id=8      | rules check-in 5 + seven-days 50  available 85  streak check_in 7
        2026-03-09T14:30 order latte 5.00            | rules menu 10 + happy-hour 5  available 100
        2026-03-10T14:30 order card 50.00 category=gift-card | rules happy-hour 0  available 100
        2026-03-11T14:30 order cake 10.00            | rules menu 20 + birthday-double 20 + happy-hour 0 of 10 lost_in_group  available 290
        2026-03-12T09:00 redeem treat 150 reward=free-drink  | available 140  drew 9:150
        2026-03-12T09:01 redeem wrong 100 reward=free-drink  | refused wrong_price: costs 150 points, not 100
        2026-03-12T09:02 redeem mug 400 reward=mug           | refused insufficient_points
        2026-03-13T09:00 activity review id=9        | rules review 10
        2026-03-20T09:00 activity review id=10       | rules review 0 of 10 cooling_down
        2026-03-27T09:00 activity review id=11       | rules review 10
        2026-10-01 look                              | available 0  expired 160
        ",
    );
}

#[test]
fn s10_a_fashion_retailer_holds_points_back_until_the_parcel_stays() {
    check(
        "
        file fashion-retailer.toml
        2026-03-10 order A 80.00 tag=spring 60.00 tag=spring 60.00 tag=spring
            | rules base 1000 + three-pieces 300 + welcome 250  pending 1550  available 0  budget spring 300
        2026-03-15 return A 3:all          | clawed back 600  pending 950  budget spring 0
        2026-03-24 look                    | pending 0  available 950
        2026-04-01 order B 360.00          | rules welcome-to-silver 200  pending 2000  tier silver  until 2028-01-01
        2026-04-02 order C 100.00          | rules base 500 + silver 100
        2026-04-20 redeem R 900 cash=20.00 | worth 9.00  available 2650
        2026-04-21 return B                | clawed back 2400  available 850
        2026-12-31T23:59 look              | tier silver
        2027-01-01 look                    | tier silver
        2026-05-01 ada: order D 1500.00    | rules welcome-to-gold 500  pending 8450  tier gold  until 2028-01-01
        2027-04-30T23:59 ada: look         | pending 0
        2027-05-01 ada: look               | pending 100  event PointsEarned 2027-05-01
        ",
    );
}

#[test]
fn s11_an_airline_keeps_miles_as_long_as_the_member_is_active() {
    check(
        "
        file airline.toml
        2026-02-09 order F1 8000.00 category=flight tag=business
            | rules fare 4000 + fare-qualifying 4000 + premium 500  available 4500 miles  available 4000 qualifying
        2026-02-10 bob: enrol                               | available 0 miles
        2027-05-03 order F2 40000.00 category=flight        | available 24500 miles  tier silver
        2027-05-04 look                                     
            | lots 4500 till 2030-06-01 + 4000 till 2028-01-01 + 20000 till 2030-06-01 + 20000 till 2029-01-01
        2028-01-10 transfer T 10000 to=bob currency=miles   | available 14400 miles  sent 10000 miles  forfeited 100 miles
        2028-01-10 bob: look                                | available 10000 miles  received 10000 miles
        2028-01-11 transfer U 100 to=bob currency=miles     | refused below_minimum
        2028-01-12 purchase P 1000 price=300.00 currency=miles | available 15400 miles
        2028-01-12 look                                     | lots 14400 till 2031-02-01 + 20000 till 2029-01-01 + 1000 till 2031-02-01
        2028-02-01 bob: merge into=m                        | merged into m
        2028-02-01 look                                     | available 25400 miles
        2031-02-01 look                                     | available 0 miles
        2026-02-09 eve: order F3 60000.00 category=flight   | tier silver  until 2028-01-01  carried none
        2027-01-01 eve: look                                | carried 0.00 10000 0 into 2027-01-01
        2027-03-01 eve: order F4 20000.00 category=flight   | tier silver  until 2028-01-01
        2028-01-01 eve: look                                | tier silver  until 2029-01-01
        2029-01-01 eve: look                                | tier blue
        2026-02-10 flo: challenge silver                    | tier silver  by figures blue  lent silver till 2026-05-12 reached 0.00 0 0
        2026-02-11 flo: use lounge                          | benefit lounge 0 of 1
        2026-02-12 flo: use lounge                          | refused benefit_used_up
        2026-03-01 flo: look                                | benefit lounge 1 of 1
        2026-03-02 flo: order F5 12000.00 category=flight   | by figures silver  until 2028-01-01  why challenge_met  granted nothing
        ",
    );
}

#[test]
fn s16_a_grocer_multiplies_departments_and_takes_points_at_the_till() {
    check(
        "
        file grocery.toml
        2026-01-05 order A 3.33 category=produce 2.50 brand=basket 9.99 category=tobacco
            | rules base 5.83 + produce 6.66 + own-brand 2.50  available 14.99
        2026-01-06 order B 10.00 sku=coffee-500g tag=coupon x2
            | rules base 10.00 + leaflet-coffee 50.00  available 74.99
        2026-01-07 order C 10.00 sku=coffee-500g tag=coupon x2
            | rules base 10.00 + leaflet-coffee 0.00 of 50.00 triggers_used_up  available 84.99
        2026-01-08 order D 120.00                | rules base 120.00 + big-basket 100.00  available 304.99
        2026-01-09 redeem R 200.00 cash=3.00     | worth 2.00  available 104.99
        2026-01-09 redeem S 300.00 cash=3.00     | refused above_order_share: at most 24000
        2026-01-10 order E 3.00 points_paid=2.00 paid_by=R | rules base 1.00  available 105.99
        2026-01-11 return E                      | clawed back 1.00  available 304.99  redeemed 0.00
        2026-05-10T23:59 look                    | available 304.99
        2026-05-11 look                          | available 0.00  expired 304.99
        ",
    );
}

#[test]
fn s06_a_software_company_pays_for_referrals_renewals_and_feedback() {
    check(
        "
        file saas.toml
        2026-01-05 ada: order X 10.00              | refused not_enrolled
        2026-01-05 ada: enrol                      | rules welcome 20  available 20
        2026-02-01 enrol by=ada                    | available 20
        2026-02-02 order I1 100.00 category=subscription
            | available 20  pending 110  lots 20 till 2028-01-01 + 10 from fulfilment till 2026-04-04 + 100 from 2026-03-19 till 2028-01-01
        2026-02-02 ada: look                       | available 20  pending 200
        2026-02-05 fulfil I1                       | available 30  pending 100
        2026-03-19 look                            | available 130
        2026-03-19 ada: look                       | available 220
        2026-03-20 order I2 100.00 category=subscription in=EUR | pending 10
        2026-05-20 look                            | pending 0  forfeited 10  event LotCancelled 2026-05-20
        2026-05-21 fulfil I2                       | refused fulfilment_too_late
        2026-05-22 activity survey id=1 score=9    | rules survey 10 + promoter 5
        2026-05-23 activity survey id=2 score=10   | rules survey 0 of 10 cooling_down + promoter 0 of 5 triggers_used_up
        2027-02-01 look                            | available 195  event PointsEarned 2027-02-01
        2027-03-01 close                           | closed  available 0  forfeited 205
        2027-03-02 order I3 100.00 category=subscription | refused member_closed
        ",
    );
}
