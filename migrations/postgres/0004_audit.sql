-- The audit log. The event comes with its salt and commitment; sequence and hash follow when it is chained.
-- The payload is a text and no jsonb, because the commitment is made of exactly these bytes.
-- The application may add and read events; it can neither change nor delete one.

create table audit_events (
    workspace_id uuid not null,
    event_id uuid not null,
    occurred_at timestamptz not null,
    action text not null,
    payload text not null,
    salt bytea not null,
    commitment bytea not null,
    sequence bigint,
    hash bytea,
    primary key (workspace_id, event_id)
);
create unique index audit_events_sequence on audit_events (workspace_id, sequence);
create index audit_events_time on audit_events (workspace_id, occurred_at);
alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy audit_events_app on audit_events to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert on audit_events to asyncbot_app;
