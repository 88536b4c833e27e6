//! The entries of an answer of `timeoff/whosout`, as they come: one at a time, with what is of use and nothing else.

use super::employee::Word;
use domain::source::{SourceFault, tidy_label};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use zeroize::Zeroizing;

/// What is read of an entry besides whose it is; some fields have another name elsewhere in the API.
const READ: [&str; 26] = [
    "date",
    "dailyHours",
    "dailyMinutes",
    "dayPortion",
    "durations",
    "endDate",
    "endDatePortion",
    "endPortion",
    "hours",
    "hoursOnDate",
    "localEndTime",
    "localStartTime",
    "endTime",
    "startTime",
    "minutes",
    "percentage",
    "percentageOfDay",
    "policyTypeDisplayName",
    "portion",
    "requestRangeType",
    "startDate",
    "startDatePortion",
    "startPortion",
    "status",
    "timeZone",
    "type",
];

/// Somebody's request for time off.
pub(super) struct Entry {
    /// Whose it is, by the employee id; `None` where that cannot be read.
    pub(super) employee: Option<Zeroizing<String>>,
    /// Whether every colleague may know why.
    is_public: bool,
    fields: Map<String, Value>,
}

impl Entry {
    /// Returns the first of the fields that is there and says something.
    pub(super) fn get(&self, names: &[&str]) -> Option<&Value> {
        first_of(&self.fields, names)
    }

    /// Returns whether it was approved; `None` where the status is one that we do not know.
    pub(super) fn is_approved(&self) -> Option<bool> {
        const NOT: [&str; 7] =
            ["pending", "requested", "declined", "rejected", "cancelled", "canceled", "deleted"];
        let Some(status) = self.get(&["status"]) else { return Some(true) };
        let status = status.as_str()?.trim().to_lowercase();
        if status == "approved" {
            return Some(true);
        }
        NOT.contains(&status.as_str()).then_some(false)
    }

    /// Returns the leave type, where every colleague may see it.
    ///
    /// With more rights than a colleague has we are sent the real name even where colleagues see another one or none.
    pub(super) fn label(&self) -> Option<String> {
        let name = self.get(&["policyTypeDisplayName"]).and_then(Value::as_str);
        name.filter(|_| self.is_public).and_then(tidy_label)
    }
}

/// Returns the first of the fields that is there and not null.
pub(super) fn first_of<'a>(fields: &'a Map<String, Value>, names: &[&str]) -> Option<&'a Value> {
    names.iter().find_map(|name| fields.get(*name).filter(|value| !value.is_null()))
}

/// Hands over the entries of an answer one by one, until it is told to stop.
///
/// # Errors
///
/// [`SourceFault::Unreadable`] where the answer is not an object with the array `outs`, and what `take` says.
pub(super) fn each_entry(
    body: &[u8],
    take: &mut dyn FnMut(Entry) -> Result<(), SourceFault>,
) -> Result<(), SourceFault> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let mut has_outs = false;
    let answer = Answer { take, has_outs: &mut has_outs };
    json.deserialize_map(answer).and_then(|()| json.end()).map_err(|_| SourceFault::Unreadable)?;
    if has_outs { Ok(()) } else { Err(SourceFault::Unreadable) }
}

struct Answer<'t> {
    take: &'t mut dyn FnMut(Entry) -> Result<(), SourceFault>,
    has_outs: &'t mut bool,
}

impl<'de> Visitor<'de> for Answer<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            if name == "outs" {
                fields.next_value_seed(Outs { take: &mut *self.take })?;
                *self.has_outs = true;
            } else {
                fields.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Outs<'t> {
    take: &'t mut dyn FnMut(Entry) -> Result<(), SourceFault>,
}

impl<'de> DeserializeSeed<'de> for Outs<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Outs<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(entry) = entries.next_element::<Entry>()? {
            // Why is not said: whoever reads the message may log it.
            (self.take)(entry).map_err(|_| A::Error::custom("an entry that cannot be read"))?;
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<Entry, A::Error> {
        let mut entry = Entry { employee: None, is_public: false, fields: Map::new() };
        while let Some(name) = given.next_key::<String>()? {
            match name.as_str() {
                "employeeId" => {
                    entry.employee =
                        given.next_value::<Word>()?.0.filter(|employee| !employee.is_empty());
                }
                "visibility" => entry.is_public = given.next_value::<Value>()? == "Public",
                known if READ.contains(&known) => {
                    let value = given.next_value()?;
                    entry.fields.insert(name, value);
                }
                // Names of people among them.
                _ => drop(given.next_value::<IgnoredAny>()?),
            }
        }
        Ok(entry)
    }
}
