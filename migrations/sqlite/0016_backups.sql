-- Backups that are being made or were restored on trial: one replica makes the day's, and it is known when one last could
-- be restored. And which setbacks nobody has seen to yet, such as that of a database that was restored.

create table backups (
    backup_id blob not null primary key,
    kind text not null,
    begun_at text not null,
    leased_until text,
    restored_at text,
    bytes integer,
    checksum blob
) strict, without rowid;

alter table setbacks add column is_open integer not null default 0;
