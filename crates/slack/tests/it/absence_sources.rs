//! Absence sources: what admins see, what they fill in and what they are told.

use crate::shown::{at, person};
use domain::action::Modal;
use domain::message::Message;
use domain::reply::Reply;
use domain::settings::WorkspaceSettings;
use domain::source::{SourceCode, SourceFault, SourceField, SourceInfo};
use domain::story::absence_source::{
    self, Button, ConnectModal, Press, SourceLine, Standing, Submission, Typed, WebhookModal,
};
use domain::story::home::WorkspaceState;
use domain::story::settings::{self, WorkspaceModal};
use insta::assert_snapshot;
use serde_json::{Value, json};
use slack::{SCOPES, read_submission, render_message, render_modal, render_outcome, render_reply};
use std::fmt::Write as _;

const NOW: &str = "2026-06-08T07:00:00Z";

const FIELDS: &[SourceField] = &[
    SourceField { code: "login", label: "Login", is_secret: false },
    SourceField { code: "key", label: "Key", is_secret: true },
];

fn code() -> SourceCode {
    SourceCode::new("calendar").unwrap()
}

fn info() -> SourceInfo {
    SourceInfo {
        code: code(),
        name: "Calendar",
        how: "Its admins make a login for me under Settings > <Logins> & keys.",
        grants: &["Time off > See who's out", "People > View (_basic_)"],
        fields: FIELDS,
        hosts: &[("live", "Live"), ("try", "Try-out")],
        webhook: Some("There it goes under Settings > Webhooks:"),
    }
}

fn standing() -> Standing {
    Standing {
        connected_by: person("U0ANA", "Ana"),
        connected_at: at("2026-06-01T07:00:00Z"),
        good_at: Some(at("2026-06-08T06:40:00Z")),
        matched: 38,
        members: 41,
        absences: 12,
        flagged: 0,
        lacks: None,
        fault: None,
        doubted_since: None,
        is_asked_for: false,
    }
}

/// Returns a source of which as much is said as can be.
pub(crate) fn longest_line() -> SourceLine {
    let standing = Standing {
        connected_by: person("U0ANA", &"&".repeat(80)),
        fault: Some(SourceFault::Forbidden { grant: "&".repeat(200) }),
        flagged: 9,
        lacks: Some("&".repeat(200)),
        doubted_since: Some(at(NOW)),
        is_asked_for: true,
        ..standing()
    };
    SourceLine { source: code(), name: "&".repeat(80), has_webhook: true, standing: Some(standing) }
}

fn lacks() -> String {
    String::from(
        "People's data > Time off > See who's out > See who is out for a reason that is <private> or has a name of its own",
    )
}

fn faults() -> Vec<SourceFault> {
    vec![
        SourceFault::Unauthorized,
        SourceFault::Forbidden { grant: String::from("Time off > See who's out") },
        SourceFault::Limited { until: at("2026-06-08T07:05:00Z") },
        SourceFault::Blocked,
        SourceFault::Unreachable,
        SourceFault::Unreadable,
        SourceFault::NobodyMatched,
    ]
}

fn window(standing: Option<Standing>) -> Value {
    let line =
        SourceLine { source: code(), name: String::from("Calendar"), has_webhook: true, standing };
    let state = WorkspaceState {
        settings: WorkspaceSettings::default(),
        installed_at: at("2026-06-01T07:00:00Z"),
        scopes: SCOPES.map(str::to_owned).to_vec(),
        rotations: 1,
        faults: Vec::new(),
        uncertain: 0,
        quarantined: 0,
        sources: vec![line],
        billing: None,
    };
    let modal = WorkspaceModal { state, installer: person("U0ANA", "Ana"), deleted: Vec::new() };
    let modal = Modal::Settings(settings::Modal::Workspace(Box::new(modal)));
    render_modal(&modal, at(NOW))
}

/// Returns the blocks of the source within the window of the workspace.
fn of_source(window: &Value) -> String {
    let blocks = window["blocks"].as_array().unwrap();
    let own = blocks.iter().skip(3).collect::<Vec<_>>();
    serde_json::to_string_pretty(&own).unwrap()
}

fn words(window: &Value) -> String {
    window["blocks"][3]["text"]["text"].as_str().unwrap().to_owned()
}

#[test]
fn a_source_that_is_off_can_be_connected() {
    assert_snapshot!(of_source(&window(None)));
}

#[test]
fn a_source_that_is_on_says_how_it_is_and_turning_it_off_says_what_goes() {
    assert_snapshot!(of_source(&window(Some(standing()))));
}

#[test]
fn how_a_source_is_stands_in_plain_words() {
    let mut said = String::new();
    let mut show = |what: &str, standing: Standing| {
        let _ = writeln!(said, "# {what}\n{}\n", words(&window(Some(standing))));
    };
    let fresh = Standing { good_at: None, is_asked_for: true, ..standing() };
    show("not answered yet", fresh.clone());
    show("one unknown", Standing { flagged: 1, absences: 1, ..standing() });
    show("some unknown", Standing { flagged: 2, ..standing() });
    show("no private leave", Standing { lacks: Some(lacks()), ..standing() });
    show("nobody in a rotation", Standing { members: 0, matched: 0, ..standing() });
    show("one member", Standing { members: 1, matched: 1, ..standing() });
    show("one member unknown", Standing { members: 1, matched: 0, ..standing() });
    show("doubt", Standing { doubted_since: Some(at(NOW)), ..standing() });
    show("hours ago", Standing { good_at: Some(at("2026-06-08T01:00:00Z")), ..standing() });
    show("days ago", Standing { good_at: Some(at("2026-06-05T01:00:00Z")), ..standing() });
    for fault in faults() {
        show(fault.code(), Standing { fault: Some(fault), ..standing() });
    }
    show("never good", Standing { fault: Some(SourceFault::Unreachable), ..fresh });

    assert_snapshot!(said);
}

#[test]
fn the_form_says_what_is_needed_and_shows_no_secret_again() {
    let form = |connect: ConnectModal| {
        let modal = absence_source::Modal::Connect(Box::new(connect));
        render_modal(&Modal::AbsenceSource(modal), at(NOW))
    };
    let new = ConnectModal { info: info(), host: None, values: vec![None, None], is_on: false };
    let known = ConnectModal {
        host: Some(String::from("try")),
        values: vec![Some(String::from("ana")), Some(String::from("t0p-secret"))],
        is_on: true,
        ..new.clone()
    };

    assert_snapshot!(serde_json::to_string_pretty(&form(new)).unwrap());
    let again = form(known);
    let text = again.to_string();
    assert!(text.contains("\"initial_value\":\"ana\"") && !text.contains("t0p"), "{text}");
    assert_eq!(again["submit"]["text"], "Test and save");
    assert_eq!(again["blocks"][3]["element"]["initial_option"]["value"], "try");
}

#[test]
fn the_form_of_one_host_asks_for_none() {
    let info = SourceInfo { hosts: &[("live", "Live")], ..info() };
    let connect = ConnectModal { info, host: None, values: vec![None, None], is_on: false };
    let modal = absence_source::Modal::Connect(Box::new(connect));

    let view = render_modal(&Modal::AbsenceSource(modal), at(NOW));

    assert!(!view.to_string().contains("source_host"), "{view}");
}

#[test]
fn the_form_of_the_webhook_shows_the_address_and_not_the_secret() {
    let form = |has_secret| {
        let webhook = WebhookModal {
            source: code(),
            name: String::from("Calendar"),
            how: String::from("There it goes under Settings > Webhooks:"),
            address: Typed::new("https://bot.example/calendar/webhook/abc"),
            has_secret,
        };
        let modal = absence_source::Modal::Webhook(Box::new(webhook));
        render_modal(&Modal::AbsenceSource(modal), at(NOW))
    };

    assert_snapshot!(serde_json::to_string_pretty(&form(false)).unwrap());
    assert!(form(true).to_string().contains("Leave it empty to keep that"));
}

#[test]
fn what_is_filled_in_is_read_as_it_was_typed() {
    let text = |value: &str| json!({"value": {"type": "plain_text_input", "value": value}});
    let view = json!({
        "callback_id": "source_connect",
        "private_metadata": "calendar",
        "state": {"values": {
            "source_host": {"value": {"type": "static_select", "selected_option": {"value": "try"}}},
            "source_value_1": text("ana"), "source_value_2": text("t0p"),
        }},
    });
    let Some(domain::action::Submission::AbsenceSource(Submission::Connect(form))) =
        read_submission(&view)
    else {
        panic!("a form of ours: {view}")
    };
    assert_eq!(form.source, Some(code()));
    assert_eq!(form.host.as_deref(), Some("try"));
    let typed: Vec<Option<&str>> =
        form.values.iter().map(|it| it.as_ref().and_then(Typed::filled)).collect();
    assert_eq!(typed, [Some("ana"), Some("t0p"), None, None, None]);

    let view = json!({"callback_id": "source_webhook", "private_metadata": "Bent|", "state": {"values": {}}});
    let read = Submission::Webhook { source: None, secret: None };
    assert_eq!(read_submission(&view), Some(domain::action::Submission::AbsenceSource(read)));
}

#[test]
fn each_answer_says_what_is_true_now() {
    use absence_source::Reply as Said;
    let name = || String::from("Cal_endar <&>");
    let mut replies = vec![
        Said::Connected { name: name(), is_new: true, lacks: None },
        Said::Connected { name: name(), is_new: false, lacks: None },
        Said::Connected { name: name(), is_new: true, lacks: Some(lacks()) },
        Said::Connected { name: name(), is_new: false, lacks: Some(lacks()) },
        Said::Incomplete { source: code(), name: name(), missing: vec![String::from("Key")] },
        Said::Asked { name: name() },
        Said::AskedLately { name: name() },
        Said::Waits { name: name(), until: at("2026-06-08T07:05:00Z") },
        Said::TurnedOff { name: name(), absences: 0 },
        Said::TurnedOff { name: name(), absences: 1 },
        Said::TurnedOff { name: name(), absences: 12 },
        Said::IsOff { source: code(), name: name() },
        Said::WebhookSaved { name: name(), has_secret: true },
        Said::WebhookSaved { name: name(), has_secret: false },
    ];
    for (place, fault) in faults().into_iter().enumerate() {
        let asked = vec![String::from("Login"), String::from("Key")];
        let is_on = place == 0;
        replies.push(Said::NotConnected { source: code(), name: name(), asked, fault, is_on });
    }
    let mut said = String::new();
    for reply in replies {
        let is_refusal = reply.is_refusal();
        let reply = Reply::AbsenceSource(reply);
        let message = render_reply(&reply, at(NOW));
        let _ = writeln!(
            said,
            "{}{}\n",
            message["text"].as_str().unwrap(),
            pressed(&message["blocks"])
        );
        let view = &render_outcome(&reply, at(NOW))["view"];
        assert_eq!(view["title"]["text"], if is_refusal { "Not done" } else { "Done" });
        assert!(!view.to_string().contains("source_connect"), "{view}");
    }
    assert_snapshot!(said);
}

#[test]
fn admins_are_told_what_is_wrong_and_who_asked_what_came_of_it() {
    let name = || String::from("Calendar");
    let mut said = String::new();
    let mut show = |message: absence_source::Message| {
        let shown = render_message(&Message::AbsenceSource(message), at(NOW));
        let _ = writeln!(said, "{}{}\n", shown.text, pressed(&shown.blocks));
    };
    for fault in faults() {
        let good_at = Some(at("2026-06-08T06:40:00Z"));
        show(absence_source::Message::Faulty { source: code(), name: name(), fault, good_at });
    }
    let fault = SourceFault::Unauthorized;
    show(absence_source::Message::Faulty { source: code(), name: name(), fault, good_at: None });
    for standing in [
        standing(),
        Standing { absences: 1, flagged: 1, matched: 1, ..standing() },
        Standing { lacks: Some(lacks()), ..standing() },
        Standing { members: 0, ..standing() },
        Standing { doubted_since: Some(at(NOW)), ..standing() },
        Standing { fault: Some(SourceFault::NobodyMatched), good_at: None, ..standing() },
    ] {
        let standing = Box::new(standing);
        show(absence_source::Message::Answered { source: code(), name: name(), standing });
    }
    assert_snapshot!(said);
}

#[test]
fn every_button_has_its_own_name() {
    for press in [Press::Connect, Press::AskNow, Press::Webhook, Press::TurnOff] {
        let button = Button { press, source: code() };
        assert!(button.action_id().starts_with("source_"));
    }
}

/// Returns what can be pressed.
fn pressed(blocks: &Value) -> String {
    let blocks = blocks.as_array().unwrap().iter();
    let buttons = blocks.filter_map(|block| block["elements"].as_array()).flatten();
    buttons.fold(String::new(), |mut said, button| {
        let _ = write!(said, "\n[{}]", button["text"]["text"].as_str().unwrap_or_default());
        said
    })
}
