//! `POST /stripe/webhook`, and the pages to which Stripe leads back.
//!
//! What a webhook says is never the truth, only a reason to ask; so it is checked, written down and answered at once.

use super::page::{self, Page};
use crate::bot::Bot;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use connect::{StripeEvent, StripeFault};
use serde::Deserialize;
use std::sync::Arc;

/// The header with the signature.
const SIGNATURE: &str = "stripe-signature";

pub(super) async fn hear(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(billing) = &bot.billing else { return StatusCode::NOT_FOUND };
    let now = bot.clock.now();
    let mut signatures = headers.get_all(SIGNATURE).iter();
    let header = match (signatures.next(), signatures.next()) {
        (Some(only), None) => only.to_str().unwrap_or_default(),
        _ => "",
    };
    if let Err(fault) = billing.webhooks.verify(header, &body, now) {
        tracing::warn!(fault = %fault, bytes = body.len(), "A webhook of Stripe with a bad signature was refused.");
        return StatusCode::UNAUTHORIZED;
    }
    let Some(event) = StripeEvent::read(&body) else {
        // Sent again it would be no other, and what it was about is found by asking.
        tracing::error!(
            bytes = body.len(),
            "A webhook of Stripe cannot be read; what it is about is found in the night."
        );
        return StatusCode::OK;
    };
    let Some(customer) = &event.customer else { return StatusCode::OK };
    match app::subscription::heed(&bot.store, customer, &event.id, now).await {
        Ok(is_new) => {
            if is_new {
                bot.bells.billing.ring();
            }
            StatusCode::OK
        }
        Err(fault) => {
            tracing::error!(error = %fault, "A webhook of Stripe could not be kept.");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// What Stripe puts into the address.
#[derive(Deserialize)]
pub(super) struct Return {
    session: Option<String>,
}

/// Somebody comes back from the checkout: the subscription is asked about at once, also where no webhook ever comes.
pub(super) async fn came_back(
    State(bot): State<Arc<Bot>>,
    Query(Return { session }): Query<Return>,
) -> Response {
    let (status, shown) = try_come_back(&bot, session.as_deref()).await;
    page::show(status, &shown)
}

async fn try_come_back(bot: &Bot, session: Option<&str>) -> (StatusCode, Page) {
    let nothing = (StatusCode::NOT_FOUND, Page::NO_CHECKOUT);
    let (Some(billing), Some(session)) = (&bot.billing, session) else { return nothing };
    let found = match billing.stripe.find_checkout(session).await {
        Ok(found) => found,
        Err(StripeFault::Missing | StripeFault::Refused { .. }) => return nothing,
        Err(fault) => {
            tracing::warn!(error = %fault, "It could not be asked about a checkout from which somebody came back.");
            return (StatusCode::SERVICE_UNAVAILABLE, Page::PAID_PERHAPS);
        }
    };
    let (customer, reference) = (found.customer.as_deref(), found.workspace.as_deref());
    let workspace = app::subscription::workspace_of_checkout(&bot.store, customer, reference).await;
    let workspace = match workspace {
        Ok(Some(workspace)) => workspace,
        Ok(None) => {
            tracing::warn!("Somebody came back from a checkout that is of no workspace here.");
            return nothing;
        }
        Err(fault) => return unavailable(&fault),
    };
    if !found.is_complete {
        return (StatusCode::OK, Page::NOT_PAID);
    }
    match app::subscription::ask_now(&bot.store, workspace, bot.clock.now()).await {
        Ok(()) => {
            bot.bells.billing.ring();
            (StatusCode::OK, Page::PAID)
        }
        Err(fault) => unavailable(&fault),
    }
}

/// Somebody leaves the checkout or the portal.
pub(super) async fn left(State(bot): State<Arc<Bot>>) -> Response {
    if bot.billing.is_none() {
        return page::show(StatusCode::NOT_FOUND, &Page::NO_CHECKOUT).into_response();
    }
    page::show(StatusCode::OK, &Page::LEFT_STRIPE)
}

fn unavailable(fault: &app::AppError) -> (StatusCode, Page) {
    tracing::error!(error = %fault, "It could not be kept that somebody came back from a checkout.");
    (StatusCode::SERVICE_UNAVAILABLE, Page::PAID_PERHAPS)
}
