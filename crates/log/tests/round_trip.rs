//! What goes in comes out: records, batches, chains and limits, in files and in memory alike.

// In a test, and in what it calls, a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use support::{LEDGER, READ_ONLY, TINY, append, create, group, header, open, read_all};
use tallybook_log::{
    BATCH_BYTES_MAX, BatchNumber, FileLog, GROUP_BYTES_MAX, Group, Log, LogEnd, LogError, LogReader,
    MemoryLog, Position, RECORD_BODY_BYTES_MAX, RecordHeader, SimulatedDisk,
};

/// One step of a generated history.
#[derive(Clone, Debug)]
enum Step {
    /// Batches of (member, body).
    Append(Vec<Vec<(u32, Vec<u8>)>>),
    /// A group for the wrong place.
    AppendElsewhere,
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let body = proptest::collection::vec(any::<u8>(), 0..200);
    let batch = proptest::collection::vec((0_u32..5, body), 0..4);
    let step = prop_oneof![
        6 => proptest::collection::vec(batch, 0..4).prop_map(Step::Append),
        1 => Just(Step::AppendElsewhere),
        1 => Just(Step::Close),
    ];
    proptest::collection::vec(step, 0..20)
}

/// Every record pushed, oldest first, and the newest of each member.
#[derive(Default)]
struct Pushed {
    records: Vec<(Position, RecordHeader, Vec<u8>)>,
    heads: [Option<Position>; 5],
}

impl Pushed {
    fn build(&mut self, start: LogEnd, batches: &[Vec<(u32, Vec<u8>)>]) -> Group {
        let mut group = Group::new(start);
        for batch in batches {
            group.begin_batch();
            for (member, body) in batch {
                let head = &mut self.heads[*member as usize];
                let header = header(*member, head.unwrap_or(Position::NONE));
                let foretold = group.next_position();
                let at = group.push(header, body).unwrap();
                assert_eq!(at, foretold);
                *head = Some(at);
                self.records.push((at, header, body.clone()));
            }
            assert_eq!(group.end_batch().is_some(), !batch.is_empty());
        }
        group
    }

    fn check(&self, reader: &impl LogReader) {
        let mut batches = reader.batches(Position::ORIGIN);
        let mut expected = self.records.iter();
        let mut number = BatchNumber::FIRST;
        while let Some(batch) = batches.next_batch().unwrap() {
            assert_eq!(batch.header().number, number);
            number = number.next();
            for record in batch.records() {
                let (at, header, body) = expected.next().unwrap();
                assert_eq!((record.position, record.header, record.body), (*at, *header, &body[..]));
                let single = reader.record(*at).unwrap();
                assert_eq!((single.position, single.header, &single.body), (*at, *header, body));
                assert_eq!(single.batch_number, batch.header().number);
                assert_eq!(single.batch_position, batch.header().position);
            }
        }
        assert!(expected.next().is_none());
        for count_max in [1, 3, 1_000] {
            let mut together = reader.batches(Position::ORIGIN);
            let mut one_by_one = reader.batches(Position::ORIGIN);
            loop {
                let next = together.next_batches(count_max).unwrap();
                assert!(next.len() <= count_max);
                if next.is_empty() {
                    break;
                }
                for batch in next {
                    let expected = one_by_one.next_batch().unwrap().unwrap();
                    assert_eq!((batch.header(), batch.bytes()), (expected.header(), expected.bytes()));
                }
            }
            assert!(one_by_one.next_batch().unwrap().is_none());
            assert_eq!(together.position(), one_by_one.position());
        }
        assert_eq!(LogEnd { position: batches.position(), next_number: number }, reader.end());
        for (member, head) in self.heads.iter().enumerate() {
            let newest_first =
                self.records.iter().rev().filter(|(_, header, _)| header.member == member as u32);
            let chain: Vec<_> = reader.chain(head.unwrap_or(Position::NONE)).map(Result::unwrap).collect();
            assert!(chain.iter().map(|record| &record.position).eq(newest_first.map(|(at, _, _)| at)));
        }
    }
}

fn stream(reader: &impl LogReader) -> Vec<u8> {
    let mut bytes = vec![0; reader.end().position.0 as usize];
    let mut filled = 0;
    while filled < bytes.len() {
        filled += reader.read(Position(filled as u64), &mut bytes[filled..]).unwrap();
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_file_log_and_a_memory_log_hold_the_same_bytes_and_give_back_what_was_pushed(steps in steps()) {
        let disk = SimulatedDisk::new();
        let mut file = create(&disk).unwrap();
        let mut memory = MemoryLog::new();
        let mut pushed = Pushed::default();
        for step in &steps {
            match step {
                Step::Append(batches) => {
                    let group = pushed.build(file.end(), batches);
                    assert_eq!(file.append(&group).unwrap(), group.end());
                    assert_eq!(memory.append(&group).unwrap(), group.end());
                }
                Step::AppendElsewhere => {
                    let mut elsewhere = file.end();
                    elsewhere.position.0 += 1;
                    let group = group(elsewhere, &[&[1]]);
                    for result in [file.append(&group), memory.append(&group)] {
                        assert!(matches!(result, Err(LogError::UnexpectedPosition { .. })));
                    }
                }
                Step::Close => {
                    file.close().unwrap();
                    file = open(&disk).unwrap();
                    assert!(file.open_report().closed);
                    memory.reopen().unwrap();
                }
            }
            assert_eq!(file.end(), memory.end());
        }
        assert_eq!(stream(&file.reader()), stream(&memory.reader()));
        pushed.check(&file.reader());
        pushed.check(&memory.reader());
        drop(file);
        pushed.check(&open(&disk).unwrap().reader());
    }
}

#[test]
fn a_stream_goes_on_after_the_end_when_more_is_appended() {
    let mut log = create(&SimulatedDisk::new()).unwrap();
    let reader = log.reader();
    let mut batches = reader.batches(Position::ORIGIN);
    assert!(batches.next_batch().unwrap().is_none());
    for size in [700, 700, 3] {
        let group = append(&mut log, &[&[size]]);
        assert_eq!(batches.next_batch().unwrap().unwrap().bytes(), group.bytes());
        assert!(batches.next_batch().unwrap().is_none());
    }
}

#[test]
fn an_abandoned_batch_leaves_no_trace() {
    let mut group = group(LogEnd::ORIGIN, &[&[4]]);
    let (before, end) = (group.bytes().to_vec(), group.end());
    group.begin_batch();
    group.push(header(1, Position::NONE), b"refused").unwrap();
    group.abandon_batch();
    group.begin_batch();
    assert!(group.end_batch().is_none());
    assert_eq!((group.bytes(), group.end()), (&before[..], end));
}

#[test]
fn bodies_batches_and_groups_past_their_limits_are_refused_and_left_out() {
    let body = vec![1; RECORD_BODY_BYTES_MAX];
    let too_large = |group: &mut Group, body: &[u8]| match group.push(header(1, Position::NONE), body) {
        Err(LogError::TooLarge { what, size_bytes, max_bytes }) => {
            assert!(size_bytes > max_bytes);
            what
        }
        other => panic!("{other:?}"),
    };
    let mut group = Group::new(LogEnd::ORIGIN);
    group.begin_batch();
    assert_eq!(too_large(&mut group, &vec![1; RECORD_BODY_BYTES_MAX + 1]), "record body");
    for _ in 0..BATCH_BYTES_MAX / RECORD_BODY_BYTES_MAX - 1 {
        group.push(header(1, Position::NONE), &body).unwrap();
    }
    assert_eq!(too_large(&mut group, &body), "batch");
    group.end_batch().unwrap();
    assert!(group.has_room());
    while group.has_room() {
        group.begin_batch();
        group.push(header(1, Position::NONE), &body).unwrap();
        group.end_batch().unwrap();
    }
    while group.bytes().len() + body.len() + 100 < GROUP_BYTES_MAX {
        group.begin_batch();
        group.push(header(1, Position::NONE), &body).unwrap();
        group.end_batch().unwrap();
    }
    group.begin_batch();
    assert_eq!(too_large(&mut group, &body), "group");
    group.abandon_batch();

    // A group larger than a segment has a segment of its own, and reads back.
    let mut log = create(&SimulatedDisk::new()).unwrap();
    append(&mut log, &[&[1]]);
    let mut moved = Group::new(log.end());
    moved.begin_batch();
    let at = moved.push_with(header(1, Position::NONE), |bytes| bytes.extend_from_slice(&body)).unwrap();
    moved.push(header(1, at), b"small").unwrap();
    moved.end_batch();
    log.append(&moved).unwrap();
    assert_eq!(log.reader().record(at).unwrap().body, body);
    assert_eq!(read_all(&log.reader()).unwrap().len(), 2);
}

#[test]
fn a_chain_that_leads_to_another_member_or_forward_is_corruption() {
    let mut log = MemoryLog::new();
    let mut group = Group::new(log.end());
    group.begin_batch();
    let other = group.push(header(2, Position::NONE), b"").unwrap();
    let wrong = group.push(header(1, other), b"").unwrap();
    let forward = group.push(header(1, group.next_position()), b"").unwrap();
    group.end_batch();
    log.append(&group).unwrap();
    for (head, sound) in [(wrong, 1), (forward, 0)] {
        let chain: Vec<_> = log.reader().chain(head).collect();
        assert_eq!(chain.len(), sound + 1);
        assert!(matches!(chain[sound], Err(LogError::Corruption { .. })));
    }
}

#[test]
fn a_second_writer_is_locked_out_and_a_reader_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("a").join("b");
    let mut log = FileLog::create(&dir, LEDGER, TINY).unwrap();
    for size in 0..30 {
        append(&mut log, &[&[size * 5]]);
    }
    assert!(matches!(FileLog::open(&dir, TINY), Err(LogError::Locked { .. })));
    assert!(matches!(FileLog::create(&dir, LEDGER, TINY), Err(LogError::Locked { .. })));
    let reading = FileLog::open(&dir, READ_ONLY).unwrap();
    assert_eq!(read_all(&reading.reader()).unwrap(), read_all(&log.reader()).unwrap());
    drop(log);
    let log = FileLog::open(&dir, TINY).unwrap();
    assert!(!log.open_report().closed);
    assert!(log.open_report().segment_count > 3);
    assert_eq!(read_all(&log.reader()).unwrap().len(), 30);
    log.close().unwrap();
}

#[test]
fn opening_and_closing_without_writing_does_not_grow_the_log() {
    let disk = SimulatedDisk::new();
    let mut log = create(&disk).unwrap();
    append(&mut log, &[&[1]]);
    log.close().unwrap();
    let end = open(&disk).unwrap().end();
    open(&disk).unwrap().close().unwrap();
    assert_eq!(open(&disk).unwrap().end(), end);
}
