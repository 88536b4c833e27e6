//! Whether the database is still the one it was: a server that was promoted from a copy that lagged, or restored to an
//! earlier time, has forgotten what this process saw there.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// For how long is remembered how far the server was when.
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);

/// How far a server was at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// What names the server and all its copies.
    pub system: i64,
    /// What changes when a copy is promoted or a server is restored to an instant.
    pub timeline: i64,
    /// How many bytes of its log were on disk; it never goes back by itself.
    pub position: i64,
    /// When that was.
    pub at: DateTime<Utc>,
}

/// The database went back in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setback {
    /// When that was noticed.
    pub noticed_at: DateTime<Utc>,
    /// What was saved before this is there, unless it goes further back.
    pub lost_from: DateTime<Utc>,
    /// What was saved after this is there.
    pub lost_until: DateTime<Utc>,
    /// Whether the server is where it was before anything that is remembered of it: what was saved before `lost_from` may
    /// be lost as well.
    pub goes_further_back: bool,
}

/// What was seen of the server. Clones share it.
#[derive(Clone, Debug)]
pub struct Generation(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    seen: Mutex<Seen>,
    is_trusted: watch::Sender<bool>,
}

/// What was known before a server was asked how far it is: answers may come in another order than they were given.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    epoch: u64,
    last: Option<Sighting>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Counts the setbacks.
    epoch: u64,
    sightings: VecDeque<Sighting>,
    setback: Option<Setback>,
}

impl Default for Generation {
    fn default() -> Self {
        let (is_trusted, _) = watch::channel(true);
        Self(Arc::new(Inner { seen: Mutex::default(), is_trusted }))
    }
}

impl Generation {
    /// Waits while the database is known to have forgotten something and nobody has dealt with that yet.
    pub async fn is_trusted(&self) {
        let mut is_trusted = self.0.is_trusted.subscribe();
        // The sender lives as long as this.
        let _ = is_trusted.wait_for(|is_trusted| *is_trusted).await;
    }

    /// Returns whether the database has forgotten something and nobody has dealt with that yet.
    #[must_use]
    pub fn is_set_back(&self) -> bool {
        self.seen().setback.is_some()
    }

    /// Waits until the database has forgotten something, and returns what is known of it.
    pub async fn setback(&self) -> Setback {
        let mut is_trusted = self.0.is_trusted.subscribe();
        loop {
            // The sender lives as long as this.
            let _ = is_trusted.wait_for(|is_trusted| !*is_trusted).await;
            if let Some(setback) = self.seen().setback {
                return setback;
            }
            tokio::task::yield_now().await;
        }
    }

    /// Takes note of a setback that was recorded before this process began, such as that of a database that was restored.
    pub fn take_up(&self, setback: Setback) {
        let mut seen = self.seen();
        seen.setback = Some(setback);
        seen.epoch += 1;
        self.0.is_trusted.send_replace(false);
    }

    /// Says that what follows from a setback was seen to, which is then over, unless another one was noticed meanwhile.
    pub fn trust_again(&self, done: &Setback) {
        let mut seen = self.seen();
        if seen.setback == Some(*done) {
            seen.setback = None;
            self.0.is_trusted.send_replace(true);
        }
    }

    /// Takes what another life of this process saw, the oldest first; what others saw since this one looked says nothing.
    pub fn remember(&self, sightings: impl IntoIterator<Item = Sighting>) {
        let own = {
            let mut seen = self.seen();
            let own = std::mem::take(&mut seen.sightings);
            let is_earlier = |one: &Sighting| own.front().is_none_or(|first| one.at <= first.at);
            seen.sightings = sightings.into_iter().filter(is_earlier).collect();
            own
        };
        for sighting in own {
            let mark = self.mark();
            self.see(mark, sighting);
        }
    }

    /// Returns what is known now, before the server is asked how far it is.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let seen = self.seen();
        Mark { epoch: seen.epoch, last: seen.sightings.back().copied() }
    }

    /// Takes a sighting that was asked for after `mark`, and returns whether the server had gone back.
    #[expect(clippy::must_use_candidate, reason = "it is asked for what it does")]
    pub fn see(&self, mark: Mark, new: Sighting) -> bool {
        let mut seen = self.seen();
        // Where there was a setback since the mark, this one is the same, noticed by another connection.
        let last = mark.last.filter(|_| seen.epoch == mark.epoch);
        let setback = last.and_then(|last| went_back(&last, &seen.sightings, new));
        if let Some(setback) = setback {
            // What was lost before nobody has seen to is lost still.
            let earlier = seen.setback.unwrap_or(setback);
            seen.setback = Some(Setback {
                lost_from: earlier.lost_from.min(setback.lost_from),
                goes_further_back: earlier.goes_further_back || setback.goes_further_back,
                ..setback
            });
            seen.sightings.clear();
            seen.epoch += 1;
            self.0.is_trusted.send_replace(false);
        }
        while seen.sightings.front().is_some_and(|first| first.at + REMEMBERED < new.at) {
            seen.sightings.pop_front();
        }
        // One that was overtaken says nothing new.
        let is_news = seen.sightings.back().is_none_or(|last| {
            last.system == new.system
                && last.timeline == new.timeline
                && last.position <= new.position
                && last.at <= new.at
        });
        if is_news {
            seen.sightings.push_back(new);
        }
        setback.is_some()
    }

    /// Returns what was seen of late, the oldest first.
    #[must_use]
    pub fn sightings(&self) -> Vec<Sighting> {
        self.seen().sightings.iter().copied().collect()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns from when to when what was saved may be lost, where the server is not where it was.
fn went_back(last: &Sighting, before: &VecDeque<Sighting>, new: Sighting) -> Option<Setback> {
    let is_another = last.system != new.system;
    if !is_another && last.timeline == new.timeline && last.position <= new.position {
        return None;
    }
    // The newest moment at which the server was no further than it is now: what was on disk then is there.
    let still_there = before.iter().rev().find(|one| !is_another && one.position <= new.position);
    let lost_from = still_there.or(before.front()).map_or(new.at, |one| one.at);
    Some(Setback {
        noticed_at: new.at,
        lost_from: lost_from.min(new.at),
        lost_until: new.at,
        goes_further_back: still_there.is_none(),
    })
}

impl fmt::Display for Setback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        write!(
            f,
            "the database went back in time: what was saved between {} and {} may be lost",
            shown(self.lost_from),
            shown(self.lost_until)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn sighting(timeline: i64, position: i64, second: i64) -> Sighting {
        Sighting { system: 7, timeline, position, at: at(second) }
    }

    fn seen(sightings: &[Sighting]) -> (Generation, Vec<bool>) {
        let generation = Generation::default();
        let went_back =
            sightings.iter().map(|one| generation.see(generation.mark(), *one)).collect();
        (generation, went_back)
    }

    #[tokio::test]
    async fn a_server_that_goes_on_is_trusted() {
        let (generation, went_back) =
            seen(&[sighting(1, 100, 0), sighting(1, 100, 1), sighting(1, 300, 2)]);

        assert_eq!(went_back, [false, false, false]);
        generation.is_trusted().await;
    }

    #[tokio::test]
    async fn a_position_that_went_back_tells_since_when_things_are_lost() {
        let all =
            [sighting(1, 100, 0), sighting(1, 200, 1), sighting(1, 300, 2), sighting(1, 250, 9)];

        let (generation, went_back) = seen(&all);

        assert_eq!(went_back, [false, false, false, true]);
        let setback = generation.setback().await;
        let lost = Setback {
            noticed_at: at(9),
            lost_from: at(1),
            lost_until: at(9),
            goes_further_back: false,
        };
        assert_eq!(setback, lost);
        generation.trust_again(&setback);
        generation.is_trusted().await;
        let goes_back = generation.see(generation.mark(), sighting(1, 260, 10));
        assert!(!goes_back, "it goes on from where it is now");
    }

    #[tokio::test]
    async fn another_timeline_is_a_setback_wherever_it_is() {
        let (generation, _) =
            seen(&[sighting(1, 100, 0), sighting(1, 200, 1), sighting(2, 900, 5)]);

        assert_eq!(generation.setback().await.lost_from, at(1));
    }

    #[tokio::test]
    async fn another_server_has_nothing_of_what_was_seen() {
        let (generation, _) =
            seen(&[sighting(1, 100, 0), Sighting { system: 8, ..sighting(1, 900, 5) }]);

        let setback = generation.setback().await;
        assert_eq!((setback.lost_from, setback.goes_further_back), (at(0), true));
    }

    #[tokio::test]
    async fn an_answer_that_was_overtaken_by_a_later_one_is_no_setback() {
        let (generation, _) = seen(&[sighting(1, 100, 0)]);
        let (slow, quick) = (generation.mark(), generation.mark());

        assert!(!generation.see(quick, sighting(1, 300, 2)));
        assert!(!generation.see(slow, sighting(1, 200, 1)));

        generation.is_trusted().await;
        assert_eq!(generation.mark().last, Some(sighting(1, 300, 2)));
    }

    #[tokio::test]
    async fn two_connections_that_notice_the_same_are_one_setback() {
        let (generation, _) = seen(&[sighting(1, 100, 0)]);
        let (one, other) = (generation.mark(), generation.mark());

        assert!(generation.see(one, sighting(2, 90, 1)));
        let setback = generation.setback().await;
        generation.trust_again(&setback);
        assert!(!generation.see(other, sighting(2, 90, 1)));

        generation.is_trusted().await;
    }

    #[tokio::test]
    async fn a_setback_that_comes_while_one_is_seen_to_is_not_forgotten() {
        let (generation, _) = seen(&[sighting(1, 100, 0), sighting(2, 90, 1)]);
        let first = generation.setback().await;
        generation.see(generation.mark(), sighting(3, 80, 2));

        generation.trust_again(&first);

        assert_ne!(generation.setback().await, first);
    }

    #[tokio::test]
    async fn what_another_replica_saw_later_is_no_setback() {
        let generation = Generation::default();
        generation.see(generation.mark(), sighting(1, 100, 50));

        generation.remember([sighting(1, 90, 10), sighting(1, 400, 60)]);

        generation.is_trusted().await;
    }

    #[tokio::test]
    async fn what_an_earlier_life_saw_counts() {
        let generation = Generation::default();
        assert!(!generation.see(generation.mark(), sighting(1, 100, 50)));

        generation.remember([sighting(1, 90, 10), sighting(1, 400, 20)]);

        assert_eq!(generation.setback().await.lost_from, at(10));
    }
}
