//! Stripe's stand-in: `/stripe/v1/*`.

pub(crate) mod account;
mod calls;
mod endpoints;
mod form;
mod idempotency;
mod incoming;
pub(crate) mod keys;
pub(crate) mod life;
mod pages;
mod portal;
pub(crate) mod reply;
mod schema;
mod schemas;
mod show;
pub(crate) mod state;
pub(crate) mod version;
pub(crate) mod webhooks;
pub(crate) mod worker;

pub(crate) use state::Stripe;

use crate::faults::{Fault, FaultKind};
use crate::listener::Switch;
use crate::sim::Sim;
use crate::world::journal::Call;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::response::Response;
use axum::routing::any;
use http::{HeaderMap, Method, StatusCode};
use idempotency::Kept;
use incoming::Incoming;
use reply::{Refusal, Reply};
use serde_json::{Value, json};
use state::At;

pub(crate) fn routes() -> Router<Sim> {
    Router::new().route("/stripe/v1/{*path}", any(call)).merge(pages::routes())
}

/// A key that is in use for as long as this lives.
struct UnderWay {
    sim: Sim,
    key: String,
}

impl UnderWay {
    fn begin(sim: &Sim, key: &str) -> Option<Self> {
        let is_free = sim.change(|world, _| world.stripe.kept.begin(key));
        is_free.then(|| Self { sim: sim.clone(), key: key.to_owned() })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.sim.change(|world, _| world.stripe.kept.end(&self.key));
    }
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
    let incoming = Incoming::new(&path, method, &query, headers, &body);
    let request = sim.change(|world, _| world.stripe.id("req_", 14));
    let under_way = match incoming.key() {
        None => None,
        Some(key) => {
            let Some(held) = UnderWay::begin(&sim, key) else {
                return refuse(&sim, &incoming, Kept::in_use(key), &request);
            };
            Some(held)
        }
    };
    let fault = sim.change(|world, _| world.faults.take("stripe", incoming.name(), None));
    if let Some(fault) = fault.as_ref().filter(|fault| !fault.kind.comes_after()) {
        return meet(&sim, &incoming, fault, &switch, &request).await;
    }
    let word = fault.as_ref().map(|fault| fault.kind.word());
    let reply = sim.change(|world, now| {
        let reply = world.stripe.answer(&incoming, &request, now);
        let reply = reply.with("request-id", request.clone());
        world.journal.record_call(describe(&incoming, Some(&reply), &request, word, now));
        reply
    });
    sim.stripe_bell().ring();
    // Stripe has done it: whoever comes with the same key now is answered.
    drop(under_way);
    match &fault {
        Some(fault) => crate::web_api::play(&sim, fault, &switch).await,
        None => reply.into_response(),
    }
}

fn refuse(sim: &Sim, incoming: &Incoming, refusal: Refusal, request: &str) -> Response {
    let reply = refusal.into_reply().with("request-id", request);
    sim.change(|world, now| {
        world.journal.record_call(describe(incoming, Some(&reply), request, None, now));
    });
    reply.into_response()
}

/// Lets a fault happen to a call that is not performed.
async fn meet(
    sim: &Sim,
    incoming: &Incoming,
    fault: &Fault,
    switch: &Switch,
    request: &str,
) -> Response {
    let reply = faulty_reply(fault).map(|reply| reply.with("request-id", request));
    sim.change(|world, now| {
        let word = Some(fault.kind.word());
        world.journal.record_call(describe(incoming, reply.as_ref(), request, word, now));
    });
    match reply {
        Some(reply) => reply.into_response(),
        None => crate::web_api::play(sim, fault, switch).await,
    }
}

/// Returns what is answered where a fault is an answer at all.
fn faulty_reply(fault: &Fault) -> Option<Reply> {
    match fault.kind {
        FaultKind::TooMany => {
            let reply = Refusal::too_many().into_reply();
            Some(reply.with("retry-after", fault.retry_after_s.to_string()))
        }
        FaultKind::Broken => {
            let message = "An unknown error occurred. Please try again, or contact support.";
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            Some(Refusal::invalid(message).status(status).kind("api_error").into_reply())
        }
        FaultKind::Error => {
            let code = fault.error.clone().unwrap_or_default();
            let (status, kind) = match code.as_str() {
                "lock_timeout" => (StatusCode::TOO_MANY_REQUESTS, "invalid_request_error"),
                "card_declined" => (StatusCode::PAYMENT_REQUIRED, "card_error"),
                "resource_missing" => (StatusCode::NOT_FOUND, "invalid_request_error"),
                "api_key_expired" => (StatusCode::UNAUTHORIZED, "invalid_request_error"),
                _ => (StatusCode::BAD_REQUEST, "invalid_request_error"),
            };
            let refusal = Refusal::invalid("This error was asked for.").status(status);
            Some(refusal.kind(kind).code(code).into_reply())
        }
        _ => None,
    }
}

impl Stripe {
    /// Answers a call: the first time, or again as it was answered then.
    fn answer(&mut self, incoming: &Incoming, request: &str, now: At) -> Reply {
        match self.try_answer(incoming, request, now) {
            Ok(reply) => reply,
            Err(refusal) => refusal.into_reply(),
        }
    }

    fn try_answer(
        &mut self,
        incoming: &Incoming,
        request: &str,
        now: At,
    ) -> Result<Reply, Refusal> {
        let caller = self.keys.admit(&incoming.headers)?;
        let version = incoming.version(&self.default_version)?;
        if self.is_too_many(now) {
            return Err(Refusal::too_many());
        }
        let (endpoint, id) = incoming.endpoint()?;
        self.keys.allow(&caller, endpoint.permission)?;
        let came = incoming.parameters()?;
        let call = format!("{} {} {came}", incoming.method, incoming.path);
        if let Some(key) = incoming.key()
            && let Some(reply) = self.kept.replay(key, &call, now)?
        {
            return Ok(reply.with("stripe-version", version.as_str()));
        }
        let said = schema::check(endpoint.fields, &came, &version)?;
        self.request = (Some(request.to_owned()), incoming.key().map(str::to_owned));
        let ask = calls::Ask { id, said: &said, version: &version, now };
        let made = (endpoint.perform)(self, ask);
        self.request = (None, None);
        let reply = match made {
            Ok(body) => Reply::new(StatusCode::OK, self.expand(body, &said, &version)),
            Err(refusal) => refusal.into_reply(),
        };
        if let Some(key) = incoming.key() {
            self.kept.keep(key, &call, &reply, request, now);
        }
        let echoed = incoming.key().map(|key| ("idempotency-key", key.to_owned()));
        let mut reply = reply.with("stripe-version", version.as_str());
        reply.headers.extend(echoed);
        Ok(reply)
    }

    /// Puts objects where the call asks for more than their ids.
    fn expand(&self, mut made: Value, said: &Value, version: &version::Version) -> Value {
        for path in said["expand"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let (targets, name): (Vec<&mut Value>, &str) = match path.strip_prefix("data.") {
                Some(name) => (made["data"].as_array_mut().into_iter().flatten().collect(), name),
                None => (vec![&mut made], path),
            };
            for target in targets {
                let shown = target[name].as_str().and_then(|id| self.show_any(id, version));
                if let Some(shown) = shown {
                    target[name] = shown;
                }
            }
        }
        made
    }
}

fn describe(
    incoming: &Incoming,
    reply: Option<&Reply>,
    request: &str,
    fault: Option<&'static str>,
    now: At,
) -> Call {
    let status = reply.map_or(0, |reply| reply.status.as_u16());
    let error = reply.and_then(Reply::error).map(str::to_owned);
    let message = reply.and_then(|reply| reply.body["error"]["message"].as_str());
    let body = reply.map_or(&Value::Null, |reply| &reply.body);
    let is_replay = reply
        .is_some_and(|reply| reply.headers.iter().any(|(name, _)| *name == "idempotent-replayed"));
    Call {
        id: 0,
        at: now,
        service: "stripe",
        method: incoming.name().to_owned(),
        team: None,
        arguments: incoming.arguments(),
        status,
        ok: status == 200,
        error,
        // A fault that was asked for is no refusal.
        reason: message.filter(|_| fault.is_none()).map(str::to_owned),
        fault,
        answer: json!({
            "request": request,
            "object": body["object"],
            "id": body["id"],
            "status": body["status"],
            "count": body["data"].as_array().map(Vec::len),
            "replayed": is_replay,
        }),
    }
}
