-- The audit log. The event comes with its salt and commitment; sequence and hash follow when it is chained.

create table audit_events (
    workspace_id blob not null,
    event_id blob not null,
    occurred_at text not null,
    action text not null,
    payload text not null,
    salt blob not null,
    commitment blob not null,
    sequence integer,
    hash blob,
    primary key (workspace_id, event_id)
) strict, without rowid;
create unique index audit_events_sequence on audit_events (workspace_id, sequence);
create index audit_events_time on audit_events (workspace_id, occurred_at);
