//! What is encoded decodes to the same value, and has the same bytes when encoded again.

// In a test a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use std::borrow::Cow;

use proptest::prelude::*;
use support::{any, examples, stored_decision, stored_fact};
use tallybook_core::event::Decision;
use tallybook_core::fact::Fact;
use tallybook_format::{
    RecordType, decode_decision, decode_fact, decode_ledger_state, decode_member_named, decode_state,
    encode_ledger_state, encode_member_named, encode_state,
};

proptest! {
    #[test]
    fn a_fact_comes_back_with_its_key(key in any::key(), fact in any::fact()) {
        let (stored_as, bytes) = stored_fact(key.as_deref(), &fact);
        prop_assert_eq!(stored_as, RecordType::of_fact(&fact));
        let stored = decode_fact(stored_as.kind.number(), stored_as.version, &bytes).unwrap();
        prop_assert_eq!(stored.key, key.as_deref());
        prop_assert_eq!(&stored.fact, &fact);
        prop_assert_eq!(stored_fact(stored.key, &stored.fact).1, bytes);
    }

    #[test]
    fn a_decision_comes_back(event in any::event()) {
        let (stored_as, bytes) = stored_decision(&event);
        prop_assert_eq!(stored_as, RecordType::of_decision(&event.decision));
        let number = stored_as.kind.number();
        let decision = decode_decision(number, stored_as.version, event.effective_at, &bytes).unwrap();
        prop_assert_eq!(decision, event.decision);
    }

    #[test]
    fn a_ledger_state_comes_back(state in any::ledger_state()) {
        let mut bytes = Vec::new();
        encode_ledger_state(&state, &mut bytes);
        prop_assert_eq!(decode_ledger_state(&bytes).unwrap(), state);
    }

    #[test]
    fn a_state_comes_back(state in any::state()) {
        let mut bytes = Vec::new();
        encode_state(&state, &mut bytes);
        let again = decode_state(&bytes).unwrap();
        prop_assert_eq!(&again, &state);
        let mut bytes_again = Vec::new();
        encode_state(&again, &mut bytes_again);
        prop_assert_eq!(bytes_again, bytes);
    }

    #[test]
    fn a_member_name_comes_back(name in "[^\\p{Cc}]{1,32}") {
        let mut bytes = Vec::new();
        let stored_as = encode_member_named(&name, &mut bytes);
        prop_assert_eq!(stored_as, RecordType::MEMBER_NAMED);
        prop_assert_eq!(decode_member_named(9, 1, &bytes).unwrap(), name);
    }
}

/// Whether a text lies inside the body that it was decoded from.
fn lies_in(body: &[u8], text: &str) -> bool {
    body.as_ptr_range().contains(&text.as_ptr()) && body.len() >= text.len()
}

#[test]
fn texts_of_a_decoded_fact_are_those_of_the_body() {
    let (_, body) = stored_fact(Some("till/9"), &Fact::OrderPlaced(examples::full_order()));
    let stored = decode_fact(3, 1, &body).unwrap();
    let Fact::OrderPlaced(order) = stored.fact else { panic!("an order went in") };
    let line = &order.lines[0];
    let texts =
        [Some(&order.id), order.channel.as_ref(), order.store.as_ref(), line.id.as_ref(), line.sku.as_ref()];
    for text in texts.into_iter().chain([line.category.as_ref(), line.brand.as_ref(), line.tags.first()]) {
        assert!(matches!(text, Some(Cow::Borrowed(text)) if lies_in(&body, text)), "{text:?} is a copy");
    }
    assert!(lies_in(&body, stored.key.unwrap()));
}

#[test]
fn an_order_of_three_lines_and_its_earning_are_small() {
    let (_, order) = stored_fact(None, &Fact::OrderPlaced(examples::simple_order()));
    assert!(order.len() <= 123, "the order has {} bytes", order.len());
    let event = tallybook_core::event::Event {
        effective_at: support::MORNING,
        decision: Decision::PointsEarned(examples::simple_earning()),
    };
    let (_, earning) = stored_decision(&event);
    assert!(earning.len() <= 46, "the earning has {} bytes", earning.len());
}
