-- What the store needs to know of itself, workspaces and the people in them.
-- The pair of this file for PostgreSQL adds roles and row-level security; a test compares the two schemas.

create table meta (
    name text not null primary key,
    value blob not null
) strict, without rowid;

create table workspaces (
    workspace_id blob not null primary key,
    team_id text not null,
    name text not null,
    app_id text not null,
    bot_user_id text not null,
    scopes text not null,
    installer_id text not null,
    bot_token blob,
    is_active integer not null,
    installed_at text not null,
    deactivated_at text
) strict, without rowid;

create table people (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    user_id text not null,
    display_name text not null,
    zone text,
    is_deactivated integer not null,
    is_admin integer not null,
    refreshed_at text not null,
    primary key (workspace_id, user_id)
) strict, without rowid;
