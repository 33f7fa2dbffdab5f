//! Case 41: a refused command leaves no trace, and a command names each order or redemption once.

use tallybook_core::command::Command;
use tallybook_core::fact::{FACTS_MAX, Fact};
use tallybook_core::refusal::Refusal;

use crate::runner::{check, commands_of, events_of};

/// The facts of two commands in one, checked.
fn together(first: &Command, second: &Command) -> Result<(), Refusal> {
    let facts = first.facts.iter().chain(&second.facts).cloned().collect();
    Command { facts, ..first.clone() }.check()
}

#[test]
fn s41_a_refused_command_leaves_no_trace_even_of_what_was_due() {
    // The runner asserts of every refusal that state and events are as before; here the refused command comes when a
    // lot has ended, and history goes on as if it had never come.
    let scenario = |refused: &str| {
        format!(
            r#"
            programme 1 point per 1.00 CNY
            points expiry = {{ policy = "after", days = 10 }}
            base caps = [{{ limit = "15", per = "month" }}]
            2026-01-05 order A 10.00 | available 10
            {refused}
            2026-03-01 order B 10.00 | events Expired PointsEarned  available 10
            "#
        )
    };
    let with = scenario(
        "
        2026-02-01 redeem R 5 | refused insufficient_points: 5 points asked, 0 available
        2026-02-01 exchange X for B 5.00 | refused unknown_order
        2026-02-01 order B 5.00 in=XXX | refused unknown_money_currency
        ",
    );
    check(&with);
    assert_eq!(events_of(&with), events_of(&scenario("")));
}

#[test]
fn s41_one_name_is_one_order() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-06 order A 10.00 | refused duplicate_order  available 10
        2026-01-06 order B 10.00 id=a 5.00 id=a | refused duplicate_line
        2026-01-06 exchange A for A 5.00 | refused named_twice
        ",
    );
}

#[test]
fn s41_no_two_facts_of_a_command_name_one_order_or_one_redemption() {
    let commands = commands_of(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00
        2026-01-05 return A
        2026-01-05 fulfil A
        2026-01-05 redeem A 1
        2026-01-05 reverse A
        2026-01-05 hold A 1 until=2026-02-01
        2026-01-05 capture A
        2026-01-05 release A
        2026-01-05 credit 1
        ",
    );
    // Three are of an order, five of a redemption, and an adjustment is of neither.
    let kind = |index: usize| (index >= 3) as usize + (index >= 8) as usize;
    for (i, first) in commands.iter().enumerate() {
        for (j, second) in commands.iter().enumerate() {
            let outcome = together(first, second).map_err(|refusal| refusal.to_string());
            let twice = kind(i) == kind(j) && kind(i) < 2;
            let wanted =
                if twice { Err(Refusal::NamedTwice { name: "A".into() }.to_string()) } else { Ok(()) };
            assert_eq!(outcome, wanted, "{} and {}", first.facts[0].name(), second.facts[0].name());
        }
    }
    let brings_name: Vec<bool> = commands.iter().map(|command| command.facts[0].brings_name()).collect();
    assert_eq!(brings_name, [true, false, false, true, false, true, false, false, false]);
}

#[test]
fn s41_what_ties_in_another_member_or_ends_one_comes_alone() {
    let commands = commands_of(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 1
        2026-01-05 transfer T 1 to=bob
        2026-01-05 merge into=bob
        2026-01-05 close
        ",
    );
    let (credit, alone) = commands.split_first().expect("a credit");
    for (command, name) in alone.iter().zip(["TransferRequested", "MergeRequested", "ClosureRequested"]) {
        command.check().expect("alone it may come");
        let refusal = together(command, credit).expect_err("it comes with another");
        assert_eq!(refusal.code(), "not_alone");
        assert!(refusal.to_string().contains(name), "{refusal}");
    }
    together(credit, credit).expect("two credits");
}

#[test]
fn s41_a_command_has_one_to_eight_facts() {
    let credit = commands_of("programme 1 point per 1.00 CNY\n2026-01-05 credit 1").remove(0);
    let of = |count: usize| Command { facts: vec![credit.facts[0].clone(); count], ..credit.clone() }.check();
    assert_eq!(FACTS_MAX, 8);
    of(1).expect("one fact");
    of(8).expect("eight facts");
    assert_eq!(of(9).expect_err("nine").code(), "too_many");
    assert_eq!(of(0).expect_err("none").code(), "missing");
}

#[test]
fn s41_facts_with_texts_of_their_own_say_the_same() {
    let commands = commands_of(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 sku=S category=C brand=B tag=t id=L channel=web store=330 paid_by=R
        2026-01-05 return A L:all
        2026-01-05 redeem R 1 voucher=drink code=X
        2026-01-05 enrol segment=vip attribute:shoe=42 by=bob
        2026-01-05 activity check_in id=1 channel=app store=330 tag=t
        2026-01-05 credit 1
        2026-01-05 transfer T 1 to=bob
        2026-01-05 purchase P 1 giver=bob
        2026-01-05 grant gold ladder=status
        2026-01-05 revoke ladder=status
        2026-01-05 use lounge
        2026-01-05 restore lounge
        ",
    );
    for fact in commands.iter().flat_map(|command| &command.facts) {
        assert_eq!(fact.clone().into_owned(), *fact);
    }
}

/// What `check` says of a step: the refusal's code and the field.
fn said(command: &Command) -> String {
    match command.check() {
        Err(Refusal::InvalidName { field }) => format!("invalid_name {field}"),
        Err(Refusal::Missing { field }) => format!("missing {field}"),
        Err(Refusal::OutOfRange { field, value, .. }) => format!("out_of_range {field} {value}"),
        Err(Refusal::TooMany { what, count, count_max }) => format!("too_many {what} {count} {count_max}"),
        Err(other) => other.code().to_owned(),
        Ok(()) => "accepted".to_owned(),
    }
}

#[test]
fn s41_every_name_and_figure_of_a_fact_is_checked() {
    // `~` stands for a control character, which no name may hold.
    for (step, wanted) in [
        ("enrol by=~", "invalid_name referred_by"),
        ("enrol segment=~", "invalid_name segment"),
        ("profile segment=~", "invalid_name segment"),
        ("profile attribute:~=x", "invalid_name attribute"),
        ("profile attribute:x=~", "invalid_name attribute value"),
        ("order ~ 1.00", "invalid_name order id"),
        ("order A", "missing order lines"),
        ("order A 1.00 channel=~", "invalid_name channel"),
        ("order A 1.00 store=~", "invalid_name store"),
        ("order A 1.00 paid_by=~", "invalid_name redemption"),
        ("order A 1.00 shipping=-0.01", "out_of_range shipping -1"),
        ("order A 1.00 points_paid=-0.01", "out_of_range paid_with_points -1"),
        ("order A 1.00 value_paid=-0.01", "out_of_range paid_with_stored_value -1"),
        ("order A 1.00 id=~", "invalid_name line id"),
        ("order A 1.00 sku=~", "invalid_name sku"),
        ("order A 1.00 category=~", "invalid_name category"),
        ("order A 1.00 brand=~", "invalid_name brand"),
        ("order A 1.00 tag=~", "invalid_name line tag"),
        ("order A 1.00 x-1", "out_of_range line quantity -1"),
        ("order A -0.01", "out_of_range line amount -1"),
        ("order A 1000000000000.00", "accepted"),
        ("order A 1000000000000.01", "out_of_range line amount 100000000000001"),
        ("order A 1.00 discount=-0.01", "out_of_range line discount -1"),
        ("order A 1.00 tax=-0.01", "out_of_range line tax -1"),
        ("return ~", "invalid_name order id"),
        ("return A ~:all", "invalid_name returned line"),
        ("return A 1:x0", "out_of_range returned quantity 0"),
        ("return A 1:0.00", "out_of_range returned amount 0"),
        ("return A back=-1", "out_of_range points_back -1"),
        ("return A back=0", "accepted"),
        ("fulfil ~", "invalid_name order id"),
        ("activity ~", "invalid_name activity"),
        ("activity review id=~", "invalid_name activity id"),
        ("activity review channel=~", "invalid_name channel"),
        ("activity review store=~", "invalid_name store"),
        ("activity review tag=~", "invalid_name activity tag"),
        ("activity review amount=-0.01", "out_of_range activity amount -1"),
        ("activity review score=10", "accepted"),
        ("activity review score=11", "out_of_range score 11"),
        ("redeem ~ 1", "invalid_name redemption id"),
        ("redeem R 0", "out_of_range points 0"),
        ("redeem R 1 reward=~", "invalid_name reward"),
        ("redeem R 1 voucher=~", "invalid_name voucher"),
        ("redeem R 1 cash=-0.01", "out_of_range order_total -1"),
        ("redeem R 1000000000000000", "accepted"),
        ("redeem R 1000000000000001", "out_of_range points 1000000000000001"),
        ("reverse ~", "invalid_name redemption id"),
        ("reverse R 0", "out_of_range points 0"),
        ("hold ~ 1 until=2026-02-01", "invalid_name hold id"),
        ("hold H 0 until=2026-02-01", "out_of_range points 0"),
        ("hold H 1 until=2200-01-01", "out_of_range expires_at 7258118400000000"),
        ("hold H 1 until=1899-12-31", "out_of_range expires_at -2209075200000000"),
        ("hold H 1 until=2026-02-01 voucher=a code=X", "code_on_hold"),
        ("hold H 1 until=2026-02-01 reward=~", "invalid_name reward"),
        ("capture ~", "invalid_name hold id"),
        ("capture H 0", "out_of_range points 0"),
        ("release ~", "invalid_name hold id"),
        ("transfer ~ 1 to=bob", "invalid_name transfer id"),
        ("transfer T 1 to=~", "invalid_name receiver"),
        ("transfer T 0 to=bob", "out_of_range points 0"),
        ("purchase ~ 1", "invalid_name purchase id"),
        ("purchase P 1 giver=~", "invalid_name giver"),
        ("purchase P 1 price=-0.01", "out_of_range price -1"),
        ("purchase P 0", "out_of_range points 0"),
        ("write-off 0", "out_of_range points 0"),
        ("credit 0", "out_of_range points 0"),
        ("debit 1000000000000001", "out_of_range points -1000000000000001"),
        ("expiry to=+0", "out_of_range days 0"),
        ("expiry to=+3650", "accepted"),
        ("expiry to=+3651", "out_of_range days 3651"),
        ("expiry to=2200-01-01", "out_of_range new end 7258118400000000"),
        ("reinstate 1 until=2200-01-01", "out_of_range expires_at 7258118400000000"),
        ("merge into=~", "invalid_name into"),
        ("grant ~ ladder=status", "invalid_name tier"),
        ("grant gold ladder=~", "invalid_name ladder"),
        ("grant gold ladder=status until=2200-01-01", "out_of_range until 7258118400000000"),
        ("revoke ladder=~", "invalid_name ladder"),
        ("use ~", "invalid_name benefit"),
        ("use lounge 0", "out_of_range times 0"),
        ("use lounge 1000000", "accepted"),
        ("use lounge 1000001", "out_of_range times 1000001"),
        ("restore ~", "invalid_name benefit"),
        ("restore lounge 0", "out_of_range times 0"),
    ] {
        let text = format!("programme 1 point per 1.00 CNY\n2026-01-05 {}", step.replace('~', "\u{7}"));
        assert_eq!(said(&commands_of(&text)[0]), wanted, "{step}");
    }
}

#[test]
fn s41_what_somebody_decides_by_hand_names_who_and_why() {
    let commands = commands_of(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 1
        2026-01-05 write-off
        2026-01-05 expiry to=never
        2026-01-05 reinstate 1
        2026-01-05 merge into=bob
        2026-01-05 close
        2026-01-05 block earning
        2026-01-05 grant gold ladder=status
        2026-01-05 revoke ladder=status
        2026-01-05 restore lounge
        ",
    );
    for command in commands {
        let said_by = |actor: &str, reason: &str| {
            let mut command = command.clone();
            let (who, why) = match &mut command.facts[0] {
                Fact::AdjustmentRequested(fact) => (&mut fact.actor, &mut fact.reason),
                Fact::WriteOffRequested(fact) => (&mut fact.actor, &mut fact.reason),
                Fact::ExpiryChangeRequested(fact) => (&mut fact.actor, &mut fact.reason),
                Fact::ReinstatementRequested(fact) => (&mut fact.actor, &mut fact.reason),
                Fact::MergeRequested(fact) => (&mut fact.actor, &mut fact.reason),
                Fact::ClosureRequested(fact) => (&mut fact.actor, &mut fact.reason),
                Fact::BlockRequested(fact) => (&mut fact.actor, &mut fact.reason),
                Fact::TierRequested(fact) => (&mut fact.actor, &mut fact.reason),
                Fact::TierRevoked(fact) => (&mut fact.actor, &mut fact.reason),
                Fact::BenefitReturned(fact) => (&mut fact.actor, &mut fact.reason),
                other => panic!("who decided {}?", other.name()),
            };
            (*who, *why) = (actor.to_owned().into(), reason.to_owned().into());
            said(&command)
        };
        assert_eq!(said_by("ann", "a mistake"), "accepted");
        assert_eq!(said_by(" ", "a mistake"), "missing actor");
        assert_eq!(said_by("ann", ""), "missing reason");
        assert_eq!(said_by("ann", &"x".repeat(1_024)), "accepted");
        assert_eq!(said_by(&"x".repeat(1_025), "a mistake"), "too_many actor 1025 1024");
    }
}

#[test]
fn s41_lines_and_tags_have_a_most() {
    let said_of = |step: &str, word: &str, count: usize| {
        let words = vec![word; count].join(" ");
        said(&commands_of(&format!("programme 1 point per 1.00 CNY\n2026-01-05 {step} {words}"))[0])
    };
    for (step, word, most, wanted) in [
        ("order A", "1.00", 10_000, "too_many order lines 10001 10000"),
        ("order A 1.00", "tag=t", 64, "too_many line tags 65 64"),
        ("return A", "1:x1", 10_000, "too_many returned lines 10001 10000"),
        ("activity review", "tag=t", 64, "too_many activity tags 65 64"),
        ("profile", "segment=s", 64, "too_many segments 65 64"),
        ("profile", "attribute:a=b", 64, "too_many attributes 65 64"),
    ] {
        assert_eq!(said_of(step, word, most), "accepted", "{step}");
        assert_eq!(said_of(step, word, most + 1), wanted);
    }
}

#[test]
fn s41_a_line_is_told_by_its_name_or_its_place() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 1.00 2.00 id=shoes 3.00
        2026-01-06 return A 1:9.00     | refused amount_over_returned: line `1` of order `A`
        2026-01-06 return A shoes:9.00 | refused amount_over_returned: line `shoes` of order `A`
        2026-01-06 return A 3:9.00     | refused amount_over_returned: line `3` of order `A`
        2026-01-06 return A 2:9.00     | refused unknown_line
        2026-01-06 return A 4:9.00     | refused unknown_line
        ",
    );
}
