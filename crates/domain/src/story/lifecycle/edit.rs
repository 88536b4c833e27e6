//! The edit of a rotation: its form filled with what is so, and read into what is to be.

use super::hours::{hours_text, parse_hours};
use crate::action::Field;
use crate::cadence::{Cadence, NthWeekday, Unit, Weekdays, day_code, parse_day};
use crate::fault::Fault;
use crate::form::{CadenceChoice, kept, read_choice, read_day, read_name, read_time, read_zone};
use crate::ids::{ChannelId, RotationId, UserId};
use crate::reply::TurnLine;
use crate::rules::Rules;
use crate::skip::SkipRule;
use crate::zone::Zone;
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// The choice that leaves the cadence as it is, where it is none of the usual ones.
pub const KEEP: &str = "keep";

/// The choice of a cadence that is none of the usual ones.
pub const CUSTOM: &str = "custom";

/// The longest text of duty hours, in characters.
pub const MAX_HOURS_TEXT: usize = 600;

/// How far from today, in days, the day may lie from which a cadence counts.
const DAY_REACH: Days = Days::new(365);

/// The skip rules that are offered, with what people read.
pub const SKIP_CHOICES: [(&str, &str); 4] = [
    ("over_share", "away for more than a share of the turn (percent)"),
    ("any", "away for any part of the turn"),
    ("at_least_hours", "away for a number of hours or more"),
    ("never", "never"),
];

/// The units of a cadence, with what people read.
pub const UNIT_CHOICES: [(&str, &str); 4] =
    [("hour", "hours"), ("day", "days"), ("week", "weeks"), ("month", "months")];

/// The weekdays, with what people read.
pub const WEEKDAY_CHOICES: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

/// The places of a weekday in a month, with what people read.
pub const NTH_WEEKDAYS: [(i8, &str); 5] =
    [(1, "First"), (2, "Second"), (3, "Third"), (4, "Fourth"), (-1, "Last")];

/// A step of the edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The form itself.
    Main,
    /// The cadence that is none of the usual ones.
    Custom,
    /// What the edit does was seen, and it is to be saved.
    Confirm,
}

/// The values of the edit, unchecked; `None` where Slack sent none. It travels from step to step as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EditForm {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The channel that is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// How often it hands over: a code of `form`'s choices, [`KEEP`] or [`CUSTOM`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cadence: Option<String>,
    /// The day from which the cadence counts, as `2026-06-08`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// The handoff time, as `09:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The IANA zone, as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// How many serve at once, as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<String>,
    /// A code of [`SKIP_CHOICES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip: Option<String>,
    /// The percent or hours of the skip rule, as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_amount: Option<String>,
    /// Whether turns are made up.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub make_up: bool,
    /// Who stands in when nobody can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<UserId>,
    /// The duty hours, as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duty_hours: Option<String>,
    /// Of another cadence: how many units, as typed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    /// Of another cadence: a code of [`UNIT_CHOICES`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Of another cadence: codes of [`WEEKDAY_CHOICES`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<String>,
    /// Of another cadence: such as `1 mon` or `-1 fri`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth_weekday: Option<String>,
}

/// What the edit modal shows when it opens.
#[derive(Clone, Debug, PartialEq)]
pub struct EditDefaults {
    /// The rotation.
    pub rotation: RotationId,
    /// Its revision.
    pub revision: u64,
    /// The fields as they are.
    pub form: EditForm,
    /// The cadence in plain words.
    pub cadence: String,
    /// The next turns as they are.
    pub turns: Vec<TurnLine>,
}

/// What an edit asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// The name.
    pub name: String,
    /// The channel that is told.
    pub channel: ChannelId,
    /// The rules.
    pub rules: Rules,
}

impl EditForm {
    /// Returns the form filled with what is so.
    #[must_use]
    pub fn of(name: &str, channel: &ChannelId, rules: &Rules) -> Self {
        let Rules { zone, cadence, skip, duty_hours, seats, make_up, fallback } = rules;
        let (skip, skip_amount) = match skip {
            SkipRule::OverShare(share) => ("over_share", Some(number(share * 100.0))),
            SkipRule::Any => ("any", None),
            SkipRule::AtLeastHours(hours) => ("at_least_hours", Some(number(*hours))),
            SkipRule::Never => ("never", None),
        };
        let codes = |days: Weekdays| days.iter().map(|day| day_code(day).to_owned()).collect();
        Self {
            name: Some(name.to_owned()),
            channel: Some(channel.clone()),
            cadence: Some(choice_of(cadence).unwrap_or(KEEP).to_owned()),
            day: Some(cadence.anchor.date().to_string()),
            time: Some(cadence.anchor.format("%H:%M").to_string()),
            zone: Some(zone.name().to_owned()),
            seats: Some(seats.to_string()),
            skip: Some(skip.to_owned()),
            skip_amount,
            make_up: *make_up,
            fallback: fallback.clone(),
            duty_hours: duty_hours.as_ref().map(hours_text),
            every: Some(cadence.every.to_string()),
            unit: Some(cadence.unit.name().to_owned()),
            weekdays: cadence.weekdays.map(codes).unwrap_or_default(),
            nth_weekday: cadence.nth_weekday.map(|it| format!("{} {}", it.nth, day_code(it.day))),
        }
    }
}

/// Returns the code of the usual choice that a cadence is, if it is one.
#[must_use]
pub fn choice_of(cadence: &Cadence) -> Option<&'static str> {
    let Cadence { every, unit, weekdays, nth_weekday, .. } = cadence;
    crate::form::CADENCE_CHOICES
        .iter()
        .map(|CadenceChoice { code, .. }| *code)
        .find(|code| read_choice(Some(code)) == Ok((*every, *unit, *weekdays)))
        .filter(|_| nth_weekday.is_none())
}

/// Checks the fields of the first step, those of a cadence of its own left out.
///
/// # Errors
///
/// For each field that is missing or makes no sense a sentence that says what to do, in the order of the form.
pub fn read_main_fields(
    form: &EditForm,
    was: &Rules,
    now: DateTime<Utc>,
) -> Result<(), Vec<(Field, String)>> {
    let usual = EditForm { cadence: Some(KEEP.to_owned()), ..form.clone() };
    let read = read(&usual, was, now);
    // How the hours and the old cadence go together does not matter; whether they can be read does.
    read.map(drop).or_else(|errors| {
        let parse = parse_hours(form.duty_hours.as_deref().unwrap_or_default());
        let is_hours = |error: &(Field, String)| error.0 == Field::DutyHours;
        let errors: Vec<_> =
            errors.into_iter().filter(|error| !is_hours(error) || parse.is_err()).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    })
}

/// Returns what the form asks for.
///
/// # Errors
///
/// For each field that is missing or makes no sense a sentence that says what to do, in the order of the form.
pub fn read_edit_form(
    form: &EditForm,
    was: &Rules,
    now: DateTime<Utc>,
) -> Result<Edited, Vec<(Field, String)>> {
    read(form, was, now)
}

fn read(form: &EditForm, was: &Rules, now: DateTime<Utc>) -> Result<Edited, Vec<(Field, String)>> {
    let mut errors = Vec::new();
    let name = kept(&mut errors, Field::Name, read_name(form.name.as_deref()));
    let channel = form.channel.clone().ok_or("Choose the channel in which handoffs are announced.");
    let channel = kept(&mut errors, Field::Channel, channel.map_err(String::from));
    let shape = read_shape(form, &was.cadence).map_err(|(field, text)| errors.push((field, text)));
    let zone = kept(&mut errors, Field::Zone, read_zone(form.zone.as_deref()));
    let today = zone.as_ref().unwrap_or(&Zone::utc()).date_of(now);
    let day = read_anchor_day(form.day.as_deref(), was.cadence.anchor.date(), today);
    let day = kept(&mut errors, Field::FirstDay, day);
    let time = kept(&mut errors, Field::Time, read_time(form.time.as_deref()));
    let seats = kept(&mut errors, Field::Seats, read_seats(form.seats.as_deref()));
    // What nobody touched stays as it is, to the last digit.
    let as_it_was = EditForm::of("", &ChannelId::new(""), was);
    let is_touched = form.skip != as_it_was.skip || form.skip_amount != as_it_was.skip_amount;
    let skip = if is_touched {
        read_skip(form.skip.as_deref(), form.skip_amount.as_deref())
    } else {
        Ok(was.skip)
    };
    let skip = kept(&mut errors, Field::SkipAmount, skip);
    let duty_hours = parse_hours(form.duty_hours.as_deref().unwrap_or_default());
    let duty_hours = kept(&mut errors, Field::DutyHours, duty_hours);
    let (Some(name), Some(channel), Ok((every, unit, weekdays, nth_weekday))) =
        (name, channel, shape)
    else {
        return Err(errors);
    };
    let (Some(zone), Some(day), Some(time), Some(seats), Some(skip), Some(duty_hours)) =
        (zone, day, time, seats, skip, duty_hours)
    else {
        return Err(errors);
    };
    let rules = Rules {
        zone,
        cadence: Cadence { every, unit, anchor: day.and_time(time), weekdays, nth_weekday },
        skip,
        duty_hours,
        seats,
        make_up: form.make_up,
        fallback: form.fallback.clone(),
    };
    match rules.validate() {
        Ok(()) => Ok(Edited { name, channel, rules }),
        Err(faults) => Err(faults.iter().map(beside_its_field).collect()),
    }
}

type Shape = (u32, Unit, Option<Weekdays>, Option<NthWeekday>);

/// Reads how often the duty passes, without the day and the time from which that counts.
fn read_shape(form: &EditForm, was: &Cadence) -> Result<Shape, (Field, String)> {
    match form.cadence.as_deref() {
        Some(KEEP) => Ok((was.every, was.unit, was.weekdays, was.nth_weekday)),
        Some(CUSTOM) => read_custom(form),
        code => read_choice(code)
            .map(|(every, unit, weekdays)| (every, unit, weekdays, None))
            .map_err(|text| (Field::Cadence, text)),
    }
}

fn read_custom(form: &EditForm) -> Result<Shape, (Field, String)> {
    let every = form.every.as_deref().unwrap_or_default().trim();
    let every = every.parse().map_err(|_| {
        (Field::Every, String::from("Type a whole number, such as 2 for every two weeks."))
    })?;
    let unit = match form.unit.as_deref() {
        Some("hour") => Unit::Hour,
        Some("day") => Unit::Day,
        Some("week") => Unit::Week,
        Some("month") => Unit::Month,
        _ => return Err((Field::Unit, String::from("Choose hours, days, weeks or months."))),
    };
    let days = form.weekdays.iter().map(|code| parse_day(code));
    let days: Option<Weekdays> = days.collect();
    let days =
        days.ok_or_else(|| (Field::Weekdays, String::from("Choose from the days shown.")))?;
    let nth_weekday =
        match form.nth_weekday.as_deref().filter(|code| !code.is_empty()) {
            None => None,
            Some(code) => Some(read_nth(code).ok_or_else(|| {
                (Field::NthWeekday, String::from("Choose from the weekdays shown."))
            })?),
        };
    Ok((every, unit, (!days.is_empty()).then_some(days), nth_weekday))
}

fn read_nth(code: &str) -> Option<NthWeekday> {
    let (nth, day) = code.split_once(' ')?;
    Some(NthWeekday { nth: nth.parse().ok()?, day: parse_day(day)? })
}

/// Reads the day from which the cadence counts: the one it counts from already, or one not far from today.
fn read_anchor_day(
    typed: Option<&str>,
    was: NaiveDate,
    today: NaiveDate,
) -> Result<NaiveDate, String> {
    let day = read_day(typed, "Choose the day from which it counts.")?;
    let first = today.checked_sub_days(DAY_REACH).unwrap_or(today);
    let last = today.checked_add_days(DAY_REACH).unwrap_or(today);
    if day == was || (first..=last).contains(&day) {
        Ok(day)
    } else {
        Err(format!("Choose a day at most a year from today: between {first} and {last}."))
    }
}

fn read_seats(typed: Option<&str>) -> Result<u16, String> {
    let seats = typed.unwrap_or_default().trim().parse();
    seats.map_err(|_| "Type how many people are on duty at once, such as 1.".into())
}

fn read_skip(code: Option<&str>, amount: Option<&str>) -> Result<SkipRule, String> {
    let typed = amount.unwrap_or_default().trim().trim_end_matches('%').trim().replace(',', ".");
    let amount = typed.parse::<f64>().ok().filter(|amount| amount.is_finite());
    match code {
        Some("any") => Ok(SkipRule::Any),
        Some("never") => Ok(SkipRule::Never),
        Some("over_share") => amount
            .filter(|percent| (0.0..100.0).contains(percent))
            .map(|percent| SkipRule::OverShare(percent / 100.0))
            .ok_or_else(|| "Type a share in percent: 0 or more, and less than 100.".into()),
        Some("at_least_hours") => amount
            .filter(|hours| *hours > 0.0)
            .map(SkipRule::AtLeastHours)
            .ok_or_else(|| "Type a number of hours, such as 8.".into()),
        _ => Err("Choose above when somebody is passed over.".into()),
    }
}

/// Returns the fault beside the field that mends it.
fn beside_its_field(fault: &Fault) -> (Field, String) {
    let path = fault.path.as_str();
    let field = match path {
        "cadence.every" => Field::Every,
        "cadence.weekdays" => Field::Weekdays,
        "seats" => Field::Seats,
        _ if path.starts_with("cadence.nth_weekday") => Field::NthWeekday,
        _ if path.starts_with("skip") => Field::SkipAmount,
        _ if path.starts_with("duty_hours") => Field::DutyHours,
        _ => Field::FirstDay,
    };
    (field, sentence(&fault.text))
}

/// Returns a fault's text as a sentence of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

/// Returns a number without more digits than it needs.
fn number(value: f64) -> String {
    format!("{}", (value * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests;
