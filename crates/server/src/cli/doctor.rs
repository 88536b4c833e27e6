//! `asyncbot doctor`: checks what serving needs, line by line.

use super::{DONE, NOT_WELL, output, telemetry};
use crate::config::Checked;
use crate::settings::Settings;
use chrono::TimeDelta;
use clock::Clock;
use secrecy::SecretString;
use slack::{Api, SCOPES};
use std::sync::Arc;
use store::Store;

/// The service does not mind a clock that is off, but whoever reads its logs does.
const SKEW_ALLOWED: TimeDelta = TimeDelta::seconds(2);

/// How long a setback of the database is shown.
const SETBACKS_SHOWN: TimeDelta = TimeDelta::days(30);

/// How many workspaces' tokens are tried.
const TOKENS_TRIED: usize = 20;

/// What was checked, what came of it, and whether it is well.
struct Finding {
    is_well: bool,
    text: String,
}

pub(super) async fn doctor(settings: Settings) -> u8 {
    telemetry::start(Some("error"));
    let checked = Checked::of(&settings);
    let mut findings: Vec<Finding> =
        checked.faults.iter().map(|fault| ill(&format!("settings: {fault}"))).collect();
    if findings.is_empty() {
        findings.push(well("settings: complete"));
    }
    findings.extend(examine(&checked).await);
    for Finding { is_well, text } in &findings {
        output::say(&format!("{} {text}", if *is_well { "ok  " } else { "FAIL" }));
    }
    if findings.iter().all(|finding| finding.is_well) { DONE } else { NOT_WELL }
}

/// Checks what the settings allow to be checked; what lacks its settings has its finding already.
async fn examine(checked: &Checked) -> Vec<Finding> {
    slack::install_tls_provider();
    let (Some(place), Some(keys)) = (&checked.store, &checked.keys) else { return Vec::new() };
    let store = match Store::open(place, Arc::clone(keys)).await {
        Ok(store) => store,
        Err(fault) => return vec![ill(&format!("database: {fault}"))],
    };
    let time = Clock::system();
    let mut findings = vec![well("database: open, migrated, and its keys fit")];
    findings.push(clock(&time, &store).await);
    findings.push(setbacks(&time, &store).await);
    if let Some(slack) = &checked.slack {
        match Api::new(slack.clone(), time) {
            Ok(api) => {
                if let Some(socket) = &checked.socket {
                    findings.push(app_token(&api, &socket.app_token).await);
                }
                findings.extend(tokens(&api, &store).await);
            }
            Err(fault) => findings.push(ill(&format!("slack: {fault}"))),
        }
    }
    store.close().await;
    findings
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
                ill(&format!(
                    "clock: {} seconds off the database's, whose time is used; please set this machine's",
                    -offset.num_seconds()
                ))
            }
        }
        Err(fault) => ill(&format!("clock: the database's could not be read: {fault}")),
    }
}

/// Tells when the database last went back in time: what people were told then may be lost.
async fn setbacks(clock: &Clock, store: &Store) -> Finding {
    match store.system().list_setbacks(clock.now() - SETBACKS_SHOWN).await {
        Ok(found) => match found.last() {
            None => well("database: has not gone back in time in the last 30 days"),
            Some(setback) => ill(&format!(
                "database: {setback}; what people were told in between is to be checked"
            )),
        },
        Err(fault) => {
            ill(&format!("database: whether it went back in time cannot be read: {fault}"))
        }
    }
}

async fn app_token(api: &Api, app_token: &SecretString) -> Finding {
    match api.socket_address(app_token).await.code() {
        None => well("slack: Socket Mode takes the app-level token"),
        Some(code) => ill(&format!("slack: Socket Mode does not take SLACK_APP_TOKEN ({code})")),
    }
}

async fn tokens(api: &Api, store: &Store) -> Vec<Finding> {
    let workspaces = match store.system().list_workspaces().await {
        Ok(workspaces) => workspaces,
        Err(fault) => return vec![ill(&format!("workspaces: cannot be listed: {fault}"))],
    };
    if workspaces.is_empty() {
        return vec![well("slack: no workspace has installed the app yet; see /slack/install")];
    }
    let mut findings = Vec::new();
    for workspace in workspaces.into_iter().take(TOKENS_TRIED) {
        let workspace = workspace.id;
        let finding = match app::install::bot_token(store, workspace).await {
            Ok(Some(token)) => {
                let answer = api.auth_test(&token).await;
                match (answer.code().map(str::to_owned), answer.done()) {
                    (None, Some(facts)) => scopes(&workspace.to_string(), facts.scopes.as_deref()),
                    (code, _) => ill(&format!(
                        "workspace {workspace}: Slack does not take the token ({})",
                        code.unwrap_or_default()
                    )),
                }
            }
            Ok(None) => well(&format!("workspace {workspace}: not installed at present")),
            Err(fault) => ill(&format!("workspace {workspace}: {fault}")),
        };
        findings.push(finding);
    }
    findings
}

/// Slack names a token's scopes beside its answer; an answer without them is taken as good.
fn scopes(workspace: &str, granted: Option<&[String]>) -> Finding {
    let Some(granted) = granted else {
        return well(&format!("workspace {workspace}: the token is good"));
    };
    let lacks = |scope: &&str| !granted.iter().any(|has| has == scope);
    let missing: Vec<&str> = SCOPES.into_iter().filter(lacks).collect();
    if missing.is_empty() {
        well(&format!("workspace {workspace}: token and scopes are good"))
    } else {
        ill(&format!("workspace {workspace}: lacks {}; please install again", missing.join(", ")))
    }
}

fn well(text: &str) -> Finding {
    Finding { is_well: true, text: text.to_owned() }
}

fn ill(text: &str) -> Finding {
    Finding { is_well: false, text: text.to_owned() }
}
