//! Menus, pickers and fields: what a person chooses in messages, modals and the home, and what the bot is sent of it.

use super::bench::{Bench, Next};
use serde_json::{Value, json};

fn plain(text: &str) -> Value {
    json!({"type": "plain_text", "text": text})
}

fn option(value: &str) -> Value {
    json!({"text": plain(&value.to_uppercase()), "value": value})
}

/// Returns one of each element that stands in an `actions` block, each with its type as its action.
fn elements() -> Value {
    let options = json!([option("day"), option("week")]);
    let groups = json!([{"label": plain("Often"), "options": [option("day")]}, {"label": plain("Rarely"), "options": [option("month")]}]);
    let mut elements = json!([
        {"type": "overflow", "options": options},
        {"type": "static_select", "option_groups": groups},
        {"type": "multi_static_select", "options": options},
        {"type": "users_select"},
        {"type": "multi_users_select"},
        {"type": "channels_select"},
        {"type": "conversations_select", "filter": {"include": ["public", "private"]}},
        {"type": "checkboxes", "options": options},
        {"type": "radio_buttons", "options": options},
        {"type": "datepicker"},
        {"type": "timepicker"},
    ]);
    for element in elements.as_array_mut().unwrap() {
        element["action_id"] = element["type"].clone();
    }
    json!([{"type": "actions", "block_id": "all", "elements": elements}])
}

/// Lists each element, what a person chooses, and where Slack says what was chosen, in full.
fn choices() -> [(&'static str, Value, &'static str, Value); 11] {
    let (day, month) = (option("day"), option("month"));
    [
        ("overflow", json!("day"), "selected_option", day.clone()),
        ("static_select", json!("month"), "selected_option", month),
        ("multi_static_select", json!(["day"]), "selected_options", json!([day])),
        ("users_select", json!("UBEN"), "selected_user", json!("UBEN")),
        ("multi_users_select", json!(["UBEN", "UCHO"]), "selected_users", json!(["UBEN", "UCHO"])),
        ("channels_select", json!("CSUPPORT"), "selected_channel", json!("CSUPPORT")),
        ("conversations_select", json!("COPS"), "selected_conversation", json!("COPS")),
        ("checkboxes", json!(["day", "week"]), "selected_options", json!([day, option("week")])),
        ("radio_buttons", json!("week"), "selected_option", option("week")),
        ("datepicker", json!("2026-06-08"), "selected_date", json!("2026-06-08")),
        ("timepicker", json!("09:00"), "selected_time", json!("09:00")),
    ]
}

async fn publish(bench: &Bench, blocks: &Value) -> Value {
    let view = json!({"type": "home", "blocks": blocks});
    let answer = bench.api("views.publish", &json!({"user_id": "UANA", "view": view})).await;
    assert_eq!(answer["ok"], true, "{answer}");
    answer["view"].clone()
}

#[tokio::test]
async fn every_menu_says_what_was_chosen_in_messages_and_in_the_home() {
    let bench = Bench::start().await;
    let post = json!({"channel": "CSUPPORT", "text": "choose", "blocks": elements()});
    let posted = bench.api("chat.postMessage", &post).await;
    let home = publish(&bench, &elements()).await;
    for place in
        [json!({"channel": "CSUPPORT", "ts": posted["ts"]}), json!({"view_id": home["id"]})]
    {
        for (kind, value, name, full) in choices() {
            let mut click = place.clone();
            (click["action_id"], click["value"]) = (json!(kind), value);

            let answer = bench.act(json!({"user": "ana", "click": click})).await;

            assert_eq!(answer["status"], 200, "{kind}: {answer}");
            let payload = bench.bot.last_payload();
            assert_eq!(payload["actions"][0][name], full, "{kind}");
            let state =
                if place["ts"].is_null() { &payload["view"]["state"] } else { &payload["state"] };
            assert_eq!(state["values"]["all"][kind][name], full, "{kind}");
        }
    }
}

#[tokio::test]
async fn what_is_not_offered_cannot_be_chosen() {
    let bench = Bench::start().await;
    let home = publish(&bench, &elements()).await;
    for (kind, value) in [
        ("overflow", json!("year")),
        ("static_select", json!("week")),
        ("multi_static_select", json!(["year"])),
        ("checkboxes", json!(["day", "year"])),
        ("radio_buttons", json!("month")),
        ("datepicker", json!("8 June")),
        ("timepicker", json!("9")),
    ] {
        let click = json!({"view_id": home["id"], "action_id": kind, "value": value});
        let (status, why) = bench.refused_act(json!({"user": "ana", "click": click})).await;
        assert_eq!(status, 422, "{kind}: {why}");
        assert!(why.contains(kind), "{why}");
    }
    assert!(bench.bot.seen().is_empty());
}

#[tokio::test]
async fn a_number_stays_within_its_bounds() {
    let bench = Bench::start().await;
    let field = |more: Value| {
        let mut element = json!({"type": "number_input", "action_id": "n", "is_decimal_allowed": false, "min_value": "1", "max_value": "12"});
        element.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"type": "modal", "title": plain("Settings"), "submit": plain("Save"), "blocks": [
            {"type": "input", "block_id": "hours", "label": plain("Hours"), "element": element}]})
    };
    let acted = bench.act(json!({"user": "ana", "command": "/rotation"})).await;
    let opened = bench
        .api("views.open", &json!({"trigger_id": acted["trigger_id"], "view": field(json!({}))}))
        .await;
    let submit = |value: &str| json!({"user": "ana", "submit": {"view_id": opened["view"]["id"], "values": {"hours": {"n": value}}}});

    for (value, said) in
        [("0", "at least 1"), ("13", "at most 12"), ("1.5", "whole"), ("many", "a number")]
    {
        let (status, why) = bench.refused_act(submit(value)).await;
        assert_eq!(status, 422, "{value}");
        assert!(why.starts_with("Hours: ") && why.contains(said), "{why}");
    }
    assert_eq!(bench.act(submit("12")).await["status"], 200);
}

#[tokio::test]
async fn a_click_in_a_modal_carries_what_stands_in_its_form() {
    let bench = Bench::start().await;
    let acted = bench.act(json!({"user": "ana", "command": "/rotation"})).await;
    let mut view = super::bench::modal("Create");
    view["private_metadata"] = json!("r1");
    view["blocks"].as_array_mut().unwrap().push(json!({"type": "section", "block_id": "every", "text": plain("Every"),
        "accessory": {"type": "static_select", "action_id": "unit", "options": [option("day"), option("week")]}}));
    let opened = bench
        .api("views.open", &json!({"trigger_id": acted["trigger_id"], "view": view}))
        .await["view"]
        .clone();
    let changed = json!({"view_id": opened["id"], "hash": opened["hash"], "view": super::bench::modal("By the week")});

    let click = json!({"view_id": opened["id"], "action_id": "unit", "value": "week", "values": {"name": {"value": "support"}}});
    bench.act(json!({"user": "ana", "click": click})).await;
    let payload = bench.bot.last_payload();
    let updated = bench.api("views.update", &changed).await;
    let late = bench.api("views.update", &changed).await;

    assert_eq!(payload["container"], json!({"type": "view", "view_id": opened["id"]}));
    assert_eq!(
        (&payload["view"]["hash"], &payload["view"]["private_metadata"]),
        (&opened["hash"], &json!("r1"))
    );
    let values = &payload["view"]["state"]["values"];
    assert_eq!(values["name"]["value"]["value"], "support");
    assert_eq!(values["every"]["unit"]["selected_option"]["value"], "week");
    assert_eq!(updated["view"]["title"]["text"], "By the week");
    assert_eq!(late["error"], "hash_conflict");
    let pushed =
        bench.act(json!({"user": "ana", "command": "/rotation"})).await["trigger_id"].clone();
    let pushed = bench
        .api("views.push", &json!({"trigger_id": pushed, "view": super::bench::modal("On top")}))
        .await;
    assert_eq!(
        (&pushed["view"]["previous_view_id"], &pushed["view"]["root_view_id"]),
        (&opened["id"], &opened["id"])
    );
}

#[tokio::test]
async fn a_home_that_is_open_is_shown_to_the_bot_with_its_state() {
    let bench = Bench::start().await;
    publish(&bench, &elements()).await;

    bench.act(json!({"user": "ana", "open_home": true})).await;

    let event = bench.bot.events().pop().unwrap()["event"].clone();
    assert_eq!(
        (&event["type"], &event["view"]["type"]),
        (&json!("app_home_opened"), &json!("home"))
    );
    assert_eq!(
        event["view"]["state"]["values"]["all"]["checkboxes"]["selected_options"],
        json!([])
    );
}

#[tokio::test]
async fn an_ephemeral_message_is_replaced_and_deleted_through_its_address() {
    let bench = Bench::start().await;
    bench.bot.will([Next::Say(
        200,
        json!({"text": "sure?", "blocks": super::bench::button("yes", "1")}),
    )]);
    bench.act(json!({"user": "ana", "command": "/rotation", "channel": "support"})).await;
    let ts = bench.messages("UANA", "support").await[0]["ts"].clone();

    bench
        .act(json!({"user": "ana", "click": {"channel": "support", "ts": ts, "action_id": "yes"}}))
        .await;
    let payload = bench.bot.last_payload();
    let hook: url::Url = payload["response_url"].as_str().unwrap().parse().unwrap();
    let post = async |body: Value| {
        crate::to_bot::outbound::send("POST", &hook, &[], &body.to_string()).await.unwrap().status
    };
    let replaced = post(json!({"replace_original": true, "text": "done"})).await;
    let shown = bench.messages("UANA", "support").await;
    let deleted = post(json!({"delete_original": true})).await;
    let gone = bench.messages("UANA", "support").await;

    assert_eq!(
        (payload["container"]["is_ephemeral"] == true, &payload["message"]),
        (true, &Value::Null)
    );
    assert_eq!((replaced.as_u16(), deleted.as_u16()), (200, 200));
    assert_eq!(shown.len(), 1);
    assert_eq!(
        (&shown[0]["text"], &shown[0]["ephemeral_to"], &shown[0]["ts"]),
        (&json!("done"), &json!("UANA"), &ts)
    );
    assert_eq!((gone.len(), &gone[0]["deleted"]), (1, &json!(true)));
    assert!(bench.messages("UBEN", "support").await.is_empty());
    assert!(bench.bot.events().is_empty(), "nobody is told of what one person sees");
}
