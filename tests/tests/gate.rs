//! The test command itself: without its services it is red, and says what to do.

use std::path::Path;
use std::process::{Command, Output};

/// Runs `tests/run with true` where `variable` points nowhere and nothing may be installed.
fn run_without(variable: &str) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests has a parent");
    Command::new(root.join("tests/run"))
        .args(["with", "true"])
        .env(variable, "/nonexistent")
        .env("ASYNCBOT_NO_INSTALL", "1")
        .output()
        .expect("tests/run is a program")
}

#[track_caller]
fn check_is_red(output: &Output, says: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains(says), "{text}");
}

#[test]
fn a_missing_postgresql_is_a_failure_and_no_skip() {
    let output = run_without("PG_BIN");

    check_is_red(&output, "PostgreSQL cannot be had");
}

#[test]
fn a_missing_browser_is_a_failure_and_no_skip() {
    let output = run_without("CHROMEDRIVER");

    check_is_red(&output, "Chromium and its driver cannot be had");
}

#[test]
fn a_missing_checker_of_what_deploys_is_a_failure_and_no_skip() {
    for (variable, name) in
        [("PROMTOOL", "promtool"), ("CADDY", "caddy"), ("SYSTEMD_ANALYZE", "systemd-analyze")]
    {
        let output = run_without(variable);

        check_is_red(&output, &format!("{name} cannot be had"));
    }
}
