//! Lines of a programme file in the making.

use std::fmt::Write;

/// A file as far as it is written.
#[derive(Default)]
pub(super) struct Page(pub String);

impl Page {
    pub fn heading(&mut self, name: &str) {
        self.0.push_str(name);
        self.0.push('\n');
    }

    pub fn set(&mut self, key: &str, value: impl std::fmt::Display) {
        writeln!(self.0, "{key} = {value}").expect("writing to a text cannot fail");
    }

    /// The key where the value is there.
    pub fn set_some(&mut self, key: &str, value: Option<impl std::fmt::Display>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }

    pub fn text(&mut self, key: &str, value: &str) {
        self.set(key, quoted(value));
    }

    /// The word, unless it is the default.
    pub fn word(&mut self, key: &str, value: &str, default: &str) {
        if value != default {
            self.text(key, value);
        }
    }

    pub fn decimal(&mut self, key: &str, units: i64, places: u8) {
        self.text(key, &decimal(units, places));
    }

    pub fn texts(&mut self, key: &str, values: &[String]) {
        if !values.is_empty() {
            self.set(key, list(values));
        }
    }
}

/// `units` with so many of its digits after the point; whole numbers are written without one.
pub(super) fn decimal(units: i64, places: u8) -> String {
    let one = 10_i64.pow(u32::from(places));
    if units % one == 0 {
        return (units / one).to_string();
    }
    let width = usize::from(places);
    format!("{}.{:0width$}", units / one, units % one)
}

pub(super) fn quoted(value: &str) -> String {
    format!("\"{value}\"")
}

pub(super) fn list(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", quoted.join(", "))
}

/// Keys and written values as one inline table.
pub(super) fn inline(keys: &[(&'static str, String)]) -> String {
    let keys: Vec<String> = keys.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", keys.join(", "))
}
