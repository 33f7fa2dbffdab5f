//! Case 30: benefits that tiers give a number of times per period.

use crate::runner::check;

const TIERS: &str = "tier = [
    { id = 'member' },
    { id = 'silver', entry = { any = { spend = '100.00' } } },
    { id = 'gold', entry = { any = { spend = '500.00' } }, challenge = { days = 90, any = { spend = '300.00' } } },
    { id = 'black', entry = { any = { spend = '900.00' } } }]";

/// Steps under a ladder with these options, whose silver gives two visits a month and whose gold gives six.
#[track_caller]
fn lounge(options: &str, steps: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        benefit lounge {{ per = 'month', times = {{ silver = 2, gold = 6 }} }}
        ladder status {{ {options}, {TIERS} }}
        {steps}
        "
    ));
}

/// Steps of a member whose silver gives one of something in each of these periods, under a ladder with these options.
#[track_caller]
fn once(per: &str, options: &str, steps: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        benefit gift {{ per = '{per}', times = {{ silver = 1 }} }}
        ladder status {{ {options}, {TIERS} }}
        {steps}
        "
    ));
}

const YEARS: &str = "period = 'calendar_year'";

#[test]
fn s30_a_benefit_can_be_used_so_many_times_in_each_period() {
    lounge(
        YEARS,
        "
        2026-01-05 order A 1.00        | benefit lounge 0 of 0
        2026-01-05 use lounge          | refused benefit_used_up: asked 1 times; 0 are left
        2026-01-06 order B 99.00       | benefit lounge 2 of 2
        2026-01-07 use lounge          | benefit lounge 1 of 2  events BenefitUsed
        2026-01-08 use lounge 2        | refused benefit_used_up: asked 2 times; 1 are left
        2026-01-31T23:59:59.999999 use lounge | benefit lounge 0 of 2
        2026-01-31T23:59:59.999999 use lounge | refused benefit_used_up
        # What is left of a month lapses with it.
        2026-02-01 use lounge          | benefit lounge 1 of 2
        2026-03-01 look                | benefit lounge 2 of 2
        ",
    );
}

#[test]
fn s30_periods_of_benefits_are_local() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        zone America/New_York
        benefit gift {{ per = 'day', times = {{ silver = 1 }} }}
        ladder status {{ period = 'calendar_year', {TIERS} }}
        2026-01-05T12:00 order A 100.00     | benefit gift 1 of 1
        2026-01-06T04:59:59Z use gift       | benefit gift 0 of 1
        2026-01-06T05:00:00Z use gift       | benefit gift 0 of 1
        2026-01-06T20:00 use gift           | refused benefit_used_up
        "
    ));
}

#[test]
fn s30_each_period_has_its_own_uses() {
    let each = |per: &str, used: &str, last: &str, again: &str| {
        once(
            per,
            YEARS,
            &format!(
                "
                2025-05-01 order A 900.00
                {used} use gift  | benefit gift 0 of 1
                {last} use gift  | refused benefit_used_up
                {again} use gift | benefit gift 0 of 1
                "
            ),
        );
    };
    each("day", "2025-06-10", "2025-06-10T23:59", "2025-06-11");
    each("week", "2025-06-10", "2025-06-15T23:59", "2025-06-16");
    each("month", "2025-06-10", "2025-06-30T23:59", "2025-07-01");
    each("year", "2025-06-10", "2025-12-31T23:59", "2026-01-01");
    each("tier_period", "2025-06-10", "2025-12-31T23:59", "2026-01-01");
    once(
        "ever",
        "period = 'lifetime'",
        "
        2025-05-01 order A 100.00
        2025-06-10 use gift  | benefit gift 0 of 1
        2035-06-10 use gift  | refused benefit_used_up
        ",
    );
}

#[test]
fn s30_a_tier_period_is_that_of_the_benefits_own_ladder() {
    once(
        "tier_period",
        "period = 'anniversary_joining', downgrade = 'never'",
        "
        2025-05-01 order A 100.00
        2026-04-30 use gift   | benefit gift 0 of 1
        2026-05-01 use gift   | benefit gift 0 of 1
        2027-04-30 use gift   | refused benefit_used_up
        ",
    );
    once(
        "tier_period",
        "period = 'anniversary_tier', downgrade = 'never'",
        "
        2025-05-01T10:00 order A 100.00
        2026-05-01T23:59 use gift   | benefit gift 0 of 1
        2026-05-02 use gift         | benefit gift 0 of 1
        2027-05-01T23:59 use gift   | refused benefit_used_up
        ",
    );
    // Of a window, it is the calendar year.
    once(
        "tier_period",
        "period = 'rolling_days', days = 400",
        "
        2025-05-01 order A 100.00
        2025-12-31T23:59 use gift   | benefit gift 0 of 1
        2026-01-01 use gift         | benefit gift 0 of 1
        2026-05-01 use gift         | refused benefit_used_up
        ",
    );
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        benefit gift {{ ladder = 'club', per = 'tier_period', times = {{ guest = 1, friend = 2 }} }}
        ladder status {{ period = 'calendar_year', {TIERS} }}
        ladder club {{ period = 'anniversary_joining', tier = [
            {{ id = 'guest' }}, {{ id = 'friend', entry = {{ any = {{ orders = 2 }} }} }}] }}
        2025-05-01 order A 900.00   | benefit gift 1 of 1
        2025-12-31 use gift         | benefit gift 0 of 1
        2026-01-01 look             | benefit gift 0 of 1
        2026-01-02 order B 1.00     | tier club/friend  benefit gift 1 of 2
        2026-05-01 look             | benefit gift 2 of 2
        "
    ));
}

#[test]
fn s30_a_tier_that_is_not_listed_gives_what_the_next_lower_one_gives() {
    lounge(YEARS, "2026-01-05 order A 900.00 | tier black  benefit lounge 6 of 6");
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        benefit tea {{ per = 'day', times = {{ member = 1, gold = 3 }} }}
        ladder status {{ period = 'calendar_year', {TIERS} }}
        2026-01-05 enrol            | benefit tea 1 of 1
        2026-01-05 use tea          | benefit tea 0 of 1
        2026-01-05 order A 100.00   | tier silver  benefit tea 0 of 1
        2026-01-05 order B 400.00   | tier gold  benefit tea 2 of 3
        "
    ));
}

#[test]
fn s30_a_tier_that_rises_or_falls_within_the_period_takes_its_uses_along() {
    lounge(
        "period = 'calendar_year', on_return = 'demote_now'",
        "
        2026-01-05 order A 100.00    | benefit lounge 2 of 2
        2026-01-05 use lounge 2      | benefit lounge 0 of 2
        2026-01-06 order B 400.00    | tier gold  benefit lounge 4 of 6
        2026-01-07 use lounge 3      | benefit lounge 1 of 6
        2026-01-08 return B          | tier silver  benefit lounge 0 of 2
        2026-01-08 use lounge        | refused benefit_used_up: 0 are left
        2026-01-09 restore lounge    | benefit lounge 0 of 2
        2026-01-09 restore lounge 3  | benefit lounge 1 of 2
        2026-01-10 return A          | tier member  benefit lounge 0 of 0
        2026-01-10 use lounge        | refused benefit_used_up
        ",
    );
}

#[test]
fn s30_what_was_used_may_be_given_back_in_its_period() {
    lounge(
        YEARS,
        "
        2026-01-05 order A 100.00    | benefit lounge 2 of 2
        2026-01-05 restore lounge    | refused benefit_not_used: was used 0 times
        2026-01-06 use lounge 2      | benefit lounge 0 of 2
        2026-01-07 restore lounge 3  | refused benefit_not_used: was used 2 times  benefit lounge 0 of 2
        2026-01-08 restore lounge    | benefit lounge 1 of 2  events BenefitRestored
        2026-01-09 use lounge        | benefit lounge 0 of 2
        2026-02-01 restore lounge    | refused benefit_not_used: was used 0 times
        2026-02-01 restore sauna     | refused unknown_benefit: (lounge)
        2026-02-01 use sauna         | refused unknown_benefit: (lounge)
        ",
    );
}

#[test]
fn s30_benefits_go_by_the_tier_that_is_held() {
    lounge(
        YEARS,
        "
        2026-01-05 challenge gold                  | benefit lounge 6 of 6
        2026-01-06 use lounge 6                    | benefit lounge 0 of 6
        2026-01-07 revoke                          | benefit lounge 0 of 0
        2026-02-01 grant silver until=2026-02-10   | benefit lounge 2 of 2
        2026-02-09T23:59 use lounge                | benefit lounge 1 of 2
        2026-02-10 use lounge                      | refused benefit_used_up
        ",
    );
    lounge(
        "period = 'calendar_year', grace_days = 30",
        "
        2025-05-01 order A 100.00   | benefit lounge 2 of 2
        2027-01-30T23:59 use lounge | benefit lounge 1 of 2  grace
        2027-01-31 use lounge       | refused benefit_used_up
        2027-01-31 look             | benefit lounge 0 of 0  tier member
        ",
    );
}

#[test]
fn s33_a_benefit_used_late_counts_in_the_period_of_now() {
    lounge(
        YEARS,
        "
        2026-01-05 order A 100.00    | benefit lounge 2 of 2
        2026-02-05 order B 1.00      | benefit lounge 2 of 2
        2026-01-20 use lounge        | event BenefitUsed 2026-02-05
        2026-02-05 look              | benefit lounge 1 of 2
        2026-01-21 restore lounge    | event BenefitRestored 2026-02-05
        2026-02-05 look              | benefit lounge 2 of 2
        ",
    );
}

#[test]
fn s39_who_may_not_redeem_uses_no_benefits() {
    lounge(
        YEARS,
        "
        2026-01-05 order A 100.00    | benefit lounge 2 of 2
        2026-01-05 use lounge
        2026-01-06 block earning
        2026-01-06 use lounge        | benefit lounge 0 of 2
        2026-01-07 block redeeming
        2026-01-07 use lounge        | refused redeeming_blocked
        2026-01-07 use sauna         | refused redeeming_blocked
        2026-01-07 restore lounge    | benefit lounge 1 of 2
        2026-01-08 block
        2026-01-08 use lounge        | benefit lounge 0 of 2
        2026-01-09 close keep
        2026-01-10 use lounge        | refused member_closed
        2026-01-10 restore lounge    | refused member_closed
        ",
    );
}

#[test]
fn s30_who_is_not_known_has_no_benefits_not_even_those_of_everybody() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        benefit tea {{ per = 'day', times = {{ member = 1 }} }}
        ladder status {{ period = 'calendar_year', {TIERS} }}
        2026-01-05 use tea     | refused benefit_used_up: 0 are left  events
        2026-01-05 use cake    | refused unknown_benefit  events
        2026-01-05 restore tea | refused benefit_not_used  events
        2026-01-05 enrol       | benefit tea 1 of 1
        2026-01-05 use tea     | benefit tea 0 of 1
        "
    ));
}

#[test]
fn s38_uses_of_benefits_add_up() {
    lounge(
        YEARS,
        "
        2026-01-05 order A 100.00        | benefit lounge 2 of 2
        2026-01-05 bob: order B 500.00   | benefit lounge 6 of 6
        2026-01-06 use lounge 2          | benefit lounge 0 of 2
        2026-01-06 bob: use lounge 3     | benefit lounge 3 of 6
        2026-01-07 bob: merge into=m
        2026-01-07 look                  | tier gold  benefit lounge 1 of 6
        2026-01-08 bob: use lounge
        2026-01-08 look                  | benefit lounge 0 of 6
        2026-01-09 restore lounge 6      | benefit lounge 6 of 6
        ",
    );
}

#[test]
fn s30_a_later_version_that_gives_more_goes_on_counting() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        benefit lounge {{ per = 'month', times = {{ silver = 2 }} }}
        ladder status {{ period = 'calendar_year', {TIERS} }}
        2026-01-05 order A 100.00    | benefit lounge 2 of 2
        2026-01-06 use lounge 2
        2026-01-07 publish from 2026-01-20
            programme 1 point per 1.00 CNY
            benefit lounge {{ per = 'month', times = {{ silver = 3 }} }}
            ladder status {{ period = 'calendar_year', {TIERS} }}
        end
        2026-01-19 use lounge        | refused benefit_used_up
        2026-01-20 use lounge        | benefit lounge 0 of 3
        2026-01-21 publish from 2026-02-01
            programme 1 point per 1.00 CNY
            ladder status {{ period = 'calendar_year', {TIERS} }}
        end
        2026-02-01 use lounge        | refused unknown_benefit
        "
    ));
}
