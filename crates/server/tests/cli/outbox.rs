//! `asyncbot outbox`: what was lost is listed without a name or a text, and put back while the service runs.

use crate::place::Place;
use crate::postgres::start_slack;
use crate::process::{COMPLETE, PATIENCE, asyncbot, exchange};
use domain::effect::{Envelope, Recipient, StartEffect};
use domain::ids::{ChannelId, RotationId, TeamId, UserId, WorkspaceId};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use store::testing::TestDatabase;
use store::{DeliveryState, InboxItem, NewInstall};

impl Place {
    fn lists(&self) -> Vec<Value> {
        let listed = self.runs(&["outbox", "list", "--json"]).results();
        serde_json::from_str(&listed).unwrap()
    }

    /// Makes a workspace with a message that failed, one of which nobody knows, and work in quarantine.
    async fn loses(&self) {
        let store = self.database.open().await;
        let workspace = WorkspaceId::of_team(&TeamId::new("T1"));
        let at = "2026-06-01T07:00:00Z".parse().unwrap();
        let mut tx = store.write(workspace).await.unwrap();
        tx.upsert_workspace(&NewInstall {
            team: TeamId::new("T1"),
            name: "Harbour".to_owned(),
            app_id: "A1".to_owned(),
            bot_user: UserId::new("UBOT"),
            scopes: Vec::new(),
            installer: UserId::new("UANA"),
            bot_token: SecretString::from("xoxb-hush"),
            at,
        })
        .await
        .unwrap();
        for channel in ["C0FAILED", "C0UNKNOWN"] {
            let rotation = RotationId::new(store::new_id(at));
            let to = Recipient::Channel(ChannelId::new(channel));
            let said = Envelope::new(StartEffect::RotationCreated { rotation }, to);
            assert!(tx.insert_delivery(&said, at, at).await.unwrap());
        }
        let item = InboxItem::UserChanged { user: UserId::new("UANA") };
        tx.insert_inbox(&item, "Ev1", at).await.unwrap();
        tx.commit().await.unwrap();
        store.close().await;
        let lost = [
            ("C0FAILED", DeliveryState::Failed, "channel_not_found"),
            ("C0UNKNOWN", DeliveryState::Unconfirmed, "timeout"),
        ];
        for (channel, state, code) in lost {
            self.database.lose_deliveries(channel, state, code).await;
        }
        self.database.quarantine_work().await;
    }
}

fn id_of<'a>(listed: &'a [Value], state: &str) -> &'a str {
    let found = listed.iter().find(|row| row["state"] == state);
    found.unwrap_or_else(|| panic!("no {state} in {listed:#?}"))["id"].as_str().unwrap()
}

async fn what_was_lost_is_listed_and_put_back(place: Place) {
    let nothing = place.runs(&["outbox", "list"]).results();
    assert_eq!(nothing, "Everything was delivered and worked off.\n");
    place.loses().await;

    let listed = place.lists();
    let words = place.runs(&["outbox", "list"]).results();

    assert_eq!(listed.len(), 3, "{listed:#?}");
    assert_eq!(words.lines().count(), 3, "{words}");
    for said in ["UANA", "C0FAILED", "C0UNKNOWN", "Harbour"] {
        assert!(!words.contains(said) && !json!(listed).to_string().contains(said), "{said}");
    }
    let failed = listed.iter().find(|row| row["state"] == "failed").unwrap();
    assert_eq!(failed["kind"], "rotation_created");
    assert_eq!(failed["due_at"], "2026-06-01T07:00:00Z");
    assert_eq!((&failed["attempts"], &failed["crashes"]), (&json!(1), &json!(2)));
    assert_eq!(failed["code"], "channel_not_found");
    let work = listed.iter().find(|row| row["queue"] == "inbox").unwrap();
    assert_eq!((&work["state"], &work["kind"]), (&json!("quarantined"), &json!("user_changed")));

    let unknown = id_of(&listed, "unconfirmed");
    let refused = place.runs(&["outbox", "replay", unknown]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    assert_eq!(place.lists().len(), 3, "nothing was changed");
    assert!(place.runs(&["outbox", "replay", unknown, "--yes"]).results().contains("due now"));
    place.runs(&["outbox", "replay", id_of(&listed, "failed")]).results();
    let done = place.runs(&["outbox", "replay", id_of(&listed, "quarantined"), "--json"]).results();
    let done: Value = serde_json::from_str(&done).unwrap();
    assert_eq!((&done["outcome"], &done["was"]["queue"]), (&json!("put_back"), &json!("inbox")));

    assert!(place.lists().is_empty());
    let again = place.runs(&["outbox", "replay", unknown, "--yes"]);
    assert_eq!(again.code, Some(1));
    assert!(again.err.contains("Nothing was changed"), "{}", again.err);
    let nobody = "00000000-0000-0000-0000-000000000000";
    assert!(place.runs(&["outbox", "replay", nobody]).err.contains("no row"));
    assert_eq!(place.runs(&["outbox", "replay", "nonsense"]).code, Some(2));
}

async fn a_message_is_put_back_while_the_service_runs_and_it_is_sent(place: Place) {
    let slack = start_slack().await;
    let url = |path: &str| slack.url().join(path).unwrap().to_string();
    let (api, authorize) = (url("slack/api"), url("slack/oauth/v2/authorize"));
    let serving = asyncbot(&["serve"])
        .with(COMPLETE)
        .with(place.variables())
        .with([("SLACK_API_URL", api.as_str()), ("SLACK_AUTHORIZE_URL", authorize.as_str())])
        .serves();
    slack.set_bot_url(format!("http://{}/", serving.address).parse().unwrap());
    let address = slack.url().socket_addrs(|| None).unwrap()[0];
    let workspace = json!({"name": "Harbour",
        "people": [{"id": "U0ANA", "name": "Ana", "admin": true, "tz": "Europe/Berlin"}],
        "channels": [{"id": "C0SUPPORT", "name": "support"}]});
    let json_body = [("content-type", "application/json")];
    let (_, made) =
        exchange(address, "POST", "/sim/workspaces", &json_body, &workspace.to_string());
    let made: Value = serde_json::from_str(&made).unwrap();
    let team = made["team"].as_str().unwrap().to_owned();
    let read = || {
        let path = format!("/sim/messages?team={team}&channel=dm&user=U0ANA");
        let (_, messages) = exchange(address, "GET", &path, &[], "");
        let messages: Value = serde_json::from_str(&messages).unwrap_or_default();
        messages["messages"].as_array().map_or(0, Vec::len)
    };
    until("Ana is welcomed", || read() == 1).await;
    // Its echo would say once more that it was sent, whatever stands in the database.
    let is_heard = || {
        let (_, log) = exchange(address, "GET", "/sim/log", &[], "");
        let log: Value = serde_json::from_str(&log).unwrap_or_default();
        log["log"].as_array().into_iter().flatten().any(|line| line["ts"].is_string())
    };
    until("its echo is heard", is_heard).await;
    // That it was sent may not be written down yet.
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    let began = Instant::now();
    while place.lists().is_empty() {
        assert!(began.elapsed() < PATIENCE, "it is lost, in time");
        looks.tick().await;
        place.database.lose_what_was_sent().await;
    }

    let listed = place.lists();
    place.runs(&["outbox", "replay", id_of(&listed, "failed")]).results();

    until("she is welcomed again", || read() == 2).await;
    assert!(place.lists().is_empty());
    drop(serving);
}

/// Waits until something holds: a process on the real clock tells nobody.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what}, in time");
        looks.tick().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_lost_is_listed_and_put_back_on_sqlite() {
    what_was_lost_is_listed_and_put_back(Place::of(TestDatabase::sqlite())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_lost_is_listed_and_put_back_on_postgres() {
    what_was_lost_is_listed_and_put_back(Place::of(TestDatabase::postgres().await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_put_back_while_the_service_runs_on_sqlite() {
    a_message_is_put_back_while_the_service_runs_and_it_is_sent(Place::of(TestDatabase::sqlite()))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_put_back_while_the_service_runs_on_postgres() {
    let place = Place::of(TestDatabase::postgres().await);
    a_message_is_put_back_while_the_service_runs_and_it_is_sent(place).await;
}
