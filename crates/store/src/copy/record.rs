//! A row on its way, and a digest of many by which two tables are compared.

use super::catalog::Table;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use uuid::Uuid;

/// One value. It has no text form: it may be what somebody wrote.
#[derive(Clone)]
pub(crate) enum Cell {
    Id(Option<Uuid>),
    Bytes(Option<Vec<u8>>),
    Text(Option<String>),
    Json(Option<String>),
    Count(Option<i64>),
    Flag(Option<bool>),
    At(Option<DateTime<Utc>>),
}

/// The values of a row, in the order of the table's columns.
pub(crate) type Record = Vec<Cell>;

impl Cell {
    /// Returns the value's bytes, the same whichever engine it was read from.
    fn canonical(&self) -> Option<Vec<u8>> {
        match self {
            Self::Id(id) => id.map(|id| id.as_bytes().to_vec()),
            Self::Bytes(bytes) => bytes.clone(),
            Self::Text(text) => text.as_ref().map(|text| text.clone().into_bytes()),
            Self::Json(json) => json.as_ref().map(|json| canonical_json(json).into_bytes()),
            Self::Count(count) => count.map(|count| count.to_be_bytes().to_vec()),
            Self::Flag(flag) => flag.map(|flag| vec![u8::from(flag)]),
            Self::At(at) => {
                at.map(|at| at.to_rfc3339_opts(SecondsFormat::Nanos, true).into_bytes())
            }
        }
    }

    /// Returns the bytes of what is stored as bytes, or names a row.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Id(Some(id)) => Some(id.as_bytes()),
            Self::Bytes(Some(bytes)) => Some(bytes),
            Self::Text(Some(text)) => Some(text.as_bytes()),
            _ => None,
        }
    }
}

/// Stands for all rows of a table, in whichever order they come: two tables with the same rows have the same digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digest {
    pub(crate) rows: u64,
    /// The sum of the rows' hashes, in four parts.
    sum: [u64; 4],
}

impl Digest {
    /// Takes a row in.
    pub(crate) fn add(&mut self, table: &Table, record: &Record) {
        let mut hash = Sha256::new();
        for (column, cell) in table.columns.iter().zip(record) {
            hash.update((column.name.len() as u64).to_be_bytes());
            hash.update(column.name.as_bytes());
            match cell.canonical() {
                None => hash.update([0]),
                Some(bytes) => {
                    hash.update([1]);
                    hash.update((bytes.len() as u64).to_be_bytes());
                    hash.update(bytes);
                }
            }
        }
        let hash = hash.finalize();
        for (part, bytes) in self.sum.iter_mut().zip(hash.chunks_exact(8)) {
            let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
            *part = part.wrapping_add(number);
        }
        self.rows += 1;
    }
}

/// Returns JSON without the space that one engine writes between its parts.
pub(crate) fn without_space(json: &str) -> String {
    let mut kept = String::with_capacity(json.len());
    let (mut is_quoted, mut is_escaped) = (false, false);
    for letter in json.chars() {
        if is_quoted {
            is_quoted = letter != '"' || is_escaped;
            is_escaped = letter == '\\' && !is_escaped;
        } else if letter.is_ascii_whitespace() {
            continue;
        } else {
            is_quoted = letter == '"';
        }
        kept.push(letter);
    }
    kept
}

/// Returns JSON as one text for all that means the same: PostgreSQL puts members into an order of its own.
fn canonical_json(json: &str) -> String {
    let Ok(value) = serde_json::from_str(json) else { return json.to_owned() };
    let mut text = String::with_capacity(json.len());
    write_canonical(&value, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            text.push('{');
            for name in names {
                // Writing into a text does not fail.
                let _ = write!(text, "{}:", Value::String(name.clone()));
                write_canonical(&members[name], text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        // `1.0`, `1e0` and `1` are one number.
        Value::Number(number) if number.is_f64() => {
            let _ = write!(text, "{}", number.as_f64().unwrap_or_default());
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalog::{Column, Kind};
    use super::*;

    fn table() -> Table {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        Table {
            name: String::from("t"),
            columns: vec![column("a", Kind::Json), column("b", Kind::Text)],
            key: vec![0],
        }
    }

    fn digest(rows: &[(&str, Option<&str>)]) -> Digest {
        let mut digest = Digest::default();
        for (json, text) in rows {
            let record =
                vec![Cell::Json(Some((*json).to_owned())), Cell::Text(text.map(str::to_owned))];
            digest.add(&table(), &record);
        }
        digest
    }

    #[test]
    fn the_same_rows_have_one_digest_however_an_engine_writes_and_orders_them() {
        let here = digest(&[(r#"{"b":1,"a":[0.25,1e2]}"#, Some("x")), ("{}", None)]);
        let there = digest(&[("{}", None), (r#"{"a": [0.25, 100], "b": 1}"#, Some("x"))]);

        assert_eq!(here, there);
    }

    #[test]
    fn any_change_of_a_row_changes_the_digest() {
        let good = digest(&[(r#"{"a":1}"#, Some("x"))]);

        for other in [
            digest(&[(r#"{"a":2}"#, Some("x"))]),
            digest(&[(r#"{"b":1}"#, Some("x"))]),
            digest(&[(r#"{"a":"1"}"#, Some("x"))]),
            digest(&[(r#"{"a":1}"#, Some("y"))]),
            digest(&[(r#"{"a":1}"#, Some(""))]),
            digest(&[(r#"{"a":1}"#, None)]),
            digest(&[(r#"{"a":1}"#, Some("x")), (r#"{"a":1}"#, Some("x"))]),
            digest(&[]),
        ] {
            assert_ne!(good, other);
        }
    }

    #[test]
    fn space_goes_between_the_parts_and_stays_within_texts() {
        let json = r#"{"a b": ["x  \" y", "\\" , 1 ], "c": { } }"#;

        assert_eq!(without_space(json), r#"{"a b":["x  \" y","\\",1],"c":{}}"#);
    }
}
