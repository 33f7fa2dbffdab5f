//! `tallybook completions` and `tallybook man`: what packagers install.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::errors::CliError;
use crate::output::Output;

/// Writes the completions of a shell.
///
/// # Errors
/// None so far.
pub fn completions(shell: Shell, output: &Output) -> Result<(), CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tallybook", &mut script);
    output.line(String::from_utf8_lossy(&script).trim_end());
    Ok(())
}

/// Writes the main man page, or the pages of all commands to a folder.
///
/// # Errors
/// Faults of the file system.
pub fn man(dir: Option<&Path>, output: &Output) -> Result<(), CliError> {
    let Some(dir) = dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(CliError::fault)?;
        output.line(String::from_utf8_lossy(&page).trim_end());
        return Ok(());
    };
    std::fs::create_dir_all(dir).map_err(|error| CliError::fault(format!("{}: {error}", dir.display())))?;
    clap_mangen::generate_to(Cli::command(), dir)
        .map_err(|error| CliError::fault(format!("{}: {error}", dir.display())))
}
