//! `tallybook info`: a ledger at a glance.

use serde_json::json;

use crate::cli::Global;
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
    let show = Show::new(&session.programmes);
    let versions = session.programmes.versions();
    if output.json {
        let version = |version: &tallybook_core::programme::versions::Version| {
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
            let headings = [("version", Side::Right), ("programme", Side::Left), ("in force from", Side::Left)];
            let row = |version: &tallybook_core::programme::versions::Version| {
                vec![
                    version.number.to_string(),
                    version.plan.name.to_string(),
                    show.local(version.effective_from),
                ]
            };
            output.table(&headings, versions.iter().map(row).collect());
        }
    }
    session.close(output);
    Ok(())
}
