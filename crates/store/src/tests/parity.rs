//! The two schemas are one.

use crate::testing::TestDatabase;
use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// A table by what both engines can say of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// Name to (type in SQLite's words, may it be null).
    pub(super) columns: BTreeMap<String, (String, bool)>,
    key: Vec<String>,
    /// Name, is it unique, columns, is it partial.
    indexes: BTreeSet<(String, bool, Vec<String>, bool)>,
    /// Columns and what they refer to.
    references: BTreeSet<(Vec<String>, String)>,
}

pub(super) type Schema = BTreeMap<String, Table>;

#[tokio::test]
async fn the_two_schemas_are_the_same() {
    let sqlite = sqlite_schema().await;
    let postgres = postgres_schema().await;

    assert_eq!(
        sqlite.keys().collect::<Vec<_>>(),
        postgres.keys().collect::<Vec<_>>(),
        "the tables"
    );
    for (name, table) in &sqlite {
        assert_eq!(Some(table), postgres.get(name), "table {name}: SQLite left, PostgreSQL right");
    }
}

#[tokio::test]
async fn every_tenants_table_leads_its_keys_with_the_workspace() {
    for (name, table) in sqlite_schema().await {
        if !table.columns.contains_key("workspace_id") {
            continue;
        }

        assert_eq!(table.key.first().map(String::as_str), Some("workspace_id"), "{name}");
        for (index, is_unique, columns, _) in table.indexes {
            assert!(
                !is_unique || columns[0] == "workspace_id",
                "{name}.{index} crosses workspaces"
            );
        }
        for (columns, other) in table.references {
            assert_eq!(columns[0], "workspace_id", "{name} refers to {other} across workspaces");
        }
    }
}

pub(super) async fn sqlite_schema() -> Schema {
    let database = TestDatabase::sqlite();
    database.open().await;
    let mut connection =
        SqliteConnection::connect(database.settings().url.expose_secret()).await.unwrap();
    let mut schema = Schema::new();
    for row in all(
        &mut connection,
        "select t.name as tab, c.name as col, lower(c.type) as kind, c.\"notnull\" as fixed, c.pk as pk
           from pragma_table_list t join pragma_table_info(t.name) c
          where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite%' and t.name not like '\\_%' escape '\\'
          order by t.name, c.pk",
    )
    .await
    {
        let table = schema.entry(row.get("tab")).or_default();
        let column: String = row.get("col");
        if row.get::<i64, _>("pk") > 0 {
            table.key.push(column.clone());
        }
        table.columns.insert(column, (row.get("kind"), row.get::<i64, _>("fixed") == 0));
    }
    for row in all(
        &mut connection,
        "select t.name as tab, i.name as idx, i.\"unique\" as uniq, i.partial as part, group_concat(c.name) as cols
           from pragma_table_list t join pragma_index_list(t.name) i join pragma_index_info(i.name) c
          where i.origin = 'c' and t.schema = 'main'
          group by t.name, i.name",
    )
    .await
    {
        schema.entry(row.get("tab")).or_default().indexes.insert((
            row.get("idx"),
            row.get::<i64, _>("uniq") == 1,
            split(&row.get::<String, _>("cols")),
            row.get::<i64, _>("part") == 1,
        ));
    }
    for row in all(
        &mut connection,
        "select t.name as tab, f.\"table\" as other, group_concat(f.\"from\") as cols
           from pragma_table_list t join pragma_foreign_key_list(t.name) f
          where t.schema = 'main'
          group by t.name, f.id",
    )
    .await
    {
        let columns = split(&row.get::<String, _>("cols"));
        schema.entry(row.get("tab")).or_default().references.insert((columns, row.get("other")));
    }
    schema
}

async fn postgres_schema() -> Schema {
    let database = TestDatabase::postgres().await;
    let mut connection = PgConnection::connect(&database.superuser_url().unwrap()).await.unwrap();
    let mut schema = Schema::new();
    let columns = "
        select c.relname::text as tab, a.attname::text as col,
               format_type(a.atttypid, a.atttypmod) as kind, a.attnotnull as fixed
          from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
           and a.attnum > 0 and not a.attisdropped and c.relname not like '\\_%'";
    for row in sqlx::query(columns).fetch_all(&mut connection).await.unwrap() {
        let kind = in_the_words_of_sqlite(&row.get::<String, _>("kind"));
        let table = schema.entry(row.get("tab")).or_default();
        table.columns.insert(row.get("col"), (kind, !row.get::<bool, _>("fixed")));
    }
    let indexes = "
        select t.relname::text as tab, i.relname::text as idx, x.indisunique as uniq,
               x.indisprimary as prim, x.indpred is not null as part,
               array(select a.attname::text
                       from unnest(x.indkey) with ordinality k(num, ord)
                       join pg_attribute a on a.attrelid = t.oid and a.attnum = k.num
                      order by k.ord) as cols
          from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
         where t.relnamespace = 'public'::regnamespace and t.relname not like '\\_%'";
    for row in sqlx::query(indexes).fetch_all(&mut connection).await.unwrap() {
        let table = schema.entry(row.get("tab")).or_default();
        let columns: Vec<String> = row.get("cols");
        if row.get("prim") {
            table.key = columns;
        } else {
            table.indexes.insert((row.get("idx"), row.get("uniq"), columns, row.get("part")));
        }
    }
    let references = "
        select t.relname::text as tab, o.relname::text as other,
               array(select a.attname::text
                       from unnest(x.conkey) with ordinality k(num, ord)
                       join pg_attribute a on a.attrelid = t.oid and a.attnum = k.num
                      order by k.ord) as cols
          from pg_constraint x join pg_class t on t.oid = x.conrelid join pg_class o on o.oid = x.confrelid
         where x.contype = 'f'";
    for row in sqlx::query(references).fetch_all(&mut connection).await.unwrap() {
        let reference = (row.get("cols"), row.get("other"));
        schema.entry(row.get("tab")).or_default().references.insert(reference);
    }
    schema
}

async fn all(
    connection: &mut SqliteConnection,
    statement: &'static str,
) -> Vec<sqlx::sqlite::SqliteRow> {
    sqlx::query(statement).fetch_all(connection).await.unwrap()
}

fn in_the_words_of_sqlite(kind: &str) -> String {
    let word = match kind {
        "uuid" | "bytea" => "blob",
        "text" | "jsonb" | "date" | "timestamp with time zone" => "text",
        "bigint" | "boolean" => "integer",
        "double precision" => "real",
        other => panic!("{other} has no pair in SQLite"),
    };
    String::from(word)
}

fn split(columns: &str) -> Vec<String> {
    columns.split(',').map(String::from).collect()
}
