-- Links that show who is on duty outside Slack: a calendar of a rotation or of a person's own turns, and a page of a rotation.
-- Only a hash of a link is here, and by what digests and numbers of revisions it is known what was published under it.

create table calendar_links (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    link_hash blob not null,
    user_id text not null,
    kind text not null,
    rotation_id blob,
    published blob not null,
    created_at text not null,
    primary key (workspace_id, link_hash),
    foreign key (workspace_id, rotation_id)
        references rotations (workspace_id, rotation_id) on delete cascade
) strict, without rowid;
create index calendar_links_by_user on calendar_links (workspace_id, user_id);
create index calendar_links_by_rotation on calendar_links (workspace_id, rotation_id);
