//! What the command line asks for.

use clap::Parser;
use std::path::PathBuf;
use stories::Engine;

/// The words with which this program is the service.
pub(crate) const IS_THE_SERVICE: [&str; 5] = ["serve", "migrate", "doctor", "outbox", "workspace"];

/// Kills the service at named places, and compares what is stored with what Slack accepted
#[derive(Debug, Parser)]
pub(crate) struct Asked {
    /// How many kills there are on each engine
    #[arg(long, default_value_t = 1000)]
    pub(crate) kills: u64,
    /// After how many minutes no further round begins, on each engine
    #[arg(long, default_value_t = 60)]
    pub(crate) minutes: u64,
    /// One engine alone: `sqlite` or `postgres`
    #[arg(long, value_parser = engine)]
    pub(crate) engine: Option<Engine>,
    /// What everything that happens by chance follows from
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many kills make a round, after which everything is compared
    #[arg(long, default_value_t = 50)]
    pub(crate) round: u64,
    /// Where is kept what was played [default: `crashes` beside the program]
    #[arg(long)]
    pub(crate) folder: Option<PathBuf>,
}

fn engine(word: &str) -> Result<Engine, String> {
    Engine::parse(word).ok_or_else(|| String::from("it is sqlite or postgres"))
}
