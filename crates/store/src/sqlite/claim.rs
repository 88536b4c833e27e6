//! One process has the file: a lock that the operating system takes back when the process ends, however it ends.

use super::connect::{is_url, make_file, options};
use crate::error::StoreError;
use crate::store::StoreSettings;
use secrecy::ExposeSecret;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The hold on a SQLite file of the one process that serves from it; it ends when this is dropped.
///
/// That process counts in memory what it wrote, so another that writes would have it answer from what was.
#[derive(Debug)]
pub struct FileClaim {
    #[expect(dead_code, reason = "it is held, not read")]
    lock: File,
}

impl FileClaim {
    /// Takes the file, for as long as this lives; `None` on PostgreSQL, which many processes share.
    ///
    /// # Errors
    ///
    /// [`StoreError::Settings`] where another process has it, or where it cannot be written; the text says what to do.
    pub fn take(settings: &StoreSettings) -> Result<Option<Self>, StoreError> {
        let url = settings.url.expose_secret();
        if !is_url(url) {
            return Ok(None);
        }
        let options = options(url)?;
        make_file(&options)?;
        let file = options.get_filename();
        let beside = beside(file);
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&beside);
        let lock = lock.map_err(|fault| {
            StoreError::Settings(format!(
                "the file {} cannot be made or opened: {fault}; SQLite writes beside {}, so this user needs to own the folder",
                beside.display(),
                file.display()
            ))
        })?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { lock })),
            Err(TryLockError::WouldBlock) => Err(StoreError::Settings(format!(
                "another Asyncbot already serves from the database file {}; stop it first, or give this one a file or a data folder of its own; several replicas need PostgreSQL",
                file.display()
            ))),
            Err(TryLockError::Error(fault)) => Err(StoreError::Settings(format!(
                "the file {} cannot be locked: {fault}; put the database on a disk of this machine",
                beside.display()
            ))),
        }
    }
}

/// Returns the file that is locked: not the database itself, whose locks are SQLite's own.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::FileClaim;
    use crate::StoreError;
    use crate::testing::TestDatabase;

    #[test]
    fn a_file_is_claimed_by_one_at_a_time_and_free_again_after_it() {
        let database = TestDatabase::sqlite();
        let first = FileClaim::take(database.settings()).unwrap();

        let second = FileClaim::take(database.settings()).unwrap_err();

        let StoreError::Settings(text) = second else { panic!("{second}") };
        assert!(text.contains("test.db") && text.contains("stop it first"), "{text}");
        drop(first);
        assert!(FileClaim::take(database.settings()).unwrap().is_some());
    }
}
