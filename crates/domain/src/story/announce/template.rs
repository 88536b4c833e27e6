//! The announcement of a handoff in the team's own words: text with placeholders, such as "{people} has the phone".

use crate::suggest::nearest;
use std::fmt;

/// The longest template, in characters: everything in it may have to be escaped to five times its length.
pub const MAX_TEMPLATE: usize = 500;

/// A template that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// What the team wrote, unescaped.
    Text(String),
    /// What is filled in.
    Field(Placeholder),
}

/// What can be filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// The rotation's name.
    Rotation,
    /// Who is on duty now, each mentioned.
    People,
    /// When the duty ends.
    Until,
    /// Who was on duty before.
    Previous,
    /// Who comes after.
    Next,
    /// Who was passed over, and why.
    Skipped,
}

impl Placeholder {
    /// All of them, in the order in which they are explained.
    pub const ALL: [Self; 6] =
        [Self::Rotation, Self::People, Self::Until, Self::Previous, Self::Next, Self::Skipped];

    /// Returns the word that stands between the braces.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rotation => "rotation",
            Self::People => "people",
            Self::Until => "until",
            Self::Previous => "previous",
            Self::Next => "next",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for Placeholder {
    /// Writes it as it is typed: `{people}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.word())
    }
}

/// Why a template cannot be used. `Display` is the text that people read, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    /// It is too long.
    #[error("That is {length} characters long. Please use at most {MAX_TEMPLATE}.")]
    TooLong {
        /// How long it is, in characters.
        length: usize,
    },
    /// It has control characters.
    #[error("Please leave out special control characters.")]
    Control,
    /// It does not say who is on duty.
    #[error("Please put {{people}} where the people on duty are to be named.")]
    LacksPeople,
    /// There is no such placeholder.
    #[error("I don't know {{{word}}}. {}", advice(.did_you_mean.as_ref()))]
    Unknown {
        /// What stands between the braces, clipped.
        word: String,
        /// The placeholder that is nearest, if one is near.
        did_you_mean: Option<&'static str>,
    },
    /// A brace is left alone.
    #[error("There is a single {brace}. For the character itself please type {brace}{brace}.")]
    LoneBrace {
        /// Which one.
        brace: char,
    },
}

impl Template {
    /// Returns the pieces, in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }
}

/// Reads a template. A brace itself is written twice: `{{` and `}}`.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn parse_template(text: &str) -> Result<Template, TemplateFault> {
    let text = text.trim();
    let length = text.chars().count();
    if length > MAX_TEMPLATE {
        return Err(TemplateFault::TooLong { length });
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(TemplateFault::Control);
    }
    let mut reader = Reader::default();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        reader.text.push_str(&rest[..at]);
        rest = reader.read_brace(&rest[at..])?;
    }
    reader.text.push_str(rest);
    reader.end_text();
    if !reader.pieces.contains(&Piece::Field(Placeholder::People)) {
        return Err(TemplateFault::LacksPeople);
    }
    Ok(Template(reader.pieces))
}

#[derive(Default)]
struct Reader {
    pieces: Vec<Piece>,
    /// The text since the last placeholder.
    text: String,
}

impl Reader {
    /// Reads what begins with a brace and returns what comes after it.
    fn read_brace<'a>(&mut self, rest: &'a str) -> Result<&'a str, TemplateFault> {
        for brace in ["{{", "}}"] {
            if let Some(rest) = rest.strip_prefix(brace) {
                self.text.push_str(&brace[..1]);
                return Ok(rest);
            }
        }
        let Some(inner) = rest.strip_prefix('{') else {
            return Err(TemplateFault::LoneBrace { brace: '}' });
        };
        let Some((word, rest)) = inner.split_once('}') else {
            return Err(TemplateFault::LoneBrace { brace: '{' });
        };
        let placeholder = find(word)?;
        self.end_text();
        self.pieces.push(Piece::Field(placeholder));
        Ok(rest)
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text)));
        }
    }
}

fn find(word: &str) -> Result<Placeholder, TemplateFault> {
    let typed = word.trim().to_lowercase();
    let found = Placeholder::ALL.into_iter().find(|placeholder| placeholder.word() == typed);
    found.ok_or_else(|| TemplateFault::Unknown {
        word: word.trim().chars().take(40).collect(),
        did_you_mean: nearest(&typed, Placeholder::ALL.map(Placeholder::word)).and_then(|near| {
            let all = Placeholder::ALL.map(Placeholder::word);
            all.into_iter().find(|word| *word == near)
        }),
    })
}

fn advice(did_you_mean: Option<&&'static str>) -> String {
    if let Some(word) = did_you_mean {
        return format!("Did you mean {{{word}}}?");
    }
    let all: Vec<String> = Placeholder::ALL.iter().map(ToString::to_string).collect();
    format!("There are {}.", all.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn text_and_placeholders_are_told_apart() {
        let template = parse_template(" {People} has {rotation} until { until }. ").unwrap();

        let expected = [
            Piece::Field(Placeholder::People),
            text(" has "),
            Piece::Field(Placeholder::Rotation),
            text(" until "),
            Piece::Field(Placeholder::Until),
            text("."),
        ];
        assert_eq!(template.pieces(), expected);
    }

    #[test]
    fn a_brace_itself_is_written_twice() {
        let template = parse_template("{{on duty}} {people} {{{next}}}").unwrap();

        let expected = [
            text("{on duty} "),
            Piece::Field(Placeholder::People),
            text(" {"),
            Piece::Field(Placeholder::Next),
            text("}"),
        ];
        assert_eq!(template.pieces(), expected);
    }

    #[track_caller]
    fn check(template: &str, sentence: &str) {
        assert_eq!(parse_template(template).unwrap_err().to_string(), sentence, "{template:?}");
    }

    #[test]
    fn what_is_wrong_is_said_with_what_to_do() {
        check("Hello", "Please put {people} where the people on duty are to be named.");
        check("", "Please put {people} where the people on duty are to be named.");
        check("{people} {prevoius}", "I don't know {prevoius}. Did you mean {previous}?");
        check(
            "{people} {banana}",
            "I don't know {banana}. There are {rotation}, {people}, {until}, {previous}, {next}, {skipped}.",
        );
        check("{people", "There is a single {. For the character itself please type {{.");
        check("{people} }", "There is a single }. For the character itself please type }}.");
        check("{people}\u{7}", "Please leave out special control characters.");
        check(
            &format!("{{people}}{}", "x".repeat(493)),
            "That is 501 characters long. Please use at most 500.",
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[{}a-z <>!&\n]{0,60}|.{0,600}") {
            if let Ok(template) = parse_template(&text) {
                prop_assert!(template.pieces().contains(&Piece::Field(Placeholder::People)));
            }
        }
    }
}
