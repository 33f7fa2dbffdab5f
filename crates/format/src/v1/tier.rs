//! Tiers by figures and by hand: how they change, and what is asked about them.

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event::{self, GrantEnd, TierReason};
use tallybook_core::fact::{self, TierTerm};
use tallybook_core::ids::{LadderNumber, TierNumber, VersionNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{stored, tagged};
use crate::v2;
use crate::wire::{Code, Coded, Text};

stored! {
    /// The body of `TierRequested`.
    struct TierRequestBody: fact::TierRequest<'a> {
        ladder: Text,
        tier: Text,
        term: Term,
        actor: Text,
        reason: Text,
    }

    /// The body of `TierRevoked`.
    struct TierRevocationBody: fact::TierRevocation<'a> {
        ladder: Text,
        actor: Text,
        reason: Text,
    }

    /// The body of `TierChanged`.
    struct TierBody: event::TierChanged {
        ladder: LadderNumber,
        version: VersionNumber,
        from: TierNumber,
        to: TierNumber,
        why: Code<TierReason>,
        figures: Figures,
        thresholds: Figures,
        until: Option<Instant>,
    } else {
        counted_from: None,
        lifetime: None,
    }

    /// The figures that tiers rest on, without referrals and activities.
    struct Figures: event::Figures {
        spend: Money,
        points: Points,
        orders: i64,
    } else {
        referrals: 0,
        activities: 0,
    }

    /// The body of `FiguresCarried`.
    struct CarriedBody: event::FiguresCarried {
        ladder: LadderNumber,
        version: VersionNumber,
        into: Day,
        figures: v2::figures::Figures,
    }

    /// The body of `TierGranted`.
    struct GrantedBody: event::TierGranted {
        ladder: LadderNumber,
        grant: Grant,
    }

    /// A tier held by hand.
    struct Grant: event::TierGrant {
        tier: TierNumber,
        since: Instant,
        until: Option<Instant>,
        challenge: Option<Challenge>,
    }

    /// What is asked of a member whom a tier is lent to, and how far they are.
    struct Challenge: event::ChallengeFigures {
        all: bool,
        asked: v2::figures::Figures,
        reached: v2::figures::Figures,
    }

    /// The body of `TierGrantEnded`.
    struct GrantEndedBody: event::TierGrantEnded {
        ladder: LadderNumber,
        tier: TierNumber,
        why: Code<GrantEnd>,
    }
}

impl Coded for TierReason {
    const WHAT: &'static str = "reason for a tier";
    const ALL: &'static [Self] = &[
        TierReason::Upgraded,
        TierReason::Kept,
        TierReason::GraceBegan,
        TierReason::Demoted,
        TierReason::Returned,
        TierReason::Reevaluated,
        TierReason::Replaced,
        TierReason::ChallengeMet,
    ];

    fn code(self) -> u8 {
        match self {
            TierReason::Upgraded => 0,
            TierReason::Kept => 1,
            TierReason::GraceBegan => 2,
            TierReason::Demoted => 3,
            TierReason::Returned => 4,
            TierReason::Reevaluated => 5,
            TierReason::Replaced => 6,
            TierReason::ChallengeMet => 7,
        }
    }
}

impl Coded for GrantEnd {
    const WHAT: &'static str = "reason for the end of a tier held by hand";
    const ALL: &'static [Self] = &[GrantEnd::Expired, GrantEnd::Revoked, GrantEnd::Earned, GrantEnd::Removed];

    fn code(self) -> u8 {
        match self {
            GrantEnd::Expired => 0,
            GrantEnd::Revoked => 1,
            GrantEnd::Earned => 2,
            GrantEnd::Removed => 3,
        }
    }
}

tagged! {
    /// How long a tier is given for: until an instant, for as long as nobody revokes it, or lent.
    enum Term: TierTerm {
        [0, until: Instant] = (TierTerm::Until(until)),
        [1] = (TierTerm::Open),
        [2] = (TierTerm::Challenge),
    }
    else "a tier cannot be given for this long"
}
