//! Slack, HiBob and the bot, with workspaces and companies of many people.

use crate::bot::{Bot, SECRET};
use crate::journal::Journal;
use chrono::{DateTime, Days, TimeDelta, Utc};
use clock::Clock;
use domain::ids::{TeamId, WorkspaceId};
use domain::source::SourceCode;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use simulator::{Simulator, SimulatorSettings, SlackApp};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use store::testing::TestDatabase;
use store::{SourceStatus, Store};
use stories::{Engine, SERVICE_TOKEN, Signed, Slash, connect_hibob, sign};
use url::form_urlencoded::Serializer;

/// How long the journal is let alone while the bot works.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Of how many people one is away.
pub(crate) const ONE_AWAY_OF: usize = 4;

/// How many people are in one rotation and in the next.
const IN_BOTH: usize = 5;

/// Everything that plays together.
pub(crate) struct Scene {
    pub(crate) bot: Bot,
    pub(crate) journal: Journal,
    pub(crate) store: Store,
    simulator: Simulator,
    clock: Clock,
    http: reqwest::Client,
    // Removed last: it is in use until then.
    _database: TestDatabase,
}

/// A workspace with its company in HiBob.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    pub(crate) team: String,
    pub(crate) service_user: String,
    pub(crate) members: usize,
}

impl Workspace {
    /// Returns a member's address.
    pub(crate) fn email(&self, member: usize) -> String {
        format!("member-{member}@{}.example", self.service_user)
    }
}

impl Scene {
    /// Begins with an empty Slack.
    pub(crate) async fn begin(engine: Engine, at: &str) -> Self {
        let database = match engine {
            Engine::Sqlite => TestDatabase::sqlite(),
            Engine::Postgres => TestDatabase::postgres().await,
        };
        // Migrated before the bot comes.
        let store = database.open().await;
        let at: DateTime<Utc> = at.parse().expect("an instant");
        let clock = Clock::manual(at);
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
        let bot = Bot::start(database.settings(), &simulator.url(), at);
        simulator.set_bot_url(bot.url().clone());
        let http = reqwest::Client::builder().build().expect("a client for loopback");
        Self {
            bot,
            journal: Journal::default(),
            store,
            simulator,
            clock,
            http,
            _database: database,
        }
    }

    /// Ends it.
    pub(crate) async fn end(self) {
        drop(self.bot);
        self.store.close().await;
        self.simulator.shutdown().await;
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Lets time pass for everybody, Slack and HiBob first, and counts what is called meanwhile.
    pub(crate) async fn passes(&mut self, time: TimeDelta) {
        let to = self.now() + time;
        self.clock.advance_to(to).await.expect("time goes on");
        let mut moving = self.bot.moves(to);
        loop {
            let moved = tokio::time::timeout(BETWEEN_LOOKS, &mut moving).await;
            self.looks().await;
            if let Ok(moved) = moved {
                return moved.expect("the bot goes on");
            }
        }
    }

    async fn looks(&mut self) {
        let url = self.simulator.url();
        self.journal.look(&self.http, &url).await;
    }

    /// Lets time pass until nobody is called any more, and forgets the calls so far.
    pub(crate) async fn calms_down(&mut self) {
        loop {
            let before = self.journal.count();
            self.passes(TimeDelta::minutes(2)).await;
            if self.journal.count() == before {
                break;
            }
        }
        self.journal.clear();
    }

    /// Makes a workspace of so many people who take turns in two rotations or more, some of them in two, and their company,
    /// in which one of four is off.
    pub(crate) async fn makes(&mut self, number: usize, members: usize) -> Workspace {
        let service_user = format!("service-{number}");
        let mut made = Workspace { team: String::new(), service_user, members };
        let people: Vec<Value> = (0..members)
            .map(|place| {
                json!({"id": member(place), "name": format!("Member {place}"), "email": made.email(place),
                       "tz": "Europe/Berlin", "admin": place == 0})
            })
            .collect();
        let wanted = json!({"name": format!("Harbour {number}"), "people": people,
            "channels": [{"id": "C0SUPPORT", "name": "support"}]});
        let answer = self.post("sim/workspaces", &wanted).await;
        assert_eq!(answer["installed"], true, "{answer}");
        made.team = answer["team"].as_str().expect("the workspace has an id").to_owned();
        // A form of Slack's takes a hundred people at most.
        let apart = (members / 2).min(75);
        for first in (0..members).step_by(apart) {
            let who = first..(first + apart + IN_BOTH).min(members);
            self.rotates(&made, &format!("support-{first}"), who).await;
        }
        self.employs(&made).await;
        made
    }

    /// Makes a weekly rotation of a range of the members.
    async fn rotates(&mut self, workspace: &Workspace, name: &str, who: std::ops::Range<usize>) {
        let members: Vec<String> = who.map(member).collect();
        let values = json!({
            "name": {"a": {"value": name}},
            "members": {"a": {"selected_users": members}},
            "cadence": {"a": {"selected_option": {"value": "week"}}},
            "first_day": {"a": {"selected_date": self.now().date_naive().to_string()}},
            "time": {"a": {"value": "09:00"}},
            "zone": {"a": {"value": "Europe/Berlin"}},
            "channel": {"a": {"selected_conversation": "C0SUPPORT"}},
        });
        let payload = json!({
            "type": "view_submission",
            "team": {"id": workspace.team},
            "user": {"id": member(0), "team_id": workspace.team},
            "trigger_id": format!("{name}.2.3"),
            "view": {"id": format!("V0{name}"), "hash": "1.a", "callback_id": "create_rotation",
                     "state": {"values": values}},
        });
        let body =
            Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
        self.sends("slack/interactions", sign(body, SECRET, self.now())).await;
        // Whoever asks is looked up first, and the rotation is made then.
        self.passes(TimeDelta::seconds(1)).await;
    }

    async fn employs(&self, workspace: &Workspace) {
        let id = |place: usize| format!("33328838{place:011}");
        let people: Vec<Value> = (0..workspace.members)
            .map(|place| json!({"id": id(place), "email": workspace.email(place), "name": format!("Member {place}")}))
            .collect();
        let company = json!({"service_user": workspace.service_user, "token": SERVICE_TOKEN, "people": people});
        self.post("sim/hibob/company", &company).await;
        for place in (0..workspace.members).step_by(ONE_AWAY_OF) {
            self.leaves(workspace, place, u64::try_from(place % 60).unwrap_or(0)).await;
        }
    }

    /// Lets a member take three days off, beginning in so many days, and returns the number of that.
    pub(crate) async fn leaves(&self, workspace: &Workspace, place: usize, days: u64) -> Value {
        let first = self.now().date_naive() + Days::new(3 + days);
        let request = json!({"type": "days", "policyType": "Holiday", "status": "Approved", "visibility": "Public",
            "startDate": first, "startPortion": "all_day", "endDate": first + Days::new(2), "endPortion": "all_day"});
        let wanted = json!({"service_user": workspace.service_user, "email": workspace.email(place), "request": request});
        self.post("sim/hibob/time_off", &wanted).await["requestId"].clone()
    }

    /// Connects workspaces to HiBob, with a first sync in a minute for all of them.
    pub(crate) async fn connects(&mut self, workspaces: &[Workspace]) {
        let (now, then) = (self.now(), self.now() + TimeDelta::minutes(1));
        for one in workspaces {
            let (team, service_user) = (one.team.as_str(), one.service_user.as_str());
            connect_hibob(&self.store, (team, &member(0)), (service_user, None), (now, then)).await;
        }
        // A bot whose clock stands still looks after a write only, and this one always counts as one.
        let slash = Slash {
            team: workspaces[0].team.clone(),
            channel: "C0SUPPORT".to_owned(),
            user: member(0),
            text: "ooo remove 2027-01-01".to_owned(),
            trigger: format!("{}.2.4", now.timestamp()),
        };
        self.sends("slack/commands", slash.signed(SECRET, now)).await;
        self.passes(TimeDelta::seconds(30)).await;
        self.journal.clear();
    }

    /// Returns how HiBob is for a workspace.
    pub(crate) async fn status(&self, workspace: &Workspace) -> SourceStatus {
        let id = WorkspaceId::of_team(&TeamId::new(&workspace.team));
        let mut tx = self.store.read(id).await.expect("a look");
        let source = tx.find_source(&SourceCode::new("hibob").expect("a code")).await;
        source.expect("the database answers").expect("it is connected").status
    }

    async fn sends(&self, path: &str, Signed { body, headers }: Signed) -> String {
        let url = self.bot.url().join(path).expect("a path of the bot");
        let mut asked = self.http.post(url).body(body);
        for (name, value) in headers {
            asked = asked.header(name, value);
        }
        let asked = asked.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = asked.send().await.expect("the bot answers");
        let (status, text) = (answer.status(), answer.text().await.expect("the whole answer"));
        assert!(status.is_success(), "{status}: {text}");
        text
    }

    /// Tells the simulator something.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        self.ask(reqwest::Method::POST, path, body).await
    }

    /// Takes something back in the simulator.
    pub(crate) async fn delete(&self, path: &str, body: &Value) -> Value {
        self.ask(reqwest::Method::DELETE, path, body).await
    }

    async fn ask(&self, how: reqwest::Method, path: &str, body: &Value) -> Value {
        let url = self.simulator.url().join(path).expect("a path of the simulator");
        let answer = self.http.request(how, url).json(body).send().await.expect("it answers");
        let (status, text) = (answer.status(), answer.text().await.expect("the whole answer"));
        assert!(status.is_success(), "the simulator refused ({status}): {text}");
        serde_json::from_str(&text).expect("the simulator answers JSON")
    }
}

/// Returns a member's id.
pub(crate) fn member(place: usize) -> String {
    format!("U0MEMBER{place:03}")
}
