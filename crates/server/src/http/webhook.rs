//! `POST /{source}/webhook/{token}`: an absence source says that something changed. What it says is never the truth, only a
//! reason to ask.

use super::door::come_again;
use crate::bot::Bot;
use crate::inbound::TooMany;
use app::absence_source::{find_hook, poke};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use connect::Poke;
use domain::source::SourceCode;
use std::sync::Arc;

pub(super) async fn hear(
    State(bot): State<Arc<Bot>>,
    Path((source, token)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match try_hear(&bot, (&source, &token), &headers, &body).await {
        Ok(status) => status.into_response(),
        Err(too_many) => come_again(StatusCode::TOO_MANY_REQUESTS, too_many),
    }
}

async fn try_hear(
    bot: &Bot,
    (source, token): (&str, &str),
    headers: &HeaderMap,
    body: &[u8],
) -> Result<StatusCode, TooMany> {
    let found = SourceCode::new(source).and_then(|code| connect::find(&code));
    let Some(source) = found else { return Ok(StatusCode::NOT_FOUND) };
    let code = &source.info().code;
    let (workspace, secret) = match find_hook(&bot.store, code, token).await {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(StatusCode::NOT_FOUND),
        Err(fault) => return Ok(unavailable(&fault)),
    };
    let header = |name: &str| Some(headers.get(name)?.to_str().ok()?.to_owned());
    Ok(match source.read_poke(body, &header, secret.as_ref()) {
        Poke::Ping | Poke::Ignored => StatusCode::OK,
        Poke::Unsigned => {
            tracing::warn!(source = %code, workspace.id = %workspace, bytes = body.len(), "A webhook with a bad signature was refused.");
            StatusCode::UNAUTHORIZED
        }
        Poke::Event { dedupe } => {
            bot.door.let_in_from(workspace)?;
            match poke(&bot.store, workspace, code, &dedupe, bot.clock.now()).await {
                Ok(()) => {
                    bot.bells.inbox.ring();
                    StatusCode::OK
                }
                Err(fault) => unavailable(&fault),
            }
        }
    })
}

/// Whoever is not heard comes again.
fn unavailable(fault: &app::AppError) -> StatusCode {
    tracing::error!(error = %fault, "A webhook could not be kept.");
    StatusCode::SERVICE_UNAVAILABLE
}
