//! `tallybook tier`: where a member stands on each ladder, and what is missing.

use serde_json::json;
use tallybook_core::calendar::Instant;
use tallybook_core::decide::tier::progress::progress;
use tallybook_core::event::Figures;

use crate::cli::{Global, Tier};
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::{Output, Side};

/// Shows the tiers.
///
/// # Errors
/// `unknown_member`, `no_programme`.
pub fn run(global: &Global, options: &Tier, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let at = session.when(&options.at)?;
    let found = session.member_at(&options.member, at, None)?;
    let state = &found.state;
    let plan = &session.programmes.in_force(at)?.plan;
    let show = Show::new(&session.programmes);
    let mut rows = Vec::new();
    let mut values = Vec::new();
    for ladder in plan.ladders.iter().flatten() {
        let stands = progress(&session.programmes, ladder, plan.zone, state, at);
        let tier = |number| show.tier_id(ladder.number, number);
        values.push(json!({
            "ladder": &*ladder.id,
            "tier": tier(stands.tier),
            "until": stands.until.map(|until| until.to_string()),
            "figures": show.figures_json(&stands.figures),
            "next": stands.next.map(|(next, missing)| {
                json!({
                    "tier": tier(next),
                    "missing": show.figures_json(&missing),
                    "by": stands.next_by.map(|by| by.to_string()),
                })
            }),
            "missing_to_keep": stands.keep.map(|missing| show.figures_json(&missing)),
            "keep_by": stands.keep_by.map(|by| by.to_string()),
            "projected": stands.projected.map(|(at, to)| json!({ "at": at.to_string(), "tier": tier(to) })),
        }));
        rows.push(vec![
            ladder.id.to_string(),
            tier(stands.tier).to_owned(),
            show.local_or(stands.until, "-"),
            show.figures(&stands.figures),
            stands.next.map_or_else(
                || "-".to_owned(),
                |(next, missing)| {
                    format!("{} more for {}{}", show.figures(&missing), tier(next), by(&show, stands.next_by))
                },
            ),
            stands.keep.map_or_else(
                || "-".to_owned(),
                |missing| {
                    // Nothing is missing, so that there is no hurry.
                    let by = by(&show, stands.keep_by.filter(|_| missing != Figures::default()));
                    format!("{}{by}", show.figures(&missing))
                },
            ),
            stands
                .projected
                .map_or_else(|| "-".to_owned(), |(at, to)| format!("{} at {}", tier(to), show.local(at))),
        ]);
    }
    if output.json {
        output.value(&json!({ "member": found.name, "asked_for": options.member, "at": at.to_string(), "ladders": values }));
    } else if rows.is_empty() {
        output.line("the programme has no ladder");
    } else {
        found.note_alias(&options.member, output);
        let headings = ["ladder", "tier", "until", "figures", "next", "missing to keep", "if nothing more"];
        output.table(&headings.map(|heading| (heading, Side::Left)), rows);
    }
    session.close(output);
    Ok(())
}

/// By when something must be reached, where there is an end: ` by 2027-01-01 00:00:00`.
fn by(show: &Show<'_>, end: Option<Instant>) -> String {
    end.map_or_else(String::new, |end| format!(" by {}", show.local(end)))
}
