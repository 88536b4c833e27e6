//! The settings: environment variables, each also a flag, secrets also a file.
//!
//! They are taken as text and checked elsewhere, so that one start names every fault by its variable.

mod backup;
mod billing;
mod inbound;
mod site;

pub(crate) use backup::BackupSettings;
pub(crate) use billing::BillingSettings;
pub(crate) use inbound::InboundSettings;
pub(crate) use site::SiteSettings;

use crate::reports::{ReportSettings, TraceSettings};
use clap::Args;
use clap::builder::{OsStringValueParser, StringValueParser, TypedValueParser};
use secrecy::{ExposeSecret, SecretString};
use std::path::{Path, PathBuf};

/// The settings as they were given, unchecked.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    #[command(flatten)]
    pub(crate) slack: SlackSettings,
    #[command(flatten)]
    pub(crate) sources: SourceSettings,
    #[command(flatten)]
    pub(crate) keys: KeySettings,
    #[command(flatten)]
    pub(crate) addresses: AddressSettings,
    #[command(flatten)]
    pub(crate) inbound: InboundSettings,
    #[command(flatten)]
    pub(crate) site: SiteSettings,
    #[command(flatten)]
    pub(crate) database: DatabaseSettings,
    #[command(flatten)]
    pub(crate) backup: BackupSettings,
    #[command(flatten)]
    pub(crate) billing: BillingSettings,
    #[command(flatten)]
    pub(crate) watch: WatchSettings,
    #[command(flatten)]
    pub(crate) reports: ReportSettings,
    #[command(flatten)]
    pub(crate) traces: TraceSettings,
}

/// Who we are to Slack, and where it is.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Slack")]
pub(crate) struct SlackSettings {
    /// The Slack app's client id
    #[arg(long = "slack-client-id", env = "SLACK_CLIENT_ID", value_name = "ID")]
    client_id: Option<String>,
    /// The Slack app's client secret
    #[arg(long = "slack-client-secret", env = "SLACK_CLIENT_SECRET", value_name = "SECRET", hide_env_values = true, value_parser = secret_parser())]
    client_secret: Option<SecretString>,
    /// A file that holds `SLACK_CLIENT_SECRET`
    #[arg(long = "slack-client-secret-file", env = "SLACK_CLIENT_SECRET_FILE", value_name = "FILE", value_parser = path_parser())]
    client_secret_file: Option<PathBuf>,
    /// The secret by which the Slack app signs its requests; while it is being rotated, both, with a comma between
    #[arg(long = "slack-signing-secret", env = "SLACK_SIGNING_SECRET", value_name = "SECRET", hide_env_values = true, value_parser = secret_parser())]
    signing_secret: Option<SecretString>,
    /// A file that holds `SLACK_SIGNING_SECRET`
    #[arg(long = "slack-signing-secret-file", env = "SLACK_SIGNING_SECRET_FILE", value_name = "FILE", value_parser = path_parser())]
    signing_secret_file: Option<PathBuf>,
    /// The app-level token that turns Socket Mode on: Slack's requests then come over connections that the bot opens; see OPERATIONS.md
    #[arg(long = "slack-app-token", env = "SLACK_APP_TOKEN", value_name = "TOKEN", hide_env_values = true, value_parser = secret_parser())]
    app_token: Option<SecretString>,
    /// A file that holds `SLACK_APP_TOKEN`
    #[arg(long = "slack-app-token-file", env = "SLACK_APP_TOKEN_FILE", value_name = "FILE", value_parser = path_parser())]
    app_token_file: Option<PathBuf>,
    /// How many connections Socket Mode keeps open, 1 to 5; Slack allows 10 for all replicas together, and each is there twice while it is renewed
    #[arg(
        long = "slack-socket-connections",
        env = "SLACK_SOCKET_CONNECTIONS",
        value_name = "NUMBER",
        default_value = "2"
    )]
    pub(crate) socket_connections: String,
    /// Slack's Web API; plain http only to this machine
    #[arg(
        long = "slack-api-url",
        env = "SLACK_API_URL",
        value_name = "URL",
        default_value = "https://slack.com/api"
    )]
    pub(crate) api_url: String,
    /// Slack's page on which people allow the app; plain http only to this machine
    #[arg(
        long = "slack-authorize-url",
        env = "SLACK_AUTHORIZE_URL",
        value_name = "URL",
        default_value = "https://slack.com/oauth/v2/authorize"
    )]
    pub(crate) authorize_url: String,
}

/// Where absence sources are.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Absence sources")]
pub(crate) struct SourceSettings {
    /// HiBob's API, instead of the usual address of either of its hosts; plain http only to this machine
    #[arg(long = "hibob-api-url", env = "HIBOB_API_URL", value_name = "URL")]
    pub(crate) hibob_api_url: Option<String>,
}

/// The keys.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Encryption")]
pub(crate) struct KeySettings {
    /// The keys that seal what is secret: `id:base64,...`, the first is current; `asyncbot keys generate` makes one
    #[arg(long, env = "ASYNCBOT_ENCRYPTION_KEYS", value_name = "KEYS", hide_env_values = true, value_parser = secret_parser())]
    encryption_keys: Option<SecretString>,
    /// A file that holds `ASYNCBOT_ENCRYPTION_KEYS`
    #[arg(long, env = "ASYNCBOT_ENCRYPTION_KEYS_FILE", value_name = "FILE", value_parser = path_parser())]
    encryption_keys_file: Option<PathBuf>,
}

/// Where the service listens and how it is reached.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Addresses")]
pub(crate) struct AddressSettings {
    /// The address and port for Slack and browsers; behind a proxy, where the proxy finds it
    #[arg(long, env = "ASYNCBOT_BIND", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) bind: String,
    /// The address and port for health detail and metrics, not for the public
    #[arg(
        long,
        env = "ASYNCBOT_ADMIN_BIND",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9090"
    )]
    pub(crate) admin_bind: String,
    /// The https address under which Slack and browsers reach the service, for links and for installing; may be left out while `ASYNCBOT_BIND` is an address of this machine alone
    #[arg(long, env = "ASYNCBOT_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,
}

/// Where the data is.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Database")]
pub(crate) struct DatabaseSettings {
    /// The database: `sqlite://FILE`, or `postgres://...` with the run-time login [default: `asyncbot.db` in the data folder]
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, value_parser = secret_parser())]
    database_url: Option<SecretString>,
    /// A file that holds `DATABASE_URL`
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE", value_parser = path_parser())]
    database_url_file: Option<PathBuf>,
    /// PostgreSQL only: the login for work over many workspaces, without seeing content
    #[arg(long, env = "DATABASE_SYSTEM_URL", value_name = "URL", hide_env_values = true, value_parser = secret_parser())]
    database_system_url: Option<SecretString>,
    /// A file that holds `DATABASE_SYSTEM_URL`
    #[arg(long, env = "DATABASE_SYSTEM_URL_FILE", value_name = "FILE", value_parser = path_parser())]
    database_system_url_file: Option<PathBuf>,
    /// PostgreSQL only: the login that owns the tables; `migrate` alone uses it, and needs no other
    #[arg(long, env = "DATABASE_OWNER_URL", value_name = "URL", hide_env_values = true, value_parser = secret_parser())]
    database_owner_url: Option<SecretString>,
    /// A file that holds `DATABASE_OWNER_URL`
    #[arg(long, env = "DATABASE_OWNER_URL_FILE", value_name = "FILE", value_parser = path_parser())]
    database_owner_url_file: Option<PathBuf>,
    /// The data folder, in which SQLite's file lies; it is made where it is missing [default: the platform's data folder]
    #[arg(long, env = "ASYNCBOT_DATA_DIR", value_name = "FOLDER", value_parser = path_parser())]
    data_dir: Option<PathBuf>,
    /// The ledger of erasures: a file that says what was erased and may not come back with a backup; keep it outside of what is backed up, and let replicas share it [default: `erasures` in the data folder]
    #[arg(long, env = "ASYNCBOT_ERASURE_LEDGER", value_name = "FILE", value_parser = path_parser())]
    erasure_ledger: Option<PathBuf>,
}

/// Who watches the service, and how it leaves.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Watching")]
pub(crate) struct WatchSettings {
    /// A dead-man's switch: it is asked with GET every minute while nothing is overdue, and should raise the alarm when that stops; https, or plain http to this machine
    #[arg(long, env = "ASYNCBOT_HEARTBEAT_URL", value_name = "URL", hide_env_values = true, value_parser = secret_parser())]
    heartbeat_url: Option<SecretString>,
    /// A file that holds `ASYNCBOT_HEARTBEAT_URL`
    #[arg(long, env = "ASYNCBOT_HEARTBEAT_URL_FILE", value_name = "FILE", value_parser = path_parser())]
    heartbeat_url_file: Option<PathBuf>,
    /// How many seconds the service answers on after it was told to stop, while `/readyz` says that it stops, 0 to 15
    #[arg(long, env = "ASYNCBOT_STOP_GRACE", value_name = "SECONDS", default_value = "2")]
    pub(crate) stop_grace: String,
}

impl WatchSettings {
    pub(crate) fn heartbeat_url(&self) -> Given {
        let file = self.heartbeat_url_file.as_deref();
        given("ASYNCBOT_HEARTBEAT_URL", self.heartbeat_url.as_ref(), file)
    }
}

/// A setting that is missing or does not fit, in words for the one who runs the service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {text}")]
pub struct SettingFault {
    /// The variable.
    pub setting: &'static str,
    /// What is wrong and what to do.
    pub text: String,
}

impl SettingFault {
    pub(crate) fn new(setting: &'static str, text: impl Into<String>) -> Self {
        Self { setting, text: text.into() }
    }
}

/// A secret, or nothing where it was not given.
pub(crate) type Given = Result<Option<SecretString>, SettingFault>;

impl SlackSettings {
    pub(crate) fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref().filter(|id| !id.is_empty())
    }

    pub(crate) fn client_secret(&self) -> Given {
        let file = self.client_secret_file.as_deref();
        given("SLACK_CLIENT_SECRET", self.client_secret.as_ref(), file)
    }

    pub(crate) fn signing_secret(&self) -> Given {
        let file = self.signing_secret_file.as_deref();
        given("SLACK_SIGNING_SECRET", self.signing_secret.as_ref(), file)
    }

    pub(crate) fn app_token(&self) -> Given {
        let file = self.app_token_file.as_deref();
        given("SLACK_APP_TOKEN", self.app_token.as_ref(), file)
    }
}

impl KeySettings {
    pub(crate) fn encryption_keys(&self) -> Given {
        let file = self.encryption_keys_file.as_deref();
        given("ASYNCBOT_ENCRYPTION_KEYS", self.encryption_keys.as_ref(), file)
    }
}

impl DatabaseSettings {
    pub(crate) fn url(&self) -> Given {
        let file = self.database_url_file.as_deref();
        given("DATABASE_URL", self.database_url.as_ref(), file)
    }

    pub(crate) fn system_url(&self) -> Given {
        let file = self.database_system_url_file.as_deref();
        given("DATABASE_SYSTEM_URL", self.database_system_url.as_ref(), file)
    }

    pub(crate) fn owner_url(&self) -> Given {
        let file = self.database_owner_url_file.as_deref();
        given("DATABASE_OWNER_URL", self.database_owner_url.as_ref(), file)
    }

    /// Returns the ledger of erasures; nothing where this user has no home and said nothing else.
    pub(crate) fn erasure_ledger(&self) -> Option<PathBuf> {
        let given = self.erasure_ledger.clone().filter(|file| !file.as_os_str().is_empty());
        given.or_else(|| self.data_dir().ok().map(|folder| folder.join("erasures")))
    }

    /// Returns the data folder.
    pub(crate) fn data_dir(&self) -> Result<PathBuf, SettingFault> {
        if let Some(dir) = self.data_dir.as_ref().filter(|dir| !dir.as_os_str().is_empty()) {
            return Ok(dir.clone());
        }
        directories::ProjectDirs::from("", "", "asyncbot")
            .map(|dirs| dirs.data_dir().to_owned())
            .ok_or_else(|| {
                SettingFault::new(
                    "ASYNCBOT_DATA_DIR",
                    "this user has no home, so please say where the data goes",
                )
            })
    }
}

pub(crate) fn secret_parser() -> impl TypedValueParser<Value = SecretString> {
    StringValueParser::new().map(SecretString::from)
}

/// The usual parser refuses an empty path, which here was not given.
pub(crate) fn path_parser() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Returns a secret from its variable or its file, but not from both; what is empty was not given.
pub(crate) fn given(
    setting: &'static str,
    value: Option<&SecretString>,
    file: Option<&Path>,
) -> Given {
    let value = value.filter(|value| !value.expose_secret().is_empty());
    let file = file.filter(|file| !file.as_os_str().is_empty());
    match (value, file) {
        (Some(_), Some(_)) => Err(SettingFault::new(
            setting,
            format!("it is given twice, by itself and by {setting}_FILE; please keep one"),
        )),
        (Some(value), None) => Ok(Some(value.clone())),
        (None, Some(file)) => read(setting, file).map(Some),
        (None, None) => Ok(None),
    }
}

/// Reads a secret from a file, without the line end that an editor leaves behind it.
fn read(setting: &'static str, file: &Path) -> Result<SecretString, SettingFault> {
    let fault = |text: String| SettingFault::new(setting, text);
    let text = std::fs::read_to_string(file)
        .map_err(|error| fault(format!("the file {} cannot be read: {error}", file.display())))?;
    let text = SecretString::from(text);
    let secret = text.expose_secret().trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(fault(format!("the file {} is empty", file.display())));
    }
    Ok(SecretString::from(secret))
}
