//! What stands for a workspace in a report.

use crate::hex;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Says what the key is for, so that it is no key of anything else.
const PURPOSE: &[u8] = b"asyncbot: workspaces in reports, version 1";

/// Names workspaces by a keyed hash of 64 bits.
///
/// The key is made of the oldest of the encryption keys: it stays the same over restarts and on all replicas, and while
/// keys are rotated by putting a new one in front, so that the reports of one workspace belong together; and whoever has
/// the reports cannot try out ids. It changes when that oldest key is taken away.
pub(super) struct Pseudonyms {
    key: Hmac<Sha256>,
}

impl Pseudonyms {
    pub(super) fn new(secret: &SecretString) -> Self {
        let keyed = |key: &[u8]| {
            Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length")
        };
        let mut derived = keyed(secret.expose_secret().as_bytes());
        derived.update(PURPOSE);
        Self { key: keyed(&derived.finalize().into_bytes()) }
    }

    /// Returns the name of a workspace in reports: 16 hexadecimal digits.
    pub(super) fn of(&self, workspace: &str) -> String {
        let mut hash = self.key.clone();
        hash.update(workspace.as_bytes());
        hex::encode(&hash.finalize().into_bytes()[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_has_one_name_for_each_key() {
        let of = |key: &str, id: &str| Pseudonyms::new(&SecretString::from(key)).of(id);

        assert_eq!(of("1:a", "w"), of("1:a", "w"));
        assert_ne!(of("1:a", "w"), of("1:a", "v"));
        assert_ne!(of("1:a", "w"), of("2:b", "w"));
        assert!(of("1:a", "w").len() == 16 && !of("1:a", "w").contains('w'));
    }
}
