//! The settings: environment variables, each also a flag, secrets also a file.

use clap::Args;
use clap::builder::{StringValueParser, TypedValueParser};
use secrecy::SecretString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// The settings as they were given, unchecked.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// The database: `sqlite://FILE`, or `postgres://...` with the run-time login [default: asyncbot.db in the data directory]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = secret_parser())]
    database_url: Option<SecretString>,
    /// A file that holds `DATABASE_URL`
    #[arg(long, env = "DATABASE_URL_FILE")]
    database_url_file: Option<PathBuf>,
    /// PostgreSQL only: the login for work over many workspaces
    #[arg(long, env = "DATABASE_SYSTEM_URL", hide_env_values = true, value_parser = secret_parser())]
    database_system_url: Option<SecretString>,
    /// A file that holds `DATABASE_SYSTEM_URL`
    #[arg(long, env = "DATABASE_SYSTEM_URL_FILE")]
    database_system_url_file: Option<PathBuf>,
    /// PostgreSQL only: the login that owns the tables, used by `migrate` alone
    #[arg(long, env = "DATABASE_OWNER_URL", hide_env_values = true, value_parser = secret_parser())]
    database_owner_url: Option<SecretString>,
    /// A file that holds `DATABASE_OWNER_URL`
    #[arg(long, env = "DATABASE_OWNER_URL_FILE")]
    database_owner_url_file: Option<PathBuf>,
    /// Where the SQLite file lives [default: the platform's data folder]
    #[arg(long, env = "ASYNCBOT_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// The public address
    #[arg(long, env = "ASYNCBOT_BIND", default_value = "127.0.0.1:8080")]
    pub(crate) bind: SocketAddr,
    /// The address for health detail, not for the public
    #[arg(long, env = "ASYNCBOT_ADMIN_BIND", default_value = "127.0.0.1:9090")]
    pub(crate) admin_bind: SocketAddr,
    /// The address under which people and Slack reach the service, for links and for installing
    #[arg(long, env = "ASYNCBOT_PUBLIC_URL")]
    pub(crate) public_url: Option<Url>,
    /// The keys that seal what is secret: `id:base64,...`, the first is current; `asyncbot keys generate` makes one
    #[arg(long, env = "ASYNCBOT_ENCRYPTION_KEYS", hide_env_values = true, value_parser = secret_parser())]
    encryption_keys: Option<SecretString>,
    /// A file that holds `ASYNCBOT_ENCRYPTION_KEYS`
    #[arg(long, env = "ASYNCBOT_ENCRYPTION_KEYS_FILE")]
    encryption_keys_file: Option<PathBuf>,
    /// The Slack app's client id
    #[arg(long, env = "SLACK_CLIENT_ID")]
    pub(crate) slack_client_id: Option<String>,
    /// The Slack app's client secret
    #[arg(long, env = "SLACK_CLIENT_SECRET", hide_env_values = true, value_parser = secret_parser())]
    slack_client_secret: Option<SecretString>,
    /// A file that holds `SLACK_CLIENT_SECRET`
    #[arg(long, env = "SLACK_CLIENT_SECRET_FILE")]
    slack_client_secret_file: Option<PathBuf>,
    /// The Slack app's signing secret; while it is being rotated, both, with a comma between
    #[arg(long, env = "SLACK_SIGNING_SECRET", hide_env_values = true, value_parser = secret_parser())]
    slack_signing_secret: Option<SecretString>,
    /// A file that holds `SLACK_SIGNING_SECRET`
    #[arg(long, env = "SLACK_SIGNING_SECRET_FILE")]
    slack_signing_secret_file: Option<PathBuf>,
    /// Slack's app-level token; turns Socket Mode on, which this version does not have yet
    #[arg(long, env = "SLACK_APP_TOKEN", hide_env_values = true, value_parser = secret_parser())]
    pub(crate) slack_app_token: Option<SecretString>,
    /// Slack's Web API; plain http only to this machine
    #[arg(long, env = "SLACK_API_URL", default_value = "https://slack.com/api")]
    pub(crate) slack_api_url: Url,
    /// Slack's page on which people allow the app
    #[arg(
        long,
        env = "SLACK_AUTHORIZE_URL",
        default_value = "https://slack.com/oauth/v2/authorize"
    )]
    pub(crate) slack_authorize_url: Url,
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

impl Settings {
    /// Returns the run-time address of the database.
    pub(crate) fn database_url(&self) -> Result<SecretString, SettingFault> {
        match given("DATABASE_URL", self.database_url.as_ref(), self.database_url_file.as_deref())?
        {
            Some(url) => Ok(url),
            None => {
                Ok(format!("sqlite://{}", self.data_dir()?.join("asyncbot.db").display()).into())
            }
        }
    }

    pub(crate) fn database_system_url(&self) -> Result<Option<SecretString>, SettingFault> {
        given(
            "DATABASE_SYSTEM_URL",
            self.database_system_url.as_ref(),
            self.database_system_url_file.as_deref(),
        )
    }

    pub(crate) fn database_owner_url(&self) -> Result<Option<SecretString>, SettingFault> {
        given(
            "DATABASE_OWNER_URL",
            self.database_owner_url.as_ref(),
            self.database_owner_url_file.as_deref(),
        )
    }

    pub(crate) fn encryption_keys(&self) -> Result<Option<SecretString>, SettingFault> {
        given(
            "ASYNCBOT_ENCRYPTION_KEYS",
            self.encryption_keys.as_ref(),
            self.encryption_keys_file.as_deref(),
        )
    }

    pub(crate) fn slack_client_secret(&self) -> Result<Option<SecretString>, SettingFault> {
        given(
            "SLACK_CLIENT_SECRET",
            self.slack_client_secret.as_ref(),
            self.slack_client_secret_file.as_deref(),
        )
    }

    pub(crate) fn slack_signing_secret(&self) -> Result<Option<SecretString>, SettingFault> {
        given(
            "SLACK_SIGNING_SECRET",
            self.slack_signing_secret.as_ref(),
            self.slack_signing_secret_file.as_deref(),
        )
    }

    /// Returns the data directory.
    fn data_dir(&self) -> Result<PathBuf, SettingFault> {
        if let Some(dir) = &self.data_dir {
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

fn secret_parser() -> impl TypedValueParser<Value = SecretString> {
    StringValueParser::new().map(SecretString::from)
}

/// Returns a secret from its variable or its file, but not from both.
fn given(
    setting: &'static str,
    value: Option<&SecretString>,
    file: Option<&Path>,
) -> Result<Option<SecretString>, SettingFault> {
    match (value, file) {
        (Some(_), Some(_)) => Err(SettingFault::new(
            setting,
            format!("it is given twice, by itself and by {setting}_FILE; please keep one"),
        )),
        (Some(value), None) => Ok(Some(value.clone())),
        (None, Some(file)) => std::fs::read_to_string(file)
            .map(|text| Some(SecretString::from(text.trim_end_matches(['\r', '\n']))))
            .map_err(|fault| {
                SettingFault::new(
                    setting,
                    format!("the file {} cannot be read: {fault}", file.display()),
                )
            }),
        (None, None) => Ok(None),
    }
}
