//! The plans of workspaces and their subscriptions, with leases over all workspaces, and which events of Stripe's were seen.

use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{SubscriptionClaim, SubscriptionRecord};
use chrono::{DateTime, Utc};
use domain::billing::{Plan, SubscriptionStatus};
use domain::ids::WorkspaceId;

statements! {
    FIND_SUBSCRIPTION = (
        "select plan, free_since, customer_id, subscription_id, status, price_id, period_end,
                cancel_at, past_due_since, is_ended_by_us, checkout_attempt, checkout_at, failures,
                next_at
           from subscriptions
          where workspace_id = $1"
    );
    LOCK_SUBSCRIPTION = (
        "select plan, free_since, customer_id, subscription_id, status, price_id, period_end,
                cancel_at, past_due_since, is_ended_by_us, checkout_attempt, checkout_at, failures,
                next_at
           from subscriptions
          where workspace_id = $1", for_update
    );
    LOCK_CLAIMED_SUBSCRIPTION = (
        "select plan, free_since, customer_id, subscription_id, status, price_id, period_end,
                cancel_at, past_due_since, is_ended_by_us, checkout_attempt, checkout_at, failures,
                next_at
           from subscriptions
          where workspace_id = $1
            and fence = $2
            and leased_until is not null", for_update
    );
    UPSERT_SUBSCRIPTION = (
        "insert into subscriptions (
             workspace_id, plan, free_since, customer_id, subscription_id, status, price_id,
             period_end, cancel_at, past_due_since, is_ended_by_us, checkout_attempt, checkout_at,
             failures, next_at, fence)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0)
         on conflict (workspace_id) do update
            set plan = excluded.plan,
                free_since = excluded.free_since,
                customer_id = excluded.customer_id,
                subscription_id = excluded.subscription_id,
                status = excluded.status,
                price_id = excluded.price_id,
                period_end = excluded.period_end,
                cancel_at = excluded.cancel_at,
                past_due_since = excluded.past_due_since,
                is_ended_by_us = excluded.is_ended_by_us,
                checkout_attempt = excluded.checkout_attempt,
                checkout_at = excluded.checkout_at,
                failures = excluded.failures,
                next_at = excluded.next_at"
    );
    EXTEND_SUBSCRIPTION = (
        "update subscriptions
            set leased_until = $3
          where workspace_id = $1
            and fence = $2
            and leased_until is not null"
    );
    RELEASE_SUBSCRIPTION = (
        "update subscriptions
            set leased_by = null,
                leased_until = null
          where workspace_id = $1
            and fence = $2
            and leased_until is not null"
    );
    // Whoever is asking just now may have been told what holds no more, so their lease is over.
    ASK_ABOUT_SUBSCRIPTION = (
        "update subscriptions
            set next_at = $2,
                leased_by = null,
                leased_until = null,
                fence = fence + 1
          where workspace_id = $1"
    );
    INSERT_BILLING_EVENT = (
        "insert into billing_events (workspace_id, event_id, received_at)
         values ($1, $2, $3)
         on conflict (workspace_id, event_id) do nothing"
    );
    DELETE_BILLING_EVENTS = (
        "delete from billing_events
          where workspace_id = $1
            and received_at < $2"
    );
    // A workspace without an installation is asked about too: its subscription is to end.
    CLAIM_SUBSCRIPTIONS = (
        "with due as (
             select q.workspace_id
               from subscriptions q
              where q.next_at <= $3
                and (q.leased_until is null or q.leased_until <= $3)
              order by q.next_at, q.workspace_id
              limit $4", for_update_skip_locked, ")
         update subscriptions
            set leased_by = $1,
                leased_until = $2,
                fence = fence + 1
          where workspace_id in (select workspace_id from due)
      returning workspace_id, fence, next_at"
    );
    EARLIEST_SUBSCRIPTION_AT = (
        "select case when leased_until > next_at then leased_until else next_at end as due_at
           from subscriptions
          where next_at is not null
          order by due_at
          limit 1"
    );
    // With a new fence, whoever still comes with the old one has nothing to say any more.
    RELEASE_SUBSCRIPTIONS = (
        "update subscriptions
            set leased_by = null,
                leased_until = null,
                fence = fence + 1
          where leased_by is not null
            and substr(leased_by, 1, length($1)) = $1"
    );
    FIND_WORKSPACES_OF_CUSTOMER = (
        "select workspace_id
           from subscriptions
          where customer_id = $1
          order by workspace_id
          limit 2"
    );
    LIST_UNSUBSCRIBED = (
        "select w.workspace_id
           from workspaces w
          where not exists (
                select 1
                  from subscriptions s
                 where s.workspace_id = w.workspace_id)
          order by w.workspace_id
          limit $1"
    );
    LIST_ON_PLAN = (
        "select workspace_id
           from subscriptions
          where plan = $1
          order by workspace_id"
    );
}

pub(crate) async fn find_subscription(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Option<SubscriptionRecord>, StoreError> {
    let row = sqlx::query(FIND_SUBSCRIPTION).bind(workspace.as_uuid()).fetch_optional(conn).await?;
    row.as_ref().map(read_subscription).transpose()
}

pub(crate) async fn lock_subscription(
    conn: &mut Conn,
    workspace: WorkspaceId,
) -> Result<Option<SubscriptionRecord>, StoreError> {
    let row = sqlx::query(LOCK_SUBSCRIPTION).bind(workspace.as_uuid()).fetch_optional(conn).await?;
    row.as_ref().map(read_subscription).transpose()
}

pub(crate) async fn lock_claimed_subscription(
    conn: &mut Conn,
    workspace: WorkspaceId,
    fence: i64,
) -> Result<Option<SubscriptionRecord>, StoreError> {
    let row = sqlx::query(LOCK_CLAIMED_SUBSCRIPTION)
        .bind(workspace.as_uuid())
        .bind(fence)
        .fetch_optional(conn)
        .await?;
    row.as_ref().map(read_subscription).transpose()
}

pub(crate) async fn upsert_subscription(
    conn: &mut Conn,
    workspace: WorkspaceId,
    record: &SubscriptionRecord,
) -> Result<(), StoreError> {
    sqlx::query(UPSERT_SUBSCRIPTION)
        .bind(workspace.as_uuid())
        .bind(record.plan.code())
        .bind(record.free_since)
        .bind(record.customer.as_deref())
        .bind(record.subscription.as_deref())
        .bind(record.status.as_ref().map(SubscriptionStatus::as_str))
        .bind(record.price.as_deref())
        .bind(record.period_end)
        .bind(record.cancel_at)
        .bind(record.past_due_since)
        .bind(record.is_ended_by_us)
        .bind(i64::from(record.checkout_attempt))
        .bind(record.checkout_at)
        .bind(i64::from(record.failures))
        .bind(record.next_at)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn extend_subscription(
    conn: &mut Conn,
    workspace: WorkspaceId,
    fence: i64,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(EXTEND_SUBSCRIPTION)
        .bind(workspace.as_uuid())
        .bind(fence)
        .bind(until)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn release_subscription(
    conn: &mut Conn,
    workspace: WorkspaceId,
    fence: i64,
) -> Result<bool, StoreError> {
    let done = sqlx::query(RELEASE_SUBSCRIPTION)
        .bind(workspace.as_uuid())
        .bind(fence)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn ask_about_subscription(
    conn: &mut Conn,
    workspace: WorkspaceId,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(ASK_ABOUT_SUBSCRIPTION)
        .bind(workspace.as_uuid())
        .bind(at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn insert_billing_event(
    conn: &mut Conn,
    workspace: WorkspaceId,
    event: &str,
    received_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(INSERT_BILLING_EVENT)
        .bind(workspace.as_uuid())
        .bind(event)
        .bind(received_at)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn delete_billing_events(
    conn: &mut Conn,
    workspace: WorkspaceId,
    before: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done = sqlx::query(DELETE_BILLING_EVENTS)
        .bind(workspace.as_uuid())
        .bind(before)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn claim_subscriptions(
    conn: &mut Conn,
    worker: &str,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> Result<Vec<SubscriptionClaim>, StoreError> {
    let rows = sqlx::query(CLAIM_SUBSCRIPTIONS)
        .bind(worker)
        .bind(lease_until)
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "subscriptions", "workspace_id");
            Ok(SubscriptionClaim {
                workspace: WorkspaceId::new(fields.get("workspace_id")?),
                fence: fields.get("fence")?,
                due_at: fields.get("next_at")?,
            })
        })
        .collect()
}

pub(crate) async fn earliest_subscription_at(
    conn: &mut Conn,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar(EARLIEST_SUBSCRIPTION_AT).fetch_optional(conn).await?)
}

/// Gives back what an owner of this name leased; without one, everybody's.
pub(crate) async fn release_subscriptions(
    conn: &mut Conn,
    owner: Option<&str>,
) -> Result<u64, StoreError> {
    let done =
        sqlx::query(RELEASE_SUBSCRIPTIONS).bind(owner.unwrap_or_default()).execute(conn).await?;
    Ok(done.rows_affected())
}

/// A customer that two workspaces name belongs to neither.
pub(crate) async fn find_workspace_of_customer(
    conn: &mut Conn,
    customer: &str,
) -> Result<Option<WorkspaceId>, StoreError> {
    let rows = sqlx::query(FIND_WORKSPACES_OF_CUSTOMER).bind(customer).fetch_all(conn).await?;
    let [row] = rows.as_slice() else { return Ok(None) };
    read_workspace(row).map(Some)
}

pub(crate) async fn list_unsubscribed(
    conn: &mut Conn,
    limit: u32,
) -> Result<Vec<WorkspaceId>, StoreError> {
    let rows = sqlx::query(LIST_UNSUBSCRIBED).bind(i64::from(limit)).fetch_all(conn).await?;
    rows.iter().map(read_workspace).collect()
}

pub(crate) async fn list_on_plan(
    conn: &mut Conn,
    plan: Plan,
) -> Result<Vec<WorkspaceId>, StoreError> {
    let rows = sqlx::query(LIST_ON_PLAN).bind(plan.code()).fetch_all(conn).await?;
    rows.iter().map(read_workspace).collect()
}

fn read_workspace(row: &Row) -> Result<WorkspaceId, StoreError> {
    let fields = Fields::new(row, "subscriptions", "workspace_id");
    Ok(WorkspaceId::new(fields.get("workspace_id")?))
}

fn read_subscription(row: &Row) -> Result<SubscriptionRecord, StoreError> {
    let fields = Fields::new(row, "subscriptions", "plan");
    let status: Option<String> = fields.get("status")?;
    Ok(SubscriptionRecord {
        plan: fields.word("plan", Plan::parse)?,
        free_since: fields.get("free_since")?,
        customer: fields.get("customer_id")?,
        subscription: fields.get("subscription_id")?,
        status: status.as_deref().map(SubscriptionStatus::of_code),
        price: fields.get("price_id")?,
        period_end: fields.get("period_end")?,
        cancel_at: fields.get("cancel_at")?,
        past_due_since: fields.get("past_due_since")?,
        is_ended_by_us: fields.get("is_ended_by_us")?,
        checkout_attempt: fields.count("checkout_attempt")?,
        checkout_at: fields.get("checkout_at")?,
        failures: fields.count("failures")?,
        next_at: fields.get("next_at")?,
    })
}
