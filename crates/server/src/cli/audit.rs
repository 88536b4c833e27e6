//! `asyncbot audit`: whether the audit log is what was written; it may run while the service does.

use super::opened::{self, find_workspace, now};
use super::progress::Progress;
use super::{DONE, NOT_WELL, WRONG_USE, output, telemetry};
use crate::settings::{DatabaseSettings, KeySettings};
use clap::Subcommand;
use domain::ids::WorkspaceId;
use serde_json::{Value, json};
use store::{AuditFault, AuditVerdict, Store, StoreError, WorkspaceListing};

#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Verifies the audit log of every workspace and names the first event that is not what was written
    Verify(Box<VerifyOptions>),
}

#[derive(clap::Args, Debug)]
pub(super) struct VerifyOptions {
    /// One workspace, by its id or its Slack team's
    #[arg(long, value_name = "ID")]
    workspace: Option<String>,
    /// The end that was logged one day, as `number:hash`, so that a log that was cut off after it is noticed; with --workspace
    #[arg(long, value_name = "END", requires = "workspace", value_parser = parse_end)]
    end: Option<(u64, [u8; 32])>,
    /// Prints JSON, one array
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    keys: KeySettings,
}

pub(super) async fn audit(command: AuditCommand) -> u8 {
    telemetry::start(Some("error"));
    let AuditCommand::Verify(options) = command;
    let store = match opened::open(&options.database, &options.keys).await {
        Ok(store) => store,
        Err(code) => return code,
    };
    let code = verify(&store, &options).await.unwrap_or_else(|fault| {
        output::complain(&fault.to_string());
        NOT_WELL
    });
    store.close().await;
    code
}

async fn verify(store: &Store, options: &VerifyOptions) -> Result<u8, StoreError> {
    let workspaces = match &options.workspace {
        None => store.system().list_workspaces().await?,
        Some(text) => {
            let Some(listed) = find_workspace(store, text).await? else {
                output::complain(&format!("there is no workspace {text}"));
                return Ok(WRONG_USE);
            };
            vec![listed]
        }
    };
    let now = now(store).await;
    let (mut found, mut is_well) = (Vec::new(), true);
    let (bar, total) = (Progress::of("audit logs", 0), workspaces.len());
    for (number, WorkspaceListing { id: workspace, .. }) in workspaces.into_iter().enumerate() {
        bar.is_at(number as u64, total as u64);
        let verdict = store.verify_audit(workspace, options.end, now).await?;
        is_well &= verdict.fault.is_none();
        if options.json {
            found.push(in_json(workspace, &verdict));
        } else {
            bar.lets(|| output::say(&in_words(workspace, &verdict)));
        }
    }
    if options.json {
        output::say(&Value::Array(found).to_string());
    }
    Ok(if is_well { DONE } else { NOT_WELL })
}

fn in_json(workspace: WorkspaceId, verdict: &AuditVerdict) -> Value {
    let fault = verdict.fault.as_ref().map(|fault| {
        json!({
            "number": fault.sequence,
            "event": fault.event.map(|event| event.to_string()),
            "what": fault.what.to_string(),
        })
    });
    json!({
        "workspace": workspace.to_string(),
        "good": verdict.good,
        "erased": verdict.erased,
        "pruned": verdict.pruned,
        "waiting": verdict.waiting,
        "end": end_in_words(verdict.sequence, &verdict.hash),
        "fault": fault,
    })
}

fn in_words(workspace: WorkspaceId, verdict: &AuditVerdict) -> String {
    let AuditVerdict { good, erased, pruned, waiting, sequence, hash, fault } = verdict;
    let counts =
        format!("{good} good, {erased} of them erased in part, {pruned} pruned, {waiting} waiting");
    match fault {
        None => format!("{workspace}  well  {counts}  end {}", end_in_words(*sequence, hash)),
        Some(fault) => format!("{}  {counts}", fault_in_words(workspace, fault)),
    }
}

/// Returns what is wrong with a log, and where it begins.
pub(super) fn fault_in_words(workspace: WorkspaceId, fault: &AuditFault) -> String {
    let event = fault.event.map(|event| format!(" ({event})")).unwrap_or_default();
    format!("{workspace}  NOT WELL  event {}{event}: {}", fault.sequence, fault.what)
}

/// Returns where a log ends, as `--end` takes it.
pub(crate) fn end_in_words(sequence: u64, hash: &[u8; 32]) -> String {
    format!("{sequence}:{}", crate::hex::encode(hash))
}

fn parse_end(text: &str) -> Result<(u64, [u8; 32]), String> {
    let wrong = || String::from("write it as `number:hash`, as the log and `audit verify` do");
    let (number, hash) = text.split_once(':').ok_or_else(wrong)?;
    let hash =
        crate::hex::decode(hash).and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)?;
    Ok((number.parse().map_err(|_| wrong())?, hash))
}
