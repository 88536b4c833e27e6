//! For whom backups are encrypted, and who opens them: keys of age (<https://age-encryption.org/v1>).

use age::{Decryptor, Encryptor, Identity, IdentityFile, Recipient};
use std::fmt;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::str::FromStr;

/// The public keys for which backups are encrypted, at least one.
#[derive(Clone)]
pub(crate) struct Recipients(Vec<age::x25519::Recipient>);

/// The secret keys that open a backup.
pub(crate) struct Identities(Vec<Box<dyn Identity + Send + Sync>>);

impl Recipients {
    /// Reads public keys with commas or spaces between.
    ///
    /// # Errors
    ///
    /// Words for the one who runs the service.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let words = text.split([',', ' ', '\n']).filter(|word| !word.is_empty());
        let read = words.map(|word| {
            if word.starts_with("AGE-SECRET-KEY-") {
                return Err(String::from(
                    "it is a secret key, which does not belong on this machine; give the public one, which begins with age1, and make a new pair",
                ));
            }
            age::x25519::Recipient::from_str(word).map_err(|_| {
                String::from("it is no public key of age; write it as `age-keygen` prints it, age1...")
            })
        });
        let read: Vec<_> = read.collect::<Result<_, _>>()?;
        if read.is_empty() { Err(String::from("it names no key")) } else { Ok(Self(read)) }
    }

    /// Encrypts what is read for all of them.
    ///
    /// # Errors
    ///
    /// What reading or writing says.
    pub(crate) fn encrypt(&self, mut from: impl Read, to: impl Write) -> io::Result<()> {
        let recipients = self.0.iter().map(|one| one as &dyn Recipient);
        let encryptor = Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
        let mut sealed = encryptor.wrap_output(to)?;
        io::copy(&mut from, &mut sealed)?;
        sealed.finish()?.flush()
    }
}

impl fmt::Debug for Recipients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recipients({})", self.0.len())
    }
}

impl Identities {
    /// Reads the file that `age-keygen` writes, or standard input where it is named `-`, so that a key need not lie where the
    /// service's user can read it.
    ///
    /// # Errors
    ///
    /// Words for the one who gave it.
    pub(crate) fn read(file: &Path) -> Result<Self, String> {
        let name = file.display();
        let opened: Box<dyn Read> = if file == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(std::fs::File::open(file).map_err(|fault| {
                format!(
                    "the identity {name} cannot be read: {fault}; where it is another user's, say `--identity -` and give it on standard input"
                )
            })?)
        };
        let wrong = |fault: String| {
            format!("the identity {name} is no file of `age-keygen` with a secret key: {fault}")
        };
        let read = IdentityFile::from_buffer(BufReader::new(opened))
            .map_err(|fault| wrong(fault.to_string()))?;
        let identities = read.into_identities().map_err(|fault| wrong(fault.to_string()))?;
        if identities.is_empty() {
            return Err(wrong(String::from("it holds no key")));
        }
        Ok(Self(identities))
    }

    /// Returns what is in an encrypted stream, whose beginning is checked now and the rest while it is read.
    ///
    /// # Errors
    ///
    /// [`Closed`], which tells another key from a stream that is no backup.
    pub(crate) fn open<R: Read>(&self, from: R) -> Result<impl Read + use<R>, Closed> {
        let decryptor = Decryptor::new(from).map_err(|_| Closed::NoBackup)?;
        let identities = self.0.iter().map(|one| &**one as &dyn Identity);
        decryptor.decrypt(identities).map_err(|fault| match fault {
            age::DecryptError::NoMatchingKeys => Closed::OtherKey,
            _ => Closed::NoBackup,
        })
    }
}

/// Why a stream cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// It was encrypted for another key.
    OtherKey,
    /// It was not encrypted by age, or its beginning was changed.
    NoBackup,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two keys that protect nothing.
    const SECRET: &str =
        "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";

    #[test]
    fn a_secret_key_is_refused_where_a_public_one_belongs() {
        let fault = Recipients::parse(SECRET).unwrap_err();

        assert!(fault.contains("does not belong on this machine"), "{fault}");
        assert!(Recipients::parse("age1wrong").unwrap_err().contains("no public key"));
        assert!(Recipients::parse(" , ").unwrap_err().contains("names no key"));
    }
}
