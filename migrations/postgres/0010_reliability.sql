-- What delivery needs to be sure and quick: how a row is sent and since when it was due, whom a lease was given alone,
-- how long Slack asked to be left alone, where a person's direct messages are, and when the database went back in time.

alter table people add column dm_channel_id text;

-- A process of the version before fills neither call nor due_at nor is_alone: the columns have defaults or stay empty.
alter table outbox
    add column call text not null default 'post',
    add column due_at timestamptz,
    add column tried_at timestamptz,
    add column is_alone boolean not null default false;
alter table outbox no force row level security;
update outbox set due_at = available_at;
alter table outbox force row level security;
-- A row is changed three times and gone within seconds: room beside it spares the indexes the first two. None of them
-- may hold what those change, not even in its condition.
alter table outbox set (fillfactor = 35, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
create index outbox_ready on outbox (workspace_id, available_at) where finished_at is null;
create index outbox_crashed on outbox (workspace_id) where finished_at is null and crashes > 0;
create index outbox_lost on outbox (finished_at) where finished_at is not null and code is not null;
drop index outbox_finished;
create index outbox_finished on outbox (workspace_id, finished_at) where finished_at is not null;
grant select (call, due_at, tried_at, is_alone) on outbox to asyncbot_system;

alter table inbox
    add column is_alone boolean not null default false;
alter table inbox set (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
create index inbox_ready on inbox (workspace_id, available_at) where finished_at is null;
create index inbox_lost on inbox (finished_at) where state = 'quarantined';
create index inbox_crashed on inbox (available_at) where finished_at is null and crashes > 0;
grant select (is_alone) on inbox to asyncbot_system;
grant update (is_alone) on inbox to asyncbot_system;

create table limits (
    workspace_id uuid not null,
    call text not null,
    until timestamptz not null,
    primary key (workspace_id, call)
);
alter table limits enable row level security;
alter table limits force row level security;
create policy limits_app on limits to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
create policy limits_system_select on limits for select to asyncbot_system using (true);
create policy limits_system_delete on limits for delete to asyncbot_system using (true);
grant select, insert, update, delete on limits to asyncbot_app;
grant select (workspace_id, call, until) on limits to asyncbot_system;
grant delete on limits to asyncbot_system;

create table setbacks (
    noticed_at timestamptz not null primary key,
    lost_from timestamptz not null,
    lost_until timestamptz not null
);
alter table setbacks enable row level security;
alter table setbacks force row level security;
create policy setbacks_system on setbacks to asyncbot_system using (true) with check (true);
grant select, insert, delete on setbacks to asyncbot_system;
