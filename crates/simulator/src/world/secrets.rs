//! Tokens, triggers and other strings that nobody can guess but every run makes again.

use crate::to_bot::signature::hmac_hex;

/// Makes strings that are unique and look random.
#[derive(Debug)]
pub(crate) struct Secrets {
    seed: String,
    made: u64,
}

impl Secrets {
    pub(crate) fn new(seed: &str) -> Self {
        Self { seed: seed.into(), made: 0 }
    }

    /// Returns 32 hexadecimal digits for a purpose, never the same twice.
    pub(crate) fn next(&mut self, purpose: &str) -> String {
        let number = self.count();
        let mut text = hmac_hex(self.seed.as_bytes(), format!("{purpose}:{number}").as_bytes());
        text.truncate(32);
        text
    }

    /// Returns a number, one more each time.
    pub(crate) fn count(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}
