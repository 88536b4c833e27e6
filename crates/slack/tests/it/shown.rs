//! People to talk about, and a rendered message as a person reads it.

use chrono::{DateTime, NaiveDate, Utc};
use domain::ids::UserId;
use domain::message::Person;
use serde_json::Value;
use slack::Rendered;

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub(crate) fn person(id: &str, name: &str) -> Person {
    Person { user: UserId::new(id), name: Some(name.to_owned()) }
}

pub(crate) fn ana() -> Person {
    person("UANA", "Ana")
}

pub(crate) fn ben() -> Person {
    person("UBEN", "Ben")
}

pub(crate) fn cho() -> Person {
    person("UCHO", "Cho")
}

/// Returns the text and below it the blocks: lines as they are, buttons as `[label: action_id value]`.
pub(crate) fn show(rendered: &Rendered) -> String {
    let blocks: Vec<String> =
        rendered.blocks.as_array().expect("a list of blocks").iter().map(show_block).collect();
    format!("{}\n---\n{}", rendered.text, blocks.join("\n"))
}

fn show_block(block: &Value) -> String {
    let text = block["text"]["text"].as_str().unwrap_or_default();
    let beside = block.get("accessory").map(|button| format!(" {}", show_button(button)));
    let below = block["elements"].as_array().into_iter().flatten().map(show_button);
    let buttons: Vec<String> = beside.into_iter().chain(below).collect();
    format!("{text}{}", buttons.join(" "))
}

fn show_button(button: &Value) -> String {
    let style = button["style"].as_str().map_or_else(String::new, |style| format!("{style} "));
    let asks = if button.get("confirm").is_some() { " asks" } else { "" };
    format!(
        "[{style}{}: {} {}{asks}]",
        button["text"]["text"].as_str().unwrap_or_default(),
        button["action_id"].as_str().unwrap_or_default(),
        button["value"].as_str().unwrap_or_default(),
    )
}
