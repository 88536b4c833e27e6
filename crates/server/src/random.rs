//! Unguessable values.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Returns 256 random bits as text for an address or a cookie.
///
/// # Panics
///
/// When the operating system has no randomness to give, which it has from early in its start.
#[must_use]
pub(crate) fn token() -> String {
    URL_SAFE_NO_PAD.encode(bytes())
}

/// Returns 256 random bits.
///
/// # Panics
///
/// As [`token`].
#[must_use]
pub(crate) fn bytes() -> [u8; 32] {
    some_bytes()
}

/// Returns so many random bytes.
///
/// # Panics
///
/// As [`token`].
#[must_use]
pub(crate) fn some_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
