//! TOML read into the values of JSON, so that both are read alike from there on.

use super::reader::shown;
use serde_json::{Number, Value};
use toml::de::{DeTable, DeValue};

/// Reads a whole text.
///
/// # Errors
///
/// What is wrong, with the number of its line.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    match DeTable::parse(text) {
        Ok(table) => Ok(value_of_table(table.into_inner())),
        Err(fault) => {
            let before = &text.as_bytes()[..fault.span().map_or(0, |span| span.start)];
            let line = before.split(|byte| *byte == b'\n').count();
            Err(format!("{}, in line {line}", shown(fault.message())))
        }
    }
}

fn value_of_table(table: DeTable) -> Value {
    let fields = table.into_iter();
    fields
        .map(|(key, value)| (key.into_inner().into_owned(), value_of(value.into_inner())))
        .collect()
}

fn value_of(value: DeValue) -> Value {
    match value {
        DeValue::String(text) => text.into_owned().into(),
        // A number that is too large to be counted with is too large for everything in a plan.
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(i64::MAX).into()
        }
        // JSON has no word for infinity; as text it is told to be no number.
        DeValue::Float(number) => {
            let written = number.as_str();
            let float = written.parse().ok().and_then(Number::from_f64);
            float.map_or_else(|| written.into(), Value::Number)
        }
        DeValue::Boolean(is) => is.into(),
        DeValue::Datetime(time) => time.to_string().into(),
        DeValue::Array(values) => {
            values.into_iter().map(|value| value_of(value.into_inner())).collect()
        }
        DeValue::Table(table) => value_of_table(table),
    }
}
