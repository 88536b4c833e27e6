//! Every sample of HiBob's bodies, through the client that asks for it, with what it means.

use crate::spans::said;
use crate::stand_in::{
    Move, StandIn, credentials, day, fetch, found, hibob, march, ok, person, start, wire,
};
use connect::Poke;
use domain::source::{DateRange, SourceFault};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One sample.
#[derive(Deserialize)]
struct Sample {
    id: String,
    #[serde(default)]
    endpoint: String,
    #[serde(default)]
    status: u16,
    body: Option<Value>,
    raw_body: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    secret: Option<String>,
    #[serde(default)]
    webhook: bool,
}

/// What a sample means.
enum Means {
    /// As the answer of `timeoff/whosout`: these absences.
    Away(&'static [&'static str]),
    /// As the answer of `timeoff/whosout`: nothing that we can use.
    Fails(SourceFault),
    /// As the answer of `people/search`, asked about `alan@example.com`: so many are known.
    Matches(u32),
    /// As the answer of `people/search`: nothing that we can use.
    Finds(SourceFault),
    /// As whatever answer: nothing that we can use, and each call ends with the first.
    Everywhere(SourceFault),
    /// Not asked for: the client says that it does not want it.
    WorkingIsNotAskedFor,
    /// As a webhook.
    Pokes(Poke),
    /// As a webhook of something that happened.
    IsEvent,
}

const GRANT_WHOSOUT: &str = "People's data > Time off > See who's out today > See who's out";

const GRANT_PEOPLE: &str =
    "People's data > Basic info > View (the category that holds the e-mail address)";

fn means(id: &str) -> Option<Means> {
    use Means::{Away, Everywhere, Fails, Finds, IsEvent, Matches, Pokes, WorkingIsNotAskedFor};
    let forbidden = |grant: &str| SourceFault::Forbidden { grant: grant.to_owned() };
    Some(match id {
        "whosout_days_one_full_day" => Away(&["1: 2020-01-01"]),
        "whosout_days_afternoon_single" => Away(&["1: afternoon 2020-01-01"]),
        "whosout_days_morning_single" => Away(&["1: morning 2020-01-01"]),
        "whosout_days_multi" => Away(&["1: 2020-01-01..2020-01-10"]),
        "whosout_days_two_people_partial_ends" => {
            Away(&["1: 2020-01-01 noon..2020-01-10", "2: 2020-01-01 noon..2020-01-10 noon"])
        }
        "whosout_unknown_portion" => Away(&["1: 2020-01-01..2020-01-10 flagged"]),
        "whosout_hours" => Away(&["3332883884017713201: 150 min of 2026-03-04 (Holiday)"]),
        "whosout_portionOnRange" => {
            Away(&["3332883884017713202: morning 2026-03-09..2026-03-13 (Holiday)"])
        }
        "whosout_hoursOnRange" => {
            Away(&["3332883884017713203: 180 min of 2026-03-09..2026-03-11 (Holiday)"])
        }
        "whosout_percentageOnRange" => {
            Away(&["3332883884017713204: 500 ‰ of 2026-03-01..2026-03-31 (Holiday)"])
        }
        "whosout_openEnded" => Away(&["3332883884017713205: 2026-03-16.. (Sick)"]),
        "whosout_specificHours" => Away(&[
            "3332883884017713206: 2026-03-18T09:00Z..2026-03-18T11:30Z Europe/London (Holiday)",
        ]),
        "whosout_differentSpecificHours" => Away(&[
            "3332883884017713207: 2026-03-25 America/New_York (Holiday)",
            "3332883884017713207: 2026-03-23T13:00Z..2026-03-23T22:00Z America/New_York (Holiday)",
        ]),
        "whosout_differentDayDurations" => Away(&[
            "3332883884017713208: 240 min of 2026-03-26 (Holiday)",
            "3332883884017713208: 480 min of 2026-03-27 (Holiday)",
        ]),
        "whosout_private_with_permission" => Away(&["3332883884017713209: 2026-03-02..2026-03-06"]),
        "whosout_custom_name" => Away(&["3332883884017713210: 2026-03-02"]),
        "whosout_empty" | "whosout_pending" => Away(&[]),
        "whosout_work_from_home_when_flag_forgotten" => WorkingIsNotAskedFor,
        "whosout_status_case_variants" => Away(&[
            "3332883884017713213: 2026-03-02 (Holiday)",
            "3332883884017713214: 2026-03-02 (Holiday)",
        ]),
        "whosout_duplicate_overlap_same_person" => Away(&[
            "3332883884017713215: 2026-03-02..2026-03-06 (Holiday)",
            "3332883884017713215: 2026-03-05..2026-03-10 (Sick)",
        ]),
        "whosout_unknown_type_and_extra_fields" => {
            Away(&["3332883884017713216: 2026-03-02..2026-03-03 (Holiday) flagged"])
        }
        // Its names are others; we do not ask for it, and could read it.
        "outtoday_mixed" => Away(&[
            "3332883884017713238: 2026-03-04..2026-03-05 noon",
            "3332883884017713239: 150 min of 2026-03-04",
        ]),
        "people_search_append_shape" => Finds(forbidden(GRANT_PEOPLE)),
        "people_search_id_email" | "people_search_by_email" => Matches(1),
        "people_search_empty_filters" => Finds(SourceFault::Unreadable),
        // What only other endpoints say is never taken for "nobody is away".
        "changes_created_moved_cancelled"
        | "changes_since_too_old"
        | "policy_types"
        | "error_404_request"
        | "calendar_range_too_long"
        | "google_calendar_ooo_event" => Fails(SourceFault::Unreadable),
        "error_401" | "error_401_not_json" => Everywhere(SourceFault::Unauthorized),
        "error_403" => Fails(forbidden(GRANT_WHOSOUT)),
        "error_429" => {
            Everywhere(SourceFault::Limited { until: "2026-03-04T05:01:00Z".parse().unwrap() })
        }
        "error_500_html" => Everywhere(SourceFault::Unreachable),
        "webhook_v2_requested"
        | "webhook_v2_approved"
        | "webhook_v2_declined"
        | "webhook_v2_cancelled"
        | "webhook_v2_deleted"
        | "webhook_v2_updated"
        | "webhook_v2_imported"
        | "webhook_v1_approved" => IsEvent,
        "webhook_ping_string" | "webhook_ping_json" => Pokes(Poke::Ping),
        "webhook_bad_signature" => Pokes(Poke::Unsigned),
        _ => return None,
    })
}

#[tokio::test]
async fn every_sample_means_what_it_says() {
    let samples = samples();
    let mut events = BTreeSet::new();
    for sample in &samples {
        let meaning = means(&sample.id).unwrap_or_else(|| panic!("{} has no meaning", sample.id));
        check(sample, meaning, &mut events).await;
    }
    assert_eq!(samples.len(), 49, "samples");
    assert_eq!(events.len(), 8, "every event is another one");
}

async fn check(sample: &Sample, meaning: Means, events: &mut BTreeSet<String>) {
    let id = &sample.id;
    let (employees, window) = (sample.employees(), sample.window());
    let employees: Vec<&str> = employees.iter().map(String::as_str).collect();
    assert_eq!(sample.webhook, matches!(meaning, Means::Pokes(_) | Means::IsEvent), "{id}");
    match meaning {
        Means::Away(expected) => {
            let moves = vec![ok(&found(&employees)), sample.answer()];
            let (result, stand_in) = ask(&employees, window, moves).await;
            let batch = result.unwrap_or_else(|fault| panic!("{id}: {fault:?}"));
            let absences: Vec<_> = batch.absences.iter().map(said).collect();
            assert_eq!(absences, expected, "{id}");
            assert_eq!(batch.complete_for, window, "{id}");
            assert_eq!(stand_in.heard().len(), 2, "{id}: one search and one whosout");
        }
        Means::Fails(fault) => {
            let is_forbidden = matches!(fault, SourceFault::Forbidden { .. });
            let moves = vec![ok(&found(&employees)), sample.answer(), sample.answer()];
            let (result, stand_in) = ask(&employees, window, moves).await;
            assert_eq!(result.unwrap_err(), fault, "{id}");
            assert_eq!(stand_in.heard().len(), if is_forbidden { 3 } else { 2 }, "{id}");
        }
        Means::Matches(matched) => {
            let moves = vec![sample.answer(), ok(&json!({"outs": []}))];
            let (result, _) = search(moves).await;
            assert_eq!(result.unwrap(), matched, "{id}");
        }
        Means::Finds(fault) => {
            let (result, stand_in) = search(vec![sample.answer()]).await;
            assert_eq!(result.unwrap_err(), fault, "{id}");
            assert_eq!(stand_in.heard().len(), 1, "{id}: nobody to ask about");
        }
        Means::Everywhere(fault) => {
            let (result, stand_in) = fetch(&["1"], vec![sample.answer()]).await;
            assert_eq!(result.unwrap_err(), fault, "{id} in people/search");
            assert_eq!(stand_in.heard().len(), 1, "{id}: it is not tried again");

            let moves = vec![ok(&found(&["1"])), sample.answer()];
            let (result, stand_in) = fetch(&["1"], moves).await;
            assert_eq!(result.unwrap_err(), fault, "{id} in timeoff/whosout");
            assert_eq!(stand_in.heard().len(), 2, "{id}: it is not tried again");
        }
        Means::WorkingIsNotAskedFor => {
            let moves = vec![ok(&found(&employees)), ok(&json!({"outs": []}))];
            let (result, stand_in) = ask(&employees, window, moves).await;
            assert_eq!(result.unwrap().absences, [], "{id}");
            assert!(stand_in.lines()[1].contains("includeWorkingRequests=false"), "{id}");
        }
        Means::Pokes(poke) => assert_eq!(sample.poke(), poke, "{id}"),
        Means::IsEvent => match sample.poke() {
            Poke::Event { dedupe } => assert!(events.insert(dedupe), "{id}"),
            other => panic!("{id}: {other:?}"),
        },
    }
}

async fn ask(
    employees: &[&str],
    window: DateRange,
    moves: Vec<Move>,
) -> (Result<domain::source::SourceBatch, SourceFault>, StandIn) {
    let stand_in = start(moves).await;
    let people: Vec<_> = employees.iter().map(|employee| person(employee)).collect();
    let wire = wire(&stand_in.url);
    let result = hibob().fetch(&wire, &credentials("SVC1"), &people, window).await;
    (result, stand_in)
}

async fn search(moves: Vec<Move>) -> (Result<u32, SourceFault>, StandIn) {
    let stand_in = start(moves).await;
    let mut alan = person("1");
    alan.email = domain::email::Email::new(String::from("alan@example.com")).unwrap();
    let wire = wire(&stand_in.url);
    let result = hibob().fetch(&wire, &credentials("SVC1"), &[alan], march()).await;
    (result.map(|batch| batch.matched), stand_in)
}

fn samples() -> Vec<Sample> {
    #[derive(Deserialize)]
    struct File {
        samples: Vec<Sample>,
    }
    let file: File = serde_json::from_str(include_str!("../data/hibob_samples.json"))
        .expect("the samples can be read");
    file.samples
}

impl Sample {
    /// Everybody in it, or somebody.
    fn employees(&self) -> BTreeSet<String> {
        let outs = self.body.as_ref().and_then(|body| body["outs"].as_array());
        let ids = outs.into_iter().flatten().filter_map(|out| out["employeeId"].as_str());
        let ids: BTreeSet<_> = ids.map(String::from).collect();
        if ids.is_empty() { [String::from("1")].into() } else { ids }
    }

    /// The days that it is the answer for.
    fn window(&self) -> DateRange {
        let query = self.endpoint.split_once('?').map_or("", |(_, query)| query);
        let asked = |name: &str| {
            query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).map(day)
        };
        match (asked("from"), asked("to")) {
            (Some(first), Some(last)) => DateRange { first, last },
            _ => march(),
        }
    }

    fn answer(&self) -> Move {
        let status = match self.status {
            200 => "200 OK",
            400 => "400 Bad Request",
            401 => "401 Unauthorized",
            403 => "403 Forbidden",
            404 => "404 Not Found",
            429 => "429 Too Many Requests",
            502 => "502 Bad Gateway",
            other => panic!("{}: {other}", self.id),
        };
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers = lines.collect::<Vec<_>>().concat();
        Move::Answer(status, headers, self.text())
    }

    fn text(&self) -> String {
        let json = self.body.as_ref().map(Value::to_string);
        self.raw_body.clone().or(json).expect("a sample has a body")
    }

    fn poke(&self) -> Poke {
        let secret = self.secret.clone().map(SecretString::from);
        let header = |name: &str| self.headers.get(name).cloned();
        hibob().read_poke(self.text().as_bytes(), &header, secret.as_ref())
    }
}
