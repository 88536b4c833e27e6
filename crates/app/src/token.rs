//! The last part of an address that opens something to whoever has it: the id of a workspace and 256 bits that nobody guesses,
//! as 96 hexadecimal digits. It is known by its hash alone.

use domain::ids::WorkspaceId;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use uuid::Uuid;

/// How many digits are the workspace's id.
const OF_WORKSPACE: usize = 32;

/// How many there are.
const LENGTH: usize = OF_WORKSPACE + 64;

/// Returns a token that is made of random bits.
pub(crate) fn make(workspace: WorkspaceId, random: [u8; 32]) -> SecretString {
    let mut text = workspace.as_uuid().simple().to_string();
    for byte in random {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    SecretString::from(text)
}

/// Returns the workspace of a token; `None` for what is none.
pub(crate) fn workspace_of(token: &str) -> Option<WorkspaceId> {
    let id = token.get(..OF_WORKSPACE).filter(|_| token.len() == LENGTH)?;
    Uuid::try_parse(id).ok().map(WorkspaceId::new)
}

/// Returns by what a token is known.
pub(crate) fn hash_of(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::TeamId;
    use secrecy::ExposeSecret;

    #[test]
    fn a_token_begins_with_its_workspace_and_ends_with_what_nobody_guesses() {
        let workspace = WorkspaceId::of_team(&TeamId::new("T1"));
        let mut random = [0; 32];
        random[31] = 0xab;

        let token = make(workspace, random);
        let token = token.expose_secret();

        let (id, rest) = token.split_at(OF_WORKSPACE);
        assert_eq!(id, workspace.as_uuid().simple().to_string());
        assert_eq!(rest, format!("{}ab", "00".repeat(31)));
        assert_eq!(workspace_of(token), Some(workspace));
        for bent in ["", "../..", &token[1..], &format!("{token}0"), &"z".repeat(LENGTH)] {
            assert_eq!(workspace_of(bent), None, "{bent}");
        }
    }
}
