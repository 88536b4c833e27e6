//! The elements that stand in blocks: buttons, menus, pickers and fields.

use super::text::{Fault, Place, TextKind, check_option};

/// Where an element stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seat {
    Accessory,
    Actions,
    Input,
}

const FIELDS: [&str; 5] =
    ["plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"];

/// Checks an element in its seat.
pub(crate) fn check_element(place: &Place<'_>, seat: Seat) -> Result<(), Fault> {
    let kind = place.word("type");
    let is_seated = match kind {
        "button" | "overflow" => seat != Seat::Input,
        "image" => seat == Seat::Accessory,
        _ if FIELDS.contains(&kind) => seat == Seat::Input,
        _ => true,
    };
    if !is_seated {
        return Err(place.fault(format!("a {kind} cannot stand here")));
    }
    place.string("action_id", 1, 255)?;
    place.flag("focus_on_load")?;
    place.text("placeholder", TextKind::Plain, 150)?;
    place.confirm()?;
    match kind {
        "button" => check_button(place),
        "overflow" => {
            place.object(&["type", "options"], &["action_id", "confirm"])?;
            check_options(place, 1, 5, TextKind::Menu)
        }
        "image" => check_image_fields(place, &[]),
        "checkboxes" | "radio_buttons" => check_boxes(place, kind),
        "datepicker" | "timepicker" | "datetimepicker" => check_picker(place, kind),
        _ if FIELDS.contains(&kind) => check_field(place, kind),
        _ => check_select(place, kind),
    }
}

fn check_button(place: &Place<'_>) -> Result<(), Fault> {
    let allowed = ["action_id", "url", "value", "style", "confirm", "accessibility_label"];
    place.object(&["type", "text"], &allowed)?;
    place.text("text", TextKind::Plain, 75)?;
    place.string("url", 1, 3000)?;
    place.string("value", 1, 2000)?;
    place.string("accessibility_label", 1, 75)?;
    place.one_of("style", &["primary", "danger"])
}

/// Checks the fields that an image has as a block and as an element.
pub(crate) fn check_image_fields(place: &Place<'_>, more: &[&str]) -> Result<(), Fault> {
    let allowed: Vec<&str> = ["image_url", "slack_file"].iter().chain(more).copied().collect();
    place.object(&["type", "alt_text"], &allowed)?;
    place.string("image_url", 1, 3000)?;
    place.string("alt_text", 1, 2000)?;
    if place.get("image_url").is_some() == place.get("slack_file").is_some() {
        return Err(place.fault("needs either `image_url` or `slack_file`"));
    }
    Ok(())
}

fn check_boxes(place: &Place<'_>, kind: &str) -> Result<(), Fault> {
    let initial = if kind == "checkboxes" { "initial_options" } else { "initial_option" };
    place.object(&["type", "options"], &["action_id", "confirm", "focus_on_load", initial])?;
    check_options(place, 1, 10, TextKind::Any)?;
    check_initial(place)
}

fn check_picker(place: &Place<'_>, kind: &str) -> Result<(), Fault> {
    let initial = match kind {
        "datepicker" => "initial_date",
        "timepicker" => "initial_time",
        _ => "initial_date_time",
    };
    let mut allowed = vec!["action_id", "confirm", "focus_on_load", initial];
    if kind != "datetimepicker" {
        allowed.push("placeholder");
    }
    if kind == "timepicker" {
        allowed.push("timezone");
    }
    place.object(&["type"], &allowed)?;
    let Some(given) = place.get(initial) else { return Ok(()) };
    let is_good = match kind {
        "datepicker" => given.value.as_str().is_some_and(is_date),
        "timepicker" => given.value.as_str().is_some_and(is_time),
        _ => given.value.as_i64().is_some_and(|at| (1_000_000_000..=9_999_999_999).contains(&at)),
    };
    if is_good { Ok(()) } else { Err(given.fault("is not of the form that Slack wants")) }
}

/// Returns whether a text is a date as a date picker has it.
pub(crate) fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Returns whether a text is a time of day as a time picker has it.
pub(crate) fn is_time(text: &str) -> bool {
    text.len() == 5 && chrono::NaiveTime::parse_from_str(text, "%H:%M").is_ok()
}

fn check_field(place: &Place<'_>, kind: &str) -> Result<(), Fault> {
    let mut allowed = vec![
        "action_id",
        "initial_value",
        "dispatch_action_config",
        "focus_on_load",
        "placeholder",
    ];
    match kind {
        "plain_text_input" => allowed.extend(["multiline", "min_length", "max_length"]),
        "number_input" => allowed.extend(["min_value", "max_value", "is_decimal_allowed"]),
        _ => {}
    }
    let required: &[&str] =
        if kind == "number_input" { &["type", "is_decimal_allowed"] } else { &["type"] };
    place.object(required, &allowed)?;
    place.flag("multiline")?;
    for (key, least) in [("min_length", 0), ("max_length", 1)] {
        if let Some(given) = place.get(key)
            && !given.value.as_u64().is_some_and(|length| (least..=3000).contains(&length))
        {
            return Err(given.fault(format!("must be {least} to 3000")));
        }
    }
    check_dispatch(place)?;
    if kind == "rich_text_input" {
        return Ok(());
    }
    let length = |key: &str| place.value[key].as_u64().and_then(|it| usize::try_from(it).ok());
    let most = length("max_length").unwrap_or(3000);
    if length("min_length").is_some_and(|least| least > most) {
        return Err(place.fault("`min_length` is more than `max_length`"));
    }
    place.string("initial_value", 0, most)?;
    if kind == "number_input" { check_bounds(place) } else { Ok(()) }
}

fn check_dispatch(place: &Place<'_>) -> Result<(), Fault> {
    let Some(config) = place.get("dispatch_action_config") else { return Ok(()) };
    config.object(&["trigger_actions_on"], &[])?;
    let Some(triggers) = config.get("trigger_actions_on") else { return Ok(()) };
    let known = ["on_enter_pressed", "on_character_entered"].map(Some);
    for trigger in triggers.list(1, 2)? {
        if !known.contains(&trigger.value.as_str()) {
            return Err(trigger.fault("is no moment at which an action is sent"));
        }
    }
    Ok(())
}

/// Checks the numbers of a field for numbers, which are written as strings.
fn check_bounds(place: &Place<'_>) -> Result<(), Fault> {
    place.flag("is_decimal_allowed")?;
    let mut numbers = [None; 3];
    for (number, key) in numbers.iter_mut().zip(["min_value", "initial_value", "max_value"]) {
        let Some(given) = place.get(key) else { continue };
        let text = given.value.as_str().filter(|text| !text.is_empty());
        *number = text.and_then(|text| text.parse::<f64>().ok());
        if number.is_none() {
            return Err(given.fault("must be a number, written as a string"));
        }
    }
    let given: Vec<f64> = numbers.into_iter().flatten().collect();
    if given.is_sorted() { Ok(()) } else { Err(place.fault("the numbers are not in their bounds")) }
}

fn check_select(place: &Place<'_>, kind: &str) -> Result<(), Fault> {
    let (base, is_multi) = match kind.strip_prefix("multi_") {
        Some(base) => (base, true),
        None => (kind, false),
    };
    let mut allowed = vec!["action_id", "confirm", "focus_on_load", "placeholder"];
    if is_multi {
        allowed.push("max_selected_items");
    } else if matches!(base, "conversations_select" | "channels_select") {
        allowed.push("response_url_enabled");
    }
    let initial: [&str; 2] = match base {
        "static_select" => {
            allowed.extend(["options", "option_groups"]);
            ["initial_option", "initial_options"]
        }
        "external_select" => {
            allowed.push("min_query_length");
            ["initial_option", "initial_options"]
        }
        "users_select" => ["initial_user", "initial_users"],
        "channels_select" => ["initial_channel", "initial_channels"],
        "conversations_select" => {
            allowed.extend(["default_to_current_conversation", "filter"]);
            ["initial_conversation", "initial_conversations"]
        }
        _ => return Err(place.fault(format!("unknown type of element: {kind:?}"))),
    };
    allowed.push(initial[usize::from(is_multi)]);
    place.object(&["type"], &allowed)?;
    if let Some(most) = place.get("max_selected_items")
        && most.value.as_u64().is_none_or(|most| most == 0)
    {
        return Err(most.fault("must be at least 1"));
    }
    if let Some(most) = place.value["max_selected_items"].as_u64()
        && let Some(chosen) = place.value[initial[1]].as_array()
        && u64::try_from(chosen.len()).is_ok_and(|chosen| chosen > most)
    {
        return Err(place.fault(format!("`{}` has more than {most} items", initial[1])));
    }
    check_filter(place)?;
    if base == "static_select" {
        check_options_or_groups(place)?;
        return check_initial(place);
    }
    for key in initial {
        match place.get(key) {
            Some(given) if is_multi => drop(given.list(0, usize::MAX)?),
            Some(_) if base != "external_select" => place.string(key, 1, 255)?,
            _ => {}
        }
    }
    Ok(())
}

fn check_filter(place: &Place<'_>) -> Result<(), Fault> {
    let Some(filter) = place.get("filter") else { return Ok(()) };
    let keys = ["include", "exclude_external_shared_channels", "exclude_bot_users"];
    if filter.object(&[], &keys)?.is_empty() {
        return Err(filter.fault("must have at least one field"));
    }
    filter.flag("exclude_external_shared_channels")?;
    filter.flag("exclude_bot_users")?;
    let Some(include) = filter.get("include") else { return Ok(()) };
    for kind in include.list(1, 4)? {
        if !["im", "mpim", "private", "public"].map(Some).contains(&kind.value.as_str()) {
            return Err(kind.fault("is no kind of conversation"));
        }
    }
    Ok(())
}

fn check_options(
    place: &Place<'_>,
    least: usize,
    most: usize,
    kind: TextKind,
) -> Result<(), Fault> {
    let Some(options) = place.get("options") else { return Ok(()) };
    options.list(least, most)?.iter().try_for_each(|option| check_option(option, kind))
}

fn check_options_or_groups(place: &Place<'_>) -> Result<(), Fault> {
    let Some(groups) = place.get("option_groups") else {
        if place.get("options").is_none() {
            return Err(place.fault("needs `options` or `option_groups`"));
        }
        return check_options(place, 1, 100, TextKind::Plain);
    };
    if place.get("options").is_some() {
        return Err(place.fault("has both `options` and `option_groups`"));
    }
    for group in groups.list(1, 100)? {
        group.object(&["label", "options"], &[])?;
        group.text("label", TextKind::Plain, 75)?;
        check_options(&group, 1, 100, TextKind::Plain)?;
    }
    Ok(())
}

/// Checks that what is chosen at first is one of the options, to the letter.
fn check_initial(place: &Place<'_>) -> Result<(), Fault> {
    let options = list_options(place.value);
    let single = place.get("initial_option").into_iter();
    let many = match place.get("initial_options") {
        Some(list) => list.list(1, 100)?,
        None => Vec::new(),
    };
    for initial in single.chain(many) {
        if !options.contains(&initial.value) {
            return Err(initial.fault("is not exactly one of the options"));
        }
    }
    Ok(())
}

/// Returns all options of an element, those in groups too.
pub(crate) fn list_options(element: &serde_json::Value) -> Vec<&serde_json::Value> {
    let groups = element["option_groups"].as_array().into_iter().flatten();
    let lists = std::iter::once(&element["options"]).chain(groups.map(|group| &group["options"]));
    lists.filter_map(serde_json::Value::as_array).flatten().collect()
}
