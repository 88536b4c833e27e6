-- Links that show who is on duty outside Slack: a calendar of a rotation or of a person's own turns, and a page of a rotation.
-- Only a hash of a link is here, and by what digests and numbers of revisions it is known what was published under it.

create table calendar_links (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    link_hash bytea not null,
    user_id text not null,
    kind text not null,
    rotation_id uuid,
    published bytea not null,
    created_at timestamptz not null,
    primary key (workspace_id, link_hash),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
);
create index calendar_links_by_user on calendar_links (workspace_id, user_id);
create index calendar_links_by_rotation on calendar_links (workspace_id, rotation_id);
alter table calendar_links enable row level security;
alter table calendar_links force row level security;
create policy calendar_links_app on calendar_links to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on calendar_links to asyncbot_app;
