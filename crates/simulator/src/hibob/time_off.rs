//! A request for time off, in each of HiBob's nine types, and what it must hold.

use chrono::NaiveDate;
use domain::zone::Zone;
use serde_json::{Map, Value, json};

/// The portions of a first and a last day.
const PORTIONS: [&str; 3] = ["all_day", "morning", "afternoon"];

/// How a request stands; only the first four are ever seen by who's out.
const STATUSES: [&str; 8] =
    ["Approved", "approved", "Pending", "pending", "Declined", "Canceled", "Cancelled", "Rejected"];

/// Who may see of what kind a request is.
const VISIBILITIES: [&str; 3] = ["Public", "Custom name", "Private"];

/// A request for time off.
#[derive(Clone, Debug)]
pub(crate) struct TimeOff {
    pub(crate) id: u64,
    pub(crate) employee: String,
    /// The fields as they are answered, without who and which.
    pub(crate) fields: Map<String, Value>,
    /// What stands in the place of a kind with a name of its own.
    pub(crate) custom_name: Option<String>,
    /// Whether it says itself that people work meanwhile; else its policy does.
    pub(crate) is_work: Option<bool>,
    /// The first and the last day; no last day where it is open, nothing where no day can be read.
    pub(crate) days: Option<(NaiveDate, Option<NaiveDate>)>,
    /// Whether it was deleted or replaced.
    pub(crate) is_gone: bool,
    /// The first and the last of the requests that this one came in the place of.
    pub(crate) came_from: Option<(u64, u64)>,
}

impl TimeOff {
    /// Makes a request of its fields; with `odd` they are taken as they are, of whatever type.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words that follow "The request".
    pub(crate) fn new(mut fields: Map<String, Value>, odd: bool) -> Result<Self, String> {
        let custom_name = take_text(&mut fields, "policyTypeCustomName")?;
        let is_work = match take_text(&mut fields, "activity")?.as_deref() {
            None => None,
            Some("workTime") => Some(true),
            Some("timeOff") => Some(false),
            Some(_) => return Err("has an activity other than workTime and timeOff".into()),
        };
        if fields.contains_key("employeeId") || fields.contains_key("requestId") {
            return Err("says who asks or its number, which are added here".into());
        }
        if !odd {
            fill_in(&mut fields);
            check(&fields)?;
        }
        let days = days_of(&fields);
        Ok(Self {
            id: 0,
            employee: String::new(),
            fields,
            custom_name,
            is_work,
            days,
            is_gone: false,
            came_from: None,
        })
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns whether any of its days lies from the first day to the last, both included.
    pub(crate) fn touches(&self, from: NaiveDate, to: NaiveDate) -> bool {
        self.days.is_none_or(|(first, last)| first <= to && last.is_none_or(|last| last >= from))
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.text("status").eq_ignore_ascii_case("pending")
    }

    /// Returns whether it was asked for and not refused, or is approved.
    pub(crate) fn stands(&self) -> bool {
        !self.is_gone && (self.is_pending() || self.text("status").eq_ignore_ascii_case("approved"))
    }
}

fn take_text(fields: &mut Map<String, Value>, name: &str) -> Result<Option<String>, String> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("needs text as {name}")),
    }
}

/// Adds what most requests have in common.
fn fill_in(fields: &mut Map<String, Value>) {
    let mut default = |name: &str, value: Value| {
        fields.entry(name).or_insert(value);
    };
    default("type", json!("days"));
    default("policyType", json!("Holiday"));
    default("status", json!("Approved"));
    default("visibility", json!("Public"));
    let policy = fields["policyType"].clone();
    fields.entry("policyTypeDisplayName").or_insert(policy);
    let portions: &[&str] = match fields["type"].as_str() {
        Some("days") => &["startPortion", "endPortion"],
        Some("openEnded") => &["startPortion"],
        _ => &[],
    };
    for portion in portions {
        fields.entry(*portion).or_insert(json!("all_day"));
    }
}

/// Checks the fields against the request's own type.
fn check(fields: &Map<String, Value>) -> Result<(), String> {
    one_of(fields, "status", &STATUSES)?;
    one_of(fields, "visibility", &VISIBILITIES)?;
    for name in ["policyType", "policyTypeDisplayName"] {
        if fields[name].as_str().is_none_or(str::is_empty) {
            return Err(format!("needs text as {name}"));
        }
    }
    match fields["type"].as_str().unwrap_or_default() {
        "days" => {
            range(fields)?;
            one_of(fields, "startPortion", &PORTIONS)?;
            one_of(fields, "endPortion", &PORTIONS)
        }
        "hours" => {
            date(fields, "date")?;
            if fields.contains_key("startDate") || fields.contains_key("endDate") {
                return Err("of type hours has a date, and neither startDate nor endDate".into());
            }
            number(fields, "hoursOnDate", 24.0)
        }
        "portionOnRange" => {
            range(fields)?;
            one_of(fields, "dayPortion", &PORTIONS[1..])
        }
        "hoursOnRange" => range(fields).and_then(|()| number(fields, "dailyHours", 24.0)),
        "percentageOnRange" => {
            range(fields).and_then(|()| number(fields, "percentageOfDay", 100.0))
        }
        "differentDayDurations" => range(fields).and_then(|()| durations(fields)),
        "specificHoursDayDurations" if fields.contains_key("localStartTime") => {
            range(fields).and_then(|()| zone(fields))
        }
        "specificHoursDayDurations" | "differentSpecificHoursDayDurations" => {
            range(fields)?;
            zone(fields)?;
            durations(fields)
        }
        "openEnded" => {
            date(fields, "startDate")?;
            one_of(fields, "startPortion", &PORTIONS)?;
            let is_open = fields.get("endDate").is_none_or(Value::is_null);
            is_open.then_some(()).ok_or_else(|| "of type openEnded has no endDate".into())
        }
        _ => Err("is of none of the nine types; say \"odd\": true to have it all the same".into()),
    }
}

fn one_of(fields: &Map<String, Value>, name: &str, words: &[&str]) -> Result<(), String> {
    let held = fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let missing = || format!("needs one of {} as {name}", words.join(", "));
    words.contains(&held).then_some(()).ok_or_else(missing)
}

fn date(fields: &Map<String, Value>, name: &str) -> Result<NaiveDate, String> {
    let held = fields.get(name).and_then(Value::as_str).and_then(read_date);
    held.ok_or_else(|| format!("needs a date such as 2026-03-04 as {name}"))
}

fn range(fields: &Map<String, Value>) -> Result<(), String> {
    let is_forward = date(fields, "startDate")? <= date(fields, "endDate")?;
    is_forward.then_some(()).ok_or_else(|| "ends before it starts".into())
}

fn number(fields: &Map<String, Value>, name: &str, most: f64) -> Result<(), String> {
    let held = fields.get(name).and_then(Value::as_f64);
    let is_fit = held.is_some_and(|held| held > 0.0 && held <= most);
    is_fit.then_some(()).ok_or_else(|| format!("needs a number up to {most} as {name}"))
}

fn zone(fields: &Map<String, Value>) -> Result<(), String> {
    let held = fields.get("timeZone").and_then(Value::as_str).unwrap_or_default();
    Zone::parse(held).map(drop).map_err(|_| "needs a zone such as Europe/London as timeZone".into())
}

fn durations(fields: &Map<String, Value>) -> Result<(), String> {
    let held = fields.get("durations").and_then(Value::as_array);
    let is_fit = |one: &Value| one["date"].as_str().and_then(read_date).is_some();
    let is_whole = held.is_some_and(|all| !all.is_empty() && all.iter().all(is_fit));
    is_whole.then_some(()).ok_or_else(|| "needs durations, each with its date".into())
}

fn days_of(fields: &Map<String, Value>) -> Option<(NaiveDate, Option<NaiveDate>)> {
    let read = |name: &str| fields.get(name).and_then(Value::as_str).and_then(read_date);
    if let Some(day) = read("date") {
        return Some((day, Some(day)));
    }
    let first = read("startDate")?;
    let is_open = fields.get("type").and_then(Value::as_str) == Some("openEnded");
    let last = read("endDate");
    Some((first, if is_open { last } else { last.or(Some(first)) }))
}

/// Reads a date in the one form that HiBob takes.
pub(crate) fn read_date(text: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    (text.len() == 10).then_some(date)
}
