//! A random rotation in plain data, and the plan file that says the same.

use jiff::civil::{Date, DateTime, Time, Weekday};
use serde_json::{Value, json};

/// A person.
pub(crate) type Name = &'static str;

/// Seconds since 1970 in UTC.
pub(crate) type Instant = i64;

#[derive(Clone, Debug)]
pub(crate) struct Rotation {
    pub(crate) zone: &'static str,
    pub(crate) cadence: Cadence,
    pub(crate) duty_hours: Vec<DutyHours>,
    pub(crate) members: Vec<Name>,
    pub(crate) seats: usize,
    pub(crate) rule: SkipRule,
    pub(crate) make_up: bool,
    pub(crate) fallback: Option<Name>,
    pub(crate) last_turn: Option<Name>,
    pub(crate) absences: Vec<Absence>,
    pub(crate) coverage: Vec<Cover>,
    pub(crate) swaps: Vec<(usize, usize)>,
    pub(crate) roster_changes: Vec<RosterChange>,
    pub(crate) cadence_changes: Vec<CadenceChange>,
    pub(crate) pauses: Vec<Pause>,
}

#[derive(Clone, Debug)]
pub(crate) struct Cadence {
    pub(crate) every: i64,
    pub(crate) unit: Unit,
    pub(crate) anchor: DateTime,
    /// Only with days and weeks.
    pub(crate) weekdays: Option<Vec<Weekday>>,
    /// Only with months; 1 to 4, or -1.
    pub(crate) nth_weekday: Option<(i8, Weekday)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Hour,
    Day,
    Week,
    Month,
}

#[derive(Clone, Debug)]
pub(crate) struct DutyHours {
    pub(crate) days: Vec<Weekday>,
    pub(crate) from: Time,
    pub(crate) to: Time,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum SkipRule {
    /// In ten thousandths, so that the comparison is one of whole numbers.
    OverShare(i64),
    Any,
    AtLeastHours(i64),
    Never,
}

#[derive(Clone, Debug)]
pub(crate) enum Absence {
    Days { member: Name, from: Date, to: Date, zone: Option<&'static str> },
    Instants { member: Name, start: Instant, end: Option<Instant> },
}

#[derive(Clone, Debug)]
pub(crate) struct Cover {
    pub(crate) by: Name,
    pub(crate) of: Option<Name>,
    pub(crate) start: Instant,
    pub(crate) end: Instant,
}

#[derive(Clone, Debug)]
pub(crate) struct RosterChange {
    pub(crate) at: Instant,
    pub(crate) what: Change,
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    Add { member: Name, before: Option<Name> },
    Remove { member: Name, how: Leaving },
    Order(Vec<Name>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaving {
    Now,
    NextHandoff,
    Deactivated,
}

#[derive(Clone, Debug)]
pub(crate) struct CadenceChange {
    pub(crate) at: Instant,
    pub(crate) zone: Option<&'static str>,
    pub(crate) cadence: Cadence,
}

#[derive(Clone, Debug)]
pub(crate) struct Pause {
    pub(crate) start: Instant,
    pub(crate) end: Option<Instant>,
    pub(crate) start_now: bool,
}

impl Rotation {
    /// Returns the plan file; what is at its default is left out.
    pub(crate) fn to_file(&self) -> Value {
        let mut rotation = json!({
            "name": "oracle", "zone": self.zone, "cadence": self.cadence.to_json(), "members": self.members,
        });
        let mut set = |key: &str, value: Value, is_set: bool| {
            if is_set {
                rotation[key] = value;
            }
        };
        set("seats", json!(self.seats), self.seats != 1);
        set("skip", self.rule.to_json(), self.rule != SkipRule::OverShare(2500));
        set("make_up", json!(true), self.make_up);
        set("fallback", json!(self.fallback), self.fallback.is_some());
        set("last_turn", json!(self.last_turn), self.last_turn.is_some());
        let hours: Vec<Value> = self.duty_hours.iter().map(DutyHours::to_json).collect();
        set("duty_hours", json!(hours), !hours.is_empty());
        let mut file = json!({ "rotation": rotation });
        let mut set = |key: &str, list: Vec<Value>| {
            if !list.is_empty() {
                file[key] = Value::Array(list);
            }
        };
        set("absences", self.absences.iter().map(Absence::to_json).collect());
        set("coverage", self.coverage.iter().map(Cover::to_json).collect());
        set("swaps", self.swaps.iter().map(|(a, b)| json!({"turn": a, "with": b})).collect());
        set("roster_changes", self.roster_changes.iter().map(RosterChange::to_json).collect());
        set("cadence_changes", self.cadence_changes.iter().map(CadenceChange::to_json).collect());
        set("pauses", self.pauses.iter().map(Pause::to_json).collect());
        file
    }
}

impl Cadence {
    fn to_json(&self) -> Value {
        let anchor = self.anchor.strftime("%Y-%m-%dT%H:%M").to_string();
        let mut cadence = json!({"every": self.every, "unit": self.unit.word(), "anchor": anchor});
        if let Some(days) = &self.weekdays {
            cadence["weekdays"] = days.iter().map(|day| word_of(*day)).collect();
        }
        if let Some((nth, day)) = self.nth_weekday {
            cadence["nth_weekday"] = json!({"nth": nth, "day": word_of(day)});
        }
        cadence
    }
}

impl Unit {
    fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl DutyHours {
    fn to_json(&self) -> Value {
        let days: Vec<&str> = self.days.iter().map(|day| word_of(*day)).collect();
        let clock = |time: Time| time.strftime("%H:%M").to_string();
        json!({"days": days, "from": clock(self.from), "to": clock(self.to)})
    }
}

impl SkipRule {
    fn to_json(self) -> Value {
        match self {
            Self::OverShare(share) => {
                let share: f64 = format!("0.{share:04}").parse().expect("is a number");
                json!({"over_share": share})
            }
            Self::Any => json!({"any": true}),
            Self::AtLeastHours(hours) => json!({"at_least_hours": hours}),
            Self::Never => json!({"never": true}),
        }
    }
}

impl Absence {
    fn to_json(&self) -> Value {
        match self {
            Self::Days { member, from, to, zone } => {
                let mut days =
                    json!({"member": member, "from": from.to_string(), "to": to.to_string()});
                if let Some(zone) = zone {
                    days["zone"] = json!(zone);
                }
                days
            }
            Self::Instants { member, start, end } => {
                json!({"member": member, "start": written(*start), "end": end.map(written)})
            }
        }
    }
}

impl Cover {
    fn to_json(&self) -> Value {
        json!({"by": self.by, "of": self.of, "start": written(self.start), "end": written(self.end)})
    }
}

impl RosterChange {
    fn to_json(&self) -> Value {
        let at = written(self.at);
        match &self.what {
            Change::Add { member, before: None } => json!({"at": at, "add": member}),
            Change::Add { member, before } => json!({"at": at, "add": member, "before": before}),
            Change::Remove { member, how: Leaving::Now } => json!({"at": at, "remove": member}),
            Change::Remove { member, how: Leaving::NextHandoff } => {
                json!({"at": at, "remove": member, "when": "next_handoff"})
            }
            Change::Remove { member, how: Leaving::Deactivated } => {
                json!({"at": at, "remove": member, "deactivated": true})
            }
            Change::Order(order) => json!({"at": at, "order": order}),
        }
    }
}

impl CadenceChange {
    fn to_json(&self) -> Value {
        let mut change = json!({"at": written(self.at), "cadence": self.cadence.to_json()});
        if let Some(zone) = self.zone {
            change["zone"] = json!(zone);
        }
        change
    }
}

impl Pause {
    fn to_json(&self) -> Value {
        let mut pause = json!({"start": written(self.start), "end": self.end.map(written)});
        if self.start_now {
            pause["start_now"] = json!(true);
        }
        pause
    }
}

/// Returns an instant as it is written in files and plans.
pub(crate) fn written(at: Instant) -> String {
    let at = jiff::Timestamp::from_second(at).expect("is in the calendar");
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn word_of(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}
