//! What a person puts into a form, in Slack's shape, and what Slack's client would not let go.

use super::element::{is_date, is_time, list_options};
use super::elements;
use serde_json::{Map, Value, json};

/// The field of a state in which an element keeps what it holds, and whether it is a list.
fn slot(kind: &str) -> Option<(&'static str, bool)> {
    Some(match kind {
        "plain_text_input" | "email_text_input" | "url_text_input" | "number_input" => {
            ("value", false)
        }
        "rich_text_input" => ("rich_text_value", false),
        "static_select" | "external_select" | "radio_buttons" | "overflow" => {
            ("selected_option", false)
        }
        "multi_static_select" | "multi_external_select" | "checkboxes" => {
            ("selected_options", true)
        }
        "users_select" => ("selected_user", false),
        "multi_users_select" => ("selected_users", true),
        "conversations_select" => ("selected_conversation", false),
        "multi_conversations_select" => ("selected_conversations", true),
        "channels_select" => ("selected_channel", false),
        "multi_channels_select" => ("selected_channels", true),
        "datepicker" => ("selected_date", false),
        "timepicker" => ("selected_time", false),
        "datetimepicker" => ("selected_date_time", false),
        _ => return None,
    })
}

/// Returns what an element holds: what was given, else what it began with.
///
/// `None` for an element that holds nothing, such as a button. What is given is a plain word or list, or Slack's own object.
fn held(element: &Value, given: Option<&Value>) -> Option<Value> {
    let kind = element["type"].as_str()?;
    let (name, is_list) = slot(kind)?;
    let value = match given {
        None => initial(element, name),
        Some(Value::Object(object)) if object.contains_key(name) => object[name].clone(),
        Some(Value::Object(object)) if name != "selected_option" && object.contains_key("type") => {
            Value::Null
        }
        Some(plain) if is_list => Value::Array(
            plain
                .as_array()
                .into_iter()
                .flatten()
                .map(|one| option_or_word(element, name, one))
                .collect(),
        ),
        Some(plain) => option_or_word(element, name, plain),
    };
    // An empty field is null in what Slack sends, an empty list stays a list.
    let value = match value {
        Value::String(text) if text.is_empty() => Value::Null,
        Value::Null if is_list => json!([]),
        value => value,
    };
    Some(json!({"type": kind, name: value}))
}

fn initial(element: &Value, name: &str) -> Value {
    let initial = match name {
        "value" | "rich_text_value" => "initial_value",
        _ => &format!("initial_{}", name.trim_start_matches("selected_")),
    };
    element[initial].clone()
}

/// Returns the whole option where a plain word names its value, in elements that have options.
fn option_or_word(element: &Value, name: &str, plain: &Value) -> Value {
    if !name.starts_with("selected_option") || plain.is_object() {
        return plain.clone();
    }
    let mut options = list_options(element).into_iter();
    let found = options.find(|option| &option["value"] == plain).cloned();
    // What is not among the options is kept in shape, for `force` and for outside sources.
    found.unwrap_or_else(|| match plain {
        Value::String(word) if !word.is_empty() => {
            json!({"text": {"type": "plain_text", "text": word}, "value": word})
        }
        _ => Value::Null,
    })
}

/// Returns `state.values` of a form: what `values` gives, else what the elements began with.
///
/// # Errors
///
/// A sentence for people where `values` names a block or an element that is not there.
pub(crate) fn state_of(blocks: &Value, values: &Value) -> Result<Value, String> {
    let mut state = Map::new();
    for block in blocks.as_array().into_iter().flatten() {
        let id = block["block_id"].as_str().unwrap_or_default();
        let mut entry = Map::new();
        for element in elements(block) {
            let action_id = element["action_id"].as_str().unwrap_or_default();
            if let Some(held) = held(element, values[id].get(action_id)) {
                entry.insert(action_id.into(), held);
            }
        }
        if !entry.is_empty() {
            state.insert(id.into(), Value::Object(entry));
        }
    }
    for (block, fields) in values.as_object().into_iter().flatten() {
        let Some(known) = state.get(block) else {
            return Err(format!("There is no field in a block {block:?} of this view."));
        };
        for action_id in fields.as_object().into_iter().flatten().map(|(action_id, _)| action_id) {
            if known.get(action_id).is_none() {
                return Err(format!("Block {block:?} has no element {action_id:?}."));
            }
        }
    }
    Ok(Value::Object(state))
}

/// Returns what Slack's client would say instead of sending the form; `None` where it would send it.
pub(crate) fn refusal_of_client(blocks: &Value, state: &Value) -> Option<String> {
    let inputs = blocks.as_array().into_iter().flatten().filter(|block| block["type"] == "input");
    for block in inputs {
        let element = &block["element"];
        let id = block["block_id"].as_str().unwrap_or_default();
        let action_id = element["action_id"].as_str().unwrap_or_default();
        let held = &state[id][action_id];
        let Some((name, _)) = slot(element["type"].as_str().unwrap_or_default()) else { continue };
        let value = &held[name];
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        let why = match is_empty {
            true if block["optional"] == json!(true) => continue,
            true => Some("Please complete this required field.".into()),
            false => objection(element, value),
        };
        if let Some(why) = why {
            let label = block["label"]["text"].as_str().unwrap_or(id);
            return Some(format!("{label}: {why}"));
        }
    }
    None
}

fn objection(element: &Value, value: &Value) -> Option<String> {
    let text = value.as_str().unwrap_or_default();
    match element["type"].as_str().unwrap_or_default() {
        "plain_text_input" => {
            let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
            let (least, most) = (element["min_length"].as_u64(), element["max_length"].as_u64());
            if length < least.unwrap_or(0) {
                return Some(format!("Needs at least {} characters.", least.unwrap_or(0)));
            }
            let most = most.unwrap_or(3000);
            (length > most).then(|| format!("Takes at most {most} characters."))
        }
        "number_input" => wrong_number(element, text),
        "email_text_input" => (!text.contains('@')).then(|| "Needs an e-mail address.".into()),
        "url_text_input" => url::Url::parse(text).is_err().then(|| "Needs an address.".into()),
        "datepicker" => (!is_date(text)).then(|| "Needs a date such as 2026-06-08.".into()),
        "timepicker" => (!is_time(text)).then(|| "Needs a time such as 09:00.".into()),
        "static_select" | "radio_buttons" => {
            (!list_options(element).contains(&value)).then(|| "Is not one of the options.".into())
        }
        "multi_static_select" | "checkboxes" => {
            let options = list_options(element);
            let mut chosen = value.as_array().into_iter().flatten();
            let is_known = chosen.all(|one| options.contains(&one));
            too_many(element, value)
                .or_else(|| (!is_known).then(|| "Is not one of the options.".into()))
        }
        _ => too_many(element, value),
    }
}

fn wrong_number(element: &Value, text: &str) -> Option<String> {
    let Ok(number) = text.parse::<f64>() else { return Some("Needs a number.".into()) };
    let bound = |name: &str| element[name].as_str().and_then(|text| text.parse::<f64>().ok());
    if element["is_decimal_allowed"] != json!(true) && number.fract() != 0.0 {
        return Some("Needs a whole number.".into());
    }
    if let Some(least) = bound("min_value").filter(|least| number < *least) {
        return Some(format!("Needs at least {least}."));
    }
    let most = bound("max_value").filter(|most| number > *most)?;
    Some(format!("Takes at most {most}."))
}

fn too_many(element: &Value, value: &Value) -> Option<String> {
    let most = usize::try_from(element["max_selected_items"].as_u64()?).ok()?;
    (value.as_array()?.len() > most).then(|| format!("Takes at most {most}."))
}

/// Returns the action that a person takes on an element, in the shape of `block_actions`.
///
/// # Errors
///
/// A sentence for people where the element cannot be acted on, or not with this value.
pub(crate) fn action_of(
    block_id: &str,
    element: &Value,
    value: Option<&Value>,
    ts: &str,
) -> Result<Value, String> {
    let kind = element["type"].as_str().unwrap_or_default();
    let mut action = json!({
        "type": kind,
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": ts,
    });
    if kind == "button" {
        for name in ["text", "value", "style", "url"] {
            if let Some(held) = element.get(name) {
                action[name] = held.clone();
            }
        }
        return Ok(action);
    }
    let held = held(element, Some(value.unwrap_or(&Value::Null)));
    let Some(Value::Object(held)) = held else {
        return Err(format!("A {kind} cannot be acted on."));
    };
    for (name, value) in held.into_iter().filter(|(name, _)| name != "type") {
        // An overflow menu is no field, so nobody asks of it what a form would be asked.
        let is_offered = kind != "overflow" || list_options(element).contains(&&value);
        let why = if value.is_null() { None } else { objection(element, &value) };
        if let Some(why) =
            why.or_else(|| (!is_offered).then(|| "Is not one of the options.".into()))
        {
            return Err(format!("{}: {why}", element["action_id"].as_str().unwrap_or_default()));
        }
        action[name] = value;
    }
    for name in ["placeholder"] {
        if let Some(held) = element.get(name) {
            action[name] = held.clone();
        }
    }
    Ok(action)
}

/// Puts what an action chose into the state of its form, as Slack shows both together.
pub(crate) fn add_to_state(state: &mut Value, action: &Value) {
    let id = |name: &str| action[name].as_str().unwrap_or_default().to_owned();
    let Some((name, _)) = slot(action["type"].as_str().unwrap_or_default()) else { return };
    if let Some(held) = state.get_mut(id("block_id")).and_then(|one| one.get_mut(id("action_id"))) {
        held[name] = action[name].clone();
    }
}

/// Finds the element with this action id, and in this block and with this value where those are given.
pub(crate) fn find_element<'a>(
    blocks: &'a Value,
    action_id: &str,
    block_id: Option<&str>,
    value: Option<&Value>,
) -> Option<(&'a str, &'a Value)> {
    let blocks = blocks.as_array()?.iter();
    let blocks = blocks.filter(|block| block_id.is_none_or(|id| block["block_id"] == id));
    let mut found = blocks
        .flat_map(|block| elements(block).into_iter().map(move |element| (block, element)))
        .filter(|(_, element)| element["action_id"] == action_id)
        // A button's value tells it apart from others; in a menu the value is what was chosen.
        .filter(|(_, element)| {
            element["type"] != "button"
                || value.is_none_or(|value| value.is_null() || &element["value"] == value)
        });
    found.next().map(|(block, element)| (block["block_id"].as_str().unwrap_or_default(), element))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Value {
        json!([
            {"type": "input", "block_id": "name", "label": {"type": "plain_text", "text": "Name"},
             "element": {"type": "plain_text_input", "action_id": "v", "max_length": 5}},
            {"type": "input", "block_id": "unit", "label": {"type": "plain_text", "text": "Unit"}, "optional": true,
             "element": {"type": "static_select", "action_id": "v",
                "initial_option": {"text": {"type": "plain_text", "text": "Day"}, "value": "day"},
                "options": [{"text": {"type": "plain_text", "text": "Day"}, "value": "day"},
                            {"text": {"type": "plain_text", "text": "Week"}, "value": "week"}]}},
            {"type": "input", "block_id": "who", "label": {"type": "plain_text", "text": "Who"}, "optional": true,
             "element": {"type": "multi_users_select", "action_id": "v"}},
        ])
    }

    #[test]
    fn plain_words_become_slacks_own_shape() {
        let state = state_of(
            &form(),
            &json!({"name": {"v": "abc"}, "unit": {"v": "week"}, "who": {"v": ["U1"]}}),
        )
        .unwrap();

        assert_eq!(state["name"]["v"], json!({"type": "plain_text_input", "value": "abc"}));
        assert_eq!(state["unit"]["v"]["selected_option"]["text"]["text"], "Week");
        assert_eq!(
            state["who"]["v"],
            json!({"type": "multi_users_select", "selected_users": ["U1"]})
        );
    }

    #[test]
    fn what_is_left_out_is_what_the_element_began_with() {
        let state = state_of(&form(), &json!({})).unwrap();

        assert_eq!(state["name"]["v"], json!({"type": "plain_text_input", "value": null}));
        assert_eq!(state["unit"]["v"]["selected_option"]["value"], "day");
        assert_eq!(state["who"]["v"]["selected_users"], json!([]));
    }

    #[test]
    fn unknown_blocks_and_elements_are_refused() {
        assert!(state_of(&form(), &json!({"nope": {"v": 1}})).unwrap_err().contains("nope"));
        assert!(state_of(&form(), &json!({"name": {"w": 1}})).unwrap_err().contains("\"w\""));
    }

    #[test]
    fn the_client_keeps_back_what_is_missing_too_long_or_not_offered() {
        for (values, said) in [
            (json!({}), Some("required")),
            (json!({"name": {"v": "abcdef"}}), Some("at most 5")),
            (json!({"name": {"v": "abc"}, "unit": {"v": "year"}}), Some("one of the options")),
            (json!({"name": {"v": "abc"}, "unit": {"v": null}}), None),
        ] {
            let state = state_of(&form(), &values).unwrap();

            let refusal = refusal_of_client(&form(), &state);

            assert_eq!(refusal.is_some(), said.is_some(), "{values}: {refusal:?}");
            assert!(refusal.unwrap_or_default().contains(said.unwrap_or_default()), "{values}");
        }
    }
}
