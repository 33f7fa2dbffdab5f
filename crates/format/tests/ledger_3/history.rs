//! A third small history, with tiers in full: tiers that are lent, given and revoked, referrals and activities that count for
//! them, benefits, what goes over into the next period, and bodies in the versions that say so.
//!
//! The decisions are written by hand, as an engine might have come to them.

use smallvec::{SmallVec, smallvec};
use tallybook_core::apply::touch;
use tallybook_core::calendar::Day;
use tallybook_core::event::{
    BenefitRestored, BenefitUsed, CapEntry, ChallengeFigures, ClawedBack, Counted, Decision, Expired,
    Figures, FiguresCarried, GrantEnd, LadderPlace, LotCancelled, MergedFrom, MergedInto, MetricEntry,
    NewLot, PointsEarned, ReferralCancelled, ReferralPaid, Take, TierChanged, TierGrant, TierGrantEnded,
    TierGranted, TierReason, Trigger,
};
use tallybook_core::fact::{
    Activity, BenefitRestoration, BenefitUse, Fact, Merge, Publication, Return, TierRequest, TierRevocation,
    TierTerm,
};
use tallybook_core::ids::{ActivityNumber, CapNumber, LadderNumber, LotNumber, TierNumber, VersionNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;
use tallybook_log::LedgerId;

use crate::support::history::Batch;
use crate::support::story::{POINTS, Story, day, earned, followed, joined, lot, order, said};

/// The ledger's id.
pub const LEDGER: LedgerId = LedgerId(*b"frozen ledger v3");

const FEN: u32 = 1;
const GAO: u32 = 2;
const HE: u32 = 3;

const STATUS: LadderNumber = LadderNumber(0);
const BASIC: TierNumber = TierNumber(0);
const SILVER: TierNumber = TierNumber(1);
const GOLD: TierNumber = TierNumber(2);

/// 1 January of the year of the story and of the next.
const YEAR: Day = Day(20_454);
const NEXT_YEAR: Day = Day(20_819);

const NONE: Figures =
    Figures { spend: Money::ZERO, points: Points::ZERO, orders: 0, referrals: 0, activities: 0 };
const ONE_REFERRAL: Figures = Figures { referrals: 1, ..NONE };

fn counts(figures: Figures, challenge: bool) -> MetricEntry {
    MetricEntry { ladder: STATUS, bucket: YEAR, figures, challenge }
}

fn ordered(points: i64, orders: i64) -> Figures {
    Figures { spend: Money(2_247 * orders), points: Points(points), orders, ..NONE }
}

/// A lot that is cancelled if the referral falls through within a month.
fn pending(number: u32, points: i64, days: i64) -> NewLot {
    NewLot { activates_at: day(days + 30), ..lot(number, points, days) }
}

fn changed(
    from: TierNumber,
    to: TierNumber,
    why: TierReason,
    figures: Figures,
    until: Option<i64>,
) -> TierChanged {
    let thresholds = Figures { orders: 1, ..NONE };
    TierChanged {
        ladder: STATUS,
        version: VersionNumber(1),
        from,
        to,
        why,
        figures,
        thresholds,
        until: until.map(day),
        counted_from: None,
        lifetime: None,
    }
}

fn asked_for(tier: &'static str, term: TierTerm) -> Fact<'static> {
    Fact::TierRequested(TierRequest {
        ladder: "status".into(),
        tier: tier.into(),
        term,
        actor: "support:lin".into(),
        reason: "has it elsewhere".into(),
    })
}

fn grant(tier: TierNumber, since: i64, until: Option<i64>, asked: Option<Figures>) -> TierGrant {
    let challenge = asked.map(|asked| ChallengeFigures { all: true, asked, reached: NONE });
    TierGrant { tier, since: day(since), until: until.map(day), challenge }
}

fn granted(grant: TierGrant) -> Decision {
    Decision::TierGranted(TierGranted { ladder: STATUS, grant })
}

fn ended(tier: TierNumber, why: GrantEnd) -> Decision {
    Decision::TierGrantEnded(TierGrantEnded { ladder: STATUS, tier, why })
}

fn published(version: &'static str, days: i64, source: &'static str) -> Batch {
    let publication = Publication { effective_from: day(days), source: source.into() };
    said(0, days, Some(version), Fact::ProgrammePublished(publication), vec![])
}

/// Every batch of the ledger, in parts of one member each.
pub fn batches() -> Vec<Vec<Batch>> {
    let mut story = Story::default();
    story.tell([published("programme/1", 0, "name = \"Frozen, with tiers\"\n")]);
    lend_and_refer(&mut story);
    use_and_give_back(&mut story);
    fall_through(&mut story);
    give_and_revoke(&mut story);
    begin_another_year(&mut story);
    become_one(&mut story);
    story.batches
}

/// A tier that is lent, and earned by a referral; one that is lent and comes to nothing.
fn lend_and_refer(story: &mut Story) {
    story.tell([joined(FEN, "fen", 1, None)]);
    story.tell([joined(GAO, "高-2", 2, Some("fen"))]);
    let lent = granted(grant(GOLD, 3, Some(93), Some(ONE_REFERRAL)));
    story.tell([said(FEN, 3, Some("case/1"), asked_for("gold", TierTerm::Challenge), vec![lent])]);
    let lent = granted(grant(SILVER, 4, Some(94), Some(ordered(0, 2))));
    story.tell([said(GAO, 4, Some("case/2"), asked_for("silver", TierTerm::Challenge), vec![lent])]);

    let first = PointsEarned {
        metrics: smallvec![counts(ordered(40, 1), true)],
        ..earned(Trigger::Order, &[lot(1, 40, 6)])
    };
    let welcome =
        PointsEarned { caps: smallvec![limit(20)], ..earned(Trigger::Referred, &[pending(2, 20, 6)]) };
    let thanks = PointsEarned {
        metrics: smallvec![counts(ONE_REFERRAL, true)],
        ..earned(Trigger::Referrer, &[pending(1, 30, 6)])
    };
    let paid = ReferralPaid {
        referrer: "fen".into(),
        lots: smallvec![LotNumber(2)],
        referrer_lots: smallvec![LotNumber(1)],
        counted: Counted {
            caps: smallvec![CapEntry { room: Points::ZERO, ..limit(20) }],
            metrics: smallvec![],
        },
        referrer_counted: Counted { caps: smallvec![], metrics: thanks.metrics.iter().copied().collect() },
    };
    let met = TierChanged {
        thresholds: ONE_REFERRAL,
        ..changed(BASIC, GOLD, TierReason::ChallengeMet, ONE_REFERRAL, Some(726))
    };
    story.tell([
        said(
            GAO,
            6,
            None,
            order("A", None),
            vec![
                Decision::PointsEarned(first),
                Decision::PointsEarned(welcome),
                Decision::ReferralPaid(paid),
            ],
        ),
        followed(
            FEN,
            6,
            vec![
                Decision::PointsEarned(thanks),
                Decision::TierChanged(met),
                Decision::PointsEarned(earned(Trigger::TierReached, &[lot(2, 100, 6)])),
            ],
        ),
    ]);
}

/// The most that referrals give a member in a year.
fn limit(used: i64) -> CapEntry {
    CapEntry { cap: CapNumber(0), period: YEAR, room: Points(200), used: Points(used) }
}

/// An activity that counts, and a benefit of the tier.
fn use_and_give_back(story: &mut Story) {
    let visit = Figures { activities: 1, ..NONE };
    let checked_in = PointsEarned {
        activity: Some(ActivityNumber(0)),
        metrics: smallvec![counts(visit, false)],
        ..earned(Trigger::Activity, &[])
    };
    let activity = Activity { id: Some("visit-1".into()), kind: "check-in".into(), ..Activity::default() };
    let made = vec![Decision::PointsEarned(checked_in)];
    story.tell([said(FEN, 7, None, Fact::ActivityRecorded(activity), made)]);

    let count = CapEntry { cap: CapNumber(5), period: YEAR, room: Points(6), used: Points(2) };
    let used = BenefitUsed { version: VersionNumber(1), tier: GOLD, count };
    let asked = BenefitUse { id: "U-1".into(), benefit: "lounge".into(), times: 2 };
    story.tell([said(FEN, 8, None, Fact::BenefitRequested(asked), vec![Decision::BenefitUsed(used)])]);
    let restored = BenefitRestored { count: CapEntry { room: Points(4), used: Points(-1), ..count } };
    let returned = BenefitRestoration {
        benefit: "lounge".into(),
        times: 1,
        actor: "support:lin".into(),
        reason: "the lounge was full".into(),
    };
    let made = vec![Decision::BenefitRestored(restored)];
    story.tell([said(FEN, 9, Some("case/3"), Fact::BenefitReturned(returned), made)]);
}

/// The order comes back, and the referral falls through on both sides.
fn fall_through(story: &mut Story) {
    let take = Take {
        currency: POINTS,
        points: Points(40),
        points_total: Points(40),
        expired: Points::ZERO,
        from_pending: smallvec![],
        from_available: smallvec![story.draw(GAO, 1, 40)],
        arrears: Points::ZERO,
        waived: Points::ZERO,
    };
    let clawed = ClawedBack {
        takes: smallvec![take],
        caps: smallvec![],
        metrics: smallvec![counts(ordered(-40, -1), true)],
        whole: true,
        budgets: smallvec![],
        cooldowns: smallvec![],
        referral_cancelled: true,
    };
    let lost = |lot, points| {
        Decision::LotCancelled(LotCancelled { lot: LotNumber(lot), currency: POINTS, points: Points(points) })
    };
    let cancelled =
        |caps, metrics| Decision::ReferralCancelled(ReferralCancelled { counted: Counted { caps, metrics } });
    let given_back = CapEntry { room: Points::ZERO, ..limit(-20) };
    let no_referral = counts(Figures { referrals: -1, ..NONE }, false);
    let left = Figures { activities: 1, ..NONE };
    let demoted = changed(GOLD, BASIC, TierReason::Returned, left, None);
    let returned = Return { id: "RA".into(), order: "A".into(), lines: vec![], points_back: None };
    story.tell([
        said(
            GAO,
            10,
            None,
            Fact::OrderReturned(returned),
            vec![Decision::ClawedBack(clawed), lost(2, 20), cancelled(smallvec![given_back], smallvec![])],
        ),
        followed(
            FEN,
            10,
            vec![lost(1, 30), cancelled(smallvec![], smallvec![no_referral]), Decision::TierChanged(demoted)],
        ),
    ]);
}

/// Tiers given by hand: one for as long as nobody revokes it, one that is revoked; and the end of the one that was lent.
fn give_and_revoke(story: &mut Story) {
    story.tell([joined(HE, "he", 12, None)]);
    let given = granted(grant(GOLD, 13, None, None));
    story.tell([said(HE, 13, Some("case/4"), asked_for("gold", TierTerm::Open), vec![given])]);
    let given = granted(grant(SILVER, 14, Some(30), None));
    story.tell([said(FEN, 14, Some("case/5"), asked_for("silver", TierTerm::Until(day(30))), vec![given])]);
    let revocation = TierRevocation {
        ladder: "status".into(),
        actor: "support:lin".into(),
        reason: "has it nowhere".into(),
    };
    let made = vec![ended(SILVER, GrantEnd::Revoked)];
    story.tell([said(FEN, 15, Some("case/6"), Fact::TierRevoked(revocation), made)]);
    story.tell([followed(GAO, 94, vec![ended(SILVER, GrantEnd::Expired)])]);
}

/// A version of the programme with other thresholds, and the end of the year: a tier is kept, and what is left goes over.
fn begin_another_year(story: &mut Story) {
    let first = PointsEarned {
        metrics: smallvec![counts(ordered(25, 1), false)],
        ..earned(Trigger::Order, &[lot(1, 25, 99)])
    };
    let silver = changed(BASIC, SILVER, TierReason::Upgraded, ordered(25, 1), Some(726));
    let made = vec![Decision::PointsEarned(first), Decision::TierChanged(silver)];
    story.tell([said(HE, 99, None, order("A", None), made)]);
    story.tell([published("programme/2", 100, "name = \"Frozen, with other tiers\"\n")]);
    let version = VersionNumber(2);
    let gold =
        TierChanged { version, ..changed(SILVER, GOLD, TierReason::Reevaluated, ordered(25, 1), Some(726)) };
    story.tell([followed(HE, 100, vec![Decision::TierChanged(gold)])]);

    let kept = TierChanged { version, ..changed(GOLD, GOLD, TierReason::Kept, ordered(25, 1), Some(1_091)) };
    let over = FiguresCarried {
        ladder: STATUS,
        version,
        into: NEXT_YEAR,
        figures: Figures { spend: Money(247), ..NONE },
    };
    story.tell([followed(
        HE,
        361,
        vec![
            Decision::TierChanged(kept),
            Decision::PointsEarned(earned(Trigger::TierKept, &[lot(2, 50, 361)])),
            Decision::FiguresCarried(over),
        ],
    )]);
    let expired = Expired { lot: LotNumber(2), currency: POINTS, points: Points(100) };
    story.tell([followed(FEN, 371, vec![Decision::Expired(expired)])]);
}

/// A merge with everything that a ladder has.
fn become_one(story: &mut Story) {
    let mut state = story.states[&HE].clone();
    touch(&mut state, day(400));
    let merge =
        Merge { into: "fen".into(), actor: "support:lin".into(), reason: "one person, two cards".into() };
    let gone = Decision::MergedInto(MergedInto { into: "fen".into(), balances: state.balances.clone() });
    let place = LadderPlace {
        ladder: STATUS,
        tier: GOLD,
        since: day(100),
        until: Some(day(1_091)),
        grace: false,
        counted_from: None,
    };
    let grants: SmallVec<[TierGranted; 0]> =
        smallvec![TierGranted { ladder: STATUS, grant: grant(GOLD, 13, None, None) }];
    let come = Decision::MergedFrom(MergedFrom {
        from: "he".into(),
        state: Box::new(state),
        ladders: smallvec![place],
        grants,
    });
    story
        .tell([said(HE, 400, None, Fact::MergeRequested(merge), vec![gone]), followed(FEN, 400, vec![come])]);
    let anniversary = earned(Trigger::TierAnniversary, &[lot(5, 10, 465)]);
    let expired = Expired { lot: LotNumber(3), currency: POINTS, points: Points(25) };
    story.tell([followed(FEN, 464, vec![Decision::Expired(expired)])]);
    story.tell([followed(FEN, 465, vec![Decision::PointsEarned(anniversary)])]);
}
