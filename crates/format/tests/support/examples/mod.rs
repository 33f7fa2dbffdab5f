//! One hand-written value, or a few, for every stored shape. The frozen fixtures are their bytes.

mod decisions;
mod facts;
mod second_versions;
mod states;
mod tiers;

use tallybook_core::calendar::Instant;
use tallybook_core::event::CodeHash;
use tallybook_core::ids::CurrencyNumber;

pub use decisions::{decisions, simple_earning};
pub use facts::{facts, full_order, profile, simple_order};
pub use states::{ledger_states, second_states, states};

const POINTS: CurrencyNumber = CurrencyNumber(0);

/// Midnight in New York after 31 January 2027.
const END: Instant = Instant(1_801_458_000_000_000);

/// Not the hash of any code.
const CODE: CodeHash = *b"\x00\x01\x7F\x80\xC0\xFFtwenty-six bytes after it.";
