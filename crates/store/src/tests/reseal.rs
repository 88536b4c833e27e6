//! Keys are changed while the service runs.

use super::bench::{at, install, user};
use super::both_engines;
use super::notes::{note, two_keys};
use crate::testing::keys;
use crate::tx::{Tx, run};
use crate::{InboxItem, Store, StoreError};
use crypto::KeyRing;
use domain::ids::WorkspaceId;
use domain::note::NoteText;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use uuid::Uuid;

/// Seals a token and a note anew as if something else had been read before; returns whether either was.
async fn seal_anew(tx: &mut Tx, note: Uuid) -> Result<bool, StoreError> {
    let (workspace, was, is) = (tx.workspace(), &b"read before"[..], &b"sealed anew"[..]);
    let token: bool = run!(tx, sealed::seal_token_anew(workspace, was, is))?;
    let noted: bool = run!(tx, sealed::seal_note_anew(workspace, note, was, is))?;
    Ok(token || noted)
}

async fn yields(times: u64) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}

fn new_alone() -> Arc<KeyRing> {
    Arc::new(KeyRing::parse(&SecretString::from(super::notes::SECOND_KEY)).unwrap())
}

both_engines! {
    async fn the_old_key_is_needed_until_all_is_sealed_anew(bench) {
        let both = Store::open(bench.database.settings(), two_keys()).await.unwrap();
        assert_eq!(both.canary_key().await.unwrap(), Some(1));

        let resealed = both.reseal(bench.workspace).await.unwrap();
        let too_early = Store::open(bench.database.settings(), new_alone()).await.err();
        let is_last = both.reseal_canary().await.unwrap();

        assert_eq!((resealed.done, resealed.stuck), (1, Vec::new()));
        assert!(matches!(too_early, Some(StoreError::Settings(_))), "the start still wants it");
        assert!(is_last && !both.reseal_canary().await.unwrap());
        let alone = Store::open(bench.database.settings(), new_alone()).await.unwrap();
        let token = alone.read(bench.workspace).await.unwrap().find_bot_token().await.unwrap();
        assert_eq!(token.unwrap().expose_secret(), "xoxb-secret");
        let old = Store::open(bench.database.settings(), keys()).await.err();
        assert!(matches!(old, Some(StoreError::Settings(_))), "the old key alone opens nothing");
    }

    async fn what_somebody_sealed_meanwhile_is_not_put_back(bench) {
        let both = Store::open(bench.database.settings(), two_keys()).await.unwrap();
        let mut tx = both.write(bench.workspace).await.unwrap();
        tx.upsert_workspace(&install("T1", "xoxb-newer", at(50))).await.unwrap();
        tx.commit().await.unwrap();

        let resealed = both.reseal(bench.workspace).await.unwrap();

        assert_eq!(resealed.done, 0, "it has the current key already");
        let token = both.read(bench.workspace).await.unwrap().find_bot_token().await.unwrap();
        assert_eq!(token.unwrap().expose_secret(), "xoxb-newer");
    }

    async fn a_value_that_changed_since_it_was_read_stays(bench) {
        let rotation = bench.rotation("support").await.id;
        let note = note(rotation, 0);
        let mut tx = bench.write().await;
        tx.insert_note(&note, &NoteText::new("text".to_owned())).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = bench.write().await;
        assert!(!seal_anew(&mut tx, note.id.as_uuid()).await.unwrap());
        tx.commit().await.unwrap();

        let mut tx = bench.read().await;
        assert_eq!(tx.find_bot_token().await.unwrap().unwrap().expose_secret(), "xoxb-secret");
        assert_eq!(tx.open_note(note.id).await.unwrap().reveal(), "text");
    }

    async fn a_value_that_does_not_open_is_named_and_the_rest_goes_on(bench) {
        let other: WorkspaceId = bench.install("T2").await;
        bench.database.run_behind("update workspaces set bot_token = (select bot_token from workspaces where team_id = 'T2') where team_id = 'T1'").await;
        let both = Store::open(bench.database.settings(), two_keys()).await.unwrap();

        let moved = both.reseal(bench.workspace).await.unwrap();
        let good = both.reseal(other).await.unwrap();

        assert_eq!((moved.done, moved.stuck), (0, vec![("workspaces", bench.workspace.to_string())]));
        assert_eq!((good.done, good.stuck), (1, Vec::new()));
    }

    async fn whenever_it_is_stopped_all_still_opens_and_it_goes_on(bench) {
        let mut tx = bench.write().await;
        for number in 0..60 {
            let item = InboxItem::RefreshPeople { users: vec![user("UANA")] };
            let text = SecretString::from("asked for");
            tx.insert_inbox_sealed(&item, &text, &format!("k{number}"), at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let both = Store::open(bench.database.settings(), two_keys()).await.unwrap();

        let mut was_stopped = 0;
        for steps in [1, 5, 20, 60, 150, 400] {
            let stopped = tokio::select! {
                biased;
                done = both.reseal(bench.workspace) => done.is_err(),
                () = yields(steps) => true,
            };
            was_stopped += u32::from(stopped);
            let counts = both.count_by_key(bench.workspace).await.unwrap();
            assert_eq!(counts.values().sum::<u64>(), 61, "nothing is lost: {counts:?}");
        }
        let last = both.reseal(bench.workspace).await.unwrap();

        assert!(0 < was_stopped, "it was stopped at least once");
        assert_eq!(last.stuck, []);
        let counts = both.count_by_key(bench.workspace).await.unwrap();
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(2, 61)]);
    }

    async fn more_requests_than_fit_into_one_go_are_sealed_anew(bench) {
        let mut tx = bench.write().await;
        for number in 0..120 {
            let item = InboxItem::RefreshPeople { users: vec![user("UANA")] };
            let text = SecretString::from("asked for");
            tx.insert_inbox_sealed(&item, &text, &format!("k{number}"), at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let both = Store::open(bench.database.settings(), two_keys()).await.unwrap();

        let resealed = both.reseal(bench.workspace).await.unwrap();

        assert_eq!((resealed.done, resealed.stuck), (121, Vec::new()));
        let counts = both.count_by_key(bench.workspace).await.unwrap();
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(2, 121)]);
    }
}
