//! Options of commands by which members join and earn: enrol, order, fulfil, return, activity.

use clap::Args;

use super::Once;

/// Enrols a member.
#[derive(Debug, Args)]
pub struct Enrol {
    /// The member
    pub member: String,
    /// Month and day, such as 02-29
    #[arg(long, value_name = "MM-DD")]
    pub birthday: Option<String>,
    /// A segment tag; may be repeated
    #[arg(long, value_name = "TAG")]
    pub segment: Vec<String>,
    /// An attribute; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub attribute: Vec<String>,
    /// The member who brought this one
    #[arg(long, value_name = "MEMBER")]
    pub referred_by: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Places an order.
#[derive(Debug, Args)]
pub struct Order {
    /// The member
    pub member: String,
    /// The order's name; the same name is carried out once
    pub order: String,
    /// A line: what it cost, then what is known of it; may be repeated
    #[arg(
        long,
        value_name = "AMOUNT[,NAME=VALUE]...",
        required = true,
        long_help = "A line: what it cost after discount and without tax, then what is known of it; may be repeated.\n\
            Names are id, quantity, sku, category, brand, tag (may be repeated), discount and tax"
    )]
    pub line: Vec<String>,
    /// Currency of the amounts [default: the programme's first]
    #[arg(long, value_name = "CODE")]
    pub money: Option<String>,
    /// Sales channel
    #[arg(long)]
    pub channel: Option<String>,
    /// Store
    #[arg(long)]
    pub store: Option<String>,
    /// Shipping, not part of any line
    #[arg(long, value_name = "AMOUNT")]
    pub shipping: Option<String>,
    /// The redemption that paid a part of it: a return gives points back to it
    #[arg(long, value_name = "ID")]
    pub redemption: Option<String>,
    /// Part of the total that was paid by points
    #[arg(long, value_name = "AMOUNT")]
    pub paid_with_points: Option<String>,
    /// Part of the total that was paid by stored value, such as a gift card
    #[arg(long, value_name = "AMOUNT")]
    pub paid_with_stored_value: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Gives back an order.
#[derive(Debug, Args)]
pub struct Return {
    /// The member
    pub member: String,
    /// The order's name
    pub order: String,
    /// The return's name; the same name is carried out once
    #[arg(long)]
    pub id: String,
    /// A line, its pieces or its money; may be repeated; without it, the whole order
    #[arg(long, value_name = "LINE[:PIECES|=MONEY]")]
    pub line: Vec<String>,
    /// Points that go back to the redemption which paid the order [default: its share of what comes back]
    #[arg(long, value_name = "N")]
    pub points_back: Option<String>,
    /// Point currency, for the decimals of --points-back [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// An order reached the member.
#[derive(Debug, Args)]
pub struct Fulfil {
    /// The member
    pub member: String,
    /// The order's name
    pub order: String,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Records an activity.
#[derive(Debug, Args)]
pub struct Activity {
    /// The member
    pub member: String,
    /// The kind, one of the programme's `[[activity]]`
    pub kind: String,
    /// The activity's own name; the same name is carried out once
    #[arg(long, required_unless_present = "key")]
    pub id: Option<String>,
    /// The money that it is about
    #[arg(long, value_name = "AMOUNT")]
    pub amount: Option<String>,
    /// Currency of --amount [default: the programme's first]
    #[arg(long, value_name = "CODE", requires = "amount")]
    pub money: Option<String>,
    /// The answer to a survey, 0 to 10
    #[arg(long, value_name = "0-10")]
    pub score: Option<u8>,
    /// Channel
    #[arg(long)]
    pub channel: Option<String>,
    /// Store
    #[arg(long)]
    pub store: Option<String>,
    /// A tag; may be repeated
    #[arg(long)]
    pub tag: Vec<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}
