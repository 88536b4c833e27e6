//! Leases of the outbox: which workspaces have something to say, what of it may be said now, and what became of leases
//! whose holders died.

use super::deliveries::{HOLD, read_delivery, record_given_up};
use super::{Conn, Fields};
use crate::error::StoreError;
use crate::records::{Claim, ClaimedDelivery, Claiming, GivenUp, Lost};
use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::{DeliveryId, WorkspaceId};
use serde_json::Value;

/// The time between two posts of one channel or person, as Slack asks ("1 message per second per channel").
pub(crate) const GAP: TimeDelta = TimeDelta::seconds(1);

/// For how long what was said is mended after all that is new.
const MENDED_LATER: TimeDelta = TimeDelta::minutes(1);

/// No lease is longer: one that ends later was given before the clock went back.
pub(super) const LONGEST_LEASE: TimeDelta = TimeDelta::minutes(10);

/// Slack asks for no longer wait: a limit that ends later was set before the clock went back.
const LONGEST_LIMIT: TimeDelta = TimeDelta::hours(1);

/// The code of a delivery that was said so long ago that it has left the outbox.
const WAS_SAID: &str = "said_before";

/// The code of a row that cannot be read.
const UNREADABLE: &str = "unreadable";

/// What no replica is called.
pub(super) const NOBODY: &str = "-";

statements! {
    // A lease that was lost is a crash. Only the first is counted whoever else was under way: from then on a row is
    // leased alone, so that a row that kills its process is known from its neighbours. Of a row that was being sent
    // nobody knows whether it was, unless sending it twice is the same as once.
    COUNT_CRASHES = (
        "with lost as (
             select q.workspace_id, q.delivery_id
               from outbox q
              where q.finished_at is null
                and q.leased_until is not null
                and (q.leased_until <= $3
                     or q.leased_until > $4
                     or substr(q.leased_by, 1, length($5)) = $5)", for_update_skip_locked, ")
         update outbox
            set crashes = case when crashes = 0 or is_alone then crashes + 1 else crashes end,
                state = case
                    when crashes >= 2 and is_alone then 'quarantined'
                    when state <> 'sending' then state
                    when call in ('replace', 'home') then 'pending'
                    when is_resend then 'unconfirmed'
                    else 'ambiguous' end,
                finished_at = case
                    when crashes >= 2 and is_alone then $1
                    when state = 'sending' and is_resend and call not in ('replace', 'home') then $1
                    else finished_at end,
                available_at = case
                    when state = 'sending' and call not in ('replace', 'home') then $2
                    else available_at end,
                held_until = case
                    when state = 'sending' and call not in ('replace', 'home') then $2
                    else held_until end,
                code = 'crashed',
                leased_by = null,
                leased_until = null
          where (workspace_id, delivery_id) in (select workspace_id, delivery_id from lost)"
    );
    // From one workspace to the next by the index, however many rows each has.
    DUE_WORKSPACES = (
        "with recursive waiting (workspace_id) as (
             select (select o.workspace_id
                       from outbox o
                      where o.finished_at is null
                      order by o.workspace_id
                      limit 1)
              union all
             select (select o.workspace_id
                       from outbox o
                      where o.finished_at is null
                        and o.workspace_id > waiting.workspace_id
                      order by o.workspace_id
                      limit 1)
               from waiting
              where waiting.workspace_id is not null)
         select waiting.workspace_id
           from waiting
          where waiting.workspace_id is not null
            and exists (
                select 1
                  from outbox o
                 where o.workspace_id = waiting.workspace_id
                   and o.finished_at is null
                   and o.available_at <= $1
                   and o.leased_until is null)"
    );
    // Whatever can make a row claimable that is not so now happens at one of these instants.
    NEXT_CHANGE = (
        "with soonest as (
             select min(case when available_at > $1 then available_at end) as available_at,
                    min(case when held_until > $1 then held_until end) as held_until,
                    min(case when leased_until > $1 then leased_until end) as leased_until
               from outbox
              where finished_at is null)
         select min(changes.at)
           from (select available_at as at from soonest
                  union all
                 select held_until as at from soonest
                  union all
                 select leased_until as at from soonest) as changes"
    );
    // What is new is said before what was said is mended, unless that waits for more than a minute; where all are busy, in
    // every workspace. The row itself is found
    // by its key: named as unfinished it would be looked for among all that are, once for each.
    // A row waits while any of its key is leased, while an earlier one is due or held, while Slack wants its kind of call
    // left alone, and for a second after the last post of its key. One that waits for Slack keeps those after it waiting
    // for two minutes at most; one that mends what was said keeps no new one waiting.
    CLAIM = (
        "with open_rows as (
             select delivery_id, order_id, order_key, state, call, crashes, available_at, held_until,
                    leased_until,
                    (call in ", list_begins, "$7", list_ends, "
                     or call in (
                         select l.call
                           from limits l
                          where l.workspace_id = $1
                            and l.until > $3
                            and l.until <= $9)) as is_stopped
               from outbox
              where workspace_id = $1
                and finished_at is null),
         unfinished as (
             select delivery_id, order_id, order_key, state, call, crashes, available_at, leased_until,
                    is_stopped,
                    max(case
                            when held_until > $3 or leased_until > $3 then 1
                            when available_at > $3 then 0
                            when is_stopped and available_at <= $10 then 0
                            else 1 end) over (
                        partition by order_key
                        order by order_id
                        rows between unbounded preceding and 1 preceding) as waits,
                    max(case
                            when call = 'replace' then 0
                            when held_until > $3 or leased_until > $3 then 1
                            when available_at > $3 then 0
                            when is_stopped and available_at <= $10 then 0
                            else 1 end) over (
                        partition by order_key
                        order by order_id
                        rows between unbounded preceding and 1 preceding) as waits_for_new,
                    max(case when leased_until > $3 then 1 else 0 end) over (
                        partition by order_key) as is_under_way
               from open_rows),
         picked as (
             select q.delivery_id
               from unfinished u
               join outbox q
                 on q.workspace_id = $1
                and q.delivery_id = u.delivery_id
              where u.state in ('pending', 'ambiguous')
                and u.available_at <= $3
                and u.leased_until is null
                and coalesce(case when u.call = 'replace' then u.waits else u.waits_for_new end, 0) = 0
                and u.is_under_way = 0
                and (u.crashes > 0) = $6
                and q.state in ('pending', 'ambiguous')
                and q.leased_until is null
                and q.available_at <= $3
                and not u.is_stopped
                and not ($12 and u.call = 'replace' and u.available_at > $11)
                and (u.call <> 'post'
                     or u.order_key not in (
                         select s.order_key
                           from outbox s
                          where s.workspace_id = $1
                            and s.finished_at > $8
                            and s.call = 'post'
                            and s.state = 'sent'))
              order by case when u.call = 'replace' and u.available_at > $11 then 1 else 0 end,
                       u.available_at, u.order_id
              limit $5", for_update_skip_locked, ")
         update outbox
            set is_resend = (is_resend or state = 'ambiguous'),
                state = 'pending',
                held_until = null,
                leased_by = $4,
                leased_until = $2,
                is_alone = $6,
                fence = fence + 1
          where workspace_id = $1
            and delivery_id in (select delivery_id from picked)
      returning delivery_id, envelope, state, channel_id, ts, attempts, crashes, is_resend, code,
                available_at, created_at, expires_at, due_at, tried_at, fence,
                exists (
                    select 1
                      from said
                     where said.workspace_id = outbox.workspace_id
                       and said.delivery_id = outbox.delivery_id) as was_said"
    );
    HAS_LONE = (
        "select exists (
             select 1
               from outbox
              where workspace_id = $1
                and finished_at is null
                and crashes > 0)"
    );
    // What was leased together and is not being sent goes back as it was, and nobody is to blame.
    RELEASE_BATCH = (
        "update outbox
            set leased_by = null,
                leased_until = null
          where workspace_id = $1
            and leased_by = $2
            and state = 'pending'
            and finished_at is null"
    );
    // What a workspace waits for where it has rows that are due and none that may be leased.
    NEXT_CHANGE_HERE = (
        "select min(changes.at) as at,
                (select min(s.finished_at)
                   from outbox s
                  where s.workspace_id = $1
                    and s.finished_at > $3
                    and s.call = 'post'
                    and s.state = 'sent'
                    and exists (
                        select 1
                          from outbox o
                         where o.workspace_id = $1
                           and o.finished_at is null
                           and o.order_key = s.order_key)) as posted_at
           from (select min(available_at) as at
                   from outbox
                  where workspace_id = $1
                    and finished_at is null
                    and available_at > $2
                  union all
                 select min(held_until) as at
                   from outbox
                  where workspace_id = $1
                    and finished_at is null
                    and held_until > $2
                  union all
                 select min(leased_until) as at
                   from outbox
                  where workspace_id = $1
                    and finished_at is null
                    and leased_until > $2
                  union all
                 select min(until) as at
                   from limits
                  where workspace_id = $1
                    and until > $2
                    and until <= $4) as changes"
    );
}

pub(crate) async fn count_crashes(
    conn: &mut Conn,
    lost: Lost<'_>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let (end, owner) = match lost {
        Lost::InTime => (now, NOBODY),
        Lost::Of(owner) => (now, owner),
        Lost::All => (now + LONGEST_LEASE, NOBODY),
    };
    let done = sqlx::query(COUNT_CRASHES)
        .bind(now)
        .bind(now + HOLD)
        .bind(end)
        .bind(now + LONGEST_LEASE)
        .bind(owner)
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

pub(crate) async fn due_workspaces(
    conn: &mut Conn,
    now: DateTime<Utc>,
) -> Result<Vec<WorkspaceId>, StoreError> {
    let rows = sqlx::query(DUE_WORKSPACES).bind(now).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "outbox", "delivery_id");
            Ok(WorkspaceId::new(fields.get("workspace_id")?))
        })
        .collect()
}

pub(crate) async fn next_change(
    conn: &mut Conn,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar(NEXT_CHANGE).bind(now).fetch_one(conn).await?)
}

pub(crate) async fn claim(
    conn: &mut Conn,
    workspace: WorkspaceId,
    claiming: &Claiming<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<ClaimedDelivery>, StoreError> {
    let left_out: Value = claiming.leave_out.iter().map(|call| call.as_str()).collect();
    let rows = sqlx::query(CLAIM)
        .bind(workspace.as_uuid())
        .bind(claiming.until)
        .bind(now)
        .bind(claiming.by)
        .bind(i64::from(claiming.limit))
        .bind(claiming.alone)
        .bind(left_out.to_string())
        .bind(now - GAP)
        .bind(now + LONGEST_LIMIT)
        .bind(now - HOLD)
        .bind(now - MENDED_LATER)
        .bind(claiming.new_only)
        .fetch_all(&mut *conn)
        .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in &rows {
        let fields = Fields::new(row, "outbox", "delivery_id");
        let delivery = DeliveryId::new(fields.get("delivery_id")?);
        let claim = Claim { workspace, delivery, fence: fields.get("fence")? };
        if fields.get("was_said")? {
            // It left the outbox, and somebody put it in once more.
            let end = (GivenUp::Dropped, WAS_SAID);
            record_given_up(conn, workspace, delivery, claim.fence, end.0, end.1, now).await?;
        } else if let Ok(record) = read_delivery(row) {
            claimed.push(ClaimedDelivery { claim, record });
        } else {
            // One that nobody can read costs the others nothing.
            let end = (GivenUp::Failed, UNREADABLE);
            record_given_up(conn, workspace, delivery, claim.fence, end.0, end.1, now).await?;
        }
    }
    claimed.sort_by_key(|claimed| claimed.record.available_at);
    Ok(claimed)
}

pub(crate) async fn next_change_here(
    conn: &mut Conn,
    workspace: WorkspaceId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row = sqlx::query(NEXT_CHANGE_HERE)
        .bind(workspace.as_uuid())
        .bind(now)
        .bind(now - GAP)
        .bind(now + LONGEST_LIMIT)
        .fetch_one(conn)
        .await?;
    let fields = Fields::new(&row, "outbox", "delivery_id");
    let at: Option<DateTime<Utc>> = fields.get("at")?;
    let posted_at: Option<DateTime<Utc>> = fields.get("posted_at")?;
    Ok(at.into_iter().chain(posted_at.map(|at| at + GAP)).min())
}

pub(crate) async fn has_lone(conn: &mut Conn, workspace: WorkspaceId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(HAS_LONE).bind(workspace.as_uuid()).fetch_one(conn).await?)
}

pub(crate) async fn release_batch(
    conn: &mut Conn,
    workspace: WorkspaceId,
    by: &str,
) -> Result<u64, StoreError> {
    let done = sqlx::query(RELEASE_BATCH).bind(workspace.as_uuid()).bind(by).execute(conn).await?;
    Ok(done.rows_affected())
}
