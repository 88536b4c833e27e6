//! How often Slack and HiBob are asked for 2,000 members in 50 workspaces, how long that takes and in how much memory.

use crate::bot::Memory;
use crate::journal::Calls;
use crate::scene::{ONE_AWAY_OF, Scene, Workspace, member};
use chrono::TimeDelta;
use std::time::{Duration, Instant};
use stories::Engine;

/// The workspaces, and how many people each has.
const WORKSPACES: usize = 50;
const MEMBERS: usize = 40;

/// One with more people than two searches hold.
const MANY_MEMBERS: usize = 401;

/// How many addresses one search holds.
const BATCH: usize = 200;

/// How long a sync may take to begin and end after it is due, on the bot's clock.
const AT_ONCE: TimeDelta = TimeDelta::minutes(5);

/// Within which time each is synced once more: 20 minutes, a tenth of it, and what asking Slack is drawn out over.
const PERIOD: TimeDelta = TimeDelta::minutes(25);

/// How far the clocks are moved at once.
const STEP: TimeDelta = TimeDelta::seconds(5);

/// The head of the table.
pub(crate) const HEAD: &str = "\
| engine | syncs | members | to HiBob, each | `users.info`, each | `users.list` | clock | wall | resident before | after | peak |
|---|---|---|---|---|---|---|---|---|---|---|
";

/// What is synced, and how.
struct Round<'a> {
    what: &'a str,
    workspaces: &'a [Workspace],
    /// By when all of them have to be over.
    limit: TimeDelta,
}

/// Syncs everybody twice, at once and spread over the period, then the workspace with many people; returns the rows and
/// what is wrong.
pub(crate) async fn run(engine: Engine) -> (String, Vec<String>) {
    let mut scene = Scene::begin(engine, "2026-06-05T06:00:00Z").await;
    let mut workspaces = Vec::new();
    for number in 0..WORKSPACES {
        workspaces.push(scene.makes(number, MEMBERS).await);
    }
    let many = [scene.makes(WORKSPACES, MANY_MEMBERS).await];
    scene.calms_down().await;
    let (mut rows, mut wrong) = (String::new(), Vec::new());
    scene.connects(&workspaces).await;
    let round = Round { what: "all at once", workspaces: &workspaces, limit: AT_ONCE };
    rows.push_str(&measure(&mut scene, engine, &round, &mut wrong).await);
    let round = Round { what: "the next ones", limit: PERIOD, ..round };
    rows.push_str(&measure(&mut scene, engine, &round, &mut wrong).await);
    scene.connects(&many).await;
    let round = Round { what: "many people", workspaces: &many, limit: AT_ONCE };
    rows.push_str(&measure(&mut scene, engine, &round, &mut wrong).await);
    scene.end().await;
    (rows, wrong)
}

/// Lets time pass until everybody is synced, and returns the row of the table.
async fn measure(
    scene: &mut Scene,
    engine: Engine,
    round: &Round<'_>,
    wrong: &mut Vec<String>,
) -> String {
    let (began, at, before) = (Instant::now(), scene.now(), scene.bot.memory());
    scene.journal.clear();
    let mut last = None;
    while scene.now() - at < round.limit {
        scene.passes(STEP).await;
        if last.is_none() && is_over(scene, round) {
            last = Some((began.elapsed(), scene.now() - at));
        }
    }
    let after = scene.bot.memory();
    let Some((wall, clock)) = last else {
        for one in round.workspaces {
            let calls = scene.journal.of(&one.team, &one.service_user);
            if calls.whosout == 0 {
                let status = scene.status(one).await;
                let (what, team) = (round.what, &one.team);
                wrong
                    .push(format!("{engine:?}, {what}, {team}: not synced: {calls:?}, {status:?}"));
            }
        }
        return String::new();
    };
    for one in round.workspaces {
        let calls = scene.journal.of(&one.team, &one.service_user);
        let faults = faults(one, &calls).into_iter().chain(misses(scene, one).await);
        wrong.extend(
            faults.map(|fault| format!("{engine:?}, {}, {}: {fault}", round.what, one.team)),
        );
    }
    row(scene, engine, round, (wall, clock), (before, after))
}

fn is_over(scene: &Scene, round: &Round<'_>) -> bool {
    round.workspaces.iter().all(|one| scene.journal.of(&one.team, &one.service_user).whosout > 0)
}

/// Says what was asked too often or too seldom.
fn faults(workspace: &Workspace, calls: &Calls) -> Vec<String> {
    let mut wrong = Vec::new();
    let searches = workspace.members.div_ceil(BATCH);
    if (calls.search, calls.whosout) != (searches, 1) {
        wrong.push(format!("{} searches and {} times who's out", calls.search, calls.whosout));
    }
    let once = (0..workspace.members).map(|place| (member(place), 1)).collect();
    if calls.info != once {
        wrong.push(format!("{} times users.info, of {} people", calls.asked(), calls.info.len()));
    }
    if calls.list != 0 {
        wrong.push(format!("{} times users.list", calls.list));
    }
    wrong
}

/// Says what did not arrive in the bot.
async fn misses(scene: &Scene, workspace: &Workspace) -> Vec<String> {
    let status = scene.status(workspace).await;
    let away = workspace.members.div_ceil(ONE_AWAY_OF);
    let is_right = status.fault.is_none()
        && status.matched as usize == workspace.members
        && status.absences as usize == away;
    if is_right { Vec::new() } else { vec![format!("not everything arrived: {status:?}")] }
}

fn row(
    scene: &Scene,
    engine: Engine,
    round: &Round<'_>,
    (wall, clock): (Duration, TimeDelta),
    (before, after): (Memory, Memory),
) -> String {
    let of = |one: &Workspace| scene.journal.of(&one.team, &one.service_user);
    let each = |count: fn(&Calls) -> usize| {
        let counts = round.workspaces.iter().map(|one| count(&of(one)));
        let (least, most) = (counts.clone().min().unwrap_or(0), counts.max().unwrap_or(0));
        if least == most { least.to_string() } else { format!("{least} to {most}") }
    };
    let members: usize = round.workspaces.iter().map(|one| one.members).sum();
    format!(
        "| {engine:?} | {}, {} | {members} | {} | {} | {} | {} s | {:.1} s | {:.1} MiB | {:.1} MiB | {:.1} MiB |\n",
        round.workspaces.len(),
        round.what,
        each(Calls::to_hibob),
        each(Calls::asked),
        each(|calls| calls.list),
        clock.num_seconds(),
        wall.as_secs_f64(),
        mib(before.now),
        mib(after.now),
        mib(after.peak),
    )
}

/// Returns MiB of KiB.
#[expect(clippy::cast_precision_loss, reason = "nobody has so much memory")]
pub(crate) fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
