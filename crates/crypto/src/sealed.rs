//! The bytes of a sealed value.

use std::fmt;

/// The one format that is written.
pub(crate) const VERSION: u8 = 1;
/// Version and key id.
pub(crate) const HEADER_BYTES: usize = 5;
/// The nonce's length.
pub(crate) const NONCE_BYTES: usize = 12;
/// The tag's length.
pub(crate) const TAG_BYTES: usize = 16;

/// A value that only its key ring can read, as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

/// Why bytes cannot be a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedFault {
    /// There are fewer bytes than an empty value has.
    #[error("a sealed value is at least 33 bytes long")]
    TooShort,
    /// The first byte names a format that this version does not read.
    #[error("a sealed value has a format that this version does not know")]
    UnknownFormat,
}

impl Sealed {
    /// Returns the sealed value that was stored as these bytes; whether it opens is not known yet.
    ///
    /// # Errors
    ///
    /// [`SealedFault`] for bytes that are too short or of another format.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, SealedFault> {
        if bytes.len() < HEADER_BYTES + NONCE_BYTES + TAG_BYTES {
            return Err(SealedFault::TooShort);
        }
        if bytes.first() != Some(&VERSION) {
            return Err(SealedFault::UnknownFormat);
        }
        Ok(Self(bytes))
    }

    /// Returns the bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the id of the key that sealed the value.
    #[must_use]
    pub fn key_id(&self) -> u32 {
        let mut id = [0; 4];
        id.copy_from_slice(&self.0[1..HEADER_BYTES]);
        u32::from_be_bytes(id)
    }

    pub(crate) fn join(key: u32, nonce: &[u8], ciphertext: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + nonce.len() + ciphertext.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&key.to_be_bytes());
        bytes.extend_from_slice(nonce);
        bytes.extend_from_slice(ciphertext);
        Self(bytes)
    }

    pub(crate) fn nonce(&self) -> [u8; NONCE_BYTES] {
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&self.0[HEADER_BYTES..HEADER_BYTES + NONCE_BYTES]);
        nonce
    }

    pub(crate) fn ciphertext(&self) -> &[u8] {
        &self.0[HEADER_BYTES + NONCE_BYTES..]
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed(key {}, {} bytes)", self.key_id(), self.0.len())
    }
}
