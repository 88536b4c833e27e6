//! `asyncbot keys`: makes a key.

use super::{DONE, output};
use crate::random;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Prints a new key, ready for `ASYNCBOT_ENCRYPTION_KEYS`
    Generate {
        /// The number of the key, different from those in use
        #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        id: u32,
    },
}

pub(super) fn keys(command: &KeysCommand) -> u8 {
    let KeysCommand::Generate { id } = command;
    output::say(&format!("{id}:{}", STANDARD.encode(random::bytes())));
    DONE
}
