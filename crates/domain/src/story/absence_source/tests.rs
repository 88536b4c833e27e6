//! What is pressed and typed comes back as it went.

use super::*;
use crate::fixtures::user;
use crate::source::SourceField;

const FIELDS: &[SourceField] = &[
    SourceField { code: "login", label: "Login", is_secret: false },
    SourceField { code: "key", label: "Key", is_secret: true },
];

fn info() -> SourceInfo {
    SourceInfo {
        code: SourceCode::new("calendar").unwrap(),
        name: "Calendar",
        how: "Ask its admins.",
        grants: &["See it"],
        fields: FIELDS,
        hosts: &[("live", "Live"), ("try", "Try-out")],
        webhook: Some("Settings > Webhooks"),
    }
}

fn form(host: &str, values: [&str; 2]) -> ConnectForm {
    ConnectForm {
        source: SourceCode::new("calendar"),
        host: Some(host.to_owned()),
        values: values.into_iter().map(|it| Some(Typed::new(it))).collect(),
    }
}

#[test]
fn a_button_comes_back_as_it_was_sent_and_a_bent_one_is_none() {
    let source = SourceCode::new("hibob").unwrap();
    for press in Press::ALL {
        let button = Button { press, source: source.clone() };

        assert_eq!(Button::parse(button.action_id(), &button.value()), Some(button));
    }
    for (action_id, value) in
        [("source_connect", ""), ("source_connect", "Hi|1"), ("source_x", "a")]
    {
        assert_eq!(Button::parse(action_id, value), None, "{action_id} {value}");
    }
}

#[test]
fn what_is_typed_does_not_show_itself() {
    let form = form("live", ["ana", "t0p-secret"]);

    assert!(!format!("{form:?}").contains("t0p"));
    assert_eq!(Typed::new(" a ").filled(), Some("a"));
    assert_eq!(Typed::new(" \n").filled(), None);
}

#[test]
fn a_form_becomes_credentials_without_space_around_them() {
    let credentials = read_connect_form(&info(), &form("try", [" ana ", "t0p\n"])).unwrap();

    assert_eq!(credentials.host, "try");
    let values: Vec<(&str, &str)> =
        credentials.values.iter().map(|(code, it)| (code.as_str(), it.expose_secret())).collect();
    assert_eq!(values, [("key", "t0p"), ("login", "ana")]);
}

#[test]
fn what_is_missing_is_named_by_its_label() {
    let missing = |form: &ConnectForm| read_connect_form(&info(), form).unwrap_err();
    let long = "x".repeat(LONGEST_VALUE + 1);

    assert_eq!(missing(&form("live", ["", " "])), ["Login", "Key"]);
    assert_eq!(missing(&form("live", ["ana", &long])), ["Key"]);
    assert_eq!(missing(&form("moon", ["ana", "t0p"])), ["Host"]);
    assert_eq!(missing(&ConnectForm::default()), ["Login", "Key", "Host"]);
}

#[test]
fn what_is_on_stands_where_it_is_offered_and_what_is_gone_can_still_be_turned_off() {
    let line = |code: &str| SourceLine {
        source: SourceCode::new(code).unwrap(),
        name: String::from("As it was"),
        has_webhook: false,
        standing: Some(Standing {
            connected_by: Person { user: user("ana"), name: None },
            connected_at: DateTime::UNIX_EPOCH,
            good_at: None,
            matched: 0,
            members: 0,
            absences: 0,
            flagged: 0,
            lacks: None,
            fault: None,
            doubted_since: None,
            is_asked_for: false,
        }),
    };
    let mut lines = vec![line("gone"), line("calendar")];
    let other = SourceInfo { code: SourceCode::new("other").unwrap(), webhook: None, ..info() };

    offer(&mut lines, [&other, &info()].into_iter());

    let seen: Vec<(&str, &str, bool, bool)> = lines
        .iter()
        .map(|it| (it.source.as_str(), it.name.as_str(), it.has_webhook, it.standing.is_some()))
        .collect();
    assert_eq!(
        seen,
        [
            ("other", "Calendar", false, false),
            ("calendar", "Calendar", true, true),
            ("gone", "As it was", false, true),
        ]
    );
}
