//! What the simulator sends to the bot.

pub(crate) mod command;
pub(crate) mod envelope;
pub(crate) mod event;
pub(crate) mod interaction;
pub(crate) mod outbound;
pub(crate) mod reaction;
pub(crate) mod signature;
pub(crate) mod told;

use crate::sim::Sim;
use outbound::Answer;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long the bot may take to answer, in real time.
const ACK_LIMIT: Duration = Duration::from_secs(3);

/// Why a request did not reach its aim, in Slack's words for a repeated event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    Timeout,
    ConnectionFailed,
    HttpError,
}

impl Miss {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Timeout => "http_timeout",
            Self::ConnectionFailed => "connection_failed",
            Self::HttpError => "http_error",
        }
    }
}

/// What became of a request to the bot.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) answer: Option<Answer>,
    pub(crate) ack_ms: Option<u64>,
    /// Why Slack takes it as failed, in its own word and as a sentence for people.
    pub(crate) miss: Option<(Miss, String)>,
}

impl Exchange {
    /// Returns the body of a good answer, as JSON where it is JSON.
    pub(crate) fn response(&self) -> Value {
        let Some(answer) = self.answer.as_ref().filter(|answer| !answer.body.trim().is_empty())
        else {
            return Value::Null;
        };
        serde_json::from_str(&answer.body).unwrap_or_else(|_| json!(answer.body))
    }
}

/// Posts a signed body to the bot and waits three seconds for its answer.
///
/// The clock stands still meanwhile.
pub(crate) async fn post(
    sim: &Sim,
    path: &str,
    content_type: &str,
    body: &str,
    more: &[(&str, String)],
) -> Exchange {
    let _busy = sim.clock().busy();
    let Some(url) = sim.bot_url().and_then(|url| url.join(path).ok()) else {
        let why = "nobody has said where the bot is".to_owned();
        return Exchange { answer: None, ack_ms: None, miss: Some((Miss::ConnectionFailed, why)) };
    };
    let timestamp = sim.now().timestamp();
    let mut headers = vec![
        ("Content-Type", content_type.to_owned()),
        ("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)".into()),
        ("X-Slack-Request-Timestamp", timestamp.to_string()),
        ("X-Slack-Signature", signature::sign(&sim.app().signing_secret, timestamp, body)),
    ];
    headers.extend_from_slice(more);
    let began = Instant::now();
    let sent = tokio::time::timeout(ACK_LIMIT, outbound::send("POST", &url, &headers, body)).await;
    let ack_ms = u64::try_from(began.elapsed().as_millis()).ok();
    match sent {
        Ok(Ok(answer)) => {
            let status = answer.status;
            let miss = (status != 200)
                .then(|| (Miss::HttpError, format!("the bot answered {}", status.as_u16())));
            Exchange { answer: Some(answer), ack_ms, miss }
        }
        Ok(Err(error)) => {
            let why = format!("the bot did not answer: {error}");
            Exchange { answer: None, ack_ms: None, miss: Some((Miss::ConnectionFailed, why)) }
        }
        Err(_) => {
            let why = "the bot did not answer within 3 seconds".to_owned();
            Exchange { answer: None, ack_ms: None, miss: Some((Miss::Timeout, why)) }
        }
    }
}
