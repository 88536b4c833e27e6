//! Looking at Stripe: who pays for what, and what was told.

use crate::sim::Sim;
use crate::stripe::state::{Card, Stage, Stripe};
use crate::stripe::version::Version;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

/// The word for how a card answers.
pub(crate) const fn word_of(card: Card) -> &'static str {
    match card {
        Card::Missing => "missing",
        Card::Works => "works",
        Card::Declines => "declines",
    }
}

pub(crate) async fn look(State(sim): State<Sim>) -> Json<Value> {
    Json(sim.read(|world| show(&world.stripe)))
}

fn show(stripe: &Stripe) -> Value {
    let version = Version::current();
    let any = |id: &str| stripe.show_any(id, &version).unwrap_or_default();
    let customers = stripe.customers.iter().map(|one| {
        let mut shown = any(&one.id);
        shown["card"] = json!(word_of(one.card));
        shown
    });
    let open = stripe.sessions.iter().filter(|one| one.stage == Stage::Open).count();
    json!({
        "price": stripe.account.price,
        "api_version": stripe.default_version.as_str(),
        "after_retries": stripe.after_retries,
        "customers": customers.collect::<Vec<_>>(),
        "sessions": stripe.sessions.iter().map(|one| any(&one.id)).collect::<Vec<_>>(),
        "open_sessions": open,
        "subscriptions": stripe.subscriptions.iter().map(|one| any(&one.id)).collect::<Vec<_>>(),
        "invoices": stripe.invoices.iter().map(|one| any(&one.id)).collect::<Vec<_>>(),
        "portals": stripe.portals.iter().map(|one| any(&one.id)).collect::<Vec<_>>(),
        "next_at": stripe.next_due(),
        "webhooks": show_hooks(stripe),
    })
}

/// Shows how the endpoint is told, without its secrets.
pub(crate) fn show_hooks(stripe: &Stripe) -> Value {
    let hooks = &stripe.hooks;
    json!({
        "api_version": hooks.version.as_str(),
        "enabled_events": hooks.enabled,
        "duplicate": hooks.duplicate,
        "delay_s": hooks.delay.num_seconds(),
        "shuffle": hooks.shuffle,
        "lose": hooks.lose,
        "secrets": stripe.account.webhook_secrets.len(),
    })
}

/// Shows every event with its deliveries, the oldest first.
pub(crate) async fn events(State(sim): State<Sim>) -> Json<Value> {
    Json(sim.read(|world| {
        let hooks = &world.stripe.hooks;
        let shown = hooks.events.iter().map(|event| {
            let deliveries = hooks.deliveries.iter().filter(|one| one.event == event.id);
            let deliveries: Vec<Value> = deliveries
                .map(|one| {
                    let next = (one.standing == crate::stripe::webhooks::Standing::Waiting)
                        .then_some(one.due);
                    json!({"state": one.standing, "next_at": next, "tries": one.tries})
                })
                .collect();
            json!({"id": event.id, "type": event.kind, "event": event.body, "deliveries": deliveries})
        });
        json!({"events": shown.collect::<Vec<_>>()})
    }))
}
