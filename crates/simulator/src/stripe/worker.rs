//! What Stripe does by itself: lets time pass for subscriptions, and tells the bot.

use super::state::At;
use super::webhooks::{Try, sign};
use crate::sim::Sim;
use crate::to_bot::outbound::send;
use crate::world::World;
use crate::world::journal::Kind;
use std::time::Duration;

/// Where the bot is told.
const PATH: &str = "stripe/webhook";

/// How long the bot may take to answer, in real time.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often it is looked on the machine's own clock.
const POLL: Duration = Duration::from_secs(5);

/// An event that is to be sent now.
struct Parcel {
    number: u64,
    what: String,
    body: String,
    secrets: Vec<String>,
}

/// Starts the worker; it ends with the simulator.
pub(crate) fn start(sim: &Sim) {
    let mut worker = sim.clock().worker();
    let inner = sim.clone();
    sim.spawn(async move {
        let stop = inner.stop_signal();
        let bell = inner.stripe_bell().clone();
        let work = async {
            loop {
                work_off(&inner).await;
                let next = inner.read(|world| world.stripe.next_due());
                worker.wait(&bell, next, POLL).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => bell.silence(),
            () = work => {}
        }
    });
}

async fn work_off(sim: &Sim) {
    while let Some(parcel) = sim.change(next) {
        let done = deliver(sim, &parcel).await;
        sim.change(|world, now| note(world, &parcel, done, now));
    }
}

/// Lets time pass, and returns what is to be sent now.
fn next(world: &mut World, now: At) -> Option<Parcel> {
    let stripe = &mut world.stripe;
    stripe.live(now);
    let delivery = stripe.hooks.due(now)?;
    let event = stripe.hooks.event(&delivery.event)?;
    Some(Parcel {
        number: delivery.number,
        what: event.kind.clone(),
        body: serde_json::to_string_pretty(&event.body).unwrap_or_default(),
        secrets: stripe.account.webhook_secrets.clone(),
    })
}

async fn deliver(sim: &Sim, parcel: &Parcel) -> Try {
    let at = sim.now();
    let Some(url) = sim.bot_url().and_then(|url| url.join(PATH).ok()) else {
        let error = Some("nobody has said where the bot is".to_owned());
        return Try { at, status: None, error };
    };
    let headers = [
        ("Content-Type", "application/json; charset=utf-8".to_owned()),
        ("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)".to_owned()),
        ("Stripe-Signature", sign(&parcel.secrets, at.timestamp(), &parcel.body)),
    ];
    let sent = tokio::time::timeout(PATIENCE, send("POST", &url, &headers, &parcel.body)).await;
    match sent {
        Ok(Ok(answer)) => Try { at, status: Some(answer.status.as_u16()), error: None },
        Ok(Err(fault)) => {
            Try { at, status: None, error: Some(format!("the bot did not answer: {fault}")) }
        }
        Err(_) => {
            let error = Some("the bot did not answer within 10 seconds".to_owned());
            Try { at, status: None, error }
        }
    }
}

fn note(world: &mut World, parcel: &Parcel, done: Try, now: At) {
    let is_taken = done.status.is_some_and(|status| (200..300).contains(&status));
    let kind = if is_taken { Kind::Delivered } else { Kind::Failed };
    let came = match (done.status, &done.error) {
        (Some(status), _) => format!("the webhook answered {status}"),
        (None, error) => error.clone().unwrap_or_default(),
    };
    world.journal.record(now, None, kind, format!("{}: {came}", parcel.what));
    world.stripe.hooks.note(parcel.number, done);
}
