//! What people do on Stripe's pages, and what is sent by hand.

use super::Answer;
use crate::sim::Sim;
use crate::sim_api::refused::{Refused, read};
use crate::stripe::life::Outcome;
use crate::stripe::state::{Card, Stripe};
use crate::stripe::version::Version;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

/// Changes Stripe and wakes what it does by itself.
fn change(
    sim: &Sim,
    change: impl FnOnce(&mut Stripe, DateTime<Utc>) -> Result<Value, Refused>,
) -> Answer {
    let done = sim.change(|world, now| change(&mut world.stripe, now));
    sim.stripe_bell().ring();
    done.map(Json)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    session: String,
    #[serde(default)]
    outcome: Outcome,
}

pub(crate) async fn pay(State(sim): State<Sim>, body: Bytes) -> Answer {
    let Payment { session, outcome } = read(&body)?;
    change(&sim, |stripe, now| {
        stripe.pay_by_hand(&session, outcome, now).map_err(Refused::conflict)
    })
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CardWord {
    Works,
    Declines,
    Missing,
}

impl From<CardWord> for Card {
    fn from(word: CardWord) -> Self {
        match word {
            CardWord::Works => Self::Works,
            CardWord::Declines => Self::Declines,
            CardWord::Missing => Self::Missing,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCard {
    customer: String,
    card: CardWord,
}

pub(crate) async fn card(State(sim): State<Sim>, body: Bytes) -> Answer {
    let NewCard { customer, card } = read(&body)?;
    change(&sim, |stripe, now| {
        stripe.set_card(&customer, card.into(), now).map_err(Refused::not_found)?;
        Ok(stripe.show_any(&customer, &Version::current()).unwrap_or_default())
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Deed {
    CancelAtPeriodEnd,
    Keep,
    CardWorks,
    CardDeclines,
    PayNow,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PortalDeed {
    /// The customer, or the portal's own id.
    customer: String,
    #[serde(rename = "do")]
    deed: Deed,
}

/// Does in the portal what its page offers.
pub(crate) async fn portal(State(sim): State<Sim>, body: Bytes) -> Answer {
    let PortalDeed { customer, deed } = read(&body)?;
    change(&sim, |stripe, now| {
        let word = match deed {
            Deed::CancelAtPeriodEnd => "cancel",
            Deed::Keep => "keep",
            Deed::CardWorks => "card_works",
            Deed::CardDeclines => "card_declines",
            Deed::PayNow => "pay",
        };
        stripe.do_in_portal(&customer, word, now).map_err(Refused::conflict)?;
        let id = stripe.latest_of(&customer).map(|one| one.id.clone()).unwrap_or_default();
        Ok(stripe.show_any(&id, &Version::current()).unwrap_or_default())
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStatus {
    /// Any word: what Stripe does not have yet is for tests of who meets it.
    status: String,
}

pub(crate) async fn subscription(
    State(sim): State<Sim>,
    Path(id): Path<String>,
    body: Bytes,
) -> Answer {
    let NewStatus { status } = read(&body)?;
    change(&sim, |stripe, now| {
        let found = stripe.subscription(&id).map(|one| one.status.clone());
        let was =
            found.ok_or_else(|| Refused::not_found(format!("There is no subscription {id:?}.")))?;
        match status.as_str() {
            "canceled" => stripe.end(&id, "canceled", now),
            "paused" => {
                stripe.set_status(&id, "paused", now);
                stripe.tell_of("customer.subscription.paused", &id, now);
            }
            "active" if was == "paused" => stripe.resume(&id, now),
            _ => stripe.set_status(&id, &status, now),
        }
        Ok(stripe.show_any(&id, &Version::current()).unwrap_or_default())
    })
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sending {
    /// The id of an event that is sent again.
    event: Option<String>,
    /// The kind of a new one.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// The id of the object that a new one is about.
    id: Option<String>,
    /// The object itself, as it is to be sent.
    object: Option<Value>,
}

/// Sends any event by hand, also again, and also where the endpoint does not want such.
pub(crate) async fn send(State(sim): State<Sim>, body: Bytes) -> Answer {
    let sending: Sending = read(&body)?;
    change(&sim, |stripe, now| {
        let id = match (sending.event, sending.kind) {
            (Some(id), None) => {
                let missing = || Refused::not_found(format!("There was never an event {id:?}."));
                stripe.hooks.event(&id).ok_or_else(missing)?;
                stripe.hooks.send(&id, now);
                id
            }
            (None, Some(kind)) => {
                let version = stripe.hooks.version.clone();
                let object = match (sending.object, sending.id) {
                    (Some(object), None) => Some(object),
                    (None, Some(id)) => stripe.show_any(&id, &version),
                    _ => return Err(Refused::unfit("Say one of \"object\" and \"id\".")),
                };
                let object =
                    object.ok_or_else(|| Refused::not_found("There is no such object."))?;
                let before = stripe.hooks.deliveries.len();
                let id = stripe.tell(&kind, &object, None, now);
                if stripe.hooks.deliveries.len() == before {
                    stripe.hooks.send(&id, now);
                }
                id
            }
            _ => return Err(Refused::unfit("Say one of \"event\" and \"type\".")),
        };
        Ok(json!({"event": id}))
    })
}
