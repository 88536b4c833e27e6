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

pub(crate) async fn ping(conn: &mut Conn) -> Result<(), StoreError> {
    sqlx::query(PING).execute(conn).await?;
    Ok(())
}
