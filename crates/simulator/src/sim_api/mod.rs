//! The JSON under `/sim`, for the page, for scripts and for tests.

mod act;
mod bar;
mod channels;
mod happening;
pub(crate) mod hibob;
mod look;
mod people;
pub(crate) mod refused;
mod sockets;
mod stripe;
pub(crate) mod workspaces;

use crate::sim::Sim;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use refused::Refused;

pub(crate) fn routes() -> Router<Sim> {
    Router::new()
        .route("/sim/state", get(look::state))
        .route("/sim/changes", get(look::changes))
        .route("/sim/messages", get(look::messages))
        .route("/sim/views", get(look::views))
        .route("/sim/calls", get(look::calls))
        .route("/sim/log", get(look::log))
        .route("/sim/workspaces", post(workspaces::create))
        .route("/sim/install", post(workspaces::install))
        .route("/sim/act", post(act::act))
        .route("/sim/close", post(act::close))
        .route("/sim/verify", post(workspaces::verify))
        .route("/sim/clock", post(bar::clock))
        .route("/sim/bot", post(bar::bot))
        .route("/sim/faults", get(bar::list_faults).post(bar::add_fault).delete(bar::clear_faults))
        .route("/sim/latency", get(bar::latency).post(bar::set_latency))
        .route("/sim/sockets", get(sockets::look).post(sockets::order))
        .merge(hibob::routes())
        .merge(stripe::routes())
        .layer(from_fn(refuse_strangers))
}

/// Refuses what another site's page asks a browser on this machine to send.
async fn refuse_strangers(request: Request, next: Next) -> Response {
    if is_own(request.headers()) {
        return next.run(request).await;
    }
    let why = "Only the simulator's own page and programs on this machine may do this.";
    Refused(StatusCode::FORBIDDEN, why.into()).into_response()
}

fn is_own(headers: &HeaderMap) -> bool {
    let held = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = held(header::HOST).unwrap_or_default();
    held(header::ORIGIN).is_none_or(|origin| {
        origin.split_once("://").is_some_and(|(_, authority)| authority == host)
    })
}
