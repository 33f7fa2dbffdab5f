//! Case 6: what a referral brings to both sides.

use tallybook_core::event::{Counted, Decision};

use crate::runner::{check, events_of};

/// A programme whose referrals wait 30 days, and what follows.
#[track_caller]
fn referral(steps: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        points expiry = {{ policy = 'after', days = 100 }}
        referral {{ window_days = 30 }}
        rule thanks {{ on = 'referrer', kind = 'bonus', points = '50' }}
        rule hello {{ on = 'referred', kind = 'bonus', points = '20' }}
        {steps}
        "
    ));
}

#[test]
fn s06_a_referral_pays_both_with_the_first_order_once_its_window_is_over() {
    referral(
        "
        2026-01-01 ada: enrol           | available 0
        2026-01-05 enrol by=ada         | available 0
        2026-01-06T10:00 order A 10.00  | events PointsEarned PointsEarned ReferralPaid  available 10  pending 20
            | lots 10 till 2026-04-17 + 20 from 2026-02-05 till 2026-05-17
        2026-01-06T10:00 ada: look      | available 0  pending 50  lots 50 from 2026-02-05 till 2026-05-17
        2026-01-07 order B 10.00        | available 20  pending 20
        2026-01-07 ada: look            | pending 50
        2026-02-04T23:59 look           | available 20  pending 20
        2026-02-05 look                 | available 40  pending 0
        2026-02-05 ada: look            | available 50  pending 0
        ",
    );
}

#[test]
fn s06_a_referral_falls_through_when_nothing_of_the_first_order_is_kept() {
    referral(
        "
        2026-01-01 ada: enrol           | available 0
        2026-01-05 enrol by=ada         | available 0
        2026-01-06 order A 10.00 20.00  | available 30  pending 20
        2026-01-07 return A 1:all       | available 20  pending 20  clawed back 10
        2026-01-07 ada: look            | pending 50
        2026-01-08 return A             | available 0  pending 0  clawed back 30  forfeited 20
            | events LotCancelled ClawedBack
        2026-01-08 ada: look            | pending 0  available 0  forfeited 50
        2026-01-09 order B 10.00        | available 10  pending 20
        2026-01-09 ada: look            | pending 50
        ",
    );
}

#[test]
fn s06_a_return_after_the_window_leaves_the_referral_alone() {
    referral(
        "
        2026-01-01 ada: enrol    | available 0
        2026-01-05 enrol by=ada  | available 0
        2026-01-06 order A 10.00 | pending 20
        2026-02-05 return A      | available 20  pending 0  forfeited 0
        2026-02-05 ada: look     | available 50
        2026-02-06 order B 10.00 | available 30  pending 0
        2026-02-06 ada: look     | available 50  pending 0
        ",
    );
}

#[test]
fn s06_a_referral_whose_referrer_is_not_there_still_greets_the_newcomer() {
    referral(
        "
        2026-01-05 enrol by=ghost       | available 0
        2026-01-06 order A 10.00        | available 10  pending 20
        2026-01-05 ada: enrol           | available 0
        2026-01-06 ada: close           | closed
        2026-01-06 bob: enrol by=ada    | available 0
        2026-01-07 bob: order B 10.00   | available 10  pending 20
        2026-01-07 ada: look            | available 0  pending 0
        2026-01-08 eve: enrol           | available 0
        2026-01-08 eve: block earning   | available 0
        2026-01-08 carl: enrol by=eve   | available 0
        2026-01-09 carl: order C 10.00  | pending 20
        2026-01-09 eve: look            | pending 0
        2026-01-10 eve: block           | available 0
        2026-01-11 carl: order D 10.00  | pending 20
        2026-01-11 eve: look            | pending 0
        ",
    );
}

#[test]
fn s06_nobody_refers_themselves() {
    referral("2026-01-05 enrol by=m | refused same_member");
}

#[test]
fn s06_a_referrer_who_earns_pays_a_debt_when_the_window_is_over() {
    referral(
        "
        2026-01-01 ada: debit 60 arrears | arrears 60
        2026-01-05 enrol by=ada          | available 0
        2026-01-06 order A 10.00         | pending 20
        2026-01-06 ada: look             | arrears 60  pending 50
        2026-02-05 ada: look             | arrears 10  available 0
        ",
    );
}

#[test]
fn s06_limits_hold_for_referrers_as_well() {
    check(
        "
        programme 1 point per 1.00 CNY
        referral { window_days = 30 }
        budget friends { limit = '120' }
        rule thanks { on = 'referrer', kind = 'bonus', points = '50', budget = ['friends'], caps = [{ limit = '80', per = 'year' }] }
        2026-01-01 ada: enrol         | available 0
        2026-01-05 enrol by=ada       | available 0
        2026-01-05 bob: enrol by=ada  | available 0
        2026-01-05 eve: enrol by=bob  | available 0
        2026-01-06 order A 10.00      | budget friends 50
        2026-01-06 bob: order B 10.00 | budget friends 80
        2026-01-06 ada: look          | pending 80
        2026-01-07 eve: order C 10.00 | budget friends 120
        2026-01-07 bob: look          | pending 40
        ",
    );
}

#[test]
fn s06_a_late_first_order_pays_the_referral_as_of_now() {
    check(
        "
        programme 1 point per 1.00 CNY
        referral { window_days = 30 }
        rule thanks { on = 'referrer', kind = 'bonus', points = '50' }
        rule hello { on = 'referred', kind = 'bonus', points = '20' }
        2026-01-01 ada: enrol     | available 0
        2026-01-05 enrol by=ada   | available 0
        2026-05-01 ada: credit 1  | available 1
        2026-06-01 credit 1       | available 1
        2026-01-06 order A 10.00  | available 31  pending 0  event PointsActivated 2026-02-05
        2026-06-01 ada: look      | available 51  pending 0  event PointsEarned 2026-05-01
        2026-06-02 return A       | available 21  forfeited 0
        2026-06-02 ada: look      | available 51
        ",
    );
}

#[test]
fn s06_a_referrer_who_is_part_of_another_by_then_brings_neither_of_them_anything() {
    referral(
        "
        2026-01-01 ada: enrol          | available 0
        2026-01-01 eve: enrol          | available 0
        2026-01-02 enrol by=ada        | available 0
        2026-01-03 ada: merge into=eve | merged into eve
        2026-01-06 order A 10.00       | pending 20
        2026-01-06 eve: look           | pending 0  available 0
        ",
    );
}

#[test]
fn s06_a_referral_may_pay_one_side_only() {
    for (rule, member, referrer) in [("referred", 20, 0), ("referrer", 0, 20)] {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            referral {{ window_days = 30 }}
            rule only {{ on = '{rule}', kind = 'bonus', points = '20' }}
            2026-01-01 ada: enrol
            2026-01-05 enrol by=ada
            2026-01-06 order A 10.00 | available 10  pending {member}
            2026-01-06 ada: look     | available 0  pending {referrer}
            "
        ));
    }
}

#[test]
fn s06_what_a_referral_counts_for_limits_is_recorded_without_any_room() {
    let events = events_of(
        "
        programme 1 point per 1.00 CNY
        referral { window_days = 30 }
        rule thanks { on = 'referrer', kind = 'bonus', points = '50', caps = [{ limit = '60', per = 'year' }] }
        rule hello { on = 'referred', kind = 'bonus', points = '20', caps = [{ limit = '30', per = 'year' }] }
        2026-01-01 ada: enrol
        2026-01-02 enrol by=ada
        2026-01-05 order A 10.00  | pending 20
        ",
    );
    let paid = events.iter().find_map(|event| match &event.decision {
        Decision::ReferralPaid(paid) => Some(paid),
        _ => None,
    });
    let paid = paid.expect("the referral is recorded");
    let counted = |counted: &Counted| counted.caps.iter().map(|c| (c.used.0, c.room.0)).collect::<Vec<_>>();
    assert_eq!((counted(&paid.counted), counted(&paid.referrer_counted)), (vec![(20, 0)], vec![(50, 0)]));
}
