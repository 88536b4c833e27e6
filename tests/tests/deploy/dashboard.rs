//! The dashboard is one that Grafana loads, whatever its data source is called.

use crate::read::{at, find_all, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) const FILE: &str = "deploy/grafana/asyncbot.json";

/// The version of the format in Grafana 12 and 13; older files it would change when it loads them.
const FORMAT: u64 = 42;

/// How many columns a dashboard has.
const COLUMNS: u64 = 24;

fn dashboard() -> Value {
    serde_json::from_str(&text(FILE)).expect("JSON")
}

/// Returns every expression of the dashboard.
pub(crate) fn expressions() -> Vec<String> {
    let dashboard = dashboard();
    let found = find_all(&dashboard, "expr").into_iter();
    let found: Vec<String> = found.filter_map(Value::as_str).map(str::to_owned).collect();
    assert!(found.len() > 20, "{found:?}");
    found
}

#[test]
fn it_has_the_current_format_and_chooses_its_data_source_by_a_variable() {
    let dashboard = dashboard();

    assert_eq!(dashboard["schemaVersion"], FORMAT);
    assert_eq!(at(&dashboard, "/title"), "Asyncbot");
    assert!(dashboard.get("id").is_none(), "an id belongs to one Grafana");
    assert!(dashboard.get("__inputs").is_none(), "it would ask at each import");
    let variable = &dashboard["templating"]["list"][0];
    assert_eq!(variable["type"], "datasource");
    assert_eq!(variable["query"], "prometheus");
    assert_eq!(variable["name"], "datasource");
    let sources = find_all(&dashboard["panels"], "datasource");
    assert!(sources.len() > 40, "only {}", sources.len());
    for source in sources {
        assert_eq!(*source, json!({"type": "prometheus", "uid": "${datasource}"}));
    }
}

#[test]
fn every_panel_has_its_place_and_something_to_show() {
    let dashboard = dashboard();
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();

    for panel in dashboard["panels"].as_array().unwrap() {
        let title = at(panel, "/title");
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}: its id is another's");
        let of = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        assert!(of("x") + of("w") <= COLUMNS, "{title} is cut off");
        for cell in (of("x")..of("x") + of("w")).flat_map(|x| (0..of("h")).map(move |y| (x, y))) {
            let cell = (cell.0, cell.1 + of("y"));
            assert!(taken.insert(cell), "{title} lies over another panel");
        }
        if panel["type"] == "row" {
            continue;
        }
        assert!(["stat", "timeseries"].contains(&at(panel, "/type")), "{title}");
        let targets = panel["targets"].as_array().unwrap();
        let letters: BTreeSet<&str> = targets.iter().map(|target| at(target, "/refId")).collect();
        assert!(!letters.is_empty() && letters.len() == targets.len(), "{title}");
        assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{title} has no unit");
    }
}
