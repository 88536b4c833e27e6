//! Whoever passes a duty on is asked for a note in time, and nobody who need not be.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, both_engines};

/// Leaves a note for whoever is on duty next.
async fn leaves(play: &Play, who: &str, text: &str) {
    let form = play.opens(who, "/rotation note support").await;
    let answer = play.fills(who, &form, &json!({"note": text})).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
}

/// Chooses in the settings when notes are asked for.
async fn chooses(play: &Play, hours: &str) {
    let modal = play.opens("ana", "/rotation settings support").await;
    play.fills("ana", &modal, &json!({"asks_for_note": hours})).await;
}

/// Returns how often each of them was asked for a note.
async fn asked<const N: usize>(play: &Play, who: [&str; N]) -> [usize; N] {
    let mut counts = [0; N];
    for (count, who) in counts.iter_mut().zip(who) {
        *count = play.asked_for_notes(who).await.len();
    }
    counts
}

async fn top(play: &Play, who: &str) -> Value {
    play.modals(who).await.pop().expect("a modal is open")
}

fn id_of(view: &Value) -> &str {
    view["id"].as_str().expect("a view has an id")
}

both_engines! {
    async fn who_passes_the_duty_on_is_asked_two_hours_before(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;

        play.waits_until("2026-06-15T04:59:00Z").await;
        assert_eq!(asked(&play, ["ana", "ben", "cho"]).await, [0, 0, 0]);
        play.waits_until("2026-06-15T05:01:00Z").await;

        assert_eq!(asked(&play, ["ana", "ben", "cho"]).await, [1, 0, 0]);
        let question = play.asked_for_notes("ana").await.remove(0);
        assert_snapshot!("the_question", question.text);
        assert_eq!(question.buttons, ["note_write"]);
        let form = play.opens_by("ana", &question, "note_write").await;
        play.fills("ana", &form, &json!({"note": "mind the printer"})).await;
        play.waits_until("2026-06-15T07:01:00Z").await;
        let dm = play.dms("ben").await.pop().expect("his duty");
        assert!(dm.text.contains("mind the printer"), "{}", dm.text);
        play.waits_until("2026-06-22T05:01:00Z").await;
        assert_eq!(asked(&play, ["ana", "ben", "cho"]).await, [1, 1, 0]);
    }

    async fn nobody_is_asked_who_left_a_note_or_stays_on(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-15 to 2026-06-21").await;

        play.waits_until("2026-06-15T06:59:00Z").await;
        assert_eq!(asked(&play, ["ana", "ben"]).await, [0, 0], "she stays on");
        leaves(&play, "ana", "it is all here").await;
        play.waits_until("2026-06-22T06:59:00Z").await;
        assert_eq!(asked(&play, ["ana", "ben"]).await, [0, 0], "she has left a note");
        play.waits_until("2026-06-29T06:59:00Z").await;
        assert_eq!(asked(&play, ["ana", "ben"]).await, [0, 1]);
    }

    async fn nobody_is_asked_late_after_down_time(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-15T04:30:00Z").await;
        play.ends_bot("kill").await;
        play.waits_until("2026-06-15T05:30:00Z").await;
        play.starts_bot().await;
        play.waits_until("2026-06-15T06:59:00Z").await;
        assert_eq!(asked(&play, ["ana", "ben"]).await, [0, 0]);

        play.waits_until("2026-06-22T04:30:00Z").await;
        play.ends_bot("kill").await;
        play.waits_until("2026-06-22T05:10:00Z").await;
        play.starts_bot().await;
        play.waits_until("2026-06-22T05:20:00Z").await;
        assert_eq!(asked(&play, ["ana", "ben"]).await, [0, 1], "ten minutes are nothing");
    }

    async fn who_is_covered_and_who_covers_are_asked_before_it_begins_and_ends(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.types("ana", "/rotation assign <@U0DEE> for <@U0BEN> support 10 June").await;

        play.waits_until("2026-06-09T19:59:00Z").await;
        assert_eq!(asked(&play, ["ben", "dee"]).await, [0, 0]);
        play.waits_until("2026-06-09T20:01:00Z").await;
        assert_eq!(asked(&play, ["ben", "dee"]).await, [1, 0]);
        let question = play.asked_for_notes("ben").await.remove(0);
        assert!(question.text.contains("on to Dee"), "{}", question.text);
        leaves(&play, "ben", "before the cover").await;
        play.waits_until("2026-06-09T22:01:00Z").await;
        let dm = play.dms("dee").await.pop().expect("her duty");
        assert!(dm.text.contains("before the cover"), "{}", dm.text);

        play.waits_until("2026-06-10T20:01:00Z").await;
        assert_eq!(asked(&play, ["ben", "dee"]).await, [1, 1]);
        leaves(&play, "dee", "after the cover").await;
        play.waits_until("2026-06-10T22:01:00Z").await;
        let dm = play.dms("ben").await.pop().expect("his duty");
        assert!(dm.text.contains("after the cover"), "{}", dm.text);
        let own = dm.text.contains("before the cover");
        assert!(!own, "nobody is read their own: {}", dm.text);
        play.waits_until("2026-06-15T05:01:00Z").await;
        assert_eq!(asked(&play, ["ben", "dee"]).await, [2, 1], "and before the turn ends");
    }

    async fn cover_that_is_undone_or_short_asks_nobody(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.types("ana", "/rotation assign <@U0DEE> for <@U0BEN> support 10 June").await;
        play.waits("5s").await;
        let dm = play.dms("dee").await.pop().expect("she is told");
        play.presses("dee", &dm, "skip_undo_cover").await;

        play.waits_until("2026-06-11T10:00:00Z").await;
        assert_eq!(asked(&play, ["ben", "dee"]).await, [0, 0]);

        play.waits_until("2026-06-15T02:00:00Z").await;
        let form = play.opens("ben", "/rotation handover support").await;
        play.fills("ben", &form, &json!({})).await;
        play.waits_until("2026-06-15T06:59:00Z").await;
        assert_eq!(asked(&play, ["ben", "cho", "dee"]).await, [0, 0, 0], "five hours are too short");
    }

    async fn a_rotation_chooses_when_it_asks(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;

        chooses(&play, "8").await;
        play.waits_until("2026-06-14T22:59:00Z").await;
        assert_eq!(asked(&play, ["ana"]).await, [0]);
        play.waits_until("2026-06-14T23:01:00Z").await;
        assert_eq!(asked(&play, ["ana"]).await, [1]);
        play.waits_until("2026-06-15T06:59:00Z").await;
        assert_eq!(asked(&play, ["ana"]).await, [1], "once");
        chooses(&play, "off").await;
        play.waits_until("2026-06-22T06:59:00Z").await;
        assert_eq!(asked(&play, ["ben"]).await, [0]);
    }

    async fn nobody_is_asked_in_short_turns(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        let (seven, nine) = ("7", "9");

        for (hours, is_asked) in [(seven, false), (nine, true)] {
            let edit = play.opens("ana", "/rotation edit support").await;
            let unusual = json!({"cadence": "custom", "first_day": "2026-06-10"});
            play.submits("ana", id_of(&edit), &unusual).await;
            let step = top(&play, "ana").await;
            play.submits("ana", id_of(&step), &json!({"every": hours, "unit": "hour"})).await;
            let step = top(&play, "ana").await;
            play.submits("ana", id_of(&step), &json!({})).await;
            play.closes("ana").await;
            // The turn that ran before is over by then.
            play.waits("3d").await;
            let before: usize = asked(&play, ["ana", "ben", "cho"]).await.iter().sum();
            play.waits("3d").await;
            let after: usize = asked(&play, ["ana", "ben", "cho"]).await.iter().sum();
            assert_eq!(before < after, is_asked, "{hours} hours");
        }
    }
}
