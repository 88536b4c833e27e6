//! What a clock that is moved by hand promises.

#![expect(clippy::disallowed_methods, reason = "the tests await every task that they spawn")]

use chrono::{DateTime, TimeDelta, Utc};
use clock::{Clock, Elapsed, MoveRefused};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

#[tokio::test]
async fn advance_stops_at_every_timer_and_returns_when_the_work_is_done() {
    let clock = Clock::manual(at("2026-06-08T00:00:00Z"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut worker = clock.worker();
    let log = Arc::clone(&seen);
    let its_clock = clock.clone();
    tokio::spawn(async move {
        loop {
            let next = its_clock.now() + TimeDelta::hours(1);
            worker.sleep_until(next).await;
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            log.lock().unwrap().push(its_clock.now());
        }
    });

    let now = clock.advance_to(at("2026-06-08T03:30:00Z")).await.unwrap();

    assert_eq!(now, at("2026-06-08T03:30:00Z"));
    let hours = ["2026-06-08T01:00:00Z", "2026-06-08T02:00:00Z", "2026-06-08T03:00:00Z"];
    assert_eq!(*seen.lock().unwrap(), hours.map(at));
}

#[tokio::test]
async fn a_rung_bell_is_work_until_its_worker_waits_again() {
    let clock = Clock::manual(at("2026-06-08T00:00:00Z"));
    let bell = clock.bell();
    let heard = Arc::new(Mutex::new(0));
    let (count, ring) = (Arc::clone(&heard), bell.clone());
    let mut worker = clock.worker();
    tokio::spawn(async move {
        loop {
            worker.wait(&bell, None, Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
            *count.lock().unwrap() += 1;
        }
    });
    clock.settle().await;

    ring.ring();
    ring.ring();
    clock.settle().await;

    assert_eq!(*heard.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_call_that_hangs_on_purpose_lets_the_clock_reach_its_timeout() {
    let clock = Clock::manual(at("2026-06-08T00:00:00Z"));
    let caller = clock.clone();
    let call = tokio::spawn(async move {
        let _working = caller.busy();
        let answer = caller
            .timeout(TimeDelta::seconds(10), async {
                let _loan = caller.lend();
                std::future::pending::<()>().await;
            })
            .await;
        (answer, caller.now())
    });
    tokio::task::yield_now().await;

    clock.advance_to(at("2026-06-08T01:00:00Z")).await.unwrap();

    let (answer, ended_at) = call.await.unwrap();
    assert_eq!(answer, Err(Elapsed));
    assert_eq!(ended_at, at("2026-06-08T00:00:10Z"));
    clock.advance_to(at("2026-06-08T02:00:00Z")).await.unwrap();
}

#[tokio::test]
async fn a_caller_that_dies_while_it_is_kept_waiting_leaves_the_count_even() {
    let clock = Clock::manual(at("2026-06-08T00:00:00Z"));
    let caller = clock.clone();
    let call = tokio::spawn(async move {
        let _working = caller.busy();
        let _loan = caller.lend();
        std::future::pending::<()>().await;
    });
    tokio::task::yield_now().await;

    call.abort();
    assert!(call.await.is_err());

    let busy = clock.busy();
    let moving = clock.clone();
    let advance =
        tokio::spawn(
            async move { moving.advance_to(at("2026-06-08T01:00:00Z")).await.map(|_| ()) },
        );
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
    assert!(!advance.is_finished(), "the clock moved although somebody was busy");
    drop(busy);
    assert_eq!(advance.await.unwrap(), Ok(()));
}

#[tokio::test]
async fn time_does_not_run_backwards_and_the_machines_clock_is_not_moved() {
    let clock = Clock::manual(at("2026-06-08T00:00:00Z"));

    let back = clock.advance_to(at("2026-06-07T00:00:00Z")).await;
    let system = Clock::system().advance_to(at("2036-06-07T00:00:00Z")).await;

    assert_eq!(back, Err(MoveRefused::Backwards));
    assert_eq!(system, Err(MoveRefused::NotManual));
}

#[tokio::test]
async fn a_worker_that_stopped_waiting_leaves_no_timer_behind() {
    let clock = Clock::manual(at("2026-06-08T00:00:00Z"));
    let sleeper = clock.clone();
    let task = tokio::spawn(async move { sleeper.sleep_until(at("2026-06-08T05:00:00Z")).await });
    tokio::task::yield_now().await;
    task.abort();
    assert!(task.await.is_err());

    let now = clock.advance_to(at("2026-06-08T06:00:00Z")).await.unwrap();

    assert_eq!(now, at("2026-06-08T06:00:00Z"));
}
