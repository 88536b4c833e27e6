//! Two that write of the same people or rotations at once wait for each other in a line, never in a ring.

use crate::bench::{Bench, at, rules, user};
use store::PersonRecord;
use tokio::task::JoinSet;

const ROUNDS: u32 = 25;

/// Stores the same people and others of the same rotations, in two orders, at once: half of the times they left Slack.
async fn nobody_waits_in_a_ring(bench: &Bench) {
    let now = at("2026-06-08T10:00:00Z");
    let weekly = rules("UTC", r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#);
    let names: Vec<String> = (0..12).map(|number| format!("U{number}")).collect();
    for round in 0..ROUNDS {
        let seen_at = now + chrono::TimeDelta::minutes(i64::from(round));
        let is_gone = round % 2 == 1;
        if !is_gone {
            for pair in names.chunks(2) {
                // Each rotation has one of each half, so that those of the one half lock what those of the other do.
                let at = names.iter().position(|name| *name == pair[0]).expect("it is there") / 2;
                let members = [user(&names[at]), user(&names[11 - at])];
                let name = format!("r{round}-{at}");
                bench.rotation(&name, &members, &weekly, (0, seen_at)).await;
            }
        }
        let person = |name: &String| PersonRecord {
            user: user(name),
            display_name: format!("{name} {round}"),
            zone: None,
            is_deactivated: is_gone,
            is_admin: false,
            is_bot: false,
            is_guest: false,
            is_foreign: false,
            refreshed_at: seen_at,
        };
        let all: Vec<PersonRecord> = names.iter().map(person).collect();
        let back: Vec<PersonRecord> = names.iter().rev().map(person).collect();
        let (first, second) = all.split_at(6);
        let lists = if is_gone { [first.to_vec(), second.to_vec()] } else { [all.clone(), back] };
        // Each in a task of its own, as whoever writes.
        let mut tasks = JoinSet::new();
        for people in lists {
            let (store, workspace) = (bench.store.clone(), bench.workspace);
            tasks.spawn(async move {
                app::people::store_people(&store, workspace, &people, None, seen_at).await
            });
        }
        for stored in tasks.join_all().await {
            assert!(stored.is_ok(), "round {round}: {stored:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_in_a_ring_on_sqlite() {
    nobody_waits_in_a_ring(&Bench::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_in_a_ring_on_postgres() {
    nobody_waits_in_a_ring(&Bench::postgres().await).await;
}
