//! Options of commands about tiers and about what they give.

use clap::{Args, Subcommand};

use super::{ByHand, Keyed, Once};

/// Shows or changes a member's tiers.
#[derive(Debug, Args)]
#[command(subcommand_negates_reqs = true, disable_help_subcommand = true)]
#[command(override_usage = "tallybook tier [OPTIONS] <MEMBER>\n       tallybook tier <COMMAND>")]
pub struct Tier {
    /// What to do, where it is more than to look.
    #[command(subcommand)]
    pub action: Option<TierAction>,
    /// The member; after `--` where that is called like a command
    #[arg(required = true)]
    pub member: Option<String>,
    /// As of when [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
}

/// What to do with a tier by hand.
#[derive(Debug, Subcommand)]
pub enum TierAction {
    /// Give a tier by hand, whatever the member's figures say
    #[command(after_help = "\
Examples:
  tallybook tier give 1042 gold --key case-20 --actor mia --reason \"founding member\"
  tallybook tier give 1042 gold --until 2027-01-01 --key case-21 --actor mia --reason \"on leave\"

It is held until then, or until it is revoked; where the member's figures reach a higher tier, that
one is held. It takes the place of one given or lent before.")]
    Give(TierGive),
    /// Lend a tier, as the programme's challenge for it says
    #[command(after_help = "\
Example:
  tallybook tier lend 1042 gold --key match-7 --actor mia --reason \"gold at another airline\"

`tallybook tier 1042` shows how far the member is with what makes it their own.")]
    Lend(TierLend),
    /// End a tier that was given or lent by hand
    #[command(after_help = "\
Example:
  tallybook tier revoke 1042 --key case-22 --actor mia --reason \"given by mistake\"

The tier that the member's figures have reached stays.")]
    Revoke(TierRevoke),
}

/// Gives a tier.
#[derive(Debug, Args)]
pub struct TierGive {
    /// The member
    pub member: String,
    /// The tier, any but the first
    pub tier: String,
    /// The first moment at which it no longer holds [default: it holds until it is revoked]
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Which ladder.
    #[command(flatten)]
    pub on: OnLadder,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// Lends a tier.
#[derive(Debug, Args)]
pub struct TierLend {
    /// The member
    pub member: String,
    /// The tier, one that has a challenge
    pub tier: String,
    /// Which ladder.
    #[command(flatten)]
    pub on: OnLadder,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// Ends a tier by hand.
#[derive(Debug, Args)]
pub struct TierRevoke {
    /// The member
    pub member: String,
    /// Which ladder.
    #[command(flatten)]
    pub on: OnLadder,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// Which ladder a command is about.
#[derive(Debug, Args)]
pub struct OnLadder {
    /// The ladder [default: the only one]
    #[arg(long, value_name = "ID")]
    pub ladder: Option<String>,
}

/// What to do with benefits.
#[derive(Debug, Subcommand)]
pub enum Benefit {
    /// Show what a member's tiers give: how often, what is used and left, and when that lapses
    #[command(after_help = "Example:\n  tallybook benefit list 1042")]
    List(BenefitList),
    /// Use a benefit of the tier held
    #[command(after_help = "\
Examples:
  tallybook benefit use 1042 lounge --id OSL-2027-03-01-0815
  tallybook benefit use 1042 lounge --times 2 --key gate-7-8812")]
    Use(BenefitUse),
    /// Give uses of the running period back
    #[command(after_help = "\
Example:
  tallybook benefit restore 1042 lounge --key case-23 --actor mia --reason \"the lounge was full\"")]
    Restore(BenefitRestore),
}

/// Shows benefits.
#[derive(Debug, Args)]
pub struct BenefitList {
    /// The member
    pub member: String,
    /// As of when
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub at: String,
}

/// Uses a benefit.
#[derive(Debug, Args)]
pub struct BenefitUse {
    /// The member
    pub member: String,
    /// The benefit, one of the programme's
    pub benefit: String,
    /// How many times
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true)]
    pub times: i64,
    /// The use's own name; the same name is carried out once [default: the key]
    #[arg(long, required_unless_present = "key")]
    pub id: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Gives uses back.
#[derive(Debug, Args)]
pub struct BenefitRestore {
    /// The member
    pub member: String,
    /// The benefit, one of the programme's
    pub benefit: String,
    /// How many times
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true)]
    pub times: i64,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}
