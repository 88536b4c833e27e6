-- Rotations, the turns that have begun, coverage of them, and absences.

create table rotations (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    rotation_id uuid not null,
    name text not null,
    name_key text not null,
    channel_id text not null,
    rules jsonb not null,
    members jsonb not null,
    last_turn text,
    next_turn bigint not null,
    next_handoff_at timestamptz,
    created_by text not null,
    created_at timestamptz not null,
    primary key (workspace_id, rotation_id)
);
create unique index rotations_name on rotations (workspace_id, name_key);
create index rotations_due on rotations (next_handoff_at, workspace_id, rotation_id);
alter table rotations enable row level security;
alter table rotations force row level security;
create policy rotations_app on rotations to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
create policy rotations_system on rotations for select to asyncbot_system using (true);
grant select, insert, update, delete on rotations to asyncbot_app;
grant select (workspace_id, rotation_id, next_handoff_at) on rotations to asyncbot_system;

create table turns (
    workspace_id uuid not null,
    rotation_id uuid not null,
    planned_at timestamptz not null,
    ends_at timestamptz not null,
    number bigint not null,
    holder text,
    state text not null,
    skips jsonb not null,
    primary key (workspace_id, rotation_id, planned_at),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
);
alter table turns enable row level security;
alter table turns force row level security;
create policy turns_app on turns to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on turns to asyncbot_app;

create table coverages (
    workspace_id uuid not null,
    coverage_id uuid not null,
    rotation_id uuid not null,
    planned_at timestamptz not null,
    user_id text not null,
    kind text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    created_by text not null,
    created_at timestamptz not null,
    primary key (workspace_id, coverage_id),
    foreign key (workspace_id, rotation_id, planned_at)
        references turns (workspace_id, rotation_id, planned_at) on delete cascade
);
create unique index coverages_window on coverages (workspace_id, rotation_id, planned_at, starts_at);
create index coverages_ends on coverages (workspace_id, rotation_id, ends_at);
alter table coverages enable row level security;
alter table coverages force row level security;
create policy coverages_app on coverages to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on coverages to asyncbot_app;

create table absences (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    absence_id uuid not null,
    user_id text not null,
    source text not null,
    first_day date not null,
    last_day date not null,
    zone text not null,
    starts_at timestamptz not null,
    ends_at timestamptz,
    entered_by text not null,
    created_at timestamptz not null,
    primary key (workspace_id, absence_id)
);
create index absences_person on absences (workspace_id, user_id, starts_at);
alter table absences enable row level security;
alter table absences force row level security;
create policy absences_app on absences to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on absences to asyncbot_app;
