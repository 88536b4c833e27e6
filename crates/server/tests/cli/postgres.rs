//! The PostgreSQL way as docs/OPERATIONS.md describes it: logins by hand, migrations, the service, and outages.

use crate::gate::Gate;
use crate::process::{COMPLETE, HUSH, PATIENCE, Serving, asyncbot, exchange};
use chrono::{Days, NaiveDate};
use clock::Clock;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use simulator::{Simulator, SimulatorSettings, SlackApp};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use store::testing::Operator;
use url::Url;

const PAGE: &str = include_str!("../../../../docs/OPERATIONS.md");

/// How often a process is asked whether it is ready: often enough for a test, and not all the time.
const LOOK: Duration = Duration::from_millis(50);

#[tokio::test]
async fn an_operator_follows_the_page_from_an_empty_server_to_a_running_service() {
    let server = Server::set_up("follow").await;
    let owner_only = [("DATABASE_OWNER_URL", server.owner.as_str())];
    let run_time = server.run_time();

    let before = asyncbot(&["serve"]).with(COMPLETE).with(run_time).ends();
    let first = asyncbot(&["migrate"]).with(owner_only).ends().results();
    let second = asyncbot(&["migrate"]).with(owner_only).ends().results();
    let examined = asyncbot(&["doctor"]).with(COMPLETE).with(run_time).ends().results();
    let bot = asyncbot(&["serve"]).with(COMPLETE).with(run_time).serves();

    assert_eq!((before.code, before.out.as_str()), (Some(1), ""));
    assert!(before.err.contains("lacks the migrations 0001_"), "{}", before.err);
    assert!(before.err.contains("`asyncbot migrate`"), "{}", before.err);
    assert!(first.lines().count() >= 4, "{first}");
    assert!(first.lines().all(|line| line.starts_with("applied 00")), "{first}");
    assert_eq!(second, "Nothing to do: the database is up to date.\n");
    assert!(examined.lines().all(|line| line.starts_with("ok ")), "{examined}");
    assert_eq!(bot.get("/readyz"), (200, "ready\n".to_owned()));
    drop(bot);
    server.remove().await;
}

#[tokio::test]
async fn a_login_that_the_policies_do_not_bind_is_refused() {
    let server = Server::set_up("logins").await;
    asyncbot(&["migrate"]).with([("DATABASE_OWNER_URL", server.owner.as_str())]).ends().results();
    let refusal = |changed: (&'static str, &str)| {
        let ended =
            asyncbot(&["serve"]).with(COMPLETE).with(server.run_time()).with([changed]).ends();
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
        ended.err
    };
    let superuser = server.operator.own_url(&server.database);
    let nobody = server.operator.url("nobody_at_all", HUSH, &server.database);
    let no_database = server.operator.url(&format!("{}_run", server.database), HUSH, "nowhere");

    for (setting, url, words) in [
        ("DATABASE_URL", &superuser, "DATABASE_URL logs in as postgres, a superuser"),
        ("DATABASE_SYSTEM_URL", &superuser, "DATABASE_SYSTEM_URL logs in as postgres, a superuser"),
        ("DATABASE_URL", &server.owner, "who owns the tables"),
        ("DATABASE_URL", &server.system, "the two logins must stay apart"),
        ("DATABASE_URL", &nobody, "PostgreSQL refuses the login"),
        ("DATABASE_URL", &no_database, "PostgreSQL has no database of the name"),
    ] {
        let text = refusal((setting, url));
        assert!(text.contains(words), "`{words}` is not in: {text}");
    }
    server.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_people_are_told_and_nothing_is_half_done() {
    let mut server = Server::set_up("outage").await;
    asyncbot(&["migrate"]).with([("DATABASE_OWNER_URL", server.owner.as_str())]).ends().results();
    let mut gate = server.put_behind_a_gate();
    let bot = Bot::start(&server).await;
    let days = [30, 40, 50].map(|days| Clock::system().now().date_naive() + Days::new(days));
    assert!(bot.enters(days[0]).contains("away"), "the set-up is sound");

    // A database that lets nobody in answers at once.
    server.operator.close_database(&server.database).await;
    bot.check_apology(days[1]).await;
    server.operator.open_database(&server.database).await;
    bot.check_recovery(days[1]).await;

    // A server that is not there does not answer at all.
    gate.shut();
    bot.check_apology(days[2]).await;
    gate.open();
    bot.check_recovery(days[2]).await;

    drop(bot);
    server.remove().await;
}

/// A database and its logins, made as the page says.
struct Server {
    operator: Operator,
    database: String,
    owner: String,
    run: String,
    system: String,
}

impl Server {
    /// Runs the page's statements, with names of the test's own for all that belongs to one installation.
    async fn set_up(name: &str) -> Self {
        let mut operator = Operator::log_in().await;
        let database = format!("asyncbot_ops_{name}_{}", std::process::id());
        let block = PAGE.split("```sql\n").nth(1).expect("the page has its statements");
        let block = block.split("```").next().expect("the statements end");
        for statement in block.split_terminator(";\n") {
            if statement.ends_with("nologin") {
                operator.make_group(statement).await;
                continue;
            }
            let statement = statement
                .replace("asyncbot_owner", &format!("{database}_owner"))
                .replace("asyncbot_run", &format!("{database}_run"))
                .replace("asyncbot_wide", &format!("{database}_wide"))
                .replace("asyncbot_backup", &format!("{database}_backup"))
                .replace("database asyncbot ", &format!("database {database} "))
                .replace("'...'", &format!("'{HUSH}'"));
            operator.run(&statement).await;
        }
        let url = |login: &str| operator.url(&format!("{database}_{login}"), HUSH, &database);
        let (owner, run, system) = (url("owner"), url("run"), url("wide"));
        Self { operator, database, owner, run, system }
    }

    fn run_time(&self) -> [(&'static str, &str); 2] {
        [("DATABASE_URL", &self.run), ("DATABASE_SYSTEM_URL", &self.system)]
    }

    /// Lets the run-time logins go through a gate, which can be shut.
    fn put_behind_a_gate(&mut self) -> Gate {
        let address = Url::parse(&self.run).unwrap().socket_addrs(|| Some(5432)).unwrap()[0];
        let gate = Gate::in_front_of(address);
        for url in [&mut self.run, &mut self.system] {
            let mut through = Url::parse(url).unwrap();
            through.set_host(Some("127.0.0.1")).unwrap();
            through.set_port(Some(gate.port())).unwrap();
            *url = through.into();
        }
        gate
    }

    /// Removes what was made; the groups belong to the whole server and stay.
    async fn remove(mut self) {
        let database = &self.database;
        self.operator.run(&format!("drop database {database} with (force)")).await;
        for login in ["owner", "run", "wide"] {
            self.operator.run(&format!("drop role {database}_{login}")).await;
        }
    }
}

/// A bot that is installed in a workspace with Ana in it.
struct Bot {
    serving: Serving,
    #[expect(dead_code, reason = "it answers the bot for as long as the test runs")]
    slack: Simulator,
    team: String,
}

impl Bot {
    async fn start(server: &Server) -> Self {
        let slack = start_slack().await;
        let url = |path: &str| slack.url().join(path).unwrap().to_string();
        let (api, authorize) = (url("slack/api"), url("slack/oauth/v2/authorize"));
        let serving = asyncbot(&["serve"])
            .with(COMPLETE)
            .with(server.run_time())
            .with([("SLACK_API_URL", api.as_str()), ("SLACK_AUTHORIZE_URL", authorize.as_str())])
            .serves();
        slack.set_bot_url(format!("http://{}/", serving.address).parse().unwrap());
        let workspace = json!({"name": "Harbour",
            "people": [{"id": "U0ANA", "name": "Ana", "admin": true, "tz": "Europe/Berlin"}],
            "channels": [{"id": "C0SUPPORT", "name": "support"}]});
        let address = slack.url().socket_addrs(|| None).unwrap()[0];
        let json = [("content-type", "application/json")];
        let (_, made) = exchange(address, "POST", "/sim/workspaces", &json, &workspace.to_string());
        let made: Value = serde_json::from_str(&made).unwrap();
        assert_eq!(made["installed"], true, "{made}");
        Self { serving, slack, team: made["team"].as_str().unwrap().to_owned() }
    }

    /// Enters Ana's absence on a day and returns what she is answered. The same day is the same request.
    fn enters(&self, day: NaiveDate) -> String {
        self.types(&format!("ooo+add+{day}"), &format!("1.2.{day}"))
    }

    /// Sends a slash command of Ana's, signed as Slack signs, and returns the text that she is answered with.
    fn types(&self, text: &str, trigger_id: &str) -> String {
        let body = format!(
            "command=%2Frotation&text={text}&team_id={}&user_id=U0ANA&channel_id=C0SUPPORT&trigger_id={trigger_id}",
            self.team
        );
        let at = Clock::system().now().timestamp().to_string();
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("x-slack-request-timestamp", at.as_str()),
            ("x-slack-signature", &sign(&body, &at)),
        ];
        let (status, answer) =
            exchange(self.serving.address, "POST", "/slack/commands", &headers, &body);
        assert_eq!(status, 200, "{answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["response_type"], "ephemeral", "{answer}");
        answer["text"].as_str().unwrap().to_owned()
    }

    /// Checks that the service says it is not ready, and that Ana is told so plainly.
    async fn check_apology(&self, day: NaiveDate) {
        self.until_readiness_is(503).await;
        let answered = self.enters(day);
        assert!(answered.contains("may not have been saved"), "{answered}");
    }

    /// Checks that nothing was half-done: Ana's request is not there, and it works when it comes again.
    async fn check_recovery(&self, day: NaiveDate) {
        self.until_readiness_is(200).await;
        let shown = day.format("%-d %b").to_string();
        let before = self.types("ooo+list", &format!("before.{day}"));
        let again = self.enters(day);
        let after = self.types("ooo+list", &format!("after.{day}"));
        assert_eq!(before.matches(&shown).count(), 0, "{before}");
        assert!(again.contains("away"), "{again}");
        assert_eq!(after.matches(&shown).count(), 1, "{after}");
    }

    /// A process on the real clock tells nobody when it becomes ready, so it is asked.
    async fn until_readiness_is(&self, status: u16) {
        let began = Instant::now();
        let mut looks = tokio::time::interval(LOOK);
        loop {
            let seen = self.serving.get("/readyz");
            if seen.0 == status {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "not {status} in time: {seen:?}");
            looks.tick().await;
        }
    }
}

pub(crate) async fn start_slack() -> Simulator {
    let secret = |name: &str| COMPLETE.iter().find(|it| it.0 == name).unwrap().1.to_owned();
    simulator::start(SimulatorSettings {
        bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        clock: Clock::system(),
        bot_url: None,
        app: SlackApp {
            client_id: secret("SLACK_CLIENT_ID"),
            client_secret: secret("SLACK_CLIENT_SECRET"),
            signing_secret: secret("SLACK_SIGNING_SECRET"),
        },
        host: None,
    })
    .await
    .unwrap()
}

pub(crate) fn sign(body: &str, at: &str) -> String {
    let secret = COMPLETE.iter().find(|it| it.0 == "SLACK_SIGNING_SECRET").unwrap().1;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("v0:{at}:{body}").as_bytes());
    let hex: Vec<String> =
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v0={}", hex.concat())
}
