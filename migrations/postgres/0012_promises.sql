-- What keeping our promises needs: the chain of the audit log, where old messages stand, and which erasures were carried
-- out.
--
-- The application still can only add audit events and read them. The system role chains them, replaces a person in them
-- by a pseudonym that it is given, and prunes them; it cannot read what they say.

-- An event is chained when it has a sequence. One in which a person was erased has no salt any more, and `erasure` signs
-- what it says since.
alter table audit_events
    add column signature bytea,
    add column erasure bytea;
create index audit_events_unchained on audit_events (workspace_id, occurred_at) where sequence is null;
create policy audit_events_system on audit_events to asyncbot_system using (true) with check (true);
grant select (workspace_id, event_id, occurred_at, action, commitment, sequence, hash, signature, erasure)
    on audit_events to asyncbot_system;
grant update (payload, salt, sequence, hash, signature, erasure) on audit_events to asyncbot_system;
grant delete on audit_events to asyncbot_system;

-- Where a workspace's chain ends, and where it begins since it was pruned.
create table audit_heads (
    workspace_id uuid not null primary key,
    sequence bigint not null,
    hash bytea not null,
    pruned_sequence bigint not null,
    pruned_hash bytea not null,
    signature bytea not null
);
alter table audit_heads enable row level security;
alter table audit_heads force row level security;
create policy audit_heads_app on audit_heads to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
create policy audit_heads_system on audit_heads to asyncbot_system using (true) with check (true);
grant select on audit_heads to asyncbot_app;
grant select, insert, update, delete on audit_heads to asyncbot_system;

-- Deliveries that left the outbox: what was said is not said again, and is found where it is to be replaced.
create table said (
    workspace_id uuid not null,
    delivery_id uuid not null,
    envelope jsonb not null,
    state text not null,
    channel_id text,
    ts text,
    created_at timestamptz not null,
    finished_at timestamptz not null,
    primary key (workspace_id, delivery_id)
);
create index said_finished on said (workspace_id, finished_at);
alter table said enable row level security;
alter table said force row level security;
create policy said_app on said to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on said to asyncbot_app;

-- Which lines of the ledger of erasures, which is a file outside the database, were carried out here.
create table erasures (
    entry_id uuid not null primary key,
    done_at timestamptz not null
);
alter table erasures enable row level security;
alter table erasures force row level security;
create policy erasures_system on erasures to asyncbot_system using (true) with check (true);
grant select, insert, delete on erasures to asyncbot_system;

-- Until when what an uninstalled workspace left is kept; 30 days where nobody said otherwise.
alter table workspaces add column kept_until timestamptz;
grant select (deactivated_at, kept_until) on workspaces to asyncbot_system;
grant update on meta to asyncbot_app;
