//! What opens a source, as it is sealed: one text for all of it.

use crate::AppError;
use domain::source::Credentials;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What opens a source, and the address at which it pokes us.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The credentials.
    pub credentials: Credentials,
    /// The address, if the source was given one.
    pub hook: Option<Hook>,
}

/// The address at which a source pokes us.
#[derive(Clone, Debug)]
pub struct Hook {
    /// The last part of the address: 96 hexadecimal digits, of which the first 32 are the id of the workspace.
    pub token: SecretString,
    /// What the source signs with, where it is known.
    pub secret: Option<SecretString>,
}

#[derive(Serialize)]
struct Written<'a> {
    host: &'a str,
    values: BTreeMap<&'a str, &'a str>,
    hook: Option<WrittenHook<'a>>,
}

#[derive(Serialize)]
struct WrittenHook<'a> {
    token: &'a str,
    secret: Option<&'a str>,
}

#[derive(Deserialize)]
struct Read {
    host: String,
    values: BTreeMap<String, SecretString>,
    hook: Option<ReadHook>,
}

#[derive(Deserialize)]
struct ReadHook {
    token: SecretString,
    secret: Option<SecretString>,
}

impl Opened {
    /// Returns the text that is sealed.
    ///
    /// # Errors
    ///
    /// None in practice: text can always be written down.
    pub fn write(&self) -> Result<SecretString, AppError> {
        let values = self.credentials.values.iter();
        let written = Written {
            host: &self.credentials.host,
            values: values.map(|(code, value)| (code.as_str(), value.expose_secret())).collect(),
            hook: self.hook.as_ref().map(|hook| WrittenHook {
                token: hook.token.expose_secret(),
                secret: hook.secret.as_ref().map(ExposeSecret::expose_secret),
            }),
        };
        serde_json::to_string(&written)
            .map(SecretString::from)
            .map_err(|_| AppError::Unplannable("what opens a source cannot be written down"))
    }

    /// Returns what a sealed text says.
    ///
    /// # Errors
    ///
    /// Where it was written by another version.
    pub fn read(text: &SecretString) -> Result<Self, AppError> {
        // The fault is not kept: it would name a part of the text.
        let read: Read = serde_json::from_str(text.expose_secret())
            .map_err(|_| AppError::Unplannable("what opens a source cannot be read"))?;
        Ok(Self {
            credentials: Credentials { host: read.host, values: read.values },
            hook: read.hook.map(|hook| Hook { token: hook.token, secret: hook.secret }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_comes_back_and_does_not_show_itself() {
        let secret = |text: &str| SecretString::from(text);
        let opened = Opened {
            credentials: Credentials {
                host: String::from("sandbox"),
                values: [(String::from("token"), secret("t0p-secret"))].into(),
            },
            hook: Some(Hook { token: secret("abc-def"), secret: None }),
        };

        let read = Opened::read(&opened.write().unwrap()).unwrap();

        assert_eq!(read.credentials.host, "sandbox");
        assert_eq!(read.credentials.values["token"].expose_secret(), "t0p-secret");
        let hook = read.hook.as_ref().unwrap();
        assert_eq!(hook.token.expose_secret(), "abc-def");
        assert!(hook.secret.is_none());
        assert!(!format!("{read:?}").contains("t0p") && !format!("{read:?}").contains("abc"));
    }

    #[test]
    fn what_cannot_be_read_is_not_told() {
        let fault = Opened::read(&SecretString::from("{\"host\": \"t0p-secret\"")).unwrap_err();

        assert!(!format!("{fault:?} {fault}").contains("t0p"));
    }
}
