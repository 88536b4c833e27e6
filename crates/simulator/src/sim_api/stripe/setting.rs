//! How Stripe behaves: its webhooks, its account, its keys.

use super::Answer;
use super::look::show_hooks;
use crate::sim::Sim;
use crate::sim_api::bar::parse_step;
use crate::sim_api::refused::{Refused, read};
use crate::stripe::keys::{PERMISSIONS, PLAN_READ};
use crate::stripe::state::AfterRetries;
use crate::stripe::version::Version;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

/// How often an event is sent at most.
const MOST_COPIES: u32 = 20;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewHooks {
    duplicate: Option<u32>,
    /// Such as `90m`.
    delay: Option<String>,
    /// A seed; 0 brings order back.
    shuffle: Option<u64>,
    lose: Option<bool>,
    enabled_events: Option<Vec<String>>,
    api_version: Option<String>,
    /// The secrets, two while one is being rolled.
    secrets: Option<Vec<String>>,
}

fn version(text: &str) -> Result<Version, Refused> {
    let missing = || Refused::unfit(format!("Stripe has no version {text:?}."));
    Version::parse(text).ok_or_else(missing)
}

pub(crate) async fn webhooks(State(sim): State<Sim>, body: Bytes) -> Answer {
    let wanted: NewHooks = read(&body)?;
    let delay = wanted.delay.as_deref().map(|text| {
        parse_step(text).ok_or_else(|| Refused::unfit(format!("{text:?} is no time such as 90m.")))
    });
    let delay = delay.transpose()?;
    let api_version = wanted.api_version.as_deref().map(version).transpose()?;
    if wanted.duplicate.is_some_and(|copies| copies > MOST_COPIES) {
        return Err(Refused::unfit(format!("An event has {MOST_COPIES} copies at most.")));
    }
    if wanted.secrets.as_ref().is_some_and(Vec::is_empty) {
        return Err(Refused::unfit("There is one secret at least."));
    }
    Ok(Json(sim.change(|world, _| {
        let stripe = &mut world.stripe;
        let hooks = &mut stripe.hooks;
        hooks.duplicate = wanted.duplicate.unwrap_or(hooks.duplicate);
        hooks.delay = delay.unwrap_or(hooks.delay);
        if let Some(seed) = wanted.shuffle {
            hooks.shuffle = Some(seed).filter(|seed| *seed > 0);
        }
        hooks.lose = wanted.lose.unwrap_or(hooks.lose);
        if let Some(enabled) = wanted.enabled_events {
            hooks.enabled = enabled;
        }
        if let Some(version) = api_version {
            hooks.version = version;
        }
        if let Some(secrets) = wanted.secrets {
            stripe.account.webhook_secrets = secrets;
        }
        show_hooks(stripe)
    })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    after_retries: Option<AfterRetries>,
    api_version: Option<String>,
    per_second: Option<usize>,
}

pub(crate) async fn account(State(sim): State<Sim>, body: Bytes) -> Answer {
    let wanted: NewAccount = read(&body)?;
    let api_version = wanted.api_version.as_deref().map(version).transpose()?;
    Ok(Json(sim.change(|world, _| {
        let stripe = &mut world.stripe;
        stripe.after_retries = wanted.after_retries.unwrap_or(stripe.after_retries);
        stripe.per_second = wanted.per_second.unwrap_or(stripe.per_second);
        if let Some(version) = api_version {
            stripe.default_version = version;
        }
        json!({
            "after_retries": stripe.after_retries,
            "api_version": stripe.default_version.as_str(),
            "per_second": stripe.per_second,
        })
    })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewKey {
    key: String,
    /// What a restricted key may not do.
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    revoke: bool,
}

/// Makes a key, changes what it may do, or takes it away.
pub(crate) async fn keys(State(sim): State<Sim>, body: Bytes) -> Answer {
    let wanted: NewKey = read(&body)?;
    let is_permission = |one: &String| PERMISSIONS.contains(&one.as_str()) || one == PLAN_READ;
    if let Some(odd) = wanted.lacks.iter().find(|one| !is_permission(one)) {
        let all = PERMISSIONS.join(", ");
        let text = format!("{odd:?} is no permission; there are {all} and {PLAN_READ}.");
        return Err(Refused::unfit(text));
    }
    if !wanted.lacks.is_empty() && !wanted.key.starts_with("rk_") {
        return Err(Refused::unfit("Only a restricted key, rk_..., lacks anything."));
    }
    sim.change(|world, _| {
        let keys = &mut world.stripe.keys;
        if !wanted.revoke {
            keys.set(&wanted.key, wanted.lacks);
        } else if !keys.revoke(&wanted.key) {
            return Err(Refused::not_found("There is no such key."));
        }
        Ok(Json(json!({})))
    })
}
