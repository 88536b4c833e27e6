//! Tests of the edit form.

use super::*;

fn now() -> DateTime<Utc> {
    "2026-06-05T10:00:00Z".parse().unwrap()
}

fn rules(json: &str) -> Rules {
    serde_json::from_str(json).unwrap()
}

fn weekly() -> Rules {
    rules(
        r#"{"zone": "Europe/Berlin",
            "cadence": {"every": 1, "unit": "week", "anchor": "2020-01-06T09:00"}}"#,
    )
}

fn form(rules: &Rules) -> EditForm {
    EditForm::of("support", &ChannelId::new("C1"), rules)
}

#[track_caller]
fn check_unchanged(rules: &Rules, choice: &str) {
    let form = form(rules);

    assert_eq!(form.cadence.as_deref(), Some(choice));
    let json = serde_json::to_string(&form).unwrap();
    assert!(json.len() < 2000, "{json}");
    let back: EditForm = serde_json::from_str(&json).unwrap();
    assert_eq!(read_edit_form(&back, rules, now()).unwrap().rules, *rules);
    let custom = EditForm { cadence: Some(CUSTOM.to_owned()), ..back };
    assert_eq!(read_edit_form(&custom, rules, now()).unwrap().rules, *rules);
}

#[test]
fn a_form_that_nobody_touched_changes_nothing() {
    check_unchanged(&weekly(), "week");
    check_unchanged(
        &rules(
            r#"{"zone": "America/New_York", "seats": 3, "make_up": true, "fallback": "UF",
                "skip": {"at_least_hours": 7.5},
                "cadence": {"every": 1, "unit": "month", "anchor": "2020-01-06T09:00",
                            "nth_weekday": {"nth": -1, "day": "fri"}},
                "duty_hours": [{"days": ["mon", "tue", "wed"], "from": "22:00", "to": "06:00"}]}"#,
        ),
        KEEP,
    );
    check_unchanged(
        &rules(
            r#"{"zone": "UTC", "skip": {"never": true}, "cadence": {"every": 1, "unit": "day",
                "anchor": "2026-06-01T08:30", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}}"#,
        ),
        "workday",
    );
    check_unchanged(
        &rules(
            r#"{"zone": "UTC", "skip": {"over_share": 0.07}, "cadence": {"every": 8, "unit": "hour",
                "anchor": "2026-06-01T02:00"}}"#,
        ),
        KEEP,
    );
}

#[test]
fn another_time_keeps_the_anchors_day() {
    let edit = EditForm { time: Some("10:30".to_owned()), ..form(&weekly()) };

    let rules = read_edit_form(&edit, &weekly(), now()).unwrap().rules;

    assert_eq!(rules.cadence.anchor, "2020-01-06T10:30:00".parse().unwrap());
    assert_eq!(rules.cadence.every, 1);
}

#[track_caller]
fn check_fault(change: impl FnOnce(&mut EditForm), field: Field, words: &str) {
    let mut form = form(&weekly());
    change(&mut form);

    let errors = read_edit_form(&form, &weekly(), now()).unwrap_err();

    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].0, field, "{errors:?}");
    assert!(errors[0].1.contains(words), "{errors:?}");
}

#[test]
fn every_fault_stands_beside_its_field() {
    let set = |text: &str| Some(text.to_owned());
    check_fault(|form| form.name = set(" "), Field::Name, "name");
    check_fault(|form| form.channel = None, Field::Channel, "channel");
    check_fault(|form| form.cadence = set("sometimes"), Field::Cadence, "how often");
    check_fault(|form| form.zone = set("Berlin/Europe"), Field::Zone, "Berlin/Europe");
    check_fault(|form| form.day = set("2024-01-01"), Field::FirstDay, "a year from today");
    check_fault(|form| form.time = set("25:00"), Field::Time, "09:00");
    check_fault(|form| form.seats = set("many"), Field::Seats, "such as 1");
    check_fault(|form| form.seats = set("0"), Field::Seats, "between 1 and 1000");
    check_fault(|form| form.skip_amount = set("100 %"), Field::SkipAmount, "less than 100");
    check_fault(|form| form.skip_amount = set("NaN"), Field::SkipAmount, "less than 100");
    check_fault(|form| form.duty_hours = set("late"), Field::DutyHours, "Mon-Fri");
    check_fault(
        |form| {
            form.cadence = set("workday");
            form.duty_hours = set("Sun 10:00-12:00");
        },
        Field::DutyHours,
        "Never meet",
    );
}

#[test]
fn a_cadence_of_its_own_is_read_and_told_off_field_by_field() {
    let set = |text: &str| Some(text.to_owned());
    let custom = |change: fn(&mut EditForm)| {
        let mut form = EditForm { cadence: set(CUSTOM), ..form(&weekly()) };
        change(&mut form);
        read_edit_form(&form, &weekly(), now())
    };

    let every_three_days = custom(|form| {
        form.every = Some("3".to_owned());
        form.unit = Some("day".to_owned());
        form.weekdays = vec!["mon".to_owned(), "wed".to_owned()];
    });
    let words = every_three_days.unwrap().rules.cadence.in_words();
    assert_eq!(words, "every 3 active days (Monday and Wednesday) at 09:00");
    let faults = [
        (custom(|form| form.every = Some("0".to_owned())), Field::Every),
        (custom(|form| form.every = Some("two".to_owned())), Field::Every),
        (custom(|form| form.unit = None), Field::Unit),
        (custom(|form| form.nth_weekday = Some("1 mon".to_owned())), Field::NthWeekday),
        (
            custom(|form| {
                form.unit = Some("month".to_owned());
                form.weekdays = vec!["mon".to_owned()];
            }),
            Field::Weekdays,
        ),
    ];
    for (read, field) in faults {
        let errors = read.unwrap_err();
        assert_eq!(errors.iter().map(|error| error.0).collect::<Vec<_>>(), [field], "{errors:?}");
    }
}

#[test]
fn the_first_step_does_not_mind_hours_that_only_the_old_cadence_never_meets() {
    let weekends = rules(
        r#"{"zone": "UTC", "cadence": {"every": 1, "unit": "day", "anchor": "2026-06-06T09:00",
            "weekdays": ["sat", "sun"]}}"#,
    );
    let set = |text: &str| Some(text.to_owned());
    let mut edit = EditForm { cadence: set(CUSTOM), ..form(&weekends) };
    edit.duty_hours = set("Mon-Fri 10:00-16:00");

    assert_eq!(read_main_fields(&edit, &weekends, now()), Ok(()));
    edit.duty_hours = set("late");
    assert!(read_main_fields(&edit, &weekends, now()).is_err());
}
