//! A person is erased from all that is stored of a workspace, but for the audit log: another name stands in their place.

use super::{Conn, Fields, Row};
use crate::erased::{Answered, gather, gather_text, replace_in, replaced};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use domain::ids::{UserId, WorkspaceId};
use serde_json::Value;
use sqlx::types::Json;
use std::collections::BTreeSet;
use uuid::Uuid;

statements! {
    // What is theirs alone is deleted.
    ERASE_PEOPLE = ("delete from people where workspace_id = $1 and user_id = $2");
    ERASE_PREFERENCES = ("delete from preferences where workspace_id = $1 and user_id = $2");
    ERASE_ABSENCES = ("delete from absences where workspace_id = $1 and user_id = $2");
    ERASE_CALENDAR_LINKS =
        ("delete from calendar_links where workspace_id = $1 and user_id = $2");
    ERASE_EXPORT_LINKS = ("delete from export_links where workspace_id = $1 and user_id = $2");
    ERASE_UNTOLD = (
        "delete from note_receivers
          where workspace_id = $1
            and user_id = $2
            and told_at is null"
    );
    // A note that nobody was told of yet.
    ERASE_UNSENT_NOTES = (
        "delete from notes
          where workspace_id = $1
            and author = $2
            and not exists (
                select 1
                  from note_receivers told
                 where told.workspace_id = $1
                   and told.note_id = notes.note_id
                   and told.told_at is not null)"
    );
    // Whoever was erased before, and has written since, has nothing twice.
    ERASE_ANSWERS_TWICE = (
        "delete from cover_answers
          where workspace_id = $1
            and user_id = $2
            and exists (
                select 1
                  from cover_answers other
                 where other.workspace_id = $1
                   and other.request_id = cover_answers.request_id
                   and other.user_id = $3)"
    );
    ERASE_RECEIVERS_TWICE = (
        "delete from note_receivers
          where workspace_id = $1
            and user_id = $2
            and exists (
                select 1
                  from note_receivers other
                 where other.workspace_id = $1
                   and other.note_id = note_receivers.note_id
                   and other.user_id = $3)"
    );
    ERASE_REQUESTS_TWICE = (
        "delete from cover_requests
          where workspace_id = $1
            and of_user = $2
            and exists (
                select 1
                  from cover_requests other
                 where other.workspace_id = $1
                   and other.rotation_id = cover_requests.rotation_id
                   and other.starts_at = cover_requests.starts_at
                   and other.ends_at = cover_requests.ends_at
                   and other.of_user = $3)"
    );
    ERASE_COVERAGES_TWICE = (
        "delete from coverages
          where workspace_id = $1
            and of_user = $2
            and undone_at is null
            and exists (
                select 1
                  from coverages other
                 where other.workspace_id = $1
                   and other.rotation_id = coverages.rotation_id
                   and other.starts_at = coverages.starts_at
                   and other.undone_at is null
                   and other.of_user = $3)"
    );
    // Elsewhere the other name stands in their place.
    ERASE_IN_ANSWERS = (
        "update cover_answers
            set user_id = $3
          where workspace_id = $1
            and user_id = $2"
    );
    ERASE_IN_RECEIVERS = (
        "update note_receivers
            set user_id = $3
          where workspace_id = $1
            and user_id = $2"
    );
    ERASE_IN_NOTES = (
        "update notes
            set author = $3
          where workspace_id = $1
            and author = $2"
    );
    ERASE_IN_ABSENCES = (
        "update absences
            set entered_by = $3
          where workspace_id = $1
            and entered_by = $2"
    );
    ERASE_IN_SOURCES = (
        "update absence_sources
            set connected_by = $3
          where workspace_id = $1
            and connected_by = $2"
    );
    ERASE_IN_WORKSPACE = (
        "update workspaces
            set installer_id = $3
          where workspace_id = $1
            and installer_id = $2"
    );
    ERASE_IN_TURNS = (
        "update turns
            set holder = $3
          where workspace_id = $1
            and holder = $2"
    );
    ERASE_IN_ROTATIONS = (
        "update rotations
            set created_by = case when created_by = $2 then $3 else created_by end,
                last_turn = case when last_turn = $2 then $3 else last_turn end
          where workspace_id = $1
            and (created_by = $2 or last_turn = $2)"
    );
    ERASE_IN_COVERAGES = (
        "update coverages
            set of_user = case when of_user = $2 then $3 else of_user end,
                user_id = case when user_id = $2 then $3 else user_id end,
                created_by = case when created_by = $2 then $3 else created_by end,
                undone_by = case when undone_by = $2 then $3 else undone_by end
          where workspace_id = $1
            and (of_user = $2 or user_id = $2 or created_by = $2 or undone_by = $2)"
    );
    ERASE_IN_REQUESTS = (
        "update cover_requests
            set of_user = case when of_user = $2 then $3 else of_user end,
                made_by = case when made_by = $2 then $3 else made_by end,
                closed_by = case when closed_by = $2 then $3 else closed_by end
          where workspace_id = $1
            and (of_user = $2 or made_by = $2 or closed_by = $2)"
    );
    ERASE_IN_SWAPS = (
        "update swaps
            set asked_by = case when asked_by = $2 then $3 else asked_by end,
                user_a = case when user_a = $2 then $3 else user_a end,
                user_b = case when user_b = $2 then $3 else user_b end,
                closed_by = case when closed_by = $2 then $3 else closed_by end
          where workspace_id = $1
            and (asked_by = $2 or user_a = $2 or user_b = $2 or closed_by = $2)"
    );
    // What names people within JSON or within a text is read, and written with the other name.
    LIST_ROTATIONS_NAMING = (
        "select rotation_id, rules, members, kept, settings, rest
           from rotations
          where workspace_id = $1
            and (cast(rules as text) like $2 or cast(members as text) like $2
                 or cast(kept as text) like $2 or cast(settings as text) like $2
                 or cast(rest as text) like $2)"
    );
    ERASE_IN_ROTATION = (
        "update rotations
            set rules = $3,
                members = $4,
                kept = $5,
                settings = $6,
                rest = $7
          where workspace_id = $1
            and rotation_id = $2"
    );
    LIST_TURNS_NAMING = (
        "select rotation_id, planned_at, skips, seats
           from turns
          where workspace_id = $1
            and (cast(skips as text) like $2 or cast(seats as text) like $2)"
    );
    ERASE_IN_TURN = (
        "update turns
            set skips = $4,
                seats = $5
          where workspace_id = $1
            and rotation_id = $2
            and planned_at = $3"
    );
    LIST_STRETCHES_NAMING = (
        "select rotation_id, starts_at, stretch
           from stretches
          where workspace_id = $1
            and cast(stretch as text) like $2"
    );
    ERASE_IN_STRETCH = (
        "update stretches
            set stretch = $4
          where workspace_id = $1
            and rotation_id = $2
            and starts_at = $3"
    );
    LIST_SOURCES_NAMING = (
        "select source, status
           from absence_sources
          where workspace_id = $1
            and cast(status as text) like $2"
    );
    ERASE_IN_SOURCE = (
        "update absence_sources
            set status = $3
          where workspace_id = $1
            and source = $2"
    );
    LIST_INBOX_NAMING = (
        "select inbox_id, item, dedupe, finished_at
           from inbox
          where workspace_id = $1
            and (cast(item as text) like $2 or dedupe like $2)"
    );
    ERASE_IN_INBOX = (
        "update inbox
            set item = $3,
                dedupe = $4
          where workspace_id = $1
            and inbox_id = $2"
    );
    ERASE_INBOX = ("delete from inbox where workspace_id = $1 and inbox_id = $2");
    LIST_OUTBOX_NAMING = (
        "select delivery_id, envelope, order_key
           from outbox
          where workspace_id = $1
            and (cast(envelope as text) like $2 or order_key like $2)"
    );
    ERASE_IN_OUTBOX = (
        "update outbox
            set envelope = $3,
                order_key = $4
          where workspace_id = $1
            and delivery_id = $2"
    );
    ERASE_OUTBOX = ("delete from outbox where workspace_id = $1 and delivery_id = $2");
    LIST_SAID_NAMING = (
        "select delivery_id, envelope
           from said
          where workspace_id = $1
            and cast(envelope as text) like $2"
    );
    ERASE_IN_SAID = (
        "update said
            set envelope = $3
          where workspace_id = $1
            and delivery_id = $2"
    );
    ERASE_SAID = ("delete from said where workspace_id = $1 and delivery_id = $2");
    // Whoever deletes them may see no more of them than when they were made.
    LIST_OUTCOMES_NAMING = (
        "select request_key, outcome, created_at
           from request_keys
          where workspace_id = $1
            and created_at in (
                select created_at
                  from request_keys
                 where workspace_id = $1
                   and (request_key like $2 or cast(outcome as text) like $2))"
    );
    DELETE_OUTCOMES_MADE_AT = (
        "delete from request_keys
          where workspace_id = $1
            and created_at = $2"
    );
    GATHER_INBOX = ("select item, dedupe from inbox where workspace_id = $1");
    GATHER_OUTCOMES = ("select outcome, request_key from request_keys where workspace_id = $1");
}

/// Deletes by the workspace and the person.
const THEIRS: [&str; 7] = [
    ERASE_PEOPLE,
    ERASE_PREFERENCES,
    ERASE_ABSENCES,
    ERASE_CALENDAR_LINKS,
    ERASE_EXPORT_LINKS,
    ERASE_UNTOLD,
    ERASE_UNSENT_NOTES,
];

/// Writes with the workspace, the person and the other name, in this order.
const NAMED: [&str; 15] = [
    ERASE_ANSWERS_TWICE,
    ERASE_RECEIVERS_TWICE,
    ERASE_REQUESTS_TWICE,
    ERASE_COVERAGES_TWICE,
    ERASE_IN_ANSWERS,
    ERASE_IN_RECEIVERS,
    ERASE_IN_NOTES,
    ERASE_IN_ABSENCES,
    ERASE_IN_SOURCES,
    ERASE_IN_WORKSPACE,
    ERASE_IN_TURNS,
    ERASE_IN_ROTATIONS,
    ERASE_IN_COVERAGES,
    ERASE_IN_REQUESTS,
    ERASE_IN_SWAPS,
];

/// A column by which a row is known.
#[derive(Clone, Copy)]
enum Key {
    Id(&'static str),
    At(&'static str),
    Text(&'static str),
}

/// A column in which people are named.
#[derive(Clone, Copy)]
enum Column {
    Json(&'static str),
    Text(&'static str),
}

/// Returns whether a row is deleted, by its first column.
type IsDeleted = fn(&Fields<'_>, &Value, &str) -> bool;

/// A table whose rows name people within JSON or within a text.
struct Table {
    name: &'static str,
    list: &'static str,
    keys: &'static [Key],
    columns: &'static [Column],
    write: &'static str,
    /// Which rows are deleted instead, and with what.
    deletes: Option<(IsDeleted, &'static str)>,
}

const TABLES: [Table; 7] = [
    Table {
        name: "rotations",
        list: LIST_ROTATIONS_NAMING,
        keys: &[Key::Id("rotation_id")],
        columns: &[
            Column::Json("rules"),
            Column::Json("members"),
            Column::Json("kept"),
            Column::Json("settings"),
            Column::Json("rest"),
        ],
        write: ERASE_IN_ROTATION,
        deletes: None,
    },
    Table {
        name: "turns",
        list: LIST_TURNS_NAMING,
        keys: &[Key::Id("rotation_id"), Key::At("planned_at")],
        columns: &[Column::Json("skips"), Column::Json("seats")],
        write: ERASE_IN_TURN,
        deletes: None,
    },
    Table {
        name: "stretches",
        list: LIST_STRETCHES_NAMING,
        keys: &[Key::Id("rotation_id"), Key::At("starts_at")],
        columns: &[Column::Json("stretch")],
        write: ERASE_IN_STRETCH,
        deletes: None,
    },
    Table {
        name: "absence_sources",
        list: LIST_SOURCES_NAMING,
        keys: &[Key::Text("source")],
        columns: &[Column::Json("status")],
        write: ERASE_IN_SOURCE,
        deletes: None,
    },
    Table {
        name: "inbox",
        list: LIST_INBOX_NAMING,
        keys: &[Key::Id("inbox_id")],
        columns: &[Column::Json("item"), Column::Text("dedupe")],
        write: ERASE_IN_INBOX,
        deletes: Some((is_theirs_to_do, ERASE_INBOX)),
    },
    Table {
        name: "outbox",
        list: LIST_OUTBOX_NAMING,
        keys: &[Key::Id("delivery_id")],
        columns: &[Column::Json("envelope"), Column::Text("order_key")],
        write: ERASE_IN_OUTBOX,
        deletes: Some((is_to_them, ERASE_OUTBOX)),
    },
    Table {
        name: "said",
        list: LIST_SAID_NAMING,
        keys: &[Key::Id("delivery_id")],
        columns: &[Column::Json("envelope")],
        write: ERASE_IN_SAID,
        deletes: Some((is_to_them, ERASE_SAID)),
    },
];

/// Erases a person, but for the audit log and the answered requests; returns how many rows that changed or deleted.
pub(crate) async fn erase(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
    pseudonym: &UserId,
) -> Result<u64, StoreError> {
    let mut count = 0;
    for statement in THEIRS {
        let query = sqlx::query(statement).bind(workspace.as_uuid()).bind(user.as_str());
        count += query.execute(&mut *conn).await?.rows_affected();
    }
    for statement in NAMED {
        let query = sqlx::query(statement).bind(workspace.as_uuid()).bind(user.as_str());
        let query = query.bind(pseudonym.as_str());
        count += query.execute(&mut *conn).await?.rows_affected();
    }
    for table in &TABLES {
        let pattern = pattern(user);
        let query = sqlx::query(table.list).bind(workspace.as_uuid()).bind(&pattern);
        for row in query.fetch_all(&mut *conn).await? {
            count += erase_in_row(&mut *conn, workspace, table, &row, (user, pseudonym)).await?;
        }
    }
    Ok(count)
}

/// Returns what finds a name wherever it is in a text, and more: what is found is looked at.
fn pattern(user: &UserId) -> String {
    ["%", user.as_str(), "%"].concat()
}

async fn erase_in_row(
    conn: &mut Conn,
    workspace: WorkspaceId,
    table: &Table,
    row: &Row,
    (user, pseudonym): (&UserId, &UserId),
) -> Result<u64, StoreError> {
    let fields = Fields::new(row, table.name, "rotation_id");
    let mut values = Vec::with_capacity(table.columns.len());
    for column in table.columns {
        values.push(match column {
            Column::Json(column) => fields.maybe_json::<Value>(column)?,
            Column::Text(column) => fields.get::<Option<String>>(column)?.map(Value::String),
        });
    }
    let (mut statement, mut is_there) = (table.write, false);
    if let (Some((is_deleted, delete)), Some(Some(first))) = (table.deletes, values.first())
        && is_deleted(&fields, first, user.as_str())
    {
        (statement, is_there) = (delete, true);
    }
    for value in values.iter_mut().flatten() {
        is_there |= replace_in(value, user.as_str(), pseudonym.as_str());
    }
    if !is_there {
        return Ok(0);
    }
    let mut query = sqlx::query(statement).bind(workspace.as_uuid());
    for key in table.keys {
        query = match key {
            Key::Id(column) => query.bind(fields.get::<Uuid>(column)?),
            Key::At(column) => query.bind(fields.get::<DateTime<Utc>>(column)?),
            Key::Text(column) => query.bind(fields.get::<String>(column)?),
        };
    }
    if statement == table.write {
        for (column, value) in table.columns.iter().zip(values) {
            query = match (column, value) {
                (Column::Text(_), Some(Value::String(text))) => query.bind(text),
                (_, value) => query.bind(value.map(Json)),
            };
        }
    }
    Ok(query.execute(conn).await?.rows_affected())
}

/// Returns whether an item that is not worked off is something that they asked for, or that concerns them alone.
fn is_theirs_to_do(fields: &Fields<'_>, item: &Value, user: &str) -> bool {
    let finished = fields.get::<Option<DateTime<Utc>>>("finished_at");
    let is_open = finished.is_ok_and(|at| at.is_none());
    let names = |field: &str| item.get(field).and_then(Value::as_str) == Some(user);
    is_open && (names("user") || names("actor"))
}

/// Returns whether something is, or was, said to them.
fn is_to_them(_: &Fields<'_>, envelope: &Value, user: &str) -> bool {
    let to = envelope.get("to");
    let reader = |kind: &str| to.and_then(|to| to.get(kind)).and_then(Value::as_str);
    let only = to.and_then(|to| to.get("only")).and_then(|only| only.get("user"));
    let readers = [reader("person"), reader("home"), only.and_then(Value::as_str)];
    readers.contains(&Some(user))
}

/// Returns the answered requests that name a person, and those that were made at the same instants; and how many name
/// them. In what is returned the other name stands in their place.
pub(crate) async fn list_outcomes_naming(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
    pseudonym: &UserId,
) -> Result<(Vec<Answered>, u64), StoreError> {
    let (name, instead) = (user.as_str(), pseudonym.as_str());
    let query = sqlx::query(LIST_OUTCOMES_NAMING).bind(workspace.as_uuid()).bind(pattern(user));
    let (mut found, mut count) = (Vec::new(), 0);
    for row in query.fetch_all(conn).await? {
        let fields = Fields::new(&row, "request_keys", "request_key");
        let (key, mut outcome): (String, Value) =
            (fields.get("request_key")?, fields.json("outcome")?);
        let other = replaced(&key, name, instead);
        count += u64::from(replace_in(&mut outcome, name, instead) | other.is_some());
        found.push((other.unwrap_or(key), outcome, fields.get("created_at")?));
    }
    Ok((found, count))
}

pub(crate) async fn delete_outcomes_made_at(
    conn: &mut Conn,
    workspace: WorkspaceId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(DELETE_OUTCOMES_MADE_AT).bind(workspace.as_uuid()).bind(at).execute(conn).await?;
    Ok(())
}

/// Returns what may be a name in what an export leaves out.
pub(crate) async fn gather_names(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<BTreeSet<String>, StoreError> {
    let mut found = BTreeSet::new();
    for (statement, json, text) in
        [(GATHER_INBOX, "item", "dedupe"), (GATHER_OUTCOMES, "outcome", "request_key")]
    {
        let query = sqlx::query(statement).bind(workspace.as_uuid());
        for row in query.fetch_all(&mut *conn).await? {
            let fields = Fields::new(&row, "inbox", "inbox_id");
            gather(&fields.json(json)?, &mut found);
            gather_text(fields.get(text)?, &mut found);
        }
    }
    Ok(found)
}
