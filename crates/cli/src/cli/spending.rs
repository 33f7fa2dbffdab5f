//! Options of commands by which points are spent, set aside, or change hands.

use clap::{Args, Subcommand};

use super::{Keyed, Once};

/// Spends points.
#[derive(Debug, Args)]
pub struct Redeem {
    /// The member
    pub member: String,
    /// How many points, with decimals where the currency has them [default: the listed reward's price]
    #[arg(long, value_name = "N", required_unless_present = "reward")]
    pub points: Option<String>,
    /// The redemption's name; the same name is carried out once
    #[arg(long)]
    pub id: String,
    /// What for.
    #[command(flatten)]
    pub purpose: Purpose,
    /// The voucher's code, which opens it once; only its SHA-256 is kept, so that a short or simple one can be found out
    #[arg(long, value_name = "CODE", conflicts_with = "new_code")]
    pub code: Option<String>,
    /// Make a code for the voucher, shown this once
    #[arg(long)]
    pub new_code: bool,
    /// Take what is there when it is less
    #[arg(long)]
    pub partial: bool,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// What points are spent on, one of three.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Purpose {
    /// For a reward; where the programme lists rewards, one of them
    #[arg(long, value_name = "ID")]
    pub reward: Option<String>,
    /// For a voucher
    #[arg(long, value_name = "WHAT")]
    pub voucher: Option<String>,
    /// For cash off an order of this total
    #[arg(long, value_name = "TOTAL", visible_alias = "cash")]
    pub cash_off: Option<String>,
}

/// Undoes a redemption.
#[derive(Debug, Args)]
pub struct Reverse {
    /// The member
    pub member: String,
    /// The redemption's name
    pub redemption: String,
    /// How many points [default: all that are left]
    #[arg(long, value_name = "N")]
    pub points: Option<String>,
    /// Point currency, for the decimals of --points [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// Asks what points could pay.
#[derive(Debug, Args)]
pub struct Quote {
    /// The member
    pub member: String,
    /// What the order comes to before points, in the programme's first money currency
    #[arg(long, value_name = "TOTAL")]
    pub order_total: String,
    /// At most so many points
    #[arg(long, value_name = "N", conflicts_with = "amount")]
    pub points: Option<String>,
    /// As many points as make up this much money
    #[arg(long, value_name = "AMOUNT")]
    pub amount: Option<String>,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// As of when
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub at: String,
}

/// What to do with a voucher.
#[derive(Debug, Subcommand)]
pub enum Voucher {
    /// Use a voucher by its code
    #[command(
        after_help = "Example:\n  tallybook voucher use 1042 9F3KM-7QXRA-2HVTD-WCE5P --key till-3-8812"
    )]
    Use(VoucherUse),
}

/// Uses a voucher.
#[derive(Debug, Args)]
pub struct VoucherUse {
    /// The member
    pub member: String,
    /// The code, to the letter
    pub code: String,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// What to do with a hold.
#[derive(Debug, Subcommand)]
pub enum Hold {
    /// Set points aside for a redemption to come
    #[command(after_help = "\
Example:
  tallybook hold place 1042 --id H-5 --points 500 --until \"2026-05-03 18:00\" --cash-off 24.90")]
    Place(HoldPlace),
    /// Spend points that were set aside; what is not spent comes back
    #[command(
        after_help = "Examples:\n  tallybook hold capture 1042 H-5\n  tallybook hold capture 1042 H-5 --points 300"
    )]
    Capture(HoldCapture),
    /// Give up a hold: all of it comes back
    #[command(after_help = "Example:\n  tallybook hold release 1042 H-5")]
    Release(HoldRelease),
}

/// Sets points aside.
#[derive(Debug, Args)]
pub struct HoldPlace {
    /// The member
    pub member: String,
    /// The hold's name, which becomes that of the redemption; the same name is carried out once
    #[arg(long)]
    pub id: String,
    /// How many points [default: the listed reward's price]
    #[arg(long, value_name = "N", required_unless_present = "reward")]
    pub points: Option<String>,
    /// When it is released if nothing else is done
    #[arg(long, value_name = "WHEN")]
    pub until: String,
    /// What for.
    #[command(flatten)]
    pub purpose: Purpose,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Spends what was set aside.
#[derive(Debug, Args)]
pub struct HoldCapture {
    /// The member
    pub member: String,
    /// The hold's name
    pub hold: String,
    /// How many points [default: all of them]
    #[arg(long, value_name = "N")]
    pub points: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Gives up a hold.
#[derive(Debug, Args)]
pub struct HoldRelease {
    /// The member
    pub member: String,
    /// The hold's name
    pub hold: String,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Sends points to another member.
#[derive(Debug, Args)]
pub struct Transfer {
    /// Who sends
    pub from: String,
    /// Who receives
    pub to: String,
    /// How many points the other gets; a fee comes on top
    pub points: String,
    /// The transfer's name; the same name is carried out once
    #[arg(long)]
    pub id: String,
    /// Say that it is a present
    #[arg(long)]
    pub gift: bool,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Takes down bought points.
#[derive(Debug, Args)]
pub struct Purchase {
    /// Who gets the points
    pub member: String,
    /// How many points
    pub points: String,
    /// The purchase's name; the same name is carried out once
    #[arg(long)]
    pub id: String,
    /// What was paid
    #[arg(long, value_name = "AMOUNT")]
    pub price: Option<String>,
    /// Currency of --price [default: the programme's first]
    #[arg(long, value_name = "CODE", requires = "price")]
    pub money: Option<String>,
    /// Who gave them, where they are a present; any name
    #[arg(long, value_name = "NAME")]
    pub giver: Option<String>,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}
