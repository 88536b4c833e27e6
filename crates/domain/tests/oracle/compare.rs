//! The plan of the engine beside that of the oracle.

use crate::model::Rotation;
use crate::report::{Finding, Reach, Report, Shown, make_whole};
use chrono::DateTime;
use domain::plan;
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The findings that the oracle makes too.
const KINDS: [&str; 6] = [
    "thin_roster",
    "unassigned",
    "partly_filled",
    "coverage_without_effect",
    "swap_without_effect",
    "skipped",
];

/// What comes of a comparison.
#[derive(Debug)]
pub(crate) enum Verdict {
    Same,
    Different(Difference),
    /// The file is refused, or the oracle would have to walk too far.
    NotComparable(String),
}

/// The first difference of two plans.
#[derive(Clone, Debug)]
pub(crate) struct Difference {
    /// What differs: fields of a shift, or a kind of finding.
    pub(crate) kind: String,
    pub(crate) text: String,
}

/// Compares the two plans of a window.
pub(crate) fn compare(rotation: &Rotation, turns: usize, shown: Shown) -> Verdict {
    let Some(whole) = make_whole(rotation, turns) else {
        return Verdict::NotComparable("the oracle would have to walk too far".into());
    };
    let Some(oracle) = whole.report(rotation, shown) else {
        return Verdict::NotComparable("the window reaches beyond what the oracle walked".into());
    };
    let file = rotation.to_file().to_string();
    let engine = match catch_unwind(AssertUnwindSafe(|| ask_engine(&file, shown))) {
        Ok(Ok(report)) => report,
        Ok(Err(fault)) => return Verdict::NotComparable(fault),
        Err(_) => {
            let text = "the engine panics".into();
            return Verdict::Different(Difference { kind: "panic".into(), text });
        }
    };
    first_difference(&oracle, &engine).map_or(Verdict::Same, Verdict::Different)
}

fn ask_engine(file: &str, shown: Shown) -> Result<Report, String> {
    let request = plan::read_plan(file, false).map_err(|faults| format!("refused: {faults:?}"))?;
    let instant = |at| DateTime::from_timestamp(at, 0).expect("is in the calendar");
    let reach = match shown.reach {
        Reach::Until(until) => plan::Reach::Until(instant(until)),
        Reach::Count(count) => plan::Reach::Count(count),
    };
    let window = plan::Window { from: shown.from.map(instant), reach };
    let plan =
        plan::make_plan(&request, &window).map_err(|faults| format!("refused: {faults:?}"))?;
    let written = plan.to_json();
    let json: Value =
        serde_json::from_str(&written).map_err(|fault| format!("no JSON: {fault}"))?;
    let list = |key: &str| json[key].as_array().cloned().unwrap_or_default();
    let mut findings: Vec<Finding> = list("findings").iter().filter_map(finding).collect();
    findings.sort_unstable();
    Ok(Report { shifts: list("shifts"), findings })
}

fn finding(json: &Value) -> Option<Finding> {
    let kind = KINDS.into_iter().find(|kind| json["kind"] == *kind)?;
    let turn =
        json["turn"].as_u64().and_then(|turn| usize::try_from(turn).ok()).expect("is a turn");
    let instant = |key: &str| {
        let at = json[key].as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        at.expect("is an instant").timestamp()
    };
    Some((kind, turn, instant("start"), instant("end")))
}

fn first_difference(oracle: &Report, engine: &Report) -> Option<Difference> {
    for index in 0..oracle.shifts.len().max(engine.shifts.len()) {
        let (ours, theirs) = (oracle.shifts.get(index), engine.shifts.get(index));
        if ours != theirs {
            let text =
                format!("shift {index}:\n oracle {}\n engine {}", shown(ours), shown(theirs));
            return Some(Difference { kind: fields_that_differ(ours, theirs), text });
        }
    }
    let missing = oracle.findings.iter().find(|finding| !engine.findings.contains(finding));
    let surplus = engine.findings.iter().find(|finding| !oracle.findings.contains(finding));
    let told = |finding: Option<&Finding>| {
        finding.map_or("none".into(), |(kind, turn, start, end)| {
            let written = crate::model::written;
            format!("{kind} of turn {turn} from {} to {}", written(*start), written(*end))
        })
    };
    let is_same = oracle.findings == engine.findings;
    let kind = missing.or(surplus).map_or("findings", |(kind, ..)| kind).into();
    let text = format!("finding:\n only oracle {}\n only engine {}", told(missing), told(surplus));
    (!is_same).then_some(Difference { kind, text })
}

fn fields_that_differ(ours: Option<&Value>, theirs: Option<&Value>) -> String {
    let (Some(ours), Some(theirs)) = (ours, theirs) else { return "number of shifts".into() };
    let fields = ["start", "end", "turn", "members", "covered_for", "state", "skipped"];
    let differs = fields.iter().filter(|field| ours[field] != theirs[field]);
    let fields: Vec<&str> = differs.copied().collect();
    format!("{} of a shift that is {}", fields.join(", "), ours["state"])
}

fn shown(shift: Option<&Value>) -> String {
    shift.map_or("none".into(), ToString::to_string)
}
