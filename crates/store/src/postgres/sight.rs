//! How far the server is, asked of every new connection before it is used.

use crate::generation::{Generation, Sighting};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Row as _};
use std::sync::Once;

/// The name of a file of the log begins with its timeline. What is on disk never goes back by itself; a copy that is not
/// promoted yet has no such position and cannot be written, so it is no server for us.
const SIGHT: &str = "
    select (select system_identifier from pg_control_system()) as system,
           ('x' || substr(pg_walfile_name(pg_current_wal_flush_lsn()), 1, 8))::bit(32)::bigint as timeline,
           (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint as position,
           clock_timestamp() as at";

/// What a server answers that does not say how far it is: it does not let us, or knows no such thing.
const CANNOT_TELL: [&str; 3] = ["42501", "42883", "0A000"];

/// Asks the server how far it is, and takes note of that.
pub(super) async fn sight(
    connection: &mut PgConnection,
    generation: &Generation,
) -> Result<(), sqlx::Error> {
    static TOLD: Once = Once::new();
    let mark = generation.mark();
    match ask(connection).await {
        Ok(sighting) => {
            generation.see(mark, sighting);
            Ok(())
        }
        Err(sqlx::Error::Database(fault))
            if fault.code().is_some_and(|code| CANNOT_TELL.contains(&code.as_ref())) =>
        {
            TOLD.call_once(|| {
                tracing::warn!(
                    code = %fault.code().unwrap_or_default(),
                    "PostgreSQL does not say how far it is, so nobody will notice when it is restored to an earlier time."
                );
            });
            Ok(())
        }
        Err(fault) => Err(fault),
    }
}

async fn ask(connection: &mut PgConnection) -> Result<Sighting, sqlx::Error> {
    let row = sqlx::query(SIGHT).fetch_one(connection).await?;
    let at: DateTime<Utc> = row.try_get("at")?;
    Ok(Sighting {
        system: row.try_get("system")?,
        timeline: row.try_get("timeline")?,
        position: row.try_get("position")?,
        at,
    })
}
