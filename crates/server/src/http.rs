//! The routes of the public and of the admin address.

mod health;
mod install;
mod page;
mod receive;
mod webhook;

use crate::bot::Bot;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Instant;
use tower_http::set_header::SetResponseHeaderLayer;

/// The longest body that is read: 1 MiB.
const BODY_LIMIT: usize = 1024 * 1024;

/// Returns the routes of the public address.
pub(crate) fn public_routes(bot: Arc<Bot>) -> Router {
    let slack = Router::new()
        .route("/slack/commands", post(receive::command))
        .route("/slack/interactions", post(receive::interaction))
        .route("/slack/options", post(receive::options))
        .route("/slack/events", post(receive::event))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&bot), measure));
    slack
        .route("/slack/install", get(install::begin))
        .route("/slack/oauth/callback", get(install::finish))
        .route("/{source}/webhook/{token}", post(webhook::hear))
        .route("/", get(page::front))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(crate::reports::measure))
        .layer(fixed(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(REFERRER_POLICY, "no-referrer"))
        .layer(fixed(CONTENT_SECURITY_POLICY, page::CONTENT_POLICY))
        .with_state(bot)
}

/// Returns the routes of the admin address.
pub(crate) fn admin_routes(bot: Arc<Bot>) -> Router {
    Router::new()
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/health/detail", get(health::detail))
        .route("/metrics", get(health::metrics))
        .with_state(bot)
}

/// Measures how long Slack waits for an answer, and what it is.
async fn measure(State(bot): State<Arc<Bot>>, request: Request, next: Next) -> Response {
    let kind = match request.uri().path() {
        "/slack/commands" => "command",
        "/slack/interactions" => "interaction",
        "/slack/events" => "event",
        _ => "other",
    };
    let began = Instant::now();
    let answer = next.run(request).await;
    let outcome = match answer.status().as_u16() {
        200..300 => "answered",
        401 => "bad_signature",
        503 => "not_stored",
        _ => "refused",
    };
    bot.metrics.answered(kind, outcome, began.elapsed());
    answer
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
