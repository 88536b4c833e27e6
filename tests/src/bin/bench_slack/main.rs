//! Measures slash commands beside Bolt for JavaScript: `tests/bench-slack` prepares everything and starts this.

mod bolt;
mod load;
mod measure;
mod process;
mod report;
mod stage;

use bolt::Bolt;
use load::Kind;
use measure::{Figures, Server};
use report::{Table, Tables};
use stage::Stage;
use std::collections::BTreeMap;
use std::path::PathBuf;
use stories::Engine;

/// How many connections the load comes over.
const CONNECTIONS: [u32; 2] = [32, 128];

/// Whose answers were measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Sqlite,
    Postgres,
    BoltFromMemory,
    BoltWithInsert,
}

/// What the command line asks for.
struct Asked {
    bot: PathBuf,
    bolt: PathBuf,
    rounds: usize,
    seconds: u32,
    is_to_write: bool,
}

#[tokio::main]
async fn main() {
    let asked = read_arguments();
    slack::install_tls_provider();
    let measured = measure_all(&asked).await;
    let tables = Tables {
        reads: Table::of(&measured, Kind::Read),
        writes: Table::of(&measured, Kind::Write),
    };
    report::print(&tables);
    if asked.is_to_write {
        report::write(&tables);
    }
}

/// Measures everything in every round, one after the other, so that what disturbs the machine disturbs all of them.
async fn measure_all(asked: &Asked) -> BTreeMap<(Kind, Who, u32), Vec<Figures>> {
    let bolt = Bolt::start(&asked.bolt, false).await;
    let keeping = Bolt::start(&asked.bolt, true).await;
    let mut measured: BTreeMap<(Kind, Who, u32), Vec<Figures>> = BTreeMap::new();
    for round in 1..=asked.rounds {
        for connections in CONNECTIONS {
            let sqlite = Stage::begin(Engine::Sqlite, &asked.bot).await;
            let postgres = Stage::begin(Engine::Postgres, &asked.bot).await;
            let plan = [
                (Kind::Read, Who::Sqlite),
                (Kind::Read, Who::BoltFromMemory),
                (Kind::Read, Who::Postgres),
                (Kind::Write, Who::Sqlite),
                (Kind::Write, Who::BoltWithInsert),
                (Kind::Write, Who::Postgres),
                (Kind::Write, Who::BoltFromMemory),
            ];
            for (kind, who) in plan {
                let server: &dyn Server = match who {
                    Who::Sqlite => &sqlite,
                    Who::Postgres => &postgres,
                    Who::BoltFromMemory => &bolt,
                    Who::BoltWithInsert => &keeping,
                };
                let figures =
                    measure::run(server, sqlite.teams(), kind, connections, asked.seconds).await;
                report::progress(round, kind, who, connections, &figures);
                if kind == Kind::Write {
                    match who {
                        Who::Sqlite => sqlite.has_kept(&figures, connections).await,
                        Who::Postgres => postgres.has_kept(&figures, connections).await,
                        Who::BoltFromMemory | Who::BoltWithInsert => {}
                    }
                }
                measured.entry((kind, who, connections)).or_default().push(figures);
            }
            sqlite.end().await;
            postgres.end().await;
        }
    }
    measured
}

fn read_arguments() -> Asked {
    let mut asked = Asked {
        bot: PathBuf::from("target/release/asyncbot"),
        bolt: PathBuf::new(),
        rounds: 3,
        seconds: 5,
        is_to_write: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value"));
        match word.as_str() {
            "--bot" => asked.bot = value().into(),
            "--bolt" => asked.bolt = value().into(),
            "--rounds" => asked.rounds = value().parse().expect("a number of rounds"),
            "--seconds" => asked.seconds = value().parse().expect("a number of seconds"),
            "--write" => asked.is_to_write = true,
            _ => panic!("{word} is not known; see the head of tests/bench-slack"),
        }
    }
    asked
}
