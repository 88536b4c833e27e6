//! Whether the process lives, and whether it can serve.

use crate::bot::Bot;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long the database may take to answer before the service counts as not ready.
const DATABASE_LIMIT: Duration = Duration::from_secs(1);

pub(super) async fn livez() -> &'static str {
    "live\n"
}

pub(super) async fn readyz(State(bot): State<Arc<Bot>>) -> (StatusCode, &'static str) {
    if bot.supervisor.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if has_database(&bot).await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
    }
}

pub(super) async fn detail(State(bot): State<Arc<Bot>>) -> Json<Value> {
    let system = bot.store.system();
    let counted = system.count_outbox_by_state().await.unwrap_or_default();
    let outbox: Map<String, Value> =
        counted.into_iter().map(|(state, n)| (state.as_str().to_owned(), n.into())).collect();
    let next = system.earliest_handoff_at().await.ok().flatten();
    Json(json!({
        "now": bot.clock.now(),
        "clock_offset_us": bot.clock.offset().num_microseconds(),
        "database": has_database(&bot).await,
        "is_stopping": bot.supervisor.is_stopping(),
        "next_handoff_at": next,
        "outbox": outbox,
    }))
}

async fn has_database(bot: &Bot) -> bool {
    matches!(tokio::time::timeout(DATABASE_LIMIT, bot.store.ping()).await, Ok(Ok(())))
}
