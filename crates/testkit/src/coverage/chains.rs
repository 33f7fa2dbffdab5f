//! Every choice of the spec's enums: each names the one after it, so that none can be left out.

use crate::spec::{
    Birthday, CapPeriod, CelSpec, Clawback, Downgrade, EndAt, LadderPeriod, On, OrderNumber, RenewalKind,
    RoundTo, Rounding, RuleKind, Usage,
};

/// The first and all that follow.
pub(super) fn chain<T>(first: T, next: fn(&T) -> Option<T>) -> impl Iterator<Item = T> {
    std::iter::successors(Some(first), next)
}

pub(super) fn usages() -> impl Iterator<Item = Usage> {
    chain(Usage::Spendable, |usage| match usage {
        Usage::Spendable => Some(Usage::Qualifying),
        Usage::Qualifying => Some(Usage::Both),
        Usage::Both => None,
    })
}

pub(super) fn clawbacks() -> impl Iterator<Item = Clawback> {
    chain(Clawback::Arrears, |clawback| match clawback {
        Clawback::Arrears => Some(Clawback::BalanceOnly),
        Clawback::BalanceOnly => Some(Clawback::OwnLotsOnly),
        Clawback::OwnLotsOnly => None,
    })
}

pub(super) fn ends() -> impl Iterator<Item = EndAt> {
    chain(EndAt::AfterDays(1, RoundTo::Day), |end| match end {
        EndAt::AfterDays(..) => Some(EndAt::AfterMonths(1, RoundTo::Day)),
        EndAt::AfterMonths(..) => Some(EndAt::AfterYears(1, RoundTo::Day)),
        EndAt::AfterYears(..) => Some(EndAt::Calendar(0)),
        EndAt::Calendar(_) => None,
    })
}

pub(super) fn round_tos() -> impl Iterator<Item = RoundTo> {
    chain(RoundTo::Day, |unit| match unit {
        RoundTo::Day => Some(RoundTo::Month),
        RoundTo::Month => Some(RoundTo::Quarter),
        RoundTo::Quarter => Some(RoundTo::HalfYear),
        RoundTo::HalfYear => Some(RoundTo::Year),
        RoundTo::Year => None,
    })
}

pub(super) fn renewal_kinds() -> impl Iterator<Item = RenewalKind> {
    chain(RenewalKind::Order, |kind| match kind {
        RenewalKind::Order => Some(RenewalKind::Activity),
        RenewalKind::Activity => Some(RenewalKind::Redemption),
        RenewalKind::Redemption => Some(RenewalKind::Transfer),
        RenewalKind::Transfer => Some(RenewalKind::Purchase),
        RenewalKind::Purchase => None,
    })
}

pub(super) fn cap_periods() -> impl Iterator<Item = CapPeriod> {
    chain(CapPeriod::Order, |per| match per {
        CapPeriod::Order => Some(CapPeriod::Day),
        CapPeriod::Day => Some(CapPeriod::Week),
        CapPeriod::Week => Some(CapPeriod::Month),
        CapPeriod::Month => Some(CapPeriod::Year),
        CapPeriod::Year => Some(CapPeriod::TierPeriod),
        CapPeriod::TierPeriod => Some(CapPeriod::Ever),
        CapPeriod::Ever => None,
    })
}

pub(super) fn ons() -> impl Iterator<Item = On> {
    chain(On::Order, |on| match on {
        On::Order => Some(On::Activity),
        On::Activity => Some(On::Enrolment),
        On::Enrolment => Some(On::Birthday),
        On::Birthday => Some(On::Anniversary),
        On::Anniversary => Some(On::Referrer),
        On::Referrer => Some(On::Referred),
        On::Referred => Some(On::TierReached),
        On::TierReached => Some(On::TierKept),
        On::TierKept => Some(On::TierAnniversary),
        On::TierAnniversary => None,
    })
}

pub(super) fn rule_kinds() -> impl Iterator<Item = RuleKind> {
    chain(RuleKind::Base { points: 1, per: 1 }, |kind| match kind {
        RuleKind::Base { .. } => Some(RuleKind::Multiplier { factor_ten_thousandths: 20_000 }),
        RuleKind::Multiplier { .. } => Some(RuleKind::Bonus { points: 1 }),
        RuleKind::Bonus { .. } => None,
    })
}

pub(super) fn roundings() -> impl Iterator<Item = Rounding> {
    chain(Rounding::Floor, |rounding| match rounding {
        Rounding::Floor => Some(Rounding::HalfUp),
        Rounding::HalfUp => Some(Rounding::HalfEven),
        Rounding::HalfEven => Some(Rounding::Ceil),
        Rounding::Ceil => None,
    })
}

pub(super) fn order_numbers() -> impl Iterator<Item = OrderNumber> {
    chain(OrderNumber::First, |number| match number {
        OrderNumber::First => Some(OrderNumber::Every(2)),
        OrderNumber::Every(_) => None,
    })
}

pub(super) fn birthdays() -> impl Iterator<Item = Birthday> {
    chain(Birthday::Day, |birthday| match birthday {
        Birthday::Day => Some(Birthday::Week),
        Birthday::Week => Some(Birthday::Month),
        Birthday::Month => None,
    })
}

pub(super) fn ladder_periods() -> impl Iterator<Item = LadderPeriod> {
    chain(LadderPeriod::CalendarYear, |period| match period {
        LadderPeriod::CalendarYear => Some(LadderPeriod::RollingDays(1)),
        LadderPeriod::RollingDays(_) => Some(LadderPeriod::AnniversaryJoining),
        LadderPeriod::AnniversaryJoining => Some(LadderPeriod::AnniversaryTier),
        LadderPeriod::AnniversaryTier => Some(LadderPeriod::Lifetime),
        LadderPeriod::Lifetime => None,
    })
}

pub(super) fn downgrades() -> impl Iterator<Item = Downgrade> {
    chain(Downgrade::ToQualifying, |downgrade| match downgrade {
        Downgrade::ToQualifying => Some(Downgrade::OneDown),
        Downgrade::OneDown => Some(Downgrade::Never),
        Downgrade::Never => None,
    })
}

/// One expression of each shape.
pub(super) fn cels() -> impl Iterator<Item = CelSpec> {
    let first = CelSpec::OrderAmountAtLeast(0);
    chain(first, |cel| match cel {
        CelSpec::OrderAmountAtLeast(_) => Some(CelSpec::OrderTotalAtLeast(0)),
        CelSpec::OrderTotalAtLeast(_) => Some(CelSpec::OrderQuantityAtLeast(0)),
        CelSpec::OrderQuantityAtLeast(_) => Some(CelSpec::OrderChannelIs(String::new())),
        CelSpec::OrderChannelIs(_) => Some(CelSpec::HasLineOfCategory(String::new())),
        CelSpec::HasLineOfCategory(_) => Some(CelSpec::HasLineTagged(String::new())),
        CelSpec::HasLineTagged(_) => Some(CelSpec::MemberOrdersAtLeast(0)),
        CelSpec::MemberOrdersAtLeast(_) => Some(CelSpec::MemberTierIs(String::new())),
        CelSpec::MemberTierIs(_) => Some(CelSpec::MemberInSegment(String::new())),
        CelSpec::MemberInSegment(_) => Some(CelSpec::MemberAttributeIs(String::new(), String::new())),
        CelSpec::MemberAttributeIs(..) => Some(CelSpec::MemberAvailableAtLeast(String::new(), 0)),
        CelSpec::MemberAvailableAtLeast(..) => Some(CelSpec::DaysSinceJoiningAtLeast(0)),
        CelSpec::DaysSinceJoiningAtLeast(_) => Some(CelSpec::WeekdayIs(0)),
        CelSpec::WeekdayIs(_) => Some(CelSpec::HourAtLeast(0)),
        CelSpec::HourAtLeast(_) => Some(CelSpec::ActivityKindIs(String::new())),
        CelSpec::ActivityKindIs(_) => Some(CelSpec::ScoreAtLeast(0)),
        CelSpec::ScoreAtLeast(_) => Some(CelSpec::AllOf(Vec::new())),
        CelSpec::AllOf(_) => Some(CelSpec::AnyOf(Vec::new())),
        CelSpec::AnyOf(_) => Some(CelSpec::Not(Box::new(CelSpec::OrderAmountAtLeast(0)))),
        CelSpec::Not(_) => None,
    })
}

/// The shape's word.
pub(super) fn cel_word(cel: &CelSpec) -> &'static str {
    match cel {
        CelSpec::OrderAmountAtLeast(_) => "order_amount",
        CelSpec::OrderTotalAtLeast(_) => "order_total",
        CelSpec::OrderQuantityAtLeast(_) => "order_quantity",
        CelSpec::OrderChannelIs(_) => "order_channel",
        CelSpec::HasLineOfCategory(_) => "line_category",
        CelSpec::HasLineTagged(_) => "line_tag",
        CelSpec::MemberOrdersAtLeast(_) => "member_orders",
        CelSpec::MemberTierIs(_) => "member_tier",
        CelSpec::MemberInSegment(_) => "member_segment",
        CelSpec::MemberAttributeIs(..) => "member_attribute",
        CelSpec::MemberAvailableAtLeast(..) => "member_available",
        CelSpec::DaysSinceJoiningAtLeast(_) => "member_days",
        CelSpec::WeekdayIs(_) => "weekday",
        CelSpec::HourAtLeast(_) => "hour",
        CelSpec::ActivityKindIs(_) => "activity_kind",
        CelSpec::ScoreAtLeast(_) => "activity_score",
        CelSpec::AllOf(_) => "all_of",
        CelSpec::AnyOf(_) => "any_of",
        CelSpec::Not(_) => "not",
    }
}

/// The end's word.
pub(super) fn end_word(end: EndAt) -> &'static str {
    match end {
        EndAt::AfterDays(..) => "days",
        EndAt::AfterMonths(..) => "months",
        EndAt::AfterYears(..) => "years",
        EndAt::Calendar(_) => "calendar",
    }
}

/// The number's word.
pub(super) fn order_number_word(number: OrderNumber) -> &'static str {
    match number {
        OrderNumber::First => "first",
        OrderNumber::Every(_) => "every",
    }
}
