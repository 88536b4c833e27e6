//! A statement with its values, which can wait and be carried out together with others.

use crate::error::StoreError;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::AssertSqlSafe;
use std::fmt::Write as _;
use uuid::Uuid;

/// A statement of the SQL source of one engine, with a value for each of its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) sql: &'static str,
    pub(crate) values: Vec<Value>,
}

/// A value on its way into the database.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Id(Uuid),
    MaybeId(Option<Uuid>),
    Text(String),
    MaybeText(Option<String>),
    Flag(bool),
    Count(i64),
    Json(serde_json::Value),
    MaybeJson(Option<serde_json::Value>),
    At(DateTime<Utc>),
    MaybeAt(Option<DateTime<Utc>>),
    Bytes(Vec<u8>),
    MaybeBytes(Option<Vec<u8>>),
}

impl Value {
    /// Returns what is stored as JSON.
    pub(crate) fn json(what: &impl Serialize) -> Result<Self, StoreError> {
        let json = serde_json::to_value(what);
        json.map(Self::Json)
            .map_err(|_| StoreError::Refused { code: String::from("json"), constraint: None })
    }
}

impl Step {
    pub(crate) fn new(sql: &'static str, values: impl Into<Vec<Value>>) -> Self {
        Self { sql, values: values.into() }
    }
}

/// A statement whose one `values` list writes many rows.
pub(crate) struct OfMany {
    pub(crate) sql: AssertSqlSafe<String>,
    /// Which values of a row are bound, in that order.
    pub(crate) order: Vec<usize>,
}

impl OfMany {
    /// Returns the statement for so many rows, each of so many values: with the parameters numbered through, or without
    /// numbers, one for each time that the list names one. Nothing but the list names any.
    ///
    /// It consists of our own statement and of numbers; all values are bound.
    pub(crate) fn new(sql: &'static str, width: usize, rows: usize, is_numbered: bool) -> Self {
        const LIST: &str = "values (";
        let begin = sql.find(LIST).map_or(sql.len(), |at| at + LIST.len() - 1);
        let length = sql[begin..].find(')').map_or(0, |at| at + 1);
        let (head, row) = (&sql[..begin], &sql[begin..begin + length]);
        let (unnumbered, named) = without_numbers(row);
        let mut text = String::with_capacity(sql.len() + rows * (row.len() + 2 * width));
        text.push_str(head);
        for number in 0..rows {
            if number > 0 {
                text.push_str(", ");
            }
            if is_numbered {
                append(&mut text, row, number * width);
            } else {
                text.push_str(&unnumbered);
            }
        }
        text.push_str(&sql[begin + length..]);
        let order = if is_numbered { (0..width).collect() } else { named };
        Self { sql: AssertSqlSafe(text), order }
    }
}

/// Returns a list with parameters that have no numbers, and which they were, counted from nought.
fn without_numbers(list: &str) -> (String, Vec<usize>) {
    let mut parts = list.split('$');
    let mut text = String::from(parts.next().unwrap_or_default());
    let mut named = Vec::new();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = part[..part.len() - rest.len()].parse::<usize>().unwrap_or_default();
        named.push(number.saturating_sub(1));
        text.push('?');
        text.push_str(rest);
    }
    (text, named)
}

/// Appends a part of a statement whose parameter `$1` becomes the first after so many others.
pub(crate) fn append(text: &mut String, sql: &str, before: usize) {
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        let number = number.parse::<usize>().unwrap_or_default();
        // Writing into a string does not fail.
        let _ = write!(text, "${}{rest}", number + before);
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl From<Option<Uuid>> for Value {
    fn from(id: Option<Uuid>) -> Self {
        Self::MaybeId(id)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        Self::MaybeText(text.map(str::to_owned))
    }
}

impl From<i64> for Value {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(at: DateTime<Utc>) -> Self {
        Self::At(at)
    }
}

impl From<Option<DateTime<Utc>>> for Value {
    fn from(at: Option<DateTime<Utc>>) -> Self {
        Self::MaybeAt(at)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::SqlSafeStr;

    #[test]
    fn the_rows_of_a_statement_have_their_own_numbers() {
        let many = OfMany::new("insert into a values ($1, 'x', $2)", 2, 2, true);

        assert_eq!(many.order, [0, 1]);
        let text = many.sql.into_sql_str();
        assert_eq!(text.as_str(), "insert into a values ($1, 'x', $2), ($3, 'x', $4)");
    }

    #[test]
    fn without_numbers_a_value_is_bound_as_often_as_it_is_named() {
        let many =
            OfMany::new("insert into a values ($1, $2, $1) on conflict do nothing", 2, 2, false);

        assert_eq!(many.order, [0, 1, 0]);
        let text = many.sql.into_sql_str();
        assert_eq!(
            text.as_str(),
            "insert into a values (?, ?, ?), (?, ?, ?) on conflict do nothing"
        );
    }
}
