//! The modals, read: what is taken, and what is said about each field that is not.

use chrono::{DateTime, NaiveDate, Utc};
use domain::absence::{Half, Span};
use domain::action::{AbsenceForm, CreateForm, Field};
use domain::form::{CADENCE_CHOICES, read_absence_form, read_create_form};
use domain::ids::{ChannelId, UserId};
use domain::zone::Zone;
use proptest::prelude::*;

#[test]
fn a_filled_form_becomes_a_rotation() {
    let rotation = read_create_form(&good_form(), now()).unwrap();

    assert_eq!(rotation.name, "Support");
    assert_eq!(rotation.members, [UserId::new("U1"), UserId::new("U2")]);
    assert_eq!(rotation.channel, ChannelId::new("C1"));
    assert_eq!(rotation.rules.zone.name(), "Europe/Berlin");
    assert_eq!(rotation.rules.cadence.in_words(), "every week on Monday at 09:00");
    assert_eq!(rotation.rules.validate(), Ok(()));
}

#[test]
fn every_choice_of_a_cadence_is_a_valid_one() {
    let said: Vec<String> = CADENCE_CHOICES
        .iter()
        .map(|choice| {
            let form = CreateForm { cadence: Some(choice.code.into()), ..good_form() };
            let rules = read_create_form(&form, now()).unwrap().rules;
            assert_eq!(rules.validate(), Ok(()), "{}", choice.code);
            format!("{}: {}", choice.label, rules.cadence.in_words())
        })
        .collect();

    insta::assert_snapshot!(said.join("\n"), @r"
    Every day: every day at 09:00
    Every workday (Monday to Friday): Monday to Friday at 09:00
    Every week: every week on Monday at 09:00
    Every two weeks: every 2 weeks on Monday at 09:00
    Every month: every month on the 23rd at 09:00
    ");
}

#[test]
fn an_empty_form_is_answered_field_by_field_in_its_order() {
    let errors = read_create_form(&CreateForm::default(), now()).unwrap_err();

    insta::assert_snapshot!(listed(&errors), @r"
    name: Give the rotation a name, such as support.
    members: Choose at least one person, in the order in which they take turns.
    cadence: Choose how often the duty passes to the next person.
    first_day: Choose the day on which the first turn begins.
    time: Type the time of the handoff as hours and minutes, such as 09:00.
    zone: Type the time zone of the rotation, such as Europe/Berlin.
    channel: Choose the channel in which handoffs are announced.
    ");
}

#[test]
fn nonsense_is_answered_with_what_to_do() {
    let form = CreateForm {
        name: Some("two\nlines".into()),
        members: vec![UserId::new("U1"), UserId::new("U2"), UserId::new("U1")],
        cadence: Some("fortnight".into()),
        first_day: Some("2027-11-24".into()),
        time: Some("25:00".into()),
        zone: Some("Europe/Berln".into()),
        channel: Some(ChannelId::new("C1")),
    };

    let errors = read_create_form(&form, now()).unwrap_err();

    insta::assert_snapshot!(listed(&errors), @r"
    name: Please keep the name on one line and leave out special control characters.
    members: Somebody is chosen twice. Please choose each person once.
    cadence: Choose how often the duty passes to the next person.
    first_day: Choose a day at most a year from today: between 2025-11-22 and 2027-11-22.
    time: Type the time of the handoff as hours and minutes, such as 09:00.
    zone: “Europe/Berln” is not a time zone. Did you mean “Europe/Berlin”?
    ");
}

#[test]
fn times_are_taken_as_people_type_them() {
    for (typed, time) in
        [("9:00", "09:00"), ("09:00", "09:00"), (" 17.30 ", "17:30"), ("0:05", "00:05")]
    {
        let form = CreateForm { time: Some(typed.into()), ..good_form() };
        let anchor = read_create_form(&form, now()).unwrap().rules.cadence.anchor;

        assert_eq!(anchor.format("%H:%M").to_string(), time, "{typed}");
    }
    for typed in ["24:00", "9:60", "9", "9:0", "9:000", "-9:00", "+9:00", "9:00:00", "nine", "٩:٠٠"]
    {
        check_field(&CreateForm { time: Some(typed.into()), ..good_form() }, Field::Time);
    }
}

#[test]
fn zones_are_taken_in_any_case() {
    for typed in ["europe/berlin", " EUROPE/BERLIN ", "America/New York"] {
        let form = CreateForm { zone: Some(typed.into()), ..good_form() };

        assert!(read_create_form(&form, now()).is_ok(), "{typed}");
    }
    for typed in ["Berlin", "Mars/Olympus", "+02:00", "CEST", "../../etc/passwd"] {
        check_field(&CreateForm { zone: Some(typed.into()), ..good_form() }, Field::Zone);
    }
}

#[test]
fn the_bounds_of_a_rotation_are_kept() {
    let people = |count: usize| (0..count).map(|n| UserId::new(&format!("U{n}"))).collect();
    let name = |length: usize| Some("ä".repeat(length));
    assert!(read_create_form(&CreateForm { name: name(80), ..good_form() }, now()).is_ok());
    assert!(read_create_form(&CreateForm { members: people(100), ..good_form() }, now()).is_ok());
    check_field(&CreateForm { name: name(81), ..good_form() }, Field::Name);
    check_field(&CreateForm { members: people(101), ..good_form() }, Field::Members);
    for day in ["2025-11-22", "2027-11-22"] {
        let form = CreateForm { first_day: Some(day.into()), ..good_form() };
        assert!(read_create_form(&form, now()).is_ok(), "{day}");
    }
    for day in ["2025-11-21", "2027-11-23", "2026-02-30", "+99999-01-01", "tomorrow"] {
        check_field(&CreateForm { first_day: Some(day.into()), ..good_form() }, Field::FirstDay);
    }
}

#[test]
fn an_absence_form_is_read_in_every_shape() {
    let form = |days: (&str, &str), begins: (&str, &str), ends: (&str, &str)| AbsenceForm {
        who: None,
        from: text(days.0),
        from_part: text(begins.0),
        from_time: text(begins.1),
        to: text(days.1),
        to_part: text(ends.0),
        to_time: text(ends.1),
        is_open: false,
    };
    let (first, last) = (day("2026-12-24"), day("2027-01-02"));
    let days =
        |from_noon, until_noon| Span::Days { first, last: Some(last), from_noon, until_noon };
    let clock = |start, end: Option<&str>| Span::Clock { start: at(start), end: end.map(at) };
    for (form, span) in [
        (form(("2026-12-24", "2027-01-02"), ("", ""), ("", "")), days(false, false)),
        (form(("2026-12-24", "2027-01-02"), ("noon", ""), ("day", "")), days(true, false)),
        (form(("2026-12-24", "2027-01-02"), ("noon", ""), ("noon", "")), days(true, true)),
        (form(("2026-12-24", ""), ("day", ""), ("day", "")), Span::days(first, first)),
        (form(("2026-12-24", ""), ("noon", ""), ("", "")), Span::half(first, Half::Afternoon)),
        (
            form(("2026-12-24", "2026-12-24"), ("", ""), ("noon", "")),
            Span::half(first, Half::Morning),
        ),
        (
            form(("2026-12-24", ""), ("time", "14:00"), ("time", "16:00")),
            clock("2026-12-24T13:00:00Z", Some("2026-12-24T15:00:00Z")),
        ),
        (
            form(("2026-12-24", "2026-12-27"), ("", "14:00"), ("noon", "")),
            clock("2026-12-24T13:00:00Z", Some("2026-12-27T11:00:00Z")),
        ),
        (
            form(("2026-12-24", ""), ("noon", ""), ("day", "17:00")),
            clock("2026-12-24T11:00:00Z", Some("2026-12-24T16:00:00Z")),
        ),
        (
            AbsenceForm { is_open: true, ..form(("2026-12-24", ""), ("noon", ""), ("", "")) },
            Span::Days { first, last: None, from_noon: true, until_noon: false },
        ),
        (
            AbsenceForm { is_open: true, ..form(("2026-12-24", ""), ("time", "14:00"), ("", "")) },
            clock("2026-12-24T13:00:00Z", None),
        ),
    ] {
        assert_eq!(read_absence_form(&form, &berlin(), now()), Ok(span), "{form:?}");
    }
}

#[test]
fn an_absence_form_is_answered_at_the_field_that_is_wrong() {
    let days = |from: &str, to: &str| AbsenceForm {
        from: text(from),
        to: text(to),
        ..AbsenceForm::default()
    };
    let tomorrow = || days("2026-11-23", "");
    let said: Vec<String> = [
        AbsenceForm::default(),
        days("soon", "later"),
        days("2026-12-24", "2026-12-20"),
        days("2026-11-01", "2026-11-02"),
        days("2026-11-01", ""),
        days("2030-11-01", "2030-11-02"),
        days("2026-12-24", "2028-12-24"),
        AbsenceForm { from_part: text("noon"), from_time: text("14:00"), ..tomorrow() },
        AbsenceForm { from_part: text("time"), to_part: text("time"), ..tomorrow() },
        AbsenceForm { from_part: text("dawn"), to_time: text("25:00"), ..tomorrow() },
        AbsenceForm { from_part: text("noon"), to_part: text("noon"), ..tomorrow() },
        AbsenceForm { from_time: text("14:00"), to_time: text("13:00"), ..tomorrow() },
        AbsenceForm { to_time: text("00:30"), ..days("2026-11-22", "") },
        AbsenceForm { is_open: true, to_time: text("13:00"), ..days("2026-11-23", "2026-11-24") },
        AbsenceForm { is_open: true, ..days("2024-11-23", "") },
    ]
    .into_iter()
    .map(|form| listed(&read_absence_form(&form, &berlin(), now()).unwrap_err()))
    .collect();

    insta::assert_snapshot!(said.join("\n--\n"));
}

fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn berlin() -> Zone {
    Zone::parse("Europe/Berlin").unwrap()
}

proptest! {
    // A zone that does not exist is compared with all that do, so a case costs milliseconds.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_text_in_any_field_is_answered_without_a_panic(
        name in ".{0,100}",
        cadence in ".{0,20}",
        first_day in "[0-9+-]{0,12}",
        time in "[0-9:.]{0,6}|.{0,9}",
        zone in ".{0,40}",
    ) {
        let form = CreateForm {
            name: Some(name),
            cadence: Some(cadence),
            first_day: Some(first_day),
            time: Some(time),
            zone: Some(zone),
            ..good_form()
        };

        if let Err(errors) = read_create_form(&form, now()) {
            prop_assert!(errors.is_sorted_by_key(|(field, _)| *field));
        }
    }
}

fn good_form() -> CreateForm {
    CreateForm {
        name: Some(" Support ".into()),
        members: vec![UserId::new("U1"), UserId::new("U2")],
        cadence: Some("week".into()),
        first_day: Some("2026-11-23".into()),
        time: Some("9:00".into()),
        zone: Some("europe/berlin".into()),
        channel: Some(ChannelId::new("C1")),
    }
}

#[track_caller]
fn check_field(form: &CreateForm, field: Field) {
    let errors = read_create_form(form, now()).unwrap_err();

    assert_eq!(errors.iter().map(|(field, _)| *field).collect::<Vec<_>>(), [field], "{form:?}");
}

fn listed(errors: &[(Field, String)]) -> String {
    let lines = errors.iter().map(|(field, text)| format!("{}: {text}", field.block_id()));
    lines.collect::<Vec<_>>().join("\n")
}

fn now() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
