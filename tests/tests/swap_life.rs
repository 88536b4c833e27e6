//! Swapped turns as they are lived: notes, cover, changes of the rotation, and two who press at once.

use serde_json::{Value, json};
use stories::{Play, Seen, both_engines};

/// Makes the rotation, lets its first turn run, and lets Cho and Dee swap: Dee serves from 15 June, Cho from 22 June.
async fn swapped(play: &Play) {
    let asked = asked(play).await;
    play.presses("dee", &asked, "swap_agree").await;
    play.waits("5s").await;
    assert_eq!(play.dms("cho").await.pop().expect("cho is told").buttons, ["swap_undo"]);
}

/// Makes the rotation, lets its first turn run, and lets Cho ask Dee, who is asked in the message that is returned.
async fn asked(play: &Play) -> Seen {
    play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
    play.waits_until("2026-06-08T10:00:00Z").await;
    let answer =
        play.types("cho", "/rotation swap support with <@U0DEE> 15 June for 22 June").await;
    assert!(answer.starts_with("Asked: Dee"), "{answer}");
    play.waits("5s").await;
    play.dms("dee").await.pop().expect("dee is asked")
}

both_engines! {
    async fn notes_pass_to_whoever_really_serves(play at "2026-06-05T10:00:00Z") {
        swapped(&play).await;
        let form = play.opens("ben", "/rotation note support").await;
        play.fills("ben", &form, &json!({"note": "the key is with Eli"})).await;
        play.waits_until("2026-06-15T07:01:00Z").await;

        let duty = newest_duty(&play, "dee").await;
        assert!(duty.text.contains("Ben left you a note") && duty.text.contains("the key is with Eli"), "{}", duty.text);
        assert!(play.dms("cho").await.iter().all(|dm| !dm.text.contains("the key")));
        play.presses("dee", &duty, "seen_duty").await;
        play.waits("5s").await;
        assert!(newest_duty(&play, "dee").await.text.contains("You have seen this."));

        let form = play.opens("dee", "/rotation note support").await;
        play.fills("dee", &form, &json!({"note": "the key is with me"})).await;
        play.waits_until("2026-06-22T07:01:00Z").await;
        assert!(newest_duty(&play, "cho").await.text.contains("the key is with me"));
    }

    async fn days_of_a_swapped_turn_can_be_covered_and_handed_over(play at "2026-06-05T10:00:00Z") {
        swapped(&play).await;
        play.waits_until("2026-06-15T10:00:00Z").await;

        let form = play.opens("dee", "/rotation handover support").await;
        play.fills("dee", &form, &json!({"takes_over": "U0BEN"})).await;
        play.waits("5s").await;

        assert!(who(&play).await.contains("Ben (for Cho) is on duty"), "{}", who(&play).await);
        let told = newest_duty(&play, "ben").await;
        assert!(told.text.contains("in place of"), "{}", told.text);
        let wrong = play.types("ana", "/rotation assign <@U0BEN> for <@U0DEE> support 23 June").await;
        assert!(wrong.contains("not on duty for “support” then"), "{wrong}");
        let right = play.types("ana", "/rotation assign <@U0BEN> for <@U0CHO> support 23 June").await;
        assert!(right.starts_with("Done: Ben is on duty for *support* in place of Cho"), "{right}");
        play.waits_until("2026-06-23T07:01:00Z").await;
        assert!(who(&play).await.contains("Ben"), "a day of it is covered: {}", who(&play).await);
        play.waits_until("2026-06-24T07:01:00Z").await;
        assert!(who(&play).await.contains("Cho"), "the second turn is swapped as it was: {}", who(&play).await);
    }

    async fn down_time_over_the_first_turn_leaves_the_second_swapped(play at "2026-06-05T10:00:00Z") {
        swapped(&play).await;
        let said = play.channel("support").await.len();

        play.ends_bot("kill").await;
        play.waits_until("2026-06-22T09:00:00Z").await;
        play.starts_bot().await;

        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 1, "one post: {told:#?}");
        assert!(told[said].text.contains("<@U0CHO>"), "{}", told[said].text);
        assert!(newest_duty(&play, "cho").await.text.contains("in place of Dee"));
    }

    async fn of_one_who_agrees_and_one_who_takes_back_at_once_one_does(play at "2026-06-05T10:00:00Z") {
        let asked = asked(&play).await;
        let said = play.channel("support").await.len();
        let seen = play.messages("support", "cho").await;
        let answer = seen.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer");

        tokio::join!(
            play.presses("dee", &asked, "swap_agree"),
            play.presses("cho", &answer, "swap_withdraw"),
        );
        play.waits("5s").await;

        let posts = play.channel("support").await.len() - said;
        let asked = play.dms("dee").await.into_iter().find(|dm| dm.ts == asked.ts).expect("it is there");
        if asked.text.starts_with("You and Cho swap") {
            assert_eq!(posts, 1);
            assert!(who_is_next(&play).await.contains("Dee"));
        } else {
            assert!(asked.text.starts_with("Cho took the swap with you"), "{}", asked.text);
            assert_eq!(posts, 0);
            assert!(who_is_next(&play).await.contains("Cho"));
        }
    }

    async fn of_two_who_undo_at_once_one_does_and_the_other_is_told(play at "2026-06-05T10:00:00Z") {
        swapped(&play).await;
        let said = play.channel("support").await.len();
        let dee = play.dms("dee").await.pop().expect("dee's message");
        let cho = play.dms("cho").await.pop().expect("cho's message");

        tokio::join!(play.presses("dee", &dee, "swap_undo"), play.presses("cho", &cho, "swap_undo"));
        play.waits("5s").await;

        assert_eq!(play.channel("support").await.len(), said + 1, "the channel is told once");
        let mut all = Vec::new();
        for person in ["dee", "cho"] {
            all.extend(play.messages("dm", person).await.into_iter().map(|seen| seen.text));
        }
        assert_eq!(all.iter().filter(|text| text.contains("That swap was undone")).count(), 1, "{all:#?}");
    }

    async fn a_deleted_rotation_ends_its_swaps(play at "2026-06-05T10:00:00Z") {
        asked(&play).await;

        let form = play.opens("ana", "/rotation delete support").await;
        play.fills("ana", &form, &json!({})).await;
        play.waits("1m").await;

        let told = play.dms("cho").await;
        assert!(told.iter().any(|dm| dm.text.contains("is off")), "{told:#?}");
        let late = play.presses_late("dee", "swap_agree").await;
        assert!(late.contains("not there any more") || late.contains("is off"), "{late}");
    }

    async fn handoffs_at_another_time_end_it_and_another_name_does_not(play at "2026-06-05T10:00:00Z") {
        swapped(&play).await;
        edits(&play, &json!({"name": "first line"})).await;
        assert!(who_is_next(&play).await.contains("Dee"), "a name moves no turn");
        edits(&play, &json!({"time": "11:00"})).await;

        let told = play.dms("cho").await;
        assert!(told.iter().any(|dm| dm.text.contains("is off")), "{told:#?}");
        assert!(who_is_next(&play).await.contains("Cho"), "{}", who_is_next(&play).await);
    }

    async fn an_absence_of_who_serves_by_a_swap_asks_for_cover_and_one_of_who_does_not_asks_nobody(play at "2026-06-05T10:00:00Z") {
        swapped(&play).await;
        play.waits_until("2026-06-15T10:00:00Z").await;
        let said = play.channel("support").await.len();

        play.types("cho", "/rotation ooo add 2026-06-15 to 2026-06-17").await;
        play.waits("5s").await;
        assert_eq!(play.channel("support").await.len(), said, "she does not serve then");
        play.types("dee", "/rotation ooo add 2026-06-15 to 2026-06-17").await;
        play.waits("5s").await;

        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 1, "it is asked for once: {told:#?}");
        let post = &told[said];
        assert!(post.text.contains("Dee") && post.buttons.contains(&"cover_take".to_owned()), "{post:#?}");
        play.becomes_known("ben").await;
        play.presses("ben", post, "cover_take").await;
        play.waits("5s").await;
        assert!(who(&play).await.contains("Ben"), "{}", who(&play).await);
        play.waits_until("2026-06-17T22:01:00Z").await;
        assert!(who(&play).await.contains("Dee"), "the rest is hers by the swap: {}", who(&play).await);
    }

    async fn who_serves_by_a_swap_cannot_skip_that_turn_nor_the_other(play at "2026-06-05T10:00:00Z") {
        swapped(&play).await;
        let said = play.channel("support").await.len();

        let cho = play.types("cho", "/rotation skip").await;
        let dee = play.types("dee", "/rotation skip").await;
        play.waits("5s").await;

        assert!(cho.contains("You serve your next turn in “support” for Dee by a swap"), "{cho}");
        assert!(dee.contains("You serve your next turn in “support” for Cho by a swap"), "{dee}");
        assert_eq!(play.channel("support").await.len(), said, "nothing was changed");
        let told = play.dms("cho").await;
        assert!(told.iter().all(|dm| !dm.text.contains("is off")), "the swap stands: {told:#?}");
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert!(who(&play).await.contains("Dee"), "{}", who(&play).await);
        play.waits_until("2026-06-22T07:01:00Z").await;
        assert!(who(&play).await.contains("Cho"), "{}", who(&play).await);
    }

    async fn the_duty_of_who_serves_by_a_swap_and_is_removed_goes_back_and_it_is_told(play at "2026-06-05T10:00:00Z") {
        swapped(&play).await;
        play.waits_until("2026-06-15T10:00:00Z").await;
        let said = play.channel("support").await.len();

        let asked = play.types("ana", "/rotation remove support <@U0DEE>").await;
        assert!(asked.contains("Dee is on duty"), "{asked}");
        assert_eq!(play.channel("support").await.len(), said, "nothing is changed before that is answered");
        play.types("ana", "/rotation remove support <@U0DEE> now").await;
        play.waits("10s").await;

        passed_to_cho(&play, said).await;
        let dees = play.dms("dee").await;
        assert!(dees.iter().all(|dm| !dm.buttons.contains(&"seen_duty".to_owned())), "{dees:#?}");
        play.waits_until("2026-06-22T07:01:00Z").await;
        let over = play.dms("cho").await.into_iter().find(|dm| dm.text.contains("It passed to Ben"));
        assert!(over.is_some_and(|dm| dm.buttons.is_empty()), "{:#?}", play.dms("cho").await);
    }

    async fn the_duty_of_who_serves_by_a_swap_and_leaves_slack_goes_back_and_it_is_told(play at "2026-06-05T10:00:00Z") {
        swapped(&play).await;
        play.waits_until("2026-06-15T10:00:00Z").await;
        let said = play.channel("support").await.len();

        play.deactivates("dee").await;
        play.waits("1m").await;

        passed_to_cho(&play, said).await;
        let duty = newest_duty(&play, "cho").await;
        play.presses("cho", &duty, "seen_duty").await;
        play.waits("10s").await;
        assert!(newest_duty(&play, "cho").await.text.contains("You have seen this."));
    }
}

/// Looks whether Dee's duty passed to Cho and everybody who must know was told of it once.
async fn passed_to_cho(play: &Play, said: usize) {
    assert!(who(play).await.contains("Cho is on duty"), "{}", who(play).await);
    let duty = newest_duty(play, "cho").await;
    assert!(duty.buttons.contains(&"seen_duty".to_owned()), "{duty:#?}");
    let told = play.dms("cho").await;
    let duties = told.iter().filter(|dm| dm.text.starts_with("You are on duty for"));
    assert_eq!(duties.count(), 1, "{told:#?}");
    let told = play.channel("support").await;
    let of_duty = told[said..].iter().filter(|post| post.text.contains("<@U0CHO>"));
    assert_eq!(of_duty.count(), 1, "{told:#?}");
}

/// Changes the rotation by its form, and confirms that.
async fn edits(play: &Play, changes: &Value) {
    let id = |view: &Value| view["id"].as_str().expect("a form").to_owned();
    let form = play.opens("ana", "/rotation edit").await;
    play.submits("ana", &id(&form), changes).await;
    let top = play.modals("ana").await.pop().expect("a step to confirm");
    if top["callback_id"] == "lifecycle_confirm" {
        play.submits("ana", &id(&top), &json!({})).await;
    }
    play.closes("ana").await;
    play.waits("5s").await;
}

async fn newest_duty(play: &Play, who: &str) -> Seen {
    let all = play.dms(who).await;
    let found = all.iter().rfind(|dm| dm.text.starts_with("You are on duty for")).cloned();
    found.unwrap_or_else(|| panic!("{who} is told of a duty: {all:#?}"))
}

async fn who(play: &Play) -> String {
    play.types("eli", "/rotation who").await
}

async fn who_is_next(play: &Play) -> String {
    play.types("eli", "/rotation next 1").await
}
