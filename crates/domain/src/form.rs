//! Modal values, read: facts where all are well, else what to do, field by field.

mod absence;

pub use absence::{AT_NOON, AT_TIME, WITH_DAY, check_absence, read_absence_form};

use crate::action::{CreateForm, Field};
use crate::cadence::{Cadence, Unit, Weekdays};
use crate::command::MAX_NAME;
use crate::ids::{ChannelId, UserId};
use crate::rules::Rules;
use crate::zone::Zone;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use std::collections::HashSet;

/// The most members that can be chosen in the modal.
pub const MAX_CHOSEN: usize = 100;

/// How far from today, in days, the first day of a rotation may lie, before or after.
const FIRST_DAY_REACH: Days = Days::new(365);

/// A choice of how often a rotation hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CadenceChoice {
    /// What Slack carries.
    pub code: &'static str,
    /// What people read.
    pub label: &'static str,
}

/// The choices, in the order in which they are offered.
pub const CADENCE_CHOICES: &[CadenceChoice] = &[
    CadenceChoice { code: "day", label: "Every day" },
    CadenceChoice { code: "workday", label: "Every workday (Monday to Friday)" },
    CadenceChoice { code: "week", label: "Every week" },
    CadenceChoice { code: "two_weeks", label: "Every two weeks" },
    CadenceChoice { code: "month", label: "Every month" },
];

/// A rotation that can be made.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRotation {
    /// The name, 1 to [`MAX_NAME`] characters without space around it.
    pub name: String,
    /// The members in order: 1 to [`MAX_CHOSEN`], nobody twice.
    pub members: Vec<UserId>,
    /// The rules.
    pub rules: Rules,
    /// The channel that is told.
    pub channel: ChannelId,
}

/// Returns the rotation that the create modal describes.
///
/// # Errors
///
/// For each field that is missing or makes no sense a sentence that says what to do, in the order of the form.
pub fn read_create_form(
    form: &CreateForm,
    now: DateTime<Utc>,
) -> Result<NewRotation, Vec<(Field, String)>> {
    let mut errors = Vec::new();
    let name = kept(&mut errors, Field::Name, read_name(form.name.as_deref()));
    let members = kept(&mut errors, Field::Members, read_members(&form.members));
    let choice = kept(&mut errors, Field::Cadence, read_choice(form.cadence.as_deref()));
    let zone = kept(&mut errors, Field::Zone, read_zone(form.zone.as_deref()));
    let today = zone.as_ref().unwrap_or(&Zone::utc()).date_of(now);
    let day = read_first_day(form.first_day.as_deref(), today);
    let day = kept(&mut errors, Field::FirstDay, day);
    let time = kept(&mut errors, Field::Time, read_time(form.time.as_deref()));
    let channel = form.channel.clone().ok_or("Choose the channel in which handoffs are announced.");
    let channel = kept(&mut errors, Field::Channel, channel.map_err(String::from));
    let (Some(name), Some(members), Some(channel)) = (name, members, channel) else {
        return Err(in_order(errors));
    };
    let (Some((every, unit, weekdays)), Some(zone), Some(day), Some(time)) =
        (choice, zone, day, time)
    else {
        return Err(in_order(errors));
    };
    let cadence = Cadence { every, unit, anchor: day.and_time(time), weekdays, nth_weekday: None };
    let rules = Rules::new(zone, cadence);
    Ok(NewRotation { name, members, rules, channel })
}

pub(crate) fn read_name(typed: Option<&str>) -> Result<String, String> {
    let name = typed.unwrap_or_default().trim();
    let length = name.chars().count();
    if name.is_empty() {
        Err("Give the rotation a name, such as support.".into())
    } else if length > MAX_NAME {
        Err(format!("That is {length} characters long. Please use at most {MAX_NAME}."))
    } else if name.chars().any(char::is_control) {
        Err("Please keep the name on one line and leave out special control characters.".into())
    } else {
        Ok(name.into())
    }
}

fn read_members(members: &[UserId]) -> Result<Vec<UserId>, String> {
    let mut seen = HashSet::new();
    if members.is_empty() {
        Err("Choose at least one person, in the order in which they take turns.".into())
    } else if members.len() > MAX_CHOSEN {
        let count = members.len();
        Err(format!("{count} people are too many at once. Please choose at most {MAX_CHOSEN}."))
    } else if members.iter().any(|member| !seen.insert(member)) {
        Err("Somebody is chosen twice. Please choose each person once.".into())
    } else {
        Ok(members.to_vec())
    }
}

pub(crate) fn read_choice(code: Option<&str>) -> Result<(u32, Unit, Option<Weekdays>), String> {
    match code.unwrap_or_default() {
        "day" => Ok((1, Unit::Day, None)),
        "workday" => Ok((1, Unit::Day, Some(Weekdays::monday_to_friday()))),
        "week" => Ok((1, Unit::Week, None)),
        "two_weeks" => Ok((2, Unit::Week, None)),
        "month" => Ok((1, Unit::Month, None)),
        _ => Err("Choose how often the duty passes to the next person.".into()),
    }
}

fn read_first_day(typed: Option<&str>, today: NaiveDate) -> Result<NaiveDate, String> {
    let day = read_day(typed, "Choose the day on which the first turn begins.")?;
    let first = today.checked_sub_days(FIRST_DAY_REACH).unwrap_or(today);
    let last = today.checked_add_days(FIRST_DAY_REACH).unwrap_or(today);
    if (first..=last).contains(&day) {
        Ok(day)
    } else {
        Err(format!("Choose a day at most a year from today: between {first} and {last}."))
    }
}

/// Reads a day as Slack's date pickers send it.
pub(crate) fn read_day(typed: Option<&str>, what_to_do: &str) -> Result<NaiveDate, String> {
    let typed = typed.unwrap_or_default().trim();
    // The parser alone would also take a year of six digits with a sign.
    let has_form = typed.len() == 10 && typed.is_ascii();
    NaiveDate::parse_from_str(typed, "%Y-%m-%d")
        .ok()
        .filter(|_| has_form)
        .ok_or_else(|| what_to_do.into())
}

pub(crate) fn read_time(typed: Option<&str>) -> Result<NaiveTime, String> {
    let typed = typed.unwrap_or_default().trim();
    let time = typed.split_once([':', '.']).and_then(|(hour, minute)| {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let has_form = matches!(hour.len(), 1..=2) && minute.len() == 2;
        if !has_form || !is_number(hour) || !is_number(minute) {
            return None;
        }
        NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
    });
    time.ok_or_else(|| "Type the time of the handoff as hours and minutes, such as 09:00.".into())
}

pub(crate) fn read_zone(typed: Option<&str>) -> Result<Zone, String> {
    let typed = typed.unwrap_or_default().trim();
    if typed.is_empty() {
        return Err("Type the time zone of the rotation, such as Europe/Berlin.".into());
    }
    let typed: String = typed.chars().take(MAX_NAME).collect();
    Zone::parse(&typed.replace(' ', "_")).map_err(|fault| fault.to_string())
}

/// Returns the value, or notes what is wrong with the field.
pub(crate) fn kept<T>(
    errors: &mut Vec<(Field, String)>,
    field: Field,
    read: Result<T, String>,
) -> Option<T> {
    read.map_err(|text| errors.push((field, text))).ok()
}

fn in_order(mut errors: Vec<(Field, String)>) -> Vec<(Field, String)> {
    errors.sort_by_key(|(field, _)| *field);
    errors
}
