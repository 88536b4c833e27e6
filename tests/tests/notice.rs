//! The admins of workspaces learn of a breach: each once, in their direct messages, and nobody else learns anything.

use clap::Parser;
use clock::Clock;
use secrecy::ExposeSecret;
use server::cli::{Cli, run};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use stories::{Engine, Play};
use tempfile::TempDir;

/// The keys of the test databases, as a setting.
const KEYS: &str = "1:Ourle3ofU1qWSdfU1Xgp25KMl3Tkdk5mF8P41IMFHLo=";

const WHAT: &str = "A backup of the lighthouse lay open to <!channel> & others.";

/// The command, with a story's database and a folder for its files.
struct Order<'a> {
    play: &'a Play,
    folder: TempDir,
}

impl<'a> Order<'a> {
    fn at(play: &'a Play) -> Self {
        Self { play, folder: tempfile::tempdir().expect("a folder") }
    }

    fn file(&self, workspaces: &str) -> PathBuf {
        let file = self.folder.path().join("breach.toml");
        let text = format!(
            "what = \"{WHAT}\"\nwhen = \"1 June, 10:00 to 12:00 UTC\"\nnext_steps = \"It is closed.\\nPlease install the app again.\"\nworkspaces = {workspaces}\n"
        );
        std::fs::write(&file, text).expect("the file is written");
        file
    }

    /// Runs the command as somebody at a terminal does, beside the bot, and returns its exit code.
    async fn gives(&self, workspaces: &str, more: &[&str]) -> ExitCode {
        let settings = self.play.database().settings();
        let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/site.toml");
        let mut words: Vec<String> = ["asyncbot", "notice", "breach"].map(String::from).to_vec();
        let mut flag = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
        flag("--workspaces", &self.file(workspaces).display().to_string());
        flag("--database-url", settings.url.expose_secret());
        if let Some(url) = &settings.system_url {
            flag("--database-system-url", url.expose_secret());
        }
        flag("--encryption-keys", KEYS);
        flag("--site", &site.display().to_string());
        words.extend(more.iter().map(|word| String::from(*word)));
        let cli = Cli::try_parse_from(words).expect("the command is understood");
        // It has a runtime of its own, as every command has.
        tokio::task::spawn_blocking(move || run(cli)).await.expect("it ends")
    }

    async fn told(&self, who: &str) -> Vec<String> {
        let all = self.play.messages("dm", who).await;
        all.into_iter().map(|seen| seen.text).filter(|text| text.contains("lighthouse")).collect()
    }
}

async fn the_admins_are_told_once_and_nobody_else(engine: Engine) {
    // The command goes by the real time, so the story has to as well.
    let play = Play::begin(engine, &Clock::system().now().to_rfc3339()).await;
    let neighbour = play.has_neighbour(1).await;
    let order = Order::at(&play);
    let list = format!("[\"{}\"]", play.team());
    let (good, wrong, not_well) = (ExitCode::from(0), ExitCode::from(2), ExitCode::from(1));

    let dry = order.gives(&list, &["--dry-run"]).await;
    let unknown = order.gives(&format!("[\"{}\", \"T0NOBODY\"]", play.team()), &[]).await;
    play.waits("1m").await;

    assert_eq!((dry, unknown), (good, wrong));
    assert_eq!(order.told("ana").await, Vec::<String>::new(), "nobody was told yet");
    let stored = play.database().ledger().await.outbox.len();

    let sent = order.gives(&list, &[]).await;
    let again = order.gives(&list, &[]).await;
    let rows = play.database().ledger().await.outbox;
    // Real workers look every few seconds; on a clock that stands somebody has to wake them.
    play.types("eli", "/rotation ooo add 2031-01-01").await;
    play.types("eli", "/rotation ooo remove 2031-01-01").await;
    play.waits("1m").await;

    assert_eq!((sent, again), (good, good));
    assert_eq!(rows.len(), stored + 1, "said once, to the one admin: {rows:#?}");
    assert!(rows.iter().all(|row| !row.envelope.contains("lighthouse")), "{rows:#?}");
    let told = order.told("ana").await;
    assert_eq!(told.len(), 1, "{told:#?}");
    for said in [
        "as an admin of this workspace",
        "lay open",
        "1 June, 10:00 to 12:00 UTC",
        "It is closed.",
        "security@asyncbot.example",
    ] {
        assert!(told[0].contains(said), "{said}: {told:#?}");
    }
    assert!(!told[0].contains("<!channel>"), "nobody is called by it: {told:#?}");
    for who in ["ben", "cho", "dee", "eli"] {
        assert_eq!(order.told(who).await, Vec::<String>::new(), "{who} is no admin");
    }
    assert!(play.channel("support").await.iter().all(|seen| !seen.text.contains("lighthouse")));
    let elsewhere = play.calls_for(&neighbour, "chat.postMessage").await;
    assert!(
        elsewhere.iter().all(|(_, call)| !call.to_string().contains("lighthouse")),
        "{elsewhere:#?}"
    );

    play.uninstalls().await;
    let gone = order.gives(&list, &[]).await;
    let others = order.gives("[\"T0NOBODY\"]", &["--skip-unknown"]).await;
    assert_eq!((gone, others), (not_well, good), "who cannot be reached is said");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admins_are_told_of_a_breach_once_on_sqlite() {
    the_admins_are_told_once_and_nobody_else(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admins_are_told_of_a_breach_once_on_postgres() {
    the_admins_are_told_once_and_nobody_else(Engine::Postgres).await;
}
