//! Case 7: what a rule can match on. A bonus of 100 shows whether it did.

use crate::runner::check;

/// A rule `gift` with conditions beside a base of one point per unit, then steps. Each step gives the points it adds.
#[track_caller]
fn gift(when: &str, steps: &[(&str, i64)]) {
    gift_with("", when, steps);
}

#[track_caller]
fn gift_with(more: &str, when: &str, steps: &[(&str, i64)]) {
    let mut text = format!(
        "programme 0.0001 points per 1.00 CNY\n{more}\nrule gift {{ kind = \"bonus\", points = \"100\", when = {{ {when} }} }}\n"
    );
    let mut sum = 0;
    for (step, points) in steps {
        sum += points;
        text.push_str(&format!("{step} | available {sum}\n"));
    }
    check(&text);
}

#[test]
fn s07_a_rule_matches_the_money_currency() {
    gift_with(
        "money EUR",
        r#"money = ["EUR"]"#,
        &[("2026-01-05 order A 1.00 in=EUR", 100), ("2026-01-05 order B 1.00 in=CNY", 0)],
    );
}

#[test]
fn s07_a_rule_matches_channel_and_store() {
    let orders = [
        ("2026-01-05 order A 1.00 channel=web store=330", 100),
        ("2026-01-05 order B 1.00 channel=app store=330", 100),
        ("2026-01-05 order C 1.00 channel=web store=7", 0),
        ("2026-01-05 order D 1.00 channel=shop store=330", 0),
        ("2026-01-05 order E 1.00", 0),
    ];
    gift(r#"channel = ["web", "app"], store = ["330"]"#, &orders);
}

#[test]
fn s07_a_rule_matches_category_sku_brand_and_tag_on_one_line() {
    let orders = [
        ("2026-01-05 order A 1.00 category=tea sku=t1 brand=acme tag=promo", 100),
        ("2026-01-05 order B 1.00 category=tea sku=t1 brand=acme", 0),
        ("2026-01-05 order C 1.00 category=tea sku=t1 1.00 brand=acme tag=promo", 0),
        ("2026-01-05 order D 1.00 2.00 category=tea sku=t1 brand=acme tag=x tag=promo", 100),
    ];
    gift(r#"category = ["tea"], sku = ["t1"], brand = ["acme"], tag = ["promo"]"#, &orders);
}

#[test]
fn s07_only_matching_lines_count() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base when = { category = ["tea"], not = { tag = ["coupon"], brand = ["own"], sku = ["x"], category = ["gift"] } }
        2026-01-05 order A 10.00 category=tea 5.00 category=tea tag=coupon 3.00 category=tea brand=own 2.00 | available 10
        2026-01-05 order B 4.00 category=tea 2.00 category=tea sku=x | available 14
        2026-01-05 order C 9.00 category=gift | available 14  rules none  orders 3
        "#,
    );
}

#[test]
fn s07_spend_limits_are_inclusive_and_over_the_matching_lines() {
    let orders = [
        ("2026-01-05 order A 9.99 category=tea 50.00", 0),
        ("2026-01-05 order B 6.00 category=tea 4.00 category=tea", 100),
        ("2026-01-05 order C 20.00 category=tea 50.00", 100),
        ("2026-01-05 order D 20.01 category=tea", 0),
    ];
    gift(r#"category = ["tea"], min_spend = "10.00", max_spend = "20.00""#, &orders);
}

#[test]
fn s07_the_least_quantity_is_over_the_matching_lines() {
    let orders = [
        ("2026-01-05 order A 1.00 x2 category=tea 1.00 x9", 0),
        ("2026-01-05 order B 1.00 x2 category=tea 1.00 category=tea", 100),
    ];
    gift(r#"category = ["tea"], min_quantity = 3"#, &orders);
}

#[test]
fn s07_a_rule_matches_the_tier_held_before_the_order() {
    let ladder = r#"ladder status { period = "lifetime", tier = [
        { id = "member" }, { id = "silver", entry = { any = { spend = "100.00" } } }] }"#;
    gift_with(
        ladder,
        r#"tier = ["silver"]"#,
        &[("2026-01-05 order A 99.00", 0), ("2026-01-05 order B 1.00", 0), ("2026-01-05 order C 1.00", 100)],
    );
}

#[test]
fn s07_a_rule_matches_segments_and_attributes() {
    let steps = [
        ("2026-01-05 enrol segment=vip segment=new attribute:shoe=42 attribute:home=330", 0),
        ("2026-01-05 order A 1.00", 100),
        ("2026-01-06 profile segment=vip attribute:shoe=43", 0),
        ("2026-01-06 order B 1.00", 0),
        ("2026-01-07 profile attribute:shoe=42", 0),
        ("2026-01-07 order C 1.00", 0),
        ("2026-01-08 profile segment=gem attribute:shoe=41", 0),
        ("2026-01-08 order D 1.00", 100),
    ];
    gift(r#"segment = ["vip", "gem"], attribute = { shoe = ["41", "42"] }"#, &steps);
}

#[test]
fn s07_a_rule_matches_the_first_and_every_nth_order() {
    gift(
        "order_number = { first = true }",
        &[("2026-01-05 order A 1.00", 100), ("2026-01-05 order B 1.00", 0)],
    );
    gift(
        "order_number = { every = 3 }",
        &[
            ("2026-01-05 order A 1.00", 0),
            ("2026-01-05 order B 1.00", 0),
            ("2026-01-05 order C 1.00", 100),
            ("2026-01-05 order D 1.00", 0),
            ("2026-01-05 order E 1.00", 0),
            ("2026-01-05 order F 1.00", 100),
        ],
    );
}

#[test]
fn s07_an_order_given_back_whole_no_longer_counts_as_one() {
    gift(
        "order_number = { first = true }",
        &[("2026-01-05 order A 1.00", 100), ("2026-01-06 return A", -100), ("2026-01-07 order B 1.00", 100)],
    );
}

#[test]
fn s07_weekday_and_hour_are_local() {
    // 10 January 2026 is a Saturday; New York is five hours behind UTC.
    gift_with(
        "zone America/New_York",
        r#"weekday = ["sat"], hour = { from = 18, to = 20 }"#,
        &[
            ("2026-01-10T17:59:59 order A 1.00", 0),
            ("2026-01-10T23:00:00Z order B 1.00", 100),
            ("2026-01-11T00:59:59Z order C 1.00", 100),
            ("2026-01-10T20:00 order D 1.00", 0),
            ("2026-01-11T18:00 order E 1.00", 0),
        ],
    );
}

#[test]
fn s07_hours_may_wrap_midnight() {
    gift(
        "hour = { from = 22, to = 2 }",
        &[
            ("2026-01-05T21:59 order A 1.00", 0),
            ("2026-01-05T22:00 order B 1.00", 100),
            ("2026-01-06T01:59 order C 1.00", 100),
            ("2026-01-06T02:00 order D 1.00", 0),
        ],
    );
}

#[test]
fn s07_a_date_range_holds_its_start_and_not_its_end() {
    gift_with(
        "zone Asia/Shanghai",
        "from = 2026-06-01, until = 2026-07-01",
        &[
            ("2026-05-31T23:59:59.999999 order A 1.00", 0),
            ("2026-05-31T16:00:00Z order B 1.00", 100),
            ("2026-06-30T23:59:59.999999 order C 1.00", 100),
            ("2026-07-01 order D 1.00", 0),
        ],
    );
}

#[test]
fn s07_a_birthday_has_its_day_week_and_month() {
    // 18 March 2026 is a Wednesday; its week is the 16th to the 22nd.
    for (near, on_15, on_16, on_18, on_22, on_31) in
        [("day", 0, 0, 100, 0, 0), ("week", 0, 100, 100, 100, 0), ("month", 100, 100, 100, 100, 100)]
    {
        gift(
            &format!("birthday = \"{near}\""),
            &[
                ("2026-01-01 enrol birthday=03-18", 0),
                ("2026-03-15 order A 1.00", on_15),
                ("2026-03-16 order B 1.00", on_16),
                ("2026-03-18 order C 1.00", on_18),
                ("2026-03-22 order D 1.00", on_22),
                ("2026-03-31 order E 1.00", on_31),
                ("2026-04-01 order F 1.00", 0),
            ],
        );
    }
}

#[test]
fn s07_without_a_birthday_no_birthday_rule_holds() {
    gift("birthday = \"month\"", &[("2026-03-18 order A 1.00", 0)]);
}

#[test]
fn s12_a_leap_day_birthday_falls_on_28_february_in_other_years() {
    gift(
        "birthday = \"day\"",
        &[
            ("2027-02-01 enrol birthday=02-29", 0),
            ("2027-02-27 order A 1.00", 0),
            ("2027-02-28 order B 1.00", 100),
            ("2027-03-01 order C 1.00", 0),
            ("2028-02-28 order D 1.00", 0),
            ("2028-02-29 order E 1.00", 100),
        ],
    );
}

#[test]
fn s07_a_birthday_week_may_lie_across_new_year() {
    // 1 January 2027 is a Friday; its week begins on 28 December 2026.
    gift(
        "birthday = \"week\"",
        &[
            ("2026-12-01 enrol birthday=01-01", 0),
            ("2026-12-27 order A 1.00", 0),
            ("2026-12-28 order B 1.00", 100),
            ("2027-01-03 order C 1.00", 100),
            ("2027-01-04 order D 1.00", 0),
        ],
    );
    gift(
        "birthday = \"week\"",
        &[
            ("2026-12-01 enrol birthday=12-31", 0),
            ("2026-12-28 order A 1.00", 100),
            ("2027-01-03 order B 1.00", 100),
            ("2027-01-04 order C 1.00", 0),
        ],
    );
}

#[test]
fn s07_a_rule_of_a_campaign_holds_while_both_do() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        campaign spring { from = 2026-03-01, until = 2026-04-01 }
        rule all { kind = 'bonus', points = '1', campaign = 'spring' }
        rule late { kind = 'bonus', points = '2', campaign = 'spring', when = { from = 2026-03-20, until = 2026-05-01 } }
        rule soon { kind = 'bonus', points = '4', campaign = 'spring', when = { from = 2026-02-01, until = 2026-03-10 } }
        2026-02-28T23:59:59.999999 order A 10.00 | rules base 10
        2026-03-01 order B 10.00                 | rules base 10 + all 1 + soon 4
        2026-03-10 order C 10.00                 | rules base 10 + all 1
        2026-03-20 order D 10.00                 | rules base 10 + all 1 + late 2
        2026-03-31T23:59:59.999999 order E 10.00 | rules base 10 + all 1 + late 2
        2026-04-01 order F 10.00                 | rules base 10
        ",
    );
}

#[test]
fn s07_a_tag_or_weekday_that_is_listed_twice_is_one() {
    // 5 January 2026 is a Monday.
    check(
        "
        programme 1 point per 1.00 CNY
        rule tagged { kind = 'bonus', points = '5', when = { tag = ['t', 't'] } }
        rule monday { kind = 'bonus', points = '3', when = { weekday = ['mon', 'mon'] } }
        2026-01-05 order A 10.00 tag=t | rules base 10 + tagged 5 + monday 3
        2026-01-06 order B 10.00       | rules base 10
        ",
    );
}
