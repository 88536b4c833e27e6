//! Answering within Slack's three seconds.

use super::verdict;
use crate::bot::Bot;
use crate::late::{self, respond};
use app::AppError;
use domain::ids::{TeamId, UserId, WorkspaceId};
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Instrument;

/// How long a request may take before Slack is answered that it is not confirmed yet; Slack waits 3 seconds.
const GUARD: Duration = Duration::from_millis(2500);

/// Where an answer goes that comes after Slack was answered.
pub(super) enum Late {
    /// To the address that came with the request.
    ResponseUrl(Option<String>),
    /// To the person's direct messages: a form has no such address.
    Person(TeamId, UserId),
}

/// Carries out `work` and returns its answer, or "not confirmed yet" when it takes too long.
///
/// The work goes on either way, and its answer is then said where `late` says.
pub(super) async fn in_time(
    bot: &Arc<Bot>,
    (kind, workspace): (&'static str, WorkspaceId),
    late: Late,
    work: impl Future<Output = Result<Answer, AppError>> + Send + 'static,
) -> Answer {
    let span = tracing::error_span!("request", kind, workspace.id = %workspace);
    let began = Instant::now();
    let busy = bot.clock.busy();
    let task = async move {
        let answer = work.await.unwrap_or_else(|fault| failed(&fault));
        tracing::info!(duration_ms = millis(began), "A request was answered.");
        // The token goes with the answer: the work is done when the answer is said.
        (answer, busy)
    };
    let mut task = bot.supervisor.spawn(task.instrument(span));
    if let Ok(done) = tokio::time::timeout(GUARD, &mut task).await {
        let answer = done.map_or_else(|_| crashed(), |(answer, _)| answer);
        if is_apology(&answer) {
            verdict::is_not_what_was_asked_for();
        }
        return answer;
    }
    verdict::is_not_what_was_asked_for();
    let its_bot = Arc::clone(bot);
    bot.supervisor.spawn(async move {
        let Ok((answer, _busy)) = task.await else {
            crashed();
            return;
        };
        match (late_reply(answer), late) {
            (Some(reply), Late::ResponseUrl(Some(url))) => {
                respond(&its_bot, &url, &reply).await;
            }
            (Some(reply), Late::Person(team, user)) => tell(&its_bot, &team, &user, &reply).await,
            (Some(_), Late::ResponseUrl(None)) | (None, _) => {}
        }
    });
    Answer::Say(Box::new(Reply::NotConfirmedYet))
}

/// Returns whether somebody is told that nobody knows what became of what they asked for.
fn is_apology(answer: &Answer) -> bool {
    let Answer::Say(reply) = answer else { return false };
    matches!(**reply, Reply::NotConfirmedYet | Reply::Failed { .. })
}

/// Returns what can still be said when Slack no longer waits: a form cannot be opened any more.
fn late_reply(answer: Answer) -> Option<Reply> {
    match answer {
        Answer::Say(reply) => Some(*reply),
        Answer::Open(_) | Answer::Next(_) => Some(Reply::Refused(Refusal::FormNotOpened)),
        Answer::FieldErrors(_) | Answer::Nothing => None,
    }
}

/// Sends a reply to a `response_url`, in a task of its own that a stop waits for.
pub(super) fn respond_later(bot: &Arc<Bot>, response_url: String, reply: Reply) {
    let busy = bot.clock.busy();
    let its_bot = Arc::clone(bot);
    bot.supervisor.spawn(async move {
        let _busy = busy;
        respond(&its_bot, &response_url, &reply).await;
    });
}

/// Tells a person directly, in a task of its own that a stop waits for.
pub(super) fn tell_later(bot: &Arc<Bot>, (team, user): (TeamId, UserId), reply: Reply) {
    let busy = bot.clock.busy();
    let its_bot = Arc::clone(bot);
    bot.supervisor.spawn(async move {
        let _busy = busy;
        tell(&its_bot, &team, &user, &reply).await;
    });
}

/// Tells a person directly what became of a request that nothing is kept of.
async fn tell(bot: &Bot, team: &TeamId, user: &UserId, reply: &Reply) {
    let key = uuid::Uuid::new_v4().to_string();
    late::tell(bot, WorkspaceId::of_team(team), user, &key, reply).await;
}

/// Says that it may not have been saved, with a reference that finds the failure in the log.
fn failed(fault: &AppError) -> Answer {
    let reference = uuid::Uuid::new_v4().simple().to_string()[..8].to_owned();
    tracing::error!(reference, error = %fault, "A request failed.");
    Answer::Say(Box::new(Reply::Failed { reference }))
}

fn crashed() -> Answer {
    tracing::error!("A request's task ended before it answered.");
    Answer::Say(Box::new(Reply::NotConfirmedYet))
}

fn millis(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}
