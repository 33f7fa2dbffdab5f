//! Point currencies and expiries.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tallybook_core::calendar::Day;

use super::{caps, long_period, weighted_bool};
use crate::spec::{
    ActivationSpec, AllowanceSpec, CashSpec, Clawback, CurrencySpec, EndAt, EndSpec, ExpirySpec,
    InactivitySpec, RenewalKind, RoundTo, Spec, TransferSpec, Usage,
};

/// The inactivities that a programme uses, of different lengths.
pub(super) type IdlePair = [InactivitySpec; 2];

pub(super) fn idle_pair() -> impl Strategy<Value = IdlePair> {
    let kinds = || {
        let all = vec![
            RenewalKind::Order,
            RenewalKind::Activity,
            RenewalKind::Redemption,
            RenewalKind::Transfer,
            RenewalKind::Purchase,
        ];
        prop_oneof![1 => Just(RenewalKind::USUAL.to_vec()), 2 => subsequence(all, 1..=5)]
    };
    let idle = |months: Vec<u32>| {
        (select(months), round_to(), kinds()).prop_map(|(months, round_to, kinds)| InactivitySpec {
            months,
            round_to,
            counts_from_earning: false,
            kinds,
        })
    };
    (idle(vec![1, 3]), idle(vec![4, 12])).prop_map(|(short, long)| [short, long])
}

pub(super) fn currency(idle: IdlePair) -> impl Strategy<Value = CurrencySpec> {
    let policies = (
        select(vec![0_u8, 0, 0, 1, 2]),
        prop_oneof![2 => Just(Usage::Spendable), 3 => Just(Usage::Both), 1 => Just(Usage::Qualifying)],
        weighted_bool(1, 2),
        select(vec![Clawback::Arrears, Clawback::Arrears, Clawback::BalanceOnly, Clawback::OwnLotsOnly]),
        select(vec![0_u32, 0, 5, 30]),
        expiry(idle),
        activation(),
    )
        .boxed();
    let hands = (weighted(0.7, transfer()), weighted(0.7, allowance())).boxed();
    (policies, weighted(0.5, cash()), caps(0.3), hands).prop_map(
        |(
            (scale, usage, fifo, clawback, reversal_grace_days, expiry, activation),
            cash,
            caps,
            (transfer, purchase),
        )| {
            CurrencySpec {
                id: String::new(),
                scale,
                usage,
                fifo,
                clawback,
                reversal_grace_days,
                expiry,
                activation,
                cash,
                caps,
                transfer,
                purchase,
            }
        },
    )
}

fn round_to() -> impl Strategy<Value = RoundTo> {
    select(vec![
        RoundTo::Day,
        RoundTo::Day,
        RoundTo::Month,
        RoundTo::Quarter,
        RoundTo::HalfYear,
        RoundTo::Year,
    ])
}

fn end() -> impl Strategy<Value = EndSpec> {
    // No twelve months beside a year: they would be one policy under two names.
    let at = prop_oneof![
        3 => (select(vec![1_u32, 10, 60, 400]), round_to()).prop_map(|(n, unit)| EndAt::AfterDays(n, unit)),
        3 => (select(vec![1_u32, 3, 6]), round_to()).prop_map(|(n, unit)| EndAt::AfterMonths(n, unit)),
        1 => (Just(1_u32), round_to()).prop_map(|(n, unit)| EndAt::AfterYears(n, unit)),
        2 => (0_u32..=1).prop_map(EndAt::Calendar),
    ];
    (at, any::<bool>()).prop_map(|(at, counts_from_earning)| EndSpec { at, counts_from_earning })
}

/// Any expiry: never, one end, the member's inactivity, or the earlier of two.
pub(super) fn expiry(idle: IdlePair) -> BoxedStrategy<ExpirySpec> {
    let inactivity = move || {
        (select(idle.to_vec()), any::<bool>())
            .prop_map(|(idle, counts_from_earning)| InactivitySpec { counts_from_earning, ..idle })
    };
    prop_oneof![
        3 => Just(ExpirySpec::NEVER),
        6 => end().prop_map(|end| ExpirySpec { ends: vec![end], inactivity: None }),
        3 => inactivity().prop_map(|idle| ExpirySpec { ends: Vec::new(), inactivity: Some(idle) }),
        2 => (end(), end()).prop_map(|(one, other)| ExpirySpec { ends: vec![one, other], inactivity: None }),
        2 => (end(), inactivity()).prop_map(|(end, idle)| ExpirySpec { ends: vec![end], inactivity: Some(idle) }),
    ]
    .boxed()
}

fn activation() -> impl Strategy<Value = ActivationSpec> {
    prop_oneof![
        5 => Just(ActivationSpec::Immediate),
        3 => select(vec![1_u32, 7, 30]).prop_map(ActivationSpec::AfterDays),
        1 => (17_900..20_000_i32).prop_map(|day| ActivationSpec::OnDate(Day(day))),
        2 => select(vec![1_u32, 10, 60]).prop_map(ActivationSpec::OnFulfilment),
    ]
}

fn cash() -> impl Strategy<Value = CashSpec> {
    (
        select(vec![1_i64, 10, 30]),
        select(vec![1_i64, 7, 100]),
        1_i64..=3,
        select(vec![1_i64, 5, 10]),
        select(vec![100_u32, 50, 33]),
    )
        .prop_map(|(points, per, least_steps, step, max_share_percent)| {
            // The least redemption is a step too, or nobody could redeem it.
            CashSpec { points, per, min_points: least_steps * step, step, max_share_percent }
        })
}

fn allowance() -> impl Strategy<Value = AllowanceSpec> {
    let limit = (select(vec![10_i64, 40, 300]), long_period());
    (select(vec![1_i64, 1, 1, 5]), weighted(0.4, select(vec![30_i64, 200])), weighted(0.4, limit))
        .prop_map(|(min_points, max_points, limit)| AllowanceSpec { min_points, max_points, limit })
}

fn transfer() -> impl Strategy<Value = TransferSpec> {
    (allowance(), any::<bool>(), select(vec![0_i64, 0, 1, 5]), select(vec![0_i64, 0, 250, 1_000, 3_333]))
        .prop_map(|(allowance, restart, fee_points, fee_basis_points)| TransferSpec {
            allowance,
            restart,
            fee_points,
            fee_basis_points,
        })
}

pub(super) fn make_sound(spec: &mut Spec) {
    for (currency, id) in spec.currencies.iter_mut().zip(["points", "miles"]) {
        currency.id = id.to_owned();
        if currency.usage == Usage::Qualifying {
            currency.cash = None;
            currency.transfer = None;
            currency.purchase = None;
        }
    }
    // Points of a tier threshold are read at the scale of the qualifying currency: they need to agree on one.
    let scale = spec.currencies.iter().find(|c| c.usage != Usage::Spendable).map(|c| c.scale);
    for currency in spec.currencies.iter_mut().filter(|c| c.usage != Usage::Spendable) {
        currency.scale = scale.unwrap_or(0);
    }
}
