-- What the one who runs the service tells a workspace's admins, such as of a breach: the text is sealed, and the outbox holds its id.

create table notices (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    notice_id blob not null,
    kind text not null,
    sealed blob not null,
    created_at text not null,
    primary key (workspace_id, notice_id)
) strict, without rowid;
