//! Installing the app: away to Slack with a state that only this browser can bring back, once.

use super::page::{self, Page};
use crate::bot::Bot;
use crate::random::token;
use axum::extract::{Query, State};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::NewInstall;

/// The cookie that binds the state to the browser.
const COOKIE_NAME: &str = "asyncbot_install";

/// How long a person has for Slack's page, in seconds.
const STATE_SECONDS: i64 = 600;

pub(super) async fn begin(State(bot): State<Arc<Bot>>) -> Response {
    let (state, browser) = (token(), token());
    let expires_at = bot.clock.now() + TimeDelta::seconds(STATE_SECONDS);
    let system = bot.store.system();
    if let Err(fault) =
        system.insert_oauth_state(&digest(&state), &digest(&browser), expires_at).await
    {
        tracing::error!(error = %fault, "An installation could not be begun.");
        return page::show(StatusCode::SERVICE_UNAVAILABLE, &Page::NOT_NOW);
    }
    let url = slack::authorize_url(bot.api.config(), &state, &redirect_uri(&bot));
    let cookie = cookie(&bot, &browser, STATE_SECONDS);
    (StatusCode::FOUND, [(LOCATION, url.to_string()), (SET_COOKIE, cookie)]).into_response()
}

/// What Slack's page sends back.
#[derive(Deserialize)]
pub(super) struct Callback {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

pub(super) async fn finish(
    State(bot): State<Arc<Bot>>,
    Query(callback): Query<Callback>,
    headers: HeaderMap,
) -> Response {
    let (status, shown) = match try_finish(&bot, callback, &headers).await {
        Ok(()) => (StatusCode::OK, Page::INSTALLED),
        Err(refused) => refused,
    };
    let mut response = page::show(status, &shown);
    if let Ok(forget) = cookie(&bot, "", 0).parse() {
        response.headers_mut().insert(SET_COOKIE, forget);
    }
    response
}

async fn try_finish(
    bot: &Bot,
    callback: Callback,
    headers: &HeaderMap,
) -> Result<(), (StatusCode, Page)> {
    let state = callback.state.as_deref().filter(|state| !state.is_empty());
    if let Some(error) = callback.error {
        // Nothing is installed either way; the state is spent if it is one.
        let spent = check_state(bot, state, headers).await;
        let is_cancelled = error == "access_denied";
        tracing::info!(is_cancelled, was_begun_here = spent.is_ok(), "Slack's page was left.");
        let page = if is_cancelled { Page::CANCELLED } else { Page::NOT_GRANTED };
        return Err((StatusCode::OK, page));
    }
    let code = callback.code.filter(|code| !code.is_empty());
    let (Some(code), Some(_)) = (code, state) else {
        // Slack's own pages know no state of ours; without one anybody could be made to finish somebody else's.
        return Err((StatusCode::OK, Page::BEGIN_HERE));
    };
    check_state(bot, state, headers).await?;
    let granted = bot.api.exchange_code(&code, &redirect_uri(bot)).await;
    if let Some(code) = granted.code() {
        tracing::warn!(code, "Slack did not grant an installation.");
    }
    let granted = granted.done().ok_or((StatusCode::BAD_GATEWAY, Page::NOT_GRANTED))?;
    let (Some(team), Some(installer), false) =
        (granted.team, granted.installer, granted.is_org_wide)
    else {
        return Err((StatusCode::OK, Page::ORG_WIDE));
    };
    let install = NewInstall {
        name: granted.team_name.unwrap_or_else(|| team.as_str().to_owned()),
        team,
        app_id: granted.app_id,
        bot_user: granted.bot_user,
        scopes: granted.scopes,
        installer,
        bot_token: granted.bot_token,
        at: bot.clock.now(),
    };
    match app::install::install(&bot.store, &install).await {
        Ok(workspace) => {
            tracing::info!(workspace.id = %workspace, "The app was installed.");
            bot.bells.ring_after_write();
            Ok(())
        }
        Err(fault) => {
            tracing::error!(error = %fault, "An installation could not be stored.");
            Err((StatusCode::SERVICE_UNAVAILABLE, Page::NOT_NOW))
        }
    }
}

/// Takes the state, which is good once, in this browser, for ten minutes.
async fn check_state(
    bot: &Bot,
    state: Option<&str>,
    headers: &HeaderMap,
) -> Result<(), (StatusCode, Page)> {
    let (Some(state), Some(browser)) = (state, read_cookie(headers)) else {
        return Err((StatusCode::BAD_REQUEST, Page::STATE_LOST));
    };
    let system = bot.store.system();
    match system.take_oauth_state(&digest(state), &digest(browser), bot.clock.now()).await {
        Ok(true) => Ok(()),
        Ok(false) => Err((StatusCode::BAD_REQUEST, Page::STATE_LOST)),
        Err(fault) => {
            tracing::error!(error = %fault, "An installation's state could not be checked.");
            Err((StatusCode::SERVICE_UNAVAILABLE, Page::NOT_NOW))
        }
    }
}

fn redirect_uri(bot: &Bot) -> String {
    format!("{}/slack/oauth/callback", bot.public_url.as_str().trim_end_matches('/'))
}

fn cookie(bot: &Bot, value: &str, seconds: i64) -> String {
    let secure = if bot.public_url.scheme() == "https" { "; Secure" } else { "" };
    format!("{COOKIE_NAME}={value}; Path=/slack; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

fn read_cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(name, _)| *name == COOKIE_NAME).map(|(_, value)| value)
}

/// The database holds digests only: who reads it cannot finish somebody's installation.
fn digest(value: &str) -> [u8; 32] {
    Sha256::digest(value.as_bytes()).into()
}
