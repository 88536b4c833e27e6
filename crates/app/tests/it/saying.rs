//! What is said when it is delivered, late or after the turn was taken.

use crate::bench::{Bench, at, rules, user};
use app::deliver::{Composed, compose};
use app::take_turn::{Way, take_turn};
use chrono::{DateTime, Utc};
use domain::effect::TurnEffect;
use domain::message::{HandoffMessage, Message};
use domain::reply::Reply;
use domain::rules::Rules;

fn weekly() -> Rules {
    rules("UTC", r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#)
}

/// Returns the post of the handoff at `planned_at`, as it reads an instant later.
async fn handoff_post(
    bench: &Bench,
    rotation: domain::ids::RotationId,
    planned_at: DateTime<Utc>,
) -> HandoffMessage {
    let effect = TurnEffect::HandoffPost { rotation, planned_at, missed_from: None, since: None };
    let mut tx = bench.store.read(bench.workspace).await.expect("a transaction");
    match compose(&mut tx, &effect.into(), planned_at).await.expect("it is composed") {
        Composed::Say(Message::Handoff(handoff)) => *handoff,
        other => panic!("a handoff is posted: {other:?}"),
    }
}

#[tokio::test]
async fn who_took_the_turn_before_is_who_served_before() {
    let bench = Bench::sqlite().await;
    let members = [user("UANA"), user("UBEN")];
    let (first, second) = (at("2026-06-08T09:00:00Z"), at("2026-06-15T09:00:00Z"));
    for member in &members {
        bench.absence(member, first, at("2026-06-13T00:00:00Z")).await;
    }
    let rotation = bench.rotation("support", &members, &weekly(), (0, first)).await;
    bench.hand_over(rotation, first).await;
    let request = bench.request("UANA", "press", at("2026-06-08T10:00:00Z"));
    let taken = take_turn(&bench.store, &request, rotation, first, Way::Take).await.unwrap();
    assert!(matches!(taken, Reply::TurnTaken { .. }), "{taken:?}");
    bench.hand_over(rotation, second).await;

    let post = handoff_post(&bench, rotation, second).await;

    assert_eq!(post.people[0].user, user("UANA"));
    assert_eq!(post.previous[0].user, user("UANA"), "Ana stays on");
}
