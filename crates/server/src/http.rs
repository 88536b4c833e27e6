//! The routes of the public and of the admin address.

mod billing;
mod calendar;
mod connections;
mod door;
mod exports;
mod headers;
mod health;
mod install;
mod page;
mod receive;
mod schedule;
mod site;
mod webhook;

pub(crate) use connections::serve;

use crate::bot::Bot;
use crate::requests::verdict;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderName;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Instant;

/// Returns the routes of the public address.
pub(crate) fn public_routes(bot: &Arc<Bot>) -> Router {
    let with = || Arc::clone(bot);
    let slack = Router::new()
        .route("/slack/commands", post(receive::command))
        .route("/slack/interactions", post(receive::interaction))
        .route("/slack/options", post(receive::options))
        .route("/slack/events", post(receive::event))
        .route_layer(middleware::from_fn_with_state(with(), door::whole))
        .route_layer(middleware::from_fn_with_state(with(), door::signed))
        .route_layer(middleware::from_fn_with_state(with(), measure));
    let sources = Router::new()
        .route("/{source}/webhook/{token}", post(webhook::hear))
        .route("/stripe/webhook", post(billing::hear))
        .route_layer(middleware::from_fn_with_state(with(), door::whole))
        .route_layer(middleware::from_fn_with_state(with(), door::signed));
    let pages = Router::new()
        .route("/slack/install", get(install::begin))
        .route("/slack/oauth/callback", get(install::finish))
        .route("/", get(page::front))
        .route("/exports/{token}", get(exports::offer).post(exports::fetch))
        .route("/calendar/{token}", get(calendar::subscribe))
        .route("/schedule/{token}", get(schedule::show))
        .route("/billing/return", get(billing::came_back))
        .route("/billing/left", get(billing::left))
        .route("/security", get(site::security))
        .route("/privacy", get(site::privacy))
        .route("/.well-known/security.txt", get(site::contact))
        .route_layer(middleware::from_fn_with_state(with(), door::whole))
        .route_layer(middleware::from_fn_with_state(with(), door::visitor))
        .route_layer(middleware::from_fn(page::in_words));
    slack
        .merge(sources)
        .merge(pages)
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .fallback(page::nothing_here)
        .layer(middleware::from_fn(crate::reports::measure))
        .layer(middleware::from_fn_with_state(with(), headers::secure))
        .with_state(with())
}

/// Returns the routes of the admin address.
pub(crate) fn admin_routes(bot: &Arc<Bot>) -> Router {
    Router::new()
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/health/detail", get(health::detail))
        .route("/metrics", get(health::metrics))
        .with_state(Arc::clone(bot))
}

/// Returns the header that keeps what is behind a link out of what search engines show.
fn unseen() -> [(HeaderName, &'static str); 1] {
    [(HeaderName::from_static("x-robots-tag"), "noindex, nofollow")]
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
    let (answer, is_right) = verdict::of(next.run(request)).await;
    let outcome = match answer.status().as_u16() {
        200..300 => "answered",
        401 => "bad_signature",
        429 => "too_many",
        503 => "not_stored",
        _ => "refused",
    };
    let took = began.elapsed();
    bot.metrics.answered(kind, outcome, took);
    // Whoever is not Slack, or sends what Slack never sends, waits for nothing of ours.
    if !matches!(outcome, "bad_signature" | "refused") {
        bot.metrics.acknowledged(kind, is_right && outcome == "answered", took);
    }
    answer
}
