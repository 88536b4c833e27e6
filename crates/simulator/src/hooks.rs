//! `response_url`: where the bot answers later, five times within half an hour.

use crate::listener::Switch;
use crate::sim::Sim;
use crate::to_bot::event;
use crate::to_bot::reaction::{Place, show_answer};
use crate::web_api::play;
use crate::world::World;
use crate::world::journal::Call;
use crate::world::passes::HookFault;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{DateTime, Utc};
use domain::ids::TeamId;
use http::StatusCode;
use serde_json::{Value, json};

/// The name under which faults and the journal know these calls.
const METHOD: &str = "response_url";

pub(crate) fn routes() -> Router<Sim> {
    Router::new().route("/slack/hooks/{team}/{secret}", post(answer_later))
}

async fn answer_later(
    State(sim): State<Sim>,
    Path((team, secret)): Path<(String, String)>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    body: Bytes,
) -> Response {
    let team = TeamId::new(&team);
    let payload: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let fault = sim.change(|world, _| world.faults.take("slack", METHOD, Some(&team)));
    if let Some(fault) = fault.as_ref().filter(|fault| !fault.kind.comes_after()) {
        let word = Some(fault.kind.word());
        sim.change(|world, now| {
            record(
                world,
                &team,
                &payload,
                (0, Err("a fault that was asked for".into())),
                word,
                now,
            );
        });
        return play(&sim, fault, &switch).await;
    }
    let word = fault.as_ref().map(|fault| fault.kind.word());
    let (status, outcome) = sim.change(|world, now| {
        let (status, outcome) = perform(world, &team, &secret, &payload, now);
        let seen = outcome.as_ref().map(drop).map_err(Clone::clone);
        record(world, &team, &payload, (status.as_u16(), seen), word, now);
        (status, outcome)
    });
    if let Ok(Some(told)) = &outcome {
        event::tell_later(&sim, &team, told);
    }
    if let Some(fault) = &fault {
        return play(&sim, fault, &switch).await;
    }
    match outcome {
        Ok(_) => (status, axum::Json(json!({"ok": true}))).into_response(),
        Err(reason) => {
            let code =
                if status == StatusCode::NOT_FOUND { "expired_url" } else { "invalid_payload" };
            (status, axum::Json(json!({"ok": false, "error": code, "reason": reason})))
                .into_response()
        }
    }
}

fn perform(
    world: &mut World,
    team: &TeamId,
    secret: &str,
    payload: &Value,
    now: DateTime<Utc>,
) -> (StatusCode, Result<Option<Value>, String>) {
    if !payload.is_object() {
        return (StatusCode::BAD_REQUEST, Err("the body is no object in JSON".into()));
    }
    let hook = match world.passes.use_hook(secret, now) {
        Ok(hook) if &hook.team == team => hook,
        Ok(_) | Err(HookFault::Unknown) => {
            return (StatusCode::NOT_FOUND, Err("no such response_url was handed out".into()));
        }
        Err(HookFault::Expired) => {
            return (StatusCode::NOT_FOUND, Err("a response_url lives 30 minutes".into()));
        }
        Err(HookFault::UsedUp) => {
            return (StatusCode::NOT_FOUND, Err("a response_url takes five posts".into()));
        }
    };
    let original = hook.message_ts.as_deref();
    let place = Place { team, channel: &hook.channel, user: &hook.user, original, command: None };
    match show_answer(world, &place, payload, now) {
        Ok(event) => (StatusCode::OK, Ok(event)),
        Err(reason) => (StatusCode::BAD_REQUEST, Err(reason)),
    }
}

fn record(
    world: &mut World,
    team: &TeamId,
    payload: &Value,
    (status, outcome): (u16, Result<(), String>),
    fault: Option<&'static str>,
    now: DateTime<Utc>,
) {
    world.journal.record_call(Call {
        id: 0,
        at: now,
        service: "slack",
        method: METHOD.into(),
        team: Some(team.clone()),
        arguments: payload.clone(),
        status,
        ok: outcome.is_ok(),
        error: outcome.is_err().then(|| "invalid_payload".into()),
        reason: outcome.err(),
        fault,
        answer: Value::Null,
    });
}
