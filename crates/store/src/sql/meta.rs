//! What the store knows of itself.

use super::Conn;
use crate::error::StoreError;

statements! {
    INSERT_META = (
        "insert into meta (name, value)
         values ($1, $2)
         on conflict (name) do nothing"
    );
    FIND_META = (
        "select value
           from meta
          where name = $1"
    );
    UPDATE_META = (
        "update meta
            set value = $3
          where name = $1
            and value = $2"
    );
    PING = ("select 1");
}

pub(crate) async fn insert_meta(
    conn: &mut Conn,
    name: &str,
    value: &[u8],
) -> Result<(), StoreError> {
    sqlx::query(INSERT_META).bind(name).bind(value).execute(conn).await?;
    Ok(())
}

pub(crate) async fn find_meta(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar(FIND_META).bind(name).fetch_optional(conn).await?)
}

/// Replaces a value, if it is still the one that it was.
pub(crate) async fn update_meta(
    conn: &mut Conn,
    name: &str,
    was: &[u8],
    is: &[u8],
) -> Result<bool, StoreError> {
    let done = sqlx::query(UPDATE_META).bind(name).bind(was).bind(is).execute(conn).await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn ping(conn: &mut Conn) -> Result<(), StoreError> {
    sqlx::query(PING).execute(conn).await?;
    Ok(())
}
