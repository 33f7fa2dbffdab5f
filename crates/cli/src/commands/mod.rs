//! One file per command, and what they share: an open ledger with its programme's names.
//!
//! A command reads its options, asks the ledger, and tells the result twice: as tables and, with `--json`, as one value
//! with stable snake_case names. Points are integers in smallest units with the currency's id and scale; money is minor
//! units with the exponent; instants are RFC 3339.

mod activity;
mod adjust;
mod backtest;
mod balance;
mod benefit;
mod budget;
mod check;
mod demo;
mod enrol;
mod expiry;
mod explain;
mod history;
mod hold;
mod import;
mod info;
mod init;
mod membership;
mod order;
mod publish;
mod purpose;
mod quote;
mod redeem;
mod returns;
mod reverse;
mod rfm;
mod schema;
mod session;
mod shell;
mod show;
mod summary;
mod sweep;
mod tier;
mod tiers;
mod transfer;
mod verify;
mod voucher;

use crate::cli::{Cli, Command};
use crate::errors::{CliError, Outcome};
use crate::output::Output;

/// Carries out a command.
///
/// # Errors
/// Whatever stops it, by kind.
pub fn run(cli: Cli, output: &Output) -> Result<Outcome, CliError> {
    let Cli { global, command } = cli;
    let done = match command {
        Command::Demo(options) => demo::run(&options, output),
        Command::Init(options) => init::run(&global, &options, output),
        Command::Publish(options) => publish::run(&global, &options, output),
        Command::Check { file } => return check::run(&file, output),
        Command::Import(options) => return import::run(&global, &options, output),
        Command::Balance(options) => balance::run(&global, &options, output),
        Command::History(options) => history::run(&global, &options, output),
        Command::Tier(options) => tier::run(&global, &options, output),
        Command::Benefit(action) => benefit::run(&global, &action, output),
        Command::Tiers(options) => tiers::run(&global, &options, output),
        Command::Summary(options) => summary::run(&global, &options, output),
        Command::Budget => budget::run(&global, output),
        Command::Enrol(options) => enrol::run(&global, &options, output),
        Command::Order(options) => order::place(&global, &options, output),
        Command::Fulfil(options) => order::fulfil(&global, &options, output),
        Command::Return(options) => returns::run(&global, &options, output),
        Command::Activity(options) => activity::run(&global, &options, output),
        Command::Redeem(options) => redeem::run(&global, &options, output),
        Command::Reverse(options) => reverse::run(&global, &options, output),
        Command::Quote(options) => quote::run(&global, &options, output),
        Command::Voucher(action) => voucher::run(&global, &action, output),
        Command::Hold(action) => hold::run(&global, &action, output),
        Command::Transfer(options) => transfer::transfer(&global, &options, output),
        Command::Purchase(options) => transfer::purchase(&global, &options, output),
        Command::Adjust(options) => adjust::run(&global, &options, output),
        Command::WriteOff(options) => adjust::write_off(&global, &options, output),
        Command::Expiry(action) => expiry::change(&global, &action, output),
        Command::Reinstate(options) => expiry::reinstate(&global, &options, output),
        Command::Merge(options) => membership::merge(&global, &options, output),
        Command::Close(options) => membership::close(&global, &options, output),
        Command::Block(options) => membership::block(&global, &options, output),
        Command::Unblock(options) => membership::unblock(&global, &options, output),
        Command::Sweep { until } => sweep::run(&global, &until, output),
        Command::Verify(options) => return verify::run(&global, &options, output),
        Command::Explain(options) => explain::run(&global, &options, output),
        Command::Backtest(options) => return backtest::run(&global, &options, output),
        Command::Rfm(options) => rfm::run(&global, &options, output),
        Command::Info { digest } => info::run(&global, digest, output),
        Command::Schema => schema::run(output),
        Command::Completions { shell } => shell::completions(shell, output),
        Command::Man { dir } => shell::man(dir.as_deref(), output),
    };
    done.map(|()| Outcome::Done)
}

/// Reads a text file named on the command line.
fn read_text(path: &std::path::Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| CliError::usage(format!("{}: {error}", path.display())))
}
