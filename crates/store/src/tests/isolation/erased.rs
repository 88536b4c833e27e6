//! Whoever is erased is in no column of any table any more, and nobody else is touched.

use super::filled::{Rows, Tenant, fill, stored};
use super::{Bench, both_engines, superuser};
use crate::id::new_id;
use crate::purge::pseudonym_of;
use crate::testing::TestDatabase;
use crate::tests::bench::{at, channel, user};
use crate::{InboxItem, NoteReceiver, NoteRecord, Outcome, Store};
use crypto::{KeyId, KeyRing};
use domain::effect::{Envelope, Recipient, StartEffect};
use domain::ids::{NoteId, RotationId, UserId, WorkspaceId};
use domain::note::NoteText;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Who is erased.
const GONE: &str = "U0GONE";

/// Somebody whose id begins as theirs.
const OTHER: &str = "U0GONER";

/// The columns that can name a person, by their id alone or within a text.
const IDS: [&str; 28] = [
    "absence_sources.connected_by",
    "absences.entered_by",
    "absences.user_id",
    "calendar_links.user_id",
    "cover_answers.user_id",
    "cover_requests.closed_by",
    "cover_requests.made_by",
    "cover_requests.of_user",
    "coverages.created_by",
    "coverages.of_user",
    "coverages.undone_by",
    "coverages.user_id",
    "export_links.user_id",
    "note_receivers.user_id",
    "notes.author",
    "people.user_id",
    "preferences.user_id",
    "rotations.created_by",
    "rotations.last_turn",
    "swaps.asked_by",
    "swaps.closed_by",
    "swaps.user_a",
    "swaps.user_b",
    "turns.holder",
    "workspaces.installer_id",
    // Texts in which an id stands beside other words.
    "inbox.dedupe",
    "outbox.order_key",
    "request_keys.request_key",
];

/// The columns that hold JSON with people in it.
const JSON: [&str; 14] = [
    "absence_sources.status",
    "audit_events.payload",
    "inbox.item",
    "outbox.envelope",
    "request_keys.outcome",
    "rotations.kept",
    "rotations.members",
    "rotations.rest",
    "rotations.rules",
    "rotations.settings",
    "said.envelope",
    "stretches.stretch",
    "turns.seats",
    "turns.skips",
];

/// The columns that cannot name a person, each group with its reason.
const NOBODY: [(&str, &[&str]); 7] = [
    (
        "a word of ours, or a code of Slack's",
        &[
            "absence_sources.source",
            "absences.source",
            "audit_events.action",
            "cover_answers.answer",
            "cover_requests.origin",
            "cover_requests.state",
            "coverages.kind",
            "inbox.state",
            "calendar_links.kind",
            "export_links.scope",
            "limits.call",
            "notices.kind",
            "outbox.call",
            "outbox.code",
            "outbox.state",
            "rotations.channel_fault",
            "said.state",
            "subscriptions.plan",
            "subscriptions.status",
            "swaps.state",
            "turns.state",
        ],
    ),
    (
        "it goes with the person's row",
        &["people.display_name", "people.dm_channel_id", "people.zone", "preferences.facts"],
    ),
    ("days, times and a zone", &["absences.label", "absences.span", "absences.zone"]),
    (
        "a channel, or a message in one; those of a person's own are deleted",
        &[
            "cover_requests.channel_id",
            "outbox.channel_id",
            "outbox.ts",
            "rotations.channel_id",
            "said.channel_id",
            "said.ts",
        ],
    ),
    (
        "the workspace, the app and a name for all",
        &[
            "absence_sources.name",
            "rotations.name",
            "rotations.name_key",
            "workspaces.app_id",
            "workspaces.bot_user_id",
            "workspaces.name",
            "workspaces.scopes",
            "workspaces.settings",
            "workspaces.team_id",
        ],
    ),
    (
        "a replica",
        &[
            "absence_sources.leased_by",
            "inbox.leased_by",
            "outbox.leased_by",
            "subscriptions.leased_by",
        ],
    ),
    (
        "ids of Stripe's: the customer is the workspace",
        &[
            "billing_events.event_id",
            "subscriptions.customer_id",
            "subscriptions.price_id",
            "subscriptions.subscription_id",
        ],
    ),
];

/// The columns that are texts or JSON, as `table.column`.
async fn columns() -> BTreeSet<String> {
    let database = TestDatabase::postgres().await;
    let found: Vec<String> = sqlx::query_scalar(
        "select table_name || '.' || column_name from information_schema.columns c
          where table_schema = 'public' and data_type in ('text', 'jsonb')
            and exists (select from information_schema.columns w
                         where w.table_name = c.table_name and w.column_name = 'workspace_id')",
    )
    .fetch_all(&mut superuser(&database).await)
    .await
    .unwrap();
    found.into_iter().collect()
}

/// Changes what is stored past all doors.
async fn write(database: &TestDatabase, statements: &[String]) {
    if let Some(url) = database.superuser_url() {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        for statement in statements {
            let done = sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut connection).await;
            assert!(done.is_ok(), "{statement}: {:?}", done.err());
        }
        return;
    }
    let url = database.settings().url.expose_secret();
    let mut connection = SqliteConnection::connect(url).await.unwrap();
    // What the test itself writes over must not be left behind.
    sqlx::query("pragma secure_delete = on").execute(&mut connection).await.unwrap();
    for statement in statements {
        let done = sqlx::query(AssertSqlSafe(statement.clone())).execute(&mut connection).await;
        assert!(done.is_ok(), "{statement}: {:?}", done.err());
    }
    // Writing so much over rows splits pages, and copies of them stay where nothing is stored.
    sqlx::query("vacuum").execute(&mut connection).await.unwrap();
}

/// Returns the statement that puts both people into a column.
fn planting(column: &str, is_postgres: bool) -> String {
    let (table, name) = column.split_once('.').unwrap();
    let as_json = if is_postgres && column != "audit_events.payload" { "::jsonb" } else { "" };
    let set = |value: &Value| format!("update {table} set {name} = '{value}'{as_json}");
    match column {
        "rotations.members" => set(&json!(["UBEN", GONE, OTHER])),
        "turns.seats" | "turns.skips" => set(&json!([{"user": GONE}, {"user": OTHER}])),
        "inbox.item" => set(&json!({"kind": "refresh_people", "users": [GONE, OTHER]})),
        "audit_events.payload" => set(&json!({"actor": GONE, "details": {"of": OTHER}})),
        _ if JSON.contains(&column) => {
            let nested = json!({
                "planted": {GONE: [GONE, format!("person:{GONE}"), {"of": OTHER}], OTHER: 1}
            });
            if is_postgres {
                let whole = format!("coalesce({name}, '{{}}'::jsonb) || '{nested}'::jsonb");
                format!("update {table} set {name} = {whole}")
            } else {
                format!(
                    "update {table} set {name} = json_patch(coalesce({name}, '{{}}'), '{nested}')"
                )
            }
        }
        // One of each, since nobody is there twice.
        "people.user_id"
        | "preferences.user_id"
        | "cover_answers.user_id"
        | "note_receivers.user_id" => {
            format!(
                "update {table} set {name} = case {name} when 'UANA' then '{GONE}' when 'UBEN' then '{OTHER}' else {name} end"
            )
        }
        // The others were entered by them for somebody else.
        "absences.user_id" => {
            format!("update absences set user_id = '{GONE}' where source = 'manual'")
        }
        "inbox.dedupe" | "request_keys.request_key" => {
            format!("update {table} set {name} = 'of:{GONE}:{OTHER}:' || {name}")
        }
        "outbox.order_key" => format!("update outbox set order_key = 'only:C1:{GONE}'"),
        // There is another workspace besides.
        "workspaces.installer_id" => {
            format!("update workspaces set installer_id = '{GONE}' where team_id = 'TH'")
        }
        _ => format!("update {table} set {name} = '{GONE}'"),
    }
}

/// Returns how often a name stands in a text, where no longer one begins with it.
fn count_in(text: &str, name: &str) -> usize {
    let ends = text.match_indices(name).map(|(at, found)| at + found.len());
    ends.filter(|end| !text[*end..].starts_with(|c: char| c.is_ascii_alphanumeric())).count()
}

/// Returns how often a name stands in each column.
fn counts(rows: &Rows, name: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (table, (columns, rows)) in &rows.tables {
        for (place, column) in columns.iter().enumerate() {
            let texts = rows.iter().filter_map(|row| row[place].as_deref());
            let count = texts.map(|text| count_in(text, name)).sum();
            counts.insert(format!("{table}.{column}"), count);
        }
    }
    counts.retain(|_, count| 0 < *count);
    counts
}

/// Returns where whoever is erased stands in all bytes of the database.
async fn places(database: &TestDatabase) -> Vec<String> {
    let longer = OTHER.as_bytes()[GONE.len()];
    let names = |bytes: &[u8]| {
        let windows = bytes.windows(GONE.len()).enumerate();
        let mut found = windows.filter(|(_, some)| *some == GONE.as_bytes());
        let found = found.find(|(at, _)| {
            let after = &bytes[at + GONE.len()..];
            // In a file a row may go on in another page just there, whose number stands in between.
            !after.starts_with(&[longer]) && !after.starts_with(&[0, 0, 0])
        });
        let around = found.map(|(at, _)| &bytes[at.saturating_sub(60)..bytes.len().min(at + 60)]);
        around.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    };
    let dump = database.dump().await;
    let found = dump.into_iter().filter_map(|(place, bytes)| Some((place, names(&bytes)?)));
    found.map(|(place, around)| format!("{place}: {around}")).collect()
}

/// Erases somebody as far as the store does, until nothing names them.
async fn erase(store: &Store, workspace: WorkspaceId, gone: &UserId) -> UserId {
    for _ in 0..3 {
        let mut tx = store.write_at_length(workspace).await.unwrap();
        let pseudonym = tx.pseudonym_of(gone);
        let mut count = tx.erase_person(gone).await.unwrap();
        tx.commit().await.unwrap();
        count += store.erase_from_answered(workspace, gone).await.unwrap();
        count += store.erase_from_audit(workspace, gone, &pseudonym).await.unwrap();
        if count == 0 {
            assert!(store.leave_no_copies().await.unwrap());
            return pseudonym;
        }
    }
    panic!("it does not end");
}

#[tokio::test]
async fn of_every_column_it_is_known_whether_it_can_name_a_person() {
    let listed = IDS.iter().chain(&JSON).chain(NOBODY.iter().flat_map(|(_, columns)| *columns));
    let mut known: Vec<String> = listed.map(|&column| column.to_owned()).collect();
    known.sort();

    assert_eq!(known, columns().await.into_iter().collect::<Vec<_>>());
}

both_engines! {
    async fn whoever_is_erased_is_found_nowhere_and_nobody_else_is_touched(bench) {
        let tenant = fill(&bench.store, &Tenant::new("TH", "wren", "one")).await;
        let is_postgres = bench.database.superuser_url().is_some();
        let mut statements = vec![String::from("update note_receivers set told_at = assigned_at")];
        statements.extend(IDS.iter().chain(&JSON).map(|column| planting(column, is_postgres)));
        write(&bench.database, &statements).await;
        let before = stored(&bench.database, tenant.id).await;
        let planted = counts(&before, GONE);
        for column in IDS.iter().chain(&JSON) {
            assert!(planted.contains_key(*column), "{column} does not name them");
        }
        assert!(!places(&bench.database).await.is_empty(), "the search finds what is there");
        let gone = user(GONE);
        let mentioned = bench.store.read(tenant.id).await.unwrap().list_mentioned().await.unwrap();
        assert!(mentioned.contains(GONE) && mentioned.contains(OTHER));

        let pseudonym = erase(&bench.store, tenant.id, &gone).await;

        let after = stored(&bench.database, tenant.id).await;
        assert_eq!(counts(&after, GONE), BTreeMap::new());
        assert_eq!(places(&bench.database).await, Vec::<String>::new());
        assert_eq!(counts(&after, OTHER), counts(&before, OTHER));
        let instead = counts(&after, pseudonym.as_str());
        let deleted = [
            "absences.user_id",
            "calendar_links.user_id",
            "export_links.user_id",
            "people.user_id",
            "preferences.user_id",
        ];
        for column in IDS.iter().chain(&JSON).filter(|column| !deleted.contains(column)) {
            assert!(instead.contains_key(*column), "{column} has no pseudonym");
        }
        let mentioned = bench.store.read(tenant.id).await.unwrap().list_mentioned().await.unwrap();
        assert!(!mentioned.contains(GONE) && mentioned.contains(OTHER));
    }

    async fn what_is_theirs_alone_is_deleted(bench) {
        let gone = user(GONE);
        let rotation = bench.rotation("support").await;
        let mut tx = bench.write().await;
        let to = |to| {
            let rotation = RotationId::new(new_id(at(0)));
            Envelope::new(StartEffect::RotationCreated { rotation }, to)
        };
        let only = Recipient::Only { channel: channel("C1"), user: gone.clone() };
        for to in [to(Recipient::Person(gone.clone())), to(Recipient::Home(gone.clone())), to(only)] {
            assert!(tx.insert_delivery(&to, at(0), at(0)).await.unwrap());
        }
        let others = [to(Recipient::Person(user(OTHER))), to(Recipient::Channel(channel("C1")))];
        for to in &others {
            assert!(tx.insert_delivery(to, at(0), at(0)).await.unwrap());
        }
        let typed = SecretString::from("said in confidence");
        let item = InboxItem::Checked { actor: gone.clone() };
        assert!(tx.insert_inbox_sealed(&item, &typed, "typed", at(0)).await.unwrap());
        let item = InboxItem::Checked { actor: user(OTHER) };
        assert!(tx.insert_inbox_sealed(&item, &typed, "typed by another", at(0)).await.unwrap());
        for (number, told_at) in [(1, None), (2, Some(at(9)))] {
            let note = NoteRecord {
                id: NoteId::new(Uuid::from_u128(number)),
                rotation: rotation.id,
                planned_at: at(0),
                author: gone.clone(),
                is_for_channel: false,
                created_at: at(1),
                edited_at: None,
            };
            tx.insert_note(&note, &NoteText::new(String::from("the key is with Dee"))).await.unwrap();
            let (id, planned_at, assigned_at) = (note.id, at(0), at(2));
            let receiver =
                NoteReceiver { note: id, user: user(OTHER), planned_at, assigned_at, told_at: None };
            tx.insert_note_receiver(&receiver).await.unwrap();
            if let Some(told_at) = told_at {
                assert!(tx.record_note_told(id, &user(OTHER), told_at).await.unwrap());
            }
        }
        tx.commit().await.unwrap();

        let pseudonym = erase(&bench.store, bench.workspace, &gone).await;

        let rows = stored(&bench.database, bench.workspace).await;
        let count = |table: &str| rows.tables[table].1.len();
        assert_eq!((count("outbox"), count("inbox"), count("notes")), (2, 1, 1));
        let notes = bench.read().await.list_notes(rotation.id, at(0)).await.unwrap();
        assert_eq!(notes[0].author, pseudonym);
        let mut tx = bench.write().await;
        let again = to(Recipient::Person(pseudonym));
        assert!(!tx.insert_delivery(&again, at(0), at(0)).await.unwrap(), "nobody is told");
    }

    async fn whoever_was_erased_and_came_back_can_be_erased_again(bench) {
        let tenant = fill(&bench.store, &Tenant::new("TH", "wren", "one")).await;
        let ana = user("UANA");
        let first = erase(&bench.store, tenant.id, &ana).await;
        let maker = &tenant.own;
        let mut tx = bench.store.write(tenant.id).await.unwrap();
        tx.upsert_person(&maker.person(&ana)).await.unwrap();
        assert!(tx.insert_cover_answer(&maker.answer(&ana)).await.unwrap());
        assert!(tx.insert_note_receiver(&maker.receiver(&ana)).await.unwrap());
        assert!(tx.record_note_told(maker.note_id(), &ana, at(9)).await.unwrap());
        tx.commit().await.unwrap();

        let second = erase(&bench.store, tenant.id, &ana).await;

        assert_eq!(first, second);
        assert_eq!(counts(&stored(&bench.database, tenant.id).await, "UANA"), BTreeMap::new());
    }

    async fn a_request_that_names_the_erased_is_still_answered_once(bench) {
        let gone = user(GONE);
        let mut tx = bench.write().await;
        for (key, facts) in [("one", json!({"of": GONE})), ("two", json!({"of": OTHER}))] {
            tx.record_outcome(key, &Outcome { facts }, at(0)).await.unwrap();
        }
        tx.commit().await.unwrap();

        let pseudonym = erase(&bench.store, bench.workspace, &gone).await;

        let mut tx = bench.read().await;
        let found = tx.find_outcome("one").await.unwrap().unwrap();
        assert_eq!(found.facts, json!({"of": pseudonym}));
        let other = tx.find_outcome("two").await.unwrap().unwrap();
        assert_eq!(other.facts, json!({"of": OTHER}));
    }
}

#[tokio::test]
async fn without_the_keys_nobody_can_tell_whose_a_pseudonym_is() {
    let (bench, other) = (Bench::sqlite().await, Bench::postgres().await);
    let gone = user(GONE);
    let here = bench.write().await.pseudonym_of(&gone);

    assert!(here.is_erased());
    assert_eq!(here, other.write().await.pseudonym_of(&gone), "of the same keys and workspace");
    let elsewhere = bench.install("T2").await;
    assert_ne!(here, bench.store.write(elsewhere).await.unwrap().pseudonym_of(&gone));
    let entry = KeyRing::generate_entry(KeyId::new(9).unwrap()).unwrap();
    let other_keys = KeyRing::parse(&entry).unwrap();
    assert_ne!(here, pseudonym_of(&other_keys, bench.workspace, &gone));
    let mark = bench.store.mark_of_erased(bench.workspace, Some(&gone));
    assert_ne!(here, UserId::pseudonym(&mark.code), "the ledger does not say it");
}
