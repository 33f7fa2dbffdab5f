//! Case 38: two members become one.

use tallybook_core::calendar::Instant;
use tallybook_core::decide::{self, Case, Party, Precedent, Workspace};
use tallybook_core::event::{Decision, Draw};
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::{LedgerState, MemberState, Status};

use crate::runner::{check, commands_of, events_of, source};

const SILVER: &str = "tier = [{ id = 'member' }, { id = 'silver', entry = { any = { spend = '100.00' } } }]";

#[test]
fn s38_lots_keep_their_ends_and_both_pasts_add_up() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00      | lots 10 till 2026-02-05
        2026-01-06 bob: order B 20.00 | lots 20 till 2026-02-06
        2026-01-07 bob: redeem R 5    | available 15
        2026-01-08 bob: merge into=m  | merged into m  available 0  lots none  orders 0  events MergedInto
        2026-01-08 look               | lots 10 till 2026-02-05 + 15 till 2026-02-06  available 25  issued 30  redeemed 5  orders 2
        2026-01-09 redeem S 12        | drew 1:10 2:2
        2026-01-10 reverse R          | drew 2:5  available 18
        2026-02-06 look               | expired 18  available 0
        ",
    );
}

#[test]
fn s38_pending_points_holds_and_vouchers_come_along() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 10 }
        2026-01-05 bob: credit 20                      | available 20
        2026-01-05 bob: order B 10.00                  | pending 10
        2026-01-06 bob: hold H 8 until=2026-02-01      | held 8
        2026-01-06 bob: hold J 1 until=2026-01-12      | held 9
        2026-01-06 bob: redeem V 2 voucher=drink code=X | vouchers 1
        2026-01-06 credit 1                            | available 1
        2026-01-07 bob: merge into=m                   | pending 0  held 0  holds none  vouchers 0
        2026-01-07 look                                | available 10  pending 10  held 9  holds H J  vouchers 1  redeemed 2
        2026-01-08 voucher X                           | vouchers 0
        2026-01-09 capture H 3                         | redeemed 5  available 15  held 1
        2026-01-10 reverse H                           | redeemed 2  available 18
        2026-01-12 look                                | held 0  available 19
        2026-01-15 look                                | pending 0  available 29
        ",
    );
}

#[test]
fn s38_debts_are_netted_on_either_side() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 20              | available 20
        2026-01-05 bob: debit 8 arrears   | arrears 8
        2026-01-06 bob: merge into=m      | arrears 0
        2026-01-06 look                   | arrears 0  available 12
        ",
    );
    // The lot that would be spent first pays first.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-04 debit 12 arrears       | arrears 12
        2026-01-05 bob: credit 10         | available 10
        2026-01-06 bob: credit 10         | available 20
        2026-01-07 bob: merge into=m      | available 0
        2026-01-07 look                   | arrears 0  lots 8 till 2026-02-06
        ",
    );
    // What is owed in sum is more than there is; pending points pay when they come.
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 10 }
        2026-01-04 debit 12 arrears       | arrears 12
        2026-01-05 bob: order B 10.00     | pending 10
        2026-01-05 bob: credit 5          | available 5
        2026-01-07 bob: merge into=m
        2026-01-07 look                   | arrears 7  available 0  pending 10
        2026-01-15 look                   | arrears 0  available 3
        ",
    );
}

#[test]
fn s38_counters_of_a_period_are_shared() {
    check(
        "
        programme 1 point per 1.00 CNY
        base caps = [{ limit = '15', per = 'month' }]
        2026-01-05 order A 10.00      | rules base 10
        2026-01-05 bob: order B 10.00 | rules base 10
        2026-01-06 bob: merge into=m
        2026-01-07 order C 10.00      | rules base 0 of 10 trimmed_by_cap
        2026-01-08 return B           | clawed back 10
        2026-01-09 order D 10.00      | rules base 5 of 10 trimmed_by_cap
        2026-02-01 order E 10.00      | rules base 10
        ",
    );
    check(
        "
        programme 1 point per 1.00 CNY
        points transfer = { limit = { points = '10', per = 'month' } }
        2026-01-05 credit 20               | available 20
        2026-01-05 bob: credit 20          | available 20
        2026-01-05 eve: enrol
        2026-01-06 transfer T 4 to=eve
        2026-01-06 bob: transfer U 4 to=eve
        2026-01-07 bob: merge into=m
        2026-01-08 transfer V 3 to=eve     | refused over_limit: 2 are left
        2026-01-08 transfer V 2 to=eve     | sent 10
        ",
    );
}

#[test]
fn s38_rests_triggers_streaks_and_the_number_of_orders_go_on() {
    check(
        "
        programme 1 point per 1.00 CNY
        activity check_in { }
        rule check { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '1' }
        rule streak { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '50', when = { streak = { every = 3 } } }
        rule gift { kind = 'bonus', points = '20', cooldown_days = 7 }
        rule once { kind = 'bonus', points = '5', max_triggers = [{ times = 1, per = 'year' }] }
        rule third { kind = 'bonus', points = '9', when = { order_number = { every = 3 } } }
        2026-01-05 order A 10.00            | rules base 10 + gift 20 + once 5
        2026-01-05 activity check_in        | streak check_in 1
        2026-01-05 bob: enrol
        2026-01-05 bob: activity check_in   | streak check_in 1
        2026-01-06 bob: activity check_in   | streak check_in 2
        2026-01-06 bob: order B 10.00       | rules base 10 + gift 20 + once 5
        2026-01-06 bob: merge into=m
        2026-01-07 activity check_in        | rules check 1 + streak 50  streak check_in 3
        2026-01-12 order C 10.00            | rules base 10 + gift 0 of 20 cooling_down + once 0 of 5 triggers_used_up + third 9
        2026-01-13 order D 10.00            | rules base 10 + gift 20 + once 0 of 5 triggers_used_up
        ",
    );
}

#[test]
fn s38_figures_of_a_period_add_up_to_an_upgrade() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'calendar_year', {SILVER} }}
        2025-12-31 bob: order Z 50.00  | tier member
        2026-01-05 order A 60.00       | tier member
        2026-01-06 bob: order B 45.00  | tier member
        2026-03-01 bob: merge into=m   | merged into m
        2026-03-01 look                | tier silver  why upgraded  figures 105.00 0 2  until 2028-01-01  event TierChanged 2026-03-01
        "
    ));
}

#[test]
fn s38_the_higher_tier_stays_whichever_side_has_it() {
    for (first, second) in [("bob: ", ""), ("", "bob: ")] {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            ladder status {{ period = 'calendar_year', {SILVER} }}
            2025-06-01 {first}order A 100.00 | tier silver  until 2027-01-01
            2026-01-05 {second}order B 10.00 | tier member
            2026-01-06 bob: merge into=m
            2026-01-06 look                  | tier silver  until 2027-01-01
            2027-01-01 look                  | tier member
            "
        ));
        // Of one tier, that which lasts longer.
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            ladder status {{ period = 'calendar_year', {SILVER} }}
            2025-06-01 {first}order A 100.00  | tier silver  until 2027-01-01
            2026-01-05 {second}order B 100.00 | tier silver  until 2028-01-01
            2026-01-06 bob: merge into=m
            2026-01-06 look                   | tier silver  until 2028-01-01
            "
        ));
    }
}

#[test]
fn s38_open_orders_can_come_back_by_either_name() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 5.00        | available 5
        2026-01-05 bob: order B 10.00  | available 10
        2026-01-06 bob: merge into=m
        2026-01-07 return B 4.00       | drew 2:4  available 11
        2026-01-08 bob: return B 1.00
        2026-01-08 look                | available 10  clawed back 5
        2026-01-09 order B 5.00        | refused duplicate_order
        2026-01-09 bob: order C 2.00
        2026-01-09 look                | available 12  orders 3
        2026-02-07 return B            | taken as expired 5  clawed back 5  orders 2  available 2
        ",
    );
}

#[test]
fn s38_an_order_that_expired_and_was_returned_in_part_before_is_known_as_it_was() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }
        2026-01-05 bob: order B 10.00  | available 10
        2026-01-06 bob: redeem R 3     | available 7
        2026-01-20 bob: return B 5.00  | taken as expired 5  arrears 0
        2026-01-21 credit 50           | available 50
        2026-01-22 bob: merge into=m
        2026-01-23 return B x2         | refused quantity_over_returned
        2026-01-23 return B            | taken as expired 2  drew 1:3  available 47  arrears 0
        ",
    );
}

#[test]
fn s38_points_of_a_merged_order_are_its_own_lots_still() {
    check(
        "
        programme 1 point per 1.00 CNY
        points clawback = 'own_lots_only'
        2026-01-05 credit 50           | available 50
        2026-01-05 bob: credit 5       | available 5
        2026-01-06 bob: order B 10.00  | available 15
        2026-01-07 bob: redeem R 8     | drew 1:5 2:3
        2026-01-08 bob: merge into=m
        2026-01-09 return B            | drew 3:7  waived 3  available 50
        ",
    );
}

#[test]
fn s38_who_was_merged_can_be_merged_on() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 eve: credit 1       | available 1
        2026-01-05 order A 5.00        | available 5
        2026-01-05 bob: order B 10.00  | available 10
        2026-01-06 bob: merge into=m
        2026-01-07 merge into=eve      | merged into eve
        2026-01-07 eve: look           | lots 1 till never + 5 till never + 10 till never
        2026-01-08 bob: order C 2.00
        2026-01-08 order D 3.00
        2026-01-08 eve: look           | available 21  orders 4
        2026-01-09 eve: return B       | drew 3:10  available 11  orders 3
        2026-01-09 bob: return A
        2026-01-09 eve: look           | available 6  orders 2
        ",
    );
}

#[test]
fn s38_merges_that_cannot_be_are_refused() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 10                      | available 10
        2026-01-05 bob: credit 10                 | available 10
        2026-01-05 eve: enrol
        2026-01-06 merge into=m                   | refused same_member
        2026-01-06 merge into=zoe                 | refused unknown_member
        2026-01-06 eve: close                     | closed
        2026-01-07 merge into=eve                 | refused member_closed
        2026-01-07 eve: merge into=m              | refused member_closed
        2026-01-08 hold H 1 until=2026-02-01      | held 1
        2026-01-08 bob: hold H 1 until=2026-02-01 | held 1
        2026-01-08 bob: merge into=m              | refused hold_in_both
        2026-01-09 release H                      | held 0
        2026-01-09 bob: merge into=m              | merged into m
        2026-01-10 merge into=bob                 | refused same_member
        2026-01-10 look                           | available 19  held 1
        ",
    );
}

#[test]
fn s38_both_are_settled_to_one_instant_first() {
    // What ended by then on either side has ended; the merge takes effect at the later of what the two know.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }
        2026-01-05 bob: credit 10      | lots 10 till 2026-01-16
        2026-01-10 credit 5            | lots 5 till 2026-01-21
        2026-01-18 credit 1            | available 6
        2026-01-12 bob: merge into=m   | expired 0  available 0  event Expired 2026-01-16  event MergedInto 2026-01-18
        2026-01-18 look                | expired 10  available 6  event MergedFrom 2026-01-18
        ",
    );
}

#[test]
fn s38_what_is_known_of_the_person_comes_along() {
    // The earlier joining counts for the anniversary, the birthday comes where there was none, a block stays one.
    check(
        "
        programme 1 point per 1.00 CNY
        rule anniversary { on = 'anniversary', kind = 'bonus', points = '3' }
        rule birthday { on = 'birthday', kind = 'bonus', points = '7' }
        2025-03-01 bob: enrol birthday=05-01
        2025-04-01 enrol
        2025-04-02 bob: block redeeming
        2025-04-03 bob: merge into=m
        2025-05-01 look             | available 7
        2025-06-01 redeem R 1       | refused redeeming_blocked
        2026-03-01 look             | available 10  event PointsEarned 2026-03-01
        2026-04-01 look             | available 10
        2026-05-01 look             | available 17
        ",
    );
}

#[test]
fn s38_lots_that_end_by_inactivity_live_by_what_either_did() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 6 }
        2026-01-05 bob: order B 10.00 | lots 10 till 2026-07-06
        2026-02-01 order A 10.00      | lots 10 till 2026-08-02
        2026-02-02 bob: merge into=m
        2026-02-02 look               | lots 10 till 2026-08-02 + 10 till 2026-07-06
        2026-03-01 bob: order C 1.00
        2026-03-01 look               | lots 10 till 2026-09-02 + 10 till 2026-09-02 + 1 till 2026-09-02
        ",
    );
}

#[test]
fn s38_vouchers_of_one_code_are_used_each_by_itself() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 10                              | available 10
        2026-01-05 bob: credit 10                         | available 10
        2026-01-06 redeem R 1 voucher=drink code=X        | vouchers 1
        2026-01-06 bob: redeem S 1 voucher=drink code=X   | vouchers 1
        2026-01-07 bob: merge into=m
        2026-01-08 redeem T 1 voucher=drink code=X        | refused duplicate_voucher
        2026-01-08 voucher X                              | vouchers 1
        2026-01-08 voucher X                              | vouchers 0
        2026-01-08 voucher X                              | refused unknown_voucher
        ",
    );
}

#[test]
fn s38_of_two_orders_of_one_name_that_of_who_goes_on_is_meant() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00       | available 10
        2026-01-05 bob: order A 20.00  | available 20
        2026-01-06 bob: merge into=m
        2026-01-07 bob: return A
        2026-01-07 look                | available 20  clawed back 10  orders 1
        2026-01-08 return A            | refused nothing_left_to_return  available 20
        ",
    );
}

#[test]
fn s38_a_referral_that_has_not_paid_goes_along_unless_it_was_by_who_goes_on() {
    let referred = |steps: &str| {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            referral {{ window_days = 30 }}
            rule thanks {{ on = 'referrer', kind = 'bonus', points = '50' }}
            rule hello {{ on = 'referred', kind = 'bonus', points = '20' }}
            2026-01-05 ada: enrol
            2026-01-05 bob: enrol
            2026-01-05 enrol by=ada
            {steps}
            "
        ));
    };
    referred(
        "
        2026-01-06 merge into=bob
        2026-01-07 bob: order A 10.00 | available 10  pending 20
        2026-01-07 ada: look          | pending 50
        ",
    );
    referred(
        "
        2026-01-06 merge into=ada
        2026-01-07 ada: order A 10.00 | available 10  pending 0  issued 10
        ",
    );
}

#[test]
fn s38_a_block_on_earning_and_the_later_streak_of_each_kind_come_along() {
    check(
        "
        programme 1 point per 1.00 CNY
        activity check_in {}
        activity review {}
        2026-01-05 activity check_in      | streak check_in 1
        2026-01-05 bob: activity check_in | streak check_in 1
        2026-01-06 bob: activity check_in | streak check_in 2
        2026-01-08 activity review        | streak review 1
        2026-01-09 bob: block earning
        2026-01-10 bob: merge into=m
        2026-01-10 look                   | streak check_in 2  streak review 1
        2026-01-11 order A 1.00           | refused earning_blocked
        ",
    );
}

#[test]
fn s38_decisions_of_who_was_merged_can_be_told_in_the_lot_numbers_of_who_goes_on() {
    let mut events = events_of(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }
        set reinstate_days = 30
        2026-01-05 order A 10.00               | available 10
        2026-01-05 redeem R 4                  | drew 1:4
        2026-01-05 hold H 2 until=2026-01-10   | drew 1:2
        2026-01-06 capture H                   | redeemed 6
        2026-01-16 look                        | expired 4
        2026-01-17 reinstate 1                 | available 4
        ",
    );
    events.extend(events_of(
        "
        programme 1 point per 1.00 CNY
        referral { window_days = 10 }
        rule friend { on = 'referred', kind = 'bonus', points = '5' }
        2026-01-05 bob: enrol
        2026-01-05 enrol by=bob
        2026-01-05 order A 10.00 | pending 5
        2026-01-06 return A      | pending 0
        ",
    ));
    let lots = |decision: &Decision| -> Vec<u32> {
        let drawn = |draws: &[Draw]| draws.iter().map(|draw| draw.lot.0).collect();
        match decision {
            Decision::PointsEarned(earned) => earned.lots.iter().map(|lot| lot.number.0).collect(),
            Decision::Redeemed(redeemed) => drawn(&redeemed.draws),
            Decision::HoldCaptured(captured) => drawn(&captured.redeemed.draws),
            Decision::Expired(expired) => vec![expired.lot.0],
            Decision::LotCancelled(cancelled) => vec![cancelled.lot.0],
            Decision::ReferralPaid(paid) => paid.lots.iter().map(|lot| lot.0).collect(),
            Decision::Reinstated(reinstated) => vec![reinstated.of.0, reinstated.lot.number.0],
            _ => Vec::new(),
        }
    };
    let told: Vec<Vec<u32>> =
        events.iter().map(|event| lots(&event.decision.clone().renumbered(7))).collect();
    let shifted: Vec<Vec<u32>> =
        events.iter().map(|event| lots(&event.decision).iter().map(|lot| lot + 7).collect()).collect();
    assert_eq!(told, shifted);
    assert_eq!(told.concat(), [8, 8, 8, 8, 8, 9, 8, 9, 9, 9]);
}

#[test]
fn s38_who_is_named_by_an_old_name_of_ones_own_is_oneself() {
    // Whoever keeps the names sees this first; a caller who does not is told the same.
    let mut programmes = Programmes::default();
    let text = source(&["programme 1 point per 1.00 CNY".to_owned(), "points transfer = {}".to_owned()]);
    let version = programmes.prepare(&text, Instant::MIN, Instant::MIN).expect("a programme");
    programmes.add(version);
    let commands = commands_of("programme 1 point per 1.00 CNY\n2026-01-05 transfer T 1 to=bob");
    let at = commands[0].effective_at;
    let status = Status { merged_into: Some("m".into()), ..Status::default() };
    let mut bob = MemberState { joined_at: Some(at), status, ..MemberState::default() };
    let mut state = MemberState { joined_at: Some(at), ..MemberState::default() };
    let (mut events, mut others) = (Vec::new(), Vec::new());
    let case =
        Case { facts: &commands[0].facts, precedents: &[Precedent::None], effective_at: at, recorded_at: at };
    let refusal = decide::decide(
        Party { name: "m", state: &mut state, events: &mut events },
        Some(Party { name: "bob", state: &mut bob, events: &mut others }),
        &mut LedgerState::default(),
        &programmes,
        &case,
        &mut Workspace::default(),
    );
    assert_eq!(refusal, Err(Refusal::SameMember { member: "bob".into() }));
}

#[test]
fn s38_a_return_beside_an_order_finds_the_referrer_whose_points_it_cancels() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        referral { window_days = 30 }
        rule brought { on = 'referrer', kind = 'bonus', points = '50' }
        2026-01-01 yan: enrol
        2026-01-01 xen: enrol
        2026-01-02 enrol by=yan
        2026-01-02 bob: enrol by=xen
        2026-01-05 bob: order A 10.00
        2026-01-06 bob: merge into=m
        2026-01-07 order B 5.00 and return A
        2026-01-07 xen: look | pending 0
        "#,
    );
}
