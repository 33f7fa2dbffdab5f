use expect_test::{Expect, expect};

use super::check;

/// A ladder; the lines after it start with line 15.
const STATUS: &str = "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n\
                      [[ladder.tier]]\nid = \"gold\"\nentry = { any = { orders = 3 } }\n";

/// Checks the lines of a benefit, the first of which is line 17.
fn check_benefit(lines: &str, expected: Expect) {
    check(&format!("{STATUS}[[benefit]]\nid = \"lounge\"\n{lines}\n"), expected);
}

#[test]
fn a_benefit_is_given_by_any_tier_over_any_period_but_an_order() {
    for per in ["day", "week", "month", "year", "tier_period", "ever"] {
        check_benefit(
            &format!("per = \"{per}\"\ntimes = {{ member = 1, gold = 1000000000 }}"),
            expect!["nothing"],
        );
    }
    check_benefit(
        "per = \"order\"\ntimes = { gold = 1 }",
        expect![
            "line 17, column 7: the benefit `lounge` cannot be limited by the order. Let per be day, week, month, year, tier_period or ever"
        ],
    );
}

#[test]
fn s43_keys_of_benefits_are_all_there_and_known() {
    check(
        "[[benefit]]\nper = \"day\"\n",
        expect!["line 7, column 1: missing key `id`. Add `id` to this table"],
    );
    check_benefit(
        "times = { gold = 1 }",
        expect!["line 15, column 1: missing key `per`. Add `per` to this table"],
    );
    check_benefit(
        "per = \"day\"",
        expect!["line 15, column 1: missing key `times`. Add `times` to this table"],
    );
    check_benefit(
        "per = \"day\"\ntime = { gold = 1 }",
        expect![
            "line 18, column 1: unknown key `time`. Did you mean `times`? Possible are: id, ladder, per, times"
        ],
    );
    check_benefit(
        "per = \"day\"\ntimes = 3",
        expect!["line 18, column 9: integer `3` cannot stand here. Write a table, such as { key = value }"],
    );
}

#[test]
fn s43_a_benefit_is_given_by_some_tier_a_number_of_times() {
    check_benefit(
        "per = \"day\"\ntimes = {}",
        expect![
            "line 18, column 9: no tier gives the benefit `lounge`. Add a tier and how many times, such as times = { gold = 2 }"
        ],
    );
    check_benefit(
        "per = \"day\"\ntimes = { member = 0, gold = 1000000001 }",
        expect![[r#"
        line 18, column 20: `member` cannot be 0. Use a whole number from 1 to 1000000000
        line 18, column 30: `gold` cannot be 1000000001. Use a whole number from 1 to 1000000000"#]],
    );
    check_benefit(
        "per = \"day\"\ntimes = { glod = 1 }",
        expect![
            "line 18, column 18: unknown tier `glod`; known are: member, gold. Name one of them or add [[ladder.tier]]"
        ],
    );
    check_benefit(
        "per = \"day\"\ntimes = { platinum = 1 }",
        expect![
            "line 18, column 22: unknown tier `platinum`; known are: member, gold. Name one of them or add [[ladder.tier]]"
        ],
    );
}

#[test]
fn s43_a_benefit_names_its_ladder_where_there_are_several() {
    check(
        "[[benefit]]\nid = \"lounge\"\nper = \"day\"\ntimes = { gold = 1 }\n",
        expect![
            "line 7, column 1: no tier can give the benefit `lounge`: there is no ladder. Add [[ladder]]"
        ],
    );
    check_benefit(
        "ladder = \"stauts\"\nper = \"day\"\ntimes = { gold = 1 }",
        expect!["line 17, column 10: unknown ladder `stauts`; known are: status. Did you mean `status`?"],
    );
    let club = "[[ladder]]\nid = \"club\"\nperiod = \"lifetime\"\ntier = [{ id = \"guest\" }]\n";
    let lounge = "[[benefit]]\nid = \"lounge\"\nper = \"day\"\n";
    check(
        &format!("{STATUS}{club}{lounge}times = {{ gold = 1 }}\n"),
        expect![
            "line 19, column 1: the benefit `lounge` does not say which ladder's tiers give it. Add ladder, as there are several"
        ],
    );
    check(
        &format!("{STATUS}{club}{lounge}ladder = \"club\"\ntimes = {{ gold = 1 }}\n"),
        expect![
            "line 23, column 18: unknown tier `gold`; known are: guest. Name one of them or add [[ladder.tier]]"
        ],
    );
    check(
        &format!("{STATUS}{club}{lounge}ladder = \"status\"\ntimes = {{ gold = 1 }}\n"),
        expect!["nothing"],
    );
}

#[test]
fn s43_ids_of_benefits_are_sound_and_each_has_its_own() {
    let lounge = "[[benefit]]\nid = \"lounge\"\nper = \"day\"\ntimes = { gold = 1 }\n";
    check(
        &format!("{STATUS}{lounge}{lounge}"),
        expect!["line 20, column 6: there is already a benefit `lounge`. Give each its own"],
    );
    check(
        &format!("{STATUS}{}", lounge.replace("lounge", "lounge/oslo")),
        expect![
            "line 16, column 6: `lounge/oslo` cannot be the id of a benefit. Use 1–64 bytes without control characters and `/`"
        ],
    );
    let many: String = (0..257).map(|n| lounge.replace("lounge", &n.to_string())).collect();
    check(&format!("{STATUS}{many}"), expect!["line 1039, column 1: there are 257 benefits. Keep to 256"]);
}
