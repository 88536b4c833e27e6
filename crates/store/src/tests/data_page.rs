//! The page that says what is stored, and for how long, says it of every column there is.

use super::parity::sqlite_schema;
use crate::system::kept;
use chrono::TimeDelta;
use domain::billing::{EVENTS_KEPT, FALL_GRACE, Plan};
use domain::retention::{
    ABSENCES_KEPT, GRACE, NOTICES_KEPT, SAID_KEPT, SENT_KEPT, TURNS_KEPT_MONTHS, UNSENT_KEPT,
};
use domain::settings::RotationSettings;
use domain::story::data::LINK_OPENS;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../docs/DATA.md");

/// Returns the cells of the rows of the table that has these heads.
fn rows(heads: &str) -> Vec<Vec<String>> {
    let (_, table) = PAGE.split_once(heads).expect("the page has the table");
    let rows = table
        .trim_start_matches(char::is_whitespace)
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    rows.map(|line| {
        line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
    })
    .collect()
}

/// Returns what stands in backticks.
fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_column_has_a_row_and_every_row_its_columns() {
    let mut told = BTreeSet::new();
    for row in rows("| Table | Columns | What | Kept |") {
        let [table, columns, what, kept] = &row[..] else { panic!("{row:?}") };
        assert!(!what.is_empty() && !kept.is_empty(), "{row:?}");
        let [table] = &quoted(table)[..] else { panic!("{row:?}") };
        for column in quoted(columns) {
            assert!(told.insert(format!("{table}.{column}")), "{table}.{column} is there twice");
        }
    }

    let schema = sqlite_schema().await;
    let stored: BTreeSet<String> = schema
        .iter()
        .flat_map(|(table, it)| it.columns.keys().map(move |column| format!("{table}.{column}")))
        .collect();

    let missing: Vec<_> = stored.difference(&told).collect();
    assert!(missing.is_empty(), "docs/DATA.md has no row for {missing:?}");
    let gone: Vec<_> = told.difference(&stored).collect();
    assert!(gone.is_empty(), "docs/DATA.md tells of {gone:?}, which there is not");
}

#[test]
fn the_page_has_the_numbers_of_the_program() {
    let days = |time: TimeDelta| format!("{} days", time.num_days());
    let notes = RotationSettings::default().notes_kept_days;
    let expected = [
        ("turns", format!("{TURNS_KEPT_MONTHS} months")),
        ("absences", days(ABSENCES_KEPT)),
        ("notes", format!("{notes} days")),
        ("inbox", days(kept::DONE)),
        ("outbox, sent", days(SENT_KEPT)),
        ("outbox, not sent", days(UNSENT_KEPT)),
        ("said", days(SAID_KEPT)),
        ("request keys", days(kept::REQUEST_KEYS)),
        ("notices", days(NOTICES_KEPT)),
        ("links to archives", format!("{} minutes", LINK_OPENS.num_minutes())),
        ("event log, Free", days(Plan::Free.entitlements().event_log_kept)),
        ("event log, Pro", days(Plan::Pro.entitlements().event_log_kept)),
        ("event log as on Pro, after a fall to Free", days(FALL_GRACE)),
        ("ids of Stripe's events", days(EVENTS_KEPT)),
        ("after uninstalling", days(GRACE)),
    ];

    let told: Vec<(String, String)> =
        rows("\n| What | Kept |").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();

    let expected: Vec<(String, String)> =
        expected.into_iter().map(|(what, kept)| (what.to_owned(), kept)).collect();
    assert_eq!(told, expected);
}

#[test]
fn sealed_columns_are_said_to_be_sealed() {
    for row in rows("| Table | Columns | What | Kept |") {
        let is_sealed = row[1].contains("`sealed`") || row[1].contains("`bot_token`");
        assert_eq!(is_sealed, row[2].contains("sealed"), "{row:?}");
    }
}
