//! Work over many workspaces sees ids, instants, states and codes: no word that anybody has in their rows.

use super::super::filled::{Tenant, fill, stored};
use super::super::{Bench, both_engines, superuser};
use super::shown;
use crate::tests::bench::at;
use crate::{BackupKind, RestoredBackup, Setback};
use sqlx::Row;

macro_rules! calls {
    ($system:ident, $tenant:ident { $($name:ident($($argument:expr),* $(,)?);)+ }) => {
        /// The methods that are tried.
        pub(super) const NAMES: &[&str] = &[$(stringify!($name)),+];

        /// Makes each call and returns what came back, as text.
        async fn call_each($system: &crate::System, $tenant: &Tenant) -> Vec<(&'static str, String)> {
            vec![$((stringify!($name), shown(&$system.$name($($argument),*).await))),+]
        }
    };
}

calls! { system, tenant {
    list_due_handoffs(at(9_000));
    earliest_handoff_after(at(0));
    earliest_handoff_at();
    list_due_workspaces(at(9_000));
    next_delivery_change(at(0));
    list_lost(100);
    find_row(tenant.deliveries[3].as_uuid());
    count_overdue(at(9_000));
    take_census(at(9_000));
    count_outbox_by_state();
    count_inbox_by_state();
    list_due_inboxes(at(9_000));
    next_inbox_change(at(0));
    has_inbox_due_since(at(9_000));
    claim_inbox(tenant.id, "other", at(9_000), at(9_060), 100);
    claim_lone_inbox("other", at(9_000), at(9_060));
    count_inbox_crashes(at(9_100));
    release_inbox_leases("other", at(9_100));
    count_delivery_crashes(at(9_000));
    take_back_deliveries("other", at(9_000));
    claim_syncs("other", at(9_000), at(9_060), 10);
    earliest_sync_at();
    release_sync_leases("other");
    claim_subscriptions("other", at(9_000), at(9_060), 10);
    earliest_subscription_at();
    release_subscription_leases("other");
    find_workspace_of_customer(&tenant.own.said("customer"));
    list_unsubscribed(10);
    list_on_plan(domain::billing::Plan::Free);
    insert_setback(&Setback { noticed_at: at(5), lost_from: at(1), lost_until: at(2), goes_further_back: false });
    insert_open_setback(&Setback { noticed_at: at(6), lost_from: at(1), lost_until: at(2), goes_further_back: false });
    find_open_setback();
    close_setbacks(at(9));
    claim_backup(uuid::Uuid::from_u128(1), (at(5), at(9)), at(0));
    release_backup(uuid::Uuid::from_u128(1));
    record_backup(&backup());
    list_last_restores();
    find_last_work();
    list_setbacks(at(0));
    insert_oauth_state(b"state", b"browser", at(9_000));
    take_oauth_state(b"state", b"browser", at(5));
    insert_erasure(uuid::Uuid::nil(), at(5));
    list_erasures();
    list_workspaces();
    delete_expired(at(900_000_000));
} }

fn backup() -> RestoredBackup {
    RestoredBackup {
        id: uuid::Uuid::from_u128(2),
        kind: BackupKind::Created,
        begun_at: at(5),
        restored_at: at(6),
        bytes: 7,
        checksum: vec![8; 32],
    }
}

both_engines! {
    async fn work_over_many_workspaces_shows_no_content(bench) {
        let here = fill(&bench.store, &Tenant::new("TH", "wren", "one")).await;
        fill(&bench.store, &Tenant::new("TT", "finch", "two")).await;
        let system = bench.store.system();

        let shown = call_each(&system, &here).await;

        let all: String = shown.iter().map(|(_, text)| text.as_str()).collect();
        assert!(all.contains("nerw-code"), "the codes are shown, so there is something to see");
        for (name, text) in shown {
            for word in ["wren", "finch"] {
                assert!(!text.contains(word), "{name} shows content: {text}");
            }
            assert!(!text.starts_with("Err"), "{name}: {text}");
        }
    }
}

/// What has a closed set of words, or is the same for everybody so that it is asked by.
const WITHOUT_WORD: [&str; 22] = [
    "absence_sources.source",
    "absences.source",
    "absences.span",
    "absences.user_id",
    "audit_events.action",
    "cover_answers.answer",
    "cover_answers.user_id",
    "cover_requests.of_user",
    "cover_requests.origin",
    "cover_requests.state",
    "coverages.kind",
    "inbox.state",
    "note_receivers.user_id",
    "outbox.call",
    "outbox.code",
    "outbox.state",
    "people.user_id",
    "subscriptions.plan",
    "swaps.state",
    "turns.state",
    "workspaces.settings",
    "workspaces.team_id",
];

/// What else has no word, each with its reason.
const WITHOUT_WORD_EITHER: [&str; 12] = [
    // Flags, instants and a page.
    "preferences.facts",
    "preferences.user_id",
    // Slack's own words for its methods; ours are written backwards.
    "limits.call",
    // The zone, the cadence and the hours of a rotation.
    "rotations.rules",
    "rotations.rest",
    // One word of four.
    "rotations.channel_fault",
    // The numbers of turns, and who is owed one.
    "rotations.kept",
    // One word of six, and one of one.
    "said.state",
    "notices.kind",
    // One word of two, and one of three.
    "export_links.scope",
    "calendar_links.kind",
    // Which turn it is; who holds it is in seats.
    "turns.holder",
];

/// A table or a column that is added later and is not filled would be missed by all of this.
#[tokio::test]
async fn every_column_that_can_hold_a_word_holds_one() {
    let bench = Bench::postgres().await;
    let tenant = fill(&bench.store, &Tenant::new("TH", "wren", "one")).await;
    let rows = sqlx::query(
        "select table_name::text as tab, column_name::text as col from information_schema.columns
          where table_schema = 'public' and data_type in ('text', 'jsonb', 'json', 'character varying', 'ARRAY')",
    )
    .fetch_all(&mut superuser(&bench.database).await)
    .await
    .unwrap();
    let stored = stored(&bench.database, tenant.id).await;
    let mut lacking = Vec::new();
    for row in rows {
        let (table, column): (String, String) = (row.get("tab"), row.get("col"));
        let Some((columns, rows)) = stored.tables.get(&table) else { continue };
        let place = columns.iter().position(|name| *name == column).unwrap();
        let has_word =
            rows.iter().any(|row| row[place].as_ref().is_some_and(|text| text.contains("wren")));
        let name = format!("{table}.{column}");
        let is_listed = WITHOUT_WORD.iter().chain(&WITHOUT_WORD_EITHER).any(|it| *it == name);
        if !has_word && !is_listed {
            lacking.push(name);
        }
    }
    for (table, (_, rows)) in &stored.tables {
        assert!(!rows.is_empty(), "{table} has no row");
    }
    assert_eq!(lacking, Vec::<String>::new(), "fill them, or say why they have no word");
}
