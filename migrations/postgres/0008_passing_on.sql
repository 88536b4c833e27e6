-- What passes between people: cover of turns that have not begun, requests for cover, swaps, and notes, which are sealed.
-- Coverage belongs to its rotation now and no longer to a turn that has begun; what was undone stays, and counts no more.
-- The note's text is in `sealed` and nowhere else; who receives it, and when they were told, stands beside it.
-- Nothing of this is the business of work over many workspaces, so the system role is granted none of it.

alter table coverages drop constraint coverages_workspace_id_rotation_id_planned_at_fkey;
alter table coverages
    add column request_id uuid,
    add column undone_by text,
    add column undone_at timestamptz,
    add constraint coverages_workspace_id_rotation_id_fkey
        foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade;
drop index coverages_window;
-- Of two with one key, which the old rule let two turns have, the first made stands.
-- The owner is bound by the policies as well, and has none of its own.
alter table coverages no force row level security;
update coverages c
   set undone_at = c.created_at
 where exists (
           select 1
             from coverages f
            where f.workspace_id = c.workspace_id
              and f.rotation_id = c.rotation_id
              and coalesce(f.of_user, '') = coalesce(c.of_user, '')
              and f.starts_at = c.starts_at
              and (f.created_at < c.created_at
                   or f.created_at = c.created_at and f.coverage_id < c.coverage_id)
       );
alter table coverages force row level security;
create unique index coverages_window on coverages (workspace_id, rotation_id, coalesce(of_user, ''), starts_at)
    where undone_at is null;
create index coverages_request on coverages (workspace_id, request_id) where request_id is not null;

create table cover_requests (
    workspace_id uuid not null,
    request_id uuid not null,
    rotation_id uuid not null,
    of_user text not null,
    planned_at timestamptz not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    state text not null,
    origin text not null,
    occasion bigint not null,
    made_by text not null,
    made_at timestamptz not null,
    closed_by text,
    closed_at timestamptz,
    channel_id text not null,
    primary key (workspace_id, request_id),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
);
create unique index cover_requests_window
    on cover_requests (workspace_id, rotation_id, of_user, starts_at, ends_at);
create index cover_requests_ends on cover_requests (workspace_id, rotation_id, ends_at);
alter table cover_requests enable row level security;
alter table cover_requests force row level security;
create policy cover_requests_app on cover_requests to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on cover_requests to asyncbot_app;

create table cover_answers (
    workspace_id uuid not null,
    request_id uuid not null,
    user_id text not null,
    answer text not null,
    answered_at timestamptz not null,
    primary key (workspace_id, request_id, user_id),
    foreign key (workspace_id, request_id)
        references cover_requests (workspace_id, request_id) on delete cascade
);
alter table cover_answers enable row level security;
alter table cover_answers force row level security;
create policy cover_answers_app on cover_answers to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on cover_answers to asyncbot_app;

create table swaps (
    workspace_id uuid not null,
    swap_id uuid not null,
    rotation_id uuid not null,
    asked_by text not null,
    user_a text not null,
    planned_a timestamptz not null,
    user_b text not null,
    planned_b timestamptz not null,
    state text not null,
    agreed_a_at timestamptz,
    agreed_b_at timestamptz,
    created_at timestamptz not null,
    closed_by text,
    closed_at timestamptz,
    primary key (workspace_id, swap_id),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
);
create index swaps_rotation on swaps (workspace_id, rotation_id, state);
alter table swaps enable row level security;
alter table swaps force row level security;
create policy swaps_app on swaps to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on swaps to asyncbot_app;

create table notes (
    workspace_id uuid not null,
    note_id uuid not null,
    rotation_id uuid not null,
    planned_at timestamptz not null,
    author text not null,
    sealed bytea not null,
    to_channel boolean not null,
    created_at timestamptz not null,
    edited_at timestamptz,
    primary key (workspace_id, note_id),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
);
create index notes_turn on notes (workspace_id, rotation_id, planned_at);
create index notes_author on notes (workspace_id, author);
alter table notes enable row level security;
alter table notes force row level security;
create policy notes_app on notes to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on notes to asyncbot_app;

create table note_receivers (
    workspace_id uuid not null,
    note_id uuid not null,
    user_id text not null,
    planned_at timestamptz not null,
    assigned_at timestamptz not null,
    told_at timestamptz,
    primary key (workspace_id, note_id, user_id),
    foreign key (workspace_id, note_id)
        references notes (workspace_id, note_id) on delete cascade
);
create index note_receivers_person on note_receivers (workspace_id, user_id);
alter table note_receivers enable row level security;
alter table note_receivers force row level security;
create policy note_receivers_app on note_receivers to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on note_receivers to asyncbot_app;

alter table absences add column rotation_id uuid;
