//! The way of the app into a workspace.

use super::bench::{Bench, SCOPES, exchange};
use crate::to_bot::outbound::send;
use serde_json::{Value, json};
use url::Url;

const CALLBACK: &str = "http://127.0.0.1:1/slack/oauth/callback";

async fn consent(bench: &Bench, change: &[(&str, &str)]) -> (u16, String) {
    let mut asked = vec![
        ("client_id", "client"),
        ("scope", SCOPES),
        ("redirect_uri", CALLBACK),
        ("state", "s2"),
        ("sim_team", "T0HARBOUR"),
        ("as", "UANA"),
    ];
    asked.retain(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
    asked.extend_from_slice(change);
    let mut url = bench.simulator.url().join("slack/oauth/v2/authorize").unwrap();
    url.query_pairs_mut().extend_pairs(asked);
    let answer = send("GET", &url, &[], "").await.unwrap();
    let text = answer.header("location").map_or(answer.body.clone(), str::to_owned);
    (answer.status.as_u16(), text)
}

async fn code(bench: &Bench) -> String {
    let (status, to) = consent(bench, &[]).await;
    assert_eq!(status, 302, "{to}");
    let to = Url::parse(&to).unwrap();
    let found = to.query_pairs().find(|(name, _)| name == "code");
    found.unwrap().1.into_owned()
}

#[tokio::test]
async fn a_new_workspace_has_the_app_installed_through_the_bots_own_pages() {
    let bench = Bench::start().await;

    let state = bench.sim("GET", "state", &Value::Null).await;

    let app = &state["workspaces"][0]["app"];
    assert_eq!(app["installed"], true);
    assert_eq!(app["installed_by"], "UANA");
    let who = bench.api("auth.test", &json!({})).await;
    assert_eq!(who["team_id"], "T0HARBOUR");
    assert_eq!(who["user_id"], app["bot_user"]);
}

#[tokio::test]
async fn a_code_is_for_one_use_within_ten_minutes_and_its_own_address() {
    let bench = Bench::start().await;
    let url = bench.simulator.url();

    let first = code(&bench).await;
    assert_eq!(exchange(&url, &first, CALLBACK).await["ok"], true);
    assert_eq!(exchange(&url, &first, CALLBACK).await["error"], "invalid_code");

    let second = code(&bench).await;
    let other = exchange(&url, &second, "http://127.0.0.1:2/").await;
    assert_eq!(other["error"], "bad_redirect_uri");

    let third = code(&bench).await;
    bench.advance("10m").await;
    assert_eq!(exchange(&url, &third, CALLBACK).await["error"], "invalid_code");
}

#[tokio::test]
async fn what_slack_would_not_ask_a_person_is_refused_before_anyone_agrees() {
    let bench = Bench::start().await;
    for (change, said) in [
        ([("client_id", "other")], "invalid_client_id"),
        ([("scope", "commands,everything")], "invalid_scope"),
        ([("redirect_uri", "http://example.com/")], "bad_redirect_uri"),
        ([("redirect_uri", "nonsense")], "bad_redirect_uri"),
    ] {
        let (status, text) = consent(&bench, &change).await;

        assert_eq!(status, 400, "{change:?}");
        assert!(text.starts_with(said), "{text}");
    }
}

#[tokio::test]
async fn a_person_can_say_no() {
    let bench = Bench::start().await;

    let (_, to) = consent(&bench, &[("cancel", "1")]).await;

    assert!(to.ends_with("?error=access_denied&state=s2"), "{to}");
}

#[tokio::test]
async fn without_a_workspace_the_page_of_consent_lets_choose_one() {
    let bench = Bench::start().await;

    let (status, page) = consent(&bench, &[("sim_team", "")]).await;
    assert_eq!(status, 404, "{page}");
    let mut url = bench.simulator.url().join("slack/oauth/v2/authorize").unwrap();
    url.query_pairs_mut().extend_pairs([
        ("client_id", "client"),
        ("scope", "commands"),
        ("redirect_uri", CALLBACK),
        ("state", "\"><b>"),
    ]);
    let answer = send("GET", &url, &[], "").await.unwrap();

    assert!(answer.body.contains("Allow in Harbour as Ana"), "{}", answer.body);
    assert!(!answer.body.contains("<b>"));
}

#[tokio::test]
async fn a_bot_that_cannot_be_reached_is_named_as_the_reason() {
    let bench = Bench::start().await;
    bench.simulator.set_bot_url("http://127.0.0.1:1/".parse().unwrap());

    let wanted = json!({"name": "Second", "people": [{"name": "Zoe"}]});
    let made = bench.sim("POST", "workspaces", &wanted).await;

    assert_eq!(made["installed"], false);
    assert!(made["install_error"].as_str().unwrap().contains("slack/install"), "{made}");
    assert_eq!(made["people"][0]["id"], "U0ZOE");
}

#[tokio::test]
async fn after_an_uninstall_the_token_is_dead_and_both_events_came() {
    let bench = Bench::start().await;

    bench.act(json!({"user": "ana", "uninstall": true})).await;
    bench.clock.settle().await;

    let mut kinds: Vec<String> = bench
        .bot
        .events()
        .iter()
        .map(|event| event["event"]["type"].as_str().unwrap().into())
        .collect();
    kinds.sort();
    assert_eq!(kinds, ["app_uninstalled", "tokens_revoked"]);
    assert_eq!(bench.api("auth.test", &json!({})).await["error"], "account_inactive");
    let (status, _) = bench.refused_act(json!({"user": "ana", "command": "/rotation"})).await;
    assert_eq!(status, 409);
}
