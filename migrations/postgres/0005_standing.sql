-- Where a rotation stands, its stretches, its settings, and what people chose.
-- A rotation whose `kept` is null was stored before there was such a thing; its running turn is found in `turns`.

alter table rotations
    add column kept jsonb,
    add column settings jsonb not null default '{}',
    add column rest jsonb,
    add column channel_fault text,
    add column deleted_at timestamptz,
    add column revision bigint not null default 0;
create index rotations_deleted on rotations (deleted_at) where deleted_at is not null;
grant select (deleted_at) on rotations to asyncbot_system;

alter table workspaces add column settings jsonb not null default '{}';

alter table people
    add column is_bot boolean not null default false,
    add column is_guest boolean not null default false;

-- The owner is bound by the policies as well, and has none of its own.
alter table turns no force row level security;
alter table turns
    add column seats jsonb not null default '[]',
    add column seen_at timestamptz;
update turns
   set seats = jsonb_build_array(jsonb_build_object('user', holder, 'by', 'order'))
 where holder is not null;
alter table turns force row level security;

alter table coverages add column of_user text;

create table stretches (
    workspace_id uuid not null,
    rotation_id uuid not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    planned_at timestamptz not null,
    stretch jsonb not null,
    primary key (workspace_id, rotation_id, starts_at),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
);
alter table stretches enable row level security;
alter table stretches force row level security;
create policy stretches_app on stretches to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on stretches to asyncbot_app;

create table preferences (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    user_id text not null,
    facts jsonb not null,
    primary key (workspace_id, user_id)
);
alter table preferences enable row level security;
alter table preferences force row level security;
create policy preferences_app on preferences to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on preferences to asyncbot_app;
