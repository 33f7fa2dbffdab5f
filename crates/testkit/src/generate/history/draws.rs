//! Moves drawn at random.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::MEMBERS;
use super::moves::{
    Act, ActivityDraw, Ahead, EndDraw, HoldEnd, LineDraw, Move, Opening, OrderDraw, PartDraw, PointsDraw,
    ProfileDraw, PurposeDraw, ReturnDraw, SpendDraw, TermDraw, UNKNOWN, When,
};
use crate::generate::vocabulary::{
    ACTIVITIES, ATTRIBUTE, BRANDS, CATEGORIES, CHANNELS, SEGMENTS, SKUS, STORES, TAGS,
};

pub(super) fn one_move() -> impl Strategy<Value = Move> {
    // Most of it happens to one member, so that orders, debts and tiers build up.
    let member = prop_oneof![6 => Just(0), 3 => Just(1), 1 => Just(MEMBERS - 1)];
    (member, when().boxed(), act()).prop_map(|(member, when, act)| Move { member, when, act })
}

/// How each member comes in: the first often with a profile, the second often brought by the first.
pub(super) fn openings() -> impl Strategy<Value = [Option<Opening>; MEMBERS]> {
    let opening = |referrer: BoxedStrategy<Option<usize>>| {
        (profile(), referrer).prop_map(|(profile, referrer)| Opening { profile, referrer })
    };
    let nobody = prop_oneof![9 => Just(None), 1 => select(vec![0, UNKNOWN]).prop_map(Some)].boxed();
    let somebody = prop_oneof![1 => Just(None), 4 => Just(Some(0))].boxed();
    let anybody = prop_oneof![1 => Just(None), 2 => (0..MEMBERS).prop_map(Some)].boxed();
    (weighted(0.5, opening(nobody)), weighted(0.7, opening(somebody)), weighted(0.3, opening(anybody)))
        .prop_map(|(first, second, third)| [first, second, third])
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        3 => Just(When::Same),
        6 => (1..=600_i64).prop_map(When::Minutes),
        8 => (1..=20_i64).prop_map(When::Days),
        2 => (20..=200_i64).prop_map(When::Days),
        3 => Just(When::NextMidnight),
        2 => Just(When::JustBeforeMidnight),
        3 => Just(When::NextMonth),
        2 => Just(When::NextYear),
        3 => (1..=40_i64).prop_map(When::LateDays),
        1 => (1..=450_i64).prop_map(When::LateDays),
        1 => (0..=60_i64).prop_map(When::LateMidnight),
        1 => select(vec![1_i64, 300, 300, 301, 100_000]).prop_map(When::AheadSeconds),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    // Leaving comes seldom, as nothing comes after it.
    prop_oneof![
        34 => buying().boxed(),
        10 => doing().boxed(),
        24 => spending().boxed(),
        12 => changing_hands().boxed(),
        10 => by_hand().boxed(),
        9 => about_tiers().boxed(),
        4 => being_a_member().boxed(),
        2 => prop_oneof![
            (0..40_usize).prop_map(|which| Act::Retry { which }),
            (0..40_usize).prop_map(|which| Act::RetryOtherwise { which }),
        ],
    ]
}

fn buying() -> impl Strategy<Value = Act> {
    prop_oneof![
        14 => order().prop_map(Act::Order),
        1 => order().prop_map(Act::SameOrderAgain),
        4 => (spend(), order()).prop_map(|(spend, order)| Act::PaidOrder(spend, order)),
        1 => (earlier(), order()).prop_map(|(which, order)| Act::OrderOfRedemption(which, order)),
        10 => a_return().prop_map(Act::Return),
        1 => (a_return(), order()).prop_map(|(ret, order)| Act::Exchange(ret, order)),
        4 => earlier().prop_map(|which| Act::Fulfil { which }),
    ]
}

fn doing() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => activity().prop_map(Act::Activity),
        3 => (2..=4_usize, activity()).prop_map(|(days, activity)| Act::Streak { days, activity }),
        1 => (activity(), order()).prop_map(|(activity, order)| Act::Together(activity, order)),
    ]
}

fn spending() -> impl Strategy<Value = Act> {
    let hold_end = prop_oneof![
        2 => (1..=600_i64).prop_map(HoldEnd::Minutes),
        7 => (1..=60_i64).prop_map(HoldEnd::Days),
        2 => Just(HoldEnd::NextMidnight),
        1 => Just(HoldEnd::Past),
    ]
    .boxed();
    let some_points = || weighted(0.5, points());
    prop_oneof![
        9 => spend().prop_map(Act::Redeem),
        5 => (earlier(), some_points()).prop_map(|(which, points)| Act::Reverse { which, points }),
        4 => (spend(), hold_end.clone()).prop_map(|(spend, ends)| Act::Hold { spend, ends }),
        3 => (spend(), hold_end, some_points())
            .prop_map(|(spend, ends, points)| Act::HoldAndCapture { spend, ends, points }),
        2 => (earlier(), some_points()).prop_map(|(which, points)| Act::Capture { which, points }),
        2 => earlier().prop_map(|which| Act::Release { which }),
        3 => earlier().prop_map(|which| Act::UseVoucher { which }),
    ]
}

fn changing_hands() -> impl Strategy<Value = Act> {
    let transfer = (other_member(), currency(), spent(), any::<bool>())
        .prop_map(|(to, currency, points, gift)| Act::Transfer { to, currency, points, gift });
    let purchase = (currency(), points(), weighted(0.5, money()), any::<bool>())
        .prop_map(|(currency, points, price, gift)| Act::Purchase { currency, points, price, gift });
    prop_oneof![4 => transfer, 2 => purchase]
}

fn by_hand() -> impl Strategy<Value = Act> {
    let adjust = (currency(), points(), any::<bool>(), any::<bool>()).prop_map(
        |(currency, points, debit, arrears)| Act::Adjust {
            currency,
            points: if debit { -points } else { points },
            arrears,
        },
    );
    let write_off = (currency(), weighted(0.5, prop_oneof![3 => 1..=5_i64, 1 => Just(10_000_i64)]))
        .prop_map(|(currency, points)| Act::WriteOff { currency, points });
    let end = prop_oneof![
        3 => (0..=90_i64).prop_map(EndDraw::InDays),
        1 => Just(EndDraw::Past),
        2 => Just(EndDraw::Never),
        3 => select(vec![1_u32, 30, 400]).prop_map(EndDraw::PlusDays),
    ];
    let change = (currency(), weighted(0.4, 1..=6_u32), end)
        .prop_map(|(currency, lot, to)| Act::ChangeExpiry { currency, lot, to });
    let reinstate = (1..=5_u32, weighted(0.4, prop_oneof![4 => 1..=60_i64, 1 => Just(-1_i64)]))
        .prop_map(|(lot, days)| Act::Reinstate { lot, days });
    prop_oneof![4 => adjust, 4 => write_off, 2 => change, 5 => reinstate]
}

fn about_tiers() -> impl Strategy<Value = Act> {
    let term = prop_oneof![
        3 => Just(TermDraw::Open),
        2 => (1..=2_000_i64).prop_map(TermDraw::Minutes),
        3 => (1..=60_i64).prop_map(TermDraw::Days),
        1 => Just(TermDraw::NextYear),
        1 => Just(TermDraw::Past),
        8 => Just(TermDraw::Challenge),
    ];
    let place = |places: usize| prop_oneof![14 => 0..places, 1 => Just(UNKNOWN)];
    let grant =
        (place(2), place(4), term).prop_map(|(ladder, tier, term)| Act::GrantTier { ladder, tier, term });
    prop_oneof![
        6 => grant,
        2 => place(2).prop_map(|ladder| Act::RevokeTier { ladder }),
        5 => (place(2), 1..=3_i64).prop_map(|(which, times)| Act::UseBenefit { which, times }),
        2 => (place(2), 1..=2_i64).prop_map(|(which, times)| Act::RestoreBenefit { which, times }),
    ]
}

pub(super) fn ahead() -> impl Strategy<Value = Ahead> {
    prop_oneof![
        2 => (1..=3_000_i64).prop_map(Ahead::Minutes),
        2 => Just(Ahead::NextMidnight),
        4 => (1..=120_i64).prop_map(Ahead::Days),
        2 => Just(Ahead::NextYear),
    ]
}

fn being_a_member() -> impl Strategy<Value = Act> {
    let enrol = (profile(), weighted(0.3, 0..MEMBERS))
        .prop_map(|(profile, referrer)| Act::Enrol(Opening { profile, referrer }));
    let seldom = || prop_oneof![2 => Just(false), 1 => Just(true)];
    let block = (seldom(), seldom()).prop_map(|(earning, redeeming)| Act::Block { earning, redeeming });
    prop_oneof![
        4 => enrol,
        4 => profile().prop_map(Act::ChangeProfile),
        6 => block,
        3 => other_member().prop_map(|into| Act::Merge { into }),
        3 => weighted(0.6, any::<bool>()).prop_map(|keep| Act::Close { keep }),
    ]
}

/// Something earlier, counted from the newest, or something that never was.
fn earlier() -> impl Strategy<Value = usize> {
    prop_oneof![12 => Just(0_usize), 6 => 1..4_usize, 1 => Just(UNKNOWN)]
}

/// So many members further on; 0 is the member themselves.
fn other_member() -> impl Strategy<Value = usize> {
    prop_oneof![14 => 1..MEMBERS, 2 => Just(0_usize), 1 => Just(UNKNOWN)]
}

fn currency() -> impl Strategy<Value = usize> {
    prop_oneof![8 => Just(0_usize), 4 => Just(1), 1 => Just(2)]
}

fn points() -> impl Strategy<Value = i64> {
    prop_oneof![6 => 1..=15_i64, 3 => (1..=10_i64).prop_map(|n| n * 10), 1 => 100..=5_000_i64]
}

fn spent() -> impl Strategy<Value = PointsDraw> {
    prop_oneof![
        1 => points().prop_map(PointsDraw::Exactly),
        3 => select(vec![20_i64, 50, 100, 100, 130]).prop_map(PointsDraw::Percent),
    ]
}

fn spend() -> BoxedStrategy<SpendDraw> {
    let purpose = prop_oneof![
        4 => (0..3_usize).prop_map(PurposeDraw::Reward),
        2 => Just(PurposeDraw::AnyReward),
        3 => (prop_oneof![1 => Just(false), 3 => Just(true)], prop_oneof![3 => Just(false), 1 => Just(true)])
            .prop_map(|(has_code, same_code)| PurposeDraw::Voucher { has_code, same_code }),
        4 => money().prop_map(PurposeDraw::Cash),
    ];
    (currency(), spent(), any::<bool>(), purpose)
        .prop_map(|(currency, points, partial, purpose)| SpendDraw { currency, points, partial, purpose })
        .boxed()
}

fn profile() -> BoxedStrategy<ProfileDraw> {
    let birthday = select(vec![(2_u8, 29_u8), (1, 1), (12, 31), (6, 30), (11, 4)]);
    (weighted(0.7, birthday), weighted(0.6, 0..SEGMENTS.len()), weighted(0.6, 0..ATTRIBUTE.1.len()))
        .prop_map(|(birthday, segment, size)| ProfileDraw { birthday, segment, size })
        .boxed()
}

/// Money in minor units: nothing, odd cents, round sums.
fn money() -> impl Strategy<Value = i64> {
    prop_oneof![1 => Just(0_i64), 2 => 1..=999_i64, 4 => (1..=100_i64).prop_map(|n| n * 100), 1 => 1..=60_000_i64]
}

/// Mostly nothing.
fn extra() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(0_i64), 1 => 1..=700_i64]
}

/// One of the programme's money currencies, seldom another.
fn money_place() -> impl Strategy<Value = usize> {
    prop_oneof![24 => 0..2_usize, 1 => Just(UNKNOWN)]
}

fn activity() -> BoxedStrategy<ActivityDraw> {
    let kind = prop_oneof![12 => Just(0_usize), 12 => 1..ACTIVITIES.len(), 1 => Just(UNKNOWN)];
    let score = weighted(0.5, prop_oneof![14 => 0..=10_u8, 1 => Just(11_u8)]);
    let place = (weighted(0.4, 0..CHANNELS.len()), weighted(0.4, 0..STORES.len()), 0..=TAGS.len());
    (kind, any::<bool>(), weighted(0.5, (money_place(), money())), score, place)
        .prop_map(|(kind, is_named, amount, score, (channel, store, tag))| ActivityDraw {
            kind,
            is_named,
            amount,
            score,
            channel,
            store,
            tag,
        })
        .boxed()
}

fn order() -> BoxedStrategy<OrderDraw> {
    let heads = (money_place(), weighted(0.6, 0..CHANNELS.len()), weighted(0.6, 0..STORES.len()));
    let sums = (extra(), extra(), extra());
    (heads, sums, vec(line(), 1..=4))
        .prop_map(|((money, channel, store), (shipping, by_points, stored), lines)| OrderDraw {
            money,
            channel,
            store,
            shipping,
            paid_with_points: by_points,
            paid_with_stored_value: stored,
            lines,
        })
        .boxed()
}

fn line() -> BoxedStrategy<LineDraw> {
    let quantity = prop_oneof![1 => Just(0_i64), 6 => 1..=3_i64, 1 => 4..=7_i64];
    let names = (0..=SKUS.len(), 0..=CATEGORIES.len(), 0..=BRANDS.len(), 0..=TAGS.len());
    (any::<bool>(), quantity, money(), extra(), extra(), names)
        .prop_map(|(is_named, quantity, amount, discount, tax, (sku, category, brand, tag))| LineDraw {
            is_named,
            quantity,
            amount,
            discount,
            tax,
            sku,
            category,
            brand,
            tag,
        })
        .boxed()
}

fn a_return() -> BoxedStrategy<ReturnDraw> {
    let part = prop_oneof![
        2 => Just(PartDraw::All),
        4 => (1..=2_i64).prop_map(PartDraw::Quantity),
        3 => prop_oneof![1..=300_i64, (1..=30_i64).prop_map(|n| n * 100)].prop_map(PartDraw::Amount),
    ];
    let place = |places| prop_oneof![20 => 0..places, 1 => Just(UNKNOWN)];
    let points_back = weighted(0.5, prop_oneof![1 => Just(0_i64), 2 => 1..=20_i64]);
    (place(4_usize), vec((place(4_usize), part), 0..=3), points_back)
        .prop_map(|(which, lines, points_back)| ReturnDraw { which, lines, points_back })
        .boxed()
}
