-- What passes between people: cover of turns that have not begun, requests for cover, swaps, and notes, which are sealed.
-- Coverage belongs to its rotation now and no longer to a turn that has begun; what was undone stays, and counts no more.
-- The note's text is in `sealed` and nowhere else; who receives it, and when they were told, stands beside it.

create table new_coverages (
    workspace_id blob not null,
    coverage_id blob not null,
    rotation_id blob not null,
    planned_at text not null,
    of_user text,
    user_id text not null,
    kind text not null,
    request_id blob,
    starts_at text not null,
    ends_at text not null,
    created_by text not null,
    created_at text not null,
    undone_by text,
    undone_at text,
    primary key (workspace_id, coverage_id),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
) strict, without rowid;
-- Of two with one key, which the old rule let two turns have, the first made stands.
insert into new_coverages (
       workspace_id, coverage_id, rotation_id, planned_at, of_user, user_id, kind, starts_at, ends_at,
       created_by, created_at, undone_at)
select c.workspace_id, c.coverage_id, c.rotation_id, c.planned_at, c.of_user, c.user_id, c.kind,
       c.starts_at, c.ends_at, c.created_by, c.created_at,
       case when exists (
           select 1
             from coverages f
            where f.workspace_id = c.workspace_id
              and f.rotation_id = c.rotation_id
              and coalesce(f.of_user, '') = coalesce(c.of_user, '')
              and f.starts_at = c.starts_at
              and (f.created_at < c.created_at
                   or f.created_at = c.created_at and f.coverage_id < c.coverage_id)
       ) then c.created_at end
  from coverages c;
drop table coverages;
alter table new_coverages rename to coverages;
create unique index coverages_window on coverages (workspace_id, rotation_id, coalesce(of_user, ''), starts_at)
    where undone_at is null;
create index coverages_ends on coverages (workspace_id, rotation_id, ends_at);
create index coverages_request on coverages (workspace_id, request_id) where request_id is not null;

create table cover_requests (
    workspace_id blob not null,
    request_id blob not null,
    rotation_id blob not null,
    of_user text not null,
    planned_at text not null,
    starts_at text not null,
    ends_at text not null,
    state text not null,
    origin text not null,
    occasion integer not null,
    made_by text not null,
    made_at text not null,
    closed_by text,
    closed_at text,
    channel_id text not null,
    primary key (workspace_id, request_id),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
) strict, without rowid;
create unique index cover_requests_window
    on cover_requests (workspace_id, rotation_id, of_user, starts_at, ends_at);
create index cover_requests_ends on cover_requests (workspace_id, rotation_id, ends_at);

create table cover_answers (
    workspace_id blob not null,
    request_id blob not null,
    user_id text not null,
    answer text not null,
    answered_at text not null,
    primary key (workspace_id, request_id, user_id),
    foreign key (workspace_id, request_id)
        references cover_requests (workspace_id, request_id) on delete cascade
) strict, without rowid;

create table swaps (
    workspace_id blob not null,
    swap_id blob not null,
    rotation_id blob not null,
    asked_by text not null,
    user_a text not null,
    planned_a text not null,
    user_b text not null,
    planned_b text not null,
    state text not null,
    agreed_a_at text,
    agreed_b_at text,
    created_at text not null,
    closed_by text,
    closed_at text,
    primary key (workspace_id, swap_id),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
) strict, without rowid;
create index swaps_rotation on swaps (workspace_id, rotation_id, state);

create table notes (
    workspace_id blob not null,
    note_id blob not null,
    rotation_id blob not null,
    planned_at text not null,
    author text not null,
    sealed blob not null,
    to_channel integer not null,
    created_at text not null,
    edited_at text,
    primary key (workspace_id, note_id),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
) strict, without rowid;
create index notes_turn on notes (workspace_id, rotation_id, planned_at);
create index notes_author on notes (workspace_id, author);

create table note_receivers (
    workspace_id blob not null,
    note_id blob not null,
    user_id text not null,
    planned_at text not null,
    assigned_at text not null,
    told_at text,
    primary key (workspace_id, note_id, user_id),
    foreign key (workspace_id, note_id)
        references notes (workspace_id, note_id) on delete cascade
) strict, without rowid;
create index note_receivers_person on note_receivers (workspace_id, user_id);

alter table absences add column rotation_id blob;
