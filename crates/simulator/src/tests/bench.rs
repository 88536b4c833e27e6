//! A simulator with a clock that stands still, and a bot that keeps what it is sent.

use crate::to_bot::outbound::{Answer, NoAnswer, send};
use crate::{HostRequest, Simulator, SimulatorSettings, SlackApp, start};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use clock::Clock;
use http::{HeaderMap, Method, StatusCode, Uri};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use url::Url;

pub(crate) const SIGNING_SECRET: &str = "a secret for signing";
pub(crate) const START: &str = "2026-06-01T06:50:00Z";

/// All the scopes that the bot asks for.
pub(crate) const SCOPES: &str = "commands,chat:write,chat:write.public,channels:read,groups:read,channels:history,channels:join,im:write,im:read,im:history,users:read,users:read.email";

/// What the bot was sent.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// What the bot answers next.
#[derive(Clone, Debug)]
pub(crate) enum Next {
    Say(u16, Value),
    SayNoRetry(u16),
}

/// A bot that keeps what it is sent and answers what it was told, else 200 with nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeBot(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    seen: Mutex<Vec<Seen>>,
    next: Mutex<VecDeque<Next>>,
    slack: OnceLock<Url>,
    scopes: OnceLock<String>,
}

impl FakeBot {
    pub(crate) fn will(&self, next: impl IntoIterator<Item = Next>) {
        self.0.next.lock().unwrap().extend(next);
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().unwrap().clone()
    }

    /// Returns what came to a path, its body read as JSON.
    pub(crate) fn events(&self) -> Vec<Value> {
        let seen = self.seen().into_iter().filter(|one| one.path == "/slack/events");
        seen.map(|one| serde_json::from_str(&one.body).unwrap()).collect()
    }

    /// Returns the last payload of an interaction.
    pub(crate) fn last_payload(&self) -> Value {
        let seen = self.seen();
        let last = seen.iter().rfind(|one| one.path == "/slack/interactions").unwrap();
        serde_json::from_str(&last.field("payload")).unwrap()
    }
}

impl Seen {
    pub(crate) fn field(&self, name: &str) -> String {
        let mut fields = form_urlencoded::parse(self.body.as_bytes());
        fields
            .find(|(held, _)| held == name)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn hear(
    State(bot): State<FakeBot>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let slack = bot.0.slack.get().unwrap().clone();
    let callback = format!("http://{}/slack/oauth/callback", headers["host"].to_str().unwrap());
    if method == Method::GET && uri.path() == "/slack/install" {
        let mut to = slack.join("slack/oauth/v2/authorize").unwrap();
        let scopes = bot.0.scopes.get().map_or(SCOPES, String::as_str);
        to.query_pairs_mut()
            .append_pair("client_id", "client")
            .append_pair("scope", scopes)
            .append_pair("state", "s1")
            .append_pair("redirect_uri", &callback);
        let headers = [("location", to.to_string()), ("set-cookie", "browser=b1; Path=/".into())];
        return (StatusCode::FOUND, headers).into_response();
    }
    if method == Method::GET && uri.path() == "/slack/oauth/callback" {
        let query = uri.query().unwrap_or_default();
        let code = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code");
        assert!(query.contains("state=s1"), "{query}");
        assert_eq!(headers["cookie"], "browser=b1");
        let answer = exchange(&slack, &code.unwrap().1, &callback).await;
        let status = if answer["ok"] == true { 200 } else { 500 };
        return (StatusCode::from_u16(status).unwrap(), answer.to_string()).into_response();
    }
    let body = String::from_utf8(body.to_vec()).unwrap();
    if body.contains("url_verification") {
        return serde_json::from_str::<Value>(&body).unwrap()["challenge"]
            .as_str()
            .unwrap()
            .to_owned()
            .into_response();
    }
    bot.0.seen.lock().unwrap().push(Seen { path: uri.path().into(), headers, body });
    let next = bot.0.next.lock().unwrap().pop_front();
    match next {
        None => StatusCode::OK.into_response(),
        Some(Next::Say(status, Value::Null)) => {
            StatusCode::from_u16(status).unwrap().into_response()
        }
        Some(Next::Say(status, body)) => {
            (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
        }
        Some(Next::SayNoRetry(status)) => {
            (StatusCode::from_u16(status).unwrap(), [("x-slack-no-retry", "1")]).into_response()
        }
    }
}

pub(crate) async fn exchange(slack: &Url, code: &str, redirect_uri: &str) -> Value {
    let basic = format!("Basic {}", BASE64_STANDARD.encode("client:client secret"));
    let mut url = slack.join("slack/api/oauth.v2.access").unwrap();
    url.query_pairs_mut().append_pair("code", code).append_pair("redirect_uri", redirect_uri);
    let answer = send("GET", &url, &[("Authorization", basic)], "").await.unwrap();
    serde_json::from_str(&answer.body).unwrap()
}

/// A simulator, its bot and its clock.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) simulator: Simulator,
    pub(crate) bot: FakeBot,
    pub(crate) clock: Clock,
    pub(crate) token: String,
    tasks: JoinSet<()>,
}

impl Bench {
    /// Starts a simulator with the workspace T0HARBOUR: ana (an admin), ben and cho, in #support, #general and the private #ops.
    pub(crate) async fn start() -> Self {
        Self::start_with_scopes(SCOPES).await
    }

    pub(crate) async fn start_with_scopes(scopes: &str) -> Self {
        Self::start_with(scopes, None).await
    }

    pub(crate) async fn start_with(scopes: &str, host: Option<mpsc::Sender<HostRequest>>) -> Self {
        let clock = Clock::manual(START.parse().unwrap());
        let bot = FakeBot::default();
        bot.0.scopes.set(scopes.into()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let bot_url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let service = Router::new().fallback(hear).with_state(bot.clone());
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, service).await.unwrap() });
        let simulator = start(SimulatorSettings {
            bind: ([127, 0, 0, 1], 0).into(),
            clock: clock.clone(),
            bot_url: Some(bot_url),
            app: SlackApp {
                client_id: "client".into(),
                client_secret: "client secret".into(),
                signing_secret: SIGNING_SECRET.into(),
            },
            host,
        })
        .await
        .unwrap();
        bot.0.slack.set(simulator.url()).unwrap();
        let mut bench = Self { simulator, bot, clock, token: String::new(), tasks };
        bench.make_harbour().await;
        bench
    }

    async fn make_harbour(&mut self) {
        let wanted = json!({
            "name": "Harbour",
            "people": [
                {"id": "UANA", "name": "Ana", "email": "ana@harbour.example", "tz": "Europe/Berlin", "admin": true},
                {"id": "UBEN", "name": "Ben", "tz": "America/New_York"},
                {"id": "UCHO", "name": "Cho"},
            ],
            "channels": [
                {"id": "CSUPPORT", "name": "support"},
                {"id": "CGENERAL", "name": "general"},
                {"id": "COPS", "name": "ops", "private": true, "members": ["ana", "UBEN"]},
            ],
        });
        let made = self.sim("POST", "workspaces", &wanted).await;
        assert_eq!(made["installed"], true, "{made}");
        self.token = self.simulator.sim.read(|world| world.workspaces[0].installs[0].token.clone());
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Calls `/sim/...` and returns status and body.
    pub(crate) async fn raw(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let url = self.simulator.url().join("sim/").unwrap().join(path).unwrap();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = send(method, &url, &[("Content-Type", "application/json".into())], &body)
            .await
            .unwrap();
        (answer.status.as_u16(), answer.body)
    }

    /// Calls `/sim/...` where it must succeed.
    pub(crate) async fn sim(&self, method: &str, path: &str, body: &Value) -> Value {
        let (status, body) = self.raw(method, path, body).await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    pub(crate) async fn act(&self, mut act: Value) -> Value {
        act["team"] = json!("T0HARBOUR");
        self.sim("POST", "act", &act).await
    }

    /// Acts where that must be refused.
    pub(crate) async fn refused_act(&self, mut act: Value) -> (u16, String) {
        act["team"] = json!("T0HARBOUR");
        self.raw("POST", "act", &act).await
    }

    pub(crate) async fn advance(&self, step: &str) {
        self.sim("POST", "clock", &json!({"advance": step})).await;
    }

    /// Returns what someone sees in a channel.
    pub(crate) async fn messages(&self, user: &str, channel: &str) -> Vec<Value> {
        let path = format!("messages?team=T0HARBOUR&channel={channel}&user={user}");
        let answer = self.sim("GET", &path, &Value::Null).await;
        answer["messages"].as_array().unwrap().clone()
    }

    pub(crate) async fn modals(&self, user: &str) -> Vec<Value> {
        let answer =
            self.sim("GET", &format!("views?team=T0HARBOUR&user={user}"), &Value::Null).await;
        answer["modals"].as_array().unwrap().clone()
    }

    /// Calls a method of Slack with JSON and the bot's token.
    pub(crate) async fn api(&self, method: &str, arguments: &Value) -> Value {
        let answer = self.try_api(method, arguments).await.unwrap();
        serde_json::from_str(&answer.body).unwrap()
    }

    pub(crate) async fn try_api(
        &self,
        method: &str,
        arguments: &Value,
    ) -> Result<Answer, NoAnswer> {
        let headers = [
            ("Content-Type", "application/json; charset=utf-8".into()),
            ("Authorization", format!("Bearer {}", self.token)),
        ];
        let url = self.simulator.url().join("slack/api/").unwrap().join(method).unwrap();
        send("POST", &url, &headers, &arguments.to_string()).await
    }

    /// Calls a method of Slack with a query and the bot's token.
    pub(crate) async fn api_get(&self, method: &str, arguments: &[(&str, &str)]) -> Value {
        let mut url = self.simulator.url().join("slack/api/").unwrap().join(method).unwrap();
        url.query_pairs_mut().extend_pairs(arguments);
        let headers = [("Authorization", format!("Bearer {}", self.token))];
        let answer = send("GET", &url, &headers, "").await.unwrap();
        serde_json::from_str(&answer.body).unwrap()
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.tasks.abort_all();
    }
}

/// Returns blocks with one button.
pub(crate) fn button(action_id: &str, value: &str) -> Value {
    json!([{"type": "actions", "block_id": "b", "elements": [{
        "type": "button", "action_id": action_id, "value": value,
        "text": {"type": "plain_text", "text": "Press"},
    }]}])
}

/// Returns a modal that asks for a name and a person.
pub(crate) fn modal(title: &str) -> Value {
    json!({
        "type": "modal",
        "callback_id": "create",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Create"},
        "blocks": [
            {"type": "input", "block_id": "name", "label": {"type": "plain_text", "text": "Name"},
             "element": {"type": "plain_text_input", "action_id": "value"}},
            {"type": "input", "block_id": "who", "optional": true, "label": {"type": "plain_text", "text": "Who"},
             "element": {"type": "multi_users_select", "action_id": "value"}},
        ],
    })
}
