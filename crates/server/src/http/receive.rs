//! What all of Slack's requests share: the signature, checked on the raw body before anything is read.

use crate::bot::Bot;
use axum::http::{HeaderMap, StatusCode};

/// Checks that the body comes from Slack and is fresh.
///
/// # Errors
///
/// 401; the log says why, without the body.
pub(super) fn check_signature(
    bot: &Bot,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(), StatusCode> {
    bot.signing.verify(headers, body, bot.clock.now()).map_err(|fault| {
        tracing::warn!(reason = %fault, bytes = body.len(), "A request with a bad signature was refused.");
        StatusCode::UNAUTHORIZED
    })
}
