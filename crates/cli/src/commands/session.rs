//! An open ledger, with the programme that gives names and decimals.

use std::sync::Arc;

use tallybook::{BlockingLedger, HistoryBatch, LedgerError, Options, Receipt};
use tallybook_core::calendar::{Instant, Zone};
use tallybook_core::command::Command;
use tallybook_core::event::Decision;
use tallybook_core::fact::Fact;
use tallybook_core::money::CurrencyCode;
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

    /// What a member owns at a moment, with what is due by then settled, as known at another or now. Whoever became
    /// part of another by then is found as that other.
    ///
    /// # Errors
    /// [`Refusal::UnknownMember`].
    pub fn member_at(&self, name: &str, at: Instant, known: Option<Instant>) -> Result<Found, CliError> {
        let now = when::now();
        let unknown = || Refusal::UnknownMember { member: name.to_owned() };
        if known.is_none() && at >= now {
            let view = self.ledger.member_at(name, at)?.ok_or_else(unknown)?;
            return Ok(Found { name: view.name, state: view.state });
        }
        // Looking back, only what had happened by then counts, so the state is folded anew.
        let mut name = name.to_owned();
        loop {
            let state = self.ledger.as_of(&name, at, known.unwrap_or(now))?.ok_or_else(unknown)?;
            match state.status.merged_into {
                Some(into) => name = into.into_string(),
                None => return Ok(Found { name, state }),
            }
        }
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
    ) -> Result<Receipt, CliError> {
        let alias = self.alias(member)?;
        let receipt = self.take_down(member, at, fact, key)?;
        let show = Show::new(&self.programmes);
        if output.json {
            output.value(&show.receipt_json(&receipt));
        } else {
            show.receipt_lines(&receipt, output);
        }
        if let Some(alias) = alias {
            output.note(alias);
        }
        Ok(receipt)
    }

    /// What to say where a member is part of another, who gets what is taken down.
    ///
    /// # Errors
    /// The ledger's.
    pub fn alias(&self, member: &str) -> Result<Option<String>, CliError> {
        let other = self.ledger.member(member)?.filter(|view| view.name != member);
        Ok(other.map(|view| format!("`{member}` is part of `{}` now, whose it is", view.name)))
    }

    /// All batches of a member and of those who became part of them, each one's oldest first.
    ///
    /// # Errors
    /// The ledger's.
    pub fn whole_history(&self, member: &str) -> Result<Vec<HistoryBatch>, LedgerError> {
        let mut names = vec![self.ledger.member(member)?.map_or_else(|| member.to_owned(), |view| view.name)];
        let mut batches = Vec::new();
        while let Some(name) = names.pop() {
            let history = self.ledger.history(&name)?;
            let events = history.iter().flat_map(|batch| &batch.events);
            names.extend(events.filter_map(|event| match &event.decision {
                Decision::MergedFrom(merged) => Some(merged.from.to_string()),
                _ => None,
            }));
            batches.extend(history);
        }
        Ok(batches)
    }

    /// Submits one fact. `at` as typed; without it, now.
    ///
    /// # Errors
    /// The ledger's.
    pub fn take_down(
        &self,
        member: &str,
        at: Option<&str>,
        fact: Fact<'static>,
        key: Option<&str>,
    ) -> Result<Receipt, CliError> {
        let effective_at = self.when(at.unwrap_or("now"))?;
        let mut command = Command::new(member, effective_at, fact);
        command.key = key.map(str::to_owned);
        match self.ledger.submit(command.clone()) {
            Err(LedgerError::Refused(Refusal::IdempotencyConflict { key })) if at.is_none() => {
                Ok(self.submit_as_before(command, key)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// A command typed again says "now" and means the first time: it is the same if nothing but the time differs.
    fn submit_as_before(&self, mut command: Command, key: String) -> Result<Receipt, LedgerError> {
        let under_key = |batch: &HistoryBatch| {
            let natural = || batch.facts.first().and_then(Fact::natural_key);
            batch.key.clone().or_else(natural).as_ref() == Some(&key)
        };
        if let Some(before) = self.whole_history(&command.member)?.into_iter().find(under_key) {
            command.effective_at = before.effective_at;
        }
        self.ledger.submit(command)
    }
}

/// A member as asked for.
pub struct Found {
    /// The member's name, which is another than asked for where that one became part of another.
    pub name: String,
    /// What the member owns.
    pub state: MemberState,
}

impl Found {
    /// Says so where another name was asked for.
    pub fn note_alias(&self, asked: &str, output: &Output) {
        if self.name != asked {
            output.note(format!("`{asked}` is part of `{}` now, who is shown", self.name));
        }
    }
}

/// The currency of an order among a member's batches.
pub fn order_currency<'h>(
    batches: impl IntoIterator<Item = &'h HistoryBatch>,
    name: &str,
) -> Option<CurrencyCode> {
    batches.into_iter().flat_map(|batch| &batch.facts).find_map(|fact| match fact {
        Fact::OrderPlaced(order) if order.id == name => Some(order.currency),
        _ => None,
    })
}

/// Reads a decimal typed for an option into smallest units.
///
/// # Errors
/// Usage, naming the option.
pub fn units(option: &str, text: &str, scale: u8) -> Result<i64, CliError> {
    parse_scaled(text, scale).map_err(|message| CliError::usage(format!("{option}: {message}")))
}
