//! Several people on duty at once: how it is said everywhere, and what becomes of one seat while the other stays.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Seen, block_kit, both_engines, plain_blocks, plain_view};

both_engines! {
    async fn two_on_duty_are_named_together_everywhere(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee", "eli"]).await;
        let saved = seats(&play, "2").await;
        assert_snapshot!("the_edit_to_two_seats", saved);
        play.waits_until("2026-06-08T07:01:00Z").await;

        let said = [
            play.types("dee", "/rotation who").await,
            play.types("dee", "/rotation next 3").await,
            play.types("dee", "/rotation list").await,
            play.types("dee", "/rotation show").await,
        ];

        assert_snapshot!("two_seats_in_every_answer", said.join("\n---\n"));
        assert_snapshot!("two_are_announced", last_post(&play).await.text);
        for who in ["ana", "ben"] {
            let duties = duties(&play, who).await;
            assert_eq!(duties.len(), 1, "{who} is told once: {duties:#?}");
            assert_snapshot!(format!("{who}_is_on_duty_with_another"), duties[0].text);
        }
        assert_eq!(duties(&play, "cho").await, []);
        assert_snapshot!("the_home_of_one_of_two", plain_view(&play.opens_home("ben").await));
        play.waits_until("2026-06-14T10:00:00Z").await;
        assert_snapshot!("one_of_two_is_reminded", texts(&play.reminders("cho").await));
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert_snapshot!("two_hand_over_to_two", last_post(&play).await.text);
        for who in ["ana", "ben"] {
            let dm = &duties(&play, who).await[0];
            assert!(dm.is_edited && dm.buttons.is_empty(), "{dm:?}");
            assert_snapshot!(format!("the_duty_of_{who}_is_over"), dm.text);
        }
    }

    async fn one_who_is_away_is_passed_over_and_the_other_stays(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        seats(&play, "2").await;

        let noted = play.types("ben", "/rotation ooo add 2026-06-08 to 2026-06-14").await;
        play.waits_until("2026-06-08T07:01:00Z").await;

        assert_snapshot!("one_of_two_is_away", [noted, play.types("eli", "/rotation who").await].join("\n---\n"));
        assert_snapshot!("the_announcement_passes_over_one", last_post(&play).await.text);
        assert_eq!(duties(&play, "ben").await, []);
        assert_eq!(duties(&play, "ana").await.len(), 1);
        assert_eq!(duties(&play, "cho").await.len(), 1);
    }

    async fn a_seat_that_nobody_can_fill_is_left_empty(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        seats(&play, "2").await;
        play.types("ben", "/rotation ooo add 2026-06-08 to 2026-06-14").await;
        play.waits_until("2026-06-08T07:01:00Z").await;

        let said = [play.types("eli", "/rotation who").await, play.types("eli", "/rotation next 2").await];

        assert_snapshot!("one_of_two_seats_is_empty", said.join("\n---\n"));
        assert_snapshot!("one_seat_is_announced", texts(&play.channel("support").await));
        assert_snapshot!("the_one_who_is_there_is_told", texts(&play.dms("ana").await));
    }

    async fn more_seats_than_people_seat_everybody_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        let saved = seats(&play, "5").await;
        play.waits_until("2026-06-08T07:01:00Z").await;

        assert_snapshot!("more_seats_than_people", [saved, play.types("eli", "/rotation who").await].join("\n---\n"));
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert_snapshot!("everybody_goes_on", last_post(&play).await.text);
    }

    async fn a_manager_hands_over_one_seat_of_two(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        seats(&play, "2").await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        play.makes_admin("eli", true).await;
        play.becomes_known("eli").await;

        let form = play.opens("eli", "/rotation handover support").await;
        let own = play.fills("eli", &form, &json!({"hands_over": "U0BEN", "takes_over": "U0ANA"})).await;
        let done = play.fills("eli", &form, &json!({"hands_over": "U0BEN", "takes_over": "U0DEE"})).await;
        play.waits("5s").await;

        assert_snapshot!("the_hand_over_form_of_two_seats", block_kit(&form));
        assert!(own["errors"]["takes_over"].is_string(), "{own}");
        assert_snapshot!("one_seat_is_handed_over", plain_blocks(&done["view"]["blocks"]));
        assert_snapshot!("the_channel_learns_of_one_seat", last_post(&play).await.text);
        let who = play.types("eli", "/rotation who").await;
        assert!(who.contains("Ana and Dee (for Ben) are on duty"), "{who}");
        assert_eq!(duties(&play, "ana").await.len(), 1, "nothing changes for ana");
        assert!(!duties(&play, "ana").await[0].buttons.is_empty(), "her duty goes on");
        assert!(duties(&play, "ben").await[0].buttons.is_empty(), "his is over");
        assert_snapshot!("who_takes_a_seat_is_told", texts(&play.dms("dee").await));
    }

    async fn one_of_two_hands_over_their_own_seat(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        seats(&play, "2").await;
        play.waits_until("2026-06-09T10:00:00Z").await;

        let form = play.opens_by("ben", &duties(&play, "ben").await[0], "lifecycle_hand_over").await;
        let done = play.fills("ben", &form, &json!({})).await;
        play.waits("5s").await;

        assert_snapshot!("ben_hands_over_his_seat", [block_kit(&form), plain_blocks(&done["view"]["blocks"])].join("\n---\n"));
        assert!(play.types("eli", "/rotation who").await.contains("Ana and Cho (for Ben) are on duty"));
    }

    async fn one_of_two_leaves_and_one_takes_their_seat(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        seats(&play, "2").await;
        play.waits_until("2026-06-09T10:00:00Z").await;

        let left = play.types("ana", "/rotation remove support <@U0BEN> now").await;
        play.waits("5s").await;

        assert_snapshot!("one_of_two_left", left);
        let who = play.types("eli", "/rotation who").await;
        assert!(who.contains("Ana and Cho are on duty"), "{who}");
        assert_eq!(duties(&play, "ana").await.len(), 1, "{:#?}", play.dms("ana").await);
        assert_snapshot!("the_channel_learns_that_one_of_two_left", last_post(&play).await.text);
        play.deactivates("cho").await;
        play.waits("5s").await;
        let who = play.types("eli", "/rotation who").await;
        assert!(who.contains("Ana and Dee are on duty"), "{who}");
        assert_snapshot!("the_channel_learns_that_the_other_left_slack", last_post(&play).await.text);
    }
}

/// Changes how many are on duty at once, and returns what the edit came to.
async fn seats(play: &Play, seats: &str) -> String {
    let form = play.opens("ana", "/rotation edit support").await;
    play.fills("ana", &form, &json!({"seats": seats})).await;
    let confirm: Value = play.modals("ana").await.pop().expect("the next step");
    let saved = play.fills("ana", &confirm, &json!({})).await;
    play.act(&json!({"team": play.team(), "user": "U0ANA", "close": {"all": true}})).await;
    play.waits("5s").await;
    [plain_view(&confirm), plain_blocks(&saved["view"]["blocks"])].join("\n---\n")
}

/// Returns the messages about a duty of a person's, the oldest first; those that are over have another text.
async fn duties(play: &Play, who: &str) -> Vec<Seen> {
    let all = play.dms(who).await;
    all.into_iter()
        .filter(|dm| dm.text.starts_with("You are on duty for") || dm.is_edited)
        .collect()
}

async fn last_post(play: &Play) -> Seen {
    play.channel("support").await.pop().expect("a post")
}

fn texts(messages: &[Seen]) -> String {
    let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
    texts.join("\n---\n")
}
