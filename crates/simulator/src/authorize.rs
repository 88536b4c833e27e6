//! The page of consent: a person agrees that the app comes into a workspace.

use crate::sim::Sim;
use crate::world::passes::Grant;
use crate::world::workspace::Workspace;
use crate::world::{APP_NAME, World};
use axum::Router;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use domain::ids::TeamId;
use http::{StatusCode, header};
use serde::Deserialize;
use url::{Host, Url};

/// The bot scopes that Slack knows, so far as an app of this kind could ask for them.
const SCOPES: [&str; 40] = [
    "app_mentions:read",
    "assistant:write",
    "bookmarks:read",
    "bookmarks:write",
    "calls:read",
    "calls:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "channels:write.invites",
    "channels:write.topic",
    "chat:write",
    "chat:write.customize",
    "chat:write.public",
    "commands",
    "dnd:read",
    "emoji:read",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "links:read",
    "links:write",
    "metadata.message:read",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "usergroups:write",
    "users:read",
    "users:read.email",
];

/// What the app asks for in the address.
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    user_scope: String,
    #[serde(default)]
    redirect_uri: String,
    #[serde(default)]
    state: String,
    /// Added by the page itself: the workspace, and the person who answers.
    sim_team: Option<String>,
    #[serde(rename = "as")]
    person: Option<String>,
    /// Set by a test: the person installs for the whole organisation.
    org: Option<String>,
    /// Added by the page itself: the person says no.
    cancel: Option<String>,
}

pub(crate) fn routes() -> Router<Sim> {
    Router::new().route("/slack/oauth/v2/authorize", get(consent))
}

async fn consent(State(sim): State<Sim>, Query(asked): Query<Asked>) -> Response {
    let checked = check(&asked, &sim.app().client_id);
    let (scopes, redirect) = match checked {
        Ok(checked) => checked,
        Err(why) => return (StatusCode::BAD_REQUEST, why).into_response(),
    };
    if asked.cancel.is_some() {
        return send_back(redirect, "error", "access_denied", &asked.state);
    }
    let agreed = sim.change(|world, now| agree(world, &asked, scopes, now));
    match agreed {
        Ok(Some(code)) => send_back(redirect, "code", &code, &asked.state),
        Ok(None) => Html(sim.read(|world| choice(world, &asked))).into_response(),
        Err(why) => (StatusCode::NOT_FOUND, why).into_response(),
    }
}

/// Returns the scopes and where to go back to.
fn check(asked: &Asked, client_id: &str) -> Result<(Vec<String>, Url), String> {
    if asked.client_id != client_id {
        return Err("invalid_client_id: no app has this client id.".into());
    }
    if !asked.user_scope.is_empty() {
        return Err(
            "invalid_scope: the app asks for user scopes, which the simulator does not give."
                .into(),
        );
    }
    let scopes: Vec<String> = asked.scope.split(',').map(|scope| scope.trim().to_owned()).collect();
    if let Some(unknown) = scopes.iter().find(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(format!("invalid_scope: Slack knows no bot scope {unknown:?}."));
    }
    let redirect = Url::parse(&asked.redirect_uri)
        .map_err(|_| "bad_redirect_uri: the redirect_uri is no address.".to_owned())?;
    let is_loopback = match redirect.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if redirect.scheme() != "https" && !(redirect.scheme() == "http" && is_loopback) {
        return Err("bad_redirect_uri: the redirect_uri must be https, or on this machine.".into());
    }
    Ok((scopes, redirect))
}

/// Returns a code where workspace and person are known; nothing where the person must choose first.
fn agree(
    world: &mut World,
    asked: &Asked,
    scopes: Vec<String>,
    now: DateTime<Utc>,
) -> Result<Option<String>, String> {
    let Some(team) = asked.sim_team.as_deref().map(TeamId::new) else { return Ok(None) };
    let workspace = world.find(&team).ok_or_else(|| format!("There is no workspace {team}."))?;
    let person = match asked.person.as_deref() {
        Some(name) => workspace.person_by_id_or_name(name),
        None => installer(workspace),
    };
    let person = person.ok_or("There is no such person in this workspace.")?;
    let grant = Grant {
        team,
        user: person.id.clone(),
        scopes,
        is_org_wide: asked.org.is_some(),
        redirect_uri: asked.redirect_uri.clone(),
        until: now,
    };
    let code = format!("{}.{}", world.secrets.count(), world.secrets.next("code"));
    world.passes.grant(code.clone(), grant, now);
    Ok(Some(code))
}

/// Returns who installs an app where nobody was named: the first admin, else the first person.
pub(crate) fn installer(workspace: &Workspace) -> Option<&crate::world::person::Person> {
    let people = || {
        workspace
            .people
            .iter()
            .filter(|one| !one.is_bot && !one.is_deleted && one.sees_public_channels())
    };
    people().find(|one| one.rank.is_admin()).or_else(|| people().next())
}

fn send_back(mut redirect: Url, name: &str, value: &str, state: &str) -> Response {
    redirect.query_pairs_mut().append_pair(name, value).append_pair("state", state);
    (StatusCode::FOUND, [(header::LOCATION, redirect.to_string())]).into_response()
}

/// Returns the page on which a person chooses the workspace, or says no.
fn choice(world: &World, asked: &Asked) -> String {
    let link = |more: &[(&str, &str)]| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("client_id", &asked.client_id)
            .append_pair("scope", &asked.scope)
            .append_pair("redirect_uri", &asked.redirect_uri)
            .append_pair("state", &asked.state);
        for (name, value) in more {
            query.append_pair(name, value);
        }
        escape(&format!("/slack/oauth/v2/authorize?{}", query.finish()))
    };
    let mut items = Vec::new();
    for workspace in &world.workspaces {
        let Some(person) = installer(workspace) else { continue };
        let href = link(&[("sim_team", workspace.team.as_str()), ("as", person.id.as_str())]);
        let (place, name) = (escape(&workspace.name), escape(&person.name));
        items.push(format!("<li><a href=\"{href}\">Allow in {place} as {name}</a></li>"));
    }
    let scopes =
        asked.scope.split(',').map(|scope| format!("<li><code>{}</code></li>", escape(scope)));
    let (scopes, items) = (scopes.collect::<Vec<_>>().concat(), items.concat());
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{APP_NAME} asks to come in</title>\
         <style>body{{font:16px/1.5 system-ui;max-width:36rem;margin:3rem auto;padding:0 1rem}}\
         a{{display:inline-block;padding:.4rem 0}}</style>\
         <h1>{APP_NAME} asks to come in</h1><p>It asks for:</p><ul>{scopes}</ul><p>Choose:</p>\
         <ul>{items}</ul><p><a href=\"{}\">Cancel</a></p></html>",
        link(&[("cancel", "1")])
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
