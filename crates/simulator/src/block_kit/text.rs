//! The small things of Block Kit: objects with known keys, texts, options, confirmations.

use serde_json::{Map, Value};

/// What is wrong, with where: `/blocks/0/text: more than 3000 characters`.
pub(crate) type Fault = String;

/// A place in the JSON and what stands there.
#[derive(Clone, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) path: String,
    pub(crate) value: &'a Value,
}

impl<'a> Place<'a> {
    pub(crate) const fn new(path: String, value: &'a Value) -> Self {
        Self { path, value }
    }

    pub(crate) fn fault(&self, what: impl std::fmt::Display) -> Fault {
        format!("{}: {what}", self.path)
    }

    /// Returns what stands under a key; `None` where nothing does.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key)?;
        Some(Self::new(format!("{}/{key}", self.path), value))
    }

    /// Returns the string under a key; "" where there is none.
    pub(crate) fn word(&self, key: &str) -> &'a str {
        self.value[key].as_str().unwrap_or_default()
    }

    /// Checks that it is an object with all of `required` and no key beyond those and `allowed`.
    pub(crate) fn object(
        &self,
        required: &[&str],
        allowed: &[&str],
    ) -> Result<&'a Map<String, Value>, Fault> {
        let object = self.value.as_object().ok_or_else(|| self.fault("must be an object"))?;
        for key in required {
            if !object.contains_key(*key) {
                return Err(self.fault(format!("`{key}` is required")));
            }
        }
        for key in object.keys() {
            if !required.contains(&key.as_str()) && !allowed.contains(&key.as_str()) {
                return Err(self.fault(format!("invalid additional property: {key}")));
            }
        }
        Ok(object)
    }

    /// Checks that it is a list of so many at least and at most, and returns its places.
    pub(crate) fn list(&self, least: usize, most: usize) -> Result<Vec<Self>, Fault> {
        let list = self.value.as_array().ok_or_else(|| self.fault("must be a list"))?;
        if list.len() < least || list.len() > most {
            return Err(
                self.fault(format!("must have {least} to {most} items, has {}", list.len()))
            );
        }
        let places = list.iter().enumerate();
        Ok(places.map(|(at, value)| Self::new(format!("{}/{at}", self.path), value)).collect())
    }

    /// Checks that what stands under a key, if anything does, is a string of so many characters.
    pub(crate) fn string(&self, key: &str, least: usize, most: usize) -> Result<(), Fault> {
        let Some(place) = self.get(key) else { return Ok(()) };
        let text = place.value.as_str().ok_or_else(|| place.fault("must be a string"))?;
        let length = text.chars().count();
        if length < least {
            return Err(place.fault(format!("must have at least {least} characters")));
        }
        if length > most {
            return Err(place.fault(format!("must have at most {most} characters, has {length}")));
        }
        Ok(())
    }

    /// Checks that what stands under a key, if anything does, is true or false.
    pub(crate) fn flag(&self, key: &str) -> Result<(), Fault> {
        match self.get(key) {
            Some(place) if !place.value.is_boolean() => Err(place.fault("must be true or false")),
            _ => Ok(()),
        }
    }

    /// Checks that what stands under a key, if anything does, is one of these words.
    pub(crate) fn one_of(&self, key: &str, words: &[&str]) -> Result<(), Fault> {
        match self.get(key) {
            Some(place) if !place.value.as_str().is_some_and(|word| words.contains(&word)) => {
                Err(place.fault(format!("must be one of {}", words.join(", "))))
            }
            _ => Ok(()),
        }
    }

    /// Checks that what stands under a key, if anything does, is a text object.
    pub(crate) fn text(&self, key: &str, kind: TextKind, most: usize) -> Result<(), Fault> {
        self.get(key).map_or(Ok(()), |place| check_text(&place, kind, most))
    }

    /// Checks the confirmation, if there is one.
    pub(crate) fn confirm(&self) -> Result<(), Fault> {
        let Some(place) = self.get("confirm") else { return Ok(()) };
        place.object(&["title", "text", "confirm", "deny"], &["style"])?;
        place.text("title", TextKind::Plain, 100)?;
        place.text("text", TextKind::Any, 300)?;
        place.text("confirm", TextKind::Plain, 30)?;
        place.text("deny", TextKind::Plain, 30)?;
        place.one_of("style", &["primary", "danger"])
    }
}

/// Which text object is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextKind {
    Plain,
    Any,
    /// The plain text of an overflow menu, whose options alone may lead to an address.
    Menu,
}

pub(crate) fn check_text(place: &Place<'_>, kind: TextKind, most: usize) -> Result<(), Fault> {
    place.object(&["type", "text"], &["emoji", "verbatim"])?;
    let (types, foreign): (&[&str], _) = match (kind, place.word("type")) {
        (TextKind::Plain | TextKind::Menu, _) => (&["plain_text"], "verbatim"),
        (TextKind::Any, "mrkdwn") => (&["plain_text", "mrkdwn"], "emoji"),
        (TextKind::Any, _) => (&["plain_text", "mrkdwn"], "verbatim"),
    };
    place.one_of("type", types)?;
    if place.get(foreign).is_some() {
        return Err(place.fault(format!("`{foreign}` does not go with this type of text")));
    }
    place.flag("emoji")?;
    place.flag("verbatim")?;
    place.string("text", 1, most)
}

/// Checks an option of a select, a list of check boxes or an overflow menu.
pub(crate) fn check_option(place: &Place<'_>, kind: TextKind) -> Result<(), Fault> {
    let with_url = ["description", "url"];
    let allowed = if kind == TextKind::Menu { &with_url[..] } else { &with_url[..1] };
    place.object(&["text", "value"], allowed)?;
    place.text("text", kind, 75)?;
    place.text("description", kind, 75)?;
    place.string("value", 1, 150)?;
    place.string("url", 1, 3000)
}
