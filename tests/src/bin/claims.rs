//! Sixty-four people take the same cover at the same instant, a thousand times over, on both engines:
//! `tests/run with cargo run --release -p stories --bin claims`; a number after `--` is another number of rounds.

use std::io::Write;
use stories::{Engine, Play, Race};

/// How many people take part.
const PEOPLE: usize = 64;

/// How many rounds there are where no number is given.
const ROUNDS: usize = 1000;

#[tokio::main]
async fn main() {
    let rounds = std::env::args().nth(1);
    let rounds = rounds.map_or(ROUNDS, |number| number.parse().expect("a number of rounds"));
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let play = Play::begin(engine, "2026-06-05T10:00:00Z").await;
        let mut race = Race::set(&play, PEOPLE).await;
        for number in 1..=rounds {
            let round = race.all_submit(&play).await;
            race.undo(&play, &round).await;
            if number % 100 == 0 || number == rounds {
                let mut out = std::io::stdout().lock();
                let _ = writeln!(out, "{engine:?}: {number} rounds, one had it in each");
            }
        }
    }
}
