//! Stripe's doors: what people do on its pages, what it sends, and how it behaves.

mod doing;
mod look;
mod setting;

use super::refused::Refused;
use crate::sim::Sim;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::Value;

type Answer = Result<Json<Value>, Refused>;

pub(crate) fn routes() -> Router<Sim> {
    Router::new()
        .route("/sim/stripe", get(look::look))
        .route("/sim/stripe/events", get(look::events))
        .route("/sim/stripe/pay", post(doing::pay))
        .route("/sim/stripe/portal", post(doing::portal))
        .route("/sim/stripe/card", post(doing::card))
        .route("/sim/stripe/subscriptions/{id}", post(doing::subscription))
        .route("/sim/stripe/send", post(doing::send))
        .route("/sim/stripe/webhooks", post(setting::webhooks))
        .route("/sim/stripe/account", post(setting::account))
        .route("/sim/stripe/keys", post(setting::keys))
}
