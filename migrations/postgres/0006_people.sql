-- People of other workspaces are told apart, and a request that waits until Slack was asked is kept, sealed.

alter table people add column is_foreign boolean not null default false;
alter table inbox add column sealed bytea;
