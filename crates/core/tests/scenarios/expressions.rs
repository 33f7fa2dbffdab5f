//! Case 7: conditions in CEL.

use crate::runner::check;

#[test]
fn s07_an_expression_about_the_order_is_judged_again_on_what_is_kept() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule big { kind = "bonus", points = "100", when = { cel = "order.total >= 5000" } }
        2026-01-05 order A 40.00 10.00 | rules base 50 + big 100
        2026-01-06 return A 2:all      | clawed back 110  available 40
        2026-01-07 order B 49.99       | rules base 49
        "#,
    );
}

#[test]
fn s07_an_expression_about_the_member_is_judged_once() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule regular { kind = "bonus", points = "10", when = { cel = "member.orders >= 1" } }
        2026-01-05 order A 10.00      | rules base 10
        2026-01-06 order B 10.00 5.00 | rules base 15 + regular 10
        2026-01-07 return A           | clawed back 10  available 25
        2026-01-08 return B 2:all     | clawed back 15  available 20
        "#,
    );
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule gold { kind = "bonus", points = "10", when = { cel = "member.tier == 'gold' || member.attributes['staff'] == 'yes'" } }
        ladder status { period = "calendar_year", tier = [
            { id = "basic" }, { id = "gold", entry = { any = { orders = 1 } } } ] }
        2026-01-05 order A 10.00         | rules base 10
        2026-01-06 order B 10.00         | rules base 10 + gold 10
        2026-01-06 bob: order C 10.00    | rules base 10
        2026-01-06 eve: enrol attribute:staff=yes
        2026-01-06 eve: order D 10.00    | rules base 10 + gold 10
        "#,
    );
}

#[test]
fn s07_an_expression_about_both_is_judged_once_as_a_whole() {
    // What is to fall with a return stands in a condition of its own.
    for (when, clawed) in [
        (r#"cel = "order.total >= 5000 && member.orders == 0""#, 10),
        (r#"min_spend = "50.00", cel = "member.orders == 0""#, 110),
    ] {
        check(&format!(
            r#"
            programme 1 point per 1.00 CNY
            rule big {{ kind = "bonus", points = "100", when = {{ {when} }} }}
            2026-01-05 order A 40.00 10.00 | rules base 50 + big 100
            2026-01-06 return A 2:all      | clawed back {clawed}
            "#
        ));
    }
}

#[test]
fn s07_an_expression_looks_at_each_line() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule shoe { kind = "bonus", points = "10", when = { cel = "order.lines.exists(l, l.category == 'shoe' && l.amount > 5000)" } }
        rule promo { kind = "bonus", points = "3", when = { cel = "order.lines.all(l, 'promo' in l.tags)" } }
        2026-01-05 order A 60.00 category=shoe 5.00 tag=promo | rules base 65 + shoe 10
        2026-01-05 order B 50.00 category=shoe 60.00          | rules base 110
        2026-01-05 order C 2.00 tag=promo 3.00 tag=promo      | rules base 5 + promo 3
        2026-01-06 return A 1:all                             | clawed back 67
        "#,
    );
}

#[test]
fn s07_an_expression_sees_the_activity_and_the_local_moment() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        activity survey {}
        activity poll {}
        rule early { on = "activity", activity = ["survey", "poll"], kind = "bonus", points = "5",
            when = { cel = "activity.kind == 'survey' && activity.score >= 9 && moment.hour < 12" } }
        2026-01-05T11:59 activity survey score=9 | rules early 5
        2026-01-05T11:59 activity survey score=8 | rules none
        2026-01-05T11:59 activity survey         | rules none
        2026-01-05T11:59 activity poll score=9   | rules none
        2026-01-05T12:00 activity survey score=9 | rules none
        "#,
    );
}

#[test]
fn s07_an_expression_that_cannot_be_worked_out_does_not_hold() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule heavy { kind = "bonus", points = "5", when = { cel = "order.amount / order.shipping >= 10" } }
        rule shoe { kind = "bonus", points = "7", when = { cel = "member.attributes['shoe'] == '42'" } }
        2026-01-05 order A 10.00               | rules base 10
        2026-01-05 order B 10.00 shipping=1.00 | rules base 10 + heavy 5
        2026-01-06 profile attribute:shoe=42
        2026-01-06 order C 10.00               | rules base 10 + shoe 7
        "#,
    );
}

#[test]
fn s07_every_condition_of_a_rule_has_to_hold() {
    // 10 January 2026 is a Saturday.
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule all { kind = "bonus", points = "5", when = { channel = ["web", "app"], weekday = ["sat", "sun"], cel = "order.quantity > 1" } }
        2026-01-10 order A 10.00 x2 channel=web   | rules base 10 + all 5
        2026-01-11 order B 10.00 x2 channel=app   | rules base 10 + all 5
        2026-01-10 order C 10.00 x1 channel=web   | rules base 10
        2026-01-12 order D 10.00 x2 channel=web   | rules base 10
        2026-01-17 order E 10.00 x2 channel=store | rules base 10
        2026-01-17 order F 10.00 x2               | rules base 10
        2026-01-17 return A x1                    | clawed back 10
        "#,
    );
}
