//! The bar: the clock, the bot's switch, and faults.

use super::refused::{Refused, read};
use crate::faults::Fault;
use crate::settings::{HostRequest, How};
use crate::sim::Sim;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// How long a bot may take to start or to stop politely.
const BOT_PATIENCE: Duration = Duration::from_mins(1);

/// The furthest that one step goes, so that a slip of the hand is not an eternity: ten years.
const LONGEST_STEP: TimeDelta = TimeDelta::days(3653);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    advance: Option<String>,
    set: Option<DateTime<Utc>>,
    #[serde(default)]
    to_next_handoff: bool,
}

pub(crate) async fn clock(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refused> {
    let step: Move = read(&body)?;
    if !sim.clock().is_manual() {
        return Err(Refused::conflict("This clock is the machine's own and cannot be moved."));
    }
    let now = sim.now();
    let to = match (step.advance, step.set, step.to_next_handoff) {
        (Some(text), None, false) => {
            now + parse_step(&text).ok_or_else(|| {
                Refused::unfit(format!("{text:?} is no step; say for example 90m, 36h, 3d or 2w."))
            })?
        }
        (None, Some(at), false) => at,
        (None, None, true) => sim
            .next_handoff()
            .await
            .ok_or_else(|| Refused::conflict("No handoff is planned."))?
            .max(now),
        _ => {
            return Err(Refused::unfit("Say one of \"advance\", \"set\" and \"to_next_handoff\"."));
        }
    };
    if to < now {
        return Err(Refused::conflict(format!(
            "It is {now} already; the clock only moves forward."
        )));
    }
    if to - now > LONGEST_STEP {
        return Err(Refused::unfit("That is more than ten years at once."));
    }
    let moved = sim.clock().advance_to(to).await;
    sim.touch();
    let now = moved.map_err(|refused| Refused::conflict(format!("{refused}.")))?;
    Ok(Json(json!({"now": now, "manual": true})))
}

/// Reads a step such as `36h`, `90m`, `3d`, `2w` or `45s`.
pub(crate) fn parse_step(text: &str) -> Option<TimeDelta> {
    let text = text.trim();
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.trim().parse().ok().filter(|number| *number >= 0)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return None,
    };
    TimeDelta::try_seconds(number.checked_mul(seconds)?).filter(|step| *step <= LONGEST_STEP)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Switch {
    running: bool,
    how: Option<String>,
}

pub(crate) async fn bot(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refused> {
    let switch: Switch = read(&body)?;
    let how = match switch.how.as_deref() {
        None | Some("stop") => How::Stop,
        Some("kill") => How::Kill,
        Some(other) => {
            return Err(Refused::unfit(format!("{other:?} is neither \"kill\" nor \"stop\".")));
        }
    };
    if !sim.is_hosted() {
        return Err(Refused::conflict(
            "The bot does not run here, so it cannot be stopped or started from here.",
        ));
    }
    let running = switch.running;
    let done = sim.ask(BOT_PATIENCE, |done| HostRequest::Bot { running, how, done }).await;
    let done = done.ok_or_else(|| {
        Refused(StatusCode::GATEWAY_TIMEOUT, "The one who hosts the bot did not answer.".into())
    })?;
    let status = done.map_err(Refused::conflict)?;
    if let Some(url) = &status.url {
        sim.set_bot_url(Some(url.clone()));
    }
    sim.touch();
    Ok(Json(json!({"running": status.running, "url": status.url.as_ref().map(Url::as_str)})))
}

pub(crate) async fn list_faults(State(sim): State<Sim>) -> Json<Value> {
    Json(sim.read(|world| json!({"faults": world.faults.list()})))
}

pub(crate) async fn add_fault(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refused> {
    let fault: Fault = read(&body)?;
    if !["slack", "hibob", "stripe"].contains(&fault.service.as_str()) {
        return Err(Refused::unfit(format!(
            "The simulator has no service {:?} yet.",
            fault.service
        )));
    }
    if let Some(team) = &fault.team
        && (fault.service != "slack" || sim.read(|world| world.find(team).is_none()))
    {
        return Err(Refused::unfit(format!(
            "Only calls to Slack belong to a workspace, and {team} must be one."
        )));
    }
    if !fault.is_whole() {
        let text = "An error has the code that is answered, such as {\"kind\": \"error\", \"error\": \"is_archived\"}; nothing else has one.";
        return Err(Refused::unfit(text));
    }
    Ok(Json(sim.change(|world, _| {
        world.faults.add(fault);
        json!({"faults": world.faults.list()})
    })))
}

/// The longest that a call may take: the bot gives up long before.
const LONGEST_LATENCY_MS: u64 = 60_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Latency {
    milliseconds: u64,
}

pub(crate) async fn latency(State(sim): State<Sim>) -> Json<Value> {
    Json(show_latency(&sim))
}

pub(crate) async fn set_latency(
    State(sim): State<Sim>,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    let Latency { milliseconds } = read(&body)?;
    if milliseconds > LONGEST_LATENCY_MS {
        return Err(Refused::unfit("A call takes a minute at most."));
    }
    sim.set_latency(Duration::from_millis(milliseconds));
    Ok(Json(show_latency(&sim)))
}

fn show_latency(sim: &Sim) -> Value {
    json!({"milliseconds": u64::try_from(sim.latency().as_millis()).unwrap_or(u64::MAX)})
}

pub(crate) async fn clear_faults(State(sim): State<Sim>) -> Json<Value> {
    Json(sim.change(|world, _| {
        world.faults.clear();
        json!({"faults": []})
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_number_and_a_unit() {
        for (text, seconds) in [
            ("45s", Some(45)),
            ("90m", Some(5400)),
            ("36h", Some(129_600)),
            ("3d", Some(259_200)),
            (" 2w ", Some(1_209_600)),
            ("0h", Some(0)),
            ("-1h", None),
            ("h", None),
            ("", None),
            ("1y", None),
            ("1ü", None),
            ("99999999999999999w", None),
        ] {
            assert_eq!(parse_step(text).map(|step| step.num_seconds()), seconds, "{text:?}");
        }
    }
}
