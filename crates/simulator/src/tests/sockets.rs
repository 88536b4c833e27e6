//! Socket Mode, with a bot that acknowledges as a test says.

use super::bench::Bench;
use crate::to_bot::outbound::send;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const APP_TOKEN: &str = "xapp-1-right";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn ask_for_address(bench: &Bench, token: &str) -> Value {
    let url = bench.simulator.url().join("slack/api/apps.connections.open").unwrap();
    let headers = [("Authorization", format!("Bearer {token}"))];
    serde_json::from_str(&send("POST", &url, &headers, "").await.unwrap().body).unwrap()
}

async fn connect(bench: &Bench) -> Socket {
    let answer = ask_for_address(bench, APP_TOKEN).await;
    let (mut socket, _) = connect_async(answer["url"].as_str().unwrap()).await.unwrap();
    assert_eq!(hear(&mut socket).await["type"], "hello");
    socket
}

async fn hear(socket: &mut Socket) -> Value {
    let message = socket.next().await.unwrap().unwrap();
    serde_json::from_str(message.to_text().unwrap()).unwrap()
}

async fn say(socket: &mut Socket, ack: &Value) {
    socket.send(Message::text(ack.to_string())).await.unwrap();
}

fn help() -> Value {
    json!({"user": "UANA", "channel": "support", "command": "/rotation", "text": "help"})
}

#[tokio::test]
async fn an_address_is_for_the_app_token_alone_and_good_for_one_connection() {
    let bench = Bench::start().await;
    assert_eq!(ask_for_address(&bench, APP_TOKEN).await["error"], "invalid_auth", "it is off");
    bench.simulator.turn_socket_mode_on(APP_TOKEN);

    let other = ask_for_address(&bench, &bench.token).await;
    let answer = ask_for_address(&bench, APP_TOKEN).await;
    let url = answer["url"].as_str().unwrap();
    let first = connect_async(url).await;
    let second = connect_async(url).await;

    assert_eq!(other["error"], "invalid_auth");
    assert!(first.is_ok() && second.is_err());
    let late = ask_for_address(&bench, APP_TOKEN).await;
    bench.advance("31s").await;
    assert!(connect_async(late["url"].as_str().unwrap()).await.is_err());
    let calls = bench.sim("GET", "calls", &Value::Null).await.to_string();
    assert!(!calls.contains("ticket="), "{calls}");
}

#[tokio::test]
async fn there_are_ten_connections_and_no_more() {
    let bench = Bench::start().await;
    bench.simulator.turn_socket_mode_on(APP_TOKEN);
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(connect(&bench).await);
    }

    let answer = ask_for_address(&bench, APP_TOKEN).await;

    assert!(connect_async(answer["url"].as_str().unwrap()).await.is_err());
}

#[tokio::test]
async fn a_command_goes_to_one_connection_and_is_answered_in_its_acknowledgement() {
    let bench = Bench::start().await;
    bench.simulator.turn_socket_mode_on(APP_TOKEN);
    let mut socket = connect(&bench).await;
    let answer = async {
        let envelope = hear(&mut socket).await;
        let text = json!({"text": "here is help"});
        say(&mut socket, &json!({"envelope_id": envelope["envelope_id"], "payload": text})).await;
        envelope
    };

    let (acted, envelope) = tokio::join!(bench.act(help()), answer);

    assert_eq!(
        (&acted["status"], &acted["response"]["text"]),
        (&json!(200), &json!("here is help"))
    );
    assert_eq!(envelope["type"], "slash_commands");
    assert_eq!(envelope["accepts_response_payload"], true);
    assert_eq!(envelope["payload"]["text"], "help");
    assert_eq!(envelope["payload"]["team_id"], "T0HARBOUR");
    assert!(bench.bot.seen().is_empty(), "nothing came over HTTP");
    assert_eq!(bench.messages("UANA", "support").await.last().unwrap()["text"], "here is help");
}

#[tokio::test]
async fn an_event_without_acknowledgement_is_sent_again_and_says_so() {
    let bench = Bench::start().await;
    bench.simulator.turn_socket_mode_on(APP_TOKEN);
    let mut first = connect(&bench).await;
    let mut second = connect(&bench).await;
    let event = json!({"event": {"type": "user_change", "user": {"id": "UBEN"}}});
    let lose_one = async {
        // The turn decides which of the two hears it first; it breaks off without a word.
        let (envelope, mut other) = tokio::select! {
            envelope = hear(&mut first) => { drop(first); (envelope, second) }
            envelope = hear(&mut second) => { drop(second); (envelope, first) }
        };
        let again = hear(&mut other).await;
        say(&mut other, &json!({"envelope_id": again["envelope_id"], "payload": {"x": 1}})).await;
        say(&mut other, &json!({"envelope_id": "nobody's"})).await;
        say(&mut other, &json!("nonsense")).await;
        (envelope, again, other)
    };

    let (_, (envelope, again, _other)) = tokio::join!(bench.act(event), lose_one);
    bench.clock.settle().await;

    assert_eq!(envelope["accepts_response_payload"], false);
    assert_eq!(envelope["retry_attempt"], Value::Null);
    assert_eq!(
        (&again["retry_attempt"], &again["retry_reason"]),
        (&json!(1), &json!("connection_failed"))
    );
    assert_eq!(envelope["payload"]["event_id"], again["payload"]["event_id"]);
    assert_ne!(envelope["envelope_id"], again["envelope_id"]);
}

#[tokio::test]
async fn without_a_connection_a_command_fails_and_says_why() {
    let bench = Bench::start().await;
    bench.simulator.turn_socket_mode_on(APP_TOKEN);

    let acted = bench.act(help()).await;

    assert_eq!(acted["status"], Value::Null);
    assert_eq!(acted["error"], "The bot has no connection open.");
    assert!(bench.bot.seen().is_empty(), "nothing came over HTTP");
}
