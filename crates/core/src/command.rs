//! What a caller asks the ledger to take down.

use crate::calendar::Instant;
use crate::fact::check::instant;
use crate::fact::{FACTS_MAX, Fact, Order, Return, Subject};
use crate::ids::is_name;
use crate::refusal::Refusal;

/// Facts about one member, to be taken down and judged together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The member's name.
    pub member: String,
    /// Idempotency key, unique within its member for ever. `None` uses the first fact's natural key
    /// (`order:A-1`); a fact without a name of its own needs one.
    pub key: Option<String>,
    /// When it happened in business.
    pub effective_at: Instant,
    /// What happened, 1–8 facts in order.
    pub facts: Vec<Fact<'static>>,
}

impl Command {
    /// One fact under its natural key.
    pub fn new(member: &str, effective_at: Instant, fact: Fact<'static>) -> Command {
        Command { member: member.to_owned(), key: None, effective_at, facts: vec![fact] }
    }

    /// The same command under a key of the caller's.
    pub fn with_key(mut self, key: &str) -> Command {
        self.key = Some(key.to_owned());
        self
    }

    /// An exchange: a return and an order that stand or fall together.
    pub fn exchange(
        member: &str,
        effective_at: Instant,
        ret: Return<'static>,
        order: Order<'static>,
    ) -> Command {
        Command {
            member: member.to_owned(),
            key: None,
            effective_at,
            facts: vec![Fact::OrderReturned(ret), Fact::OrderPlaced(order)],
        }
    }

    /// The key under which the command counts once.
    ///
    /// # Errors
    /// [`Refusal::Missing`] where neither the caller nor the fact has one.
    pub fn effective_key(&self) -> Result<String, Refusal> {
        self.key
            .clone()
            .or_else(|| self.facts.first().and_then(Fact::natural_key))
            .ok_or(Refusal::Missing { field: "idempotency key" })
    }

    /// Refuses what no state or programme could accept.
    pub fn check(&self) -> Result<(), Refusal> {
        for (field, name) in [("member", Some(&self.member)), ("idempotency key", self.key.as_ref())] {
            if name.is_some_and(|name| !is_name(name)) {
                return Err(Refusal::InvalidName { field });
            }
        }
        if self.facts.is_empty() {
            return Err(Refusal::Missing { field: "facts" });
        }
        if self.facts.len() > FACTS_MAX {
            return Err(Refusal::TooMany { what: "facts", count: self.facts.len(), count_max: FACTS_MAX });
        }
        instant("effective_at", self.effective_at)?;
        self.effective_key()?;
        self.facts.iter().try_for_each(Fact::check)?;
        self.stands_alone()?;
        self.names_each_once()
    }

    /// What ties in another member, or ends this one, comes in a command of its own.
    fn stands_alone(&self) -> Result<(), Refusal> {
        let alone = |fact: &&Fact<'_>| {
            matches!(fact, Fact::TransferRequested(_) | Fact::MergeRequested(_) | Fact::ClosureRequested(_))
        };
        match self.facts.iter().find(alone) {
            Some(fact) if self.facts.len() > 1 => Err(Refusal::NotAlone { fact: fact.name() }),
            _ => Ok(()),
        }
    }

    /// A fact is judged on what earlier commands left, so no two facts of one command may be about one thing.
    fn names_each_once(&self) -> Result<(), Refusal> {
        let subjects = || self.facts.iter().filter_map(Fact::subject);
        match subjects().enumerate().find(|(index, subject)| subjects().take(*index).any(|s| s == *subject)) {
            Some((_, Subject::Order(name) | Subject::Redemption(name))) => {
                Err(Refusal::NamedTwice { name: name.to_owned() })
            }
            None => Ok(()),
        }
    }
}
