//! The ledger of erasures: a file outside the database and its backups, that says what was erased and may not come back.
//!
//! A line is written, and is on disk, before anything is erased. Whatever database is opened later, one that was restored
//! from a backup as well, has every erasure carried out in it that stands in the ledger and not in the database itself.
//! No line holds a name: only who has the encryption keys recognises whose it is.

use crate::hex;
use chrono::{DateTime, SecondsFormat, Utc};
use crypto::Signature;
use domain::ids::{UserId, WorkspaceId};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use store::{Store, WorkspaceListing};
use uuid::Uuid;

/// The ledger of one installation; replicas share it, or each has its own.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    file: Option<PathBuf>,
}

/// One erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The line.
    pub(crate) id: Uuid,
    /// When it was written.
    pub(crate) at: DateTime<Utc>,
    /// Whether a person was erased, and not a whole workspace.
    pub(crate) is_person: bool,
    /// The workspace or the person, as the keys know them.
    pub(crate) mark: Signature,
}

/// What stands in a line of which a workspace was erased.
const WORKSPACE: &str = "workspace";

/// What stands in a line of which a person was erased.
const PERSON: &str = "person";

impl Ledger {
    /// Returns the ledger in a file, which need not be there yet; without one, nothing is written down.
    pub(crate) const fn new(file: Option<PathBuf>) -> Self {
        Self { file }
    }

    /// Writes down that a workspace is erased, or a person in it, and returns the line's id when it is on disk.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written; nothing may be erased then.
    pub(crate) fn add(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        user: Option<&UserId>,
        now: DateTime<Utc>,
    ) -> io::Result<Uuid> {
        let mark = store.mark_of_erased(workspace, user);
        let line = Line { id: store::new_id(now), at: now, is_person: user.is_some(), mark };
        let Some(path) = &self.file else { return Ok(line.id) };
        let mut file = open(path)?;
        file.write_all(format!("{}\n", line.text()).as_bytes())?;
        file.sync_all()?;
        if let Some(folder) = path.parent() {
            // A new file is there after a power cut only when its folder is on disk as well.
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(line.id)
    }

    /// Returns the file, where there is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Opens the file as an erasure would, which makes it where it is missing, and writes nothing.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(crate) fn try_to_open(&self) -> io::Result<()> {
        self.file.as_deref().map_or(Ok(()), |path| open(path).map(drop))
    }

    /// Returns all lines, the oldest first. A last line that was cut off is none: nothing was erased after it.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or a line in it is none.
    pub(crate) fn lines(&self) -> io::Result<Vec<Line>> {
        let Some(path) = &self.file else { return Ok(Vec::new()) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(fault) => return Err(fault),
        };
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().enumerate().map(|(index, line)| read(path, index + 1, line)).collect()
    }
}

fn open(path: &Path) -> io::Result<std::fs::File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut opening = std::fs::OpenOptions::new();
    opening.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        opening.mode(0o600);
    }
    opening.open(path)
}

impl Line {
    fn text(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let what = if self.is_person { PERSON } else { WORKSPACE };
        format!("1 {} {at} {what} {}", self.id, hex::encode(&self.mark.to_bytes()))
    }

    /// Returns whether the line is of this workspace, or of this person in it.
    ///
    /// # Errors
    ///
    /// The id of the key that made the line, where it is not among the keys.
    pub(crate) fn is_of(
        &self,
        store: &Store,
        workspace: WorkspaceId,
        user: Option<&UserId>,
    ) -> Result<bool, u32> {
        let is_of = store.is_mark_of_erased(&self.mark, workspace, user);
        Ok(self.is_person == user.is_some() && is_of.map_err(|_| self.mark.key)?)
    }

    /// Returns the workspace that the line names, if it is one of these.
    ///
    /// # Errors
    ///
    /// The id of the key that made the line, where it is not among the keys.
    pub(crate) fn find<'a>(
        &self,
        store: &Store,
        listed: &'a [WorkspaceListing],
    ) -> Result<Option<&'a WorkspaceListing>, u32> {
        for workspace in listed {
            if self.is_of(store, workspace.id, None)? {
                return Ok(Some(workspace));
            }
        }
        Ok(None)
    }
}

impl FromStr for Line {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split(' ');
        let mut next = || words.next().ok_or(());
        if next()? != "1" {
            return Err(());
        }
        let id = next()?.parse().map_err(|_| ())?;
        let at = next()?.parse().map_err(|_| ())?;
        let is_person = match next()? {
            WORKSPACE => false,
            PERSON => true,
            _ => return Err(()),
        };
        let mark = hex::decode(next()?).and_then(|bytes| Signature::from_bytes(&bytes)).ok_or(())?;
        if next().is_ok() {
            return Err(());
        }
        Ok(Self { id, at, is_person, mark })
    }
}

fn read(path: &Path, number: usize, line: &str) -> io::Result<Line> {
    line.parse().map_err(|()| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("line {number} of {} cannot be read", path.display()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line {
            id: Uuid::from_u128(7),
            at: DateTime::from_timestamp(1_780_000_000, 1000).unwrap(),
            is_person: false,
            mark: Signature { key: 3, code: [9; 32] },
        }
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        assert_eq!(line().text().parse(), Ok(line()));
        let person = Line { is_person: true, ..line() };
        assert_eq!(person.text().parse(), Ok(person));
        for wrong in ["", "1", "2 x", "1 x y workspace 00", &format!("{} more", line().text())] {
            assert_eq!(wrong.parse::<Line>(), Err(()), "{wrong}");
        }
    }

    #[test]
    fn a_line_that_was_cut_off_is_none_and_a_wrong_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("erasures");
        let ledger = Ledger::new(Some(file.clone()));

        assert_eq!(ledger.lines().unwrap(), []);
        std::fs::write(&file, format!("{}\n1 0000", line().text())).unwrap();
        assert_eq!(ledger.lines().unwrap(), [line()]);
        std::fs::write(&file, format!("nonsense\n{}\n", line().text())).unwrap();
        let fault = ledger.lines().unwrap_err().to_string();
        assert!(fault.starts_with("line 1 of "), "{fault}");
    }
}
