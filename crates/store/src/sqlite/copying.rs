//! SQLite's side of a copy to or from the other engine.

use super::connect::options;
use super::{Conn, SqlitePool, SqlitePoolOptions};
use crate::error::StoreError;
use crate::migrations;
use sqlx::{ConnectOptions as _, Connection as _};

const IS_MIGRATED: &str = "
    select exists (
        select 1
          from sqlite_master
         where type = 'table'
           and name = '_sqlx_migrations')";

/// Every table but the list of migrations, of which each engine has its own.
const COLUMNS: &str = "
    select t.name, c.name
      from pragma_table_list t
      join pragma_table_info(t.name) c
     where t.schema = 'main'
       and t.type = 'table'
       and t.name not like 'sqlite%'
       and t.name <> '_sqlx_migrations'
     order by t.name, c.cid";

/// Returns whether the file is there and has tables of ours; where it is not there, it is not made.
pub(crate) async fn is_migrated(url: &str) -> Result<bool, StoreError> {
    let options = options(url)?;
    if !options.get_filename().is_file() {
        return Ok(false);
    }
    let mut connection: Conn = options.connect().await?;
    let is_migrated = sqlx::query_scalar(IS_MIGRATED).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(is_migrated)
}

/// Opens the file, and refuses one of another version. Nobody else may have it.
pub(crate) async fn open(
    url: &str,
    name: &str,
) -> Result<(SqlitePool, Vec<(String, String)>), StoreError> {
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options(url)?).await?;
    let mut connection = pool.acquire().await?;
    migrations::check_same(&migrations::SQLITE, &mut *connection, name).await?;
    let columns = sqlx::query_as(COLUMNS).fetch_all(&mut *connection).await?;
    drop(connection);
    Ok((pool, columns))
}
