//! The version of a workspace counts every write of what answers are made of.

use super::bench::{at, rotation, user};
use super::both_engines;
use crate::postgres::sql;
use crate::{PersonRecord, Store, Version};
use domain::ids::WorkspaceId;
use std::collections::{BTreeMap, BTreeSet};

/// Tables that no answer is made of, and those that belong to no workspace.
const NOT_COUNTED: [&str; 18] = [
    "audit_events",
    "audit_heads",
    "backups",
    "billing_events",
    "calendar_links",
    "erasures",
    "export_links",
    "inbox",
    "limits",
    "meta",
    "note_receivers",
    "notes",
    "notices",
    "oauth_states",
    "outbox",
    "request_keys",
    "said",
    "setbacks",
];

/// Statements that count themselves, those that write a lease or a place only, those that seal the same anew, and the end of
/// a workspace, which `purge` counts.
const COUNTING: [&str; 12] = [
    "RECORD_VERSION",
    "EXTEND_SYNC",
    "FINISH_SYNC",
    "RELEASE_SYNCS",
    "ASK_ABOUT_SUBSCRIPTION",
    "EXTEND_SUBSCRIPTION",
    "RELEASE_SUBSCRIPTION",
    "RELEASE_SUBSCRIPTIONS",
    "RECORD_DIRECT",
    "SEAL_TOKEN_ANEW",
    "SEAL_SOURCE_ANEW",
    "PURGE_WORKSPACE",
];

both_engines! {
    async fn a_write_is_counted_once_when_it_is_saved(bench) {
        let before = version(&bench.store, bench.workspace).await;
        let mut tx = bench.write().await;
        tx.insert_rotation(&rotation("support")).await.unwrap();
        tx.insert_rotation(&rotation("pizza")).await.unwrap();
        assert_eq!(version(&bench.store, bench.workspace).await, before, "it is not saved yet");

        let made = tx.commit_versioned().await.unwrap().unwrap();

        assert!(made.is_next_of(before), "{before:?} {made:?}");
        assert_eq!(version(&bench.store, bench.workspace).await, made);
    }

    async fn what_is_undone_is_not_counted(bench) {
        let before = version(&bench.store, bench.workspace).await;
        let mut tx = bench.write().await;
        tx.insert_rotation(&rotation("support")).await.unwrap();

        drop(tx);

        bench.say("C1", at(0)).await;
        assert_eq!(version(&bench.store, bench.workspace).await, before);
    }

    async fn what_waits_to_be_said_is_not_counted(bench) {
        let before = version(&bench.store, bench.workspace).await;

        bench.say("C1", at(0)).await;

        assert_eq!(version(&bench.store, bench.workspace).await, before);
    }

    async fn another_workspace_counts_for_itself(bench) {
        let before = version(&bench.store, bench.workspace).await;
        let other = bench.install("T2").await;
        assert!(bench.store.version(other).await.unwrap().is_some());

        assert_eq!(version(&bench.store, bench.workspace).await, before);
    }

    async fn a_reader_sees_at_least_what_its_version_counts(bench) {
        let mut reader = bench.read().await;
        let (before, found) = reader.find_versioned().await.unwrap();
        assert_eq!(found.unwrap().id, bench.workspace);
        bench.rotation("support").await;
        assert_eq!(reader.find_versioned().await.unwrap().0, before, "it sees one state");
        drop(reader);

        let mut reader = bench.read().await;
        let (after, _) = reader.find_versioned().await.unwrap();

        assert!(after.is_next_of(before));
        assert_eq!(after, version(&bench.store, bench.workspace).await);
        assert_eq!(reader.list_rotations().await.unwrap().len(), 1);
    }

    async fn the_end_of_an_installation_is_counted(bench) {
        let before = version(&bench.store, bench.workspace).await;
        let mut tx = bench.write().await;
        assert!(tx.deactivate_workspace(at(60)).await.unwrap());
        tx.commit().await.unwrap();

        assert_ne!(version(&bench.store, bench.workspace).await, before);
    }

    async fn whoever_opens_the_same_database_counts_on(bench) {
        let other = bench.database.open().await;
        let before = version(&bench.store, bench.workspace).await;
        let mut tx = other.write(bench.workspace).await.unwrap();
        tx.insert_rotation(&rotation("support")).await.unwrap();
        tx.commit().await.unwrap();

        assert!(version(&bench.store, bench.workspace).await.is_next_of(before));
    }

    async fn of_many_writers_each_is_counted(bench) {
        let before = version(&bench.store, bench.workspace).await;
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..20 {
            let (store, workspace) = (bench.store.clone(), bench.workspace);
            writers.spawn(async move {
                let mut tx = store.write(workspace).await.unwrap();
                tx.upsert_person(&person(&format!("U{number}"))).await.unwrap();
                tx.commit_versioned().await.unwrap().unwrap()
            });
        }

        let made = writers.join_all().await;

        let mut last = before;
        for _ in 0..20 {
            last = *made.iter().find(|made| made.is_next_of(last)).expect("the next version");
        }
        assert_eq!(version(&bench.store, bench.workspace).await, last);
    }
}

#[test]
fn every_statement_that_writes_what_answers_are_made_of_is_counted() {
    let writing = sql::statements().into_iter().filter(|(name, statement)| {
        let begins = ["insert into ", "update ", "delete from "];
        let table = begins.iter().find_map(|begin| statement.trim_start().strip_prefix(begin));
        let Some(table) = table.and_then(|rest| rest.split_whitespace().next()) else {
            return false;
        };
        !NOT_COUNTED.contains(&table) && !COUNTING.contains(name)
    });
    let writing: Vec<&str> = writing.map(|(name, _)| name).collect();
    let calls = sources("tx").into_values().chain([source("system.rs")]).collect::<String>();
    let mut seen = BTreeSet::new();

    for (module, text) in sources("sql") {
        for body in text.split("async fn ").skip(1) {
            let function = body.split(['(', '<']).next().unwrap_or_default();
            let words = body.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_');
            let mut named: Vec<&str> = words
                .filter_map(|word| writing.iter().find(|name| **name == word))
                .copied()
                .collect();
            // Its statements stand in lists, which it goes through.
            if (module.as_str(), function) == ("erasure", "erase") {
                let lists = text.split_once("const THEIRS").expect("it has lists").1;
                named.extend(writing.iter().filter(|name| lists.contains(&format!("{name},"))));
            }
            if !named.is_empty() {
                seen.extend(named);
                let call = format!("{module}::{function}(");
                let before: Vec<&str> = calls.split(&call).collect();
                assert!(before.len() > 1, "{call} is called in no transaction");
                for before in &before[..before.len() - 1] {
                    assert!(before.ends_with("run_touching!(self, "), "{call} is not counted");
                }
            }
        }
    }

    assert!(writing.len() > 20 && seen.len() == writing.len(), "{seen:?} of {writing:?}");
}

/// Returns the text of each source in a folder by its name, without its ending.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(format!("{}/src/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let read = |name: String| {
        let text = source(&format!("{folder}/{name}"));
        (name.trim_end_matches(".rs").to_owned(), text)
    };
    names.map(read).collect()
}

fn source(path: &str) -> String {
    std::fs::read_to_string(format!("{}/src/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

async fn version(store: &Store, workspace: WorkspaceId) -> Version {
    store.version(workspace).await.unwrap().unwrap()
}

fn person(name: &str) -> PersonRecord {
    PersonRecord {
        user: user(name),
        display_name: String::from("Ana"),
        zone: None,
        is_deactivated: false,
        is_admin: false,
        is_bot: false,
        is_guest: false,
        is_foreign: false,
        refreshed_at: at(0),
    }
}
