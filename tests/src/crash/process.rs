//! The service in a process of its own, as an operator starts it.

use crate::play::Engine;
use secrecy::ExposeSecret;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::StoreSettings;
use url::Url;

/// How long a start may take; a machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where a process has its data and its addresses, and what it is told beside that.
#[derive(Clone, Debug)]
pub struct Place {
    /// The program and the word that makes it the service.
    pub program: PathBuf,
    /// The data folder.
    pub folder: PathBuf,
    /// The database.
    pub store: StoreSettings,
    /// The port for Slack.
    pub port: u16,
    /// The port for health.
    pub admin_port: u16,
    /// Where Slack's stand-in is.
    pub slack: Url,
    /// Other variables.
    pub variables: Vec<(String, String)>,
}

impl Place {
    /// Returns the same place with another variable.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut place = self.clone();
        place.variables.push((name.to_owned(), value.to_owned()));
        place
    }

    /// Returns the same place with other ports: another replica.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { port: free_port(), admin_port: free_port(), ..self.clone() }
    }

    /// Returns what starts the program with a word such as `serve`.
    ///
    /// # Panics
    ///
    /// Where an address cannot be made.
    #[must_use]
    pub fn command(&self, word: &str) -> Command {
        let slack = |path: &str| self.slack.join(path).expect("an address").to_string();
        let mut command = Command::new(&self.program);
        command
            .arg(word)
            .env("ASYNCBOT_DATA_DIR", &self.folder)
            .env("DATABASE_URL", self.store.url.expose_secret())
            .env("ASYNCBOT_BIND", format!("127.0.0.1:{}", self.port))
            .env("ASYNCBOT_ADMIN_BIND", format!("127.0.0.1:{}", self.admin_port))
            .env("ASYNCBOT_ENCRYPTION_KEYS", "1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=")
            .env("SLACK_CLIENT_ID", "1.2")
            .env("SLACK_CLIENT_SECRET", "client")
            .env("SLACK_SIGNING_SECRET", "signing")
            .env("SLACK_API_URL", slack("slack/api"))
            .env("SLACK_AUTHORIZE_URL", slack("slack/oauth/v2/authorize"))
            .env("ASYNCBOT_STOP_GRACE", "0")
            .env("RUST_LOG", "info");
        if let Some(system) = &self.store.system_url {
            command.env("DATABASE_SYSTEM_URL", system.expose_secret());
        }
        if let Some(owner) = self.store.owner_url.as_ref().filter(|_| word == "migrate") {
            command.env("DATABASE_OWNER_URL", owner.expose_secret());
        }
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }
}

/// A running service; it is killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    place: Place,
    log: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts the service and returns once it serves; `Err` with how it ended and what it said where it ended before.
    ///
    /// # Errors
    ///
    /// The exit status, and its last lines.
    ///
    /// # Panics
    ///
    /// Where the program cannot be started, or neither serves nor ends.
    pub fn try_start(place: &Place) -> Result<Self, (ExitStatus, String)> {
        Self::of(place.command("serve"), place)
    }

    /// Starts the service by a command of one's own, as [`Process::try_start`].
    ///
    /// # Errors
    ///
    /// As [`Process::try_start`].
    ///
    /// # Panics
    ///
    /// As [`Process::try_start`].
    pub fn of(mut command: Command, place: &Place) -> Result<Self, (ExitStatus, String)> {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program is there");
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let kept = Arc::clone(&log);
        // The pipe must be read to its end, or the service would block on a full one.
        let reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().expect("nobody has panicked").push(line);
            }
        });
        let mut process = Self { child, place: place.clone(), log };
        let began = Instant::now();
        loop {
            if process.has_said("Asyncbot serves") {
                return Ok(process);
            }
            if let Some(status) = process.child.try_wait().expect("a child of ours") {
                let _ = reader.join();
                return Err((status, process.log()));
            }
            assert!(began.elapsed() < PATIENCE, "it serves in time: {}", process.log());
            std::thread::sleep(Duration::from_millis(3));
        }
    }

    /// Starts the service and returns once it serves.
    ///
    /// # Panics
    ///
    /// Where it does not.
    #[must_use]
    pub fn start(place: &Place) -> Self {
        Self::try_start(place).unwrap_or_else(|(status, log)| panic!("it starts: {status}\n{log}"))
    }

    /// Returns where it is.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Returns the address for Slack.
    ///
    /// # Panics
    ///
    /// Never: the port makes an address.
    #[must_use]
    pub fn url(&self) -> Url {
        format!("http://127.0.0.1:{}/", self.place.port).parse().expect("an address")
    }

    /// Returns its number among the processes.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Returns whether it has ended, by itself or by a kill.
    ///
    /// # Panics
    ///
    /// Where it is no child of ours.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child of ours").is_some()
    }

    /// Returns whether a line of its log holds this.
    ///
    /// # Panics
    ///
    /// Where another test has panicked.
    #[must_use]
    pub fn has_said(&self, part: &str) -> bool {
        self.log.lock().expect("nobody has panicked").iter().any(|line| line.contains(part))
    }

    /// Returns its log.
    ///
    /// # Panics
    ///
    /// Where another test has panicked.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().expect("nobody has panicked").join("\n")
    }

    /// SIGKILL: no handler runs, no buffer is flushed.
    ///
    /// # Panics
    ///
    /// Where it is no child of ours.
    pub fn kill(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        self.child.wait().expect("a child of ours");
    }

    /// Asks it to stop.
    ///
    /// # Panics
    ///
    /// Where the machine has no `kill`.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").arg("-TERM").arg(self.id().to_string()).status();
        assert!(asked.expect("there is a program kill").success(), "it is told to stop");
    }

    /// Stops it politely, and returns how long that took.
    ///
    /// # Panics
    ///
    /// Where it takes longer than anything.
    pub fn stop(&mut self) -> Duration {
        let began = Instant::now();
        self.ask_to_stop();
        while !self.has_ended() {
            assert!(began.elapsed() < PATIENCE, "it stops: {}", self.log());
            std::thread::sleep(Duration::from_millis(3));
        }
        began.elapsed()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a port that nobody listens on just now.
///
/// # Panics
///
/// Where there is none.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("there is a free port")
        .port()
}

impl Engine {
    /// Returns the engine of a word on the command line.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "sqlite" => Some(Self::Sqlite),
            "postgres" => Some(Self::Postgres),
            _ => None,
        }
    }

    /// Returns the word by which it is chosen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// Returns the folder of a SQLite file.
pub(super) fn folder_of(store: &StoreSettings) -> Option<PathBuf> {
    let file = store.url.expose_secret().strip_prefix("sqlite://")?;
    Path::new(file).parent().map(Path::to_path_buf)
}
