//! An e-mail address, for as long as somebody is looked for by it.

use serde::de::{Deserialize, Deserializer, Error};
use std::fmt;
use zeroize::Zeroizing;

/// The longest address in bytes (RFC 5321, section 4.5.3.1.3).
const LONGEST: usize = 254;

/// An e-mail address in small letters. It is wiped when it is dropped.
///
/// It cannot be copied, compared with `==`, printed, logged or written down: it has none of the traits for that. What
/// sends it has to ask for it in so many words.
pub struct Email(Zeroizing<String>);

impl Email {
    /// Returns the address, or nothing where the text is none; the text is wiped either way.
    #[must_use]
    pub fn new(text: String) -> Option<Self> {
        let text = Zeroizing::new(text);
        let plain = text.trim();
        let is_address = plain.len() <= LONGEST
            && !plain.contains(|letter: char| letter.is_whitespace() || letter.is_control())
            && plain.rsplit_once('@').is_some_and(|(who, at)| !who.is_empty() && !at.is_empty());
        // Room for what a capital letter may become, so that no copy is left behind while it grows.
        let mut small = Zeroizing::new(String::with_capacity(plain.len() * 3));
        small.extend(plain.chars().flat_map(char::to_lowercase));
        is_address.then_some(Self(small))
    }

    /// Returns the address, to be sent to the source that is asked about it and to nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

impl<'de> Deserialize<'de> for Email {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // The text itself is no part of the message: whoever reads that may log it.
        Self::new(text).ok_or_else(|| D::Error::custom("not an e-mail address"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_small_letters_and_without_space_around_it() {
        assert_eq!(
            Email::new(String::from(" Alan@Example.COM ")).unwrap().expose(),
            "alan@example.com"
        );
    }

    #[test]
    fn what_is_no_address_is_none() {
        let long = format!("{}@example.com", "a".repeat(LONGEST));
        for text in ["", "alan", "@example.com", "alan@", "a b@example.com", "a@b\u{0}c", &long] {
            assert!(Email::new(String::from(text)).is_none(), "{text:?}");
        }
    }

    #[test]
    fn it_does_not_show_itself_and_neither_does_what_is_refused() {
        let email = Email::new(String::from("alan@example.com")).unwrap();
        let fault = serde_json::from_str::<Email>("\"alan.example.com\"").unwrap_err();

        assert_eq!(format!("{email:?}"), "Email(..)");
        assert!(!fault.to_string().contains("alan"), "{fault}");
    }
}
