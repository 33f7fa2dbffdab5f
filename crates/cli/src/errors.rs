//! What can go wrong, as exit codes and hints.
//!
//! Invariant: this is the only place where kinds of errors meet exit codes; `docs/cli.md` has the table.

use std::fmt::Display;
use std::process::ExitCode;

use tallybook::{ErrorKind, LedgerError};
use tallybook_core::refusal::Refusal;

/// The end of a command that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Done,
    /// A check found something.
    Found,
    /// Nothing of the input could be taken.
    Unusable,
}

impl Outcome {
    /// 0; 1 where something was found; 2 where the input was of no use.
    pub fn exit_code(self) -> ExitCode {
        match self {
            Outcome::Done => ExitCode::SUCCESS,
            Outcome::Found => ExitCode::from(1),
            Outcome::Unusable => ExitCode::from(2),
        }
    }
}

/// What stopped a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line, or a file named on it, is not right.
    Usage,
    /// The ledger's valid "no".
    Refused,
    /// The machine failed.
    Fault,
    /// Stored bytes are wrong.
    Corruption,
}

/// An error as the user sees it.
#[derive(Clone, Debug)]
pub struct CliError {
    /// Its kind.
    pub kind: Kind,
    /// A stable code where there is one.
    pub code: Option<&'static str>,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl CliError {
    /// Something wrong on the command line or in a file named on it.
    pub fn usage(message: impl Display) -> CliError {
        CliError { kind: Kind::Usage, code: None, message: message.to_string(), hint: None }
    }

    /// A failure of the machine.
    pub fn fault(message: impl Display) -> CliError {
        CliError { kind: Kind::Fault, code: None, message: message.to_string(), hint: None }
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: impl Display) -> CliError {
        self.hint = Some(hint.to_string());
        self
    }

    /// 2 to 5, by kind.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self.kind {
            Kind::Usage => 2,
            Kind::Refused => 3,
            Kind::Fault => 4,
            Kind::Corruption => 5,
        })
    }

    /// The kind's name, for `--json`.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Usage => "usage",
            Kind::Refused => "refused",
            Kind::Fault => "fault",
            Kind::Corruption => "corruption",
        }
    }
}

impl From<LedgerError> for CliError {
    fn from(error: LedgerError) -> CliError {
        let kind = match error.kind() {
            ErrorKind::Refusal => Kind::Refused,
            ErrorKind::Fault => Kind::Fault,
            ErrorKind::Corruption => Kind::Corruption,
        };
        let (code, hint) = match &error {
            LedgerError::Refused(refusal) => (Some(refusal.code()), hint_for(refusal)),
            LedgerError::Locked(_) => {
                (None, Some("close the other program that has it open, or wait for it"))
            }
            LedgerError::Corruption(_) => {
                (None, Some("nothing was changed; keep the folder as it is and see `tallybook verify`"))
            }
            LedgerError::Poisoned(_) => (None, Some("mend the disk, then run the command again")),
            _ => (None, None),
        };
        CliError { kind, code, message: error.to_string(), hint: hint.map(str::to_owned) }
    }
}

impl From<Refusal> for CliError {
    fn from(refusal: Refusal) -> CliError {
        LedgerError::Refused(refusal).into()
    }
}

fn hint_for(refusal: &Refusal) -> Option<&'static str> {
    Some(match refusal {
        Refusal::NoProgramme { .. } => "publish one: tallybook publish FILE --from DATE",
        Refusal::UnsoundProgramme { .. } => "tallybook check FILE shows the same before publishing",
        Refusal::WrongPrice { .. } => "without --points the price is paid",
        Refusal::UnknownHold { .. } => "tallybook balance MEMBER shows open holds",
        Refusal::UnknownLot { .. } => "tallybook balance MEMBER --lots shows the lots",
        Refusal::NothingToReinstate { .. } => "tallybook history MEMBER shows which lots expired",
        Refusal::NoTierGranted { .. } => "tallybook tier MEMBER shows what is held, and why",
        Refusal::BenefitUsedUp { .. } | Refusal::BenefitNotUsed { .. } => {
            "tallybook benefit list MEMBER shows what was used, what is left, and when it lapses"
        }
        Refusal::EarningBlocked | Refusal::RedeemingBlocked => "see tallybook unblock --help",
        Refusal::IdempotencyConflict { .. } => "give it a new key or id, or repeat the first one exactly",
        _ => return None,
    })
}
