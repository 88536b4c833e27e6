//! Cover: asked for, taken, taken in part, given back, reminded of, closed.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Seen, both_engines, plain_view};

both_engines! {
    async fn somebody_asks_for_cover_and_the_first_who_takes_it_has_it(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let form = play.opens("cho", "/rotation cover").await;
        assert_snapshot!("ask_modal", plain_view(&form));

        let answer = play.fills("cho", &form, &json!({})).await;
        play.waits("5s").await;

        assert_snapshot!("asked", plain_view(&answer["view"]));
        let post = last(&play).await;
        assert_snapshot!("post", post.text);
        assert_eq!(post.buttons, ["cover_take", "cover_take_part", "cover_cannot", "cover_withdraw"]);

        play.presses("dee", &post, "cover_take").await;
        play.waits("5s").await;
        assert_snapshot!("taken", answered(&play, "dee").await.text);
        let post = edited(&play, &post).await;
        assert_snapshot!("post_when_met", post.text);
        assert!(post.buttons.is_empty(), "{post:#?}");
        let thread = replies(&play, &post).await;
        assert_eq!(thread.len(), 1, "the thread is told once: {thread:#?}");
        assert_snapshot!("thread_when_met", thread[0]);
        assert_snapshot!("holder_is_told", play.dms("cho").await.pop().expect("cho is told").text);
        let dm = play.dms("dee").await.pop().expect("dee is told");
        assert_snapshot!("coverer_is_told", dm.text);
        let next = play.types("eli", "/rotation next support 1").await;
        assert!(next.contains("Dee for Cho"), "{next}");
    }
}

/// Makes the rotation of ben, cho and dee, of whom ben is on duty since Monday 8 June, 09:00; everybody is known.
async fn begun(play: &Play) {
    play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
    play.waits_until("2026-06-08T10:00:00Z").await;
    for who in ["ben", "cho", "dee", "eli"] {
        play.becomes_known(who).await;
    }
}

/// Asks for cover with the modal that a command opens, and returns the post.
async fn asks(play: &Play, who: &str, command: &str, form: &Value) -> Seen {
    let modal = play.opens(who, command).await;
    let answer = play.fills(who, &modal, form).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
    play.closes(who).await;
    play.waits("5s").await;
    last(play).await
}

async fn last(play: &Play) -> Seen {
    play.channel("support").await.pop().expect("a post")
}

/// Returns a post as it reads now.
async fn edited(play: &Play, post: &Seen) -> Seen {
    let all = play.channel("support").await;
    all.into_iter().find(|seen| seen.ts == post.ts).expect("the post is there")
}

/// Returns what only one person was answered last in the channel.
async fn answered(play: &Play, who: &str) -> Seen {
    let all = play.messages("support", who).await;
    all.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}

/// Returns what stands in the thread of a post.
async fn replies(play: &Play, post: &Seen) -> Vec<String> {
    let calls = play.calls("chat.postMessage").await;
    let own = calls.iter().filter(|call| call["arguments"]["thread_ts"] == post.ts.as_str());
    own.filter_map(|call| call["arguments"]["text"].as_str()).map(str::to_owned).collect()
}
