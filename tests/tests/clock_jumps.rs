//! Time itself jumps by an hour, forward and back, while the bot runs and between its restarts, on the real clock.
//!
//! It is the database's and Slack's time that jumps here with the machine's: whatever a machine's own clock does is taken
//! away before it reaches anybody.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use clock::Clock;
use secrecy::SecretString;
use serde_json::{Value, json};
use server::boot::{self, RunningBot};
use server::config::BotConfig;
use server::inbound::Inbound;
use server::site::Site;
use simulator::{Simulator, SimulatorSettings, SlackApp};
use slack::{ApiConfig, SigningSecrets};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use store::testing::{TestDatabase, keys};

/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(200);

struct Scene {
    clock: Clock,
    simulator: Simulator,
    http: reqwest::Client,
    config: BotConfig,
    bot: Option<RunningBot>,
    team: String,
}

impl Scene {
    async fn set(database: &TestDatabase) -> Self {
        slack::install_tls_provider();
        let clock = Clock::system();
        let app = SlackApp {
            client_id: String::from("1.2"),
            client_secret: String::from("client"),
            signing_secret: String::from("signing"),
        };
        let simulator = simulator::start(SimulatorSettings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: clock.clone(),
            bot_url: None,
            app: app.clone(),
            host: None,
        })
        .await
        .expect("the simulator starts");
        let url = |path: &str| simulator.url().join(path).expect("a path of the simulator");
        let config = BotConfig {
            store: database.settings().clone(),
            keys: keys(),
            slack: ApiConfig {
                api_url: url("slack/api"),
                authorize_url: url("slack/oauth/v2/authorize"),
                client_id: app.client_id,
                client_secret: SecretString::from(app.client_secret),
            },
            signing: SigningSecrets::new(vec![SecretString::from(app.signing_secret)]),
            inbound: Inbound::default(),
            site: Site::default(),
            socket: None,
            sources: BTreeMap::new(),
            public_url: None,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            admin_bind: None,
            heartbeat: None,
            audits: true,
            grace: Duration::ZERO,
            data_dir: None,
            erasure_ledger: None,
            backups: None,
            billing: None,
            clock: clock.clone(),
        };
        let http = reqwest::Client::builder().build().expect("a client for loopback");
        let mut scene = Self { clock, simulator, http, config, bot: None, team: String::new() };
        scene.start().await;
        let workspace = json!({"name": "Harbour",
            "people": [{"id": "U0ANA", "name": "Ana", "admin": true, "tz": "UTC"}, {"id": "U0BEN", "name": "Ben"}],
            "channels": [{"id": "C0SUPPORT", "name": "support"}]});
        let made = scene.post("sim/workspaces", &workspace).await;
        made["team"].as_str().expect("a workspace").clone_into(&mut scene.team);
        scene
    }

    async fn start(&mut self) {
        let bot = boot::start(&self.config).await.expect("the bot starts");
        let url = format!("http://{}/", bot.address()).parse().expect("an address");
        self.simulator.set_bot_url(url);
        self.bot = Some(bot);
    }

    async fn restart_after_a_jump_to(&mut self, ahead: TimeDelta) {
        if let Some(bot) = self.bot.take() {
            bot.stop().await;
        }
        self.clock.set_ahead(ahead);
        self.start().await;
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let url = self.simulator.url().join(path).expect("a path of the simulator");
        let answer = self.http.post(url).json(body).send().await.expect("the simulator answers");
        let text = answer.text().await.expect("its whole answer");
        serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{path}: {fault}: {text}"))
    }

    async fn types(&self, text: &str) -> Value {
        let act = json!({"team": self.team, "user": "U0ANA", "command": "/rotation", "text": text, "channel": "#support"});
        self.post("sim/act", &act).await
    }

    /// Makes a rotation that hands over daily at this time.
    async fn makes_rotation(&self, first: DateTime<Utc>) {
        let opened = self.types("create").await;
        let view = opened["views_opened"][0]["id"].as_str();
        let view = view.unwrap_or_else(|| panic!("a form opens: {opened}"));
        let value = |value: Value| json!({"value": value});
        let form = json!({
            "name": value(json!("support")), "members": value(json!(["U0ANA", "U0BEN"])),
            "cadence": value(json!("day")), "first_day": value(json!(first.format("%Y-%m-%d").to_string())),
            "time": value(json!(first.format("%H:%M").to_string())), "zone": value(json!("UTC")),
            "channel": value(json!("C0SUPPORT")),
        });
        let submit = json!({"team": self.team, "user": "U0ANA", "submit": {"view_id": view, "values": form}});
        let done = self.post("sim/act", &submit).await;
        assert_eq!(done["response"]["response_action"], "update", "{done}");
    }

    /// Returns how many posts of the bot's there are in the channel, and how many people were told that they are on duty.
    async fn said(&self) -> (usize, usize) {
        let url = format!("sim/messages?team={}", self.team);
        let url = self.simulator.url().join(&url).expect("a path of the simulator");
        let answer = self.http.get(url).send().await.expect("the simulator answers");
        let text = answer.text().await.expect("its whole answer");
        let all: Value = serde_json::from_str(&text).expect("JSON");
        let messages = all["messages"].as_array().into_iter().flatten();
        let ours: Vec<&Value> = messages
            .filter(|message| message["is_bot"] == true && message["ephemeral_to"].is_null())
            .collect();
        let is_duty = |message: &&&Value| {
            let text = message["text"].as_str().unwrap_or_default();
            // What a duty began with says so once it has ended.
            text.starts_with("You are on duty for") || text.starts_with("Your duty for")
        };
        let channel = ours.iter().filter(|message| message["channel"] == "C0SUPPORT").count();
        (channel, ours.iter().filter(is_duty).count())
    }

    async fn until_said(&self, what: &str, wanted: (usize, usize)) {
        let began = Instant::now();
        let mut looks = tokio::time::interval(LOOK);
        loop {
            let said = self.said().await;
            if said == wanted {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{what}: {said:?} instead of {wanted:?}");
            looks.tick().await;
        }
    }

    /// Lets the workers look at least twice, and checks that nothing more was said.
    async fn nothing_more(&self, what: &str, wanted: (usize, usize)) {
        let mut looks = tokio::time::interval(Duration::from_secs(3));
        for _ in 0..3 {
            looks.tick().await;
            assert_eq!(self.said().await, wanted, "{what}");
        }
    }
}

async fn jumps_of_an_hour_double_nothing_and_lose_nothing(database: TestDatabase) {
    let mut scene = Scene::set(&database).await;
    let hour = TimeDelta::hours(1);
    let first = (scene.clock.now() + TimeDelta::minutes(30)).trunc_subsecs(0);
    scene.makes_rotation(first).await;
    scene.until_said("the rotation", (1, 0)).await;

    scene.clock.set_ahead(hour);
    scene.until_said("forward: the handoff is told once", (2, 1)).await;
    scene.clock.set_ahead(TimeDelta::zero());
    scene.nothing_more("back: it is not told again", (2, 1)).await;
    scene.restart_after_a_jump_to(hour).await;
    scene.nothing_more("forward over a restart: nor now", (2, 1)).await;
    scene.restart_after_a_jump_to(-hour).await;
    scene.nothing_more("back over a restart: nor now", (2, 1)).await;

    let who = scene.types("who support").await;
    assert_eq!(who["status"], 200, "an hour back Slack is still answered: {who}");
    scene.restart_after_a_jump_to(TimeDelta::days(1) + hour).await;
    scene.until_said("the next day: the next handoff is told once", (3, 2)).await;
    if let Some(bot) = scene.bot.take() {
        bot.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jumps_of_an_hour_double_nothing_and_lose_nothing_on_sqlite() {
    jumps_of_an_hour_double_nothing_and_lose_nothing(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jumps_of_an_hour_double_nothing_and_lose_nothing_on_postgres() {
    jumps_of_an_hour_double_nothing_and_lose_nothing(TestDatabase::postgres().await).await;
}
