//! Events: how they are wrapped, sent, and sent again.

use super::{Exchange, Miss, envelope, post};
use crate::sim::Sim;
use crate::world::APP_ID;
use crate::world::journal::Kind as LineKind;
use chrono::TimeDelta;
use clock::Worker;
use domain::ids::TeamId;
use serde_json::{Value, json};

/// How long after the attempt before it an event is sent again: almost at once, a minute, five minutes.
const WAITS: [TimeDelta; 3] = [TimeDelta::zero(), TimeDelta::minutes(1), TimeDelta::minutes(5)];

/// An event on its way.
struct Parcel {
    team: TeamId,
    /// What it is, for the log.
    kind: String,
    body: Value,
}

/// Sends an event in the background; the clock waits for it, also while it is sent again.
pub(crate) fn tell_later(sim: &Sim, team: &TeamId, event: &Value) {
    let worker = sim.clock().worker();
    let parcel = wrap(sim, team, event);
    let inner = sim.clone();
    sim.spawn(async move {
        let stop = inner.stop_signal();
        let send = async {
            let first = attempt(&inner, &parcel, None).await;
            send_again(&inner, &parcel, &first, worker).await;
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = send => {}
        }
    });
}

/// Sends an event and returns what became of the first attempt; the others follow in the background.
pub(crate) async fn tell_now(sim: &Sim, team: &TeamId, event: &Value) -> Exchange {
    let worker = sim.clock().worker();
    let parcel = wrap(sim, team, event);
    let first = attempt(sim, &parcel, None).await;
    let (inner, seen) = (sim.clone(), first.clone());
    sim.spawn(async move {
        let stop = inner.stop_signal();
        tokio::select! {
            () = stop.cancelled() => {}
            () = send_again(&inner, &parcel, &seen, worker) => {}
        }
    });
    first
}

async fn send_again(sim: &Sim, parcel: &Parcel, first: &Exchange, mut worker: Worker) {
    let mut last = first.clone();
    for (number, wait) in WAITS.iter().enumerate() {
        let Some((miss, _)) = last.miss else { return };
        if last.answer.as_ref().is_some_and(|answer| answer.header("x-slack-no-retry") == Some("1"))
        {
            return;
        }
        if !wait.is_zero() {
            worker.sleep_until(sim.now() + *wait).await;
        }
        last = attempt(sim, parcel, Some((number + 1, miss))).await;
    }
    if last.miss.is_some() {
        sim.change(|world, now| {
            let text = format!("Event {} was given up after four attempts.", parcel.kind);
            world.journal.record(now, Some(&parcel.team), LineKind::Failed, text);
        });
    }
}

async fn attempt(sim: &Sim, parcel: &Parcel, again: Option<(usize, Miss)>) -> Exchange {
    let exchange = if sim.is_in_socket_mode() {
        envelope::send(sim, "events_api", &parcel.body, again).await
    } else {
        post_event(sim, parcel, again).await
    };
    sim.change(|world, now| {
        let number = again.map_or(1, |(number, _)| number + 1);
        let (kind, text) = match &exchange.miss {
            None => (LineKind::Delivered, format!("Event {} (attempt {number}).", parcel.kind)),
            Some((_, why)) => {
                (LineKind::Failed, format!("Event {} (attempt {number}): {why}.", parcel.kind))
            }
        };
        world.journal.record(now, Some(&parcel.team), kind, text);
        if kind == LineKind::Delivered && parcel.kind == "message" {
            world.journal.name(parcel.body["event"]["ts"].as_str().map(str::to_owned));
        }
    });
    exchange
}

async fn post_event(sim: &Sim, parcel: &Parcel, again: Option<(usize, Miss)>) -> Exchange {
    let more: Vec<(&str, String)> = again.map_or_else(Vec::new, |(number, miss)| {
        vec![
            ("X-Slack-Retry-Num", number.to_string()),
            ("X-Slack-Retry-Reason", miss.word().into()),
        ]
    });
    post(sim, "slack/events", "application/json", &parcel.body.to_string(), &more).await
}

fn wrap(sim: &Sim, team: &TeamId, event: &Value) -> Parcel {
    let kind = event["type"].as_str().unwrap_or("event").to_owned();
    let body = sim.change(|world, now| {
        let event_id = format!("Ev{:010}", world.secrets.count());
        let workspace = world.find(team);
        // Some events carry the channel's id, others the channel.
        let place = event["channel"]["id"].as_str().or(event["channel"].as_str());
        let is_shared = workspace.is_some_and(|workspace| {
            let channel = place.and_then(|id| workspace.channel(id));
            channel.is_some_and(|channel| workspace.is_shared(channel))
        });
        let bot_user = workspace.and_then(|workspace| workspace.installs.last());
        let bot_user = bot_user.map(|install| install.bot_user.clone());
        json!({
            "token": "deprecated-verification-token",
            "team_id": team,
            "context_team_id": team,
            "context_enterprise_id": null,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": now.timestamp(),
            "authorizations": [{
                "enterprise_id": null,
                "team_id": team,
                "user_id": bot_user,
                "is_bot": true,
                "is_enterprise_install": false,
            }],
            "is_ext_shared_channel": is_shared,
            "event_context": format!("4-{event_id}"),
        })
    });
    Parcel { team: team.clone(), kind, body }
}
