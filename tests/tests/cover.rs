//! Cover: asked for, taken, taken in part, given back, reminded of, closed.

use chrono::{DateTime, Utc};
use domain::ids::{TeamId, WorkspaceId};
use domain::interval::Interval;
use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Race, Seen, block_kit, both_engines, plain_view};

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
        assert!(play.messages("support", "eli").await.iter().all(|seen| !seen.text.contains("cannot read")));
    }

    async fn of_sixty_four_who_take_it_at_once_one_has_it_and_the_others_are_told_who(play at "2026-06-05T10:00:00Z") {
        let mut race = Race::set(&play, 64).await;

        let round = race.all_press(&play).await;

        assert_eq!(round.lost.len(), 63);
        play.waits("5s").await;
        let post = edited(&play, race.post()).await;
        assert!(post.text.contains(&format!("{} stands in for Cho", round.name)), "{post:#?}");
        race.undo(&play, &round).await;
        for _ in 0..3 {
            let round = race.all_submit(&play).await;
            play.waits("5s").await;
            race.undo(&play, &round).await;
        }
        let thread = replies(&play, race.post()).await;
        let told = |words: &str| thread.iter().filter(|reply| reply.contains(words)).count();
        assert_eq!((told("stands in for Cho"), told("Undone by")), (4, 4), "{thread:#?}");
    }

    async fn a_press_that_comes_twice_is_one_and_who_lost_is_told_again(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover", &json!({})).await;

        play.presses("cho", &post, "cover_take").await;
        let own = answered(&play, "cho").await.text;
        assert!(own.contains("your own turn"), "{own}");
        play.presses("eli", &post, "cover_take").await;
        let stranger = answered(&play, "eli").await.text;
        assert!(stranger.contains("Only a member of the rotation"), "{stranger}");
        play.presses("dee", &post, "cover_take").await;
        play.waits("5s").await;
        let request = newest_request(&play).await;
        let again = play.presses_old("dee", "cover_take", &request).await;
        assert!(again.starts_with("It is yours already: you stand in for Cho in *support*"), "{again}");
        let late = play.presses_old("ben", "cover_take", &request).await;
        assert_snapshot!("lost", late);
        let part = play.presses_old("ben", "cover_take_part", &request).await;
        assert_eq!(part, late, "there is no part left either");
        play.waits("5s").await;
        assert_eq!(replies(&play, &post).await.len(), 1);
    }

    async fn a_part_leaves_the_rest_open_for_others(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover support", &json!({"from": "2026-06-16", "from_time": "09:00", "to": "2026-06-18"})).await;
        let form = play.opens_by("dee", &post, "cover_take_part").await;
        assert_snapshot!("part_modal", block_kit(&form));

        let odd = play.fills("dee", &form, &json!({"from": "2026-06-17", "from_time": null, "to": "2026-06-16", "to_time": null})).await;
        assert_eq!(odd["errors"]["to"], "That is not after the beginning.", "{odd}");
        let part = play.fills("dee", &form, &json!({"from": "2026-06-17", "from_time": null, "to": "2026-06-17", "to_time": null})).await;
        play.closes("dee").await;
        play.waits("5s").await;

        assert_snapshot!("part_taken", plain_view(&part["view"]));
        let open = edited(&play, &post).await;
        assert_snapshot!("post_with_a_part", open.text);
        assert_eq!(open.buttons.len(), 4, "{open:#?}");
        let next = play.types("eli", "/rotation next support 1").await;
        assert_snapshot!("next_with_a_part", next);
        play.presses("ben", &post, "cover_take").await;
        play.waits("5s").await;
        let met = edited(&play, &post).await;
        assert_snapshot!("post_of_two", met.text);
        assert_eq!(replies(&play, &post).await.len(), 2, "each is told once");
        assert_eq!(play.dms("ben").await.iter().filter(|dm| dm.buttons == ["cover_undo"]).count(), 2, "two windows, each with its own undo");

        let dees = play.dms("dee").await.pop().expect("dee is told");
        let cover = cover_of(&play, "U0DEE").await;
        play.presses("cho", &play.dms("cho").await.iter().find(|dm| dm.text.starts_with("Dee stands in")).expect("cho is told").clone(), "cover_undo").await;
        play.waits("5s").await;
        let open = edited(&play, &post).await;
        assert_snapshot!("post_open_again", open.text);
        let told = play.dms("dee").await;
        assert!(told.iter().any(|dm| dm.ts == dees.ts && dm.buttons.is_empty() && dm.text.starts_with("Undone by Cho")), "{told:#?}");
        assert!(told.last().is_some_and(|dm| dm.text.starts_with("You are not on duty") && dm.text.contains("Cho undid that")), "{told:#?}");
        let twice = play.presses_old("dee", "cover_undo", &cover).await;
        assert!(twice.contains("undone already"), "{twice}");
    }

    async fn the_duty_passes_when_cover_begins_and_nobody_undoes_it_then(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover", &json!({"from": "2026-06-16", "to": "2026-06-16"})).await;
        play.presses("dee", &post, "cover_take").await;
        play.waits("5s").await;
        let dm = play.dms("dee").await.pop().expect("dee is told");

        play.waits_until("2026-06-15T22:01:00Z").await;

        let on = play.dms("dee").await.pop().expect("dee is on duty");
        assert!(on.text.starts_with("You are on duty for *support* in place of Cho"), "{}", on.text);
        assert!(play.types("eli", "/rotation who").await.contains("Dee (for Cho) is on duty"));
        play.presses("dee", &dm, "cover_undo").await;
        assert!(newest_direct(&play, "dee").await.contains("cannot be undone any more"));
        play.waits_until("2026-06-16T22:01:00Z").await;
        assert!(play.types("eli", "/rotation who").await.contains("Cho is on duty"));
    }

    async fn who_takes_what_has_begun_is_on_duty_at_once(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let duty = play.dms("ben").await.pop().expect("ben is on duty");
        assert!(duty.buttons.contains(&String::from("cover_ask")), "{duty:#?}");
        let form = play.opens_by("ben", &duty, "cover_ask").await;
        play.fills("ben", &form, &json!({})).await;
        play.closes("ben").await;
        play.waits("5s").await;
        let post = last(&play).await;

        play.presses("dee", &post, "cover_take").await;
        play.waits("5s").await;

        assert!(play.types("eli", "/rotation who").await.contains("Dee (for Ben) is on duty"));
        let ended = play.dms("ben").await;
        assert!(ended.iter().any(|dm| dm.text.starts_with("Your duty for *support* ended")), "{ended:#?}");
        let dees = play.dms("dee").await;
        assert_eq!(dees.len(), 1, "told once that she is on duty: {dees:#?}");
        let post = edited(&play, &post).await;
        assert!(post.buttons.is_empty() && post.text.contains("Dee stands in for Ben"), "{post:#?}");
    }

    async fn conflicts_are_said_before_and_being_away_can_be_overruled(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        play.types("dee", "/rotation ooo add 2026-06-16").await;
        let post = asks(&play, "cho", "/rotation cover", &json!({})).await;

        play.presses("dee", &post, "cover_take").await;
        let warned = answered(&play, "dee").await;
        assert_snapshot!("away_then", warned.text);
        assert_eq!(warned.buttons, ["cover_take_anyway"]);
        assert!(replies(&play, &post).await.is_empty(), "nothing was changed yet");
        play.presses("dee", &warned, "cover_take_anyway").await;
        assert!(answered(&play, "dee").await.text.starts_with("Thank you!"));

        let bens = asks(&play, "ben", "/rotation cover", &json!({})).await;
        play.presses("ben", &bens, "cover_take").await;
        assert!(answered(&play, "ben").await.text.contains("your own turn"));
        play.waits_until("2026-06-15T07:01:00Z").await;
        let chos = asks(&play, "ana", "/rotation cover <@U0DEE>", &json!({})).await;
        assert!(chos.text.contains("Dee needs cover") && chos.text.contains("Ana asks for them"), "{}", chos.text);
    }

    async fn a_manager_asks_for_others_and_others_do_not(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let refused = play.types("ben", "/rotation cover <@U0CHO>").await;
        assert!(refused.contains("Only a manager"), "{refused}");
        assert!(play.types("eli", "/rotation cover").await.contains("You have no turn in “support”"));
        assert!(play.types("ana", "/rotation cover <@U0ELI>").await.contains("That person has no turn"));
        let all = play.opens("ana", "/rotation cover").await;
        let choices = all["blocks"][1]["element"]["options"].as_array().map_or(0, Vec::len);
        assert!(choices > 3, "anybody's turns: {all}");
        play.closes("ana").await;

        let post = asks(&play, "ana", "/rotation cover <@U0CHO>", &json!({})).await;

        assert_snapshot!("arranged_post", post.text);
        let told = play.dms("cho").await.pop().expect("cho is told");
        assert_snapshot!("arranged_holder", told.text);
        assert_eq!(told.buttons, ["cover_withdraw"]);
        let again = play.opens("cho", "/rotation cover").await;
        let same = play.fills("cho", &again, &json!({})).await;
        assert!(plain_view(&same["view"]).contains("That is asked already"), "{same}");
        play.closes("cho").await;
        assert_eq!(last(&play).await.ts, post.ts, "asked once");
    }

    async fn who_answers_is_not_reminded_and_the_others_are_at_their_times(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover", &json!({})).await;
        play.presses("ben", &post, "cover_cannot").await;
        assert_snapshot!("cannot", answered(&play, "ben").await.text);
        let reminded = async |who: &str| {
            let all = play.dms(who).await;
            all.into_iter().filter(|dm| dm.text.contains("still needs cover")).collect::<Vec<Seen>>()
        };

        // Made on Monday the 8th: 7 days before has passed, 3, 2 and 1 days and 12 hours before come.
        for (until, count) in [("2026-06-12T07:00:30Z", 1), ("2026-06-13T07:00:30Z", 2), ("2026-06-14T07:00:30Z", 3)] {
            play.waits_until(until).await;
            assert_eq!(reminded("dee").await.len(), count, "{until}");
        }
        assert!(reminded("ben").await.is_empty(), "he has answered");
        assert!(reminded("cho").await.is_empty(), "it is her turn");
        let reminder = reminded("dee").await.pop().expect("a reminder");
        assert_snapshot!("reminder", reminder.text);
        assert_eq!(reminder.buttons, ["cover_take", "cover_take_part", "cover_cannot"]);
        play.ends_bot("stop").await;
        play.waits_until("2026-06-15T01:00:00Z").await;
        play.starts_bot().await;
        assert_eq!(reminded("dee").await.len(), 3, "a late reminder is dropped");

        play.presses("dee", &reminder, "cover_take").await;
        play.waits("5s").await;
        let over = reminded("dee").await;
        assert!(over.is_empty(), "what was asked is answered: {over:#?}");
        assert!(play.dms("dee").await.iter().all(|dm| !dm.buttons.contains(&String::from("cover_take"))));
    }

    async fn nobody_takes_it_and_the_holder_stays_and_is_told_once(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover", &json!({"from": "2026-06-16", "to": "2026-06-16"})).await;
        let told = async |words: &str| play.dms("cho").await.iter().filter(|dm| dm.text.contains(words)).count();

        play.waits_until("2026-06-15T22:00:30Z").await;
        assert_eq!(told("so you stay on duty").await, 1);
        assert_snapshot!("stays", play.dms("cho").await.pop().expect("cho is told").text);
        assert_eq!(edited(&play, &post).await.buttons.len(), 4, "it can be taken still");
        play.waits_until("2026-06-16T22:00:30Z").await;

        let over = edited(&play, &post).await;
        assert_snapshot!("expired", over.text);
        assert!(over.buttons.is_empty());
        assert_eq!(told("on duty.").await, 1, "once: {:#?}", play.dms("cho").await);
        assert_eq!(replies(&play, &post).await.len(), 1);
        let late = play.presses_old("dee", "cover_take", &newest_request(&play).await).await;
        assert!(late.contains("That time is over"), "{late}");
    }

    async fn a_request_is_withdrawn_and_made_anew_or_put_aside(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover", &json!({})).await;
        play.presses("dee", &post, "cover_withdraw").await;
        assert!(answered(&play, "dee").await.text.contains("Only a manager"));
        play.presses("ben", &post, "cover_cannot").await;

        play.presses("cho", &post, "cover_withdraw").await;
        play.waits("5s").await;
        assert_snapshot!("withdrawn_answer", answered(&play, "cho").await.text);
        let closed = edited(&play, &post).await;
        assert_snapshot!("withdrawn", closed.text);
        assert!(closed.buttons.is_empty());
        assert_eq!(replies(&play, &post).await.len(), 1);
        let late = play.presses_old("dee", "cover_take", &newest_request(&play).await).await;
        assert!(late.contains("Cho took that request back"), "{late}");

        let anew = asks(&play, "cho", "/rotation cover", &json!({})).await;
        assert_ne!(anew.ts, post.ts, "a post of its own");
        assert_eq!(anew.buttons.len(), 4);
        play.presses("ana", &anew, "cover_withdraw").await;
        play.waits("5s").await;
        let aside = edited(&play, &anew).await;
        assert!(aside.text.starts_with("Put aside by Ana"), "{}", aside.text);
        assert_eq!(edited(&play, &post).await.text, closed.text, "the old post stays as it was");
    }

    async fn an_absence_that_appears_during_a_shift_asks_once(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let said = play.types("ben", "/rotation ooo add 2026-06-08 to 2026-06-10").await;
        play.waits("5s").await;

        let post = last(&play).await;
        assert_snapshot!("absence_post", post.text);
        assert_eq!(post.buttons, ["cover_take", "cover_take_part", "cover_cannot", "cover_dismiss", "cover_hand_over"]);
        assert!(said.contains("Noted: Ben is away"), "{said}");
        assert_snapshot!("absence_holder", play.dms("ben").await.pop().expect("ben is told").text);
        let posts = play.channel("support").await.len();
        play.types("ana", "/rotation ooo add <@U0BEN> 2026-06-09").await;
        play.waits("5s").await;
        assert_eq!(play.channel("support").await.len(), posts, "the same time is asked for once");

        play.presses("eli", &post, "cover_hand_over").await;
        assert!(answered(&play, "eli").await.text.contains("Only a member or manager"));
        play.presses("dee", &post, "cover_hand_over").await;
        play.waits("5s").await;
        assert!(answered(&play, "dee").await.text.starts_with("Done: Cho is on duty"), "{}", answered(&play, "dee").await.text);
        let met = edited(&play, &post).await;
        assert!(met.buttons.is_empty(), "{met:#?}");
        assert!(play.types("eli", "/rotation who").await.contains("Cho (for Ben) is on duty"));
        let late = play.presses_old("dee", "cover_hand_over", &newest_request(&play).await).await;
        assert!(late.contains("Cho was faster and has it already"), "{late}");
    }

    async fn a_request_of_an_absence_goes_with_it_and_a_dismissed_one_never_comes_back(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        play.types("ben", "/rotation ooo add 2026-06-10").await;
        play.waits("5s").await;
        let post = last(&play).await;
        assert!(!post.buttons.contains(&String::from("cover_hand_over")), "he is there today: {post:#?}");
        let early = play.presses_old("dee", "cover_hand_over", &newest_request(&play).await).await;
        assert!(early.contains("They are not noted as away now"), "{early}");
        play.types("ben", "/rotation ooo remove 2026-06-10").await;
        play.waits("5s").await;
        let gone = edited(&play, &post).await;
        assert_snapshot!("not_needed", gone.text);
        assert!(gone.buttons.is_empty());

        play.types("ben", "/rotation ooo add 2026-06-11").await;
        play.waits("5s").await;
        let post = last(&play).await;
        play.presses("ben", &post, "cover_dismiss").await;
        play.waits("5s").await;
        let posts = play.channel("support").await.len();
        play.types("ben", "/rotation ooo remove 2026-06-11").await;
        play.types("ben", "/rotation ooo add 2026-06-11").await;
        play.waits("5s").await;
        assert_eq!(play.channel("support").await.len(), posts, "never made again");
    }

    async fn a_request_for_a_turn_that_passes_to_others_is_no_longer_needed(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover", &json!({})).await;

        play.types("ana", "/rotation remove support <@U0CHO>").await;
        play.waits("5s").await;

        let gone = edited(&play, &post).await;
        assert!(gone.text.starts_with("No longer needed: cover for Cho"), "{}", gone.text);
        assert!(gone.buttons.is_empty());
        assert!(replies(&play, &post).await.is_empty(), "quietly");
        let dees = asks(&play, "dee", "/rotation cover", &json!({})).await;
        play.types("ana", "/rotation pause support").await;
        play.waits("5s").await;
        assert!(edited(&play, &dees).await.text.starts_with("No longer needed"), "{}", edited(&play, &dees).await.text);
    }

    async fn cover_of_a_turn_that_passes_to_others_ends_and_its_coverer_is_told(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover", &json!({})).await;
        play.presses("ben", &post, "cover_take").await;
        play.waits("5s").await;

        play.types("cho", "/rotation ooo add 15 June to 21 June").await;
        play.waits("5s").await;

        let told = play.dms("ben").await;
        assert!(told.iter().any(|dm| dm.text.contains("after all: Cho needs no cover then")), "{told:#?}");
        assert!(edited(&play, &post).await.text.starts_with("No longer needed"), "{:#?}", edited(&play, &post).await);
        let next = play.types("eli", "/rotation next support 1").await;
        assert!(next.contains("Dee") && !next.contains("Ben for"), "{next}");
    }

    async fn an_assignment_that_is_undone_leaves_the_request_open(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover", &json!({})).await;
        play.types("ana", "/rotation assign <@U0DEE> for <@U0CHO> support").await;
        play.waits("5s").await;
        assert!(edited(&play, &post).await.buttons.is_empty());

        let dm = play.dms("dee").await.pop().expect("dee is told");
        play.presses("dee", &dm, "skip_undo_cover").await;
        play.waits("5s").await;

        let open = edited(&play, &post).await;
        assert!(open.text.starts_with("Cho needs cover"), "{}", open.text);
        assert!(open.buttons.contains(&"cover_take".to_owned()), "{open:#?}");
    }

    async fn an_absence_that_is_entered_again_asks_again(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        for _ in 0..2 {
            let posts = play.channel("support").await.len();
            play.types("ben", "/rotation ooo add 2026-06-10").await;
            play.waits("5s").await;
            assert_eq!(play.channel("support").await.len(), posts + 1, "cover is asked for");
            play.types("ben", "/rotation ooo remove 2026-06-10").await;
            play.waits("5s").await;
        }
    }

    async fn cover_by_who_leaves_the_rotation_is_asked_for_again(play at "2026-06-05T10:00:00Z") {
        begun(&play).await;
        let post = asks(&play, "cho", "/rotation cover", &json!({})).await;
        play.presses("dee", &post, "cover_take").await;
        play.waits("5s").await;

        play.types("ana", "/rotation remove support <@U0DEE>").await;
        play.waits("5s").await;

        let open = edited(&play, &post).await;
        assert!(open.text.starts_with("Cho needs cover"), "{}", open.text);
        assert!(open.buttons.contains(&"cover_take".to_owned()), "{open:#?}");
        let told = play.dms("cho").await.pop().expect("cho is told");
        assert!(told.text.contains("Dee does not stand in for you"), "{}", told.text);
        assert!(!told.text.contains("undid"), "{}", told.text);
        play.presses("ben", &open, "cover_take").await;
        play.waits("5s").await;
        assert!(edited(&play, &post).await.text.starts_with("Ben stands in for Cho"));
    }

    async fn partly_away_offers_the_window_and_home_and_show_say_who_needs_cover(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.types("ben", "/rotation ooo add 2026-06-10").await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        for who in ["ben", "cho", "dee"] {
            play.becomes_known(who).await;
        }
        let duty = play.dms("ben").await.into_iter().find(|dm| dm.text.starts_with("You are on duty")).expect("ben is on duty");
        assert!(duty.text.contains("Ask for cover for that time…"), "{}", duty.text);
        let form = play.opens_by("ben", &duty, "cover_ask_for").await;
        assert_snapshot!("window_filled_in", block_kit(&form));
        play.fills("ben", &form, &json!({})).await;
        play.closes("ben").await;
        play.waits("5s").await;

        assert_snapshot!("post_kit", kit_of_post(&play).await);
        assert_snapshot!("list", play.types("dee", "/rotation cover list").await);
        let shown = play.types("dee", "/rotation show support").await;
        assert!(shown.contains("Ben needs cover for *support*") && shown.contains("[I'll take it]"), "{shown}");
        let home = plain_view(&play.opens_home("dee").await);
        assert!(home.contains("Ben needs cover for *support*") && home.contains("[I'll take it]") && home.contains("[Ask for cover…]"), "{home}");
        let view = play.home("dee").await.expect("a home");
        play.clicks_in_view("dee", &view, "cover_take").await;
        play.waits("5s").await;
        let home = plain_view(&play.home("dee").await.expect("a home"));
        assert!(!home.contains("needs cover"), "{home}");
        assert_eq!(play.types("dee", "/rotation cover list").await, "Nobody needs cover for *support*.\n[Ask for cover…]");
    }

    async fn in_a_private_channel_the_post_says_that_replies_are_not_read(play at "2026-06-05T10:00:00Z") {
        let channel = play.adds_private_channel("#crew", &["ben", "cho"]).await;
        play.invites_bot("ben", "#crew").await;
        let form = json!({"name": "crew", "members": ["U0BEN", "U0CHO"], "cadence": "week",
            "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": channel});
        play.creates("ana", &form).await;
        play.closes("ana").await;
        play.waits("5s").await;
        let form = play.opens("cho", "/rotation cover crew").await;
        play.fills("cho", &form, &json!({})).await;
        play.closes("cho").await;
        play.waits("5s").await;

        let post = play.messages("crew", "ben").await.pop().expect("a post");
        assert!(post.text.contains("I cannot read replies here, so please use the buttons."), "{}", post.text);
        play.becomes_known("ben").await;
        play.presses("ben", &post, "cover_cannot").await;
        play.presses("ben", &post, "cover_take").await;
        play.waits("5s").await;
        let met = play.messages("crew", "ben").await.into_iter().find(|seen| seen.ts == post.ts).expect("the post");
        assert!(met.buttons.is_empty() && met.text.contains("Ben stands in for Cho"), "{met:#?}");
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

/// Returns what the person was told last in their direct messages, answers included.
async fn newest_direct(play: &Play, who: &str) -> String {
    play.messages("dm", who).await.pop().map(|seen| seen.text).unwrap_or_default()
}

/// Returns the blocks of the newest post of the channel.
async fn kit_of_post(play: &Play) -> String {
    let found =
        play.get(&format!("sim/messages?team={}&channel=%23support&user=U0ELI", play.team())).await;
    let all = found["messages"].as_array().cloned().unwrap_or_default();
    block_kit(all.last().expect("a post"))
}

/// Returns the value of the buttons of the request that was made last.
async fn newest_request(play: &Play) -> String {
    let mut tx = play.database().open().await.read(workspace(play)).await.expect("a look");
    let mut all = Vec::new();
    for rotation in tx.list_rotations().await.expect("rotations") {
        let window =
            Interval::new(instant("2026-01-01T00:00:00Z"), instant("2027-01-01T00:00:00Z"));
        let found = tx.list_cover_requests(rotation.id, window.expect("a year")).await;
        all.extend(found.expect("requests"));
    }
    let newest = all.into_iter().max_by_key(|request| request.made_at).expect("a request");
    newest.id.to_string()
}

fn workspace(play: &Play) -> WorkspaceId {
    WorkspaceId::of_team(&TeamId::new(play.team()))
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// Returns the value of the button that undoes what somebody took.
async fn cover_of(play: &Play, user: &str) -> String {
    let mut tx = play.database().open().await.read(workspace(play)).await.expect("a look");
    let all = tx.list_coverages_since(instant("2026-01-01T00:00:00Z")).await.expect("cover");
    let own = all.into_iter().find(|cover| cover.user.as_str() == user);
    own.expect("they serve instead").id.to_string()
}
