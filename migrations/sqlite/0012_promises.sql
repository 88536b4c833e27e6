-- What keeping our promises needs: the chain of the audit log, where old messages stand, and which erasures were carried
-- out.

-- An event is chained when it has a sequence. One in which a person was erased has no salt any more, and `erasure` signs
-- what it says since.
alter table audit_events add column signature blob;
alter table audit_events add column erasure blob;
create index audit_events_unchained on audit_events (workspace_id, occurred_at) where sequence is null;

-- Where a workspace's chain ends, and where it begins since it was pruned.
create table audit_heads (
    workspace_id blob not null primary key,
    sequence integer not null,
    hash blob not null,
    pruned_sequence integer not null,
    pruned_hash blob not null,
    signature blob not null
) strict, without rowid;

-- Deliveries that left the outbox: what was said is not said again, and is found where it is to be replaced.
create table said (
    workspace_id blob not null,
    delivery_id blob not null,
    envelope text not null,
    state text not null,
    channel_id text,
    ts text,
    created_at text not null,
    finished_at text not null,
    primary key (workspace_id, delivery_id)
) strict, without rowid;
create index said_finished on said (workspace_id, finished_at);

-- Which lines of the ledger of erasures, which is a file outside the database, were carried out here.
create table erasures (
    entry_id blob not null primary key,
    done_at text not null
) strict, without rowid;

-- Until when what an uninstalled workspace left is kept; 30 days where nobody said otherwise.
alter table workspaces add column kept_until text;
