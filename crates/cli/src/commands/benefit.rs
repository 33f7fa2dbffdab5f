//! `tallybook benefit`: what a member's tiers give a number of times per period, used and given back.

use std::borrow::Cow;

use serde_json::{Value, json};
use tallybook_core::calendar::Instant;
use tallybook_core::decide::benefit::{Entitlement, entitlement};
use tallybook_core::decide::tier::figures::period_at;
use tallybook_core::fact::{BenefitRestoration, BenefitUse, Fact};
use tallybook_core::programme::plan::{Benefit as Listed, CapPeriod, LadderPeriod, Plan};
use tallybook_core::state::MemberState;

use crate::cli::{Benefit, BenefitList, Global};
use crate::commands::balance;
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::{Output, Side};

/// Lists benefits, uses one, or gives uses back.
///
/// # Errors
/// `unknown_member`, `unknown_benefit`, `benefit_used_up`, `benefit_not_used` and other refusals.
pub fn run(global: &Global, action: &Benefit, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    match action {
        Benefit::List(options) => list(&session, options, output)?,
        Benefit::Use(options) => {
            let once = &options.once;
            let id = options.id.as_ref().or(once.key.as_ref()).cloned().unwrap_or_default();
            let fact = Fact::BenefitRequested(BenefitUse {
                id: Cow::Owned(id),
                benefit: Cow::Owned(options.benefit.clone()),
                times: options.times,
            });
            session.submit(&options.member, once.at.as_deref(), fact, once.key.as_deref(), output)?;
        }
        Benefit::Restore(options) => {
            let once = &options.once;
            let fact = Fact::BenefitReturned(BenefitRestoration {
                benefit: Cow::Owned(options.benefit.clone()),
                times: options.times,
                actor: Cow::Owned(options.by.actor.clone()),
                reason: Cow::Owned(options.by.reason.clone()),
            });
            session.submit(&options.member, once.at.as_deref(), fact, Some(&once.key), output)?;
        }
    }
    session.close(output);
    Ok(())
}

/// How a member stands with one benefit.
struct Stand<'p> {
    benefit: &'p Listed,
    has: Entitlement,
    /// When what is left lapses.
    lapses_at: Option<Instant>,
}

fn list(session: &Session, options: &BenefitList, output: &Output) -> Result<(), CliError> {
    let at = session.when(&options.at)?;
    let found = session.member_at(&options.member, at, None)?;
    let state = &found.state;
    let plan = &session.programmes.in_force(at)?.plan;
    let show = Show::new(&session.programmes);
    let stand = |benefit| {
        let has = entitlement(plan, benefit, state, at);
        Stand { benefit, has, lapses_at: lapses_at(plan, benefit, &has, state, at) }
    };
    let stands: Vec<Stand<'_>> = plan.benefits.iter().map(stand).collect();
    if output.json {
        output.value(&json!({
            "member": found.name,
            "asked_for": options.member,
            "at": at.to_string(),
            "status": balance::status_json(&state.status),
            "benefits": stands.iter().map(|stand| to_json(stand, &show)).collect::<Vec<_>>(),
        }));
        return Ok(());
    }
    if stands.is_empty() {
        output.line("the programme has no benefit");
        return Ok(());
    }
    found.note_alias(&options.member, output);
    let headings = [
        ("benefit", Side::Left),
        ("ladder", Side::Left),
        ("tier", Side::Left),
        ("per", Side::Left),
        ("entitled", Side::Right),
        ("used", Side::Right),
        ("left", Side::Right),
        ("lapses", Side::Left),
    ];
    let row = |stand: &Stand<'_>| {
        vec![
            stand.benefit.id.to_string(),
            show.ladder_id(stand.benefit.ladder).to_owned(),
            show.tier_id(stand.benefit.ladder, stand.has.tier).to_owned(),
            per(stand.benefit.per).replace('_', " "),
            stand.has.times.to_string(),
            stand.has.used.to_string(),
            stand.has.left().to_string(),
            show.local_or(stand.lapses_at, "never"),
        ]
    };
    output.table(&headings, stands.iter().map(row).collect());
    if let Some(status) = balance::status(&state.status, &show) {
        output.line("");
        output.line(status);
    }
    Ok(())
}

fn to_json(stand: &Stand<'_>, show: &Show<'_>) -> Value {
    json!({
        "benefit": &*stand.benefit.id,
        "ladder": show.ladder_id(stand.benefit.ladder),
        "tier": show.tier_id(stand.benefit.ladder, stand.has.tier),
        "per": per(stand.benefit.per),
        "entitled": stand.has.times,
        "used": stand.has.used,
        "left": stand.has.left(),
        "lapses_at": stand.lapses_at.map(|at| at.to_string()),
    })
}

/// When what is left of a benefit lapses: the end of the running period, where it has one.
fn lapses_at(
    plan: &Plan,
    benefit: &Listed,
    has: &Entitlement,
    state: &MemberState,
    at: Instant,
) -> Option<Instant> {
    let start = has.period;
    let end = match benefit.per {
        CapPeriod::Order | CapPeriod::Ever => return None,
        CapPeriod::Day => start.plus_days(1),
        CapPeriod::Week => start.plus_days(7),
        CapPeriod::Month => start.plus_months(1),
        CapPeriod::Year => start.plus_months(12),
        CapPeriod::TierPeriod => {
            let ladder = plan.ladder(benefit.ladder)?;
            if ladder.period == LadderPeriod::Lifetime {
                return None;
            }
            // A window has no periods, and calendar years stand in for them.
            period_at(ladder, plan.zone, state, at).map_or_else(|| start.plus_months(12), |period| period.end)
        }
    };
    Some(plan.zone.day_start(end))
}

/// A period's name in programme files.
pub fn per(period: CapPeriod) -> &'static str {
    match period {
        CapPeriod::Order => "order",
        CapPeriod::Day => "day",
        CapPeriod::Week => "week",
        CapPeriod::Month => "month",
        CapPeriod::Year => "year",
        CapPeriod::TierPeriod => "tier_period",
        CapPeriod::Ever => "ever",
    }
}
