//! Whether somebody offers to take over, in plain words.
//!
//! A wrong yes shows one person a button that they did not want; a wrong no costs them a press of the button in the post.
//! So it says yes only to short sentences that it knows, in which nothing speaks against it.

mod around;
mod phrases;

use around::{IN_PASSING, LEADING, SPEAKS_AGAINST, TRAILING, WITHIN};
use phrases::{FAMILIES, Family, NAMELESS, WHOLE};

/// The longest text that can be an offer, in bytes as Slack sends it.
const LONGEST: usize = 300;

/// The most words of an offer.
const MOST_WORDS: usize = 14;

/// Returns whether a text that was written in the thread of a request for cover reads as an offer.
///
/// `text` is as Slack sends it, with its escapes and mentions. A question, a refusal, a condition, thanks and anything long
/// are none.
///
/// ```
/// use domain::coverage::offer::is_offer;
///
/// assert!(is_offer("I can take it on Tuesday :raised_hands:"));
/// assert!(is_offer("Ich übernehme gern!"));
/// assert!(!is_offer("I can't take it"));
/// assert!(!is_offer("Can you take it?"));
/// ```
#[must_use]
pub fn is_offer(text: &str) -> bool {
    if text.len() > LONGEST || text.contains(['?', '¿', '？', '`']) || is_quoted(text) {
        return false;
    }
    let words = words(text);
    if words.len() > MOST_WORDS {
        return false;
    }
    let mut said = format!(" {} ", words.join(" "));
    for passing in IN_PASSING {
        said = said.replace(&format!(" {passing} "), " ");
    }
    let words: Vec<&str> = said.split_whitespace().collect();
    if words.iter().any(|word| SPEAKS_AGAINST.contains(word)) {
        return false;
    }
    let greeted = words.iter().take_while(|word| LEADING.contains(word)).count();
    // Somebody may be spoken to by name.
    let named = words.get(greeted + 1..).filter(|rest| !NAMELESS.iter().any(|it| begin(rest, it)));
    (0..=greeted).any(|start| offers(&words[start..])) || named.is_some_and(offers)
}

/// Returns whether these words begin with an offer.
fn offers(words: &[&str]) -> bool {
    let is_whole = |phrase: &&str| {
        let rest = after(words, phrase);
        rest.is_some_and(|rest| rest.iter().all(|word| TRAILING.contains(word)))
    };
    let goes_on = |Family { heads, tails }: &Family| {
        let mut rests = heads.iter().filter_map(|head| after(words, head)).map(|rest| {
            let within = rest.iter().take_while(|word| WITHIN.contains(word)).count();
            &rest[within..]
        });
        rests.any(|rest| tails.iter().any(|tail| begin(rest, tail)))
    };
    WHOLE.iter().any(is_whole) || FAMILIES.iter().any(goes_on)
}

fn begin(words: &[&str], phrase: &str) -> bool {
    after(words, phrase).is_some()
}

/// Returns the words after a phrase; nothing where they do not begin with it.
fn after<'a, 'b>(words: &'a [&'b str], phrase: &str) -> Option<&'a [&'b str]> {
    let mut rest = words;
    for word in phrase.split(' ') {
        let (first, others) = rest.split_first()?;
        if *first != word {
            return None;
        }
        rest = others;
    }
    Some(rest)
}

/// Returns whether a text repeats what somebody else wrote.
fn is_quoted(text: &str) -> bool {
    text.lines()
        .any(|line| line.trim_start().starts_with("&gt;") || line.trim_start().starts_with('>'))
}

/// Returns the words in small letters without accents; mentions, links and emoji are none.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '<' => {
                letters.by_ref().find(|it| *it == '>');
            }
            ':' => {
                let name: String = letters.clone().take_while(|it| is_of_emoji(*it)).collect();
                let is_closed = letters.clone().nth(name.chars().count()) == Some(':');
                if !name.is_empty() && is_closed {
                    letters.nth(name.chars().count());
                }
            }
            // "I'll" and "m'en" are one word each.
            '\'' | '\u{2019}' => continue,
            _ if letter.is_alphanumeric() => {
                word.extend(letter.to_lowercase().flat_map(without_accent));
                continue;
            }
            _ => {}
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn is_of_emoji(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '-' | '+')
}

/// Returns a small letter without its accent.
fn without_accent(letter: char) -> impl Iterator<Item = char> {
    let plain = match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'ì' | 'î' | 'ï' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => "o",
        'ś' | 'š' | 'ş' => "s",
        'ù' | 'ú' | 'û' | 'ü' => "u",
        'ý' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        // Spanish tells "yes" from "if" by it.
        'í' => "í",
        _ => "",
    };
    let own = plain.is_empty().then_some(letter);
    plain.chars().chain(own)
}

#[cfg(test)]
mod tests;
