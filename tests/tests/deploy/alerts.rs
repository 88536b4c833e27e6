//! The alerts look at what the service really tells, and say what to do.

use crate::read::{at, document, files_below, text, words};
use serde_json::Value;
use std::collections::BTreeSet;

/// Where the service says which values its labels have.
const LABELLED: [&str; 4] = [
    "crates/server/src/http.rs",
    "crates/server/src/metrics.rs",
    "crates/server/src/watch.rs",
    "crates/store/src/records/watch.rs",
];

const RULES: &str = "deploy/prometheus/alerts.yaml";
const TRIALS: &str = "deploy/prometheus/alerts_test.yaml";

/// Where the metrics are told of, each with the expressions in it.
fn expressions() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for alert in alerts() {
        found.push((RULES.to_owned(), at(&alert, "/expr").to_owned()));
    }
    for expression in crate::dashboard::expressions() {
        found.push((crate::dashboard::FILE.to_owned(), expression));
    }
    for series in crate::read::find_all(&document(TRIALS), "series") {
        found.push((TRIALS.to_owned(), series.as_str().expect("a series").to_owned()));
    }
    found.push(("docs/OPERATIONS.md".to_owned(), section("## Alerts")));
    found
}

fn alerts() -> Vec<Value> {
    let rules = document(RULES);
    let rules = rules["groups"][0]["rules"].as_array().expect("rules");
    assert!(rules.len() >= 18, "only {} rules", rules.len());
    rules.clone()
}

/// Returns what stands under a heading of the page on operations, up to the next one of its rank.
#[track_caller]
fn section(heading: &str) -> String {
    let page = text("docs/OPERATIONS.md");
    let rank = heading.split(' ').next().unwrap_or_default();
    let mut lines = page.lines().skip_while(|line| *line != heading);
    assert!(lines.next().is_some(), "{heading:?} is no heading");
    let is_next = |line: &&str| line.starts_with("## ") || line.starts_with(&format!("{rank} "));
    lines.take_while(|line| !is_next(line)).flat_map(|line| [line, "\n"]).collect()
}

/// Returns the source of the service without its tests.
fn source() -> Vec<String> {
    let files = files_below("crates/server/src").into_iter();
    let files =
        files.filter(|path| std::path::Path::new(path).extension().is_some_and(|its| its == "rs"));
    files
        .map(|path| {
            let text = text(&path);
            let end = text.find("#[cfg(test)]").unwrap_or(text.len());
            text[..end].to_owned()
        })
        .collect()
}

/// Returns the names under which Prometheus sees a metric that is registered with these words.
fn names_of(statement: &str, file: &str, has_unit: bool) -> Vec<String> {
    let name = statement.split('"').nth(1).expect("a metric has a name");
    let unit = match (has_unit, statement.contains("Unit::Bytes")) {
        (false, _) => "",
        (true, true) => "_bytes",
        (true, false) => "_seconds",
    };
    let field = statement.split(".clone()").next().and_then(|before| before.rsplit('.').next());
    let field = field.expect("a metric is a field").trim();
    let declared = file.split(&format!("{field}: ")).nth(1).and_then(|rest| rest.lines().next());
    let kind = declared.unwrap_or_else(|| panic!("{field} of {name} is declared nowhere"));
    let endings: &[&str] = if kind.contains("Counter") {
        &["_total"]
    } else if kind.contains("Histogram") {
        &["_bucket", "_count", "_sum", ""]
    } else {
        &[""]
    };
    endings.iter().map(|ending| format!("asyncbot_{name}{unit}{ending}")).collect()
}

/// Returns the name of every metric that the service tells.
fn metrics() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for file in source() {
        for (call, has_unit) in [(".register(", false), (".register_with_unit(", true)] {
            for statement in file.split(call).skip(1) {
                let statement = statement.split(");").next().unwrap_or_default();
                if statement.contains(".clone()") && statement.contains('"') {
                    names.extend(names_of(statement, &file, has_unit));
                }
            }
        }
    }
    assert!(names.len() > 20, "{names:?}");
    names
}

#[test]
fn every_metric_that_is_looked_at_is_one_that_the_service_tells() {
    let told = metrics();
    let mut looked_at = BTreeSet::new();

    for (path, expression) in expressions() {
        for name in words(&expression, "asyncbot_") {
            assert!(told.contains(name), "{path}: {name} is told by nobody");
            looked_at.insert(name.to_owned());
        }
    }

    assert!(looked_at.len() > 18, "{looked_at:?}");
    assert!(told.contains("asyncbot_slack_calls_total"), "{told:?}");
    assert!(told.contains("asyncbot_resident_memory_bytes"), "{told:?}");
    assert!(!told.contains("asyncbot_delivery_lateness"), "the unit belongs to the name");
}

#[test]
fn every_value_of_a_label_is_one_that_the_service_writes() {
    let source: String = LABELLED.into_iter().map(text).collect();
    let mut seen = BTreeSet::new();

    for (path, expression) in expressions().into_iter().filter(|(path, _)| path != TRIALS) {
        for label in ["kind", "state", "outcome", "queue", "part"] {
            for operator in ["=\"", "!=\"", "=~\"", "!~\""] {
                for values in expression.split(&format!("{label}{operator}")).skip(1) {
                    let values = values.split('"').next().unwrap_or_default();
                    for value in values.split('|') {
                        let literal = format!("\"{value}\"");
                        assert!(source.contains(&literal), "{path}: nothing has {label}={literal}");
                        seen.insert(value.to_owned());
                    }
                }
            }
        }
    }

    assert!(seen.len() > 8, "{seen:?}");
}

/// Returns what a heading is called in an address.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-');
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[test]
fn every_alert_is_explained_under_the_heading_that_it_links_to() {
    let page = section("## Alerts");
    let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let mut explained = BTreeSet::new();

    for alert in alerts() {
        let name = at(&alert, "/alert");
        let severity = at(&alert, "/labels/severity");
        assert!(["page", "ticket"].contains(&severity), "{name}: {severity}");
        assert!(at(&alert, "/annotations/summary").ends_with('.'), "{name}: a sentence");
        let link = at(&alert, "/annotations/runbook");
        let link = link.strip_prefix("docs/OPERATIONS.md#").unwrap_or_else(|| panic!("{link}"));
        let heading = headings.iter().find(|heading| anchor(heading) == link);
        let heading = heading.unwrap_or_else(|| panic!("{name}: {link} is no heading"));
        let told = section(&format!("### {heading}"));
        let lines: Vec<&str> = told.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines[0], format!("`{name}`, {severity}."), "{heading}");
        assert!((3..=4).contains(&lines.len()), "{heading}: two or three sentences");
        assert!(explained.insert(*heading), "{heading} has two alerts");
    }

    assert_eq!(explained.len(), headings.len(), "a heading has no alert: {headings:?}");
}

#[test]
fn every_alert_is_tried_when_it_is_silent_and_when_it_rings() {
    let trials = document(TRIALS);
    let trials = crate::read::find_all(&trials, "alert_rule_test");
    let trials: Vec<&Value> = trials.into_iter().flat_map(|it| it.as_array().unwrap()).collect();

    for alert in alerts() {
        let name = at(&alert, "/alert");
        let its = trials.iter().filter(|trial| trial["alertname"] == name);
        let rings: Vec<bool> =
            its.map(|trial| !trial["exp_alerts"].as_array().unwrap().is_empty()).collect();
        assert!(rings.contains(&true) && rings.contains(&false), "{name}: {rings:?}");
    }
}
