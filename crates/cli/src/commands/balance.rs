//! `tallybook balance`: what a member owns, as of a moment, as known at another.

use serde_json::{Value, json};
use tallybook_core::event::Voucher;
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::points::Points;
use tallybook_core::state::{Balance as Figures, Hold, Lot, MemberState, Status};

use crate::cli::{Balance, Global};
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::{Output, Side};

/// Shows the balances, per currency, and what else is open.
///
/// # Errors
/// `unknown_member`.
pub fn run(global: &Global, options: &Balance, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let at = session.when(&options.at)?;
    let known = options.known.as_deref().map(|known| session.when(known)).transpose()?;
    let found = session.member_at(&options.member, at, known)?;
    let state = &found.state;
    let show = Show::new(&session.programmes);
    if output.json {
        output.value(&json!({
            "member": found.name,
            "asked_for": options.member,
            "at": at.to_string(),
            "known": known.map(|known| known.to_string()),
            "status": status_json(&state.status),
            "currencies": currencies(state, &show).map(|number| balance_json(state, number, &show)).collect::<Vec<_>>(),
            "lots": state.lots.iter().map(|lot| lot_json(lot, &show)).collect::<Vec<_>>(),
            "holds": state.holds.iter().map(|hold| hold_json(hold, &show)).collect::<Vec<_>>(),
            "vouchers": state.vouchers.iter().map(voucher_json).collect::<Vec<_>>(),
        }));
    } else {
        found.note_alias(&options.member, output);
        table(state, &show, output);
        if options.lots {
            output.line("");
            lots(state, &show, output);
        }
        open(state, &show, output);
    }
    session.close(output);
    Ok(())
}

/// How many figures a balance has.
pub const FIGURES: usize = 12;

/// A balance's figures by name, and whether each is shown where it is nothing.
pub fn named(balance: Figures) -> [(&'static str, Points, bool); FIGURES] {
    let Figures {
        available,
        pending,
        held,
        arrears,
        issued,
        redeemed,
        expired,
        forfeited,
        clawed_back,
        written_off,
        received,
        sent,
    } = balance;
    [
        ("available", available, true),
        ("pending", pending, true),
        ("held", held, false),
        ("arrears", arrears, true),
        ("issued", issued, true),
        ("received", received, false),
        ("redeemed", redeemed, true),
        ("sent", sent, false),
        ("expired", expired, true),
        ("forfeited", forfeited, true),
        ("clawed_back", clawed_back, true),
        ("written_off", written_off, false),
    ]
}

/// The balances in every currency, as a table. Figures that are seldom something are left out where they are nothing.
pub fn table(state: &MemberState, show: &Show<'_>, output: &Output) {
    let rows: Vec<(CurrencyNumber, [_; FIGURES])> =
        currencies(state, show).map(|number| (number, named(state.balance(number)))).collect();
    let shown = |index: usize| {
        named(Figures::default())[index].2 || rows.iter().any(|(_, figures)| figures[index].1 != Points::ZERO)
    };
    let columns: Vec<usize> = (0..FIGURES).filter(|index| shown(*index)).collect();
    let names = named(Figures::default());
    let headings = columns.iter().map(|index| (names[*index].0, Side::Right));
    let headings: Vec<(&str, Side)> = std::iter::once(("currency", Side::Left)).chain(headings).collect();
    let row = |(number, figures): &(CurrencyNumber, [(&str, Points, bool); FIGURES])| {
        let figures = columns.iter().map(|index| show.figure(figures[*index].1, *number));
        std::iter::once(show.currency_id(*number).to_owned()).chain(figures).collect()
    };
    output.table(&headings, rows.iter().map(row).collect());
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
    for (name, points, _) in named(state.balance(number)) {
        object[name] = json!(points.0);
    }
    object
}

/// What a member may still do, as JSON.
pub fn status_json(status: &Status) -> Value {
    json!({
        "closed_at": status.closed_at.map(|at| at.to_string()),
        "merged_into": status.merged_into,
        "earning_blocked": status.earning_blocked,
        "redeeming_blocked": status.redeeming_blocked,
    })
}

/// What a member may no longer do, in words; `None` where nothing is amiss.
pub fn status(status: &Status, show: &Show<'_>) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(at) = status.closed_at {
        parts.push(format!("closed since {}", show.local(at)));
    }
    if let Some(into) = &status.merged_into {
        parts.push(format!("part of {into}"));
    }
    match (status.earning_blocked, status.redeeming_blocked) {
        (true, true) => parts.push("earning and redeeming are blocked".to_owned()),
        (true, false) => parts.push("earning is blocked".to_owned()),
        (false, true) => parts.push("redeeming is blocked".to_owned()),
        (false, false) => {}
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn lot_json(lot: &Lot, show: &Show<'_>) -> Value {
    json!({
        "lot": lot.number.0,
        "currency": show.currency_id(lot.currency),
        "scale": show.scale(lot.currency),
        "pending": lot.pending,
        "waits_for_fulfilment": lot.waits(),
        "earned": lot.earned.0,
        "remaining": lot.remaining.0,
        "earned_at": lot.earned_at.to_string(),
        "activates_at": (!lot.waits()).then(|| lot.activates_at.to_string()),
        "expires_at": lot.expires_at.map(|at| at.to_string()),
        "idle_months": (lot.idle.months > 0).then_some(lot.idle.months),
        "expires_at_most": lot.idle.at_most.map(|at| at.to_string()),
    })
}

fn hold_json(hold: &Hold, show: &Show<'_>) -> Value {
    json!({
        "hold": hold.name,
        "currency": show.currency_id(hold.currency),
        "scale": show.scale(hold.currency),
        "points": hold.points().0,
        "expires_at": hold.expires_at.to_string(),
    })
}

fn voucher_json(voucher: &Voucher) -> Value {
    json!({ "expires_at": voucher.expires_at.map(|at| at.to_string()) })
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
        let from = if lot.waits() { "fulfilment".to_owned() } else { show.local(lot.activates_at) };
        let idle = if lot.idle.months > 0 { ", if idle" } else { "" };
        vec![
            lot.number.to_string(),
            show.currency_id(lot.currency).to_owned(),
            show.figure(lot.remaining, lot.currency),
            show.figure(lot.earned, lot.currency),
            show.local(lot.earned_at),
            from,
            format!("{}{idle}", show.local_or(lot.expires_at, "never")),
        ]
    };
    output.table(&headings, state.lots.iter().map(row).collect());
}

/// Holds, vouchers and what is amiss, where there are any.
fn open(state: &MemberState, show: &Show<'_>, output: &Output) {
    if !state.holds.is_empty() {
        output.line("");
        let headings = [("hold", Side::Left), ("set aside", Side::Right), ("until", Side::Left)];
        let row = |hold: &Hold| {
            let points = show.points(hold.points(), hold.currency);
            vec![hold.name.to_string(), points, show.local(hold.expires_at)]
        };
        output.table(&headings, state.holds.iter().map(row).collect());
    }
    if !state.vouchers.is_empty() {
        output.line("");
        for voucher in &state.vouchers {
            output.line(match voucher.expires_at {
                Some(end) => format!("open voucher, good until {}", show.local(end)),
                None => "open voucher, good for ever".to_owned(),
            });
        }
    }
    if let Some(status) = status(&state.status, show) {
        output.line("");
        output.line(status);
    }
}
