//! What syncs ask, counted over fifty of them: twice HiBob for up to 200 people, and Slack once for each.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use stories::{Play, SERVICE_TOKEN, SERVICE_USER, both_engines};

/// How many syncs are counted.
const SYNCS: usize = 50;

/// Longer than from one sync to the next, and shorter than to the one after it.
const PERIOD: &str = "24m";

/// Who was asked how often: the calls of each method, and of `users.info` those about each person.
///
/// The simulator keeps the last 2,000 calls, so it has to be looked at now and then.
#[derive(Debug, Default)]
struct Tally {
    seen: u64,
    counts: BTreeMap<String, usize>,
}

impl Tally {
    /// Counts the calls since the last look.
    async fn looks(&mut self, play: &Play) {
        let all = play.get(&format!("sim/calls?since_id={}", self.seen)).await;
        for call in all["calls"].as_array().into_iter().flatten() {
            self.seen = call["id"].as_u64().unwrap_or(self.seen);
            let method = call["method"].as_str().unwrap_or_default();
            *self.counts.entry(method.to_owned()).or_default() += 1;
            if method == "users.info" {
                let user = call["arguments"]["user"].as_str().unwrap_or_default();
                *self.counts.entry(user.to_owned()).or_default() += 1;
            }
        }
    }

    /// Begins to count now.
    async fn begin(play: &Play) -> Self {
        let mut tally = Self::default();
        tally.looks(play).await;
        tally.counts.clear();
        tally
    }

    fn of(&self, name: &str) -> usize {
        self.counts.get(name).copied().unwrap_or_default()
    }
}

/// Returns what goes wrong with the `number`th sync, where something does.
fn fault(number: usize) -> Option<Value> {
    let answer = |path: &str, status: u16, body: &str| json!({"service_user": SERVICE_USER, "path": path, "status": status, "raw_body": body, "times": 1});
    match number {
        9 => Some(answer("timeoff/whosout", 200, "not json")),
        19 => Some(answer("timeoff/whosout", 200, r#"{"outs":[]}"#)),
        29 => Some(answer("people/search", 200, r#"{"employees":"none"}"#)),
        _ => None,
    }
}

both_engines! {
    async fn fifty_syncs_ask_hibob_twice_each_and_slack_once_for_each_member(play at "2026-06-05T01:00:00Z") {
        // It ends before midnight, when everybody is looked at who takes part.
        play.has_company().await;
        play.makes_support("2026-06-08", &["ana", "ben", "cho", "dee"]).await;
        play.is_connected().await;
        play.waits("1m").await;
        let mut asked = Tally::begin(&play).await;
        let mut request = None;

        for number in 0..SYNCS {
            if number % 10 == 0 {
                if let Some(request) = request {
                    play.cancels_time_off(SERVICE_USER, request).await;
                }
                request = Some(play.is_off("ben", "2026-06-15", "2026-06-19").await);
            }
            if let Some(fault) = fault(number) {
                play.hibob_answers(&fault).await;
            }
            play.waits(PERIOD).await;
            asked.looks(&play).await;
        }

        let syncs = asked.of("people/search");
        assert!((SYNCS..=SYNCS + 10).contains(&syncs), "{asked:?}");
        // One stopped at the search.
        assert_eq!(asked.of("whosout"), syncs - 1, "{asked:?}");
        assert_eq!(asked.of("users.info"), 4 * syncs, "{asked:?}");
        for person in ["U0ANA", "U0BEN", "U0CHO", "U0DEE"] {
            assert_eq!(asked.of(person), syncs, "{person}: {asked:?}");
        }
        assert_eq!(asked.of("users.list"), 0, "{asked:?}");
    }

    async fn two_hundred_and_one_members_are_searched_for_twice(play at "2026-06-05T10:00:00Z") {
        let ids: Vec<String> = (0..201).map(|place| format!("U0MEMBER{place}")).collect();
        let email = |id: &str| format!("{}@harbour.example", id.to_lowercase());
        for id in &ids {
            let user = json!({"id": id, "real_name": id, "tz": "Europe/Berlin", "profile": {"email": email(id)}});
            play.act(&json!({"team": play.team(), "event": {"type": "team_join", "user": user}})).await;
        }
        play.makes_support("2026-06-08", &[&ids[0]]).await;
        for part in ids[1..].chunks(50) {
            let mentions: Vec<String> = part.iter().map(|id| format!("<@{id}>")).collect();
            play.types("ana", &format!("/rotation add support {}", mentions.join(" "))).await;
        }
        let people: Vec<Value> = ids
            .iter()
            .enumerate()
            .map(|(place, id)| json!({"id": format!("33328838{place:011}"), "email": email(id), "name": id}))
            .collect();
        let company = json!({"service_user": SERVICE_USER, "token": SERVICE_TOKEN, "people": people});
        play.has_hibob(&company).await;
        play.waits("10m").await;
        let mut asked = Tally::begin(&play).await;

        play.is_connected().await;
        play.waits("5m").await;

        asked.looks(&play).await;
        assert_eq!((asked.of("people/search"), asked.of("whosout")), (2, 1), "{asked:?}");
        for id in &ids {
            assert_eq!(asked.of(id), 1, "{id}: {asked:?}");
        }
        assert_eq!(asked.of("users.list"), 0, "{asked:?}");
    }
}
