//! Judgements of what tiers give, and those that count referrals or activities, or for a tier that is lent.

use crate::v2;

/// The third body of `PointsEarned`. Besides its metrics, the occasions `TierReached`, `TierKept` and `TierAnniversary`
/// need it.
pub(crate) type EarnedBody = v2::earning::EarnedBody<v2::figures::MetricEntry>;
