//! Whether what is sealed opens with the keys, for each value that comes by.

use super::catalog::Table;
use super::record::{Cell, Record};
use crypto::{KeyRing, Place, Sealed};

/// How many values that do not open are named.
const NAMED: usize = 20;

/// Each column that is sealed, with the column by which its row is named beside the workspace.
pub(crate) const SEALED: [(&str, &str, Option<&str>); 5] = [
    ("absence_sources", "sealed", Some("source")),
    ("inbox", "sealed", Some("inbox_id")),
    ("notes", "sealed", Some("note_id")),
    ("notices", "sealed", Some("notice_id")),
    ("workspaces", "bot_token", None),
];

/// What opened until now, and what did not.
pub(super) struct Opening<'k> {
    keys: &'k KeyRing,
    opened: u64,
    closed: Vec<String>,
}

impl<'k> Opening<'k> {
    pub(super) const fn new(keys: &'k KeyRing) -> Self {
        Self { keys, opened: 0, closed: Vec::new() }
    }

    /// Opens what is sealed in a row, and forgets it.
    pub(super) fn open(&mut self, table: &Table, record: &Record) {
        for (_, column, row) in SEALED.into_iter().filter(|(name, ..)| *name == table.name) {
            let value = |name| table.place_of(name).map(|place| &record[place]);
            let Some(Cell::Bytes(Some(sealed))) = value(column) else { continue };
            let workspace = value("workspace_id").and_then(Cell::bytes).unwrap_or_default();
            let row = row.and_then(value).and_then(Cell::bytes).unwrap_or_default();
            let place = Place { table: &table.name, column, workspace, row };
            let opens = Sealed::from_bytes(sealed.clone())
                .is_ok_and(|sealed| self.keys.open(&place, &sealed).is_ok());
            if opens {
                self.opened += 1;
            } else if self.closed.len() < NAMED {
                self.closed.push(format!("{} {}", table.name, named(workspace, row)));
            }
        }
    }

    /// Returns how many opened, and the first of those that did not.
    pub(super) fn ended(self) -> (u64, Vec<String>) {
        (self.opened, self.closed)
    }
}

/// Returns the ids of a row, or the word that names it in its workspace.
fn named(workspace: &[u8], row: &[u8]) -> String {
    let id = |bytes: &[u8]| uuid::Uuid::from_slice(bytes).ok().map(|id| id.to_string());
    let row = id(row).unwrap_or_else(|| String::from_utf8_lossy(row).into_owned());
    format!("{} {row}", id(workspace).unwrap_or_default()).trim_end().to_owned()
}
