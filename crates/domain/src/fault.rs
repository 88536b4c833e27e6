//! Faults of something that was written down: what is wrong, where it stands and what to do.

use std::fmt;

/// One fault, with the place it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place, as in `cadence.every` or `members[2]`; empty for the whole.
    pub path: String,
    /// What is wrong and what would be right, in plain words.
    pub text: String,
}

impl Fault {
    /// Returns a fault at a place.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Returns the same fault seen from outside, where its place lies under `parent`.
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        self.path = match (parent.is_empty(), self.path.is_empty()) {
            (true, _) => self.path,
            (false, true) => parent.into(),
            (false, false) if self.path.starts_with('[') => format!("{parent}{}", self.path),
            (false, false) => format!("{parent}.{}", self.path),
        };
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.text)
        } else {
            write!(f, "{}: {}", self.path, self.text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_as_its_place_and_its_text() {
        let fault = Fault::new("every", "0 is too small").under("cadence").under("rotation");

        assert_eq!(fault.to_string(), "rotation.cadence.every: 0 is too small");
        assert_eq!(Fault::new("", "not JSON").to_string(), "not JSON");
        assert_eq!(
            Fault::new("", "not a list").under("members").to_string(),
            "members: not a list"
        );
        assert_eq!(Fault::new("every", "0").under("").path, "every");
        assert_eq!(Fault::new("[2]", "twice").under("members").path, "members[2]");
    }
}
