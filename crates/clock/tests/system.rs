//! What the system clock promises when the machine's is set, is suspended, or is wrong.

use chrono::{DateTime, TimeDelta, Utc};
use clock::{Clock, Machine, Measured};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A machine whose clocks a test moves.
#[derive(Debug)]
struct Bench(Mutex<(DateTime<Utc>, Duration)>);

impl Machine for Bench {
    fn wall(&self) -> DateTime<Utc> {
        self.0.lock().expect("the test's stage is set").0
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().expect("the test's stage is set").1
    }
}

impl Bench {
    fn new() -> (Arc<Self>, Clock) {
        let bench = Arc::new(Self(Mutex::new((noon(), Duration::from_secs(100)))));
        let clock = Clock::system_of(Arc::<Self>::clone(&bench));
        (bench, clock)
    }

    /// Lets both clocks run.
    fn runs(&self, time: TimeDelta) {
        let mut it = self.0.lock().expect("the test's stage is set");
        it.0 += time;
        it.1 += time.to_std().expect("the test's stage is set");
    }

    /// Sets the time of day, as a person does, or as it is after the machine was suspended.
    fn is_set(&self, by: TimeDelta) {
        self.0.lock().expect("the test's stage is set").0 += by;
    }
}

fn noon() -> DateTime<Utc> {
    "2026-06-08T12:00:00Z".parse().expect("the test's stage is set")
}

fn hours(count: i64) -> TimeDelta {
    TimeDelta::hours(count)
}

/// Lets the database say what is this much later than noon, after a trip of this long.
fn asks(clock: &Clock, bench: &Bench, server: TimeDelta, trip: TimeDelta) -> Measured {
    let began = clock.read().expect("the test's stage is set");
    bench.runs(trip);
    clock.measured(began, noon() + server)
}

#[test]
fn a_database_s_time_is_the_time_whatever_is_done_to_the_machine_s() {
    let (bench, clock) = Bench::new();
    let taken = asks(&clock, &bench, TimeDelta::seconds(90), TimeDelta::zero());
    assert_eq!(taken, Measured::Taken(TimeDelta::seconds(90)));

    for step in [hours(1), hours(-3), TimeDelta::days(400), TimeDelta::seconds(-1)] {
        bench.is_set(step);
        let before = clock.now();
        bench.runs(TimeDelta::seconds(10));
        assert_eq!(clock.now() - before, TimeDelta::seconds(10), "after {step}");
    }

    assert_eq!(clock.now(), noon() + TimeDelta::seconds(130));
    assert_eq!(clock.report().jumps, 3, "a second is no jump");
}

#[test]
fn half_of_the_trip_is_taken_off_and_a_slow_answer_is_not_used() {
    let (bench, clock) = Bench::new();
    let taken = asks(&clock, &bench, hours(2), TimeDelta::milliseconds(800));
    assert_eq!(taken, Measured::Taken(hours(2) - TimeDelta::milliseconds(400)));
    assert_eq!(clock.now(), noon() + hours(2) + TimeDelta::milliseconds(400));

    let slow = asks(&clock, &bench, hours(9), TimeDelta::milliseconds(1001));

    assert_eq!(slow, Measured::TooSlow(Duration::from_millis(1001)));
    assert_eq!(clock.now(), noon() + hours(2) + TimeDelta::milliseconds(1401));
}

#[test]
fn the_first_answer_is_used_however_slow_it_is_since_nothing_better_is_known() {
    let (bench, clock) = Bench::new();

    let taken = asks(&clock, &bench, hours(1), TimeDelta::seconds(4));

    assert_eq!(taken, Measured::Taken(hours(1) - TimeDelta::seconds(2)));
}

#[test]
fn what_a_machine_said_that_is_wrong_is_not_waited_for_once_the_time_is_known() {
    let (bench, clock) = Bench::new();
    let _ = clock.now();

    asks(&clock, &bench, TimeDelta::seconds(-30), TimeDelta::zero());

    assert_eq!(clock.now(), noon() - TimeDelta::seconds(30));
}

#[test]
fn without_a_database_s_time_the_machine_is_followed() {
    let (bench, clock) = Bench::new();

    bench.is_set(hours(1));
    assert_eq!(clock.now(), noon() + hours(1));
    bench.is_set(hours(-2));
    assert_eq!(clock.now(), noon() - hours(1), "an hour is not waited out");
    let report = clock.report();
    assert_eq!((report.jumps, report.last_jump), (2, Some(hours(-2))));
    assert!(!report.is_measured);
    assert_eq!(report.offset, TimeDelta::zero());
}

#[test]
fn time_stands_still_rather_than_going_back_by_less_than_a_minute() {
    let (bench, clock) = Bench::new();
    let before = clock.now();

    bench.is_set(TimeDelta::seconds(-40));
    assert_eq!(clock.now(), before);
    bench.runs(TimeDelta::seconds(30));
    assert_eq!(clock.now(), before);
    bench.runs(TimeDelta::seconds(11));

    assert_eq!(clock.now(), before + TimeDelta::seconds(1));
}

#[test]
fn a_small_correction_of_the_database_s_time_does_not_run_it_backwards() {
    let (bench, clock) = Bench::new();
    asks(&clock, &bench, TimeDelta::milliseconds(5), TimeDelta::zero());
    let before = clock.now();

    asks(&clock, &bench, TimeDelta::zero(), TimeDelta::zero());

    assert_eq!(clock.now(), before);
    bench.runs(TimeDelta::milliseconds(6));
    assert_eq!(clock.now(), before + TimeDelta::milliseconds(1));
}

#[tokio::test]
async fn who_waits_for_a_jump_is_told_of_it_once_the_time_is_asked_for() {
    let (bench, clock) = Bench::new();
    let waiting = clock.clone();
    let told = async move { waiting.jumped().await };
    let cause = async {
        tokio::task::yield_now().await;
        bench.is_set(hours(-1));
        clock.now()
    };

    let (by, _) = tokio::join!(told, cause);

    assert_eq!(by, hours(-1));
    bench.runs(hours(5));
    let _ = clock.now();
    assert_eq!(clock.report().jumps, 1, "time that passes is no jump");
}

#[test]
fn what_a_test_sets_ahead_is_no_correction_and_none_takes_it_away() {
    let (bench, clock) = Bench::new();
    clock.set_ahead(hours(5));
    assert_eq!(clock.now(), noon() + hours(5));

    asks(&clock, &bench, TimeDelta::seconds(1), TimeDelta::zero());

    assert_eq!(clock.now(), noon() + hours(5) + TimeDelta::seconds(1));
    assert_eq!(clock.report().offset, TimeDelta::seconds(1));
    clock.set_ahead(hours(-5));
    assert_eq!(clock.now(), noon() - hours(5) + TimeDelta::seconds(1));
}
