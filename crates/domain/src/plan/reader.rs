//! A small reader that walks a file's values and notes every fault with its place, not only the first.

use crate::fault::Fault;
use crate::suggest::nearest;
use serde_json::{Map, Value};
use std::fmt::Display;

/// The most faults that are listed one by one.
const MOST_FAULTS: usize = 100;

/// As long as there are so few faults, dear advice is looked for: which of six hundred zones was meant.
const FEW_FAULTS: usize = 20;

/// How many characters of what was written are repeated in a fault.
const SHOWN: usize = 40;

/// The faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults {
    listed: Vec<Fault>,
    more: usize,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Place<'v> {
    pub(super) path: String,
    value: &'v Value,
}

/// The fields of an object and where it stands.
#[derive(Debug)]
pub(super) struct Fields<'v> {
    path: String,
    map: &'v Map<String, Value>,
}

impl Faults {
    /// Notes a fault; beyond the first hundred they are only counted.
    pub(super) fn note(&mut self, path: &str, text: impl Into<String>) {
        self.note_with(|| Fault::new(path, text));
    }

    /// Notes a fault whose words cost something to find; beyond the first hundred nobody looks for them.
    pub(super) fn note_with(&mut self, fault: impl FnOnce() -> Fault) {
        if self.listed.len() < MOST_FAULTS {
            self.listed.push(fault());
        } else {
            self.more += 1;
        }
    }

    /// Returns whether there are so few faults that dear advice is looked for.
    pub(super) fn are_few(&self) -> bool {
        self.listed.len() < FEW_FAULTS
    }

    /// Notes faults.
    pub(super) fn extend(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            self.note_with(|| fault);
        }
    }

    /// Returns the faults, with a last one that counts those not listed; empty where there is none.
    pub(super) fn into_list(mut self) -> Vec<Fault> {
        if self.more > 0 {
            self.listed.push(Fault::new("file", format!("has {} faults more", self.more)));
        }
        self.listed
    }
}

impl<'v> Place<'v> {
    /// Returns the value of a whole file.
    pub(super) fn of_file(value: &'v Value) -> Self {
        Self { path: String::new(), value }
    }

    /// Returns the fields, noting those that are not known.
    pub(super) fn fields(&self, known: &[&str], faults: &mut Faults) -> Option<Fields<'v>> {
        let Value::Object(map) = self.value else { return self.is_not("an object", faults) };
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            faults.note_with(|| {
                Fault::new(joined(&self.path, &shown(key)), unknown_field(key, known))
            });
        }
        Some(Fields { path: self.path.clone(), map })
    }

    /// Returns the values of a list that may hold `most`; a longer one is one fault and not looked into.
    pub(super) fn list(&self, most: usize, faults: &mut Faults) -> Option<Vec<Self>> {
        let Value::Array(values) = self.value else { return self.is_not("a list", faults) };
        if values.len() > most {
            faults.note(&self.path, format!("has {} entries; {most} is the most", values.len()));
            return None;
        }
        let place = |(index, value)| Self { path: format!("{}[{index}]", self.path), value };
        Some(values.iter().enumerate().map(place).collect())
    }

    /// Returns a text.
    pub(super) fn text(&self, faults: &mut Faults) -> Option<&'v str> {
        self.value.as_str().or_else(|| self.is_not("text", faults))
    }

    /// Returns what a reader makes of a text; `wanted` says what a right one looks like.
    pub(super) fn parsed<T>(
        &self,
        parse: impl Fn(&str) -> Option<T>,
        wanted: &str,
        faults: &mut Faults,
    ) -> Option<T> {
        let text = self.text(faults)?;
        let value = parse(text);
        if value.is_none() {
            faults
                .note_with(|| Fault::new(&self.path, format!("“{}” is not {wanted}", shown(text))));
        }
        value
    }

    /// Returns a whole number.
    pub(super) fn integer(&self, faults: &mut Faults) -> Option<i64> {
        // A whole number that is too large to be counted with is too large for everything here.
        let number = self.value.as_i64().or_else(|| self.value.as_u64().map(|_| i64::MAX));
        number.or_else(|| self.is_not("a whole number", faults))
    }

    /// Returns a number.
    pub(super) fn number(&self, faults: &mut Faults) -> Option<f64> {
        self.value.as_f64().or_else(|| self.is_not("a number", faults))
    }

    /// Returns a yes or no.
    pub(super) fn boolean(&self, faults: &mut Faults) -> Option<bool> {
        self.value.as_bool().or_else(|| self.is_not("true or false", faults))
    }

    /// Returns a name that people can read on one line.
    pub(super) fn name(&self, longest: usize, faults: &mut Faults) -> Option<&'v str> {
        let name = self.text(faults)?;
        let length = name.chars().count();
        if name.trim() != name || name.is_empty() {
            faults.note(&self.path, "must not be empty nor have space around it");
        } else if length > longest {
            faults.note(&self.path, format!("has {length} characters; {longest} is the most"));
        } else if name.chars().any(char::is_control) {
            faults.note(&self.path, "must not hold control characters such as line ends");
        } else {
            return Some(name);
        }
        None
    }

    fn is_not<T>(&self, wanted: &str, faults: &mut Faults) -> Option<T> {
        let is = match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "true or false",
            Value::Number(number) if number.is_f64() => "a number",
            Value::Number(_) => "a whole number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        let path = if self.path.is_empty() { "file" } else { &self.path };
        faults.note(path, format!("must be {wanted}, not {is}"));
        None
    }
}

impl<'v> Fields<'v> {
    /// Returns a field; `None` where it is left out or null.
    pub(super) fn get(&self, key: &str) -> Option<Place<'v>> {
        let value = self.map.get(key).filter(|value| !value.is_null())?;
        Some(Place { path: self.path_of(key), value })
    }

    /// Returns a field that must be there.
    pub(super) fn require(&self, key: &str, faults: &mut Faults) -> Option<Place<'v>> {
        let place = self.get(key);
        if place.is_none() {
            faults.note(&self.path_of(key), "is missing");
        }
        place
    }

    /// Returns whether a field is there and not null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Returns where the fields stand.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Returns where a field stands or would stand.
    pub(super) fn path_of(&self, key: &str) -> String {
        joined(&self.path, key)
    }
}

/// Returns a text on one line, cut where it is too long to be repeated.
pub(super) fn shown(text: impl Display) -> String {
    let text = text.to_string();
    let plain = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut shown: String = plain.take(SHOWN + 1).collect();
    if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

fn joined(path: &str, key: &str) -> String {
    if path.is_empty() { key.into() } else { format!("{path}.{key}") }
}

fn unknown_field(key: &str, known: &[&str]) -> String {
    match nearest(key, known.iter().copied()) {
        Some(name) => format!("is not a field here; did you mean “{name}”?"),
        None => format!("is not a field here; there are {}", known.join(", ")),
    }
}
