//! `POST /slack/events`: stored in the inbox, acknowledged, worked off later.

use super::receive::check_signature;
use crate::bot::Bot;
use app::inbox::Received;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::ids::WorkspaceId;
use slack::{Event, EventKind, Inbound};
use std::sync::Arc;
use store::InboxItem;

pub(super) async fn receive(
    State(bot): State<Arc<Bot>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Err(refused) = check_signature(&bot, &headers, &body) {
        return refused.into_response();
    }
    match slack::read_event(&body) {
        Inbound::UrlVerification { challenge } => challenge.into_response(),
        Inbound::Event(event) => keep(&bot, event).await.into_response(),
        _ => StatusCode::OK.into_response(),
    }
}

/// Stores the event before it is acknowledged; Slack sends it again when that fails.
async fn keep(bot: &Bot, event: Event) -> StatusCode {
    let workspace = WorkspaceId::of_team(&event.team);
    let Some(item) = item(&event) else {
        return StatusCode::OK;
    };
    match app::inbox::receive(&bot.store, workspace, &item, &event.event_id, bot.clock.now()).await
    {
        Ok(Received::Stored) => {
            bot.bells.inbox.ring();
            StatusCode::OK
        }
        Ok(Received::KnownAlready | Received::NotInstalled) => StatusCode::OK,
        Err(fault) => {
            tracing::error!(error = %fault, workspace.id = %workspace, "An event could not be stored.");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

fn item(event: &Event) -> Option<InboxItem> {
    match &event.kind {
        EventKind::AppUninstalled => Some(InboxItem::AppUninstalled { at: event.at }),
        EventKind::TokensRevoked { bot: true } => {
            Some(InboxItem::TokensRevoked { at: event.at, bot: true })
        }
        EventKind::UserChanged { user } => Some(InboxItem::UserChanged { user: user.clone() }),
        EventKind::OwnMessage { channel, ts, delivery: Some(delivery) } => {
            Some(InboxItem::OwnMessage {
                channel: channel.clone(),
                ts: ts.clone(),
                delivery: Some(*delivery),
            })
        }
        EventKind::OwnMessage { delivery: None, .. }
        | EventKind::TokensRevoked { bot: false }
        | EventKind::Other => None,
    }
}
