//! Acting as a person: commands, clicks, forms, talk, and the events of Slack itself.

mod hands;
mod talk;

use super::refused::{Refused, person, read, workspace};
use crate::sim::Sim;
use crate::to_bot::Exchange;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use domain::ids::TeamId;
use hands::{click_in_message, click_in_view, close_views, submit};
use serde::Deserialize;
use serde_json::{Value, json};
use talk::{happen, open_home, say, turn_dms, turn_home_tab, type_command, uninstall};

/// One thing that a person does, or that happens in Slack.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Act {
    team: String,
    user: Option<String>,
    channel: Option<String>,
    command: Option<String>,
    #[serde(default)]
    text: String,
    click: Option<Click>,
    submit: Option<Submit>,
    close: Option<Close>,
    #[serde(default)]
    open_home: bool,
    say: Option<Say>,
    #[serde(default)]
    uninstall: bool,
    event: Option<Value>,
    /// Sends the event as it is: nothing becomes true, nothing is added, nobody asks whether the bot may hear it.
    #[serde(default)]
    raw: bool,
    dms: Option<Dms>,
    home_tab: Option<HomeTab>,
}

/// Whether a person takes direct messages of the bot from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Dms {
    Open,
    Closed,
}

/// Whether the app has a home from now on, as where it is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HomeTab {
    On,
    Off,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Click {
    channel: Option<String>,
    ts: Option<String>,
    view_id: Option<String>,
    action_id: String,
    block_id: Option<String>,
    value: Option<Value>,
    /// For a guest in a shared channel: the workspace that the person belongs to.
    home_team: Option<String>,
    #[serde(default)]
    values: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Submit {
    view_id: String,
    #[serde(default)]
    values: Value,
    #[serde(default)]
    force: bool,
    /// Whether it comes twice at the same time, as Slack sends again what it takes for lost.
    #[serde(default)]
    twice: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    view_id: Option<String>,
    #[serde(default)]
    all: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Say {
    channel: String,
    text: String,
    thread_ts: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Closing {
    team: String,
    user: String,
    view_id: Option<String>,
    #[serde(default)]
    all: bool,
}

/// What came of an act.
#[derive(Default)]
struct Acted {
    exchange: Option<Exchange>,
    /// What the same request came to that was sent at the same time.
    again: Option<Exchange>,
    /// Why Slack would show an error, where the exchange does not say it.
    error: Option<String>,
    trigger: Option<String>,
    changed_views: Vec<String>,
}

type Answer = Result<Json<Value>, Refused>;

pub(crate) async fn act(State(sim): State<Sim>, body: Bytes) -> Answer {
    let act: Act = read(&body)?;
    let _busy = sim.clock().busy();
    let team =
        sim.read(|world| workspace(world, &act.team).map(|workspace| workspace.team.clone()))?;
    if let Some(told) = act.event {
        return happen(&sim, &team, told, act.raw).await;
    }
    let user = act.user.as_deref().ok_or_else(|| Refused::unfit("Say which \"user\" acts."))?;
    let user = sim.read(|world| person(workspace(world, &act.team)?, user).cloned())?;
    if user.is_bot {
        return Err(Refused::unfit("A bot acts by itself; choose a person."));
    }
    if let Some(typed) = act.command {
        return type_command(&sim, &team, &user, (&typed, act.text), act.channel.as_deref()).await;
    }
    if let Some(click) = act.click {
        return match click.view_id.clone() {
            Some(view) => click_in_view(&sim, &team, &user, &view, &click).await,
            None => click_in_message(&sim, &team, &user, &click).await,
        };
    }
    if let Some(form) = act.submit {
        return submit(&sim, &team, &user, &form).await;
    }
    if let Some(close) = act.close {
        return close_views(&sim, &team, &user, close.view_id.as_deref(), close.all).await;
    }
    if let Some(words) = act.say {
        return say(&sim, &team, &user, words).await;
    }
    if act.open_home {
        return open_home(&sim, &team, &user).await;
    }
    if let Some(dms) = act.dms {
        return Ok(turn_dms(&sim, &team, &user, dms));
    }
    if let Some(tab) = act.home_tab {
        return Ok(turn_home_tab(&sim, &team, tab));
    }
    if act.uninstall {
        return uninstall(&sim, &team).await;
    }
    Err(Refused::unfit(
        "Say what to do: command, click, submit, close, open_home, say, dms, home_tab, uninstall or event.",
    ))
}

pub(crate) async fn close(State(sim): State<Sim>, body: Bytes) -> Answer {
    let asked: Closing = read(&body)?;
    let _busy = sim.clock().busy();
    let (team, user) = sim.read(|world| {
        let workspace = workspace(world, &asked.team)?;
        Ok::<_, Refused>((workspace.team.clone(), person(workspace, &asked.user)?.clone()))
    })?;
    close_views(&sim, &team, &user, asked.view_id.as_deref(), asked.all).await
}

/// Returns what scripts are told of an act.
fn report(sim: &Sim, team: &TeamId, acted: Acted) -> Json<Value> {
    let exchange = acted.exchange;
    let status =
        exchange.as_ref().and_then(|one| one.answer.as_ref()).map(|one| one.status.as_u16());
    let missed = exchange.as_ref().and_then(|one| one.miss.as_ref()).map(|(_, why)| sentence(why));
    let response = exchange.as_ref().map_or(Value::Null, Exchange::response);
    let ack_ms = exchange.and_then(|one| one.ack_ms);
    let views: Vec<Value> = sim.read(|world| {
        let opened =
            acted.trigger.as_deref().map(|id| world.passes.opened_by(id)).unwrap_or_default();
        let workspace = world.find(team);
        let ids = opened.iter().chain(&acted.changed_views);
        ids.filter_map(|id| Some(workspace?.view(id)?.1.for_page())).collect()
    });
    Json(json!({
        "status": status,
        "ack_ms": ack_ms,
        "response": response,
        "again": acted.again.as_ref().map(Exchange::response),
        "error": missed.or(acted.error.as_deref().map(sentence)),
        "trigger_id": acted.trigger,
        "views_opened": views,
    }))
}

/// Returns a reason as a sentence.
fn sentence(why: &str) -> String {
    let mut letters = why.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn need_install(sim: &Sim, team: &TeamId) -> Result<(), Refused> {
    let is_installed =
        sim.read(|world| world.find(team).is_some_and(|one| one.install().is_some()));
    let why = "The app is not installed in this workspace.";
    if is_installed { Ok(()) } else { Err(Refused::conflict(why)) }
}
