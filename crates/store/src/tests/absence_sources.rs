//! Absence sources: sealed, leased, replaced and gone.

use super::bench::{at, user};
use super::{Bench, both_engines};
use crate::{AbsenceSourceRecord, SourceStatus, StoreError};
use domain::source::{SourceCode, SourceFault};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

const OPENS: &str = "{\"token\": \"t0p-secret-of-the-harbour\"}";

fn code(text: &str) -> SourceCode {
    SourceCode::new(text).unwrap()
}

fn source(name: &str, next: Option<i64>) -> AbsenceSourceRecord {
    AbsenceSourceRecord {
        source: code(name),
        name: name.to_uppercase(),
        webhook_hash: Some(vec![1, 2, 3]),
        connected_by: user("UANA"),
        connected_at: at(0),
        status: SourceStatus {
            good_at: Some(at(5)),
            matched: 3,
            fault: Some(SourceFault::Limited { until: at(9) }),
            ..SourceStatus::default()
        },
        next_at: next.map(at),
    }
}

/// Gives one source what opens the other, past the store.
async fn move_sealed(bench: &Bench) {
    const SQL: &str = "update absence_sources
        set sealed = (select sealed from absence_sources where source = 'hibob')
      where source = 'calendar'";
    if let Some(url) = bench.database.superuser_url() {
        PgConnection::connect(&url).await.unwrap().execute(SQL).await.unwrap();
    } else {
        let url = bench.database.settings().url.expose_secret();
        SqliteConnection::connect(url).await.unwrap().execute(SQL).await.unwrap();
    }
}

fn opens() -> SecretString {
    SecretString::from(OPENS)
}

both_engines! {
    async fn a_source_comes_back_as_it_was_with_what_opens_it(bench) {
        let stored = source("hibob", Some(100));
        let mut tx = bench.write().await;
        tx.upsert_source(&stored, &opens()).await.unwrap();
        tx.upsert_source(&source("calendar", None), &opens()).await.unwrap();

        assert_eq!(tx.find_source(&stored.source).await.unwrap().as_ref(), Some(&stored));
        assert_eq!(tx.lock_source(&stored.source).await.unwrap().as_ref(), Some(&stored));
        assert_eq!(tx.list_sources().await.unwrap(), [source("calendar", None), stored.clone()]);
        let opened = tx.open_source(&stored.source).await.unwrap().unwrap();
        assert_eq!(opened.expose_secret(), OPENS);

        assert!(tx.delete_source(&stored.source).await.unwrap());
        assert!(!tx.delete_source(&stored.source).await.unwrap());
        assert!(tx.open_source(&stored.source).await.unwrap().is_none());
    }

    async fn what_opens_one_source_opens_no_other_and_none_of_another_workspace(bench) {
        let other = bench.install("T2").await;
        let mut tx = bench.write().await;
        tx.upsert_source(&source("hibob", None), &opens()).await.unwrap();
        tx.upsert_source(&source("calendar", None), &SecretString::from("{}")).await.unwrap();
        tx.commit().await.unwrap();
        move_sealed(&bench).await;

        let mut tx = bench.read().await;
        let moved = tx.open_source(&code("calendar")).await;
        let mut tx = bench.store.read(other).await.unwrap();

        assert!(matches!(moved, Err(StoreError::Sealed { .. })), "{moved:?}");
        assert!(tx.find_source(&code("hibob")).await.unwrap().is_none());
        assert!(tx.open_source(&code("hibob")).await.unwrap().is_none());
    }

    async fn what_opens_a_source_is_nowhere_in_plain(bench) {
        let mut tx = bench.write().await;
        tx.upsert_source(&source("hibob", None), &opens()).await.unwrap();
        tx.commit().await.unwrap();

        for (place, bytes) in bench.database.dump().await {
            let found = bytes.windows(12).any(|window| window == b"t0p-secret-o");
            assert!(!found, "{place}");
        }
    }

    async fn a_sync_is_claimed_once_when_it_is_due_until_the_lease_runs_out(bench) {
        let system = bench.store.system();
        let mut tx = bench.write().await;
        tx.upsert_source(&source("hibob", Some(100)), &opens()).await.unwrap();
        tx.upsert_source(&source("calendar", None), &opens()).await.unwrap();
        tx.commit().await.unwrap();

        assert!(system.claim_syncs("a", at(99), at(200), 9).await.unwrap().is_empty());
        assert_eq!(system.earliest_sync_at().await.unwrap(), Some(at(100)));
        let claims = system.claim_syncs("a", at(100), at(200), 9).await.unwrap();
        let [claim] = claims.as_slice() else { panic!("{claims:?}") };
        assert_eq!((claim.workspace, claim.source.as_str()), (bench.workspace, "hibob"));
        assert!(system.claim_syncs("b", at(199), at(300), 9).await.unwrap().is_empty());
        assert_eq!(system.earliest_sync_at().await.unwrap(), Some(at(200)));

        let mut tx = bench.write().await;
        assert!(tx.extend_sync(&claim.source, claim.fence, at(250)).await.unwrap());
        tx.commit().await.unwrap();
        assert!(system.claim_syncs("b", at(200), at(300), 9).await.unwrap().is_empty());
        let again = system.claim_syncs("b", at(250), at(350), 9).await.unwrap();
        assert_eq!(again.len(), 1, "the lease ran out");

        let mut tx = bench.write().await;
        assert!(!tx.extend_sync(&claim.source, claim.fence, at(999)).await.unwrap());
        assert!(!tx.finish_sync(&claim.source, claim.fence).await.unwrap(), "the first lost it");
        assert!(tx.finish_sync(&claim.source, again[0].fence).await.unwrap());
        assert!(!tx.finish_sync(&claim.source, again[0].fence).await.unwrap(), "once");
    }

    async fn whoever_connects_anew_takes_the_lease_from_a_sync_under_way(bench) {
        let mut tx = bench.write().await;
        tx.upsert_source(&source("hibob", Some(100)), &opens()).await.unwrap();
        tx.commit().await.unwrap();
        let system = bench.store.system();
        let claims = system.claim_syncs("a", at(100), at(200), 9).await.unwrap();
        let mut tx = bench.write().await;
        tx.upsert_source(&source("hibob", Some(110)), &SecretString::from("{}")).await.unwrap();
        tx.commit().await.unwrap();

        let mut tx = bench.write().await;
        assert!(!tx.finish_sync(&claims[0].source, claims[0].fence).await.unwrap());
        drop(tx);

        assert_eq!(system.claim_syncs("b", at(110), at(300), 9).await.unwrap().len(), 1);
    }

    async fn nobody_asks_for_a_workspace_without_the_app_and_the_longest_due_comes_first(bench) {
        let other = bench.install("T2").await;
        for (workspace, next) in [(bench.workspace, 100), (other, 50)] {
            let mut tx = bench.store.write(workspace).await.unwrap();
            tx.upsert_source(&source("hibob", Some(next)), &opens()).await.unwrap();
            tx.commit().await.unwrap();
        }
        let system = bench.store.system();

        let first = system.claim_syncs("a", at(100), at(200), 1).await.unwrap();
        assert_eq!(first[0].workspace, other);
        let mut tx = bench.write().await;
        assert!(tx.deactivate_workspace(at(120)).await.unwrap());
        tx.commit().await.unwrap();

        assert!(system.claim_syncs("a", at(150), at(250), 9).await.unwrap().is_empty());
        assert_eq!(system.earliest_sync_at().await.unwrap(), Some(at(200)), "that of the other");
    }

    async fn how_a_source_is_can_be_noted_while_it_is_there(bench) {
        let mut record = source("hibob", Some(100));
        let mut tx = bench.write().await;
        assert!(!tx.record_source(&record).await.unwrap());
        tx.upsert_source(&record, &opens()).await.unwrap();
        record.status.fault = Some(SourceFault::Forbidden { grant: String::from("See who's out") });
        record.next_at = None;

        assert!(tx.record_source(&record).await.unwrap());

        assert_eq!(tx.find_source(&record.source).await.unwrap(), Some(record));
    }
}
