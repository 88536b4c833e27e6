//! What the one who hosts the service has to say of it, and what the service promises.

mod promises;
mod security_txt;

pub(crate) use promises::{PRIVACY, Promised, SECURITY, promised};
pub(crate) use security_txt::security_txt;

use serde::Deserialize;
use std::path::Path;

/// The longest text of a field, in characters.
const LONGEST: usize = 2_000;

/// What the hoster says; [`Site::default`] is for those who say nothing.
#[derive(Clone, Debug, Default)]
pub struct Site(Option<Told>);

/// The hoster's file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    pub(crate) site: About,
    pub(crate) contacts: Contacts,
    pub(crate) times: Times,
    #[serde(default)]
    pub(crate) subprocessors: Vec<Subprocessor>,
}

/// Who runs it, and where.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    pub(crate) legal_entity: String,
    pub(crate) hosting: String,
    pub(crate) cdn: Option<String>,
    pub(crate) dpa: String,
    pub(crate) uptime_target: String,
    pub(crate) uptime_measured: String,
}

/// Whom to write to, each as `mailto:` or `https:`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contacts {
    pub(crate) security: String,
    pub(crate) privacy: String,
    pub(crate) legal: String,
    pub(crate) support: String,
}

/// How soon, in hours.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Times {
    pub(crate) answer_hours: u32,
    pub(crate) critical_fix_hours: u32,
}

/// Whoever else handles data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subprocessor {
    pub(crate) name: String,
    pub(crate) purpose: String,
    pub(crate) place: String,
}

impl Site {
    /// Reads the hoster's file.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words that name the file, and the field or the line.
    pub fn read(file: &Path) -> Result<Self, String> {
        let name = file.display();
        let text = std::fs::read_to_string(file)
            .map_err(|fault| format!("the file {name} cannot be read: {fault}"))?;
        Self::parse(&text).map_err(|fault| format!("the file {name} does not fit: {fault}"))
    }

    /// Reads the text of such a file.
    fn parse(text: &str) -> Result<Self, String> {
        let told: Told = toml::from_str(text).map_err(|fault| {
            let before = fault.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            format!("line {}: {}", before.matches('\n').count() + 1, fault.message())
        })?;
        told.check()?;
        Ok(Self(Some(told)))
    }

    /// Returns what the hoster has told, if anything.
    pub(crate) const fn told(&self) -> Option<&Told> {
        self.0.as_ref()
    }

    /// Returns whom to write to about security, if anybody is named.
    pub(crate) fn security_contact(&self) -> Option<&str> {
        self.0.as_ref().map(|told| told.contacts.security.as_str())
    }
}

impl Told {
    fn check(&self) -> Result<(), String> {
        let Self { site, contacts, times, subprocessors } = self;
        let mut texts = vec![
            ("site.legal_entity", site.legal_entity.as_str()),
            ("site.hosting", &site.hosting),
            ("site.cdn", site.cdn.as_deref().unwrap_or("-")),
            ("site.dpa", &site.dpa),
            ("site.uptime_target", &site.uptime_target),
            ("site.uptime_measured", &site.uptime_measured),
        ];
        for one in subprocessors {
            texts.extend([
                ("subprocessors.name", one.name.as_str()),
                ("subprocessors.purpose", &one.purpose),
                ("subprocessors.place", &one.place),
            ]);
        }
        for (field, text) in texts {
            if text.trim().is_empty() || text.chars().count() > LONGEST {
                return Err(format!("{field} must have 1 to {LONGEST} characters"));
            }
        }
        let contacts = [
            ("contacts.security", &contacts.security),
            ("contacts.privacy", &contacts.privacy),
            ("contacts.legal", &contacts.legal),
            ("contacts.support", &contacts.support),
        ];
        for (field, address) in contacts {
            if !is_contact(address) {
                return Err(format!(
                    "{field} must be one address that begins with mailto: or https://"
                ));
            }
        }
        if times.answer_hours == 0 || times.critical_fix_hours == 0 {
            return Err("the hours of [times] must be 1 or more".to_owned());
        }
        Ok(())
    }
}

/// A line of its own in security.txt, and the target of a link.
fn is_contact(address: &str) -> bool {
    let is_one = !address.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    let rest = address.strip_prefix("mailto:").filter(|rest| rest.contains('@'));
    let rest = rest.or_else(|| address.strip_prefix("https://"));
    is_one && rest.is_some_and(|rest| !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../../deploy/site.toml");

    #[test]
    fn the_example_is_read() {
        let site = Site::parse(EXAMPLE).unwrap();
        let told = site.told().unwrap();

        assert_eq!((told.times.answer_hours, told.times.critical_fix_hours), (24, 72));
        assert_eq!(site.security_contact(), Some("mailto:security@asyncbot.example"));
        assert_eq!(told.subprocessors.len(), 2);
    }

    #[track_caller]
    fn check(change: (&str, &str), said: &str) {
        let text = EXAMPLE.replace(change.0, change.1);
        assert_ne!(text, EXAMPLE, "{change:?} changes something");
        let fault = Site::parse(&text).unwrap_err();
        assert!(fault.contains(said), "{change:?}: {fault}");
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_field_or_line() {
        check(("hosting = ", "hostig = "), "hostig");
        check(("dpa = ", "# dpa = "), "missing field `dpa`");
        check(("answer_hours = 24", "answer_hours = \"soon\""), "line 28");
        check(("answer_hours = 24", "answer_hours = 0"), "hours");
        check(("\"Frankfurt am Main, Germany\"", "\" \""), "site.hosting");
        check(("mailto:legal@asyncbot.example", "legal@asyncbot.example"), "contacts.legal");
        check(("mailto:legal@asyncbot.example", "javascript:alert(1)"), "contacts.legal");
        check(("mailto:security@", "mailto:a@b\\nContact: c@"), "contacts.security");
    }
}
