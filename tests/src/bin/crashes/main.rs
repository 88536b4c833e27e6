//! Kills the service a thousand times on each engine: `tests/run with cargo run --release -p stories --bin crashes`;
//! see `--help`. What was played is kept in a folder, so that a run that was broken off goes on.

use clap::Parser;
use server::cli::{Cli, run};
use std::process::ExitCode;

mod asked;
mod table;

fn main() -> ExitCode {
    // This program is also the service: the word that follows says so.
    if std::env::args().nth(1).is_some_and(|word| asked::IS_THE_SERVICE.contains(&word.as_str())) {
        return run(Cli::parse());
    }
    slack::install_tls_provider();
    let asked = asked::Asked::parse();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if runtime.block_on(table::play(&asked)) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
