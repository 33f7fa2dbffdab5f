//! The names that programmes and histories share, few on purpose, so that they meet.

pub(super) const CATEGORIES: [&str; 3] = ["GROCERY", "DELI", "BOOKS"];
pub(super) const SKUS: [&str; 3] = ["S1", "S2", "S3"];
pub(super) const BRANDS: [&str; 2] = ["ACME", "ZEST"];
pub(super) const TAGS: [&str; 3] = ["promo", "coupon", "gift"];
pub(super) const CHANNELS: [&str; 2] = ["web", "store"];
pub(super) const STORES: [&str; 2] = ["330", "331"];
pub(super) const SEGMENTS: [&str; 2] = ["vip", "staff"];
pub(super) const ATTRIBUTE: (&str, [&str; 2]) = ("size", ["s", "m"]);
pub(super) const ACTIVITIES: [&str; 3] = ["check_in", "review", "survey"];
pub(super) const BUDGETS: [&str; 2] = ["launch", "spring"];
pub(super) const CAMPAIGNS: [&str; 2] = ["summer", "members_day"];
pub(super) const BENEFITS: [&str; 2] = ["lounge", "upgrade"];
pub(super) const REWARDS: [&str; 2] = ["mug", "coffee"];
