//! What an auditor needs from inside the ledger: earlier records as the decider finds them, and what a snapshot holds.
//!
//! Invariant: nothing here changes the log or a member. A snapshot that cannot be believed is thrown away on opening, as
//! it would be by the ledger itself; nothing is lost with it.
//!
//! It does not judge or compare: that is the auditor's work.

use std::path::Path;

use tallybook_core::state::LedgerState;
use tallybook_format::key_fingerprint;
use tallybook_log::{LogReader, Position};
use tallybook_snapshot::{Doubt, Fault, Generations, PageId, PageStore, SnapshotError, Snapshots};

use crate::archive;
use crate::error::LedgerError;
use crate::fold::{Member, Past};
use crate::packed::{PAGE_MEMBERS, PackedPage};
use crate::pages::{Extra, MEMBER_PAGES, NAME_PAGES, decode_names};

/// Finds the earlier batch of a member that came under an idempotency key, by the position of the fact that carries it.
/// `past` says from which records on to look.
///
/// # Errors
/// [`LedgerError::Corruption`] and [`LedgerError::Fault`].
pub fn find_key<R: LogReader>(reader: &R, past: &Past, key: &str) -> Result<Option<Position>, LedgerError> {
    archive::find_key(reader, past, key, key_fingerprint(key))
}

/// A ledger's current snapshot, opened for comparing. Keeps the folder of snapshots locked while it lives.
pub struct SnapshotView {
    store: Box<dyn PageStore>,
    extra: Extra,
}

impl SnapshotView {
    /// Opens the current snapshot in a ledger's folder of snapshots; `None` where there is none.
    ///
    /// # Errors
    /// [`LedgerError::Locked`] while the ledger is open elsewhere; [`LedgerError::Corruption`] where the snapshot cannot
    /// be believed; [`LedgerError::Fault`].
    pub fn open(folder: &Path) -> Result<Option<SnapshotView>, LedgerError> {
        if !folder.is_dir() {
            return Ok(None);
        }
        let generations = Generations::open(folder).map_err(of_fault)?;
        let store = generations.current().map_err(|error| match error {
            SnapshotError::Doubt(doubt) => of_doubt(doubt),
            SnapshotError::Fault(fault) => of_fault(fault),
        })?;
        let Some(store) = store else { return Ok(None) };
        let extra = Extra::decode(&store.manifest().watermark.extra).map_err(of_doubt)?;
        Ok(Some(SnapshotView { store, extra }))
    }

    /// The position of the log that the snapshot was taken at.
    pub fn position(&self) -> Position {
        Position(self.store.manifest().watermark.position)
    }

    /// Hash of the newest programme version by then; zeros where there was none.
    pub fn programme_hash(&self) -> [u8; 32] {
        self.store.manifest().watermark.programme_hash
    }

    /// The ledger that the snapshot says it is of.
    pub fn ledger_id(&self) -> [u8; 16] {
        self.extra.ledger_id
    }

    /// How many members it holds.
    pub fn member_count(&self) -> u32 {
        self.extra.member_count
    }

    /// Budgets and stocks, as all members together had taken from them.
    pub fn ledger_state(&self) -> &LedgerState {
        &self.extra.ledger
    }

    /// The newest record about the ledger itself.
    pub fn ledger_head(&self) -> Position {
        self.extra.ledger_head
    }

    /// Shows every member with their number, in order.
    ///
    /// # Errors
    /// [`LedgerError::Corruption`] where a page cannot be believed.
    pub fn for_each_member(&self, mut show: impl FnMut(u32, &Member)) -> Result<(), LedgerError> {
        for page in 0..self.extra.member_count.div_ceil(PAGE_MEMBERS) {
            let packed = PackedPage::of_bytes(self.page(MEMBER_PAGES, u64::from(page))?).map_err(of_doubt)?;
            for (number, index) in (page * PAGE_MEMBERS + 1..).zip(0..packed.member_count()) {
                show(number, &packed.decode(index).map_err(of_doubt)?);
            }
        }
        Ok(())
    }

    /// Shows every entry of the directory of names, in no order that means anything.
    ///
    /// # Errors
    /// [`LedgerError::Corruption`] where a page cannot be believed.
    pub fn for_each_name(&self, mut show: impl FnMut(&str, u32)) -> Result<(), LedgerError> {
        for page in 0..self.extra.name_pages {
            let bytes = self.page(NAME_PAGES, page)?;
            let names = decode_names(&bytes).map_err(of_doubt)?;
            names.iter().for_each(|(name, number)| show(name, *number));
        }
        Ok(())
    }

    fn page(&self, kind: u8, number: u64) -> Result<Vec<u8>, LedgerError> {
        let bytes = self.store.get(PageId { kind, number }).map_err(of_doubt)?;
        bytes.ok_or_else(|| {
            LedgerError::Corruption(format!("the snapshot lacks page {number} of kind {kind}"))
        })
    }
}

fn of_doubt(doubt: Doubt) -> LedgerError {
    LedgerError::Corruption(doubt.to_string())
}

fn of_fault(fault: Fault) -> LedgerError {
    let text = fault.to_string();
    match fault {
        Fault::InUse { .. } => LedgerError::Locked(text),
        _ => LedgerError::Fault(text),
    }
}
