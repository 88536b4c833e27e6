//! What comes through a socket: read as the same request over HTTP, and answered in an acknowledgement.

use crate::inbound::{COMMAND, button_press, form, interaction, submission};
use crate::stand_in::{Move, client, nobody, ok, pass_ten_seconds, start, token};
use crate::{events::callback, stand_in::StandIn};
use serde_json::{Value, json};
use slack::{
    Enclosed, Envelope, Frame, Inbound, NotSentKind, Outcome, Socket, acknowledge, read_command,
    read_event, read_frame,
};

fn envelope(kind: &str, payload: &Value, more: &Value) -> Envelope {
    let mut frame = json!({"envelope_id": "e-1", "type": kind, "payload": payload});
    frame.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    match read_frame(&frame.to_string()) {
        Frame::Envelope(envelope) => *envelope,
        other => panic!("no envelope: {other:?}"),
    }
}

async fn opened(stand_in: &StandIn) -> Outcome<Socket> {
    client(&stand_in.url).0.open_socket(&token()).await
}

#[track_caller]
fn refused(outcome: Outcome<Socket>) -> (NotSentKind, String) {
    match outcome {
        Outcome::NotSent(not_sent) => (not_sent.kind, not_sent.code),
        other => panic!("opened: {other:?}"),
    }
}

#[test]
fn the_content_of_an_envelope_is_read_as_the_same_request_over_http() {
    let fields: serde_json::Map<String, Value> =
        COMMAND.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let event = callback(&json!({"type": "user_change", "user": {"id": "U1"}}));
    let modal = submission("create_rotation", &json!({}));

    let read = |kind, payload: &Value| envelope(kind, payload, &json!({})).content;

    assert_eq!(
        read("slash_commands", &Value::Object(fields)),
        Enclosed::Command(read_command(&form(&COMMAND)))
    );
    assert_eq!(
        read("interactive", &button_press()),
        Enclosed::Interaction(interaction(&button_press()))
    );
    assert_eq!(read("interactive", &modal), Enclosed::Interaction(interaction(&modal)));
    assert_eq!(
        read("events_api", &event),
        Enclosed::Event(read_event(event.to_string().as_bytes()))
    );
}

#[test]
fn an_installation_for_an_organisation_is_known_however_it_is_written() {
    for is_org_wide in [json!(true), json!("true")] {
        let command = json!({"is_enterprise_install": is_org_wide, "user_id": "U1"});

        let read = envelope("slash_commands", &command, &json!({})).content;

        assert_eq!(read, Enclosed::Command(Inbound::OrgWide));
    }
}

#[test]
fn an_envelope_says_whether_it_takes_an_answer_and_came_before() {
    let plain = envelope("slash_commands", &json!({}), &json!({}));
    let more =
        json!({"accepts_response_payload": true, "retry_attempt": 1, "retry_reason": "timeout"});
    let again = envelope("slash_commands", &json!({}), &more);
    let first =
        envelope("events_api", &json!({}), &json!({"retry_attempt": 0, "retry_reason": ""}));

    assert_eq!((plain.takes_answer, plain.is_again), (false, false));
    assert_eq!((again.takes_answer, again.is_again), (true, true));
    assert!(!first.is_again);
    assert_eq!(acknowledge("e-1", None), json!({"envelope_id": "e-1"}));
    let answered = acknowledge("e-1", Some(json!({"text": "x"})));
    assert_eq!(answered, json!({"envelope_id": "e-1", "payload": {"text": "x"}}));
}

#[test]
fn what_is_said_of_the_connection_is_told_apart() {
    for (text, frame) in [
        (r#"{"type":"hello","num_connections":1}"#, Frame::Hello),
        (r#"{"type":"disconnect","reason":"warning"}"#, Frame::Leaving),
        (r#"{"type":"disconnect","reason":"refresh_requested"}"#, Frame::Leaving),
        (r#"{"type":"disconnect","reason":"of_the_future"}"#, Frame::Leaving),
        (r#"{"type":"disconnect"}"#, Frame::Leaving),
        (r#"{"type":"disconnect","reason":"link_disabled"}"#, Frame::LinkDisabled),
    ] {
        assert_eq!(read_frame(text), frame, "{text}");
    }
}

#[test]
fn what_slack_does_not_document_is_acknowledged_where_it_has_an_id() {
    assert_eq!(envelope("of_the_future", &json!({}), &json!({})).content, Enclosed::Other);
    assert_eq!(
        envelope("slash_commands", &json!("x"), &json!({})).content,
        Enclosed::Command(Inbound::Unreadable)
    );
    assert_eq!(
        envelope("interactive", &Value::Null, &json!({})).content,
        Enclosed::Interaction(Inbound::Unreadable)
    );
    for text in ["", "x", "[]", "null", r#"{"type":"slash_commands"}"#, r#"{"envelope_id":""}"#] {
        assert_eq!(read_frame(text), Frame::Unreadable, "{text:?}");
    }
}

#[tokio::test]
async fn a_token_that_slack_does_not_take_is_told_from_a_slack_that_is_away() {
    let invalid = start(vec![ok(r#"{"ok":false,"error":"invalid_auth"}"#)]).await;
    let busy =
        start(vec![Move::Answer("429 Too Many Requests", "Retry-After: 7\r\n", String::new())])
            .await;
    let broken = start(vec![Move::Answer("500 Oops", "", String::new())]).await;
    let (away, _) = client(&nobody().await);

    assert_eq!(refused(opened(&invalid).await), (NotSentKind::DeadToken, "invalid_auth".into()));
    assert_eq!(refused(opened(&broken).await), (NotSentKind::Transient, "server_error".into()));
    let Outcome::NotSent(limited) = opened(&busy).await else { panic!("opened") };
    assert_eq!(limited.retry_after, Some(chrono::TimeDelta::seconds(7)));
    let away = refused(away.open_socket(&token()).await);
    assert_eq!(away, (NotSentKind::Transient, "no_connection".into()));
}

#[tokio::test]
async fn the_token_travels_in_a_header_and_no_address_leads_elsewhere_unencrypted() {
    for url in ["ws://203.0.113.1/link", "http://127.0.0.1/", "ftp://x", "nonsense"] {
        let mut stand_in = start(vec![ok(&json!({"ok": true, "url": url}).to_string())]).await;

        let outcome = opened(&stand_in).await;

        assert_eq!(
            refused(outcome),
            (NotSentKind::Permanent, "foreign_socket_address".into()),
            "{url}"
        );
        let request = stand_in.requests.recv().await.unwrap();
        let (first, rest) = request.split_once("\r\n").unwrap();
        assert_eq!(first, "POST /api/apps.connections.open HTTP/1.1");
        assert!(rest.contains("authorization: Bearer xoxb-canary"), "{rest}");
    }
}

#[tokio::test]
async fn an_address_that_is_no_socket_and_one_that_never_greets_are_given_up() {
    let page = start(vec![ok("{}")]).await;
    let address = page.url.as_str().replace("http", "ws");
    let stand_in = start(vec![ok(&json!({"ok": true, "url": address}).to_string())]).await;
    assert_eq!(refused(opened(&stand_in).await), (NotSentKind::Transient, "no_socket".into()));

    let mut silent = start(vec![Move::Hang]).await;
    let address = silent.url.as_str().replace("http", "ws");
    let stand_in = start(vec![ok(&json!({"ok": true, "url": address}).to_string())]).await;
    let (api, clock) = client(&stand_in.url);

    let token = token();
    let (outcome, ()) =
        tokio::join!(api.open_socket(&token), pass_ten_seconds(&mut silent, &clock));

    assert_eq!(refused(outcome), (NotSentKind::Transient, "timeout".into()));
}
