//! From an error to an outcome, without a word of the error itself: it holds bodies.

use super::outcome::{NotSentKind, Outcome};
use hyper_util::client::legacy::Error as ConnectionError;
use serde_json::Value;
use slack_morphism::errors::SlackClientError;

/// Codes after which nobody can tell whether Slack did it (its text for `fatal_error`: "may have succeeded").
const AMBIGUOUS: [&str; 3] = ["fatal_error", "internal_error", "update_failed"];

/// Codes after which the installation is dead.
const DEAD_TOKEN: [&str; 6] = [
    "invalid_auth",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "not_authed",
    "app_access_restricted",
];

/// Codes with which Slack did nothing and asks for another time.
const TRANSIENT: [&str; 9] = [
    "rate_limited",
    "ratelimited",
    "message_limit_exceeded",
    "service_unavailable",
    "request_timeout",
    "fetch_members_failed",
    "external_channel_migrating",
    "team_added_to_org",
    "org_login_required",
];

/// Returns the outcome that Slack's own error code stands for.
pub(crate) fn of_code<T>(code: &str) -> Outcome<T> {
    let is_plain = (1..=64).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if !is_plain {
        return Outcome::not_sent(NotSentKind::Permanent, "unknown_error");
    }
    if AMBIGUOUS.contains(&code) {
        return Outcome::ambiguous(code);
    }
    let kind = if DEAD_TOKEN.contains(&code) {
        NotSentKind::DeadToken
    } else if TRANSIENT.contains(&code) {
        NotSentKind::Transient
    } else {
        NotSentKind::Permanent
    };
    Outcome::not_sent(kind, code)
}

/// Returns the outcome that an HTTP status other than success stands for, with what Slack wrote in the body.
pub(crate) fn of_status<T>(status: http::StatusCode, body: Option<&str>) -> Outcome<T> {
    if status.is_server_error() {
        return Outcome::ambiguous("server_error");
    }
    if let Some(code) = body.and_then(refused_with) {
        return of_code(&code);
    }
    let kind = match status.as_u16() {
        408 | 425 => NotSentKind::Transient,
        _ => NotSentKind::Permanent,
    };
    Outcome::not_sent(kind, "http_refused")
}

/// Returns the outcome that an error of slack-morphism stands for.
pub(crate) fn of_client_error<T>(error: &SlackClientError) -> Outcome<T> {
    match error {
        SlackClientError::ApiError(refused) => of_code(&refused.code),
        SlackClientError::RateLimitError(limited) => {
            Outcome::rate_limited(limited.retry_after.map(|wait| wait.as_secs()))
        }
        SlackClientError::HttpError(http) => {
            of_status(http.status_code, http.http_response_body.as_deref())
        }
        // What Slack refused stays refused, even where the rest of its answer has a strange form.
        SlackClientError::ProtocolError(unreadable) => unreadable
            .json_body
            .as_deref()
            .and_then(refused_with)
            .map_or_else(|| Outcome::ambiguous("unreadable_answer"), |code| of_code(&code)),
        SlackClientError::HttpProtocolError(http) => of_connection(http.cause.as_deref()),
        SlackClientError::SystemError(_)
        | SlackClientError::EndOfStream(_)
        | SlackClientError::SocketModeProtocolError(_) => Outcome::ambiguous("connection_lost"),
    }
}

/// Tells a connection that never opened from one that broke, and from a request that could not even be written.
fn of_connection<T>(cause: Option<&(dyn std::error::Error + Send + Sync + 'static)>) -> Outcome<T> {
    let Some(cause) = cause else {
        return Outcome::ambiguous("connection_lost");
    };
    if cause.is::<http::Error>() || cause.is::<url::ParseError>() {
        return Outcome::not_sent(NotSentKind::Permanent, "unsendable_request");
    }
    match cause.downcast_ref::<ConnectionError>() {
        Some(error) if error.is_connect() => {
            Outcome::not_sent(NotSentKind::Transient, "no_connection")
        }
        _ => Outcome::ambiguous("connection_lost"),
    }
}

/// Returns the outcome that an error of reqwest stands for.
pub(crate) fn of_plain_error<T>(error: &reqwest::Error) -> Outcome<T> {
    if error.is_builder() {
        Outcome::not_sent(NotSentKind::Permanent, "unsendable_request")
    } else if error.is_connect() {
        Outcome::not_sent(NotSentKind::Transient, "no_connection")
    } else {
        Outcome::ambiguous("connection_lost")
    }
}

/// Returns Slack's error code, if the body is a refusal.
pub(crate) fn refused_with(body: &str) -> Option<String> {
    let json: Value = serde_json::from_str(body).ok()?;
    let is_refusal = json.get("ok")?.as_bool() == Some(false);
    let code = json.get("error")?.as_str()?;
    is_refusal.then(|| code.to_owned())
}
