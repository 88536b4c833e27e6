//! What a plan allows: a fall to Free stops what is too much after its shift and deletes nothing, and all of it comes back.

use domain::billing::Plan;
use serde_json::{Value, json};
use stories::{Outside, Play, SERVICE_USER, Seen, both_engines, plain_view};

/// The rotations of most stories, the oldest first; Free has room for three.
const FIVE: [&str; 5] = ["alpha", "bravo", "charlie", "delta", "echo"];

/// A weekly rotation from Monday 8 June, 09:00 in Berlin.
fn weekly(name: &str, members: &[&str]) -> Value {
    json!({"name": name, "members": members, "cadence": "week", "first_day": "2026-06-08",
        "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"})
}

async fn makes(play: &Play, name: &str) -> Value {
    let made = play.creates("ana", &weekly(name, &["U0BEN", "U0CHO", "U0DEE"])).await;
    play.waits("1m").await;
    made
}

/// Makes all five on Pro and lets them run until Wednesday in the first week, when Ben is on duty in each.
async fn makes_five(play: &Play) {
    play.is_on_plan(Plan::Pro).await;
    for name in FIVE {
        makes(play, name).await;
    }
    play.waits_until("2026-06-10T10:00:00Z").await;
}

fn texts(seen: &[Seen]) -> Vec<String> {
    seen.iter().map(|seen| seen.text.clone()).collect()
}

/// Returns the posts in the channel that have these words.
async fn posts(play: &Play, words: &str) -> Vec<String> {
    texts(&play.channel("support").await).into_iter().filter(|text| text.contains(words)).collect()
}

/// Returns what an admin was told that has these words.
async fn told(play: &Play, words: &str) -> Vec<String> {
    texts(&play.dms("ana").await).into_iter().filter(|text| text.contains(words)).collect()
}

async fn who(play: &Play, name: &str) -> String {
    play.types("ben", &format!("/rotation who {name}")).await
}

async fn next(play: &Play, name: &str) -> String {
    play.types("ben", &format!("/rotation next {name}")).await
}

/// Returns what stands behind the link that a command is answered with.
async fn fetched(play: &Play, command: &str) -> String {
    let answer = play.types("ana", command).await;
    let link = answer.split('`').find(|part| part.starts_with("http")).expect("a link");
    let path = link.splitn(4, '/').nth(3).expect("a path");
    Outside::of(play).gets(&format!("/{path}")).await.body
}

/// Says "yes" in the form that a command opened.
async fn confirms(play: &Play, command: &str) {
    let form = play.opens("ana", command).await;
    play.submits("ana", form["id"].as_str().expect("a form"), &json!({})).await;
    play.closes("ana").await;
    play.waits("5s").await;
}

both_engines! {
    async fn a_fall_stops_the_newest_after_their_shifts_and_deletes_nothing(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;

        play.is_on_plan(Plan::Free).await;

        let said = posts(&play, "stops after the shift of Ben").await;
        assert_eq!(said.len(), 2, "{said:#?}");
        assert!(said.iter().all(|text| text.contains("Monday") && text.contains("Nothing is deleted")), "{said:#?}");
        assert!(said[0].contains("delta") && said[1].contains("echo"), "{said:#?}");
        let told_admin = told(&play, "Pro* has ended").await;
        assert_eq!(told_admin.len(), 1, "{told_admin:#?}");
        assert!(told_admin[0].contains("delta") && told_admin[0].contains("echo"), "{told_admin:#?}");
        assert!(!told_admin[0].contains("alpha") && told_admin[0].contains("10 July"), "{told_admin:#?}");
        assert!(texts(&play.dms("ben").await).iter().all(|text| !text.contains("has ended")), "admins alone");
        let running = who(&play, "delta").await;
        assert!(running.contains("Ben is on duty") && running.contains("It stops after that"), "{running}");
        let shown = play.types("ana", "/rotation show delta").await;
        assert!(shown.contains("Ben is on duty") && shown.contains("It stops after that"), "{shown}");
        assert!(!who(&play, "charlie").await.contains("stops"));

        play.waits_until("2026-06-15T07:05:00Z").await;
        for name in ["alpha", "bravo", "charlie"] {
            assert!(who(&play, name).await.contains("Cho is on duty"), "{name} goes on");
        }
        for name in ["delta", "echo"] {
            let stopped = who(&play, name).await;
            assert!(stopped.contains("It is stopped: this workspace is on the Free plan"), "{stopped}");
            assert!(!stopped.contains("Next"), "{stopped}");
        }
        let shown = play.types("ana", "/rotation show delta").await;
        assert!(shown.contains("It is stopped: this workspace is on the Free plan"), "{shown}");
        let listed = play.types("ana", "/rotation list").await;
        assert!(FIVE.iter().all(|name| listed.contains(name)), "{listed}");
        play.waits("21d").await;
        assert_eq!(posts(&play, "*delta* passes").await.len(), 1, "only its first handoff was told");
        assert!(play.types("ana", "/rotation history delta").await.contains("Ben"), "what was is there");
    }

    async fn pro_brings_everything_back_at_once_with_the_next_person(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;
        play.is_on_plan(Plan::Free).await;
        play.waits_until("2026-06-17T10:00:00Z").await;

        play.is_on_plan(Plan::Pro).await;

        let mut told_admin = told(&play, "is on *Pro* now").await;
        told_admin.retain(|text| text.contains("go on"));
        assert_eq!(told_admin.len(), 1, "{told_admin:#?}");
        assert!(told_admin[0].contains("delta") && told_admin[0].contains("echo"), "{told_admin:#?}");
        assert_eq!(posts(&play, "goes on: this workspace is on Pro").await.len(), 2);
        for name in ["delta", "echo"] {
            let back = who(&play, name).await;
            assert!(back.contains("Cho is on duty"), "the one who was next: {back}");
        }
        play.waits_until("2026-06-22T07:05:00Z").await;
        assert!(who(&play, "delta").await.contains("Dee is on duty"));
        assert_eq!(makes(&play, "foxtrot").await["errors"], Value::Null);
        assert!(play.types("ana", "/rotation list").await.contains("foxtrot"), "there is no limit");
    }

    async fn what_has_not_stopped_when_pro_is_back_just_goes_on(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;
        play.is_on_plan(Plan::Free).await;
        play.waits("1d").await;

        play.is_on_plan(Plan::Pro).await;

        let running = who(&play, "delta").await;
        assert!(running.contains("Ben is on duty") && running.contains("Next is Cho"), "{running}");
        play.waits_until("2026-06-15T07:05:00Z").await;
        assert!(who(&play, "delta").await.contains("Cho is on duty"));
        assert_eq!(posts(&play, "delta").await.iter().filter(|text| text.contains("is on Pro")).count(), 1);
    }

    async fn the_limit_refuses_and_says_what_to_do(play billed at "2026-06-05T10:00:00Z") {
        for name in &FIVE[..3] {
            makes(&play, name).await;
        }
        play.waits_until("2026-06-10T10:00:00Z").await;
        play.types("ana", "/rotation pause alpha").await;
        let form = play.opens("ana", "/rotation create").await;
        play.types("ana", "/rotation resume alpha").await;

        let filled = weekly("delta", &["U0BEN", "U0CHO"]);
        let fourth = play.submits("ana", form["id"].as_str().expect("a form"), &filled).await.to_string();
        play.closes("ana").await;
        let opened = play.types("ana", "/rotation create").await;

        for refused in [&fourth, &opened] {
            assert!(refused.contains("room for three active rotations"), "{refused}");
            assert!(refused.contains("Pause one without an end or delete one first"), "{refused}");
        }
        assert!(play.modals("ana").await.is_empty(), "no form was opened");
        play.types("ana", "/rotation pause alpha until 24 June").await;
        let form = play.types("ana", "/rotation create").await;
        assert!(form.contains("room for three"), "a rest with an end keeps its place: {form}");
        play.types("ana", "/rotation resume alpha").await;
        play.types("ana", "/rotation pause alpha").await;
        assert!(makes(&play, "delta").await.to_string().contains("delta"));
        assert!(play.types("ana", "/rotation list").await.contains("delta"));
        let resumed = play.types("ana", "/rotation resume alpha").await;
        assert!(resumed.contains("room for three active rotations"), "{resumed}");
        confirms(&play, "/rotation delete delta").await;
        let resumed = play.types("ana", "/rotation resume alpha").await;
        assert!(resumed.contains("goes on with its next handoff"), "{resumed}");
        assert!(!play.types("ana", "/rotation list").await.contains("delta"));
        let back = play.types("ana", "/rotation undelete delta").await;
        assert!(back.contains("room for three active rotations"), "{back}");
        play.types("ana", "/rotation pause bravo").await;
        let back = play.types("ana", "/rotation undelete delta").await;
        assert!(back.contains("is back"), "{back}");
    }

    async fn whoever_makes_room_resumes_one_that_was_stopped(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;
        play.is_on_plan(Plan::Free).await;
        let refused = play.types("ana", "/rotation resume delta").await;
        assert!(refused.contains("room for three active rotations"), "it is to stop: {refused}");
        play.types("ana", "/rotation pause alpha").await;

        let kept = play.types("ana", "/rotation resume delta").await;
        play.waits_until("2026-06-17T10:00:00Z").await;

        assert!(kept.contains("goes on"), "{kept}");
        assert!(who(&play, "delta").await.contains("Cho is on duty"), "it never stopped");
        assert!(who(&play, "echo").await.contains("It is stopped"));
        let refused = play.types("ana", "/rotation resume echo now").await;
        assert!(refused.contains("room for three active rotations"), "{refused}");
        play.types("ana", "/rotation pause bravo").await;
        let started = play.types("ana", "/rotation resume echo now").await;
        assert!(started.contains("It runs again") && started.contains("Cho is on duty"), "{started}");
    }

    async fn one_that_is_to_stop_and_is_paused_rests_as_long_as_there_is_no_room(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;
        play.is_on_plan(Plan::Free).await;

        let paused = play.types("ana", "/rotation pause delta until 24 June").await;

        assert!(paused.contains("paused") && !paused.contains("24"), "{paused}");
        assert!(who(&play, "delta").await.contains("It is stopped"), "{}", who(&play, "delta").await);
        play.waits_until("2026-06-30T10:00:00Z").await;
        assert!(who(&play, "delta").await.contains("It is stopped"), "the plan rests on");
        play.is_on_plan(Plan::Pro).await;
        assert!(who(&play, "delta").await.contains("Cho is on duty"), "{}", who(&play, "delta").await);
    }

    async fn a_rest_that_people_made_outlives_the_plans(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;
        play.types("ana", "/rotation pause echo until 24 June").await;
        play.is_on_plan(Plan::Free).await;
        let stopped = who(&play, "echo").await;
        assert!(stopped.contains("It is stopped"), "it would have begun again: {stopped}");
        play.waits("2d").await;

        play.is_on_plan(Plan::Pro).await;

        let shown = play.types("ana", "/rotation show echo").await;
        assert!(shown.contains("paused until") && shown.contains("24"), "{shown}");
        play.waits_until("2026-06-29T07:05:00Z").await;
        assert!(who(&play, "echo").await.contains("is on duty"), "{}", who(&play, "echo").await);
    }

    async fn another_cadence_moves_the_stop_with_the_handoff(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;
        play.is_on_plan(Plan::Free).await;
        let form = play.opens("ana", "/rotation edit delta").await;

        play.submits("ana", form["id"].as_str().expect("a form"), &json!({"first_day": "2026-06-12", "time": "10:30"})).await;
        let confirm = play.modals("ana").await.pop().expect("the dates");
        play.submits("ana", confirm["id"].as_str().expect("a form"), &json!({})).await;
        play.closes("ana").await;

        play.waits_until("2026-06-12T08:29:00Z").await;
        assert!(who(&play, "delta").await.contains("Ben is on duty"), "{}", who(&play, "delta").await);
        play.waits_until("2026-06-12T08:31:00Z").await;
        assert!(who(&play, "delta").await.contains("It is stopped"), "{}", who(&play, "delta").await);
        assert!(who(&play, "echo").await.contains("Ben is on duty"), "the other one's handoff is Monday's");
    }

    async fn a_bot_that_was_off_at_the_handoff_stops_them_and_hands_nothing_over(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;
        play.is_on_plan(Plan::Free).await;
        play.ends_bot("kill").await;
        play.waits_until("2026-06-24T10:00:00Z").await;

        play.starts_bot().await;
        play.waits("1m").await;

        assert!(who(&play, "alpha").await.contains("Dee is on duty"), "the others are caught up");
        assert!(who(&play, "delta").await.contains("It is stopped"));
        assert_eq!(posts(&play, "*delta* passes").await.len(), 1, "{:#?}", posts(&play, "delta").await);
        play.is_on_plan(Plan::Pro).await;
        assert!(who(&play, "delta").await.contains("Cho is on duty"), "nobody's turn was used up");
    }

    async fn of_many_who_take_the_last_place_at_once_one_gets_it(play billed at "2026-06-05T10:00:00Z") {
        for name in &FIVE[..2] {
            makes(&play, name).await;
        }
        let mut forms = Vec::new();
        for who in ["ana", "ben", "cho", "dee", "eli"] {
            let form = play.opens(who, "/rotation create").await;
            forms.push((who, form["id"].as_str().expect("a form").to_owned(), weekly(&format!("of {who}"), &["U0BEN"])));
        }

        let at_once = forms.iter().map(|(who, view, form)| play.submits(who, view, form));
        let answers = futures_util::future::join_all(at_once).await;

        let refused = answers.iter().filter(|it| it.to_string().contains("room for three active rotations")).count();
        assert_eq!(refused, 4, "{answers:#?}");
        let listed = play.types("ana", "/rotation list").await;
        assert_eq!(listed.matches("*of ").count(), 1, "{listed}");
    }

    async fn pages_and_homes_say_what_the_plan_stopped(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;
        play.opens_home("ben").await;
        play.is_on_plan(Plan::Free).await;
        let before = plain_view(&play.home("ben").await.expect("a home"));

        play.waits_until("2026-06-15T07:05:00Z").await;

        let home = plain_view(&play.home("ben").await.expect("a home"));
        assert_eq!(before.matches("It stops after that").count(), 2, "{before}");
        assert_eq!(home.matches("It is stopped: this workspace is on the Free plan").count(), 2, "{home}");
        let ahead = next(&play, "echo").await;
        assert!(ahead.contains("stopped: this workspace is on the Free plan") && !ahead.contains("paused"), "{ahead}");
        let page = fetched(&play, "/rotation page echo").await;
        assert!(page.contains("Stopped: this workspace is on the Free plan"), "{page}");
        let calendar = fetched(&play, "/rotation calendar echo").await;
        assert!(calendar.contains("echo: stopped (Free plan)"), "{calendar}");
    }

    async fn a_source_cannot_be_connected_or_asked_on_free_and_a_poke_does_nothing(play billed at "2026-06-05T10:00:00Z") {
        play.is_on_plan(Plan::Pro).await;
        play.has_company().await;
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        let token = format!("{}{}", play.workspace().as_uuid().simple(), "ab".repeat(32));
        play.connects(play.team(), SERVICE_USER, Some((&token, "webhook-secret"))).await;
        play.waits("5m").await;
        play.is_on_plan(Plan::Free).await;
        let before = play.hibob_calls("whosout").await.len();
        let request = play.is_off("ben", "2026-06-15", "2026-06-19").await;
        let url = play.stage().bot_url().join(&format!("hibob/webhook/{token}")).expect("an address").to_string();

        let poked = play.hibob_pokes(&json!({"service_user": SERVICE_USER, "url": url, "secret": "webhook-secret",
            "type": "timeoff.request.approved", "requestId": request})).await;
        play.waits("5m").await;
        let mut answers = Vec::new();
        for action in ["source_ask_now", "source_connect"] {
            let admin = play.opens("ana", "/rotation admin").await;
            let told = play.dms("ana").await.len();
            play.clicks_in_view("ana", &admin, action).await;
            let shown = play.modals("ana").await.last().map(plain_view).unwrap_or_default();
            play.closes("ana").await;
            play.waits("10s").await;
            answers.push(format!("{shown} {:?}", texts(&play.dms("ana").await.split_off(told))));
        }

        assert_eq!(poked, Some(200), "who pokes is answered as ever");
        for answer in answers {
            assert!(answer.contains("absences do not come from HiBob"), "{answer}");
        }
        assert_eq!(play.hibob_calls("whosout").await.len(), before);
    }

    async fn sources_are_not_asked_on_free_and_at_once_on_pro(play billed at "2026-06-05T10:00:00Z") {
        play.is_on_plan(Plan::Pro).await;
        play.has_company().await;
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.is_off("ben", "2026-06-15", "2026-06-19").await;
        play.is_connected().await;
        play.is_on_plan(Plan::Free).await;
        let before = play.hibob_calls("whosout").await.len();

        play.is_off("cho", "2026-06-22", "2026-06-26").await;
        play.waits("3d").await;

        assert_eq!(play.hibob_calls("whosout").await.len(), before, "nobody asks");
        let known = next(&play, "support").await;
        let lines: Vec<&str> = known.lines().filter(|line| line.contains("Jun")).collect();
        assert!(lines[0].contains("Cho") && lines[1].contains("Ana"), "what was known stays: {known}");
        let ended = told(&play, "Pro* has ended").await;
        assert!(ended[0].contains("HiBob is not asked"), "{ended:#?}");
        play.is_on_plan(Plan::Pro).await;
        play.waits("1m").await;
        assert_eq!(play.hibob_calls("whosout").await.len(), before + 1);
        assert!(told(&play, "Absences come from HiBob again").await.len() == 1);
    }

    async fn the_event_log_is_kept_as_the_plan_says_and_a_month_longer_after_a_fall(play billed at "2026-06-05T10:00:00Z") {
        play.is_on_plan(Plan::Pro).await;
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        sleeps_until(&play, "2026-08-20T12:00:00Z").await;
        play.is_on_plan(Plan::Free).await;
        assert_eq!(pruned(&play, "2026-08-23T12:00:00Z").await, 0);

        sleeps_until(&play, "2026-09-18T12:00:00Z").await;
        let in_grace = pruned(&play, "2026-09-20T12:00:00Z").await;
        sleeps_until(&play, "2026-09-22T12:00:00Z").await;
        let after = pruned(&play, "2026-09-24T12:00:00Z").await;

        assert_eq!(in_grace, 0, "until 21 September nothing goes that Pro would keep");
        assert!(0 < after, "then 30 days are kept");
        play.is_on_plan(Plan::Pro).await;
        sleeps_until(&play, "2027-06-01T12:00:00Z").await;
        assert_eq!(pruned(&play, "2027-06-03T12:00:00Z").await, after, "on Pro a year is kept");
    }

    async fn a_plan_that_changes_back_and_forth_at_once_ends_as_the_last_one_says(play billed at "2026-06-05T10:00:00Z") {
        makes_five(&play).await;

        for plan in [Plan::Free, Plan::Pro, Plan::Free, Plan::Free] {
            play.is_on_plan(plan).await;
        }

        play.waits_until("2026-06-16T10:00:00Z").await;
        let stopped = [who(&play, "delta").await, who(&play, "echo").await];
        assert!(stopped.iter().all(|text| text.contains("It is stopped")), "{stopped:#?}");
        assert!(who(&play, "charlie").await.contains("Cho is on duty"));
        assert_eq!(told(&play, "Pro* has ended").await.len(), 2, "each fall was told once");
    }
}

both_engines! {
    async fn a_service_that_bills_nobody_gives_everything_back(play at "2026-06-05T10:00:00Z") {
        for name in FIVE {
            makes(&play, name).await;
        }

        play.is_on_plan(Plan::Free).await;

        play.waits_until("2026-06-16T10:00:00Z").await;
        assert!(who(&play, "echo").await.contains("Cho is on duty"), "{}", who(&play, "echo").await);
    }
}

/// Lets the bot sleep until an instant, which takes no time, and then live for two days.
async fn sleeps_until(play: &Play, at: &str) {
    play.ends_bot("kill").await;
    play.waits_until(at).await;
    play.starts_bot().await;
    play.waits("2d").await;
}

/// Returns how many events of the log were let go; the others are as they were written.
async fn pruned(play: &Play, at: &str) -> u64 {
    let store = play.database().open().await;
    let now = at.parse().expect("an instant");
    let verdict = store.verify_audit(play.workspace(), None, now).await.expect("a look");
    assert_eq!(verdict.fault, None, "{verdict:?}");
    verdict.pruned
}
