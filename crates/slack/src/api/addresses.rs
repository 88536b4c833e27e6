//! The e-mail address of one person, for absence sources and for nothing else.
//!
//! The answer is not read through JSON values: a copy of the address would stay there.

use super::client::Api;
use super::outcome::Outcome;
use domain::email::Email;
use domain::ids::UserId;
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

/// What an absence source must know of somebody.
#[derive(Debug)]
pub struct Addressed {
    /// Their address; `None` where they have none or the app may not see it.
    pub email: Option<Email>,
    /// The IANA name of their zone, unchecked.
    pub zone: Option<String>,
    /// Whether they left the workspace.
    pub is_deactivated: bool,
}

/// The answer of `users.info`, read for the address.
#[derive(Deserialize)]
pub(super) struct AddressedAnswer {
    pub(super) ok: Option<bool>,
    pub(super) error: Option<String>,
    user: Option<AddressedUser>,
}

#[derive(Deserialize)]
struct AddressedUser {
    #[serde(default)]
    deleted: Option<bool>,
    #[serde(default)]
    tz: Option<String>,
    #[serde(default)]
    profile: Option<AddressedProfile>,
}

#[derive(Deserialize)]
struct AddressedProfile {
    #[serde(default, deserialize_with = "address")]
    email: Option<Email>,
}

impl Api {
    /// Returns the address of somebody who is to be looked for in an absence source.
    ///
    /// It is asked for one person at a time: a list would bring everybody's.
    pub async fn address_of(&self, token: &SecretString, user: &UserId) -> Outcome<Addressed> {
        self.get_addressed(token, &[("user", user.as_str())])
            .await
            .and_read(|answer| {
                let user = answer.user?;
                Some(Addressed {
                    email: user.profile.and_then(|profile| profile.email),
                    zone: user.tz.filter(|zone| !zone.is_empty()),
                    is_deactivated: user.deleted.unwrap_or(false),
                })
            })
            .repeatable()
    }
}

/// Reads an address; a text that is none counts as no address.
fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Email>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(Email::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &str) -> AddressedUser {
        serde_json::from_str::<AddressedAnswer>(answer).unwrap().user.unwrap()
    }

    #[test]
    fn an_address_is_read_with_the_zone_and_nothing_shows_it() {
        let user = read(
            r#"{"ok": true, "user": {"id": "U1", "tz": "Europe/Berlin", "deleted": false,
                "profile": {"email": "Ana@Harbour.example", "real_name": "Ana"}}}"#,
        );
        let addressed = Addressed {
            email: user.profile.unwrap().email,
            zone: user.tz,
            is_deactivated: user.deleted.unwrap(),
        };

        assert_eq!(addressed.email.as_ref().unwrap().expose(), "ana@harbour.example");
        assert!(!format!("{addressed:?}").contains("ana@"), "{addressed:?}");
    }

    #[test]
    fn who_has_no_address_is_read_as_well() {
        for profile in ["{}", r#"{"email": null}"#, r#"{"email": ""}"#, r#"{"email": "none"}"#] {
            let user = read(&format!(r#"{{"ok": true, "user": {{"profile": {profile}}}}}"#));
            assert!(user.profile.unwrap().email.is_none(), "{profile}");
        }
        assert!(read(r#"{"ok": true, "user": {}}"#).profile.is_none());
    }
}
