//! PostgreSQL's side of a copy to or from the other engine, for the login that owns the tables.
//!
//! The policies bind the owner too. For as long as the transaction lives it takes that back, which nobody else ever sees:
//! every table is locked until the policies bind again, or everything is undone.

use super::{Conn, PgPool};
use crate::copy::catalog::{Described, Table};
use crate::copy::refused;
use crate::error::StoreError;
use crate::migrations;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Postgres, Transaction};
use std::str::FromStr;

const IS_MIGRATED: &str = "select to_regclass('public._sqlx_migrations') is not null";

/// Every table but the list of migrations, of which each engine has its own.
const COLUMNS: &str = "
    select c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace
       and c.relkind in ('r', 'p')
       and c.relname <> '_sqlx_migrations'
       and a.attnum > 0
       and not a.attisdropped
     order by c.relname, a.attnum";

const KEYS: &str = "
    select c.relname::text, a.attname::text
      from pg_index x
      join pg_class c on c.oid = x.indrelid
     cross join lateral unnest(x.indkey) with ordinality as k (number, place)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
     where c.relnamespace = 'public'::regnamespace
       and x.indisprimary
     order by c.relname, k.place";

const REFERENCES: &str = "
    select distinct c.relname::text, o.relname::text
      from pg_constraint x
      join pg_class c on c.oid = x.conrelid
      join pg_class o on o.oid = x.confrelid
     where c.relnamespace = 'public'::regnamespace
       and x.contype = 'f'";

/// A table that this login does not own.
const NOT_OWNED: &str = "
    select c.relname::text
      from pg_class c
     where c.relnamespace = 'public'::regnamespace
       and c.relkind in ('r', 'p')
       and not pg_has_role(current_user, c.relowner, 'usage')
     limit 1";

/// Connections of the logins that serve.
const SERVING: &str = "
    select count(*)
      from pg_stat_activity s
     where s.datname = current_database()
       and s.usesysid <> current_user::regrole
       and exists (
           select from pg_auth_members m
             join pg_roles g on g.oid = m.roleid
            where m.member = s.usesysid
              and g.rolname in ('asyncbot_app', 'asyncbot_system'))";

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    Ok(PgConnectOptions::from_str(url)?.application_name("asyncbot copy").options([
        ("lock_timeout", "5s"),
        ("statement_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"),
    ]))
}

/// Returns whether the database has tables of ours.
pub(crate) async fn is_migrated(url: &str) -> Result<bool, StoreError> {
    let mut connection = Conn::connect_with(&options(url)?).await?;
    let is_migrated = sqlx::query_scalar(IS_MIGRATED).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(is_migrated)
}

/// Connects, and refuses a database that is of another version, of somebody else, or served from.
pub(crate) async fn open(url: &str, name: &str) -> Result<(PgPool, Described), StoreError> {
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options(url)?).await?;
    let mut connection = pool.acquire().await?;
    migrations::check_same(&migrations::POSTGRES, &mut *connection, name).await?;
    let other: Option<String> =
        sqlx::query_scalar(NOT_OWNED).fetch_optional(&mut *connection).await?;
    if let Some(table) = other {
        return Err(refused(format!(
            "the {name}'s login does not own the table {table}; give the owner's, which is the one in DATABASE_OWNER_URL"
        )));
    }
    let serving: i64 = sqlx::query_scalar(SERVING).fetch_one(&mut *connection).await?;
    if serving > 0 {
        return Err(refused(format!(
            "the {name} is in use: {serving} connections of logins that serve; stop every Asyncbot on it first"
        )));
    }
    let described = Described {
        columns: sqlx::query_as(COLUMNS).fetch_all(&mut *connection).await?,
        keys: sqlx::query_as(KEYS).fetch_all(&mut *connection).await?,
        references: sqlx::query_as(REFERENCES).fetch_all(&mut *connection).await?,
    };
    drop(connection);
    Ok((pool, described))
}

/// Begins the transaction, alone in the database: what it sees is what there is when it has every table.
pub(crate) async fn begin(
    pool: &PgPool,
    described: &Described,
    name: &str,
) -> Result<Transaction<'static, Postgres>, StoreError> {
    let mut transaction = pool.begin_with("begin isolation level repeatable read").await?;
    let mut tables: Vec<&str> = described.keys.iter().map(|(table, _)| &**table).collect();
    tables.dedup();
    let all: Vec<String> = tables.iter().map(|table| quoted(table)).collect();
    let lock = format!("lock table {} in access exclusive mode", all.join(", "));
    transaction.execute(AssertSqlSafe(lock)).await.map_err(|fault| {
        let fault = StoreError::from(fault);
        if fault.is_of_the_rows() {
            return refused(format!(
                "the {name} is in use: somebody else holds its tables; stop whatever works on it, and try again"
            ));
        }
        fault
    })?;
    for table in all {
        let unbound = format!("alter table {table} no force row level security");
        transaction.execute(AssertSqlSafe(unbound)).await?;
    }
    Ok(transaction)
}

/// Lets the policies bind the owner again, and tells the planner what there is now.
pub(crate) async fn end(
    transaction: &mut Transaction<'static, Postgres>,
    tables: &[Table],
) -> Result<(), StoreError> {
    for table in tables {
        let table = quoted(&table.name);
        let is_bound = "select relrowsecurity from pg_class where oid = $1::regclass";
        let is_bound: bool =
            sqlx::query_scalar(is_bound).bind(&table).fetch_one(&mut **transaction).await?;
        if is_bound {
            let bound = format!("alter table {table} force row level security");
            transaction.execute(AssertSqlSafe(bound)).await?;
        }
        transaction.execute(AssertSqlSafe(format!("analyze {table}"))).await?;
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
