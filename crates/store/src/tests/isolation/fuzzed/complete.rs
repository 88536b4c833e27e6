//! Nothing is left out: each method of a transaction and of work over many workspaces is one that is tried.

use super::{all_calls, of_system};
use std::collections::BTreeSet;

/// What ends a transaction: it is done after each of the calls.
const ENDS: [(&str, &str); 2] = [("mod", "commit"), ("mod", "commit_versioned")];

/// What a store does that belongs to no workspace, or begins what is tried.
const OF_THE_STORE: [&str; 25] = [
    "open",
    "open_on_trial",
    "migrate",
    "read",
    "version",
    "write",
    "write_at_length",
    "enter",
    "record_heard",
    "ping",
    "server_time",
    "sight",
    "leave_no_copies",
    "chain_audit",
    "verify_audit",
    "find_audit_end",
    "prune_audit",
    "erase_from_answered",
    "erase_from_audit",
    "sign_audit_anew",
    "count_by_key",
    "canary_key",
    "reseal",
    "reseal_canary",
    "count_rows",
];

/// Returns the names of the public functions of a file that wait for the database.
fn functions(path: &std::path::Path) -> BTreeSet<String> {
    let source = std::fs::read_to_string(path).unwrap();
    source
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("pub async fn "))
        .map(|rest| rest.split(['(', '<']).next().unwrap_or_default().to_owned())
        .collect()
}

fn sources(folder: &str) -> Vec<std::path::PathBuf> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    let mut found: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|ending| ending == "rs"));
    found.sort();
    found
}

#[test]
fn every_call_of_a_transaction_is_tried() {
    let mut written = BTreeSet::new();
    for path in sources("tx") {
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        written.extend(functions(&path).into_iter().map(|name| (file.clone(), name)));
    }
    let tried: BTreeSet<(String, String)> = all_calls()
        .into_iter()
        .chain(ENDS)
        .map(|(file, name)| (file.to_owned(), name.to_owned()))
        .collect();

    assert!(written.len() > 130, "the files are read");
    assert_eq!(
        written, tried,
        "a method of `tx` (left) is not tried in `fuzzed::calls` (right), or the other way round"
    );
}

#[test]
fn every_call_of_work_over_many_workspaces_is_tried() {
    let mut written = BTreeSet::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for path in
        sources("system").into_iter().chain([folder.join("system.rs"), folder.join("watch.rs")])
    {
        written.extend(functions(&path));
    }
    let tried: BTreeSet<String> = of_system::NAMES.iter().map(|&name| name.to_owned()).collect();

    assert!(written.len() > 25, "the files are read");
    assert_eq!(written, tried, "a method of `system` (left) is not tried (right)");
}

#[test]
fn the_store_has_no_other_doors() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = ["store.rs", "audit_log.rs", "purge.rs", "reseal.rs"];
    let written: BTreeSet<String> =
        files.iter().flat_map(|file| functions(&folder.join(file))).collect();
    let mut doors: BTreeSet<String> = OF_THE_STORE.iter().map(|&name| name.to_owned()).collect();
    doors.extend(["close", "purge"].map(String::from));

    assert_eq!(written, doors);
}
