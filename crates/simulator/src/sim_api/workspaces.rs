//! New workspaces, and the app's way into them.

use super::refused::{Refused, person, read, workspace};
use crate::authorize::installer;
use crate::sim::Sim;
use crate::to_bot::outbound::{Answer, send};
use crate::to_bot::post;
use crate::world::World;
use crate::world::person::{Person, Rank};
use crate::world::workspace::{Channel, Kind, Workspace};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use chrono::{DateTime, Utc};
use domain::ids::{ChannelId, TeamId, UserId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use url::Url;

/// How long each page of an installation may take, in real time.
const PAGE_PATIENCE: Duration = Duration::from_secs(10);

/// A workspace to be made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWorkspace {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) people: Vec<NewPerson>,
    #[serde(default)]
    pub(crate) channels: Vec<NewChannel>,
    #[serde(default = "yes")]
    pub(crate) install: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPerson {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) tz: Option<String>,
    #[serde(default)]
    pub(crate) admin: bool,
    /// What the person is, where it is neither an admin nor a plain member.
    pub(crate) rank: Option<Rank>,
    /// The user of another app's bot.
    #[serde(default)]
    pub(crate) bot: bool,
    /// The workspace of a person who is here in a shared channel only.
    pub(crate) home_team: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChannel {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) private: bool,
    /// Ids or names; where it is left out, everyone but guests, bots and people of other workspaces.
    pub(crate) members: Option<Vec<String>>,
}

const fn yes() -> bool {
    true
}

pub(crate) async fn create(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refused> {
    let wanted: NewWorkspace = read(&body)?;
    let is_to_install = wanted.install;
    let mut answer = make(&sim, wanted)?;
    let team = TeamId::new(answer["team"].as_str().unwrap_or_default());
    let installed = if is_to_install { Some(install_app(&sim, &team, None).await) } else { None };
    answer["installed"] = json!(installed == Some(Ok(())));
    answer["install_error"] = json!(installed.and_then(Result::err));
    Ok(Json(answer))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Installing {
    team: String,
    user: Option<String>,
}

pub(crate) async fn install(State(sim): State<Sim>, body: Bytes) -> Result<Json<Value>, Refused> {
    let asked: Installing = read(&body)?;
    let (team, user) = sim.read(|world| {
        let workspace = workspace(world, &asked.team)?;
        let user = asked.user.as_deref().map(|word| person(workspace, word)).transpose()?;
        Ok::<_, Refused>((workspace.team.clone(), user.map(|user| user.id.clone())))
    })?;
    install_app(&sim, &team, user.as_ref()).await.map_err(Refused::conflict)?;
    Ok(Json(json!({"installed": true})))
}

/// Checks the bot's address for events as Slack does when it is entered: the bot must give the challenge back.
pub(crate) async fn verify(State(sim): State<Sim>) -> Json<Value> {
    let challenge = sim.change(|world, _| world.secrets.next("challenge"));
    let body = json!({
        "token": "deprecated-verification-token",
        "challenge": challenge,
        "type": "url_verification",
    });
    let exchange = post(&sim, "slack/events", "application/json", &body.to_string(), &[]).await;
    let response = exchange.response();
    // The challenge may come back as JSON, as a form or bare.
    let is_back = response["challenge"] == challenge.as_str()
        || response.as_str().is_some_and(|text| text.trim_start_matches("challenge=") == challenge);
    let why = match exchange.miss {
        Some((_, why)) => Some(why),
        None if is_back => None,
        None => Some("the bot did not give the challenge back".to_owned()),
    };
    Json(json!({"verified": why.is_none(), "error": why}))
}

/// Makes a workspace and returns its ids.
pub(crate) fn make(sim: &Sim, wanted: NewWorkspace) -> Result<Value, Refused> {
    if wanted.name.trim().is_empty() {
        return Err(Refused::unfit("A workspace needs a name."));
    }
    sim.change(|world, now| {
        let team = TeamId::new(&new_id(world, "T0", &wanted.name));
        let mut workspace = Workspace::new(team.clone(), wanted.name.trim());
        for one in wanted.people {
            add_person(world, &mut workspace, one, now)?;
        }
        for one in wanted.channels {
            add_channel(world, &mut workspace, one, now)?;
        }
        let answer = json!({
            "team": team,
            "name": workspace.name,
            "people": workspace.people.iter().map(|one| json!({"id": one.id, "name": one.name})).collect::<Vec<_>>(),
            "channels": workspace.channels.iter().map(|one| json!({"id": one.id, "name": one.name})).collect::<Vec<_>>(),
        });
        world.add(workspace);
        Ok(answer)
    })
}

fn add_person(
    world: &World,
    workspace: &mut Workspace,
    one: NewPerson,
    now: DateTime<Utc>,
) -> Result<(), Refused> {
    let id = one.id.unwrap_or_else(|| unused(world, workspace, "U0", &one.name));
    if workspace.person(&id).is_some() {
        return Err(Refused::unfit(format!("The person {id} is there twice.")));
    }
    let plain = Person::new(UserId::new(&id), &one.name);
    workspace.people.push(Person {
        email: one.email,
        tz: one.tz.unwrap_or_else(|| plain.tz.clone()),
        rank: one.rank.unwrap_or(if one.admin { Rank::Admin } else { Rank::Member }),
        home: one.home_team.as_deref().map(TeamId::new),
        is_bot: one.bot,
        updated: now.timestamp(),
        ..plain
    });
    Ok(())
}

fn add_channel(
    world: &World,
    workspace: &mut Workspace,
    one: NewChannel,
    now: DateTime<Utc>,
) -> Result<(), Refused> {
    let name = one.name.trim_start_matches('#').to_owned();
    let id = one.id.unwrap_or_else(|| unused(world, workspace, "C0", &name));
    if workspace.channel(&id).is_some() {
        return Err(Refused::unfit(format!("The channel {id} is there twice.")));
    }
    let members = match one.members {
        None => workspace
            .people
            .iter()
            .filter(|one| one.sees_public_channels() && !one.is_bot)
            .map(|one| one.id.clone())
            .collect(),
        Some(words) => words
            .iter()
            .map(|word| person(workspace, word).map(|person| person.id.clone()))
            .collect::<Result<Vec<_>, _>>()?,
    };
    workspace.channels.push(Channel {
        id: ChannelId::new(&id),
        name,
        kind: if one.private { Kind::Private } else { Kind::Public },
        is_archived: false,
        members,
        created: now.timestamp(),
    });
    Ok(())
}

/// Returns an id that no workspace has, speaking where it can.
fn new_id(world: &World, prefix: &str, name: &str) -> String {
    let is_taken = |id: &str| world.workspaces.iter().any(|one| one.team.as_str() == id);
    first_free(prefix, name, is_taken)
}

fn unused(world: &World, own: &Workspace, prefix: &str, name: &str) -> String {
    let is_taken = |id: &str| {
        let mut all = world.workspaces.iter().chain(std::iter::once(own));
        all.any(|one| one.person(id).is_some() || one.channel(id).is_some())
    };
    first_free(prefix, name, is_taken)
}

pub(crate) fn first_free(prefix: &str, name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let word: String =
        name.to_uppercase().chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    let mut id = format!("{prefix}{word}");
    let mut number = 1;
    while is_taken(&id) || id.len() < 4 {
        number += 1;
        id = format!("{prefix}{word}{number}");
    }
    id
}

/// Installs the app as a person with a browser does: the bot's page, the page of consent, back to the bot.
///
/// # Errors
///
/// A sentence for people that says at which step it failed.
pub(crate) async fn install_app(
    sim: &Sim,
    team: &TeamId,
    user: Option<&UserId>,
) -> Result<(), String> {
    let _busy = sim.clock().busy();
    let bot =
        sim.bot_url().ok_or("Nobody has said where the bot is, so the app cannot be installed.")?;
    let person = sim.read(|world| {
        let workspace = world.find(team)?;
        user.cloned().or_else(|| installer(workspace).map(|one| one.id.clone()))
    });
    let person = person.ok_or("Nobody in this workspace can install the app.")?;
    let mut jar = Jar::default();
    let start = at(&bot, "/slack/install")?;
    let page =
        jar.get(&start).await.map_err(|why| format!("The bot's page slack/install: {why}."))?;
    let consent = location(&page, &start).ok_or_else(|| {
        format!(
            "The bot's page slack/install answered {} and not with a redirect to Slack.",
            page.status
        )
    })?;
    if !consent.path().ends_with("/oauth/v2/authorize")
        || consent.port_or_known_default() != sim.url().port_or_known_default()
    {
        return Err(format!(
            "The bot sends people to {consent} to agree, which is not this simulator."
        ));
    }
    let mut consent = consent;
    consent
        .query_pairs_mut()
        .append_pair("sim_team", team.as_str())
        .append_pair("as", person.as_str());
    let agreed =
        Jar::default().get(&consent).await.map_err(|why| format!("The page of consent: {why}."))?;
    let back = location(&agreed, &consent)
        .ok_or_else(|| format!("Slack's page of consent said: {}", agreed.body))?;
    // The bot's public address is reached here on this machine, as a name server would have it.
    let mut callback = at(&bot, back.path())?;
    callback.set_query(back.query());
    let done = jar.get(&callback).await.map_err(|why| format!("The bot's callback: {why}."))?;
    let is_installed =
        sim.read(|world| world.find(team).is_some_and(|one| one.install().is_some()));
    if done.status.is_client_error() || done.status.is_server_error() || !is_installed {
        return Err(format!("The bot's callback answered {}.", done.status));
    }
    Ok(())
}

fn at(bot: &Url, path: &str) -> Result<Url, String> {
    bot.join(path).map_err(|_| format!("{bot} is no address to install from."))
}

fn location(answer: &Answer, from: &Url) -> Option<Url> {
    let to = answer.header("location").filter(|_| answer.status.is_redirection())?;
    from.join(to).ok()
}

/// The cookies of one browser at one address.
#[derive(Debug, Default)]
struct Jar(BTreeMap<String, String>);

impl Jar {
    async fn get(&mut self, url: &Url) -> Result<Answer, String> {
        let held: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = Vec::new();
        if !held.is_empty() {
            headers.push(("Cookie", held.join("; ")));
        }
        let sent = tokio::time::timeout(PAGE_PATIENCE, send("GET", url, &headers, "")).await;
        let answer = sent.map_err(|_| "no answer within 10 seconds".to_owned())?;
        let answer = answer.map_err(|error| error.to_string())?;
        let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        for (name, value) in cookies.filter_map(|(_, text)| text.split(';').next()?.split_once('='))
        {
            self.0.insert(name.trim().into(), value.trim().into());
        }
        Ok(answer)
    }
}
