//! Two members swap a turn: asked, agreed, declined, undone, and what becomes of it when the rotation changes.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Seen, block_kit, both_engines, plain_blocks, plain_view};

/// Cho's turn begins on 15 June, Dee's on 22 June; Ben's run from 8 June and from 29 June.
const ASK: &str = "/rotation swap support <@U0DEE> 15 June 22 June";

/// Makes the rotation and lets its first turn run.
async fn begins(play: &Play) {
    play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
    play.waits_until("2026-06-08T10:00:00Z").await;
}

/// Lets Cho ask Dee, and returns the message that asks her.
async fn asks(play: &Play) -> Seen {
    let answer = play.types("cho", ASK).await;
    assert!(answer.starts_with("Asked: Dee"), "{answer}");
    play.waits("5s").await;
    play.dms("dee").await.pop().expect("dee is asked")
}

/// Lets both agree, and returns Dee's message.
async fn agree(play: &Play) -> Seen {
    let asked = asks(play).await;
    play.presses("dee", &asked, "swap_agree").await;
    play.waits("5s").await;
    find(&play.dms("dee").await, &asked.ts)
}

both_engines! {
    async fn two_swap_a_turn_and_live_through_both(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let said = play.channel("support").await.len();

        let answer = play.types("cho", ASK).await;
        play.waits("5s").await;
        assert_snapshot!("the_one_who_asks", answer);
        let asked = play.dms("dee").await.pop().expect("dee is asked");
        assert_snapshot!("the_one_who_is_asked", asked.text);
        let call = play.calls("chat.postMessage").await.pop().expect("a message is posted");
        assert_snapshot!("the_one_who_is_asked_in_blocks", block_kit(&call["arguments"]));
        assert_eq!(asked.buttons, ["swap_agree", "swap_decline"]);
        assert_eq!(play.channel("support").await.len(), said, "the channel learns nothing yet");
        assert!(order(&play).await.starts_with("Cho Dee Ben"), "nothing has changed yet");

        play.presses("dee", &asked, "swap_agree").await;
        play.waits("5s").await;
        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 1, "the channel is told once: {told:#?}");
        assert_snapshot!("the_channel_learns_of_the_swap", last(&told).text);
        let dm = play.dms("cho").await.pop().expect("cho is told");
        assert_snapshot!("who_asked_learns_that_it_is_agreed", dm.text);
        assert_eq!(dm.buttons, ["swap_undo"]);
        let asked = find(&play.dms("dee").await, &asked.ts);
        assert!(asked.is_edited && asked.buttons == ["swap_undo"], "{asked:#?}");
        assert!(order(&play).await.starts_with("Dee Cho Ben"), "{}", order(&play).await);

        play.waits_until("2026-06-14T12:00:00Z").await;
        assert_eq!(play.reminders("dee").await.len(), 1, "who serves is reminded");
        assert!(play.reminders("cho").await.is_empty());
        play.waits_until("2026-06-15T07:01:00Z").await;
        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 2, "{told:#?}");
        assert!(last(&told).text.contains("<@U0DEE>"), "{}", last(&told).text);
        assert!(who(&play).await.contains("Dee"), "{}", who(&play).await);
        let duty = play.dms("dee").await.pop().expect("dee's duty");
        assert!(duty.text.starts_with("You are on duty for *support* in place of Cho until"), "{}", duty.text);
        assert!(play.dms("cho").await.iter().all(|dm| !dm.text.starts_with("You are on duty")));
        for person in ["cho", "dee"] {
            let all = play.dms(person).await;
            assert!(all.iter().all(|dm| !dm.buttons.contains(&String::from("swap_undo"))), "{all:#?}");
        }

        play.waits_until("2026-06-22T07:01:00Z").await;
        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 3, "{told:#?}");
        assert!(last(&told).text.contains("<@U0CHO>"), "{}", last(&told).text);
        let ended = find(&play.dms("dee").await, &duty.ts);
        assert!(ended.is_edited && ended.buttons.is_empty(), "{ended:#?}");
        assert!(ended.text.contains("It passed to Cho"), "{}", ended.text);
        let duty = play.dms("cho").await.pop().expect("cho's duty");
        assert!(duty.text.starts_with("You are on duty for *support* in place of Dee until"), "{}", duty.text);

        play.waits_until("2026-06-29T07:01:00Z").await;
        assert!(who(&play).await.contains("Ben"), "the order stays");
        assert_snapshot!("what_was", play.types("ana", "/rotation history support").await);
    }

    async fn who_is_asked_declines_and_the_turns_stay(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let said = play.channel("support").await.len();
        let asked = asks(&play).await;

        play.presses("dee", &asked, "swap_decline").await;
        play.waits("5s").await;

        let asked = find(&play.dms("dee").await, &asked.ts);
        assert_snapshot!("who_declined", asked.text);
        assert!(asked.buttons.is_empty());
        let told = play.dms("cho").await.pop().expect("cho is told");
        assert_snapshot!("who_asked_learns_that_it_was_declined", told.text);
        assert_eq!(play.channel("support").await.len(), said);
        assert!(order(&play).await.starts_with("Cho Dee Ben"));
        let again = asks(&play).await;
        assert_ne!(again.ts, asked.ts, "who was declined may ask again");
    }

    async fn who_asked_takes_it_back(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let asked = asks(&play).await;
        let answer = newest(&play, "cho").await;
        assert_eq!(answer.buttons, ["swap_withdraw"]);

        play.presses("cho", &answer, "swap_withdraw").await;
        play.waits("5s").await;

        assert!(newest(&play, "cho").await.text.starts_with("You took the swap with Dee in *support* back"));
        let gone = find(&play.dms("dee").await, &asked.ts);
        assert_snapshot!("what_was_taken_back", gone.text);
        assert!(gone.buttons.is_empty());
        let late = play.presses_late("dee", "swap_agree").await;
        assert!(late.contains("was taken back"), "{late}");
        play.presses("cho", &answer, "swap_withdraw").await;
        assert!(newest(&play, "cho").await.text.contains("was taken back"));
    }

    async fn either_undoes_it_until_the_earlier_turn_begins(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let dee = agree(&play).await;
        let cho = play.dms("cho").await.pop().expect("cho is told");
        let said = play.channel("support").await.len();

        play.presses("cho", &cho, "swap_undo").await;
        play.waits("5s").await;

        let told = play.channel("support").await;
        assert_eq!(told.len(), said + 1, "{told:#?}");
        assert_snapshot!("the_channel_learns_that_it_was_undone", last(&told).text);
        let off = play.dms("dee").await.pop().expect("dee is told");
        assert_snapshot!("the_other_learns_that_it_was_undone", off.text);
        for (person, message) in [("dee", &dee), ("cho", &cho)] {
            let now = find(&play.dms(person).await, &message.ts);
            assert!(now.is_edited && now.buttons.is_empty(), "{now:#?}");
        }
        assert!(order(&play).await.starts_with("Cho Dee Ben"));
        let late = play.presses_late("dee", "swap_undo").await;
        assert!(late.contains("was undone"), "{late}");

        agree(&play).await;
        play.waits_until("2026-06-15T07:01:00Z").await;
        let late = play.presses_late("dee", "swap_undo").await;
        assert!(late.contains("cannot be undone any more"), "{late}");
        assert!(who(&play).await.contains("Dee"));
    }

    async fn pressed_twice_or_by_others_it_is_answered_plainly(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let asked = asks(&play).await;

        tokio::join!(
            play.presses("dee", &asked, "swap_agree"),
            play.presses("dee", &asked, "swap_agree"),
            play.presses("dee", &asked, "swap_decline"),
        );
        play.waits("5s").await;

        let state = find(&play.dms("dee").await, &asked.ts).text;
        let told = play.dms("cho").await;
        assert_eq!(told.len(), 1, "cho is told once: {told:#?}");
        let said: Vec<String> = play.messages("dm", "dee").await.into_iter().map(|it| it.text).collect();
        let said = said.join("\n");
        assert!(state.starts_with("You and Cho swap") || state.starts_with("You declined"), "{state}");
        assert!(said.contains("Both agreed already") || said.contains("That swap was declined"), "{said}");
    }

    async fn a_turn_has_one_swap_at_a_time(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        play.becomes_known("ben").await;
        asks(&play).await;

        let second = play.types("ben", "/rotation swap support <@U0CHO> 29 June 15 June").await;
        assert!(second.contains("open or agreed already"), "{second}");
        let (one, two) = tokio::join!(
            play.types("ben", "/rotation swap support <@U0DEE> 29 June 13 July"),
            play.types("ben", "/rotation swap support <@U0CHO> 29 June 6 July"),
        );
        let made = [&one, &two].into_iter().filter(|answer| answer.starts_with("Asked:")).count();
        assert_eq!(made, 1, "{one}\n{two}");
    }

    async fn what_cannot_be_swapped_is_refused_plainly(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        play.becomes_known("ben").await;
        play.becomes_known("eli").await;
        let mut log = Vec::new();
        for (person, typed) in [
            ("ben", "swap <@U0CHO> 8 June 15 June"),
            ("ben", "swap <@U0CHO> 29 June 22 June"),
            ("ben", "swap <@U0BEN> 29 June 20 July"),
            ("ben", "swap <@U0CHO> <@U0DEE> 15 June 22 June"),
            ("eli", "swap <@U0CHO> 15 June 22 June"),
            ("eli", "swap"),
            ("ben", "swap <@U0CHO> kitchen 15 June 22 June"),
            ("ben", "swap support <@U0CHO> someday"),
            ("ben", "swap <@U0CHO> <@U0DEE> <@U0ANA>"),
        ] {
            log.push(format!("{person}: {typed}\n  {}", play.types(person, &format!("/rotation {typed}")).await));
        }
        assert_snapshot!("refusals", log.join("\n"));
    }

    async fn the_form_offers_my_turns_and_those_of_others(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        play.becomes_known("cho").await;
        let form = play.opens("cho", "/rotation swap support with <@U0DEE>").await;
        assert_snapshot!("the_form", plain_view(&form));
        assert_snapshot!("the_form_in_blocks", block_kit(&form));

        let (own, other) = (chosen(&form, 1), chosen(&form, 2));
        let values = json!({"own_turn": own, "other_turn": other});
        let view = form["id"].as_str().expect("a form");
        let (answer, again) = play.submits_twice("cho", view, &values).await;
        play.waits("5s").await;

        assert_eq!(answer["response_action"], "update", "{answer}");
        assert!(plain_blocks(&answer["view"]["blocks"]).starts_with("Asked: Dee"));
        let asked = play.dms("dee").await.pop().expect("dee is asked");
        assert_eq!(asked.buttons, ["swap_agree", "swap_decline"]);
        assert_eq!(answer["view"]["blocks"], again["view"]["blocks"], "sent twice is asked once");
        assert_eq!(play.dms("dee").await.len(), 1);
    }

    async fn what_stands_in_the_way_is_said_before_the_other_is_asked(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        play.types("cho", "/rotation ooo add 23 June").await;
        play.types("ana", "/rotation assign <@U0BEN> for <@U0DEE> support 25 June").await;
        play.waits("5s").await;
        let before = play.dms("dee").await.len();

        let form = play.opens("cho", ASK).await;
        assert_snapshot!("ask_anyway", plain_view(&form));
        assert_eq!(play.dms("dee").await.len(), before, "nobody is asked yet");
        let answer = play.fills("cho", &form, &json!({})).await;
        play.waits("5s").await;

        assert_eq!(answer["response_action"], "update", "{answer}");
        let asked = play.dms("dee").await.pop().expect("dee is asked");
        assert_snapshot!("what_stands_in_the_way", asked.text);
        play.presses("dee", &asked, "swap_agree").await;
        play.waits_until("2026-06-25T10:00:00Z").await;
        assert!(who(&play).await.contains("Ben"), "days that are covered keep their coverer: {}", who(&play).await);
        play.waits_until("2026-06-26T10:00:00Z").await;
        assert!(who(&play).await.contains("Cho"), "{}", who(&play).await);
    }

    async fn a_manager_arranges_a_swap_of_two_others_and_both_are_asked(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let said = play.channel("support").await.len();
        let answer = play.types("ana", "/rotation swap support <@U0CHO> <@U0DEE> 15 June 22 June").await;
        play.waits("5s").await;
        assert!(answer.starts_with("Asked: Cho and Dee"), "{answer}");
        let (cho, dee) = (play.dms("cho").await.pop().expect("asked"), play.dms("dee").await.pop().expect("asked"));
        assert_snapshot!("one_of_two_who_are_asked", cho.text);

        play.presses("cho", &cho, "swap_agree").await;
        play.waits("5s").await;
        let half = find(&play.dms("cho").await, &cho.ts);
        assert!(half.text.starts_with("You agreed to the swap in *support*. Dee has not answered yet."), "{}", half.text);
        assert_eq!(find(&play.dms("dee").await, &dee.ts).buttons, ["swap_agree", "swap_decline"]);
        assert_eq!(play.channel("support").await.len(), said);
        let late = play.presses_late("cho", "swap_agree").await;
        assert!(late.contains("You agreed already"), "{late}");
        let other = play.presses_late("eli", "swap_decline").await;
        assert!(other.contains("between others"), "{other}");

        play.presses("dee", &dee, "swap_agree").await;
        play.waits("5s").await;
        assert_eq!(play.channel("support").await.len(), said + 1);
        for person in ["cho", "ana"] {
            let told = play.dms(person).await.pop().expect("told");
            assert!(told.text.contains("swap turns of *support*"), "{person}: {}", told.text);
        }
        assert!(order(&play).await.starts_with("Dee Cho Ben"));
    }

    async fn a_change_that_takes_a_turn_from_one_of_them_ends_it(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let dee = agree(&play).await;
        let said = play.channel("support").await.len();

        play.types("ana", "/rotation remove support <@U0DEE>").await;
        play.waits("5s").await;

        let off = play.dms("cho").await;
        let off: Vec<&Seen> = off.iter().filter(|dm| dm.text.contains("is off")).collect();
        assert!(!off.is_empty(), "cho is told");
        assert_snapshot!("a_swap_that_is_off", last_of(&off).text);
        let told = play.channel("support").await;
        let posts = told[said..].iter().filter(|post| post.text.contains("is off")).count();
        assert_eq!(posts, 1, "{told:#?}");
        let theirs = find(&play.dms("dee").await, &dee.ts);
        assert!(theirs.buttons.is_empty(), "{theirs:#?}");
        let late = play.presses_late("dee", "swap_undo").await;
        assert!(late.contains("That swap is off"), "{late}");
    }

    async fn an_absence_that_moves_the_order_ends_it_and_one_that_does_not_leaves_it(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        agree(&play).await;
        play.types("cho", "/rotation ooo add 16 June").await;
        play.waits("5s").await;
        assert!(order(&play).await.starts_with("Dee Cho Ben"), "one day moves nothing");

        play.types("dee", "/rotation ooo add 22 June to 28 June").await;
        play.waits("5s").await;

        let order = order(&play).await;
        assert!(order.starts_with("Cho Ben"), "{order}");
        for person in ["cho", "dee"] {
            let told = play.dms(person).await;
            let own = told.iter().filter(|dm| !dm.is_edited && dm.text.contains("is off")).count();
            assert_eq!(own, 1, "{person}: {told:#?}");
        }
    }

    async fn a_pause_ends_it(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let asked = asks(&play).await;

        play.types("ana", "/rotation pause support").await;
        play.waits("5s").await;

        assert!(find(&play.dms("dee").await, &asked.ts).buttons.is_empty());
        assert!(play.dms("cho").await.iter().any(|dm| dm.text.contains("is off")));
    }

    async fn without_an_answer_it_is_over_when_the_earlier_turn_begins(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let asked = asks(&play).await;

        play.ends_bot("stop").await;
        play.waits_until("2026-06-15T09:00:00Z").await;
        play.starts_bot().await;

        let late = find(&play.dms("dee").await, &asked.ts);
        assert_snapshot!("nobody_answered", late.text);
        assert!(late.buttons.is_empty());
        for person in ["cho", "dee"] {
            let told = play.dms(person).await;
            let own = told.iter().filter(|dm| !dm.is_edited && dm.text.contains("not answered in time")).count();
            assert_eq!(own, 1, "{person}: {told:#?}");
        }
        assert!(who(&play).await.contains("Cho"));
        let late = play.presses_late("dee", "swap_agree").await;
        assert!(late.contains("too late"), "{late}");
    }

    async fn the_second_turn_that_is_lost_is_not_swapped(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        agree(&play).await;
        play.waits_until("2026-06-16T10:00:00Z").await;
        assert!(who(&play).await.contains("Dee"));

        play.types("dee", "/rotation ooo add 22 June to 28 June").await;
        play.waits("5s").await;

        let told = play.dms("cho").await.pop().expect("cho is told");
        assert_snapshot!("the_second_turn_is_lost", told.text);
        assert!(who(&play).await.contains("Dee"), "what runs goes on");
        play.types("dee", "/rotation ooo remove").await;
        play.waits_until("2026-06-22T07:01:00Z").await;
        assert!(who(&play).await.contains("Dee"), "the second turn is Dee's own: {}", who(&play).await);
    }

    async fn open_swaps_stand_in_home_and_in_what_is_shown(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        for person in ["cho", "dee", "ben"] {
            play.becomes_known(person).await;
            play.opens_home(person).await;
        }
        asks(&play).await;

        let home = |person: &'static str| async { plain_view(&play.home(person).await.expect("a home")) };
        assert_snapshot!("the_home_of_who_is_asked", home("dee").await);
        assert!(home("cho").await.contains("[Withdraw]"));
        assert!(!home("ben").await.contains("swap a turn of"));
        let shown = play.types("dee", "/rotation show support").await;
        assert!(shown.contains("Cho asks you to swap a turn of *support*."), "{shown}");
        let shown = newest(&play, "dee").await;
        assert!(shown.buttons.contains(&String::from("swap_agree")), "{shown:#?}");

        play.presses("dee", &shown, "swap_agree").await;
        play.waits("5s").await;
        assert!(home("cho").await.contains("swap turns of *support*"), "{}", home("cho").await);
        play.waits_until("2026-06-15T07:01:00Z").await;
        assert!(!home("cho").await.contains("swap turns"));
    }
}

fn last(seen: &[Seen]) -> &Seen {
    seen.last().expect("a message")
}

fn last_of<'a>(seen: &[&'a Seen]) -> &'a Seen {
    seen.last().expect("a message")
}

fn find(seen: &[Seen], ts: &str) -> Seen {
    seen.iter().find(|one| one.ts == ts).expect("the message is there").clone()
}

/// Returns what is chosen in the input of a block when the form opens.
fn chosen(form: &Value, block: usize) -> String {
    let element = &form["blocks"][block]["element"];
    element["initial_option"]["value"].as_str().expect("a choice").to_owned()
}

/// Returns who serves the coming turns, in order.
async fn order(play: &Play) -> String {
    let next = play.types("eli", "/rotation next support 4").await;
    let turns = next.lines().filter(|line| line.starts_with('•'));
    let name = |line: &str| {
        let names =
            ["Ben", "Cho", "Dee"].into_iter().filter_map(|name| Some((line.find(name)?, name)));
        names.min().map_or("nobody", |(_, name)| name)
    };
    turns.map(name).collect::<Vec<_>>().join(" ")
}

async fn who(play: &Play) -> String {
    let said = play.types("eli", "/rotation who support").await;
    said.lines().find(|line| line.contains("on duty")).unwrap_or(&said).to_owned()
}

/// Returns what the bot last showed somebody alone in the channel.
async fn newest(play: &Play, who: &str) -> Seen {
    let seen = play.messages("support", who).await;
    seen.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}
