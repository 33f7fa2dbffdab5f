//! The `tallybook` command line.
//!
//! A command is parsed by [`cli`], carried out by its file in [`commands`], and told to the terminal by [`output`].
//! Errors become exit codes and hints in [`errors`], and nowhere else.

mod cli;
mod commands;
mod errors;
mod import;
mod output;
mod progress;
mod when;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::output::Output;

/// Commands, receipts and states are many small pieces of memory, taken on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keep_sled_quiet();
    let cli = Cli::parse();
    let output = Output::new(cli.global.json, cli.global.quiet);
    match commands::run(cli, &output) {
        Ok(found) => found.exit_code(),
        Err(error) => {
            output.error(&error);
            error.exit_code()
        }
    }
}

/// Snapshots catch what sled throws and fall back to the log; its own report would only alarm.
fn keep_sled_quiet() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let within_sled = panic.location().is_some_and(|place| place.file().contains("sled-"));
        if !within_sled {
            usual(panic);
        }
    }));
}
