//! HiBob's doors: companies, their people's time off, and what HiBob does by itself.

pub(crate) mod company;
mod poke;
pub(crate) mod time_off;

use super::refused::{Refused, read};
use crate::hibob::company::Company;
use crate::hibob::firewall::{BLOCK, Suspect};
use crate::hibob::raw::RawAnswer;
use crate::hibob::time_off::TimeOff;
use crate::hibob::{Hibob, endpoint_of, is_endpoint};
use crate::sim::Sim;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::IpAddr;

type Answer = Result<Json<Value>, Refused>;

pub(crate) fn routes() -> Router<Sim> {
    Router::new()
        .route("/sim/hibob", get(look))
        .route("/sim/hibob/company", post(company::put))
        .route("/sim/hibob/time_off", post(time_off::put).delete(time_off::delete))
        .route("/sim/hibob/raw", post(add_raw).delete(clear_raw))
        .route("/sim/hibob/limits", post(limit))
        .route("/sim/hibob/block", post(block).delete(unblock))
        .route("/sim/hibob/poke", post(poke::poke))
}

/// Shows the companies, without their tokens.
async fn look(State(sim): State<Sim>) -> Json<Value> {
    Json(sim.read(|world| {
        let hibob = &world.hibob;
        let blocks: Vec<Value> = hibob
            .firewall
            .blocks()
            .map(|(what, until)| json!({"what": what, "until": until}))
            .collect();
        let companies: Vec<Value> = hibob.companies.iter().map(show_company).collect();
        json!({"companies": companies, "blocks": blocks, "raw_left": hibob.raw.left()})
    }))
}

fn show_company(company: &Company) -> Value {
    json!({
        "service_user": company.service_user,
        "company_id": company.number,
        "host": company.host,
        "grants": company.grants,
        "switches": company.switches,
        "people": company.people,
        "policies": company.policies,
        "calendar": company.calendar,
        "time_off": company.requests.iter().map(show_request).collect::<Vec<_>>(),
    })
}

fn show_request(request: &TimeOff) -> Value {
    let mut shown = Value::Object(request.fields.clone());
    shown["requestId"] = json!(request.id);
    shown["employeeId"] = json!(request.employee);
    shown["gone"] = json!(request.is_gone);
    shown
}

/// Finds a company by its service user.
fn company_of<'a>(hibob: &'a Hibob, service_user: &str) -> Result<&'a Company, Refused> {
    let missing = || Refused::not_found(format!("There is no service user {service_user:?}."));
    hibob.find(service_user).ok_or_else(missing)
}

async fn add_raw(State(sim): State<Sim>, body: Bytes) -> Answer {
    let answer: RawAnswer = read(&body)?;
    if let Some(fault) = answer.fault() {
        return Err(Refused::unfit(fault));
    }
    sim.change(|world, _| world.hibob.raw.add(answer));
    Ok(Json(json!({})))
}

async fn clear_raw(State(sim): State<Sim>) -> Json<Value> {
    sim.change(|world, _| world.hibob.raw.clear());
    Json(json!({}))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLimit {
    service_user: Option<String>,
    method: String,
    per_minute: u32,
}

async fn limit(State(sim): State<Sim>, body: Bytes) -> Answer {
    let limit: NewLimit = read(&body)?;
    let endpoint = endpoint_of(&limit.method);
    if !is_endpoint(endpoint) {
        return Err(Refused::not_found(format!("HiBob has no method {endpoint:?}.")));
    }
    sim.change(|world, _| {
        world.hibob.rates.set(limit.service_user, endpoint, limit.per_minute);
    });
    Ok(Json(json!({})))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewBlock {
    /// The address that is shut out.
    address: Option<IpAddr>,
    /// The service user whose header is shut out, with the token that is its own.
    service_user: Option<String>,
    seconds: Option<u32>,
}

async fn block(State(sim): State<Sim>, body: Bytes) -> Answer {
    let block: NewBlock = read(&body)?;
    let length = block.seconds.map_or(BLOCK, |seconds| TimeDelta::seconds(seconds.into()));
    sim.change(|world, now| {
        let suspect = match (block.address, block.service_user) {
            (Some(address), None) => Suspect::Address(address),
            (None, Some(service_user)) => {
                let company = company_of(&world.hibob, &service_user)?;
                let pair = format!("{}:{}", company.service_user, company.token);
                let header = format!("Basic {}", BASE64_STANDARD.encode(pair));
                Suspect::of_header(header.as_bytes())
            }
            _ => return Err(Refused::unfit("Say one of \"address\" and \"service_user\".")),
        };
        world.hibob.firewall.block(suspect, now + length);
        Ok(Json(json!({"until": now + length})))
    })
}

async fn unblock(State(sim): State<Sim>) -> Json<Value> {
    sim.change(|world, _| world.hibob.firewall.clear());
    Json(json!({}))
}
