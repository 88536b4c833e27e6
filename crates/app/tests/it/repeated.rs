//! The same request twice at the same moment: one effect, and the same answer to both.

use crate::bench::{Bench, at, rules, user};
use app::Request;
use app::create_rotation::create_rotation;
use app::take_turn::{Way, take_turn};
use domain::action::CreateForm;
use domain::ids::ChannelId;
use domain::reply::{Answer, Reply};
use store::Store;
use tokio::task::JoinSet;

/// How often a race is run; one run alone may happen to be no race.
const RACES: usize = 20;

fn create_form(name: &str) -> CreateForm {
    CreateForm {
        name: Some(name.to_owned()),
        members: vec![user("UANA"), user("UBEN")],
        cadence: Some("week".to_owned()),
        first_day: Some("2026-06-08".to_owned()),
        time: Some("09:00".to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        channel: Some(ChannelId::new("C1")),
    }
}

async fn check_submissions(bench: Bench) {
    for race in 0..RACES {
        let form = create_form(&format!("support {race}"));
        let request = bench.request("UANA", &format!("submit {race}"), at("2026-06-05T10:00:00Z"));

        let answers = twice(&bench, &request, move |store, request| {
            let form = form.clone();
            async move { create_rotation(&store, &request, &form).await }
        })
        .await;

        assert!(matches!(&answers[0], Ok(Answer::Say(_))), "{answers:?}");
        assert_eq!(format!("{:?}", answers[0]), format!("{:?}", answers[1]));
    }
}

async fn check_presses(bench: Bench) {
    let weekly =
        rules("Europe/Berlin", r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#);
    let members = [user("UANA"), user("UBEN")];
    let (monday, later) = (at("2026-06-08T07:00:00Z"), at("2026-06-08T08:00:00Z"));
    for member in &members {
        bench.absence(member, monday, at("2026-06-15T07:00:00Z")).await;
    }
    for race in 0..RACES {
        let rotation =
            bench.rotation(&format!("support {race}"), &members, &weekly, (0, monday)).await;
        bench.hand_over(rotation, monday).await;
        let request = bench.request("UBEN", &format!("press {race}"), later);

        let replies = twice(&bench, &request, move |store, request| async move {
            take_turn(&store, &request, rotation, monday, Way::Take).await
        })
        .await;

        assert!(matches!(&replies[0], Ok(Reply::TurnTaken { .. })), "{replies:?}");
        assert_eq!(format!("{:?}", replies[0]), format!("{:?}", replies[1]));
    }
}

/// Carries out the same request in two tasks at once.
async fn twice<T, F>(bench: &Bench, request: &Request, act: impl Fn(Store, Request) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for _ in 0..2 {
        tasks.spawn(act(bench.store.clone(), request.clone()));
    }
    tasks.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_sent_twice_at_once_is_answered_the_same_on_sqlite() {
    check_submissions(Bench::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_submission_sent_twice_at_once_is_answered_the_same_on_postgres() {
    check_submissions(Bench::postgres().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_sent_twice_at_once_is_answered_the_same_on_sqlite() {
    check_presses(Bench::sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_sent_twice_at_once_is_answered_the_same_on_postgres() {
    check_presses(Bench::postgres().await).await;
}
