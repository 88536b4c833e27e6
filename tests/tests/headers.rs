//! What every answer of the public address says to browsers, whatever was asked.

use server::inbound::{Inbound, Patience, Rates};
use std::time::Duration;
use stories::{Answered, Engine, Outside, Play};

/// A method, a path, its headers, its body, and the status that answers it.
type Case =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str, u16);

/// Every route, and every refusal that is not a route's own.
const CASES: [Case; 21] = [
    ("GET", "/", &[], "", 200),
    ("GET", "/slack/install", &[], "", 302),
    ("GET", "/slack/oauth/callback", &[], "", 200),
    ("GET", "/slack/oauth/callback?error=access_denied&state=x", &[], "", 200),
    ("GET", "/slack/oauth/callback?code=x&state=x", &[], "", 400),
    ("GET", "/slack/oauth/callback?code=x&code=y", &[], "", 400),
    ("GET", "/security", &[], "", 200),
    ("GET", "/privacy", &[], "", 200),
    ("GET", "/.well-known/security.txt", &[], "", 200),
    ("GET", "/livez", &[], "", 200),
    ("GET", "/readyz", &[], "", 200),
    ("POST", "/slack/commands", &[], "x", 401),
    ("POST", "/slack/commands", &[], "ssl_check=1", 200),
    ("POST", "/slack/interactions", &[], "x", 401),
    ("POST", "/slack/options", &[], "x", 401),
    ("POST", "/slack/events", &[], "x", 401),
    ("POST", "/hibob/webhook/abc", &[], "x", 404),
    ("POST", "/nobody/webhook/abc", &[], "x", 404),
    ("GET", "/nowhere", &[], "", 404),
    ("GET", "/slack/commands", &[], "", 405),
    ("DELETE", "/", &[], "", 405),
];

#[track_caller]
fn check(asked: &str, answer: &Answered) {
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action"] {
        assert!(policy.contains(part), "{asked}: {part} is missing: {policy}");
    }
    assert!(!policy.contains("script-src") && !policy.contains("unsafe-eval"), "{asked}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{asked}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{asked}");
    assert!(answer.header("permissions-policy").contains("geolocation=()"), "{asked}");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{asked}");
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{asked}");
    // Three answers are the same for everybody.
    let is_for_all = ["security", "privacy", "security.txt"].iter().any(|end| asked.ends_with(end));
    let kept = if is_for_all { "public, max-age=3600" } else { "no-store" };
    assert_eq!(answer.header("cache-control"), kept, "{asked}");
    for silent in ["server", "x-powered-by", "strict-transport-security"] {
        assert_eq!(answer.header(silent), "", "{asked}: {silent}, over plain http");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_of_the_public_address_carries_the_headers() {
    let play = Play::begin(Engine::Sqlite, "2026-06-05T10:00:00Z").await;
    let outside = Outside::of(&play);

    for (method, path, headers, body, status) in CASES {
        let answer = outside.sends(method, path, headers, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        check(&format!("{method} {path}"), &answer);
    }
    let large = outside.sends("POST", "/slack/events", &[], "x".repeat(1024 * 1024 + 1)).await;
    assert_eq!(large.status, 413);
    check("a body that is too large", &large);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_turned_away_carries_them_too() {
    let inbound = Inbound {
        rates: Rates { all: 1, workspace: 1, address: 1 },
        patience: Patience { body: Duration::from_millis(300), ..Patience::default() },
        ..Inbound::default()
    };
    let play = Play::begin_guarded(Engine::Sqlite, "2026-06-05T10:00:00Z", inbound).await;
    let outside = Outside::of(&play);
    let mut last = Vec::new();
    for _ in 0..21 {
        last =
            vec![outside.gets("/").await, outside.sends("POST", "/slack/events", &[], "x").await];
    }

    assert_eq!(last.iter().map(|answer| answer.status).collect::<Vec<_>>(), [429, 503]);
    for answer in &last {
        check("too many", answer);
        assert!(answer.wait() > 0, "{answer:?}");
    }
    play.waits("1m").await;
    let begun = b"POST /slack/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc";
    let heard = outside.says_and_waits(begun).await.to_lowercase();
    assert!(heard.starts_with("http/1.1 408 "), "{heard}");
    for header in ["content-security-policy: ", "cache-control: no-store", "nosniff"] {
        assert!(heard.contains(header), "{header}: {heard}");
    }
}
