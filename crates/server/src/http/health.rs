//! Whether the process lives, whether it can serve, and how it stands.

use crate::bot::Bot;
use crate::metrics::resident_bytes;
use crate::watch;
use crate::workers::setbacks_told;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How long the database may take to answer before the service counts as not ready.
const DATABASE_LIMIT: Duration = Duration::from_secs(1);

/// What Prometheus calls the form of [`metrics`].
const METRICS_FORM: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) async fn livez() -> &'static str {
    "live\n"
}

pub(super) async fn readyz(State(bot): State<Arc<Bot>>) -> (StatusCode, &'static str) {
    if bot.is_leaving() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    if has_database(&bot).await {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
    }
}

pub(super) async fn metrics(State(bot): State<Arc<Bot>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, METRICS_FORM)], watch::text(&bot).await)
}

/// How the service stands, in the order in which somebody who is worried reads.
#[derive(Serialize)]
pub(super) struct Detail {
    now: DateTime<Utc>,
    database: bool,
    is_stopping: bool,
    /// What was due five minutes ago and waits without a reason: must be all 0.
    overdue: Value,
    audited_at: Option<DateTime<Utc>>,
    heartbeat_at: Option<DateTime<Utc>>,
    catch_up: Value,
    next_handoff_at: Option<DateTime<Utc>>,
    /// Every message that is kept, by state.
    outbox: Value,
    /// Work that is not done, by state, and what came into quarantine in the last 7 days.
    inbox: Value,
    oldest_due_age_s: Value,
    limits_in_force: Value,
    clock: Value,
    clock_offset_us: Option<i64>,
    memory_bytes: Option<u64>,
    /// When the database went back in time, and what may be lost of it.
    setbacks: Value,
}

pub(super) async fn detail(State(bot): State<Arc<Bot>>) -> Json<Detail> {
    let (now, system) = (bot.clock.now(), bot.store.system());
    let outbox = system.count_outbox_by_state().await.unwrap_or_default();
    let next_handoff_at = system.earliest_handoff_at().await.ok().flatten();
    let census = watch::census(&bot).await.unwrap_or_default();
    let ages = watch::ages(&census, now);
    let found = bot.auditor.findings();
    let (done, total) = bot.metrics.catch_up.progress();
    let clock = bot.clock.report();
    Json(Detail {
        now,
        database: has_database(&bot).await,
        is_stopping: bot.is_leaving(),
        overdue: words(found.overdue.named()),
        audited_at: found.audited_at,
        heartbeat_at: found.told_at,
        catch_up: json!({"done": done, "of": total}),
        next_handoff_at,
        outbox: words(outbox.into_iter().map(|(state, count)| (state.as_str(), count))),
        inbox: words(census.inbox),
        oldest_due_age_s: json!({
            "outbox": ages.outbox, "inbox": ages.inbox, "absence_sources": ages.sync,
        }),
        limits_in_force: words(census.limits),
        clock: json!({
            "is_database_time": clock.is_measured,
            "offset_ms": clock.offset.num_milliseconds(),
            "jumps": clock.jumps,
            "last_jump_ms": clock.last_jump.map(|by| by.num_milliseconds()),
        }),
        clock_offset_us: clock.offset.num_microseconds(),
        memory_bytes: resident_bytes(),
        setbacks: setbacks_told(&bot.store).await,
    })
}

fn words(counted: impl IntoIterator<Item = (impl Into<String>, u64)>) -> Value {
    let pairs = counted.into_iter().map(|(word, count)| (word.into(), Value::from(count)));
    Value::Object(pairs.collect::<Map<String, Value>>())
}

async fn has_database(bot: &Bot) -> bool {
    matches!(tokio::time::timeout(DATABASE_LIMIT, bot.store.ping()).await, Ok(Ok(())))
}
