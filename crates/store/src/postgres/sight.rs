//! How far the server is, asked of every new connection before it is used.

use crate::generation::Sighting;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Row as _};

/// The name of a file of the log begins with its timeline. What is on disk never goes back by itself; a copy that is not
/// promoted yet has no such position and cannot be written, so it is no server for us.
const SIGHT: &str = "
    select (select system_identifier from pg_control_system()) as system,
           ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::bigint as timeline,
           (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint as position,
           clock_timestamp() as at";

/// Asks the server how far it is.
pub(super) async fn sight(connection: &mut PgConnection) -> Result<Sighting, sqlx::Error> {
    let row = sqlx::query(SIGHT).fetch_one(connection).await?;
    let at: DateTime<Utc> = row.try_get("at")?;
    Ok(Sighting {
        system: row.try_get("system")?,
        timeline: row.try_get("timeline")?,
        position: row.try_get("position")?,
        at,
    })
}
