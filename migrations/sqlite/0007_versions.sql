-- How often what answers are made of was written in a workspace. The one process that has the file counts that in memory,
-- so the column stays as it is; it is here because the two schemas are one.

alter table workspaces add column version integer not null default 0;
