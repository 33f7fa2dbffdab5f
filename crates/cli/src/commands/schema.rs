//! `tallybook schema`: the JSON Schema of programme files, for editors.

use tallybook_core::programme::parse;

use crate::errors::CliError;
use crate::output::Output;

/// Writes the schema.
///
/// # Errors
/// None so far.
pub fn run(output: &Output) -> Result<(), CliError> {
    let schema = serde_json::to_value(parse::json_schema()).map_err(CliError::fault)?;
    output.value(&schema);
    Ok(())
}
