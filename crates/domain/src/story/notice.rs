//! Notices: what the one who runs the service tells a workspace's admins.

use crate::ids::NoticeId;

/// The most characters of what happened, and of what comes next.
pub const LONGEST_TEXT: usize = 2_000;

/// The most characters of when it happened.
pub const LONGEST_WHEN: usize = 200;

/// That somebody else may have seen a workspace's data.
#[derive(Clone, PartialEq, Eq)]
pub struct Breach {
    /// What happened.
    pub what: String,
    /// When.
    pub when: String,
    /// What was done, what will be, and what the admins may do.
    pub next_steps: String,
    /// Whom to write to, as `mailto:` or `https:`, where somebody is named.
    pub contact: Option<String>,
}

/// Why a notice is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It says nothing of this.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// It says too much of this.
    #[error("`{0}` has more than {1} characters")]
    TooLong(&'static str, usize),
}

impl Breach {
    /// Checks that a notice says everything, and not too much of it.
    ///
    /// # Errors
    ///
    /// The first field that does not fit.
    pub fn check(&self) -> Result<(), Unfit> {
        let fields = [
            ("what", &self.what, LONGEST_TEXT),
            ("when", &self.when, LONGEST_WHEN),
            ("next_steps", &self.next_steps, LONGEST_TEXT),
        ];
        for (name, text, most) in fields {
            if text.trim().is_empty() {
                return Err(Unfit::Empty(name));
            }
            if text.chars().count() > most {
                return Err(Unfit::TooLong(name, most));
            }
        }
        Ok(())
    }

    /// Returns the id: the same words are the same notice.
    #[must_use]
    pub fn id(&self) -> NoticeId {
        NoticeId::of_parts(&["breach", &self.what, &self.when, &self.next_steps])
    }
}

/// Its words are for those whom they concern.
impl std::fmt::Debug for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Breach").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breach() -> Breach {
        Breach {
            what: String::from("A backup lay open."),
            when: String::from("2026-06-01, 10:00 to 12:00 UTC"),
            next_steps: String::from("It is closed."),
            contact: None,
        }
    }

    #[test]
    fn a_notice_says_what_when_and_what_next_and_not_too_much() {
        assert_eq!(breach().check(), Ok(()));
        let empty = Breach { next_steps: String::from(" "), ..breach() };
        assert_eq!(empty.check(), Err(Unfit::Empty("next_steps")));
        let long = Breach { when: "x".repeat(LONGEST_WHEN + 1), ..breach() };
        assert_eq!(long.check(), Err(Unfit::TooLong("when", LONGEST_WHEN)));
    }

    #[test]
    fn the_same_words_are_one_notice_whoever_answers_for_it() {
        let contact = Some(String::from("mailto:security@bot.example"));
        assert_eq!(Breach { contact, ..breach() }.id(), breach().id());
        let other = Breach { when: String::from("in May"), ..breach() };
        assert_ne!(other.id(), breach().id());
        assert!(!format!("{:?}", breach()).contains("backup"));
    }
}
