//! Stripe's events in every order, twice, late and never: what is written down in the end is what Stripe has.

use domain::billing::{SubscriptionStatus, decide};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};
use stories::{Engine, Play};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// How many stories are told on each engine.
const CASES: u32 = 24;

/// What a subscription becomes; with `end` and `keep` it is cancelled and goes on.
const CHANGES: [&str; 8] =
    ["active", "past_due", "unpaid", "trialing", "paused", "incomplete", "end", "keep"];

/// A change at Stripe, and which of the events until then the bot hears after it.
type Step = (&'static str, Vec<Index>);

fn steps() -> impl Strategy<Value = (Vec<Step>, Vec<u64>)> {
    let step = (select(&CHANGES[..]), vec(any::<Index>(), 0..4));
    // What is left is heard in the order of these numbers, twice.
    (vec(step, 1..6), vec(any::<u64>(), 64))
}

/// Returns the bodies of all events that Stripe ever had, the oldest first.
async fn events(play: &Play) -> Vec<String> {
    let all = play.get("sim/stripe/events").await;
    let all = all["events"].as_array().into_iter().flatten();
    all.map(|one| one["event"].to_string()).collect()
}

async fn changes(play: &Play, word: &str) {
    let of = play.stripes_subscription().await;
    let id = of["id"].as_str().unwrap_or_default();
    match word {
        // Only what is paid for can be cancelled.
        "end" | "keep" => {
            let status = json!({"status": "active"});
            play.does_at_stripe(&format!("subscriptions/{id}"), &status).await;
            let deed = if word == "end" { "cancel_at_period_end" } else { "keep" };
            let is_ending = of["cancel_at_period_end"] == json!(true);
            if is_ending != (word == "end") {
                play.does_at_stripe("portal", &json!({"customer": of["customer"], "do": deed}))
                    .await;
            }
        }
        status => {
            play.does_at_stripe(&format!("subscriptions/{id}"), &json!({"status": status})).await;
        }
    }
}

async fn tell(play: &Play, (steps, order): (Vec<Step>, Vec<u64>)) -> Result<(), TestCaseError> {
    let before = events(play).await.len();
    for (word, picks) in steps {
        changes(play, word).await;
        let known = events(play).await;
        for pick in picks {
            let place = before + pick.index((known.len() - before).max(1));
            if let Some(body) = known.get(place) {
                prop_assert_eq!(play.hears(body).await, 200);
            }
        }
    }
    let known = events(play).await;
    let mut left: Vec<(u64, usize)> = (before..known.len())
        .flat_map(|place| [place, place])
        .zip(order.iter().copied().cycle())
        .map(|(place, key)| (key.rotate_left(u32::try_from(place % 64).unwrap_or(0)), place))
        .collect();
    left.sort_unstable();
    for (_, place) in left {
        prop_assert_eq!(play.hears(&known[place]).await, 200);
    }
    play.waits("10s").await;
    is_as_stripe_has_it(play).await
}

async fn is_as_stripe_has_it(play: &Play) -> Result<(), TestCaseError> {
    let (is, has) = (play.subscription().await, play.stripes_subscription().await);
    let word = has["status"].as_str().unwrap_or_default();
    prop_assert_eq!(is.status.as_ref().map(SubscriptionStatus::as_str), Some(word));
    prop_assert_eq!(is.subscription.as_deref(), has["id"].as_str());
    let at = |value: &Value| value.as_i64();
    let end = at(&has["items"]["data"][0]["current_period_end"]);
    prop_assert_eq!(is.period_end.map(|end| end.timestamp()), end);
    let ends = has["cancel_at_period_end"] == json!(true);
    prop_assert_eq!(is.cancel_at.is_some(), ends);
    let now = play.stage().clock().now();
    let verdict = decide(is.status.as_ref(), is.past_due_since, is.plan, now);
    prop_assert_eq!(is.plan, verdict.plan);
    Ok(())
}

async fn story(engine: Engine) {
    let play = Play::begin_billed(engine, "2026-06-08T07:00:00Z").await;
    play.upgrades().await;
    play.at_stripe("webhooks", &json!({"lose": true})).await;
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(Config { max_shrink_iters: 30, ..config });

    let told = block_in_place(|| {
        runner.run(&steps(), |case| Handle::current().block_on(tell(&play, case)))
    });

    told.expect("what is written down is what Stripe has");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    story(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    story(Engine::Postgres).await;
}
