//! One envelope: worked off as the same request over HTTP, then acknowledged.

use crate::bot::Bot;
use crate::requests::{commands, events, interactions, verdict};
use serde_json::Value;
use slack::{Acks, Closed, Enclosed, Envelope};
use std::sync::Arc;
use std::time::Instant;
use tokio_util::task::TaskTracker;

/// Works off an envelope in a task of its own: the next one must not wait for it.
///
/// It is acknowledged once nothing of it can be lost. When the acknowledgement does not arrive, Slack sends the envelope
/// again, and the request's key or the event's id finds what was done.
pub(super) fn take(bot: &Arc<Bot>, under_way: &TaskTracker, acks: Acks, envelope: Envelope) {
    let busy = bot.clock.busy();
    let its_bot = Arc::clone(bot);
    bot.supervisor.spawn(under_way.track_future(async move {
        let _busy = busy;
        let Envelope { id, content, takes_answer, is_again } = envelope;
        let (kind, began) = (kind(&content), Instant::now());
        let measure = |outcome, is_right| {
            let took = began.elapsed();
            its_bot.metrics.answered(kind, outcome, took);
            its_bot.metrics.acknowledged(kind, is_right, took);
        };
        let (answer, is_right) = Box::pin(verdict::of(work_off(&its_bot, content))).await;
        let Ok(answer) = answer else {
            measure("not_stored", false);
            return;
        };
        if answer.is_some() && !takes_answer {
            tracing::warn!("An answer was left out, since its envelope takes none.");
        }
        let acknowledgement = slack::acknowledge(&id, answer.filter(|_| takes_answer));
        let sent = acks.send(&acknowledgement).await;
        match sent {
            Ok(()) => measure("answered", is_right),
            Err(Closed) => measure("too_late", false),
        }
        if let Err(Closed) = sent {
            tracing::info!(is_again, "An acknowledgement came too late for its connection.");
        }
    }));
}

/// Returns what it is counted as: the same as over HTTP.
const fn kind(content: &Enclosed) -> &'static str {
    match content {
        Enclosed::Command(_) => "command",
        Enclosed::Interaction(_) => "interaction",
        Enclosed::Event(_) => "event",
        Enclosed::Other => "other",
    }
}

/// Returns the answer, if there is one.
async fn work_off(bot: &Arc<Bot>, content: Enclosed) -> Result<Option<Value>, events::NotKept> {
    match content {
        Enclosed::Command(inbound) => Ok(commands::answer(bot, inbound).await),
        Enclosed::Interaction(inbound) => Ok(interactions::answer(bot, inbound).await),
        Enclosed::Event(inbound) => events::keep(bot, inbound).await.map(|()| None),
        Enclosed::Other => Ok(None),
    }
}
