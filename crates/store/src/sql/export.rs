//! What is stored of a workspace, as JSON, for those who ask for it: all but what is sealed, and what only the service uses.

use super::{Conn, Fields, Row};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use domain::ids::WorkspaceId;
use serde_json::{Map, Value};
use uuid::Uuid;

/// What a column holds.
#[derive(Clone, Copy)]
enum Kind {
    Id,
    Text,
    At,
    Json,
    Flag,
    Count,
}

use Kind::{At, Count, Flag, Id, Json, Text};

/// A table, what is read of it, and its columns.
type Table = (&'static str, &'static str, &'static [(&'static str, Kind)]);

statements! {
    EXPORT_ABSENCE_SOURCES = (
        "select source, name, connected_by, connected_at, status, next_at
           from absence_sources
          where workspace_id = $1
          order by source"
    );
    EXPORT_ABSENCES = (
        "select absence_id, user_id, source, rotation_id, span, zone, is_available, label,
                is_flagged, starts_at, ends_at, entered_by, created_at
           from absences
          where workspace_id = $1
          order by starts_at, absence_id"
    );
    EXPORT_AUDIT_EVENTS = (
        "select event_id, occurred_at, action, payload, sequence
           from audit_events
          where workspace_id = $1
          order by occurred_at, event_id"
    );
    EXPORT_COVER_ANSWERS = (
        "select request_id, user_id, answer, answered_at
           from cover_answers
          where workspace_id = $1
          order by request_id, user_id"
    );
    EXPORT_COVER_REQUESTS = (
        "select request_id, rotation_id, of_user, planned_at, starts_at, ends_at, state, origin,
                occasion, made_by, made_at, closed_by, closed_at, channel_id
           from cover_requests
          where workspace_id = $1
          order by starts_at, request_id"
    );
    EXPORT_COVERAGES = (
        "select coverage_id, rotation_id, planned_at, of_user, user_id, kind, request_id,
                starts_at, ends_at, created_by, created_at, undone_by, undone_at
           from coverages
          where workspace_id = $1
          order by starts_at, coverage_id"
    );
    EXPORT_NOTE_RECEIVERS = (
        "select note_id, user_id, planned_at, assigned_at, told_at
           from note_receivers
          where workspace_id = $1
          order by note_id, user_id"
    );
    EXPORT_NOTES = (
        "select note_id, rotation_id, planned_at, author, to_channel, created_at, edited_at
           from notes
          where workspace_id = $1
          order by created_at, note_id"
    );
    EXPORT_OUTBOX = (
        "select delivery_id, order_key, envelope, state, available_at, held_until, attempts,
                is_resend, code, channel_id, ts, created_at, expires_at, finished_at, call,
                due_at, tried_at
           from outbox
          where workspace_id = $1
          order by created_at, delivery_id"
    );
    EXPORT_PEOPLE = (
        "select user_id, display_name, zone, is_deactivated, is_admin, refreshed_at, is_bot,
                is_guest, is_foreign, dm_channel_id
           from people
          where workspace_id = $1
          order by user_id"
    );
    EXPORT_PREFERENCES = (
        "select user_id, facts
           from preferences
          where workspace_id = $1
          order by user_id"
    );
    EXPORT_ROTATIONS = (
        "select rotation_id, name, channel_id, rules, members, last_turn, next_turn,
                next_handoff_at, created_by, created_at, kept, settings, rest, channel_fault,
                deleted_at, revision
           from rotations
          where workspace_id = $1
          order by created_at, rotation_id"
    );
    EXPORT_SAID = (
        "select delivery_id, envelope, state, channel_id, ts, created_at, finished_at
           from said
          where workspace_id = $1
          order by created_at, delivery_id"
    );
    EXPORT_STRETCHES = (
        "select rotation_id, starts_at, ends_at, planned_at, stretch
           from stretches
          where workspace_id = $1
          order by rotation_id, starts_at"
    );
    EXPORT_SUBSCRIPTIONS = (
        "select plan, free_since, customer_id, subscription_id, status, price_id, period_end,
                cancel_at, past_due_since, is_ended_by_us, checkout_attempt, checkout_at
           from subscriptions
          where workspace_id = $1
          order by workspace_id"
    );
    EXPORT_SWAPS = (
        "select swap_id, rotation_id, asked_by, user_a, planned_a, user_b, planned_b, state,
                agreed_a_at, agreed_b_at, created_at, closed_by, closed_at
           from swaps
          where workspace_id = $1
          order by created_at, swap_id"
    );
    EXPORT_TURNS = (
        "select rotation_id, planned_at, ends_at, number, holder, state, skips, seats, seen_at
           from turns
          where workspace_id = $1
          order by rotation_id, planned_at"
    );
    EXPORT_WORKSPACES = (
        "select team_id, name, app_id, bot_user_id, scopes, installer_id, is_active,
                installed_at, deactivated_at, settings, kept_until
           from workspaces
          where workspace_id = $1
          order by team_id"
    );
}

/// Every table of which something is told.
const TABLES: &[Table] = &[
    (
        "absence_sources",
        EXPORT_ABSENCE_SOURCES,
        &[
            ("source", Text),
            ("name", Text),
            ("connected_by", Text),
            ("connected_at", At),
            ("status", Json),
            ("next_at", At),
        ],
    ),
    (
        "absences",
        EXPORT_ABSENCES,
        &[
            ("absence_id", Id),
            ("user_id", Text),
            ("source", Text),
            ("rotation_id", Id),
            ("span", Json),
            ("zone", Text),
            ("is_available", Flag),
            ("label", Text),
            ("is_flagged", Flag),
            ("starts_at", At),
            ("ends_at", At),
            ("entered_by", Text),
            ("created_at", At),
        ],
    ),
    (
        "audit_events",
        EXPORT_AUDIT_EVENTS,
        &[
            ("event_id", Id),
            ("occurred_at", At),
            ("action", Text),
            ("payload", Text),
            ("sequence", Count),
        ],
    ),
    (
        "cover_answers",
        EXPORT_COVER_ANSWERS,
        &[("request_id", Id), ("user_id", Text), ("answer", Text), ("answered_at", At)],
    ),
    (
        "cover_requests",
        EXPORT_COVER_REQUESTS,
        &[
            ("request_id", Id),
            ("rotation_id", Id),
            ("of_user", Text),
            ("planned_at", At),
            ("starts_at", At),
            ("ends_at", At),
            ("state", Text),
            ("origin", Text),
            ("occasion", Count),
            ("made_by", Text),
            ("made_at", At),
            ("closed_by", Text),
            ("closed_at", At),
            ("channel_id", Text),
        ],
    ),
    (
        "coverages",
        EXPORT_COVERAGES,
        &[
            ("coverage_id", Id),
            ("rotation_id", Id),
            ("planned_at", At),
            ("of_user", Text),
            ("user_id", Text),
            ("kind", Text),
            ("request_id", Id),
            ("starts_at", At),
            ("ends_at", At),
            ("created_by", Text),
            ("created_at", At),
            ("undone_by", Text),
            ("undone_at", At),
        ],
    ),
    (
        "note_receivers",
        EXPORT_NOTE_RECEIVERS,
        &[
            ("note_id", Id),
            ("user_id", Text),
            ("planned_at", At),
            ("assigned_at", At),
            ("told_at", At),
        ],
    ),
    (
        "notes",
        EXPORT_NOTES,
        &[
            ("note_id", Id),
            ("rotation_id", Id),
            ("planned_at", At),
            ("author", Text),
            ("to_channel", Flag),
            ("created_at", At),
            ("edited_at", At),
        ],
    ),
    (
        "outbox",
        EXPORT_OUTBOX,
        &[
            ("delivery_id", Id),
            ("order_key", Text),
            ("envelope", Json),
            ("state", Text),
            ("available_at", At),
            ("held_until", At),
            ("attempts", Count),
            ("is_resend", Flag),
            ("code", Text),
            ("channel_id", Text),
            ("ts", Text),
            ("created_at", At),
            ("expires_at", At),
            ("finished_at", At),
            ("call", Text),
            ("due_at", At),
            ("tried_at", At),
        ],
    ),
    (
        "people",
        EXPORT_PEOPLE,
        &[
            ("user_id", Text),
            ("display_name", Text),
            ("zone", Text),
            ("is_deactivated", Flag),
            ("is_admin", Flag),
            ("refreshed_at", At),
            ("is_bot", Flag),
            ("is_guest", Flag),
            ("is_foreign", Flag),
            ("dm_channel_id", Text),
        ],
    ),
    ("preferences", EXPORT_PREFERENCES, &[("user_id", Text), ("facts", Json)]),
    (
        "rotations",
        EXPORT_ROTATIONS,
        &[
            ("rotation_id", Id),
            ("name", Text),
            ("channel_id", Text),
            ("rules", Json),
            ("members", Json),
            ("last_turn", Text),
            ("next_turn", Count),
            ("next_handoff_at", At),
            ("created_by", Text),
            ("created_at", At),
            ("kept", Json),
            ("settings", Json),
            ("rest", Json),
            ("channel_fault", Text),
            ("deleted_at", At),
            ("revision", Count),
        ],
    ),
    (
        "said",
        EXPORT_SAID,
        &[
            ("delivery_id", Id),
            ("envelope", Json),
            ("state", Text),
            ("channel_id", Text),
            ("ts", Text),
            ("created_at", At),
            ("finished_at", At),
        ],
    ),
    (
        "stretches",
        EXPORT_STRETCHES,
        &[
            ("rotation_id", Id),
            ("starts_at", At),
            ("ends_at", At),
            ("planned_at", At),
            ("stretch", Json),
        ],
    ),
    (
        "subscriptions",
        EXPORT_SUBSCRIPTIONS,
        &[
            ("plan", Text),
            ("free_since", At),
            ("customer_id", Text),
            ("subscription_id", Text),
            ("status", Text),
            ("price_id", Text),
            ("period_end", At),
            ("cancel_at", At),
            ("past_due_since", At),
            ("is_ended_by_us", Flag),
            ("checkout_attempt", Count),
            ("checkout_at", At),
        ],
    ),
    (
        "swaps",
        EXPORT_SWAPS,
        &[
            ("swap_id", Id),
            ("rotation_id", Id),
            ("asked_by", Text),
            ("user_a", Text),
            ("planned_a", At),
            ("user_b", Text),
            ("planned_b", At),
            ("state", Text),
            ("agreed_a_at", At),
            ("agreed_b_at", At),
            ("created_at", At),
            ("closed_by", Text),
            ("closed_at", At),
        ],
    ),
    (
        "turns",
        EXPORT_TURNS,
        &[
            ("rotation_id", Id),
            ("planned_at", At),
            ("ends_at", At),
            ("number", Count),
            ("holder", Text),
            ("state", Text),
            ("skips", Json),
            ("seats", Json),
            ("seen_at", At),
        ],
    ),
    (
        "workspaces",
        EXPORT_WORKSPACES,
        &[
            ("team_id", Text),
            ("name", Text),
            ("app_id", Text),
            ("bot_user_id", Text),
            ("scopes", Text),
            ("installer_id", Text),
            ("is_active", Flag),
            ("installed_at", At),
            ("deactivated_at", At),
            ("settings", Json),
            ("kept_until", At),
        ],
    ),
];

/// Returns the rows of every table, by its name.
pub(crate) async fn export(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Map<String, Value>, StoreError> {
    let mut exported = Map::new();
    for (table, statement, columns) in TABLES {
        let rows = sqlx::query(*statement).bind(workspace.as_uuid()).fetch_all(&mut *conn).await?;
        let rows: Result<Vec<Value>, StoreError> =
            rows.iter().map(|row| read(row, table, columns)).collect();
        exported.insert((*table).to_owned(), Value::Array(rows?));
    }
    Ok(exported)
}

fn read(
    row: &Row,
    table: &'static str,
    columns: &[(&'static str, Kind)],
) -> Result<Value, StoreError> {
    let fields = Fields::new(row, table, columns[0].0);
    let mut object = Map::new();
    for (column, kind) in columns {
        let value = match kind {
            Id => fields.get::<Option<Uuid>>(column)?.map(|id| Value::from(id.to_string())),
            Text => fields.get::<Option<String>>(column)?.map(Value::from),
            At => {
                fields.get::<Option<DateTime<Utc>>>(column)?.map(|at| Value::from(at.to_rfc3339()))
            }
            Json => fields.maybe_json(column)?,
            Flag => fields.get::<Option<bool>>(column)?.map(Value::from),
            Count => fields.get::<Option<i64>>(column)?.map(Value::from),
        };
        object.insert((*column).to_owned(), value.unwrap_or(Value::Null));
    }
    Ok(Value::Object(object))
}
