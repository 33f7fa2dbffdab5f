//! Bytes that no release wrote: every one ends in a named error or a value, none in a panic or in memory it does not hold.

// In a test a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use support::{MORNING, any, examples, stored_decision, stored_fact};
use tallybook_core::calendar::Instant;
use tallybook_core::event::{Decision, Event, MergedFrom};
use tallybook_core::fact::Fact;
use tallybook_core::state::MemberState;
use tallybook_format::{
    FormatError, RecordKind, RecordType, decode_decision, decode_fact, decode_ledger_state,
    decode_member_named, decode_state, encode_state,
};

/// Every way to read a body, under every kind.
fn read_as_anything(body: &[u8]) {
    for kind in RecordKind::ALL {
        for version in 1..=kind.newest_version() {
            let _ = decode_fact(kind.number(), version, body);
            let _ = decode_decision(kind.number(), version, MORNING, body);
            let _ = decode_member_named(kind.number(), version, body);
        }
    }
    let _ = decode_state(body);
    let _ = decode_ledger_state(body);
}

/// How a stored body may be hurt.
#[derive(Clone, Debug)]
enum Hurt {
    Flip { at: prop::sample::Index, bit: u8 },
    Put { at: prop::sample::Index, byte: u8 },
    Remove { at: prop::sample::Index },
    Insert { at: prop::sample::Index, byte: u8 },
}

fn hurt() -> impl Strategy<Value = Hurt> {
    let at = || any::<prop::sample::Index>();
    prop_oneof![
        (at(), 0u8..8).prop_map(|(at, bit)| Hurt::Flip { at, bit }),
        (at(), any::<u8>()).prop_map(|(at, byte)| Hurt::Put { at, byte }),
        at().prop_map(|at| Hurt::Remove { at }),
        (at(), any::<u8>()).prop_map(|(at, byte)| Hurt::Insert { at, byte }),
    ]
}

fn apply(body: &mut Vec<u8>, hurts: &[Hurt]) {
    for hurt in hurts {
        if body.is_empty() {
            return;
        }
        match hurt {
            Hurt::Flip { at, bit } => {
                let at = at.index(body.len());
                body[at] ^= 1 << bit;
            }
            Hurt::Put { at, byte } => {
                let at = at.index(body.len());
                body[at] = *byte;
            }
            Hurt::Remove { at } => {
                let at = at.index(body.len());
                body.remove(at);
            }
            Hurt::Insert { at, byte } => body.insert(at.index(body.len()), *byte),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_bytes_never_panic(body in vec(any::<u8>(), 0..200)) {
        read_as_anything(&body);
    }

    #[test]
    fn hurt_facts_never_panic(fact in any::fact(), hurts in vec(hurt(), 1..4)) {
        let (_, mut body) = stored_fact(None, &fact);
        apply(&mut body, &hurts);
        read_as_anything(&body);
    }

    #[test]
    fn hurt_decisions_never_panic(event in any::event(), hurts in vec(hurt(), 1..4)) {
        let (_, mut body) = stored_decision(&event);
        apply(&mut body, &hurts);
        read_as_anything(&body);
    }

    #[test]
    fn hurt_states_never_panic(state in any::state(), hurts in vec(hurt(), 1..4)) {
        let mut bytes = Vec::new();
        encode_state(&state, &mut bytes);
        apply(&mut bytes, &hurts);
        read_as_anything(&bytes);
    }

    #[test]
    fn a_body_that_is_cut_or_goes_on_is_refused(fact in any::fact(), cut in any::<prop::sample::Index>()) {
        let (RecordType { kind, version }, mut body) = stored_fact(None, &fact);
        let short = &body[..cut.index(body.len())];
        prop_assert!(decode_fact(kind.number(), version, short).is_err());
        body.push(0xC0);
        let error = decode_fact(kind.number(), version, &body).unwrap_err();
        prop_assert_eq!(error, FormatError::TrailingBytes { what: kind.name() });
    }
}

#[test]
fn every_shape_refuses_any_cut_and_anything_after_it() {
    let facts = examples::facts().into_iter().map(|(_, key, fact)| stored_fact(key, &fact));
    let decisions = examples::decisions()
        .into_iter()
        .map(|(_, decision)| stored_decision(&Event { effective_at: MORNING, decision }));
    for (RecordType { kind, version }, mut body) in facts.chain(decisions) {
        let error_of = |body: &[u8]| {
            if kind.is_fact() {
                decode_fact(kind.number(), version, body).unwrap_err()
            } else {
                decode_decision(kind.number(), version, MORNING, body).unwrap_err()
            }
        };
        for end in 0..body.len() {
            let error = error_of(&body[..end]);
            assert!(matches!(error, FormatError::Malformed { what, .. } if what == kind.name()), "{error}");
        }
        body.push(0);
        assert_eq!(error_of(&body), FormatError::TrailingBytes { what: kind.name() });
    }
}

#[test]
fn a_list_that_lies_about_its_length_is_refused_before_it_takes_memory() {
    // An enrolment whose segments claim to be 4,294,967,295.
    let error = decode_fact(1, 1, b"\x94\xC0\xC0\xDD\xFF\xFF\xFF\xFF").unwrap_err();
    assert!(matches!(error, FormatError::Malformed { what: "MemberEnrolled", .. }));
    // A member's name of as many bytes.
    assert!(decode_member_named(9, 1, b"\x91\xDB\xFF\xFF\xFF\xFFabc").is_err());
    // An array of arrays of arrays.
    read_as_anything(&[0x91; 4096]);
}

#[test]
fn an_error_names_the_body_the_field_and_what_is_wrong_there() {
    let why = |kind, body: &[u8]| decode_fact(kind, 1, body).unwrap_err().to_string();
    // An order with a line whose quantity is a text.
    assert_eq!(
        why(3, b"\x99\xC0\xA1A\xA3USD\xC0\xC0\x00\x00\x00\x91\x99\xC0\xA11\x00\x00\x00\xC0\xC0\xC0\x90"),
        "the stored OrderPlaced is malformed: `lines[0].quantity`: an integer is expected and a text stands here"
    );
    // A fulfilment without its order, one with more, and one whose key is a number.
    assert_eq!(why(10, b"\x91\xC0"), "the stored OrderFulfilled is malformed: `order` is missing");
    assert_eq!(
        why(10, b"\x93\xC0\xA1A\xC0"),
        "the stored OrderFulfilled is malformed: the array has 3 items where there are 2"
    );
    assert_eq!(
        why(10, b"\x92\x01\xA1A"),
        "the stored OrderFulfilled is malformed: `key`: a text is expected and an integer stands here"
    );
    // A lot number past 32 bits.
    let error =
        decode_decision(107, 1, MORNING, b"\x93\xCF\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01").unwrap_err();
    assert_eq!(error.to_string(), "the stored Expired is malformed: `lot`: 4294967296 does not fit 32 bits");
}

#[test]
fn a_map_with_the_right_names_is_no_body() {
    // {"name": "mei"}
    assert!(decode_member_named(9, 1, b"\x81\xA4name\xA3mei").is_err());
}

#[test]
fn unknown_kinds_versions_and_semantics_are_named() {
    assert_eq!(decode_fact(60, 1, b"").unwrap_err(), FormatError::UnknownKind { kind: 60 });
    let error = decode_fact(3, 3, b"").unwrap_err();
    assert_eq!(error, FormatError::UnknownVersion { what: "OrderPlaced", version: 3 });
    assert_eq!(error.to_string(), "version 3 of OrderPlaced is unknown; a later release may have written it");
    let error = decode_decision(102, 0, Instant(0), b"").unwrap_err();
    assert_eq!(error, FormatError::UnknownVersion { what: "PointsEarned", version: 0 });
    let error = decode_fact(8, 1, b"\x94\xC0\x00\x02\xA0").unwrap_err();
    assert_eq!(error, FormatError::UnknownSemantics { version: 2 });
    let error = decode_state(b"\x92\x07\xC0").unwrap_err();
    assert_eq!(error, FormatError::UnknownVersion { what: "MemberState", version: 7 });
    // As earlier releases began them: a short array, and one of 16 bits' length.
    for (bytes, version) in [(b"\x9C\x01\xC0\xC0".as_slice(), 1), (b"\xDC\x00\x14\x02\xC0", 2)] {
        let error = decode_state(bytes).unwrap_err();
        assert_eq!(error, FormatError::UnknownVersion { what: "MemberState", version });
    }
    let error = decode_ledger_state(b"\x92\x02\x90").unwrap_err();
    assert_eq!(error, FormatError::UnknownVersion { what: "LedgerState", version: 2 });
}

#[test]
fn a_record_of_another_sort_is_named() {
    let error = decode_fact(101, 1, b"\x90").unwrap_err();
    assert_eq!(error, FormatError::OtherSort { kind: "MemberJoined", wanted: "fact" });
    assert_eq!(error.to_string(), "a MemberJoined record is no fact");
    assert!(matches!(decode_decision(9, 1, MORNING, b""), Err(FormatError::OtherSort { .. })));
    assert!(matches!(decode_member_named(3, 1, b""), Err(FormatError::OtherSort { .. })));
}

#[test]
fn figures_that_no_value_has_are_refused() {
    let whys = [
        // An order in a currency `usd`.
        decode_fact(3, 1, b"\x99\xC0\xA1A\xA3usd\xC0\xC0\x00\x00\x00\x90").unwrap_err(),
        // A birthday on 30 February.
        decode_fact(1, 1, b"\x94\xC0\x92\x02\x1E\x90\x90").unwrap_err(),
        // A tier for a sixth reason.
        decode_decision(111, 1, MORNING, b"\x98\x00\x01\x00\x01\x05\x93\x00\x00\x00\x93\x00\x00\x00\xC0")
            .unwrap_err(),
        // A tier for a ninth reason, in the version that has eight.
        decode_decision(
            111,
            2,
            MORNING,
            b"\x9A\x00\x01\x00\x01\x08\x95\x00\x00\x00\x00\x00\x95\x00\x00\x00\x00\x00\xC0\xC0\xC0",
        )
        .unwrap_err(),
        // A tier that was reached in the second version of earnings, and an eleventh occasion in the third.
        decode_decision(102, 2, MORNING, b"\x9D\x01\x01\x90\x90\x90\x90\x90\xC0\x07\xC0\xC0\x90\x90")
            .unwrap_err(),
        decode_decision(102, 3, MORNING, b"\x9D\x01\x01\x90\x90\x90\x90\x90\xC0\x0A\xC0\xC0\x90\x90")
            .unwrap_err(),
        // Figures of three in the third version of earnings, and of five in the second.
        decode_decision(
            102,
            3,
            MORNING,
            b"\x9D\x01\x01\x90\x90\x90\x90\x91\x94\x00\xC0\x93\x00\x00\x00\xC2\xC0\x00\xC0\xC0\x90\x90",
        )
        .unwrap_err(),
        decode_decision(
            102,
            2,
            MORNING,
            b"\x9D\x01\x01\x90\x90\x90\x90\x91\x97\x00\xC0\x00\x00\x00\x00\x00\xC0\x00\xC0\xC0\x90\x90",
        )
        .unwrap_err(),
        // A tier by hand that ended for a fifth reason, and one asked for in a fourth way.
        decode_decision(152, 1, MORNING, b"\x93\x00\x01\x04").unwrap_err(),
        decode_fact(50, 1, b"\x96\xC0\xA1l\xA1t\x91\x03\xA1a\xA1b").unwrap_err(),
        // A return of a fourth sort of part.
        decode_fact(4, 1, b"\x94\xC0\xA1R\xA1A\x91\x92\xA11\x92\x03\x01").unwrap_err(),
        // A lot number past 32 bits.
        decode_decision(107, 1, MORNING, b"\x93\xCF\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01").unwrap_err(),
        // A verdict that only the second version of the kind has.
        decode_decision(102, 1, MORNING, b"\x98\x01\x01\x90\x91\x94\x00\x0A\x00\x92\x04\x00\x90\x90\x90\xC0")
            .unwrap_err(),
        // A voucher's code in the first version of its request.
        decode_fact(5, 1, b"\x96\xC0\xA1R\xA1p\x01\xC2\x92\x03\xA1V").unwrap_err(),
        // A code's hash that is a text, and one that is short.
        decode_decision(123, 1, MORNING, b"\x91\xD9\x20abcdefghijklmnopqrstuvwxyz012345").unwrap_err(),
        decode_decision(123, 1, MORNING, b"\x91\xC4\x02ab").unwrap_err(),
        // A hash of 32 bytes that is a text, and no UTF-8 either; lots of a referral that are a binary string.
        decode_decision(123, 1, MORNING, &[b"\x91\xD9\x20".as_slice(), &[0xFF; 32]].concat()).unwrap_err(),
        decode_decision(114, 1, MORNING, b"\x93\xA1m\xC4\x01\x01\x90").unwrap_err(),
        // An end of a fourth sort.
        decode_fact(33, 1, b"\x96\xC0\xA1p\xC0\x92\x03\x01\xA1a\xA1b").unwrap_err(),
        // A name with a line break.
        decode_member_named(9, 1, b"\x91\xA3a\nb").unwrap_err(),
    ];
    for why in whys {
        assert!(matches!(why, FormatError::Malformed { .. }), "{why}");
    }
}

#[test]
fn a_state_whose_lists_cannot_be_searched_is_refused() {
    let (_, mut state) = examples::states().remove(1);
    let refused = |state: &MemberState| {
        let mut bytes = Vec::new();
        encode_state(state, &mut bytes);
        matches!(decode_state(&bytes), Err(FormatError::Malformed { what: "MemberState", .. }))
    };
    assert!(!refused(&state));
    let carried = &mut state.ladders[0].carried;
    carried.push(carried[0]);
    assert!(refused(&state));
    state.ladders[0].carried.pop();
    state.lots.swap(0, 1);
    assert!(refused(&state));
}

#[test]
fn a_merge_of_a_state_that_cannot_be_searched_or_read_is_refused() {
    let merge_of = |state| {
        let (from, ladders, grants) = ("mei".into(), Default::default(), Default::default());
        let decision = Decision::MergedFrom(MergedFrom { from, state: Box::new(state), ladders, grants });
        stored_decision(&Event { effective_at: MORNING, decision })
    };
    // Each version of a merge has one of states: the second and the third.
    for (version, examples) in [(1, examples::second_states()), (2, examples::states())] {
        let (_, mut state) = examples.into_iter().nth(1).unwrap();
        let (stored_as, mut body) = merge_of(state.clone());
        assert_eq!(stored_as.version, version);
        assert!(decode_decision(141, version, MORNING, &body).is_ok());
        // After the array, the name of three letters and the state's own array stands its version.
        assert_eq!(
            body[..9],
            [&[0x92 + version], b"\xA3mei\xDC\x00\x14".as_slice(), &[1 + version]].concat()
        );
        for other in [1, 4 - version, 4] {
            body[8] = other;
            let error = decode_decision(141, version, MORNING, &body).unwrap_err();
            assert_eq!(error, FormatError::UnknownVersion { what: "MemberState", version: other });
        }
        state.lots.swap(0, 1);
        let error = decode_decision(141, version, MORNING, &merge_of(state).1).unwrap_err();
        assert!(matches!(error, FormatError::Malformed { what: "MergedFrom", .. }), "{error}");
    }
}

#[test]
fn texts_that_are_not_utf_8_are_refused() {
    assert!(matches!(decode_member_named(9, 1, b"\x91\xA2\xC3\x28"), Err(FormatError::Malformed { .. })));
    let fact = Fact::OrderPlaced(examples::simple_order());
    let (_, mut body) = stored_fact(None, &fact);
    body[4] = 0xFF;
    assert!(decode_fact(3, 1, &body).is_err());
}
