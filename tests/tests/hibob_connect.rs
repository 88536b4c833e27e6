//! Admins connect HiBob, see how it is, ask it, give it a webhook and turn it off.

use domain::ids::{TeamId, UserId, WorkspaceId};
use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Haul, Play, Seen, both_engines, logged, plain_view};

const USER: &str = "SVC-HARBOUR-77";
const TOKEN: &str = "sparrow-token-of-the-harbour";
const WRONG: &str = "sparrow-token-that-is-wrong";
const SECRET: &str = "sparrow-secret-of-the-webhook";

/// Makes a rotation of three, whom HiBob knows but for cho.
async fn begins(play: &Play) {
    play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
    let people = ["ana", "ben", "dee"]
        .map(|name| json!({"email": format!("{name}@harbour.example"), "name": name}));
    play.has_hibob(&json!({"service_user": USER, "token": TOKEN, "people": people})).await;
}

/// Opens the form in which HiBob is connected.
async fn form(play: &Play) -> Value {
    let admin = play.opens("ana", "/rotation admin").await;
    pressed(play, &admin, "source_connect").await
}

/// Presses a button in a view and returns the modal that it opens.
async fn pressed(play: &Play, view: &Value, action: &str) -> Value {
    play.clicks_in_view("ana", view, action).await;
    play.modals("ana").await.pop().expect("a modal opens")
}

/// Fills in the form and returns what ana is told directly within a few seconds.
async fn connects(play: &Play, user: &str, token: &str) -> Vec<Seen> {
    let form = form(play).await;
    let told = play.dms("ana").await.len();
    play.fills("ana", &form, &json!({"source_value_1": user, "source_value_2": token})).await;
    play.closes("ana").await;
    play.waits("10s").await;
    play.dms("ana").await.split_off(told)
}

/// Presses a button of HiBob's in the window for admins, and returns that ana is told directly, and what is shown at once.
async fn does(play: &Play, action: &str) -> (String, String) {
    let admin = play.opens("ana", "/rotation admin").await;
    let told = play.dms("ana").await.len();
    let shown = plain_view(&pressed(play, &admin, action).await);
    play.closes("ana").await;
    play.waits("10s").await;
    (texts(&play.dms("ana").await.split_off(told)), shown)
}

fn texts(seen: &[Seen]) -> String {
    seen.iter().map(|seen| seen.text.as_str()).collect::<Vec<_>>().join("\n---\n")
}

/// Returns how many absences HiBob has told of these people.
async fn synced(play: &Play) -> usize {
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = play.database().open().await.read(workspace).await.expect("a look");
    let users = ["U0ANA", "U0BEN", "U0CHO", "U0DEE"].map(UserId::new);
    let from = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let all = tx.list_absences(&users, from, None).await.expect("absences");
    all.iter().filter(|absence| absence.source.as_str() == "hibob").count()
}

/// Returns whether a source is on, as the database has it.
async fn is_on(play: &Play) -> bool {
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = play.database().open().await.read(workspace).await.expect("a look");
    !tx.list_sources().await.expect("sources").is_empty()
}

/// Returns how often HiBob was asked who is out.
async fn asked(play: &Play) -> usize {
    play.hibob_calls("whosout").await.len()
}

both_engines! {
    async fn an_admin_connects_hibob_and_is_told_what_came_of_it(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        play.takes_time_off(USER, "ben@harbour.example", &json!({"startDate": "2026-06-08", "endDate": "2026-06-12"})).await;

        let admin = play.opens("ana", "/rotation admin").await;
        let form = pressed(&play, &admin, "source_connect").await;
        let told = play.dms("ana").await.len();
        let answer = play.fills("ana", &form, &json!({"source_value_1": USER, "source_value_2": TOKEN})).await;
        play.closes("ana").await;
        play.waits("10s").await;

        assert!(plain_view(&admin).contains("*HiBob* is off"), "{admin}");
        assert_snapshot!("the_form_that_connects_hibob", plain_view(&form));
        assert!(plain_view(&answer["view"]).contains("Checking with Slack"), "{answer}");
        assert_snapshot!("hibob_is_connected", texts(&play.dms("ana").await.split_off(told)));
        assert_eq!(synced(&play).await, 1);
        play.waits("4m").await;
        let admin = play.opens("ana", "/rotation admin").await;
        assert_snapshot!("the_workspace_with_hibob", plain_view(&admin));
        let home = plain_view(&play.opens_home("ana").await);
        assert!(home.contains("2 of 3 members are known there") && home.contains("Turn off"), "{home}");
        let home = plain_view(&play.opens_home("ben").await);
        assert!(!home.contains("HiBob* is"), "it is for admins: {home}");
    }

    async fn what_is_wrong_is_said_and_nothing_is_saved(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let mut said = Vec::new();

        said.push(connects(&play, USER, WRONG).await);
        play.has_hibob(&json!({"service_user": USER, "grants": ["email"]})).await;
        play.waits("6m").await;
        said.push(connects(&play, USER, TOKEN).await);
        // Addresses are hidden and not refused: it shows when somebody is looked for.
        play.has_hibob(&json!({"service_user": USER, "grants": ["whosout"]})).await;
        said.push(connects(&play, USER, TOKEN).await);
        play.has_hibob(&json!({"service_user": USER, "grants": ["whosout", "email"]})).await;
        for raw in [
            json!({"status": 200, "raw_body": "<html>Please sign in</html>"}),
            json!({"status": 503, "raw_body": "down"}),
            json!({"status": 429, "headers": {"retry-after": "120"}, "body": {"key": "limited", "error": "Too many"}}),
            json!({"status": 403, "raw_body": "<html>Request blocked</html>"}),
        ] {
            let mut raw = raw;
            raw["service_user"] = json!(USER);
            raw["path"] = json!("timeoff/whosout");
            raw["times"] = json!(1);
            play.hibob_answers(&raw).await;
            said.push(connects(&play, USER, TOKEN).await);
            play.waits("10m").await;
        }

        let why: Vec<String> = said.iter().map(|seen| texts(seen)).collect();
        assert_snapshot!("why_hibob_is_not_connected", why.join("\n\n"));
        assert!(!is_on(&play).await && asked(&play).await > 0);
        let last = said.pop().and_then(|mut seen| seen.pop()).expect("the last is told");
        let again = play.opens_by("ana", &last, "source_connect").await;
        assert_eq!(again["callback_id"], "source_connect", "it opens the form again");
        play.fills("ana", &again, &json!({"source_value_1": " ", "source_value_2": TOKEN})).await;
        play.closes("ana").await;
        play.waits("10s").await;
        let told = play.dms("ana").await.pop().expect("she is told");
        assert!(told.text.contains("Service user ID cannot be read"), "{told:?}");
        let told = connects(&play, USER, TOKEN).await;
        assert!(texts(&told).contains("*HiBob* is connected") && is_on(&play).await, "{told:?}");
    }

    async fn that_private_leave_is_not_shown_is_said_until_it_is(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let some = json!({"service_user": USER, "grants": ["whosout", "email"], "switches": {"private": "403"}});
        play.has_hibob(&some).await;
        let line = "Private leave is not shown to me";

        let told = texts(&connects(&play, USER, TOKEN).await);
        let admin = plain_view(&play.opens("ana", "/rotation admin").await);
        play.closes("ana").await;
        let home = plain_view(&play.opens_home("ana").await);
        play.has_hibob(&json!({"service_user": USER, "grants": ["whosout", "email", "private"]})).await;
        play.waits("1m").await;
        let (after, _) = does(&play, "source_ask_now").await;

        assert_snapshot!("hibob_shows_no_private_leave", told);
        assert!(admin.contains(line) && home.contains(line), "{admin} {home}");
        assert!(after.contains("*HiBob* answered") && !after.contains(line), "{after}");
        let home = plain_view(&play.opens_home("ana").await);
        assert!(home.contains("*HiBob* is connected") && !home.contains(line), "{home}");
    }

    async fn nobody_but_an_admin_gets_near_it(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        let form = form(&play).await;
        play.becomes_known("ben").await;

        let mut refused = Vec::new();
        for action in ["source_connect", "source_ask_now", "source_webhook", "source_turn_off"] {
            refused.push(play.presses_old("ben", action, "hibob").await);
        }
        // Slack says so to whoever asks it, but has not told.
        play.makes_owner("ana", false).await;
        play.makes_admin("ana", false).await;
        let told = play.dms("ana").await.len();
        play.fills("ana", &form, &json!({"source_value_1": USER, "source_value_2": TOKEN})).await;
        play.waits("10s").await;

        assert!(refused.iter().all(|it| it.contains("Only an admin")), "{refused:#?}");
        let told = texts(&play.dms("ana").await.split_off(told));
        assert!(told.contains("Only an admin"), "{told}");
        assert_eq!((asked(&play).await, is_on(&play).await), (0, false), "HiBob was not even asked");
    }

    async fn turned_off_all_that_it_said_is_gone_at_once(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        for (who, first) in [("ben", "2026-06-08"), ("dee", "2026-06-22")] {
            let days = json!({"startDate": first, "endDate": first});
            play.takes_time_off(USER, &format!("{who}@harbour.example"), &days).await;
        }
        connects(&play, USER, TOKEN).await;
        play.types("cho", "/rotation ooo add 2026-07-01 to 2026-07-03").await;
        let before = synced(&play).await;

        let (told, shown) = does(&play, "source_turn_off").await;
        let after = asked(&play).await;
        play.waits("2h").await;

        assert_eq!((before, synced(&play).await), (2, 0));
        assert!(shown.contains("Checking with Slack"), "{shown}");
        assert_snapshot!("hibob_is_off", told);
        assert_eq!((asked(&play).await, is_on(&play).await), (after, false), "it is not asked any more");
        assert!(play.types("cho", "/rotation ooo list").await.contains("1 July"), "her own stays");
        let (told, _) = does(&play, "source_connect").await;
        assert_eq!(told, "", "the form opens");
        let again = play.presses_old("ana", "source_turn_off", "hibob").await;
        play.waits("10s").await;
        let told = texts(&play.dms("ana").await);
        assert!(again.contains("Checking") && told.contains("*HiBob* is off, so nothing was changed"), "{again} {told}");
    }

    async fn it_is_asked_when_an_admin_wants_it_once_a_minute(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        connects(&play, USER, TOKEN).await;
        let before = asked(&play).await;

        let (early, shown_early) = does(&play, "source_ask_now").await;
        play.waits("1m").await;
        play.takes_time_off(USER, "dee@harbour.example", &json!({"startDate": "2026-06-22", "endDate": "2026-06-26"})).await;
        let (told, shown) = does(&play, "source_ask_now").await;

        assert!(early.is_empty() && shown_early.contains("less than a minute ago"), "{early} {shown_early}");
        assert!(shown.contains("I am asking *HiBob* now"), "{shown}");
        assert!(told.contains("1 absence is counted"), "{told}");
        assert_eq!((asked(&play).await, synced(&play).await), (before + 1, 1));
    }

    async fn other_credentials_keep_what_is_known(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        play.takes_time_off(USER, "dee@harbour.example", &json!({"startDate": "2026-06-22", "endDate": "2026-06-26"})).await;
        connects(&play, USER, TOKEN).await;
        play.has_hibob(&json!({"service_user": USER, "token": "sparrow-token-number-two"})).await;
        let told = play.dms("ana").await.len();
        play.waits("30m").await;
        let fault = play.dms("ana").await.split_off(told);
        let stopped = asked(&play).await;
        play.waits("3h").await;

        assert_snapshot!("hibob_does_not_take_the_token_any_more", texts(&fault));
        assert_eq!(asked(&play).await, stopped, "it is asked no more");
        let form = play.opens_by("ana", &fault[0], "source_connect").await;
        assert!(form.to_string().contains(USER) && !form.to_string().contains("sparrow"), "{form}");
        play.closes("ana").await;
        let wrong = connects(&play, USER, WRONG).await;
        assert!(texts(&wrong).contains("what was entered before stays"), "{wrong:?}");
        assert_eq!(synced(&play).await, 1);
        let good = connects(&play, USER, "sparrow-token-number-two").await;
        assert_snapshot!("hibob_takes_other_credentials", texts(&good));
        assert_eq!(synced(&play).await, 1);
    }

    async fn a_webhook_is_heard_once_its_secret_is_known(play at "2026-06-05T10:00:00Z") {
        begins(&play).await;
        connects(&play, USER, TOKEN).await;
        let admin = play.opens("ana", "/rotation admin").await;
        let form = pressed(&play, &admin, "source_webhook").await;
        let address = address_in(&form);
        let poke = |with: &Value| {
            let mut poke = json!({"service_user": USER, "url": address});
            for (key, value) in with.as_object().into_iter().flatten() {
                poke[key] = value.clone();
            }
            poke
        };
        let request = play.takes_time_off(USER, "dee@harbour.example", &json!({"startDate": "2026-06-22", "endDate": "2026-06-26"})).await;
        let event = json!({"type": "timeoff.request.approved", "requestId": request, "secret": SECRET});

        let ping = play.hibob_pokes(&poke(&json!({"ping": "text"}))).await;
        let early = play.hibob_pokes(&poke(&event)).await;
        let none = play.fills("ana", &form, &json!({})).await;
        play.closes("ana").await;
        let admin = play.opens("ana", "/rotation admin").await;
        let again = pressed(&play, &admin, "source_webhook").await;
        let saved = play.fills("ana", &again, &json!({"webhook_secret": SECRET})).await;
        play.closes("ana").await;
        let before = asked(&play).await;
        let heard = play.hibob_pokes(&poke(&event)).await;
        play.waits("2m").await;

        let shown = plain_view(&form).replace(address_in(&form).as_str(), "ADDRESS");
        assert_snapshot!("the_form_of_the_webhook", shown);
        assert_eq!(address_in(&again), address, "the address stays");
        assert!(plain_view(&none["view"]).contains("No secret was entered"), "{none}");
        assert!(plain_view(&saved["view"]).contains("I ask it within a minute"), "{saved}");
        assert_eq!((ping, early, heard), (Some(200), Some(401), Some(200)));
        assert_eq!((asked(&play).await, synced(&play).await), (before + 1, 1));
        assert!(!play.opens("ana", "/rotation admin").await.to_string().contains(SECRET));
    }

    async fn what_opens_hibob_is_nowhere_in_plain(play at "2026-06-05T10:00:00Z") {
        let _ = logged();
        begins(&play).await;
        connects(&play, USER, WRONG).await;
        connects(&play, USER, TOKEN).await;
        let admin = play.opens("ana", "/rotation admin").await;
        let form = pressed(&play, &admin, "source_webhook").await;
        let address = address_in(&form);
        let secret_part = address.rsplit('/').next().expect("a part").split_at(32).1;
        play.fills("ana", &form, &json!({"webhook_secret": SECRET})).await;
        play.closes("ana").await;
        play.waits("1h").await;

        let mut haul = Haul::of(&play).await;
        haul.add("the log", &logged().bytes());

        assert!(haul.size() > 10_000);
        for word in [TOKEN, WRONG, SECRET, secret_part, USER] {
            assert_eq!(haul.finds(word), Vec::<String>::new(), "{word}");
        }
        haul.add("planted", TOKEN.as_bytes());
        assert_eq!(haul.finds(TOKEN).len(), 1, "what is there is found");
        does(&play, "source_turn_off").await;
        let haul = Haul::of(&play).await;
        assert_eq!(haul.finds(secret_part), Vec::<String>::new());
    }
}

/// Returns the address that the form of the webhook shows.
fn address_in(form: &Value) -> String {
    let text = form["blocks"][2]["text"]["text"].as_str().expect("the address");
    text.trim_matches('`').to_owned()
}
