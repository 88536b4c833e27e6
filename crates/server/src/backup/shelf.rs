//! Where backups are stored: a folder, or a bucket of an S3-compatible store.
//!
//! Beside each backup stands a sheet that says what it is, for whoever looks there; what counts is inside the backup.

use super::BackupFault;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use futures_util::TryStreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::buffered::BufWriter;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, PutPayload};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::backup::Kind;
use tokio::io::AsyncWriteExt;
use url::Url;

/// How long a backup is kept, and with it what was deleted meanwhile.
pub(crate) const KEPT: TimeDelta = TimeDelta::days(7);

/// How long before that it is deleted: whoever deletes looks every hour, and may miss one.
const BEFORE: TimeDelta = TimeDelta::hours(2);

/// How long one request to a store may take: a part of a backup is some ten megabytes.
const REQUEST: Duration = Duration::from_mins(5);

/// How much of what a store complains of is repeated, in characters.
const LONGEST_COMPLAINT: usize = 500;

/// What the names begin with.
const PREFIX: &str = "asyncbot-";

/// What the names of the sheets end with.
const SHEET: &str = ".json";

/// How the instant is written in names.
const INSTANT: &str = "%Y%m%dT%H%M%SZ";

/// Where backups are stored.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A folder, which is made where it is missing.
    Folder(PathBuf),
    /// A bucket.
    Bucket {
        /// Its name.
        bucket: String,
        /// What stands before the names in it.
        prefix: String,
        /// Where the store is, when it is not Amazon's.
        endpoint: Option<Url>,
        /// Its region.
        region: String,
        /// The id of the access key.
        key_id: String,
        /// The access key.
        key: SecretString,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Bucket { bucket, prefix, .. } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

/// The opened place.
pub(crate) struct Shelf {
    objects: Arc<dyn ObjectStore>,
    prefix: Key,
}

/// The name of a backup: when it was made and of which engine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    /// When it was made, to the second.
    pub(crate) made_at: DateTime<Utc>,
    text: String,
}

/// What stands beside a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sheet {
    /// The backup's name.
    pub(crate) name: String,
    /// The engine of its database.
    pub(crate) engine: Kind,
    /// The instant at which the database was so.
    pub(crate) made_at: DateTime<Utc>,
    /// The version that made it.
    pub(crate) version: String,
    /// The bytes of the file.
    pub(crate) bytes: u64,
    /// The SHA-256 of the file.
    pub(crate) sha256: String,
    /// How many rows each table has.
    pub(crate) rows: BTreeMap<String, u64>,
    /// How many events of the audit log were verified.
    pub(crate) audit_events: u64,
    /// When its stream was restored on trial, before it was encrypted.
    pub(crate) restored_at: DateTime<Utc>,
    /// When it was last restored from the stored file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) verified_at: Option<DateTime<Utc>>,
}

/// A backup that is stored.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) name: Name,
    /// The bytes of the file.
    pub(crate) bytes: u64,
    /// What stands beside it; nothing where that is missing or cannot be read.
    pub(crate) sheet: Option<Sheet>,
}

impl Name {
    /// Returns the name of a backup that is made now.
    pub(crate) fn new(made_at: DateTime<Utc>, engine: Kind, random: u32) -> Self {
        let made_at = DateTime::from_timestamp(made_at.timestamp(), 0).unwrap_or(made_at);
        let text =
            format!("{PREFIX}{}-{random:08x}.{}.age", made_at.format(INSTANT), engine.as_str());
        Self { made_at, text }
    }

    /// Reads a name; `None` for what is no backup of ours.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(PREFIX)?.strip_suffix(".age")?;
        let (stem, engine) = rest.split_once('.')?;
        let (instant, random) = stem.split_once('-')?;
        let is_ours = [Kind::Sqlite, Kind::Postgres].iter().any(|kind| kind.as_str() == engine)
            && random.len() == 8
            && random.bytes().all(|byte| byte.is_ascii_hexdigit());
        let made_at = NaiveDateTime::parse_from_str(instant, INSTANT).ok()?.and_utc();
        is_ours.then(|| Self { made_at, text: text.to_owned() })
    }

    /// Returns the name of the file.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether its time is over.
    pub(crate) fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.made_at + KEPT - BEFORE <= now
    }
}

impl Shelf {
    /// Opens a place; a folder is made where it is missing.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Shelf`] where it cannot be.
    pub(crate) fn open(place: &Place) -> Result<Self, BackupFault> {
        match place {
            Place::Folder(folder) => {
                make_folder(folder).map_err(|fault| {
                    BackupFault::Shelf(format!(
                        "the folder {} cannot be made: {fault}; make it and let this user write it",
                        folder.display()
                    ))
                })?;
                let objects =
                    LocalFileSystem::new_with_prefix(folder).map_err(fault)?.with_fsync(true);
                Ok(Self { objects: Arc::new(objects), prefix: Key::default() })
            }
            Place::Bucket { bucket, prefix, endpoint, region, key_id, key } => {
                let options = ClientOptions::new()
                    .with_timeout(REQUEST)
                    .with_allow_http(endpoint.as_ref().is_some_and(|url| url.scheme() == "http"));
                let mut builder = AmazonS3Builder::new()
                    .with_client_options(options)
                    .with_bucket_name(bucket)
                    .with_region(region)
                    .with_access_key_id(key_id)
                    .with_secret_access_key(key.expose_secret());
                if let Some(endpoint) = endpoint {
                    builder = builder.with_endpoint(endpoint.as_str().trim_end_matches('/'));
                }
                let objects = builder.build().map_err(fault)?;
                Ok(Self { objects: Arc::new(objects), prefix: Key::from(prefix.as_str()) })
            }
        }
    }

    /// Stores a file under a name.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Shelf`]; nothing is there under the name then.
    pub(crate) async fn put(&self, name: &Name, file: &Path) -> Result<(), BackupFault> {
        let mut from = tokio::fs::File::open(file).await?;
        let mut to = BufWriter::new(Arc::clone(&self.objects), self.key(name.as_str()));
        if let Err(fault) = tokio::io::copy(&mut from, &mut to).await {
            // What was sent of it is not kept; where that fails as well, the store's own rules remove it.
            let _ = to.abort().await;
            return Err(told(&fault));
        }
        to.shutdown().await.map_err(|broken| told(&broken))
    }

    /// Fetches a backup into a file.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Shelf`].
    pub(crate) async fn get(&self, name: &Name, file: &Path) -> Result<(), BackupFault> {
        let found = self.objects.get(&self.key(name.as_str())).await.map_err(fault)?;
        let mut from = found.into_stream();
        let mut to = tokio::fs::File::create(file).await?;
        while let Some(bytes) = from.try_next().await.map_err(fault)? {
            to.write_all(&bytes).await?;
        }
        Ok(to.flush().await?)
    }

    /// Writes what stands beside a backup.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Shelf`].
    pub(crate) async fn put_sheet(&self, sheet: &Sheet) -> Result<(), BackupFault> {
        let text = serde_json::to_string_pretty(sheet).map_err(std::io::Error::other)?;
        let key = self.key(&format!("{}{SHEET}", sheet.name));
        self.objects.put(&key, PutPayload::from(format!("{text}\n"))).await.map_err(fault)?;
        Ok(())
    }

    /// Returns what stands beside a backup, where that can be read.
    pub(crate) async fn sheet(&self, name: &Name) -> Option<Sheet> {
        let found = self.objects.get(&self.key(&format!("{}{SHEET}", name.as_str()))).await.ok()?;
        serde_json::from_slice(&found.bytes().await.ok()?).ok()
    }

    /// Returns the backups that are stored, the oldest first. Nothing else in the place is looked at.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Shelf`].
    pub(crate) async fn list(&self) -> Result<Vec<Stored>, BackupFault> {
        let mut found = Vec::new();
        for (name, bytes) in self.names().await? {
            let sheet = self.sheet(&name).await;
            found.push(Stored { name, bytes, sheet });
        }
        Ok(found)
    }

    /// Returns the names of the backups that are stored, the oldest first, with their bytes.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Shelf`].
    pub(crate) async fn names(&self) -> Result<Vec<(Name, u64)>, BackupFault> {
        let all = self.objects.list_with_delimiter(Some(&self.prefix)).await.map_err(fault)?;
        let mut names: Vec<(Name, u64)> = all
            .objects
            .iter()
            .filter_map(|one| Some((Name::parse(one.location.filename()?)?, one.size)))
            .collect();
        names.sort();
        Ok(names)
    }

    /// Deletes the backups whose time is over, each with what stands beside it, and returns their names.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Shelf`]; some may be deleted then, and the next look goes on.
    pub(crate) async fn delete_old(&self, now: DateTime<Utc>) -> Result<Vec<Name>, BackupFault> {
        let mut deleted = Vec::new();
        for (name, _) in self.names().await? {
            if !name.is_over(now) {
                continue;
            }
            self.delete(&name).await?;
            deleted.push(name);
        }
        Ok(deleted)
    }

    /// Deletes a backup and what stands beside it, as far as they are there.
    ///
    /// # Errors
    ///
    /// [`BackupFault::Shelf`].
    pub(crate) async fn delete(&self, name: &Name) -> Result<(), BackupFault> {
        // The sheet first: without its backup nobody would find it again.
        for key in [self.key(&format!("{}{SHEET}", name.as_str())), self.key(name.as_str())] {
            match self.objects.delete(&key).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(other) => return Err(fault(other)),
            }
        }
        Ok(())
    }

    fn key(&self, name: &str) -> Key {
        self.prefix.clone().join(name)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what a failure is mapped with")]
fn fault(fault: object_store::Error) -> BackupFault {
    told(&fault)
}

/// What a store says may hold addresses, and no keys.
fn told(fault: &impl fmt::Display) -> BackupFault {
    let said = fault.to_string().replace('\n', " ");
    let said: String = said.chars().take(LONGEST_COMPLAINT).collect();
    BackupFault::Shelf(format!("{said}; check ASYNCBOT_BACKUP_TO and what belongs to it"))
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut making = std::fs::DirBuilder::new();
    making.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        making.mode(0o700);
    }
    making.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_name_is_read_as_it_was_written_and_nothing_else_is_one() {
        let name = Name::new(at("2026-11-23T02:30:05.7Z"), Kind::Postgres, 0xab);

        assert_eq!(name.as_str(), "asyncbot-20261123T023005Z-000000ab.postgres.age");
        assert_eq!(Name::parse(name.as_str()), Some(name.clone()));
        assert_eq!(name.made_at, at("2026-11-23T02:30:05Z"));
        for other in [
            "asyncbot-20261123T023005Z-000000ab.postgres.age.json",
            "asyncbot-20261123T023005Z-000000ab.mysql.age",
            "asyncbot-20261123T023005Z-ab.sqlite.age",
            "asyncbot-20261323T023005Z-000000ab.sqlite.age",
            "asyncbot.db",
            "photos.age",
        ] {
            assert_eq!(Name::parse(other), None, "{other}");
        }
    }

    /// Whoever looks every hour, and misses one, has none that is older than seven days.
    #[test]
    fn a_backup_goes_before_it_is_seven_days_old() {
        let name = Name::new(at("2026-11-01T02:30:00Z"), Kind::Sqlite, 1);

        assert!(!name.is_over(at("2026-11-08T00:29:59Z")));
        assert!(name.is_over(at("2026-11-08T00:30:00Z")));
    }

    #[tokio::test]
    async fn what_is_put_into_a_folder_is_listed_fetched_and_deleted_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(&Place::Folder(folder.path().join("made"))).unwrap();
        let (old, new) = (
            Name::new(at("2026-11-01T02:30:00Z"), Kind::Sqlite, 1),
            Name::new(at("2026-11-07T02:30:00Z"), Kind::Sqlite, 2),
        );
        let file = folder.path().join("file");
        std::fs::write(&file, b"sealed").unwrap();
        let foreign = folder.path().join("made/holiday.age");
        std::fs::write(&foreign, b"not ours").unwrap();

        for name in [&new, &old] {
            shelf.put(name, &file).await.unwrap();
        }
        let listed: Vec<Name> = shelf.list().await.unwrap().into_iter().map(|it| it.name).collect();
        assert_eq!(listed, [old.clone(), new.clone()]);
        let fetched = folder.path().join("fetched");
        shelf.get(&new, &fetched).await.unwrap();
        assert_eq!(std::fs::read(&fetched).unwrap(), b"sealed");

        let deleted = shelf.delete_old(at("2026-11-08T02:30:00Z")).await.unwrap();

        assert_eq!(deleted, [old]);
        assert_eq!(shelf.names().await.unwrap(), [(new, 6)]);
        assert!(foreign.exists());
    }
}
