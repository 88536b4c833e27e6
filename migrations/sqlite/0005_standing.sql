-- Where a rotation stands, its stretches, its settings, and what people chose.
-- A rotation whose `kept` is null was stored before there was such a thing; its running turn is found in `turns`.

alter table rotations add column kept text;
alter table rotations add column settings text not null default '{}';
alter table rotations add column rest text;
alter table rotations add column channel_fault text;
alter table rotations add column deleted_at text;
alter table rotations add column revision integer not null default 0;
create index rotations_deleted on rotations (deleted_at) where deleted_at is not null;

alter table workspaces add column settings text not null default '{}';

alter table people add column is_bot integer not null default 0;
alter table people add column is_guest integer not null default 0;

alter table turns add column seats text not null default '[]';
alter table turns add column seen_at text;
update turns
   set seats = '[{"user":"' || holder || '","by":"order"}]'
 where holder is not null;

alter table coverages add column of_user text;

create table stretches (
    workspace_id blob not null,
    rotation_id blob not null,
    starts_at text not null,
    ends_at text not null,
    planned_at text not null,
    stretch text not null,
    primary key (workspace_id, rotation_id, starts_at),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
) strict, without rowid;

create table preferences (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    user_id text not null,
    facts text not null,
    primary key (workspace_id, user_id)
) strict, without rowid;
