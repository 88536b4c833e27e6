//! Everything is due at the same instant, and the bot runs.

use crate::say;
use crate::scene::Scene;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use clock::Clock;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;
use store::DeliveryState;
use store::testing::OutboxRow;
use stories::{Crowd, Engine};

/// How long all may take to be committed.
const COMMITTED: TimeDelta = TimeDelta::seconds(10);

/// How long it may take until Slack has accepted all but a hundredth.
const ACCEPTED: TimeDelta = TimeDelta::seconds(30);

/// How much memory the bot may have, in MiB.
const MEMORY: f64 = 200.0;

/// How long Slack takes for a call.
const LATENCY: Duration = Duration::from_millis(100);

/// How long nothing was left to do before everything becomes due, at least.
const BEFORE: TimeDelta = TimeDelta::seconds(5);

/// How often is looked whether all is said; a look costs the database something.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(2);

/// What becomes of mending the messages of the turns before: they were never sent, only counted as sent.
const NOWHERE: &str = "replace dropped dm_gone";

/// How long is waited for the last message.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// What became of what was to be said.
struct Said {
    messages: Vec<TimeDelta>,
    views: Vec<TimeDelta>,
    unsaid: BTreeMap<String, usize>,
}

/// Measures both engines and returns what is not as it should be.
pub(crate) async fn run(
    engines: &[Engine],
    (workspaces, rotations): (usize, usize),
) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut table = String::from(
        "| engine | the reminders before (s) | handoffs | committed in (s) | messages | accepted: p50 (s) | p99 (s) | last (s) | views | last (s) | peak memory of the bot (MiB) |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for engine in engines.iter().copied() {
        let clock = Clock::system();
        let set_up =
            TimeDelta::milliseconds(i64::try_from(workspaces * rotations * 14).expect("small"));
        let due_at = clock.now().duration_trunc(TimeDelta::seconds(1)).expect("a whole second");
        let due_at = due_at + TimeDelta::seconds(20) + set_up;
        let begun_at = due_at - TimeDelta::days(3);
        let crowd = Crowd { teams: Vec::new(), rotations, all_at: Some(due_at) };
        let scene = Scene::begin(engine, &clock, workspaces, crowd).await;
        scene.crowd.begins(&scene.store, begun_at).await;
        scene.knows_direct_messages().await;
        scene.database.tells_all().await;
        let bot = scene.starts(None);
        let started_at = clock.now();
        scene.has_worked_off_the_past(&clock).await;
        let before = clock.now() - started_at;
        assert!(clock.now() < due_at - BEFORE, "everything is there before it is due");
        scene.simulator.set_latency(LATENCY);
        clock.sleep_until(due_at).await;
        scene.all_are_committed(|| clock.now()).await;
        let committed = clock.now() - due_at;
        let mut said = scene.said(&clock, due_at).await;
        said.unsaid.remove(NOWHERE);
        let count = workspaces * rotations;
        let _ = table.write_fmt(format_args!(
            "| {engine:?} | {:.1} | {count} | {:.2} | {} | {:.1} | {:.1} | {:.1} | {} | {:.1} | {:.0} |\n",
            seconds(before),
            seconds(committed),
            said.messages.len(),
            seconds(part(&said.messages, 50)),
            seconds(part(&said.messages, 99)),
            seconds(part(&said.messages, 100)),
            said.views.len(),
            seconds(part(&said.views, 100)),
            bot.peak(),
        ));
        say(table.lines().last().unwrap_or_default());
        if committed > COMMITTED {
            wrong.push(format!("{engine:?}: {committed} until all were committed"));
        }
        if said.messages.len() != count * 2 || !said.unsaid.is_empty() {
            let (messages, unsaid) = (said.messages.len(), said.unsaid);
            wrong.push(format!("{engine:?}: {messages} messages; not sent: {unsaid:?}"));
        }
        if part(&said.messages, 99) > ACCEPTED {
            wrong.push(format!("{engine:?}: accepted too late"));
        }
        if bot.peak() > MEMORY {
            wrong.push(format!("{engine:?}: {:.0} MiB", bot.peak()));
        }
        drop(bot);
        scene.end().await;
    }
    say(&format!("\n{table}"));
    wrong
}

impl Scene {
    /// Waits until what came due before is worked off, reminders and questions of the turns before among it: a bot that
    /// has run for long has done that.
    async fn has_worked_off_the_past(&self, clock: &Clock) {
        while self.database.ledger().await.open_work(clock.now()) != (0, 0) {
            clock.sleep_until(clock.now() + LOOK_AGAIN).await;
        }
    }

    /// Waits until nothing is left to be said, and returns what was said of what was due at an instant.
    async fn said(&self, clock: &Clock, due_at: DateTime<Utc>) -> Said {
        let system = self.store.system();
        let until = due_at + PATIENCE;
        loop {
            let counts = system.count_outbox_by_state().await.expect("a look");
            let is_open = |state| {
                [DeliveryState::Pending, DeliveryState::Sending, DeliveryState::Ambiguous]
                    .contains(&state)
            };
            if !counts.iter().any(|(state, _)| is_open(*state)) || until < clock.now() {
                break;
            }
            clock.sleep_until(clock.now() + LOOK_AGAIN).await;
        }
        let rows = self.database.ledger().await.outbox;
        let mut said = Said { messages: Vec::new(), views: Vec::new(), unsaid: BTreeMap::new() };
        for row in rows.iter().filter(|row| row.due_at.is_some_and(|at| due_at <= at)) {
            match (accepted_at(row), row.finished_at) {
                (Some(at), _) => said.messages.push(at - due_at),
                (None, Some(at)) if row.state == "sent" => said.views.push(at - due_at),
                _ => {
                    let code = row.code.as_deref().unwrap_or_default();
                    let what = format!("{} {} {code}", row.call, row.state);
                    *said.unsaid.entry(what).or_default() += 1;
                }
            }
        }
        said.messages.sort_unstable();
        said.views.sort_unstable();
        said
    }
}

/// Returns when Slack accepted a message: a message's timestamp says so.
fn accepted_at(row: &OutboxRow) -> Option<DateTime<Utc>> {
    let (seconds, micros) = row.ts.as_deref()?.split_once('.')?;
    let at = DateTime::from_timestamp(seconds.parse().ok()?, 0)?;
    Some(at + TimeDelta::microseconds(micros.parse().ok()?))
}

/// Returns what so many of a hundred do not go beyond.
fn part(sorted: &[TimeDelta], hundredths: usize) -> TimeDelta {
    let place = (sorted.len() * hundredths).div_ceil(100);
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

fn seconds(time: TimeDelta) -> f64 {
    time.as_seconds_f64()
}
