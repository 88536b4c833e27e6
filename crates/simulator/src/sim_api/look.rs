//! Looking: state, messages, views, calls, log, and what has changed.

use super::refused::{Refused, channel, person, workspace};
use crate::sim::Sim;
use crate::world::person::Person;
use crate::world::view::View;
use crate::world::workspace::{Channel, Kind, Workspace};
use crate::world::{APP_ID, APP_NAME, COMMAND};
use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// How long a request for changes waits, in real time.
const LONGEST_WAIT: Duration = Duration::from_secs(25);

pub(crate) async fn state(State(sim): State<Sim>) -> Json<Value> {
    let status = sim.bot_status().await;
    let next_handoff = sim.next_handoff().await;
    let url = match &status {
        Some(status) if !status.running => None,
        Some(status) => status.url.clone().or_else(|| sim.bot_url()),
        None => sim.bot_url(),
    };
    let workspaces =
        sim.read(|world| world.workspaces.iter().map(show_workspace).collect::<Vec<_>>());
    Json(json!({
        "version": sim.version(),
        "clock": {"now": sim.now(), "manual": sim.clock().is_manual()},
        "bot": {
            "running": status.map(|status| status.running),
            "hosted": sim.is_hosted(),
            "url": url.as_ref().map(Url::as_str),
            "next_handoff_at": next_handoff,
        },
        "workspaces": workspaces,
    }))
}

fn show_workspace(workspace: &Workspace) -> Value {
    let install = workspace.install();
    json!({
        "team": workspace.team,
        "name": workspace.name,
        "domain": workspace.domain,
        "app": {
            "app_id": APP_ID,
            "name": APP_NAME,
            "installed": install.is_some(),
            "bot_user": workspace.bot().map(|bot| &bot.id),
            "bot_id": workspace.bot_id(),
            "scopes": install.map(|install| &install.scopes),
            "installed_by": install.map(|install| &install.installer),
            "installed_at": install.map(|install| install.at),
            "commands": [COMMAND],
        },
        "people": workspace.people.iter().map(show_person).collect::<Vec<_>>(),
        "channels": workspace.channels.iter().map(|one| show_channel(workspace, one)).collect::<Vec<_>>(),
    })
}

fn show_person(person: &Person) -> Value {
    json!({
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "tz": person.tz,
        "admin": person.rank.is_admin(),
        "rank": person.rank,
        "home_team": person.home,
        "dms_closed": person.has_closed_dms,
        "deleted": person.is_deleted,
        "is_bot": person.is_bot,
    })
}

fn show_channel(workspace: &Workspace, channel: &Channel) -> Value {
    let (kind, user) = match &channel.kind {
        Kind::Public => ("public", None),
        Kind::Private => ("private", None),
        Kind::Direct(user) => ("im", Some(user)),
    };
    json!({
        "id": channel.id,
        "name": channel.name,
        "kind": kind,
        "private": channel.kind != Kind::Public,
        "archived": channel.is_archived,
        "shared": workspace.is_shared(channel),
        "members": channel.members,
        "user": user,
    })
}

#[derive(Debug, Deserialize)]
pub(crate) struct Since {
    #[serde(default)]
    since: u64,
}

/// Answers as soon as anything has changed since a version, else after 25 seconds.
pub(crate) async fn changes(
    State(sim): State<Sim>,
    Query(Since { since }): Query<Since>,
) -> Json<Value> {
    let mut version = sim.watch();
    let stop = sim.stop_signal();
    tokio::select! {
        _ = version.wait_for(|version| *version > since) => {}
        () = tokio::time::sleep(LONGEST_WAIT) => {}
        () = stop.cancelled() => {}
    }
    Json(json!({"version": sim.version()}))
}

#[derive(Debug, Deserialize)]
pub(crate) struct Seat {
    team: String,
    channel: Option<String>,
    user: Option<String>,
}

pub(crate) async fn messages(
    State(sim): State<Sim>,
    Query(seat): Query<Seat>,
) -> Result<Json<Value>, Refused> {
    let (team, user) = sim.read(|world| {
        let workspace = workspace(world, &seat.team)?;
        let user = seat.user.as_deref().map(|word| {
            let found = workspace.person_by_id_or_name(word).cloned();
            found.ok_or_else(|| Refused::not_found(format!("There is no person {word:?}.")))
        });
        Ok::<_, Refused>((workspace.team.clone(), user.transpose()?))
    })?;
    let only = match &seat.channel {
        Some(word) => Some(channel(&sim, &team, user.as_ref(), word)?.id),
        None => None,
    };
    let user = user.map(|user| user.id);
    let seen = sim.read(|world| {
        let Some(workspace) = world.find(&team) else { return Vec::new() };
        let is_open = |id: &str| {
            let channel = workspace.channel(id);
            channel.is_some_and(|one| user.as_ref().is_none_or(|user| workspace.can_see(user, one)))
        };
        let here = workspace
            .messages
            .iter()
            .filter(|one| only.as_ref().is_none_or(|only| &one.channel == only));
        here.filter(|one| one.is_visible_to(user.as_ref()) && is_open(one.channel.as_str()))
            .map(|one| one.for_page(workspace.name_of(&one.user)))
            .collect::<Vec<_>>()
    });
    Ok(Json(json!({"messages": seen})))
}

pub(crate) async fn views(
    State(sim): State<Sim>,
    Query(seat): Query<Seat>,
) -> Result<Json<Value>, Refused> {
    sim.read(|world| {
        let workspace = workspace(world, &seat.team)?;
        let user = &person(workspace, seat.user.as_deref().unwrap_or_default())?.id;
        let modals: Vec<Value> = workspace.modals_of(user).iter().map(View::for_page).collect();
        let home = workspace.homes.get(user).map(View::for_page);
        Ok(Json(json!({"modals": modals, "home": home})))
    })
}

#[derive(Debug, Deserialize)]
pub(crate) struct After {
    #[serde(default)]
    since_id: u64,
}

pub(crate) async fn calls(State(sim): State<Sim>, Query(after): Query<After>) -> Json<Value> {
    let calls = sim.read(|world| {
        let calls = world.journal.calls().filter(|call| call.id > after.since_id);
        calls.cloned().collect::<Vec<_>>()
    });
    Json(json!({"calls": calls}))
}

pub(crate) async fn log(State(sim): State<Sim>, Query(after): Query<After>) -> Json<Value> {
    let lines = sim.read(|world| {
        let lines = world.journal.lines().filter(|line| line.id > after.since_id);
        lines.cloned().collect::<Vec<_>>()
    });
    Json(json!({"log": lines}))
}
