-- Links under which somebody fetches what is stored: each opens one archive, once, for a few minutes. Only a hash of it is here.

create table export_links (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    user_id text not null,
    scope text not null,
    link_hash bytea not null,
    expires_at timestamptz not null,
    primary key (workspace_id, user_id, scope)
);
alter table export_links enable row level security;
alter table export_links force row level security;
create policy export_links_app on export_links to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on export_links to asyncbot_app;
