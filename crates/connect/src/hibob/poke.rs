//! What HiBob's webhook brings.

use crate::source::Poke;
use secrecy::SecretString;

pub(super) fn read(_body: &[u8], _signature: Option<&str>, _secret: Option<&SecretString>) -> Poke {
    Poke::Unsigned
}
