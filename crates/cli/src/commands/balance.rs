//! `tallybook balance`: what a member owns, as of a moment, as known at another.

use serde_json::{Value, json};
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::points::Points;
use tallybook_core::state::{Balance as Figures, Lot, MemberState};

use crate::cli::{Balance, Global};
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::{Output, Side};

/// Shows the balances, per currency.
///
/// # Errors
/// `unknown_member`.
pub fn run(global: &Global, options: &Balance, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let at = session.when(&options.at)?;
    let known = options.known.as_deref().map(|known| session.when(known)).transpose()?;
    let state = session.state_at(&options.member, at, known)?;
    let show = Show::new(&session.programmes);
    if output.json {
        output.value(&json!({
            "member": options.member,
            "at": at.to_string(),
            "known": known.map(|known| known.to_string()),
            "currencies": currencies(&state, &show).map(|number| balance_json(&state, number, &show)).collect::<Vec<_>>(),
            "lots": state.lots.iter().map(|lot| lot_json(lot, &show)).collect::<Vec<_>>(),
        }));
    } else {
        table(&state, &show, output);
        if options.lots {
            output.line("");
            lots(&state, &show, output);
        }
    }
    session.close(output);
    Ok(())
}

const LIFETIME: [&str; 6] = ["issued", "redeemed", "expired", "forfeited", "clawed_back", "written_off"];

/// The balances in every currency, as a table.
pub fn table(state: &MemberState, show: &Show<'_>, output: &Output) {
    let headings = ["currency", "available", "pending", "held", "arrears"].into_iter().chain(LIFETIME);
    let sides = std::iter::once(Side::Left).chain(std::iter::repeat(Side::Right));
    let headings: Vec<(&str, Side)> = headings.zip(sides).collect();
    let rows = currencies(state, show).map(|number| {
        let figures = named(state.balance(number)).into_iter().map(|(_, points)| show.figure(points, number));
        std::iter::once(show.currency_id(number).to_owned()).chain(figures).collect()
    });
    output.table(&headings, rows.collect());
}

fn named(balance: Figures) -> [(&'static str, Points); 10] {
    [
        ("available", balance.available),
        ("pending", balance.pending),
        ("held", balance.held),
        ("arrears", balance.arrears),
        ("issued", balance.issued),
        ("redeemed", balance.redeemed),
        ("expired", balance.expired),
        ("forfeited", balance.forfeited),
        ("clawed_back", balance.clawed_back),
        ("written_off", balance.written_off),
    ]
}

/// Every currency of the programme, by number.
pub fn currencies(state: &MemberState, show: &Show<'_>) -> impl Iterator<Item = CurrencyNumber> {
    let known =
        (0..=u8::MAX).map(CurrencyNumber).take_while(|number| show.currency_id(*number) != "?").count();
    (0..=u8::MAX).map(CurrencyNumber).take(known.max(state.balances.len()))
}

/// The balances in one currency, as JSON.
pub fn balance_json(state: &MemberState, number: CurrencyNumber, show: &Show<'_>) -> Value {
    let mut object = json!({ "currency": show.currency_id(number), "scale": show.scale(number) });
    for (name, points) in named(state.balance(number)) {
        object[name] = json!(points.0);
    }
    object
}

fn lot_json(lot: &Lot, show: &Show<'_>) -> Value {
    json!({
        "lot": lot.number.0,
        "currency": show.currency_id(lot.currency),
        "scale": show.scale(lot.currency),
        "pending": lot.pending,
        "earned": lot.earned.0,
        "remaining": lot.remaining.0,
        "earned_at": lot.earned_at.to_string(),
        "activates_at": lot.activates_at.to_string(),
        "expires_at": lot.expires_at.map(|at| at.to_string()),
    })
}

fn lots(state: &MemberState, show: &Show<'_>, output: &Output) {
    let headings = [
        ("lot", Side::Right),
        ("currency", Side::Left),
        ("left", Side::Right),
        ("of", Side::Right),
        ("earned", Side::Left),
        ("spendable from", Side::Left),
        ("gone at", Side::Left),
    ];
    let row = |lot: &Lot| {
        vec![
            lot.number.to_string(),
            show.currency_id(lot.currency).to_owned(),
            show.figure(lot.remaining, lot.currency),
            show.figure(lot.earned, lot.currency),
            show.local(lot.earned_at),
            show.local(lot.activates_at),
            show.local_or(lot.expires_at, "never"),
        ]
    };
    output.table(&headings, state.lots.iter().map(row).collect());
}
