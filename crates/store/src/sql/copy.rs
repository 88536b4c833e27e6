//! Reading and writing the rows of any table, for the copy from one engine to the other.

use super::steps::Filled;
use super::{Conn, NUMBERED, Row};
use crate::copy::catalog::{Kind, Table};
use crate::copy::record::{Cell, Record, without_space};
use crate::copy::{refused, text};
use crate::error::StoreError;
use chrono::{DateTime, Utc};
use sqlx::Row as _;

statements! {
    // What a first start leaves in a database in which nothing else is.
    DELETE_META = (
        "delete from meta
          where name = $1"
    );
}

pub(crate) async fn delete_meta(conn: &mut Conn, name: &str) -> Result<(), StoreError> {
    sqlx::query(DELETE_META).bind(name).execute(conn).await?;
    Ok(())
}

pub(crate) async fn count_rows(conn: &mut Conn, table: &Table) -> Result<u64, StoreError> {
    let count: i64 = sqlx::query_scalar(text::count(table)).fetch_one(conn).await?;
    Ok(count.unsigned_abs())
}

/// Returns a page of rows in the order of the primary key, from the first one or from the one after a row.
pub(crate) async fn list_page(
    conn: &mut Conn,
    table: &Table,
    after: Option<&Record>,
) -> Result<Vec<Record>, StoreError> {
    let query = sqlx::query(text::page(table, after.is_some(), NUMBERED));
    let key = after.into_iter().flat_map(|record| table.key.iter().map(|place| &record[*place]));
    let rows = key.fold(query, bind).fetch_all(conn).await?;
    rows.iter().map(|row| read(table, row)).collect()
}

pub(crate) async fn insert_all(
    conn: &mut Conn,
    table: &Table,
    records: &[Record],
) -> Result<(), StoreError> {
    let query = sqlx::query(text::insert(table, records.len(), NUMBERED));
    let filled = records.iter().flatten().fold(query, bind);
    // Its text is another for each number of rows, so only that of full pages is kept prepared.
    filled.persistent(records.len() == table.page()).execute(conn).await?;
    Ok(())
}

fn bind<'q>(query: Filled<'q>, cell: &'q Cell) -> Filled<'q> {
    match cell {
        Cell::Id(id) => query.bind(*id),
        Cell::Bytes(bytes) => query.bind(bytes.as_deref()),
        Cell::Text(text) | Cell::Json(text) => query.bind(text.as_deref()),
        Cell::Count(count) => query.bind(*count),
        Cell::Flag(flag) => query.bind(*flag),
        Cell::At(at) => query.bind(*at),
    }
}

fn read(table: &Table, row: &Row) -> Result<Record, StoreError> {
    let cells = table.columns.iter().enumerate().map(|(at, column)| {
        let cell = match column.kind {
            Kind::Id => row.try_get(at).map(Cell::Id),
            Kind::Bytes => row.try_get(at).map(Cell::Bytes),
            Kind::Text => row.try_get(at).map(Cell::Text),
            Kind::Json => {
                let json = row.try_get::<Option<&str>, _>(at);
                json.map(|json| Cell::Json(json.map(without_space)))
            }
            Kind::Count => row.try_get(at).map(Cell::Count),
            Kind::Flag => row.try_get(at).map(Cell::Flag),
            Kind::At => row.try_get(at).map(Cell::At),
        };
        match cell {
            Ok(Cell::At(Some(at))) if !is_whole(at) => Err("is finer than a microsecond"),
            Ok(cell) => Ok(cell),
            Err(_) => Err("cannot be read"),
        }
        .map_err(|fault| {
            let (table, column) = (table.name.as_str(), column.name.as_str());
            refused(["a value of ", table, ".", column, " ", fault].concat())
        })
    });
    cells.collect()
}

/// Returns whether an instant is one of whole microseconds, which is as fine as PostgreSQL is.
fn is_whole(at: DateTime<Utc>) -> bool {
    at.timestamp_subsec_nanos().is_multiple_of(1000)
}
