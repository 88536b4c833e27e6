//! What the bot says of a duty: before, during and after it.

use crate::shown::{ana, at, ben, cho, day, person, show};
use domain::ids::{ChannelId, NoteId, RotationId};
use domain::message::{Message, MissedLine, Person, SkipLine, SkipWord};
use domain::note::NoteText;
use domain::story::duty::{
    AwayDays, Ended, Ending, Message as Duty, OnDuty, Reminder, Silence, Unreachable, Unseen,
};
use domain::story::note::{Body, Passed};
use insta::assert_snapshot;
use proptest::prelude::*;
use slack::{Rendered, render_message};

fn rotation() -> RotationId {
    RotationId::new("0190a4f8-0000-7000-8000-000000000001".parse().unwrap())
}

fn render(message: Duty) -> Rendered {
    let rendered = render_message(&Message::Duty(message), at("2026-06-08T07:00:00Z"));
    assert_eq!(
        crate::limits::faults_of_message(&rendered.text, &rendered.blocks),
        Vec::<String>::new()
    );
    rendered
}

fn duty() -> OnDuty {
    OnDuty {
        rotation: rotation(),
        planned_at: at("2026-06-08T07:00:00Z"),
        since: None,
        name: String::from("support"),
        channel: ChannelId::new("C1"),
        zone: String::from("Europe/Berlin"),
        reader_zone: Some(String::from("Europe/Paris")),
        until: at("2026-06-15T07:00:00Z"),
        with: vec![],
        covers: None,
        away: vec![],
        away_window: None,
        next: vec![ana()],
        skipped: vec![],
        continues: false,
        was_due_at: None,
        is_seen: false,
        missed: vec![],
        notes: vec![],
    }
}

fn on_duty(duty: OnDuty) -> String {
    show(&render(Duty::OnDuty(Box::new(duty))))
}

#[test]
fn the_one_on_duty_is_told_with_three_buttons() {
    assert_snapshot!("on_duty", on_duty(duty()));
}

#[test]
fn the_one_on_duty_reads_the_newest_notes_and_which_does_not_open() {
    let note = |body: Body| Passed {
        note: NoteId::new("0190a4f8-0000-7000-8000-000000000002".parse().unwrap()),
        author: ben(),
        written_at: at("2026-06-07T15:00:00Z"),
        body,
    };
    let text = |text: &str| note(Body::Text(NoteText::new(text.to_owned())));
    let notes = vec![text("too old"), text("*one*\n> <!here>"), note(Body::Closed), text("two")];

    assert_snapshot!("on_duty_with_notes", on_duty(OnDuty { notes, ..duty() }));
}

#[test]
fn notes_of_any_length_fit() {
    let note = || Passed {
        note: NoteId::new("0190a4f8-0000-7000-8000-000000000002".parse().unwrap()),
        author: ben(),
        written_at: at("2026-06-07T15:00:00Z"),
        body: Body::Text(NoteText::new("&".repeat(NoteText::MOST))),
    };

    let rendered = render(Duty::OnDuty(Box::new(OnDuty {
        notes: vec![note(), note(), note(), note()],
        ..duty()
    })));

    assert_eq!(rendered.blocks.to_string().matches('&').count(), 3 * NoteText::MOST);
}

#[test]
fn the_one_on_duty_is_told_everything_about_it() {
    let skipped = vec![
        SkipLine {
            person: ben(),
            reason: SkipWord::Unavailable { last_day: Some(day("2026-06-12")) },
        },
        SkipLine { person: cho(), reason: SkipWord::Deactivated },
    ];
    let away = vec![
        AwayDays { from: day("2026-06-09"), to: Some(day("2026-06-09")) },
        AwayDays { from: day("2026-06-11"), to: Some(day("2026-06-12")) },
        AwayDays { from: day("2026-06-14"), to: None },
    ];
    let missed = vec![MissedLine { at: at("2026-06-01T07:00:00Z"), person: Some(ben()) }];

    assert_snapshot!(
        "on_duty_with_everything",
        on_duty(OnDuty {
            since: Some(at("2026-06-08T06:30:00Z")),
            reader_zone: Some(String::from("Asia/Tokyo")),
            with: vec![ben(), cho()],
            covers: Some(cho()),
            away,
            next: vec![ana(), ben()],
            skipped,
            was_due_at: Some(at("2026-06-08T07:00:00Z")),
            missed,
            ..duty()
        })
    );
}

#[test]
fn what_was_seen_cannot_be_confirmed_again() {
    let shown = on_duty(OnDuty { is_seen: true, continues: true, next: vec![], ..duty() });

    assert!(!shown.contains("seen_duty"), "{shown}");
    assert_snapshot!("on_duty_and_seen", shown);
}

#[test]
fn each_way_in_which_a_duty_ends_is_said_without_a_button() {
    let ended = |how: Ending| {
        let at = at("2026-06-15T07:00:00Z");
        let (name, zone) = (String::from("support"), String::from("Europe/Berlin"));
        let rendered = render(Duty::Ended(Ended { name, zone, at, how }));
        assert!(!rendered.blocks.to_string().contains("actions"), "{}", rendered.blocks);
        rendered.text
    };
    let all = [
        ended(Ending::Passed { to: vec![ben(), cho()] }),
        ended(Ending::Passed { to: vec![] }),
        ended(Ending::PassedWhileDown { to: vec![ben()] }),
        ended(Ending::PassedWhileDown { to: vec![ben(), cho()] }),
        ended(Ending::PassedWhileDown { to: vec![] }),
        ended(Ending::GoesOn),
        ended(Ending::HandedOver { to: cho() }),
        ended(Ending::Left { to: vec![ben()] }),
        ended(Ending::Paused),
        ended(Ending::Deleted),
    ];

    assert_snapshot!("endings", all.join("\n---\n"));
}

fn reminder() -> Reminder {
    Reminder {
        rotation: rotation(),
        name: String::from("support"),
        channel: ChannelId::new("C1"),
        zone: String::from("Europe/Berlin"),
        reader_zone: Some(String::from("America/New_York")),
        from: at("2026-06-15T07:00:00Z"),
        until: at("2026-06-22T07:00:00Z"),
        with: vec![cho()],
        before: vec![ana()],
        away: vec![AwayDays { from: day("2026-06-17"), to: Some(day("2026-06-17")) }],
        skipped: vec![SkipLine { person: ben(), reason: SkipWord::Unavailable { last_day: None } }],
    }
}

#[test]
fn a_reminder_says_when_and_after_whom() {
    assert_snapshot!("reminder", show(&render(Duty::Reminder(Box::new(reminder())))));
}

#[test]
fn managers_are_told_who_has_not_seen_a_duty_and_who_cannot_be_written_to() {
    let (name, zone) = (String::from("support"), String::from("Europe/Berlin"));
    let unseen = Unseen {
        rotation: rotation(),
        name: name.clone(),
        zone: zone.clone(),
        person: ben(),
        since: at("2026-06-08T07:00:00Z"),
        until: at("2026-06-15T07:00:00Z"),
    };
    let unreachable = |why, on_duty_until| {
        let (name, zone) = (name.clone(), zone.clone());
        let rotation = rotation();
        let it = Unreachable { rotation, name, zone, person: ben(), why, on_duty_until };
        show(&render(Duty::Unreachable(it)))
    };
    let all = [
        show(&render(Duty::Unseen(unseen))),
        unreachable(Silence::Gone, None),
        unreachable(Silence::Closed, Some(at("2026-06-15T07:00:00Z"))),
    ];

    for told in &all {
        assert!(!told.contains("<@"), "nobody is called: {told}");
    }
    assert_snapshot!("for_managers", all.join("\n===\n"));
}

fn any_person() -> impl Strategy<Value = Person> {
    ("[UW][A-Z0-9]{1,10}", ".{0,120}").prop_map(|(id, name)| person(&id, &name))
}

proptest! {
    #[test]
    fn every_duty_fits_and_calls_nobody(
        name in ".{1,120}",
        zone in "Europe/Berlin|Pacific/Apia|.{0,20}",
        with in prop::collection::vec(any_person(), 0..40),
        next in prop::collection::vec(any_person(), 0..40),
        skipped in prop::collection::vec(any_person(), 0..40),
    ) {
        let skip = |person| SkipLine { person, reason: SkipWord::Deactivated };
        let skipped = skipped.into_iter().map(skip).collect();
        let rendered = render(Duty::OnDuty(Box::new(OnDuty {
            name, reader_zone: Some(zone.clone()), zone, with, next, skipped, ..duty()
        })));

        prop_assert!(!rendered.text.contains("<!"));
        prop_assert!(rendered.blocks.to_string().contains("seen_duty"));
    }
}
