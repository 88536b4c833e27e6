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
            None => {
                if let Some(words) = element["text"].as_str() {
                    let _ = writeln!(text, "{words}");
                }
            }
        }
    }
    if block["type"] == "actions" {
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    if let Some(label) = block["accessory"]["text"]["text"].as_str() {
        let _ = writeln!(text, "[{label}]");
    }
}

fn buttons(blocks: &Value) -> Vec<String> {
    let blocks = blocks.as_array().into_iter().flatten();
    let elements = blocks.flat_map(|block| {
        let elements = block["elements"].as_array().into_iter().flatten();
        elements.chain(std::iter::once(&block["accessory"]))
    });
    elements.filter_map(|element| element["action_id"].as_str()).map(str::to_owned).collect()
}
