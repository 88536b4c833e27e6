//! `POST /slack/commands`, `/slack/interactions` and `/slack/events`: the signature is checked on the raw body, then it is read.

use crate::bot::Bot;
use crate::requests::{commands, events, interactions};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use slack::Inbound;
use std::sync::Arc;

pub(super) async fn command(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let inbound = slack::read_command(&body);
    if inbound == Inbound::SslCheck {
        return StatusCode::OK.into_response();
    }
    if let Err(refused) = check_signature(&bot, &headers, &body) {
        return refused.into_response();
    }
    say(commands::answer(&bot, inbound).await)
}

pub(super) async fn interaction(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let inbound = slack::read_interaction(&body);
    if inbound == Inbound::SslCheck {
        return StatusCode::OK.into_response();
    }
    if let Err(refused) = check_signature(&bot, &headers, &body) {
        return refused.into_response();
    }
    say(interactions::answer(&bot, inbound).await)
}

pub(super) async fn event(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refused) = check_signature(&bot, &headers, &body) {
        return refused.into_response();
    }
    match slack::read_event(&body) {
        Inbound::UrlVerification { challenge } => challenge.into_response(),
        inbound => match events::keep(&bot, inbound).await {
            Ok(()) => StatusCode::OK.into_response(),
            Err(events::NotStored) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

fn say(answer: Option<Value>) -> Response {
    answer.map_or_else(|| StatusCode::OK.into_response(), |answer| Json(answer).into_response())
}

/// Checks that the body comes from Slack and is fresh.
///
/// # Errors
///
/// 401; the log says why, without the body.
fn check_signature(bot: &Bot, headers: &HeaderMap, body: &[u8]) -> Result<(), StatusCode> {
    bot.signing.verify(headers, body, bot.clock.now()).map_err(|fault| {
        tracing::warn!(reason = %fault, bytes = body.len(), "A request with a bad signature was refused.");
        StatusCode::UNAUTHORIZED
    })
}
