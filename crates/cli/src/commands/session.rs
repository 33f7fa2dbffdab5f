//! An open ledger, with the programme that gives names and decimals.

use std::sync::Arc;

use tallybook::{BlockingLedger, HistoryBatch, LedgerError, Options, Receipt};
use tallybook_core::calendar::{Instant, Zone};
use tallybook_core::command::Command;
use tallybook_core::fact::Fact;
use tallybook_core::points::parse_scaled;
use tallybook_core::programme::plan::{MoneyCurrency, Plan, PointCurrency};
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::MemberState;

use crate::cli::Global;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::Output;
use crate::when;

/// An open ledger.
pub struct Session {
    /// The ledger.
    pub ledger: BlockingLedger,
    /// Its programme versions as of opening.
    pub programmes: Arc<Programmes>,
}

impl Session {
    /// Opens the ledger that the command line names, and warns of what went wrong without harm.
    ///
    /// # Errors
    /// The ledger's.
    pub fn open(global: &Global, output: &Output) -> Result<Session, CliError> {
        let ledger =
            BlockingLedger::open(&global.ledger, Options::default()).map_err(|error| match error {
                LedgerError::Folder(_) => {
                    CliError::usage(format!("there is no ledger in {}", global.ledger.display())).hint(
                        "name the folder with --ledger DIR or TALLYBOOK_LEDGER, or make one: tallybook init",
                    )
                }
                error => error.into(),
            })?;
        for warning in ledger.warnings()? {
            output.warning(warning);
        }
        let programmes = ledger.programmes()?;
        Ok(Session { ledger, programmes })
    }

    /// Closes the ledger. What was acknowledged is safe whatever happens here, so trouble is a warning.
    pub fn close(self, output: &Output) {
        if let Err(error) = self.ledger.close() {
            output.warning(format!("closing the ledger: {error}"));
        }
    }

    /// The newest version's plan, which names and decimals come from.
    ///
    /// # Errors
    /// [`Refusal::NoProgramme`] before the first publication.
    pub fn plan(&self) -> Result<&Plan, CliError> {
        let newest = self.programmes.versions().last();
        newest.map(|version| &version.plan).ok_or_else(|| Refusal::NoProgramme { at: when::now() }.into())
    }

    /// The newest version's zone; UTC before the first publication.
    pub fn zone(&self) -> Zone {
        self.programmes.versions().last().map_or(Zone::UTC, |version| version.plan.zone)
    }

    /// A moment as typed, in the programme's zone.
    ///
    /// # Errors
    /// Usage.
    pub fn when(&self, text: &str) -> Result<Instant, CliError> {
        when::parse(text, self.zone())
    }

    /// A point currency by its id, or the only one.
    ///
    /// # Errors
    /// [`Refusal::UnknownPointCurrency`]; usage where there are several and none is named.
    pub fn currency(&self, id: Option<&str>) -> Result<&PointCurrency, CliError> {
        let mut all = self.plan()?.currencies.iter().flatten();
        let ids = || {
            let ids: Vec<&str> =
                self.plan().into_iter().flat_map(|plan| &plan.currencies).flatten().map(|c| &*c.id).collect();
            ids.join(", ")
        };
        let Some(id) = id else {
            return match (all.next(), all.next()) {
                (Some(only), None) => Ok(only),
                _ => Err(CliError::usage(format!("the programme has several point currencies: {}", ids()))
                    .hint("name one with --currency ID")),
            };
        };
        all.find(|currency| &*currency.id == id)
            .ok_or_else(|| Refusal::UnknownPointCurrency { currency: id.to_owned(), accepted: ids() }.into())
    }

    /// The first money currency of the programme, or the one with a code.
    ///
    /// # Errors
    /// Usage where there is none.
    pub fn money(&self, code: Option<&str>) -> Result<MoneyCurrency, CliError> {
        let mut all = self.plan()?.money.iter();
        let found = match code {
            None => all.next(),
            Some(code) => all.find(|money| money.code.as_str() == code),
        };
        found.copied().ok_or_else(|| {
            CliError::usage(format!(
                "`{}` is not a money currency of the programme",
                code.unwrap_or_default()
            ))
        })
    }

    /// What a member owns at a moment, with what is due by then settled, as known at another or now.
    ///
    /// # Errors
    /// [`Refusal::UnknownMember`].
    pub fn state_at(&self, name: &str, at: Instant, known: Option<Instant>) -> Result<MemberState, CliError> {
        let now = when::now();
        let state = match known {
            None if at >= now => self.ledger.member_at(name, at)?.map(|view| view.state),
            // Looking back, only what had happened by then counts, so the state is folded anew.
            _ => self.ledger.as_of(name, at, known.unwrap_or(now))?,
        };
        state.ok_or_else(|| Refusal::UnknownMember { member: name.to_owned() }.into())
    }

    /// Submits one fact and shows its receipt. `at` as typed; without it, now.
    ///
    /// # Errors
    /// The ledger's.
    pub fn submit(
        &self,
        member: &str,
        at: Option<&str>,
        fact: Fact<'static>,
        key: Option<&str>,
        output: &Output,
    ) -> Result<(), CliError> {
        let effective_at = self.when(at.unwrap_or("now"))?;
        let mut command = Command::new(member, effective_at, fact);
        command.key = key.map(str::to_owned);
        let receipt = match self.ledger.submit(command.clone()) {
            Err(LedgerError::Refused(Refusal::IdempotencyConflict { key })) if at.is_none() => {
                self.submit_as_before(command, key)?
            }
            outcome => outcome?,
        };
        Show::new(&self.programmes).receipt(&receipt, output);
        Ok(())
    }

    /// A command typed again says "now" and means the first time: it is the same if nothing but the time differs.
    fn submit_as_before(&self, mut command: Command, key: String) -> Result<Receipt, LedgerError> {
        let under_key = |batch: &HistoryBatch| {
            let natural = || batch.facts.first().and_then(Fact::natural_key);
            batch.key.clone().or_else(natural).as_ref() == Some(&key)
        };
        let history = self.ledger.history(&command.member)?;
        if let Some(before) = history.into_iter().find(under_key) {
            command.effective_at = before.effective_at;
        }
        self.ledger.submit(command)
    }
}

/// Reads a decimal typed for an option into smallest units.
///
/// # Errors
/// Usage, naming the option.
pub fn units(option: &str, text: &str, scale: u8) -> Result<i64, CliError> {
    parse_scaled(text, scale).map_err(|message| CliError::usage(format!("{option}: {message}")))
}
