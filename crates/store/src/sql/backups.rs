//! Which backups are being made and which were restored on trial.

use super::inbox_queue::TRY_TO_LOCK;
use super::{Conn, Fields};
use crate::error::StoreError;
use crate::records::{BackupKind, RestoredBackup};
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long it is known which backups there were.
const KEPT: TimeDelta = TimeDelta::days(400);

/// Whoever makes one that others may be making holds this name for the length of a transaction.
const LOCK: Uuid = Uuid::from_u128(0xbac0_0b5e);

statements! {
    CLAIM_BACKUP = (
        "insert into backups (backup_id, kind, begun_at, leased_until)
         select $1, 'created', $2, $3
          where not exists (
                select 1
                  from backups
                 where kind = 'created'
                   and (restored_at > $4 or (restored_at is null and leased_until > $2)))"
    );
    FORGET_UNFINISHED_BACKUPS = (
        "delete from backups
          where restored_at is null
            and leased_until <= $1"
    );
    FORGET_OLD_BACKUPS = ("delete from backups where begun_at < $1");
    RECORD_BACKUP = (
        "insert into backups (backup_id, kind, begun_at, restored_at, bytes, checksum)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (backup_id) do update
            set restored_at = excluded.restored_at,
                bytes = excluded.bytes,
                checksum = excluded.checksum,
                leased_until = null"
    );
    RELEASE_BACKUP = (
        "delete from backups
          where backup_id = $1
            and restored_at is null"
    );
    LIST_BACKUPS_RESTORED = (
        "select kind, max(restored_at) as at
           from backups
          where restored_at is not null
          group by kind
          order by kind"
    );
}

/// Leases the making of a backup, unless one was restored on trial since an instant or is being made.
pub(crate) async fn claim(
    conn: &mut Conn,
    id: Uuid,
    (now, lease_until): (DateTime<Utc>, DateTime<Utc>),
    since: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let is_alone: bool = sqlx::query_scalar(TRY_TO_LOCK).bind(LOCK).fetch_one(&mut *conn).await?;
    if !is_alone {
        return Ok(false);
    }
    sqlx::query(FORGET_UNFINISHED_BACKUPS).bind(now).execute(&mut *conn).await?;
    sqlx::query(FORGET_OLD_BACKUPS).bind(now - KEPT).execute(&mut *conn).await?;
    let done = sqlx::query(CLAIM_BACKUP)
        .bind(id)
        .bind(now)
        .bind(lease_until)
        .bind(since)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn record(conn: &mut Conn, backup: &RestoredBackup) -> Result<(), StoreError> {
    sqlx::query(RECORD_BACKUP)
        .bind(backup.id)
        .bind(backup.kind.as_str())
        .bind(backup.begun_at)
        .bind(backup.restored_at)
        .bind(super::row::stored(backup.bytes))
        .bind(&backup.checksum)
        .execute(conn)
        .await?;
    Ok(())
}

pub(crate) async fn release(conn: &mut Conn, id: Uuid) -> Result<(), StoreError> {
    sqlx::query(RELEASE_BACKUP).bind(id).execute(conn).await?;
    Ok(())
}

pub(crate) async fn list_last_restores(
    conn: &mut Conn,
) -> Result<Vec<(BackupKind, DateTime<Utc>)>, StoreError> {
    let rows = sqlx::query(LIST_BACKUPS_RESTORED).fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let fields = Fields::new(row, "backups", "kind");
            Ok((fields.word("kind", BackupKind::parse)?, fields.get("at")?))
        })
        .collect()
}
