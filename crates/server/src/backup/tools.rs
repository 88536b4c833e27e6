//! PostgreSQL's own programs, which write and read its dumps.
//!
//! What they log in with is in their environment, which only this user and the superuser can read; everybody on a machine
//! sees the arguments of its programs.

use super::BackupFault;
use secrecy::{ExposeSecret, SecretString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use url::Url;

/// The settings of libpq that an address may hold behind its `?`, each with its variable.
const OPTIONS: [(&str, &str); 6] = [
    ("sslmode", "PGSSLMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("host", "PGHOST"),
    ("port", "PGPORT"),
];

/// How much of what a program complains of is repeated.
const LONGEST_COMPLAINT: usize = 2_000;

/// Where the programs are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tools(pub(crate) Option<PathBuf>);

/// A dump that is being written.
pub(crate) struct Dump {
    child: Child,
    output: ChildStdout,
}

impl Tools {
    /// Begins a dump of a database as it was at an instant that somebody holds.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Tool`] where the program is not there.
    pub(crate) fn dump(&self, login: &SecretString, snapshot: &str) -> Result<Dump, BackupFault> {
        const NAME: &str = "pg_dump";
        let mut command = self.command(NAME, login, None)?;
        // It is compressed with what stands around it.
        command.args([
            "--format=custom",
            "--compress=0",
            "--no-password",
            "--lock-wait-timeout=60s",
        ]);
        command.arg(format!("--snapshot={snapshot}"));
        let mut child = spawn(NAME, command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
        let output = child.stdout.take().ok_or_else(|| silent(NAME))?;
        Ok(Dump { child, output })
    }

    /// Restores what of a dump the sections hold, into the database that the login names or into another on its server,
    /// and ends at the first thing that does not fit.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Tool`] with what the program complained of, [`BackupFault::Io`] where the dump cannot be read to its end.
    pub(crate) fn restore(
        &self,
        login: &SecretString,
        database: Option<&str>,
        sections: &[&str],
        mut dump: impl Read,
    ) -> Result<(), BackupFault> {
        const NAME: &str = "pg_restore";
        let mut command = self.command(NAME, login, database)?;
        command.args(["--format=custom", "--no-owner", "--exit-on-error", "--no-password"]);
        command.args(sections.iter().map(|section| format!("--section={section}")));
        // Its own connection is named by the environment; the name makes it restore and not print.
        command.arg(format!("--dbname={}", database_of(login, database)));
        let mut child = spawn(NAME, command.stdin(Stdio::piped()).stdout(Stdio::null()))?;
        let mut input = child.stdin.take().ok_or_else(|| silent(NAME))?;
        let copied = io::copy(&mut dump, &mut input);
        drop(input);
        let ended = end(NAME, child);
        match copied {
            // It reads no further than it needs to.
            Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => {}
            copied => drop(copied?),
        }
        ended?;
        // The rest is read for what stands at its end: whether all of it is there.
        io::copy(&mut dump, &mut io::sink())?;
        Ok(())
    }

    fn command(
        &self,
        name: &str,
        login: &SecretString,
        database: Option<&str>,
    ) -> Result<Command, BackupFault> {
        let program = self.0.as_deref().map_or_else(|| PathBuf::from(name), |it| it.join(name));
        let mut command = Command::new(program);
        command.stderr(Stdio::piped());
        let url = Url::parse(login.expose_secret()).map_err(|_| {
            BackupFault::Settings(String::from(
                "DATABASE_BACKUP_URL cannot be read; write it as postgres://user:password@host/name",
            ))
        })?;
        let decoded = |text: &str| percent_decoded(text);
        if let Some(host) = url.host_str() {
            command.env("PGHOST", decoded(host).trim_matches(['[', ']']));
        }
        if let Some(port) = url.port() {
            command.env("PGPORT", port.to_string());
        }
        command.env("PGUSER", decoded(url.username()));
        if let Some(password) = url.password() {
            command.env("PGPASSWORD", decoded(password));
        }
        for (name, value) in url.query_pairs() {
            if let Some((_, variable)) = OPTIONS.iter().find(|(option, _)| *option == name) {
                command.env(variable, &*value);
            }
        }
        command.env("PGDATABASE", database_of(login, database));
        command.env("PGAPPNAME", "asyncbot backup");
        Ok(command)
    }
}

impl Read for Dump {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.output.read(buffer)
    }
}

impl Dump {
    /// Says whether all of the dump was written; it is to be read to its end before.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Tool`] with what the program complained of.
    pub(crate) fn finish(self) -> Result<(), BackupFault> {
        drop(self.output);
        end("pg_dump", self.child)
    }
}

/// Returns whether the programs are there, and what to do where they are not.
pub(crate) fn missing(folder: Option<&Path>) -> Option<String> {
    ["pg_dump", "pg_restore"].into_iter().find_map(|name| {
        let program = folder.map_or_else(|| PathBuf::from(name), |it| it.join(name));
        let ran = Command::new(program).arg("--version").stdout(Stdio::null()).status();
        ran.err().map(|_| not_there(name))
    })
}

fn not_there(name: &str) -> String {
    format!(
        "{name} was not found; install PostgreSQL's client programs (Debian: postgresql-client), or name their folder in ASYNCBOT_POSTGRES_TOOLS"
    )
}

fn spawn(name: &'static str, command: &mut Command) -> Result<Child, BackupFault> {
    command.spawn().map_err(|fault| match fault.kind() {
        io::ErrorKind::NotFound => BackupFault::Tool(not_there(name)),
        _ => BackupFault::Tool(format!("{name} cannot be run: {fault}")),
    })
}

/// Waits for the end of a program, and tells what it complained of where it was not content.
fn end(name: &'static str, child: Child) -> Result<(), BackupFault> {
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    // A complaint about a row repeats the row, after a line of what was wrong.
    let lines = said.lines().filter(|line| line.contains("error") || line.contains("FATAL"));
    let said: String = lines.take(3).collect::<Vec<_>>().join("; ");
    let said: String = said.chars().take(LONGEST_COMPLAINT).collect();
    Err(BackupFault::Tool(format!("{name} gave up: {said}")))
}

fn silent(name: &str) -> BackupFault {
    BackupFault::Tool(format!("{name} cannot be spoken to"))
}

fn database_of(login: &SecretString, database: Option<&str>) -> String {
    database.map_or_else(
        || {
            let url = Url::parse(login.expose_secret());
            url.map(|url| percent_decoded(url.path().trim_start_matches('/'))).unwrap_or_default()
        },
        str::to_owned,
    )
}

/// Returns text as it was before it was written into an address.
fn percent_decoded(text: &str) -> String {
    // These mean themselves outside of a form.
    let text = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    let pairs: Vec<_> = url::form_urlencoded::parse(text.as_bytes()).collect();
    match &pairs[..] {
        [(one, value)] if value.is_empty() => one.clone().into_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_to_the_programs_by_their_environment_alone() {
        let login = SecretString::from(
            "postgres://back%40up:p%2Bw+d%3A&=%25@db.example:6543/as%2Fbot?sslmode=verify-full&x=y",
        );

        let command = Tools::default().command("pg_dump", &login, None).unwrap();

        let mut told: Vec<(String, String)> = command
            .get_envs()
            .map(|(name, value)| {
                let text = |text: &std::ffi::OsStr| text.to_str().unwrap().to_owned();
                (text(name), text(value.unwrap()))
            })
            .collect();
        told.sort();
        let told: Vec<(&str, &str)> =
            told.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            told,
            [
                ("PGAPPNAME", "asyncbot backup"),
                ("PGDATABASE", "as/bot"),
                ("PGHOST", "db.example"),
                ("PGPASSWORD", "p+w+d:&=%"),
                ("PGPORT", "6543"),
                ("PGSSLMODE", "verify-full"),
                ("PGUSER", "back@up"),
            ]
        );
        assert_eq!(command.get_args().count(), 0);
    }

    #[test]
    fn a_program_that_is_not_there_is_named_with_what_to_do() {
        let nowhere = tempfile::tempdir().unwrap();

        let found = missing(Some(nowhere.path())).unwrap();

        assert!(found.contains("pg_dump") && found.contains("ASYNCBOT_POSTGRES_TOOLS"), "{found}");
    }
}
