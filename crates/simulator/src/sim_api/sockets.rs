//! Socket Mode by script: on and off, and what can befall its connections.

use super::refused::{Refused, read};
use crate::sim::Sim;
use crate::sockets::Sockets;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use chrono::TimeDelta;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

/// How long ahead Slack warns of closing a connection, on the clock.
const WARNING: TimeDelta = TimeDelta::seconds(10);

/// How long to wait at most for the bot to connect, in real time.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// Socket Mode on again, with the token that the app has.
    #[serde(default)]
    on: bool,
    /// Every connection is cut.
    #[serde(default)]
    drop: bool,
    /// `warning`, `refresh_requested` or `link_disabled`.
    disconnect: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Answer once this many connections are open.
    until: Option<usize>,
    /// Count only those that were opened after this one.
    #[serde(default)]
    after: u64,
}

pub(crate) async fn order(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refused> {
    let order: Order = read(&body)?;
    let before = state(&sim, 0);
    match (order.on, order.drop, order.disconnect.as_deref()) {
        (true, false, None) => {
            if !sim.sockets(Sockets::turn_on_again) {
                return Err(Refused::conflict("The app has no app-level token."));
            }
        }
        (false, true, None) => sim.sockets(Sockets::cut_all),
        (false, false, Some(reason @ ("warning" | "refresh_requested" | "link_disabled"))) => {
            let told = sim.sockets(|sockets| sockets.disconnect_all(reason));
            if reason == "warning" {
                close_later(&sim, told);
            } else {
                sim.sockets(|sockets| sockets.close_all(&told));
            }
        }
        _ => {
            return Err(Refused::unfit(
                "Say one of \"on\", \"drop\" and \"disconnect\" with \"warning\", \"refresh_requested\" or \"link_disabled\".",
            ));
        }
    }
    sim.touch();
    Ok(Json(before))
}

fn close_later(sim: &Sim, told: Vec<u64>) {
    let (inner, at) = (sim.clone(), sim.now() + WARNING);
    sim.spawn(async move {
        let stop = inner.stop_signal();
        tokio::select! {
            () = stop.cancelled() => {}
            () = inner.clock().sleep_until(at) => {
                inner.sockets(|sockets| sockets.close_all(&told));
            }
        }
    });
}

pub(crate) async fn look(
    State(sim): State<Sim>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, Refused> {
    let Some(until) = wanted.until else {
        return Ok(Json(state(&sim, wanted.after)));
    };
    let mut changes = sim.watch();
    let enough = async {
        loop {
            changes.borrow_and_update();
            let seen = state(&sim, wanted.after);
            if seen["connections"].as_array().is_some_and(|open| open.len() == until) {
                return seen;
            }
            // The simulator itself keeps the other end.
            changes.changed().await.ok();
        }
    };
    let late = || {
        let why = format!("There are not {until} connections within ten seconds.");
        Refused(StatusCode::GATEWAY_TIMEOUT, why)
    };
    tokio::time::timeout(PATIENCE, enough).await.map(Json).map_err(|_| late())
}

fn state(sim: &Sim, after: u64) -> Value {
    sim.sockets(|sockets| {
        let open: Vec<u64> = sockets.ids().into_iter().filter(|id| *id > after).collect();
        json!({"on": sockets.is_on(), "connections": open})
    })
}
