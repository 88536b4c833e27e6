//! Slack's limits for blocks and views, by the simulator's own reading of Slack's documentation.

pub(crate) mod element;
pub(crate) mod form;
pub(crate) mod text;
pub(crate) mod view;

use element::{Seat, check_element, check_image_fields};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use text::{Fault, Place, TextKind, check_text};

/// Where blocks are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surface {
    Message,
    Modal,
    Home,
}

/// The most that all markdown blocks of a message may hold together, in characters.
const MOST_MARKDOWN: usize = 12_000;

/// Above this many characters in all texts Slack says `msg_blocks_too_long`.
pub(crate) const MOST_TEXT: usize = 13_200;

/// Checks the blocks of a message or a view.
pub(crate) fn check_blocks(blocks: &Value, surface: Surface) -> Result<(), Fault> {
    let place = Place::new("/blocks".into(), blocks);
    let most = if surface == Surface::Message { 50 } else { 100 };
    let list = place.list(0, most)?;
    let mut ids = BTreeSet::new();
    let mut markdown = 0;
    for block in &list {
        check_block(block, surface)?;
        if let Some(id) = block.value["block_id"].as_str()
            && !ids.insert(id)
        {
            return Err(block.fault(format!("block_id {id:?} is there twice")));
        }
        if block.word("type") == "markdown" {
            markdown += block.word("text").chars().count();
        }
    }
    let focused = list.iter().flat_map(|block| elements(block.value));
    if focused.filter(|element| element["focus_on_load"] == json!(true)).count() > 1 {
        return Err(place.fault("`focus_on_load` is set on more than one element"));
    }
    if markdown > MOST_MARKDOWN {
        return Err(
            place.fault(format!("markdown blocks hold more than {MOST_MARKDOWN} characters"))
        );
    }
    Ok(())
}

fn check_block(place: &Place<'_>, surface: Surface) -> Result<(), Fault> {
    place.string("block_id", 1, 255)?;
    match place.word("type") {
        "section" => check_section(place),
        "divider" => place.object(&["type"], &["block_id"]).map(drop),
        "header" => {
            place.object(&["type", "text"], &["block_id"])?;
            place.text("text", TextKind::Plain, 150)
        }
        "context" => check_context(place),
        "actions" => check_actions(place),
        "input" => check_input(place),
        "image" => {
            check_image_fields(place, &["block_id", "title"])?;
            place.text("title", TextKind::Plain, 2000)
        }
        "rich_text" => {
            place.object(&["type", "elements"], &["block_id"])?;
            place.get("elements").map_or(Ok(()), |elements| elements.list(0, 1000).map(drop))
        }
        "markdown" if surface == Surface::Message => {
            place.object(&["type", "text"], &["block_id"])?;
            place.string("text", 1, MOST_MARKDOWN)
        }
        kind => Err(place.fault(format!("unknown type of block here: {kind:?}"))),
    }
}

fn check_section(place: &Place<'_>) -> Result<(), Fault> {
    place.object(&["type"], &["block_id", "text", "fields", "accessory", "expand"])?;
    if place.get("text").is_none() && place.get("fields").is_none() {
        return Err(place.fault("needs `text` or `fields`"));
    }
    place.text("text", TextKind::Any, 3000)?;
    place.flag("expand")?;
    if let Some(fields) = place.get("fields") {
        for field in fields.list(1, 10)? {
            check_text(&field, TextKind::Any, 2000)?;
        }
    }
    place.get("accessory").map_or(Ok(()), |one| check_element(&one, Seat::Accessory))
}

fn check_context(place: &Place<'_>) -> Result<(), Fault> {
    place.object(&["type", "elements"], &["block_id"])?;
    let Some(elements) = place.get("elements") else { return Ok(()) };
    for element in elements.list(1, 10)? {
        if element.word("type") == "image" {
            check_image_fields(&element, &[])?;
        } else {
            check_text(&element, TextKind::Any, 3000)?;
        }
    }
    Ok(())
}

fn check_actions(place: &Place<'_>) -> Result<(), Fault> {
    place.object(&["type", "elements"], &["block_id"])?;
    let Some(elements) = place.get("elements") else { return Ok(()) };
    let mut ids = BTreeSet::new();
    for element in elements.list(1, 25)? {
        check_element(&element, Seat::Actions)?;
        if let Some(id) = element.value["action_id"].as_str()
            && !ids.insert(id)
        {
            return Err(element.fault(format!("action_id {id:?} is there twice in its block")));
        }
    }
    Ok(())
}

fn check_input(place: &Place<'_>) -> Result<(), Fault> {
    place.object(
        &["type", "label", "element"],
        &["block_id", "hint", "optional", "dispatch_action"],
    )?;
    place.text("label", TextKind::Plain, 2000)?;
    place.text("hint", TextKind::Plain, 2000)?;
    place.flag("optional")?;
    place.flag("dispatch_action")?;
    place.get("element").map_or(Ok(()), |element| check_element(&element, Seat::Input))
}

/// Returns how many characters all the texts in blocks have together.
pub(crate) fn length_of_texts(value: &Value) -> usize {
    match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, value)| match value {
                Value::String(text) if key == "text" => text.chars().count(),
                _ => length_of_texts(value),
            })
            .sum(),
        Value::Array(list) => list.iter().map(length_of_texts).sum(),
        _ => 0,
    }
}

/// Gives every block and every element that acts an id where the bot gave none.
pub(crate) fn with_ids(mut blocks: Value, mut next_id: impl FnMut() -> String) -> Value {
    for block in blocks.as_array_mut().into_iter().flatten() {
        if block["block_id"].is_null() {
            block["block_id"] = json!(next_id());
        }
        for element in elements_mut(block) {
            let is_mute =
                matches!(element["type"].as_str(), Some("image" | "mrkdwn" | "plain_text"));
            if element.is_object() && !is_mute && element["action_id"].is_null() {
                element["action_id"] = json!(next_id());
            }
        }
    }
    blocks
}

fn elements_mut(block: &mut Value) -> Vec<&mut Value> {
    match block["type"].as_str() {
        Some("section") => block.get_mut("accessory").into_iter().collect(),
        Some("input") => block.get_mut("element").into_iter().collect(),
        Some("actions") => block["elements"].as_array_mut().into_iter().flatten().collect(),
        _ => Vec::new(),
    }
}

/// Returns the elements of a block that a person can act on or fill.
pub(crate) fn elements(block: &Value) -> Vec<&Value> {
    match block["type"].as_str() {
        Some("section") => block.get("accessory").into_iter().collect(),
        Some("input") => block.get("element").into_iter().collect(),
        Some("actions") => block["elements"].as_array().into_iter().flatten().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
