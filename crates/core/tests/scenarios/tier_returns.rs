//! Case 24 on ladders: which returns cost a tier, and what a referral that falls through takes with it.

use crate::runner::check;

const TIERS: &str = "tier = [
    { id = 'member' },
    { id = 'silver', entry = { any = { spend = '100.00' } } },
    { id = 'gold', entry = { any = { spend = '500.00' } }, keep = { any = { spend = '300.00' } } }]";

/// Steps under a ladder by calendar year that takes tiers at once, with more options.
#[track_caller]
fn ladder(options: &str, steps: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'calendar_year', on_return = 'demote_now', {options} {TIERS} }}
        {steps}
        "
    ));
}

/// Steps in a programme whose silver asks for referrals, or for a good deal of money.
#[track_caller]
fn referral(options: &str, steps: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        referral {{ window_days = 30 }}
        ladder status {{ period = 'calendar_year', {options} tier = [{{ id = 'member' }},
            {{ id = 'silver', entry = {{ any = {{ referrals = 1, spend = '100.00' }} }}, challenge = {{ days = 60, any = {{ referrals = 2 }} }} }}] }}
        {steps}
        "
    ));
}

const NOW: &str = "on_return = 'demote_now',";

#[test]
fn s24_a_return_costs_the_tier_whose_figures_it_takes_away() {
    ladder(
        "",
        "
        2026-01-05 order A 300.00   | tier silver
        2026-01-06 order B 250.00   | tier gold  until 2028-01-01
        2026-01-07 return B 240.00  | tier gold  events ClawedBack
        2026-01-08 return B         | tier gold
        # Gold is kept with 300.
        2026-01-09 return A 0.01    | tier silver  why returned  figures 299.99 0 1  thresholds 300.00 0 0  until 2028-01-01
        2026-01-10 return A 199.99  | tier silver
        2026-01-11 return A 0.01    | tier member  why returned  until never
        ",
    );
}

#[test]
fn s24_an_unrelated_return_leaves_a_soft_landing_alone() {
    ladder(
        "downgrade = 'one_down',",
        "
        2025-06-01 order A 500.00   | tier gold
        2027-02-01 order B 10.00    | tier silver  until 2028-01-01
        2027-02-02 return B         | tier silver  until 2028-01-01  events ClawedBack
        2028-01-01 look             | tier member
        ",
    );
    // Neither does the return of an order from long before, which that tier no longer rested on.
    ladder(
        "downgrade = 'one_down',",
        "
        2025-06-01 order A 500.00   | tier gold
        2027-02-01 return A         | tier silver  until 2028-01-01
        ",
    );
}

#[test]
fn s24_an_unrelated_return_leaves_days_of_grace_alone() {
    ladder(
        "grace_days = 30,",
        "
        2025-06-01 order A 500.00   | tier gold
        2026-06-01 order B 10.00    | tier gold
        2027-01-10 return B         | tier gold  grace  until 2027-01-31  events TierChanged ClawedBack
        2027-01-31 look             | tier member
        ",
    );
}

#[test]
fn s24_a_tier_that_was_kept_goes_with_the_order_that_kept_it() {
    let kept = |then: &str| {
        ladder(
            "",
            &format!(
                "
                2025-06-01 order A 500.00   | tier gold
                2026-06-01 order B 300.00   | tier gold
                2027-02-01 order C 10.00    | tier gold  until 2028-01-01
                {then}
                "
            ),
        );
    };
    kept("2027-02-02 return C       | tier gold  until 2028-01-01");
    kept("2027-02-02 return B       | tier member  why returned");
    kept("2027-02-02 return B 50.00 | tier silver  why returned");
}

#[test]
fn s24_with_keep_until_period_end_a_tier_lasts_as_long_as_it_was_given_for() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'calendar_year', {TIERS} }}
        2025-06-01 order A 500.00   | tier gold  until 2027-01-01
        2025-06-02 return A         | tier gold  until 2027-01-01  to keep 300.00 0 0
        2026-06-01 order B 100.00   | tier gold
        2027-01-01 look             | tier silver  until 2028-01-01  why demoted
        "
    ));
}

#[test]
fn s24_a_return_within_a_window_of_what_another_order_carries_costs_nothing() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'rolling_days', days = 30, on_return = 'demote_now', {TIERS} }}
        2026-01-05 order A 100.00   | tier silver
        2026-01-10 order B 100.00   | tier silver
        2026-01-11 return A         | tier silver  events ClawedBack
        2026-01-12 return B         | tier member  why returned
        "
    ));
}

#[test]
fn s24_a_referral_that_falls_through_takes_the_tier_that_it_gave() {
    referral(
        NOW,
        "
        2026-01-01 ada: enrol
        2026-01-02 enrol by=ada
        2026-01-05 order A 10.00 20.00
        2026-01-05 ada: look          | tier silver  why upgraded
        2026-01-06T10:00 return A 1:all
        2026-01-06T10:00 ada: look    | tier silver
        2026-01-07T10:00 return A
        2026-01-07T10:00 ada: look    | tier member  why returned  counts 0.00 0 0  lifetime 0.00 0 0
            | event ReferralCancelled 2026-01-07T10:00  event TierChanged 2026-01-07T10:00
            | events PointsEarned TierChanged ReferralCancelled TierChanged
        # The next first order comes to the referral again.
        2026-01-08 order B 10.00
        2026-01-08 ada: look          | tier silver
        ",
    );
}

#[test]
fn s24_a_referral_that_falls_through_leaves_the_tier_to_its_end_where_the_ladder_says_so() {
    referral(
        "",
        "
        2026-01-01 ada: enrol
        2026-01-02 enrol by=ada
        2026-01-05 order A 10.00
        2026-01-07 return A
        2026-01-07 ada: look    | tier silver  until 2028-01-01  counts 0.00 0 0
        2028-01-01 ada: look    | tier member
        ",
    );
}

#[test]
fn s24_a_referral_that_falls_through_costs_no_tier_that_stands_without_it() {
    referral(
        NOW,
        "
        2026-01-01 ada: order X 100.00 | tier silver
        2026-01-02 enrol by=ada
        2026-01-05 order A 10.00
        2026-01-07 return A
        2026-01-07 ada: look    | tier silver  counts 100.00 0 1
            | events PointsEarned ReferralCancelled
        ",
    );
}

#[test]
fn s24_a_referral_of_a_closed_year_that_falls_through_takes_back_what_was_carried() {
    check(
        "
        programme 1 point per 1.00 CNY
        referral { window_days = 60 }
        ladder status { period = 'calendar_year', carry_over = { referrals = 5 }, tier = [{ id = 'member' },
            { id = 'silver', entry = { any = { referrals = 1 } } }] }
        2025-01-01 ada: enrol
        2025-01-02 enrol by=ada
        2025-01-02 bob: enrol by=ada
        2025-12-20 order A 10.00
        2025-12-20 bob: order B 10.00
        2026-01-05 ada: look  | carried 0.00 0 0 + 1 referrals into 2026-01-01
        2026-01-05 return A
        2026-01-05 ada: look  | carried none  tier silver
            | events PointsEarned TierChanged PointsEarned FiguresCarried ReferralCancelled FiguresCarried
        ",
    );
}

#[test]
fn s33_a_referral_that_is_told_late_counts_now() {
    referral(
        "",
        "
        2025-01-01 ada: enrol
        2025-01-02 enrol by=ada
        2026-02-01 ada: order X 1.00
        2026-03-01 credit 1
        2025-12-20 order A 10.00
        2026-03-01 ada: look    | tier silver  until 2028-01-01  counts 1.00 0 1 + 1 referrals  event TierChanged 2026-02-01
        ",
    );
}

#[test]
fn s24_a_return_after_the_window_leaves_the_referral_counted() {
    referral(
        NOW,
        "
        2026-01-01 ada: enrol
        2026-01-02 enrol by=ada
        2026-01-05 order A 10.00
        2026-02-04 return A
        2026-02-04 ada: look    | tier silver  counts 0.00 0 0 + 1 referrals
        ",
    );
}

#[test]
fn s24_limits_get_back_what_a_referral_that_falls_through_took() {
    check(
        "
        programme 1 point per 1.00 CNY
        referral { window_days = 30 }
        rule thanks { on = 'referrer', kind = 'bonus', points = '50', caps = [{ limit = '60', per = 'year' }] }
        rule hello { on = 'referred', kind = 'bonus', points = '20', max_triggers = [{ times = 1, per = 'ever' }] }
        2026-01-01 ada: enrol
        2026-01-02 enrol by=ada
        2026-01-02 bob: enrol by=ada
        2026-01-05 order A 10.00       | pending 20
        2026-01-06 return A            | pending 0  events LotCancelled ReferralCancelled ClawedBack
        2026-01-06 ada: look           | pending 0  events PointsEarned LotCancelled ReferralCancelled
        2026-01-07 bob: order B 10.00  | pending 20
        2026-01-07 ada: look           | pending 50
        2026-01-08 order C 10.00       | pending 20
        2026-01-08 ada: look           | pending 60
        ",
    );
}

#[test]
fn s24_points_that_count_go_back_on_both_sides_of_a_referral() {
    check(
        "
        programme 1 point per 1.00 CNY
        points use = 'both'
        referral { window_days = 30 }
        rule thanks { on = 'referrer', kind = 'bonus', points = '50' }
        rule hello { on = 'referred', kind = 'bonus', points = '100' }
        ladder status { period = 'calendar_year', on_return = 'demote_now', tier = [{ id = 'member' },
            { id = 'silver', entry = { any = { points = '50' } } }, { id = 'gold', entry = { any = { points = '105' } } }] }
        2026-01-01 ada: enrol
        2026-01-02 enrol by=ada
        2026-01-05 order A 10.00   | tier gold  counts 10.00 110 1
        2026-01-05 ada: look       | tier silver  counts 0.00 50 0
        2026-01-06 return A        | tier member  counts 0.00 0 0  lifetime 0.00 0 0
        2026-01-06 ada: look       | tier member  counts 0.00 0 0
            | events PointsEarned TierChanged LotCancelled ReferralCancelled TierChanged
        ",
    );
}

#[test]
fn s24_a_referral_that_falls_through_is_taken_from_whom_the_referrer_became() {
    referral(
        NOW,
        "
        2026-01-01 ada: enrol
        2026-01-01 eve: enrol
        2026-01-02 enrol by=ada
        2026-01-05 order A 10.00
        2026-01-06 ada: merge into=eve
        2026-01-06 eve: look    | tier silver  counts 0.00 0 0 + 1 referrals
        2026-01-07 return A
        2026-01-07 eve: look    | tier member  counts 0.00 0 0  event ReferralCancelled 2026-01-07
        ",
    );
}

#[test]
fn s24_a_referral_that_falls_through_no_longer_counts_for_a_challenge() {
    referral(
        NOW,
        "
        2026-01-01 ada: challenge silver   | lent silver till 2026-03-03 reached 0.00 0 0
        2026-01-02 enrol by=ada
        2026-01-02 bob: enrol by=ada
        2026-01-05 order A 10.00
        2026-01-05 ada: look               | lent silver till 2026-03-03 reached 0.00 0 0 + 1 referrals  by figures silver
        2026-01-06 return A
        2026-01-06 ada: look               | lent silver till 2026-03-03 reached 0.00 0 0  by figures member
        2026-01-07 bob: order B 10.00
        2026-01-08 order C 10.00
        2026-01-08 ada: look               | granted nothing  ended earned  tier silver
        ",
    );
}

#[test]
fn s24_a_referral_from_before_a_challenge_takes_nothing_from_what_it_reached() {
    referral(
        NOW,
        "
        2026-01-01 ada: challenge silver
        2026-01-02 enrol by=ada
        2026-01-05 order A 10.00
        2026-01-06 ada: revoke
        2026-01-07 ada: challenge silver   | lent silver till 2026-03-09 reached 0.00 0 0
        2026-01-08 return A
        2026-01-08 ada: look               | lent silver till 2026-03-09 reached 0.00 0 0  counts 0.00 0 0
        ",
    );
}

#[test]
fn s24_a_tier_that_two_years_still_give_lasts_as_long_as_the_later_says() {
    ladder(
        "",
        "
        2025-06-01 order A 100.00   | tier silver  until 2027-01-01
        2026-06-01 order B 500.00   | tier gold  until 2028-01-01
        2026-06-02 return B 400.00  | tier silver  why returned  until 2028-01-01
        ",
    );
    ladder(
        "",
        "
        2025-06-01 order A 100.00   | tier silver  until 2027-01-01
        2026-06-01 order B 500.00   | tier gold  until 2028-01-01
        2026-06-02 return B 400.01  | tier silver  why returned  until 2027-01-01  figures 99.99 0 1
        2027-01-01 look             | tier member
        ",
    );
}

#[test]
fn s24_a_year_vouches_for_a_tier_up_to_the_end_of_what_it_gave() {
    ladder(
        "",
        "
        2025-06-01 order A 100.00   | tier silver  until 2027-01-01
        2026-06-01 order B 100.00   | tier silver
        2026-12-31T23:59:59.999999 return B 0.01 | tier silver
        2027-01-01 look             | tier member
        ",
    );
    ladder(
        "",
        "
        2025-06-01 order A 100.00   | tier silver  until 2027-01-01
        2026-06-01 order B 100.00   | tier silver
        2027-01-01 return B 0.01    | tier member  why returned  events TierChanged ClawedBack TierChanged
        ",
    );
    let years = "programme 1 point per 1.00 CNY
        ladder status { period = 'anniversary_tier', on_return = 'demote_now', tier = [
            { id = 'member' }, { id = 'silver', entry = { any = { spend = '100.00' } } }] }
        2025-05-10T12:00 order A 100.00 | tier silver  until 2026-05-11
        2026-05-01 order B 100.00       | tier silver";
    check(&format!(
        "{years}\n2026-05-10T23:59:59 return B 0.01 | tier silver\n2026-05-11 look | tier member"
    ));
    check(&format!("{years}\n2026-05-11 return B 0.01 | tier member  why returned"));
}

#[test]
fn s24_days_that_the_window_has_left_vouch_for_nothing() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'rolling_days', days = 30, on_return = 'demote_now', {TIERS} }}
        2025-12-01 order A 100.00   | tier silver
        2025-12-31 look             | tier member
        2026-01-10 order B 100.00   | tier silver
        2026-01-11 return B         | tier member  why returned
        "
    ));
}

#[test]
fn s24_who_falls_by_a_return_rests_on_what_is_left_of_the_days_before() {
    // Gold rested on the days of silver's own year, and so does the silver that they still give.
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'anniversary_tier', on_return = 'demote_now', {TIERS} }}
        2025-03-01T12:00 order A 100.00 | tier silver  until 2026-03-02
        2025-04-10T12:00 order B 500.00 | tier gold  until 2026-04-11
        2025-05-01T12:00 return B 250.00 | tier silver  why returned  until 2026-05-02
        2025-05-03 return B 150.01      | tier member  why returned
        "
    ));
}

#[test]
fn s24_a_tier_reached_as_the_years_of_the_one_below_begin_has_no_days_before_its_own() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'anniversary_tier', on_return = 'demote_now', {TIERS} }}
        2025-03-01T12:00 order A 100.00 | tier silver  until 2026-03-02
        2025-03-02 order B 500.00       | tier gold  until 2026-03-02
        2025-03-03 return B 200.00      | tier gold  until 2026-03-02
        2025-03-04 return B 0.01        | tier silver  why returned  until 2026-03-04
        "
    ));
}
