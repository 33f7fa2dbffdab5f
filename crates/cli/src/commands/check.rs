//! `tallybook check`: checks a programme file by itself.

use std::path::Path;

use serde_json::json;
use tallybook_core::programme::parse;

use crate::commands::read_text;
use crate::errors::{CliError, Outcome};
use crate::output::{Output, count};

/// Checks a file; findings are a result, not an error.
///
/// # Errors
/// Usage where the file cannot be read.
pub fn run(file: &Path, output: &Output) -> Result<Outcome, CliError> {
    let source = read_text(file)?;
    let checked = parse::check(&source);
    if output.json {
        let findings = checked.as_ref().err().map_or(&[][..], |findings| &findings.0);
        let finding = |finding: &parse::Finding| {
            json!({
                "line": finding.line,
                "column": finding.column,
                "message": finding.message,
                "remedy": finding.remedy,
            })
        };
        output.value(&json!({
            "sound": checked.is_ok(),
            "name": checked.as_ref().ok().map(|checked| &*checked.plan.name),
            "findings": findings.iter().map(finding).collect::<Vec<_>>(),
        }));
        return Ok(if checked.is_ok() { Outcome::Done } else { Outcome::Found });
    }
    match checked {
        Ok(checked) => {
            let plan = &checked.plan;
            let (currencies, ladders) = (plan.currencies.iter().flatten(), plan.ladders.iter().flatten());
            output.line(format!(
                "\"{}\" is sound: {}, {}, {}",
                plan.name,
                count(plan.rules.len() as u64, "rule"),
                count(currencies.count() as u64, "currency"),
                count(ladders.count() as u64, "ladder"),
            ));
            Ok(Outcome::Done)
        }
        Err(findings) => {
            for finding in &findings.0 {
                output.line(format!(
                    "{}:{}:{}: {}",
                    file.display(),
                    finding.line,
                    finding.column,
                    finding.message
                ));
                output.line(format!("    {}", finding.remedy));
            }
            Ok(Outcome::Found)
        }
    }
}
