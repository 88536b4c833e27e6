//! Events: how they are wrapped, sent, and sent again.

use super::{Exchange, Miss, envelope, post};
use crate::sim::Sim;
use crate::world::APP_ID;
use crate::world::journal::Kind as LineKind;
use crate::world::workspace::{Person, Workspace};
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use domain::ids::{ChannelId, TeamId, UserId};
use domain::zone::Zone;
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
        let bot_user = world.find(team).and_then(|workspace| workspace.installs.last());
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
            "is_ext_shared_channel": false,
            "event_context": format!("4-{event_id}"),
        })
    });
    Parcel { team: team.clone(), kind, body }
}

/// Returns the event that someone came into a channel, where the bot hears of it.
pub(crate) fn joined(
    workspace: &mut Workspace,
    channel: &ChannelId,
    user: &UserId,
    inviter: Option<&UserId>,
    now: DateTime<Utc>,
) -> Option<Value> {
    let event_ts = workspace.next_ts(now);
    let install = workspace.install()?;
    let place = workspace.channel(channel.as_str())?;
    if !install.has_scope(&format!("{}:read", place.family()))
        || !place.has_member(&install.bot_user)
    {
        return None;
    }
    let letter = if place.family() == "groups" { "G" } else { "C" };
    let mut event = json!({
        "type": "member_joined_channel",
        "user": user,
        "channel": channel,
        "channel_type": letter,
        "team": workspace.team,
        "event_ts": event_ts,
    });
    if let Some(inviter) = inviter {
        event["inviter"] = json!(inviter);
    }
    Some(event)
}

/// Returns a person as Slack's API and events show them.
pub(crate) fn describe_person(
    team: &TeamId,
    person: &Person,
    with_email: bool,
    now: DateTime<Utc>,
) -> Value {
    let mut profile = json!({
        "real_name": person.name,
        "real_name_normalized": person.name,
        "display_name": if person.is_bot { "" } else { &person.name },
        "display_name_normalized": if person.is_bot { "" } else { &person.name },
        "team": team,
        "status_text": "",
        "status_emoji": "",
    });
    if with_email && let Some(email) = &person.email {
        profile["email"] = json!(email);
    }
    let mut shown = json!({
        "id": person.id,
        "team_id": team,
        "name": person.name.to_lowercase(),
        "deleted": person.is_deleted,
        "profile": profile,
        "is_bot": person.is_bot,
        "is_app_user": false,
        "updated": person.updated,
    });
    // Slack tells nothing more of someone who is deactivated.
    if !person.is_deleted {
        let more = json!({
            "real_name": person.name,
            "tz": person.tz,
            "tz_label": person.tz,
            "tz_offset": offset_s(&person.tz, now),
            "is_admin": person.is_admin,
            "is_owner": false,
            "is_primary_owner": false,
            "is_restricted": false,
            "is_ultra_restricted": false,
            "is_email_confirmed": !person.is_bot,
        });
        if let (Some(shown), Value::Object(more)) = (shown.as_object_mut(), more) {
            shown.extend(more);
        }
    }
    shown
}

/// Returns how far a zone is ahead of UTC, in seconds; 0 for a name that is no zone.
fn offset_s(zone: &str, now: DateTime<Utc>) -> i64 {
    Zone::parse(zone).map_or(0, |zone| (zone.local_of(now) - now.naive_utc()).num_seconds())
}
