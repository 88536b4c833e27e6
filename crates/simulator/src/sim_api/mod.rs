//! The JSON under `/sim`, for the page, for scripts and for tests.

mod act;
mod bar;
mod look;
mod people;
mod refused;
pub(crate) mod workspaces;

use crate::sim::Sim;
use axum::Router;
use axum::routing::{get, post};

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
        .route("/sim/clock", post(bar::clock))
        .route("/sim/bot", post(bar::bot))
        .route("/sim/faults", get(bar::list_faults).post(bar::add_fault).delete(bar::clear_faults))
}
