//! The outbox: in which order deliveries are leased, and who waits for whom.

use super::bench::at;
use super::both_engines;
use crate::Claiming;
use std::collections::HashSet;

both_engines! {
    async fn a_channel_is_told_things_in_the_order_in_which_they_happened(bench) {
        let first = bench.say("C1", at(0)).await;
        let second = bench.say("C1", at(0)).await;

        let claim = bench.start(0).await;

        assert_eq!(claim.delivery, first.delivery_id(bench.workspace));
        assert!(bench.claim(1).await.is_empty(), "the first is being sent");
        bench.sent(claim, 2).await;
        assert_eq!(bench.claim_one(3).await.delivery, second.delivery_id(bench.workspace));
    }

    async fn channels_do_not_wait_for_each_other(bench) {
        bench.say("C1", at(0)).await;
        bench.say("C2", at(0)).await;

        assert_eq!(bench.claim(0).await.len(), 2);
    }

    async fn the_same_channel_id_in_another_workspace_does_not_wait(bench) {
        let other = bench.install("T2").await;
        bench.say("C1", at(0)).await;
        bench.say_in(other, "C1", at(0)).await;

        let workspaces: HashSet<_> =
            bench.claim(0).await.iter().map(|claim| claim.workspace).collect();

        assert_eq!(workspaces, HashSet::from([bench.workspace, other]));
    }

    async fn a_parked_delivery_holds_its_channel_for_two_minutes_at_most(bench) {
        let parked = bench.say("C1", at(0)).await;
        let next = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.not_sent(claim, 0, 600).await;

        assert!(bench.claim(119).await.is_empty());
        let claim = bench.start(120).await;

        assert_eq!(claim.delivery, next.delivery_id(bench.workspace));
        bench.sent(claim, 121).await;
        assert!(bench.claim(599).await.is_empty());
        assert_eq!(bench.claim_one(600).await.delivery, parked.delivery_id(bench.workspace));
    }

    async fn an_ambiguous_delivery_holds_its_channel_for_two_minutes_at_most(bench) {
        bench.say("C1", at(0)).await;
        let next = bench.say("C1", at(0)).await;
        let claim = bench.start(0).await;
        bench.ambiguous(claim, 0, 6000).await;

        assert!(bench.claim(119).await.is_empty());

        assert_eq!(bench.claim_one(120).await.delivery, next.delivery_id(bench.workspace));
    }

    async fn what_is_for_later_holds_nobody(bench) {
        let later = super::bench::envelope("C1");
        let mut tx = bench.write().await;
        tx.insert_delivery(&later, at(5000), at(0)).await.unwrap();
        tx.commit().await.unwrap();
        let now = bench.say("C1", at(1)).await;

        assert_eq!(bench.claim_one(1).await.delivery, now.delivery_id(bench.workspace));
    }

    async fn a_finished_delivery_holds_nobody(bench) {
        bench.say("C1", at(0)).await;
        bench.say("C1", at(0)).await;
        for crash in 0..3 {
            bench.claim_one(crash * 30).await;
        }

        bench.claim_one(90).await;
    }

    async fn the_next_change_is_when_something_can_be_leased(bench) {
        let system = bench.store.system();
        let next = async |seconds: i64| {
            let next = system.next_delivery_change(at(seconds)).await.unwrap();
            let mut tx = bench.read().await;
            assert_eq!(tx.next_delivery_change(at(seconds)).await.unwrap(), next, "here as everywhere");
            next
        };
        assert_eq!(next(0).await, None);
        bench.say("C1", at(50)).await;
        bench.say("C1", at(50)).await;
        assert_eq!(next(0).await, Some(at(50)));
        assert_eq!(next(60).await, None, "it can be leased already");

        let claim = bench.start(60).await;
        assert_eq!(next(61).await, Some(at(90)), "when the lease runs out");
        bench.not_sent(claim, 62, 700).await;
        assert_eq!(next(63).await, Some(at(182)), "when the second need not wait any more");
        let second = bench.start(182).await;
        bench.sent(second, 183).await;
        assert_eq!(next(190).await, Some(at(700)));
    }

    async fn workspaces_are_listed_that_have_something_due(bench) {
        let system = bench.store.system();
        let [later, leased, held] =
            [bench.install("T2").await, bench.install("T3").await, bench.install("T4").await];
        bench.say_in(leased, "C1", at(0)).await;
        bench.claim(0).await;
        bench.say_in(later, "C1", at(90)).await;
        bench.say_in(held, "C1", at(5)).await;
        bench.say("C1", at(5)).await;

        let mut due = vec![bench.workspace, held];
        due.sort();
        assert_eq!(system.list_due_workspaces(at(5)).await.unwrap(), due);
        assert_eq!(system.list_due_workspaces(at(4)).await.unwrap(), []);
    }

    async fn no_more_is_leased_than_was_asked_for(bench) {
        for channel in ["C1", "C2", "C3"] {
            bench.say(channel, at(0)).await;
        }

        assert_eq!(bench.claim_up_to(2, false, 0).await.len(), 2);
        assert_eq!(bench.claim_up_to(2, false, 0).await.len(), 1);
    }

    async fn workers_that_ask_at_the_same_time_never_get_the_same(bench) {
        for channel in 0..40 {
            bench.say(&format!("C{channel}"), at(0)).await;
        }
        let mut workers = tokio::task::JoinSet::new();
        for worker in 0..8 {
            let (store, workspace) = (bench.store.clone(), bench.workspace);
            workers.spawn(async move {
                let by = format!("w{worker}");
                let claiming =
                    Claiming { by: &by, until: at(30), limit: 3, alone: false, leave_out: &[], new_only: false };
                let mut mine = Vec::new();
                loop {
                    let mut tx = store.write(workspace).await.unwrap();
                    let claimed = tx.claim_deliveries(&claiming, at(0)).await.unwrap();
                    tx.commit().await.unwrap();
                    if claimed.is_empty() {
                        return mine;
                    }
                    mine.extend(claimed.into_iter().map(|claimed| claimed.record.id));
                }
            });
        }

        let all: Vec<_> = workers.join_all().await.into_iter().flatten().collect();

        let distinct: HashSet<_> = all.iter().collect();
        assert_eq!((all.len(), distinct.len()), (40, 40));
    }
}
