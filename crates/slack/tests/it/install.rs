//! Installing, and answering late.

use crate::stand_in::{Move, client, ok, pass_ten_seconds, start};
use chrono::TimeDelta;
use clock::Clock;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use slack::{Api, ApiConfig, ApiFault, Install, NotSentKind, Outcome, SCOPES, authorize_url};

const BACK: &str = "https://bot.example/slack/oauth/callback";

fn config(api_url: &str, authorize_url: &str) -> ApiConfig {
    ApiConfig {
        api_url: api_url.parse().unwrap(),
        authorize_url: authorize_url.parse().unwrap(),
        client_id: String::from("1.2"),
        client_secret: SecretString::from("secret"),
    }
}

fn granted() -> Value {
    json!({
        "ok": true, "access_token": "xoxb-canary", "token_type": "bot", "scope": "commands,chat:write",
        "bot_user_id": "UBOT", "app_id": "A1", "team": { "id": "T1", "name": "Harbour" },
        "enterprise": null, "is_enterprise_install": false, "authed_user": { "id": "U1" },
    })
}

async fn exchange(answer: &Value) -> Outcome<Install> {
    let stand_in = start(vec![ok(&answer.to_string())]).await;
    let (api, _) = client(&stand_in.url);
    api.exchange_code("code", BACK).await
}

#[test]
fn the_page_of_the_permission_is_asked_for_every_scope() {
    let config = config("https://slack.com/api", "https://slack.com/oauth/v2/authorize");

    let url = authorize_url(&config, "state&1", BACK);

    insta::assert_snapshot!(url, @"https://slack.com/oauth/v2/authorize?client_id=1.2&scope=commands%2Cchat%3Awrite%2Cchat%3Awrite.public%2Cchannels%3Aread%2Cchannels%3Ahistory%2Cchannels%3Ajoin%2Cgroups%3Aread%2Cim%3Awrite%2Cim%3Aread%2Cim%3Ahistory%2Cusers%3Aread%2Cusers%3Aread.email&redirect_uri=https%3A%2F%2Fbot.example%2Fslack%2Foauth%2Fcallback&state=state%261");
    assert_eq!(SCOPES.len(), 12);
}

#[tokio::test]
async fn a_code_is_traded_for_a_token_without_standing_in_an_address() {
    let mut stand_in = start(vec![ok(&granted().to_string())]).await;
    let (api, _) = client(&stand_in.url);

    let install = api.exchange_code("c o&de", BACK).await.done().unwrap();

    assert_eq!(install.bot_token.expose_secret(), "xoxb-canary");
    assert!(!format!("{install:?}").contains("canary"));
    assert_eq!(install.team.as_ref().map(domain::ids::TeamId::as_str), Some("T1"));
    assert_eq!(install.installer.as_ref().map(domain::ids::UserId::as_str), Some("U1"));
    assert_eq!(install.scopes, ["commands", "chat:write"]);
    assert!(!install.is_org_wide);
    let request = stand_in.requests.recv().await.unwrap();
    assert!(request.starts_with("POST /api/oauth.v2.access HTTP/1.1"), "{request}");
    assert!(request.contains("authorization: Basic MS4yOmNhbmFyeS1zZWNyZXQ="), "{request}");
    assert!(request.ends_with(
        "code=c+o%26de&redirect_uri=https%3A%2F%2Fbot.example%2Fslack%2Foauth%2Fcallback"
    ));
}

#[tokio::test]
async fn an_organisation_wide_installation_is_known_by_its_missing_team() {
    let mut answer = granted();
    answer["team"] = Value::Null;
    answer["is_enterprise_install"] = json!(true);
    answer["enterprise"] = json!({ "id": "E1", "name": "Org" });

    let install = exchange(&answer).await.done().unwrap();

    assert!(install.is_org_wide && install.team.is_none());
}

#[tokio::test]
async fn a_refused_code_says_why_and_half_an_installation_is_none() {
    let mut half = granted();
    half["access_token"] = Value::Null;

    let refused = exchange(&json!({ "ok": false, "error": "invalid_code" })).await;
    let unreadable = exchange(&half).await;

    let Outcome::NotSent(not_sent) = refused else { panic!("{refused:?}") };
    assert_eq!((not_sent.code.as_str(), not_sent.kind), ("invalid_code", NotSentKind::Permanent));
    assert!(matches!(unreadable, Outcome::Ambiguous { .. }));
}

#[test]
fn a_token_never_travels_readable_through_a_network() {
    let real = "https://slack.com/api";
    for (api, authorize) in [
        ("http://slack.com/api", real),
        (real, "http://slack.com/oauth"),
        ("http://127.0.0.1.example/api", real),
        ("http://10.0.0.1/api", real),
        ("ftp://127.0.0.1/api", real),
    ] {
        let refused = Api::new(config(api, authorize), Clock::system());

        assert!(matches!(refused, Err(ApiFault::PlainHttp { .. })), "{api} {authorize}");
    }
    for api in ["http://127.0.0.1:1/api", "http://[::1]:1/api", "http://localhost:1/api"] {
        assert!(Api::new(config(api, "http://localhost/authorize"), Clock::system()).is_ok());
    }
}

#[test]
fn both_http_clients_are_built_for_the_real_slack_with_one_provider() {
    slack::install_tls_provider();
    slack::install_tls_provider();

    let built =
        Api::new(config("https://slack.com/api", "https://slack.com/oauth"), Clock::system());

    // A machine without root certificates is told so; nothing panics.
    assert!(matches!(built, Ok(_) | Err(ApiFault::NoRoots(_))));
}

#[tokio::test]
async fn a_late_answer_goes_to_the_stand_in_and_nowhere_else() {
    let mut stand_in = start(vec![ok("ok")]).await;
    let (api, _) = client(&stand_in.url);
    let answer = json!({ "text": "hello" });
    let inside = stand_in.url.join("/slack/hooks/1").unwrap();
    let other_port = "http://127.0.0.1:9/slack/hooks/1";

    let sent = api.respond(inside.as_str(), &answer).await;

    assert_eq!(sent, Outcome::Done(()));
    assert!(stand_in.requests.recv().await.unwrap().starts_with("POST /slack/hooks/1 "));
    for foreign in [
        other_port,
        "https://evil.example/x",
        "http://hooks.slack.com/x",
        "https://hooks.slack.com.evil.example/x",
        "https://user@hooks.slack.com/x",
        "https://hooks.slack.com:8443/x",
        "file:///etc/passwd",
        "not an address",
    ] {
        let Outcome::NotSent(refused) = api.respond(foreign, &answer).await else {
            panic!("{foreign} was called");
        };
        assert_eq!(refused.code, "foreign_response_url", "{foreign}");
    }
}

#[tokio::test]
async fn late_answers_have_outcomes_too() {
    let stand_in = start(vec![
        Move::Answer("404 Not Found", "", String::from("expired_url")),
        Move::Answer("429 Too Many Requests", "Retry-After: 7\r\n", String::new()),
        Move::Answer("500 Internal Server Error", "", String::new()),
        Move::Answer("302 Found", "Location: http://127.0.0.1:9/\r\n", String::new()),
        Move::Close,
        ok(r#"{"ok":false,"error":"used_url"}"#),
    ])
    .await;
    let (api, _) = client(&stand_in.url);
    let url = stand_in.url.join("/slack/hooks/1").unwrap();
    let mut outcomes = Vec::new();
    for _ in 0..6 {
        outcomes.push(api.respond(url.as_str(), &json!({})).await);
    }

    let codes: Vec<_> = outcomes.iter().map(|outcome| outcome.code().unwrap()).collect();
    assert_eq!(
        codes,
        [
            "http_refused",
            "rate_limited",
            "server_error",
            "http_refused",
            "connection_lost",
            "used_url"
        ]
    );
    let Outcome::NotSent(limited) = &outcomes[1] else { panic!("not limited") };
    assert_eq!(limited.retry_after, Some(TimeDelta::seconds(7)));
}

#[tokio::test]
async fn a_late_answer_waits_no_longer_than_ten_seconds() {
    let mut stand_in = start(vec![Move::Hang]).await;
    let (api, clock) = client(&stand_in.url);
    let url = stand_in.url.join("/slack/hooks/1").unwrap();
    let answer = json!({});

    let answering = api.respond(url.as_str(), &answer);
    let (outcome, ()) = tokio::join!(answering, pass_ten_seconds(&mut stand_in, &clock));

    assert_eq!(outcome, Outcome::Ambiguous { code: String::from("timeout") });
}
