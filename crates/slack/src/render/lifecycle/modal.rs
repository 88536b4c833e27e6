//! The modals of a rotation's life.

use super::super::blocks::{LONGEST_SECTION, clip, fit, plain_text};
use super::super::modal::{day_input, input, option, optional, text_input, view};
use super::super::names::{bare, name_of, names, plain, title};
use super::super::reply::turn_line;
use super::super::words::{Ink, Style};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use domain::action::Field;
use domain::command::MAX_NAME;
use domain::form::CADENCE_CHOICES;
use domain::ids::RotationId;
use domain::reply::TurnLine;
use domain::story::lifecycle::{
    CUSTOM, Change, EditDefaults, EditForm, HandOverModal, KEEP, MAX_HOURS_TEXT, Modal, MovedLine,
    NTH_WEEKDAYS, SKIP_CHOICES, UNIT_CHOICES, WEEKDAY_CHOICES,
};
use serde_json::{Value, json};

/// The longest zone or number that can be typed, in characters.
const LONGEST_TYPED: usize = 100;

/// Returns a modal as Slack takes it.
pub(in super::super) fn render(modal: &Modal, now: DateTime<Utc>) -> Value {
    match modal {
        Modal::Edit(defaults) => with_context(
            view("lifecycle_edit", "Edit rotation", "Next", &edit_blocks(defaults, now)),
            &format!("{}|{}", defaults.rotation, defaults.revision),
        ),
        Modal::Custom { rotation, revision, form } => with_context(
            view("lifecycle_custom", "It passes on", "Next", &custom_blocks(form)),
            &context_of(*rotation, *revision, form),
        ),
        Modal::Confirm(change) => with_context(
            view("lifecycle_confirm", "Save this?", "Save", &confirm_blocks(change, now)),
            &context_of(change.rotation, change.revision, &change.form),
        ),
        Modal::Pause { rotation, name, tomorrow } => with_context(
            view("lifecycle_pause", "Pause", "Pause", &pause_blocks(name, *tomorrow)),
            &rotation.to_string(),
        ),
        Modal::Delete { rotation, name } => with_context(
            view("lifecycle_delete", "Delete?", "Delete", &delete_blocks(name)),
            &rotation.to_string(),
        ),
        Modal::HandOver(modal) => {
            let at = modal.planned_at.to_rfc3339_opts(SecondsFormat::Micros, true);
            let context = format!("{}|{at}|{}", modal.rotation, modal.from.user);
            let blocks = hand_over_blocks(modal, now);
            with_context(view("lifecycle_hand_over", "Hand over", "Hand over", &blocks), &context)
        }
    }
}

fn with_context(mut view: Value, context: &str) -> Value {
    view["private_metadata"] = json!(context);
    view
}

fn context_of(rotation: RotationId, revision: u64, form: &EditForm) -> String {
    let form = serde_json::to_string(form).unwrap_or_default();
    format!("{rotation}|{revision}|{form}")
}

fn edit_blocks(defaults: &EditDefaults, now: DateTime<Utc>) -> Vec<Value> {
    let form = &defaults.form;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let zone = text(&form.zone);
    let ink = Ink::new(&zone, now, Style::Block);
    let mut blocks = Vec::new();
    if !defaults.turns.is_empty() {
        blocks.push(section(&turns("As it is now:", &defaults.turns, &ink)));
    }
    blocks.extend([
        input(Field::Name, "Name", None, text_input(form.name.as_deref(), MAX_NAME)),
        input(
            Field::Channel,
            "Channel that is told",
            Some("Invite me to a private channel first, with /invite."),
            channel_input(form),
        ),
        input(Field::Cadence, "It passes on", None, cadence_input(form, &defaults.cadence)),
        input(
            Field::FirstDay,
            "Counted from",
            Some("A weekly duty passes on this weekday, a monthly one on this day of the month."),
            day_element(form.day.as_deref()),
        ),
        input(Field::Time, "Handoff time", None, time_element(form.time.as_deref())),
        input(
            Field::Zone,
            "Time zone",
            Some(
                "A name such as Europe/Berlin. The handoff stays at this wall-clock time all year.",
            ),
            text_input(Some(&zone), LONGEST_TYPED),
        ),
        optional(input(
            Field::DutyHours,
            "Duty hours",
            Some("A line for each window, such as Mon-Fri 09:00-17:00. Nothing means always."),
            hours_input(form.duty_hours.as_deref()),
        )),
        input(
            Field::Seats,
            "How many are on duty at once",
            None,
            text_input(form.seats.as_deref(), LONGEST_TYPED),
        ),
        input(Field::SkipRule, "Somebody is passed over when", None, skip_input(form)),
        optional(input(
            Field::SkipAmount,
            "Share or hours",
            Some("The percent or the hours of the choice above, such as 25."),
            text_input(form.skip_amount.as_deref(), LONGEST_TYPED),
        )),
        optional(input(Field::MakeUp, "Turns that were missed", None, make_up_input(form.make_up))),
        optional(input(
            Field::Fallback,
            "Who stands in when nobody can",
            None,
            // Slack knows nobody by the name of whoever was erased.
            user_input(
                form.fallback
                    .as_ref()
                    .filter(|it| !it.is_erased())
                    .map(domain::ids::UserId::as_str),
            ),
        )),
    ]);
    blocks
}

fn custom_blocks(form: &EditForm) -> Vec<Value> {
    let units = UNIT_CHOICES.map(|(code, label)| option(code, label));
    let days = WEEKDAY_CHOICES.map(|(code, label)| option(code, label));
    let chosen: Vec<Value> = WEEKDAY_CHOICES
        .iter()
        .filter(|(code, _)| form.weekdays.iter().any(|day| day == code))
        .map(|(code, label)| option(code, label))
        .collect();
    let nth: Vec<Value> = NTH_WEEKDAYS
        .iter()
        .flat_map(|(nth, place)| {
            WEEKDAY_CHOICES
                .iter()
                .map(move |(code, day)| option(&format!("{nth} {code}"), &format!("{place} {day}")))
        })
        .collect();
    let mut weekdays = json!({ "type": "checkboxes", "options": days });
    if !chosen.is_empty() {
        weekdays["initial_options"] = json!(chosen);
    }
    vec![
        input(Field::Every, "Every", None, text_input(form.every.as_deref(), LONGEST_TYPED)),
        input(
            Field::Unit,
            "Hours, days, weeks or months",
            None,
            select(&units, form.unit.as_deref()),
        ),
        optional(input(
            Field::Weekdays,
            "Only on these days",
            Some("With days and weeks. Other days use up nobody's turn. Nothing means every day."),
            weekdays,
        )),
        optional(input(
            Field::NthWeekday,
            "On this weekday of the month",
            Some("With months. Nothing means the day of the month from which it counts."),
            select(&nth, form.nth_weekday.as_deref()),
        )),
    ]
}

fn confirm_blocks(change: &Change, now: DateTime<Utc>) -> Vec<Value> {
    let ink = Ink::new(&change.zone, now, Style::Block);
    let mut blocks = vec![section(&format!(
        "{} passes on {} ({}).",
        title(&change.name),
        plain(&change.cadence),
        plain(&change.zone)
    ))];
    blocks.push(section(&turns("The next turns now:", &change.before, &ink)));
    blocks.push(section(&turns("The next turns then:", &change.after, &ink)));
    let moved: Vec<String> = change
        .moved
        .iter()
        .map(|MovedLine { person, was, is }| {
            let at = |at: &Option<DateTime<Utc>>| {
                at.map_or_else(|| String::from("no turn"), |at| ink.at(at))
            };
            if is == was {
                return format!("• {}: the turn that runs ends at another time", name_of(person));
            }
            format!("• {}: {} instead of {}", name_of(person), at(is), at(was))
        })
        .collect();
    if moved.is_empty() {
        blocks.push(section("Nobody's next turn moves."));
    } else {
        let mut lines = vec![String::from("These people's next turn moves, and they are told:")];
        lines.extend(moved);
        blocks.push(section(&fit(&lines, LONGEST_SECTION)));
    }
    blocks
}

fn pause_blocks(name: &str, tomorrow: NaiveDate) -> Vec<Value> {
    let day = json!({ "type": "datepicker", "placeholder": plain_text("Pick a day", 150) });
    vec![
        section(&format!(
            "While {} is paused nobody is on duty, and nothing is posted. The turn that runs ends now; the order stays.",
            title(name)
        )),
        optional(input(
            Field::RestEnd,
            "Until the beginning of",
            Some(&format!("From {tomorrow} on. Nothing means until somebody resumes it.")),
            day,
        )),
    ]
}

fn delete_blocks(name: &str) -> Vec<Value> {
    vec![section(&format!(
        "{} ends now: nobody is on duty any more, and nothing is posted. The channel is told once. For 30 days it can be brought back as it was; after that it is erased with its history.",
        title(name)
    ))]
}

fn hand_over_blocks(modal: &HandOverModal, now: DateTime<Utc>) -> Vec<Value> {
    let ink = Ink::new(&modal.zone, now, Style::Block);
    let to = modal.to.as_ref().map_or_else(|| String::from("the next who is free"), name_of);
    let mut blocks = vec![section(&format!(
        "The duty for {} passes now from {} to {to}, until {}. The order stays as it is. The channel and both of them are told.",
        title(&modal.name),
        name_of(&modal.from),
        ink.at(modal.until)
    ))];
    if modal.serving.len() > 1 {
        blocks.push(section(&format!("On duty are {}.", names(&modal.serving))));
        let options: Vec<Value> = modal
            .serving
            .iter()
            .take(100)
            .map(|person| option(person.user.as_str(), &bare(person)))
            .collect();
        let chosen = select(&options, Some(modal.from.user.as_str()));
        blocks.push(input(Field::HandsOver, "Who hands over", None, chosen));
    }
    let to = modal.to.as_ref().map(|person| person.user.as_str());
    blocks.push(input(
        Field::TakesOver,
        "Who takes over",
        Some("A member of the rotation who is not on duty."),
        user_input(to),
    ));
    blocks
}

/// Returns turns as lines under a heading.
fn turns(heading: &str, turns: &[TurnLine], ink: &Ink) -> String {
    let lines = turns.iter().map(|turn| turn_line(turn, ink));
    fit(&std::iter::once(heading.to_owned()).chain(lines).collect::<Vec<String>>(), LONGEST_SECTION)
}

/// Returns a section of mrkdwn with nothing beside it.
fn section(text: &str) -> Value {
    super::super::blocks::section(text, None)
}

fn select(options: &[Value], chosen: Option<&str>) -> Value {
    let mut element = json!({ "type": "static_select", "options": options });
    if let Some(chosen) = options.iter().find(|option| option["value"].as_str() == chosen) {
        element["initial_option"] = chosen.clone();
    }
    element
}

fn cadence_input(form: &EditForm, words: &str) -> Value {
    let mut options = Vec::new();
    if form.cadence.as_deref() == Some(KEEP) {
        options.push(option(KEEP, &clip(&format!("As now: {words}"), 75)));
    }
    options.extend(CADENCE_CHOICES.iter().map(|choice| option(choice.code, choice.label)));
    options.push(option(CUSTOM, "Something else…"));
    select(&options, form.cadence.as_deref())
}

fn channel_input(form: &EditForm) -> Value {
    let mut element = json!({
        "type": "conversations_select",
        "filter": { "include": ["public", "private"], "exclude_bot_users": true },
    });
    if let Some(channel) = &form.channel {
        element["initial_conversation"] = json!(channel.as_str());
    }
    element
}

fn day_element(day: Option<&str>) -> Value {
    match day.and_then(|day| day.parse().ok()) {
        Some(day) => day_input(day),
        None => json!({ "type": "datepicker" }),
    }
}

fn time_element(time: Option<&str>) -> Value {
    let mut element = json!({ "type": "timepicker" });
    if let Some(time) = time {
        element["initial_time"] = json!(time);
    }
    element
}

fn hours_input(hours: Option<&str>) -> Value {
    let mut element = text_input(hours, MAX_HOURS_TEXT);
    element["multiline"] = json!(true);
    element
}

fn skip_input(form: &EditForm) -> Value {
    let options = SKIP_CHOICES.map(|(code, label)| option(code, label));
    select(&options, form.skip.as_deref())
}

fn make_up_input(is_on: bool) -> Value {
    let choice = option("make_up", "Who was passed over goes next when they are free");
    let mut element = json!({ "type": "checkboxes", "options": [choice] });
    if is_on {
        element["initial_options"] = json!([choice]);
    }
    element
}

fn user_input(user: Option<&str>) -> Value {
    let mut element = json!({ "type": "users_select" });
    if let Some(user) = user {
        element["initial_user"] = json!(user);
    }
    element
}
