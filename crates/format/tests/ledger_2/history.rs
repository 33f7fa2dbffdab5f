//! A second small history, with what the first is without: holds and vouchers, points that change hands or are put
//! right, referrals, activities, members who become one or leave, and bodies in version 2.
//!
//! The decisions are written by hand, as an engine might have come to them.

use smallvec::smallvec;
use tallybook_core::apply::touch;
use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event::{
    ArrearsPaid, BlockSet, BudgetEntry, CapEntry, ClawedBack, Closed, CodeHash, Cooling, Counted,
    CreditSource, Credited, Debited, Decision, Draw, Expired, ExpiryChanged, Figures, Forfeit, HoldCaptured,
    HoldPlaced, HoldReleased, Idle, LadderPlace, LotCancelled, LotEnd, MergedFrom, MergedInto, NewLot,
    PointsActivated, PointsEarned, Redeemed, RedemptionReversed, ReferralPaid, Reinstated, ReleaseReason,
    Renewed, StreakEntry, Take, Term, TierChanged, TierReason, TransferReceived, TransferSent, Trigger,
    Voucher, WrittenOff,
};
use tallybook_core::fact::{
    Activity, Adjustment, Block, Capture, Closure, ExpiryChange, Fact, Fulfilment, HoldRequest, Merge,
    NewEnd, Price, Profile, Publication, Purchase, Purpose, Redemption, Reinstatement, Release, Return,
    Shortfall, Transfer, VoucherUse, WriteOff,
};
use tallybook_core::ids::{
    ActivityNumber, BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, LotNumber, TierNumber,
    VersionNumber,
};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;
use tallybook_log::LedgerId;

use crate::support::history::Batch;
use crate::support::story::{POINTS, Story, day, earned, followed, joined, lot, order, said};

/// The ledger's id.
pub const LEDGER: LedgerId = LedgerId(*b"frozen ledger v2");

const AN: u32 = 1;
const BO: u32 = 2;
const CAI: u32 = 3;
const DEE: u32 = 4;
const EVE: u32 = 5;

const MILES: CurrencyNumber = CurrencyNumber(1);

/// Not the hash of any code.
const CODE: CodeHash = [0xA5; 32];

/// A lot that waits for its order, and is cancelled a month later.
fn waiting(number: u32, points: i64, days: i64) -> NewLot {
    NewLot { activates_at: Instant::MAX, expires_at: Some(day(days + 30)), ..lot(number, points, days) }
}

fn ordered(lots: &[NewLot]) -> Decision {
    Decision::PointsEarned(earned(Trigger::Order, lots))
}

fn total(draws: &[Draw]) -> Points {
    Points(draws.iter().map(|draw| draw.points.0).sum())
}

fn bought(id: &'static str, points: i64, giver: Option<&'static str>) -> Fact<'static> {
    let currency = CurrencyCode::parse("CNY").unwrap();
    let price = giver.is_none().then_some(Price { amount: Money(9_900), currency });
    let (points, giver) = (Points(points), giver.map(Into::into));
    Fact::PointsPurchased(Purchase { id: id.into(), currency: "points".into(), points, price, giver })
}

fn credited(source: CreditSource, lot: NewLot) -> Decision {
    let allowance =
        CapEntry { cap: CapNumber(2), period: Day(20_454), room: Points(1_000), used: lot.points };
    let caps = if source == CreditSource::Purchase { smallvec![allowance] } else { smallvec![] };
    Decision::Credited(Credited { lot, source, caps })
}

fn adjusted(points: i64, shortfall: Shortfall) -> Fact<'static> {
    Fact::AdjustmentRequested(Adjustment {
        currency: "points".into(),
        points: Points(points),
        shortfall,
        actor: "support:lin".into(),
        reason: "agreed by telephone".into(),
        about: Some(64),
    })
}

fn debited(draws: &[Draw], arrears: i64) -> Decision {
    let points = Points(total(draws).0 + arrears);
    let draws = draws.iter().copied().collect();
    Decision::Debited(Debited { currency: POINTS, points, draws, arrears: Points(arrears) })
}

fn hold_asked(id: &'static str, points: i64, ends_on: i64) -> Fact<'static> {
    Fact::HoldRequested(HoldRequest {
        id: id.into(),
        currency: "points".into(),
        points: Points(points),
        expires_at: day(ends_on),
        purpose: Purpose::Reward("mug".into()),
    })
}

fn stock(room: i64, used: i64) -> BudgetEntry {
    BudgetEntry { budget: BudgetNumber(1), room: Points(room), used: Points(used) }
}

fn held(id: &'static str, draws: &[Draw], ends_on: i64) -> Decision {
    Decision::HoldPlaced(HoldPlaced {
        hold: id.into(),
        currency: POINTS,
        points: total(draws),
        worth: None,
        draws: draws.iter().copied().collect(),
        expires_at: day(ends_on),
        stock: Some(stock(5, 1)),
    })
}

fn released(id: &'static str, restored: &[Draw], why: ReleaseReason) -> Decision {
    Decision::HoldReleased(HoldReleased {
        hold: id.into(),
        currency: POINTS,
        points: total(restored),
        restored: restored.iter().copied().collect(),
        why,
        stock: Some(stock(0, -1)),
    })
}

fn captured(id: &'static str, spent: &[Draw], released: &[Draw]) -> Decision {
    let redeemed = redeemed(spent, None);
    Decision::HoldCaptured(HoldCaptured {
        hold: id.into(),
        redeemed,
        released: released.iter().copied().collect(),
    })
}

fn redeemed(draws: &[Draw], voucher: Option<Voucher>) -> Redeemed {
    Redeemed {
        currency: POINTS,
        points: total(draws),
        worth: None,
        draws: draws.iter().copied().collect(),
        stock: None,
        voucher,
    }
}

fn redemption(id: &'static str, points: i64, purpose: Purpose<'static>) -> Fact<'static> {
    let (currency, points) = ("points".into(), Points(points));
    Fact::RedemptionRequested(Redemption { id: id.into(), currency, points, partial: false, purpose })
}

/// Every batch of the ledger, in parts of one member each.
pub fn batches() -> Vec<Vec<Batch>> {
    let mut story = Story::default();
    let programme = Publication { effective_from: day(0), source: "name = \"Frozen, too\"\n".into() };
    story.tell([said(0, 0, Some("programme/1"), Fact::ProgrammePublished(programme), vec![])]);
    earn_and_hold(&mut story);
    give_and_spend(&mut story);
    put_right(&mut story);
    become_one_or_leave(&mut story);
    story.batches
}

/// Orders that wait, a referral, an activity, and each end that a hold can come to.
fn earn_and_hold(story: &mut Story) {
    story.tell([joined(AN, "an", 1, None)]);
    story.tell([joined(BO, "薄-2", 2, Some("an"))]);
    let miles = NewLot { currency: MILES, ..lot(2, 50, 3) };
    let silver = Decision::TierChanged(TierChanged {
        ladder: LadderNumber(0),
        version: VersionNumber(1),
        from: TierNumber(0),
        to: TierNumber(1),
        why: TierReason::Upgraded,
        figures: Figures { spend: Money(2_247), points: Points(100), orders: 1, ..Figures::default() },
        thresholds: Figures { spend: Money(2_000), ..Figures::default() },
        until: Some(day(368)),
        counted_from: None,
        lifetime: None,
    });
    story.tell([said(AN, 3, None, order("A", None), vec![ordered(&[waiting(1, 100, 3), miles]), silver])]);
    let term = Some(Term { expires_at: Some(day(370)), idle: Idle::default() });
    let activated = PointsActivated { lot: LotNumber(1), currency: POINTS, points: Points(100), term };
    let arrived = Fact::OrderFulfilled(Fulfilment { order: "A".into() });
    story.tell([said(AN, 5, None, arrived, vec![Decision::PointsActivated(activated)])]);

    let referral = ReferralPaid {
        referrer: "an".into(),
        lots: smallvec![LotNumber(2)],
        referrer_lots: smallvec![LotNumber(3)],
        counted: Counted::default(),
        referrer_counted: Counted::default(),
    };
    let brought = Decision::PointsEarned(earned(Trigger::Referred, &[lot(2, 20, 6)]));
    let thanked = Decision::PointsEarned(earned(Trigger::Referrer, &[lot(3, 30, 6)]));
    story.tell([
        said(
            BO,
            6,
            None,
            order("A", None),
            vec![ordered(&[lot(1, 40, 6)]), brought, Decision::ReferralPaid(referral)],
        ),
        followed(AN, 6, vec![thanked]),
    ]);

    let restless = NewLot { idle: Idle { months: 12, at_most: None }, ..lot(4, 10, 7) };
    let checked_in = Decision::PointsEarned(PointsEarned {
        activity: Some(ActivityNumber(0)),
        streak: Some(StreakEntry { activity: ActivityNumber(0), day: Day(20_465), length: 1 }),
        cooldowns: smallvec![Cooling { cooldown: CapNumber(0), until: day(8) }],
        budgets: smallvec![BudgetEntry { budget: BudgetNumber(0), room: Points(500), used: Points(10) }],
        ..earned(Trigger::Activity, &[restless])
    });
    let renewed = Decision::Renewed(Renewed { currency: POINTS, idle_months: 12, expires_at: day(372) });
    let activity = Activity { id: Some("visit-1".into()), kind: "check-in".into(), ..Activity::default() };
    story.tell([said(AN, 7, None, Fact::ActivityRecorded(activity), vec![checked_in, renewed])]);
    let topped_up = credited(CreditSource::Purchase, lot(5, 200, 8));
    story.tell([said(AN, 8, None, bought("P-1", 200, None), vec![topped_up])]);

    let draws = [(1, 100), (3, 30), (4, 10), (5, 10)].map(|(lot, points)| story.draw(AN, lot, points));
    story.tell([said(AN, 10, None, hold_asked("H-1", 150, 17), vec![held("H-1", &draws, 17)])]);
    let [first, second, third, fourth] = draws;
    let spent = [first, Draw { points: Points(20), ..second }];
    let back = [Draw { points: Points(10), ..second }, third, fourth];
    let capture = Fact::CaptureRequested(Capture { hold: "H-1".into(), points: Some(Points(120)) });
    story.tell([said(AN, 11, None, capture, vec![captured("H-1", &spent, &back)])]);

    let draws = [(4, 10), (5, 40)].map(|(lot, points)| story.draw(AN, lot, points));
    story.tell([said(AN, 12, None, hold_asked("H-2", 50, 19), vec![held("H-2", &draws, 19)])]);
    let release = Fact::ReleaseRequested(Release { hold: "H-2".into() });
    story.tell([said(AN, 13, None, release, vec![released("H-2", &draws, ReleaseReason::Asked)])]);

    let draws = [story.draw(AN, 5, 40)];
    story.tell([said(AN, 13, None, hold_asked("H-3", 40, 20), vec![held("H-3", &draws, 20)])]);
    story.tell([followed(AN, 20, vec![released("H-3", &draws, ReleaseReason::Expired)])]);
}

/// A present, a transfer with a fee, a voucher, and an order that was paid with points and comes back.
fn give_and_spend(story: &mut Story) {
    let present = credited(CreditSource::Gift, lot(3, 60, 21));
    story.tell([said(BO, 21, None, bought("P-2", 60, Some("an")), vec![present])]);

    let transfer = Fact::TransferRequested(Transfer {
        id: "T-1".into(),
        to: "薄-2".into(),
        currency: "points".into(),
        points: Points(70),
        gift: false,
    });
    let sent = Decision::TransferSent(TransferSent {
        to: "薄-2".into(),
        currency: POINTS,
        points: Points(70),
        fee: Points(5),
        draws: smallvec![story.draw(AN, 5, 75)],
        caps: smallvec![CapEntry {
            cap: CapNumber(3),
            period: Day(20_454),
            room: Points(300),
            used: Points(70)
        }],
    });
    let received = Decision::TransferReceived(TransferReceived {
        from: "an".into(),
        currency: POINTS,
        points: Points(70),
        lots: smallvec![lot(4, 70, 22)],
        gift: false,
    });
    story.tell([said(AN, 22, None, transfer, vec![sent]), followed(BO, 22, vec![received])]);

    let draws = [story.draw(BO, 1, 40), story.draw(BO, 2, 10)];
    let voucher = Voucher { code: CODE, expires_at: Some(day(100)) };
    let asked = redemption("R-1", 50, Purpose::Voucher { what: "coffee".into(), code: Some(CODE) });
    story.tell([said(BO, 23, None, asked, vec![Decision::Redeemed(redeemed(&draws, Some(voucher)))])]);
    let presented = Fact::VoucherPresented(VoucherUse { code: CODE });
    story.tell([said(BO, 24, Some("till/1"), presented, vec![Decision::VoucherUsed(CODE)])]);

    let draws = [story.draw(BO, 2, 10), story.draw(BO, 3, 20)];
    let asked = redemption("R-2", 30, Purpose::CashOff { order_total: Money(2_247) });
    let cash = Redeemed { worth: Some(Money(30)), ..redeemed(&draws, None) };
    story.tell([said(BO, 25, None, asked, vec![Decision::Redeemed(cash)])]);
    let cooling = Cooling { cooldown: CapNumber(1), until: day(40) };
    let judged = PointsEarned { cooldowns: smallvec![cooling], ..earned(Trigger::Order, &[lot(5, 25, 25)]) };
    story.tell([said(BO, 25, None, order("B", Some("R-2")), vec![Decision::PointsEarned(judged)])]);
    let draw = story.draw(BO, 5, 25);
    let clawed = Decision::ClawedBack(ClawedBack {
        takes: smallvec![Take {
            currency: POINTS,
            points: Points(25),
            points_total: Points(25),
            expired: Points::ZERO,
            from_pending: smallvec![],
            from_available: smallvec![draw],
            arrears: Points::ZERO,
            waived: Points::ZERO,
        }],
        caps: smallvec![],
        metrics: smallvec![],
        whole: true,
        budgets: smallvec![],
        cooldowns: smallvec![cooling],
        referral_cancelled: false,
    });
    let given_back = Decision::RedemptionReversed(RedemptionReversed {
        currency: POINTS,
        points: Points(10),
        restored: smallvec![Draw { points: Points(10), ..draws[1] }],
        of: Some("R-2".into()),
        stock: None,
        voided: None,
    });
    let returned = Fact::OrderReturned(Return {
        id: "RB".into(),
        order: "B".into(),
        lines: vec![],
        points_back: Some(Points(10)),
    });
    story.tell([said(BO, 26, None, returned, vec![clawed, given_back])]);
    story.tell([said(BO, 27, None, order("C", None), vec![ordered(&[waiting(6, 80, 27)])])]);
}

/// A debt that is partly let go and partly paid, points that ran out and come back, an order that never came.
fn put_right(story: &mut Story) {
    let draw = story.draw(AN, 4, 10);
    let fact = adjusted(-10, Shortfall::FloorAtZero);
    story.tell([said(AN, 28, Some("case/1"), fact, vec![debited(&[draw], 0)])]);

    story.tell([joined(CAI, "cai", 29, None)]);
    let fact = adjusted(-40, Shortfall::Arrears);
    story.tell([said(CAI, 29, Some("case/2"), fact, vec![debited(&[], 40)])]);
    let write_off = Fact::WriteOffRequested(WriteOff {
        currency: "points".into(),
        points: Some(Points(15)),
        actor: "support:lin".into(),
        reason: "our mistake".into(),
    });
    let let_go = Decision::WrittenOff(WrittenOff { currency: POINTS, points: Points(15) });
    story.tell([said(CAI, 30, Some("case/3"), write_off, vec![let_go])]);
    let paid = ArrearsPaid { lot: LotNumber(1), currency: POINTS, points: Points(20) };
    let made = vec![ordered(&[lot(1, 20, 31)]), Decision::ArrearsPaid(paid)];
    story.tell([said(CAI, 31, None, order("A", None), made)]);

    let change = Fact::ExpiryChangeRequested(ExpiryChange {
        currency: "points".into(),
        lot: Some(LotNumber(5)),
        to: NewEnd::At(day(33)),
        actor: "support:lin".into(),
        reason: "bought by mistake".into(),
    });
    let end = LotEnd { lot: LotNumber(5), from: Some(day(373)), to: Some(day(33)) };
    let changed = Decision::ExpiryChanged(ExpiryChanged { currency: POINTS, lots: smallvec![end] });
    story.tell([said(AN, 32, Some("case/4"), change, vec![changed])]);
    let expired = Expired { lot: LotNumber(5), currency: POINTS, points: Points(125) };
    story.tell([followed(AN, 33, vec![Decision::Expired(expired)])]);
    let reinstatement = Fact::ReinstatementRequested(Reinstatement {
        lot: LotNumber(5),
        expires_at: Some(day(400)),
        actor: "support:lin".into(),
        reason: "no mistake after all".into(),
    });
    let again = NewLot { expires_at: Some(day(400)), ..lot(6, 125, 34) };
    let reinstated = Decision::Reinstated(Reinstated { of: LotNumber(5), lot: again });
    story.tell([said(AN, 34, Some("case/5"), reinstatement, vec![reinstated])]);

    let cancelled = LotCancelled { lot: LotNumber(6), currency: POINTS, points: Points(80) };
    story.tell([followed(BO, 57, vec![Decision::LotCancelled(cancelled)])]);
}

/// Two merges, the first with an open hold that the other then captures; a closure; a debt and a hold that stay.
fn become_one_or_leave(story: &mut Story) {
    let draws = [story.draw(AN, 6, 35)];
    story.tell([said(AN, 58, None, hold_asked("H-4", 35, 90), vec![held("H-4", &draws, 90)])]);
    let block = Fact::BlockRequested(Block {
        earning: true,
        redeeming: false,
        actor: "risk:wu".into(),
        reason: "two cards in one pocket".into(),
    });
    let blocked = Decision::BlockSet(BlockSet { earning: true, redeeming: false });
    story.tell([said(AN, 58, Some("case/6"), block, vec![blocked])]);
    let place = LadderPlace {
        ladder: LadderNumber(0),
        tier: TierNumber(1),
        since: day(3),
        until: Some(day(368)),
        grace: false,
        counted_from: None,
    };
    let parts = merged(story, AN, "an", 59, smallvec![place]);
    story.tell(parts);
    // The lot with number 6 came after the last of the other's, number 6 too.
    let from_hold = Draw { lot: LotNumber(12), ..draws[0] };
    let capture = Fact::CaptureRequested(Capture { hold: "H-4".into(), points: None });
    story.tell([said(BO, 60, None, capture, vec![captured("H-4", &[from_hold], &[])])]);

    let mut debtor = merged(story, CAI, "cai", 61, smallvec![]);
    let paid = ArrearsPaid { lot: LotNumber(4), currency: POINTS, points: Points(5) };
    debtor[1].decisions.push((day(61), Decision::ArrearsPaid(paid)));
    story.tell(debtor);

    story.tell([joined(DEE, "dee", 62, None)]);
    story.tell([said(DEE, 63, None, order("A", None), vec![ordered(&[waiting(1, 30, 63)])])]);
    let topped_up = credited(CreditSource::Purchase, lot(2, 90, 64));
    story.tell([said(DEE, 64, None, bought("P-1", 90, None), vec![topped_up])]);
    let draws = [story.draw(DEE, 2, 25)];
    story.tell([said(DEE, 65, None, hold_asked("H-1", 25, 90), vec![held("H-1", &draws, 90)])]);
    let forfeit = Forfeit {
        currency: POINTS,
        available: smallvec![story.draw(DEE, 2, 90)],
        pending: smallvec![story.draw(DEE, 1, 30)],
    };
    let made = vec![
        released("H-1", &draws, ReleaseReason::Closed),
        Decision::Closed(Closed { forfeited: smallvec![forfeit] }),
    ];
    let closure = Closure { points: None, actor: "dee".into(), reason: "moves away".into() };
    story.tell([said(DEE, 66, None, Fact::ClosureRequested(closure), made)]);

    story.tell([joined(EVE, "eve", 67, None)]);
    let fact = adjusted(-25, Shortfall::Arrears);
    story.tell([said(EVE, 67, Some("case/7"), fact, vec![debited(&[], 25)])]);
    story.tell([said(EVE, 68, None, order("A", None), vec![ordered(&[waiting(1, 7, 68)])])]);
    story.tell([said(EVE, 69, Some("web/1"), Fact::ProfileChanged(Profile::default()), vec![])]);

    // One hold stays open, and the miles that came with the first merge run out.
    let draws = [story.draw(BO, 3, 20)];
    story.tell([said(BO, 70, None, hold_asked("H-5", 20, 380), vec![held("H-5", &draws, 380)])]);
    let expired = Expired { lot: LotNumber(8), currency: MILES, points: Points(50) };
    story.tell([followed(BO, 368, vec![Decision::Expired(expired)])]);
}

/// A member becomes part of [`BO`].
fn merged(
    story: &Story,
    member: u32,
    name: &'static str,
    days: i64,
    ladders: smallvec::SmallVec<[LadderPlace; 1]>,
) -> Vec<Batch> {
    let mut state = story.states[&member].clone();
    touch(&mut state, day(days));
    let merge =
        Merge { into: "薄-2".into(), actor: "support:lin".into(), reason: "one person, two cards".into() };
    let gone = Decision::MergedInto(MergedInto { into: "薄-2".into(), balances: state.balances.clone() });
    let come = Decision::MergedFrom(MergedFrom {
        from: name.into(),
        state: Box::new(state),
        ladders,
        grants: smallvec![],
    });
    vec![said(member, days, None, Fact::MergeRequested(merge), vec![gone]), followed(BO, days, vec![come])]
}
