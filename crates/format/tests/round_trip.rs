//! What is encoded decodes to the same value, and has the same bytes when encoded again.

// In a test a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use std::borrow::Cow;

use proptest::prelude::*;
use support::{any, decision_bytes, examples, fact_bytes};
use tallybook_core::event::Decision;
use tallybook_core::fact::Fact;
use tallybook_format::{
    RecordKind, decode_decision, decode_fact, decode_member_named, decode_state, encode_member_named,
    encode_state,
};

proptest! {
    #[test]
    fn a_fact_comes_back_with_its_key(key in any::key(), fact in any::fact()) {
        let kind = RecordKind::of_fact(&fact);
        let bytes = fact_bytes(key.as_deref(), &fact);
        let stored = decode_fact(kind.number(), kind.version(), &bytes).unwrap();
        prop_assert_eq!(stored.key, key.as_deref());
        prop_assert_eq!(&stored.fact, &fact);
        prop_assert_eq!(fact_bytes(stored.key, &stored.fact), bytes);
    }

    #[test]
    fn a_decision_comes_back(event in any::event()) {
        let kind = RecordKind::of_decision(&event.decision);
        let bytes = decision_bytes(&event);
        let decision = decode_decision(kind.number(), kind.version(), event.effective_at, &bytes).unwrap();
        prop_assert_eq!(decision, event.decision);
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
        let kind = encode_member_named(&name, &mut bytes);
        prop_assert_eq!(decode_member_named(kind.number(), kind.version(), &bytes).unwrap(), name);
    }
}

/// Whether a text lies inside the body that it was decoded from.
fn lies_in(body: &[u8], text: &str) -> bool {
    body.as_ptr_range().contains(&text.as_ptr()) && body.len() >= text.len()
}

#[test]
fn texts_of_a_decoded_fact_are_those_of_the_body() {
    let body = fact_bytes(Some("till/9"), &Fact::OrderPlaced(examples::full_order()));
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
    let order = fact_bytes(None, &Fact::OrderPlaced(examples::simple_order()));
    assert!(order.len() <= 123, "the order has {} bytes", order.len());
    let event = tallybook_core::event::Event {
        effective_at: support::MORNING,
        decision: Decision::PointsEarned(examples::simple_earning()),
    };
    let earning = decision_bytes(&event);
    assert!(earning.len() <= 46, "the earning has {} bytes", earning.len());
}
