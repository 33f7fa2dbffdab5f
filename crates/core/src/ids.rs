//! Numbers and names that stand for things.
//!
//! Names (members, orders, keys) are opaque strings of 1–128 bytes that the caller chooses; numbers are dense and
//! given by the ledger, so that states can be indexed and events stay small.

use serde::{Deserialize, Serialize};

/// Longest name of a member, order, line, return, redemption or key, in bytes.
pub const NAME_BYTES_MAX: usize = 128;

/// Whether `name` can name a member, an order, a line or a key: 1–128 bytes without control characters.
pub fn is_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.chars().any(char::is_control)
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number!(
    /// A member's dense number in one ledger, from 1; 0 stands for the ledger itself.
    MemberNumber(u32)
);
number!(
    /// A lot's running number within its member, from 1. Never used again.
    LotNumber(u32)
);
number!(
    /// A published programme version, from 1, in order of publication.
    VersionNumber(u32)
);
number!(
    /// A rule's place in the programme version that holds it, from 0.
    RuleIndex(u16)
);
number!(
    /// A point currency's number in the ledger, from 0, the same in all programme versions.
    CurrencyNumber(u8)
);
number!(
    /// A tier ladder's number in the ledger, from 0, the same in all programme versions.
    LadderNumber(u8)
);
number!(
    /// A tier's number in its ladder, from 0, the same in all programme versions. Not its rank.
    TierNumber(u8)
);
number!(
    /// A cap's number in the ledger, from 0, the same in all programme versions.
    CapNumber(u16)
);
number!(
    /// A kind of activity's number in the ledger, from 0, the same in all programme versions.
    ActivityNumber(u8)
);
number!(
    /// The number of a counter over all members (a budget, a stock), from 0, the same in all programme versions.
    BudgetNumber(u16)
);
number!(
    /// An expiry's place among those of rules, campaigns and tiers in the programme version that holds it, from 0.
    PolicyIndex(u16)
);
