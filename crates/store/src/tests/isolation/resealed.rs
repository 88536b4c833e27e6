//! Whatever is sealed or signed is sealed and signed anew, in whichever column it is.

use super::filled::{Tenant, fill};
use super::{Bench, both_engines, superuser};
use crate::testing::TestDatabase;
use crate::tests::notes::two_keys;
use crate::tx::{Tx, run};
use crate::{Store, StoreError};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The columns that hold what a key sealed or signed.
const SEALED: [&str; 9] = [
    "absence_sources.sealed",
    "audit_events.erasure",
    "audit_events.signature",
    "audit_heads.signature",
    "inbox.sealed",
    "meta.value",
    "notes.sealed",
    "notices.sealed",
    "workspaces.bot_token",
];

/// Returns the columns of all tables in which something begins as what a key sealed or signed does.
async fn made_by(database: &TestDatabase, key: u32) -> BTreeSet<String> {
    let mut superuser = superuser(database).await;
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select table_name::text, column_name::text from information_schema.columns
          where table_schema = 'public' and data_type = 'bytea'",
    )
    .fetch_all(&mut superuser)
    .await
    .unwrap();
    let mut found = BTreeSet::new();
    for (table, column) in columns {
        let asked = format!(
            "select exists (select from {table} where substr({column}, 2, 4) = $1 or substr({column}, 1, 4) = $1)"
        );
        let is_there: bool = sqlx::query_scalar(AssertSqlSafe(asked))
            .bind(&key.to_be_bytes()[..])
            .fetch_one(&mut superuser)
            .await
            .unwrap();
        if is_there {
            found.insert(format!("{table}.{column}"));
        }
    }
    found
}

#[tokio::test]
async fn nothing_that_an_old_key_made_is_left_in_any_column() {
    let bench = Bench::postgres().await;
    let tenant = fill(&bench.store, &Tenant::new("TH", "wren", "one")).await;
    bench.store.chain_audit().await.unwrap();
    let actor = tenant.own.event().actor.unwrap();
    let pseudonym = bench.store.read(tenant.id).await.unwrap().pseudonym_of(&actor);
    assert!(0 < bench.store.erase_from_audit(tenant.id, &actor, &pseudonym).await.unwrap());
    let all = BTreeSet::from(SEALED.map(str::to_owned));
    assert_eq!(made_by(&bench.database, 1).await, all);
    let both = Store::open(bench.database.settings(), two_keys()).await.unwrap();

    for workspace in [bench.workspace, tenant.id] {
        assert_eq!(both.reseal(workspace).await.unwrap().stuck, []);
    }
    assert!(both.reseal_canary().await.unwrap());

    assert_eq!(made_by(&bench.database, 1).await, BTreeSet::new());
    assert_eq!(made_by(&bench.database, 2).await, all);
}

/// Seals the rows of every table anew as if something else had been read before; returns of how many each was found and
/// how many were changed.
async fn seal_anew(tx: &mut Tx) -> Result<([usize; 4], usize), StoreError> {
    const OTHER: u32 = 99;
    let (workspace, was, is) = (tx.workspace(), &b"read before"[..], &b"sealed anew"[..]);
    let first = Uuid::nil();
    let mut changed = 0;
    let inbox: Vec<(Uuid, Vec<u8>)> =
        run!(tx, sealed::list_sealed_inbox(workspace, OTHER, first, 10))?;
    for (row, _) in &inbox {
        let is_done: bool = run!(tx, sealed::seal_inbox_anew(workspace, *row, was, is))?;
        changed += usize::from(is_done);
    }
    let notes: Vec<(Uuid, Vec<u8>)> =
        run!(tx, sealed::list_sealed_notes(workspace, OTHER, first, 10))?;
    for (row, _) in &notes {
        let is_done: bool = run!(tx, sealed::seal_note_anew(workspace, *row, was, is))?;
        changed += usize::from(is_done);
    }
    let notices: Vec<(Uuid, Vec<u8>)> =
        run!(tx, sealed::list_sealed_notices(workspace, OTHER, first, 10))?;
    for (row, _) in &notices {
        let is_done: bool = run!(tx, sealed::seal_notice_anew(workspace, *row, was, is))?;
        changed += usize::from(is_done);
    }
    let sources: Vec<(String, Vec<u8>)> = run!(tx, sealed::list_sealed_sources(workspace, OTHER))?;
    for (source, _) in &sources {
        let is_done: bool = run!(tx, sealed::seal_source_anew(workspace, source, was, is))?;
        changed += usize::from(is_done);
    }
    Ok(([inbox.len(), notes.len(), notices.len(), sources.len()], changed))
}

both_engines! {
    async fn in_every_table_a_value_that_changed_since_it_was_read_stays(bench) {
        let tenant = fill(&bench.store, &Tenant::new("TH", "wren", "one")).await;
        let mut tx = bench.store.write(tenant.id).await.unwrap();

        let (found, changed) = seal_anew(&mut tx).await.unwrap();

        assert!(found.into_iter().all(|count| 0 < count), "{found:?}");
        assert_eq!(changed, 0);
    }
}
