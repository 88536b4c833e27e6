//! `POST /slack/commands`, `/slack/interactions`, `/slack/options` and `/slack/events`: the signature is checked on the raw body, then it is read.

use super::door::come_again;
use crate::bot::Bot;
use crate::requests::events::{self, NotKept};
use crate::requests::{commands, interactions};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use slack::{Inbound, SignatureFault};
use std::sync::Arc;

pub(super) async fn command(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(fault) = check_signature(&bot, &headers, &body) {
        return or_ssl_check(fault, &body).into_response();
    }
    say(commands::answer(&bot, slack::read_command(&body)).await)
}

pub(super) async fn interaction(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(fault) = check_signature(&bot, &headers, &body) {
        return or_ssl_check(fault, &body).into_response();
    }
    say(interactions::answer(&bot, slack::read_interaction(&body)).await)
}

/// Answers a menu that Slack would fill from here: no form of ours has one, so there is nothing to choose from.
pub(super) async fn options(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(fault) = check_signature(&bot, &headers, &body) {
        return or_ssl_check(fault, &body).into_response();
    }
    Json(json!({ "options": [] })).into_response()
}

pub(super) async fn event(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(fault) = check_signature(&bot, &headers, &body) {
        return refuse(fault, &body).into_response();
    }
    match slack::read_event(&body) {
        Inbound::UrlVerification { challenge } => challenge.into_response(),
        inbound => match events::keep(&bot, inbound).await {
            Ok(()) => StatusCode::OK.into_response(),
            Err(NotKept::NotStored) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            Err(NotKept::TooMany(too_many)) => come_again(StatusCode::TOO_MANY_REQUESTS, too_many),
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
/// What is wrong with the signature.
fn check_signature(bot: &Bot, headers: &HeaderMap, body: &[u8]) -> Result<(), SignatureFault> {
    bot.signing.verify(headers, body, bot.clock.now())
}

/// Refuses a request; the log says why, without the body.
fn refuse(fault: SignatureFault, body: &[u8]) -> StatusCode {
    tracing::warn!(reason = %fault, bytes = body.len(), "A request with a bad signature was refused.");
    StatusCode::UNAUTHORIZED
}

/// Refuses a request but Slack's check of the certificate, which may come unsigned and asks for nothing.
fn or_ssl_check(fault: SignatureFault, body: &[u8]) -> StatusCode {
    if slack::is_ssl_check(body) { StatusCode::OK } else { refuse(fault, body) }
}
