//! One life of the service: what it is to die of, and what it died of.

use crate::crash::process::{Place, Process};
use crate::crash::town::{Town, mix};
use faults::places;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long a life lasts at most where the place at which it was to end is never passed.
const LONGEST: Duration = Duration::from_millis(1600);

/// How long people are busy at most after the service began.
const WHILE: Duration = Duration::from_millis(200);

/// What a process is to die of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It ends itself at a named place, at the N-th passing.
    At(&'static str, u64),
    /// It is killed while a call waits for an answer that never comes; nothing was done.
    InFlight,
    /// It is killed while it waits for the answer to a call that was done.
    Accepted,
    /// It is killed some time after its start.
    After(Duration),
}

/// What a process died of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Death {
    /// The place, in words.
    pub place: String,
    /// How long it lived.
    pub lived: Duration,
}

impl Way {
    /// Returns the way that a number chooses; all are chosen alike often.
    ///
    /// # Panics
    ///
    /// Never: the numbers are small.
    #[must_use]
    pub fn of(number: u64, seed: u64) -> Self {
        let named: Vec<&'static str> = places::all().collect();
        let ways = named.len() as u64 + 4;
        let dice = mix(seed, number);
        match usize::try_from(number % ways).expect("a small number") {
            at if at < named.len() => Self::At(named[at], 1 + dice % 3),
            at if at < named.len() + 2 => {
                if at == named.len() {
                    Self::InFlight
                } else {
                    Self::Accepted
                }
            }
            _ => Self::After(Duration::from_millis(dice % 900)),
        }
    }

    /// Returns the fault that goes with it, if there is one.
    fn fault(self, dice: u64) -> Option<Value> {
        let of_the_post = |kind: &str| json!({"service": "slack", "method": "chat.postMessage", "kind": kind, "times": 3});
        match self {
            Self::InFlight => Some(of_the_post("hang")),
            Self::Accepted => Some(of_the_post("accept_then_hang")),
            // Between the others Slack is now and then not well.
            Self::At(..) | Self::After(_) => {
                let kinds = ["429", "500", "reset", "accept_then_drop", "refuse"];
                let kind = usize::try_from(dice % 10).expect("a small number");
                let kind = kinds.get(kind)?;
                Some(
                    json!({"service": "slack", "method": "chat.postMessage", "kind": kind, "times": 1, "retry_after_s": 2}),
                )
            }
        }
    }

    /// Returns whether only people bring it about.
    fn is_of_a_request(self) -> bool {
        matches!(self, Self::At(place, _) if place.starts_with("requests.") || place.starts_with("entries."))
    }

    fn in_words(self) -> String {
        match self {
            Self::At(place, _) => place.to_owned(),
            Self::InFlight => String::from("call in flight"),
            Self::Accepted => String::from("accepted, answer not there yet"),
            Self::After(_) => String::from("any time"),
        }
    }
}

/// Lets the service live once, with people at it, until it is dead.
pub(super) async fn live(town: &mut Town, place: &Place, way: Way, dice: u64) -> Death {
    town.mends().await;
    if let Some(fault) = way.fault(dice) {
        town.breaks(&fault).await;
    }
    let place = place.with("ASYNCBOT_FAULTS_AHEAD_S", &town.ahead_s().to_string());
    let place = match way {
        Way::At(name, nth) => place.with("ASYNCBOT_FAULTS", &format!("{name}={nth}")),
        _ => place,
    };
    let began = Instant::now();
    let Ok(mut process) = Process::try_start(&place) else {
        // It was killed before it said that it serves.
        return Death { place: way.in_words(), lived: began.elapsed() };
    };
    let serving = Instant::now();
    let mut acts = 0;
    loop {
        if serving.elapsed() < WHILE || way.is_of_a_request() {
            town.lives(1, dice.wrapping_add(acts), way.is_of_a_request()).await;
            acts += 1;
        } else {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if process.has_ended() {
            return Death { place: way.in_words(), lived: began.elapsed() };
        }
        let is_time = match way {
            Way::At(..) => serving.elapsed() > LONGEST,
            Way::After(time) => serving.elapsed() > time,
            Way::InFlight | Way::Accepted => is_waiting(town).await || serving.elapsed() > LONGEST,
        };
        if is_time {
            process.kill();
            let is_there = matches!(way, Way::After(_)) || is_waiting(town).await;
            let is_meant = !matches!(way, Way::At(..)) && is_there;
            let place =
                if is_meant { way.in_words() } else { format!("{} (not reached)", way.in_words()) };
            return Death { place, lived: began.elapsed() };
        }
    }
}

/// Returns whether a call has met its fault and waits.
async fn is_waiting(town: &Town) -> bool {
    let faults = town.get("sim/faults").await;
    let left = faults["faults"].as_array().and_then(|list| list.first()?["left"].as_u64());
    left.is_none_or(|left| left < 3)
}
