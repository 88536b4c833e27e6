//! Asks absence sources when people are away.
//!
//! Several workspaces are asked for at once; each waits for its own. Addresses are in memory from the first answer of
//! Slack's to the last of the source's, and nowhere else.

use super::POLL;
use crate::bot::Bot;
use crate::dead_token;
use crate::people::keep_to_limit;
use app::AppError;
use app::absence_source::{Asked, Task, begin, finish, keep};
use chrono::{DateTime, TimeDelta, Utc};
use clock::Worker;
use connect::SourcePerson;
use domain::ids::UserId;
use domain::source::SourceFault;
use domain::zone::Zone;
use slack::{NotSentKind, Outcome};
use std::sync::Arc;
use store::{StoreError, SyncClaim};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many workspaces are asked for at once; most of them wait.
const AT_ONCE: usize = 32;

/// How long a sync belongs to the worker that claimed it, unless it keeps it.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// How long to wait after a failure for which nobody names a time.
const RETRY: TimeDelta = TimeDelta::seconds(30);

/// How many people Slack is asked about in one burst.
const BURST: usize = 50;

/// The time between two questions to Slack after that: it answers more than a hundred a minute.
const LEAST_GAP: TimeDelta = TimeDelta::milliseconds(600);

/// The time between two questions to Slack where nobody waits for the answer.
const MOST_GAP: TimeDelta = TimeDelta::seconds(3);

/// How often in a row Slack may ask to wait in one sync.
const MOST_WAITS: u32 = 20;

/// The codes with which Slack says that it does not know somebody.
const UNKNOWN: [&str; 3] = ["user_not_found", "user_not_visible", "users_not_found"];

/// What is missing where Slack shows nobody's address.
const ADDRESSES: &str = "in Slack: the permission to see e-mail addresses (users:read.email); install the app again to allow it";

pub(super) async fn run(bot: Arc<Bot>, mut worker: Worker) {
    let name = format!("{}absences", bot.replica);
    let free = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let next = match look(&bot, &name, &free).await {
            Ok(next) => next,
            Err(fault) => {
                tracing::error!(error = %fault, "It could not be seen which absence sources are to be asked.");
                Some(bot.clock.now() + RETRY)
            }
        };
        tokio::select! {
            biased;
            () = bot.supervisor.stopping() => return,
            () = worker.wait(&bot.bells.absences, next, POLL) => {}
        }
    }
}

/// Begins the syncs that are due, as far as there is room, and returns when to look again.
async fn look(
    bot: &Arc<Bot>,
    name: &str,
    free: &Arc<Semaphore>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let system = bot.store.system();
    loop {
        if bot.supervisor.is_stopping() {
            return Ok(None);
        }
        let room = u32::try_from(free.available_permits()).unwrap_or(0);
        if room == 0 {
            // Whoever ends rings.
            return Ok(None);
        }
        let now = bot.clock.now();
        let claims = system.claim_syncs(name, now, now + LEASE, room).await?;
        if claims.is_empty() {
            let next = system.earliest_sync_at().await?;
            return Ok(next.map(|at| at.max(now + TimeDelta::milliseconds(100))));
        }
        for claim in claims {
            let Ok(permit) = Arc::clone(free).try_acquire_owned() else { break };
            start(bot, claim, permit);
        }
    }
}

fn start(bot: &Arc<Bot>, claim: SyncClaim, permit: OwnedSemaphorePermit) {
    let (its_bot, mut worker) = (Arc::clone(bot), bot.clock.worker());
    bot.supervisor.spawn(async move {
        let stopping = its_bot.supervisor.clone();
        let done = tokio::select! {
            biased;
            () = stopping.stopping() => return,
            done = sync(&its_bot, &mut worker, &claim) => done,
        };
        if let Err(fault) = done {
            // Its lease runs out, and then it is tried again.
            tracing::error!(error = %fault, workspace.id = %claim.workspace, "Absences could not be synced.");
        }
        drop(permit);
        its_bot.bells.ring_after_write();
    });
}

async fn sync(bot: &Bot, worker: &mut Worker, claim: &SyncClaim) -> Result<(), AppError> {
    let Some(source) = connect::find(&claim.source) else {
        tracing::error!(source = %claim.source, "This version does not know an absence source of a workspace.");
        return Ok(());
    };
    let began = bot.clock.now();
    let Some(task) = begin(&bot.store, claim, began).await? else { return Ok(()) };
    let asked: Asked = match addresses(bot, worker, claim, &task).await? {
        Found::NotInstalled | Found::LeaseLost => return Ok(()),
        Found::NoAddresses => Err(SourceFault::Forbidden { grant: String::from(ADDRESSES) }),
        Found::NoAnswer => Err(SourceFault::Unreachable),
        Found::People(people) => {
            let asked = source.fetch(&bot.wire, &task.credentials, &people, task.window).await;
            asked.map(|mut batch| {
                // Those without an address are members as well.
                batch.asked = u32::try_from(task.members.len()).unwrap_or(u32::MAX);
                batch
            })
        }
    };
    if let Err(fault) = &asked {
        tracing::warn!(fault = fault.code(), source = %claim.source, workspace.id = %claim.workspace, "An absence source gave no answer; what was known is kept.");
    }
    finish(&bot.store, claim, &asked, (began, bot.clock.now())).await
}

/// What came of asking Slack for addresses.
enum Found {
    People(Vec<SourcePerson>),
    /// Of nobody it shows one.
    NoAddresses,
    /// It has no time.
    NoAnswer,
    NotInstalled,
    LeaseLost,
}

/// Asks Slack for the addresses of the members, one by one, as slowly as there is time for.
async fn addresses(
    bot: &Bot,
    worker: &mut Worker,
    claim: &SyncClaim,
    task: &Task,
) -> Result<Found, AppError> {
    let Some(token) = app::install::bot_token(&bot.store, claim.workspace).await? else {
        return Ok(Found::NotInstalled);
    };
    let gap = gap(task);
    let mut kept_until = bot.clock.now() + LEASE;
    let (mut people, mut waits, mut seen) = (Vec::new(), 0, 0_usize);
    for (asked, (user, zone)) in task.members.iter().enumerate() {
        if 0 < asked && (BURST <= asked || !task.spread.is_zero()) {
            worker.sleep_until(bot.clock.now() + gap).await;
        }
        loop {
            // Half of the lease is time enough for anything that comes between two looks at it.
            if kept_until - bot.clock.now() < LEASE / 2 {
                kept_until = bot.clock.now() + LEASE;
                if !keep(&bot.store, claim, kept_until).await? {
                    return Ok(Found::LeaseLost);
                }
            }
            let wait = match bot.api.address_of(&token, user).await {
                Outcome::Done(found) => {
                    seen += 1;
                    people.extend(person(user, zone, found));
                    break;
                }
                Outcome::NotSent(reason) if reason.kind == NotSentKind::DeadToken => {
                    if dead_token::ends_install(bot, claim.workspace).await? {
                        return Ok(Found::NotInstalled);
                    }
                    RETRY
                }
                // Whoever Slack does not know, the source is not asked about.
                Outcome::NotSent(reason) if UNKNOWN.contains(&reason.code.as_str()) => break,
                Outcome::NotSent(reason) if reason.code == "missing_scope" => {
                    return Ok(Found::NoAddresses);
                }
                // Anything else says nothing of the person: what is known of them is kept.
                Outcome::NotSent(reason) if reason.kind == NotSentKind::Permanent => {
                    return Ok(Found::NoAnswer);
                }
                Outcome::NotSent(reason) => {
                    keep_to_limit(bot, claim.workspace, "users.info", &reason).await;
                    reason.retry_after.unwrap_or(RETRY)
                }
                Outcome::Ambiguous { .. } => RETRY,
            };
            waits += 1;
            if MOST_WAITS < waits {
                return Ok(Found::NoAnswer);
            }
            worker.sleep_until(bot.clock.now() + wait.min(LEASE / 2)).await;
        }
    }
    if people.is_empty() && !task.members.is_empty() {
        return Ok(if 0 < seen { Found::NoAddresses } else { Found::NoAnswer });
    }
    Ok(Found::People(people))
}

fn person(user: &UserId, zone: &Zone, found: slack::Addressed) -> Option<SourcePerson> {
    let email = found.email.filter(|_| !found.is_deactivated)?;
    // What Slack says now is newer than what is stored.
    let zone = found.zone.and_then(|name| Zone::parse(&name).ok()).unwrap_or_else(|| zone.clone());
    Some(SourcePerson { user: user.clone(), email, zone })
}

/// Returns the time between two questions to Slack.
fn gap(task: &Task) -> TimeDelta {
    let members = i32::try_from(task.members.len()).unwrap_or(i32::MAX).max(1);
    (task.spread / members).clamp(LEAST_GAP, MOST_GAP)
}
