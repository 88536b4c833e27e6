//! Every promise and every threat names tests that exist: a promise without a test is not made.

use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests have a folder of their own")
}

/// A row of a table, and where it stands.
struct Row {
    place: String,
    cells: Vec<String>,
}

/// Returns the rows of all tables of a page whose first column has this heading.
fn rows(name: &str, text: &str, first: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut is_inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        let cells: Vec<String> = line
            .strip_prefix('|')
            .and_then(|rest| rest.strip_suffix('|'))
            .map(|rest| rest.split('|').map(|cell| cell.trim().to_owned()).collect())
            .unwrap_or_default();
        let heading = cells.first().map(String::as_str);
        match heading {
            None => is_inside = false,
            Some(heading) if heading == first => is_inside = true,
            Some(heading) if heading.starts_with("---") => {}
            Some(_) if is_inside => rows.push(Row { place: format!("{name}:{number}"), cells }),
            Some(_) => {}
        }
    }
    rows
}

/// Returns what is wrong with the proofs of a row.
fn wrong_proofs(row: &Row, cell: usize) -> Vec<String> {
    let Some(cell) = row.cells.get(cell).filter(|cell| !cell.is_empty()) else {
        return vec![format!("{}: it has no proof", row.place)];
    };
    let proofs = cell.split("<br>").flat_map(|proofs| proofs.split(", ")).map(str::trim);
    proofs.filter_map(|proof| Some(format!("{}: {}", row.place, wrong_proof(proof)?))).collect()
}

/// Returns what is wrong with one proof, which is written as `` `path::test` ``.
fn wrong_proof(proof: &str) -> Option<String> {
    let bare = proof.strip_prefix('`').and_then(|rest| rest.strip_suffix('`'));
    let Some((path, test)) = bare.and_then(|bare| bare.rsplit_once("::")) else {
        return Some(format!("{proof} is not written as `path::test`"));
    };
    let Ok(source) = std::fs::read_to_string(root().join(path)) else {
        return Some(format!("there is no file {path}"));
    };
    (!has_test(&source, test)).then(|| format!("{path} has no test {test}"))
}

/// Whether a file has a test of this name: a function marked as one, or a story of `both_engines!`.
fn has_test(source: &str, test: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    lines.iter().enumerate().any(|(at, line)| {
        let name = line.split_once("fn ").map(|(_, rest)| rest);
        let is_it =
            name.and_then(|rest| rest.strip_prefix(test)).is_some_and(|rest| rest.starts_with('('));
        let is_marked = lines[..at]
            .iter()
            .rev()
            .take(4)
            .any(|line| line.starts_with("#[") && line.contains("test"));
        // The macros for both engines and for a bench of the store make a test of each function in them.
        let is_story =
            line.starts_with("async fn ") && (line.contains("(play") || line.contains("(bench)"));
        // One that is listed behind a macro of its file, which makes a test of it for each engine.
        let is_listed = line.contains("(place: Place)")
            && source.contains("on_both! {")
            && lines.contains(&test);
        is_it && (is_marked || is_story || is_listed)
    })
}

fn wrong_promises(name: &str, text: &str) -> Vec<String> {
    let rows = rows(name, text, "Promise");
    let mut faults: Vec<String> = rows.iter().flat_map(|row| wrong_proofs(row, 1)).collect();
    for row in &rows {
        let is_whole = row.cells.len() == 3 && row.cells.iter().all(|cell| !cell.is_empty());
        if !is_whole {
            faults.push(format!(
                "{}: it says not in three cells what, proven by what, seen red how",
                row.place
            ));
        }
    }
    if rows.len() < 3 {
        faults
            .push(format!("{name}: only {} promises: the table is not to be believed", rows.len()));
    }
    faults
}

fn wrong_threats(name: &str, text: &str) -> Vec<String> {
    let rows = rows(name, text, "Who");
    let mut faults: Vec<String> = rows.iter().flat_map(|row| wrong_proofs(row, 3)).collect();
    for row in
        rows.iter().filter(|row| row.cells.len() != 4 || row.cells.iter().any(String::is_empty))
    {
        faults.push(format!(
            "{}: it says not in four cells who, what, how stopped, proven by what",
            row.place
        ));
    }
    if rows.len() < 3 {
        faults
            .push(format!("{name}: only {} threats: the table is not to be believed", rows.len()));
    }
    faults
}

#[track_caller]
fn check(page: &str, rule: fn(&str, &str) -> Vec<String>, breaks: &[(&str, &str)]) {
    let text = std::fs::read_to_string(root().join(page))
        .unwrap_or_else(|fault| panic!("{page}: {fault}"));
    let faults = rule(page, &text);
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));

    for (was, is) in breaks {
        let broken = text.replacen(was, is, 1);
        assert_ne!(broken, text, "{was} is in {page}");
        assert!(!rule(page, &broken).is_empty(), "the rule is blind: {was} may become {is}");
    }
}

#[test]
fn every_promise_names_tests_that_exist_and_how_they_were_seen_to_fail() {
    check(
        "docs/PROMISES.md",
        wrong_promises,
        &[
            ("bad_input.rs::a_wrong_or_stale_signature_is_401", "bad_input.rs::a_wrong_or_stale"),
            ("`tests/tests/bad_input.rs::", "`tests/tests/no_such_file.rs::"),
            ("manifest.rs::what_the_bot_does_not_do_is_off", "manifest.rs::collect_methods"),
            ("| letting every request of a workspace in |", "| |"),
            (
                "`tests/tests/manifest.rs::every_scope_is_needed_by_a_method_that_is_called_or_an_event_that_is_heard`<br>`tests/tests/manifest.rs::the_page_on_slack_names_a_feature_for_every_scope`",
                "",
            ),
        ],
    );
}

#[test]
fn every_threat_names_tests_that_exist() {
    check(
        "docs/THREATS.md",
        wrong_threats,
        &[
            ("dependencies.rs::what_is_banned_stays_out", "dependencies.rs::doubled"),
            (
                "| Anybody on the internet | Sends a body without an end |",
                "| Anybody on the internet | |",
            ),
        ],
    );
}
