//! Many rotations whose handoffs passed while the bot was down, in many zones, and some that cannot be handed over.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::TeamId;
use serde_json::{Value, json};
use server::demo::{Stage, StageSettings};
use server::inbound::Inbound;
use server::site::Site;
use std::net::{Ipv4Addr, SocketAddr};
use store::Store;
use store::testing::{TestDatabase, keys};
use stories::{Crowd, Engine, announced};

/// How many workspaces there are, and how many rotations each has.
const SIZE: (usize, usize) = (8, 25);

/// A stage with many workspaces, whose bot is down.
struct Scene {
    stage: Stage,
    store: Store,
    database: TestDatabase,
    crowd: Crowd,
    http: reqwest::Client,
}

impl Scene {
    async fn begin(engine: Engine, at: &str, (workspaces, rotations): (usize, usize)) -> Self {
        let database = engine.new_database().await;
        let stage = Stage::start(StageSettings {
            store: database.settings().clone(),
            keys: keys(),
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            at: instant(at),
            ticks: false,
            socket_mode: false,
            inbound: Inbound::default(),
            site: Site::default(),
            is_billed: false,
            watch: None,
        })
        .await
        .expect("the stage is set");
        let http = reqwest::Client::builder().build().expect("a client for loopback");
        let mut crowd = Crowd { teams: Vec::new(), rotations, all_at: None };
        let store = database.open().await;
        let mut scene = Self { stage, store, database, crowd: crowd.clone(), http };
        for number in 0..workspaces {
            let people: Vec<Value> = Crowd::people()
                .enumerate()
                .map(|(place, (user, name))| {
                    json!({"id": user, "name": name, "email": format!("{user}@harbour.example"),
                           "tz": "Europe/Berlin", "admin": place == 0})
                })
                .collect();
            let channels: Vec<Value> = crowd
                .channels()
                .enumerate()
                .map(|(place, id)| json!({"id": id, "name": format!("rotation-{place}")}))
                .collect();
            let wanted = json!({"name": format!("Harbour {number}"), "people": people, "channels": channels});
            let made = scene.post("sim/workspaces", &wanted).await;
            crowd.teams.push(TeamId::new(made["team"].as_str().expect("a team")));
        }
        scene.crowd = crowd;
        scene.stage.clock().settle().await;
        scene.is_running(false).await;
        scene.crowd.begins(&scene.store, scene.now()).await;
        scene.database.tells_all().await;
        scene
    }

    fn now(&self) -> DateTime<Utc> {
        self.stage.clock().now()
    }

    async fn passes(&self, time: TimeDelta) {
        let to = self.now() + time;
        self.stage.clock().advance_to(to).await.expect("time goes on");
    }

    /// Starts the bot and lets it do what is due, or kills it.
    async fn is_running(&self, running: bool) {
        self.post("sim/bot", &json!({"running": running, "how": "kill"})).await;
        self.stage.clock().settle().await;
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let url = self.stage.simulator().url().join(path).expect("a path of the simulator");
        let answer = self.http.post(url).json(body).send().await.expect("the simulator answers");
        let (status, text) = (answer.status(), answer.text().await.expect("the whole answer"));
        assert!(status.is_success(), "{path}: {status}: {text}");
        serde_json::from_str(&text).expect("the simulator answers JSON")
    }

    async fn end(self) {
        self.store.close().await;
        self.stage.stop().await;
    }
}

/// The bot is down for a minute, an hour, a day, a week and sixty days, one after the other, over a change of the clocks in
/// most zones; each time it comes back it stands where one stands that was never down.
async fn comes_back(engine: Engine) {
    let (workspaces, rotations) = SIZE;
    let scene = Scene::begin(engine, "2026-09-15T10:10:00Z", SIZE).await;
    let twin_database = TestDatabase::sqlite();
    let twin = twin_database.open().await;
    scene.crowd.installs(&twin, scene.now()).await;
    scene.crowd.begins(&twin, scene.now()).await;
    let mut counts = Vec::new();
    for minutes in [1, 60, 24 * 60, 7 * 24 * 60, 60 * 24 * 60] {
        scene.passes(TimeDelta::minutes(minutes)).await;
        let due = scene.crowd.count_due(&scene.store, scene.now()).await;
        counts.push(due);

        scene.is_running(true).await;

        let (posts, messages, odd) = announced(&scene.database.told_since(scene.now()).await);
        assert_eq!((posts, messages, odd), (due, due, Vec::new()), "after {minutes} minutes");
        scene.is_running(false).await;
        scene.crowd.goes_on(&twin, scene.now()).await;
        for place in 0..workspaces {
            let (is, should_be) =
                (scene.crowd.past(&scene.store, place).await, scene.crowd.past(&twin, place).await);
            assert_eq!(is, should_be, "after {minutes} minutes");
        }
    }
    assert_eq!(counts[3..], [workspaces * rotations; 2], "{counts:?}");
    twin.close().await;
    scene.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_down_stands_where_one_stands_that_never_was_on_sqlite() {
    comes_back(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_down_stands_where_one_stands_that_never_was_on_postgres() {
    comes_back(Engine::Postgres).await;
}

/// Some rotations cannot be read; all others are handed over, and those too once they can.
async fn goes_past(engine: Engine) {
    let scene = Scene::begin(engine, "2026-09-15T10:10:00Z", (2, 12)).await;
    let mut spoilt = Vec::new();
    for number in [0, 3, 4] {
        let id = Crowd::id(0, number);
        spoilt.push((id, scene.database.spoils(id, None).await));
    }
    scene.passes(TimeDelta::days(8)).await;

    scene.is_running(true).await;

    let now = scene.now();
    let (posts, messages, odd) = announced(&scene.database.told_since(now).await);
    assert_eq!((posts, messages, odd), (21, 21, Vec::new()), "all that can be are handed over");
    let due: u64 = scene.due(now).await;
    assert_eq!(due, 3, "the others stay due");
    for (id, rules) in &spoilt {
        scene.database.spoils(*id, Some(rules)).await;
    }
    scene.passes(TimeDelta::seconds(20)).await;
    assert_eq!(scene.due(now).await, 0, "they are tried again");
    let (posts, messages, odd) = announced(&scene.database.told_since(now).await);
    assert_eq!((posts, messages, odd), (24, 24, Vec::new()));
    scene.end().await;
}

impl Scene {
    async fn due(&self, now: DateTime<Utc>) -> u64 {
        let due = self.store.system().list_due_handoffs(now).await.expect("a look");
        due.iter().map(|due| due.count).sum()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotations_that_fail_hold_up_no_others_on_sqlite() {
    goes_past(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rotations_that_fail_hold_up_no_others_on_postgres() {
    goes_past(Engine::Postgres).await;
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}
