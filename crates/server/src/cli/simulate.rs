//! `asyncbot demo` and `asyncbot simulate`.

use super::serve::Stop;
use super::{DONE, NOT_WELL, output, telemetry};
use crate::demo::{Stage, StageError, StageSettings, new_keys};
use crate::inbound::Inbound;
use crate::site::Site;
use chrono::{DateTime, Datelike, Days, NaiveTime, Utc};
use clap::Args;
use clock::Clock;
use crypto::KeyRing;
use domain::zone::Zone;
use secrecy::{ExposeSecret, SecretString};
use simulator::{SimulatorSettings, SlackApp};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::StoreSettings;
use url::Url;

/// The zone in which the demo's people work.
const DEMO_ZONE: &str = "Europe/Berlin";

/// The demo's own log lines would drown its two links.
const DEMO_LOG: &str = "warn,slack_morphism=off";

#[derive(Args, Debug)]
pub(super) struct DemoOptions {
    /// Where the page is served
    #[arg(long, env = "ASYNCBOT_BIND", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    bind: SocketAddr,
    /// Where the bot's data goes [default: a temporary folder, deleted at the end]
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The time at which the story begins [default: the coming Monday, 08:50 in Berlin]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    at: Option<DateTime<Utc>>,
    /// Let plans be paid, at a pretended Stripe; else every workspace has everything
    #[arg(long)]
    billing: bool,
}

#[derive(Args, Debug)]
pub(super) struct SimulateOptions {
    /// Where the simulator listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    bind: SocketAddr,
    /// Where the bot listens, on this machine
    #[arg(long, value_name = "URL")]
    bot: Option<Url>,
    /// The Slack app's client id
    #[arg(long, env = "SLACK_CLIENT_ID", value_name = "ID")]
    slack_client_id: String,
    /// The Slack app's client secret
    #[arg(long, env = "SLACK_CLIENT_SECRET", value_name = "SECRET", hide_env_values = true)]
    slack_client_secret: SecretString,
    /// The Slack app's signing secret
    #[arg(long, env = "SLACK_SIGNING_SECRET", value_name = "SECRET", hide_env_values = true)]
    slack_signing_secret: SecretString,
    /// The Slack app's app-level token; where it is given, the simulator sends through Socket Mode
    #[arg(long, env = "SLACK_APP_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    slack_app_token: Option<SecretString>,
}

pub(super) async fn demo(options: DemoOptions) -> u8 {
    telemetry::start(Some(DEMO_LOG));
    match try_demo(&options).await {
        Ok(()) => DONE,
        Err(fault) => {
            output::complain(&fault.to_string());
            NOT_WELL
        }
    }
}

async fn try_demo(options: &DemoOptions) -> Result<(), StageError> {
    // The folder is deleted when this is dropped, after the bot has ended.
    let temporary = tempfile::tempdir().map_err(|fault| no_folder(&fault))?;
    let dir = options.data_dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&dir).map_err(|fault| no_folder(&fault))?;
    let stage = Stage::start(StageSettings {
        store: StoreSettings {
            url: SecretString::from(format!("sqlite://{}", dir.join("asyncbot.db").display())),
            system_url: None,
            owner_url: None,
        },
        keys: keys_in(&dir)?,
        bind: options.bind,
        at: options.at.unwrap_or_else(coming_monday),
        ticks: true,
        inbound: Inbound::default(),
        site: Site::default(),
        is_billed: options.billing,
        watch: None,
        socket_mode: false,
    })
    .await?;
    simulator::seed_demo(stage.simulator()).await.map_err(StageError::Other)?;
    output::say(&format!(
        "Open {} in your browser.\nThe bot itself listens on {}.\nCtrl+C ends both.",
        stage.simulator().url(),
        stage.bot_url(),
    ));
    Stop::listen().told().await;
    stage.stop().await;
    Ok(())
}

/// Returns the keys of a data folder, made at its first use: the same data must open again.
fn keys_in(dir: &Path) -> Result<Arc<KeyRing>, StageError> {
    let file = dir.join("demo.key");
    match std::fs::read_to_string(&file) {
        Ok(text) => KeyRing::parse(&SecretString::from(text.trim()))
            .map(Arc::new)
            .map_err(|fault| StageError::Other(format!("{}: {fault}", file.display()))),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            let (keys, text) = new_keys()?;
            std::fs::write(&file, text.expose_secret()).map_err(|fault| no_folder(&fault))?;
            Ok(keys)
        }
        Err(fault) => Err(no_folder(&fault)),
    }
}

pub(super) async fn simulate(options: SimulateOptions) -> u8 {
    telemetry::start(None);
    let has_bot = options.bot.is_some();
    let started = simulator::start(SimulatorSettings {
        bind: options.bind,
        clock: Clock::system(),
        bot_url: options.bot,
        app: SlackApp {
            client_id: options.slack_client_id,
            client_secret: options.slack_client_secret.expose_secret().to_owned(),
            signing_secret: options.slack_signing_secret.expose_secret().to_owned(),
        },
        host: None,
    })
    .await;
    let simulator = match started {
        Ok(simulator) => simulator,
        Err(fault) => {
            output::complain(&format!("cannot listen on {}: {fault}", options.bind));
            return NOT_WELL;
        }
    };
    if let Some(app_token) = options.slack_app_token {
        simulator.turn_socket_mode_on(app_token.expose_secret());
    }
    output::say(&format!("Open {} in your browser.", simulator.url()));
    if has_bot && let Err(fault) = simulator::seed_demo(&simulator).await {
        output::complain(&format!("the app could not be installed: {fault}"));
    }
    Stop::listen().told().await;
    simulator.shutdown().await;
    DONE
}

/// Returns ten minutes before the week's first working hour: the coming Monday, 08:50.
fn coming_monday() -> DateTime<Utc> {
    let zone = Zone::parse(DEMO_ZONE).unwrap_or_else(|_| Zone::utc());
    let now = Clock::system().now();
    let time = NaiveTime::from_hms_opt(8, 50, 0).unwrap_or_default();
    let today = zone.date_of(now);
    let days = (7 - today.weekday().num_days_from_monday()) % 7;
    let monday = today + Days::new(u64::from(days));
    let at = zone.instant_of(monday.and_time(time));
    if at > now { at } else { zone.instant_of((monday + Days::new(7)).and_time(time)) }
}

fn no_folder(fault: &io::Error) -> StageError {
    StageError::Other(format!("the data folder cannot be used: {fault}"))
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.to_utc())
        .map_err(|_| "must be an instant such as 2026-06-08T06:50:00Z".to_owned())
}
