//! What the memo answers is what the database holds, whoever wrote it and on whichever connection.

use crate::bench::{Bench, at, rules, user};
use app::absence;
use app::facts::Facts;
use app::memo::Memo;
use app::read::{home, list, next, who};
use app::take_turn::{Way, take_turn};
use chrono::{DateTime, Days, TimeDelta, Utc};
use domain::ids::{ChannelId, RotationId, TeamId, UserId};
use domain::reply::Reply;
use domain::settings::RotationSettings;
use domain::story::lifecycle;
use secrecy::SecretString;
use std::sync::Arc;
use store::{NewInstall, PersonRecord};

/// The people of the random walk.
const PEOPLE: [&str; 5] = ["UANA", "UBEN", "UCHO", "UDEE", "UELI"];

/// How many writes a walk makes.
const STEPS: u64 = 60;

/// A random walk through what people do in a workspace; the same seed is the same walk.
struct Walk {
    bench: Bench,
    memo: Memo,
    seed: u64,
    now: DateTime<Utc>,
    rotations: Vec<RotationId>,
}

impl Walk {
    fn new(bench: Bench, seed: u64) -> Self {
        let memo = Memo::new(bench.store.clone());
        Self { bench, memo, seed, now: at("2026-06-08T06:00:00Z"), rotations: Vec::new() }
    }

    /// Returns a number below `end`.
    fn any(&mut self, end: usize) -> usize {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
        usize::try_from(self.seed >> 33).expect("31 bits") % end
    }

    async fn step(&mut self, number: u64) {
        let person = PEOPLE[self.any(PEOPLE.len())];
        let request = self.bench.request(person, &format!("step {number}"), self.now);
        let any = self.any(self.rotations.len().max(1));
        let rotation = self.rotations.get(any).copied();
        match (self.any(11), rotation) {
            (0, _) | (_, None) => {
                let weekly = r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#;
                let members = [user("UANA"), user("UBEN"), user("UCHO")];
                let count = self.any(2);
                let made = self
                    .bench
                    .rotation(
                        &format!("support {number}"),
                        &members[..2 + count],
                        &rules("Europe/Berlin", weekly),
                        (0, at("2026-06-08T07:00:00Z")),
                    )
                    .await;
                self.rotations.push(made);
            }
            (1 | 2, Some(_)) => self.now += TimeDelta::hours(30),
            (3 | 4, Some(rotation)) => {
                self.bench.hand_over(rotation, self.now).await;
            }
            (5 | 6, Some(_)) => {
                let first = self.now.date_naive() + Days::new(self.seed % 20);
                let days = format!("{first} to {}", first + Days::new(self.seed % 9));
                let facts = self.facts().await;
                absence::add(&self.memo, &facts, &request, None, &days).await.expect("it answers");
            }
            (7, Some(_)) => {
                let store = self.memo.store();
                absence::remove(store, &request, None, None).await.expect("it answers");
            }
            (8, Some(rotation)) => {
                let planned_at =
                    self.bench.turns(rotation).await.last().map(|turn| turn.planned_at);
                if let Some(planned_at) = planned_at {
                    let store = self.memo.store();
                    take_turn(store, &request, rotation, planned_at, Way::Assign)
                        .await
                        .expect("it answers");
                }
            }
            (9, Some(rotation)) => self.change(rotation, person).await,
            (_, Some(_)) => self.install().await,
        }
    }

    /// Changes what only a transaction of its own changes here.
    async fn change(&mut self, rotation: RotationId, person: &str) {
        let which = self.any(3);
        let mut tx = self.bench.store.write(self.bench.workspace).await.expect("a transaction");
        match which {
            0 => {
                let said = PersonRecord {
                    user: user(person),
                    display_name: format!("{person} since {}", self.now),
                    zone: Some("Pacific/Apia".to_owned()),
                    is_deactivated: self.seed.is_multiple_of(4),
                    is_admin: false,
                    is_bot: false,
                    is_guest: false,
                    is_foreign: false,
                    refreshed_at: self.now,
                };
                tx.upsert_person(&said).await.expect("it is stored");
            }
            1 => {
                let channel = ChannelId::new(person);
                let settings = RotationSettings::default();
                tx.record_rotation_settings(rotation, &channel, &settings).await.expect("stored");
            }
            _ => {
                tx.record_rotation_deleted(rotation, self.now).await.expect("it is stored");
            }
        }
        tx.commit().await.expect("it is saved");
    }

    /// Ends the installation, or makes it anew.
    async fn install(&self) {
        let workspace = self.bench.workspace;
        let facts = self.facts().await;
        if facts.is_installed() {
            let at = self.now + TimeDelta::seconds(1);
            app::install::uninstall(&self.bench.store, workspace, at, self.now)
                .await
                .expect("it is ended");
            assert!(!self.facts().await.is_installed(), "at once");
            return;
        }
        let install = NewInstall {
            team: TeamId::new("T1"),
            name: "Harbour".to_owned(),
            app_id: "A1".to_owned(),
            bot_user: user("UBOT"),
            scopes: Vec::new(),
            installer: user("UANA"),
            bot_token: SecretString::from("xoxb-new"),
            at: self.now,
        };
        app::install::install(&self.bench.store, &install).await.expect("it installs");
        assert!(self.facts().await.is_installed(), "at once");
    }

    async fn facts(&self) -> Arc<Facts> {
        self.memo.facts(self.bench.workspace, self.now).await.expect("the database answers")
    }

    /// Compares what the memo answers with what is read anew, and with what the transaction of one rotation shows.
    async fn check(&self, number: u64) {
        let kept = self.facts().await;
        let workspace = self.bench.workspace;
        let fresh = Facts::load(&self.bench.store, workspace, self.now).await.expect("it reads");
        let request = self.bench.request("UANA", "a question", self.now);
        let answers = |facts: &Facts| {
            let mut answers = vec![home(facts, &request), list(facts, &request)];
            answers.push(who(facts, &request, None));
            if let Reply::List(cards) = &answers[1] {
                let names: Vec<String> = cards.iter().map(|card| card.name.clone()).collect();
                answers.extend(names.iter().map(|name| next(facts, &request, Some(name), 9)));
            }
            (facts.is_installed(), answers)
        };

        assert_eq!(answers(&kept), answers(&fresh), "after step {number}");
        let Reply::List(cards) = list(&kept, &request) else { return };
        for card in cards {
            let store = &self.bench.store;
            let shown = lifecycle_card(store, &request, &card.name).await;
            assert_eq!(shown, card, "after step {number}");
        }
    }
}

async fn lifecycle_card(
    store: &store::Store,
    request: &app::Request,
    name: &str,
) -> domain::reply::DutyCard {
    match app::lifecycle::show(store, request, Some(name)).await.expect("it answers") {
        Reply::Lifecycle(lifecycle::Reply::Shown(shown)) => shown.card,
        other => panic!("{name}: {other:?}"),
    }
}

async fn check_walks(bench: impl AsyncFn() -> Bench) {
    for seed in 1..=4 {
        let mut walk = Walk::new(bench().await, seed);
        for number in 0..STEPS {
            walk.step(number).await;
            walk.check(number).await;
        }
        assert!(!walk.rotations.is_empty());
    }
}

/// Writers of one workspace, each of whom asks right after it was told that something is saved.
async fn check_own_writes(bench: Bench) {
    let weekly = r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#;
    let now = at("2026-06-05T10:00:00Z");
    let memo = Arc::new(Memo::new(bench.store.clone()));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..6 {
        let members: Vec<UserId> = (0..3).map(|who| user(&format!("U{writer}{who}"))).collect();
        let name = format!("support {writer}");
        let rules = rules("Europe/Berlin", weekly);
        bench.rotation(&name, &members, &rules, (0, at("2026-06-08T07:00:00Z"))).await;
        let (memo, workspace) = (Arc::clone(&memo), bench.workspace);
        let request = bench.request("UANA", "", now);
        writers.spawn(async move {
            for week in 0..8 {
                let facts = memo.facts(workspace, now).await.expect("it answers");
                let Reply::Next(card) = next(&facts, &request, Some(&name), 8) else {
                    panic!("{name} is there")
                };
                let turn = &card.turns[week];
                let holder = turn.people[0].user.clone();
                let request = app::Request {
                    actor: holder.clone(),
                    key: format!("{name} {week}"),
                    ..request.clone()
                };
                let days = format!("{} to {}", turn.start.date_naive(), turn.end.date_naive());
                let said = absence::add(&memo, &facts, &request, None, &days).await;
                assert!(
                    matches!(&said, Ok(added) if matches!(added.reply, Reply::AbsenceAdded(_))),
                    "{said:?}"
                );

                let facts = memo.facts(workspace, now).await.expect("it answers");
                let Reply::Next(card) = next(&facts, &request, Some(&name), 8) else {
                    panic!("{name} is there")
                };
                assert_ne!(card.turns[week].people[0].user, holder, "{name}, week {week}");
            }
        });
    }

    writers.join_all().await;

    Walk { memo: Memo::new(memo.store().clone()), bench, seed: 0, now, rotations: Vec::new() }
        .check(0)
        .await;
}

#[tokio::test]
async fn sqlite_answers_from_the_memo_as_it_does_anew() {
    check_walks(Bench::sqlite).await;
}

#[tokio::test]
async fn postgres_answers_from_the_memo_as_it_does_anew() {
    check_walks(Bench::postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_whoever_was_told_that_it_is_saved_finds_it() {
    check_own_writes(Bench::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_whoever_was_told_that_it_is_saved_finds_it() {
    check_own_writes(Bench::postgres().await).await;
}
