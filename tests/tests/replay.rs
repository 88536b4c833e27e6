//! A signed request that somebody sends once more has no second effect, and after five minutes no answer either.

use chrono::{DateTime, Utc};
use clock::Clock;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use serde_json::{Value, json};
use server::boot::{self, RunningBot};
use server::config::BotConfig;
use server::inbound::Inbound;
use server::site::Site;
use sha2::Sha256;
use simulator::{Simulator, SimulatorSettings, SlackApp};
use slack::{ApiConfig, SigningSecrets};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use store::testing::{TestDatabase, keys};
use stories::{Engine, Outside, Play, Recorder, SERVICE_USER, Slash, both_engines};

/// What may differ although nothing happened: what the store notes of itself, and how often something was looked at.
const NO_EFFECT: [&str; 2] = ["workspace_versions", "system_meta"];

/// Returns everything that a request may change: what is stored, and what stands in Slack.
async fn everything(play: &Play) -> BTreeMap<String, String> {
    play.stage().clock().settle().await;
    let mut all = BTreeMap::new();
    let ledger = play.database().ledger().await;
    all.insert(String::from("what is compared"), format!("{ledger:#?}"));
    // On PostgreSQL every row of every table can be looked at as text.
    if play.database().superuser_url().is_some() {
        for (table, rows) in play.database().dump().await {
            let mut rows: Vec<_> =
                String::from_utf8_lossy(&rows).lines().map(str::to_owned).collect();
            rows.sort();
            all.insert(table, rows.join("\n"));
        }
    }
    for who in ["ana", "ben", "cho", "dee", "eli"] {
        all.insert(format!("messages to {who}"), format!("{:#?}", play.messages("dm", who).await));
    }
    all.insert(String::from("the channel"), format!("{:#?}", play.channel("support").await));
    all.retain(|name, _| !NO_EFFECT.iter().any(|no| name.contains(no)));
    all
}

#[track_caller]
fn assert_same(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) {
    for (name, was) in before {
        let is = after.get(name).map(String::as_str).unwrap_or_default();
        let new: Vec<_> = is.lines().filter(|line| !was.contains(*line)).take(20).collect();
        let gone: Vec<_> = was.lines().filter(|line| !is.contains(*line)).take(20).collect();
        assert!(was == is, "{name} has changed\nnew: {new:#?}\ngone: {gone:#?}");
    }
}

/// Lets people do what writes: forms, commands, buttons of messages and of homes, events of each kind that is kept.
async fn lives(play: &Play) {
    let form = json!({"name": "standby", "members": ["U0ANA", "U0BEN"], "cadence": "day", "first_day": "2026-06-09",
        "time": "09:00", "zone": "Europe/Berlin", "channel": "C0GENERAL"});
    let made = play.creates("ana", &form).await;
    assert_eq!(made["response_action"], "update", "{made}");
    play.closes("ana").await;
    for who in ["ana", "ben", "cho", "dee"] {
        play.types(who, "/rotation ooo list").await;
    }
    play.waits("10s").await;
    let added = play.types("ben", "/rotation ooo add 2026-07-06 to 2026-07-10").await;
    assert!(added.contains("Noted:"), "{added}");
    play.types("ben", "/rotation ooo remove 2026-07-08").await;
    let form = play.opens("cho", "/rotation cover support").await;
    play.fills("cho", &form, &json!({})).await;
    play.closes("cho").await;
    play.waits("5s").await;
    let post = play.channel("support").await.pop().expect("cover is asked for");
    play.presses("ben", &post, "cover_take").await;
    play.waits("5s").await;
    let form = play.opens("ana", "/rotation note support").await;
    play.fills("ana", &form, &json!({"note": "Mind the gap."})).await;
    play.closes("ana").await;
    let swap = play.types("cho", "/rotation swap support <@U0ANA> 13 July 29 June").await;
    assert!(swap.starts_with("Asked: Ana"), "{swap}");
    play.waits("5s").await;
    let asked = play.dms("ana").await.pop().expect("ana is asked");
    play.presses("ana", &asked, "swap_agree").await;
    play.waits("5s").await;
    play.types("ana", "/rotation add support <@U0DEE>").await;
    play.types("ana", "/rotation pause support").await;
    play.types("ana", "/rotation resume support").await;
    play.opens_home("ana").await;
    let renamed = json!({"team": play.team(), "event": {"type": "user_change", "user": {"id": "U0CHO", "name": "Chosen"}}});
    play.act(&renamed).await;
    let say = json!({"channel": "C0SUPPORT", "text": "I can take it", "thread_ts": post.ts});
    play.act(&json!({"team": play.team(), "user": "U0BEN", "say": say})).await;
    play.waits("5s").await;
}

/// Sends everything once more, twice, and looks whether anything has changed.
async fn nothing_comes_of_it(play: &Play, recorder: &Recorder) {
    play.waits("30s").await;
    let requests = recorder.heard();
    let paths: Vec<_> =
        requests.iter().filter_map(|bytes| bytes.split(|byte| *byte == b' ').nth(1)).collect();
    for path in ["/slack/commands", "/slack/interactions", "/slack/events"] {
        let count = paths.iter().filter(|one| **one == path.as_bytes()).count();
        assert!(count >= 5, "{path} was heard {count} times");
    }
    let before = everything(play).await;

    for _ in 0..2 {
        for request in &requests {
            assert_eq!(
                recorder.sends_again(request).await,
                200,
                "within five minutes it is let in"
            );
        }
        play.stage().clock().settle().await;
    }

    let after = everything(play).await;
    assert_same(&before, &after);
    play.waits("30s").await;
    let messages = |all: &BTreeMap<String, String>| {
        all.iter()
            .filter(|(name, _)| !name.contains('.') && !name.contains("compared"))
            .map(|(_, said)| said.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(messages(&everything(play).await), messages(&before), "nor later");
}

both_engines! {
    async fn whatever_slack_sent_changes_nothing_when_it_is_sent_again(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        play.closes("ana").await;
        play.waits_until("2026-06-08T12:00:00Z").await;
        let recorder = Recorder::between(&play).await;
        lives(&play).await;

        nothing_comes_of_it(&play, &recorder).await;

        play.waits("6m").await;
        let before = everything(&play).await;
        for request in recorder.heard() {
            assert_eq!(recorder.sends_again(&request).await, 401, "after five minutes it is refused");
        }
        assert_same(&before, &everything(&play).await);
    }

    async fn a_webhook_that_is_sent_again_has_the_source_asked_once(play at "2026-06-05T10:00:00Z") {
        play.has_company().await;
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        let workspace = domain::ids::WorkspaceId::of_team(&domain::ids::TeamId::new(play.team()));
        let token = format!("{}{}", workspace.as_uuid().simple(), "ab".repeat(32));
        play.connects(play.team(), SERVICE_USER, Some((&token, "webhook-secret"))).await;
        play.waits("5m").await;
        let request = play.is_off("ben", "2026-06-15", "2026-06-19").await;
        let path = format!("hibob/webhook/{token}");
        let url = play.stage().bot_url().join(&path).expect("an address").to_string();
        let poke = json!({"service_user": SERVICE_USER, "url": url, "secret": "webhook-secret",
            "type": "timeoff.request.approved", "requestId": request});
        let told = play.hibob_poked(&poke).await;
        play.waits("1m").await;
        let asked = play.hibob_calls("whosout").await.len();
        let before = everything(&play).await;

        let outside = Outside::of(&play);
        let (body, signature) = (told["body"].as_str(), told["signature"].as_str());
        let (body, signature) = (body.expect("a body").to_owned(), signature.expect("a signature"));
        for _ in 0..3 {
            let again = outside.sends("POST", &path, &[("Bob-Signature", signature)], body.clone()).await;
            assert_eq!(again.status, 200, "{again:?}");
        }
        play.stage().clock().settle().await;

        assert_same(&before, &everything(&play).await);
        play.waits("1m").await;
        assert_eq!(play.hibob_calls("whosout").await.len(), asked, "nobody was asked again");
    }
}

const SECRET: &str = "signing";

/// Two bots on one database, and a Slack that only looks at one of them.
struct Pair {
    clock: Clock,
    simulator: Simulator,
    http: reqwest::Client,
    bots: Vec<RunningBot>,
    database: TestDatabase,
    team: String,
}

impl Pair {
    async fn begin() -> Self {
        let clock = Clock::manual("2026-06-05T10:00:00Z".parse().expect("an instant"));
        let app = SlackApp {
            client_id: String::from("1.2"),
            client_secret: String::from("client"),
            signing_secret: String::from(SECRET),
        };
        let settings = SimulatorSettings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: clock.clone(),
            bot_url: None,
            app,
            host: None,
        };
        let simulator = simulator::start(settings).await.expect("the simulator starts");
        let database = TestDatabase::postgres().await;
        let config = config(&simulator, &database, &clock);
        let mut bots = Vec::new();
        for _ in 0..2 {
            bots.push(boot::start(&config).await.expect("a replica starts"));
        }
        let url = format!("http://{}/", bots[0].address()).parse().expect("an address");
        simulator.set_bot_url(url);
        let http = reqwest::Client::builder().build().expect("a client for loopback");
        let mut pair = Self { clock, simulator, http, bots, database, team: String::new() };
        let workspace = json!({"name": "Harbour",
            "people": [{"id": "U0ANA", "name": "Ana", "admin": true, "tz": "UTC"}, {"id": "U0BEN", "name": "Ben"}],
            "channels": [{"id": "C0SUPPORT", "name": "support"}]});
        let url = pair.simulator.url().join("sim/workspaces").expect("a path");
        let made =
            pair.http.post(url).json(&workspace).send().await.expect("the simulator answers");
        let made: Value = made.json().await.expect("JSON");
        made["team"].as_str().expect("a workspace").clone_into(&mut pair.team);
        pair.clock.settle().await;
        pair
    }

    /// Sends the same bytes to a replica.
    async fn sends(
        &self,
        replica: usize,
        path: &str,
        body: &str,
        at: DateTime<Utc>,
    ) -> (u16, String) {
        let signed = stories::sign(body.to_owned(), SECRET, at);
        let url = format!("http://{}{path}", self.bots[replica].address());
        let mut request = self.http.post(url).body(signed.body);
        for (name, value) in signed.headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.expect("the replica answers");
        (answer.status().as_u16(), answer.text().await.unwrap_or_default())
    }

    fn slash(&self, text: &str, trigger: &str) -> String {
        let slash = Slash {
            team: self.team.clone(),
            channel: String::from("C0SUPPORT"),
            user: String::from("U0BEN"),
            text: text.to_owned(),
            trigger: trigger.to_owned(),
        };
        slash.signed(SECRET, self.clock.now()).body
    }
}

fn config(simulator: &Simulator, database: &TestDatabase, clock: &Clock) -> BotConfig {
    let url = |path: &str| simulator.url().join(path).expect("a path of the simulator");
    BotConfig {
        store: database.settings().clone(),
        keys: keys(),
        slack: ApiConfig {
            api_url: url("slack/api"),
            authorize_url: url("slack/oauth/v2/authorize"),
            client_id: String::from("1.2"),
            client_secret: SecretString::from("client"),
        },
        signing: SigningSecrets::new(vec![SecretString::from(SECRET)]),
        inbound: Inbound::default(),
        site: Site::default(),
        socket: None,
        sources: BTreeMap::new(),
        public_url: None,
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        admin_bind: None,
        heartbeat: None,
        audits: false,
        grace: Duration::ZERO,
        data_dir: None,
        erasure_ledger: None,
        backups: None,
        billing: None,
        clock: clock.clone(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_replica_has_carried_out_the_other_only_repeats_the_answer_to() {
    let pair = Pair::begin().await;
    let at = pair.clock.now();
    // So that it is known who asks.
    pair.sends(0, "/slack/commands", &pair.slash("ooo add 2026-06-09", "1.2.0"), at).await;
    pair.clock.settle().await;
    let entered = pair.database.ledger().await.absences.len();

    let body = pair.slash("ooo add 2026-06-15", "1.2.1");
    let first = pair.sends(0, "/slack/commands", &body, at).await;
    let (left, right) = tokio::join!(
        pair.sends(1, "/slack/commands", &body, at),
        pair.sends(0, "/slack/commands", &body, at)
    );
    let event = json!({"type": "event_callback", "team_id": pair.team, "api_app_id": "A0ASYNCBOT", "event_id": "Ev1",
        "event_time": 1_780_653_600, "event": {"type": "app_home_opened", "user": "U0BEN", "channel": "D0BEN",
        "tab": "home", "event_ts": "1780653600.000100"}})
    .to_string();
    for replica in [0, 1, 1, 0] {
        assert_eq!(pair.sends(replica, "/slack/events", &event, at).await.0, 200);
    }
    pair.clock.settle().await;

    assert!(first.1.contains("Noted:"), "{first:?}");
    assert_eq!((&left, &right), (&first, &first), "the same answer, from the request's key");
    let ledger = pair.database.ledger().await;
    assert_eq!(ledger.absences.len(), entered + 1, "{:#?}", ledger.absences);
    let published =
        pair.http.get(pair.simulator.url().join("sim/calls").expect("a path")).send().await;
    let published: Value = published.expect("it answers").json().await.expect("JSON");
    let homes = published["calls"].as_array().into_iter().flatten();
    let homes = homes.filter(|call| call["method"] == "views.publish").count();
    assert_eq!(homes, 1, "the event was worked off once");
    for bot in pair.bots {
        bot.stop().await;
    }
}

/// The two halves of a signature cannot be mixed: neither the time nor the body of another request fits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_is_good_for_its_own_time_and_body_alone() {
    let play = Play::begin(Engine::Sqlite, "2026-06-05T10:00:00Z").await;
    let outside = Outside::of(&play);
    let (secret, now) = (play.stage().signing_secret(), play.stage().clock().now().timestamp());
    let sign = |time: &str, body: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key length");
        mac.update(format!("v0:{time}:{body}").as_bytes());
        let mut signature = String::from("v0=");
        for byte in mac.finalize().into_bytes() {
            let _ = write!(signature, "{byte:02x}");
        }
        signature
    };
    let (time, later) = (now.to_string(), (now + 1).to_string());
    let right = sign(&time, "team_id=T1");

    for (at, body, signature, status) in [
        (&time, "team_id=T1", &right, 200),
        (&later, "team_id=T1", &right, 401),
        (&time, "team_id=T2", &right, 401),
        (
            &(now - 301).to_string(),
            "team_id=T1",
            &sign(&(now - 301).to_string(), "team_id=T1"),
            401,
        ),
        (
            &(now + 301).to_string(),
            "team_id=T1",
            &sign(&(now + 301).to_string(), "team_id=T1"),
            401,
        ),
    ] {
        let headers =
            [("x-slack-request-timestamp", at.as_str()), ("x-slack-signature", signature.as_str())];
        let said = outside.sends("POST", "slack/commands", &headers, body).await;
        assert_eq!(said.status, status, "{at} {body}");
    }
}
