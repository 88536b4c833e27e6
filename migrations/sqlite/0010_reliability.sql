-- What delivery needs to be sure and quick: how a row is sent and since when it was due, whom a lease was given alone,
-- how long Slack asked to be left alone, where a person's direct messages are, and when the database went back in time.

alter table people add column dm_channel_id text;

create table outbox_as_sent (
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
    call text not null default 'post',
    due_at text,
    tried_at text,
    is_alone integer not null default 0,
    primary key (workspace_id, delivery_id)
) strict, without rowid;
insert into outbox_as_sent (
    workspace_id, delivery_id, order_id, order_key, envelope, state, available_at, held_until, leased_by, leased_until,
    fence, attempts, crashes, is_resend, code, channel_id, ts, created_at, expires_at, finished_at, call, due_at,
    is_alone)
select workspace_id, delivery_id, order_id, order_key, envelope, state, available_at, held_until, leased_by, leased_until,
       fence, attempts, crashes, is_resend, code, channel_id, ts, created_at, expires_at, finished_at, 'post',
       available_at, 0
  from outbox;
drop table outbox;
alter table outbox_as_sent rename to outbox;
create index outbox_due on outbox (available_at) where finished_at is null;
create index outbox_order on outbox (workspace_id, order_key, order_id) where finished_at is null;
create index outbox_finished on outbox (workspace_id, finished_at) where finished_at is not null;
create index outbox_ready on outbox (workspace_id, available_at) where finished_at is null;
create index outbox_crashed on outbox (workspace_id) where finished_at is null and crashes > 0;
create index outbox_lost on outbox (finished_at) where finished_at is not null and code is not null;

create table inbox_as_read (
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
    sealed blob,
    is_alone integer not null default 0,
    primary key (workspace_id, inbox_id)
) strict, without rowid;
insert into inbox_as_read (
    workspace_id, inbox_id, dedupe, item, state, available_at, leased_by, leased_until, fence, attempts, crashes,
    created_at, finished_at, sealed, is_alone)
select workspace_id, inbox_id, dedupe, item, state, available_at, leased_by, leased_until, fence, attempts, crashes,
       created_at, finished_at, sealed, 0
  from inbox;
drop table inbox;
alter table inbox_as_read rename to inbox;
create unique index inbox_dedupe on inbox (workspace_id, dedupe);
create index inbox_due on inbox (available_at) where finished_at is null;
create index inbox_finished on inbox (finished_at) where finished_at is not null;
create index inbox_ready on inbox (workspace_id, available_at) where finished_at is null;
create index inbox_lost on inbox (finished_at) where state = 'quarantined';
create index inbox_crashed on inbox (available_at) where finished_at is null and crashes > 0;

create table limits (
    workspace_id blob not null,
    call text not null,
    until text not null,
    primary key (workspace_id, call)
) strict, without rowid;

create table setbacks (
    noticed_at text not null primary key,
    lost_from text not null,
    lost_until text not null
) strict, without rowid;
