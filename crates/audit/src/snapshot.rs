//! The snapshot against the replay: at its position every member must be what the log says (law 7).

use tallybook::{Absorbed, LedgerError, Member, SnapshotView};
use tallybook_log::{LogReader, Position};

use crate::difference;
use crate::replay::Replay;
use crate::report::{Finding, FindingKind, SnapshotCheck};

/// Compares a snapshot with a replay that stands at the snapshot's position.
pub(crate) fn compare<R: LogReader>(view: &SnapshotView, replay: &mut Replay<R>) -> SnapshotCheck {
    let position = view.position();
    if view.member_count() as usize != replay.book.len() {
        let text = format!("it holds {} members, the log {}", view.member_count(), replay.book.len());
        add(replay, position, None, text);
    }
    if view.ledger_head() != replay.ledger_head {
        let text =
            format!("its last publication is at {}, the log's at {}", view.ledger_head(), replay.ledger_head);
        add(replay, position, None, text);
    }
    let hash = replay.programmes.versions().last().map(|version| version.hash).unwrap_or_default();
    if view.programme_hash() != hash {
        add(replay, position, None, "it was taken under another programme than the log's".to_owned());
    }
    if *view.ledger_state() != replay.book.ledger {
        let text = difference::fields(("snapshot", view.ledger_state()), ("replay", &replay.book.ledger));
        add(replay, position, None, text);
    }
    let mut members = 0;
    let mut differing: Vec<(Option<String>, String)> = Vec::new();
    let read = view.for_each_member(|number, kept| {
        if !replay.book.is_followed(number) {
            return;
        }
        let Some(member) = replay.book.get(number) else { return };
        members += 1;
        if kept != member {
            differing.push((Some(member.name.to_string()), member_difference(kept, member)));
        }
    });
    let mut names = 0u64;
    let read = read.and_then(|()| {
        view.for_each_name(|name, number| {
            names += 1;
            if replay.book.find(name) != Some(number) {
                differing
                    .push((Some(name.to_owned()), format!("it gives the name to member number {number}")));
            }
        })
    });
    for (member, text) in differing {
        add(replay, position, member, text);
    }
    match read {
        Ok(()) if names != u64::from(view.member_count()) => {
            let text = format!("its directory has {names} names for {} members", view.member_count());
            add(replay, position, None, text);
        }
        Ok(()) => {}
        Err(error) => add(replay, position, None, error.to_string()),
    }
    SnapshotCheck::Compared { position: position.0, members }
}

fn member_difference(kept: &Member, replayed: &Member) -> String {
    if kept.name != replayed.name {
        return format!("it has `{}` in the member's place", kept.name);
    }
    if kept.state != replayed.state {
        return difference::fields(("snapshot", &kept.state), ("replay", &replayed.state));
    }
    if kept.head != replayed.head {
        return format!("it has the member's last record at {}, the log at {}", kept.head, replayed.head);
    }
    if kept.absorbed != replayed.absorbed {
        let show = |member: &Member| {
            let one = |a: &Absorbed| {
                format!("number {} up to {} with lots from {}", a.number, a.head, u64::from(a.lot_offset) + 1)
            };
            let all: Vec<String> = member.absorbed.iter().map(one).collect();
            if all.is_empty() { "nobody".to_owned() } else { all.join(", ") }
        };
        return format!("absorbed members: snapshot {}, replay {}", show(kept), show(replayed));
    }
    "its fingerprints of keys, orders and redemptions are others".to_owned()
}

/// Notes a finding about the snapshot.
pub(crate) fn add<R: LogReader>(replay: &mut Replay<R>, at: Position, member: Option<String>, what: String) {
    let text = format!("the snapshot differs from the log: {what}");
    let finding =
        Finding { kind: FindingKind::SnapshotDiffers, batch: None, position: Some(at.0), member, text };
    replay.findings.add(finding);
}

/// Opens the snapshot of a ledger's folder, or says why not.
pub(crate) fn open(folder: &std::path::Path) -> Result<Opened, LedgerError> {
    match SnapshotView::open(folder) {
        Ok(Some(view)) => Ok(Opened::View(view)),
        Ok(None) => Ok(Opened::None),
        Err(LedgerError::Locked(text) | LedgerError::Fault(text)) => Ok(Opened::Skipped(text)),
        Err(LedgerError::Corruption(text)) => Ok(Opened::Doubted(text)),
        Err(error) => Err(error),
    }
}

/// What opening a snapshot came to.
pub(crate) enum Opened {
    /// It can be compared.
    View(SnapshotView),
    /// There is none.
    None,
    /// It cannot be looked at now.
    Skipped(String),
    /// It cannot be believed.
    Doubted(String),
}
