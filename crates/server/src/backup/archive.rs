//! The stream that is encrypted: a line that says what it is, one of what is in the dump, and the dump, all compressed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, BufReader, Read, Write};
use store::backup::{Contents, Kind};
use uuid::Uuid;

/// The first line. Whatever comes to differ gets another number.
const MAGIC: &str = "asyncbot backup 1\n";

/// How hard it is compressed: beyond, it takes much longer for little.
const LEVEL: i32 = 6;

/// The longest second line, in bytes: a few dozen tables take some thousand.
const LONGEST: u64 = 1 << 20;

/// What a backup is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The engine of its database.
    pub(crate) engine: Kind,
    /// The instant at which the database was so.
    pub(crate) made_at: DateTime<Utc>,
    /// The version that made it.
    pub(crate) version: String,
    /// What is in the database.
    pub(crate) contents: Contents,
    /// The last line of the ledger of erasures when it was made, where there was one: whoever restores it needs a ledger
    /// that goes at least as far.
    pub(crate) last_erasure: Option<Uuid>,
}

/// Writes a backup.
///
/// # Errors
///
/// What reading and writing say.
pub(crate) fn pack(header: &Header, mut dump: impl Read, to: impl Write) -> io::Result<()> {
    let mut packed = zstd::Encoder::new(to, LEVEL)?;
    packed.include_checksum(true)?;
    packed.write_all(MAGIC.as_bytes())?;
    let line = serde_json::to_string(header).map_err(io::Error::other)?;
    packed.write_all(format!("{line}\n").as_bytes())?;
    io::copy(&mut dump, &mut packed)?;
    packed.finish()?.flush()
}

/// Returns what a backup is, and its dump.
///
/// # Errors
///
/// What reading says, and [`io::ErrorKind::InvalidData`] for what is no backup of this version.
pub(crate) fn unpack<R: Read>(from: R) -> io::Result<(Header, impl Read + use<R>)> {
    let wrong = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text.to_owned());
    let mut unpacked = BufReader::new(zstd::Decoder::new(from)?);
    let mut magic = vec![0; MAGIC.len()];
    unpacked.read_exact(&mut magic)?;
    if magic != MAGIC.as_bytes() {
        return Err(wrong("it is no backup that this version can read"));
    }
    let mut line = String::new();
    (&mut unpacked).take(LONGEST).read_line(&mut line)?;
    let header =
        serde_json::from_str(&line).map_err(|_| wrong("what it says of itself cannot be read"))?;
    Ok((header, unpacked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            engine: Kind::Sqlite,
            made_at: DateTime::from_timestamp(1_780_000_000, 0).unwrap(),
            version: String::from("0.1.0"),
            contents: Contents::default(),
            last_erasure: Some(Uuid::from_u128(7)),
        }
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let dump: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut packed = Vec::new();
        pack(&header(), &dump[..], &mut packed).unwrap();

        let (found, mut rest) = unpack(&packed[..]).unwrap();

        assert_eq!(found, header());
        let mut read = Vec::new();
        rest.read_to_end(&mut read).unwrap();
        assert_eq!(read, dump);
    }

    #[test]
    fn what_was_cut_off_or_changed_is_noticed_at_the_latest_at_its_end() {
        let dump: Vec<u8> = (0..100_000_u32).flat_map(|it| (it ^ 0x4d).to_le_bytes()).collect();
        let mut packed = Vec::new();
        pack(&header(), &dump[..], &mut packed).unwrap();
        let read = |bytes: &[u8]| -> io::Result<Vec<u8>> {
            let (_, mut rest) = unpack(bytes)?;
            let mut read = Vec::new();
            rest.read_to_end(&mut read)?;
            Ok(read)
        };
        assert_eq!(read(&packed).unwrap(), dump);

        for cut in [0, 5, packed.len() / 2, packed.len() - 1] {
            read(&packed[..cut]).unwrap_err();
        }
        for place in [1, packed.len() / 2, packed.len() - 2] {
            let mut changed = packed.clone();
            changed[place] ^= 1;
            assert!(read(&changed).is_err(), "the byte {place} was changed");
        }
        let mut other = Vec::new();
        zstd::stream::copy_encode(&b"something else that is long enough"[..], &mut other, 1)
            .unwrap();
        assert!(read(&other).unwrap_err().to_string().contains("no backup"));
    }
}
