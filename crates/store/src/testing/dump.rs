//! All bytes that a database of a test has, for looking for what must not be there.

use super::{Place, TestDatabase};
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::path::Path;

/// The tables of PostgreSQL that hold anything of ours.
const TABLES: &str = "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                      where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' order by 1";

impl TestDatabase {
    /// Returns what is stored, with a name for each part: the files on SQLite, the write-ahead log and the like among
    /// them, and the rows of all tables on PostgreSQL, with bytes as hexadecimal digits.
    ///
    /// # Panics
    ///
    /// Where it cannot be read.
    pub async fn dump(&self) -> Vec<(String, Vec<u8>)> {
        match &self.place {
            Place::Folder(_) => self.files(),
            Place::Server(database) => rows(&database.superuser_url()).await,
        }
    }

    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let file = Path::new(self.settings.url.expose_secret().trim_start_matches("sqlite://"));
        let folder = file.parent().expect("the database lies in a folder");
        let entries = std::fs::read_dir(folder).expect("the folder can be read");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let files = paths.filter(|path| path.is_file());
        files.map(|path| (path.display().to_string(), read(&path))).collect()
    }
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a file of the database can be read")
}

async fn rows(url: &str) -> Vec<(String, Vec<u8>)> {
    let mut connection = PgConnection::connect(url).await.expect("the superuser gets in");
    let tables: Vec<String> =
        sqlx::query_scalar(TABLES).fetch_all(&mut connection).await.expect("the tables are named");
    let mut found = Vec::new();
    for table in tables {
        let statement = AssertSqlSafe(format!("select t::text from {table} t"));
        let rows: Vec<String> = sqlx::query_scalar(statement)
            .fetch_all(&mut connection)
            .await
            .expect("a table is read");
        found.push((table, rows.join("\n").into_bytes()));
    }
    found
}
