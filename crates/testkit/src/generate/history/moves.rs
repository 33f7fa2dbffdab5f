//! Moves: what a member does next, and when, with places instead of names, so that they shrink by themselves.

/// Stands for a place that nothing has.
pub(super) const UNKNOWN: usize = usize::MAX;

#[derive(Clone, Debug)]
pub(super) struct Move {
    pub member: usize,
    pub when: When,
    pub act: Act,
}

/// How a member comes in, where that is not by the first fact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    pub profile: ProfileDraw,
    pub referrer: Option<usize>,
}

/// How time goes on before a move, or how far a move reaches back.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    Same,
    Minutes(i64),
    Days(i64),
    NextMidnight,
    JustBeforeMidnight,
    NextMonth,
    NextYear,
    LateDays(i64),
    LateMidnight(i64),
    AheadSeconds(i64),
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    Enrol(Opening),
    ChangeProfile(ProfileDraw),
    Block {
        earning: bool,
        redeeming: bool,
    },
    Order(OrderDraw),
    SameOrderAgain(OrderDraw),
    /// A redemption, and an order that names it.
    PaidOrder(SpendDraw, OrderDraw),
    /// An order that names an earlier redemption, or one that nobody made.
    OrderOfRedemption(usize, OrderDraw),
    Return(ReturnDraw),
    Exchange(ReturnDraw, OrderDraw),
    Fulfil {
        which: usize,
    },
    Activity(ActivityDraw),
    /// The same activity on so many days in a row.
    Streak {
        days: usize,
        activity: ActivityDraw,
    },
    /// An activity and an order in one command.
    Together(ActivityDraw, OrderDraw),
    Redeem(SpendDraw),
    Reverse {
        which: usize,
        points: Option<i64>,
    },
    Hold {
        spend: SpendDraw,
        ends: HoldEnd,
    },
    /// A hold, and its capture a while later.
    HoldAndCapture {
        spend: SpendDraw,
        ends: HoldEnd,
        points: Option<i64>,
    },
    Capture {
        which: usize,
        points: Option<i64>,
    },
    Release {
        which: usize,
    },
    UseVoucher {
        which: usize,
    },
    Transfer {
        to: usize,
        currency: usize,
        points: PointsDraw,
        gift: bool,
    },
    Purchase {
        currency: usize,
        points: i64,
        price: Option<i64>,
        gift: bool,
    },
    Adjust {
        currency: usize,
        points: i64,
        arrears: bool,
    },
    WriteOff {
        currency: usize,
        points: Option<i64>,
    },
    ChangeExpiry {
        currency: usize,
        lot: Option<u32>,
        to: EndDraw,
    },
    Reinstate {
        lot: u32,
        days: Option<i64>,
    },
    GrantTier {
        ladder: usize,
        tier: usize,
        term: TermDraw,
    },
    RevokeTier {
        ladder: usize,
    },
    UseBenefit {
        which: usize,
        times: i64,
    },
    RestoreBenefit {
        which: usize,
        times: i64,
    },
    Merge {
        into: usize,
    },
    Close {
        keep: Option<bool>,
    },
    Retry {
        which: usize,
    },
    RetryOtherwise {
        which: usize,
    },
}

/// How many points are to be spent.
#[derive(Clone, Copy, Debug)]
pub(super) enum PointsDraw {
    Exactly(i64),
    /// Of what is available, in whole steps where points pay cash.
    Percent(i64),
}

#[derive(Clone, Debug)]
pub(super) struct SpendDraw {
    pub currency: usize,
    pub points: PointsDraw,
    pub partial: bool,
    pub purpose: PurposeDraw,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum PurposeDraw {
    /// A reward: a listed one at its price, where there is one.
    Reward(usize),
    /// A reward under a name or at a price of its own.
    AnyReward,
    Voucher {
        has_code: bool,
        same_code: bool,
    },
    Cash(i64),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum HoldEnd {
    Minutes(i64),
    Days(i64),
    NextMidnight,
    Past,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum EndDraw {
    InDays(i64),
    Past,
    Never,
    PlusDays(u32),
}

/// For how long a tier is given by hand.
#[derive(Clone, Copy, Debug)]
pub(super) enum TermDraw {
    Open,
    Minutes(i64),
    Days(i64),
    NextYear,
    Past,
    Challenge,
}

/// When a version begins that is published now.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ahead {
    Minutes(i64),
    NextMidnight,
    Days(i64),
    NextYear,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct ProfileDraw {
    pub birthday: Option<(u8, u8)>,
    pub segment: Option<usize>,
    pub size: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct ActivityDraw {
    pub kind: usize,
    pub is_named: bool,
    pub amount: Option<(usize, i64)>,
    pub score: Option<u8>,
    pub channel: Option<usize>,
    pub store: Option<usize>,
    pub tag: usize,
}

#[derive(Clone, Debug)]
pub(super) struct OrderDraw {
    pub money: usize,
    pub channel: Option<usize>,
    pub store: Option<usize>,
    pub shipping: i64,
    pub paid_with_points: i64,
    pub paid_with_stored_value: i64,
    pub lines: Vec<LineDraw>,
}

#[derive(Clone, Debug)]
pub(super) struct LineDraw {
    pub is_named: bool,
    pub quantity: i64,
    pub amount: i64,
    pub discount: i64,
    pub tax: i64,
    pub sku: usize,
    pub category: usize,
    pub brand: usize,
    pub tag: usize,
}

#[derive(Clone, Debug)]
pub(super) struct ReturnDraw {
    pub which: usize,
    pub lines: Vec<(usize, PartDraw)>,
    pub points_back: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum PartDraw {
    All,
    Quantity(i64),
    Amount(i64),
}
