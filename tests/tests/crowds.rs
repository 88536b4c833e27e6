//! A thousand people in a channel, and rotations with more members than a window shows one by one.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Seen, block_kit, both_engines, plain_blocks, plain_view};

both_engines! {
    async fn a_channel_with_a_thousand_people_joins_and_everything_still_fits(play at "2026-06-05T10:00:00Z") {
        let form = json!({"name": "everybody", "members": ["U0ANA"], "cadence": "day", "first_day": "2026-06-08",
            "time": "09:00", "zone": "Europe/Berlin", "channel": "C0GENERAL"});
        play.creates("ana", &form).await;
        play.closes("ana").await;
        come(&play, "Member", 980, &json!({})).await;
        for (name, said) in [("Robo", json!({"is_bot": true})), ("Gus", json!({"is_restricted": true})), ("Zoe", json!({"team_id": "T0QUAY"}))] {
            for who in come(&play, name, 5, &said).await {
                play.act(&json!({"team": play.team(), "event": {"type": "member_joined_channel", "user": who, "channel": "#general"}})).await;
            }
        }
        play.waits("5s").await;

        let first = play.types_in("#general", "ana", "/rotation add everybody @channel-members").await;
        play.waits("25m").await;

        let later = newest(&play, "general", "ana").await;
        assert_snapshot!("a_thousand_join", [first, later].join("\n---\n"));
        let posts = play.channel("general").await;
        assert_eq!(posts.iter().filter(|post| post.text.contains("Ana added")).count(), 1, "told once: {posts:#?}");
        let pages = play.calls("conversations.members").await;
        let cursors = pages.iter().filter(|call| call["arguments"]["cursor"].is_string()).count();
        assert!(pages.iter().all(|call| call["arguments"]["limit"] == "200"), "{:#?}", pages.first());
        assert!(cursors >= 5, "a thousand people are five pages after the first: {cursors}");
        assert!(pages.len() <= 150, "the pages are not read again and again: {}", pages.len());
        for (verb, sees) in [("list", "more"), ("show everybody", "more"), ("who", "Ana"), ("next 20", "Coming up"), ("stats", "statistics")] {
            let answer = play.types_in("#general", "ben", &format!("/rotation {verb}")).await;
            assert!(answer.to_lowercase().contains(&sees.to_lowercase()), "{verb}: {answer}");
        }
        for verb in ["add", "remove", "order", "edit", "settings", "delete"] {
            let form = play.opens_in("#general", "ana", &format!("/rotation {verb} everybody")).await;
            assert_eq!(form["type"], "modal", "{verb}");
            play.closes("ana").await;
        }
        let home = plain_view(&play.opens_home("ben").await);
        assert!(home.contains("*everybody* in"), "{home}");

        come(&play, "Late", 20, &json!({})).await;
        play.types_in("#general", "ana", "/rotation add everybody channel-members").await;
        play.waits("25m").await;
        assert_snapshot!("more_than_a_rotation_holds", newest(&play, "general", "ana").await);
        nothing_was_refused(&play).await;
    }

    async fn the_forms_of_twelve_people_ask_who_comes_first(play at "2026-06-05T10:00:00Z") {
        let crowd = come(&play, "Member", 9, &json!({})).await;
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        play.types("ana", &format!("/rotation add {}", mentions(&crowd))).await;
        play.waits("5s").await;

        let order = play.opens("ana", "/rotation order support").await;
        let nobody = play.submits("ana", id_of(&order), &json!({"people": []})).await;
        let ordered = play.fills("ana", &order, &json!({"people": ["U0MEMBER7", "U0CHO"]})).await;

        assert_snapshot!("the_form_of_order_with_twelve", block_kit(&order));
        assert!(nobody["errors"]["people"].is_string(), "{nobody}");
        assert_snapshot!("the_order_of_twelve", plain_blocks(&ordered["view"]["blocks"]));
        nothing_was_refused(&play).await;
    }

    async fn a_hundred_and_twenty_people_are_shown_in_groups_and_changed_a_hundred_at_a_time(play at "2026-06-05T10:00:00Z") {
        let crowd = come(&play, "Member", 118, &json!({})).await;
        play.makes_support("2026-06-01", &["ana", "ben"]).await;
        let too_many = play.types("ana", &format!("/rotation add {}", mentions(&crowd))).await;
        for part in crowd.chunks(59) {
            play.types("ana", &format!("/rotation add {}", mentions(part))).await;
        }
        play.waits("5m").await;

        let remove = play.opens("ana", "/rotation remove support").await;
        let menu = &remove["blocks"][0]["element"];
        let groups: Vec<String> = menu["option_groups"].as_array().into_iter().flatten().map(|group| {
            let count = group["options"].as_array().map_or(0, Vec::len);
            format!("{}: {count}", group["label"]["text"].as_str().unwrap_or_default())
        }).collect();
        let refused = play.fills("ana", &remove, &json!({"people": crowd[..101]})).await;
        let removed = play.fills("ana", &remove, &json!({"people": crowd[..100]})).await;
        play.waits("5s").await;

        assert_eq!(groups, ["1 to 100: 100", "101 to 120: 20"]);
        assert!(too_many.contains("at most 100 people at once"), "{too_many}");
        assert!(refused["errors"]["people"].as_str().is_some_and(|it| it.contains("at most 100")), "{refused}");
        assert_snapshot!("a_hundred_leave", plain_blocks(&removed["view"]["blocks"]));
        let left = play.types("ana", "/rotation list").await;
        assert!(left.contains("Member 101") && !left.contains("Member 100,"), "{left}");
        nothing_was_refused(&play).await;
    }

    async fn ten_seats_of_people_with_the_longest_names_fit_everywhere(play at "2026-06-05T10:00:00Z") {
        let crowd = come(&play, "W", 30, &json!({})).await;
        for who in &crowd {
            play.renames_person(who, &format!("{} {who}", "W".repeat(70))).await;
        }
        let members: Vec<&str> = crowd.iter().map(String::as_str).collect();
        let form = json!({"name": "x".repeat(80), "members": members, "cadence": "day", "first_day": "2026-06-01",
            "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        play.creates("ana", &form).await;
        play.closes("ana").await;
        let edit = play.opens("ana", "/rotation edit").await;
        play.fills("ana", &edit, &json!({"seats": "10"})).await;
        let confirm = play.modals("ana").await.pop().expect("the next step");
        let saved = play.fills("ana", &confirm, &json!({})).await;
        assert!(plain_blocks(&saved["view"]["blocks"]).contains("Saved."), "{saved}");
        play.closes("ana").await;
        play.waits_until("2026-06-09T07:01:00Z").await;

        for verb in ["", "who", "list", "show", "next 20", "history", "stats"] {
            let answer = play.types("ana", format!("/rotation {verb}").trim()).await;
            assert!(answer.contains("xxx"), "{verb}: {answer}");
        }
        for verb in ["remove", "order", "handover"] {
            play.opens("ana", &format!("/rotation {verb}")).await;
            play.closes("ana").await;
        }
        let question = play.types("ana", &format!("/rotation remove {}", mentions(&crowd))).await;
        assert!(question.contains("Leave now, or at the next handoff"), "{question}");
        nothing_was_refused(&play).await;
    }
}

/// Lets people come, of whom the first is called `name 1`, and returns their ids.
async fn come(play: &Play, name: &str, count: usize, said: &Value) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 1..=count {
        let id = format!("U0{}{number}", name.to_uppercase());
        let mut user =
            json!({"id": id, "real_name": format!("{name} {number}"), "tz": "Europe/Berlin"});
        for (key, value) in said.as_object().into_iter().flatten() {
            user[key] = value.clone();
        }
        play.act(&json!({"team": play.team(), "event": {"type": "team_join", "user": user}})).await;
        ids.push(id);
    }
    play.stage().clock().settle().await;
    ids
}

/// Checks that Slack took everything; that it had no time for a call is no refusal.
async fn nothing_was_refused(play: &Play) {
    let all = play.get("sim/calls").await;
    let calls = all["calls"].as_array().into_iter().flatten();
    let refused: Vec<&Value> =
        calls.filter(|call| call["ok"] != true && call["error"] != "ratelimited").collect();
    assert!(refused.is_empty(), "{refused:#?}");
    let log = play.get("sim/log").await;
    let lines: Vec<&Value> = log["log"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|line| line["kind"] == "failed")
        .collect();
    assert!(lines.is_empty(), "{lines:#?}");
}

fn mentions(people: &[String]) -> String {
    people.iter().map(|who| format!("<@{who}>")).collect::<Vec<_>>().join(" ")
}

fn id_of(view: &Value) -> &str {
    view["id"].as_str().expect("a view has an id")
}

async fn newest(play: &Play, channel: &str, who: &str) -> String {
    let all: Vec<Seen> = play.messages(channel, who).await;
    let found = all.into_iter().rfind(|seen| seen.ephemeral_to.is_some());
    found.map(|seen| seen.text).expect("an answer")
}
