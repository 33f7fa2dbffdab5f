//! `tallybook tier`: where a member stands on each ladder, and tiers given, lent and revoked by hand.

use std::borrow::Cow;

use serde_json::{Value, json};
use tallybook::HistoryBatch;
use tallybook_core::calendar::Instant;
use tallybook_core::decide::tier::figures::{Standing, period_at, reaches};
use tallybook_core::decide::tier::progress::{Missing, Progress, progress};
use tallybook_core::event::{Decision, Figures, TierGrant};
use tallybook_core::fact::{Fact, TierRequest, TierRevocation, TierTerm};
use tallybook_core::ids::TierNumber;
use tallybook_core::programme::plan::{Ladder, Plan, Threshold};
use tallybook_core::state::MemberState;

use crate::cli::{Global, OnLadder, Tier, TierAction};
use crate::commands::session::{Found, Session};
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::Output;

/// Shows the tiers, or gives, lends or revokes one.
///
/// # Errors
/// `unknown_member`, `no_programme`; `unknown_tier`, `no_challenge`, `no_tier_granted` and other refusals.
pub fn run(global: &Global, options: &Tier, output: &Output) -> Result<(), CliError> {
    let Tier { action, member, at } = options;
    if action.is_some() && (member.is_some() || at.is_some()) {
        return Err(CliError::usage("member and --at stand after give, lend and revoke")
            .hint("tallybook tier --help shows examples; a member who is called like that stands after --"));
    }
    let session = Session::open(global, output)?;
    match action {
        Some(action) => act(&session, action, output)?,
        None => {
            let (member, at) = (member.as_deref().unwrap_or_default(), at.as_deref().unwrap_or("now"));
            look(&session, member, at, output)?;
        }
    }
    session.close(output);
    Ok(())
}

fn act(session: &Session, action: &TierAction, output: &Output) -> Result<(), CliError> {
    let (member, on, by, once) = match action {
        TierAction::Give(options) => (&options.member, &options.on, &options.by, &options.once),
        TierAction::Lend(options) => (&options.member, &options.on, &options.by, &options.once),
        TierAction::Revoke(options) => (&options.member, &options.on, &options.by, &options.once),
    };
    let wanted = match action {
        TierAction::Give(options) => match &options.until {
            Some(until) => Some((&options.tier, TierTerm::Until(session.when(until)?))),
            None => Some((&options.tier, TierTerm::Open)),
        },
        TierAction::Lend(options) => Some((&options.tier, TierTerm::Challenge)),
        TierAction::Revoke(_) => None,
    };
    let at = session.when(once.at.as_deref().unwrap_or("now"))?;
    let plan = &session.programmes.in_force(at)?.plan;
    let ladder = ladder(plan, on)?;
    let before = held_by_hand(session, plan, member, &ladder, at)?.filter(|_| wanted.is_some());
    let (ladder, actor, reason) =
        (Cow::Owned(ladder), Cow::Owned(by.actor.clone()), Cow::Owned(by.reason.clone()));
    let fact = match wanted {
        Some((tier, term)) => {
            let tier = Cow::Owned(tier.clone());
            Fact::TierRequested(TierRequest { ladder, tier, term, actor, reason })
        }
        None => Fact::TierRevoked(TierRevocation { ladder, actor, reason }),
    };
    let receipt = session.submit(member, once.at.as_deref(), fact, Some(&once.key), output)?;
    if let Some(before) = before.filter(|_| !receipt.repeated) {
        output.note(format!("it takes the place of {before}, which the member held by hand"));
    }
    Ok(())
}

/// The tier of a ladder that a member holds by hand, if any.
fn held_by_hand(
    session: &Session,
    plan: &Plan,
    member: &str,
    ladder: &str,
    at: Instant,
) -> Result<Option<String>, CliError> {
    let ladder = plan.ladders.iter().flatten().find(|known| *known.id == *ladder);
    let view = session.ledger.member_at(member, at)?;
    let grant = ladder.zip(view).and_then(|(ladder, view)| view.state.ladder(ladder.number)?.grant);
    let show = Show::new(&session.programmes);
    Ok(ladder.zip(grant).map(|(ladder, grant)| show.tier_id(ladder.number, grant.tier).to_owned()))
}

/// The ladder named, or the only one of the programme.
fn ladder(plan: &Plan, on: &OnLadder) -> Result<String, CliError> {
    if let Some(id) = &on.ladder {
        return Ok(id.clone());
    }
    let ids: Vec<&str> = plan.ladders.iter().flatten().map(|ladder| &*ladder.id).collect();
    match *ids {
        [only] => Ok(only.to_owned()),
        [] => Err(CliError::usage("the programme has no ladder")),
        _ => Err(CliError::usage(format!("the programme has several ladders: {}", ids.join(", ")))
            .hint("name one with --ladder ID")),
    }
}

fn look(session: &Session, member: &str, at: &str, output: &Output) -> Result<(), CliError> {
    let at = session.when(at)?;
    let found = session.member_at(member, at, None)?;
    let plan = &session.programmes.in_force(at)?.plan;
    let show = Show::new(&session.programmes);
    let mut stands = Vec::new();
    for ladder in plan.ladders.iter().flatten() {
        stands.push(Stand::of(session, &show, plan, ladder, &found, at)?);
    }
    if output.json {
        output.value(&json!({
            "member": found.name,
            "asked_for": member,
            "at": at.to_string(),
            "ladders": stands.iter().map(Stand::json).collect::<Vec<_>>(),
        }));
        return Ok(());
    }
    if stands.is_empty() {
        output.line("the programme has no ladder");
        return Ok(());
    }
    found.note_alias(member, output);
    for (index, stand) in stands.iter().enumerate() {
        if index > 0 {
            output.line("");
        }
        let rows = stand.rows();
        let rows: Vec<(&str, String)> = rows.iter().map(|(name, text)| (&**name, text.clone())).collect();
        output.pairs(&rows);
    }
    Ok(())
}

/// Where a member stands on a ladder, with all that is told of it.
struct Stand<'s> {
    show: &'s Show<'s>,
    ladder: &'s Ladder,
    progress: Progress,
    /// The part of the figures that was carried into the running period.
    carried: Figures,
    /// End of the tier by figures.
    until_by_figures: Option<Instant>,
    grace: bool,
    /// Who gave or lent the tier by hand, and why; `None` where a challenge or nobody did.
    giver: Option<(String, String)>,
}

impl<'s> Stand<'s> {
    fn of(
        session: &Session,
        show: &'s Show<'s>,
        plan: &Plan,
        ladder: &'s Ladder,
        found: &Found,
        at: Instant,
    ) -> Result<Stand<'s>, CliError> {
        let state = &found.state;
        let progress = progress(&session.programmes, ladder, plan.zone, state, at);
        let giver = match progress.grant {
            Some(grant) => giver(&session.whole_history(&found.name)?, ladder, grant),
            None => None,
        };
        let l = state.ladder(ladder.number);
        Ok(Stand {
            show,
            ladder,
            progress,
            carried: carried(plan, ladder, state, at),
            until_by_figures: l.and_then(|l| l.until),
            grace: l.is_some_and(|l| l.grace),
            giver,
        })
    }

    fn tier(&self, number: TierNumber) -> &'s str {
        self.show.tier_id(self.ladder.number, number)
    }

    fn is_by_hand(&self) -> bool {
        self.progress.tier != self.progress.by_figures
    }

    /// What is missing to reach or keep a tier: nothing where enough is reached of what any would do.
    fn missing(&self, threshold: Option<&Threshold>, missing: Missing) -> Missing {
        let standing = Standing { period: self.progress.figures, lifetime: self.progress.lifetime };
        if reaches(threshold, &standing) {
            Missing { all: missing.all, ..Missing::default() }
        } else {
            missing
        }
    }

    fn next(&self) -> Option<(TierNumber, Missing)> {
        let (next, missing) = self.progress.next?;
        let threshold = self.ladder.tier(next).and_then(|tier| tier.entry.as_ref());
        Some((next, self.missing(threshold, missing)))
    }

    fn keep(&self) -> Option<Missing> {
        let threshold = self.ladder.tier(self.progress.by_figures).and_then(|tier| tier.keep.as_ref());
        Some(self.missing(threshold, self.progress.keep?))
    }

    fn rows(&self) -> Vec<(String, String)> {
        let (show, progress) = (self.show, &self.progress);
        let units = show.figure_units();
        let mut rows = vec![("ladder".to_owned(), self.ladder.id.to_string())];
        let mut row = |name: &str, text: String| rows.push((name.to_owned(), text));
        if self.is_by_hand() {
            row("tier", format!("{}{}", self.tier(progress.tier), self.hand_until(progress.until)));
            row("by figures", self.by_figures());
        } else {
            row("tier", self.by_figures());
        }
        if let Some(grant) = progress.grant {
            row("by hand", self.by_hand(&grant));
            if let Some(challenge) = grant.challenge {
                row("challenge", format!("{}{}", units.challenge(&challenge), self.by(grant.until)));
            }
        }
        row("figures", self.figures());
        if self.asks_lifetime() {
            row("of all time", units.words(&progress.lifetime));
        }
        if let Some((next, missing)) = self.next() {
            // Figures of all time are never lost, so that there is no hurry for them.
            let by = progress.next_by.filter(|_| missing.period != Figures::default());
            row("next", format!("{}: {}", self.tier(next), self.still(missing, by)));
        }
        if let Some(missing) = self.keep() {
            let name = format!("to keep {}", self.tier(progress.by_figures));
            row(&name, self.still(missing, progress.keep_by));
        }
        if let Some((at, tier)) = progress.projected {
            let tier_then = match tier == progress.tier {
                true => format!("still {} after {}", self.tier(tier), show.local(at)),
                false => format!("{} at {}", self.tier(tier), show.local(at)),
            };
            row("if nothing more", tier_then);
        }
        rows
    }

    fn by_figures(&self) -> String {
        let until = self.until_by_figures.map(|end| format!(" until {}", self.show.local(end)));
        let grace = if self.grace { ", in grace" } else { "" };
        format!("{}{}{grace}", self.tier(self.progress.by_figures), until.unwrap_or_default())
    }

    fn by_hand(&self, grant: &TierGrant) -> String {
        let how = match (&self.giver, grant.challenge) {
            (Some((actor, reason)), Some(_)) => format!("lent by {actor}: {reason}"),
            (Some((actor, reason)), None) => format!("given by {actor}: {reason}"),
            (None, _) => "earned by its challenge".to_owned(),
        };
        let since = self.show.local(grant.since);
        format!("{} since {since}{}, {how}", self.tier(grant.tier), self.hand_until(grant.until))
    }

    fn hand_until(&self, end: Option<Instant>) -> String {
        end.map_or_else(
            || " until it is revoked".to_owned(),
            |end| format!(" until {}", self.show.local(end)),
        )
    }

    fn figures(&self) -> String {
        let figures = self.show.figures(&self.progress.figures);
        match self.carried {
            none if none == Figures::default() => figures,
            all if all == self.progress.figures => format!("{figures}, carried over"),
            some => format!("{figures}; {} of it carried over", self.show.figures(&some)),
        }
    }

    /// What is missing, and by when where there is an end.
    fn still(&self, missing: Missing, end: Option<Instant>) -> String {
        let Missing { all, period, lifetime } = missing;
        self.show.figure_units().missing(all, &period, &lifetime, &self.by(end))
    }

    fn by(&self, end: Option<Instant>) -> String {
        end.map_or_else(String::new, |end| format!(" by {}", self.show.local(end)))
    }

    fn asks_lifetime(&self) -> bool {
        let thresholds = self.ladder.tiers.iter().flat_map(|tier| [tier.entry, tier.keep]).flatten();
        thresholds.into_iter().any(|threshold| threshold.lifetime.least() != Figures::default())
    }

    fn json(&self) -> Value {
        let progress = &self.progress;
        let time = |at: Option<Instant>| at.map(|at| at.to_string());
        let figures = |figures: &Figures| self.show.figure_units().json(figures);
        let still = |tier: TierNumber, missing: Missing, by: Option<Instant>| {
            json!({
                "tier": self.tier(tier),
                "needs": needs(missing.all),
                "missing": figures(&missing.period),
                "missing_of_all_time": figures(&missing.lifetime),
                "by": time(by),
            })
        };
        let by_hand = progress.grant.map(|grant| {
            json!({
                "tier": self.tier(grant.tier),
                "since": grant.since.to_string(),
                "until": time(grant.until),
                "actor": self.giver.as_ref().map(|(actor, _)| actor),
                "reason": self.giver.as_ref().map(|(_, reason)| reason),
                "challenge": grant.challenge.map(|challenge| json!({
                    "needs": needs(challenge.all),
                    "asked": figures(&challenge.asked),
                    "reached": figures(&challenge.reached),
                })),
            })
        });
        json!({
            "ladder": &*self.ladder.id,
            "tier": self.tier(progress.tier),
            "until": time(progress.until),
            "by_figures": {
                "tier": self.tier(progress.by_figures),
                "until": time(self.until_by_figures),
                "in_grace": self.grace,
            },
            "by_hand": by_hand,
            "figures": figures(&progress.figures),
            "carried": figures(&self.carried),
            "of_all_time": figures(&progress.lifetime),
            "next": self.next().map(|(next, missing)| still(next, missing, progress.next_by)),
            "keep": self.keep().map(|missing| still(progress.by_figures, missing, progress.keep_by)),
            "projected": progress.projected.map(|(at, to)| json!({ "at": at.to_string(), "tier": self.tier(to) })),
        })
    }
}

/// How much of what is asked is needed, as JSON tells it.
pub fn needs(all: bool) -> &'static str {
    if all { "all" } else { "any" }
}

fn carried(plan: &Plan, ladder: &Ladder, state: &MemberState, at: Instant) -> Figures {
    let period = period_at(ladder, plan.zone, state, at);
    let buckets = state.ladder(ladder.number).map_or(&[][..], |l| &l.carried);
    let into = period.and_then(|period| buckets.iter().find(|bucket| bucket.start == period.start));
    into.map_or(Figures::default(), |bucket| bucket.figures)
}

/// Who asked for a tier by hand, and why: the last to ask in the batch that granted it.
fn giver(history: &[HistoryBatch], ladder: &Ladder, grant: TierGrant) -> Option<(String, String)> {
    let granted = |decision: &Decision| match decision {
        Decision::TierGranted(granted) => {
            granted.ladder == ladder.number && granted.grant.since == grant.since
        }
        _ => false,
    };
    let batches = history.iter().filter(|batch| batch.events.iter().any(|event| granted(&event.decision)));
    let asked = batches.flat_map(|batch| batch.facts.iter().rev()).find_map(|fact| match fact {
        Fact::TierRequested(request) if request.ladder == *ladder.id => Some(request),
        _ => None,
    })?;
    Some((asked.actor.to_string(), asked.reason.to_string()))
}
