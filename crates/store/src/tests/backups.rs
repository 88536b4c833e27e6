//! One of several makes the day's backup, and it is known when one was last restored.

use super::both_engines;
use crate::tests::bench::at;
use crate::{BackupKind, RestoredBackup, Setback};
use uuid::Uuid;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn restored(number: u128, kind: BackupKind, second: i64) -> RestoredBackup {
    RestoredBackup {
        id: id(number),
        kind,
        begun_at: at(second - 1),
        restored_at: at(second),
        bytes: 7,
        checksum: vec![8; 32],
    }
}

both_engines! {
    async fn one_makes_the_backup_and_the_next_when_it_died_over_it(bench) {
        let system = bench.store.system();

        assert!(system.claim_backup(id(1), (at(100), at(200)), at(50)).await.unwrap());
        assert!(!system.claim_backup(id(2), (at(199), at(300)), at(50)).await.unwrap());
        assert!(system.claim_backup(id(3), (at(200), at(300)), at(50)).await.unwrap());
        system.release_backup(id(3)).await.unwrap();
        assert!(system.claim_backup(id(4), (at(210), at(300)), at(50)).await.unwrap());
        system.record_backup(&restored(4, BackupKind::Created, 220)).await.unwrap();

        assert!(!system.claim_backup(id(5), (at(400), at(500)), at(219)).await.unwrap());
        assert!(system.claim_backup(id(6), (at(400), at(500)), at(220)).await.unwrap());
    }

    async fn a_trial_of_a_stored_backup_keeps_nobody_from_making_one(bench) {
        let system = bench.store.system();
        system.record_backup(&restored(1, BackupKind::Verified, 300)).await.unwrap();
        system.record_backup(&restored(2, BackupKind::Created, 200)).await.unwrap();
        system.record_backup(&restored(3, BackupKind::Created, 100)).await.unwrap();
        system.record_backup(&restored(3, BackupKind::Created, 110)).await.unwrap();

        let last = system.list_last_restores().await.unwrap();

        assert_eq!(last, [(BackupKind::Created, at(200)), (BackupKind::Verified, at(300))]);
        assert!(system.claim_backup(id(4), (at(400), at(500)), at(250)).await.unwrap());
        system.release_backup(id(2)).await.unwrap();
        assert_eq!(system.list_last_restores().await.unwrap(), last, "what is done stays");
    }

    async fn a_setback_that_was_recorded_stays_open_until_somebody_has_seen_to_it(bench) {
        let system = bench.store.system();
        let setback = |second| Setback {
            noticed_at: at(second),
            lost_from: at(second - 9),
            lost_until: at(second),
            goes_further_back: false,
        };
        system.insert_setback(&setback(10)).await.unwrap();
        assert_eq!(system.find_open_setback().await.unwrap(), None, "it was seen to at once");

        system.insert_open_setback(&setback(30)).await.unwrap();
        system.insert_open_setback(&setback(20)).await.unwrap();

        assert_eq!(system.find_open_setback().await.unwrap(), Some(setback(20)));
        system.close_setbacks(at(20)).await.unwrap();
        assert_eq!(system.find_open_setback().await.unwrap(), Some(setback(30)));
        system.close_setbacks(at(30)).await.unwrap();
        assert_eq!(system.find_open_setback().await.unwrap(), None);
        assert_eq!(system.list_setbacks(at(0)).await.unwrap().len(), 3);
    }
}
