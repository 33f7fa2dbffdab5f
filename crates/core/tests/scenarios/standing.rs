//! Case 39: members who close their account, and members who are blocked; and what cases 37 and 40 have beside
//! [`crate::members`].

use crate::runner::check;

#[test]
fn s39_a_closing_forfeits_all_points_after_letting_holds_go() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 10 }
        2026-01-05 credit 10                 | available 10
        2026-01-05 order A 5.00              | pending 5
        2026-01-06 hold H 4 until=2026-02-01 | held 4
        2026-01-07 close                     | events HoldReleased Closed  closed  available 0  pending 0  held 0  forfeited 15
        2026-02-01 look                      | available 0  pending 0  forfeited 15
        ",
    );
}

#[test]
fn s39_points_that_are_kept_run_out_as_they_would_have() {
    for (option, word) in [("", "keep"), ("set on_close = 'keep'", "")] {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            points activation = {{ policy = 'after_days', days = 10 }}, expiry = {{ policy = 'after', days = 30 }}
            {option}
            2026-01-05 credit 10                 | lots 10 till 2026-02-05
            2026-01-05 order A 5.00              | pending 5
            2026-01-06 hold H 4 until=2026-02-01 | held 4
            2026-01-07 close {word}              | closed  available 10  pending 5  held 0  forfeited 0
            2026-01-15 look                      | available 15  pending 0
            2026-02-05 look                      | available 5  expired 10
            2026-02-15 look                      | available 0  expired 15
            "
        ));
    }
    check(
        "
        programme 1 point per 1.00 CNY
        set on_close = 'keep'
        2026-01-05 credit 10      | available 10
        2026-01-07 close forfeit  | available 0  forfeited 10
        ",
    );
}

#[test]
fn s39_a_closing_leaves_a_debt_but_for_what_holds_pay() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 10                  | available 10
        2026-01-06 hold H 10 until=2026-02-01 | held 10
        2026-01-07 debit 14 arrears           | arrears 14  forfeited 14
        2026-01-08 close                      | events HoldReleased ArrearsPaid Closed  arrears 4  available 0  forfeited 14
        ",
    );
}

#[test]
fn s39_after_a_closing_every_fact_is_refused_by_name() {
    for fact in [
        "order B 10.00",
        "return A",
        "return A 1.00",
        "exchange A for B 1.00",
        "fulfil A",
        "activity check_in",
        "redeem S 1",
        "reverse R",
        "hold J 1 until=2026-03-01",
        "capture H",
        "release H",
        "voucher X",
        "transfer T 1 to=bob",
        "purchase P 1",
        "credit 1",
        "debit 1",
        "debit 1 arrears",
        "write-off",
        "expiry to=never",
        "reinstate 1",
        "merge into=bob",
        "close",
        "close keep",
        "block earning",
        "block",
        "enrol",
        "profile segment=vip",
    ] {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            points transfer = {{}}, purchase = {{}}
            activity check_in {{ }}
            rule check {{ on = 'activity', activity = ['check_in'], kind = 'bonus', points = '1' }}
            2026-01-05 bob: enrol
            2026-01-05 order A 10.00                     | available 10
            2026-01-06 redeem R 2 voucher=drink code=X   | available 8
            2026-01-06 hold H 2 until=2026-02-01         | available 6
            2026-01-07 close keep                        | closed  available 8
            2026-01-08 {fact}                            | refused member_closed: left at 2026-01-07  available 8
            # What happened before the closing and is heard of after it is refused as well.
            2026-01-06 {fact}                            | refused member_closed  available 8
            "
        ));
    }
}

#[test]
fn s39_a_closed_member_has_no_birthdays() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule birthday { on = 'birthday', kind = 'bonus', points = '7' }
        2025-01-05 enrol birthday=03-01
        2025-03-01 look        | available 7
        2025-04-01 close keep  | available 7  due never
        2026-03-01 look        | available 7
        ",
    );
}

#[test]
fn s39_a_block_on_earning_stops_what_earns_and_nothing_else() {
    check(
        "
        programme 1 point per 1.00 CNY
        points purchase = {}, transfer = {}
        activity check_in { }
        rule check { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '1' }
        2026-01-05 bob: enrol
        2026-01-05 order A 100.00               | available 100
        2026-01-05 redeem R 10                  | available 90
        2026-01-05 hold H 10 until=2026-02-01   | available 80
        2026-01-06 block earning                | events BlockSet
        2026-01-07 order B 10.00                | refused earning_blocked  available 80
        2026-01-07 exchange A for B 10.00       | refused earning_blocked  available 80  clawed back 0
        2026-01-07 activity check_in            | refused earning_blocked
        2026-01-07 purchase P 10                | refused earning_blocked
        2026-01-08 redeem S 10                  | available 70
        2026-01-08 transfer T 10 to=bob         | available 60
        2026-01-08 capture H                    | redeemed 30
        2026-01-08 reverse R                    | available 70
        2026-01-08 return A 50.00               | available 20
        2026-01-08 fulfil A                     | available 20
        2026-01-08 credit 5                     | available 25
        2026-01-08 debit 5                      | available 20
        2026-01-09 block                        | events BlockSet
        2026-01-09 order B 10.00                | available 30
        ",
    );
}

#[test]
fn s39_a_block_on_redeeming_stops_what_spends_and_nothing_else() {
    check(
        "
        programme 1 point per 1.00 CNY
        points purchase = {}, transfer = {}
        2026-01-05 bob: enrol
        2026-01-05 order A 100.00               | available 100
        2026-01-05 redeem R 10                  | available 90
        2026-01-05 hold H 10 until=2026-02-01   | available 80
        2026-01-05 hold J 10 until=2026-02-01   | available 70
        2026-01-06 block redeeming
        2026-01-07 redeem S 10                  | refused redeeming_blocked  available 70
        2026-01-07 redeem S 10 partial          | refused redeeming_blocked
        2026-01-07 hold K 10 until=2026-02-01   | refused redeeming_blocked
        2026-01-07 transfer T 10 to=bob         | refused redeeming_blocked
        2026-01-08 capture H 4                  | redeemed 14  available 76
        2026-01-08 release J                    | available 86
        2026-01-08 reverse R                    | available 96
        2026-01-08 order B 10.00                | available 106
        2026-01-08 return B                     | available 96
        2026-01-08 purchase P 4                 | available 100
        2026-01-09 block earning redeeming
        2026-01-09 order C 10.00                | refused earning_blocked
        2026-01-09 redeem S 10                  | refused redeeming_blocked
        2026-01-10 block earning
        2026-01-10 redeem S 10                  | available 90
        ",
    );
}

#[test]
fn s39_a_birthday_in_a_block_is_not_made_up_for() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule birthday { on = 'birthday', kind = 'bonus', points = '7' }
        2025-01-05 enrol birthday=03-01
        2025-02-01 block earning  | due never
        2025-03-01 look           | available 0
        2025-06-01 block          | available 0
        2026-03-01 look           | available 7  event PointsEarned 2026-03-01
        ",
    );
}

#[test]
fn s39_what_is_pending_starts_in_a_block_as_well() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 10 }
        2026-01-05 order A 10.00            | pending 10
        2026-01-06 block earning redeeming  | pending 10
        2026-01-15 look                     | available 10
        2026-01-16 redeem R 1               | refused redeeming_blocked
        ",
    );
}

#[test]
fn s40_an_adjustment_names_its_currency_and_reaches_only_what_is_available() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 10 }, expiry = { policy = 'after', days = 30 }
        base currency = 'points'
        currency miles { scale = 2 }
        2026-01-05 order A 10.00                | pending 10
        2026-01-05 credit 8                     | available 8
        2026-01-06 credit 2                     | available 10
        2026-01-06 credit 7.25 currency=miles   | available 7.25 miles  available 10
        2026-01-06 debit 0.25 currency=miles    | available 7.00 miles
        2026-01-06 credit 1 currency=stars      | refused unknown_point_currency
        2026-01-07 hold H 1 until=2026-02-01    | drew 2:1
        2026-01-08 debit 20                     | drew 2:7 3:2  available 0  pending 10  held 1  forfeited 9  arrears 0
        ",
    );
}

#[test]
fn s40_a_credit_for_a_blocked_member_counts_and_pays_a_debt() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 debit 3 arrears          | arrears 3
        2026-01-06 block earning redeeming
        2026-01-07 credit 5                 | paid 3  available 2  arrears 0
        2026-01-08 debit 5 arrears          | arrears 3  available 0
        ",
    );
}

#[test]
fn s37_any_fact_that_is_accepted_makes_a_member() {
    const DOINGS: &str = "
        programme 1 point per 1.00 CNY
        points purchase = {}, transfer = {}
        activity check_in { }
        rule check { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '1' }
    ";
    check(&format!(
        "{DOINGS}
        2026-01-05 ann: purchase P 5             | events MemberJoined Credited
        2026-01-05 bob: activity check_in        | events MemberJoined PointsEarned
        2026-01-05 cat: hold H 1 until=2026-02-01 | refused insufficient_points  events
        2026-01-05 cat: transfer T 1 to=ann      | refused insufficient_points  events
        2026-01-05 cat: return A                 | refused unknown_order  events
        2026-01-05 cat: fulfil A                 | refused unknown_order  events
        2026-01-05 cat: voucher X                | refused unknown_voucher  events
        2026-01-05 cat: write-off                | refused nothing_owed  events
        2026-01-05 cat: enrol by=cat             | refused same_member  events
        2026-01-05 ann: transfer T 1 to=cat      | refused unknown_member  available 5
        2026-01-05 cat: enrol by=ann             | events MemberJoined
        2026-01-05 ann: transfer T 1 to=cat      | available 4
        "
    ));
    for fact in
        ["purchase P 5", "activity check_in", "block earning", "close", "merge into=ann", "debit 5 arrears"]
    {
        check(&format!(
            "{DOINGS}
            set enrol_on_first_fact = false
            2026-01-05 ann: enrol      | events MemberJoined
            2026-01-05 bob: {fact}     | refused not_enrolled  events
            "
        ));
    }
}

#[test]
fn s39_a_closing_forfeits_what_is_only_pending() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 10 }
        2026-01-05 order A 10.00 | pending 10  available 0
        2026-01-06 close         | pending 0  forfeited 10  closed
        2026-02-01 look          | available 0  lots none
        ",
    );
}

#[test]
fn s39_nobody_is_closed_who_is_not_known() {
    check("programme 1 point per 1.00 CNY\n2026-01-05 close | refused unknown_member");
}
