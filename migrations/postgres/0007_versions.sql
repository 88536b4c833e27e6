-- How often what answers are made of was written in a workspace: whoever keeps a copy sees by it whether that is still good.
-- It is written last in a transaction, so nobody holds the row while waiting for another.

alter table workspaces add column version bigint not null default 0;
grant select (version, installed_at) on workspaces to asyncbot_system;
