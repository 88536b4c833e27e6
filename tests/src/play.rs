//! The stage of a story: a bot on a fresh database, a workspace with people, and a clock.

use crate::sight::{Seen, plain_blocks};
use chrono::{DateTime, Utc};
use domain::ids::{TeamId, WorkspaceId};
use secrecy::SecretString;
use serde_json::{Value, json};
use server::demo::{Stage, StageSettings, StageWatch};
use server::inbound::Inbound;
use server::site::Site;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use store::testing::{TestDatabase, keys};
use store::{Copied, StoreSettings, copy};

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server, as the run-time role that row-level security binds.
    Postgres,
}

impl Engine {
    /// Returns a database of its own.
    pub async fn new_database(self) -> TestDatabase {
        match self {
            Self::Sqlite => TestDatabase::sqlite(),
            Self::Postgres => TestDatabase::postgres().await,
        }
    }
}

/// The people of every story: ids by name, the first an admin.
pub(crate) const PEOPLE: [(&str, &str); 5] =
    [("ana", "U0ANA"), ("ben", "U0BEN"), ("cho", "U0CHO"), ("dee", "U0DEE"), ("eli", "U0ELI")];

/// What is around the bot of a story.
#[derive(Default)]
struct Around {
    watch: Option<StageWatch>,
    inbound: Inbound,
    site: Site,
    is_billed: bool,
}

/// A story under way.
pub struct Play {
    stage: Stage,
    database: TestDatabase,
    http: reqwest::Client,
    team: String,
}

impl Play {
    /// Sets the stage: the bot is installed in a workspace with five people and the channels `support` and `general`.
    ///
    /// # Panics
    ///
    /// When the stage cannot be set; the story then fails.
    pub async fn begin(engine: Engine, at: &str) -> Self {
        Self::begin_with(engine.new_database().await, at).await
    }

    /// Sets the stage with Slack sending through Socket Mode, over two connections.
    ///
    /// # Panics
    ///
    /// As [`Play::begin`].
    pub async fn begin_over_sockets(engine: Engine, at: &str) -> Self {
        let play = Self::set(engine.new_database().await, at, false, true, Around::default()).await;
        play.stage.clock().settle().await;
        play.until_connected(2, 0).await;
        play.peopled().await
    }

    /// Sets the stage on a database of the story's own.
    ///
    /// # Panics
    ///
    /// As [`Play::begin`].
    pub async fn begin_with(database: TestDatabase, at: &str) -> Self {
        Self::set(database, at, false, false, Around::default()).await.peopled().await
    }

    /// Sets the stage with an auditor and an admin address, and with a dead-man's switch where there is one.
    ///
    /// # Panics
    ///
    /// As [`Play::begin`].
    pub async fn begin_watched(engine: Engine, at: &str, switch: Option<String>) -> Self {
        let watch = StageWatch { heartbeat: switch.map(SecretString::from) };
        let database = engine.new_database().await;
        let around = Around { watch: Some(watch), ..Around::default() };
        Self::set(database, at, false, false, around).await.peopled().await
    }

    /// Sets the stage with a bot that takes so much from outside.
    ///
    /// # Panics
    ///
    /// As [`Play::begin`].
    pub async fn begin_guarded(engine: Engine, at: &str, inbound: Inbound) -> Self {
        let around = Around { inbound, ..Around::default() };
        Self::set(engine.new_database().await, at, false, false, around).await.peopled().await
    }

    /// Sets the stage with a bot whose hoster says what stands in a file.
    ///
    /// # Panics
    ///
    /// As [`Play::begin`], and when the file does not fit.
    pub async fn begin_hosted(engine: Engine, at: &str, site: &Path) -> Self {
        let site = Site::read(site).expect("the file fits");
        let around = Around { site, ..Around::default() };
        Self::set(engine.new_database().await, at, false, false, around).await.peopled().await
    }

    /// Sets the stage with a bot that is paid for: every workspace begins on Free.
    ///
    /// # Panics
    ///
    /// As [`Play::begin`].
    pub async fn begin_billed(engine: Engine, at: &str) -> Self {
        let around = Around { is_billed: true, ..Around::default() };
        Self::set(engine.new_database().await, at, false, false, around).await.peopled().await
    }

    /// Makes the workspace and installs the bot in it.
    async fn peopled(mut self) -> Self {
        let people: Vec<Value> = PEOPLE
            .iter()
            .map(|(name, id)| {
                let shown = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
                json!({"id": id, "name": shown, "email": format!("{name}@harbour.example"),
                       "tz": "Europe/Berlin", "admin": *name == "ana"})
            })
            .collect();
        let workspace = json!({"name": "Harbour", "people": people, "channels": [
            {"id": "C0SUPPORT", "name": "support"}, {"id": "C0GENERAL", "name": "general"}]});
        let made = self.post("sim/workspaces", &workspace).await;
        assert_eq!(made["installed"], true, "the app is installed: {made}");
        self.team = made["team"].as_str().expect("the workspace has an id").to_owned();
        self.stage.clock().settle().await;
        self
    }

    /// Sets the stage as `asyncbot demo` does: with its workspace and people, and a clock that also ticks by itself.
    ///
    /// # Panics
    ///
    /// As [`Play::begin`].
    pub async fn begin_demo(at: &str) -> Self {
        let mut play = Self::set(TestDatabase::sqlite(), at, true, false, Around::default()).await;
        let team =
            simulator::seed_demo(play.stage.simulator()).await.expect("the app is installed");
        play.team = team.as_str().to_owned();
        play.stage.clock().settle().await;
        play
    }

    /// Sets an empty stage.
    async fn set(
        database: TestDatabase,
        at: &str,
        ticks: bool,
        socket_mode: bool,
        around: Around,
    ) -> Self {
        let stage = Stage::start(StageSettings {
            store: database.settings().clone(),
            keys: keys(),
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            at: instant(at),
            ticks,
            socket_mode,
            inbound: around.inbound,
            site: around.site,
            is_billed: around.is_billed,
            watch: around.watch,
        })
        .await
        .expect("the stage is set");
        let http = reqwest::Client::builder().build().expect("a client for loopback");
        Self { stage, database, http, team: String::new() }
    }

    /// Returns the team's id.
    #[must_use]
    pub fn team(&self) -> &str {
        &self.team
    }

    /// Returns the workspace.
    #[must_use]
    pub fn workspace(&self) -> WorkspaceId {
        WorkspaceId::of_team(&TeamId::new(&self.team))
    }

    /// Returns the database.
    #[must_use]
    pub const fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// Returns the stage.
    #[must_use]
    pub const fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Types a command in `#support` and returns what the one who typed it is answered.
    pub async fn types(&self, who: &str, command: &str) -> String {
        self.types_in("#support", who, command).await
    }

    /// Types a command in a channel.
    ///
    /// # Panics
    ///
    /// When Slack is not answered 200.
    pub async fn types_in(&self, channel: &str, who: &str, command: &str) -> String {
        let (verb, text) = command.split_once(' ').unwrap_or((command, ""));
        let act = json!({"team": self.team, "user": id(who), "command": verb, "text": text, "channel": channel});
        let done = self.act(&act).await;
        assert_eq!(done["status"], 200, "Slack is answered 200: {done}");
        plain_blocks(&done["response"]["blocks"])
    }

    /// Fills the create modal the way the page does, and returns the bot's answer to it.
    ///
    /// # Panics
    ///
    /// When no modal opens.
    pub async fn creates(&self, who: &str, form: &Value) -> Value {
        let act = json!({"team": self.team, "user": id(who), "command": "/rotation", "text": "create", "channel": "#support"});
        let opened = self.act(&act).await;
        let view = opened["views_opened"][0]["id"].as_str();
        let view = view.unwrap_or_else(|| panic!("a modal opens: {opened}"));
        self.stage.clock().settle().await;
        self.submits(who, view, form).await
    }

    /// Submits a modal and returns the bot's answer.
    pub async fn submits(&self, who: &str, view: &str, form: &Value) -> Value {
        let done = self.submit(who, view, form, false).await;
        done["response"].clone()
    }

    /// Submits a modal that Slack sends twice at the same time, and returns the bot's answers.
    pub async fn submits_twice(&self, who: &str, view: &str, form: &Value) -> (Value, Value) {
        let done = self.submit(who, view, form, true).await;
        (done["response"].clone(), done["again"].clone())
    }

    async fn submit(&self, who: &str, view: &str, form: &Value, twice: bool) -> Value {
        let values: serde_json::Map<String, Value> = form
            .as_object()
            .into_iter()
            .flatten()
            .map(|(block, value)| (block.clone(), json!({"value": value})))
            .collect();
        let act = json!({"team": self.team, "user": id(who), "submit": {"view_id": view, "values": values, "force": true, "twice": twice}});
        let done = self.act(&act).await;
        self.stage.clock().settle().await;
        done
    }

    /// Makes the weekly rotation `support` of these people, from Monday 09:00 in Berlin.
    ///
    /// # Panics
    ///
    /// When the bot does not make it.
    pub async fn makes_support(&self, first_day: &str, members: &[&str]) {
        let members: Vec<&str> = members.iter().map(|name| id(name)).collect();
        let form = json!({"name": "support", "members": members, "cadence": "week",
            "first_day": first_day, "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        let answer = self.creates("ana", &form).await;
        assert_eq!(answer["response_action"], "update", "the modal shows its outcome: {answer}");
    }

    /// Presses a button of a message.
    pub async fn presses(&self, who: &str, message: &Seen, action: &str) -> Value {
        let act = json!({"team": self.team, "user": id(who),
            "click": {"channel": message.channel, "ts": message.ts, "action_id": action}});
        let done = self.act(&act).await;
        self.stage.clock().settle().await;
        done
    }

    /// Carries out any act of the simulator.
    pub async fn act(&self, act: &Value) -> Value {
        self.post("sim/act", act).await
    }

    /// Moves the clock to an instant; everything due on the way is done when it returns.
    pub async fn waits_until(&self, at: &str) {
        self.post("sim/clock", &json!({"set": at})).await;
    }

    /// Moves the clock on, such as by `3d`.
    pub async fn waits(&self, time: &str) {
        self.post("sim/clock", &json!({"advance": time})).await;
    }

    /// Stops the bot, `kill` as a crash would or `stop` politely.
    pub async fn ends_bot(&self, how: &str) {
        self.post("sim/bot", &json!({"running": false, "how": how})).await;
    }

    /// Moves the bot, which is stopped, to another database, into which everything is copied.
    ///
    /// # Panics
    ///
    /// When it cannot be copied.
    pub async fn moves_to(&mut self, engine: Engine) -> Copied {
        let database = engine.new_database().await;
        let copied = copies(&self.database, &database).await;
        self.stage.change_database(database.settings().clone());
        self.database = database;
        copied
    }

    /// Starts the bot again and lets it do what is due.
    pub async fn starts_bot(&self) {
        self.post("sim/bot", &json!({"running": true})).await;
        self.stage.clock().settle().await;
        self.waits("10s").await;
    }

    /// Removes the app from the workspace, in Slack; the bot is told of it in two events.
    pub async fn uninstalls(&self) {
        self.act(&json!({"team": self.team, "user": id("ana"), "uninstall": true})).await;
        self.stage.clock().settle().await;
    }

    /// Installs the app, as a person with a browser does, and lets the bot do what is due.
    pub async fn installs(&self) {
        self.post("sim/install", &json!({"team": self.team, "user": id("ana")})).await;
        self.stage.clock().settle().await;
    }

    /// Makes calls fail, such as `{"service": "slack", "method": "chat.postMessage", "kind": "429"}`.
    pub async fn breaks(&self, fault: &Value) {
        self.post("sim/faults", fault).await;
    }

    /// Lets all calls succeed again.
    pub async fn mends(&self) {
        self.delete("sim/faults", &json!({})).await;
    }

    /// Lets something befall the connections of Socket Mode: `{"drop": true}`, `{"disconnect": "warning"}`, `{"on": true}`.
    pub async fn orders_sockets(&self, order: &Value) {
        self.post("sim/sockets", order).await;
    }

    /// Waits until this many connections of Socket Mode are open, of those opened later than the one of number `after`, and
    /// returns the highest number.
    ///
    /// # Panics
    ///
    /// When the bot does not open them in time.
    pub async fn until_connected(&self, count: usize, after: u64) -> u64 {
        let seen = self.get(&format!("sim/sockets?until={count}&after={after}")).await;
        let numbers = seen["connections"].as_array().into_iter().flatten();
        numbers.filter_map(Value::as_u64).max().unwrap_or_default()
    }

    /// Moves the clock until so many connections are open: where some were lost in a row, the bot waits before the next.
    ///
    /// # Panics
    ///
    /// When that takes longer than an hour.
    pub async fn until_open(&self, count: usize) {
        for _ in 0..60 {
            let open = self.get("sim/sockets").await["connections"].as_array().map(Vec::len);
            if open == Some(count) {
                return;
            }
            self.waits("1m").await;
        }
        panic!("the bot has {count} connections open within an hour");
    }

    /// Returns what stands in a channel for everybody, the oldest first.
    pub async fn channel(&self, channel: &str) -> Vec<Seen> {
        let all = self.messages(channel, "eli").await;
        all.into_iter().filter(|message| message.ephemeral_to.is_none()).collect()
    }

    /// Returns the direct messages between a person and the bot, the oldest first, but for the welcome that every story
    /// begins with, for reminders, and for where a note is asked for.
    pub async fn dms(&self, who: &str) -> Vec<Seen> {
        let all = self.messages("dm", who).await;
        let is_other =
            |message: &Seen| !is_welcome(message) && !is_reminder(message) && !is_question(message);
        all.into_iter().filter(is_other).collect()
    }

    /// Returns the messages that reminded a person of their next turn, the oldest first.
    pub async fn reminders(&self, who: &str) -> Vec<Seen> {
        let all = self.messages("dm", who).await;
        all.into_iter().filter(is_reminder).collect()
    }

    /// Returns the messages in which a person was asked for a note, the oldest first.
    pub async fn asked_for_notes(&self, who: &str) -> Vec<Seen> {
        let all = self.messages("dm", who).await;
        all.into_iter().filter(is_question).collect()
    }

    /// Returns the messages that welcomed a person who installed the app, the oldest first.
    pub async fn welcomes(&self, who: &str) -> Vec<Seen> {
        let all = self.messages("dm", who).await;
        all.into_iter().filter(is_welcome).collect()
    }

    /// Returns what a person sees in a channel.
    pub async fn messages(&self, channel: &str, who: &str) -> Vec<Seen> {
        let channel = if channel == "dm" { "dm".to_owned() } else { format!("%23{channel}") };
        let path = format!("sim/messages?team={}&channel={channel}&user={}", self.team, id(who));
        let found = self.get(&path).await;
        found["messages"].as_array().into_iter().flatten().map(Seen::of).collect()
    }

    /// Asks the bot's admin address for a page.
    ///
    /// # Panics
    ///
    /// When nobody watches the bot, or it does not answer.
    pub async fn asks_admin(&self, path: &str) -> String {
        let address = self.stage.admin_address().expect("somebody watches");
        let answer = self.http.get(format!("http://{address}/{path}")).send().await;
        answer.expect("the bot answers").text().await.expect("its whole answer")
    }

    /// Returns the calls of a method that Slack was asked for, with their answers.
    pub async fn calls(&self, method: &str) -> Vec<Value> {
        let all = self.get("sim/calls").await;
        let calls = all["calls"].as_array().into_iter().flatten();
        calls.filter(|call| call["method"] == method).cloned().collect()
    }

    /// Asks the simulator.
    ///
    /// # Panics
    ///
    /// When it refuses.
    pub async fn get(&self, path: &str) -> Value {
        let url = self.stage.simulator().url().join(path).expect("a path of the simulator");
        let answer = self.http.get(url).send().await.expect("the simulator answers");
        read(answer).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let url = self.stage.simulator().url().join(path).expect("a path of the simulator");
        let answer = self.http.post(url).json(body).send().await.expect("the simulator answers");
        read(answer).await
    }

    pub(crate) async fn delete(&self, path: &str, body: &Value) -> Value {
        let url = self.stage.simulator().url().join(path).expect("a path of the simulator");
        let answer = self.http.delete(url).json(body).send().await.expect("the simulator answers");
        read(answer).await
    }
}

/// Copies one database into another, as their owner.
///
/// # Panics
///
/// When it cannot be copied.
pub async fn copies(from: &TestDatabase, to: &TestDatabase) -> Copied {
    let owner = |settings: &StoreSettings| {
        settings.owner_url.clone().unwrap_or_else(|| settings.url.clone())
    };
    let (from, to) = (owner(from.settings()), owner(to.settings()));
    copy(&from, &to, &keys(), &mut |_| {}).await.expect("it is copied")
}

fn is_welcome(message: &Seen) -> bool {
    message.text.starts_with("Asyncbot is installed")
}

fn is_reminder(message: &Seen) -> bool {
    message.text.starts_with("You are on duty next")
}

fn is_question(message: &Seen) -> bool {
    message.text.starts_with("You pass ")
}

async fn read(answer: reqwest::Response) -> Value {
    let status = answer.status();
    let text = answer.text().await.expect("the simulator's whole answer");
    assert!(status.is_success(), "the simulator refused ({status}): {text}");
    serde_json::from_str(&text).expect("the simulator answers JSON")
}

/// Returns the id of one of the stage's people; any other name is left to the simulator.
pub(crate) fn id(name: &str) -> &str {
    PEOPLE.iter().find(|(known, _)| *known == name).map_or(name, |(_, id)| id)
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant such as 2026-06-05T12:00:00Z")
}
