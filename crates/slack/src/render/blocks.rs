//! Blocks within Slack's limits (facts of `@slack/types`: 50 blocks, 3,000 characters a text, about 13,200 in all).

use super::Rendered;
use super::names::straight;
use super::note::{plain_lines, plain_section};
use super::words::Style;
use serde_json::{Value, json};

/// The most characters of a section.
pub(crate) const LONGEST_SECTION: usize = 2900;

/// The most characters of a message's `text`; Slack recommends 4,000.
const LONGEST_TEXT: usize = 3800;

/// The most characters of all sections of a message; above about 13,200 Slack answers `msg_blocks_too_long`.
const LONGEST_MESSAGE: usize = 11_000;

/// The most blocks of a message, one less than Slack takes.
const MOST_BLOCKS: usize = 49;

/// A part of a message, in order.
pub(crate) enum Part {
    /// Lines of mrkdwn.
    Lines(Vec<String>),
    /// Lines with a button beside them.
    Row(Vec<String>, Value),
    /// What somebody wrote, at most a section long: nothing in it is a mark.
    Plain(String),
    /// A row of buttons.
    Buttons(Vec<Value>),
}

/// Puts a message together, composed once for the blocks and once for the text.
///
/// What does not fit any more is left out with a word about it; buttons stay.
pub(crate) fn assemble(compose: impl Fn(Style) -> Vec<Part>) -> Rendered {
    let mut room = LONGEST_MESSAGE;
    let mut blocks = Vec::new();
    let mut is_cut = false;
    for part in compose(Style::Block) {
        if let Part::Buttons(buttons) = part {
            blocks.extend(more(&mut is_cut));
            blocks.push(json!({ "type": "actions", "elements": buttons }));
            continue;
        }
        let is_plain = matches!(part, Part::Plain(_));
        let (lines, accessory) = match part {
            Part::Plain(text) => (vec![straight(&text)], None),
            part => part.split(),
        };
        let text = if is_plain { lines.concat() } else { fit(&lines, LONGEST_SECTION) };
        let length = text.chars().count();
        if text.is_empty() {
            continue;
        }
        if is_cut || length > room || blocks.len() + 2 > MOST_BLOCKS {
            is_cut = true;
            continue;
        }
        room -= length;
        let block = if is_plain { plain_section(&text) } else { section(&text, accessory) };
        blocks.push(block);
    }
    blocks.extend(more(&mut is_cut));
    let lines: Vec<String> =
        compose(Style::Text).into_iter().flat_map(|part| part.split().0).collect();
    Rendered { text: fit(&lines, LONGEST_TEXT), blocks: Value::Array(blocks) }
}

impl Part {
    fn split(self) -> (Vec<String>, Option<Value>) {
        match self {
            Self::Lines(lines) => (lines, None),
            Self::Row(lines, button) => (lines, Some(button)),
            Self::Plain(text) => (plain_lines(&text), None),
            Self::Buttons(_) => (Vec::new(), None),
        }
    }
}

/// Returns a `plain_text` object, cut at `most` characters; Slack does not parse it, so nothing is escaped.
pub(crate) fn plain_text(text: &str, most: usize) -> Value {
    json!({ "type": "plain_text", "text": clip(text, most) })
}

/// Returns a text of at most `most` characters, with an ellipsis where something is missing.
pub(crate) fn clip(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// Joins lines until the next one would not fit; a line is never cut, since that could open up an escaped character.
pub(crate) fn fit(lines: &[String], most: usize) -> String {
    let mut text = String::new();
    let mut length = 0;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let more = line.chars().count() + 1;
        if length + more > most - 2 {
            text.push_str("\n…");
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
        length += more;
    }
    text.trim_start().to_owned()
}

/// Returns a section of mrkdwn, with an element beside it where there is one.
pub(crate) fn section(text: &str, accessory: Option<Value>) -> Value {
    // Verbatim: nothing in a name becomes a link or a mention by itself.
    let mut section =
        json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } });
    if let Some(accessory) = accessory {
        section["accessory"] = accessory;
    }
    section
}

fn more(is_cut: &mut bool) -> Option<Value> {
    std::mem::take(is_cut).then(|| section("… and more than fits here.", None))
}
