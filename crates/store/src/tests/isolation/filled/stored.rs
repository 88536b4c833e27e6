//! What the database holds of one workspace, read past all doors.

use crate::testing::TestDatabase;
use domain::ids::WorkspaceId;
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::collections::BTreeMap;

/// The columns and rows of each table of tenants, with every value as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Rows {
    pub(in super::super) tables: BTreeMap<String, (Vec<String>, Vec<Row>)>,
}

/// The values of a row, in the order of the columns.
type Row = Vec<Option<String>>;

const SQLITE_COLUMNS: &str = "select t.name, c.name from pragma_table_list t join pragma_table_info(t.name) c
     where t.schema = 'main' and t.type = 'table' and t.name in
           (select l.name from pragma_table_list l join pragma_table_info(l.name) w where w.name = 'workspace_id')
     order by 1, c.cid";

const POSTGRES_COLUMNS: &str = "select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
       and exists (select from pg_attribute w where w.attrelid = c.oid and w.attname = 'workspace_id')
     order by 1, a.attnum";

/// Returns all that is stored of a workspace, in an order that depends on nothing but the rows.
pub(in super::super) async fn stored(database: &TestDatabase, workspace: WorkspaceId) -> Rows {
    let mut found = Rows::default();
    if let Some(url) = database.superuser_url() {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let columns = sqlx::query_as(POSTGRES_COLUMNS).fetch_all(&mut connection).await.unwrap();
        for (table, columns) in grouped(columns) {
            let texts: Vec<String> = columns.iter().map(|name| format!("{name}::text")).collect();
            let read = format!(
                "select array[{}] from {table} where workspace_id = '{workspace}' order by 1",
                texts.join(", ")
            );
            let rows = sqlx::query_scalar(AssertSqlSafe(read));
            found.tables.insert(table, (columns, rows.fetch_all(&mut connection).await.unwrap()));
        }
        return found;
    }
    let url = database.settings().url.expose_secret();
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    let columns = sqlx::query_as(SQLITE_COLUMNS).fetch_all(&mut connection).await.unwrap();
    for (table, columns) in grouped(columns) {
        let texts: Vec<String> = columns.iter().map(|name| format!("quote({name})")).collect();
        let read = format!(
            "select json_array({}) from {table} where workspace_id = x'{}' order by 1",
            texts.join(", "),
            workspace.as_uuid().simple()
        );
        let rows = sqlx::query_scalar(AssertSqlSafe(read));
        let rows: Vec<String> = rows.fetch_all(&mut connection).await.unwrap();
        let rows = rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
        found.tables.insert(table, (columns, rows));
    }
    found
}

fn grouped(columns: Vec<(String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in columns {
        tables.entry(table).or_default().push(column);
    }
    tables
}
