//! The history and the statistics, at their largest.

use crate::limits::faults_of_message;
use crate::shown::{at, person};
use chrono::TimeDelta;
use domain::ids::RotationId;
use domain::reply::Reply;
use domain::story::history::{self, Row, Table};
use slack::render_reply;

fn row(number: usize) -> Row {
    Row {
        person: Some(person(&format!("U{number}"), &format!("<&> Näme {number}"))),
        served: 1,
        skipped: 2,
        covered_for_others: 3,
        was_covered: 4,
        missed: 5,
        on_duty: TimeDelta::minutes(90),
        on_weekends: TimeDelta::minutes(29),
    }
}

fn table(rows: usize) -> Reply {
    Reply::History(history::Reply::Statistics(Table {
        rotation: RotationId::new("0190a4f8-0000-7000-8000-000000000001".parse().unwrap()),
        name: String::from("support"),
        days: 90,
        rows: (0..rows).map(row).collect(),
    }))
}

#[test]
fn every_row_of_the_table_has_its_columns_below_each_other() {
    let message = render_reply(&table(2), at("2026-06-08T07:00:00Z"));

    let grid = message["blocks"][1]["text"]["text"].as_str().unwrap();
    let shown = grid.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let widths: Vec<usize> =
        shown.trim_matches('`').lines().map(|line| line.chars().count()).collect();
    assert_eq!(widths, [34; 4], "{grid}");
    assert!(shown.contains("\nTotal      2  4  6  8 10    3    1"), "{grid}");
}

#[test]
fn the_table_is_sentences_for_ears() {
    let message = render_reply(&table(1), at("2026-06-08T07:00:00Z"));

    let text = message["text"].as_str().unwrap();
    assert!(
        text.contains("&lt;&amp;&gt; Näme 0: 1 served, 2 skipped, 3 covered for others"),
        "{text}"
    );
    assert!(!text.contains("```"), "{text}");
}

#[test]
fn a_table_of_a_thousand_people_is_within_slacks_limits() {
    let message = render_reply(&table(1000), at("2026-06-08T07:00:00Z"));

    let text = message["text"].as_str().unwrap();
    assert_eq!(faults_of_message(text, &message["blocks"]), Vec::<String>::new());
    assert!(message["blocks"].to_string().contains("… and 880 more people."));
    let fences = message["blocks"].to_string().matches("```").count();
    assert_eq!(fences % 2, 0, "each block of the table is closed");
}
