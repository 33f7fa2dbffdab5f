//! The words of the programme language for what a spec chooses from.

use super::{
    Birthday, CapPeriod, Clawback, Downgrade, LadderPeriod, On, RenewalKind, RoundTo, Rounding, RuleKind,
    Usage,
};

/// The period's word in a programme file.
pub(crate) fn cap_period(per: CapPeriod) -> &'static str {
    match per {
        CapPeriod::Order => "order",
        CapPeriod::Day => "day",
        CapPeriod::Week => "week",
        CapPeriod::Month => "month",
        CapPeriod::Year => "year",
        CapPeriod::TierPeriod => "tier_period",
        CapPeriod::Ever => "ever",
    }
}

pub(crate) fn usage(usage: Usage) -> &'static str {
    match usage {
        Usage::Spendable => "spendable",
        Usage::Qualifying => "qualifying",
        Usage::Both => "both",
    }
}

pub(crate) fn clawback(clawback: Clawback) -> &'static str {
    match clawback {
        Clawback::Arrears => "arrears",
        Clawback::BalanceOnly => "balance_only",
        Clawback::OwnLotsOnly => "own_lots_only",
    }
}

pub(crate) fn round_to(unit: RoundTo) -> &'static str {
    match unit {
        RoundTo::Day => "day",
        RoundTo::Month => "month",
        RoundTo::Quarter => "quarter",
        RoundTo::HalfYear => "half_year",
        RoundTo::Year => "year",
    }
}

pub(crate) fn renewal_kind(kind: RenewalKind) -> &'static str {
    match kind {
        RenewalKind::Order => "order",
        RenewalKind::Activity => "activity",
        RenewalKind::Redemption => "redemption",
        RenewalKind::Transfer => "transfer",
        RenewalKind::Purchase => "purchase",
    }
}

pub(crate) fn on(on: On) -> &'static str {
    match on {
        On::Order => "order",
        On::Activity => "activity",
        On::Enrolment => "enrolment",
        On::Birthday => "birthday",
        On::Anniversary => "anniversary",
        On::Referrer => "referrer",
        On::Referred => "referred",
        On::TierReached => "tier_reached",
        On::TierKept => "tier_kept",
        On::TierAnniversary => "tier_anniversary",
    }
}

pub(crate) fn rule_kind(kind: RuleKind) -> &'static str {
    match kind {
        RuleKind::Base { .. } => "base",
        RuleKind::Multiplier { .. } => "multiplier",
        RuleKind::Bonus { .. } => "bonus",
    }
}

pub(crate) fn rounding(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Floor => "floor",
        Rounding::HalfUp => "half_up",
        Rounding::HalfEven => "half_even",
        Rounding::Ceil => "ceil",
    }
}

pub(crate) fn birthday(birthday: Birthday) -> &'static str {
    match birthday {
        Birthday::Day => "day",
        Birthday::Week => "week",
        Birthday::Month => "month",
    }
}

pub(crate) fn ladder_period(period: LadderPeriod) -> &'static str {
    match period {
        LadderPeriod::CalendarYear => "calendar_year",
        LadderPeriod::RollingDays(_) => "rolling_days",
        LadderPeriod::AnniversaryJoining => "anniversary_joining",
        LadderPeriod::AnniversaryTier => "anniversary_tier",
        LadderPeriod::Lifetime => "lifetime",
    }
}

pub(crate) fn downgrade(downgrade: Downgrade) -> &'static str {
    match downgrade {
        Downgrade::ToQualifying => "to_qualifying",
        Downgrade::OneDown => "one_down",
        Downgrade::Never => "never",
    }
}
