//! By what HiBob knows somebody, for as long as one call lasts.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use zeroize::Zeroizing;

/// The longest id that is taken for one, in bytes.
const LONGEST: usize = 64;

/// The id of an employee. It is wiped when it is dropped.
///
/// It can be compared and found again, and nothing else: it has no way to be copied, printed, logged or written down.
#[derive(PartialEq, Eq)]
pub(super) struct EmployeeId(Zeroizing<String>);

impl EmployeeId {
    /// Returns the id, or nothing where the text is none.
    pub(super) fn new(text: Zeroizing<String>) -> Option<Self> {
        let is_id = !text.is_empty()
            && text.len() <= LONGEST
            && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control());
        is_id.then_some(Self(text))
    }
}

impl PartialOrd for EmployeeId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EmployeeId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.as_str().cmp(other.0.as_str())
    }
}

impl Borrow<str> for EmployeeId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// A text in one of the forms in which HiBob gives it: the text itself, a number, or either as the `value` of an object.
///
/// Anything else is no text, and no fault either.
#[derive(Default)]
pub(super) struct Word(pub(super) Option<Zeroizing<String>>);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor).map(Self)
    }
}

struct WordVisitor;

impl<'de> Visitor<'de> for WordVisitor {
    type Value = Option<Zeroizing<String>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Zeroizing::new(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Some(Zeroizing::new(text)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Zeroizing::new(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Zeroizing::new(number.to_string())))
    }

    // A number with a point has lost its digits already.
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let mut value = None;
        while let Some(name) = fields.next_key::<String>()? {
            if name == "value" {
                value = fields.next_value::<Word>()?.0;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(value)
    }
}
