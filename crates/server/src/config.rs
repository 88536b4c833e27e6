//! The settings, checked: either everything that serving needs, or every fault at once.

use crate::settings::{SettingFault, Settings};
use clock::Clock;
use crypto::KeyRing;
use secrecy::{ExposeSecret, SecretString};
use slack::{ApiConfig, SigningSecrets};
use std::net::SocketAddr;
use std::sync::Arc;
use store::StoreSettings;
use url::Url;

/// Everything that a bot is started with.
#[derive(Clone, Debug)]
pub struct BotConfig {
    /// The database.
    pub store: StoreSettings,
    /// The keys that seal.
    pub keys: Arc<KeyRing>,
    /// Slack's addresses and the app's credentials.
    pub slack: ApiConfig,
    /// The secrets by which Slack signs.
    pub signing: SigningSecrets,
    /// The address under which it is reached; without one, the address that it listens on.
    pub public_url: Option<Url>,
    /// The public address.
    pub bind: SocketAddr,
    /// The address for health detail, if there is to be one.
    pub admin_bind: Option<SocketAddr>,
    /// The time.
    pub clock: Clock,
}

/// Checks the settings for serving.
///
/// # Errors
///
/// Every fault, not only the first.
pub(crate) fn serve_config(settings: &Settings) -> Result<BotConfig, Vec<SettingFault>> {
    let mut faults = Vec::new();
    let store = keep(store_settings(settings), &mut faults);
    let keys = keep(keys(settings), &mut faults);
    let slack = keep(slack_config(settings), &mut faults);
    let signing = keep(signing_secrets(settings), &mut faults);
    faults.extend(public_url_fault(settings));
    if settings.slack_app_token.is_some() {
        faults.push(SettingFault::new(
            "SLACK_APP_TOKEN",
            "Socket Mode is not supported yet; please remove it and let Slack send its requests over HTTP",
        ));
    }
    if settings.bind == settings.admin_bind {
        faults.push(SettingFault::new(
            "ASYNCBOT_ADMIN_BIND",
            "it is the same as ASYNCBOT_BIND; the admin address must be one of its own",
        ));
    }
    match (store, keys, slack, signing) {
        (Some(store), Some(keys), Some(slack), Some(signing)) if faults.is_empty() => {
            Ok(BotConfig {
                store,
                keys,
                slack,
                signing,
                public_url: settings.public_url.clone(),
                bind: settings.bind,
                admin_bind: Some(settings.admin_bind),
                clock: Clock::system(),
            })
        }
        _ => Err(faults),
    }
}

/// Returns the database's addresses, checked against each other.
pub(crate) fn store_settings(settings: &Settings) -> Result<StoreSettings, SettingFault> {
    let url = settings.database_url()?;
    let system_url = settings.database_system_url()?;
    let owner_url = settings.database_owner_url()?;
    let is_postgres = is_postgres(&url);
    if !is_postgres && !url.expose_secret().starts_with("sqlite:") {
        return Err(SettingFault::new(
            "DATABASE_URL",
            "it must begin with sqlite:// or postgres://",
        ));
    }
    if !is_postgres && (system_url.is_some() || owner_url.is_some()) {
        return Err(SettingFault::new(
            "DATABASE_SYSTEM_URL, DATABASE_OWNER_URL",
            "they are for PostgreSQL only, but DATABASE_URL is SQLite; please remove them or change DATABASE_URL",
        ));
    }
    Ok(StoreSettings { url, system_url, owner_url })
}

/// Returns the key ring.
pub(crate) fn keys(settings: &Settings) -> Result<Arc<KeyRing>, SettingFault> {
    const SETTING: &str = "ASYNCBOT_ENCRYPTION_KEYS";
    let text = settings.encryption_keys()?.ok_or_else(|| {
        SettingFault::new(SETTING, "it is missing; `asyncbot keys generate` makes a key")
    })?;
    KeyRing::parse(&text)
        .map(Arc::new)
        .map_err(|fault| SettingFault::new(SETTING, fault.to_string()))
}

fn slack_config(settings: &Settings) -> Result<ApiConfig, SettingFault> {
    let client_id = settings.slack_client_id.clone().filter(|id| !id.is_empty());
    let client_id = client_id.ok_or_else(|| missing("SLACK_CLIENT_ID"))?;
    let client_secret = settings.slack_client_secret()?.filter(is_set);
    Ok(ApiConfig {
        api_url: settings.slack_api_url.clone(),
        authorize_url: settings.slack_authorize_url.clone(),
        client_id,
        client_secret: client_secret.ok_or_else(|| missing("SLACK_CLIENT_SECRET"))?,
    })
}

fn signing_secrets(settings: &Settings) -> Result<SigningSecrets, SettingFault> {
    const SETTING: &str = "SLACK_SIGNING_SECRET";
    let given = settings.slack_signing_secret()?.ok_or_else(|| missing(SETTING))?;
    let secrets = given.expose_secret().split(',').map(|one| SecretString::from(one.trim()));
    let secrets: Vec<SecretString> = secrets.filter(is_set).collect();
    if secrets.is_empty() {
        return Err(missing(SETTING));
    }
    Ok(SigningSecrets::new(secrets))
}

fn public_url_fault(settings: &Settings) -> Option<SettingFault> {
    const SETTING: &str = "ASYNCBOT_PUBLIC_URL";
    match &settings.public_url {
        Some(url) if url.scheme() == "https" || is_loopback(url) => None,
        Some(_) => Some(SettingFault::new(SETTING, "it must begin with https://")),
        None if settings.bind.ip().is_loopback() => None,
        None => Some(SettingFault::new(
            SETTING,
            "it is missing; Slack needs the https address under which this service is reached",
        )),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn is_postgres(url: &SecretString) -> bool {
    let url = url.expose_secret();
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

fn is_set(secret: &SecretString) -> bool {
    !secret.expose_secret().is_empty()
}

fn missing(setting: &'static str) -> SettingFault {
    SettingFault::new(
        setting,
        "it is missing; it stands on the Basic Information page of your Slack app",
    )
}

fn keep<T>(checked: Result<T, SettingFault>, faults: &mut Vec<SettingFault>) -> Option<T> {
    checked.map_err(|fault| faults.push(fault)).ok()
}
