//! The statements of the copy: their texts follow from the tables, so that a new one needs none of its own.

use super::catalog::{Column, Kind, Table};
use sqlx::AssertSqlSafe;

/// Returns what counts the rows of a table.
pub(crate) fn count(table: &Table) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("select count(*) from {}", quoted(&table.name)))
}

/// Returns what reads a page of rows in the order of the primary key, after the row whose key is given, if one is.
pub(crate) fn page(table: &Table, is_after: bool, is_postgres: bool) -> AssertSqlSafe<String> {
    let columns = table.columns.iter().map(|column| match column.kind {
        Kind::Json if is_postgres => format!("{}::text", quoted(&column.name)),
        _ => quoted(&column.name),
    });
    let columns: Vec<String> = columns.collect();
    let key: Vec<String> =
        table.key.iter().map(|place| quoted(&table.columns[*place].name)).collect();
    let key = key.join(", ");
    let after = if is_after {
        let values: Vec<String> =
            (1..=table.key.len()).map(|number| place(number, is_postgres)).collect();
        format!(" where ({key}) > ({})", values.join(", "))
    } else {
        String::new()
    };
    AssertSqlSafe(format!(
        "select {} from {}{after} order by {key} limit {}",
        columns.join(", "),
        quoted(&table.name),
        table.page()
    ))
}

/// Returns what writes so many rows.
pub(crate) fn insert(table: &Table, rows: usize, is_postgres: bool) -> AssertSqlSafe<String> {
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let width = table.columns.len();
    let row = |row: usize| {
        let values = table.columns.iter().enumerate();
        let values: Vec<String> =
            values.map(|(at, column)| value(column, row * width + at + 1, is_postgres)).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    AssertSqlSafe(format!(
        "insert into {} ({}) values {}",
        quoted(&table.name),
        names.join(", "),
        rows.join(", ")
    ))
}

/// JSON travels as text: what reads it as anything else may write a number in another way.
fn value(column: &Column, number: usize, is_postgres: bool) -> String {
    let place = place(number, is_postgres);
    match column.kind {
        Kind::Json if is_postgres => format!("cast(cast({place} as text) as jsonb)"),
        _ => place,
    }
}

/// SQLite takes a number for a name, and looks through all names for each.
fn place(number: usize, is_postgres: bool) -> String {
    if is_postgres { format!("${number}") } else { String::from("?") }
}

/// A name is one of the schema's, and may be a word of the language.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
