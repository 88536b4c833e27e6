//! The table of limits: at the limit it passes, one beyond it does not.

use super::view::check_view;
use super::{Surface, check_blocks};
use serde_json::{Value, json};

fn letters(count: usize) -> String {
    "x".repeat(count)
}

fn plain(count: usize) -> Value {
    json!({"type": "plain_text", "text": letters(count)})
}

fn options(count: usize) -> Value {
    (0..count).map(|at| json!({"text": plain(1), "value": at.to_string()})).collect()
}

fn input(element: &Value) -> Value {
    json!([{"type": "input", "label": plain(1), "element": element}])
}

fn actions(element: &Value) -> Value {
    json!([{"type": "actions", "elements": [element]}])
}

fn merged(mut base: Value, more: &Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

/// Checks that what `make` builds is taken at `limit` and refused one beyond it.
#[track_caller]
fn check_limit(name: &str, surface: Surface, limit: usize, make: impl Fn(usize) -> Value) {
    assert_eq!(check_blocks(&make(limit), surface), Ok(()), "{name} at the limit");
    assert!(check_blocks(&make(limit + 1), surface).is_err(), "{name} beyond the limit");
}

#[test]
fn each_limit_of_a_message_holds_to_the_letter() {
    use Surface::Message;
    let button = json!({"type": "button", "text": plain(1)});
    let select = json!({"type": "static_select", "options": options(1)});
    check_limit("blocks", Message, 50, |n| vec![json!({"type": "divider"}); n].into());
    check_limit("block_id", Message, 255, |n| json!([{"type": "divider", "block_id": letters(n)}]));
    check_limit("header", Message, 150, |n| json!([{"type": "header", "text": plain(n)}]));
    check_limit("section", Message, 3000, |n| json!([{"type": "section", "text": plain(n)}]));
    check_limit(
        "fields",
        Message,
        10,
        |n| json!([{"type": "section", "fields": vec![plain(1); n]}]),
    );
    check_limit("a field", Message, 2000, |n| json!([{"type": "section", "fields": [plain(n)]}]));
    check_limit(
        "context",
        Message,
        10,
        |n| json!([{"type": "context", "elements": vec![plain(1); n]}]),
    );
    check_limit(
        "actions",
        Message,
        25,
        |n| json!([{"type": "actions", "elements": vec![&button; n]}]),
    );
    check_limit("button text", Message, 75, |n| {
        actions(&merged(button.clone(), &json!({"text": plain(n)})))
    });
    check_limit("button value", Message, 2000, |n| {
        actions(&merged(button.clone(), &json!({"value": letters(n)})))
    });
    check_limit("button url", Message, 3000, |n| {
        actions(&merged(button.clone(), &json!({"url": letters(n)})))
    });
    check_limit("action_id", Message, 255, |n| {
        actions(&merged(button.clone(), &json!({"action_id": letters(n)})))
    });
    check_limit("accessibility_label", Message, 75, |n| {
        actions(&merged(button.clone(), &json!({"accessibility_label": letters(n)})))
    });
    check_limit("options", Message, 100, |n| {
        actions(&json!({"type": "static_select", "options": options(n)}))
    });
    check_limit("overflow", Message, 5, |n| {
        actions(&json!({"type": "overflow", "options": options(n)}))
    });
    check_limit("checkboxes", Message, 10, |n| {
        actions(&json!({"type": "checkboxes", "options": options(n)}))
    });
    check_limit("radio buttons", Message, 10, |n| {
        actions(&json!({"type": "radio_buttons", "options": options(n)}))
    });
    check_limit("placeholder", Message, 150, |n| {
        actions(&merged(select.clone(), &json!({"placeholder": plain(n)})))
    });
    check_limit("option text", Message, 75, |n| {
        actions(&json!({"type": "static_select", "options": [{"text": plain(n), "value": "1"}]}))
    });
    check_limit("confirm", Message, 30, |n| {
        let confirm = json!({"title": plain(100), "text": plain(300), "confirm": plain(n), "deny": plain(30)});
        actions(&merged(button.clone(), &json!({"confirm": confirm})))
    });
    check_limit(
        "alt_text",
        Message,
        2000,
        |n| json!([{"type": "image", "image_url": "https://x", "alt_text": letters(n)}]),
    );
    check_limit("markdown", Message, 12_000, |n| json!([{"type": "markdown", "text": letters(n)}]));
}

#[test]
fn each_limit_of_a_form_holds_to_the_letter() {
    use Surface::Modal;
    let field = json!({"type": "plain_text_input"});
    check_limit("blocks", Modal, 100, |n| vec![json!({"type": "divider"}); n].into());
    check_limit(
        "label",
        Modal,
        2000,
        |n| json!([{"type": "input", "label": plain(n), "element": field}]),
    );
    check_limit(
        "hint",
        Modal,
        2000,
        |n| json!([{"type": "input", "label": plain(1), "hint": plain(n), "element": field}]),
    );
    check_limit("max_length", Modal, 3000, |n| {
        input(&merged(field.clone(), &json!({"max_length": n})))
    });
    check_limit("initial_value", Modal, 3000, |n| {
        input(&merged(field.clone(), &json!({"initial_value": letters(n)})))
    });
}

#[test]
fn what_is_no_block_kit_is_refused_with_its_place() {
    let option = json!({"text": {"type": "plain_text", "text": "a"}, "value": "a"});
    for (blocks, place) in [
        (json!({}), "/blocks:"),
        (json!([5]), "/blocks/0"),
        (json!([{"type": "party"}]), "unknown type"),
        (json!([{"type": "divider", "colour": "red"}]), "additional property: colour"),
        (json!([{"type": "section"}]), "needs `text` or `fields`"),
        (
            json!([{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]),
            "/blocks/0/text/text",
        ),
        (
            json!([{"type": "section", "text": {"type": "mrkdwn", "text": "a", "emoji": true}}]),
            "emoji",
        ),
        (
            json!([{"type": "header", "text": {"type": "mrkdwn", "text": "a"}}]),
            "/blocks/0/text/type",
        ),
        (
            json!([{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}]),
            "twice",
        ),
        (json!([{"type": "actions", "elements": []}]), "/blocks/0/elements"),
        (
            json!([{"type": "actions", "elements": [{"type": "plain_text_input"}]}]),
            "cannot stand here",
        ),
        (input(&json!({"type": "button", "text": plain(1)})), "cannot stand here"),
        (json!([{"type": "input", "label": plain(1)}]), "`element` is required"),
        (actions(&json!({"type": "button", "text": plain(1), "style": "green"})), "style"),
        (
            actions(&json!({"type": "button", "text": plain(1), "confirm": {"title": plain(1)}})),
            "confirm",
        ),
        (actions(&json!({"type": "static_select"})), "needs `options`"),
        (
            actions(
                &json!({"type": "static_select", "options": [option], "initial_option": {"text": plain(1), "value": "b"}}),
            ),
            "exactly one",
        ),
        (actions(&json!({"type": "datepicker", "initial_date": "8.6.2026"})), "initial_date"),
        (actions(&json!({"type": "timepicker", "initial_time": "9:00"})), "initial_time"),
        (input(&json!({"type": "number_input"})), "is_decimal_allowed"),
    ] {
        let fault = check_blocks(&blocks, Surface::Modal).unwrap_err();

        assert!(fault.contains(place), "{blocks}: {fault}");
    }
}

#[test]
fn a_modal_has_its_own_limits() {
    let modal = json!({"type": "modal", "title": plain(24), "close": plain(24), "blocks": [], "private_metadata": letters(3000), "callback_id": letters(255)});
    assert_eq!(check_view(&modal, Surface::Modal), Ok(()));
    for more in [
        json!({"title": plain(25)}),
        json!({"close": plain(25)}),
        json!({"private_metadata": letters(3001)}),
        json!({"callback_id": letters(256)}),
        json!({"blocks": input(&json!({"type": "plain_text_input"}))}),
        json!({"type": "home"}),
        json!({"notify_on_close": "yes"}),
        json!({"size": "large"}),
    ] {
        assert!(check_view(&merged(modal.clone(), &more), Surface::Modal).is_err(), "{more}");
    }
}

#[test]
fn a_field_must_agree_with_itself() {
    let number =
        |more: Value| merged(json!({"type": "number_input", "is_decimal_allowed": false}), &more);
    let text = |more: Value| merged(json!({"type": "plain_text_input"}), &more);
    let people = |more: Value| merged(json!({"type": "multi_users_select"}), &more);
    for (element, is_good) in [
        (number(json!({"min_value": "1", "initial_value": "2", "max_value": "3"})), true),
        (number(json!({"min_value": 1})), false),
        (number(json!({"min_value": "one"})), false),
        (number(json!({"min_value": "4", "max_value": "3"})), false),
        (number(json!({"initial_value": "4", "max_value": "3"})), false),
        (text(json!({"min_length": 2, "max_length": 3, "multiline": true})), true),
        (text(json!({"min_length": 4, "max_length": 3})), false),
        (text(json!({"initial_value": "four", "max_length": 3})), false),
        (
            text(json!({"dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]}})),
            true,
        ),
        (text(json!({"dispatch_action_config": {"trigger_actions_on": ["on_a_whim"]}})), false),
        (text(json!({"dispatch_action_config": {}})), false),
        (people(json!({"initial_users": ["U1"], "max_selected_items": 1})), true),
        (people(json!({"initial_users": ["U1", "U2"], "max_selected_items": 1})), false),
    ] {
        let checked = check_blocks(&input(&element), Surface::Modal);
        assert_eq!(checked.is_ok(), is_good, "{element}: {checked:?}");
    }
}

#[test]
fn only_an_overflow_menu_leads_to_an_address() {
    let options = json!([{"text": plain(1), "value": "1", "url": "https://example.com"}]);
    for (kind, is_good) in [("overflow", true), ("static_select", false)] {
        let menu = actions(&json!({"type": kind, "options": options}));
        assert_eq!(check_blocks(&menu, Surface::Message).is_ok(), is_good, "{kind}");
    }
}

#[test]
fn one_field_has_the_focus_at_first() {
    let field = |at: usize| {
        json!({"type": "input", "label": plain(1), "block_id": at.to_string(),
        "element": {"type": "plain_text_input", "focus_on_load": true}})
    };

    assert!(check_blocks(&json!([field(1)]), Surface::Modal).is_ok());
    assert!(check_blocks(&json!([field(1), field(2)]), Surface::Modal).is_err());
}
