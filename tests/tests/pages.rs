//! The service's own pages as people see them: in a browser, on a telephone, in the dark, on paper, with the keyboard.

use domain::ids::{EventId, TeamId, WorkspaceId};
use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use stories::{Browser, Engine, Play, View};
use url::Url;
use uuid::Uuid;

const PAGES: [&str; 3] = ["", "security", "privacy"];

/// Returns the texts whose colour stands out too little from what is behind them (WCAG 2.2, 1.4.3), and how wide the page is
/// beyond its window.
const LOOK: &str = include_str!("looks/look.js");

async fn looks(browser: &Browser, url: &Url) -> Value {
    browser.client().goto(url.as_str()).await.expect("the page opens");
    browser.client().execute(LOOK, Vec::new()).await.expect("it can be looked at")
}

async fn hosted() -> Play {
    let site = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/site.toml");
    Play::begin_hosted(Engine::Sqlite, "2026-06-05T10:00:00Z", &site).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_load_nothing_and_can_be_read_on_a_telephone() {
    let play = hosted().await;
    let browser = Browser::open(View::Phone).await;

    for view in [View::Phone, View::Desk] {
        browser.resize(view).await;
        for is_dark in [false, true] {
            browser.looks_at(is_dark, false).await;
            for page in PAGES {
                let url = play.stage().bot_url().join(page).expect("a path");
                let seen = looks(&browser, &url).await;
                let right = json!({"faint": [], "wide": 0, "loaded": [], "elsewhere": [], "headings": 1, "language": "en"});
                assert_eq!(seen, right, "/{page} on {view:?}, dark: {is_dark}");
            }
        }
    }
    let complaints = browser.complaints().await;
    let complaints: Vec<_> =
        complaints.iter().filter(|said| !said.contains("favicon.ico")).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_keyboard_leads_past_the_head_and_from_page_to_page() {
    let play = hosted().await;
    let browser = Browser::open(View::Desk).await;
    let client = browser.client();
    client
        .goto(play.stage().bot_url().join("security").expect("a path").as_str())
        .await
        .expect("the page opens");
    let focused = async || {
        let text = client.execute("return document.activeElement.textContent", Vec::new()).await;
        text.expect("it can be asked").as_str().unwrap_or_default().to_owned()
    };
    let press = async |key: Key| {
        let body = client.active_element().await.expect("something has the focus");
        body.send_keys(&char::from(key).to_string()).await.expect("a key is pressed");
    };

    press(Key::Tab).await;
    assert_eq!(focused().await, "To the content");
    let mut stops = Vec::new();
    for _ in 0..6 {
        press(Key::Tab).await;
        stops.push(focused().await);
        if stops.last().is_some_and(|stop| stop == "Privacy") {
            break;
        }
    }
    assert!(stops.contains(&String::from("security@asyncbot.example")), "{stops:?}");
    press(Key::Enter).await;
    client
        .wait()
        .for_url(&play.stage().bot_url().join("privacy").expect("a path"))
        .await
        .expect("it leads there");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_is_fetched_with_the_button_of_its_page() {
    let play = Play::begin(Engine::Sqlite, "2026-06-05T10:00:00Z").await;
    play.makes_support("2026-06-08", &["ben", "cho"]).await;
    let answer = play.types("cho", "/rotation export me").await;
    let (_, rest) = answer.split_once('<').expect("a link");
    let url: Url = rest.split_once('|').expect("words").0.parse().expect("an address");
    let browser = Browser::open(View::Phone).await;

    for is_dark in [false, true] {
        browser.looks_at(is_dark, false).await;
        let seen = looks(&browser, &url).await;
        let right = json!({"faint": [], "wide": 0, "loaded": [], "elsewhere": [], "headings": 1, "language": "en"});
        assert_eq!(seen, right, "dark: {is_dark}");
    }
    let client = browser.client();
    let button = client.find(Locator::Css("form button")).await.expect("there is a button");
    button.click().await.expect("it is pressed");

    // It takes a moment until the browser has asked.
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let (store, began) = (play.database().open().await, Instant::now());
    let newest = (play.stage().clock().now(), EventId::new(Uuid::max()));
    loop {
        let mut tx = store.read(workspace).await.expect("the database is there");
        let last = tx.list_events(newest, 1).await.expect("it answers");
        if last.iter().any(|event| event.action == "exported") {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "the button fetches it");
    }
    let complaints = browser.complaints().await;
    let complaints: Vec<_> =
        complaints.iter().filter(|said| !said.contains("favicon.ico")).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_paper_a_page_is_black_on_white_and_has_no_links_to_press() {
    let play = hosted().await;
    let browser = Browser::open(View::Desk).await;
    browser.looks_at(true, true).await;
    let url = play.stage().bot_url().join("privacy").expect("a path");
    browser.client().goto(url.as_str()).await.expect("the page opens");

    let look = "const style = one => getComputedStyle(document.querySelector(one));
        return [style('body').backgroundColor, style('body').color, style('footer').display]";
    let seen = browser.client().execute(look, Vec::new()).await.expect("it can be looked at");

    assert_eq!(seen, json!(["rgb(255, 255, 255)", "rgb(0, 0, 0)", "none"]));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pages_say_what_is_promised_and_what_the_hoster_says() {
    let hosted = hosted().await;
    let alone = Play::begin(Engine::Sqlite, "2026-06-05T10:00:00Z").await;
    let read = async |play: &Play, page: &str| stories::Outside::of(play).gets(page).await.body;

    let (security, privacy) = (read(&hosted, "security").await, read(&hosted, "privacy").await);
    for said in [
        "workspaces are kept apart by the database itself",
        "within 24 hours",
        "within 72",
        "99.9 %",
        "security@asyncbot.example",
    ] {
        assert!(security.contains(said), "{said}: {security}");
    }
    for said in [
        "E-mail addresses are never stored",
        "Example Hosting Ltd",
        "Frankfurt",
        "carries every request",
        "agreement on data processing",
    ] {
        assert!(privacy.contains(said), "{said}: {privacy}");
    }
    for page in PAGES {
        assert!(!read(&hosted, page).await.contains("<script"), "/{page}");
    }
    let own = read(&alone, "privacy").await;
    assert!(own.contains("admins know who that is") && !own.contains("Example Hosting"), "{own}");
}
