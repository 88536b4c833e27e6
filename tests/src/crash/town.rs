//! Slack's stand-in with several workspaces in it, and what people do there.

use crate::crash::process::free_port;
use crate::sight::plain_blocks;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use clock::Clock;
use serde_json::{Value, json};
use simulator::{Simulator, SimulatorSettings, SlackApp};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The people of each workspace, the first an admin.
const PEOPLE: [&str; 4] = ["U0ANA", "U0BEN", "U0CHO", "U0DEE"];

/// After how many days somebody is away for the first time: long after anything that happens, and not too long to be entered.
const FIRST_ABSENCE: Days = Days::new(40);

/// After how many days those are away who enter it in a burst, and on trial.
const LATER_ABSENCES: [Days; 2] = [Days::new(300), Days::new(600)];

/// How long one act may take before it counts as not answered; the bot may be dead.
const ACT: Duration = Duration::from_secs(8);

/// Slack's stand-in, with all that was done and seen there.
#[derive(Debug)]
pub struct Town {
    simulator: Simulator,
    clock: Clock,
    http: reqwest::Client,
    ahead: TimeDelta,
    founded: NaiveDate,
    bot_port: u16,
    /// The teams, with their rotations by name.
    pub(super) teams: Vec<String>,
    /// The day of the first handoff, and the names of the daily rotations with their hour.
    pub(super) dailies: Vec<(String, String, DateTime<Utc>)>,
    /// What was asked for, by what it must have led to, and whether it was answered as done.
    pub(super) asked: BTreeMap<Asked, bool>,
    /// Posts that Slack accepted, by delivery: channel and time of each.
    pub(super) accepted: BTreeMap<String, Vec<Accepted>>,
    /// The messages of whose echo the bot took notice, by team, `ts` and the number in the journal.
    receipts: BTreeMap<(String, String), u64>,
    last_call: u64,
    last_line: u64,
    acts: u64,
    is_forgotten: bool,
    /// Whether the database forgot something once: what it took notice of before, nobody can tell.
    has_forgotten: bool,
}

/// Something that a request was for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    /// An absence of one day.
    Absence { team: String, user: String, day: NaiveDate },
    /// A rotation.
    Rotation { team: String, name: String },
}

/// An absence that somebody asked for in a burst, and whether it was answered as done.
#[derive(Clone, Debug)]
pub struct Entered {
    asked: Asked,
    is_done: bool,
}

/// A post that Slack accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Where.
    pub channel: String,
    /// When, by Slack's clock.
    pub at: DateTime<Utc>,
    /// The number of the call in the journal.
    pub number: u64,
    /// The number in the journal under which the bot took notice of the message's echo.
    pub receipt: Option<u64>,
    message: (String, String),
}

impl Town {
    /// Starts Slack's stand-in for a bot on this port.
    ///
    /// # Panics
    ///
    /// Where it does not start.
    pub async fn found(bot_port: u16) -> Self {
        let clock = Clock::system();
        let founded = clock.now().date_naive();
        let simulator = simulator::start(SimulatorSettings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, free_port())),
            clock: clock.clone(),
            bot_url: Some(format!("http://127.0.0.1:{bot_port}/").parse().expect("an address")),
            app: SlackApp {
                client_id: "1.2".to_owned(),
                client_secret: "client".to_owned(),
                signing_secret: "signing".to_owned(),
            },
            host: None,
        })
        .await
        .expect("Slack's stand-in starts");
        Self {
            simulator,
            clock,
            http: reqwest::Client::builder().timeout(ACT).build().expect("a client for loopback"),
            ahead: TimeDelta::zero(),
            founded,
            bot_port,
            teams: Vec::new(),
            dailies: Vec::new(),
            asked: BTreeMap::new(),
            accepted: BTreeMap::new(),
            receipts: BTreeMap::new(),
            last_call: 0,
            last_line: 0,
            acts: 0,
            is_forgotten: false,
            has_forgotten: false,
        }
    }

    /// Returns Slack's stand-in.
    #[must_use]
    pub const fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Says where the bot is from now on.
    ///
    /// # Panics
    ///
    /// Never: the port makes an address.
    pub fn moves_bot(&mut self, port: u16) {
        self.bot_port = port;
        let url = format!("http://127.0.0.1:{port}/").parse().expect("an address");
        self.simulator.set_bot_url(url);
    }

    /// Returns the time here.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Returns by how many seconds the time here is ahead of the machine's.
    #[must_use]
    pub const fn ahead_s(&self) -> i64 {
        self.ahead.num_seconds()
    }

    /// Lets time pass, all at once.
    pub fn passes(&mut self, by: TimeDelta) {
        self.ahead += by;
        self.clock.set_ahead(self.ahead);
    }

    /// Makes workspaces with daily rotations, each at another hour of the day, that have begun yesterday.
    ///
    /// The bot is in every other channel, where it hears itself.
    ///
    /// # Panics
    ///
    /// Where the bot does not make them.
    pub async fn settle(&mut self, workspaces: usize, rotations: usize) {
        self.settle_over(workspaces, rotations, 24).await;
    }

    /// Makes workspaces as [`Town::settle`], with rotations that pass on in the first so many hours of the day.
    ///
    /// # Panics
    ///
    /// As [`Town::settle`].
    pub async fn settle_over(&mut self, workspaces: usize, rotations: usize, hours: usize) {
        for number in 0..workspaces {
            let people: Vec<Value> = PEOPLE
                .iter()
                .enumerate()
                .map(|(at, id)| json!({"id": id, "name": id[2..].to_lowercase(), "tz": "UTC", "admin": at == 0}))
                .collect();
            let channels: Vec<Value> = (0..rotations)
                .map(|at| json!({"id": format!("C0{number}X{at}"), "name": format!("team-{at}")}))
                .collect();
            let made = self
                .post("sim/workspaces", &json!({"name": format!("Harbour {number}"), "people": people, "channels": channels}))
                .await;
            assert_eq!(made["installed"], true, "{made}");
            let team = made["team"].as_str().expect("a team").to_owned();
            for at in 0..rotations {
                let channel = format!("C0{number}X{at}");
                if at % 2 == 0 {
                    self.act(&json!({"team": team, "user": "U0ANA", "command": "/invite", "text": "@asyncbot", "channel": channel})).await;
                }
                let hour = u32::try_from((at * workspaces + number) % hours).expect("an hour");
                let day = (self.now() - TimeDelta::days(1)).date_naive();
                let name = format!("duty-{at}");
                self.makes(&team, &name, &channel, (day, hour)).await;
                let mut first = day.and_hms_opt(hour, 0, 0).expect("an hour").and_utc();
                // It begins with the turn that runs.
                while first + TimeDelta::days(1) <= self.now() {
                    first += TimeDelta::days(1);
                }
                self.dailies.push((team.clone(), name, first));
            }
            self.teams.push(team);
        }
        let made = self.asked.values().filter(|is_done| **is_done).count();
        assert_eq!(made, workspaces * rotations, "all rotations are made");
    }

    /// Makes a rotation, also where a machine that is busy answers too late to say so.
    async fn makes(&mut self, team: &str, name: &str, channel: &str, first: (NaiveDate, u32)) {
        let asked = Asked::Rotation { team: team.to_owned(), name: name.to_owned() };
        for _ in 0..10 {
            self.creates(team, name, channel, first).await;
            let listed = self
                .act(
                    &json!({"team": team, "user": "U0ANA", "command": "/rotation", "text": "list"}),
                )
                .await;
            if self.asked[&asked] || plain_blocks(&listed["response"]["blocks"]).contains(name) {
                self.asked.insert(asked, true);
                return;
            }
        }
    }

    async fn creates(&mut self, team: &str, name: &str, channel: &str, first: (NaiveDate, u32)) {
        let asked = Asked::Rotation { team: team.to_owned(), name: name.to_owned() };
        self.asked.insert(asked.clone(), false);
        let opened = self.act(&json!({"team": team, "user": "U0ANA", "command": "/rotation", "text": "create", "channel": channel})).await;
        let Some(view) = opened["views_opened"][0]["id"].as_str() else { return };
        let value = |value: Value| json!({"value": value});
        let done = self
            .act(&json!({"team": team, "user": "U0ANA", "submit": {"view_id": view, "values": {
                "name": value(json!(name)), "members": value(json!(PEOPLE)), "cadence": value(json!("day")),
                "first_day": value(json!(first.0.to_string())), "time": value(json!(format!("{:02}:00", first.1))),
                "zone": value(json!("UTC")), "channel": value(json!(channel)),
            }}}))
            .await;
        // What may not have been saved says so, in a window of another name.
        if done["response"]["view"]["title"]["text"] == "Done" {
            self.asked.insert(asked, !self.is_forgotten);
        }
    }

    /// Lets people do things, `number` of them, one after the other; the bot may die meanwhile.
    ///
    /// With `only_writes` they do only what a request commits.
    ///
    /// # Panics
    ///
    /// Where Slack's stand-in does not answer.
    pub async fn lives(&mut self, number: usize, seed: u64, only_writes: bool) {
        for at in 0..number {
            self.acts += 1;
            let dice = mix(seed, at as u64);
            let team =
                self.teams[usize::try_from(dice % self.teams.len() as u64).expect("small")].clone();
            let user = PEOPLE[usize::try_from((dice >> 8) % PEOPLE.len() as u64).expect("small")];
            match (dice >> 16) % if only_writes { 4 } else { 8 } {
                0..=2 => self.is_away(&team, user).await,
                3 => {
                    let name = format!("extra-{}", self.acts);
                    let day = (self.now() + TimeDelta::days(7)).date_naive();
                    let channel = self.some_channel(&team);
                    self.creates(&team, &name, &channel, (day, 9)).await;
                }
                4 => self.presses(&team, user).await,
                5 => {
                    self.act(&json!({"team": team, "user": user, "open_home": true})).await;
                }
                6 => {
                    let event = json!({"type": "user_change", "user": {"id": user, "tz": if self.acts.is_multiple_of(2) { "UTC" } else { "Europe/Berlin" }}});
                    self.act(&json!({"team": team, "event": event})).await;
                }
                _ => {
                    let channel = self.some_channel(&team);
                    self.act(&json!({"team": team, "user": user, "command": "/rotation", "text": "cover", "channel": channel})).await;
                }
            }
        }
    }

    /// Lets `number` absences be entered at once, and returns which of them were answered as done.
    ///
    /// [`Town::keeps`] takes what this returns.
    ///
    /// # Panics
    ///
    /// Where there is no team.
    pub async fn bursts(&self, number: u64, round: u64) -> Vec<Entered> {
        let team = self.teams.first().expect("a team").clone();
        let first = self.founded + LATER_ABSENCES[0];
        let entering = (0..number).map(|at| {
            let day = first + Days::new(2 * ((round * number + at) / PEOPLE.len() as u64));
            let user = PEOPLE[usize::try_from(at).expect("small") % PEOPLE.len()];
            let act = json!({"team": team, "user": user, "command": "/rotation", "text": format!("ooo add {day}"), "channel": self.some_channel(&team)});
            let asked = Asked::Absence { team: team.clone(), user: user.to_owned(), day };
            async move { Entered { asked, is_done: is_noted(&self.act(&act).await) } }
        });
        futures_util::future::join_all(entering).await
    }

    /// Keeps what people were answered in a burst.
    pub fn keeps(&mut self, entered: Vec<Entered>) {
        self.asked.extend(entered.into_iter().map(|one| (one.asked, one.is_done)));
    }

    /// Enters an absence of the first team, and returns what is answered.
    ///
    /// # Panics
    ///
    /// Where there is no team.
    pub async fn enters(&self, user: &str, days_on: u64) -> String {
        let team = self.teams.first().expect("a team");
        let day = self.founded + LATER_ABSENCES[1] + Days::new(2 * days_on);
        let done = self.act(&json!({"team": team, "user": user, "command": "/rotation", "text": format!("ooo add {day}"), "channel": self.some_channel(team)})).await;
        plain_blocks(&done["response"]["blocks"])
    }

    fn some_channel(&self, team: &str) -> String {
        let at = self.teams.iter().position(|known| known == team).unwrap_or_default();
        format!("C0{at}X0")
    }

    /// Enters an absence that nobody else enters.
    async fn is_away(&mut self, team: &str, user: &str) {
        let theirs = |asked: &&Asked| matches!(asked, Asked::Absence { team: at, user: who, .. } if at == team && who == user);
        let number = self.asked.keys().filter(theirs).count() as u64;
        // Two absences of neighbouring days stay two.
        let day = self.founded + FIRST_ABSENCE + Days::new(2 * number);
        let asked = Asked::Absence { team: team.to_owned(), user: user.to_owned(), day };
        self.asked.insert(asked.clone(), false);
        let done = self.act(&json!({"team": team, "user": user, "command": "/rotation", "text": format!("ooo add {day}"), "channel": self.some_channel(team)})).await;
        if is_noted(&done) {
            self.asked.insert(asked, !self.is_forgotten);
        }
    }

    /// Presses the first button of the newest direct message.
    async fn presses(&mut self, team: &str, user: &str) {
        let found = self.get(&format!("sim/messages?team={team}&channel=dm&user={user}")).await;
        let messages = found["messages"].as_array().cloned().unwrap_or_default();
        let pressed = messages.iter().rev().find_map(|message| {
            let rows = message["blocks"].as_array()?.iter().filter_map(|block| block["elements"].as_array());
            let button = rows.flatten().find(|element| element["type"] == "button" && element["url"].is_null())?;
            Some(json!({"channel": message["channel"], "ts": message["ts"], "action_id": button["action_id"]}))
        });
        if let Some(click) = pressed {
            self.act(&json!({"team": team, "user": user, "click": click})).await;
        }
    }

    /// Says whether what is answered from now on will be forgotten, because the database is going to be put back to this
    /// moment.
    ///
    /// From then on nothing is asked of what the bot had taken notice of: that is forgotten as well.
    pub fn will_be_forgotten(&mut self, is_forgotten: bool) {
        self.is_forgotten = is_forgotten;
        self.has_forgotten |= is_forgotten;
        self.receipts.clear();
        for accepted in self.accepted.values_mut().flatten() {
            accepted.receipt = None;
        }
    }

    /// Lets time pass until this long before midnight.
    pub fn passes_until_before_midnight(&mut self, by: TimeDelta) {
        let into = TimeDelta::seconds(self.now().timestamp().rem_euclid(86_400));
        self.passes(TimeDelta::days(1) - into - by);
    }

    /// Lets time pass until this long before the next full hour, at which a turn begins.
    pub fn passes_until_before_the_hour(&mut self, by: TimeDelta) {
        let now = self.now();
        let into = TimeDelta::seconds(now.timestamp().rem_euclid(3600));
        self.passes(TimeDelta::hours(2) - into - by);
    }

    /// Lets something go wrong with calls to come.
    pub async fn breaks(&self, fault: &Value) {
        self.post("sim/faults", fault).await;
    }

    /// Lets nothing go wrong any more.
    ///
    /// # Panics
    ///
    /// Where Slack's stand-in does not answer.
    pub async fn mends(&self) {
        let url = self.simulator.url().join("sim/faults").expect("a path");
        self.http.delete(url).send().await.expect("Slack's stand-in answers");
    }

    /// Reads what Slack accepted since the last time; returns how many posts that were.
    pub async fn reads_calls(&mut self) -> usize {
        let calls = self.get(&format!("sim/calls?since_id={}", self.last_call)).await;
        let calls = calls["calls"].as_array().cloned().unwrap_or_default();
        let mut posts = 0;
        for call in &calls {
            self.last_call = self.last_call.max(call["id"].as_u64().unwrap_or_default());
            if call["method"] != "chat.postMessage" || call["ok"] != true {
                continue;
            }
            posts += 1;
            let arguments = &call["arguments"];
            let metadata = match &arguments["metadata"] {
                Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
                other => other.clone(),
            };
            let Some(delivery) = metadata["event_payload"]["delivery_id"].as_str() else {
                continue;
            };
            let at = call["at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default();
            let channel = arguments["channel"].as_str().unwrap_or_default().to_owned();
            let number = call["id"].as_u64().unwrap_or_default();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let message = (text(&call["team"]), text(&call["answer"]["ts"]));
            self.accepted.entry(delivery.to_owned()).or_default().push(Accepted {
                channel,
                at,
                number,
                receipt: None,
                message,
            });
        }
        self.reads_receipts().await;
        posts
    }

    /// Reads of which messages the bot took notice since the last look.
    async fn reads_receipts(&mut self) {
        if self.has_forgotten {
            return;
        }
        let log = self.get(&format!("sim/log?since_id={}", self.last_line)).await;
        for line in log["log"].as_array().into_iter().flatten() {
            let number = line["id"].as_u64().unwrap_or_default();
            self.last_line = self.last_line.max(number);
            if let (Some(team), Some(ts)) = (line["team"].as_str(), line["ts"].as_str()) {
                self.receipts.entry((team.to_owned(), ts.to_owned())).or_insert(number);
            }
        }
        for accepted in self.accepted.values_mut().flatten().filter(|it| it.receipt.is_none()) {
            accepted.receipt = self.receipts.get(&accepted.message).copied();
        }
    }

    /// Returns how many posts Slack has accepted, by delivery.
    #[must_use]
    pub const fn accepted(&self) -> &BTreeMap<String, Vec<Accepted>> {
        &self.accepted
    }

    /// Carries out any act of Slack's stand-in; null where nothing came back in time.
    ///
    /// # Panics
    ///
    /// Never: the path is one.
    pub async fn act(&self, act: &Value) -> Value {
        let url = self.simulator.url().join("sim/act").expect("a path");
        let Ok(answer) = self.http.post(url).json(act).send().await else { return Value::Null };
        answer.json().await.unwrap_or(Value::Null)
    }

    /// Asks Slack's stand-in.
    ///
    /// # Panics
    ///
    /// Where it does not answer.
    pub async fn get(&self, path: &str) -> Value {
        let url = self.simulator.url().join(path).expect("a path");
        let answer = self.http.get(url).send().await.expect("Slack's stand-in answers");
        answer.json().await.unwrap_or(Value::Null)
    }

    /// Tells Slack's stand-in something.
    ///
    /// # Panics
    ///
    /// Where it does not answer.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let url = self.simulator.url().join(path).expect("a path");
        let answer = self.http.post(url).json(body).timeout(Duration::from_mins(1)).send().await;
        answer.expect("Slack's stand-in answers").json().await.unwrap_or(Value::Null)
    }
}

fn is_noted(done: &Value) -> bool {
    done["status"] == 200 && plain_blocks(&done["response"]["blocks"]).contains("Noted:")
}

/// Returns a number that follows from two and looks like any other.
pub(super) const fn mix(seed: u64, at: u64) -> u64 {
    let mut z = seed
        .wrapping_add(at.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
