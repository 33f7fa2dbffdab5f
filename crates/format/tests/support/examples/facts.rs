//! Facts.

use tallybook_core::calendar::{Instant, MonthDay};
use tallybook_core::fact::{
    Activity, Adjustment, BenefitRestoration, BenefitUse, Block, Capture, Closure, Enrolment, ExpiryChange,
    Fact, Fulfilment, HoldRequest, Line, Merge, NewEnd, Order, Price, Profile, Publication, Purchase,
    Purpose, Redemption, Reinstatement, Release, Return, ReturnedLine, ReturnedPart, Reversal, Shortfall,
    TierRequest, TierRevocation, TierTerm, Transfer, VoucherUse, WriteOff,
};
use tallybook_core::ids::LotNumber;
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;
use tallybook_core::programme::plan::OnClose;

use super::{CODE, END};

/// The name of a fixture file, the key, and the fact.
type Example = (&'static str, Option<&'static str>, Fact<'static>);

/// Every example of a fact.
pub fn facts() -> Vec<Example> {
    [first(), second(), doings(), corrections(), standing(), tiers()].concat()
}

fn usd() -> CurrencyCode {
    CurrencyCode::parse("USD").expect("USD is a code")
}

pub fn profile() -> Profile<'static> {
    Profile {
        birthday: MonthDay::new(2, 29),
        segments: vec!["vip".into(), "常客".into()],
        attributes: vec![("home_store".into(), "330".into())],
    }
}

/// Three lines as a grocer's till would send them, under the order's natural key.
pub fn simple_order() -> Order<'static> {
    let line =
        |quantity, amount, discount, sku: &'static str, category: &'static str, brand: &'static str| Line {
            quantity,
            amount: Money(amount),
            discount: Money(discount),
            sku: Some(sku.into()),
            category: Some(category.into()),
            brand: Some(brand.into()),
            ..Line::default()
        };
    Order {
        id: "31198705046".into(),
        currency: usd(),
        channel: None,
        store: Some("330".into()),
        shipping: Money::ZERO,
        paid_with_points: Money::ZERO,
        paid_with_stored_value: Money::ZERO,
        redemption: None,
        lines: vec![
            line(1, 399, 0, "1082185", "PRODUCE", "National"),
            line(2, 598, 100, "995242", "GROCERY", "Private"),
            line(1, 1250, 0, "916122", "MEAT", "National"),
        ],
    }
}

pub fn full_order() -> Order<'static> {
    let mut order = simple_order();
    order.channel = Some("web".into());
    order.shipping = Money(500);
    order.paid_with_points = Money(100);
    order.paid_with_stored_value = Money(1);
    order.lines.truncate(1);
    let line = &mut order.lines[0];
    line.id = Some("L-1".into());
    line.tax = Money(i64::MAX);
    line.tags = vec!["coupon".into(), "promo".into()];
    order.lines.push(Line { quantity: 0, ..Line::default() });
    order
}

fn redemption(purpose: Purpose<'static>) -> Fact<'static> {
    Fact::RedemptionRequested(Redemption {
        id: "R-7".into(),
        currency: "points".into(),
        points: Points(500),
        partial: false,
        purpose,
    })
}

/// What the first release stored.
fn first() -> Vec<Example> {
    vec![
        (
            "001-1-member-enrolled",
            None,
            Fact::MemberEnrolled(Enrolment { profile: profile(), referred_by: None }),
        ),
        ("001-1-member-enrolled-bare", None, Fact::MemberEnrolled(Enrolment::default())),
        ("002-1-profile-changed", Some("crm/88"), Fact::ProfileChanged(profile())),
        ("003-1-order-placed", None, Fact::OrderPlaced(simple_order())),
        ("003-1-order-placed-full", Some("till/9"), Fact::OrderPlaced(full_order())),
        (
            "004-1-order-returned",
            None,
            Fact::OrderReturned(Return {
                id: "RET-1".into(),
                order: "31198705046".into(),
                lines: vec![
                    ReturnedLine { line: "1".into(), part: ReturnedPart::All },
                    ReturnedLine { line: "2".into(), part: ReturnedPart::Quantity(1) },
                    ReturnedLine { line: "3".into(), part: ReturnedPart::Amount(Money(625)) },
                ],
                points_back: None,
            }),
        ),
        ("005-1-redemption-reward", None, redemption(Purpose::Reward("mug".into()))),
        ("005-1-redemption-voucher", None, redemption(Purpose::Voucher { what: "V10".into(), code: None })),
        ("005-1-redemption-cash", Some("k"), redemption(Purpose::CashOff { order_total: Money(4000) })),
        (
            "006-1-reversal-requested",
            Some("undo/1"),
            Fact::ReversalRequested(Reversal { redemption: "R-7".into(), points: Some(Points(200)) }),
        ),
        (
            "006-1-reversal-requested-all",
            Some("undo/2"),
            Fact::ReversalRequested(Reversal { redemption: "R-7".into(), points: None }),
        ),
        (
            "007-1-adjustment-requested",
            Some("case/12"),
            Fact::AdjustmentRequested(Adjustment {
                currency: "points".into(),
                points: Points(-40),
                shortfall: Shortfall::Arrears,
                actor: "support:mei".into(),
                reason: "credited twice".into(),
                about: Some(70_000),
            }),
        ),
        (
            "008-1-programme-published",
            Some("programme/1"),
            Fact::ProgrammePublished(Publication {
                effective_from: Instant(-1),
                source: "name = \"Journey Rewards\"\n".into(),
            }),
        ),
    ]
}

/// What takes the second version of a body.
fn second() -> Vec<Example> {
    let mut paid = full_order();
    paid.redemption = Some("R-7".into());
    let returned = |points_back| {
        Fact::OrderReturned(Return {
            id: "RET-1".into(),
            order: "31198705046".into(),
            lines: vec![ReturnedLine { line: "1".into(), part: ReturnedPart::All }],
            points_back: Some(points_back),
        })
    };
    let enrolled =
        |profile| Fact::MemberEnrolled(Enrolment { profile, referred_by: Some("member-会员-1".into()) });
    let voucher = redemption(Purpose::Voucher { what: "V10".into(), code: Some(CODE) });
    vec![
        ("001-2-member-enrolled", Some("crm/1"), enrolled(profile())),
        ("001-2-member-enrolled-bare", None, enrolled(Profile::default())),
        (
            "003-2-order-placed",
            None,
            Fact::OrderPlaced(Order { redemption: Some("R-7".into()), ..simple_order() }),
        ),
        ("003-2-order-placed-full", Some("till/9"), Fact::OrderPlaced(paid)),
        ("004-2-order-returned", None, returned(Points(250))),
        ("004-2-order-returned-none-back", None, returned(Points(0))),
        ("005-2-redemption-voucher", None, voucher),
    ]
}

/// Fulfilment, activities, holds and vouchers.
fn doings() -> Vec<Example> {
    let hold = |purpose| {
        Fact::HoldRequested(HoldRequest {
            id: "H-1".into(),
            currency: "points".into(),
            points: Points(500),
            expires_at: END,
            purpose,
        })
    };
    let activity = Activity {
        id: Some("A-1".into()),
        kind: "survey".into(),
        amount: Some(Price { amount: Money(1_999), currency: usd() }),
        score: Some(10),
        channel: Some("app".into()),
        store: Some("330".into()),
        tags: vec!["spring".into()],
    };
    let check_in = Activity { kind: "check_in".into(), ..Activity::default() };
    let capture = |points| Fact::CaptureRequested(Capture { hold: "H-1".into(), points });
    vec![
        ("010-1-order-fulfilled", None, Fact::OrderFulfilled(Fulfilment { order: "31198705046".into() })),
        ("011-1-activity-recorded", Some("app/1"), Fact::ActivityRecorded(check_in)),
        ("011-1-activity-recorded-full", None, Fact::ActivityRecorded(activity)),
        ("020-1-hold-reward", None, hold(Purpose::Reward("mug".into()))),
        ("020-1-hold-voucher", None, hold(Purpose::Voucher { what: "V10".into(), code: None })),
        ("020-1-hold-cash", Some("k"), hold(Purpose::CashOff { order_total: Money(4000) })),
        ("021-1-capture-requested", Some("till/10"), capture(Some(Points(200)))),
        ("021-1-capture-requested-all", None, capture(None)),
        ("022-1-release-requested", None, Fact::ReleaseRequested(Release { hold: "H-1".into() })),
        ("023-1-voucher-presented", Some("till/11"), Fact::VoucherPresented(VoucherUse { code: CODE })),
    ]
}

/// Points that change hands, and what is done by hand.
fn corrections() -> Vec<Example> {
    let transfer = Transfer {
        id: "T-1".into(),
        to: "lan".into(),
        currency: "points".into(),
        points: Points(300),
        gift: true,
    };
    let purchase = |price, giver| {
        Fact::PointsPurchased(Purchase {
            id: "P-1".into(),
            currency: "points".into(),
            points: Points(1_000),
            price,
            giver,
        })
    };
    let price = Price { amount: Money(999), currency: usd() };
    let write_off = |points| {
        Fact::WriteOffRequested(WriteOff {
            currency: "points".into(),
            points,
            actor: "support:mei".into(),
            reason: "goodwill".into(),
        })
    };
    let expiry = |lot, to| {
        Fact::ExpiryChangeRequested(ExpiryChange {
            currency: "points".into(),
            lot,
            to,
            actor: "support:mei".into(),
            reason: "shop was closed".into(),
        })
    };
    let reinstate = |expires_at| {
        Fact::ReinstatementRequested(Reinstatement {
            lot: LotNumber(12),
            expires_at,
            actor: "support:mei".into(),
            reason: "goodwill".into(),
        })
    };
    vec![
        ("030-1-transfer-requested", None, Fact::TransferRequested(transfer)),
        ("031-1-points-purchased", None, purchase(None, None)),
        ("031-1-points-purchased-full", Some("shop/5"), purchase(Some(price), Some("grandma".into()))),
        ("032-1-write-off-requested", Some("case/13"), write_off(Some(Points(40)))),
        ("032-1-write-off-requested-all", Some("case/14"), write_off(None)),
        ("033-1-expiry-change-at", Some("case/15"), expiry(Some(LotNumber(12)), NewEnd::At(END))),
        ("033-1-expiry-change-never", Some("case/16"), expiry(None, NewEnd::Never)),
        ("033-1-expiry-change-days", Some("case/17"), expiry(None, NewEnd::PlusDays(365))),
        ("034-1-reinstatement-requested", Some("case/18"), reinstate(None)),
        ("034-1-reinstatement-requested-until", Some("case/19"), reinstate(Some(END))),
    ]
}

/// What becomes of members.
fn standing() -> Vec<Example> {
    let closure = |points| {
        Fact::ClosureRequested(Closure {
            points,
            actor: "app".into(),
            reason: "asked to be forgotten".into(),
        })
    };
    let merge = Merge { into: "lan".into(), actor: "support:mei".into(), reason: "two cards".into() };
    let block = Block { earning: false, redeeming: true, actor: "fraud".into(), reason: "case 7".into() };
    vec![
        ("040-1-merge-requested", None, Fact::MergeRequested(merge)),
        ("041-1-closure-requested", None, closure(None)),
        ("041-1-closure-requested-keep", Some("gdpr/1"), closure(Some(OnClose::Keep))),
        ("042-1-block-requested", Some("fraud/7"), Fact::BlockRequested(block)),
    ]
}

/// Tiers by hand, and benefits.
fn tiers() -> Vec<Example> {
    let tier = |term| {
        Fact::TierRequested(TierRequest {
            ladder: "status".into(),
            tier: "gold".into(),
            term,
            actor: "support:mei".into(),
            reason: "gold elsewhere".into(),
        })
    };
    let revocation = TierRevocation {
        ladder: "status".into(),
        actor: "support:mei".into(),
        reason: "not gold elsewhere".into(),
    };
    let used = BenefitUse { id: "U-1".into(), benefit: "lounge".into(), times: 2 };
    let returned = BenefitRestoration {
        benefit: "lounge".into(),
        times: 300,
        actor: "support:mei".into(),
        reason: "lounge was closed".into(),
    };
    vec![
        ("050-1-tier-requested-until", Some("case/20"), tier(TierTerm::Until(END))),
        ("050-1-tier-requested-open", Some("case/21"), tier(TierTerm::Open)),
        ("050-1-tier-requested-challenge", Some("case/22"), tier(TierTerm::Challenge)),
        ("051-1-tier-revoked", Some("case/23"), Fact::TierRevoked(revocation)),
        ("052-1-benefit-requested", None, Fact::BenefitRequested(used)),
        ("053-1-benefit-returned", Some("case/24"), Fact::BenefitReturned(returned)),
    ]
}
