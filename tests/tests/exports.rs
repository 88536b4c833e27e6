//! What is stored can be fetched: by each person what there is of them, by admins all of it, over a link that works once.

use serde_json::json;
use std::time::Duration;
use stories::{Play, both_engines, plain_view};

/// Returns the address in an answer.
fn link_in(answer: &str) -> String {
    let (_, rest) = answer.split_once('<').unwrap_or_else(|| panic!("there is a link: {answer}"));
    rest.split_once('|').expect("it has words").0.to_owned()
}

/// Returns the status and the body of a page; it is asked for by `method`.
async fn visits(method: &str, address: &str) -> (u16, String) {
    let method = method.parse().expect("a method");
    let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build();
    let client = client.expect("a client for loopback");
    let answer = client.request(method, address).send().await.expect("it answers");
    let status = answer.status().as_u16();
    let body = answer.bytes().await.expect("the whole answer");
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// Returns the last message that somebody alone sees in `#support`.
async fn told(play: &Play, who: &str) -> String {
    let seen = play.messages("support", who).await;
    seen.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer").text
}

async fn fetches(address: &str) -> String {
    let (status, archive) = visits("POST", address).await;
    assert_eq!(status, 200, "{archive}");
    assert!(archive.starts_with("PK"), "{archive}");
    archive
}

both_engines! {
    async fn a_person_fetches_what_is_kept_of_them_once(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.types("cho", "/rotation ooo add 2026-06-29 to 2026-07-03").await;
        play.types("dee", "/rotation ooo add 2026-07-06 to 2026-07-08").await;

        let answer = play.types("cho", "/rotation export me").await;
        let address = link_in(&answer);
        // A chat that looks what is behind a link takes nothing away.
        let head = visits("HEAD", &address).await.0;
        let page = visits("GET", &address).await;
        let archive = fetches(&address).await;

        assert_eq!((head, page.0), (200, 200), "{page:?}");
        assert!(page.1.contains("What Asyncbot keeps of you") && page.1.contains("<form method=\"post\">"), "{page:?}");
        assert!(archive.contains("data.json") && archive.contains("shifts.ics") && archive.contains("U0CHO"), "{archive}");
        assert!(!archive.contains("U0DEE"), "of others there is nothing: {archive}");
        for method in ["GET", "POST"] {
            let (status, page) = visits(method, &address).await;
            assert_eq!(status, 404, "it is used up: {page}");
            assert!(page.contains("This link opens nothing"), "{page}");
        }
    }

    async fn a_link_ends_with_its_time_and_with_the_next_one(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;

        let first = link_in(&play.types("cho", "/rotation export me").await);
        let second = link_in(&play.types("cho", "/rotation export me").await);
        let of_ben = link_in(&play.types("ben", "/rotation export me").await);
        assert_ne!(first, second);
        assert_eq!(visits("POST", &first).await.0, 404, "another was asked for since");
        play.waits("14m").await;
        assert_eq!(visits("GET", &second).await.0, 200);
        play.waits("1m").await;

        for over in [&second, &of_ben] {
            assert_eq!(visits("GET", over).await.0, 404);
            assert_eq!(visits("POST", over).await.0, 404);
        }
        let bent = format!("{}0", &second[..second.len() - 1]);
        for nothing in [bent.as_str(), "x", ""] {
            let address = play.stage().bot_url().join("exports/").expect("a path").join(nothing).expect("a path");
            assert_eq!(visits("POST", address.as_str()).await.0, 404, "{address}");
        }
    }

    async fn a_guest_fetches_what_is_kept_of_them(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "eli"]).await;
        play.makes_guest("eli", true).await;
        play.waits("1m").await;

        let archive = fetches(&link_in(&play.types("eli", "/rotation export me").await)).await;

        assert!(archive.contains("U0ELI"), "{archive}");
    }

    async fn admins_alone_fetch_everything_and_slack_is_asked_first(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.types("ben", "/rotation ooo add 2026-06-29 to 2026-07-03").await;

        let first = play.types("ana", "/rotation export").await;
        play.waits("1s").await;
        let of_ana = told(&play, "ana").await;
        play.types("ben", "/rotation export").await;
        play.waits("1s").await;
        let of_ben = told(&play, "ben").await;
        let archive = fetches(&link_in(&of_ana)).await;

        assert!(first.contains("Checking with Slack"), "{first}");
        assert!(!of_ben.contains("/exports/") && of_ben.contains("an admin"), "{of_ben}");
        for what in ["audit_events.csv", "absences.csv", "U0BEN", "U0CHO", "rotation_created"] {
            assert!(archive.contains(what), "{what}: {archive}");
        }
        assert!(!archive.contains("xoxb-"), "what is sealed stays");
    }

    async fn a_link_opens_nothing_after_the_app_was_removed(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        let address = link_in(&play.types("cho", "/rotation export me").await);
        play.waits("1m").await;
        assert_eq!(visits("GET", &address).await.0, 200);

        play.uninstalls().await;
        play.waits("1m").await;

        assert_eq!(visits("GET", &address).await.0, 404);
        assert_eq!(visits("POST", &address).await.0, 404);
    }

    async fn admins_read_the_event_log_page_by_page(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        for _ in 0..8 {
            play.types("ana", "/rotation pause support").await;
            play.types("ana", "/rotation resume support now").await;
        }
        play.types("cho", "/rotation export me").await;

        let home = play.opens_home("ana").await;
        let shown = play.clicks_in_view("ana", &home, "data_events").await;
        let first = shown["views_opened"][0].clone();
        let older = play.clicks_in_view("ana", &first, "data_older").await;
        let typed = play.types("ana", "/rotation events").await;
        let refused = play.types("ben", "/rotation events").await;

        let words = plain_view(&first);
        assert_eq!(first["title"]["text"], "Event log");
        assert!(words.contains("export offered, by") && words.contains("*support*"), "{words}");
        let pages = json!([older["views_opened"], older["views_updated"], older["views_pushed"]]).to_string();
        assert!(pages.contains("Before that") && pages.contains("rotation created"), "{older}");
        assert!(typed.contains("What happened last"), "{typed}");
        assert!(refused.contains("an admin"), "{refused}");
        let of_ben = plain_view(&play.opens_home("ben").await);
        assert!(!of_ben.contains("Event log"), "{of_ben}");
    }
}
