//! Slack with many workspaces in which the app is installed, and the bot's database.

use crate::bot::{Bot, SECRET};
use chrono::{DateTime, Utc};
use clock::Clock;
use domain::ids::{ChannelId, TeamId, WorkspaceId};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use simulator::{Simulator, SimulatorSettings, SlackApp};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use store::Store;
use store::testing::TestDatabase;
use stories::{Crowd, Engine};

/// How often is looked whether everything is committed.
const LOOK: Duration = Duration::from_millis(100);

/// Everything that plays together, but for the bot.
pub(crate) struct Scene {
    pub(crate) store: Store,
    pub(crate) crowd: Crowd,
    pub(crate) simulator: Simulator,
    pub(crate) database: TestDatabase,
}

impl Scene {
    /// Makes workspaces in which the app is installed at an instant, with their people and channels.
    pub(crate) async fn begin(
        engine: Engine,
        clock: &Clock,
        workspaces: usize,
        mut crowd: Crowd,
    ) -> Self {
        let database = engine.new_database().await;
        let store = database.open().await;
        let simulator = simulator::start(SimulatorSettings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: clock.clone(),
            bot_url: None,
            app: SlackApp {
                client_id: "1.2".to_owned(),
                client_secret: "client".to_owned(),
                signing_secret: SECRET.to_owned(),
            },
            host: None,
        })
        .await
        .expect("the simulator listens");
        let at = clock.is_manual().then(|| clock.now());
        let bot = Bot::start(database.settings(), &simulator.url(), at);
        simulator.set_bot_url(bot.url().clone());
        let http = reqwest::Client::builder().build().expect("a client for loopback");
        for number in 0..workspaces {
            let team = makes(&http, &simulator, number, &crowd).await;
            crowd.teams.push(team);
        }
        drop(bot);
        Self { store, crowd, simulator, database }
    }

    /// Starts the bot; its clock stands at `at`, or is the machine's.
    pub(crate) fn starts(&self, at: Option<DateTime<Utc>>) -> Bot {
        let bot = Bot::start(self.database.settings(), &self.simulator.url(), at);
        self.simulator.set_bot_url(bot.url().clone());
        bot
    }

    /// Has everybody write with the bot once, so that it knows where their direct messages are.
    ///
    /// That is all that this is for, and it is done past the bot.
    pub(crate) async fn knows_direct_messages(&self) {
        let url = self.simulator.url().join("slack/api/conversations.open").expect("a path");
        let http = reqwest::Client::builder().build().expect("a client for loopback");
        for team in &self.crowd.teams {
            let mut tx = self.store.write(WorkspaceId::of_team(team)).await.expect("a transaction");
            let token =
                tx.find_bot_token().await.expect("it is read").expect("the app is installed");
            for (user, _) in Crowd::people() {
                let asked = http.post(url.clone()).json(&json!({"users": user}));
                let answer =
                    asked.bearer_auth(token.expose_secret()).send().await.expect("it answers");
                let answer: Value = answer.json().await.expect("JSON");
                let channel = answer["channel"]["id"].as_str().expect("direct messages");
                tx.record_direct(&user, Some(&ChannelId::new(channel)))
                    .await
                    .expect("it is stored");
            }
            tx.commit().await.expect("it is saved");
        }
    }

    /// Waits until no handoff is due any more and returns how long that took.
    pub(crate) async fn all_are_committed(&self, now: impl Fn() -> DateTime<Utc>) -> Duration {
        let began = Instant::now();
        let system = self.store.system();
        while !system.list_due_handoffs(now()).await.expect("a look").is_empty() {
            tokio::time::sleep(LOOK).await;
        }
        began.elapsed()
    }

    /// Ends it.
    pub(crate) async fn end(self) {
        self.store.close().await;
        self.simulator.shutdown().await;
    }
}

async fn makes(
    http: &reqwest::Client,
    simulator: &Simulator,
    number: usize,
    crowd: &Crowd,
) -> TeamId {
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
    let wanted =
        json!({"name": format!("Harbour {number}"), "people": people, "channels": channels});
    let url = simulator.url().join("sim/workspaces").expect("a path of the simulator");
    let answer = http.post(url).json(&wanted).send().await.expect("it answers");
    let answer: Value = answer.json().await.expect("the simulator answers JSON");
    assert_eq!(answer["installed"], true, "{answer}");
    TeamId::new(answer["team"].as_str().expect("the workspace has an id"))
}
