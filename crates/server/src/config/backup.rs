//! The settings of backups, checked.

use super::{Faults, is_postgres, keys, outside_url, serving_store};
use crate::backup::{BackupConfig, Place, Recipients};
use crate::settings::{BackupSettings, DatabaseSettings, KeySettings, SettingFault};
use crypto::KeyRing;
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::StoreSettings;

const TO: &str = "ASYNCBOT_BACKUP_TO";
const RECIPIENT: &str = "ASYNCBOT_BACKUP_RECIPIENT";
const LOGIN: &str = "DATABASE_BACKUP_URL";

/// What is said of a backup that nobody could open.
const NO_RECIPIENT: &str = "it is missing; make a key with `age-keygen`, keep its file away from this machine, and give the line that begins with age1";

/// Returns how backups are made by the service; nothing where it is to make none, or a fault was found.
pub(super) fn of_service(
    settings: &BackupSettings,
    store: Option<&StoreSettings>,
    work: Option<&Path>,
    faults: &mut Faults,
) -> Option<BackupConfig> {
    let is_given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    if !is_given(&settings.to) && !is_given(&settings.recipient) {
        return None;
    }
    let store = store?;
    // On PostgreSQL a process of its own may make them, so that the service has no login that reads everything.
    if is_postgres(&store.url) && matches!(settings.login(), Ok(None)) {
        return None;
    }
    of_command(settings, store, work, faults)
}

/// Returns how a backup is made.
fn of_command(
    settings: &BackupSettings,
    store: &StoreSettings,
    work: Option<&Path>,
    faults: &mut Faults,
) -> Option<BackupConfig> {
    let place = place(settings, faults);
    let given = settings.recipient.as_deref().filter(|text| !text.trim().is_empty());
    let recipients = match given.map(Recipients::parse) {
        Some(Ok(recipients)) => Some(recipients),
        Some(Err(text)) => {
            faults.note(RECIPIENT, &text);
            None
        }
        None => {
            faults.note(RECIPIENT, NO_RECIPIENT);
            None
        }
    };
    let login = login(settings, store, faults);
    Some(BackupConfig {
        store: store.clone(),
        login,
        place: place?,
        recipients: recipients?,
        tools: settings.tools(),
        work: work_folder(work),
    })
}

/// Returns where backups are stored, for a command that makes none.
fn place(settings: &BackupSettings, faults: &mut Faults) -> Option<Place> {
    let Some(text) = settings.to.as_deref().filter(|text| !text.is_empty()) else {
        faults.note(TO, "it is missing; name a folder on another disk, or s3://BUCKET/PREFIX");
        return None;
    };
    let Some(bucket) = text.strip_prefix("s3://") else {
        if text.contains("://") {
            faults.note(TO, "it must be a folder, or begin with s3://");
            return None;
        }
        return Some(Place::Folder(PathBuf::from(text)));
    };
    let (bucket, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    if bucket.is_empty() {
        faults.note(TO, "it names no bucket; write it as s3://BUCKET/PREFIX");
        return None;
    }
    let endpoint = match settings.s3_endpoint.as_deref().filter(|url| !url.is_empty()) {
        Some(url) => Some(outside_url("ASYNCBOT_BACKUP_S3_ENDPOINT", url, faults)?),
        None => None,
    };
    let key_id = settings.s3_key_id();
    if key_id.is_none() {
        faults.note(
            "ASYNCBOT_BACKUP_S3_KEY_ID",
            "it is missing; the object store asks for an access key",
        );
    }
    let key = faults.keep(settings.s3_key())?;
    if key.is_none() {
        faults.note("ASYNCBOT_BACKUP_S3_KEY", "it is missing; the object store asks for it");
    }
    Some(Place::Bucket {
        bucket: bucket.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        endpoint,
        region: settings.s3_region.clone(),
        key_id: key_id?.to_owned(),
        key: key?,
    })
}

/// Returns the login that makes backups on PostgreSQL; SQLite's file needs none.
fn login(
    settings: &BackupSettings,
    store: &StoreSettings,
    faults: &mut Faults,
) -> Option<SecretString> {
    let login = faults.keep(settings.login())?;
    match (is_postgres(&store.url), &login) {
        (true, None) => {
            faults.note(
                LOGIN,
                "it is missing; a backup of PostgreSQL needs a login that row-level security does not bind and that may make databases: create role asyncbot_backup login bypassrls createdb in role pg_read_all_data",
            );
        }
        (false, Some(_)) => {
            faults.note(LOGIN, "it is for PostgreSQL only, but DATABASE_URL is SQLite");
        }
        _ => {}
    }
    login
}

/// Returns where a dump lies until it is encrypted.
fn work_folder(work: Option<&Path>) -> PathBuf {
    work.map_or_else(std::env::temp_dir, Path::to_owned)
}

/// Returns how a backup is made, for the command that makes one.
///
/// # Errors
///
/// Every fault, not only the first.
pub(crate) fn backup_config(
    settings: &BackupSettings,
    database: &DatabaseSettings,
) -> Result<BackupConfig, Vec<SettingFault>> {
    let mut faults = Faults::default();
    let store = serving_store(database, &mut faults);
    let work = database.data_dir().ok();
    let config = store.and_then(|store| of_command(settings, &store, work.as_deref(), &mut faults));
    config.filter(|_| faults.0.is_empty()).ok_or(faults.0)
}

/// Returns where backups are stored, for a command that makes none.
///
/// # Errors
///
/// Every fault, not only the first.
pub(crate) fn backup_place(settings: &BackupSettings) -> Result<Place, Vec<SettingFault>> {
    let mut faults = Faults::default();
    let place = place(settings, &mut faults);
    place.filter(|_| faults.0.is_empty()).ok_or(faults.0)
}

/// What a trial needs: the keys, PostgreSQL's login, and a folder.
pub(crate) type BackupGround = (Arc<KeyRing>, Option<SecretString>, PathBuf);

/// Returns what a backup is restored on trial with; the database that serves need not be there.
///
/// # Errors
///
/// Every fault, not only the first.
pub(crate) fn backup_ground(
    settings: &BackupSettings,
    database: &DatabaseSettings,
    key_settings: &KeySettings,
) -> Result<BackupGround, Vec<SettingFault>> {
    let mut faults = Faults::default();
    let keys = keys(key_settings, &mut faults);
    let login = faults.keep(settings.login());
    let work = work_folder(database.data_dir().ok().as_deref());
    match (keys, login) {
        (Some(keys), Some(login)) if faults.0.is_empty() => Ok((keys, login, work)),
        _ => Err(faults.0),
    }
}

/// Returns the database into which a backup is restored; on PostgreSQL with all three logins.
///
/// # Errors
///
/// Every fault, not only the first.
pub(crate) fn restoring_store(
    database: &DatabaseSettings,
    key_settings: &KeySettings,
) -> Result<(StoreSettings, Arc<KeyRing>), Vec<SettingFault>> {
    let mut faults = Faults::default();
    let store = serving_store(database, &mut faults);
    if store.as_ref().is_some_and(|it| is_postgres(&it.url) && it.owner_url.is_none()) {
        faults.note(
            "DATABASE_OWNER_URL",
            "it is missing; only the login that owns the tables can restore into PostgreSQL",
        );
    }
    let keys = keys(key_settings, &mut faults);
    store.zip(keys).filter(|_| faults.0.is_empty()).ok_or(faults.0)
}
