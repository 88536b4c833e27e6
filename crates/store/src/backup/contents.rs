//! What is in a database, table by table.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The table of the migrations.
pub(super) const MIGRATIONS: &str = "_sqlx_migrations";

/// What is in a database. Two databases of one engine have the same contents when this is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The number of the newest migration.
    pub migration: i64,
    /// What is in each table.
    pub tables: BTreeMap<String, Rows>,
}

/// What is in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows {
    /// How many rows there are.
    pub count: u64,
    /// The sum of what each row comes to, whatever their order.
    pub digest: String,
}

impl Contents {
    /// Returns the tables whose rows are not the same in another database.
    #[must_use]
    pub fn differing(&self, other: &Self) -> Vec<String> {
        let names = self.tables.keys().chain(other.tables.keys());
        let mut differing: Vec<String> = names
            .filter(|name| self.tables.get(*name) != other.tables.get(*name))
            .cloned()
            .collect();
        differing.sort_unstable();
        differing.dedup();
        differing
    }

    /// Returns whether no workspace is or was there, and nothing that came from outside.
    pub(super) fn is_bare(&self) -> bool {
        // What a first start writes, or nobody could have noticed.
        let of_a_start = [MIGRATIONS, "meta", "oauth_states", "backups"];
        let mut tables = self.tables.iter();
        tables.all(|(name, rows)| rows.count == 0 || of_a_start.contains(&name.as_str()))
    }

    /// Returns how many rows there are of all tables.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.tables.values().map(|rows| rows.count).sum()
    }

    /// Returns how many rows a table has; none where it is not there.
    #[must_use]
    pub fn count_of(&self, table: &str) -> u64 {
        self.tables.get(table).map_or(0, |rows| rows.count)
    }
}

/// Something that may not be in a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What it is, as part of a sentence.
    pub what: String,
    /// How many rows are so.
    pub count: u64,
}

/// What must be true of the rows, each as a question for how many break it; the same on both engines.
pub(super) const RULES: [(&str, &str); 6] = [
    (
        "installations that are over and still have a token",
        "select count(*) from workspaces where not is_active and bot_token is not null",
    ),
    ("turns that end before they begin", "select count(*) from turns where ends_at <= planned_at"),
    (
        "coverages that end before they begin",
        "select count(*) from coverages where ends_at <= starts_at",
    ),
    (
        "deliveries that are over and still leased",
        "select count(*) from outbox where finished_at is not null and leased_by is not null",
    ),
    (
        "items of the inbox that are over and still leased",
        "select count(*) from inbox where finished_at is not null and leased_by is not null",
    ),
    (
        "chained events of the audit log without a signature",
        "select count(*) from audit_events where sequence is not null and signature is null",
    ),
];

/// Returns the question for how many rows of a table are of a workspace that is not there.
pub(super) fn orphans(table: &str) -> String {
    format!(
        "select count(*) from \"{table}\" as it
          where not exists (select 1 from workspaces w where w.workspace_id = it.workspace_id)"
    )
}

/// Returns what was found, where it was.
pub(super) fn flaw(what: &str, count: i64) -> Option<Flaw> {
    let count = u64::try_from(count).unwrap_or_default();
    (count > 0).then(|| Flaw { what: what.to_owned(), count })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_more_in_one_table_is_named() {
        let rows = |count| Rows { count, digest: String::from("7") };
        let tables = |turns| {
            BTreeMap::from([("people".to_owned(), rows(1)), ("turns".to_owned(), rows(turns))])
        };
        let one = Contents { migration: 16, tables: tables(2) };
        let other = Contents { migration: 16, tables: tables(3) };

        assert_eq!(one.differing(&one), Vec::<String>::new());
        assert_eq!(one.differing(&other), ["turns"]);
        assert_eq!(one.differing(&Contents::default()), ["people", "turns"]);
        assert_eq!((other.count(), other.count_of("turns"), other.count_of("none")), (4, 3, 0));
    }
}
