//! The fields of a form as Slack posts them, bounded.

use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashMap;

/// The longest id, trigger or token that is taken: Slack's own are far shorter, and keys of the database are made of them.
const LONGEST_ID: usize = 255;

/// A decoded form. Bytes that are not UTF-8 become the replacement character; of a field given twice the first counts.
pub(crate) struct Form<'a>(HashMap<Cow<'a, str>, Cow<'a, str>>);

impl<'a> Form<'a> {
    /// Decodes a body; every sequence of bytes is a form.
    pub(crate) fn read(body: &'a [u8]) -> Self {
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            fields.entry(name).or_insert(value);
        }
        Self(fields)
    }

    /// Returns the same fields where they come as an object in JSON; what is no text there is no field.
    pub(crate) fn of_json(json: &'a Value) -> Self {
        let as_text = |value: &'a Value| match value {
            Value::String(text) => Some(Cow::Borrowed(text.as_str())),
            Value::Bool(is_set) => Some(Cow::Owned(is_set.to_string())),
            _ => None,
        };
        let fields = json.as_object().into_iter().flatten();
        Self(
            fields
                .filter_map(|(name, value)| Some((Cow::Borrowed(name.as_str()), as_text(value)?)))
                .collect(),
        )
    }

    /// Returns a field as it was typed, if it is there.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(AsRef::as_ref)
    }

    /// Returns a field that can serve as an id.
    pub(crate) fn id(&self, name: &str) -> Option<&str> {
        self.text(name).and_then(as_id)
    }
}

/// Returns whether a body is Slack's check of the certificate: it carries nothing to act on, so it needs no signature.
#[must_use]
pub fn is_ssl_check(body: &[u8]) -> bool {
    form_urlencoded::parse(body).any(|(name, _)| name == "ssl_check")
}

/// Returns `text` if it can serve as an id: not empty, at most 255 bytes, no white space and no control characters.
pub(crate) fn as_id(text: &str) -> Option<&str> {
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace();
    (!text.is_empty() && text.len() <= LONGEST_ID && text.chars().all(is_plain)).then_some(text)
}

/// Joins the parts of a request's key so that no two lists of parts give the same key.
pub(crate) fn join_key(kind: &str, parts: &[&str]) -> String {
    let sized: Vec<String> = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    format!("{kind};{}", sized.join(";"))
}
