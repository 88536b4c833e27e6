//! A data set that is moved from one engine to the other: the bot goes on as if nothing was.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::TeamId;
use store::testing::TestDatabase;
use store::{Copied, Store};
use stories::{Crowd, Engine, Play, copies};

/// How many workspaces a data set of some years has.
const WORKSPACES: usize = 1_000;

/// The bot serves, is stopped, moves, and hands over on the other engine; nobody notices.
async fn moves(from: Engine, to: Engine) {
    let mut play = Play::begin(from, "2026-06-05T10:00:00Z").await;
    play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
    play.types("cho", "/rotation ooo add 2026-06-22 to 2026-06-26").await;
    play.waits_until("2026-06-08T08:00:00Z").await;
    let posts = play.channel("support").await.len();
    play.ends_bot("stop").await;

    let copied = play.moves_to(to).await;
    play.starts_bot().await;

    assert!(copied.closed.is_empty() && copied.broken.is_empty(), "{copied:?}");
    assert_eq!(play.channel("support").await.len(), posts, "nothing is said twice");
    let now = play.types("ben", "/rotation who support").await;
    assert!(now.contains("Ana"), "{now}");
    let list = play.types("cho", "/rotation ooo list").await;
    assert!(list.contains("22 Jun"), "{list}");
    play.waits_until("2026-06-15T08:00:00Z").await;
    let seen = play.channel("support").await;
    assert_eq!(seen.len(), posts + 1, "one handoff, one post: {seen:#?}");
    assert!(seen.last().expect("the post").text.contains("U0BEN"), "{seen:#?}");
    play.waits_until("2026-06-22T08:00:00Z").await;
    let seen = play.channel("support").await;
    assert!(seen.last().expect("the post").text.contains("to <@U0ANA>"), "cho is away: {seen:#?}");
}

#[tokio::test]
async fn a_bot_that_outgrew_its_file_goes_on_from_a_server() {
    moves(Engine::Sqlite, Engine::Postgres).await;
}

#[tokio::test]
async fn a_bot_that_leaves_its_server_goes_on_from_a_file() {
    moves(Engine::Postgres, Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_workspaces_are_moved_there_and_back_and_all_stand_where_they_stood() {
    let here = TestDatabase::sqlite();
    let store = here.open().await;
    let crowd = Crowd {
        teams: (0..WORKSPACES).map(|place| TeamId::new(&format!("T{place:04}"))).collect(),
        rotations: 2,
        all_at: None,
    };
    let (begins, ends) = (instant("2026-09-15T10:10:00Z"), TimeDelta::days(9));
    crowd.installs(&store, begins).await;
    crowd.begins(&store, begins).await;
    crowd.goes_on(&store, begins + ends).await;
    chain_all(&store).await;
    store.close().await;
    let (there, back) = (TestDatabase::postgres().await, TestDatabase::sqlite());

    let first = copies(&here, &there).await;
    let second = copies(&there, &back).await;

    assert_eq!(first, second);
    assert_eq!((rows(&first, "workspaces"), first.whole), (1_000, 1_000));
    assert!(rows(&first, "turns") > 4_000 && rows(&first, "outbox") > 4_000, "{first:?}");
    assert!(first.opened >= 1_000 && first.closed.is_empty(), "{first:?}");
    let (before, between, after) = (here.open().await, there.open().await, back.open().await);
    for place in (0..WORKSPACES).step_by(37) {
        let past = crowd.past(&before, place).await;
        assert_eq!(past, crowd.past(&between, place).await, "workspace {place}");
        assert_eq!(past, crowd.past(&after, place).await, "workspace {place}");
    }
    for store in [before, between, after] {
        store.close().await;
    }
}

async fn chain_all(store: &Store) {
    while store.chain_audit().await.expect("it is chained").is_more {}
}

fn rows(copied: &Copied, name: &str) -> u64 {
    copied.tables.iter().find(|(table, _)| table == name).expect("the table").1
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}
