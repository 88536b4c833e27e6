//! `apps.connections.open`: an app-level token becomes the address of a socket.

use super::answer::{Outcome, Refusal};
use crate::limits::rate_of_tier;
use crate::sim::Sim;
use crate::world::World;
use chrono::{DateTime, Utc};
use serde_json::json;

/// Returns an address that is good for one connection within half a minute.
pub(crate) fn open_connection(
    sim: &Sim,
    world: &mut World,
    token: &str,
    now: DateTime<Utc>,
) -> Outcome {
    if !sim.sockets(|sockets| sockets.is_app_token(token)) {
        return Err(Refusal::new("invalid_auth", "that is not the app's app-level token"));
    }
    if !sim.sockets(|sockets| sockets.is_on()) {
        return Err(Refusal::new("invalid_auth", "Socket Mode is off for this app"));
    }
    let rate = rate_of_tier("t3");
    if let Err(seconds) = world.limits.take(&[("apps.connections.open".into(), rate)], now) {
        return Err(Refusal::new("ratelimited", format!("too many calls; again in {seconds} s")));
    }
    let ticket = world.secrets.next("ticket");
    sim.sockets(|sockets| sockets.hand_out(ticket.clone(), now));
    Ok(json!({"url": format!("ws://{}/link/?ticket={ticket}", sim.socket_address())}))
}
