-- Rotations, the turns that have begun, coverage of them, and absences.

create table rotations (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    rotation_id blob not null,
    name text not null,
    name_key text not null,
    channel_id text not null,
    rules text not null,
    members text not null,
    last_turn text,
    next_turn integer not null,
    next_handoff_at text,
    created_by text not null,
    created_at text not null,
    primary key (workspace_id, rotation_id)
) strict, without rowid;
create unique index rotations_name on rotations (workspace_id, name_key);
create index rotations_due on rotations (next_handoff_at, workspace_id, rotation_id);

create table turns (
    workspace_id blob not null,
    rotation_id blob not null,
    planned_at text not null,
    ends_at text not null,
    number integer not null,
    holder text,
    state text not null,
    skips text not null,
    primary key (workspace_id, rotation_id, planned_at),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
) strict, without rowid;

create table coverages (
    workspace_id blob not null,
    coverage_id blob not null,
    rotation_id blob not null,
    planned_at text not null,
    user_id text not null,
    kind text not null,
    starts_at text not null,
    ends_at text not null,
    created_by text not null,
    created_at text not null,
    primary key (workspace_id, coverage_id),
    foreign key (workspace_id, rotation_id, planned_at)
        references turns (workspace_id, rotation_id, planned_at) on delete cascade
) strict, without rowid;
create unique index coverages_window on coverages (workspace_id, rotation_id, planned_at, starts_at);
create index coverages_ends on coverages (workspace_id, rotation_id, ends_at);

create table absences (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    absence_id blob not null,
    user_id text not null,
    source text not null,
    first_day text not null,
    last_day text not null,
    zone text not null,
    starts_at text not null,
    ends_at text,
    entered_by text not null,
    created_at text not null,
    primary key (workspace_id, absence_id)
) strict, without rowid;
create index absences_person on absences (workspace_id, user_id, starts_at);
