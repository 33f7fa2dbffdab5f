//! Tiers in full: figures, what goes over, tiers by hand, what tiers give, and versions that change them.

use tallybook_core::fact::{BenefitRestoration, BenefitUse, TierRequest, TierRevocation, TierTerm};

use super::*;

fn asked(spend: Option<i64>, activities: Option<i64>) -> AskedSpec {
    AskedSpec { spend, activities, ..AskedSpec::default() }
}

fn grant(tier: &str, term: TierTerm) -> Fact<'static> {
    let (actor, reason) = (text("clerk"), text("status match"));
    Fact::TierRequested(TierRequest { ladder: text("status"), tier: text(tier), term, actor, reason })
}

fn revoke() -> Fact<'static> {
    let (actor, reason) = (text("clerk"), text("mistake"));
    Fact::TierRevoked(TierRevocation { ladder: text("status"), actor, reason })
}

fn lounge(id: &str, times: i64) -> Fact<'static> {
    Fact::BenefitRequested(BenefitUse { id: text(id), benefit: text("lounge"), times })
}

fn held(case: &Case, time: &str) -> String {
    case.0.held("M", "status", at(time)).expect("the member is known").tier
}

/// The tier changes that came of a command: from, to, and why.
fn changes(outcome: &Outcome) -> Vec<(String, String, &'static str)> {
    let changes = outcome.happenings.iter().filter_map(|happening| happening.tier.clone());
    changes.map(|change| (change.from, change.to, change.why)).collect()
}

fn changed(from: &str, to: &str, why: &'static str) -> (String, String, &'static str) {
    (from.to_owned(), to.to_owned(), why)
}

/// A case under a programme that another follows on 1 March 2026.
fn followed_by(first: LadderSpec, second: LadderSpec) -> Case {
    let mut model = Model::new(with_ladder(first));
    model
        .publish(with_ladder(second), at("2026-03-01T00:00:00Z"), at("2026-01-01"))
        .expect("the case is sound");
    Case(model)
}

#[test]
fn s27_activities_of_the_ladders_kinds_and_of_all_time_reach_tiers() {
    let active = Threshold::any(asked(None, Some(2)));
    let always = Threshold { lifetime: asked(None, Some(3)), ..Threshold::any(AskedSpec::default()) };
    let ladder = LadderSpec::plain("status").with_tier("silver", active).with_tier("gold", always);
    let mut case = case(Spec { ladders: vec![ladder], ..with_rules(Vec::new()) });
    case.check_in("2026-05-05", "1").unwrap();
    assert_eq!(case.tier("2026-05-05"), "member");
    case.check_in("2026-05-06", "2").unwrap();
    assert_eq!(case.tier("2026-05-06"), "silver");
    case.check_in("2027-05-06", "3").unwrap();
    assert_eq!(case.tier("2027-05-06"), "gold");
    assert_eq!(case.tier("2035-05-06"), "gold", "all time keeps it");
}

#[test]
fn s27_a_referral_counts_for_the_referrer_until_it_falls_through() {
    let ask = AskedSpec { referrals: Some(1), ..AskedSpec::default() };
    let ladder = LadderSpec { demote_now: true, ..LadderSpec::plain("status") };
    let ladder = ladder.with_tier("silver", Threshold::any(ask));
    let mut spec = Spec { referral_window_days: Some(30), ..with_ladder(ladder) };
    spec.rules.push({
        let mut once = bonus("thanks", On::Referrer, 5);
        once.max_triggers = vec![TriggerLimitSpec { times: 1, per: CapPeriod::Ever }];
        once
    });
    let mut case = case(spec);
    case.order("2026-01-01", "A", 100).unwrap();
    case.tell_of("N", "2026-01-02", referred_by("M")).unwrap();
    case.order_of("N", "2026-01-03", "A", 100).unwrap();
    assert_eq!(case.tier("2026-01-03"), "silver");
    let outcome = case.tell_of("N", "2026-01-04", Fact::OrderReturned(whole_return("R", "A"))).unwrap();
    assert_eq!(names(&outcome.others["M"]), ["LotCancelled", "ReferralCancelled", "TierChanged"]);
    assert_eq!(case.tier("2026-01-04"), "member");
    // The turn of the rule is back as well.
    case.order_of("N", "2026-01-05", "B", 100).unwrap();
    assert_eq!((case.tier("2026-01-05"), case.balance("2026-01-05").pending), ("silver".into(), 5));
}

#[test]
fn s24_a_return_demotes_only_where_it_took_what_justified_the_tier() {
    let ladder = LadderSpec { demote_now: true, downgrade: Downgrade::OneDown, ..three_tiers() };
    let mut case = case(with_ladder(ladder));
    case.order("2026-01-01", "A", 20_000).unwrap();
    case.order("2028-01-01", "B", 100).unwrap();
    // Silver is a soft landing: no figures justify it.
    assert_eq!(case.tier("2028-01-01"), "silver");
    case.tell("2028-01-02", Fact::OrderReturned(whole_return("R", "B"))).unwrap();
    assert_eq!((case.tier("2028-12-31"), case.tier("2029-01-01")), ("silver".into(), "member".into()));
}

#[test]
fn s24_returns_give_back_no_more_of_a_limit_than_the_order_used_and_never_take() {
    let mut spec = Spec::plain();
    spec.rules[0].caps = vec![CapSpec { limit: 15, per: CapPeriod::Month, skip: true }];
    let mut case = case(spec);
    // 20 points are too many for the cap, and 10 would not be.
    case.order("2026-01-05", "A", 2_000).unwrap();
    case.give_back("2026-01-06", "R", "A", ReturnedPart::Amount(Money(1_000))).unwrap();
    case.order("2026-01-07", "B", 1_500).unwrap();
    assert_eq!(case.available("2026-01-07"), 15);
}

#[test]
fn s28_what_is_beyond_a_threshold_goes_over_up_to_a_most() {
    let carry_over = Some(asked(Some(5_000), None));
    let mut case = case(with_ladder(LadderSpec { carry_over, ..three_tiers() }));
    case.order("2026-05-05", "A", 17_000).unwrap();
    assert_eq!(case.tier("2026-05-05"), "silver");
    // $70 are beyond silver, $50 of them go over.
    case.order("2027-05-05", "B", 14_999).unwrap();
    assert_eq!(case.tier("2027-05-05"), "silver");
    case.order("2027-05-06", "C", 1).unwrap();
    assert_eq!(case.tier("2027-05-06"), "gold");
    // What was carried goes back with a late return, and what it led to later.
    let outcome = case.give_back("2027-06-01", "R", "A", ReturnedPart::Amount(Money(6_000))).unwrap();
    assert_eq!(names(&outcome.happenings), ["ClawedBack", "FiguresCarried"]);
    let Some(NaiveDeed::Carried { figures, into, .. }) = outcome.happenings[1].deed.clone() else { panic!() };
    assert_eq!((figures.spend, into), (-4_000, day(2027, 1, 1)));
}

#[test]
fn s30_a_tier_by_hand_is_a_floor_until_it_ends() {
    let mut spec = with_ladder(three_tiers());
    spec.rules.push({
        let mut perk = bonus("perk", On::Order, 1_000);
        perk.when.tier = vec![("status".to_owned(), "gold".to_owned())];
        perk
    });
    let mut case = case(spec);
    assert_eq!(case.tell("2026-01-05", grant("member", TierTerm::Open)), refused("unknown_tier"));
    assert_eq!(case.tell("2026-01-05", grant("gold", TierTerm::Challenge)), refused("no_challenge"));
    let past = TierTerm::Until(at("2026-01-05"));
    assert_eq!(case.tell("2026-01-05", grant("gold", past)), refused("ends_in_the_past"));
    case.tell("2026-01-05", grant("gold", TierTerm::Until(at("2026-02-01")))).unwrap();
    case.order("2026-01-06", "A", 10_000).unwrap();
    assert_eq!((case.available("2026-01-06"), held(&case, "2026-01-06")), (1_100, "gold".into()));
    assert_eq!((case.tier("2026-01-06"), held(&case, "2026-02-01")), ("silver".into(), "silver".into()));
    assert_eq!(case.tell("2026-02-02", revoke()), refused("no_tier_granted"));
    case.tell("2026-02-03", grant("gold", TierTerm::Open)).unwrap();
    case.tell("2026-02-04", revoke()).unwrap();
    assert_eq!(held(&case, "2026-02-04"), "silver");
}

#[test]
fn s30_a_tier_that_is_lent_is_earned_by_what_comes_meanwhile() {
    let mut ladder = three_tiers();
    ladder.tiers[2].challenge = Some(ChallengeSpec { days: 30, all: false, asked: asked(Some(6_000), None) });
    let mut case = case(with_ladder(ladder));
    case.order("2026-01-04", "A", 5_000).unwrap();
    case.tell("2026-01-05", grant("gold", TierTerm::Challenge)).unwrap();
    let mut missed = Case(case.0.clone());
    assert_eq!(held(&missed, "2026-02-04T23:59:59Z"), "gold");
    assert_eq!(held(&missed, "2026-02-05T00:00:00Z"), "member");
    missed.order("2026-02-05", "B", 6_000).unwrap();
    assert_eq!(missed.tier("2026-02-05"), "silver");
    let outcome = case.order("2026-02-03", "B", 6_000).unwrap();
    let expected = [changed("member", "silver", "upgraded"), changed("silver", "gold", "challenge_met")];
    assert_eq!(changes(&outcome), expected);
    assert_eq!(case.tier_until("2026-02-05"), "2028-01-01T00:00:00Z");
}

#[test]
fn s30_points_are_given_for_every_tier_passed_for_keeping_and_for_each_year() {
    let mut rules = vec![bonus("reached", On::TierReached, 1_000), bonus("kept", On::TierKept, 5)];
    let mut gold = bonus("gold", On::TierReached, 10_000);
    gold.when.tier = vec![("status".to_owned(), "gold".to_owned())];
    rules.extend([gold, bonus("years", On::TierAnniversary, 7)]);
    let mut case = case(Spec { ladders: vec![three_tiers()], ..with_rules(rules) });
    case.order("2026-05-05", "A", 20_000).unwrap();
    assert_eq!(case.available("2026-05-05"), 200 + 2 * 1_000 + 10_000);
    case.order("2027-05-04", "B", 20_000).unwrap();
    assert_eq!(case.available("2027-05-05T00:00:00Z"), 12_400 + 7);
    assert_eq!(case.available("2028-01-01T00:00:00Z"), 12_407 + 5);
}

#[test]
fn s30_a_benefit_is_used_as_often_as_the_tier_held_gives_it() {
    let benefit = BenefitSpec {
        id: "lounge".to_owned(),
        ladder: "status".to_owned(),
        per: CapPeriod::Month,
        times: vec![("silver".to_owned(), 2)],
    };
    let mut case = case(Spec { benefits: vec![benefit], ..with_ladder(three_tiers()) });
    case.order("2026-01-05", "A", 100).unwrap();
    assert_eq!(case.tell("2026-01-05", lounge("1", 1)), refused("benefit_used_up"));
    // Gold is not listed, and gives what silver does.
    case.order("2026-01-06", "B", 20_000).unwrap();
    case.tell("2026-01-07", lounge("2", 2)).unwrap();
    assert_eq!(case.tell("2026-01-08", lounge("3", 1)), refused("benefit_used_up"));
    let back = |times| {
        let (actor, reason) = (text("clerk"), text("closed that day"));
        Fact::BenefitReturned(BenefitRestoration { benefit: text("lounge"), times, actor, reason })
    };
    assert_eq!(case.tell("2026-01-09", back(3)), refused("benefit_not_used"));
    case.tell("2026-01-09", back(1)).unwrap();
    case.tell("2026-01-10", lounge("4", 1)).unwrap();
    case.tell("2026-02-01", lounge("5", 2)).unwrap();
}

#[test]
fn s32_easier_thresholds_lift_and_harder_ones_take_only_where_asked() {
    let of = |silver, on_change_full| {
        let ladder = LadderSpec::plain("status").with_tier("silver", Threshold::spend(silver));
        LadderSpec { on_change_full, ..ladder }
    };
    for (first, second, full, tier) in
        [(10_000, 5_000, false, "silver"), (5_000, 10_000, false, "silver"), (5_000, 10_000, true, "member")]
    {
        let mut case = followed_by(of(first, false), of(second, full));
        case.order("2026-02-01", "A", 6_000).unwrap();
        assert_eq!(case.tier("2026-03-01T00:00:00Z"), tier, "{first} to {second}, {full}");
    }
}

#[test]
fn s32_a_tier_that_is_no_more_is_what_replaces_it_or_the_next_lower() {
    let mut said = LadderSpec::plain("status").with_tier("ruby", Threshold::spend(30_000));
    said.tiers[1].replaces = vec!["silver".to_owned()];
    let unsaid = LadderSpec::plain("status").with_tier("gold", Threshold::spend(20_000));
    for (second, by_figures, by_hand) in [(said, "ruby", "member"), (unsaid, "member", "gold")] {
        let mut case = followed_by(three_tiers(), second);
        case.order("2026-02-01", "A", 10_000).unwrap();
        case.tell("2026-02-01", grant("gold", TierTerm::Open)).unwrap();
        assert_eq!(case.tier("2026-03-01T00:00:00Z"), by_figures);
        let lent = case.0.tier_by_hand("M", "status", at("2026-03-01T00:00:00Z"));
        assert_eq!(lent.map_or("member".to_owned(), |grant| grant.tier), by_hand);
    }
}

#[test]
fn s32_a_late_order_reaches_what_its_own_version_gave_for_it() {
    let second = LadderSpec::plain("status").with_tier("silver", Threshold::spend(50_000));
    for (on_change_full, tier) in [(false, "silver"), (true, "member")] {
        let second = LadderSpec { on_change_full, ..second.clone() };
        let mut case = followed_by(three_tiers(), second);
        case.order("2026-03-02", "A", 100).unwrap();
        case.order("2026-02-01", "B", 20_000).unwrap();
        assert_eq!(case.tier("2026-03-02"), tier);
    }
}

#[test]
fn s32_the_days_of_another_zone_move_the_end_of_a_tier() {
    let mut model = Model::new(with_ladder(three_tiers()));
    let east = Spec { zone: "Asia/Shanghai".to_owned(), ..with_ladder(three_tiers()) };
    model.publish(east, at("2027-12-31T20:00:00Z"), at("2026-01-01")).unwrap();
    let mut case = Case(model);
    case.order("2026-02-01", "A", 10_000).unwrap();
    assert_eq!(case.tier_until("2027-12-31T19:59:59Z"), "2028-01-01T00:00:00Z");
    // There it is the new year already.
    assert_eq!(case.tier("2027-12-31T20:00:00Z"), "member");
}
