//! Modals and homes.

use super::bench::{Bench, Next, modal};
use serde_json::{Value, json};

/// Has Ana type a command, and opens a modal with its trigger.
async fn open(bench: &Bench) -> Value {
    let acted = bench.act(json!({"user": "ana", "command": "/rotation", "text": "create"})).await;
    let answer = bench
        .api("views.open", &json!({"trigger_id": acted["trigger_id"], "view": modal("Create")}))
        .await;
    assert_eq!(answer["ok"], true, "{answer}");
    answer["view"].clone()
}

#[tokio::test]
async fn a_trigger_is_for_one_use_within_three_seconds() {
    let bench = Bench::start().await;
    let trigger = async || {
        bench.act(json!({"user": "ana", "command": "/rotation"})).await["trigger_id"].clone()
    };
    let open = async |id: Value| {
        bench.api("views.open", &json!({"trigger_id": id, "view": modal("x")})).await
    };

    let first = trigger().await;
    assert_eq!(open(first.clone()).await["ok"], true);
    assert_eq!(open(first).await["error"], "exchanged_trigger_id");
    let second = trigger().await;
    bench.advance("3s").await;
    assert_eq!(open(second).await["error"], "expired_trigger_id");
    assert_eq!(open(json!("1.2.3")).await["error"], "invalid_trigger_id");
}

#[tokio::test]
async fn three_modals_lie_on_each_other_and_no_fourth() {
    let bench = Bench::start().await;
    open(&bench).await;

    for (number, ok) in [(2, true), (3, true), (4, false)] {
        let trigger =
            bench.act(json!({"user": "ana", "command": "/rotation"})).await["trigger_id"].clone();
        let view = modal(&format!("Number {number}"));
        let answer = bench.api("views.push", &json!({"trigger_id": trigger, "view": view})).await;
        assert_eq!(answer["ok"], ok, "{answer}");
        assert_eq!(answer["error"] == "push_limit_reached", !ok);
    }

    assert_eq!(bench.modals("ana").await.len(), 3);
    bench.act(json!({"user": "ana", "close": {}})).await;
    assert_eq!(bench.modals("ana").await.len(), 2);
    bench.sim("POST", "close", &json!({"team": "T0HARBOUR", "user": "ana", "all": true})).await;
    assert!(bench.modals("ana").await.is_empty());
}

#[tokio::test]
async fn a_submission_carries_the_form_and_closes_the_view() {
    let bench = Bench::start().await;
    let view = open(&bench).await;

    let answer = bench
        .act(json!({"user": "ana", "submit": {"view_id": view["id"], "values": {
            "name": {"value": "support"}, "who": {"value": ["UBEN", "UCHO"]}}}}))
        .await;

    assert_eq!(answer["status"], 200, "{answer}");
    let payload = bench.bot.last_payload();
    assert_eq!(payload["type"], "view_submission");
    assert_eq!(payload["view"]["id"], view["id"]);
    assert_eq!(payload["view"]["hash"], view["hash"]);
    assert_eq!(payload["view"]["callback_id"], "create");
    let values = &payload["view"]["state"]["values"];
    assert_eq!(values["name"]["value"], json!({"type": "plain_text_input", "value": "support"}));
    assert_eq!(values["who"]["value"]["selected_users"], json!(["UBEN", "UCHO"]));
    assert!(bench.modals("ana").await.is_empty());
}

#[tokio::test]
async fn slacks_client_keeps_an_empty_required_field_back() {
    let bench = Bench::start().await;
    let view = open(&bench).await;
    for (values, said) in [
        (json!({}), "Name: Please complete this required field."),
        (json!({"name": {"value": ""}}), "required"),
        (json!({"nmae": {"value": "x"}}), "nmae"),
    ] {
        let act = json!({"user": "ana", "submit": {"view_id": view["id"], "values": values}});
        let (status, text) = bench.refused_act(act).await;
        assert_eq!(status, 422);
        assert!(text.contains(said), "{text}");
    }
    let sent = bench.bot.seen().len();

    bench.act(json!({"user": "ana", "submit": {"view_id": view["id"], "force": true}})).await;

    assert_eq!(bench.bot.seen().len(), sent + 1);
}

#[tokio::test]
async fn field_errors_stay_with_the_view_and_must_name_its_inputs() {
    let bench = Bench::start().await;
    let view = open(&bench).await;
    bench.bot.will([
        Next::Say(200, json!({"response_action": "errors", "errors": {"name": "Is taken"}})),
        Next::Say(200, json!({"response_action": "errors", "errors": {"nmae": "Is taken"}})),
    ]);
    let submit = json!({"user": "ana", "submit": {"view_id": view["id"], "values": {"name": {"value": "x"}}}});

    let taken = bench.act(submit.clone()).await;
    assert_eq!(taken["error"], Value::Null);
    assert_eq!(bench.modals("ana").await[0]["errors"]["name"], "Is taken");
    let wrong = bench.act(submit).await;
    assert!(wrong["error"].as_str().unwrap().contains("nmae"), "{wrong}");
    assert_eq!(bench.modals("ana").await.len(), 1);
}

#[tokio::test]
async fn an_answer_may_change_the_view_push_another_or_clear_all() {
    let bench = Bench::start().await;
    let view = open(&bench).await;
    bench.bot.will([
        Next::Say(200, json!({"response_action": "update", "view": modal("Changed")})),
        Next::Say(200, json!({"response_action": "push", "view": modal("On top")})),
        Next::Say(200, json!({"response_action": "clear"})),
    ]);
    let submit = async |id: &Value| {
        bench.act(json!({"user": "ana", "submit": {"view_id": id, "values": {"name": {"value": "x"}}}})).await
    };

    let changed = submit(&view["id"]).await;
    assert_eq!(changed["views_opened"][0]["title"]["text"], "Changed");
    let pushed = submit(&view["id"]).await;
    assert_eq!(bench.modals("ana").await.len(), 2);
    submit(&pushed["views_opened"][0]["id"]).await;

    assert!(bench.modals("ana").await.is_empty());
}

#[tokio::test]
async fn a_view_that_changed_meanwhile_is_not_changed_by_its_old_hash() {
    let bench = Bench::start().await;
    let view = open(&bench).await;
    let update = async |hash: &Value| {
        let arguments = json!({"view_id": view["id"], "hash": hash, "view": modal("Again")});
        bench.api("views.update", &arguments).await
    };

    let first = update(&view["hash"]).await;
    let second = update(&view["hash"]).await;

    assert_eq!(first["ok"], true);
    assert_eq!(second["error"], "hash_conflict");
}

#[tokio::test]
async fn a_closed_view_is_told_where_the_bot_wants_to_know() {
    let bench = Bench::start().await;
    let trigger =
        bench.act(json!({"user": "ana", "command": "/rotation"})).await["trigger_id"].clone();
    let mut view = modal("Create");
    view["notify_on_close"] = json!(true);
    bench.api("views.open", &json!({"trigger_id": trigger, "view": view})).await;

    bench.act(json!({"user": "ana", "close": {}})).await;

    assert_eq!(bench.bot.last_payload()["type"], "view_closed");
}

#[tokio::test]
async fn a_home_is_published_for_one_person_and_its_buttons_work() {
    let bench = Bench::start().await;
    let home = json!({"type": "home", "blocks": super::bench::button("refresh", "1")});

    let answer = bench.api("views.publish", &json!({"user_id": "UANA", "view": home})).await;
    assert_eq!(answer["ok"], true, "{answer}");
    let views = bench.sim("GET", "views?team=T0HARBOUR&user=UANA", &Value::Null).await;
    let id = &views["home"]["id"];
    bench.act(json!({"user": "ana", "click": {"view_id": id, "action_id": "refresh"}})).await;

    let payload = bench.bot.last_payload();
    assert_eq!(payload["container"], json!({"type": "view", "view_id": id}));
    assert_eq!(payload["response_url"], Value::Null);
    let (status, _) = bench
        .refused_act(json!({"user": "ben", "click": {"view_id": id, "action_id": "refresh"}}))
        .await;
    assert_eq!(status, 404);
}
