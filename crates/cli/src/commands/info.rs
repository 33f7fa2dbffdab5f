//! `tallybook info`: a ledger at a glance, with the sums of all balances as recorded.

use serde_json::json;
use tallybook_core::event::Account;
use tallybook_core::programme::versions::Version;
use tallybook_core::state::{Balance, MemberState};

use crate::cli::Global;
use crate::commands::balance;
use crate::commands::publish::hex;
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::{Output, Side};

/// Shows sizes and programme versions, and the digest if asked.
///
/// # Errors
/// The ledger's.
pub fn run(global: &Global, digest: bool, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let info = session.ledger.info()?;
    let digest = if digest { Some(hex(&session.ledger.state_digest()?)) } else { None };
    let totals = totals(&session)?;
    let show = Show::new(&session.programmes);
    let versions = session.programmes.versions();
    if output.json {
        let version = |version: &Version| {
            json!({
                "version": version.number.0,
                "name": &*version.plan.name,
                "effective_from": version.effective_from.to_string(),
                "hash": hex(&version.hash),
            })
        };
        output.value(&json!({
            "ledger": global.ledger,
            "members": info.members,
            "batches": info.batches,
            "log_bytes": info.log_bytes,
            "snapshot_position": info.snapshot_position.map(|position| position.0),
            "state_digest": digest,
            "totals": balance::currencies(&totals, &show).map(|n| balance::balance_json(&totals, n, &show)).collect::<Vec<_>>(),
            "programmes": versions.iter().map(version).collect::<Vec<_>>(),
        }));
    } else {
        let mut pairs = vec![
            ("ledger", global.ledger.display().to_string()),
            ("members", info.members.to_string()),
            ("batches", info.batches.to_string()),
            ("log bytes", info.log_bytes.to_string()),
            ("snapshot at", info.snapshot_position.map_or_else(|| "none".to_owned(), |at| at.to_string())),
        ];
        pairs.extend(digest.map(|digest| ("state digest", digest)));
        output.pairs(&pairs);
        if !versions.is_empty() {
            output.line("");
            let headings =
                [("version", Side::Right), ("programme", Side::Left), ("in force from", Side::Left)];
            let row = |version: &Version| {
                vec![
                    version.number.to_string(),
                    version.plan.name.to_string(),
                    show.local(version.effective_from),
                ]
            };
            output.table(&headings, versions.iter().map(row).collect());
            output.line("");
            balance::table(&totals, &show, output);
        }
    }
    session.close(output);
    Ok(())
}

/// The balances of all members added up, in the shape of one member's.
fn totals(session: &Session) -> Result<MemberState, CliError> {
    let mut totals = MemberState::default();
    session.ledger.for_each_member(|member| {
        for (index, balance) in member.state.balances.iter().enumerate() {
            if totals.balances.len() <= index {
                totals.balances.push(Balance::default());
            }
            let mut balance = *balance;
            for account in Account::ALL {
                let sum = totals.balances[index].account_mut(account).0;
                sum.0 = sum.0.saturating_add(balance.account_mut(account).0.0);
            }
        }
    })?;
    Ok(totals)
}
