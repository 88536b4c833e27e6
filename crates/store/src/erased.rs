//! Names of people inside texts and JSON: found where they stand by themselves, and replaced.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// An answered request: its key, what it came to, and when it was made.
pub(crate) type Answered = (String, Value, DateTime<Utc>);

/// Returns a text in which another name stands in the place of one, or `None` where the name is not in it: a longer name
/// that begins with it is another.
pub(crate) fn replaced(text: &str, name: &str, instead: &str) -> Option<String> {
    let mut changed = String::new();
    let mut rest = 0;
    for (at, found) in text.match_indices(name) {
        let end = at + found.len();
        let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        if is_part(text[..at].chars().next_back()) || is_part(text[end..].chars().next()) {
            continue;
        }
        changed.push_str(&text[rest..at]);
        changed.push_str(instead);
        rest = end;
    }
    (rest > 0).then(|| changed + &text[rest..])
}

/// Replaces a name in every text of a JSON value and in the names of its fields; returns whether it was there.
pub(crate) fn replace_in(value: &mut Value, name: &str, instead: &str) -> bool {
    match value {
        Value::String(text) => match replaced(text, name, instead) {
            Some(changed) => {
                *text = changed;
                true
            }
            None => false,
        },
        Value::Array(values) => values
            .iter_mut()
            .fold(false, |is_there, value| replace_in(value, name, instead) | is_there),
        Value::Object(fields) => {
            let mut is_there = false;
            let mut changed = Map::new();
            for (key, mut value) in std::mem::take(fields) {
                is_there |= replace_in(&mut value, name, instead);
                let other = replaced(&key, name, instead);
                is_there |= other.is_some();
                changed.insert(other.unwrap_or(key), value);
            }
            *fields = changed;
            is_there
        }
        _ => false,
    }
}

/// Adds what may be a name in a JSON value: every text, and every word of one.
pub(crate) fn gather(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            gather_text(text, found);
            if text.starts_with(['{', '['])
                && let Ok(inner) = serde_json::from_str(text)
            {
                gather(&inner, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                gather_text(key, found);
                gather(value, found);
            }
        }
        _ => {}
    }
}

/// Adds what may be a name in a text.
pub(crate) fn gather_text(text: &str, found: &mut BTreeSet<String>) {
    /// No name is longer.
    const LONGEST: usize = 100;
    let words = text.split(|c: char| !c.is_alphanumeric());
    let short = words.chain([text]).filter(|word| !word.is_empty() && word.len() <= LONGEST);
    found.extend(short.map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_is_replaced_where_it_stands_by_itself() {
        for (text, changed) in [
            ("U1", Some("x")),
            ("person:U1", Some("person:x")),
            ("only:C1:U1", Some("only:C1:x")),
            ("<@U1> and <@U1|ana>, not U11", Some("<@x> and <@x|ana>, not U11")),
            ("U1éa", None),
            ("U11 AU1 u1", None),
        ] {
            assert_eq!(replaced(text, "U1", "x").as_deref(), changed, "{text}");
        }
    }

    #[test]
    fn it_is_replaced_at_every_depth_and_as_the_name_of_a_field() {
        let mut value = json!({"U1": [{"user": "U1"}, "U11", 7], "U11": {"a": null}});

        assert!(replace_in(&mut value, "U1", "x"));
        assert_eq!(value, json!({"x": [{"user": "x"}, "U11", 7], "U11": {"a": null}}));
        assert!(!replace_in(&mut value, "U1", "x"));
    }

    #[test]
    fn whatever_may_be_a_name_is_gathered() {
        let mut found = BTreeSet::new();
        gather(&json!({"U1": ["person:U2", "{\"by\":\"U-3\"}"]}), &mut found);

        for name in ["U1", "U2", "U-3"] {
            assert!(found.contains(name), "{name}: {found:?}");
        }
    }
}
