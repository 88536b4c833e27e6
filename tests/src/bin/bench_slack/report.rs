//! What was measured, as tables, for the terminal and for the documents.

use crate::load::Kind;
use crate::measure::Figures;
use crate::{CONNECTIONS, Who};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// Where the tables stand in the document.
const BEGIN: &str = "<!-- The tables below are written by tests/bench-slack --write. -->\n";
const END: &str = "<!-- Here they end. -->\n";

/// Everything that was measured.
type Measured = BTreeMap<(Kind, Who, u32), Vec<Figures>>;

/// Both tables.
pub(crate) struct Tables {
    pub(crate) reads: Table,
    pub(crate) writes: Table,
}

/// A table in Markdown.
pub(crate) struct Table(String);

impl Table {
    /// Returns the table of one kind: the medians of the rounds, and beside them the share of each of Bolt's.
    pub(crate) fn of(measured: &Measured, kind: Kind) -> Self {
        let (rows, peers): (&[Who], &[Who]) = match kind {
            Kind::Read => {
                (&[Who::Sqlite, Who::Postgres, Who::BoltFromMemory], &[Who::BoltFromMemory])
            }
            Kind::Write => (
                &[Who::Sqlite, Who::Postgres, Who::BoltWithInsert, Who::BoltFromMemory],
                &[Who::BoltWithInsert, Who::BoltFromMemory],
            ),
        };
        let mut text =
            String::from("| connections | who | a second | p50, ms | p99, ms | work, µs |");
        let mut line = String::from("|---|---|---|---|---|---|");
        for peer in peers {
            let _ = write!(text, " rate : {0} | p99 : {0} |", short(*peer));
            line.push_str("---|---|");
        }
        let _ = write!(text, "\n{line}\n");
        for connections in CONNECTIONS {
            for who in rows {
                let own = median(measured, kind, *who, connections);
                let _ = write!(
                    text,
                    "| {connections} | {} | {:.0} | {:.1} | {:.1} | {:.0} |",
                    long(*who),
                    own.rate,
                    own.p50,
                    own.p99,
                    own.work
                );
                for peer in peers {
                    let other = median(measured, kind, *peer, connections);
                    let _ = write!(
                        text,
                        " {:.2} | {:.2} |",
                        own.rate / other.rate,
                        own.p99 / other.p99
                    );
                }
                text.push('\n');
            }
        }
        Self(text)
    }
}

/// Says what one run came to, while the others are still to come.
pub(crate) fn progress(round: usize, kind: Kind, who: Who, connections: u32, figures: &Figures) {
    say(&format!(
        "round {round}: {kind:?} over {connections}, {}: {:.0} a second, p50 {:.1} ms, p99 {:.1} ms, {:.0} µs of work each, {} answers read",
        long(who),
        figures.rate,
        figures.p50,
        figures.p99,
        figures.work,
        figures.samples
    ));
}

/// Prints the tables.
pub(crate) fn print(tables: &Tables) {
    say(&format!("\n`/rotation who`\n\n{}", tables.reads.0));
    say(&format!("`/rotation ooo add`\n\n{}", tables.writes.0));
}

/// Puts the tables into the document of the benchmarks, in place of those that are there.
pub(crate) fn write(tables: &Tables) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/BENCHMARKS.md");
    let text = std::fs::read_to_string(&path).expect("the document is there");
    let (before, rest) = text.split_once(BEGIN).expect("the document says where the tables begin");
    let (_, after) = rest.split_once(END).expect("the document says where the tables end");
    let new = format!(
        "{before}{BEGIN}\nA read, `/rotation who`:\n\n{}\nA durable write, `/rotation ooo add`:\n\n{}\n{END}{after}",
        tables.reads.0, tables.writes.0
    );
    std::fs::write(path, new).expect("the document can be written");
}

/// Returns the middle of each figure over the rounds.
fn median(measured: &Measured, kind: Kind, who: Who, connections: u32) -> Figures {
    let all = &measured[&(kind, who, connections)];
    let middle = |of: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Figures {
        rate: middle(|one| one.rate),
        p50: middle(|one| one.p50),
        p99: middle(|one| one.p99),
        work: middle(|one| one.work),
        ..all[0]
    }
}

const fn long(who: Who) -> &'static str {
    match who {
        Who::Sqlite => "asyncbot on SQLite",
        Who::Postgres => "asyncbot on PostgreSQL",
        Who::BoltFromMemory => "Bolt from memory",
        Who::BoltWithInsert => "Bolt with one INSERT",
    }
}

const fn short(who: Who) -> &'static str {
    match who {
        Who::Sqlite => "SQLite",
        Who::Postgres => "PostgreSQL",
        Who::BoltFromMemory => "Bolt",
        Who::BoltWithInsert => "Bolt + INSERT",
    }
}

#[expect(clippy::print_stdout, reason = "its output is its purpose")]
fn say(text: &str) {
    println!("{text}");
}
