//! Who is on duty, asked of a plan that is made from a case.

use crate::dates::{Calendar, Instants};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use domain::plan::{Plan, Reach, Window, make_plan, read_plan};
use domain::shift::Shift;
use serde_json::{Value, json};

/// A rotation as a plan's file has it, to be filled in.
pub(crate) struct File(Value);

/// A stretch of time in which one member serves.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) start: DateTime<Utc>,
    pub(crate) end: DateTime<Utc>,
    pub(crate) member: String,
}

impl File {
    /// Returns the file of a rotation in which nobody is away.
    pub(crate) fn of(calendar: &Calendar, members: &[String]) -> Self {
        Self(json!({"rotation": {
            "name": "case",
            "zone": calendar.zone_name(),
            "cadence": calendar.cadence(),
            "members": members,
        }}))
    }

    /// Sets a field of the rotation.
    pub(crate) fn rule(mut self, field: &str, value: Value) -> Self {
        self.0["rotation"][field] = value;
        self
    }

    /// Sets a list beside the rotation.
    pub(crate) fn list(mut self, field: &str, values: Vec<Value>) -> Self {
        self.0[field] = Value::from(values);
        self
    }

    /// Gives the duty a daily window.
    pub(crate) fn daily(self, from: NaiveTime, to: NaiveTime) -> Self {
        let (from, to) = (from.format("%H:%M").to_string(), to.format("%H:%M").to_string());
        self.rule("duty_hours", json!([{"days": EVERY_DAY, "from": from, "to": to}]))
    }

    /// Returns the plan of the shifts that touch the window.
    #[track_caller]
    pub(crate) fn plan(&self, window: Instants) -> Plan {
        self.plan_in(Some(window.from), Reach::Until(window.until))
    }

    /// Returns the plan of so many shifts, the first of which contains the instant.
    #[track_caller]
    pub(crate) fn plan_from(&self, from: DateTime<Utc>, count: usize) -> Plan {
        self.plan_in(Some(from), Reach::Count(count))
    }

    #[track_caller]
    fn plan_in(&self, from: Option<DateTime<Utc>>, reach: Reach) -> Plan {
        let text = self.0.to_string();
        let request = read_plan(&text, false).unwrap_or_else(|faults| panic!("{faults:?}: {text}"));
        make_plan(&request, &Window { from, reach })
            .unwrap_or_else(|faults| panic!("{faults:?}: {text}"))
    }

    /// Returns the one who is on duty at an instant.
    #[track_caller]
    pub(crate) fn on_duty_at(&self, at: DateTime<Utc>) -> Option<String> {
        self.plan_from(at, 1)
            .shifts
            .first()
            .filter(|shift| shift.window.start() <= at)
            .and_then(member_of)
    }
}

/// The days of a week.
pub(crate) const EVERY_DAY: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Returns the one who serves in a shift of one seat.
pub(crate) fn member_of(shift: &Shift) -> Option<String> {
    shift.members().next().map(ToString::to_string)
}

/// Returns the one who is on duty at an instant of a plan.
pub(crate) fn on_duty(plan: &Plan, at: DateTime<Utc>) -> Option<String> {
    plan.shifts.iter().find(|shift| shift.window.contains(at)).and_then(member_of)
}

/// Returns who serves when, cut to a window; stretches of one member that touch are one.
pub(crate) fn stretches(plan: &Plan, window: Instants) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    for shift in &plan.shifts {
        let (start, end) =
            (shift.window.start().max(window.from), shift.window.end().min(window.until));
        for member in shift.members().map(ToString::to_string) {
            let before = all.iter_mut().find(|one| one.member == member && one.end == start);
            match before {
                Some(before) => before.end = end,
                None if start < end => all.push(Stretch { start, end, member }),
                None => {}
            }
        }
    }
    all.sort_by(|a, b| (a.start, &a.member).cmp(&(b.start, &b.member)));
    all
}

/// Returns the time of day so many seconds later.
pub(crate) fn later(time: NaiveTime, seconds: i64) -> NaiveTime {
    time.overflowing_add_signed(TimeDelta::seconds(seconds)).0
}

/// Returns the time of day that is written there.
pub(crate) fn time_of(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").expect("the case names a time of day")
}
