//! A service that dies at any place loses nothing, and doubles nothing in silence; the long version is the program `crashes`.

use faults::places;
use std::collections::BTreeSet;
use std::path::PathBuf;
use stories::Engine;
use stories::crash::{RoundSettings, play_round};

/// How often it is killed: once at each place, and a few times elsewhere.
const KILLS: u64 = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_is_doubled_in_silence_on_sqlite() {
    survives(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_and_nothing_is_doubled_in_silence_on_postgres() {
    survives(Engine::Postgres).await;
}

async fn survives(engine: Engine) {
    slack::install_tls_provider();
    let settings = RoundSettings {
        engine,
        program: PathBuf::from(env!("CARGO_BIN_EXE_crashes")),
        seed: 7,
        first: 0,
        kills: KILLS,
        size: (2, 6),
    };

    let round = play_round(&settings).await;

    assert!(round.figures.are_good(), "{round:#?}");
    assert!(
        round.figures.turns > 24 && round.figures.accepted > 50,
        "it has done its work: {round:#?}"
    );
    let reached: u64 = round
        .deaths
        .iter()
        .filter(|(place, _)| !place.ends_with("(not reached)"))
        .map(|(_, times)| *times)
        .sum();
    assert!(20 <= reached, "it died where it was to: {:#?}", round.deaths);
}

/// A function that is renamed would leave its place without anybody who passes it.
#[test]
fn every_function_by_which_a_commit_is_known_is_there() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/store/src/sql");
    for (before, _, functions) in places::COMMITS {
        for function in functions {
            let (module, name) = function.split_once("::").expect("module::function");
            let source = std::fs::read_to_string(format!("{folder}/{module}.rs"))
                .expect("a module of the store's");
            assert!(source.contains(&format!("fn {name}(")), "{before} is known by {function}");
        }
    }
}

#[test]
fn there_are_a_dozen_places_and_more() {
    let all: BTreeSet<&str> = places::all().collect();

    assert_eq!(all.len(), places::all().count(), "each has its own name");
    assert!(24 <= all.len(), "{all:?}");
}
