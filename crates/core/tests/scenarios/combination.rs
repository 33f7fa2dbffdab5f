//! Case 8: how rules combine.

use crate::runner::check;

#[test]
fn s08_the_outcome_names_every_rule_that_matched_and_why_it_got_less() {
    // Both days are of one week.
    check(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '30' }
        budget strict { limit = '5', beyond = 'skip' }
        rule flash { kind = 'multiplier', factor = '3', group = 'sale' }
        rule happy { kind = 'multiplier', factor = '2', group = 'sale' }
        rule weekly { kind = 'bonus', points = '40', caps = [{ limit = '25', per = 'week' }] }
        rule whole { kind = 'bonus', points = '40', caps = [{ limit = '25', per = 'week', beyond = 'skip' }] }
        rule once { kind = 'bonus', points = '7', max_triggers = [{ times = 1, per = 'ever' }] }
        rule rest { kind = 'bonus', points = '9', cooldown_days = 30 }
        rule gift { kind = 'bonus', points = '20', budget = ['launch'] }
        rule prize { kind = 'bonus', points = '10', budget = ['strict'] }
        rule web { kind = 'bonus', points = '1000', when = { channel = ['web'] } }
        2026-01-05 order A 10.00 | available 91
            | rules base 10 + flash 20 + happy 0 of 10 lost_in_group + weekly 25 of 40 trimmed_by_cap + whole 0 of 40 skipped_by_cap + once 7 + rest 9 + gift 20 + prize 0 of 10 skipped_by_budget
        2026-01-06 order B 10.00 | available 131
            | rules base 10 + flash 20 + happy 0 of 10 lost_in_group + weekly 0 of 40 trimmed_by_cap + whole 0 of 40 skipped_by_cap + once 0 of 7 triggers_used_up + rest 0 of 9 cooling_down + gift 10 of 20 trimmed_by_budget + prize 0 of 10 skipped_by_budget
        ",
    );
}

#[test]
fn s08_bonuses_compete_as_well_and_who_does_not_match_does_not_compete() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule small { kind = 'bonus', points = '5', group = 'gift' }
        rule large { kind = 'bonus', points = '8', group = 'gift', when = { min_spend = '20.00' } }
        2026-01-05 order A 10.00 | rules base 10 + small 5
        2026-01-05 order B 20.00 | rules base 20 + small 0 of 5 lost_in_group + large 8
        ",
    );
}

#[test]
fn s08_of_equal_asks_the_smaller_priority_wins_and_then_the_file() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule a { kind = 'bonus', points = '5', group = 'gift', priority = 2 }
        rule b { kind = 'bonus', points = '5', group = 'gift', priority = 1 }
        rule c { kind = 'bonus', points = '5', group = 'gift', priority = 1 }
        2026-01-05 order A 10.00 | rules base 10 + a 0 of 5 lost_in_group + b 5 + c 0 of 5 lost_in_group
        ",
    );
}

#[test]
fn s08_a_group_is_settled_before_limits_and_its_loser_does_not_step_in() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule strong { kind = 'bonus', points = '20', group = 'gift', caps = [{ limit = '20', per = 'month' }] }
        rule weak { kind = 'bonus', points = '5', group = 'gift' }
        2026-01-05 order A 10.00 | rules base 10 + strong 20 + weak 0 of 5 lost_in_group
        2026-01-06 order B 10.00 | rules base 10 + strong 0 of 20 trimmed_by_cap + weak 0 of 5 lost_in_group
        2026-02-01 order C 10.00 | rules base 10 + strong 20 + weak 0 of 5 lost_in_group
        ",
    );
}

#[test]
fn s08_a_multiplier_multiplies_its_own_currency() {
    check(
        "
        programme 1 point per 1.00 CNY
        base currency = 'points'
        currency miles {}
        rule fare { kind = 'base', currency = 'miles', points = '2', per = '1.00' }
        rule double { kind = 'multiplier', currency = 'miles', factor = '2' }
        2026-01-05 order A 10.00 | rules base 10 + fare 20 + double 20  available 10  available 40 miles
        2026-01-06 return A      | clawed back 10  clawed back 40 miles
        ",
    );
}

#[test]
fn s08_each_multiplier_rounds_for_itself() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule half { kind = 'multiplier', factor = '1.5' }
        rule quarter { kind = 'multiplier', factor = '1.25' }
        rule rounded { kind = 'multiplier', factor = '1.25', rounding = 'half_up' }
        2026-01-05 order A 10.00 | rules base 10 + half 5 + quarter 2 + rounded 3
            | remainder quarter 500000  remainder rounded -500000
        ",
    );
}

#[test]
fn s08_rules_of_other_occasions_do_not_compete() {
    check(
        "
        programme 1 point per 1.00 CNY
        activity check_in {}
        rule bought { kind = 'bonus', points = '5', group = 'gift' }
        rule visited { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '50', group = 'gift' }
        2026-01-05 order A 10.00     | rules base 10 + bought 5
        2026-01-05 activity check_in | rules visited 50
        ",
    );
}

#[test]
fn s08_a_rule_that_rests_still_competes() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule strong { kind = 'bonus', points = '20', group = 'gift', cooldown_days = 7 }
        rule weak { kind = 'bonus', points = '5', group = 'gift' }
        2026-01-05 order A 10.00 | rules base 10 + strong 20 + weak 0 of 5 lost_in_group
        2026-01-06 order B 10.00 | rules base 10 + strong 0 of 20 cooling_down + weak 0 of 5 lost_in_group
        2026-01-12 order C 10.00 | rules base 10 + strong 20 + weak 0 of 5 lost_in_group
        ",
    );
}

#[test]
fn s08_groups_compete_each_by_itself() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule strong { kind = 'bonus', points = '20', group = 'gift' }
        rule weak { kind = 'bonus', points = '5', group = 'gift' }
        rule small { kind = 'bonus', points = '3', group = 'treat' }
        rule first { kind = 'bonus', points = '1', group = 'order', group_choice = 'priority', priority = 1 }
        2026-01-05 order A 10.00 | rules base 10 + strong 20 + weak 0 of 5 lost_in_group + small 3 + first 1
        ",
    );
}

#[test]
fn s08_a_multiplier_adds_bases_of_different_rates_exactly() {
    check(
        "
        programme 1 point per 3.00 CNY
        rule quarter { kind = 'base', points = '1', per = '4.00' }
        rule double { kind = 'multiplier', factor = '2' }
        rule half { kind = 'multiplier', factor = '1.5', rounding = 'ceil' }
        2026-01-05 order A 12.00 | rules base 4 + quarter 3 + double 7 + half 4
        2026-01-05 order B 5.00  | rules base 1 + quarter 1 + double 2 + half 2  remainder double 916666
        ",
    );
}

#[test]
fn s08_a_multiplier_takes_each_base_only_of_the_lines_that_count_for_it() {
    check(
        "
        programme 1 point per 1.00 CNY
        base when = { category = ['A'] }
        rule of_b { kind = 'base', points = '3', per = '1.00', when = { category = ['B'] } }
        rule double { kind = 'multiplier', factor = '2' }
        2026-01-05 order A 10.00 category=A 20.00 category=C | rules base 10 + double 10
        2026-01-06 order B 10.00 category=A 20.00 category=B | rules base 10 + of_b 60 + double 70
        ",
    );
}

#[test]
fn s08_bases_of_rates_with_a_large_common_divisor_are_multiplied_without_an_overflow() {
    check(
        "
        programme 1 point per 10000000000.00 CNY
        rule more { kind = 'base', points = '1', per = '3000000000.00' }
        rule double { kind = 'multiplier', factor = '2' }
        2026-01-05 order A 3000000000.00 | rules base 0 + more 1 + double 1  remainder double 300000
        ",
    );
}

#[test]
fn s08_the_remainder_of_a_very_small_rate_is_exact() {
    check(
        "
        programme 1 point per 10000000000.00 CNY
        rule nearly_double { kind = 'multiplier', factor = '1.99' }
        2026-01-05 order A 5000000000.00  | available 0
        2026-01-06 order B 15000000000.00 | rules base 1 + nearly_double 1  remainder nearly_double 485000
        ",
    );
}

#[test]
fn s08_many_bases_of_one_rate_are_multiplied_without_an_overflow() {
    let bases: String =
        (1..=30).map(|n| format!("rule b{n} {{ kind = 'base', points = '1', per = '1.00' }}\n")).collect();
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        {bases}
        rule double {{ kind = 'multiplier', factor = '2' }}
        2026-01-05 order A 10.00 | available 620
        "
    ));
}
