//! A reader of the log that also sees what is decided and not durable yet, so that a judgement that refers to it need not
//! wait for the disk.
//!
//! Invariants:
//! - what it sees past the durable end is what will be written there, byte for byte;
//! - after a failed write that is [forgotten](Recent::forget) before anything is read.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tallybook_log::{Group, LogEnd, LogError, LogReader, Place, Position};

/// The durable log and what follows it in memory.
#[derive(Clone, Debug)]
pub(crate) struct Recent<R> {
    durable: R,
    ahead: Arc<Mutex<Ahead>>,
}

/// A stretch of the log's bytes in memory; it begins at or before the durable end.
#[derive(Debug)]
struct Ahead {
    bytes: Vec<u8>,
    end: LogEnd,
}

impl Ahead {
    fn start(&self) -> Position {
        Position(self.end.position.0 - self.bytes.len() as u64)
    }
}

impl<R: LogReader> Recent<R> {
    /// The durable log alone.
    pub(crate) fn new(durable: R) -> Recent<R> {
        let ahead = Ahead { bytes: Vec::new(), end: durable.end() };
        Recent { durable, ahead: Arc::new(Mutex::new(ahead)) }
    }

    /// Takes in what a group has on top of what was seen of it. Groups come in order, none is left out.
    pub(crate) fn see(&self, group: &Group) {
        let mut ahead = self.ahead();
        let written = (self.durable.end().position.0 - ahead.start().0) as usize;
        if written >= ahead.bytes.len() {
            ahead.bytes.clear();
            ahead.end = group.start();
        } else if written > ahead.bytes.len() / 2 {
            ahead.bytes.drain(..written);
        }
        let seen = (ahead.end.position.0 - group.start().position.0) as usize;
        ahead.bytes.extend_from_slice(&group.bytes()[seen..]);
        ahead.end = group.end();
    }

    /// Forgets what is not durable: it will not be written.
    pub(crate) fn forget(&self) {
        let mut ahead = self.ahead();
        ahead.bytes.clear();
        ahead.end = self.durable.end();
    }

    fn ahead(&self) -> MutexGuard<'_, Ahead> {
        // A panic in between, which only a bug can cause, stops the decider anyway.
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: LogReader> LogReader for Recent<R> {
    fn end(&self) -> LogEnd {
        let (ahead, durable) = (self.ahead().end, self.durable.end());
        if ahead.position > durable.position { ahead } else { durable }
    }

    fn read(&self, from: Position, buffer: &mut [u8]) -> Result<usize, LogError> {
        if from < self.durable.end().position {
            return self.durable.read(from, buffer);
        }
        let ahead = self.ahead();
        let Some(offset) = from.0.checked_sub(ahead.start().0).map(|offset| offset as usize) else {
            return Ok(0);
        };
        let bytes = ahead.bytes.get(offset..).unwrap_or_default();
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn place(&self, at: Position) -> Place {
        self.durable.place(at)
    }
}

#[cfg(test)]
mod tests {
    use tallybook_log::{Log, MemoryLog, RecordHeader};

    use super::*;

    fn push(group: &mut Group, member: u32, previous: Position) -> Position {
        let header = RecordHeader {
            kind: 1,
            version: 1,
            member,
            effective_at: 0,
            recorded_at: 0,
            previous,
            key_fingerprint: 0,
            subject_fingerprint: 0,
        };
        group.begin_batch();
        let position = group.push(header, &[7; 100]).unwrap();
        group.end_batch();
        position
    }

    #[test]
    fn a_chain_is_walked_from_memory_into_the_log_and_what_will_not_be_written_is_forgotten() {
        let mut log = MemoryLog::new();
        let recent = Recent::new(log.reader());
        let mut newest = Position::NONE;
        let mut written = Vec::new();
        let mut group = Group::new(log.end());
        for round in 0..40 {
            for _ in 0..=round % 3 {
                newest = push(&mut group, 1, newest);
                written.push(newest);
                if round % 2 == 0 {
                    recent.see(&group);
                }
            }
            recent.see(&group);
            let found = recent.chain(newest).map(|record| record.unwrap().position);
            assert_eq!(found.collect::<Vec<_>>(), written.iter().rev().copied().collect::<Vec<_>>());
            // The log is a group or two behind.
            if round % 4 != 1 {
                let next = Group::new(group.end());
                log.append(&std::mem::replace(&mut group, next)).unwrap();
            }
        }
        let durable = log.end();
        push(&mut group, 1, newest);
        recent.see(&group);
        assert_eq!(recent.end(), group.end());
        recent.forget();
        assert_eq!(recent.end(), durable);
        assert!(recent.record(durable.position).is_err());
    }
}
