//! `asyncbot serve` with SQLite: the first start, health, and a stop.

use crate::process::{COMPLETE, PATIENCE, asyncbot};
use std::net::TcpListener;
use std::time::{Duration, Instant};

#[test]
fn the_first_start_on_a_fresh_machine_is_ready_and_ends_politely() {
    let bot = asyncbot(&["serve"]).with(COMPLETE).serves();

    assert_eq!(bot.get("/livez"), (200, "live\n".to_owned()));
    assert_eq!(bot.get("/readyz"), (200, "ready\n".to_owned()));
    assert_eq!(bot.get("/health/detail").0, 404, "detail is for the admin address alone");
    let file = bot.home().join(".local/share/asyncbot/asyncbot.db");
    assert!(file.is_file(), "the data is in the platform's data folder");
    let (code, log) = bot.stops();
    assert_eq!(code, Some(0), "{log:#?}");
    assert!(log.last().unwrap().contains("Asyncbot stops"), "{log:#?}");
}

#[test]
fn told_to_stop_it_says_so_and_answers_on_and_told_twice_it_ends_at_once() {
    let bot = asyncbot(&["serve"]).with(COMPLETE).with([("ASYNCBOT_STOP_GRACE", "15")]).serves();
    let began = Instant::now();

    bot.is_told_to_stop();
    while bot.get("/readyz") != (503, "stopping\n".to_owned()) {
        assert!(began.elapsed() < PATIENCE, "it says that it stops, in time");
    }
    assert_eq!(
        bot.get("/livez"),
        (200, "live\n".to_owned()),
        "what is sent here is still answered"
    );
    bot.is_told_to_stop();
    let (code, log) = bot.ends();

    assert_eq!(code, Some(1), "{log:#?}");
    assert!(log.last().unwrap().contains("a second time"), "{log:#?}");
    assert!(began.elapsed() < Duration::from_secs(15), "the moment was not waited for");
}

#[test]
fn a_flag_wins_over_its_variable() {
    let arguments = ["serve", "--slack-client-id", "3.4", "--bind", "127.0.0.1:0"];

    let bot = asyncbot(&arguments).with(COMPLETE).with([("ASYNCBOT_BIND", "nonsense")]).serves();

    let (status, answer) = bot.get("/slack/install");
    assert!(status == 302 || status == 303 || status == 307, "{status} {answer}");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let ended =
        asyncbot(&["serve"]).with(COMPLETE).with([("ASYNCBOT_BIND", address.as_str())]).ends();

    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    assert!(ended.err.contains(&format!("asyncbot: cannot listen on {address}")), "{}", ended.err);
}

#[test]
fn over_https_browsers_are_told_to_stay_there() {
    let behind_tls = [("ASYNCBOT_PUBLIC_URL", "https://bot.example")];
    let bot = asyncbot(&["serve"]).with(COMPLETE).with(behind_tls).serves();

    for path in ["/", "/nowhere", "/.well-known/security.txt"] {
        let head = bot.head_of(path);
        assert!(head.contains("strict-transport-security: max-age=63072000\r\n"), "{path}: {head}");
    }
    let text = bot.get("/.well-known/security.txt").1;
    assert!(text.contains("Canonical: https://bot.example/.well-known/security.txt\n"), "{text}");
}

#[test]
fn what_the_hoster_says_is_on_the_pages_and_a_file_that_does_not_fit_is_named() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/site.toml");
    let bot = asyncbot(&["serve"]).with(COMPLETE).with([("ASYNCBOT_SITE", example)]).serves();

    let (status, page) = bot.get("/security");
    let text = bot.get("/.well-known/security.txt").1;
    let ended = asyncbot(&["serve"])
        .with(COMPLETE)
        .with([("ASYNCBOT_SITE", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))])
        .ends();

    assert_eq!(status, 200);
    assert!(page.contains("mailto:security@asyncbot.example"), "{page}");
    assert!(text.contains("\nContact: mailto:security@asyncbot.example\n"), "{text}");
    assert_eq!(ended.code, Some(2));
    assert!(
        ended.err.contains("ASYNCBOT_SITE: the file ") && ended.err.contains("does not fit: line "),
        "{}",
        ended.err
    );
}
