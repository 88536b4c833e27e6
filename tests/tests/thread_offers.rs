//! Replies in the thread of a request for cover: an offer is answered with one button, and everything else with nothing.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Seen, both_engines};

/// Makes the rotation of ben, cho and dee, lets cho ask for cover of her next turn, and returns the post.
async fn asked(play: &Play) -> Seen {
    play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
    play.waits_until("2026-06-08T10:00:00Z").await;
    for who in ["ben", "cho", "dee", "eli"] {
        play.becomes_known(who).await;
    }
    let form = play.opens("cho", "/rotation cover").await;
    let answer = play.fills("cho", &form, &json!({})).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
    play.closes("cho").await;
    play.waits("10s").await;
    let post = play.channel("support").await.pop().expect("a post");
    assert!(post.text.contains("needs cover"), "{post:#?}");
    post
}

/// Chooses the channel in which cover is asked for.
async fn chooses_channel(play: &Play, channel: &str) {
    let modal = play.opens("ana", "/rotation settings support").await;
    let answer = play.fills("ana", &modal, &json!({"cover_channel": channel})).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
    play.closes("ana").await;
}

/// Writes in the thread of a post.
async fn replies(play: &Play, who: &str, post: &Seen, text: &str) -> Value {
    says(play, who, json!({"channel": post.channel, "text": text, "thread_ts": post.ts})).await
}

async fn says(play: &Play, who: &str, say: Value) -> Value {
    let user = format!("U0{}", who.to_uppercase());
    let done = play.act(&json!({"team": play.team(), "user": user, "say": say})).await;
    play.stage().clock().settle().await;
    play.waits("5s").await;
    done
}

/// Returns the calls that showed something to one person only, in a thread.
async fn shown(play: &Play) -> Vec<Value> {
    let calls = play.calls("chat.postEphemeral").await;
    let in_threads = calls.into_iter().filter(|call| !call["arguments"]["thread_ts"].is_null());
    in_threads.map(|call| call["arguments"].clone()).collect()
}

/// Returns the last thing that one person alone sees in the channel.
async fn alone(play: &Play, who: &str) -> Option<Seen> {
    let all = play.messages("support", who).await;
    all.into_iter().rfind(|seen| seen.ephemeral_to.is_some())
}

both_engines! {
    async fn an_offer_is_answered_to_that_person_alone_and_one_click_takes_it(play at "2026-06-05T10:00:00Z") {
        let post = asked(&play).await;
        let said = play.channel("support").await.len();

        replies(&play, "dee", &post, "Sure, I can take it :raised_hands:").await;

        let shown = shown(&play).await;
        assert_eq!(shown.len(), 1, "{shown:#?}");
        assert_eq!(shown[0]["user"], "U0DEE");
        assert_eq!(shown[0]["thread_ts"], post.ts.as_str(), "it stands in that thread");
        let question = alone(&play, "dee").await.expect("she is asked");
        assert_snapshot!("the_question_in_the_thread", question.text);
        assert_eq!(question.buttons, ["cover_take", "cover_take_part"]);
        assert!(alone(&play, "ben").await.is_none(), "nobody else sees it");
        assert_eq!(play.channel("support").await.len(), said + 1, "her own words are all that is new");

        play.presses("dee", &question, "cover_take").await;
        play.waits("10s").await;

        let next = play.types("eli", "/rotation next support 1").await;
        assert!(next.contains("Dee for Cho"), "{next}");
        let met = play.channel("support").await.into_iter().find(|seen| seen.ts == post.ts);
        assert!(met.is_some_and(|post| post.text.contains("stands in for Cho")));
    }

    async fn what_is_no_offer_is_answered_with_nothing(play at "2026-06-05T10:00:00Z") {
        let post = asked(&play).await;

        for text in [
            "I can't, sorry",
            "Can you take it?",
            "Thanks for asking",
            "I can take it if nobody else does",
            "Ich kann leider nicht",
            "hm",
        ] {
            replies(&play, "dee", &post, text).await;
        }

        assert_eq!(shown(&play).await, Vec::<Value>::new());
    }

    async fn offers_elsewhere_and_of_others_are_answered_with_nothing(play at "2026-06-05T10:00:00Z") {
        let post = asked(&play).await;
        let first = play.channel("support").await.remove(0);
        assert_ne!(first.ts, post.ts);

        // In another thread, outside of threads, by somebody who is no member, and by the one whose time it is.
        replies(&play, "dee", &first, "I can take it").await;
        says(&play, "dee", json!({"channel": post.channel, "text": "I can take it"})).await;
        replies(&play, "eli", &post, "I can take it").await;
        replies(&play, "cho", &post, "I can take it").await;

        assert_eq!(shown(&play).await, Vec::<Value>::new());
    }

    async fn an_offer_after_somebody_was_faster_is_answered_with_nothing(play at "2026-06-05T10:00:00Z") {
        let post = asked(&play).await;
        play.presses("ben", &post, "cover_take").await;
        play.waits("10s").await;

        replies(&play, "dee", &post, "I can take it").await;

        assert_eq!(shown(&play).await, Vec::<Value>::new());
    }

    async fn a_question_that_came_too_late_names_who_was_faster(play at "2026-06-05T10:00:00Z") {
        let post = asked(&play).await;
        replies(&play, "dee", &post, "Je m'en occupe").await;
        let question = alone(&play, "dee").await.expect("she is asked");
        play.presses("ben", &post, "cover_take").await;
        play.waits("5s").await;

        play.presses("dee", &question, "cover_take").await;
        play.waits("5s").await;

        let answer = alone(&play, "dee").await.expect("an answer");
        assert!(answer.text.contains("Ben"), "{answer:#?}");
        let next = play.types("eli", "/rotation next support 1").await;
        assert!(next.contains("Ben for Cho"), "{next}");
    }

    async fn what_is_said_once_is_asked_once_and_edits_and_apps_are_not_heard(play at "2026-06-05T10:00:00Z") {
        let post = asked(&play).await;
        let offer = json!({"type": "message", "channel": post.channel, "channel_type": "channel", "user": "U0DEE",
            "ts": "1780920000.000100", "thread_ts": post.ts, "text": "Ich übernehme"});
        let with = |field: &str, value: &str| {
            let mut other = offer.clone();
            other["ts"] = json!("1780920000.000200");
            other[field] = json!(value);
            other
        };

        for event in [
            offer.clone(),
            offer.clone(),
            with("subtype", "message_changed"),
            with("bot_id", "B1"),
            with("app_id", "A0OTHER"),
            with("channel_type", "group"),
        ] {
            play.act(&json!({"team": play.team(), "event": event})).await;
            play.waits("5s").await;
        }

        assert_eq!(shown(&play).await.len(), 1);
    }

    async fn in_a_private_channel_nothing_is_heard_and_the_post_says_so(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        for who in ["ben", "cho", "dee"] {
            play.becomes_known(who).await;
        }
        let crew = play.adds_private_channel("crew", &["ana", "ben", "cho", "dee"]).await;
        play.invites_bot("ana", "#crew").await;
        chooses_channel(&play, &crew).await;
        let form = play.opens("cho", "/rotation cover support").await;
        play.fills("cho", &form, &json!({})).await;
        play.closes("cho").await;
        play.waits("10s").await;
        let post = play.messages("crew", "dee").await.pop().expect("a post");
        assert!(post.text.contains("I cannot read replies here"), "{post:#?}");

        replies(&play, "dee", &post, "I can take it").await;

        assert_eq!(shown(&play).await, Vec::<Value>::new());
        play.presses("dee", &post, "cover_take").await;
        play.waits("10s").await;
        let next = play.types("eli", "/rotation next support 1").await;
        assert!(next.contains("Dee for Cho"), "the buttons work: {next}");
    }

    async fn where_the_chosen_channel_takes_no_post_the_rotations_own_does(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        for who in ["ben", "cho", "dee"] {
            play.becomes_known(who).await;
        }
        chooses_channel(&play, "C0GENERAL").await;
        play.archives("#general").await;
        let form = play.opens("cho", "/rotation cover support").await;
        play.fills("cho", &form, &json!({})).await;
        play.closes("cho").await;
        play.waits("1m").await;
        let post = play.channel("support").await.pop().expect("a post");
        assert!(post.text.contains("needs cover"), "{post:#?}");
        assert!(!post.text.contains("I cannot read replies"), "{post:#?}");

        replies(&play, "dee", &post, "I can take it").await;

        assert_eq!(shown(&play).await.len(), 1);
        play.presses("dee", &post, "cover_take").await;
        play.waits("10s").await;
        let met = play.channel("support").await.into_iter().find(|seen| seen.ts == post.ts);
        assert!(met.is_some_and(|post| post.text.contains("stands in for Cho")));
    }

    async fn cover_is_asked_for_where_the_rotation_wants_it_and_offers_are_heard_there(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        for who in ["ben", "cho", "dee"] {
            play.becomes_known(who).await;
        }
        chooses_channel(&play, "C0GENERAL").await;
        let form = play.opens("cho", "/rotation cover support").await;
        play.fills("cho", &form, &json!({})).await;
        play.closes("cho").await;
        play.waits("10s").await;
        let post = play.channel("general").await.pop().expect("a post");
        assert!(post.text.contains("needs cover"), "{post:#?}");
        let own = play.channel("support").await;
        assert!(own.iter().all(|seen| !seen.text.contains("needs cover")), "{own:#?}");

        let thread = json!({"channel": post.channel, "text": "Puedo cubrirlo", "thread_ts": post.ts});
        says(&play, "dee", thread).await;

        let shown = shown(&play).await;
        assert_eq!(shown.len(), 1, "{shown:#?}");
        assert_eq!((&shown[0]["channel"], &shown[0]["user"]), (&json!("C0GENERAL"), &json!("U0DEE")));
    }
}
