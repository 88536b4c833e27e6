-- By its time alone the outbox is not asked. Where many rows came at once and the statistics do not know of them yet,
-- PostgreSQL took that index for the rows of one workspace, and read those of all.

drop index outbox_due;
