//! Many syncs of one workspace, while leave changes and things go wrong: the bot's memory must not grow.

use crate::counts::mib;
use crate::say;
use crate::scene::{Scene, Workspace};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Instant;
use stories::Engine;

/// How many people there are.
const MEMBERS: usize = 40;

/// After how many syncs everything has been seen once: caches are full and the allocator has its places.
const WARM_UP: usize = 200;

/// By how much more may be resident after that, in KiB: SQLite's pages and the allocator's places still come to one or two
/// MiB, and keeping the addresses of each sync would come to two more.
const BOUND: u64 = 3 * 1024;

/// Longer than from one sync to the next.
const STEP: TimeDelta = TimeDelta::minutes(24);

/// How many absences are put in before the oldest of them is taken out again.
const CHANGING: usize = 6;

/// The head of the table.
pub(crate) const HEAD: &str = "\
| engine | syncs | at fault when looked at | clock | wall | resident after the warm-up | at the end | most between | peak |
|---|---|---|---|---|---|---|---|---|
";

/// Syncs one workspace so many times, and returns the row of the table and what is wrong.
pub(crate) async fn run(engine: Engine, syncs: usize) -> (String, Vec<String>) {
    let warm_up = WARM_UP.min(syncs / 5);
    let mut scene = Scene::begin(engine, "2026-06-05T06:00:00Z").await;
    let workspace = scene.makes(0, MEMBERS).await;
    scene.calms_down().await;
    scene.connects(std::slice::from_ref(&workspace)).await;
    let (began, at) = (Instant::now(), scene.now());
    let mut changing = VecDeque::new();
    let mut samples: Vec<(usize, u64)> = Vec::new();
    let (mut done, mut faults, mut failed, mut lists) = (0, 0, 0, 0);
    for step in 0.. {
        if step % 5 == 4 {
            changes(&scene, &workspace, step, &mut changing).await;
        }
        if step % 6 == 5 {
            breaks(&scene, faults).await;
            faults += 1;
        }
        scene.passes(STEP).await;
        let calls = scene.journal.of(&workspace.team, &workspace.service_user);
        scene.journal.clear();
        // Each sync searches once, whatever comes of it.
        done += calls.search;
        lists += calls.list;
        failed += usize::from(scene.status(&workspace).await.fault.is_some());
        samples.push((done, scene.bot.memory().now));
        if step % 100 == 99 {
            say(&format!("{engine:?}: {done} syncs, {:.1} MiB", mib(samples[samples.len() - 1].1)));
        }
        if done >= syncs || samples.len() > 2 * syncs {
            break;
        }
    }
    let status = scene.status(&workspace).await;
    let peak = scene.bot.memory().peak;
    let (wall, clock) = (began.elapsed(), scene.now() - at);
    scene.end().await;

    let later: Vec<u64> =
        samples.iter().filter(|(sync, _)| *sync >= warm_up).map(|(_, size)| *size).collect();
    let (first, last) = (later.first().copied().unwrap_or(0), later.last().copied().unwrap_or(0));
    let most = later.iter().copied().max().unwrap_or(0);
    let mut wrong = Vec::new();
    if done < syncs || lists > 0 {
        wrong.push(format!("{engine:?}: {done} syncs, {lists} times users.list: {status:?}"));
    }
    if most > first + BOUND {
        wrong.push(format!("{engine:?}: memory grew from {first} to {most} KiB"));
    }
    let row = format!(
        "| {engine:?} | {done} | {failed} | {} days | {:.0} s | {:.1} MiB | {:.1} MiB | {:.1} MiB | {:.1} MiB |\n",
        clock.num_days(),
        wall.as_secs_f64(),
        mib(first),
        mib(last),
        mib(most),
        mib(peak),
    );
    (row, wrong)
}

/// Lets one more person take leave, and another come back.
async fn changes(
    scene: &Scene,
    workspace: &Workspace,
    step: usize,
    changing: &mut VecDeque<Value>,
) {
    let days = u64::try_from(step % 40).unwrap_or(0);
    changing.push_back(scene.leaves(workspace, step % workspace.members, days).await);
    if changing.len() > CHANGING
        && let Some(request) = changing.pop_front()
    {
        let gone = json!({"service_user": workspace.service_user, "requestId": request});
        scene.delete("sim/hibob/time_off", &gone).await;
    }
}

/// Lets something go wrong with the next sync, each time something else.
async fn breaks(scene: &Scene, number: usize) {
    let raw = |path: &str, status: u16, body: Value| json!({"path": path, "status": status, "body": body, "times": 1});
    let page = |status: u16| json!({"path": "timeoff/whosout", "status": status, "raw_body": "<html>No</html>", "times": 1});
    let (door, fault) = match number % 9 {
        0 => ("sim/hibob/raw", page(502)),
        1 => ("sim/hibob/raw", page(200)),
        2 => ("sim/hibob/raw", raw("timeoff/whosout", 200, json!({"outs": []}))),
        3 => ("sim/hibob/raw", raw("people/search", 200, json!({"employees": []}))),
        4 => ("sim/hibob/raw", raw("timeoff/whosout", 429, json!({"key": "too.many.requests"}))),
        5 => ("sim/hibob/raw", raw("timeoff/whosout", 403, json!({"key": "unauthorized.access"}))),
        6 => ("sim/hibob/raw", page(403)),
        7 => (
            "sim/faults",
            json!({"service": "slack", "method": "users.info", "kind": "429", "times": 3, "retry_after_s": 5}),
        ),
        _ => {
            ("sim/faults", json!({"service": "hibob", "method": "people/search", "kind": "reset"}))
        }
    };
    scene.post(door, &fault).await;
}
