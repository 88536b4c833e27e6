//! One post a second in a channel, as Slack asks.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ids::WorkspaceId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The time between two posts in one channel.
const GAP: TimeDelta = TimeDelta::seconds(1);

/// When each channel may be posted in again.
#[derive(Debug, Default)]
pub(super) struct Pace {
    free_at: Mutex<HashMap<(WorkspaceId, String), DateTime<Utc>>>,
}

impl Pace {
    /// Takes the channel's next second, or returns when it is free.
    pub(super) fn take(
        &self,
        workspace: WorkspaceId,
        channel: &str,
        now: DateTime<Utc>,
    ) -> Result<(), DateTime<Utc>> {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        free_at.retain(|_, at| *at > now);
        let key = (workspace, channel.to_owned());
        if let Some(at) = free_at.get(&key) {
            return Err(*at);
        }
        free_at.insert(key, now + GAP);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{GAP, Pace};
    use chrono::DateTime;
    use domain::ids::{TeamId, WorkspaceId};

    #[test]
    fn a_channel_is_posted_in_once_a_second_and_another_does_not_wait_for_it() {
        let pace = Pace::default();
        let workspace = WorkspaceId::of_team(&TeamId::new("T1"));
        let now = DateTime::UNIX_EPOCH;

        assert_eq!(pace.take(workspace, "C1", now), Ok(()));
        assert_eq!(pace.take(workspace, "C1", now), Err(now + GAP));
        assert_eq!(pace.take(workspace, "C2", now), Ok(()));
        assert_eq!(pace.take(workspace, "C1", now + GAP), Ok(()));
    }
}
