//! The life of a rotation: shown, edited, paused and resumed, deleted and brought back, handed over.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Seen, both_engines, plain_blocks};

/// The day before everything begins, in Berlin at noon.
const MONDAY_NINE: &str = "2026-06-08T07:00:00Z";

both_engines! {
    async fn a_rotation_is_shown_with_everything_and_the_buttons_of_who_looks(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.types("dee", "/rotation ooo add 2026-06-22 to 2026-06-26").await;
        play.waits_until(MONDAY_NINE).await;
        play.waits("5s").await;

        let shown = [
            play.types("ana", "/rotation show").await,
            play.types("ben", "/rotation show support").await,
            play.types("eli", "/rotation show Support").await,
        ];

        assert_snapshot!("shown_to_a_manager_to_who_is_on_duty_and_to_a_stranger", shown.join("\n---\n"));
    }

    async fn an_edit_shows_the_turns_before_and_after_and_saves_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        let form = play.opens("ana", "/rotation edit support").await;
        assert_snapshot!("the_edit_modal", pretty(&form));

        let changed = json!({"first_day": "2026-06-10", "time": "10:30", "duty_hours": "Mon-Fri 08:00-18:00"});
        play.submits("ana", id_of(&form), &changed).await;

        let confirm = top(&play, "ana").await;
        assert_snapshot!("the_edit_before_it_is_saved", pretty(&confirm));
        assert!(play.types("eli", "/rotation show").await.contains("Monday at 09:00"), "nothing is saved yet");
        let none = json!({});
        let (saved, again) = play.submits_twice("ana", id_of(&confirm), &none).await;
        play.waits("5s").await;
        assert_snapshot!("the_edit_is_saved", plain_blocks(&saved["view"]["blocks"]));
        assert_eq!(again, saved, "the same submission is the same edit");
        assert_snapshot!("those_whose_dates_move_are_told", texts(&play.dms("cho").await));
        let shown = play.types("ben", "/rotation show").await;
        assert!(shown.contains("every week on Wednesday at 10:30"), "{shown}");
        assert!(shown.contains("Monday to Friday 08:00 to 18:00"), "{shown}");
        play.waits_until("2026-06-17T08:29:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Ana is on duty"), "not before the new handoff");
        play.waits_until("2026-06-17T08:31:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Ben is on duty"));
    }

    async fn an_unusual_cadence_takes_one_more_step(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        let form = play.opens("ana", "/rotation edit").await;

        play.submits("ana", id_of(&form), &json!({"cadence": "custom", "seats": "2", "make_up": ["make_up"]})).await;

        let custom = top(&play, "ana").await;
        assert_snapshot!("the_step_of_an_unusual_cadence", pretty(&custom));
        let wrong = play.submits("ana", id_of(&custom), &json!({"every": "0"})).await;
        assert_eq!(wrong["errors"]["every"], "0 is not between 1 and 9000.", "{wrong}");
        play.submits("ana", id_of(&custom), &json!({"every": "1", "unit": "month", "nth_weekday": "-1 fri"})).await;
        let confirm = top(&play, "ana").await;
        play.submits("ana", id_of(&confirm), &json!({})).await;
        play.closes("ana").await;
        let shown = play.types("ana", "/rotation show").await;
        assert!(shown.contains("every month on the last Friday at 09:00"), "{shown}");
        assert!(shown.contains("2 people are on duty at a time"), "{shown}");
        let form = play.opens("ana", "/rotation edit").await;
        assert!(form.to_string().contains("As now: every month on the last Friday"), "{form}");
        let unchanged = play.submits("ana", id_of(&form), &json!({})).await;
        assert!(unchanged.to_string().contains("nothing was changed"), "{unchanged}");
    }

    async fn what_is_wrong_in_an_edit_stands_beside_its_field(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        let other = json!({"name": "kitchen", "members": ["U0BEN"], "cadence": "day", "first_day": "2026-06-08",
            "time": "09:00", "zone": "Europe/Berlin", "channel": "C0GENERAL"});
        play.creates("ana", &other).await;
        let form = play.opens("ana", "/rotation edit support").await;
        let wrong = json!({"name": " ", "zone": "Berlin/Europe", "seats": "none", "skip_amount": "140", "duty_hours": "late"});

        let faults = play.submits("ana", id_of(&form), &wrong).await;
        let taken = play.submits("ana", id_of(&form), &json!({"name": "Kitchen"})).await;

        assert_snapshot!("errors_of_an_edit", serde_json::to_string_pretty(&faults).expect("it is there"));
        assert!(taken["errors"]["name"].is_string(), "{taken}");
    }

    async fn an_edit_meets_what_somebody_changed_meanwhile(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        let early = play.opens("ana", "/rotation edit").await;
        play.submits("ana", id_of(&early), &json!({"cadence": "day"})).await;
        let confirm = top(&play, "ana").await;
        play.makes_admin("eli", true).await;
        play.becomes_known("eli").await;
        let late = play.opens("eli", "/rotation edit").await;
        play.submits("eli", id_of(&late), &json!({"name": "first line"})).await;
        play.waits("1h").await;

        let refused = play.submits("ana", id_of(&confirm), &json!({})).await;

        assert!(refused.to_string().contains("Somebody changed “first line”"), "{refused}");
        let shown = play.types("ana", "/rotation show").await;
        assert!(shown.contains("first line") && shown.contains("every week"), "{shown}");
    }

    async fn a_new_name_and_a_new_channel_are_told_where_people_read(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits("5s").await;
        let form = play.opens("ana", "/rotation edit").await;

        let saved = play.submits("ana", id_of(&form), &json!({"name": "<!channel> *line*", "channel": "C0GENERAL"})).await;
        play.waits("5s").await;

        assert!(saved.to_string().contains("Saved."), "{saved}");
        assert_snapshot!("told_in_the_old_channel", texts(&play.channel("support").await));
        assert_snapshot!("told_in_the_new_channel", texts(&play.channel("general").await));
        play.waits_until("2026-06-08T07:01:00Z").await;
        assert!(texts(&play.channel("general").await).contains("passes to"), "handoffs are told there");
    }

    async fn only_who_may_changes_a_rotation(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-08T08:00:00Z").await;
        play.becomes_known("eli").await;

        for command in ["edit", "pause", "resume", "delete", "handover"] {
            let answer = play.types("eli", &format!("/rotation {command} support")).await;
            assert!(answer.starts_with("Only "), "{command}: {answer}");
        }
        play.types("ana", "/rotation delete").await;
        let form = top(&play, "ana").await;
        play.submits("ana", id_of(&form), &json!({})).await;
        play.waits("2s").await;
        let answer = play.types("eli", "/rotation undelete support").await;
        assert!(answer.starts_with("Only "), "{answer}");
    }

    async fn a_pause_ends_the_turn_and_is_told_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-10T10:00:00Z").await;

        let paused = play.types("ana", "/rotation pause support until 24 June").await;
        let again = play.types("ana", "/rotation pause support").await;
        play.waits("5s").await;

        assert_snapshot!("a_pause_with_an_end", [paused, again, play.types("ben", "/rotation show").await].join("\n---\n"));
        let told = play.channel("support").await.len();
        assert_snapshot!("the_channel_learns_of_the_pause", play.channel("support").await[told - 1].text);
        let dm = &play.dms("ana").await[0];
        assert!(dm.buttons.is_empty() && dm.is_edited, "the duty is over: {dm:?}");
        play.waits_until("2026-06-28T10:00:00Z").await;
        assert_eq!(play.channel("support").await.len(), told, "nothing is posted in a rest");
        assert!(play.dms("ben").await.iter().all(|dm| !dm.text.contains("on duty")), "{:?}", play.dms("ben").await);
        play.waits_until("2026-06-29T07:01:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Ben is on duty"), "the order was frozen");
    }

    async fn a_rest_ends_with_the_next_handoff_or_at_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        let not_paused = play.types("ana", "/rotation resume").await;
        play.types("ana", "/rotation pause").await;
        play.waits_until("2026-06-17T10:00:00Z").await;

        let resumed = play.types("ana", "/rotation resume").await;
        let again = play.types("ana", "/rotation resume support").await;
        play.waits("5s").await;
        let nobody = play.types("eli", "/rotation who").await;
        let started = play.types("ana", "/rotation resume support now").await;
        let running = play.types("ana", "/rotation resume now").await;
        play.waits("5s").await;

        let answers = [not_paused, resumed, again, nobody, started, running];
        assert_snapshot!("a_rest_that_ends", answers.join("\n---\n"));
        assert_snapshot!("the_channel_learns_of_the_rest_and_its_end", texts(&play.channel("support").await));
        assert_eq!(play.dms("ben").await.len(), 1, "{:?}", play.dms("ben").await);
        play.waits_until("2026-06-22T07:01:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Cho is on duty"));
    }

    async fn a_pause_takes_an_end_from_its_modal_and_refuses_the_past(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        let past = play.types("ana", "/rotation pause until today").await;
        assert!(past.contains("tomorrow at the earliest"), "{past}");
        let shown = show(&play, "ana").await;

        let form = play.opens_by("ana", &shown, "lifecycle_pause").await;

        assert_snapshot!("the_pause_modal", pretty(&form));
        let wrong = play.submits("ana", id_of(&form), &json!({"rest_end": "2026-06-05"})).await;
        assert!(wrong["errors"]["rest_end"].is_string(), "{wrong}");
        let paused = play.submits("ana", id_of(&form), &json!({"rest_end": "2026-06-12"})).await;
        assert!(paused.to_string().contains("is paused until"), "{paused}");
        let shown = show(&play, "ana").await;
        assert!(shown.buttons.iter().any(|button| button == "lifecycle_start_now"), "{shown:?}");
    }

    async fn a_deleted_rotation_is_silent_and_can_be_brought_back_for_thirty_days(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        let form = play.opens("ana", "/rotation delete support").await;
        assert_snapshot!("the_delete_modal", pretty(&form));

        let none = json!({});
        let (deleted, again) = play.submits_twice("ana", id_of(&form), &none).await;
        play.waits("5s").await;

        assert_snapshot!("the_rotation_is_deleted", plain_blocks(&deleted["view"]["blocks"]));
        assert_eq!(again, deleted, "the second submission is the first");
        let gone = [
            play.types("ben", "/rotation show support").await,
            play.types("ben", "/rotation who support").await,
            play.types("ana", "/rotation show support").await,
        ];
        assert_snapshot!("what_a_deleted_rotation_answers", gone.join("\n---\n"));
        let dm = &play.dms("ana").await[0];
        assert!(dm.buttons.is_empty() && dm.is_edited, "{dm:?}");
        let before = play.channel("support").await;
        play.waits_until("2026-06-24T10:00:00Z").await;
        assert_eq!(play.channel("support").await.len(), before.len(), "a deleted rotation says nothing");

        let post = before.last().expect("it is there");
        assert_eq!(post.buttons, ["lifecycle_undelete"], "{post:?}");
        play.presses("ana", post, "lifecycle_undelete").await;
        play.waits("5s").await;

        assert_snapshot!("the_channel_learns_of_the_deletion_and_its_end", texts(&play.channel("support").await));
        assert!(play.types("eli", "/rotation who").await.contains("paused"), "like a pause, until the next handoff");
        play.waits_until("2026-06-29T07:01:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Ben is on duty"), "nothing was caught up");
    }

    async fn a_name_that_is_taken_meanwhile_gets_a_number(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        deletes(&play, "support").await;
        play.makes_support("2026-06-08", &["cho", "dee"]).await;

        let back = play.types("ana", "/rotation undelete support").await;
        let none = play.types("ana", "/rotation undelete").await;
        let there = play.types("ana", "/rotation undelete support").await;

        assert_snapshot!("brought_back_under_another_name", [back, none, there].join("\n---\n"));
    }

    async fn after_thirty_days_a_deleted_rotation_is_erased(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        deletes(&play, "support").await;
        play.waits("5s").await;
        let post = play.channel("support").await.pop().expect("it is there");

        play.waits_until("2026-07-09T10:00:00Z").await;

        let typed = play.types("ana", "/rotation undelete support").await;
        assert!(typed.contains("no deleted rotation"), "{typed}");
        play.presses("ana", &post, "lifecycle_undelete").await;
        let told = play.messages("support", "ana").await.pop().expect("it is there");
        assert!(told.text.contains("30 days ago"), "{told:?}");
        play.waits_until("2026-07-12T10:00:00Z").await;
        let mut tx = play.database().open().await.read(workspace(&play)).await.expect("it is there");
        assert!(tx.list_deleted_rotations().await.expect("it is there").is_empty(), "erased for good");
    }

    async fn a_paused_rotation_that_is_brought_back_is_paused_still(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.types("ana", "/rotation pause").await;
        play.waits("1h").await;
        deletes(&play, "support").await;
        play.waits("1d").await;

        let back = play.types("ana", "/rotation undelete").await;

        assert!(back.contains("paused"), "{back}");
        play.waits_until("2026-06-16T10:00:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("paused"));
    }

    async fn a_duty_is_handed_over_to_the_next_who_is_free(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.types("ben", "/rotation ooo add 2026-06-08 to 2026-06-14").await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        let form = play.opens("ana", "/rotation handover").await;
        assert_snapshot!("the_hand_over_modal", pretty(&form));
        play.makes_admin("eli", true).await;
        play.becomes_known("eli").await;
        let second = play.opens("eli", "/rotation handover").await;

        let handed = play.submits("eli", id_of(&second), &json!({})).await;
        let late = play.submits("ana", id_of(&form), &json!({})).await;
        play.waits("5s").await;

        assert_snapshot!("the_duty_is_handed_over", plain_blocks(&handed["view"]["blocks"]));
        assert!(late.to_string().contains("passed to somebody else meanwhile"), "{late}");
        assert_snapshot!("the_channel_learns_of_the_hand_over", texts(&play.channel("support").await));
        assert!(play.dms("ana").await[0].buttons.is_empty(), "{:?}", play.dms("ana").await);
        assert!(play.dms("cho").await[0].text.contains("You are on duty"), "{:?}", play.dms("cho").await);
        assert!(play.types("eli", "/rotation who").await.contains("Cho (for Ana) is on duty"));
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Ben is on duty"), "the order stays");
    }

    async fn a_duty_goes_on_to_a_third_and_back(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        for (from, to) in [("ana", "<@U0CHO>"), ("cho", "<@U0BEN|ben>"), ("ana", "<@U0ANA>")] {
            let form = play.opens(from, &format!("/rotation handover support to {to}")).await;
            play.submits(from, id_of(&form), &json!({})).await;
            play.closes(from).await;
            play.waits("1h").await;
        }

        let who = play.types("eli", "/rotation who").await;

        assert!(who.contains("Ana is on duty"), "{who}");
        assert_snapshot!("a_duty_that_went_round", texts(&play.channel("support").await));
        assert!(play.dms("ben").await.last().expect("it is there").buttons.is_empty(), "{:?}", play.dms("ben").await);
        assert!(!play.dms("ana").await.last().expect("it is there").buttons.is_empty(), "{:?}", play.dms("ana").await);
    }

    async fn who_cannot_take_over_is_told_and_nothing_changes(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        let before = play.types("ana", "/rotation handover").await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        let stranger = play.types("ana", "/rotation handover to <@U0ELI>").await;
        let oneself = play.types("ana", "/rotation handover to <@U0ANA>").await;
        let form = play.opens("ana", "/rotation handover").await;
        let chosen = play.submits("ana", id_of(&form), &json!({"takes_over": "U0ELI"})).await;
        play.closes("ana").await;
        play.types("ben", "/rotation ooo add 2026-06-09 to 2026-06-30").await;
        let nobody = play.types("ana", "/rotation handover").await;
        play.types("ana", "/rotation pause").await;
        let paused = play.types("ana", "/rotation handover").await;

        assert_snapshot!("hand_overs_that_cannot_be", [before, stranger, oneself, nobody, paused].join("\n---\n"));
        assert!(chosen["errors"]["takes_over"].is_string(), "{chosen}");
    }

    async fn two_who_press_at_once_change_a_rotation_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        play.makes_admin("eli", true).await;
        play.becomes_known("eli").await;
        let (one, other) = (
            play.opens("ana", "/rotation handover").await,
            play.opens("eli", "/rotation handover").await,
        );

        let none = json!({});
        let both = tokio::join!(
            play.submits("ana", id_of(&one), &none),
            play.submits("eli", id_of(&other), &none),
        );
        play.waits("5s").await;

        let done = [&both.0, &both.1].iter().filter(|answer| answer.to_string().contains("Done:")).count();
        assert_eq!(done, 1, "{both:?}");
        let posts = texts(&play.channel("support").await).matches("passes to").count();
        assert_eq!(posts, 2, "the handoff and one hand-over");

        let both = tokio::join!(
            play.types("ana", "/rotation pause"),
            play.types("eli", "/rotation pause"),
        );
        let done = [&both.0, &both.1].iter().filter(|answer| answer.contains("Nobody is on duty")).count();
        assert_eq!(done, 1, "{both:?}");
    }

    async fn forms_of_a_rotation_deleted_meanwhile_are_answered_plainly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        play.makes_admin("eli", true).await;
        play.becomes_known("eli").await;
        let edit = play.opens("ana", "/rotation edit").await;
        let shown = show(&play, "ana").await;
        deletes_as(&play, "eli", "support").await;

        let refused = play.submits("ana", id_of(&edit), &json!({"cadence": "day"})).await;
        assert!(refused.to_string().contains("not there any more"), "{refused}");
        play.presses("ana", &shown, "lifecycle_hand_over").await;
        let told = play.messages("support", "ana").await.pop().expect("it is there");
        assert!(told.text.contains("not there any more"), "{told:?}");
    }
}

/// Shows the rotation of the channel, and returns the answer with its buttons.
async fn show(play: &Play, who: &str) -> Seen {
    play.types(who, "/rotation show").await;
    let mut all = play.messages("support", who).await;
    all.retain(|message| message.ephemeral_to.is_some());
    all.pop().expect("an answer")
}

async fn deletes(play: &Play, rotation: &str) {
    deletes_as(play, "ana", rotation).await;
}

async fn deletes_as(play: &Play, who: &str, rotation: &str) {
    let form = play.opens(who, &format!("/rotation delete {rotation}")).await;
    let done = play.submits(who, id_of(&form), &json!({})).await;
    assert!(done.to_string().contains("Checking with Slack"), "{done}");
    play.closes(who).await;
    play.waits("2s").await;
    let told = play.dms(who).await.pop().expect("what became of it");
    assert!(told.text.contains("is deleted"), "{told:?}");
}

async fn top(play: &Play, who: &str) -> Value {
    play.modals(who).await.pop().expect("a modal is open")
}

fn id_of(view: &Value) -> &str {
    view["id"].as_str().expect("a view has an id")
}

fn workspace(play: &Play) -> domain::ids::WorkspaceId {
    domain::ids::WorkspaceId::of_team(&domain::ids::TeamId::new(play.team()))
}

/// Returns a modal without what differs from run to run.
fn pretty(view: &Value) -> String {
    let lines = view["blocks"].as_array().into_iter().flatten().map(|block| {
        let mut block = block.clone();
        if let Some(block) = block.as_object_mut() {
            block.retain(|key, _| key != "block_id" || !key.is_empty());
        }
        if block["type"] != "input"
            && let Some(block) = block.as_object_mut()
        {
            block.remove("block_id");
        }
        block.to_string()
    });
    let head = format!("{} [{}]", view["title"]["text"], view["submit"]["text"]);
    std::iter::once(head).chain(lines).collect::<Vec<String>>().join("\n")
}

fn texts(messages: &[Seen]) -> String {
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    texts.join("\n---\n")
}
