//! The key ring: which keys there are, which one seals, and sealing and opening themselves.

use crate::place::Place;
use crate::sealed::{Sealed, VERSION};
use aes_gcm::aead::{Aead, Generate, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;
use std::fmt;
use std::num::NonZeroU32;
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;

/// A key has at least as many different bytes: of random ones not one in 10^15 has fewer.
const DIFFERENT_BYTES: usize = 16;

/// What the key by which things are signed is derived for.
const SIGNING: &[u8] = b"asyncbot signing key, version 1";

/// The id of a key: a decimal from 1 to 4294967295.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(NonZeroU32);

/// The keys by which values are sealed and opened; the first one seals.
pub struct KeyRing {
    current: Key,
    older: Vec<Key>,
}

struct Key {
    id: KeyId,
    cipher: Aes256Gcm,
    /// Signs; derived from the key, so that the same bytes never serve two purposes.
    signing: Zeroizing<[u8; KEY_BYTES]>,
}

/// What proves that something was signed with a key of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The id of the key.
    pub key: u32,
    /// The code: HMAC-SHA-256 with a key derived from it.
    pub code: [u8; KEY_BYTES],
}

/// Why a text is not a key ring. The text is never repeated, only which entry is wrong, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingFault {
    /// There is no entry at all.
    #[error(
        "there is no encryption key; give at least one as id:base64, such as the one that `asyncbot keys generate` prints"
    )]
    Empty,
    /// An entry lacks the colon between id and key.
    #[error("entry {entry} of the encryption keys has no colon; write it as id:base64")]
    NoColon {
        /// Which entry.
        entry: usize,
    },
    /// An id is not a number in the range.
    #[error(
        "entry {entry} of the encryption keys has an id that is not a decimal number from 1 to 4294967295"
    )]
    BadId {
        /// Which entry.
        entry: usize,
    },
    /// Two entries have the same id.
    #[error(
        "entry {entry} of the encryption keys has the id of an earlier one; every key needs an id of its own"
    )]
    DuplicateId {
        /// Which entry, the later one.
        entry: usize,
    },
    /// A key is not base64.
    #[error("the key in entry {entry} of the encryption keys is not base64 (standard, padded)")]
    NotBase64 {
        /// Which entry.
        entry: usize,
    },
    /// A key has another length than AES-256 needs.
    #[error("the key in entry {entry} of the encryption keys is {bytes} bytes long; it must be 32")]
    WrongLength {
        /// Which entry.
        entry: usize,
        /// How long it is.
        bytes: usize,
    },
    /// A key is no random one: a text, or few different bytes.
    #[error(
        "the key in entry {entry} of the encryption keys is too easy to guess; make one with `asyncbot keys generate`"
    )]
    Weak {
        /// Which entry.
        entry: usize,
    },
    /// Two entries have the same key.
    #[error(
        "entry {entry} of the encryption keys has the key of an earlier one under another id; every id needs a key of its own"
    )]
    SameKey {
        /// Which entry, the later one.
        entry: usize,
    },
}

/// Why a value could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// The machine gave no random bytes.
    #[error("the machine gave no random bytes")]
    NoRandomness,
    /// The value is longer than AES-GCM can seal, about 64 GiB.
    #[error("the value is too long to seal")]
    TooLong,
}

/// Why a value did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenFault {
    /// The ring lacks the key that sealed the value.
    #[error("the value was sealed with key {id}, which is not among the encryption keys")]
    UnknownKey {
        /// The id of the key that is lacking.
        id: u32,
    },
    /// The value was changed, moved or sealed by another key of the same id; which of these is not told.
    #[error("the value does not open")]
    Closed,
}

impl Signature {
    /// Returns the bytes to store: the id of the key, 4 bytes, big-endian, and the code.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.key.to_be_bytes()[..], &self.code].concat()
    }

    /// Returns the signature that was stored as these bytes, or `None` where they are none.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (key, code) = bytes.split_first_chunk()?;
        Some(Self { key: u32::from_be_bytes(*key), code: code.try_into().ok()? })
    }
}

impl KeyId {
    /// Returns the id, or `None` for zero, which no key has.
    #[must_use]
    pub fn new(id: u32) -> Option<Self> {
        NonZeroU32::new(id).map(Self)
    }

    /// Returns the number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl KeyRing {
    /// Returns the ring that `id:base64,id:base64` names; the first key seals. White space around entries is ignored.
    ///
    /// # Errors
    ///
    /// [`KeyRingFault`] for the first entry that is wrong; it never repeats key material.
    pub fn parse(text: &SecretString) -> Result<Self, KeyRingFault> {
        let mut keys: Vec<Key> = Vec::new();
        let text = text.expose_secret().trim();
        if text.is_empty() {
            return Err(KeyRingFault::Empty);
        }
        for (index, entry_text) in text.split(',').enumerate() {
            let entry = index + 1;
            let key = Key::parse(entry_text.trim(), entry)?;
            if keys.iter().any(|other| other.id == key.id) {
                return Err(KeyRingFault::DuplicateId { entry });
            }
            if keys.iter().any(|other| other.signing == key.signing) {
                return Err(KeyRingFault::SameKey { entry });
            }
            keys.push(key);
        }
        let current = keys.remove(0);
        Ok(Self { current, older: keys })
    }

    /// Returns a new random key as an entry `id:base64`.
    ///
    /// # Errors
    ///
    /// [`SealFault::NoRandomness`] where the machine gives no random bytes.
    pub fn generate_entry(id: KeyId) -> Result<SecretString, SealFault> {
        let key =
            Zeroizing::new(<[u8; KEY_BYTES]>::try_generate().map_err(|_| SealFault::NoRandomness)?);
        let text = Zeroizing::new(STANDARD.encode(key.as_slice()));
        Ok(SecretString::from(format!("{id}:{}", text.as_str())))
    }

    /// Returns the id of the key that seals.
    #[must_use]
    pub const fn current_id(&self) -> KeyId {
        self.current.id
    }

    /// Returns the ids of all keys, the current one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        std::iter::once(&self.current).chain(&self.older).map(|key| key.id)
    }

    /// Returns the value sealed by the current key for one place.
    ///
    /// # Errors
    ///
    /// [`SealFault`] where the machine gives no random bytes or the value is too long.
    pub fn seal(&self, place: &Place<'_>, value: &[u8]) -> Result<Sealed, SealFault> {
        let nonce = Nonce::try_generate().map_err(|_| SealFault::NoRandomness)?;
        let key = self.current.id.get();
        let aad = place.associated_data(VERSION, key);
        let ciphertext = self
            .current
            .cipher
            .encrypt(&nonce, Payload { msg: value, aad: &aad })
            .map_err(|_| SealFault::TooLong)?;
        Ok(Sealed::join(key, &nonce, &ciphertext))
    }

    /// Returns the value that was sealed for this place.
    ///
    /// # Errors
    ///
    /// [`OpenFault::UnknownKey`] where the ring lacks the key, [`OpenFault::Closed`] for everything else.
    pub fn open(&self, place: &Place<'_>, sealed: &Sealed) -> Result<SecretSlice<u8>, OpenFault> {
        let id = sealed.key_id();
        let key = self.find(id)?;
        let aad = place.associated_data(VERSION, id);
        let nonce = Nonce::from(sealed.nonce());
        let opened = key
            .cipher
            .decrypt(&nonce, Payload { msg: sealed.ciphertext(), aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| OpenFault::Closed)?;
        // A copy of the exact size: shrinking the buffer in place could leave the value behind in freed memory.
        Ok(SecretSlice::from(opened.to_vec()))
    }

    /// Returns what proves, to whoever has the current key, that something was signed for a purpose with it.
    #[must_use]
    pub fn sign(&self, purpose: &str, message: &[u8]) -> Signature {
        Signature { key: self.current.id.get(), code: self.current.code(purpose, message) }
    }

    /// Returns whether a signature is that of a message, by the key that it names; in constant time.
    ///
    /// # Errors
    ///
    /// [`OpenFault::UnknownKey`] where the ring lacks the key.
    pub fn verifies(
        &self,
        purpose: &str,
        message: &[u8],
        signature: &Signature,
    ) -> Result<bool, OpenFault> {
        let key = self.find(signature.key)?;
        Ok(key.mac(purpose, message).verify_slice(&signature.code).is_ok())
    }

    fn find(&self, id: u32) -> Result<&Key, OpenFault> {
        std::iter::once(&self.current)
            .chain(&self.older)
            .find(|key| key.id.get() == id)
            .ok_or(OpenFault::UnknownKey { id })
    }

    /// Returns the text sealed by the current key for one place.
    ///
    /// # Errors
    ///
    /// As [`KeyRing::seal`].
    pub fn seal_text(&self, place: &Place<'_>, text: &SecretString) -> Result<Sealed, SealFault> {
        self.seal(place, text.expose_secret().as_bytes())
    }

    /// Returns the text that was sealed for this place.
    ///
    /// # Errors
    ///
    /// As [`KeyRing::open`]; bytes that are not UTF-8 were not sealed as a text and are [`OpenFault::Closed`].
    pub fn open_text(&self, place: &Place<'_>, sealed: &Sealed) -> Result<SecretString, OpenFault> {
        let bytes = self.open(place, sealed)?;
        std::str::from_utf8(bytes.expose_secret())
            .map(SecretString::from)
            .map_err(|_| OpenFault::Closed)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.ids().map(KeyId::get)).finish()
    }
}

impl Key {
    fn parse(text: &str, entry: usize) -> Result<Self, KeyRingFault> {
        let (id, material) = text.split_once(':').ok_or(KeyRingFault::NoColon { entry })?;
        let id = parse_id(id).ok_or(KeyRingFault::BadId { entry })?;
        let key = Zeroizing::new(
            STANDARD.decode(material).map_err(|_| KeyRingFault::NotBase64 { entry })?,
        );
        if key.len() != KEY_BYTES {
            return Err(KeyRingFault::WrongLength { entry, bytes: key.len() });
        }
        if is_weak(&key) {
            return Err(KeyRingFault::Weak { entry });
        }
        let wrong = KeyRingFault::WrongLength { entry, bytes: key.len() };
        let cipher = Aes256Gcm::new_from_slice(&key).map_err(|_| wrong)?;
        let mut signing = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| wrong)?;
        signing.update(SIGNING);
        Ok(Self { id, cipher, signing: Zeroizing::new(signing.finalize().into_bytes().into()) })
    }

    fn code(&self, purpose: &str, message: &[u8]) -> [u8; KEY_BYTES] {
        self.mac(purpose, message).finalize().into_bytes().into()
    }

    /// The purpose comes with its length, so that none runs on into a message.
    fn mac(&self, purpose: &str, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.signing.as_slice())
            .expect("HMAC takes a key of any length");
        mac.update(&(purpose.len() as u64).to_be_bytes());
        mac.update(purpose.as_bytes());
        mac.update(message);
        mac
    }
}

/// Returns whether somebody typed the key, or made it of few bytes: a random one is neither.
fn is_weak(key: &[u8]) -> bool {
    let mut bytes = Zeroizing::new(key.to_vec());
    bytes.sort_unstable();
    let different = bytes.chunk_by(|one, next| one == next).count();
    let steps =
        key.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == key[1].wrapping_sub(key[0]));
    let is_text = key.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'));
    different < DIFFERENT_BYTES || steps || is_text
}

/// Plain digits only: `+1` and `01` would be second spellings of an id.
fn parse_id(text: &str) -> Option<KeyId> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    is_plain.then(|| text.parse().ok()).flatten().and_then(KeyId::new)
}

#[cfg(test)]
#[path = "ring_tests.rs"]
mod tests;
