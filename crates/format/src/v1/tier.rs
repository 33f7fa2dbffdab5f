//! Tiers by figures and by hand: how they change, and what is asked about them.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event::{self, GrantEnd, TierReason};
use tallybook_core::fact::{self, TierTerm};
use tallybook_core::ids::{LadderNumber, TierNumber, VersionNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{Stored, fact_body, stored};
use crate::v2;
use crate::wire::{Code, Coded, Text};

fact_body! {
    /// The body of `TierRequested`.
    struct TierRequestBody<'a>: fact::TierRequest<'a> {
        ladder: Text<'a>,
        tier: Text<'a>,
        term: Term,
        actor: Text<'a>,
        reason: Text<'a>,
    }

    /// The body of `TierRevoked`.
    struct TierRevocationBody<'a>: fact::TierRevocation<'a> {
        ladder: Text<'a>,
        actor: Text<'a>,
        reason: Text<'a>,
    }
}

stored! {
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

/// Stores how long a tier is given for as `[0, instant]`, `[1]` for as long as nobody revokes it, or `[2]` where it is lent.
pub(crate) struct Term(TierTerm);

impl Stored<'_, TierTerm> for Term {
    fn store(core: &TierTerm) -> Self {
        Term(*core)
    }

    fn load(self) -> TierTerm {
        self.0
    }
}

impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            TierTerm::Until(until) => (0u8, until).serialize(serializer),
            TierTerm::Open => (1u8,).serialize(serializer),
            TierTerm::Challenge => (2u8,).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Term {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tagged;

        impl<'de> Visitor<'de> for Tagged {
            type Value = Term;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[0, instant], [1] or [2]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Term, A::Error> {
                let tag: Option<u8> = array.next_element()?;
                let term = match tag {
                    Some(0) => array.next_element()?.map(TierTerm::Until),
                    Some(1) => Some(TierTerm::Open),
                    Some(2) => Some(TierTerm::Challenge),
                    _ => None,
                };
                term.map(Term).ok_or_else(|| de::Error::custom("a tier cannot be given for this long"))
            }
        }

        deserializer.deserialize_seq(Tagged)
    }
}
