//! The programs for which the files are written take them: Prometheus, systemd and Caddy.

use crate::read::{files_below, find_all, root, text};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// The most that a service may be able to do if it were taken over, in tenths of systemd's points of ten.
const EXPOSURE: &str = "20";

/// A certificate that nobody has the key of any more.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBcDCCARWgAwIBAgIUSKbYeu4NNCouIt6wl4hupDfwmlwwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCY2EwHhcNMjYxMTIzMTk0MjQxWhcNMjYxMjAyMTk0MjQxWjAN
MQswCQYDVQQDDAJjYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABMOZXT46Nptc
7D2hZQs5pjOTt/I7sU5N10MIjRrnor1/t1P5sfmwzl4KTV5qITXr8KLonxpdW/zM
36u73F47gnKjUzBRMB0GA1UdDgQWBBSBs4MVHGWcBU2Kc9peDGL/iWQogjAfBgNV
HSMEGDAWgBSBs4MVHGWcBU2Kc9peDGL/iWQogjAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0kAMEYCIQCL/+LnFuBjLWSWW7oeNnVjrW0ms067xUrPKH+nnWIk
ngIhALGeVhZFHt4OCSfxgcCuDsyrJXlGHPljt39Fz0hr5zb7
-----END CERTIFICATE-----
";

/// Returns the program that `tests/run` found.
#[expect(clippy::disallowed_methods, reason = "a test has no command line")]
fn program(variable: &str) -> Command {
    let file = std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set; run all tests with `tests/run`, which sets it")
    });
    Command::new(file)
}

#[track_caller]
fn check_is_well(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    let (said, complained) = words_of(&output);
    assert!(output.status.success(), "{command:?}:\n{said}\n{complained}");
    said
}

fn words_of(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn promtool() -> Command {
    let mut command = program("ASYNCBOT_TEST_PROMTOOL");
    command.current_dir(root().join("deploy/prometheus"));
    command
}

#[test]
fn prometheus_takes_its_configuration_and_the_alerts() {
    check_is_well(promtool().args(["check", "config", "prometheus.yaml"]));
    let said = check_is_well(promtool().args(["check", "rules", "alerts.yaml"]));

    assert!(said.contains("22 rules found"), "{said}");
}

#[test]
fn every_alert_is_silent_up_to_its_bound_and_rings_beyond_it() {
    check_is_well(promtool().args(["test", "rules", "alerts_test.yaml"]));
}

#[test]
fn prometheus_understands_every_expression_of_the_dashboard() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("rules.yaml");
    let expressions = crate::dashboard::expressions();
    let rules: Vec<Value> = expressions
        .iter()
        .map(|expression| expression.replace("$__rate_interval", "5m"))
        .enumerate()
        .map(|(number, expr)| json!({"record": format!("panel:{number}"), "expr": expr}))
        .collect();
    // What is JSON is YAML as well.
    let text = json!({"groups": [{"name": "dashboard", "rules": rules}]}).to_string();
    fs::write(&file, text).unwrap();

    let said = check_is_well(promtool().args(["check", "rules"]).arg(&file));

    assert!(said.contains(&format!("{} rules found", expressions.len())), "{said}");
}

#[test]
fn a_service_that_is_taken_over_can_do_little() {
    let units: Vec<String> = files_below("deploy/systemd")
        .into_iter()
        .filter(|path| Path::new(path).extension().is_some_and(|its| its == "service"))
        .collect();
    assert_eq!(units.len(), 2, "{units:?}");

    for unit in units {
        let mut command = program("ASYNCBOT_TEST_SYSTEMD_ANALYZE");
        command.args(["security", "--offline=true", "--no-pager", "--threshold", EXPOSURE]);
        let output = command.arg(root().join(&unit)).output().expect("systemd-analyze starts");
        let (said, complained) = words_of(&output);
        assert!(output.status.success(), "{unit}:\n{said}\n{complained}");
        assert!(said.contains("Overall exposure level"), "{said}");
        assert_eq!(complained, "", "{unit}: systemd does not understand all of it");
    }
}

#[test]
fn the_backup_begins_at_a_time_that_systemd_understands() {
    let timer = text("deploy/systemd/asyncbot-backup.timer");
    let when = timer.lines().find_map(|line| line.strip_prefix("OnCalendar=")).unwrap();

    let mut command = program("ASYNCBOT_TEST_SYSTEMD_ANALYZE");
    let said = check_is_well(command.args(["calendar", when]));

    assert!(said.contains("Next elapse: "), "{said}");
    // As often as in the cluster: what is seven days old goes within the hour.
    let job = text("deploy/kubernetes/backup.yaml");
    assert!(when == "hourly" && job.contains("schedule: \"30 * * * *\""), "{when}");
    for path in ["deploy/systemd/asyncbot-backup.service", "deploy/kubernetes/backup.yaml"] {
        assert!(text(path).contains("--daily"), "{path}: it would make one every hour");
    }
}

/// Runs Caddy on our file, with the edge that is chosen.
fn caddy(folder: &TempDir, edge: &str, arguments: &[&str]) -> Output {
    let certificate = folder.path().join("ca.pem");
    fs::write(&certificate, CERTIFICATE).expect("the folder is ours");
    program("ASYNCBOT_TEST_CADDY")
        .args(arguments)
        .current_dir(root().join("deploy"))
        .env("HOME", folder.path())
        .env("XDG_CONFIG_HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path())
        .env("EDGE", edge)
        .env("ORIGIN_PULL_CA", certificate)
        .output()
        .expect("Caddy starts")
}

const VALIDATE: [&str; 5] = ["validate", "--config", "Caddyfile", "--adapter", "caddyfile"];
const ADAPT: [&str; 5] = ["adapt", "--config", "Caddyfile", "--adapter", "caddyfile"];

#[test]
fn caddy_takes_the_file_with_either_edge_and_with_no_other() {
    let folder = TempDir::new().unwrap();

    for edge in ["direct", "cloudflare"] {
        let output = caddy(&folder, edge, &VALIDATE);
        assert!(output.status.success(), "{edge}: {}", words_of(&output).1);
    }
    let output = caddy(&folder, "somebody", &VALIDATE);
    assert!(!output.status.success(), "an edge that is not there is taken");
    let output = caddy(&folder, "direct", &["fmt", "Caddyfile"]);
    assert_eq!(
        words_of(&output).0,
        text("deploy/Caddyfile"),
        "it is not as `caddy fmt` lays it out"
    );
}

#[test]
fn caddy_speaks_new_tls_alone_and_lets_no_large_body_in() {
    let folder = TempDir::new().unwrap();
    let adapted = |edge: &str| -> Value {
        let output = caddy(&folder, edge, &ADAPT);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", words_of(&output).1))
    };
    let (direct, cloudflare) = (adapted("direct"), adapted("cloudflare"));

    for (edge, read) in [("direct", &direct), ("cloudflare", &cloudflare)] {
        let oldest = find_all(read, "protocol_min");
        assert!(oldest.iter().all(|version| **version == "tls1.2"), "{edge}: {oldest:?}");
        assert_eq!(oldest.len(), 1, "{edge}: {read}");
        assert_eq!(find_all(read, "max_size"), [&json!(1_048_576)], "{edge}");
        assert_eq!(find_all(read, "dial"), [&json!("127.0.0.1:8080")], "{edge}");
        // Addresses have secrets in them.
        assert!(find_all(read, "logs").is_empty(), "{edge}");
    }
    assert!(find_all(&direct, "client_authentication").is_empty(), "off unless it is chosen");
    let shown = find_all(&cloudflare, "client_authentication");
    assert_eq!(shown[0]["mode"], "require_and_verify");
    let trusted = find_all(&cloudflare, "trusted_ca_certs");
    assert_eq!(trusted[0].as_array().map(Vec::len), Some(1), "{shown:?}");
    // Behind Cloudflare the visitor is whom Cloudflare names; otherwise whoever has the connection, as Caddy says itself.
    let set = find_all(&cloudflare, "X-Forwarded-For");
    assert_eq!(set, [&json!(["{http.request.header.CF-Connecting-IP}"])]);
    assert!(find_all(&direct, "X-Forwarded-For").is_empty());
}
