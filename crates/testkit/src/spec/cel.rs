//! Conditions in CEL: a few shapes of expression, which are written for the engine and worked out by the model.

/// An expression that is true or false, and never unknown.
///
/// On a return, one that speaks of the order or its lines only is judged again on what is kept; one with anything of the
/// member, the moment or the activity in it is not judged again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CelSpec {
    /// The order's lines come to at least this, after discount and without tax; minor units.
    OrderAmountAtLeast(i64),
    /// The order comes to at least this: lines with tax, and shipping; minor units.
    OrderTotalAtLeast(i64),
    /// The order has at least so many pieces.
    OrderQuantityAtLeast(i64),
    /// The order came through this channel.
    OrderChannelIs(String),
    /// A line of the order is of this category.
    HasLineOfCategory(String),
    /// A line of the order has this tag.
    HasLineTagged(String),
    /// The member had at least so many orders before, those returned whole not counted.
    MemberOrdersAtLeast(i64),
    /// The member holds this tier on the first ladder, which has such a tier.
    MemberTierIs(String),
    /// The member is in this segment.
    MemberInSegment(String),
    /// The member has this value of this attribute.
    MemberAttributeIs(String, String),
    /// The member has at least so many points available in this currency, smallest units.
    MemberAvailableAtLeast(String, i64),
    /// The member joined at least so many local days before; a member whose first fact this is joined today.
    DaysSinceJoiningAtLeast(i64),
    /// The local weekday is this one: days since Monday, 0–6.
    WeekdayIs(u8),
    /// The local hour is at least this, 0–23.
    HourAtLeast(u8),
    /// The activity is of this kind.
    ActivityKindIs(String),
    /// The activity has a score of at least this; without a score it is false.
    ScoreAtLeast(u8),
    /// All of these are true.
    AllOf(Vec<CelSpec>),
    /// One of these is true.
    AnyOf(Vec<CelSpec>),
    /// This is false.
    Not(Box<CelSpec>),
}
