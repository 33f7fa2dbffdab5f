//! `tallybook history`: all that happened to a member, fact by fact.

use serde_json::json;
use tallybook_core::fact::Fact;
use tallybook_core::refusal::Refusal;

use crate::cli::{Global, History};
use crate::commands::session::{Session, order_currency};
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::Output;

/// Shows the history, oldest first.
///
/// # Errors
/// [`Refusal::UnknownMember`].
pub fn run(global: &Global, options: &History, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let history = session.ledger.history(&options.member)?;
    if history.is_empty() {
        return Err(Refusal::UnknownMember { member: options.member.clone() }.into());
    }
    let past = session.whole_history(&options.member)?;
    let currency_of = |fact: &Fact<'_>| match fact {
        Fact::OrderReturned(ret) => order_currency(history.iter().chain(&past), &ret.order),
        _ => None,
    };
    let first = options.last.map_or(0, |last| history.len().saturating_sub(last));
    let show = Show::new(&session.programmes);
    let mut batches = Vec::new();
    for batch in &history[first..] {
        if output.json {
            let facts = batch
                .facts
                .iter()
                .map(|fact| json!({ "kind": fact.name(), "text": show.fact(fact, currency_of(fact)) }));
            batches.push(json!({
                "batch_number": batch.batch_number,
                "position": batch.position.0,
                "effective_at": batch.effective_at.to_string(),
                "recorded_at": batch.recorded_at.to_string(),
                "key": batch.key,
                "facts": facts.collect::<Vec<_>>(),
                "events": show.events_json(&batch.events),
            }));
            continue;
        }
        for fact in &batch.facts {
            output.line(format!(
                "{}  {}",
                show.local(batch.effective_at),
                show.fact(fact, currency_of(fact))
            ));
        }
        for event in &batch.events {
            output.line(format!("{}    {}", show.local(event.effective_at), show.event(event)));
        }
    }
    if output.json {
        output.value(&json!({ "member": options.member, "batches": batches }));
    } else {
        if first > 0 {
            output.note(format!("{first} earlier batches are not shown"));
        }
        let goes_on = session.ledger.member(&options.member)?.filter(|view| view.name != options.member);
        if let Some(view) = goes_on {
            output
                .note(format!("`{}` is part of `{}` now, whose history goes on", options.member, view.name));
        }
    }
    session.close(output);
    Ok(())
}
