//! The settings, checked: either everything that serving needs, or every fault at once.

mod backup;
mod billing;
mod inbound;

pub(crate) use backup::{backup_config, backup_ground, backup_place, restoring_store};

use crate::backup::BackupConfig;
use crate::billing::BillingConfig;
use crate::inbound::Inbound;
use crate::ledger::Ledger;
use crate::reports::{self, ReportConfig};
use crate::settings::{
    AddressSettings, DatabaseSettings, KeySettings, SettingFault, Settings, SiteSettings,
    SlackSettings, SourceSettings, WatchSettings, given,
};
use crate::site::Site;
use chrono::TimeDelta;
use clock::Clock;
use crypto::KeyRing;
use domain::source::SourceCode;
use secrecy::{ExposeSecret, SecretString};
use slack::{ApiConfig, SigningSecrets};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::{FileClaim, StoreSettings};
use url::{Host, Url};

/// Said of what a person copies from Slack.
const OF_THE_APP: &str = "it is missing; it stands on the Basic Information page of your Slack app";

/// How many connections may be kept open: each is there twice while Slack renews it, and Slack allows 10.
const MOST_CONNECTIONS: u8 = 5;

/// How long it may serve on after it was told to stop, in seconds: the rest of 20 seconds is for what is under way.
const MOST_GRACE: u64 = 15;

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
    /// How much is taken from outside.
    pub inbound: Inbound,
    /// What the hoster says of it.
    pub site: Site,
    /// The address under which it is reached; without one, the address that it listens on.
    pub public_url: Option<Url>,
    /// Socket Mode, where it is wanted beside HTTP.
    pub socket: Option<SocketConfig>,
    /// Where absence sources are that are elsewhere than usual.
    pub sources: BTreeMap<SourceCode, Url>,
    /// The public address.
    pub bind: SocketAddr,
    /// The address for health detail and metrics, if there is to be one.
    pub admin_bind: Option<SocketAddr>,
    /// The dead-man's switch that is told every minute that all is well.
    pub heartbeat: Option<SecretString>,
    /// Whether it is looked every minute for what is overdue.
    pub audits: bool,
    /// How long it serves on after it was told to stop and says that it is not ready.
    pub grace: Duration,
    /// The folder in which is kept, beside PostgreSQL, how far it was.
    pub data_dir: Option<PathBuf>,
    /// The ledger of erasures, if there is to be one.
    pub erasure_ledger: Option<PathBuf>,
    /// How the day's backup is made, if the service is to make it.
    pub backups: Option<Backups>,
    /// How plans are paid, if they are; else every workspace has everything.
    pub billing: Option<BillingConfig>,
    /// The time.
    pub clock: Clock,
}

/// How backups are made by the service.
#[derive(Clone, Debug)]
pub struct Backups(pub(crate) BackupConfig);

/// How Slack is connected to in Socket Mode.
#[derive(Clone, Debug)]
pub struct SocketConfig {
    /// The app-level token, with the scope `connections:write`.
    pub app_token: SecretString,
    /// How many connections are kept open, 1 to 5.
    pub connections: u8,
}

/// The settings for serving: what of them is right, and every fault of the rest.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) faults: Vec<SettingFault>,
    pub(crate) store: Option<StoreSettings>,
    pub(crate) keys: Option<Arc<KeyRing>>,
    pub(crate) slack: Option<ApiConfig>,
    /// Nothing where Socket Mode is not wanted.
    pub(crate) socket: Option<SocketConfig>,
    /// Nothing where nothing is reported.
    pub(crate) reports: Option<ReportConfig>,
    signing: Option<SigningSecrets>,
    sources: BTreeMap<SourceCode, Url>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) erasure_ledger: Option<PathBuf>,
    pub(crate) backups: Option<BackupConfig>,
    pub(crate) billing: Option<BillingConfig>,
    addresses: Option<Addresses>,
    inbound: Option<Inbound>,
    site: Option<Site>,
    watch: Option<Watch>,
}

#[derive(Debug)]
struct Addresses {
    bind: SocketAddr,
    admin_bind: SocketAddr,
    public_url: Option<Url>,
}

#[derive(Debug)]
struct Watch {
    heartbeat: Option<SecretString>,
    grace: Duration,
}

/// The faults found so far.
#[derive(Default)]
struct Faults(Vec<SettingFault>);

impl Checked {
    /// Checks the settings for serving.
    pub(crate) fn of(settings: &Settings) -> Self {
        let mut faults = Faults::default();
        let slack = slack_config(&settings.slack, &mut faults);
        let signing = signing_secrets(&settings.slack, &mut faults);
        let socket = socket_config(&settings.slack, &mut faults);
        let sources = sources(&settings.sources, &mut faults);
        let keys = keys(&settings.keys, &mut faults);
        let addresses = addresses(&settings.addresses, &mut faults);
        let inbound = inbound::inbound(&settings.inbound, &mut faults);
        let site = site(&settings.site, &mut faults);
        let watch = watch(&settings.watch, &mut faults);
        let reports = reports::checked(&settings.reports, &settings.keys);
        let reports = reports.unwrap_or_else(|fault| {
            faults.0.push(fault);
            None
        });
        faults.keep(reports::checked_traces(&settings.traces, &settings.keys));
        let store = serving_store(&settings.database, &mut faults);
        // Without a folder the platform knows of, what is kept there is kept in memory alone.
        let data_dir = settings.database.data_dir().ok();
        let backups =
            backup::of_service(&settings.backup, store.as_ref(), data_dir.as_deref(), &mut faults);
        let billing = billing::billing(&settings.billing, &mut faults);
        Self {
            faults: faults.0,
            store,
            keys,
            slack,
            socket,
            reports,
            signing,
            sources,
            data_dir,
            erasure_ledger: settings.database.erasure_ledger(),
            backups,
            billing,
            addresses,
            inbound,
            site,
            watch,
        }
    }

    /// Returns the address under which the service is reached, where one was given.
    pub(crate) fn public_url(&self) -> Option<&Url> {
        self.addresses.as_ref()?.public_url.as_ref()
    }

    /// Returns what to start the bot with.
    ///
    /// # Errors
    ///
    /// Every fault, not only the first.
    pub(crate) fn into_config(self) -> Result<BotConfig, Vec<SettingFault>> {
        let (Some(watch), Some(inbound), Some(site)) = (self.watch, self.inbound, self.site) else {
            return Err(self.faults);
        };
        match (self.store, self.keys, self.slack, self.signing, self.addresses) {
            (Some(store), Some(keys), Some(slack), Some(signing), Some(addresses))
                if self.faults.is_empty() =>
            {
                Ok(BotConfig {
                    store,
                    keys,
                    slack,
                    signing,
                    inbound,
                    site,
                    socket: self.socket,
                    sources: self.sources,
                    public_url: addresses.public_url,
                    bind: addresses.bind,
                    admin_bind: Some(addresses.admin_bind),
                    heartbeat: watch.heartbeat,
                    audits: true,
                    grace: watch.grace,
                    data_dir: self.data_dir,
                    erasure_ledger: self.erasure_ledger,
                    backups: self.backups.map(Backups),
                    billing: self.billing,
                    clock: Clock::system_ahead(
                        TimeDelta::from_std(faults::ahead()).unwrap_or_default(),
                    ),
                })
            }
            _ => Err(self.faults),
        }
    }
}

/// The database's URLs as they were given.
struct Urls {
    url: Option<SecretString>,
    system_url: Option<SecretString>,
    owner_url: Option<SecretString>,
}

/// Returns where the database is that is to be migrated. On PostgreSQL the owner's URL alone is enough.
///
/// # Errors
///
/// Every fault, not only the first.
pub(crate) fn migrating_store(
    database: &DatabaseSettings,
) -> Result<StoreSettings, Vec<SettingFault>> {
    let mut faults = Faults::default();
    let store = urls(database, &mut faults).and_then(|mut urls| {
        urls.url = urls.url.or_else(|| urls.owner_url.clone());
        let store = store_settings(urls, database, &mut faults)?;
        if is_postgres(&store.url) && store.owner_url.is_none() {
            faults.note(
                "DATABASE_OWNER_URL",
                "it is missing; only the login that owns the tables can migrate PostgreSQL",
            );
        }
        Some(store)
    });
    store.filter(|_| faults.0.is_empty()).ok_or(faults.0)
}

/// Returns where the database is and what opens it, for a command that works beside the service.
///
/// # Errors
///
/// Every fault, not only the first.
pub(crate) fn opened_store(
    database: &DatabaseSettings,
    key_settings: &KeySettings,
) -> Result<(StoreSettings, Arc<KeyRing>), Vec<SettingFault>> {
    let mut faults = Faults::default();
    let store = serving_store(database, &mut faults);
    let keys = keys(key_settings, &mut faults);
    store.zip(keys).filter(|_| faults.0.is_empty()).ok_or(faults.0)
}

/// The two databases of a copy, and what opens what is sealed in them.
pub(crate) struct CopiedStores {
    pub(crate) from: SecretString,
    pub(crate) to: SecretString,
    pub(crate) keys: Arc<KeyRing>,
}

/// A URL, given by itself or in a file.
type GivenUrl<'a> = (Option<&'a SecretString>, Option<&'a Path>);

/// Returns the databases of a copy.
///
/// # Errors
///
/// Every fault, not only the first.
pub(crate) fn copied_stores(
    from: GivenUrl<'_>,
    to: GivenUrl<'_>,
    key_settings: &KeySettings,
) -> Result<CopiedStores, Vec<SettingFault>> {
    let mut faults = Faults::default();
    let mut url = |setting, (url, file): GivenUrl<'_>| {
        let given = faults.keep(given(setting, url, file))?;
        if given.is_none() {
            faults.note(
                setting,
                "it is missing; write it as sqlite://FILE or postgres://user@host/name",
            );
        }
        given
    };
    let (from, to) = (url("--from", from), url("--to", to));
    let keys = keys(key_settings, &mut faults);
    match (from, to, keys) {
        (Some(from), Some(to), Some(keys)) if faults.0.is_empty() => {
            Ok(CopiedStores { from, to, keys })
        }
        _ => Err(faults.0),
    }
}

/// Returns the ledger of erasures.
pub(crate) fn ledger(database: &DatabaseSettings) -> Ledger {
    Ledger::new(database.erasure_ledger())
}

/// Takes SQLite's file for a command beside which no service may run; on PostgreSQL there is nothing to take.
///
/// # Errors
///
/// Words for whoever gave the command.
pub(crate) fn claimed_store(database: &DatabaseSettings) -> Result<Option<FileClaim>, String> {
    let mut faults = Faults::default();
    let Some(place) = serving_store(database, &mut faults) else { return Ok(None) };
    if is_postgres(&place.url) {
        return Ok(None);
    }
    let claim = FileClaim::take(&place).map_err(|fault| {
        format!("{fault}; on SQLite the service must be stopped first, because it keeps in memory what it has read")
    })?;
    Ok(claim)
}

fn serving_store(database: &DatabaseSettings, faults: &mut Faults) -> Option<StoreSettings> {
    let store = store_settings(urls(database, faults)?, database, faults)?;
    if is_postgres(&store.url) && store.system_url.is_none() {
        faults.note(
            "DATABASE_SYSTEM_URL",
            "it is missing; PostgreSQL needs a second login, for work over many workspaces",
        );
        return None;
    }
    Some(store)
}

fn urls(database: &DatabaseSettings, faults: &mut Faults) -> Option<Urls> {
    let url = faults.keep(database.url());
    let system_url = faults.keep(database.system_url());
    let owner_url = faults.keep(database.owner_url());
    Some(Urls { url: url?, system_url: system_url?, owner_url: owner_url? })
}

/// Returns the URLs, checked against each other; without one, that of SQLite's file in the data folder.
fn store_settings(
    urls: Urls,
    database: &DatabaseSettings,
    faults: &mut Faults,
) -> Option<StoreSettings> {
    let Urls { url, system_url, owner_url } = urls;
    let url = match url {
        Some(url) => url,
        None => sqlite_in(&faults.keep(database.data_dir())?),
    };
    let is_sqlite = url.expose_secret().starts_with("sqlite:");
    if !is_sqlite && !is_postgres(&url) {
        faults.note("DATABASE_URL", "it must begin with sqlite:// or postgres://");
        return None;
    }
    let before = faults.0.len();
    let others = [("DATABASE_SYSTEM_URL", &system_url), ("DATABASE_OWNER_URL", &owner_url)];
    for (setting, other) in others.into_iter().filter_map(|(name, url)| Some((name, url.as_ref()?)))
    {
        if is_sqlite {
            faults.note(
                setting,
                "it is for PostgreSQL only, but DATABASE_URL is SQLite; please remove it or change DATABASE_URL",
            );
        } else if !is_postgres(other) {
            faults.note(setting, "it must begin with postgres://");
        }
    }
    (faults.0.len() == before).then_some(StoreSettings { url, system_url, owner_url })
}

fn sqlite_in(dir: &Path) -> SecretString {
    SecretString::from(store::backup::url_of(&dir.join("asyncbot.db")))
}

fn keys(settings: &KeySettings, faults: &mut Faults) -> Option<Arc<KeyRing>> {
    const SETTING: &str = "ASYNCBOT_ENCRYPTION_KEYS";
    let Some(text) = faults.keep(settings.encryption_keys())? else {
        faults.note(SETTING, "it is missing; `asyncbot keys generate` makes a key");
        return None;
    };
    let ring = KeyRing::parse(&text);
    let ring = ring.map_err(|fault| SettingFault::new(SETTING, fault.to_string()));
    faults.keep(ring).map(Arc::new)
}

fn slack_config(settings: &SlackSettings, faults: &mut Faults) -> Option<ApiConfig> {
    let client_id = settings.client_id();
    if client_id.is_none() {
        faults.note("SLACK_CLIENT_ID", OF_THE_APP);
    }
    let client_secret = faults.keep(settings.client_secret());
    if client_secret.as_ref().is_some_and(Option::is_none) {
        faults.note("SLACK_CLIENT_SECRET", OF_THE_APP);
    }
    let api_url = outside_url("SLACK_API_URL", &settings.api_url, faults);
    let authorize_url = outside_url("SLACK_AUTHORIZE_URL", &settings.authorize_url, faults);
    Some(ApiConfig {
        api_url: api_url?,
        authorize_url: authorize_url?,
        client_id: client_id?.to_owned(),
        client_secret: client_secret??,
    })
}

fn socket_config(settings: &SlackSettings, faults: &mut Faults) -> Option<SocketConfig> {
    let connections = settings.socket_connections.trim().parse().ok();
    let connections = connections.filter(|count| (1..=MOST_CONNECTIONS).contains(count));
    if connections.is_none() {
        faults.note(
            "SLACK_SOCKET_CONNECTIONS",
            "it must be a number from 1 to 5; Slack allows 10 for all replicas together, and renews one by opening another beside it",
        );
    }
    let app_token = faults.keep(settings.app_token())??;
    if !app_token.expose_secret().starts_with("xapp-") {
        faults.note(
            "SLACK_APP_TOKEN",
            "it is no app-level token, which begins with xapp-; it stands on the Basic Information page of your Slack app and needs the scope connections:write",
        );
        return None;
    }
    Some(SocketConfig { app_token, connections: connections? })
}

fn signing_secrets(settings: &SlackSettings, faults: &mut Faults) -> Option<SigningSecrets> {
    let given = faults.keep(settings.signing_secret())?;
    let text = given.as_ref().map_or("", |given| given.expose_secret());
    let secrets = text.split(',').map(str::trim).filter(|secret| !secret.is_empty());
    let secrets: Vec<SecretString> = secrets.map(SecretString::from).collect();
    if secrets.is_empty() {
        faults.note("SLACK_SIGNING_SECRET", OF_THE_APP);
        return None;
    }
    Some(SigningSecrets::new(secrets))
}

/// Returns where absence sources are that are elsewhere than usual.
fn sources(settings: &SourceSettings, faults: &mut Faults) -> BTreeMap<SourceCode, Url> {
    let given = [("HIBOB_API_URL", "hibob", settings.hibob_api_url.as_deref())];
    let given = given.into_iter().filter_map(|(setting, code, text)| {
        let url = outside_url(setting, text.filter(|text| !text.is_empty())?, faults)?;
        Some((SourceCode::new(code)?, url))
    });
    given.collect()
}

/// Returns what the hoster says, for a command that works beside the service.
///
/// # Errors
///
/// What is wrong with the file.
pub(crate) fn told_site(settings: &SiteSettings) -> Result<Site, SettingFault> {
    let mut faults = Faults::default();
    site(settings, &mut faults).ok_or_else(|| faults.0.remove(0))
}

/// Returns what the hoster says; nothing where there is no file.
fn site(settings: &SiteSettings, faults: &mut Faults) -> Option<Site> {
    let file = settings.site.as_deref().filter(|file| !file.as_os_str().is_empty());
    let read = file.map_or_else(|| Ok(Site::default()), Site::read);
    faults.keep(read.map_err(|fault| SettingFault::new("ASYNCBOT_SITE", fault)))
}

fn watch(settings: &WatchSettings, faults: &mut Faults) -> Option<Watch> {
    const HEARTBEAT: &str = "ASYNCBOT_HEARTBEAT_URL";
    let heartbeat = faults.keep(settings.heartbeat_url());
    if let Some(Some(url)) = &heartbeat {
        outside_url(HEARTBEAT, url.expose_secret(), faults)?;
    }
    let grace = settings.stop_grace.trim().parse().ok().filter(|seconds| *seconds <= MOST_GRACE);
    if grace.is_none() {
        faults.note("ASYNCBOT_STOP_GRACE", "it must be a number of seconds from 0 to 15");
    }
    Some(Watch { heartbeat: heartbeat?, grace: Duration::from_secs(grace?) })
}

fn addresses(settings: &AddressSettings, faults: &mut Faults) -> Option<Addresses> {
    let bind = address("ASYNCBOT_BIND", &settings.bind, faults);
    let admin_bind = address("ASYNCBOT_ADMIN_BIND", &settings.admin_bind, faults);
    // Port 0 asks the operating system for any free one, so two of them do not meet.
    if bind.is_some_and(|bind| bind.port() != 0) && bind == admin_bind {
        faults.note(
            "ASYNCBOT_ADMIN_BIND",
            "it is the same as ASYNCBOT_BIND; health detail is not for the public, so please give it an address or a port of its own",
        );
    }
    let public_url = public_url(settings, bind, faults);
    Some(Addresses { bind: bind?, admin_bind: admin_bind?, public_url })
}

fn public_url(
    settings: &AddressSettings,
    bind: Option<SocketAddr>,
    faults: &mut Faults,
) -> Option<Url> {
    const SETTING: &str = "ASYNCBOT_PUBLIC_URL";
    match settings.public_url.as_deref().filter(|url| !url.is_empty()) {
        Some(text) => outside_url(SETTING, text, faults),
        None if bind.is_none_or(|bind| bind.ip().is_loopback()) => None,
        None => {
            faults.note(
                SETTING,
                "it is missing; ASYNCBOT_BIND is open to the network, and Slack needs the https address under which this service is reached",
            );
            None
        }
    }
}

fn address(setting: &'static str, text: &str, faults: &mut Faults) -> Option<SocketAddr> {
    let address = text.parse().ok();
    if address.is_none() {
        faults.note(setting, "it is no address with a port; write it as 127.0.0.1:8080");
    }
    address
}

/// Returns a URL over which tokens may travel: https, or http that does not leave this machine.
fn outside_url(setting: &'static str, text: &str, faults: &mut Faults) -> Option<Url> {
    let Ok(url) = Url::parse(text) else {
        faults.note(setting, "it is no URL; write it as https://host or https://host/path");
        return None;
    };
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if !is_safe {
        faults.note(
            setting,
            "it must begin with https://; plain http is only for an address of this machine",
        );
    }
    is_safe.then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn is_postgres(url: &SecretString) -> bool {
    let url = url.expose_secret();
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

impl Faults {
    fn note(&mut self, setting: &'static str, text: &str) {
        self.0.push(SettingFault::new(setting, text));
    }

    fn keep<T>(&mut self, checked: Result<T, SettingFault>) -> Option<T> {
        checked.map_err(|fault| self.0.push(fault)).ok()
    }
}
