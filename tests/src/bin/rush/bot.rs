//! The bot in a process of its own: its memory is nobody else's, and it can be killed.

use chrono::{DateTime, Utc};
use clock::Clock;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use server::boot;
use server::config::BotConfig;
use server::inbound::{Inbound, Rates};
use server::site::Site;
use slack::{ApiConfig, SigningSecrets};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use store::StoreSettings;
use store::testing::keys;
use url::Url;

/// What Slack and the bot share.
pub(crate) const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

/// The word on the command line that makes this program the bot.
pub(crate) const WORD: &str = "bot";

/// A bot that runs in another process; it is killed when this is dropped.
pub(crate) struct Bot {
    child: Child,
    url: Url,
}

impl Bot {
    /// Starts the bot on a database and returns when it serves; its clock stands at `at`, or is the machine's.
    pub(crate) fn start(store: &StoreSettings, elsewhere: &Url, at: Option<DateTime<Utc>>) -> Self {
        let program = std::env::current_exe().expect("this program has a file");
        let mut child = Command::new(program)
            .arg(WORD)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts once more");
        let system = store.system_url.as_ref().map(ExposeSecret::expose_secret);
        let wanted = json!({"database": store.url.expose_secret(), "system": system,
            "elsewhere": elsewhere, "at": at});
        let mut said = child.stdin.as_ref().expect("a pipe");
        writeln!(said, "{wanted}").expect("the bot listens");
        let mut heard = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let url = heard.next().expect("the bot starts").expect("the bot starts");
        Self { child, url: url.parse().expect("an address") }
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// Returns the most memory that it ever had, in MiB.
    pub(crate) fn peak(&self) -> f64 {
        let path = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(path).expect("Linux tells of the process");
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the field");
        let kib: u32 = line.trim_end_matches("kB").trim().parse().expect("a number");
        f64::from(kib) / 1024.0
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs the bot in this process, until nobody listens any more.
pub(crate) fn run() {
    let mut lines = std::io::stdin().lines().map(|line| line.expect("a line"));
    let wanted: Value = serde_json::from_str(&lines.next().expect("a line")).expect("JSON");
    let at: Option<DateTime<Utc>> = wanted["at"].as_str().map(|at| at.parse().expect("an instant"));
    let clock = at.map_or_else(Clock::system, Clock::manual);
    let config = config(&wanted, clock);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let running = runtime.block_on(boot::start(&config)).expect("the bot starts");
    let mut out = std::io::stdout().lock();
    writeln!(out, "http://{}/", running.address()).and_then(|()| out.flush()).expect("a listener");
    lines.for_each(drop);
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
        sources: BTreeMap::new(),
        public_url: None,
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        admin_bind: None,
        heartbeat: None,
        audits: false,
        grace: Duration::ZERO,
        data_dir: None,
        erasure_ledger: None,
        backups: None,
        billing: None,
        clock,
    }
}
