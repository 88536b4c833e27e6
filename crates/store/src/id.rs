//! New ids.

use chrono::{DateTime, Utc};
use std::sync::Mutex;
use uuid::{ContextV7, Timestamp, Uuid};

/// Ids of one process rise strictly, also within one instant and when the clock is moved back.
static CONTEXT: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// Returns a new id (UUID version 7): the one constructor of ids that are not derived from what they name.
///
/// Ids made by one process sort in the order in which they were made.
#[must_use]
pub fn new_id(now: DateTime<Utc>) -> Uuid {
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(&CONTEXT, seconds, now.timestamp_subsec_nanos()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn ids_rise_within_one_instant_and_when_the_clock_goes_back() {
        let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();

        let ids = [new_id(now), new_id(now), new_id(now - TimeDelta::hours(1)), new_id(now)];

        assert!(ids.is_sorted());
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[2] != ids[3]);
    }
}
