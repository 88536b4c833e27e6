//! Ten thousand rotations in two hundred workspaces, on both engines; for figures under `tests/run durably`:
//!
//! - `cargo run --release -p stories --bin rush -- due`: all have a handoff in the same minute.
//! - `cargo run --release -p stories --bin rush -- down`: the bot was down for a minute, an hour, a day, a week and 60 days.
//!
//! After that come `sqlite` or `postgres`, where one engine alone is measured, how many workspaces there are and how many
//! rotations each has.

mod bot;
mod down;
mod due;
mod scene;

use std::process::ExitCode;
use stories::Engine;

/// How many workspaces there are where no number is given.
const WORKSPACES: usize = 200;

/// How many rotations each has where no number is given.
const ROTATIONS: usize = 50;

fn main() -> ExitCode {
    slack::install_tls_provider();
    let mut words = std::env::args().skip(1).peekable();
    let what = words.next().unwrap_or_default();
    if what == bot::WORD {
        bot::run();
        return ExitCode::SUCCESS;
    }
    let named = words.next_if(|word| ["sqlite", "postgres"].contains(&word.as_str()));
    let engines = match named.as_deref() {
        Some("sqlite") => &[Engine::Sqlite][..],
        Some(_) => &[Engine::Postgres],
        None => &[Engine::Sqlite, Engine::Postgres],
    };
    let mut number = |usual| words.next().map_or(usual, |number| number.parse().expect("a number"));
    let size = (number(WORKSPACES), number(ROTATIONS));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let wrong = match what.as_str() {
        "due" => runtime.block_on(due::run(engines, size)),
        "down" => runtime.block_on(down::run(engines, size)),
        _ => vec![String::from("it is `due` or `down` that is measured")],
    };
    for fault in &wrong {
        say(&format!("WRONG: {fault}"));
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[expect(clippy::print_stdout, reason = "its output is its purpose")]
fn say(text: &str) {
    println!("{text}");
}
