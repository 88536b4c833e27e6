//! `oauth.v2.access`: a code becomes a token.

use super::answer::{Outcome, Refusal};
use super::arguments::Arguments;
use crate::settings::SlackApp;
use crate::world::passes::Grant;
use crate::world::{APP_ID, World};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use http::{HeaderMap, header};
use serde_json::{Value, json};

pub(crate) fn access(
    app: &SlackApp,
    world: &mut World,
    headers: &HeaderMap,
    arguments: &Arguments,
    now: DateTime<Utc>,
) -> Outcome {
    let (id, secret) = credentials(headers, arguments);
    if id != app.client_id {
        return Err(Refusal::new("invalid_client_id", "no app has this client id"));
    }
    if secret != app.client_secret {
        return Err(Refusal::new("bad_client_secret", "that is not the app's secret"));
    }
    if arguments.text("grant_type").is_some_and(|kind| kind != "authorization_code") {
        return Err(Refusal::new("invalid_grant_type", "token rotation is off for this app"));
    }
    let code = arguments.text("code").unwrap_or_default();
    let grant = world.passes.take_grant(code, now);
    let why = "the code is unknown, used or older than 10 minutes";
    let grant = grant.ok_or_else(|| Refusal::new("invalid_code", why))?;
    if arguments.text("redirect_uri") != Some(grant.redirect_uri.as_str()) {
        let why = "the redirect_uri is not the one that the page of consent was given";
        return Err(Refusal::new("bad_redirect_uri", why));
    }
    if grant.is_org_wide {
        return Ok(for_the_organisation(world, &grant));
    }
    let install = world.install(&grant.team, grant.scopes, &grant.user, now).cloned();
    let workspace = world.find(&grant.team);
    let (Some(install), Some(workspace)) = (install, workspace) else {
        return Err(Refusal::new("invalid_code", "the workspace is gone"));
    };
    Ok(json!({
        "access_token": install.token,
        "token_type": "bot",
        "scope": install.scopes.join(","),
        "bot_user_id": install.bot_user,
        "app_id": APP_ID,
        "team": {"id": workspace.team, "name": workspace.name},
        "enterprise": null,
        "is_enterprise_install": false,
        "authed_user": {"id": install.installer},
    }))
}

/// Returns the answer to an installation for a whole organisation, which names no workspace.
///
/// Its token works nowhere here: no bot of ours is to use it.
fn for_the_organisation(world: &mut World, grant: &Grant) -> Value {
    json!({
        "access_token": format!("xoxb-{}", world.secrets.next("token")),
        "token_type": "bot",
        "scope": grant.scopes.join(","),
        "bot_user_id": "U0BOTORG",
        "app_id": APP_ID,
        "team": null,
        "enterprise": {"id": "E0ORG", "name": "Organisation"},
        "is_enterprise_install": true,
        "authed_user": {"id": grant.user},
    })
}

/// Returns id and secret from the Basic header, else from the arguments.
fn credentials(headers: &HeaderMap, arguments: &Arguments) -> (String, String) {
    let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let basic = basic.and_then(|value| value.strip_prefix("Basic "));
    let decoded = basic.and_then(|text| BASE64_STANDARD.decode(text.trim()).ok());
    let pair = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some((id, secret)) = pair.as_deref().and_then(|pair| pair.split_once(':')) {
        return (id.into(), secret.into());
    }
    let given = |name| arguments.text(name).unwrap_or_default().to_owned();
    (given("client_id"), given("client_secret"))
}
