//! What the bot says by itself.

use crate::shown::{ana, at, ben, cho, day, person, show};
use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::RotationId;
use domain::message::{
    HandoffMessage, Message, MissedLine, Person, SkipLine, SkipWord, UnassignedMessage,
};
use proptest::prelude::*;
use slack::{Rendered, render_message};

fn rotation() -> RotationId {
    RotationId::new("0190a4f8-0000-7000-8000-000000000001".parse().unwrap())
}

fn render(message: &Message) -> Rendered {
    let rendered = render_message(message, at("2026-06-08T07:00:00Z"));
    assert_eq!(
        crate::limits::faults_of_message(&rendered.text, &rendered.blocks),
        Vec::<String>::new()
    );
    rendered
}

fn until_friday(person: Person) -> SkipLine {
    SkipLine { person, reason: SkipWord::Unavailable { last_day: Some(day("2026-06-12")) } }
}

fn handoff() -> HandoffMessage {
    HandoffMessage {
        name: String::from("support"),
        zone: String::from("Europe/Berlin"),
        people: vec![cho()],
        is_within_turn: false,
        previous: vec![ana()],
        next: vec![ben()],
        template: None,
        since: at("2026-06-08T07:00:00Z"),
        until: at("2026-06-15T07:00:00Z"),
        gone: vec![],
        skipped: vec![],
        is_late: false,
        missed: vec![],
    }
}

fn announced(handoff: HandoffMessage) -> Message {
    Message::Handoff(Box::new(handoff))
}

fn missed(weeks: &[(&str, Option<Person>)]) -> Vec<MissedLine> {
    weeks.iter().map(|(week, person)| MissedLine { at: at(week), person: person.clone() }).collect()
}

fn unassigned(skipped: Vec<SkipLine>) -> UnassignedMessage {
    UnassignedMessage {
        rotation: rotation(),
        planned_at: at("2026-06-08T07:00:00Z"),
        day: day("2026-06-08"),
        name: String::from("support"),
        zone: String::from("Europe/Berlin"),
        until: at("2026-06-15T07:00:00Z"),
        skipped,
        missed: vec![],
    }
}

#[test]
fn a_new_rotation_is_announced_without_calling_anybody() {
    let rendered = render(&Message::RotationCreated {
        name: String::from("support"),
        by: ana(),
        cadence: String::from("every week on Monday at 09:00"),
        members: vec![ana(), ben(), cho()],
        first_at: at("2026-06-15T07:00:00Z"),
        zone: String::from("Europe/Berlin"),
    });

    insta::assert_snapshot!(show(&rendered), @r"
    *support* is set up by Ana: every week on Monday at 09:00 (Europe/Berlin).
    In order: Ana, Ben, Cho.
    It begins Monday 15 June, 09:00 Europe/Berlin.
    ---
    *support* is set up by Ana: every week on Monday at 09:00 (Europe/Berlin).
    In order: Ana, Ben, Cho.
    It begins <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    ");
}

#[test]
fn who_installs_the_app_is_shown_how_to_begin_and_later_that_nothing_is_lost() {
    let of = |rotations| {
        let rendered = render(&Message::Welcome { rotations });
        assert!(rendered.blocks.to_string().contains("create_rotation"), "{}", rendered.blocks);
        show(&rendered)
    };

    insta::assert_snapshot!([of(0), of(1), of(3)].join("\n===\n"), @r"
    Asyncbot is installed. It knows who is on duty now, and who is next, and tells your team.
    Make your first rotation with the button, or with `/rotation create` in your team's channel. In a private channel, please `/invite` me first.
    `/rotation help` shows everything else.
    ---
    Asyncbot is installed. It knows who is on duty now, and who is next, and tells your team.
    Make your first rotation with the button, or with `/rotation create` in your team's channel. In a private channel, please `/invite` me first.
    `/rotation help` shows everything else.
    [primary Create a rotation: create_rotation -]
    ===
    Asyncbot is installed again.
    Your rotation goes on where it stood: `/rotation list` shows it.
    ---
    Asyncbot is installed again.
    Your rotation goes on where it stood: `/rotation list` shows it.
    [primary Create a rotation: create_rotation -]
    ===
    Asyncbot is installed again.
    Your 3 rotations go on where they stood: `/rotation list` shows them.
    ---
    Asyncbot is installed again.
    Your 3 rotations go on where they stood: `/rotation list` shows them.
    [primary Create a rotation: create_rotation -]
    ");
}

#[test]
fn a_handoff_calls_the_one_who_takes_over_and_says_who_was_passed_over() {
    let rendered =
        render(&announced(HandoffMessage { skipped: vec![until_friday(ben())], ..handoff() }));

    insta::assert_snapshot!(show(&rendered), @r"
    *support* passes to <@UCHO> until Monday 15 June, 09:00 Europe/Berlin.
    Ben was next and is unavailable until Friday.
    ---
    *support* passes to <@UCHO> until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    Ben was next and is unavailable until Friday.
    ");
}

#[test]
fn a_handoff_to_the_same_person_continues_in_one_line() {
    let rendered = render(&announced(HandoffMessage {
        previous: vec![cho()],
        skipped: vec![
            SkipLine { person: ana(), reason: SkipWord::Unavailable { last_day: None } },
            SkipLine { person: person("UDEE", "Dee"), reason: SkipWord::Deactivated },
            SkipLine {
                person: ben(),
                reason: SkipWord::Unavailable { last_day: Some(day("2027-01-02")) },
            },
        ],
        ..handoff()
    }));

    insta::assert_snapshot!(show(&rendered), @r"
    *support* continues with <@UCHO> until Monday 15 June, 09:00 Europe/Berlin.
    ---
    *support* continues with <@UCHO> until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    ");
}

#[test]
fn after_down_time_one_message_says_that_it_is_late_and_what_was_missed() {
    let rendered = render(&announced(HandoffMessage {
        is_late: true,
        missed: missed(&[
            ("2026-05-18T07:00:00Z", Some(ben())),
            ("2026-05-25T07:00:00Z", None),
            ("2026-06-01T07:00:00Z", Some(ana())),
        ]),
        ..handoff()
    }));

    insta::assert_snapshot!(show(&rendered), @r"
    *support* passes to <@UCHO> until Monday 15 June, 09:00 Europe/Berlin.
    This is late: it was due Monday 8 June, 09:00.
    I was down. Missed meanwhile: Monday 18 May, 09:00 (Ben), Monday 25 May, 09:00 (nobody), Monday 1 June, 09:00 (Ana).
    ---
    *support* passes to <@UCHO> until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    This is late: it was due <!date^1780902000^{date_short_pretty} at {time}|Monday 8 June, 09:00 Europe/Berlin>.
    I was down. Missed meanwhile: <!date^1779087600^{date_short_pretty} at {time}|Monday 18 May, 09:00 Europe/Berlin> (Ben), <!date^1779692400^{date_short_pretty} at {time}|Monday 25 May, 09:00 Europe/Berlin> (nobody), <!date^1780297200^{date_short_pretty} at {time}|Monday 1 June, 09:00 Europe/Berlin> (Ana).
    ");
}

#[test]
fn a_turn_that_nobody_can_serve_is_asked_about() {
    let rendered = render(&Message::Unassigned(unassigned(vec![
        until_friday(ben()),
        SkipLine { person: cho(), reason: SkipWord::Unavailable { last_day: None } },
    ])));

    insta::assert_snapshot!(show(&rendered), @r"
    *support* has nobody until Monday 15 June, 09:00 Europe/Berlin.
    Ben was next and is unavailable until Friday.
    Cho came after and is unavailable.
    Who can take it?
    ---
    *support* has nobody until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.
    Ben was next and is unavailable until Friday.
    Cho came after and is unavailable.
    Who can take it?
    [primary Take it: take_turn 0190a4f8-0000-7000-8000-000000000001|2026-06-08T07:00:00.000000Z|2026-06-08] [Assign anyway: assign_anyway 0190a4f8-0000-7000-8000-000000000001|2026-06-08T07:00:00.000000Z|2026-06-08 asks]
    ");
}

#[test]
fn somebody_who_left_cannot_be_assigned() {
    let rendered = render(&Message::Unassigned(unassigned(vec![SkipLine {
        person: ben(),
        reason: SkipWord::Deactivated,
    }])));

    assert!(!show(&rendered).contains("Assign anyway"));
}

#[test]
fn an_answered_question_has_no_buttons_left() {
    let rendered = render(&Message::UnassignedResolved {
        name: String::from("support"),
        person: cho(),
        until: at("2026-06-15T07:00:00Z"),
        zone: String::from("Europe/Berlin"),
    });

    insta::assert_snapshot!(show(&rendered), @r"
    <@UCHO> takes *support* until Monday 15 June, 09:00 Europe/Berlin. Thank you!
    ---
    <@UCHO> takes *support* until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>. Thank you!
    ");
}

#[test]
fn a_name_cannot_call_anybody() {
    let rendered = render(&announced(HandoffMessage {
        name: String::from("<!channel> *x* <@UANA>"),
        skipped: vec![until_friday(person("U9", "<!here|hi> \u{202e}&amp;"))],
        missed: missed(&[("2026-06-01T07:00:00Z", Some(person("U8", "<@UANA>")))]),
        ..handoff()
    }));

    insta::assert_snapshot!(rendered.text, @r"
    *&lt;!channel&gt; ∗x∗ &lt;@UANA&gt;* passes to <@UCHO> until Monday 15 June, 09:00 Europe/Berlin.
    &lt;!here|hi&gt; &amp;amp; was next and is unavailable until Friday.
    I was down. Missed meanwhile: Monday 1 June, 09:00 (&lt;@UANA&gt;).
    ");
}

#[test]
fn a_hundred_skipped_and_a_year_of_missed_handoffs_still_fit() {
    let long = "&".repeat(80);
    let many: Vec<SkipLine> =
        (0..100).map(|n| until_friday(person(&format!("U{n}"), &long))).collect();
    let year = (0..400)
        .map(|n| MissedLine {
            at: at("2025-01-01T00:00:00Z") + chrono::TimeDelta::days(n),
            person: Some(person("U1", &long)),
        })
        .collect();

    let rendered =
        render(&announced(HandoffMessage { name: long, skipped: many, missed: year, ..handoff() }));

    assert!(rendered.text.contains("96 more could not serve either."));
}

#[test]
fn the_json_is_what_slack_documents() {
    let rendered = render(&Message::Unassigned(unassigned(vec![until_friday(ben())])));

    insta::assert_json_snapshot!(rendered.blocks, @r#"
    [
      {
        "text": {
          "text": "*support* has nobody until <!date^1781506800^{date_short_pretty} at {time}|Monday 15 June, 09:00 Europe/Berlin>.\nBen was next and is unavailable until Friday.\nWho can take it?",
          "type": "mrkdwn",
          "verbatim": true
        },
        "type": "section"
      },
      {
        "elements": [
          {
            "action_id": "take_turn",
            "style": "primary",
            "text": {
              "text": "Take it",
              "type": "plain_text"
            },
            "type": "button",
            "value": "0190a4f8-0000-7000-8000-000000000001|2026-06-08T07:00:00.000000Z|2026-06-08"
          },
          {
            "action_id": "assign_anyway",
            "confirm": {
              "confirm": {
                "text": "Assign",
                "type": "plain_text"
              },
              "deny": {
                "text": "Not now",
                "type": "plain_text"
              },
              "text": {
                "text": "The next in the order will be on duty, although unavailable.",
                "type": "plain_text"
              },
              "title": {
                "text": "Assign anyway?",
                "type": "plain_text"
              }
            },
            "text": {
              "text": "Assign anyway",
              "type": "plain_text"
            },
            "type": "button",
            "value": "0190a4f8-0000-7000-8000-000000000001|2026-06-08T07:00:00.000000Z|2026-06-08"
          }
        ],
        "type": "actions"
      }
    ]
    "#);
}

/// Instants from year 1 to 9999, since a stored instant may be any.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    (-62_000_000_000_i64..253_000_000_000).prop_map(|s| DateTime::from_timestamp(s, 0).unwrap())
}

fn any_person() -> impl Strategy<Value = Person> {
    ("[UW][A-Z0-9]{1,10}", prop::option::of(".{0,120}"))
        .prop_map(|(id, name)| Person { name, ..person(&id, "") })
}

fn any_skip() -> impl Strategy<Value = SkipLine> {
    let day = any_instant().prop_map(|at| at.date_naive());
    let reason = prop_oneof![
        Just(SkipWord::Deactivated),
        prop::option::of(day)
            .prop_map(|last_day: Option<NaiveDate>| SkipWord::Unavailable { last_day }),
    ];
    (any_person(), reason).prop_map(|(person, reason)| SkipLine { person, reason })
}

proptest! {
    #[test]
    fn every_handoff_fits_and_calls_only_the_one_on_duty(
        name in ".{1,120}",
        zone in "Europe/Berlin|Pacific/Apia|.{0,20}",
        person in any_person(),
        until in any_instant(),
        skipped in prop::collection::vec(any_skip(), 0..12),
        gone in prop::collection::vec((any_instant(), prop::option::of(any_person())), 0..12),
    ) {
        let missed = gone.into_iter().map(|(at, person)| MissedLine { at, person }).collect();
        let message = announced(HandoffMessage {
            name, zone, people: vec![person], until, skipped, missed, is_late: true, ..handoff()
        });

        let rendered = render(&message);

        prop_assert!(!rendered.text.contains("<!"));
        let named = rendered.text.matches("<@").count();
        let unnamed = match &message {
            Message::Handoff(handoff) => {
                let people = handoff.skipped.iter().map(|skip| &skip.person);
                let gone = handoff.missed.iter().filter_map(|line| line.person.as_ref());
                people.chain(gone).count()
            }
            _ => 0,
        };
        prop_assert!(named >= 1 && named <= 1 + unnamed);
    }
}
