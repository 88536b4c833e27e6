-- What the store needs to know of itself, workspaces and the people in them; the roles and the first policies.
--
-- Three roles that cannot log in: the owner of the tables is whoever runs the migrations, asyncbot_app works inside one
-- workspace, asyncbot_system over many and never on content. Logins are made members by whoever sets the server up.
-- A policy reads current_setting without a default, so a transaction that forgot its workspace fails instead of seeing nothing.

do $$
begin
    if not exists (select from pg_roles where rolname = 'asyncbot_app') then
        create role asyncbot_app nologin;
    end if;
    if not exists (select from pg_roles where rolname = 'asyncbot_system') then
        create role asyncbot_system nologin;
    end if;
exception
    -- Roles belong to the whole server: another database's migration may have been faster.
    when duplicate_object or unique_violation then null;
end
$$;

do $$
begin
    if exists (
        select from pg_roles
         where rolname in ('asyncbot_app', 'asyncbot_system')
           and (rolsuper or rolbypassrls)
    ) then
        raise exception 'the roles asyncbot_app and asyncbot_system must be neither superuser nor BYPASSRLS';
    end if;
end
$$;

grant select on _sqlx_migrations to asyncbot_app, asyncbot_system;

create table meta (
    name text not null primary key,
    value bytea not null
);
grant select, insert on meta to asyncbot_app;

create table workspaces (
    workspace_id uuid not null primary key,
    team_id text not null,
    name text not null,
    app_id text not null,
    bot_user_id text not null,
    scopes text not null,
    installer_id text not null,
    bot_token bytea,
    is_active boolean not null,
    installed_at timestamptz not null,
    deactivated_at timestamptz
);
alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy workspaces_app on workspaces to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
create policy workspaces_system on workspaces for select to asyncbot_system using (true);
grant select, insert, update, delete on workspaces to asyncbot_app;
grant select (workspace_id, team_id, is_active) on workspaces to asyncbot_system;

create table people (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    user_id text not null,
    display_name text not null,
    zone text,
    is_deactivated boolean not null,
    is_admin boolean not null,
    refreshed_at timestamptz not null,
    primary key (workspace_id, user_id)
);
alter table people enable row level security;
alter table people force row level security;
create policy people_app on people to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on people to asyncbot_app;
