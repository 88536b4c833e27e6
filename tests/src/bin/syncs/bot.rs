//! The bot in a process of its own, on a clock that is moved from outside: its memory is nobody else's.

use chrono::{DateTime, Utc};
use clock::Clock;
use domain::source::SourceCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use server::boot;
use server::config::BotConfig;
use server::inbound::{Inbound, Rates};
use server::site::Site;
use slack::{ApiConfig, SigningSecrets};
use std::io::{BufRead, BufReader, Lines, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::StoreSettings;
use store::testing::keys;
use tokio::task::JoinHandle;
use url::Url;

/// What Slack and the bot share.
pub(crate) const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// The word on the command line that makes this program the bot.
pub(crate) const WORD: &str = "bot";

/// A bot that runs in another process; it ends when this is dropped.
pub(crate) struct Bot {
    child: Child,
    talk: Arc<Mutex<Talk>>,
    url: Url,
}

/// What is said to the process, and what it answers: one line each.
struct Talk {
    said: ChildStdin,
    heard: Lines<BufReader<ChildStdout>>,
}

/// The memory of a process, in KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// What is resident now.
    pub(crate) now: u64,
    /// The most that was ever resident.
    pub(crate) peak: u64,
}

impl Bot {
    /// Starts the bot on a database, with Slack and HiBob at one address.
    pub(crate) fn start(store: &StoreSettings, elsewhere: &Url, at: DateTime<Utc>) -> Self {
        let program = std::env::current_exe().expect("this program has a file");
        let mut child = Command::new(program)
            .arg(WORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts once more");
        let (said, heard) = (child.stdin.take(), child.stdout.take());
        let heard = BufReader::new(heard.expect("a pipe")).lines();
        let mut talk = Talk { said: said.expect("a pipe"), heard };
        let system = store.system_url.as_ref().map(ExposeSecret::expose_secret);
        let wanted = json!({"database": store.url.expose_secret(), "system": system,
            "elsewhere": elsewhere, "at": at});
        let url = talk.asks(&wanted.to_string());
        Self { child, talk: Arc::new(Mutex::new(talk)), url: url.parse().expect("an address") }
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// Moves its clock, which ends when everything is done that is due by then.
    pub(crate) fn moves(&self, to: DateTime<Utc>) -> JoinHandle<()> {
        let talk = Arc::clone(&self.talk);
        tokio::task::spawn_blocking(move || {
            talk.lock().expect("nobody has panicked").asks(&to.to_rfc3339());
        })
    }

    /// Returns its memory, as Linux counts it.
    pub(crate) fn memory(&self) -> Memory {
        let path = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(path).expect("Linux tells of the process");
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).expect("the field");
            line.trim_end_matches("kB").trim().parse().expect("a number")
        };
        Memory { now: field("VmRSS:"), peak: field("VmHWM:") }
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Talk {
    fn asks(&mut self, line: &str) -> String {
        writeln!(self.said, "{line}").expect("the bot listens");
        let answer = self.heard.next().expect("the bot has not ended");
        answer.expect("the bot answers")
    }
}

/// Runs the bot in this process, until nobody speaks to it any more.
pub(crate) fn run() {
    let mut lines = std::io::stdin().lines().map(|line| line.expect("a line"));
    let wanted: Value = serde_json::from_str(&lines.next().expect("a line")).expect("JSON");
    let at: DateTime<Utc> = wanted["at"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    let clock = Clock::manual(at);
    let config = config(&wanted, clock.clone());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let running = runtime.block_on(boot::start(&config)).expect("the bot starts");
    answer(&format!("http://{}/", running.address()));
    for line in lines {
        let to = line.parse().expect("a time");
        runtime.block_on(clock.advance_to(to)).expect("time goes on");
        answer("done");
    }
    runtime.block_on(running.stop());
}

fn config(wanted: &Value, clock: Clock) -> BotConfig {
    let text = |name: &str| wanted[name].as_str().map(str::to_owned);
    let elsewhere: Url = text("elsewhere").and_then(|url| url.parse().ok()).expect("an address");
    let address = |path: &str| elsewhere.join(path).expect("a path");
    BotConfig {
        store: StoreSettings {
            url: SecretString::from(text("database").expect("a database")),
            system_url: text("system").map(SecretString::from),
            owner_url: None,
        },
        keys: keys(),
        slack: ApiConfig {
            api_url: address("slack/api"),
            authorize_url: address("slack/oauth/v2/authorize"),
            client_id: "1.2".to_owned(),
            client_secret: SecretString::from("client"),
        },
        signing: SigningSecrets::new(vec![SecretString::from(SECRET)]),
        // All workspaces are installed from one address, in seconds.
        inbound: Inbound {
            rates: Rates { address: 10_000, ..Rates::default() },
            ..Inbound::default()
        },
        site: Site::default(),
        socket: None,
        sources: [(SourceCode::new("hibob").expect("a code"), address("hibob/v1"))].into(),
        public_url: None,
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        admin_bind: None,
        heartbeat: None,
        audits: true,
        grace: Duration::ZERO,
        data_dir: None,
        erasure_ledger: None,
        backups: None,
        billing: None,
        clock,
    }
}

fn answer(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("somebody listens");
}
