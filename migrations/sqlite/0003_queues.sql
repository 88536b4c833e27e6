-- What came in and is to be worked off, what is to be said, which requests were answered, and OAuth states.
-- A row of a queue is unfinished while finished_at is null.

create table inbox (
    workspace_id blob not null,
    inbox_id blob not null,
    dedupe text not null,
    item text not null,
    state text not null,
    available_at text not null,
    leased_by text,
    leased_until text,
    fence integer not null,
    attempts integer not null,
    crashes integer not null,
    created_at text not null,
    finished_at text,
    primary key (workspace_id, inbox_id)
) strict, without rowid;
create unique index inbox_dedupe on inbox (workspace_id, dedupe);
create index inbox_due on inbox (available_at) where finished_at is null;
create index inbox_finished on inbox (finished_at) where finished_at is not null;

create table outbox (
    workspace_id blob not null,
    delivery_id blob not null,
    order_id blob not null,
    order_key text not null,
    envelope text not null,
    state text not null,
    available_at text not null,
    held_until text,
    leased_by text,
    leased_until text,
    fence integer not null,
    attempts integer not null,
    crashes integer not null,
    is_resend integer not null,
    code text,
    channel_id text,
    ts text,
    created_at text not null,
    expires_at text not null,
    finished_at text,
    primary key (workspace_id, delivery_id)
) strict, without rowid;
create index outbox_due on outbox (available_at) where finished_at is null;
create index outbox_order on outbox (workspace_id, order_key, order_id) where finished_at is null;
create index outbox_finished on outbox (finished_at) where finished_at is not null;

create table request_keys (
    workspace_id blob not null,
    request_key text not null,
    outcome text not null,
    created_at text not null,
    primary key (workspace_id, request_key)
) strict, without rowid;
create index request_keys_age on request_keys (created_at);

create table oauth_states (
    state_hash blob not null primary key,
    browser_hash blob not null,
    expires_at text not null
) strict, without rowid;
create index oauth_states_age on oauth_states (expires_at);
