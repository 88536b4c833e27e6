-- What the one who runs the service tells a workspace's admins, such as of a breach: the text is sealed, and the outbox holds its id.

create table notices (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    notice_id uuid not null,
    kind text not null,
    sealed bytea not null,
    created_at timestamptz not null,
    primary key (workspace_id, notice_id)
);
alter table notices enable row level security;
alter table notices force row level security;
create policy notices_app on notices to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on notices to asyncbot_app;
