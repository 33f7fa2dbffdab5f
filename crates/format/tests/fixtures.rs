//! Frozen bytes of every stored shape, one file each, named kind-version-name. They were written once; what a release
//! stored, every later one reads, and writes again byte for byte. A new shape gets new files; these are never changed.

// In a test, and in what it calls, a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use support::{MORNING, examples};
use tallybook_core::event::Decision;
use tallybook_format::{
    FormatError, RecordKind, decode_decision, decode_fact, decode_ledger_state, decode_member_named,
    decode_state, encode_decision, encode_fact, encode_ledger_state, encode_member_named, encode_state,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The bytes of a fixture: hexadecimal digits, with spaces and line breaks anywhere.
fn frozen(name: &str) -> Vec<u8> {
    let path = folder().join(format!("{name}.hex"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// The kind and version that a fixture's name begins with.
fn stored_as(name: &str) -> (u16, u8) {
    let mut parts = name.split('-');
    (parts.next().unwrap().parse().unwrap(), parts.next().unwrap().parse().unwrap())
}

#[test]
fn frozen_facts_are_read_and_written_byte_for_byte() {
    for (name, key, fact) in examples::facts() {
        let (kind, version) = stored_as(name);
        let bytes = frozen(name);
        let stored = decode_fact(kind, version, &bytes).unwrap();
        assert_eq!((stored.key, &stored.fact), (key, &fact), "{name}");
        let mut written = Vec::new();
        let stored = encode_fact(key, &fact, &mut written);
        assert_eq!((stored.kind.number(), stored.version), (kind, version), "{name}");
        assert_eq!(written, bytes, "{name}");
    }
}

#[test]
fn frozen_decisions_are_read_and_written_byte_for_byte() {
    for (name, decision) in examples::decisions() {
        let (kind, version) = stored_as(name);
        let bytes = frozen(name);
        assert_eq!(decode_decision(kind, version, MORNING, &bytes).unwrap(), decision, "{name}");
        let mut written = Vec::new();
        let stored = encode_decision(MORNING, &decision, &mut written);
        assert_eq!((stored.kind.number(), stored.version), (kind, version), "{name}");
        assert_eq!(written, bytes, "{name}");
    }
}

#[test]
fn frozen_names_are_read_and_written_byte_for_byte() {
    let bytes = frozen("009-1-member-named");
    assert_eq!(decode_member_named(9, 1, &bytes).unwrap(), "member-会员-1");
    let mut written = Vec::new();
    encode_member_named("member-会员-1", &mut written);
    assert_eq!(written, bytes);
}

#[test]
fn frozen_states_are_read_and_written_byte_for_byte() {
    for (name, state) in examples::states() {
        let bytes = frozen(name);
        assert_eq!(decode_state(&bytes).unwrap(), state, "{name}");
        let mut written = Vec::new();
        encode_state(&state, &mut written);
        assert_eq!(written, bytes, "{name}");
    }
}

#[test]
fn frozen_states_of_version_2_are_read_and_written_byte_for_byte_in_merges_and_nowhere_else() {
    for (name, state) in examples::second_states() {
        let bytes = frozen(name);
        let error = decode_state(&bytes).unwrap_err();
        assert_eq!(error, FormatError::UnknownVersion { what: "MemberState", version: 2 }, "{name}");
        let body = [b"\x93\xA3mei".as_slice(), &bytes, b"\x90"].concat();
        let decision = decode_decision(141, 1, MORNING, &body).unwrap();
        let Decision::MergedFrom(merged) = &decision else { panic!("{name}: a merge went in") };
        assert_eq!(*merged.state, state, "{name}");
        let mut written = Vec::new();
        assert_eq!(encode_decision(MORNING, &decision, &mut written).version, 1, "{name}");
        assert_eq!(written, body, "{name}");
    }
}

#[test]
fn frozen_ledger_states_are_read_and_written_byte_for_byte() {
    for (name, state) in examples::ledger_states() {
        let bytes = frozen(name);
        assert_eq!(decode_ledger_state(&bytes).unwrap(), state, "{name}");
        let mut written = Vec::new();
        encode_ledger_state(&state, &mut written);
        assert_eq!(written, bytes, "{name}");
    }
}

#[test]
fn every_version_of_every_kind_has_a_fixture_and_every_fixture_is_tested() {
    let mut tested: BTreeSet<String> =
        examples::facts().into_iter().map(|(name, ..)| name.to_owned()).collect();
    tested.extend(examples::decisions().into_iter().map(|(name, _)| name.to_owned()));
    tested.extend(examples::states().into_iter().map(|(name, _)| name.to_owned()));
    tested.extend(examples::second_states().into_iter().map(|(name, _)| name.to_owned()));
    tested.extend(examples::ledger_states().into_iter().map(|(name, _)| name.to_owned()));
    tested.insert("009-1-member-named".to_owned());
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.strip_suffix(".hex").unwrap_or(&name).to_owned())
        .collect();
    assert_eq!(files, tested);
    for kind in RecordKind::ALL {
        for version in 1..=kind.newest_version() {
            let prefix = format!("{:03}-{version}-", kind.number());
            assert!(
                files.iter().any(|name| name.starts_with(&prefix)),
                "{} {version} has no fixture",
                kind.name()
            );
        }
    }
}
