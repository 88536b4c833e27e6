//! Announcements in a team's own words, summaries, and what managers read of a channel.

use crate::shown::{ana, at, ben, cho, day, person, show};
use domain::ids::ChannelId;
use domain::message::{HandoffMessage, Message, MissedLine, Person, SkipLine, SkipWord};
use domain::reply::{Duty, OnDutyPerson, Reply};
use domain::settings::ChannelFault;
use domain::story::announce::{
    ChannelLost, Message as Announce, Reply as Answer, Summary, TemplateFault, parse_template,
};
use insta::assert_snapshot;
use proptest::prelude::*;
use slack::{Rendered, render_message, render_reply};

fn render(message: &Message) -> Rendered {
    let rendered = render_message(message, at("2026-06-08T07:00:00Z"));
    assert_eq!(
        crate::limits::faults_of_message(&rendered.text, &rendered.blocks),
        Vec::<String>::new()
    );
    rendered
}

fn handoff(template: &str) -> HandoffMessage {
    HandoffMessage {
        name: String::from("support"),
        zone: String::from("Europe/Berlin"),
        people: vec![cho()],
        previous: vec![ana()],
        next: vec![ben()],
        template: Some(parse_template(template).unwrap()),
        since: at("2026-06-08T07:00:00Z"),
        until: at("2026-06-15T07:00:00Z"),
        is_within_turn: false,
        gone: vec![],
        skipped: vec![SkipLine {
            person: person("UDEE", "Dee"),
            reason: SkipWord::Unavailable { last_day: Some(day("2026-06-12")) },
        }],
        is_late: false,
        missed: vec![],
    }
}

fn announced(handoff: HandoffMessage) -> String {
    render(&Message::Handoff(Box::new(handoff))).text
}

#[test]
fn every_placeholder_is_filled_in_and_only_who_is_on_duty_is_called() {
    let template = "*{rotation}*: {people} until {until}.\nBefore: {previous}. Next: {next}. Not: {skipped}. {{braces}}";

    assert_snapshot!("own_words", announced(handoff(template)));
}

#[test]
fn nobody_is_said_where_there_is_nobody() {
    let nobody = HandoffMessage {
        previous: vec![],
        next: vec![],
        skipped: vec![],
        ..handoff("{people}: {previous}, {next}, {skipped}")
    };

    assert_eq!(announced(nobody), "<@UCHO>: nobody, nobody, nobody");
}

#[test]
fn what_the_team_typed_can_call_nobody_and_forge_no_link() {
    let said =
        announced(handoff("{people} <!channel> <@UANA> <https://evil.example|free> &lt;!here&gt;"));

    assert_eq!(
        said,
        "<@UCHO> &lt;!channel&gt; &lt;@UANA&gt; &lt;https://evil.example|free&gt; &amp;lt;!here&amp;gt;"
    );
}

#[test]
fn who_goes_on_is_told_of_in_one_short_line() {
    let goes_on = HandoffMessage { previous: vec![cho()], ..handoff("{people} has the phone") };

    assert_eq!(
        announced(goes_on),
        "*support* continues with <@UCHO> until Monday 15 June, 09:00 Europe/Berlin."
    );
}

#[test]
fn what_is_late_or_was_missed_is_said_below_whoevers_words() {
    let missed = vec![MissedLine { at: at("2026-06-01T07:00:00Z"), person: Some(ben()) }];
    let late = HandoffMessage { is_late: true, missed, ..handoff("{people} has the phone") };

    assert_snapshot!("own_words_late", announced(late));
}

#[test]
fn a_test_is_marked_as_one() {
    let reply = Reply::Announce(Answer::Test(Box::new(handoff("{people} has the phone"))));
    let shown = render_reply(&reply, at("2026-06-08T07:00:00Z"));
    let fault = Reply::Announce(Answer::Unusable(TemplateFault::LacksPeople));
    let refused = render_reply(&fault, at("2026-06-08T07:00:00Z"));

    assert_eq!(shown["text"], "This is a test. Only you see it.\n<@UCHO> has the phone");
    assert_eq!(shown["response_type"], "ephemeral");
    assert_eq!(refused["text"], "Please put {people} where the people on duty are to be named.");
}

#[test]
fn a_summary_says_who_is_on_duty_and_who_comes_next() {
    let duty = Duty::OnDuty {
        people: vec![OnDutyPerson { person: ana(), covered_for: Some(cho()) }],
        until: at("2026-06-15T07:00:00Z"),
    };
    let summary = Summary {
        name: String::from("support"),
        zone: String::from("Europe/Berlin"),
        duty,
        next: vec![
            (at("2026-06-15T07:00:00Z"), vec![ben(), cho()]),
            (at("2026-06-22T07:00:00Z"), vec![]),
        ],
    };
    let rendered = render(&Message::Announce(Announce::Summary(summary)));

    assert!(!rendered.text.contains("<@"), "nobody is called: {}", rendered.text);
    assert_snapshot!("summary", show(&rendered));
}

#[test]
fn managers_read_what_became_of_the_channel_and_what_to_do() {
    let lost = |fault| {
        let (name, channel) = (String::from("support"), ChannelId::new("C1"));
        render(&Message::Announce(Announce::ChannelLost(ChannelLost { name, channel, fault }))).text
    };
    let back = Announce::ChannelBack {
        name: String::from("support"),
        zone: String::from("Europe/Berlin"),
        duty: Duty::Unassigned { until: at("2026-06-15T07:00:00Z") },
    };
    let all = [
        lost(ChannelFault::Archived),
        lost(ChannelFault::Deleted),
        lost(ChannelFault::NotInvited),
        lost(ChannelFault::Refused),
        render(&Message::Announce(back)).text,
    ];

    assert_snapshot!("channels", all.join("\n---\n"));
}

fn any_person() -> impl Strategy<Value = Person> {
    ("[UW][A-Z0-9]{1,10}", ".{1,120}").prop_map(|(id, name)| person(&id, &name))
}

proptest! {
    #[test]
    fn whoever_is_on_duty_is_mentioned_in_whatever_words(
        words in "[ -~\n]{0,480}|[&<>]{480}",
        people in prop::collection::vec(any_person(), 1..30),
        next in prop::collection::vec(any_person(), 0..30),
    ) {
        let words = words.replace('{', "{{").replace('}', "}}");
        let template = format!("{{people}}{{next}}{words}");
        prop_assume!(parse_template(&template).is_ok());
        let rendered = render(&Message::Handoff(Box::new(HandoffMessage {
            people: people.clone(), next, ..handoff(&template)
        })));

        prop_assert!(!rendered.text.contains("<!"));
        for person in people {
            let mention = format!("<@{}>", person.user);
            prop_assert!(rendered.text.contains(&mention), "{mention}: {}", rendered.text);
        }
    }
}
