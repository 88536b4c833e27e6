//! A PostgreSQL database at one instant, what is in one, and databases that are there for a trial alone.

use super::contents::{Contents, Flaw, MIGRATIONS, RULES, Rows, flaw, orphans};
use crate::error::StoreError;
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor as _, PgConnection, Row as _};
use std::str::FromStr;
use uuid::Uuid;

const TABLES: &str = "select c.relname::text from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1";

const OF_WORKSPACES: &str = "select c.relname::text from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped)
     order by 1";

/// What there is in the schema that may be ours: tables, views, sequences and functions.
const OBJECTS: &str = "select (select count(*) from pg_class c
              where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f'))
          + (select count(*) from pg_proc p where p.pronamespace = 'public'::regnamespace)";

/// What a login that makes backups must be.
const FIND_LOGIN: &str = "select r.rolname::text as name,
            r.rolbypassrls or r.rolsuper as sees_all,
            r.rolcreatedb or r.rolsuper as makes_databases
       from pg_roles r where r.rolname = current_user";

/// One instant of a database, which a dump can be taken of for as long as this lives.
#[derive(Debug)]
pub struct Moment {
    connection: PgConnection,
    snapshot: String,
}

impl Moment {
    /// Holds the database as it is now.
    ///
    /// # Errors
    ///
    /// [`StoreError::Settings`] for a login that does not see every row or may make no database to restore into; what the
    /// database says otherwise.
    pub async fn begin(login: &SecretString) -> Result<Self, StoreError> {
        let mut connection = connect(login.expose_secret()).await?;
        check(&mut connection).await?;
        connection.execute("begin isolation level repeatable read read only").await?;
        let snapshot =
            sqlx::query_scalar("select pg_export_snapshot()").fetch_one(&mut connection).await?;
        Ok(Self { connection, snapshot })
    }

    /// Returns the name by which other connections take the same instant.
    #[must_use]
    pub fn snapshot(&self) -> &str {
        &self.snapshot
    }

    /// Returns what is in the database at that instant.
    ///
    /// # Errors
    ///
    /// What the database says.
    pub async fn contents(&mut self) -> Result<Contents, StoreError> {
        contents(&mut self.connection).await
    }
}

/// A database on a server that is there for a trial alone.
#[derive(Debug)]
pub struct Scratch {
    login: SecretString,
    name: String,
}

impl Scratch {
    /// Makes an empty database beside the one that the login names.
    ///
    /// # Errors
    ///
    /// As [`Moment::begin`].
    pub async fn make(login: &SecretString, id: Uuid) -> Result<Self, StoreError> {
        let mut connection = connect(login.expose_secret()).await?;
        check(&mut connection).await?;
        let name = format!("asyncbot_trial_{}", id.simple());
        run(&mut connection, format!("create database {name} template template0")).await?;
        connection.close().await?;
        Ok(Self { login: login.clone(), name })
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its address, with the login that made it.
    #[must_use]
    pub fn url(&self) -> SecretString {
        let login = self.login.expose_secret();
        let (before, query) = login.split_once('?').map_or((login, None), |(a, b)| (a, Some(b)));
        // The name stands behind the last slash, if there is one behind `postgres://...`.
        let authority = before.find("://").map_or(0, |at| at + 3);
        let host_ends = before[authority..].find('/').map_or(before.len(), |at| authority + at);
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        SecretString::from(format!("{}/{}{query}", &before[..host_ends], self.name))
    }

    /// Drops it, with whoever is in it.
    ///
    /// # Errors
    ///
    /// What the database says; it stays then, and somebody has to drop it by its name.
    pub async fn remove(self) -> Result<(), StoreError> {
        let mut connection = connect(self.login.expose_secret()).await?;
        run(&mut connection, format!("drop database if exists {} with (force)", self.name)).await?;
        connection.close().await?;
        Ok(())
    }
}

/// Returns whether nothing is in a database but our tables, without a workspace in them.
///
/// # Errors
///
/// What the database says.
pub async fn is_empty(owner: &SecretString) -> Result<bool, StoreError> {
    let mut connection = connect(owner.expose_secret()).await?;
    let objects: i64 = sqlx::query_scalar(OBJECTS).fetch_one(&mut connection).await?;
    if objects == 0 {
        connection.close().await?;
        return Ok(true);
    }
    let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut connection).await?;
    let is_ours = tables.iter().any(|name| name == MIGRATIONS)
        && tables.iter().any(|name| name == "workspaces")
        && i64::try_from(tables.len()) == Ok(objects);
    if !is_ours {
        return Ok(false);
    }
    // Forced row-level security binds the owner as well. What it sets here is undone with the transaction, and where
    // somebody else uses the tables it does not wait for long.
    connection.execute("begin; set local lock_timeout = '5s'").await?;
    for table in &tables {
        run(&mut connection, format!("alter table \"{table}\" no force row level security"))
            .await?;
    }
    let found = contents(&mut connection).await?;
    connection.execute("rollback").await?;
    connection.close().await?;
    Ok(found.is_bare())
}

/// Drops our tables, so that a dump can be restored into the database; it is for one that [`is_empty`].
///
/// # Errors
///
/// What the database says; nothing is dropped then.
pub async fn clear(owner: &SecretString) -> Result<(), StoreError> {
    let mut connection = connect(owner.expose_secret()).await?;
    let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut connection).await?;
    connection.execute("begin; set local lock_timeout = '5s'").await?;
    for table in tables {
        run(&mut connection, format!("drop table \"{table}\" cascade")).await?;
    }
    connection.execute("commit").await?;
    connection.close().await?;
    Ok(())
}

pub(super) async fn examine(url: &str) -> Result<(Contents, Vec<Flaw>), StoreError> {
    let mut connection = connect(url).await?;
    connection.execute("begin isolation level repeatable read read only").await?;
    let found = contents(&mut connection).await?;
    let mut flaws = Vec::new();
    for (what, rule) in RULES {
        flaws.extend(flaw(what, sqlx::query_scalar(rule).fetch_one(&mut connection).await?));
    }
    let tables: Vec<String> = sqlx::query_scalar(OF_WORKSPACES).fetch_all(&mut connection).await?;
    for table in tables {
        let rule = sqlx::query_scalar(AssertSqlSafe(orphans(&table)));
        let what = format!("rows of {table} of a workspace that is not there");
        flaws.extend(flaw(&what, rule.fetch_one(&mut connection).await?));
    }
    connection.close().await?;
    Ok((found, flaws))
}

async fn contents(connection: &mut PgConnection) -> Result<Contents, StoreError> {
    let names: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut *connection).await?;
    let mut found = Contents::default();
    for name in names {
        let count = format!(
            "select count(*) as number, coalesce(sum(hashtextextended(it::text, 0)::numeric), 0)::text as digest from \"{name}\" as it"
        );
        let row = sqlx::query(AssertSqlSafe(count)).fetch_one(&mut *connection).await?;
        let count = u64::try_from(row.try_get::<i64, _>("number")?).unwrap_or_default();
        found.tables.insert(name, Rows { count, digest: row.try_get("digest")? });
    }
    if found.tables.contains_key(MIGRATIONS) {
        let newest = sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations");
        found.migration = newest.fetch_one(&mut *connection).await?;
    }
    Ok(found)
}

/// Refuses a login to which row-level security hides rows, and one that may make no database.
async fn check(connection: &mut PgConnection) -> Result<(), StoreError> {
    let row = sqlx::query(FIND_LOGIN).fetch_one(connection).await?;
    let name: String = row.try_get("name")?;
    if !row.try_get::<bool, _>("sees_all")? {
        return Err(StoreError::Settings(format!(
            "DATABASE_BACKUP_URL logs in as {name}, to whom row-level security hides rows, so a backup would lack them; give it that right with: alter role {name} bypassrls"
        )));
    }
    if !row.try_get::<bool, _>("makes_databases")? {
        return Err(StoreError::Settings(format!(
            "DATABASE_BACKUP_URL logs in as {name}, who may make no database to restore the backup into on trial; give it that right with: alter role {name} createdb"
        )));
    }
    Ok(())
}

async fn connect(url: &str) -> Result<PgConnection, StoreError> {
    let options = PgConnectOptions::from_str(url)?.application_name("asyncbot backup");
    Ok(PgConnection::connect_with(&options).await?)
}

/// Runs a statement that names something; the names are ours, or quoted as the catalog has them.
async fn run(connection: &mut PgConnection, statement: String) -> Result<(), StoreError> {
    connection.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}
