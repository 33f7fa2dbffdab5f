//! `tallybook hold`: sets points aside, spends them, or gives them up.

use std::borrow::Cow;

use tallybook_core::fact::{Capture, Fact, HoldRequest, Release};
use tallybook_core::points::Points;

use crate::cli::{Global, Hold, Once};
use crate::commands::purpose::Wish;
use crate::commands::session::{Session, units};
use crate::errors::CliError;
use crate::output::Output;

/// Places, captures or releases a hold, under its name as the key.
///
/// # Errors
/// `insufficient_points`, `unknown_hold`, `over_captured` and other refusals.
pub fn run(global: &Global, action: &Hold, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let (member, once, fact): (&str, &Once, Fact<'static>) = match action {
        Hold::Place(options) => {
            let (points, currency) = (options.points.as_deref(), options.currency.as_deref());
            let at = options.once.at.as_deref();
            let wish = Wish::read(&session, &options.purpose, points, currency, at)?;
            let request = HoldRequest {
                id: Cow::Owned(options.id.clone()),
                currency: Cow::Owned(wish.currency.id.to_string()),
                points: wish.points,
                expires_at: session.when(&options.until)?,
                purpose: wish.purpose,
            };
            (&options.member, &options.once, Fact::HoldRequested(request))
        }
        Hold::Capture(options) => {
            let points = match &options.points {
                Some(points) => {
                    let scale = scale_of(&session, &options.member, &options.hold)?;
                    Some(Points(units("--points", points, scale)?))
                }
                None => None,
            };
            let capture = Capture { hold: Cow::Owned(options.hold.clone()), points };
            (&options.member, &options.once, Fact::CaptureRequested(capture))
        }
        Hold::Release(options) => {
            let release = Release { hold: Cow::Owned(options.hold.clone()) };
            (&options.member, &options.once, Fact::ReleaseRequested(release))
        }
    };
    session.submit(member, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}

/// Decimal places of what a hold set aside, also of one that is over; where there is none, the ledger will say so.
fn scale_of(session: &Session, member: &str, hold: &str) -> Result<u8, CliError> {
    let history = session.whole_history(member)?;
    let currency = history.iter().flat_map(|batch| &batch.facts).find_map(|fact| match fact {
        Fact::HoldRequested(request) if request.id == hold => Some(request.currency.as_ref()),
        _ => None,
    });
    let plan = session.plan()?;
    let known = plan.currencies.iter().flatten().find(|known| Some(known.id.as_ref()) == currency);
    Ok(known.or_else(|| plan.currencies.iter().flatten().next()).map_or(0, |currency| currency.scale))
}
