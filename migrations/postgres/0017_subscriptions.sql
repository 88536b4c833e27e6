-- What each workspace may do, and by which customer and subscription of Stripe's; and the ids of Stripe's events, so that
-- one counts once. Nothing of a card or an address is here.
-- The system role leases subscriptions by their instants and finds a workspace by its customer.

create table subscriptions (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    plan text not null,
    free_since timestamptz,
    customer_id text,
    subscription_id text,
    status text,
    price_id text,
    period_end timestamptz,
    cancel_at timestamptz,
    past_due_since timestamptz,
    is_ended_by_us boolean not null,
    checkout_attempt bigint not null,
    checkout_at timestamptz,
    failures bigint not null,
    next_at timestamptz,
    leased_by text,
    leased_until timestamptz,
    fence bigint not null,
    primary key (workspace_id)
);
create index subscriptions_due on subscriptions (next_at);
create index subscriptions_customer on subscriptions (customer_id);
alter table subscriptions enable row level security;
alter table subscriptions force row level security;
create policy subscriptions_app on subscriptions to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
create policy subscriptions_system_select on subscriptions for select to asyncbot_system using (true);
create policy subscriptions_system_update on subscriptions for update to asyncbot_system
    using (true) with check (true);
grant select, insert, update, delete on subscriptions to asyncbot_app;
grant select (workspace_id, plan, customer_id, status, failures, next_at, leased_by, leased_until, fence) on subscriptions to asyncbot_system;
grant update (leased_by, leased_until, fence) on subscriptions to asyncbot_system;

create table billing_events (
    workspace_id uuid not null references workspaces (workspace_id) on delete cascade,
    event_id text not null,
    received_at timestamptz not null,
    primary key (workspace_id, event_id)
);
alter table billing_events enable row level security;
alter table billing_events force row level security;
create policy billing_events_app on billing_events to asyncbot_app
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid);
grant select, insert, update, delete on billing_events to asyncbot_app;
