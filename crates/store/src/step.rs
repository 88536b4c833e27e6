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

/// Returns the statement whose one `values` list writes so many rows, each of so many values, with the parameters
/// numbered through.
///
/// It consists of our own statement and of numbers; all values are bound.
pub(crate) fn of_many(sql: &'static str, width: usize, rows: usize) -> AssertSqlSafe<String> {
    const LIST: &str = "values (";
    let begin = sql.find(LIST).map_or(sql.len(), |at| at + LIST.len() - 1);
    let length = sql[begin..].find(')').map_or(0, |at| at + 1);
    let (head, row) = (&sql[..begin], &sql[begin..begin + length]);
    let mut text = String::with_capacity(sql.len() + rows * (row.len() + 2 * width));
    text.push_str(head);
    for number in 0..rows {
        if number > 0 {
            text.push_str(", ");
        }
        append(&mut text, row, number * width);
    }
    text.push_str(&sql[begin + length..]);
    AssertSqlSafe(text)
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
