//! What the admin address shows: gathered from the database and the process when somebody asks.

use crate::bot::Bot;
use crate::metrics::{resident_bytes, seconds};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::Census;

/// How long the database may take.
const LIMIT: Duration = Duration::from_secs(5);

/// For how long a look is good: whoever asks more often gets the same.
const FRESH: TimeDelta = TimeDelta::seconds(15);

/// The states that are shown although nothing is in them, so that an alarm has something to look at.
const OUTBOX: [&str; 7] =
    ["pending", "sending", "ambiguous", "expired", "failed", "unconfirmed", "quarantined"];

/// The states in which a message waits for something.
const WAITING: [&str; 3] = ["pending", "sending", "ambiguous"];

/// As [`OUTBOX`], of the inbox.
const INBOX: [&str; 2] = ["pending", "quarantined"];

/// What Slack limits: the calls of the outbox, and what is asked before one.
const LIMITED: [&str; 6] =
    ["post", "replace", "home", "whisper", "conversations.open", "conversations.info"];

/// The last look.
#[derive(Debug, Default)]
pub(crate) struct LastLook(Mutex<Option<(DateTime<Utc>, Census)>>);

/// Returns how full the queues are; `None` where the database does not answer.
pub(crate) async fn census(bot: &Bot) -> Option<Census> {
    let now = bot.clock.now();
    let kept = bot.last_look.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((at, census)) = kept
        && !bot.clock.is_manual()
        && (now - at).abs() < FRESH
    {
        return Some(census);
    }
    let asked = tokio::time::timeout(LIMIT, bot.store.system().take_census(now)).await;
    let census = match asked {
        Ok(Ok(census)) => census,
        Ok(Err(fault)) => {
            tracing::warn!(error = %fault, "The queues could not be counted.");
            return None;
        }
        Err(_) => {
            tracing::warn!("The database took too long to count the queues.");
            return None;
        }
    };
    *bot.last_look.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, census.clone()));
    Some(census)
}

/// Returns everything that is measured, as text, after a look.
pub(crate) async fn text(bot: &Bot) -> String {
    let (now, seen) = (bot.clock.now(), &bot.metrics.seen);
    let census = census(bot).await;
    seen.is_database_up.set(i64::from(census.is_some()));
    if let Some(census) = census {
        for (states, family, counted) in
            [(&OUTBOX[..], &seen.outbox, &census.outbox), (&INBOX[..], &seen.inbox, &census.inbox)]
        {
            for state in states {
                family.get_or_create(&[("state", *state)]).set(count_of(counted, state));
            }
        }
        for call in LIMITED {
            seen.limits.get_or_create(&[("call", call)]).set(count_of(&census.limits, call));
        }
        let ages = ages(&census, now);
        seen.oldest_due.get_or_create(&[("queue", "outbox")]).set(ages.outbox);
        seen.oldest_due.get_or_create(&[("queue", "inbox")]).set(ages.inbox);
        seen.oldest_sync.set(ages.sync);
        for (queue, states, found) in [
            ("outbox", &WAITING[..], &census.outbox_since),
            ("inbox", &INBOX[..1], &census.inbox_since),
        ] {
            for state in states {
                let since = found.iter().find(|(found, _)| found == state).map(|(_, since)| *since);
                let labels = [("queue", queue), ("state", *state)];
                seen.oldest_in_state.get_or_create(&labels).set(age(since, now));
            }
        }
        for (why, count) in [
            ("unknown_state", census.strange_subscriptions),
            ("no_answer", census.unanswered_subscriptions),
        ] {
            seen.subscriptions.get_or_create(&[("why", why)]).set(signed(count));
        }
        seen.audit_lag.set(age(census.oldest_unchained_at, now));
    }
    // That the database does not answer is measured above.
    if let Ok(Ok(restored)) =
        tokio::time::timeout(LIMIT, bot.store.system().list_last_restores()).await
    {
        for (kind, at) in restored {
            let at = seconds(at - DateTime::UNIX_EPOCH);
            seen.last_restore.get_or_create(&[("kind", kind.as_str())]).set(at);
        }
    }
    let clock = bot.clock.report();
    seen.clock_offset.set(seconds(clock.offset));
    seen.clock_jumps.set(signed(clock.jumps));
    let (done, total) = bot.metrics.catch_up.progress();
    seen.caught_up.get_or_create(&[("part", "done")]).set(signed(done));
    seen.caught_up.get_or_create(&[("part", "all")]).set(signed(total));
    if let Some(bytes) = resident_bytes() {
        seen.memory.set(signed(bytes));
    }
    bot.metrics.text()
}

/// For how long the oldest row of each kind has been due, in seconds; 0 where nothing is due.
pub(crate) struct Ages {
    pub(crate) outbox: f64,
    pub(crate) inbox: f64,
    pub(crate) sync: f64,
}

/// Returns the ages of what is due.
pub(crate) fn ages(census: &Census, now: DateTime<Utc>) -> Ages {
    Ages {
        outbox: age(census.oldest_delivery_due_at, now),
        inbox: age(census.oldest_inbox_due_at, now),
        sync: age(census.oldest_sync_due_at, now),
    }
}

fn age(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> f64 {
    since.map_or(0.0, |since| seconds(now - since).max(0.0))
}

/// Returns the count of a word; a word that was not counted has none.
fn count_of(counted: &[(String, u64)], word: &str) -> i64 {
    let found = counted.iter().filter(|(counted, _)| counted == word);
    signed(found.map(|(_, count)| count).sum())
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
