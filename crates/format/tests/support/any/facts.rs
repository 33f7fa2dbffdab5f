//! Any fact.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use tallybook_core::fact::{
    Activity, Adjustment, BenefitRestoration, BenefitUse, Block, Capture, Closure, Enrolment, ExpiryChange,
    Fact, Fulfilment, HoldRequest, Line, Merge, NewEnd, Order, Price, Profile, Publication, Purchase,
    Purpose, Redemption, Reinstatement, Release, Return, ReturnedLine, ReturnedPart, Reversal, Shortfall,
    TierRequest, TierRevocation, TierTerm, Transfer, VoucherUse, WriteOff,
};
use tallybook_core::money::CurrencyCode;
use tallybook_core::programme::plan::OnClose;

use super::{birthday, cow, hash, instant, integer, lot_number, money, points};

fn profile() -> impl Strategy<Value = Profile<'static>> {
    (birthday(), vec(cow(), 0..20), vec((cow(), cow()), 0..4))
        .prop_map(|(birthday, segments, attributes)| Profile { birthday, segments, attributes })
}

fn line() -> impl Strategy<Value = Line<'static>> {
    let texts = (option::of(cow()), option::of(cow()), option::of(cow()), option::of(cow()));
    (texts, integer(), money(), money(), money(), vec(cow(), 0..3)).prop_map(
        |((id, sku, category, brand), quantity, amount, discount, tax, tags)| Line {
            id,
            quantity,
            amount,
            discount,
            tax,
            sku,
            category,
            brand,
            tags,
        },
    )
}

fn currency_code() -> impl Strategy<Value = CurrencyCode> {
    "[A-Z]{3}".prop_map(|code| CurrencyCode::parse(&code).expect("three capital letters"))
}

fn price() -> impl Strategy<Value = Price> {
    (money(), currency_code()).prop_map(|(amount, currency)| Price { amount, currency })
}

fn order() -> impl Strategy<Value = Order<'static>> {
    let texts = (cow(), currency_code(), option::of(cow()), option::of(cow()));
    (texts, (money(), money(), money()), option::of(cow()), vec(line(), 0..20)).prop_map(
        |((id, currency, channel, store), (shipping, points, stored_value), redemption, lines)| Order {
            id,
            currency,
            channel,
            store,
            shipping,
            paid_with_points: points,
            paid_with_stored_value: stored_value,
            redemption,
            lines,
        },
    )
}

fn returned_part() -> impl Strategy<Value = ReturnedPart> {
    prop_oneof![
        Just(ReturnedPart::All),
        integer().prop_map(ReturnedPart::Quantity),
        money().prop_map(ReturnedPart::Amount)
    ]
}

fn purpose() -> impl Strategy<Value = Purpose<'static>> {
    prop_oneof![
        cow().prop_map(Purpose::Reward),
        (cow(), option::of(hash())).prop_map(|(what, code)| Purpose::Voucher { what, code }),
        money().prop_map(|order_total| Purpose::CashOff { order_total })
    ]
}

fn adjustment() -> impl Strategy<Value = Adjustment<'static>> {
    let shortfall = prop_oneof![Just(Shortfall::FloorAtZero), Just(Shortfall::Arrears)];
    (cow(), points(), shortfall, cow(), cow(), option::of(any::<u64>())).prop_map(
        |(currency, points, shortfall, actor, reason, about)| Adjustment {
            currency,
            points,
            shortfall,
            actor,
            reason,
            about,
        },
    )
}

fn returned() -> impl Strategy<Value = Return<'static>> {
    (cow(), cow(), vec((cow(), returned_part()), 0..20), option::of(points())).prop_map(
        |(id, order, lines, points_back)| Return {
            id,
            order,
            lines: lines.into_iter().map(|(line, part)| ReturnedLine { line, part }).collect(),
            points_back,
        },
    )
}

fn activity() -> impl Strategy<Value = Activity<'static>> {
    let texts = (option::of(cow()), cow(), option::of(cow()), option::of(cow()));
    (texts, option::of(price()), option::of(any::<u8>()), vec(cow(), 0..4)).prop_map(
        |((id, kind, channel, store), amount, score, tags)| Activity {
            id,
            kind,
            amount,
            score,
            channel,
            store,
            tags,
        },
    )
}

fn spending() -> impl Strategy<Value = Fact<'static>> {
    prop_oneof![
        (cow(), cow(), points(), any::<bool>(), purpose()).prop_map(
            |(id, currency, points, partial, purpose)| {
                Fact::RedemptionRequested(Redemption { id, currency, points, partial, purpose })
            }
        ),
        (cow(), option::of(points()))
            .prop_map(|(redemption, points)| Fact::ReversalRequested(Reversal { redemption, points })),
        (cow(), cow(), points(), instant(), purpose()).prop_map(
            |(id, currency, points, expires_at, purpose)| {
                Fact::HoldRequested(HoldRequest { id, currency, points, expires_at, purpose })
            }
        ),
        (cow(), option::of(points()))
            .prop_map(|(hold, points)| Fact::CaptureRequested(Capture { hold, points })),
        cow().prop_map(|hold| Fact::ReleaseRequested(Release { hold })),
        hash().prop_map(|code| Fact::VoucherPresented(VoucherUse { code })),
    ]
}

fn by_hand() -> impl Strategy<Value = Fact<'static>> {
    let end = prop_oneof![
        instant().prop_map(NewEnd::At),
        Just(NewEnd::Never),
        any::<u32>().prop_map(NewEnd::PlusDays)
    ];
    prop_oneof![
        adjustment().prop_map(Fact::AdjustmentRequested),
        (cow(), cow(), cow(), points(), any::<bool>()).prop_map(|(id, to, currency, points, gift)| {
            Fact::TransferRequested(Transfer { id, to, currency, points, gift })
        }),
        (cow(), cow(), points(), option::of(price()), option::of(cow())).prop_map(
            |(id, currency, points, price, giver)| {
                Fact::PointsPurchased(Purchase { id, currency, points, price, giver })
            }
        ),
        (cow(), option::of(points()), cow(), cow()).prop_map(|(currency, points, actor, reason)| {
            Fact::WriteOffRequested(WriteOff { currency, points, actor, reason })
        }),
        (cow(), option::of(lot_number()), end, cow(), cow()).prop_map(
            |(currency, lot, to, actor, reason)| {
                Fact::ExpiryChangeRequested(ExpiryChange { currency, lot, to, actor, reason })
            }
        ),
        (lot_number(), option::of(instant()), cow(), cow()).prop_map(|(lot, expires_at, actor, reason)| {
            Fact::ReinstatementRequested(Reinstatement { lot, expires_at, actor, reason })
        }),
    ]
}

fn standing() -> impl Strategy<Value = Fact<'static>> {
    let on_close = prop_oneof![Just(OnClose::Forfeit), Just(OnClose::Keep)];
    prop_oneof![
        (cow(), cow(), cow()).prop_map(|(into, actor, reason)| Fact::MergeRequested(Merge {
            into,
            actor,
            reason
        })),
        (option::of(on_close), cow(), cow())
            .prop_map(|(points, actor, reason)| Fact::ClosureRequested(Closure { points, actor, reason })),
        (any::<bool>(), any::<bool>(), cow(), cow()).prop_map(|(earning, redeeming, actor, reason)| {
            Fact::BlockRequested(Block { earning, redeeming, actor, reason })
        }),
    ]
}

fn tiers() -> impl Strategy<Value = Fact<'static>> {
    let term =
        prop_oneof![instant().prop_map(TierTerm::Until), Just(TierTerm::Open), Just(TierTerm::Challenge)];
    prop_oneof![
        (cow(), cow(), term, cow(), cow()).prop_map(|(ladder, tier, term, actor, reason)| {
            Fact::TierRequested(TierRequest { ladder, tier, term, actor, reason })
        }),
        (cow(), cow(), cow()).prop_map(|(ladder, actor, reason)| {
            Fact::TierRevoked(TierRevocation { ladder, actor, reason })
        }),
        (cow(), cow(), integer()).prop_map(|(id, benefit, times)| Fact::BenefitRequested(BenefitUse {
            id,
            benefit,
            times
        })),
        (cow(), integer(), cow(), cow()).prop_map(|(benefit, times, actor, reason)| {
            Fact::BenefitReturned(BenefitRestoration { benefit, times, actor, reason })
        }),
    ]
}

pub fn fact() -> impl Strategy<Value = Fact<'static>> {
    prop_oneof![
        1 => (profile(), option::of(cow()))
            .prop_map(|(profile, referred_by)| Fact::MemberEnrolled(Enrolment { profile, referred_by })),
        1 => profile().prop_map(Fact::ProfileChanged),
        1 => order().prop_map(Fact::OrderPlaced),
        1 => returned().prop_map(Fact::OrderReturned),
        1 => cow().prop_map(|order| Fact::OrderFulfilled(Fulfilment { order })),
        1 => activity().prop_map(Fact::ActivityRecorded),
        1 => (instant(), cow()).prop_map(|(effective_from, source)| {
            Fact::ProgrammePublished(Publication { effective_from, source })
        }),
        6 => spending(),
        6 => by_hand(),
        3 => standing(),
        4 => tiers(),
    ]
    .boxed()
}
