//! What the outside world says, before the ledger makes anything of it.
//!
//! Facts borrow their texts where they are read from stored bytes (`'a`), and own them where a caller builds them
//! (`'static`). Folds skip them; audits and backtests judge them again.

use std::borrow::Cow;

use serde::Serialize;

use crate::calendar::{Instant, MonthDay};
use crate::ids::is_name;
use crate::money::{CurrencyCode, Money};
use crate::points::Points;
use crate::refusal::Refusal;

/// Most lines in an order or a return.
pub const LINES_MAX: usize = 10_000;
/// Most tags on a line, and most segment tags or attributes of a member.
pub const TAGS_MAX: usize = 64;
/// Longest free text (a reason, a purpose), in bytes.
pub const TEXT_BYTES_MAX: usize = 1_024;
/// Largest amount of money or quantity in one field, in minor units or pieces.
pub const AMOUNT_MAX: i64 = 100_000_000_000_000;
/// Largest adjustment or redemption, in smallest units of points.
pub const POINTS_MAX: i64 = 1_000_000_000_000_000;
/// Most facts that one command takes down together.
pub const FACTS_MAX: usize = 8;

/// A statement by the outside world about one member, or about the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Fact<'a> {
    /// A member joined, or said something new about themselves.
    MemberEnrolled(Enrolment<'a>),
    /// A member's tags, attributes or birthday are now these.
    ProfileChanged(Profile<'a>),
    /// A member bought something.
    OrderPlaced(Order<'a>),
    /// A member gave something back.
    OrderReturned(Return<'a>),
    /// A member wants to spend points.
    RedemptionRequested(Redemption<'a>),
    /// A redemption is to be undone.
    ReversalRequested(Reversal<'a>),
    /// Somebody corrects a balance by hand.
    AdjustmentRequested(Adjustment<'a>),
    /// A programme version was published (about the ledger, not a member).
    ProgrammePublished(Publication<'a>),
}

impl Fact<'_> {
    /// The kind's name as events are named, such as `OrderPlaced`.
    pub fn name(&self) -> &'static str {
        match self {
            Fact::MemberEnrolled(_) => "MemberEnrolled",
            Fact::ProfileChanged(_) => "ProfileChanged",
            Fact::OrderPlaced(_) => "OrderPlaced",
            Fact::OrderReturned(_) => "OrderReturned",
            Fact::RedemptionRequested(_) => "RedemptionRequested",
            Fact::ReversalRequested(_) => "ReversalRequested",
            Fact::AdjustmentRequested(_) => "AdjustmentRequested",
            Fact::ProgrammePublished(_) => "ProgrammePublished",
        }
    }

    /// What the fact is about, if others may refer to it by name: an order's or a redemption's name.
    pub fn subject(&self) -> Option<Subject<'_>> {
        match self {
            Fact::OrderPlaced(order) => Some(Subject::Order(&order.id)),
            Fact::OrderReturned(ret) => Some(Subject::Order(&ret.order)),
            Fact::RedemptionRequested(redemption) => Some(Subject::Redemption(&redemption.id)),
            Fact::ReversalRequested(reversal) => Some(Subject::Redemption(&reversal.redemption)),
            _ => None,
        }
    }

    /// The idempotency key of a caller who gives none: made from the fact's own name where it has one.
    pub fn natural_key(&self) -> Option<String> {
        match self {
            Fact::MemberEnrolled(_) => Some("enrolment".to_owned()),
            Fact::OrderPlaced(order) => Some(format!("order:{}", order.id)),
            Fact::OrderReturned(ret) => Some(format!("return:{}", ret.id)),
            Fact::RedemptionRequested(redemption) => Some(format!("redemption:{}", redemption.id)),
            Fact::ReversalRequested(_)
            | Fact::AdjustmentRequested(_)
            | Fact::ProfileChanged(_)
            | Fact::ProgrammePublished(_) => None,
        }
    }
}

impl Fact<'_> {
    /// The same fact with texts of its own.
    pub fn into_owned(self) -> Fact<'static> {
        match self {
            Fact::MemberEnrolled(enrolment) => {
                Fact::MemberEnrolled(Enrolment { profile: enrolment.profile.into_owned() })
            }
            Fact::ProfileChanged(profile) => Fact::ProfileChanged(profile.into_owned()),
            Fact::OrderPlaced(order) => Fact::OrderPlaced(order.into_owned()),
            Fact::OrderReturned(ret) => Fact::OrderReturned(Return {
                id: own(ret.id),
                order: own(ret.order),
                lines: ret
                    .lines
                    .into_iter()
                    .map(|line| ReturnedLine { line: own(line.line), part: line.part })
                    .collect(),
            }),
            Fact::RedemptionRequested(redemption) => Fact::RedemptionRequested(Redemption {
                id: own(redemption.id),
                currency: own(redemption.currency),
                points: redemption.points,
                partial: redemption.partial,
                purpose: match redemption.purpose {
                    Purpose::Reward(what) => Purpose::Reward(own(what)),
                    Purpose::Voucher(what) => Purpose::Voucher(own(what)),
                    Purpose::CashOff { order_total } => Purpose::CashOff { order_total },
                },
            }),
            Fact::ReversalRequested(reversal) => Fact::ReversalRequested(Reversal {
                redemption: own(reversal.redemption),
                points: reversal.points,
            }),
            Fact::AdjustmentRequested(adjustment) => Fact::AdjustmentRequested(Adjustment {
                currency: own(adjustment.currency),
                actor: own(adjustment.actor),
                reason: own(adjustment.reason),
                points: adjustment.points,
                shortfall: adjustment.shortfall,
                about: adjustment.about,
            }),
            Fact::ProgrammePublished(publication) => Fact::ProgrammePublished(Publication {
                effective_from: publication.effective_from,
                source: own(publication.source),
            }),
        }
    }
}

fn own(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(text.into_owned())
}

/// A thing that later facts of the same member may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// An order, by its name.
    Order(&'a str),
    /// A redemption, by its name.
    Redemption(&'a str),
}

/// Joining the programme.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Enrolment<'a> {
    /// What is known of the member.
    pub profile: Profile<'a>,
}

/// What rules may ask about a member. No name, mail or phone belongs here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Profile<'a> {
    /// Month and day of birth.
    pub birthday: Option<MonthDay>,
    /// Segment tags, such as `vip`.
    pub segments: Vec<Cow<'a, str>>,
    /// Attributes and their values, such as `home_store` = `330`.
    pub attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// A purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order<'a> {
    /// The order's name, unique within its member.
    pub id: Cow<'a, str>,
    /// Currency of every amount in the order.
    pub currency: CurrencyCode,
    /// Sales channel, such as `web`.
    pub channel: Option<Cow<'a, str>>,
    /// Store.
    pub store: Option<Cow<'a, str>>,
    /// Shipping, not part of any line.
    pub shipping: Money,
    /// Part of the total that was paid by points.
    pub paid_with_points: Money,
    /// Part of the total that was paid by stored value.
    pub paid_with_stored_value: Money,
    /// What was bought, at least one line.
    pub lines: Vec<Line<'a>>,
}

/// One line of an order. Amounts are of the whole line, never negative.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Line<'a> {
    /// The line's name within the order; `None` is its place counted from 1.
    pub id: Option<Cow<'a, str>>,
    /// Pieces, 0 or more.
    pub quantity: i64,
    /// What the line cost after discount and without tax.
    pub amount: Money,
    /// What was taken off; before discount the line cost `amount + discount`.
    pub discount: Money,
    /// Tax on top of `amount`.
    pub tax: Money,
    /// Stock-keeping unit.
    pub sku: Option<Cow<'a, str>>,
    /// Category or department.
    pub category: Option<Cow<'a, str>>,
    /// Brand.
    pub brand: Option<Cow<'a, str>>,
    /// Free tags, such as `coupon`.
    pub tags: Vec<Cow<'a, str>>,
}

impl Order<'_> {
    /// The same order with texts of its own.
    pub fn into_owned(self) -> Order<'static> {
        Order {
            id: own(self.id),
            currency: self.currency,
            channel: self.channel.map(own),
            store: self.store.map(own),
            shipping: self.shipping,
            paid_with_points: self.paid_with_points,
            paid_with_stored_value: self.paid_with_stored_value,
            lines: self.lines.into_iter().map(Line::into_owned).collect(),
        }
    }

    /// Finds a line by its name, or by its place counted from 1 where it has none.
    pub fn line_index(&self, name: &str) -> Option<usize> {
        let named = self.lines.iter().position(|line| line.id.as_deref() == Some(name));
        named.or_else(|| {
            let index = name.parse::<usize>().ok()?.checked_sub(1)?;
            let line = self.lines.get(index)?;
            (line.id.is_none() && (index + 1).to_string() == name).then_some(index)
        })
    }

    /// The name of a line as receipts show it.
    pub fn line_name(&self, index: usize) -> String {
        self.lines[index].id.as_deref().map_or_else(|| (index + 1).to_string(), str::to_owned)
    }

    /// Refuses what no programme could accept: bad names, negative figures, too many lines, a line named twice.
    pub fn check(&self) -> Result<(), Refusal> {
        name("order id", &self.id)?;
        if self.lines.is_empty() {
            return Err(Refusal::Missing { field: "order lines" });
        }
        count("order lines", self.lines.len(), LINES_MAX)?;
        for (field, text) in [("channel", &self.channel), ("store", &self.store)] {
            optional_name(field, text.as_deref())?;
        }
        not_negative("shipping", self.shipping.0)?;
        not_negative("paid_with_points", self.paid_with_points.0)?;
        not_negative("paid_with_stored_value", self.paid_with_stored_value.0)?;
        for line in &self.lines {
            line.check()?;
        }
        self.lines_named_once()
    }

    fn lines_named_once(&self) -> Result<(), Refusal> {
        let mut names: Vec<&str> = self.lines.iter().filter_map(|line| line.id.as_deref()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => {
                Err(Refusal::DuplicateLine { order: self.id.clone().into_owned(), line: pair[0].to_owned() })
            }
            None => Ok(()),
        }
    }
}

impl Line<'_> {
    fn into_owned(self) -> Line<'static> {
        Line {
            id: self.id.map(own),
            quantity: self.quantity,
            amount: self.amount,
            discount: self.discount,
            tax: self.tax,
            sku: self.sku.map(own),
            category: self.category.map(own),
            brand: self.brand.map(own),
            tags: self.tags.into_iter().map(own).collect(),
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        optional_name("line id", self.id.as_deref())?;
        optional_name("sku", self.sku.as_deref())?;
        optional_name("category", self.category.as_deref())?;
        optional_name("brand", self.brand.as_deref())?;
        count("line tags", self.tags.len(), TAGS_MAX)?;
        for tag in &self.tags {
            name("line tag", tag)?;
        }
        not_negative("line quantity", self.quantity)?;
        not_negative("line amount", self.amount.0)?;
        not_negative("line discount", self.discount.0)?;
        not_negative("line tax", self.tax.0)
    }
}

/// Giving back an order, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Return<'a> {
    /// The return's name, unique within its member.
    pub id: Cow<'a, str>,
    /// The order's name.
    pub order: Cow<'a, str>,
    /// Which lines; empty gives back all that is left of the order.
    pub lines: Vec<ReturnedLine<'a>>,
}

/// What is given back of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReturnedLine<'a> {
    /// The line's name or place.
    pub line: Cow<'a, str>,
    /// How much of it.
    pub part: ReturnedPart,
}

/// How much of a line is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ReturnedPart {
    /// All that is left.
    All,
    /// So many pieces, at least 1, with their share of the line's amount.
    Quantity(i64),
    /// So much money after discount and without tax, at least 1 minor unit, the pieces being kept.
    Amount(Money),
}

impl Return<'_> {
    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        name("return id", &self.id)?;
        name("order id", &self.order)?;
        count("returned lines", self.lines.len(), LINES_MAX)?;
        for line in &self.lines {
            name("returned line", &line.line)?;
            match line.part {
                ReturnedPart::All => {}
                ReturnedPart::Quantity(pieces) => at_least_one("returned quantity", pieces)?,
                ReturnedPart::Amount(money) => at_least_one("returned amount", money.0)?,
            }
        }
        Ok(())
    }
}

/// A wish to spend points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redemption<'a> {
    /// The redemption's name, unique within its member.
    pub id: Cow<'a, str>,
    /// Point currency by its id in the programme.
    pub currency: Cow<'a, str>,
    /// Smallest units, at least 1.
    pub points: Points,
    /// Whether to take what is there when less than `points` is available.
    pub partial: bool,
    /// What for.
    pub purpose: Purpose<'a>,
}

/// What points are spent on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Purpose<'a> {
    /// A reward, by the caller's name for it.
    Reward(Cow<'a, str>),
    /// A voucher, by the caller's name for it.
    Voucher(Cow<'a, str>),
    /// Cash off an order of this total, in the programme's first money currency.
    CashOff {
        /// What the order comes to before points.
        order_total: Money,
    },
}

impl Redemption<'_> {
    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        name("redemption id", &self.id)?;
        at_least_one("points", self.points.0)?;
        match &self.purpose {
            Purpose::Reward(what) => name("reward", what),
            Purpose::Voucher(what) => name("voucher", what),
            Purpose::CashOff { order_total } => not_negative("order_total", order_total.0),
        }
    }
}

/// Undoing a redemption, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reversal<'a> {
    /// The redemption's name.
    pub redemption: Cow<'a, str>,
    /// Smallest units, at least 1; `None` reverses all that is left.
    pub points: Option<Points>,
}

impl Reversal<'_> {
    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        name("redemption id", &self.redemption)?;
        self.points.map_or(Ok(()), |points| at_least_one("points", points.0))
    }
}

/// Correcting a balance by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Adjustment<'a> {
    /// Point currency by its id in the programme.
    pub currency: Cow<'a, str>,
    /// Smallest units: above zero credits a lot, below zero debits.
    pub points: Points,
    /// What a debit does when too little is there.
    pub shortfall: Shortfall,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
    /// The disputed record, by its position in the log.
    pub about: Option<u64>,
}

/// What a debit does with the part that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Shortfall {
    /// Takes what is there and leaves the rest.
    #[default]
    FloorAtZero,
    /// Makes the rest a debt.
    Arrears,
}

impl Adjustment<'_> {
    /// Refuses a missing actor or reason, and nothing to adjust.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.points == Points::ZERO || !(-POINTS_MAX..=POINTS_MAX).contains(&self.points.0) {
            return Err(Refusal::OutOfRange {
                field: "points",
                value: self.points.0,
                accepted: "-10^15 to 10^15, but not 0",
            });
        }
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}

/// A programme version, as published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Publication<'a> {
    /// First instant at which the version is in force.
    pub effective_from: Instant,
    /// The programme file, to the letter.
    pub source: Cow<'a, str>,
}

impl Profile<'_> {
    fn into_owned(self) -> Profile<'static> {
        Profile {
            birthday: self.birthday,
            segments: self.segments.into_iter().map(own).collect(),
            attributes: self.attributes.into_iter().map(|(key, value)| (own(key), own(value))).collect(),
        }
    }

    /// Refuses bad names and too many of them.
    pub fn check(&self) -> Result<(), Refusal> {
        count("segments", self.segments.len(), TAGS_MAX)?;
        count("attributes", self.attributes.len(), TAGS_MAX)?;
        for segment in &self.segments {
            name("segment", segment)?;
        }
        for (key, value) in &self.attributes {
            name("attribute", key)?;
            name("attribute value", value)?;
        }
        Ok(())
    }
}

fn name(field: &'static str, value: &str) -> Result<(), Refusal> {
    if is_name(value) { Ok(()) } else { Err(Refusal::InvalidName { field }) }
}

fn optional_name(field: &'static str, value: Option<&str>) -> Result<(), Refusal> {
    value.map_or(Ok(()), |value| name(field, value))
}

fn text(field: &'static str, value: &str) -> Result<(), Refusal> {
    if value.trim().is_empty() {
        return Err(Refusal::Missing { field });
    }
    count(field, value.len(), TEXT_BYTES_MAX)
}

fn count(what: &'static str, count: usize, count_max: usize) -> Result<(), Refusal> {
    if count > count_max { Err(Refusal::TooMany { what, count, count_max }) } else { Ok(()) }
}

fn not_negative(field: &'static str, value: i64) -> Result<(), Refusal> {
    if (0..=AMOUNT_MAX).contains(&value) {
        Ok(())
    } else {
        Err(Refusal::OutOfRange { field, value, accepted: "0 to 10^14" })
    }
}

fn at_least_one(field: &'static str, value: i64) -> Result<(), Refusal> {
    if (1..=POINTS_MAX).contains(&value) {
        Ok(())
    } else {
        Err(Refusal::OutOfRange { field, value, accepted: "1 to 10^15" })
    }
}
