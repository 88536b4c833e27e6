//! A stored backup, opened: on trial, or into the database that is to be served from.

use super::archive::{self, Header};
use super::keys::{Closed, Identities};
use super::shelf::{Sheet, Shelf};
use super::tools::Tools;
use super::trial::{self, Ground, Tried, restore_on_trial};
use super::{BackupFault, Judge, Place, apart, measure};
use crate::hex;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::backup::{self, Kind};
use store::{BackupKind, RestoredBackup, Setback, Store, StoreSettings};

/// A backup, fetched to this machine.
pub(crate) struct Fetched {
    /// Its name, as far as its file has one.
    pub(crate) name: String,
    /// What stands beside it, where anything does.
    pub(crate) sheet: Option<Sheet>,
    file: PathBuf,
    is_of_shelf: bool,
}

/// A backup that was restored from its file on trial.
#[derive(Clone, Debug)]
pub(crate) struct Verified {
    /// Its name.
    pub(crate) name: String,
    /// The instant of its database.
    pub(crate) made_at: DateTime<Utc>,
    /// How many rows it holds.
    pub(crate) rows: u64,
    /// What was found well.
    pub(crate) tried: Tried,
    /// What is to be recorded in the database that serves.
    pub(crate) record: RestoredBackup,
}

/// A database that was restored.
#[derive(Clone, Debug)]
pub(crate) struct Restored {
    /// The instant at which it was so.
    pub(crate) made_at: DateTime<Utc>,
    /// How many rows it holds.
    pub(crate) rows: u64,
    /// What was found well.
    pub(crate) tried: Tried,
}

/// Finds a backup: a file, or one that is stored, by its name; without either, the newest that is stored.
///
/// # Errors
///
/// [`BackupFault::Refused`] where there is none, in words for the one who asked.
pub(crate) async fn fetch(
    wanted: Option<&str>,
    place: Option<&Place>,
    folder: &Path,
) -> Result<Fetched, BackupFault> {
    if let Some(path) = wanted.map(Path::new).filter(|path| path.is_file()) {
        let name = path.file_name().map_or_else(String::new, |it| it.to_string_lossy().into());
        let mut beside = path.as_os_str().to_owned();
        beside.push(".json");
        let sheet = std::fs::read(beside).ok().and_then(|text| serde_json::from_slice(&text).ok());
        return Ok(Fetched { name, sheet, file: path.to_owned(), is_of_shelf: false });
    }
    let Some(place) = place else {
        return Err(BackupFault::Refused(match wanted {
            Some(text) => format!("there is no file {text}"),
            None => {
                String::from("name a file, or say in ASYNCBOT_BACKUP_TO where backups are stored")
            }
        }));
    };
    let shelf = Shelf::open(place)?;
    let names = shelf.names().await?.into_iter().map(|(name, _)| name);
    let found = match wanted {
        Some(text) => names.into_iter().find(|name| name.as_str() == text),
        None => names.max(),
    };
    let Some(name) = found else {
        return Err(BackupFault::Refused(match wanted {
            Some(text) => format!("there is no file {text}, and no backup of that name in {place}"),
            None => format!("there is no backup in {place}"),
        }));
    };
    let file = folder.join("fetched.age");
    shelf.get(&name, &file).await?;
    let sheet = shelf.sheet(&name).await;
    Ok(Fetched { name: name.as_str().to_owned(), sheet, file, is_of_shelf: true })
}

impl Fetched {
    /// Compares the file with what stands beside it, and returns how long it is and its SHA-256.
    async fn measured(&self) -> Result<(u64, [u8; 32]), BackupFault> {
        let file = self.file.clone();
        let (bytes, checksum) = apart(move || Ok(measure(&file)?)).await?;
        let is_other = self
            .sheet
            .as_ref()
            .is_some_and(|sheet| sheet.bytes != bytes || sheet.sha256 != hex::encode(&checksum));
        if is_other {
            return Err(BackupFault::NotWell(format!(
                "{} is not what was stored: it is {bytes} bytes long, and its checksum is another; it was cut off or changed, so please take another backup",
                self.name
            )));
        }
        Ok((bytes, checksum))
    }

    /// Returns what the backup is, and its dump, which is checked while it is read.
    fn open(
        &self,
        identities: &Identities,
    ) -> Result<(Header, impl Read + Send + use<>), BackupFault> {
        let name = &self.name;
        let opened = identities.open(File::open(&self.file)?).map_err(|closed| {
            BackupFault::NotWell(match closed {
                Closed::OtherKey => format!(
                    "{name} was encrypted for another key than that of --identity; give the secret key that belongs to ASYNCBOT_BACKUP_RECIPIENT of the day it was made"
                ),
                Closed::NoBackup => format!("{name} is no backup, or its beginning was changed"),
            })
        })?;
        archive::unpack(opened).map_err(|fault| broken(name, &fault))
    }
}

/// Says of a stream that breaks off what that means.
fn broken(name: &str, fault: &io::Error) -> BackupFault {
    BackupFault::NotWell(format!(
        "{name} cannot be read to its end ({fault}); it was cut off or changed, so please take another backup"
    ))
}

/// Says the same of a fault in the middle of something.
fn told<T>(name: &str, done: Result<T, BackupFault>) -> Result<T, BackupFault> {
    done.map_err(|fault| match fault {
        BackupFault::Io(fault)
            if matches!(
                fault.kind(),
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::Other
            ) =>
        {
            broken(name, &fault)
        }
        other => other,
    })
}

/// Restores a backup from its file on trial.
///
/// # Errors
///
/// [`BackupFault::NotWell`] where it is not what it should be, and whatever keeps it from being restored.
pub(crate) async fn verify(
    fetched: &Fetched,
    place: Option<&Place>,
    identities: &Identities,
    ground: &Ground<'_>,
    judge: &Judge,
) -> Result<Verified, BackupFault> {
    let (bytes, checksum) = fetched.measured().await?;
    let (header, dump) = fetched.open(identities)?;
    let tried = told(&fetched.name, restore_on_trial(&header, dump, ground, judge).await)?;
    if let (true, Some(place), Some(sheet)) = (fetched.is_of_shelf, place, &fetched.sheet) {
        let sheet = Sheet { verified_at: Some(judge.now), ..sheet.clone() };
        Shelf::open(place)?.put_sheet(&sheet).await?;
    }
    Ok(Verified {
        name: fetched.name.clone(),
        made_at: header.made_at,
        rows: header.contents.count(),
        tried,
        record: RestoredBackup {
            id: store::new_id(judge.now),
            kind: BackupKind::Verified,
            begun_at: judge.now,
            restored_at: judge.now,
            bytes,
            checksum: checksum.to_vec(),
        },
    })
}

/// Restores a backup into a database in which there is nothing yet, carries out what stands in the ledger of erasures, and
/// records that the database is one from before.
///
/// # Errors
///
/// [`BackupFault`]; the database is as empty as it was then, unless what was restored is there and only its end failed,
/// which the text says.
pub(crate) async fn restore(
    fetched: &Fetched,
    identities: &Identities,
    target: &StoreSettings,
    tools: &Tools,
    (judge, ledger_is_lost): (&Judge, bool),
) -> Result<Restored, BackupFault> {
    fetched.measured().await?;
    let (header, dump) = fetched.open(identities)?;
    let engine = Kind::of(target);
    if header.engine != engine {
        return Err(BackupFault::Refused(format!(
            "{} is a backup of {}, and DATABASE_URL names {}; restore it into a database of its own engine, and move that with `asyncbot copy`",
            fetched.name,
            header.engine.as_str(),
            engine.as_str()
        )));
    }
    check_ledger(&header, judge, ledger_is_lost)?;
    let placed = match engine {
        Kind::Sqlite => into_file(&header, dump, &target.url, fetched).await,
        Kind::Postgres => {
            drop(dump);
            into_server(&header, target, tools, (fetched, identities)).await
        }
    };
    told(&fetched.name, placed)?;
    finish(&header, target, judge).await.map_err(|fault| {
        BackupFault::NotWell(format!(
            "the backup is restored, but what follows failed: {fault}; nothing may be served from it before that is mended, and `asyncbot serve` carries out the ledger of erasures before it serves"
        ))
    })
}

/// A ledger that does not even go as far as the backup's own is not the one that says what was erased since.
fn check_ledger(header: &Header, judge: &Judge, is_lost: bool) -> Result<(), BackupFault> {
    let Some(last) = header.last_erasure else { return Ok(()) };
    let goes_as_far = judge.ledger.lines()?.iter().any(|line| line.id == last);
    if goes_as_far || is_lost {
        return Ok(());
    }
    Err(BackupFault::Refused(String::from(
        "the ledger of erasures is not here, or ends before this backup was made, so who was erased since would come back; put the newest copy of it where ASYNCBOT_ERASURE_LEDGER says, or, where it is lost for good, add --ledger-is-lost and erase again by hand who was erased since",
    )))
}

async fn into_file(
    header: &Header,
    dump: impl Read + Send + 'static,
    url: &SecretString,
    fetched: &Fetched,
) -> Result<(), BackupFault> {
    let file = backup::file_of(url)?;
    if !backup::is_unused(url).await? {
        return Err(not_empty(&file.display().to_string()));
    }
    // Beside it, so that it comes to its name in one step, and only when it is whole.
    let unfinished = beside(&file, "restoring");
    if unfinished.exists() {
        std::fs::remove_file(&unfinished)?;
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let written = unfinished.clone();
    let done = match told(&fetched.name, apart(move || trial::write(dump, &written)).await) {
        Ok(()) => {
            let url = SecretString::from(backup::url_of(&unfinished));
            let place = StoreSettings { url, system_url: None, owner_url: None };
            trial::compare(header, &place).await
        }
        Err(fault) => Err(fault),
    };
    if let Err(fault) = done {
        let _ = std::fs::remove_file(&unfinished);
        return Err(fault);
    }
    for ending in ["-wal", "-shm"] {
        let left = beside(&file, ending);
        if left.exists() {
            std::fs::remove_file(left)?;
        }
    }
    std::fs::rename(&unfinished, &file)?;
    if let Some(folder) = file.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

async fn into_server(
    header: &Header,
    target: &StoreSettings,
    tools: &Tools,
    (fetched, identities): (&Fetched, &Identities),
) -> Result<(), BackupFault> {
    let owner = target.owner_url.clone().ok_or_else(|| {
        BackupFault::Settings(String::from(
            "restoring into PostgreSQL needs DATABASE_OWNER_URL, the login that owns the tables",
        ))
    })?;
    if !backup::is_empty(&owner).await? {
        return Err(not_empty("the database that DATABASE_OWNER_URL names"));
    }
    backup::clear(&owner).await?;
    let done = sections(header, &owner, tools, (fetched, identities)).await;
    if done.is_err() {
        backup::clear(&owner).await?;
    }
    done
}

/// Restores the tables and their rows, compares, and restores the rest: what the rest brings is row-level security, which
/// hides the rows from their owner as well.
async fn sections(
    header: &Header,
    owner: &SecretString,
    tools: &Tools,
    (fetched, identities): (&Fetched, &Identities),
) -> Result<(), BackupFault> {
    let run = async |sections: &'static [&'static str]| {
        let (_, dump) = fetched.open(identities)?;
        let (tools, owner) = (tools.clone(), owner.clone());
        let done = apart(move || tools.restore(&owner, None, sections, dump)).await;
        told(&fetched.name, done)
    };
    run(&["pre-data", "data"]).await?;
    let place = StoreSettings { url: owner.clone(), system_url: None, owner_url: None };
    trial::compare(header, &place).await?;
    run(&["post-data"]).await
}

/// Brings the schema to this version's, erases what stands in the ledger, verifies the audit log, and records the setback.
async fn finish(
    header: &Header,
    target: &StoreSettings,
    judge: &Judge,
) -> Result<Restored, BackupFault> {
    Store::migrate(target).await?;
    let store = Store::open(target, Arc::clone(&judge.keys)).await?;
    let tried = trial::judge_store(&store, judge).await;
    let recorded = store
        .system()
        .insert_open_setback(&Setback {
            noticed_at: judge.now,
            lost_from: header.made_at,
            lost_until: judge.now,
            goes_further_back: false,
        })
        .await;
    store.close().await;
    recorded?;
    Ok(Restored { made_at: header.made_at, rows: header.contents.count(), tried: tried? })
}

fn not_empty(what: &str) -> BackupFault {
    BackupFault::Refused(format!(
        "{what} is not empty, and nothing in it was changed; restore into a new one, or move this one out of the way first"
    ))
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    if !ending.starts_with('-') {
        name.push(".");
    }
    name.push(ending);
    PathBuf::from(name)
}
