//! Rows as a table that a spreadsheet opens, and takes for nothing but a table.

use csv::{Terminator, WriterBuilder};
use serde_json::Value;
use std::collections::BTreeSet;

/// With what a spreadsheet takes a cell for a formula (OWASP, CSV Injection).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Returns rows with their heads, as comma-separated values (RFC 4180).
pub(super) fn to_csv(rows: &[Value]) -> String {
    let heads: BTreeSet<&String> =
        rows.iter().filter_map(Value::as_object).flat_map(|row| row.keys()).collect();
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    // Writing into memory does not fail, and every row has as many cells as there are heads.
    let _ = table.write_record(&heads);
    for row in rows {
        let _ = table.write_record(heads.iter().map(|head| cell(row.get(head.as_str()))));
    }
    String::from_utf8(table.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Returns what stands in a cell; what a spreadsheet would take for a formula begins with an apostrophe.
fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => return other.to_string(),
    };
    if text.starts_with(FORMULA) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table_has_its_heads_and_quotes_what_needs_it() {
        let rows = [json!({"b": "x, \"y\"", "a": 1}), json!({"a": null, "c": [1]})];

        assert_eq!(to_csv(&rows), "a,b,c\r\n1,\"x, \"\"y\"\"\",\r\n,,[1]\r\n");
    }

    #[test]
    fn no_cell_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@sum(A1)", "\t=1", "\r=1", "=HYPERLINK(\"x\",\"y\")"] {
            let text = to_csv(&[json!({"a": formula})]);

            let cell = text.lines().nth(1).unwrap().trim_start_matches('"');
            assert!(cell.starts_with('\''), "{text}");
        }
        assert_eq!(cell(Some(&json!(-1))), "-1", "a number is one");
    }
}
