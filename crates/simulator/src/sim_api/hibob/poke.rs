//! Pokes: what HiBob tells a webhook, once and signed.

use super::{Answer, company_of};
use crate::hibob::webhook::{EVENTS, Ping, Version, body as webhook_body, sign};
use crate::sim::Sim;
use crate::sim_api::refused::{Refused, read};
use crate::to_bot::outbound::send;
use crate::world::World;
use crate::world::journal::Kind;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use chrono::{DateTime, Utc};
use http::header;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use url::Url;

/// How long a webhook may take to answer, in real time.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is told to which address.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Poke {
    #[serde(rename = "service_user")]
    service_user: String,
    url: String,
    /// What the body is signed with; without one it is not signed.
    secret: Option<String>,
    /// A signature that is sent instead of the right one.
    signature: Option<String>,
    #[serde(rename = "type")]
    event: Option<String>,
    request_id: Option<u64>,
    triggered_at: Option<String>,
    #[serde(default)]
    version: Version,
    ping: Option<Ping>,
    /// A body that is sent as it is.
    #[serde(rename = "raw_body")]
    raw_body: Option<String>,
}

pub(crate) async fn poke(State(sim): State<Sim>, body: Bytes) -> Answer {
    let poke: Poke = read(&body)?;
    let url = Url::parse(&poke.url).map_err(|_| Refused::unfit("The \"url\" is none."))?;
    let _busy = sim.clock().busy();
    let (what, body) = sim.read(|world| compose(world, &poke, sim.now()))?;
    let mut headers = vec![(header::CONTENT_TYPE.as_str(), "application/json".to_owned())];
    let right = poke.secret.as_deref().map(|secret| sign(secret, &body));
    let signature = poke.signature.or(right);
    headers.extend(signature.iter().map(|signature| ("Bob-Signature", signature.clone())));
    let sent = tokio::time::timeout(PATIENCE, send("POST", &url, &headers, &body)).await;
    let (status, missed) = match sent {
        Ok(Ok(answer)) => (Some(answer.status.as_u16()), None),
        Ok(Err(fault)) => (None, Some(format!("the webhook did not answer: {fault}"))),
        Err(_) => (None, Some("the webhook did not answer within 10 seconds".to_owned())),
    };
    sim.change(|world, now| {
        let is_taken = status.is_some_and(|status| (200..300).contains(&status));
        let kind = if is_taken { Kind::Delivered } else { Kind::Failed };
        let told = status.map(|status| format!("the webhook answered {status}"));
        let came = told.or_else(|| missed.clone()).unwrap_or_default();
        world.journal.record(now, None, kind, format!("{what}: {came}"));
    });
    Ok(Json(json!({"status": status, "error": missed, "body": body, "signature": signature})))
}

/// Returns what is told, in a word, and the body.
fn compose(world: &World, poke: &Poke, now: DateTime<Utc>) -> Result<(String, String), Refused> {
    let company = company_of(&world.hibob, &poke.service_user)?;
    match (&poke.event, poke.ping, &poke.raw_body) {
        (None, Some(ping), None) => Ok(("ping".into(), ping.body().into())),
        (None, None, Some(body)) => Ok(("raw body".into(), body.clone())),
        (Some(event), None, None) => {
            let name = event.strip_prefix("timeoff.request.");
            if !name.is_some_and(|name| EVENTS.contains(&name)) {
                return Err(Refused::unfit(format!(
                    "{event:?} is none of timeoff.request.{{{}}}; say \"raw_body\" for others.",
                    EVENTS.join(",")
                )));
            }
            let number =
                poke.request_id.ok_or_else(|| Refused::unfit("Say which \"requestId\"."))?;
            let request = company.requests.iter().find(|one| one.id == number);
            let missing = || Refused::not_found(format!("There was never a request {number}."));
            let request = request.ok_or_else(missing)?;
            let at = poke.triggered_at.clone();
            let at = at.unwrap_or_else(|| now.format("%Y-%m-%dT%H:%M:%S%.6f").to_string());
            Ok((event.clone(), webhook_body(company, event, request, &at, poke.version)))
        }
        _ => Err(Refused::unfit("Say one of \"type\", \"ping\" and \"raw_body\".")),
    }
}
