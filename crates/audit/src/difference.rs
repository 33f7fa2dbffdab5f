//! How two things of one type differ, as text: by field, with both values.

use serde::Serialize;
use serde_json::Value;
use tallybook::Stored;
use tallybook_core::calendar::Instant;
use tallybook_format::{RecordKind, decode_decision};
use tallybook_log::RecordView;

/// Differences that a text names at most.
const NAMED_MAX: usize = 5;

/// The differing fields of two values, such as `lots[0].points: recorded 124, judged again 123`.
pub(crate) fn fields<T: Serialize>(left: (&str, &T), right: (&str, &T)) -> String {
    let mut found = Vec::new();
    match (serde_json::to_value(left.1), serde_json::to_value(right.1)) {
        (Ok(a), Ok(b)) => walk("", &a, &b, &mut |path, a, b| {
            found.push(format!("{path}: {} {}, {} {}", left.0, show(a), right.0, show(b)));
        }),
        _ => found.push("the two cannot be shown".to_owned()),
    }
    name_some(found)
}

fn name_some(mut found: Vec<String>) -> String {
    let more = found.len().saturating_sub(NAMED_MAX);
    found.truncate(NAMED_MAX);
    if more > 0 {
        found.push(format!("and {more} more"));
    }
    found.join("; ")
}

fn show(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

/// Takes a field's path and its two values, of which one may be missing.
type Found<'f> = dyn FnMut(&str, Option<&Value>, Option<&Value>) + 'f;

fn walk(path: &str, a: &Value, b: &Value, found: &mut Found<'_>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let names = a.keys().chain(b.keys().filter(|name| !a.contains_key(*name)));
            for name in names {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                step(&path, a.get(name), b.get(name), found);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                step(&format!("{path}[{index}]"), a.get(index), b.get(index), found);
            }
        }
        _ if a != b => found(path, Some(a), Some(b)),
        _ => {}
    }
}

fn step(path: &str, a: Option<&Value>, b: Option<&Value>, found: &mut Found<'_>) {
    match (a, b) {
        (Some(a), Some(b)) => walk(path, a, b, found),
        _ => found(path, a, b),
    }
}

/// Whether a recorded decision is to the byte what judging again gives.
fn is_same(record: &RecordView<'_>, again: &Stored) -> bool {
    record.body == again.body
        && record.header.kind == again.kind
        && record.header.version == again.version
        && record.header.effective_at == again.effective_at.0
        && record.header.subject_fingerprint == again.subject_fingerprint
        && record.header.key_fingerprint == 0
}

/// Whether recorded decisions are to the byte those that judging again gives.
pub(crate) fn are_same<'a>(mut recorded: impl Iterator<Item = RecordView<'a>>, again: &[Stored]) -> bool {
    again.iter().all(|again| recorded.next().is_some_and(|record| is_same(&record, again)))
        && recorded.next().is_none()
}

/// How recorded decisions differ from those judged again, which they do.
pub(crate) fn decisions<'a>(recorded: impl Iterator<Item = RecordView<'a>>, again: &[Stored]) -> String {
    let mut found = Vec::new();
    let mut count = 0;
    for (index, record) in recorded.enumerate() {
        count += 1;
        let number = index + 1;
        match again.get(index) {
            Some(again) if is_same(&record, again) => {}
            Some(again) => found.push(format!("decision {number}, {}", one(&record, again))),
            None => {
                let kind = name(record.header.kind);
                found.push(format!(
                    "decision {number} is recorded as {kind}, but does not come out when judged again"
                ));
            }
        }
    }
    for (index, again) in again.iter().enumerate().skip(count) {
        found.push(format!(
            "judged again, decision {} comes out as {}, but is not recorded",
            index + 1,
            name(again.kind)
        ));
    }
    name_some(found)
}

fn one(record: &RecordView<'_>, again: &Stored) -> String {
    let kind = name(record.header.kind);
    if record.header.kind != again.kind {
        return format!("is recorded as {kind}, judged again it is {}", name(again.kind));
    }
    let recorded_at = Instant(record.header.effective_at);
    if recorded_at != again.effective_at {
        return format!("{kind}, effective_at: recorded {recorded_at}, judged again {}", again.effective_at);
    }
    if record.body == again.body {
        return format!("{kind}, has another version or fingerprint in its header");
    }
    let read = |version, body: &[u8]| decode_decision(record.header.kind, version, recorded_at, body);
    match (read(record.header.version, record.body), read(again.version, &again.body)) {
        (Ok(recorded), Ok(again)) => {
            let text = fields(("recorded", &recorded), ("judged again", &again));
            let text = text.replace(&format!("{kind}."), "");
            if text.is_empty() {
                format!("{kind}, has other bytes for the same content")
            } else {
                format!("{kind}, {text}")
            }
        }
        (Err(error), _) | (_, Err(error)) => format!("{kind}, cannot be read: {error}"),
    }
}

fn name(kind: u16) -> String {
    RecordKind::from_number(kind).map_or_else(|_| format!("kind {kind}"), |kind| kind.name().to_owned())
}
