//! A PostgreSQL server of a test's own, which can be killed, copied and put back.

use crate::crash::process::free_port;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a start may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The superuser's password; the server is gone with the test.
const PASSWORD: &str = "asyncbot_test";

/// A server with its data in a temporary folder; it is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    programs: PathBuf,
    folder: TempDir,
    data: PathBuf,
    port: u16,
    user: Option<String>,
    child: Option<Child>,
}

impl Server {
    /// Starts a new one that keeps what it commits.
    ///
    /// # Panics
    ///
    /// Where `ASYNCBOT_TEST_PG_BIN` does not name PostgreSQL's programs, or they do not do as they are told.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "a test has no command line")]
    pub fn start() -> Self {
        let programs = std::env::var("ASYNCBOT_TEST_PG_BIN").expect(
            "ASYNCBOT_TEST_PG_BIN is not set; run all tests with `tests/run`, which sets it",
        );
        let folder = tempfile::Builder::new()
            .prefix("asyncbot-own-pg.")
            .tempdir_in("/tmp")
            .expect("a temporary folder");
        let data = folder.path().join("data");
        let mut server = Self {
            programs: PathBuf::from(programs),
            data,
            port: free_port(),
            user: other_user(),
            child: None,
            folder,
        };
        server.give_away(server.folder.path());
        let password = server.folder.path().join("password");
        fs::write(&password, PASSWORD).expect("the folder is ours");
        server.give_away(&password);
        let (data, password) = (server.data.display().to_string(), password.display().to_string());
        server.run(
            "initdb",
            &[
                "--pgdata",
                &data,
                "--username",
                "postgres",
                "--pwfile",
                &password,
                "--auth",
                "scram-sha-256",
                "--encoding",
                "UTF8",
                "--locale",
                "C",
                "--no-sync",
            ],
        );
        server.configure();
        server.go();
        server
    }

    fn configure(&self) {
        let hba = "local all all scram-sha-256\n\
                   host all postgres 127.0.0.1/32 scram-sha-256\n\
                   host replication postgres 127.0.0.1/32 scram-sha-256\n\
                   host all all 127.0.0.1/32 trust\n";
        fs::write(self.data.join("pg_hba.conf"), hba).expect("the folder is ours");
        let file = self.data.join("postgresql.conf");
        let mut text = fs::read_to_string(&file).expect("a file of the server");
        text.push_str("listen_addresses = '127.0.0.1'\n");
        // Writing into a string does not fail.
        let _ = writeln!(text, "unix_socket_directories = '{}'", self.folder.path().display());
        // A kill leaves what the machine's memory holds: only what is written counts, not what the disk has flushed.
        text.push_str("fsync = off\n");
        fs::write(file, text).expect("the folder is ours");
    }

    /// Returns the superuser's URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it on its data, and returns once it takes connections.
    ///
    /// # Panics
    ///
    /// Where it does not in time.
    pub fn go(&mut self) {
        let began = Instant::now();
        loop {
            let mut child = self
                .command("postgres")
                .arg("-D")
                .arg(&self.data)
                .args(["-p", &self.port.to_string()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("PostgreSQL is there");
            while child.try_wait().expect("a child of ours").is_none() {
                if self.answers() {
                    self.child = Some(child);
                    return;
                }
                assert!(began.elapsed() < PATIENCE, "PostgreSQL starts in time");
                std::thread::sleep(Duration::from_millis(20));
            }
            // What the one before it left behind may still be ending.
            assert!(began.elapsed() < PATIENCE, "PostgreSQL starts in time");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn answers(&self) -> bool {
        let port = self.port.to_string();
        let mut command = self.command("pg_isready");
        command.args(["-q", "-h", "127.0.0.1", "-U", "postgres", "-p", &port]);
        command.status().is_ok_and(|status| status.success())
    }

    /// SIGKILL to the server itself; its processes follow it when they notice.
    ///
    /// # Panics
    ///
    /// Where it does not run.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("a child of ours");
        child.wait().expect("a child of ours");
    }

    /// Copies everything as it is now, while it runs.
    ///
    /// # Panics
    ///
    /// Where that fails.
    pub fn copy(&self, name: &str) {
        let target = self.folder.path().join(name).display().to_string();
        self.run(
            "pg_basebackup",
            &[
                "--pgdata",
                &target,
                "--checkpoint",
                "fast",
                "--no-sync",
                "--wal-method",
                "fetch",
                "--dbname",
                &self.url(),
            ],
        );
    }

    /// Kills it and goes on with a copy, at the same address.
    ///
    /// With `is_promoted` the copy was a standby until now, else it is a backup that was put back.
    ///
    /// # Panics
    ///
    /// Where the copy does not start.
    pub fn put_back(&mut self, name: &str, is_promoted: bool) {
        self.kill();
        self.data = self.folder.path().join(name);
        let signal = self.data.join("standby.signal");
        if is_promoted {
            fs::write(&signal, "").expect("the folder is ours");
            self.give_away(&signal);
        }
        self.go();
        if is_promoted {
            let data = self.data.display().to_string();
            self.run("pg_ctl", &["promote", "--wait", "--pgdata", &data]);
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let done = self.command(program).args(arguments).output().expect("PostgreSQL is there");
        assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// PostgreSQL refuses to run as root, so root hands it to a user who owns nothing.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = match &self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args([
                    "--pdeathsig",
                    "KILL",
                    "--reuid",
                    user,
                    "--regid",
                    &group_of(user),
                    "--clear-groups",
                ]);
                command.arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir("/").env("HOME", self.folder.path());
        command
    }

    fn give_away(&self, path: &Path) {
        if let Some(user) = &self.user {
            let given = Command::new("chown").arg(user).arg(path).status();
            assert!(
                given.is_ok_and(|status| status.success()),
                "root may give {} away",
                path.display()
            );
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Immediately: at once, with all its processes.
            let _ = Command::new("kill").arg("-QUIT").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }
}

/// Returns the user to whom root hands the server; nobody where we are not root.
fn other_user() -> Option<String> {
    let id = |arguments: &[&str]| {
        Command::new("id").args(arguments).output().ok().filter(|done| done.status.success())
    };
    let me = id(&["-u"]).expect("there is a program id");
    if String::from_utf8_lossy(&me.stdout).trim() != "0" {
        return None;
    }
    let user = ["postgres", "nobody"].into_iter().find(|user| id(&["-u", user]).is_some());
    Some(user.expect("there is a user postgres or nobody").to_owned())
}

fn group_of(user: &str) -> String {
    let found = Command::new("id").args(["-g", user]).output().expect("there is a program id");
    String::from_utf8_lossy(&found.stdout).trim().to_owned()
}
