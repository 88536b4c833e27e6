//! Slack's limits of Block Kit, as `@slack/types` documents them, checked on what we render.

use serde_json::Value;
use std::collections::HashSet;

/// Returns everything in a message's blocks that Slack would refuse.
pub(crate) fn faults_of_message(text: &str, blocks: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if text.is_empty() || length(text) > 4_000 {
        faults.push(format!("text of {} characters", length(text)));
    }
    check_blocks(blocks, 50, &mut faults);
    let total: usize = sections(blocks).map(|text| length(&text)).sum();
    if total > 13_000 {
        faults.push(format!("{total} characters in all"));
    }
    faults
}

/// Returns everything in a modal that Slack would refuse.
pub(crate) fn faults_of_modal(view: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if view["type"] != "modal" {
        faults.push(String::from("not a modal"));
    }
    bounded(&view["callback_id"], 1, 255, "callback_id", &mut faults);
    for part in ["title", "submit", "close"] {
        plain_text(&view[part], 24, part, &mut faults);
    }
    check_blocks(&view["blocks"], 100, &mut faults);
    faults
}

/// Returns everything in a home that Slack would refuse.
pub(crate) fn faults_of_home(view: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if view["type"] != "home" {
        faults.push(String::from("not a home"));
    }
    bounded(&view["callback_id"], 1, 255, "callback_id", &mut faults);
    bounded(&view["private_metadata"], 0, 3_000, "private_metadata", &mut faults);
    if view.to_string().len() > 250_000 {
        faults.push(String::from("a view of more than 250 KB"));
    }
    check_blocks(&view["blocks"], 100, &mut faults);
    faults
}

fn check_blocks(blocks: &Value, most: usize, faults: &mut Vec<String>) {
    let Some(blocks) = blocks.as_array() else {
        faults.push(String::from("blocks are no list"));
        return;
    };
    if blocks.is_empty() || blocks.len() > most {
        faults.push(format!("{} blocks", blocks.len()));
    }
    let mut ids = HashSet::new();
    for block in blocks {
        if let Some(id) = block["block_id"].as_str()
            && (!ids.insert(id) || id.is_empty() || id.len() > 255)
        {
            faults.push(format!("block_id {id}"));
        }
        match block["type"].as_str() {
            Some("section") => check_section(block, faults),
            Some("actions") => check_actions(block, faults),
            Some("header") => plain_text(&block["text"], 150, "header", faults),
            Some("input") => check_input(block, faults),
            other => faults.push(format!("block {other:?}")),
        }
    }
}

fn check_section(block: &Value, faults: &mut Vec<String>) {
    let text = &block["text"];
    let is_verbatim = text["type"] == "mrkdwn" && text["verbatim"] == true;
    // In plain text nothing is a mark, and without emoji every letter stands as it was written.
    let is_plain = text["type"] == "plain_text" && text["emoji"] == false;
    if !is_verbatim && !is_plain {
        faults.push(String::from("section that is neither verbatim nor plain"));
    }
    bounded(&block["text"]["text"], 1, 3_000, "section", faults);
    match block.get("accessory") {
        Some(menu) if menu["type"] == "overflow" => check_menu(menu, faults),
        Some(accessory) => check_button(accessory, faults),
        None => {}
    }
}

fn check_menu(menu: &Value, faults: &mut Vec<String>) {
    bounded(&menu["action_id"], 1, 255, "action_id", faults);
    let count = menu["options"].as_array().map_or(0, Vec::len);
    if count > 5 {
        faults.push(format!("a menu of {count} options"));
    }
    check_options(menu, faults);
}

fn check_actions(block: &Value, faults: &mut Vec<String>) {
    let elements = block["elements"].as_array().cloned().unwrap_or_default();
    if elements.is_empty() || elements.len() > 25 {
        faults.push(format!("{} elements", elements.len()));
    }
    let ids: HashSet<_> = elements.iter().map(|element| element["action_id"].as_str()).collect();
    if ids.len() != elements.len() {
        faults.push(String::from("action_id twice"));
    }
    for element in &elements {
        check_button(element, faults);
    }
}

fn check_button(button: &Value, faults: &mut Vec<String>) {
    if button["type"] != "button" {
        faults.push(format!("element {}", button["type"]));
    }
    bounded(&button["action_id"], 1, 255, "action_id", faults);
    bounded(&button["value"], 1, 2_000, "value", faults);
    plain_text(&button["text"], 75, "button", faults);
    if let Some(confirm) = button.get("confirm") {
        for (part, most) in [("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)] {
            plain_text(&confirm[part], most, part, faults);
        }
    }
    if !matches!(button.get("style").map(Value::as_str), None | Some(Some("primary" | "danger"))) {
        faults.push(String::from("style"));
    }
}

fn check_input(block: &Value, faults: &mut Vec<String>) {
    plain_text(&block["label"], 2_000, "label", faults);
    if block.get("hint").is_some() {
        plain_text(&block["hint"], 2_000, "hint", faults);
    }
    let element = &block["element"];
    bounded(&element["action_id"], 1, 255, "action_id", faults);
    if element.get("placeholder").is_some() {
        plain_text(&element["placeholder"], 150, "placeholder", faults);
    }
    if let Some(initial) = element.get("initial_value") {
        let most = usize::try_from(element["max_length"].as_u64().unwrap()).unwrap();
        bounded(initial, 1, most.min(3_000), "initial_value", faults);
    }
    if element["type"] == "static_select" {
        check_options(element, faults);
    }
}

fn check_options(element: &Value, faults: &mut Vec<String>) {
    let options = element["options"].as_array().cloned().unwrap_or_default();
    if options.is_empty() || options.len() > 100 {
        faults.push(format!("{} options", options.len()));
    }
    for option in &options {
        plain_text(&option["text"], 75, "option", faults);
        bounded(&option["value"], 1, 75, "option value", faults);
    }
    // Slack wants the initial option to equal one of the options.
    if element.get("initial_option").is_some_and(|initial| !options.contains(initial)) {
        faults.push(String::from("initial option that is none"));
    }
}

fn plain_text(object: &Value, most: usize, what: &str, faults: &mut Vec<String>) {
    if object["type"] != "plain_text" {
        faults.push(format!("{what} is no plain_text"));
    }
    bounded(&object["text"], 1, most, what, faults);
}

fn bounded(text: &Value, least: usize, most: usize, what: &str, faults: &mut Vec<String>) {
    let length = text.as_str().map_or(0, length);
    if length < least || length > most {
        faults.push(format!("{what} of {length} characters"));
    }
}

fn sections(blocks: &Value) -> impl Iterator<Item = String> {
    let blocks = blocks.as_array().cloned().unwrap_or_default();
    blocks.into_iter().filter_map(|block| block["text"]["text"].as_str().map(str::to_owned))
}

fn length(text: &str) -> usize {
    text.chars().count()
}
