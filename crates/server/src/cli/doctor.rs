//! `asyncbot doctor`: checks what serving needs, line by line, and says what to do about what is not well.

mod backups;
mod billing;
mod ill;
mod place;

use super::{DONE, NOT_WELL, output, telemetry};
use crate::config::Checked;
use crate::settings::Settings;
use chrono::TimeDelta;
use clap::Args;
use clock::Clock;
use console::style;
use ill::Ill;
use secrecy::SecretString;
use serde_json::{Value, json};
use slack::{Api, SCOPES};
use std::sync::Arc;
use store::{Store, StoreError};

/// The service does not mind a clock that is off, but whoever reads its logs does.
const SKEW_ALLOWED: TimeDelta = TimeDelta::seconds(2);

/// How long a setback of the database is shown.
const SETBACKS_SHOWN: TimeDelta = TimeDelta::days(30);

/// How many workspaces' tokens are tried.
const TOKENS_TRIED: usize = 20;

#[derive(Args, Debug)]
pub(super) struct DoctorOptions {
    /// Prints JSON, one object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

/// What is well, in words, or what is not.
type Finding = Result<String, Ill>;

pub(super) async fn doctor(options: DoctorOptions) -> u8 {
    telemetry::start(Some("error"));
    let checked = Checked::of(&options.settings);
    let faults = checked.faults.iter();
    let mut findings: Vec<Finding> =
        faults.map(|fault| Err(Ill::Setting(fault.to_string()))).collect();
    if findings.is_empty() {
        findings.push(well("settings: complete"));
    }
    findings.extend(place::public_url(&checked));
    findings.extend(place::disk(&checked));
    findings.extend(place::ledger(&checked));
    slack::install_tls_provider();
    findings.extend(billing::examine(checked.billing.as_ref()).await);
    findings.extend(examine(&checked).await);
    let is_well = findings.iter().all(Result::is_ok);
    if options.json {
        let findings: Vec<Value> = findings.iter().map(in_json).collect();
        output::say(&json!({"is_well": is_well, "findings": findings}).to_string());
    } else {
        findings.iter().for_each(tell);
    }
    if is_well { DONE } else { NOT_WELL }
}

fn in_json(finding: &Finding) -> Value {
    match finding {
        Ok(text) => json!({"is_well": true, "text": text}),
        Err(ill) => json!({"is_well": false, "text": ill.text(), "fix": ill.fix()}),
    }
}

/// Prints a finding; colours are for terminals, and not for those who said that they want none.
fn tell(finding: &Finding) {
    match finding {
        Ok(text) => output::say(&format!("{}   {text}", style("ok").green())),
        Err(ill) => {
            output::say(&format!("{} {}", style("FAIL").red().bold(), ill.text()));
            output::say(&format!("     to do: {}", ill.fix()));
        }
    }
}

/// Checks what the settings allow to be checked; what lacks its settings has its finding already.
async fn examine(checked: &Checked) -> Vec<Finding> {
    let (Some(place), Some(keys)) = (&checked.store, &checked.keys) else { return Vec::new() };
    let store = match Store::open(place, Arc::clone(keys)).await {
        Ok(store) => store,
        Err(fault) => return vec![Err(Ill::Database(fault))],
    };
    let time = Clock::system();
    let mut findings = vec![well("database: open, migrated, and its keys fit")];
    if store.is_shared() {
        findings.push(well("database: its logins may do what they have to, and no more"));
    }
    findings.push(sealed(&store).await);
    findings.push(clock(&time, &store).await);
    findings.push(setbacks(&time, &store).await);
    findings.extend(backups::examine(checked.backups.as_ref(), &time, &store).await);
    if let Some(slack) = &checked.slack {
        match Api::new(slack.clone(), time) {
            Ok(api) => {
                if let Some(socket) = &checked.socket {
                    findings.push(app_token(&api, &socket.app_token).await);
                }
                findings.extend(tokens(&api, &store).await);
            }
            Err(fault) => findings.push(Err(Ill::Client(fault.to_string()))),
        }
    }
    store.close().await;
    findings
}

/// Tells whether every key is given with which something is sealed.
async fn sealed(store: &Store) -> Finding {
    match lacking(store).await {
        Ok(keys) if keys.is_empty() => well("keys: everything sealed has its key"),
        Ok(keys) => Err(Ill::KeysLacking(keys)),
        Err(fault) => Err(Ill::KeysUnread(fault)),
    }
}

async fn lacking(store: &Store) -> Result<Vec<u32>, StoreError> {
    let (_, ring) = store.key_ids();
    let mut lacking = std::collections::BTreeSet::new();
    for workspace in store.system().list_workspaces().await? {
        let needed = store.count_by_key(workspace.id).await?.into_keys();
        lacking.extend(needed.filter(|key| !ring.contains(key)));
    }
    Ok(lacking.into_iter().collect())
}

async fn clock(clock: &Clock, store: &Store) -> Finding {
    let Some(began) = clock.read() else { return well("clock: it is moved by hand") };
    match store.server_time().await {
        Ok(None) => well("clock: this machine's is the only one"),
        Ok(Some(time)) => {
            clock.measured(began, time);
            let offset = clock.report().offset;
            if offset.abs() <= SKEW_ALLOWED {
                well("clock: agrees with the database's")
            } else {
                Err(Ill::ClockOff(-offset.num_seconds()))
            }
        }
        Err(fault) => Err(Ill::ClockUnread(fault)),
    }
}

/// Tells when the database last went back in time: what people were told then may be lost.
async fn setbacks(clock: &Clock, store: &Store) -> Finding {
    match store.system().list_setbacks(clock.now() - SETBACKS_SHOWN).await {
        Ok(found) => match found.last() {
            None => well("database: has not gone back in time in the last 30 days"),
            Some(setback) => Err(Ill::SetBack(*setback)),
        },
        Err(fault) => Err(Ill::SetbacksUnread(fault)),
    }
}

async fn app_token(api: &Api, app_token: &SecretString) -> Finding {
    match api.socket_address(app_token).await.code() {
        None => well("slack: Socket Mode takes the app-level token"),
        Some(code) => Err(Ill::AppToken(code.to_owned())),
    }
}

async fn tokens(api: &Api, store: &Store) -> Vec<Finding> {
    let workspaces = match store.system().list_workspaces().await {
        Ok(workspaces) => workspaces,
        Err(fault) => return vec![Err(Ill::WorkspacesUnread(fault))],
    };
    if workspaces.is_empty() {
        return vec![well("slack: no workspace has installed the app yet; see /slack/install")];
    }
    let mut findings = Vec::new();
    for listed in workspaces.into_iter().take(TOKENS_TRIED) {
        let workspace = listed.id.to_string();
        let finding = match app::install::bot_token(store, listed.id).await {
            Ok(Some(token)) => {
                let answer = api.auth_test(&token).await;
                match (answer.code().map(str::to_owned), answer.done()) {
                    (None, Some(facts)) => scopes(workspace, facts.scopes.as_deref()),
                    (code, _) => Err(Ill::Token { workspace, code: code.unwrap_or_default() }),
                }
            }
            Ok(None) => well(&format!("workspace {workspace}: not installed at present")),
            Err(fault) => Err(Ill::TokenUnread { workspace, fault: fault.to_string() }),
        };
        findings.push(finding);
    }
    findings
}

/// Slack names a token's scopes beside its answer; an answer without them is taken as good.
fn scopes(workspace: String, granted: Option<&[String]>) -> Finding {
    let Some(granted) = granted else {
        return well(&format!("workspace {workspace}: the token is good"));
    };
    let lacks = |scope: &&str| !granted.iter().any(|has| has == scope);
    let missing: Vec<&str> = SCOPES.into_iter().filter(lacks).collect();
    if missing.is_empty() {
        return well(&format!("workspace {workspace}: token and scopes are good"));
    }
    Err(Ill::Scopes { workspace, missing: missing.join(", ") })
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of the two that a finding may be")]
fn well(text: &str) -> Finding {
    Ok(text.to_owned())
}
