//! The tables that are copied, as both engines describe them: read from the databases, so that none is forgotten.

use super::refused;
use crate::error::StoreError;
use std::collections::{BTreeMap, BTreeSet};

/// What a column holds, which PostgreSQL tells apart and SQLite does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Id,
    Bytes,
    Text,
    Json,
    Count,
    Flag,
    At,
}

impl Kind {
    /// Returns the kind of PostgreSQL's type of that name.
    pub(crate) fn of_type(name: &str) -> Option<Self> {
        Some(match name {
            "uuid" => Self::Id,
            "bytea" => Self::Bytes,
            "text" => Self::Text,
            "jsonb" => Self::Json,
            "bigint" => Self::Count,
            "boolean" => Self::Flag,
            "timestamp with time zone" => Self::At,
            _ => return None,
        })
    }
}

/// A column of a table.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// A table that is copied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The places of the primary key among the columns.
    pub(crate) key: Vec<usize>,
}

/// How many values one statement takes at most; the engines take more than 32,000.
const MOST_VALUES: usize = 8000;

impl Table {
    /// Returns how many rows are read and written at once.
    pub(crate) fn page(&self) -> usize {
        (MOST_VALUES / self.columns.len().max(1)).max(1)
    }

    /// Returns the place of a column.
    pub(crate) fn place_of(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// What PostgreSQL says of its tables, and SQLite of the names of its own.
#[derive(Debug, Default)]
pub(crate) struct Described {
    /// Table, column, type.
    pub(crate) columns: Vec<(String, String, String)>,
    /// Table and column of each primary key, in its order.
    pub(crate) keys: Vec<(String, String)>,
    /// Which table refers to which.
    pub(crate) references: Vec<(String, String)>,
}

/// Returns all tables, those that others refer to before them.
///
/// # Errors
///
/// Where the two databases have not the same tables and columns, or a column is of a type that cannot be carried over.
pub(crate) fn tables(
    postgres: &Described,
    sqlite: &[(String, String)],
) -> Result<Vec<Table>, StoreError> {
    let here: BTreeSet<(&str, &str)> =
        postgres.columns.iter().map(|(table, column, _)| (&**table, &**column)).collect();
    let there: BTreeSet<(&str, &str)> =
        sqlite.iter().map(|(table, column)| (&**table, &**column)).collect();
    if let Some((table, column)) = here.symmetric_difference(&there).next() {
        return Err(refused(format!(
            "{table}.{column} is in one of the two databases and not in the other; what is not Asyncbot's belongs into a database of its own"
        )));
    }
    let mut tables: BTreeMap<&str, Table> = BTreeMap::new();
    for (table, column, kind) in &postgres.columns {
        let Some(kind) = Kind::of_type(kind) else {
            return Err(refused(format!(
                "{table}.{column} is of the type {kind}, which is not known"
            )));
        };
        let found = tables.entry(table).or_default();
        found.name.clone_from(table);
        found.columns.push(Column { name: column.clone(), kind });
    }
    for (table, column) in &postgres.keys {
        if let Some(found) = tables.get_mut(&**table) {
            let place = found.place_of(column);
            found.key.extend(place);
        }
    }
    if let Some(table) = tables.values().find(|table| table.key.is_empty()) {
        return Err(refused(format!("{} has no primary key", table.name)));
    }
    in_order(tables.into_values().collect(), &postgres.references)
}

/// Puts tables behind those that they refer to.
fn in_order(
    mut left: Vec<Table>,
    references: &[(String, String)],
) -> Result<Vec<Table>, StoreError> {
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let waits = |table: &Table| {
            references.iter().any(|(from, to)| {
                *from == table.name && to != from && left.iter().any(|other| other.name == *to)
            })
        };
        let (later, now): (Vec<Table>, Vec<Table>) =
            left.iter().cloned().partition(|table| waits(table));
        if now.is_empty() {
            return Err(refused(String::from("the tables refer to each other in a ring")));
        }
        ordered.extend(now);
        left = later;
    }
    Ok(ordered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(tables: &[&str], references: &[(&str, &str)]) -> Described {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        Described {
            columns: tables
                .iter()
                .map(|table| ((*table).to_owned(), "id".to_owned(), "uuid".to_owned()))
                .collect(),
            keys: tables.iter().map(|table| pair(table, "id")).collect(),
            references: references.iter().map(|(from, to)| pair(from, to)).collect(),
        }
    }

    fn names(described: &Described) -> Result<Vec<String>, String> {
        let sqlite: Vec<_> = described
            .columns
            .iter()
            .map(|(table, column, _)| (table.clone(), column.clone()))
            .collect();
        let tables = tables(described, &sqlite).map_err(|fault| fault.to_string())?;
        Ok(tables.into_iter().map(|table| table.name).collect())
    }

    #[test]
    fn a_table_comes_after_those_that_it_refers_to() {
        let all = described(&["a", "b", "c"], &[("a", "c"), ("c", "b"), ("b", "b")]);

        assert_eq!(names(&all).unwrap(), ["b", "c", "a"]);
    }

    #[test]
    fn what_cannot_be_copied_whole_is_refused() {
        let ring = described(&["a", "b"], &[("a", "b"), ("b", "a")]);
        assert!(names(&ring).unwrap_err().contains("ring"));

        let mut odd = described(&["a"], &[]);
        odd.columns[0].2 = String::from("inet");
        assert!(names(&odd).unwrap_err().contains("a.id is of the type inet"));

        let mut keyless = described(&["a"], &[]);
        keyless.keys.clear();
        assert!(names(&keyless).unwrap_err().contains("no primary key"));

        let one = described(&["a"], &[]);
        let fault = tables(&one, &[]).unwrap_err().to_string();
        assert!(fault.contains("a.id is in one of the two"), "{fault}");
    }
}
