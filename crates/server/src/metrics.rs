//! What is measured, for whoever watches the service: `GET /metrics` of the admin address.
//!
//! No label names a workspace or a person: what is measured of one of them is nobody else's business.

mod catch_up;
mod memory;

pub(crate) use catch_up::CatchUp;
pub(crate) use memory::resident_bytes;

use chrono::TimeDelta;
use domain::effect::Call;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::atomic::AtomicU64;
use std::time::Duration;

/// The bounds of lateness, in seconds: what is promised lies at 5, 30 and 300.
const LATENESS: [f64; 13] =
    [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0];

/// The bounds of how long an answer takes, in seconds: Slack waits for three.
const ANSWERING: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 0.5, 1.0, 2.0, 3.0];

/// How long Slack waits for an acknowledgement.
const SLACK_WAITS: Duration = Duration::from_secs(3);

type Label = [(&'static str, &'static str); 1];
type Labels = [(&'static str, &'static str); 2];

/// A measure that goes up and down, in whole units.
pub(crate) type Level = Gauge;

/// A measure that goes up and down, such as seconds.
pub(crate) type Amount = Gauge<f64, AtomicU64>;

/// Everything that is measured.
pub(crate) struct Metrics {
    registry: Registry,
    lateness: Family<Label, Histogram>,
    calls: Family<Labels, Counter>,
    limited: Family<Label, Counter>,
    requests: Family<Labels, Counter>,
    answering: Family<Label, Histogram>,
    acknowledgements: Family<Label, Counter>,
    good_acknowledgements: Family<Label, Counter>,
    handoffs: Histogram,
    /// What was found when the database was last looked at.
    pub(crate) seen: Seen,
    /// How far the handoffs are that were due at once.
    pub(crate) catch_up: CatchUp,
}

/// What a look at the database and at the process finds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) is_database_up: Level,
    pub(crate) outbox: Family<Label, Level>,
    pub(crate) inbox: Family<Label, Level>,
    pub(crate) oldest_due: Family<Label, Amount>,
    pub(crate) oldest_in_state: Family<Labels, Amount>,
    pub(crate) audit_lag: Amount,
    pub(crate) limits: Family<Label, Level>,
    pub(crate) overdue: Family<Label, Level>,
    pub(crate) audited_at: Amount,
    pub(crate) clock_offset: Amount,
    pub(crate) clock_jumps: Level,
    pub(crate) oldest_sync: Amount,
    pub(crate) subscriptions: Family<Label, Level>,
    pub(crate) caught_up: Family<Label, Level>,
    pub(crate) memory: Level,
    /// Nothing until a backup was restored.
    pub(crate) last_restore: Family<Label, Amount>,
}

/// What came of a call to Slack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallEnd {
    /// Slack accepted it.
    Accepted,
    /// Slack asked to be left alone for a while.
    Limited,
    /// Slack refused it, or was not reached; it is tried again.
    TriedAgain,
    /// Slack refused it for good.
    Refused,
    /// It is not known whether it arrived.
    Ambiguous,
}

impl CallEnd {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Limited => "limited",
            Self::TriedAgain => "tried_again",
            Self::Refused => "refused",
            Self::Ambiguous => "ambiguous",
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("asyncbot"),
            lateness: Family::new_with_constructor(|| Histogram::new(LATENESS)),
            calls: Family::default(),
            limited: Family::default(),
            requests: Family::default(),
            answering: Family::new_with_constructor(|| Histogram::new(ANSWERING)),
            acknowledgements: Family::default(),
            good_acknowledgements: Family::default(),
            handoffs: Histogram::new(LATENESS),
            seen: Seen::default(),
            catch_up: CatchUp::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    /// Counts a delivery that Slack accepted this long after it was due.
    pub(crate) fn delivered(&self, call: Call, lateness: TimeDelta) {
        self.lateness.get_or_create(&[("call", call.as_str())]).observe(seconds(lateness));
    }

    /// Counts what came of a delivery's call to Slack.
    pub(crate) fn called(&self, call: Call, end: CallEnd) {
        self.calls.get_or_create(&[("call", call.as_str()), ("outcome", end.as_str())]).inc();
    }

    /// Counts that Slack asked to be left alone; `method` is an outbox call's word or a Web API method.
    pub(crate) fn limited(&self, method: &'static str) {
        self.limited.get_or_create(&[("call", method)]).inc();
    }

    /// Counts a handoff that was carried out this long after its time.
    pub(crate) fn handed_over(&self, lateness: TimeDelta) {
        self.handoffs.observe(seconds(lateness));
    }

    /// Counts a request of Slack's: what kind it was, what became of it, and how long Slack waited for the answer.
    pub(crate) fn answered(&self, kind: &'static str, outcome: &'static str, took: Duration) {
        self.requests.get_or_create(&[("kind", kind), ("outcome", outcome)]).inc();
        self.answering.get_or_create(&[("kind", kind)]).observe(took.as_secs_f64());
    }

    /// Counts a request that Slack has sent as acknowledged: in time and with what was asked for, or not.
    pub(crate) fn acknowledged(&self, kind: &'static str, is_right: bool, took: Duration) {
        self.acknowledgements.get_or_create(&[("kind", kind)]).inc();
        let good = self.good_acknowledgements.get_or_create(&[("kind", kind)]);
        good.inc_by(u64::from(is_right && took <= SLACK_WAITS));
    }

    /// Returns all of it as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // A string takes whatever is written to it.
        let _ = encode(&mut text, &self.registry);
        text
    }

    fn register(&mut self) {
        self.register_work();
        self.register_seen();
    }

    /// Registers what is counted when it happens.
    fn register_work(&mut self) {
        let registry = &mut self.registry;
        let unit = || Unit::Seconds;
        registry.register_with_unit(
            "delivery_lateness",
            "From when a message was due to when Slack accepted it",
            unit(),
            self.lateness.clone(),
        );
        registry.register("slack_calls", "Deliveries' calls to Slack", self.calls.clone());
        registry.register(
            "slack_limited",
            "How often Slack asked to be left alone",
            self.limited.clone(),
        );
        registry.register("requests", "Requests of Slack's", self.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "How long Slack waited for an answer",
            unit(),
            self.answering.clone(),
        );
        registry.register(
            "acknowledgements",
            "Requests of Slack's that wait for an acknowledgement",
            self.acknowledgements.clone(),
        );
        registry.register(
            "acknowledgements_good",
            "Those acknowledged within three seconds, with what was asked for",
            self.good_acknowledgements.clone(),
        );
        registry.register_with_unit(
            "handoff_lateness",
            "From a handoff's time to its being stored",
            unit(),
            self.handoffs.clone(),
        );
    }

    /// Registers what is found when somebody looks.
    fn register_seen(&mut self) {
        let (registry, seen) = (&mut self.registry, &self.seen);
        let unit = || Unit::Seconds;
        registry.register(
            "database_up",
            "Whether the database answered when it was last looked at",
            seen.is_database_up.clone(),
        );
        registry.register(
            "outbox_rows",
            "Messages that are not done, by state; lost ones of the last 7 days",
            seen.outbox.clone(),
        );
        registry.register("inbox_rows", "Work that is not done, by state", seen.inbox.clone());
        registry.register_with_unit(
            "oldest_due_age",
            "For how long the oldest row has been due that waits for no limit",
            unit(),
            seen.oldest_due.clone(),
        );
        registry.register_with_unit(
            "queue_oldest_age",
            "For how long the oldest row of a state has been due, whatever it waits for",
            unit(),
            seen.oldest_in_state.clone(),
        );
        registry.register_with_unit(
            "audit_chain_lag",
            "How long ago the oldest event happened that is not chained in its audit log yet",
            unit(),
            seen.audit_lag.clone(),
        );
        registry.register(
            "limits_in_force",
            "Workspaces in which Slack asked to be left alone until later",
            seen.limits.clone(),
        );
        registry.register(
            "overdue",
            "What was due five minutes ago and is not done without a reason: must be 0",
            seen.overdue.clone(),
        );
        registry.register_with_unit(
            "audit_last_success_timestamp",
            "When the auditor's question was last answered",
            unit(),
            seen.audited_at.clone(),
        );
        registry.register_with_unit(
            "backup_last_restore_timestamp",
            "When a backup was last restored on trial and was well; nothing until one was",
            unit(),
            seen.last_restore.clone(),
        );
        registry.register_with_unit(
            "clock_offset",
            "What this machine's clock lacks to the database's",
            unit(),
            seen.clock_offset.clone(),
        );
        registry.register(
            "clock_jumps",
            "How often this machine's clock jumped since the start",
            seen.clock_jumps.clone(),
        );
        registry.register_with_unit(
            "absence_sync_oldest_age",
            "For how long the absence source has been due that waits longest",
            unit(),
            seen.oldest_sync.clone(),
        );
        registry.register(
            "subscriptions_in_doubt",
            "Subscriptions whose state Stripe tells by a word that is not known here, or does not tell",
            seen.subscriptions.clone(),
        );
        registry.register(
            "catch_up_rotations",
            "Rotations whose handoffs are being caught up, and how many of them are done",
            seen.caught_up.clone(),
        );
        registry.register_with_unit(
            "resident_memory",
            "The memory of this process",
            Unit::Bytes,
            seen.memory.clone(),
        );
    }
}

#[expect(clippy::cast_precision_loss, reason = "a measure needs no more than 52 bits")]
pub(crate) fn seconds(time: TimeDelta) -> f64 {
    time.num_milliseconds() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_in_the_text_under_names_that_say_what_it_is() {
        let metrics = Metrics::default();

        metrics.delivered(Call::Post, TimeDelta::milliseconds(1500));
        metrics.called(Call::Post, CallEnd::Accepted);
        metrics.limited("users.info");
        metrics.handed_over(TimeDelta::milliseconds(-3));
        metrics.answered("command", "done", Duration::from_millis(7));
        metrics.acknowledged("command", true, Duration::from_secs(3));
        metrics.acknowledged("command", true, Duration::from_millis(3001));
        metrics.acknowledged("command", false, Duration::from_millis(5));
        metrics.seen.overdue.get_or_create(&[("kind", "outbox")]).set(0);
        let text = metrics.text();

        for line in [
            "asyncbot_delivery_lateness_seconds_bucket{le=\"1.0\",call=\"post\"} 0",
            "asyncbot_delivery_lateness_seconds_bucket{le=\"2.0\",call=\"post\"} 1",
            "asyncbot_slack_calls_total{call=\"post\",outcome=\"accepted\"} 1",
            "asyncbot_slack_limited_total{call=\"users.info\"} 1",
            "asyncbot_handoff_lateness_seconds_count 1",
            "asyncbot_requests_total{kind=\"command\",outcome=\"done\"} 1",
            "asyncbot_request_duration_seconds_count{kind=\"command\"} 1",
            "asyncbot_acknowledgements_total{kind=\"command\"} 3",
            "asyncbot_acknowledgements_good_total{kind=\"command\"} 1",
            "asyncbot_overdue{kind=\"outbox\"} 0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is missing in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
