-- Backups that are being made or were restored on trial: one replica makes the day's, and it is known when one last could
-- be restored. And which setbacks nobody has seen to yet, such as that of a database that was restored.

create table backups (
    backup_id uuid not null primary key,
    kind text not null,
    begun_at timestamptz not null,
    leased_until timestamptz,
    restored_at timestamptz,
    bytes bigint,
    checksum bytea
);
alter table backups enable row level security;
alter table backups force row level security;
create policy backups_system on backups to asyncbot_system using (true) with check (true);
grant select, insert, update, delete on backups to asyncbot_system;

alter table setbacks add column is_open boolean not null default false;
grant update (is_open) on setbacks to asyncbot_system;
