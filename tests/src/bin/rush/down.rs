//! The bot was down, and comes back.

use crate::say;
use crate::scene::Scene;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use stories::{Crowd, Engine, announced};

/// For how long, in minutes.
const DOWN: [(&str, i64); 5] = [
    ("1 minute", 1),
    ("1 hour", 60),
    ("1 day", 24 * 60),
    ("7 days", 7 * 24 * 60),
    ("60 days", 60 * 24 * 60),
];

/// How long all may take to be committed.
const LIMIT: Duration = Duration::from_mins(1);

/// Measures both engines and returns what is not as it should be.
pub(crate) async fn run(
    engines: &[Engine],
    (workspaces, rotations): (usize, usize),
) -> Vec<String> {
    let mut wrong = Vec::new();
    let begun_at: DateTime<Utc> = "2026-09-15T10:29:30Z".parse().expect("an instant");
    let mut table = String::from(
        "| engine | down for | rotations due | committed in (s) | posts | messages | as never down |\n|---|---|---|---|---|---|---|\n",
    );
    let mut scenes = Vec::new();
    for engine in engines.iter().copied() {
        let clock = Clock::manual(begun_at);
        let crowd = Crowd { teams: Vec::new(), rotations, all_at: None };
        let scene = Scene::begin(engine, &clock, workspaces, crowd).await;
        scene.crowd.begins(&scene.store, begun_at).await;
        scenes.push((engine, clock, scene));
    }
    // A service that is never down has the same data.
    let twin_database = Engine::Sqlite.new_database().await;
    let twin = twin_database.open().await;
    let crowd = scenes[0].2.crowd.clone();
    crowd.installs(&twin, begun_at).await;
    crowd.begins(&twin, begun_at).await;
    let mut now = begun_at;
    for (words, minutes) in DOWN {
        now += TimeDelta::minutes(minutes);
        crowd.goes_on(&twin, now).await;
        for (engine, clock, scene) in &scenes {
            scene.database.tells_all().await;
            clock.advance_to(now).await.expect("time goes on");
            let due = scene.crowd.count_due(&scene.store, now).await;
            let began = Instant::now();
            let bot = scene.starts(Some(now));
            scene.all_are_committed(|| now).await;
            let took = began.elapsed();
            drop(bot);
            let (posts, messages, faults) = announced(&scene.database.told_since(now).await);
            wrong.extend(faults.into_iter().map(|fault| format!("{engine:?}, {words}: {fault}")));
            let mut same = 0;
            for place in 0..workspaces {
                let of_twin = crowd.past(&twin, place).await;
                same += usize::from(scene.crowd.past(&scene.store, place).await == of_twin);
            }
            let _ = table.write_fmt(format_args!(
                "| {engine:?} | {words} | {due} | {:.2} | {posts} | {messages} | {same} of {workspaces} |\n",
                took.as_secs_f64(),
            ));
            if (posts, same) != (due, workspaces) || took > LIMIT {
                wrong.push(format!("{engine:?}, {words}: {due} due, {posts} posts, {messages} messages, {same} as never down, {took:?}"));
            }
            say(table.lines().last().unwrap_or_default());
        }
    }
    twin.close().await;
    for (_, _, scene) in scenes {
        scene.end().await;
    }
    say(&format!("\n{table}"));
    wrong
}
