//! HiBob's stand-in: `/hibob/v1/*`.

mod calendars;
pub(crate) mod company;
pub(crate) mod firewall;
mod incoming;
mod people;
mod rates;
pub(crate) mod raw;
pub(crate) mod reply;
mod state;
pub(crate) mod time_off;
pub(crate) mod webhook;
mod whosout;

pub(crate) use state::Hibob;

use crate::faults::{Fault, FaultKind};
use crate::listener::Switch;
use crate::sim::Sim;
use crate::world::World;
use crate::world::journal::Call;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::response::Response;
use axum::routing::any;
use chrono::{DateTime, TimeDelta, Utc};
use company::{Company, Unauthorized};
use http::{HeaderMap, Method, StatusCode};
use incoming::{Incoming, Query};
use rates::Usage;
use reply::{Reply, Text};
use serde_json::{Value, json};

/// The endpoints that there are, with their methods.
const ENDPOINTS: [(&str, Method); 5] = [
    ("whosout", Method::GET),
    ("outtoday", Method::GET),
    ("policy-types", Method::GET),
    ("people/search", Method::POST),
    ("calendars/events/search", Method::POST),
];

pub(crate) fn routes() -> Router<Sim> {
    Router::new().route("/hibob/v1/{*path}", any(call))
}

/// Returns an endpoint's name, as faults, limits and the journal have it: its path, without `timeoff/`.
pub(crate) fn endpoint_of(path: &str) -> &str {
    let path = path.trim_matches('/');
    path.strip_prefix("timeoff/").unwrap_or(path)
}

/// Returns whether there is an endpoint of this name.
pub(crate) fn is_endpoint(name: &str) -> bool {
    ENDPOINTS.iter().any(|(held, _)| *held == name)
}

async fn call(
    State(sim): State<Sim>,
    ConnectInfo(switch): ConnectInfo<Switch>,
    method: Method,
    Path(path): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let query = query.unwrap_or_default();
    let incoming = Incoming::new(&path, method, &query, &headers, body, switch.peer());
    let fault = sim.change(|world, _| world.faults.take("hibob", &incoming.endpoint, None));
    if let Some(fault) = fault.as_ref().filter(|fault| !fault.kind.comes_after()) {
        return meet(&sim, &incoming, fault, &switch).await;
    }
    let word = fault.as_ref().map(|fault| fault.kind.word());
    let reply = sim.change(|world, now| {
        let (reply, is_raw) = answer(world, &incoming, now);
        let word = word.or(is_raw.then_some("raw"));
        record(world, &incoming, reply.status.as_u16(), Some(&reply), word, now);
        reply
    });
    match &fault {
        Some(fault) => crate::web_api::play(&sim, fault, &switch).await,
        None => reply.into_response(),
    }
}

/// Lets a fault happen to a call that is not performed.
async fn meet(sim: &Sim, incoming: &Incoming, fault: &Fault, switch: &Switch) -> Response {
    let reply = sim.change(|world, now| {
        let reply = faulty_reply(world, incoming, fault, now);
        let status = reply.as_ref().map_or(0, |reply| reply.status.as_u16());
        record(world, incoming, status, reply.as_ref(), Some(fault.kind.word()), now);
        reply
    });
    match reply {
        Some(reply) => reply.into_response(),
        None => crate::web_api::play(sim, fault, switch).await,
    }
}

/// Returns what is answered where a fault is an answer at all.
fn faulty_reply(
    world: &World,
    incoming: &Incoming,
    fault: &Fault,
    now: DateTime<Utc>,
) -> Option<Reply> {
    let reply = match fault.kind {
        FaultKind::TooMany => {
            let user = find_caller(&world.hibob, incoming).map_or("", |one| &one.service_user);
            let wait = TimeDelta::seconds(fault.retry_after_s.into());
            let reset = (now + wait).timestamp();
            let limit = world.hibob.rates.limit(user, &incoming.endpoint);
            let usage = Usage { limit, left: 0, reset, is_over: true };
            Reply { headers: usage.headers(), ..Reply::too_many("") }
        }
        FaultKind::Broken => {
            let body = "<html><body><h1>500 Internal Server Error</h1></body></html>";
            Reply::new(StatusCode::INTERNAL_SERVER_ERROR, Text::Plain(body.into()))
        }
        FaultKind::Error => {
            let key = fault.error.as_deref().unwrap_or_default();
            Reply::error(StatusCode::BAD_REQUEST, key, key, "")
        }
        _ => return None,
    };
    // A fault that was asked for is no refusal.
    Some(Reply { reason: None, ..reply })
}

/// Returns the answer to a call, and whether it is one that was put in.
fn answer(world: &mut World, incoming: &Incoming, now: DateTime<Utc>) -> (Reply, bool) {
    let hibob = &mut world.hibob;
    if let Some(reason) = hibob.firewall.refuse(&incoming.suspects, now) {
        return (Reply::shut_out(reason), false);
    }
    let claimed = incoming.credentials().map(|(user, _)| user);
    let raw = hibob.raw.take(claimed.as_deref(), &incoming.endpoint);
    let is_raw = raw.is_some();
    let reply = raw.unwrap_or_else(|| perform(hibob, incoming, now));
    hibob.firewall.count(&incoming.suspects, reply.status, now);
    (reply, is_raw)
}

fn perform(hibob: &mut Hibob, incoming: &Incoming, now: DateTime<Utc>) -> Reply {
    let Some(company) = find_caller(hibob, incoming) else {
        return unauthorized(hibob, incoming);
    };
    let service_user = company.service_user.clone();
    let Some((_, method)) = ENDPOINTS.iter().find(|(name, _)| *name == incoming.endpoint) else {
        let why = match incoming.endpoint.as_str() {
            "people" => "GET /v1/people ended in March 2024; people are found by people/search",
            _ => "there is no such endpoint, or the simulator does not have it",
        };
        return Reply::error(StatusCode::NOT_FOUND, "not.found", "Not found", why);
    };
    if *method != incoming.method {
        let (status, why) = (StatusCode::METHOD_NOT_ALLOWED, format!("it is called with {method}"));
        return Reply::error(status, "method.not.allowed", "Method not allowed", why);
    }
    let usage = hibob.rates.take(&service_user, &incoming.endpoint, now);
    if usage.is_over {
        let why = format!("more than {} calls in this minute", usage.limit);
        return Reply { headers: usage.headers(), ..Reply::too_many(why) };
    }
    let reply = match hibob.find(&service_user) {
        Some(company) => dispatch(company, incoming, now).unwrap_or_else(|refusal| refusal),
        None => unauthorized(hibob, incoming),
    };
    Reply { headers: usage.headers(), ..reply }
}

fn dispatch(company: &Company, incoming: &Incoming, now: DateTime<Utc>) -> Result<Reply, Reply> {
    match incoming.endpoint.as_str() {
        "whosout" => whosout::whosout(company, &incoming.query),
        "outtoday" => whosout::outtoday(company, &incoming.query, now),
        "policy-types" => calendars::policy_types(company),
        "people/search" => people::search(company, &incoming.json()?),
        _ => calendars::search(company, &incoming.json()?),
    }
}

/// Returns the company whose service user and token came.
fn find_caller<'a>(hibob: &'a Hibob, incoming: &Incoming) -> Option<&'a Company> {
    let (user, token) = incoming.credentials()?;
    hibob.find(&user).filter(|company| company.token == token)
}

fn unauthorized(hibob: &Hibob, incoming: &Incoming) -> Reply {
    let credentials = incoming.credentials();
    let company = credentials.as_ref().and_then(|(user, _)| hibob.find(user));
    let why = match (&incoming.authorization, &credentials, company) {
        (None, ..) => "no Authorization header came with the call",
        (_, None, _) => "the Authorization header is not Basic of a service user's id and token",
        (_, _, None) => "nobody knows this service user",
        (_, _, Some(_)) => "the token is not this service user's",
    };
    let shape = company.map(|company| company.switches.unauthorized).unwrap_or_default();
    let status = StatusCode::UNAUTHORIZED;
    let reply = Reply::error(status, "unauthorized", "Unauthorized", why);
    match shape {
        Unauthorized::Json => reply,
        Unauthorized::Text => Reply { body: Text::Plain("Unauthorized".into()), ..reply },
        Unauthorized::Empty => Reply { body: Text::Plain(String::new()), ..reply },
    }
}

fn record(
    world: &mut World,
    incoming: &Incoming,
    status: u16,
    reply: Option<&Reply>,
    fault: Option<&'static str>,
    now: DateTime<Utc>,
) {
    let arguments = incoming.arguments(&world.hibob);
    world.journal.record_call(Call {
        id: 0,
        at: now,
        service: "hibob",
        method: incoming.shown_endpoint().to_owned(),
        team: None,
        arguments,
        status,
        ok: status == 200,
        error: reply.filter(|_| status != 200).and_then(Reply::key).map(str::to_owned),
        reason: reply.and_then(|reply| reply.reason.clone()),
        fault,
        answer: reply.map_or(Value::Null, summary),
    });
}

/// Returns what may be kept of an answer: how much it held, or the refusal.
fn summary(reply: &Reply) -> Value {
    let Text::Json(body) = &reply.body else { return Value::Null };
    if reply.status != StatusCode::OK {
        return json!({"key": body["key"], "error": body["error"]});
    }
    let lists = body.as_object().into_iter().flatten();
    lists.filter_map(|(name, held)| Some((name.clone(), json!(held.as_array()?.len())))).collect()
}
