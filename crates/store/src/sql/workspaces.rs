//! Workspaces and people.

use super::steps::fill;
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{NewInstall, PersonRecord, WorkspaceRecord};
use crate::step::Step;
use crate::version::Version;
use chrono::{DateTime, Utc};
use crypto::Sealed;
use domain::ids::{ChannelId, TeamId, UserId, WorkspaceId};
use domain::settings::{Preferences, WorkspaceSettings};
use sqlx::types::Json;

statements! {
    UPSERT_WORKSPACE = (
        "insert into workspaces (
             workspace_id, team_id, name, app_id, bot_user_id, scopes, installer_id, bot_token,
             is_active, installed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9)
         on conflict (workspace_id) do update
            set name = excluded.name,
                app_id = excluded.app_id,
                bot_user_id = excluded.bot_user_id,
                scopes = excluded.scopes,
                installer_id = excluded.installer_id,
                bot_token = excluded.bot_token,
                is_active = true,
                installed_at = excluded.installed_at,
                deactivated_at = null,
                kept_until = null"
    );
    FIND_WORKSPACE = (
        "select workspace_id, team_id, name, app_id, bot_user_id, scopes, installer_id, is_active,
                installed_at, settings
           from workspaces
          where workspace_id = $1"
    );
    FIND_VERSIONED = (
        "select workspace_id, team_id, name, app_id, bot_user_id, scopes, installer_id, is_active,
                installed_at, settings, version
           from workspaces
          where workspace_id = $1"
    );
    RECORD_VERSION = (
        "update workspaces
            set version = version + 1
          where workspace_id = $1
      returning version, installed_at"
    );
    FIND_BOT_TOKEN = (
        "select bot_token
           from workspaces
          where workspace_id = $1
            and is_active
            and bot_token is not null"
    );
    // Slack tells the second only. Within the second of an installation it may be the one before that ended.
    DEACTIVATE_WORKSPACE = (
        "update workspaces
            set is_active = false,
                bot_token = null,
                deactivated_at = $2
          where workspace_id = $1
            and is_active
            and installed_at < $2"
    );
    END_INSTALL = (
        "update workspaces
            set is_active = false,
                bot_token = null,
                deactivated_at = $3
          where workspace_id = $1
            and is_active
            and installed_at = $2"
    );
    RECORD_KEPT_UNTIL = (
        "update workspaces
            set kept_until = $2
          where workspace_id = $1
            and not is_active"
    );
    UPSERT_PERSON = (
        "insert into people (
             workspace_id, user_id, display_name, zone, is_deactivated, is_admin, is_bot, is_guest,
             is_foreign, refreshed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (workspace_id, user_id) do update
            set display_name = excluded.display_name,
                zone = excluded.zone,
                is_deactivated = excluded.is_deactivated,
                is_admin = excluded.is_admin,
                is_bot = excluded.is_bot,
                is_guest = excluded.is_guest,
                is_foreign = excluded.is_foreign,
                refreshed_at = excluded.refreshed_at
          where people.refreshed_at <= excluded.refreshed_at"
    );
    LIST_ADMINS = (
        "select user_id
           from people
          where workspace_id = $1
            and is_admin
            and not is_deactivated
            and not is_bot
            and not is_guest
            and not is_foreign
          order by user_id
          limit $2"
    );
    FIND_PEOPLE = (
        "select user_id, display_name, zone, is_deactivated, is_admin, is_bot, is_guest,
                is_foreign, refreshed_at, dm_channel_id
           from people
          where workspace_id = $1
            and user_id in ", list_begins, "$2", list_ends
    );
    RECORD_WORKSPACE_SETTINGS = (
        "update workspaces
            set settings = $2
          where workspace_id = $1"
    );
    UPSERT_PREFERENCES = (
        "insert into preferences (workspace_id, user_id, facts)
         values ($1, $2, $3)
         on conflict (workspace_id, user_id) do update
            set facts = excluded.facts"
    );
    FIND_PREFERENCES = (
        "select facts
           from preferences
          where workspace_id = $1
            and user_id = $2"
    );
    // The update changes nothing: it holds the row against other writers, be it there already or not.
    LOCK_PREFERENCES = (
        "insert into preferences (workspace_id, user_id, facts)
         values ($1, $2, $3)
         on conflict (workspace_id, user_id) do update
            set facts = preferences.facts
         returning facts"
    );
    FIND_PREFERENCES_OF = (
        "select user_id, facts
           from preferences
          where workspace_id = $1
            and user_id in ", list_begins, "$2", list_ends
    );
    LIST_PREFERENCES = (
        "select user_id, facts
           from preferences
          where workspace_id = $1
          order by user_id"
    );
}

pub(crate) async fn upsert_workspace(
    conn: &mut Conn,
    workspace: WorkspaceId,
    install: &NewInstall,
    token: &Sealed,
) -> Result<(), StoreError> {
    sqlx::query(UPSERT_WORKSPACE)
        .bind(workspace.as_uuid())
        .bind(install.team.as_str())
        .bind(&install.name)
        .bind(&install.app_id)
        .bind(install.bot_user.as_str())
        .bind(install.scopes.join(","))
        .bind(install.installer.as_str())
        .bind(token.as_bytes())
        .bind(install.at)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn find_workspace(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Option<WorkspaceRecord>, StoreError> {
    let row = sqlx::query(FIND_WORKSPACE).bind(workspace.as_uuid()).fetch_optional(conn).await?;
    row.as_ref().map(read_workspace).transpose()
}

pub(crate) async fn find_versioned(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Option<(Version, WorkspaceRecord)>, StoreError> {
    let row = sqlx::query(FIND_VERSIONED).bind(workspace.as_uuid()).fetch_optional(conn).await?;
    row.as_ref().map(|row| Ok((read_version(row)?, read_workspace(row)?))).transpose()
}

/// Counts a write of the workspace; returns `None` where the workspace is not there.
pub(crate) async fn record_version(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Option<Version>, StoreError> {
    let step = recording_version(workspace);
    let row = fill(step.sql, [&step]).fetch_optional(conn).await?;
    row.as_ref().map(read_version).transpose()
}

/// Returns what counts a write of the workspace, and answers with its version.
pub(crate) fn recording_version(workspace: WorkspaceId) -> Step {
    Step::new(RECORD_VERSION, [workspace.as_uuid().into()])
}

pub(crate) async fn find_bot_token(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar(FIND_BOT_TOKEN).bind(workspace.as_uuid()).fetch_optional(conn).await?)
}

pub(crate) async fn deactivate_workspace(
    conn: &mut Conn,
    workspace: WorkspaceId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query(DEACTIVATE_WORKSPACE).bind(workspace.as_uuid()).bind(at).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn end_install(
    conn: &mut Conn,
    workspace: WorkspaceId,
    installed_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(END_INSTALL)
        .bind(workspace.as_uuid())
        .bind(installed_at)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record_kept_until(
    conn: &mut Conn,
    workspace: WorkspaceId,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query(RECORD_KEPT_UNTIL).bind(workspace.as_uuid()).bind(until).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn upsert_person(
    conn: &mut Conn,
    workspace: WorkspaceId,
    person: &PersonRecord,
) -> Result<(), StoreError> {
    sqlx::query(UPSERT_PERSON)
        .bind(workspace.as_uuid())
        .bind(person.user.as_str())
        .bind(&person.display_name)
        .bind(person.zone.as_deref())
        .bind(person.is_deactivated)
        .bind(person.is_admin)
        .bind(person.is_bot)
        .bind(person.is_guest)
        .bind(person.is_foreign)
        .bind(person.refreshed_at)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn list_admins(
    conn: &mut Conn,
    workspace: WorkspaceId,
    limit: u32,
) -> Result<Vec<UserId>, StoreError> {
    let rows = sqlx::query(LIST_ADMINS)
        .bind(workspace.as_uuid())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(|row| Fields::new(row, "people", "user_id").user("user_id")).collect()
}

pub(crate) async fn find_people(
    conn: &mut Conn,
    workspace: WorkspaceId,
    users: &[UserId],
) -> Result<Vec<PersonRecord>, StoreError> {
    let found = find_people_and_directs(conn, workspace, users).await?;
    Ok(found.into_iter().map(|(person, _)| person).collect())
}

/// As [`find_people`], each with the channel of their direct messages, where that is known.
pub(crate) async fn find_people_and_directs(
    conn: &mut Conn,
    workspace: WorkspaceId,
    users: &[UserId],
) -> Result<Vec<(PersonRecord, Option<ChannelId>)>, StoreError> {
    let rows = sqlx::query(FIND_PEOPLE)
        .bind(workspace.as_uuid())
        .bind(super::list_of(users))
        .fetch_all(conn)
        .await?;
    let read = |row| {
        let direct: Option<String> = Fields::new(row, "people", "user_id").get("dm_channel_id")?;
        Ok((read_person(row)?, direct.as_deref().map(ChannelId::new)))
    };
    rows.iter().map(read).collect()
}

pub(crate) async fn record_workspace_settings(
    conn: &mut Conn,
    workspace: WorkspaceId,
    settings: &WorkspaceSettings,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RECORD_WORKSPACE_SETTINGS)
        .bind(workspace.as_uuid())
        .bind(Json(settings))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn upsert_preferences(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
    preferences: &Preferences,
) -> Result<(), StoreError> {
    sqlx::query(UPSERT_PREFERENCES)
        .bind(workspace.as_uuid())
        .bind(user.as_str())
        .bind(Json(preferences))
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn find_preferences(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
) -> Result<Option<Preferences>, StoreError> {
    let row = sqlx::query(FIND_PREFERENCES)
        .bind(workspace.as_uuid())
        .bind(user.as_str())
        .fetch_optional(conn)
        .await?;
    row.map(|row| Fields::new(&row, "preferences", "user_id").json("facts")).transpose()
}

pub(crate) async fn lock_preferences(
    conn: &mut Conn,
    workspace: WorkspaceId,
    user: &UserId,
) -> Result<Preferences, StoreError> {
    let row = sqlx::query(LOCK_PREFERENCES)
        .bind(workspace.as_uuid())
        .bind(user.as_str())
        .bind(Json(Preferences::default()))
        .fetch_one(conn)
        .await?;
    Fields::new(&row, "preferences", "user_id").json("facts")
}

pub(crate) async fn find_preferences_of(
    conn: &mut Conn,
    workspace: WorkspaceId,
    users: &[UserId],
) -> Result<Vec<(UserId, Preferences)>, StoreError> {
    let rows = sqlx::query(FIND_PREFERENCES_OF)
        .bind(workspace.as_uuid())
        .bind(super::list_of(users))
        .fetch_all(conn)
        .await?;
    rows.iter().map(read_preferences).collect()
}

pub(crate) async fn list_preferences(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Vec<(UserId, Preferences)>, StoreError> {
    let rows = sqlx::query(LIST_PREFERENCES).bind(workspace.as_uuid()).fetch_all(conn).await?;
    rows.iter().map(read_preferences).collect()
}

fn read_preferences(row: &Row) -> Result<(UserId, Preferences), StoreError> {
    let fields = Fields::new(row, "preferences", "user_id");
    Ok((fields.user("user_id")?, fields.json("facts")?))
}

fn read_workspace(row: &Row) -> Result<WorkspaceRecord, StoreError> {
    let fields = Fields::new(row, "workspaces", "workspace_id");
    let scopes: &str = fields.get("scopes")?;
    Ok(WorkspaceRecord {
        id: WorkspaceId::new(fields.get("workspace_id")?),
        team: TeamId::new(fields.get("team_id")?),
        name: fields.get("name")?,
        app_id: fields.get("app_id")?,
        bot_user: fields.user("bot_user_id")?,
        scopes: scopes.split(',').filter(|scope| !scope.is_empty()).map(String::from).collect(),
        is_active: fields.get("is_active")?,
        installed_at: fields.get("installed_at")?,
        installer: fields.user("installer_id")?,
        settings: fields.json("settings")?,
    })
}

pub(crate) fn read_version(row: &Row) -> Result<Version, StoreError> {
    let fields = Fields::new(row, "workspaces", "workspace_id");
    let installed_at: DateTime<Utc> = fields.get("installed_at")?;
    Ok(Version::stored(installed_at, fields.count("version")?))
}

fn read_person(row: &Row) -> Result<PersonRecord, StoreError> {
    let fields = Fields::new(row, "people", "user_id");
    Ok(PersonRecord {
        user: fields.user("user_id")?,
        display_name: fields.get("display_name")?,
        zone: fields.get("zone")?,
        is_deactivated: fields.get("is_deactivated")?,
        is_admin: fields.get("is_admin")?,
        is_bot: fields.get("is_bot")?,
        is_guest: fields.get("is_guest")?,
        is_foreign: fields.get("is_foreign")?,
        refreshed_at: fields.get("refreshed_at")?,
    })
}
