//! Syncs with HiBob, counted and measured on both engines: `tests/run with cargo run --release -p stories --bin syncs`;
//! a number after `--` is another number of syncs in a row than 1,000.
//!
//! The bot runs in a process of its own, so that the memory is the bot's; Slack and HiBob are the simulator, in this one.

mod bot;
mod counts;
mod endurance;
mod journal;
mod scene;

use std::process::ExitCode;
use stories::Engine;

/// How many syncs in a row there are where no number is given.
const SYNCS: usize = 1000;

fn main() -> ExitCode {
    slack::install_tls_provider();
    let word = std::env::args().nth(1);
    if word.as_deref() == Some(bot::WORD) {
        bot::run();
        return ExitCode::SUCCESS;
    }
    let syncs = word.map_or(SYNCS, |number| number.parse().expect("a number of syncs"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let wrong = runtime.block_on(all(syncs));
    for fault in &wrong {
        say(&format!("WRONG: {fault}"));
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Does everything on both engines and returns what is not as it should be.
async fn all(syncs: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut counted, mut lasted) = (String::from(counts::HEAD), String::from(endurance::HEAD));
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let (rows, faults) = counts::run(engine).await;
        counted.push_str(&rows);
        wrong.extend(faults);
        let (row, faults) = endurance::run(engine, syncs).await;
        lasted.push_str(&row);
        wrong.extend(faults);
    }
    say(&format!("\nCalls, time and memory\n\n{counted}"));
    say(&format!("{syncs} syncs of one workspace\n\n{lasted}"));
    wrong
}

#[expect(clippy::print_stdout, reason = "its output is its purpose")]
fn say(text: &str) {
    println!("{text}");
}
