//! What people see: messages as text, the way a person would read them out.

use serde_json::Value;
use std::fmt::Write;

/// A message as somebody sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Slack's `ts`.
    pub ts: String,
    /// The channel.
    pub channel: String,
    /// What stands in its blocks, or its text where it has none.
    pub text: String,
    /// The `action_id`s of its buttons, in order.
    pub buttons: Vec<String>,
    /// For whom alone it is shown.
    pub ephemeral_to: Option<String>,
    /// Whether it was edited.
    pub is_edited: bool,
}

impl Seen {
    /// Reads a message of the simulator.
    #[must_use]
    pub fn of(message: &Value) -> Self {
        let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
        let blocks = &message["blocks"];
        let shown = if blocks.is_array() { plain_blocks(blocks) } else { text("text") };
        Self {
            ts: text("ts"),
            channel: text("channel"),
            text: shown,
            buttons: buttons(blocks),
            ephemeral_to: message["ephemeral_to"].as_str().map(str::to_owned),
            is_edited: !message["edited"].is_null(),
        }
    }
}

/// Returns what stands in blocks, a line each, buttons as `[label]`.
#[must_use]
pub fn plain_blocks(blocks: &Value) -> String {
    let mut text = String::new();
    for block in blocks.as_array().into_iter().flatten() {
        line(&mut text, block);
    }
    text.trim_end().to_owned()
}

/// Returns what stands in a modal or a home, a line each: its title, its blocks, its fields as `Name: what stands there`, its
/// buttons, and what the bot said about a field.
#[must_use]
pub fn plain_view(view: &Value) -> String {
    let mut text = String::new();
    if view["type"] == "modal" {
        let _ = writeln!(text, "{}", view["title"]["text"].as_str().unwrap_or_default());
    }
    for block in view["blocks"].as_array().into_iter().flatten() {
        if block["type"] == "input" {
            let label = block["label"]["text"].as_str().unwrap_or_default();
            let _ = writeln!(text, "{label}: {}", began_with(&block["element"]));
        } else {
            line(&mut text, block);
        }
        let error = view["errors"][block["block_id"].as_str().unwrap_or_default()].as_str();
        if let Some(error) = error {
            let _ = writeln!(text, "! {error}");
        }
    }
    for name in ["close", "submit"] {
        if let Some(label) = view[name]["text"].as_str() {
            let _ = write!(text, "[{label}] ");
        }
    }
    text.trim_end().to_owned()
}

/// Returns the Block Kit of a message, an answer, a modal or a home, a block on each line, without what differs from run to
/// run.
#[must_use]
pub fn block_kit(shown: &Value) -> String {
    let words = |name: &str| shown[name]["text"].as_str().map(|text| format!("{name}: {text}"));
    let head: Vec<String> = ["title", "submit", "close"].into_iter().filter_map(words).collect();
    let mut lines = Vec::from_iter((!head.is_empty()).then(|| head.join(" | ")));
    for block in shown["blocks"].as_array().into_iter().flatten() {
        let mut block = block.clone();
        if block["type"] != "input"
            && let Some(block) = block.as_object_mut()
        {
            // Slack makes one up where the app gives none.
            block.remove("block_id");
        }
        lines.push(without_ids(&block.to_string()));
    }
    lines.join("\n")
}

/// Puts a word in place of the ids that are made at random.
fn without_ids(text: &str) -> String {
    const LENGTH: usize = 36;
    let is_id = |part: &[u8]| {
        let fits = |(place, byte): (usize, &u8)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        };
        part.len() == LENGTH && part.iter().enumerate().all(fits)
    };
    let (mut out, mut rest) = (String::new(), text);
    while let Some(letter) = rest.chars().next() {
        let id = rest.as_bytes().get(..LENGTH).filter(|part| is_id(part));
        if id.is_some() {
            out.push_str("<id>");
        } else {
            out.push(letter);
        }
        rest = &rest[id.map_or(letter.len_utf8(), <[u8]>::len)..];
    }
    out
}

/// Returns what stood in a field at first, in words.
fn began_with(element: &Value) -> String {
    let fields = element.as_object().into_iter().flatten();
    let initial = fields.filter(|(name, _)| name.starts_with("initial_"));
    let word = |value: &Value| match value["text"]["text"].as_str().or(value.as_str()) {
        Some(word) => word.to_owned(),
        None => value.to_string(),
    };
    let words = initial.flat_map(|(_, value)| match value {
        Value::Array(list) => list.iter().map(word).collect(),
        value => vec![word(value)],
    });
    words.collect::<Vec<_>>().join(", ")
}

fn line(text: &mut String, block: &Value) {
    let say = |text: &mut String, words: &Value| {
        if let Some(words) = words["text"].as_str() {
            let _ = writeln!(text, "{words}");
        }
    };
    say(text, &block["text"]);
    for part in block["fields"].as_array().into_iter().flatten() {
        say(text, part);
    }
    for element in block["elements"].as_array().into_iter().flatten() {
        match element["text"]["text"].as_str() {
            Some(label) => {
                let _ = write!(text, "[{label}] ");
            }
            None => match element["text"].as_str() {
                Some(words) => {
                    let _ = writeln!(text, "{words}");
                }
                None => text.push_str(&menu(element)),
            },
        }
    }
    if block["type"] == "actions" {
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    if let Some(label) = block["accessory"]["text"]["text"].as_str() {
        let _ = writeln!(text, "[{label}]");
    } else if !menu(&block["accessory"]).is_empty() {
        let _ = writeln!(text, "{}", menu(&block["accessory"]).trim_end());
    }
}

/// Returns a menu as its placeholder, or its options where it has none; nothing for what is no menu.
fn menu(element: &Value) -> String {
    if let Some(words) = element["placeholder"]["text"].as_str() {
        return format!("[{words} …] ");
    }
    let options = element["options"].as_array().into_iter().flatten();
    let labels: Vec<&str> = options.filter_map(|option| option["text"]["text"].as_str()).collect();
    if labels.is_empty() { String::new() } else { format!("[{}] ", labels.join(" | ")) }
}

fn buttons(blocks: &Value) -> Vec<String> {
    let blocks = blocks.as_array().into_iter().flatten();
    let elements = blocks.flat_map(|block| {
        let elements = block["elements"].as_array().into_iter().flatten();
        elements.chain(std::iter::once(&block["accessory"]))
    });
    elements.filter_map(|element| element["action_id"].as_str()).map(str::to_owned).collect()
}
