//! The words of a command: split at spaces, quotation marks taken off, mentions kept whole.

use crate::ids::UserId;
use crate::refusal::Refusal;

/// The marks that may stand around a name, each with those that end it.
const QUOTES: [(char, &str); 8] = [
    ('"', "\"”"),
    ('“', "”“\""),
    ('„', "“”\""),
    ('«', "»"),
    ('»', "«"),
    ('\'', "'’"),
    ('‘', "’‘'"),
    ('‚', "‘’"),
];

/// How many characters of a word are repeated in an answer.
const SHOWN: usize = 40;

/// One word, or several in quotation marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The text without its quotation marks, what Slack escaped put back; never empty.
    pub(super) text: String,
    /// Whether it stood in quotation marks, so that nothing in it is a number or a mention.
    pub(super) is_quoted: bool,
}

impl Word {
    /// Returns whether it is this word, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    /// Returns whether it is a whole number.
    pub(super) fn is_number(&self) -> bool {
        !self.is_quoted && self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Returns the person that the word mentions; `None` where it mentions nobody.
    ///
    /// # Errors
    ///
    /// [`Refusal::UnknownPerson`] for something that should be a mention and does not say who.
    pub(super) fn person(&self) -> Result<Option<UserId>, Refusal> {
        if self.is_quoted || !self.text.starts_with(['@', '<']) {
            return Ok(None);
        }
        let id = self.text.strip_prefix("<@").and_then(|rest| rest.strip_suffix('>'));
        let id = id.map(|id| id.split_once('|').map_or(id, |(id, _)| id));
        match id.filter(|id| is_person(id)) {
            Some(id) => Ok(Some(UserId::new(id))),
            None => Err(Refusal::UnknownPerson { text: shortened(self.shown_mention()) }),
        }
    }

    /// Returns the part of a broken mention that a person would know.
    fn shown_mention(&self) -> &str {
        let inner = self.text.trim_start_matches('<').trim_end_matches('>');
        inner.split_once('|').map_or(inner, |(id, name)| if name.is_empty() { id } else { name })
    }
}

/// Returns the words of a text; nothing that cannot be seen is left in them.
pub(super) fn words_of(text: &str) -> Vec<Word> {
    let text: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .filter(|letter| !is_invisible(*letter))
        .collect();
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, after) = next_word(rest);
        if !word.text.is_empty() {
            words.push(word);
        }
        rest = after.trim_start();
    }
    words
}

/// Returns the text, cut where it is too long to be repeated.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

fn next_word(rest: &str) -> (Word, &str) {
    if let Some((inner, after)) = quoted(rest) {
        return (Word { text: unescaped(inner.trim()), is_quoted: true }, after);
    }
    let mention = rest.strip_prefix("<@").and_then(|inner| inner.find('>'));
    // The name in a mention may hold spaces: <@U1|Ana Lee>.
    let end = mention.map(|at| at + "<@".len() + 1);
    let end = end.unwrap_or_else(|| rest.find(char::is_whitespace).unwrap_or(rest.len()));
    let (word, after) = rest.split_at(end);
    (Word { text: unescaped(word), is_quoted: false }, after)
}

/// Returns what stands in quotation marks at the beginning, and the rest; the end of the text ends a name as well.
fn quoted(rest: &str) -> Option<(&str, &str)> {
    let first = rest.chars().next()?;
    let (_, ends) = QUOTES.iter().find(|(open, _)| *open == first)?;
    let inner = &rest[first.len_utf8()..];
    let is_end = |at: usize, mark: char| {
        let after = inner[at + mark.len_utf8()..].chars().next();
        // An apostrophe within a word ends nothing: 'Ana's team'.
        ends.contains(mark) && after.is_none_or(char::is_whitespace)
    };
    match inner.char_indices().find(|(at, mark)| is_end(*at, *mark)) {
        Some((at, mark)) => Some((&inner[..at], &inner[at + mark.len_utf8()..])),
        None => Some((inner, "")),
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Returns whether an id has the form of a person's: `U012AB3CD`, `W012AB3CD`.
fn is_person(id: &str) -> bool {
    id.starts_with(['U', 'W'])
        && (2..=64).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_invisible(letter: char) -> bool {
    // The joiners U+200C and U+200D stay: they are part of how some names and emoji are written.
    matches!(letter, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
