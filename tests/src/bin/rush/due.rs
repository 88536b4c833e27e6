//! Everything is due in the same minute.

use crate::say;
use crate::scene::Scene;
use chrono::{DateTime, TimeDelta, Utc};
use clock::Clock;
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use stories::{Crowd, Engine};

/// How long all may take to be committed.
const LIMIT: Duration = Duration::from_secs(10);

/// Measures both engines and returns what is not as it should be.
pub(crate) async fn run((workspaces, rotations): (usize, usize)) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut table = String::from(
        "| engine | handoffs | committed in (s) | with the start of the bot (s) | peak memory of the bot (MiB) |\n|---|---|---|---|---|\n",
    );
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let due_at: DateTime<Utc> = "2026-06-08T07:00:00Z".parse().expect("an instant");
        let begun_at = due_at - TimeDelta::days(3);
        let clock = Clock::manual(begun_at);
        let crowd = Crowd { teams: Vec::new(), rotations, all_at: Some(due_at) };
        let scene = Scene::begin(engine, &clock, workspaces, crowd).await;
        scene.crowd.begins(&scene.store, begun_at).await;
        scene.database.tells_all().await;
        let began = Instant::now();
        let bot = scene.starts(Some(due_at));
        let took = scene.all_are_committed(|| due_at).await;
        let with_start = began.elapsed();
        let _ = table.write_fmt(format_args!(
            "| {engine:?} | {} | {:.2} | {:.2} | {:.0} |\n",
            workspaces * rotations,
            took.as_secs_f64(),
            with_start.as_secs_f64(),
            bot.peak(),
        ));
        if took > LIMIT {
            wrong.push(format!("{engine:?}: {took:?} until all were committed"));
        }
        drop(bot);
        scene.end().await;
    }
    say(&table);
    wrong
}
