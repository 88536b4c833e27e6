//! Slack's Web API: `/slack/api/{method}`.

mod answer;
mod apps;
mod arguments;
mod catalogue;
mod chat;
mod context;
mod conversations;
mod oauth;
mod users;
mod views;

use crate::faults::{Fault, FaultKind};
use crate::listener::Switch;
use crate::sim::Sim;
use crate::to_bot::event;
use crate::world::World;
use crate::world::journal::Call;
use crate::world::workspace::InstallState;
use answer::{Outcome, Refusal};
use arguments::Arguments;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use catalogue::Method;
use chrono::{DateTime, TimeDelta, Utc};
use context::Context;
use domain::ids::TeamId;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// How long a slow call takes.
const SLOW: TimeDelta = TimeDelta::seconds(8);

pub(crate) fn routes() -> Router<Sim> {
    Router::new().route("/slack/api/{method}", any(call))
}

/// A call as it came.
struct Incoming<'a> {
    method: &'a str,
    headers: &'a HeaderMap,
    query: &'a str,
    body: &'a [u8],
}

/// A call as it was answered.
struct Performed {
    team: Option<TeamId>,
    scopes: Option<String>,
    arguments: Value,
    outcome: Outcome,
    /// Seconds after which to try again, where there were too many calls.
    retry_after: Option<i64>,
    /// What the bot is told of in consequence.
    events: Vec<Value>,
}

async fn call(
    State(sim): State<Sim>,
    Path(method): Path<String>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let query = query.unwrap_or_default();
    let incoming = Incoming { method: &method, headers: &headers, query: &query, body: &body };
    // Half of the time is the way there: a call is done before the other half.
    let way = sim.latency() / 2;
    travel(way).await;
    let mut fault = sim.change(|world, _| {
        let team = find_team(world, &incoming);
        world.faults.take("slack", &method, team.as_ref())
    });
    let word = fault.as_ref().map(|fault| fault.kind.word());
    if let Some(slow) = fault.take_if(|fault| fault.kind == FaultKind::Slow) {
        dawdle(&sim, &incoming, &slow).await;
    }
    if let Some(fault) = fault.as_ref().filter(|fault| !fault.kind.comes_after()) {
        sim.change(|world, now| {
            let team = find_team(world, &incoming);
            world.journal.record_call(faulty_call(&incoming, team, fault, now));
        });
        travel(way).await;
        return play(&sim, fault, &switch).await;
    }
    let performed = sim.change(|world, now| {
        let performed = perform(&sim, world, &incoming, now);
        world.journal.record_call(journal_entry(&method, &performed, word, now));
        performed
    });
    if let Some(team) = &performed.team {
        for told in &performed.events {
            event::tell_later(&sim, team, told);
        }
    }
    travel(way).await;
    match &fault {
        Some(fault) => play(&sim, fault, &switch).await,
        None => respond(performed),
    }
}

/// Lets a message be on its way, in real time: a manual clock stands still while the caller waits.
async fn travel(way: Duration) {
    if !way.is_zero() {
        tokio::time::sleep(way).await;
    }
}

/// Waits before a call is done. A caller who leaves meanwhile takes the call along.
async fn dawdle(sim: &Sim, incoming: &Incoming<'_>, fault: &Fault) {
    let now = sim.clock().now();
    let team = sim.read(|world| find_team(world, incoming));
    let mut waiting = Waiting { sim, left: Some(faulty_call(incoming, team, fault, now)) };
    // The caller is kept waiting on purpose, so its own limit must be able to come.
    let _loan = sim.clock().lend();
    sim.clock().sleep_until(now + SLOW).await;
    waiting.left = None;
}

/// A call that waits to be done: where that is given up, it stands in the journal as not done.
struct Waiting<'a> {
    sim: &'a Sim,
    left: Option<Call>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(call) = self.left.take() {
            self.sim.change(|world, _| world.journal.record_call(call));
        }
    }
}

/// Returns the workspace that a call is made for, as far as its header says.
fn find_team(world: &World, incoming: &Incoming<'_>) -> Option<TeamId> {
    let (workspace, _) = world.find_by_token(bearer(incoming.headers)?)?;
    Some(workspace.team.clone())
}

/// Lets a fault happen to a call, instead of its answer.
pub(crate) async fn play(sim: &Sim, fault: &Fault, switch: &Switch) -> Response {
    match fault.kind {
        FaultKind::TooMany => too_many(i64::from(fault.retry_after_s)),
        FaultKind::Broken => {
            (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").into_response()
        }
        FaultKind::Hang | FaultKind::AcceptThenHang | FaultKind::Slow => {
            // The caller is kept waiting on purpose, so its own limit must be able to come.
            let _loan = sim.clock().lend();
            sim.stop_signal().cancelled().await;
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        FaultKind::Reset => {
            switch.reset();
            StatusCode::NO_CONTENT.into_response()
        }
        FaultKind::Refuse | FaultKind::AcceptThenDrop => {
            switch.close();
            StatusCode::NO_CONTENT.into_response()
        }
        FaultKind::Error => axum::Json(json!({"ok": false, "error": fault.error})).into_response(),
    }
}

fn too_many(seconds: i64) -> Response {
    let body = json!({"ok": false, "error": "ratelimited"});
    let headers = [(header::RETRY_AFTER, seconds.to_string())];
    (StatusCode::TOO_MANY_REQUESTS, headers, axum::Json(body)).into_response()
}

fn respond(performed: Performed) -> Response {
    if let Some(seconds) = performed.retry_after {
        return too_many(seconds);
    }
    let body = body_of(&performed.outcome);
    let mut response = Response::new(Body::from(body.to_string()));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    if let Some(scopes) = performed.scopes.and_then(|scopes| scopes.parse().ok()) {
        headers.insert("x-oauth-scopes", scopes);
    }
    response
}

fn body_of(outcome: &Outcome) -> Value {
    match outcome {
        Ok(fields) => {
            let mut body = json!({"ok": true});
            if let (Some(body), Some(fields)) = (body.as_object_mut(), fields.as_object()) {
                body.extend(fields.clone());
            }
            body
        }
        Err(refusal) => refusal.body(),
    }
}

fn journal_entry(
    method: &str,
    performed: &Performed,
    fault: Option<&'static str>,
    now: DateTime<Utc>,
) -> Call {
    let mut answer = body_of(&performed.outcome);
    if answer["access_token"].is_string() {
        answer["access_token"] = json!("***");
    }
    if method == "apps.connections.open" && answer["url"].is_string() {
        answer["url"] = json!("***");
    }
    let refusal = performed.outcome.as_ref().err();
    Call {
        id: 0,
        at: now,
        service: "slack",
        method: method.into(),
        team: performed.team.clone(),
        arguments: performed.arguments.clone(),
        status: if performed.retry_after.is_some() { 429 } else { 200 },
        ok: refusal.is_none(),
        error: refusal.map(|refusal| refusal.code.into()),
        reason: refusal.map(|refusal| refusal.reason.clone()),
        fault,
        answer,
    }
}

fn faulty_call(
    incoming: &Incoming<'_>,
    team: Option<TeamId>,
    fault: &Fault,
    now: DateTime<Utc>,
) -> Call {
    let raw = arguments::read_raw(
        catalogue::find(incoming.method),
        incoming.headers,
        incoming.query,
        incoming.body,
    );
    let status = match fault.kind {
        FaultKind::TooMany => 429,
        FaultKind::Broken => 500,
        FaultKind::Error => 200,
        _ => 0,
    };
    Call {
        id: 0,
        at: now,
        service: "slack",
        method: incoming.method.into(),
        team,
        arguments: Arguments::without_secrets(&raw.unwrap_or_default()),
        status,
        ok: false,
        error: fault.error.clone(),
        reason: None,
        fault: Some(fault.kind.word()),
        answer: Value::Null,
    }
}

fn perform(sim: &Sim, world: &mut World, incoming: &Incoming<'_>, now: DateTime<Utc>) -> Performed {
    let mut performed = Performed {
        team: None,
        scopes: None,
        arguments: json!({}),
        outcome: Ok(json!({})),
        retry_after: None,
        events: Vec::new(),
    };
    performed.outcome = perform_into(&mut performed, sim, world, incoming, now);
    performed
}

fn perform_into(
    performed: &mut Performed,
    sim: &Sim,
    world: &mut World,
    incoming: &Incoming<'_>,
    now: DateTime<Utc>,
) -> Outcome {
    let name = incoming.method;
    let method = catalogue::find(name).ok_or_else(|| {
        Refusal::new("unknown_method", format!("the simulator knows no method {name:?}"))
            .with(json!({"req_method": name}))
    })?;
    let raw = arguments::read_raw(Some(method), incoming.headers, incoming.query, incoming.body)?;
    performed.arguments = Arguments::without_secrets(&raw);
    if name == "oauth.v2.access" {
        let arguments = arguments::check(method, &raw)?;
        return oauth::access(sim.app(), world, incoming.headers, &arguments, now);
    }
    if name == "apps.connections.open" {
        arguments::check(method, &raw)?;
        let token = find_token(incoming.headers, &raw)?;
        return apps::open_connection(sim, world, token, now);
    }
    let (team, install) = find_caller(world, incoming.headers, &raw)?;
    performed.team = Some(team.clone());
    performed.scopes = Some(install.scopes.join(","));
    if let Err(seconds) = world.limits.take(&rates(name, method, &team, &raw), now) {
        performed.retry_after = Some(seconds);
        return Err(Refusal::new("ratelimited", format!("too many calls; again in {seconds} s")));
    }
    let arguments = arguments::check(method, &raw)?;
    let mut context = Context { world, team, install, arguments, now, events: Vec::new() };
    context.check_scopes(name, method)?;
    let outcome = dispatch(name, &mut context);
    performed.events = context.events;
    outcome
}

fn dispatch(name: &str, context: &mut Context<'_>) -> Outcome {
    match name {
        "auth.test" => Ok(users::auth_test(context)),
        "auth.revoke" => Ok(users::auth_revoke(context)),
        "chat.postMessage" => chat::post_message(context),
        "chat.postEphemeral" => chat::post_ephemeral(context),
        "chat.update" => chat::update(context),
        "chat.delete" => chat::delete(context),
        "chat.getPermalink" => chat::get_permalink(context),
        "conversations.open" => conversations::open(context),
        "conversations.list" => conversations::list(context),
        "conversations.join" => conversations::join(context),
        "conversations.info" => conversations::info(context),
        "conversations.members" => conversations::members(context),
        "conversations.history" => conversations::history(context),
        "conversations.replies" => conversations::replies(context),
        "users.info" => users::info(context),
        "users.list" => users::list(context),
        "users.conversations" => conversations::of_user(context),
        "views.open" => views::open(context),
        "views.push" => views::push(context),
        "views.update" => views::update(context),
        "views.publish" => views::publish(context),
        _ => Err(Refusal::new("unknown_method", format!("the simulator cannot do {name:?} yet"))),
    }
}

/// Returns the workspace and installation of the token.
fn find_caller(
    world: &World,
    headers: &HeaderMap,
    raw: &Map<String, Value>,
) -> Result<(TeamId, crate::world::workspace::Install), Refusal> {
    let token = find_token(headers, raw)?;
    let found = world.find_by_token(token);
    let (workspace, install) =
        found.ok_or_else(|| Refusal::new("invalid_auth", "nobody has this token"))?;
    match install.state {
        InstallState::Active => Ok((workspace.team.clone(), install.clone())),
        InstallState::Revoked => Err(Refusal::new("token_revoked", "the token was given back")),
        InstallState::Uninstalled => {
            Err(Refusal::new("account_inactive", "the app was removed here"))
        }
    }
}

fn find_token<'a>(headers: &'a HeaderMap, raw: &'a Map<String, Value>) -> Result<&'a str, Refusal> {
    let named = || raw.get("token").and_then(Value::as_str);
    let token = bearer(headers).or_else(named).map(str::trim);
    let token = token.filter(|token| !token.is_empty());
    token.ok_or_else(|| Refusal::new("not_authed", "no token came with the call"))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    Some(value.strip_prefix("Bearer ")?.trim())
}

/// Returns what a call is counted on.
fn rates(
    name: &str,
    method: &Method,
    team: &TeamId,
    raw: &Map<String, Value>,
) -> Vec<(String, crate::limits::Rate)> {
    use crate::limits::{HISTORY, POSTS_PER_CHANNEL, POSTS_PER_WORKSPACE, rate_of_tier};
    let per_method = format!("{team} {name}");
    match name {
        "chat.postMessage" => {
            let channel = raw.get("channel").and_then(Value::as_str).unwrap_or_default();
            vec![
                (format!("{team} {channel}"), POSTS_PER_CHANNEL),
                (per_method, POSTS_PER_WORKSPACE),
            ]
        }
        "conversations.history" | "conversations.replies" => vec![(per_method, HISTORY)],
        _ => vec![(per_method, rate_of_tier(&method.rate_tier))],
    }
}
