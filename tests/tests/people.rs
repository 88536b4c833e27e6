//! People come, change and go, and who may only look: what becomes of their rotations, and what they are answered.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Seen, both_engines, plain_blocks};

both_engines! {
    async fn somebody_on_duty_who_leaves_slack_is_replaced_at_once_and_it_is_told_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.waits_until("2026-06-15T08:00:00Z").await;
        let (posts, bens) = (play.channel("support").await.len(), play.dms("ben").await.len());
        play.waits_until("2026-06-17T10:00:00Z").await;

        play.deactivates("ben").await;
        play.waits("5s").await;

        let channel = play.channel("support").await;
        assert_eq!(channel.len(), posts + 1, "{channel:#?}");
        assert_snapshot!("ben_left_slack_and_cho_is_on_duty", channel[posts].text);
        assert_snapshot!("the_maker_learns_that_ben_left", last(&play.dms("ana").await));
        let chos: Vec<String> = play.dms("cho").await.into_iter().map(|dm| dm.text).collect();
        assert_snapshot!("cho_is_told_of_the_duty", chos.join("\n---\n"));
        assert_eq!(play.dms("ben").await.len(), bens, "who left is told nothing more");
        let listed = play.types("dee", "/rotation list").await;
        assert!(!listed.contains("Ben") && listed.contains("Cho"), "{listed}");

        let (anas, posts) = (play.dms("ana").await.len(), play.channel("support").await.len());
        play.changes_person("ben", &json!({"deleted": true, "real_name": "Benedict"})).await;
        play.waits_until("2026-06-19T10:00:00Z").await;
        assert_eq!(play.dms("ana").await.len(), anas, "nothing is told twice");
        assert_eq!(play.channel("support").await.len(), posts);
        play.waits_until("2026-06-22T08:00:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Dee"), "the order goes on");
    }

    async fn somebody_not_on_duty_leaves_without_a_word_in_the_channel(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        makes(&play, "review", &["ben", "cho"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        let posts = play.channel("support").await.len();

        play.deactivates("cho").await;
        play.waits("5s").await;

        assert_eq!(play.channel("support").await.len(), posts);
        let told: Vec<Seen> = play.dms("ana").await;
        let told: Vec<&str> = told.iter().map(|dm| dm.text.as_str()).filter(|text| text.contains("left Slack")).collect();
        assert_eq!(told.len(), 1, "one message for both rotations: {told:#?}");
        assert_snapshot!("cho_left_two_rotations", told[0]);
    }

    async fn somebody_who_is_back_is_added_again_by_a_manager_only(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        play.deactivates("ben").await;
        play.reactivates("ben").await;
        play.waits("5s").await;
        let told = play.dms("ana").await.pop().expect("the maker is told");
        assert_snapshot!("ben_is_back", told.text);
        assert!(!play.types("ben", "/rotation list").await.contains("Ben"), "nobody is put back silently");

        play.presses("ana", &told, "people_add_again").await;
        let done = last(&ephemeral(&play, "dm", "ana").await);
        play.presses("ana", &told, "people_add_again").await;
        play.waits("5s").await;

        assert_snapshot!("ben_is_in_it_again", done);
        let listed = play.types("ben", "/rotation list").await;
        assert_eq!(listed.matches("Ben").count(), 1, "{listed}");
        play.reactivates("ben").await;
        assert_eq!(play.dms("ana").await.iter().filter(|dm| dm.text.contains("is back")).count(), 1);
    }

    async fn a_rotation_that_loses_its_last_member_says_so_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben"]).await;
        play.waits_until("2026-06-09T10:00:00Z").await;
        let posts = play.channel("support").await.len();

        play.deactivates("ben").await;
        play.waits_until("2026-06-30T10:00:00Z").await;

        let channel = play.channel("support").await;
        assert_eq!(channel.len(), posts + 1, "said once: {channel:#?}");
        assert_snapshot!("nobody_is_left", channel[posts].text);
        assert_snapshot!("the_maker_learns_that_nobody_is_left", last(&play.dms("ana").await));
        assert_snapshot!("who_of_nobody", play.types("eli", "/rotation who").await);
    }

    async fn of_who_left_while_the_bot_was_down_the_check_at_the_start_finds_out(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-15T10:00:00Z").await;
        play.ends_bot("kill").await;
        play.act(&json!({"team": play.team(), "event": {"type": "user_change", "user": {"id": "U0BEN", "deleted": true}}})).await;
        play.waits("1d").await;

        play.starts_bot().await;
        play.waits("2d").await;

        let told = play.dms("ana").await.iter().filter(|dm| dm.text.contains("left Slack")).count();
        assert_eq!(told, 1);
        let posts = play.channel("support").await;
        assert_eq!(posts.iter().filter(|post| post.text.contains("Ben left Slack")).count(), 1, "{posts:#?}");
        assert!(play.types("eli", "/rotation who").await.contains("Cho"));
    }

    async fn who_leaves_the_channel_stays_in_the_rotation_and_the_maker_learns_of_it_quietly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.invites_bot("ana", "#support").await;
        play.waits("5s").await;
        let (anas, posts) = (play.dms("ana").await.len(), play.channel("support").await.len());

        play.leaves_channel("eli", "#support").await;
        play.leaves_channel("ben", "#support").await;
        play.joins_channel("ben", "#support").await;
        play.leaves_channel("ben", "#support").await;
        play.waits("5s").await;

        let dms = play.dms("ana").await;
        assert_eq!(dms.len(), anas + 1, "once: {dms:#?}");
        assert_snapshot!("ben_left_the_channel", dms[anas].text);
        let seen = play.channel("support").await;
        assert!(seen[posts..].iter().all(|post| !post.text.contains("takes turns")), "{seen:#?}");
        assert!(play.types("eli", "/rotation list").await.contains("Ben"));
    }

    async fn of_people_who_are_in_no_rotation_nothing_is_asked_and_nothing_kept(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits("5s").await;
        let asked = play.calls("users.info").await.len();

        play.moves_person("dee", "Asia/Tokyo").await;
        play.deactivates("eli").await;
        play.joins_team("Noa").await;
        play.changes_person("ben", &json!({"profile": {"status_text": "sparrow", "email": "sparrow@harbour.example"}})).await;
        assert_eq!(play.calls("users.info").await.len(), asked, "what is not kept changed");

        play.renames_person("ben", "Benedict").await;
        play.waits("5s").await;
        assert_eq!(play.calls("users.info").await.len(), asked + 1);
        assert!(play.types("ana", "/rotation list").await.contains("Benedict"));
    }

    async fn guests_look_and_change_nothing_whichever_way_they_try(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.joins_team_as("Gus", &json!({"is_restricted": true})).await;
        play.joins_channel("Gus", "#support").await;
        let bens = play.types("ben", "/rotation ooo add 2026-06-15 to 2026-06-21").await;
        for who in ["U0ANA", "U0CHO"] {
            play.types("ana", &format!("/rotation ooo add <@{who}> 2026-06-15 to 2026-06-21")).await;
        }
        play.waits_until("2026-06-15T07:01:00Z").await;
        let asked = play.channel("support").await.pop().expect("the channel is asked");
        // The first time that a guest changes something for others they are not known yet.
        let first = play.types("Gus", "/rotation ooo add <@U0BEN> 2026-07-01").await;
        play.waits("5s").await;
        let after = last(&ephemeral(&play, "support", "Gus").await);

        let mut answers = vec![first, after];
        for typed in ["create", "ooo add", "ooo add tomorrow", "ooo remove", "ooo add <@U0BEN> 2026-07-01", "ooo remove <@U0BEN>"] {
            answers.push(format!("{typed}: {}", play.types("Gus", &format!("/rotation {typed}")).await));
        }
        for button in ["take_turn", "assign_anyway"] {
            play.presses("Gus", &asked, button).await;
            answers.push(format!("{button}: {}", last(&ephemeral(&play, "support", "Gus").await)));
        }

        assert!(bens.contains("Noted"), "{bens}");
        assert_snapshot!("a_guest_is_answered", answers.join("\n---\n"));
        assert_eq!(play.dms("Gus").await, []);
        for looks in ["", "help", "list", "who", "next 2", "ooo list <@U0BEN>"] {
            let answer = play.types("Gus", format!("/rotation {looks}").trim()).await;
            assert!(!answer.contains("Guests") && !answer.is_empty(), "{looks}: {answer}");
        }
    }

    async fn a_form_that_was_open_when_somebody_became_a_guest_is_refused(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.waits("5s").await;
        let modal = play.opens("ben", "/rotation create").await;
        play.makes_guest("ben", true).await;

        let answer = play.fills("ben", &modal, &form("review", &["U0BEN"])).await;

        assert_snapshot!("the_form_is_refused", plain_blocks(&answer["view"]["blocks"]));
        assert!(!play.types("ana", "/rotation list").await.contains("review"));
    }

    async fn people_of_another_workspace_look_at_most(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.joins_team_as("Zoe", &json!({"team_id": "T0QUAY"})).await;
        play.joins_channel("Zoe", "#support").await;

        for who in ["U0ANA", "U0BEN"] {
            play.types("ana", &format!("/rotation ooo add <@{who}> 2026-06-15 to 2026-06-21")).await;
        }
        play.waits_until("2026-06-15T07:01:00Z").await;
        let asked = play.channel("support").await.pop().expect("the channel is asked");

        play.presses("Zoe", &asked, "take_turn").await;

        let answer = last(&ephemeral(&play, "support", "Zoe").await);
        assert!(answer.contains("other workspaces can look"), "{answer}");
        assert_eq!(play.channel("support").await.last().map(|post| post.buttons.len()), Some(2), "nobody has it");
    }

    async fn an_admin_whom_nobody_knows_yet_is_checked_and_answered_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.makes_admin("dee", true).await;

        let first = play.types("dee", "/rotation ooo add <@U0BEN> 2026-06-15").await;
        play.waits("5s").await;

        assert_snapshot!("checking", first);
        let answers: Vec<String> = ephemeral(&play, "support", "dee").await.into_iter().map(|seen| seen.text).collect();
        assert_eq!(answers.iter().filter(|text| text.contains("Noted")).count(), 1, "{answers:#?}");
        let listed = play.types("ben", "/rotation ooo list").await;
        assert_eq!(listed.matches("15 Jun").count(), 1, "{listed}");
        let second = play.types("dee", "/rotation ooo add <@U0CHO> 2026-06-22").await;
        assert!(second.contains("Noted"), "known by now: {second}");
    }

    async fn an_admin_whom_nobody_knows_yet_opens_a_form_at_the_second_try(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.makes_admin("dee", true).await;

        let first = play.types("dee", "/rotation edit support").await;
        play.waits("5s").await;
        let second = play.opens("dee", "/rotation edit support").await;
        let by_a_member = play.types("ben", "/rotation edit support").await;

        assert_snapshot!("try_again_in_a_moment", first);
        assert_eq!(second["type"], "modal", "{second}");
        assert!(by_a_member.contains("Only a manager"), "{by_a_member}");
    }

    async fn what_waits_for_slack_outlives_a_crash_and_a_lost_address(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.makes_admin("dee", true).await;
        play.breaks(&json!({"service": "slack", "method": "users.info", "kind": "500", "times": 2})).await;
        let first = play.types("dee", "/rotation ooo add <@U0BEN> 2026-06-15").await;
        play.ends_bot("kill").await;
        play.waits("40m").await;

        play.starts_bot().await;
        play.waits("2m").await;

        assert!(first.contains("Checking"), "{first}");
        let dms = play.dms("dee").await;
        assert_eq!(dms.len(), 1, "the address is too old, so it is told directly: {dms:#?}");
        assert!(dms[0].text.contains("Noted"), "{dms:#?}");
    }

    async fn when_slack_cannot_say_who_somebody_is_nothing_is_changed(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.makes_admin("dee", true).await;
        play.breaks(&json!({"service": "slack", "method": "users.info", "kind": "500", "times": 1000})).await;

        let own = play.types("dee", "/rotation ooo add 2026-06-15").await;
        play.types("dee", "/rotation ooo add <@U0BEN> 2026-06-15").await;
        play.waits("30m").await;

        assert!(own.contains("Noted"), "what is one's own does not wait: {own}");
        let told: Vec<Seen> = ephemeral(&play, "support", "dee").await.into_iter().chain(play.dms("dee").await).collect();
        let told: Vec<&str> = told.iter().map(|seen| seen.text.as_str()).filter(|text| text.contains("did not tell")).collect();
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_snapshot!("slack_did_not_say", told[0]);
        assert!(!play.types("ana", "/rotation ooo list <@U0BEN>").await.contains("15 Jun"));
    }

    async fn a_form_of_somebody_unknown_is_checked_with_its_faults_told_directly(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.breaks(&json!({"service": "slack", "method": "users.info", "kind": "500", "times": 1})).await;
        let modal = play.opens("dee", "/rotation create").await;

        let checking = play.fills("dee", &modal, &form("Support", &["U0DEE"])).await;
        play.waits("1m").await;

        assert_eq!(checking["view"]["title"]["text"], "Checking", "{checking}");
        assert_snapshot!("a_fault_after_the_form_is_closed", last(&play.dms("dee").await));
        let made = play.creates("dee", &form("review", &["U0DEE"])).await;
        assert_eq!(made["view"]["title"]["text"], "Done", "{made}");
    }

    async fn a_late_answer_that_slack_has_no_time_for_is_told_later(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.breaks(&json!({"service": "slack", "method": "users.info", "kind": "500", "times": 1})).await;
        let modal = play.opens("dee", "/rotation create").await;
        play.breaks(&json!({"service": "slack", "method": "conversations.open", "kind": "429", "times": 1, "retry_after_s": 40})).await;

        play.fills("dee", &modal, &form("review", &["U0DEE"])).await;
        play.waits("5m").await;

        let told: Vec<String> = play.dms("dee").await.into_iter().map(|seen| seen.text).collect();
        let set_up = told.iter().filter(|text| text.starts_with("Done, it is set up.")).count();
        assert_eq!(set_up, 1, "{told:#?}");
    }

    async fn the_first_form_of_somebody_unknown_is_answered_at_its_fields(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        let before = play.calls("users.info").await.len();

        let answer = play.creates("dee", &form("Support", &["U0DEE"])).await;

        assert_eq!(answer["response_action"], "errors", "{answer}");
        assert_eq!(play.calls("users.info").await.len(), before + 1, "asked once, beside the answer");
    }

    async fn a_bot_is_refused_where_it_is_known_and_taken_out_where_it_turns_out(play at "2026-06-05T10:00:00Z") {
        play.joins_team_as("Robo", &json!({"is_bot": true})).await;
        play.creates("ana", &form("support", &["U0ROBO", "U0BEN"])).await;
        play.waits("5s").await;

        assert_snapshot!("the_maker_learns_that_robo_is_a_bot", last(&play.dms("ana").await));
        let listed = play.types("ben", "/rotation list").await;
        assert!(!listed.contains("Robo") && listed.contains("Ben"), "{listed}");
        let refused = play.creates("ana", &form("review", &["U0BEN", "U0ROBO"])).await;
        assert_eq!(refused["response_action"], "errors", "{refused}");
        assert_snapshot!("a_known_bot_is_refused_at_its_field", refused["errors"]["members"].as_str().unwrap_or_default());
    }
}

async fn makes(play: &Play, name: &str, members: &[&str]) {
    let members: Vec<String> =
        members.iter().map(|name| format!("U0{}", name.to_uppercase())).collect();
    let members: Vec<&str> = members.iter().map(String::as_str).collect();
    let answer = play.creates("ana", &form(name, &members)).await;
    assert_eq!(answer["response_action"], "update", "{answer}");
}

fn form(name: &str, members: &[&str]) -> Value {
    json!({"name": name, "members": members, "cadence": "week", "first_day": "2026-06-08",
        "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"})
}

/// Returns what only one person sees, the oldest first.
async fn ephemeral(play: &Play, channel: &str, who: &str) -> Vec<Seen> {
    let all = play.messages(channel, who).await;
    all.into_iter().filter(|seen| seen.ephemeral_to.is_some()).collect()
}

fn last(seen: &[Seen]) -> String {
    seen.last().map(|seen| seen.text.clone()).unwrap_or_default()
}
