//! Leases of the inbox: which workspaces have something to work off, in which order, and what became of leases whose
//! holders died.

use super::outbox_queue::{LONGEST_LEASE, NOBODY};
use super::{Conn, Fields, Row};
use crate::error::StoreError;
use crate::records::{InboxClaim, InboxState, Lost};
use chrono::{DateTime, Utc};
use domain::ids::{InboxId, WorkspaceId};

/// How many rows are looked at for the workspaces that they belong to; where more are due, workspaces are gone through.
const GLANCE: i64 = 200;

statements! {
    // As with deliveries, only the first crash is counted whoever else was under way.
    COUNT_INBOX_CRASHES = (
        "with lost as (
             select q.workspace_id, q.inbox_id
               from inbox q
              where q.finished_at is null
                and q.leased_until is not null
                and (q.leased_until <= $2
                     or q.leased_until > $3
                     or substr(q.leased_by, 1, length($4)) = $4)", for_update_skip_locked, ")
         update inbox
            set crashes = case when crashes = 0 or is_alone then crashes + 1 else crashes end,
                state = case when crashes >= 2 and is_alone then 'quarantined' else state end,
                finished_at = case when crashes >= 2 and is_alone then $1 else finished_at end,
                leased_by = null,
                leased_until = null
          where (workspace_id, inbox_id) in (select workspace_id, inbox_id from lost)"
    );
    // The oldest rows tell whose they are. A workspace of which something is leased is being worked off already: what
    // came in first is done first.
    GLANCE_AT_INBOX = (
        "with oldest as (
             select i.workspace_id, i.available_at
               from inbox i
              where i.finished_at is null
                and i.available_at <= $1
                and i.leased_until is null
                and i.crashes = 0
              order by i.available_at
              limit $2),
         waiting as (
             select o.workspace_id, count(*) as number
               from oldest o
              group by o.workspace_id)
         select w.workspace_id, w.number,
                exists (
                    select 1
                      from inbox l
                     where l.workspace_id = w.workspace_id
                       and l.finished_at is null
                       and l.available_at <= $1
                       and l.leased_until > $1) as is_taken
           from waiting w"
    );
    // From one workspace to the next by the index, however many rows each has.
    GO_THROUGH_INBOX = (
        "with recursive waiting (workspace_id) as (
             select (select i.workspace_id
                       from inbox i
                      where i.finished_at is null
                      order by i.workspace_id
                      limit 1)
              union all
             select (select i.workspace_id
                       from inbox i
                      where i.finished_at is null
                        and i.workspace_id > waiting.workspace_id
                      order by i.workspace_id
                      limit 1)
               from waiting
              where waiting.workspace_id is not null)
         select w.workspace_id, 0 as number,
                exists (
                    select 1
                      from inbox l
                     where l.workspace_id = w.workspace_id
                       and l.finished_at is null
                       and l.available_at <= $1
                       and l.leased_until > $1) as is_taken
           from waiting w
          where w.workspace_id is not null
            and exists (
                select 1
                  from inbox d
                 where d.workspace_id = w.workspace_id
                   and d.finished_at is null
                   and d.available_at <= $1
                   and d.leased_until is null
                   and d.crashes = 0)"
    );
    HAS_LONE_INBOX = (
        "select exists (
             select 1
               from inbox
              where finished_at is null
                and available_at <= $1
                and leased_until is null
                and crashes > 0)"
    );
    // Held until the claim is saved. A statement of its own, so that the next one sees what whoever had it before saved.
    TRY_TO_LOCK = (try_to_lock);
    CLAIM_INBOX = (
        "with picked as (
             select q.workspace_id, q.inbox_id
               from inbox q
              where q.workspace_id = $5
                and q.finished_at is null
                and q.available_at <= $3
                and q.leased_until is null
                and q.crashes = 0
                and not exists (
                    select 1
                      from inbox l
                     where l.workspace_id = $5
                       and l.finished_at is null
                       and l.available_at <= $3
                       and l.leased_until > $3)
              order by q.available_at, q.inbox_id
              limit $4", for_update_skip_locked, ")
         update inbox
            set leased_by = $1,
                leased_until = $2,
                fence = fence + 1,
                is_alone = false
          where workspace_id = $5
            and inbox_id in (select inbox_id from picked)
      returning workspace_id, inbox_id, fence, available_at"
    );
    FIND_LONE_INBOX = (
        "select q.workspace_id
           from inbox q
          where q.finished_at is null
            and q.available_at <= $1
            and q.leased_until is null
            and q.crashes > 0
            and not exists (
                select 1
                  from inbox l
                 where l.workspace_id = q.workspace_id
                   and l.finished_at is null
                   and l.available_at <= $1
                   and l.leased_until > $1)
          order by q.available_at, q.inbox_id
          limit 1"
    );
    CLAIM_LONE_INBOX = (
        "with picked as (
             select q.workspace_id, q.inbox_id
               from inbox q
              where q.workspace_id = $4
                and q.finished_at is null
                and q.available_at <= $3
                and q.leased_until is null
                and q.crashes > 0
                and not exists (
                    select 1
                      from inbox l
                     where l.workspace_id = $4
                       and l.finished_at is null
                       and l.available_at <= $3
                       and l.leased_until > $3)
              order by q.available_at, q.inbox_id
              limit 1", for_update_skip_locked, ")
         update inbox
            set leased_by = $1,
                leased_until = $2,
                fence = fence + 1,
                is_alone = true
          where (workspace_id, inbox_id) in (select workspace_id, inbox_id from picked)
      returning workspace_id, inbox_id, fence, available_at"
    );
    // What is leased was due, so both parts are found by when rows are due.
    NEXT_INBOX_CHANGE = (
        "select min(changes.at)
           from (select min(available_at) as at
                   from inbox
                  where finished_at is null
                    and available_at > $1
                  union all
                 select min(leased_until) as at
                   from inbox
                  where finished_at is null
                    and available_at <= $1
                    and leased_until is not null) as changes"
    );
    HAS_INBOX_DUE_SINCE = (
        "select exists (
             select 1
               from inbox
              where finished_at is null
                and available_at <= $1
                and crashes = 0)"
    );
    COUNT_INBOX = (
        "select state, count(*) as number
           from inbox
          group by state
          order by state"
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
    let done = sqlx::query(COUNT_INBOX_CRASHES)
        .bind(now)
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
    let glance = sqlx::query(GLANCE_AT_INBOX).bind(now).bind(GLANCE).fetch_all(&mut *conn).await?;
    let mut seen = 0;
    for row in &glance {
        seen += Fields::new(row, "inbox", "workspace_id").get::<i64>("number")?;
    }
    if seen < GLANCE {
        return untaken(&glance);
    }
    untaken(&sqlx::query(GO_THROUGH_INBOX).bind(now).fetch_all(conn).await?)
}

pub(crate) async fn has_lone(conn: &mut Conn, now: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(HAS_LONE_INBOX).bind(now).fetch_one(conn).await?)
}

fn untaken(rows: &[Row]) -> Result<Vec<WorkspaceId>, StoreError> {
    let mut workspaces = Vec::new();
    for row in rows {
        let fields = Fields::new(row, "inbox", "workspace_id");
        if !fields.get::<bool>("is_taken")? {
            workspaces.push(WorkspaceId::new(fields.get("workspace_id")?));
        }
    }
    Ok(workspaces)
}

pub(crate) async fn claim(
    conn: &mut Conn,
    workspace: WorkspaceId,
    owner: &str,
    (now, lease_until): (DateTime<Utc>, DateTime<Utc>),
    limit: u32,
) -> Result<Vec<InboxClaim>, StoreError> {
    if !try_to_lock(conn, workspace).await? {
        // Another replica is about to lease there.
        return Ok(Vec::new());
    }
    let rows = sqlx::query(CLAIM_INBOX)
        .bind(owner)
        .bind(lease_until)
        .bind(now)
        .bind(i64::from(limit))
        .bind(workspace.as_uuid())
        .fetch_all(conn)
        .await?;
    let mut claims: Vec<(DateTime<Utc>, InboxClaim)> =
        rows.iter().map(read_claim).collect::<Result<_, _>>()?;
    // What an update returns has no order.
    claims.sort_unstable_by_key(|(at, claim)| (*at, claim.inbox));
    Ok(claims.into_iter().map(|(_, claim)| claim).collect())
}

/// Returns whether this transaction alone may lease in the workspace, for as long as it lasts.
async fn try_to_lock(conn: &mut Conn, workspace: WorkspaceId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(TRY_TO_LOCK).bind(workspace.as_uuid()).fetch_one(conn).await?)
}

pub(crate) async fn claim_lone(
    conn: &mut Conn,
    owner: &str,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> Result<Option<InboxClaim>, StoreError> {
    let found = sqlx::query(FIND_LONE_INBOX).bind(now).fetch_optional(&mut *conn).await?;
    let Some(found) = found else { return Ok(None) };
    let workspace =
        WorkspaceId::new(Fields::new(&found, "inbox", "workspace_id").get("workspace_id")?);
    if !try_to_lock(conn, workspace).await? {
        return Ok(None);
    }
    let row = sqlx::query(CLAIM_LONE_INBOX)
        .bind(owner)
        .bind(lease_until)
        .bind(now)
        .bind(workspace.as_uuid())
        .fetch_optional(conn)
        .await?;
    Ok(row.as_ref().map(read_claim).transpose()?.map(|(_, claim)| claim))
}

pub(crate) async fn next_change(
    conn: &mut Conn,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(sqlx::query_scalar(NEXT_INBOX_CHANGE).bind(now).fetch_one(conn).await?)
}

pub(crate) async fn has_due_since(
    conn: &mut Conn,
    since: DateTime<Utc>,
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(HAS_INBOX_DUE_SINCE).bind(since).fetch_one(conn).await?)
}

pub(crate) async fn count_by_state(conn: &mut Conn) -> Result<Vec<(InboxState, u64)>, StoreError> {
    let rows = sqlx::query(COUNT_INBOX).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "inbox", "state");
            Ok((fields.word("state", InboxState::parse)?, fields.count("number")?))
        })
        .collect()
}

fn read_claim(row: &Row) -> Result<(DateTime<Utc>, InboxClaim), StoreError> {
    let fields = Fields::new(row, "inbox", "inbox_id");
    let claim = InboxClaim {
        workspace: WorkspaceId::new(fields.get("workspace_id")?),
        inbox: InboxId::new(fields.get("inbox_id")?),
        fence: fields.get("fence")?,
    };
    Ok((fields.get("available_at")?, claim))
}
