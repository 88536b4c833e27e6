//! The same requests through Socket Mode: in an envelope, on any of the app's connections, acknowledged within three seconds.

use super::outbound::Answer;
use super::{ACK_LIMIT, Exchange, Miss};
use crate::faults::FaultKind;
use crate::sim::Sim;
use crate::sockets::Fate;
use domain::ids::TeamId;
use http::StatusCode;
use serde_json::{Value, json};
use std::time::Instant;

/// The name under which faults know what is sent on a socket.
const METHOD: &str = "socket";

/// Sends a payload and waits for its acknowledgement; `again` is the number of earlier attempts and why the last one failed.
///
/// The clock stands still meanwhile.
pub(crate) async fn send(
    sim: &Sim,
    kind: &str,
    payload: &Value,
    again: Option<(usize, Miss)>,
) -> Exchange {
    let _busy = sim.clock().busy();
    let team = payload["team_id"].as_str().or(payload["team"]["id"].as_str()).map(TeamId::new);
    let (id, fault) = sim.change(|world, _| {
        let fault = world.faults.take("slack", METHOD, team.as_ref());
        (world.secrets.next("envelope"), fault)
    });
    let fate = match fault.map(|fault| fault.kind) {
        None => Fate::Good,
        Some(FaultKind::AcceptThenDrop) => Fate::CutAfter,
        Some(FaultKind::Hang | FaultKind::AcceptThenHang | FaultKind::Slow) => Fate::Lost,
        Some(
            FaultKind::TooMany
            | FaultKind::Broken
            | FaultKind::Reset
            | FaultKind::Refuse
            | FaultKind::Error,
        ) => Fate::CutBefore,
    };
    let mut envelope = json!({
        "envelope_id": id,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": takes_answer(kind, payload),
    });
    if let Some((number, miss)) = again {
        envelope["retry_attempt"] = json!(number);
        envelope["retry_reason"] = json!(socket_word(miss));
    }
    let began = Instant::now();
    let Some(heard) = sim.sockets(|sockets| sockets.send(&envelope, fate)) else {
        return missed(Miss::ConnectionFailed, "the bot has no connection open");
    };
    match tokio::time::timeout(ACK_LIMIT, heard).await {
        Ok(Ok(payload)) => {
            let body = if payload.is_null() { String::new() } else { payload.to_string() };
            let answer = Answer { status: StatusCode::OK, headers: Vec::new(), body };
            let ack_ms = u64::try_from(began.elapsed().as_millis()).ok();
            Exchange { answer: Some(answer), ack_ms, miss: None }
        }
        Ok(Err(_)) => {
            missed(Miss::ConnectionFailed, "the connection broke before the bot acknowledged")
        }
        Err(_) => {
            sim.sockets(|sockets| sockets.give_up(&id));
            missed(Miss::Timeout, "the bot did not acknowledge within 3 seconds")
        }
    }
}

/// Slack takes an answer where it shows one; that of a button goes to the `response_url`.
fn takes_answer(kind: &str, payload: &Value) -> bool {
    match kind {
        "slash_commands" => true,
        "interactive" => {
            matches!(payload["type"].as_str(), Some("view_submission" | "block_suggestion"))
        }
        _ => false,
    }
}

const fn socket_word(miss: Miss) -> &'static str {
    match miss {
        Miss::Timeout => "timeout",
        Miss::ConnectionFailed | Miss::HttpError => "connection_failed",
    }
}

fn missed(miss: Miss, why: &str) -> Exchange {
    Exchange { answer: None, ack_ms: None, miss: Some((miss, why.to_owned())) }
}
