-- What came in and is to be worked off, what is to be said, which requests were answered, and OAuth states.
-- A row of a queue is unfinished while finished_at is null.
-- The system role leases rows by their ids and instants; item and envelope are read under the row's own workspace.

create table inbox (
    workspace_id uuid not null,
    inbox_id uuid not null,
    dedupe text not null,
    item jsonb not null,
    state text not null,
    available_at timestamptz not null,
    leased_by text,
    leased_until timestamptz,
    fence bigint not null,
    attempts bigint not null,
    crashes bigint not null,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (workspace_id, inbox_id)
);
create unique index inbox_dedupe on inbox (workspace_id, dedupe);
create index inbox_due on inbox (available_at) where finished_at is null;
create index inbox_finished on inbox (finished_at) where finished_at is not null;
alter table inbox enable row level security;
alter table inbox force row level security;
create policy inbox_app on inbox to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
create policy inbox_system_select on inbox for select to asyncbot_system using (true);
create policy inbox_system_update on inbox for update to asyncbot_system using (true) with check (true);
create policy inbox_system_delete on inbox for delete to asyncbot_system using (finished_at is not null);
grant select, insert, update, delete on inbox to asyncbot_app;
grant select (workspace_id, inbox_id, state, available_at, leased_by, leased_until, fence, attempts,
              crashes, created_at, finished_at) on inbox to asyncbot_system;
grant update (state, leased_by, leased_until, fence, crashes, finished_at) on inbox to asyncbot_system;
grant delete on inbox to asyncbot_system;

create table outbox (
    workspace_id uuid not null,
    delivery_id uuid not null,
    order_id uuid not null,
    order_key text not null,
    envelope jsonb not null,
    state text not null,
    available_at timestamptz not null,
    held_until timestamptz,
    leased_by text,
    leased_until timestamptz,
    fence bigint not null,
    attempts bigint not null,
    crashes bigint not null,
    is_resend boolean not null,
    code text,
    channel_id text,
    ts text,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    finished_at timestamptz,
    primary key (workspace_id, delivery_id)
);
create index outbox_due on outbox (available_at) where finished_at is null;
create index outbox_order on outbox (workspace_id, order_key, order_id) where finished_at is null;
create index outbox_finished on outbox (finished_at) where finished_at is not null;
alter table outbox enable row level security;
alter table outbox force row level security;
create policy outbox_app on outbox to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
create policy outbox_system_select on outbox for select to asyncbot_system using (true);
create policy outbox_system_update on outbox for update to asyncbot_system using (true) with check (true);
create policy outbox_system_delete on outbox for delete to asyncbot_system using (finished_at is not null);
grant select, insert, update, delete on outbox to asyncbot_app;
grant select (workspace_id, delivery_id, order_id, order_key, state, available_at, held_until, leased_by,
              leased_until, fence, attempts, crashes, is_resend, code, created_at, expires_at, finished_at)
    on outbox to asyncbot_system;
grant update (state, available_at, held_until, leased_by, leased_until, fence, crashes, is_resend, code, finished_at)
    on outbox to asyncbot_system;
grant delete on outbox to asyncbot_system;

create table request_keys (
    workspace_id uuid not null,
    request_key text not null,
    outcome jsonb not null,
    created_at timestamptz not null,
    primary key (workspace_id, request_key)
);
create index request_keys_age on request_keys (created_at);
alter table request_keys enable row level security;
alter table request_keys force row level security;
create policy request_keys_app on request_keys to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
create policy request_keys_system_select on request_keys for select to asyncbot_system using (true);
create policy request_keys_system_delete on request_keys for delete to asyncbot_system using (true);
grant select, insert on request_keys to asyncbot_app;
grant select (workspace_id, created_at) on request_keys to asyncbot_system;
grant delete on request_keys to asyncbot_system;

create table oauth_states (
    state_hash bytea not null primary key,
    browser_hash bytea not null,
    expires_at timestamptz not null
);
create index oauth_states_age on oauth_states (expires_at);
alter table oauth_states enable row level security;
alter table oauth_states force row level security;
create policy oauth_states_system on oauth_states to asyncbot_system using (true) with check (true);
grant select, insert, delete on oauth_states to asyncbot_system;
