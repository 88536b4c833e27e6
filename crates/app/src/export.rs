//! What is stored of a workspace, or of one person in it, for those who ask for it: as JSON, as tables, and as a calendar.
//!
//! What is sealed is not in it, but for the notes that a person wrote or was told: those are theirs to read.

mod link;
mod table;

pub use link::{look, offer, take};

use crate::AppError;
use crate::history::Past;
use crate::snapshot::Snapshot;
use chrono::{DateTime, SecondsFormat, Utc};
use domain::ids::{UserId, WorkspaceId};
use domain::interval::Interval;
use domain::plan::shifts_to_ics;
use domain::retention::turns_kept_since;
use domain::shift::Shift;
use serde_json::{Map, Value, json};
use store::{Store, Tx};

/// How many coming turns of a rotation are told.
const COMING: usize = 26;

/// How many notes are read at once.
const NOTES: u32 = 500;

/// The tables that are told as tables besides.
const TABLES: [&str; 6] =
    ["absences", "audit_events", "cover_requests", "coverages", "people", "turns"];

/// A file of an archive.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, with its ending.
    pub name: String,
    /// What is in it, in UTF-8.
    pub text: String,
}

/// Returns all that is stored of a workspace; nothing where it is not there.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn of_workspace(
    store: &Store,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Option<Vec<File>>, AppError> {
    let mut tx = store.read(workspace).await?;
    if tx.find_workspace().await?.is_none() {
        return Ok(None);
    }
    let tables = tx.export().await?;
    let calendar = calendar(&mut tx, None, now).await?;
    Ok(Some(files(&json!({"tables": tables}), &tables, calendar, now)))
}

/// Returns all that is stored of a person in a workspace, with the notes that they wrote or were told.
///
/// Of whatever names others besides, such as a turn with several seats, it is told as it is stored: by their ids, as Slack
/// shows them to everybody there.
///
/// # Errors
///
/// When the database cannot be reached.
pub async fn of_person(
    store: &Store,
    workspace: WorkspaceId,
    user: &UserId,
    now: DateTime<Utc>,
) -> Result<Vec<File>, AppError> {
    let mut tx = store.read(workspace).await?;
    let mut tables = tx.export().await?;
    // Of the workspace and of others it is not theirs to know more than what names them.
    tables.remove("workspaces");
    for rows in tables.values_mut().filter_map(Value::as_array_mut) {
        rows.retain(|row| names(row, user.as_str()));
    }
    let notes = notes(&mut tx, user).await?;
    let calendar = calendar(&mut tx, Some(user), now).await?;
    let whole = json!({"person": user.as_str(), "notes": notes, "tables": tables});
    Ok(files(&whole, &tables, calendar, now))
}

fn files(
    whole: &Value,
    tables: &Map<String, Value>,
    calendar: String,
    now: DateTime<Utc>,
) -> Vec<File> {
    let at = now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let about = format!(
        "What Asyncbot stores, as of {at}. Times are in UTC; people, channels and rotations stand with their ids.\n\n\
         data.json     everything, table by table; docs/DATA.md says what each column is and how long it is kept\n\
         *.csv         the tables that are read most, for spreadsheets\n\
         shifts.ics    who serves when, from 13 months ago on, with the coming turns, for calendars\n"
    );
    let mut files = vec![
        File { name: String::from("README.txt"), text: about },
        File { name: String::from("data.json"), text: format!("{whole:#}\n") },
    ];
    for name in TABLES {
        let rows = tables.get(name).and_then(Value::as_array);
        let text = table::to_csv(rows.map_or(&[][..], Vec::as_slice));
        files.push(File { name: format!("{name}.csv"), text });
    }
    files.push(File { name: String::from("shifts.ics"), text: calendar });
    files
}

/// Returns whether somebody is named anywhere in a value: by a text that is their id, or in the JSON that a text holds.
fn names(value: &Value, id: &str) -> bool {
    match value {
        Value::String(text) => {
            let is_inside = || {
                text.starts_with(['{', '['])
                    && serde_json::from_str::<Value>(text).is_ok_and(|inner| names(&inner, id))
            };
            text == id || text.strip_prefix("person:") == Some(id) || is_inside()
        }
        Value::Array(values) => values.iter().any(|value| names(value, id)),
        Value::Object(fields) => fields.iter().any(|(name, value)| name == id || names(value, id)),
        _ => false,
    }
}

/// Returns the notes that somebody wrote or was told, each with its text; one that does not open is told without.
async fn notes(tx: &mut Tx, user: &UserId) -> Result<Vec<Value>, AppError> {
    let mut told = Vec::new();
    loop {
        let offset = u32::try_from(told.len()).unwrap_or(u32::MAX);
        let page = tx.list_notes_of(user, None, offset, NOTES).await?;
        let is_last = page.len() < NOTES as usize;
        for note in page {
            let text = tx.open_note(note.id).await.ok();
            told.push(json!({
                "note_id": note.id.to_string(),
                "rotation_id": note.rotation.to_string(),
                "written_at": note.created_at,
                "author": note.author.as_str(),
                "text": text.map(|text| text.reveal().to_owned()),
            }));
        }
        if is_last {
            return Ok(told);
        }
    }
}

/// Returns who served and will serve in every rotation, or when one person does.
async fn calendar(
    tx: &mut Tx,
    user: Option<&UserId>,
    now: DateTime<Utc>,
) -> Result<String, AppError> {
    let mut rotations: Vec<(String, Vec<Shift>)> = Vec::new();
    for rotation in tx.list_rotations().await? {
        let name = rotation.name.clone();
        let mut shifts = match Interval::new(turns_kept_since(now), now) {
            Some(window) => Past::load(tx, &rotation, window).await?.into_shifts(),
            None => Vec::new(),
        };
        let snapshot = Snapshot::load(tx, rotation, now).await?;
        let coming = snapshot.position(now).coming(COMING);
        shifts.extend(coming.into_iter().flat_map(|turn| turn.shifts));
        if let Some(user) = user {
            shifts.retain(|shift| shift.members().any(|member| member == user));
        }
        rotations.push((name, shifts));
    }
    let parts = rotations.iter().map(|(name, shifts)| (name.as_str(), shifts.as_slice()));
    Ok(shifts_to_ics("Asyncbot", parts, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_is_found_wherever_they_are_named_and_nobody_whose_id_is_longer() {
        for named in [
            json!({"user_id": "UANA"}),
            json!({"seats": [{"user": "UANA"}]}),
            json!({"kept": {"UANA": 1}}),
            json!({"order_key": "person:UANA"}),
            json!({"payload": "{\"actor\":\"UANA\"}"}),
        ] {
            assert!(names(&named, "UANA"), "{named}");
        }
        for other in [json!({"user_id": "UANABEL"}), json!({"text": "says UANA"}), json!(7)] {
            assert!(!names(&other, "UANA"), "{other}");
        }
    }
}
