use expect_test::{Expect, expect};

use super::{HEAD, check};
use crate::programme::parse::compile;
use crate::programme::registry::Registry;

/// Checks a bonus rule with an expression, written as TOML has it; line 12, from column 7 on.
fn check_cel(literal: &str, expected: Expect) {
    let rule = "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\n[rule.when]\n";
    check(&format!("{rule}cel = {literal}\n{LADDER}"), expected);
}

/// Checks a bonus rule on something, with an expression in line 14 and a kind of activity and a ladder in the file.
fn check_on(on: &str, expression: &str, expected: Expect) {
    let others = "[[activity]]\nid = \"survey\"\n[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n";
    let rule = format!("[[rule]]\nid = \"a\"\n{on}\nkind = \"bonus\"\npoints = \"1\"\n\n[rule.when]\ncel = ");
    check(&format!("{rule}\"{expression}\"\n{others}"), expected);
}

const LADDER: &str = "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"gold\"\n";

#[test]
fn a_sound_expression_is_accepted_however_it_is_quoted() {
    check_cel("\"order.total > 10000 && member.tier == 'gold'\"", expect!["nothing"]);
    check_cel("'order.total > 10000 && member.tier == \"gold\"'", expect!["nothing"]);
    check_cel("\"\"\"\norder.total > 10000\n  && member.tier == 'gold'\"\"\"", expect!["nothing"]);
}

#[test]
fn s43_what_is_no_expression_is_refused() {
    check_cel(
        "\"\"",
        expect![
            "line 12, column 8: the expression is not complete. Write one CEL expression that is true or false, such as order.total > 1000 && member.orders == 0"
        ],
    );
    check_cel(
        "\"order.total >\"",
        expect![
            "line 12, column 21: the expression is not complete. Write one CEL expression that is true or false, such as order.total > 1000 && member.orders == 0"
        ],
    );
    check_cel(
        "5",
        expect![
            "line 12, column 7: integer `5` cannot stand here. Write it in quotes; decimals too, so that they stay exact"
        ],
    );
}

#[test]
fn s43_a_name_that_means_nothing_is_refused_where_it_stands() {
    check_cel(
        "\"order.total > 10000 && bad\"",
        expect![
            "line 12, column 31: there is no `bad`; accepted: order, member, activity, moment. Write one CEL expression that is true or false, such as order.total > 1000 && member.orders == 0"
        ],
    );
    check_cel(
        "\"member.tier == \\\"gold\\\" && bad\"",
        expect![
            "line 12, column 35: there is no `bad`; accepted: order, member, activity, moment. Write one CEL expression that is true or false, such as order.total > 1000 && member.orders == 0"
        ],
    );
    check_cel(
        "\"\"\"\norder.total > 10000\n  && bad\"\"\"",
        expect![
            "line 14, column 6: there is no `bad`; accepted: order, member, activity, moment. Write one CEL expression that is true or false, such as order.total > 1000 && member.orders == 0"
        ],
    );
}

#[test]
fn s43_a_name_that_the_programme_does_not_have_is_refused_where_it_stands() {
    check_on(
        "",
        "member.tier == 'gold'",
        expect![
            "line 14, column 23: unknown tier `gold`; known are: member. Name one of them or add [[ladder.tier]]"
        ],
    );
    check_on(
        "",
        "member.tiers['club'] == 'friend'",
        expect![
            "line 14, column 21: unknown ladder `club`; known are: status. Name one of them or add [[ladder]]"
        ],
    );
    check_on(
        "",
        "member.tiers['status'] == 'membr'",
        expect!["line 14, column 34: unknown tier `membr`; known are: member. Did you mean `member`?"],
    );
    check_on(
        "",
        "member.available['points'] > 3 && member.available['miles'] > 3",
        expect![
            "line 14, column 59: unknown currency `miles`; known are: points. Name one of them or add [[currency]]"
        ],
    );
    check_on(
        "",
        "order.currency == 'USD'",
        expect![
            "line 14, column 26: unknown money currency `USD`; known are: EUR. Name one of them or add [[money]]"
        ],
    );
    check_on(
        "on = 'activity'\nactivity = ['survey']",
        "activity.kind == 'review'",
        expect![
            "line 15, column 25: unknown kind of activity `review`; known are: survey. Name one of them or add [[activity]]"
        ],
    );
    check_on("", "member.tier == '' || member.tier == 'member'", expect!["nothing"]);
}

#[test]
fn s43_an_expression_speaks_of_what_its_rule_meets() {
    check_on(
        "",
        "activity.score > 8",
        expect![[
            r#"line 14, column 8: `activity` in an expression does not go with on = "order". Leave `activity` out of it, or let on be "activity""#
        ]],
    );
    check_on(
        "on = 'enrolment'",
        "member.orders == 0 && order.total == 0",
        expect![[
            r#"line 14, column 30: `order` in an expression does not go with on = "enrolment". Leave `order` out of it, or let on be "order" or "activity""#
        ]],
    );
    check_on(
        "on = 'birthday'",
        "activity.kind == 'survey'",
        expect![[
            r#"line 14, column 8: `activity` in an expression does not go with on = "birthday". Leave `activity` out of it, or let on be "activity""#
        ]],
    );
    check_on(
        "on = 'activity'\nactivity = ['survey']",
        "order.total > 0 && activity.score > 8",
        expect!["nothing"],
    );
    check_on(
        "on = 'anniversary'",
        "member.days_since_joining > 400 && moment.year > 2026",
        expect!["nothing"],
    );
}

#[test]
fn texts_and_tags_in_expressions_are_symbols_of_the_plan() {
    let rule = |cel: &str| {
        format!(
            "{HEAD}[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\nwhen = {{ sku = [\"7\"], tag = [\"z\"], cel = \"{cel}\" }}\n"
        )
    };
    let source = rule("order.channel == 'web' && order.lines.exists(l, 'promo' in l.tags)");
    let plan = compile(&source, &mut Registry::default()).unwrap_or_else(|findings| panic!("{findings}"));
    let texts = |list: &[Box<str>]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(texts(&plan.symbols.texts), ["7", "web"]);
    assert_eq!(texts(&plan.symbols.tags), ["promo", "z"]);
}

#[test]
fn s43_tags_in_expressions_count_against_the_limit() {
    let tags: Vec<String> = (0..64).map(|n| format!("\"tag{n}\"")).collect();
    check(
        &format!(
            "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\n[rule.when]\ntag = [{}]\ncel = \"order.lines.exists(l, 'promo' in l.tags)\"\n",
            tags.join(", ")
        ),
        expect![
            "line 13, column 7: the rules mention more than 64 line tags, from `promo` on. Use fewer tags, or categories, which have no limit"
        ],
    );
}
