-- Links under which somebody fetches what is stored: each opens one archive, once, for a few minutes. Only a hash of it is here.

create table export_links (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    user_id text not null,
    scope text not null,
    link_hash blob not null,
    expires_at text not null,
    primary key (workspace_id, user_id, scope)
) strict, without rowid;
