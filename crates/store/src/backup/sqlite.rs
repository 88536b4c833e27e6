//! A SQLite file, copied while others write, and what is in one.

use super::contents::{Contents, Flaw, MIGRATIONS, RULES, Rows, flaw, orphans};
use crate::error::StoreError;
use futures_util::TryStreamExt;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Row as _, SqliteConnection};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// Only a checkpoint can make a reader wait.
const BUSY: Duration = Duration::from_secs(30);

const TABLES: &str = "select name from sqlite_schema where type = 'table' and name not like 'sqlite~_%' escape '~' order by name";

/// Copies the file as it is at one instant, while the service goes on to write, and returns what is in the copy.
///
/// What was deleted is not in the copy: it is written anew, row by row (<https://www.sqlite.org/lang_vacuum.html>, "VACUUM with
/// an INTO clause").
///
/// # Errors
///
/// What the database says, as for a full disk; and [`StoreError::Inconsistent`] where a table that nobody wrote meanwhile is
/// not in the copy as it is in the file.
pub async fn copy_file(url: &SecretString, into: &Path) -> Result<Contents, StoreError> {
    let mut connection = open(url.expose_secret()).await?;
    let before = contents(&mut connection).await?;
    sqlx::query("vacuum into $1").bind(into.display().to_string()).execute(&mut connection).await?;
    let after = contents(&mut connection).await?;
    connection.close().await?;
    let (copy, _) = examine(&url_of(into)).await?;
    let written_meanwhile = before.differing(&after);
    let wrong = copy.differing(&before).into_iter().find(|name| !written_meanwhile.contains(name));
    match wrong {
        None => Ok(copy),
        Some(id) => Err(StoreError::Inconsistent { table: "the copy", column: "rows", id }),
    }
}

/// Returns the file that an address names.
///
/// # Errors
///
/// [`StoreError::Settings`] where it names none.
pub fn file_of(url: &SecretString) -> Result<PathBuf, StoreError> {
    Ok(options(url.expose_secret())?.get_filename().to_owned())
}

/// Returns whether a file is not there, is no database yet, or is one in which no workspace ever was.
///
/// # Errors
///
/// What the database says, as of a file that is no database.
pub async fn is_unused(url: &SecretString) -> Result<bool, StoreError> {
    let options = options(url.expose_secret())?;
    let file = options.get_filename();
    if !file.exists() || std::fs::metadata(file).is_ok_and(|found| found.len() == 0) {
        return Ok(true);
    }
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let found = contents(&mut connection).await?;
    connection.close().await?;
    Ok(found.is_bare())
}

/// Returns the address of a file: an address gives `%` and `?` a meaning that they lack in the name of a folder.
#[must_use]
pub fn url_of(file: &Path) -> String {
    format!("sqlite://{}", file.display().to_string().replace('%', "%25").replace('?', "%3F"))
}

fn options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    Ok(SqliteConnectOptions::from_str(url)?.create_if_missing(false).busy_timeout(BUSY))
}

async fn open(url: &str) -> Result<SqliteConnection, StoreError> {
    Ok(SqliteConnection::connect_with(&options(url)?).await?)
}

pub(super) async fn examine(url: &str) -> Result<(Contents, Vec<Flaw>), StoreError> {
    let mut connection = open(url).await?;
    let found = contents(&mut connection).await?;
    let mut flaws = Vec::new();
    for row in sqlx::query("pragma integrity_check").fetch_all(&mut connection).await? {
        let text: String = row.try_get(0)?;
        if text != "ok" {
            flaws.push(Flaw { what: format!("a page that is not whole ({text})"), count: 1 });
        }
    }
    let dangling = sqlx::query("pragma foreign_key_check").fetch_all(&mut connection).await?;
    flaws.extend(flaw("rows that refer to what is not there", count(dangling.len())));
    for (what, rule) in RULES {
        flaws.extend(flaw(what, sqlx::query_scalar(rule).fetch_one(&mut connection).await?));
    }
    for table in found.tables.keys() {
        let of_workspaces: Option<i64> =
            sqlx::query_scalar("select 1 from pragma_table_info($1) where name = 'workspace_id'")
                .bind(table)
                .fetch_optional(&mut connection)
                .await?;
        if of_workspaces.is_some() {
            let rule = sqlx::query_scalar(AssertSqlSafe(orphans(table)));
            let what = format!("rows of {table} of a workspace that is not there");
            flaws.extend(flaw(&what, rule.fetch_one(&mut connection).await?));
        }
    }
    connection.close().await?;
    Ok((found, flaws))
}

/// Reads all tables as they are at one instant.
async fn contents(connection: &mut SqliteConnection) -> Result<Contents, StoreError> {
    let mut transaction = connection.begin().await?;
    let names: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut *transaction).await?;
    let mut found = Contents::default();
    for name in names {
        let columns: Vec<String> =
            sqlx::query_scalar("select name from pragma_table_info($1) order by cid")
                .bind(&name)
                .fetch_all(&mut *transaction)
                .await?;
        let columns: Vec<String> =
            columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
        let read = format!("select {} from \"{name}\"", columns.join(" || ',' || "));
        let mut rows =
            sqlx::query_scalar::<_, String>(AssertSqlSafe(read)).fetch(&mut *transaction);
        let (mut count, mut sum) = (0_u64, 0_u128);
        while let Some(row) = rows.try_next().await? {
            count += 1;
            sum = sum.wrapping_add(digest(&row));
        }
        drop(rows);
        found.tables.insert(name, Rows { count, digest: format!("{sum:032x}") });
    }
    if found.tables.contains_key(MIGRATIONS) {
        let newest = sqlx::query_scalar("select coalesce(max(version), 0) from _sqlx_migrations");
        found.migration = newest.fetch_one(&mut *transaction).await?;
    }
    transaction.rollback().await?;
    Ok(found)
}

fn digest(row: &str) -> u128 {
    let hash = Sha256::digest(row.as_bytes());
    let mut first = [0; 16];
    first.copy_from_slice(&hash[..16]);
    u128::from_be_bytes(first)
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
