-- What each workspace may do, and by which customer and subscription of Stripe's; and the ids of Stripe's events, so that
-- one counts once. Nothing of a card or an address is here.

create table subscriptions (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    plan text not null,
    free_since text,
    customer_id text,
    subscription_id text,
    status text,
    price_id text,
    period_end text,
    cancel_at text,
    past_due_since text,
    is_ended_by_us integer not null,
    checkout_attempt integer not null,
    checkout_at text,
    failures integer not null,
    next_at text,
    leased_by text,
    leased_until text,
    fence integer not null,
    primary key (workspace_id)
) strict, without rowid;
create index subscriptions_due on subscriptions (next_at);
create index subscriptions_customer on subscriptions (customer_id);

create table billing_events (
    workspace_id blob not null references workspaces (workspace_id) on delete cascade,
    event_id text not null,
    received_at text not null,
    primary key (workspace_id, event_id)
) strict, without rowid;
