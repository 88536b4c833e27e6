//! Carrying out a statement with its values.

use super::{Conn, Db};
use crate::error::StoreError;
use crate::step::{Step, Value};
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{Database, SqlSafeStr};

/// A statement that gets its values.
pub(crate) type Filled<'q> = Query<'q, Db, <Db as Database>::Arguments>;

/// Carries out one step; returns how many rows it wrote.
pub(crate) async fn carry_out(conn: &mut Conn, step: &Step) -> Result<u64, StoreError> {
    let done = fill(step.sql, [step]).execute(conn).await?;
    Ok(done.rows_affected())
}

/// Returns the statement with the values of all the steps, one after the other.
pub(crate) fn fill<'q>(
    sql: impl SqlSafeStr,
    steps: impl IntoIterator<Item = &'q Step>,
) -> Filled<'q> {
    steps.into_iter().flat_map(|step| &step.values).fold(sqlx::query(sql), bind)
}

fn bind<'q>(query: Filled<'q>, value: &'q Value) -> Filled<'q> {
    match value {
        Value::Id(id) => query.bind(*id),
        Value::MaybeId(id) => query.bind(*id),
        Value::Text(text) => query.bind(text.as_str()),
        Value::Json(json) => query.bind(Json(json)),
        Value::MaybeText(text) => query.bind(text.as_deref()),
        Value::Flag(flag) => query.bind(*flag),
        Value::At(at) => query.bind(*at),
        Value::MaybeAt(at) => query.bind(*at),
        Value::Bytes(bytes) => query.bind(bytes.as_slice()),
    }
}
