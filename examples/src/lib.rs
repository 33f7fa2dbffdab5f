//! Examples of embedding Tallybook. Run one with `cargo run -p tallybook-examples --example embed`.
//!
//! Beside them lie programme files (`programmes`), import maps (`imports`) and a reader in Python (`python_reader`).
