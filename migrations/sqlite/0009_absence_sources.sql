-- Absences as they were entered or as a source says them, and the sources of a workspace.
-- A source's row holds what opens it, sealed; no address and no id of a person in the source is kept anywhere.

create table absences_as_said (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    absence_id blob not null,
    user_id text not null,
    source text not null,
    rotation_id blob,
    span text not null,
    zone text not null,
    is_available integer not null,
    label text,
    is_flagged integer not null,
    starts_at text not null,
    ends_at text,
    entered_by text,
    created_at text not null,
    primary key (workspace_id, absence_id)
) strict, without rowid;
insert into absences_as_said (
    workspace_id, absence_id, user_id, source, rotation_id, span, zone, is_available, label, is_flagged, starts_at,
    ends_at, entered_by, created_at)
select workspace_id, absence_id, user_id, source, rotation_id,
       case when source = 'skip'
            then '{"kind":"clock","start":"' || starts_at || '","end":"' || ends_at || '"}'
            else '{"kind":"days","first":"' || first_day || '","last":"' || last_day || '"}' end,
       zone, 0, null, 0, starts_at, ends_at, entered_by, created_at
  from absences;
drop table absences;
alter table absences_as_said rename to absences;
create index absences_person on absences (workspace_id, user_id, starts_at);
create index absences_source on absences (workspace_id, source, starts_at);

create table absence_sources (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    source text not null,
    name text not null,
    sealed blob not null,
    webhook_hash blob,
    connected_by text not null,
    connected_at text not null,
    status text not null,
    next_at text,
    leased_by text,
    leased_until text,
    fence integer not null,
    primary key (workspace_id, source)
) strict, without rowid;
create index absence_sources_due on absence_sources (next_at);
