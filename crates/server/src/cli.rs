//! The command line: `asyncbot --help` is its reference.

mod audit;
mod backup;
mod copy;
mod described;
mod doctor;
mod healthcheck;
mod keys;
mod migrate;
mod notice;
mod opened;
mod outbox;
mod output;
mod plan;
mod progress;
mod serve;
mod service_manager;
#[cfg(feature = "demo")]
mod simulate;
mod telemetry;
mod workspace;

pub use crate::masked::{Masked, mask};
pub(crate) use audit::end_in_words;
pub use telemetry::log_silence;

use crate::settings::Settings;
use clap::{Parser, Subcommand};
use std::future::Future;
use std::process::ExitCode;

/// What was asked is done.
pub(crate) const DONE: u8 = 0;
/// The thing asked about is not well.
pub(crate) const NOT_WELL: u8 = 1;
/// The command was used in a wrong way.
pub(crate) const WRONG_USE: u8 = 2;

/// What holds for every command.
const AFTER_HELP: &str = "\
Results go to standard output, everything else to standard error.
Exit codes: 0 done, 1 the thing asked about is not well, 2 wrong use.
RUST_LOG chooses what is logged, such as `debug` or `info,sqlx=debug`.";

/// Who is on duty now, and who is next: a Slack bot and rotation scheduler.
#[derive(Debug, Parser)]
#[command(name = "asyncbot", version, about, after_help = AFTER_HELP, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The bot and a stand-in for Slack in one process, with a clock that can be moved
    #[cfg(feature = "demo")]
    Demo(simulate::DemoOptions),
    /// The service, until it is told to stop
    Serve(Box<Settings>),
    /// The stand-in for Slack alone
    #[cfg(feature = "demo")]
    Simulate(simulate::SimulateOptions),
    /// Applies migrations and prints which
    Migrate(Box<migrate::MigrateOptions>),
    /// Checks configuration, database, keys, Slack token and scopes, clock; exit code 1 if one fails
    Doctor(Box<doctor::DoctorOptions>),
    /// Asks the service on this machine whether it is ready, as containers do; exit code 1 if it is not
    Healthcheck(healthcheck::HealthcheckOptions),
    /// What was not delivered
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// Tells the admins of workspaces something
    #[command(subcommand)]
    Notice(notice::NoticeCommand),
    /// Shows who serves when, for a rotation described in a file
    Plan(plan::PlanOptions),
    /// Keys that seal what is secret
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Backups: making, listing and trying them
    #[command(subcommand)]
    Backup(backup::BackupCommand),
    /// Restores a backup into a database in which there is nothing yet; the service must not run
    Restore(Box<backup::RestoreOptions>),
    /// The workspaces that have installed the app, and erasing one
    #[command(subcommand)]
    Workspace(workspace::WorkspaceCommand),
    /// What was done, by whom, and whether that record is whole
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Moves all that is stored from one database engine to the other; nothing may serve from either meanwhile
    Copy(Box<copy::CopyOptions>),
    /// Prints what a shell needs to complete these commands
    Completions(described::CompletionsOptions),
    /// Prints the manual page, or writes a page for each command
    Man(described::ManOptions),
}

/// Runs the command and returns the exit code: 0 done, 1 not well, 2 wrong use.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    crate::memory::no_core_dumps();
    let code = match cli.command {
        #[cfg(feature = "demo")]
        Command::Demo(options) => in_runtime(simulate::demo(options)),
        Command::Serve(settings) => in_runtime(serve::serve(*settings)),
        #[cfg(feature = "demo")]
        Command::Simulate(options) => in_runtime(simulate::simulate(options)),
        Command::Migrate(options) => in_runtime(migrate::migrate(*options)),
        Command::Doctor(options) => in_runtime(doctor::doctor(*options)),
        Command::Healthcheck(options) => in_runtime(healthcheck::healthcheck(options)),
        Command::Outbox(command) => in_runtime(outbox::outbox(command)),
        Command::Notice(command) => in_runtime(notice::notice(command)),
        Command::Plan(options) => plan::plan(&options),
        Command::Keys(keys::KeysCommand::Generate { id }) => keys::generate(id),
        Command::Keys(keys::KeysCommand::Status(options)) => in_runtime(keys::status(*options)),
        Command::Keys(keys::KeysCommand::Rotate(options)) => in_runtime(keys::rotate(*options)),
        Command::Backup(command) => in_runtime(backup::backup(command)),
        Command::Restore(options) => in_runtime(backup::restore(*options)),
        Command::Workspace(command) => in_runtime(workspace::workspace(command)),
        Command::Audit(command) => in_runtime(audit::audit(command)),
        Command::Copy(options) => in_runtime(copy::copy(*options)),
        Command::Completions(options) => described::completions(&options),
        Command::Man(options) => described::man(&options),
    };
    ExitCode::from(code)
}

fn in_runtime(command: impl Future<Output = u8>) -> u8 {
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime.block_on(command),
        Err(fault) => {
            output::complain(&format!("the runtime did not start: {fault}"));
            NOT_WELL
        }
    }
}
