//! Making a backup.

use super::archive::{self, Header};
use super::shelf::{Name, Sheet, Shelf};
use super::tools::Tools;
use super::trial::{Ground, Tried, restore_on_trial};
use super::{BackupConfig, BackupFault, Judge, apart, measure};
use crate::hex;
use std::fs::File;
use std::path::Path;
use std::time::Duration;
use store::backup::{self, Kind, Moment};
use store::{BackupKind, RestoredBackup};

/// What the folders begin with in which backups are made.
const WORK: &str = "backup-";

/// How old such a folder is that nobody works in any more: a run that was killed left it behind.
const ABANDONED: Duration = Duration::from_hours(6);

/// A backup that was made.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    /// What stands beside it.
    pub(crate) sheet: Sheet,
    /// What was found well when it was restored on trial.
    pub(crate) tried: Tried,
    /// What is to be recorded in the database.
    pub(crate) record: RestoredBackup,
    /// The backups that were deleted because their time was over.
    pub(crate) deleted: Vec<Name>,
}

/// Makes a backup: takes a dump, restores it on trial, encrypts and stores it, reads it back, and deletes those whose time is
/// over, even where none could be made.
///
/// # Errors
///
/// [`BackupFault`]; nothing is stored then.
pub(crate) async fn create(config: &BackupConfig, judge: &Judge) -> Result<Made, BackupFault> {
    let shelf = Shelf::open(&config.place)?;
    let made = make(config, judge, &shelf).await;
    let deleted = shelf.delete_old(judge.now).await;
    let mut made = made?;
    made.deleted = deleted?;
    Ok(made)
}

async fn make(config: &BackupConfig, judge: &Judge, shelf: &Shelf) -> Result<Made, BackupFault> {
    std::fs::create_dir_all(&config.work)?;
    // For the eyes of this user alone; it goes with everything in it when it is over.
    let folder = tempfile::Builder::new().prefix(WORK).tempdir_in(&config.work)?;
    sweep(&config.work, folder.path())?;
    let (dump, sealed) = (folder.path().join("dump.zst"), folder.path().join("backup.age"));
    let header = take(config, judge, &dump).await?;

    let tools = Tools(config.tools.clone());
    let ground = Ground { folder: folder.path(), login: config.login.as_ref(), tools: &tools };
    let (found, rest) = archive::unpack(File::open(&dump)?)?;
    if found != header {
        return Err(BackupFault::NotWell(String::from("a backup does not say what it was told")));
    }
    let tried = restore_on_trial(&found, rest, &ground, judge).await?;

    let (recipients, from, to) = (config.recipients.clone(), dump, sealed.clone());
    let (bytes, checksum) = apart(move || {
        recipients.encrypt(File::open(&from)?, File::create_new(&to)?)?;
        std::fs::remove_file(from)?;
        Ok(measure(&to)?)
    })
    .await?;
    let random = u32::from_be_bytes(crate::random::some_bytes());
    let name = Name::new(header.made_at, header.engine, random);
    shelf.put(&name, &sealed).await?;
    if let Err(fault) = read_back(shelf, &name, folder.path(), (bytes, checksum)).await {
        // Whoever looks for the newest would find it.
        shelf.delete(&name).await?;
        return Err(fault);
    }

    let id = store::new_id(judge.now);
    let sheet = Sheet {
        name: name.as_str().to_owned(),
        engine: header.engine,
        made_at: header.made_at,
        version: header.version,
        bytes,
        sha256: hex::encode(&checksum),
        rows: header
            .contents
            .tables
            .iter()
            .map(|(name, rows)| (name.clone(), rows.count))
            .collect(),
        audit_events: tried.audit_events,
        restored_at: judge.now,
        verified_at: None,
    };
    shelf.put_sheet(&sheet).await?;
    let record = RestoredBackup {
        id,
        kind: BackupKind::Created,
        begun_at: judge.now,
        restored_at: judge.now,
        bytes,
        checksum: checksum.to_vec(),
    };
    Ok(Made { sheet, tried, record, deleted: Vec::new() })
}

/// Takes a dump of the database as it is at one instant, and returns what is in it.
async fn take(config: &BackupConfig, judge: &Judge, into: &Path) -> Result<Header, BackupFault> {
    let lines = judge.ledger.lines()?;
    let header = |engine, contents| Header {
        engine,
        made_at: judge.now,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        contents,
        last_erasure: lines.last().map(|line| line.id),
    };
    let into = into.to_owned();
    match Kind::of(&config.store) {
        Kind::Sqlite => {
            let copy = into.with_file_name("copy.db");
            let contents = backup::copy_file(&config.store.url, &copy).await?;
            let header = header(Kind::Sqlite, contents);
            apart(move || {
                archive::pack(&header, File::open(&copy)?, File::create_new(&into)?)?;
                std::fs::remove_file(copy)?;
                Ok(header)
            })
            .await
        }
        Kind::Postgres => {
            let login = config.login.clone().ok_or_else(|| {
                BackupFault::Settings(String::from("DATABASE_BACKUP_URL is missing"))
            })?;
            // Held until the dump is written.
            let mut moment = Moment::begin(&login).await?;
            let header = header(Kind::Postgres, moment.contents().await?);
            let mut dump = Tools(config.tools.clone()).dump(&login, moment.snapshot())?;
            apart(move || {
                archive::pack(&header, &mut dump, File::create_new(&into)?)?;
                dump.finish()?;
                Ok(header)
            })
            .await
        }
    }
}

/// Fetches what was stored, and compares.
async fn read_back(
    shelf: &Shelf,
    name: &Name,
    folder: &Path,
    wanted: (u64, [u8; 32]),
) -> Result<(), BackupFault> {
    let file = folder.join("read-back.age");
    shelf.get(name, &file).await?;
    let found = apart(move || Ok(measure(&file)?)).await?;
    if found == wanted {
        return Ok(());
    }
    Err(BackupFault::Shelf(format!(
        "{} was read back and is not what was written; check the disk or the store",
        name.as_str()
    )))
}

/// Removes what runs left behind that were killed, as by a machine that went down: dumps that are not encrypted.
fn sweep(work: &Path, own: &Path) -> std::io::Result<()> {
    // The clock of the disk: the folder was made just now.
    let now = std::fs::metadata(own)?.modified()?;
    for entry in std::fs::read_dir(work)? {
        let entry = entry?;
        let is_ours = entry.file_name().to_string_lossy().starts_with(WORK);
        let Ok(age) = now.duration_since(entry.metadata()?.modified()?) else { continue };
        if is_ours && age > ABANDONED && entry.file_type()?.is_dir() {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}
