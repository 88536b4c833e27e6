//! Carrying out a statement with its values.

use super::{Conn, Db, NUMBERED};
use crate::error::StoreError;
use crate::step::{OfMany, Step, Value};
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{Database, SqlSafeStr};

/// How many values one statement takes at most; the engines take more than 32,000.
const MOST_VALUES: usize = 8000;

/// A statement that gets its values.
pub(crate) type Filled<'q> = Query<'q, Db, <Db as Database>::Arguments>;

/// Carries out one step; returns how many rows it wrote.
pub(crate) async fn carry_out(conn: &mut Conn, step: &Step) -> Result<u64, StoreError> {
    let done = fill(step.sql, [step]).execute(conn).await?;
    Ok(done.rows_affected())
}

/// Carries out steps of one statement, which writes the row of its one `values` list: as few statements of many rows.
pub(crate) async fn carry_out_all(conn: &mut Conn, steps: &[Step]) -> Result<(), StoreError> {
    let Some(first) = steps.first() else { return Ok(()) };
    let most = MOST_VALUES / first.values.len().max(1);
    for some in steps.chunks(most.max(1)) {
        // Its text is another for each number of rows, so it is not kept prepared.
        let OfMany { sql, order } =
            OfMany::new(first.sql, first.values.len(), some.len(), NUMBERED);
        let values = some.iter().flat_map(|step| order.iter().map(|at| &step.values[*at]));
        let filled = values.fold(sqlx::query(sql), bind);
        filled.persistent(false).execute(&mut *conn).await?;
    }
    Ok(())
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
        Value::MaybeJson(json) => query.bind(json.as_ref().map(Json)),
        Value::MaybeText(text) => query.bind(text.as_deref()),
        Value::Flag(flag) => query.bind(*flag),
        Value::Count(count) => query.bind(*count),
        Value::At(at) => query.bind(*at),
        Value::MaybeAt(at) => query.bind(*at),
        Value::Bytes(bytes) => query.bind(bytes.as_slice()),
        Value::MaybeBytes(bytes) => query.bind(bytes.as_deref()),
    }
}
