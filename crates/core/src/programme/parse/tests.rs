mod accepted;
mod benefits;
mod currencies;
mod documents;
mod exchange;
mod expiries;
mod expressions;
mod full;
mod ladders;
mod occasions;
mod offers;
mod rules;
mod shape;
mod tiers;

use expect_test::Expect;

use super::compile;
use crate::programme::registry::Registry;

/// The least that a programme needs; six lines.
const HEAD: &str = r#"name = "Test"
zone = "Europe/London"
[[money]]
code = "EUR"
[[currency]]
id = "points"
"#;

/// Checks what is found in a whole file.
fn check_file(source: &str, expected: Expect) {
    let mut registry = Registry::default();
    match compile(source, &mut registry) {
        Ok(_) => expected.assert_eq("nothing"),
        Err(findings) => {
            assert_eq!(registry, Registry::default(), "a refused file gives no numbers");
            expected.assert_eq(&findings.to_string());
        }
    }
}

/// Checks what is found in lines after [`HEAD`]; the first is line 7.
fn check(lines: &str, expected: Expect) {
    check_file(&format!("{HEAD}{lines}"), expected);
}
