//! Several steps in one text, so that they are one trip to the server and back.
//!
//! Such a text takes no parameters. So the statements are prepared once for each connection, and the text names them with
//! their values. Whatever can hold a letter that means something to SQL is written as the hexadecimal digits of its bytes.

use super::saver::Waiting;
use super::sql::workspaces::recording_version;
use super::sql::{absences, audit, deliveries, requests, workspaces};
use crate::step::{Step, Value};
use chrono::{DateTime, SecondsFormat, Utc};
use domain::ids::WorkspaceId;
use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

/// The statements of which entries are made, each once.
const PREPARED: [&str; 5] = [
    absences::INSERT_ABSENCE,
    audit::RECORD_EVENT,
    deliveries::INSERT_DELIVERY,
    requests::RECORD_FIRST_OUTCOME,
    workspaces::RECORD_VERSION,
];

/// What prepares the statements on a connection.
pub(super) static PREPARE: LazyLock<String> = LazyLock::new(|| {
    let prepare = |(number, sql)| format!("prepare step_{number} as {sql};");
    PREPARED.iter().enumerate().map(prepare).collect()
});

/// Returns the text that carries out the steps of all, each under the name of its workspace, as one transaction.
///
/// It answers with the version of each. They are counted last of all: whoever waits for the row of a workspace waits for
/// this flush and for nothing else. Who cannot go on because of a lock leaves the group early, lest all wait for it.
pub(super) fn together(group: &[Waiting]) -> SqlStr {
    let mut text = String::with_capacity(2048 * group.len());
    if group.len() > 1 {
        text.push_str("set local lock_timeout = '250ms';");
    }
    let mut last = None;
    for waiting in group {
        enter(&mut text, &mut last, waiting.workspace);
        for step in &waiting.steps {
            execute(&mut text, step);
        }
    }
    for waiting in group {
        enter(&mut text, &mut last, waiting.workspace);
        execute(&mut text, &recording_version(waiting.workspace));
    }
    AssertSqlSafe(Arc::<str>::from(text)).into_sql_str()
}

/// Names the workspace of what follows, where it is not that of what came before.
fn enter(text: &mut String, last: &mut Option<WorkspaceId>, workspace: WorkspaceId) {
    if last.replace(workspace) != Some(workspace) {
        // Writing into a string does not fail.
        let _ = write!(text, "set local app.workspace_id = '{}';", workspace.as_uuid());
    }
}

fn execute(text: &mut String, step: &Step) {
    let number = PREPARED.iter().position(|sql| *sql == step.sql);
    debug_assert!(number.is_some(), "{} is not prepared", step.sql);
    // The server refuses one that it does not know, and nothing is saved.
    let number = number.unwrap_or(usize::MAX);
    let _ = write!(text, "execute step_{number}");
    for (place, value) in step.values.iter().enumerate() {
        text.push(if place == 0 { '(' } else { ',' });
        append(text, value);
    }
    text.push_str(");");
}

/// Appends a value: digits, letters of our own, and nothing that anybody typed.
fn append(text: &mut String, value: &Value) {
    let _ = match value {
        Value::Id(id) | Value::MaybeId(Some(id)) => write!(text, "'{id}'"),
        Value::Text(said) | Value::MaybeText(Some(said)) => {
            append_text(text, said);
            Ok(())
        }
        Value::Json(json) | Value::MaybeJson(Some(json)) => {
            append_text(text, &json.to_string());
            write!(text, "::jsonb")
        }
        Value::Flag(flag) => write!(text, "{flag}"),
        Value::Count(count) => write!(text, "{count}"),
        Value::At(at) | Value::MaybeAt(Some(at)) => write!(text, "'{}'", instant(*at)),
        Value::MaybeId(None)
        | Value::MaybeAt(None)
        | Value::MaybeText(None)
        | Value::MaybeBytes(None)
        | Value::MaybeJson(None) => {
            write!(text, "null")
        }
        Value::Bytes(bytes) | Value::MaybeBytes(Some(bytes)) => {
            append_bytes(text, bytes);
            Ok(())
        }
    };
}

fn append_text(text: &mut String, said: &str) {
    text.push_str("convert_from(");
    append_bytes(text, said.as_bytes());
    text.push_str(",'UTF8')");
}

fn append_bytes(text: &mut String, bytes: &[u8]) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    text.push_str("decode('");
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)]);
        text.push(DIGITS[usize::from(byte & 15)]);
    }
    text.push_str("','hex')");
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}
