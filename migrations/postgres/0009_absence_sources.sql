-- Absences as they were entered or as a source says them, and the sources of a workspace.
-- A source's row holds what opens it, sealed; no address and no id of a person in the source is kept anywhere.
-- The system role leases sources by their instants; what opens them is read under the row's own workspace.

alter table absences
    add column span jsonb,
    add column is_available boolean,
    add column label text,
    add column is_flagged boolean;
-- The owner is bound by the policies as well.
alter table absences no force row level security;
update absences
   set is_available = false,
       is_flagged = false,
       span = case when source = 'skip'
            then jsonb_build_object(
                'kind', 'clock',
                'start', to_char(starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                'end', to_char(ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
            else jsonb_build_object('kind', 'days', 'first', first_day, 'last', last_day) end;
alter table absences force row level security;
alter table absences
    alter column span set not null,
    alter column is_available set not null,
    alter column is_flagged set not null,
    alter column entered_by drop not null,
    drop column first_day,
    drop column last_day;
create index absences_source on absences (workspace_id, source, starts_at);

create table absence_sources (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    source text not null,
    name text not null,
    sealed bytea not null,
    webhook_hash bytea,
    connected_by text not null,
    connected_at timestamptz not null,
    status jsonb not null,
    next_at timestamptz,
    leased_by text,
    leased_until timestamptz,
    fence bigint not null,
    primary key (workspace_id, source)
);
create index absence_sources_due on absence_sources (next_at);
alter table absence_sources enable row level security;
alter table absence_sources force row level security;
create policy absence_sources_app on absence_sources to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
create policy absence_sources_system_select on absence_sources for select to asyncbot_system using (true);
create policy absence_sources_system_update on absence_sources for update to asyncbot_system
    using (true) with check (true);
grant select, insert, update, delete on absence_sources to asyncbot_app;
grant select (workspace_id, source, next_at, leased_by, leased_until, fence) on absence_sources to asyncbot_system;
grant update (leased_by, leased_until, fence) on absence_sources to asyncbot_system;
