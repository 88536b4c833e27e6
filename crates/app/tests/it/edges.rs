//! Where two stories meet: a rest, an edit or somebody's return in the middle of a turn that others have a hand in.

use crate::bench::{Bench, at, rules, user};
use app::deliver::{Composed, compose};
use app::lifecycle::{pause, submit_edit, submit_hand_over};
use app::roster::{Target, add, submit_remove};
use app::take_turn::{Way, take_turn};
use chrono::{DateTime, TimeDelta, Utc};
use domain::action::{CreateForm, Field};
use domain::effect::{Effect, Envelope, Recipient, TurnEffect};
use domain::ids::{ChannelId, RotationId, UserId};
use domain::interval::Interval;
use domain::refusal::Refusal;
use domain::reply::{Answer, Reply};
use domain::rules::Rules;
use domain::story::lifecycle::{CUSTOM, EditForm, HandOverForm, KEEP, Step};
use domain::story::roster::{Pick, RemoveForm};
use store::{CoverageRecord, InboxItem, PersonRecord};

const MONDAY: &str = "2026-06-08T09:00:00Z";

fn weekly() -> Rules {
    rules("UTC", r#"{"every": 1, "unit": "week", "anchor": "2026-06-08T09:00"}"#)
}

fn known(id: &str, refreshed_at: DateTime<Utc>) -> PersonRecord {
    PersonRecord {
        user: user(id),
        display_name: id.to_owned(),
        zone: None,
        is_deactivated: false,
        is_admin: false,
        is_bot: false,
        is_guest: false,
        is_foreign: false,
        refreshed_at,
    }
}

async fn tell(bench: &Bench, person: &PersonRecord) {
    let (people, now) = (std::slice::from_ref(person), person.refreshed_at);
    app::people::store_people(&bench.store, bench.workspace, people, None, now)
        .await
        .expect("stored");
}

/// Returns a weekly rotation of Ana and Ben, both away in its first week, which has begun.
async fn unassigned(bench: &Bench, rules: &Rules) -> RotationId {
    let members = [user("UANA"), user("UBEN")];
    for member in &members {
        bench.absence(member, at(MONDAY), at("2026-06-15T09:00:00Z")).await;
    }
    let rotation = bench.rotation("support", &members, rules, (0, at(MONDAY))).await;
    bench.hand_over(rotation, at(MONDAY)).await;
    rotation
}

async fn pauses(bench: &Bench, rotation: RotationId, now: &str) {
    let request = bench.request("UANA", "pause", at(now));
    let paused = pause(&bench.store, &request, rotation, None).await.expect("it answers");
    assert!(matches!(paused, Reply::Lifecycle(_)), "{paused:?}");
}

fn asked_on(rotation: RotationId, day: &str) -> Effect {
    Effect::Turn(TurnEffect::UnassignedPost {
        rotation,
        planned_at: at(MONDAY),
        missed_from: None,
        day: day.parse().expect("a date"),
        again: None,
    })
}

async fn covers(bench: &Bench, rotation: RotationId) -> Vec<CoverageRecord> {
    let mut tx = bench.store.read(bench.workspace).await.expect("a transaction");
    let all = Interval::new(at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    tx.list_coverages(rotation, all.expect("a window")).await.expect("it reads")
}

fn edit_of(name: &str, rules: &Rules) -> EditForm {
    EditForm::of(name, &ChannelId::new("C1"), rules)
}

#[tokio::test]
async fn a_turn_that_a_rest_has_ended_cannot_be_taken() {
    let bench = Bench::sqlite().await;
    let rotation = unassigned(&bench, &weekly()).await;
    pauses(&bench, rotation, "2026-06-08T10:00:00Z").await;

    for way in [Way::Take, Way::Assign] {
        let request = bench.request("UBEN", &format!("press {way:?}"), at("2026-06-08T11:00:00Z"));
        let reply = take_turn(&bench.store, &request, rotation, at(MONDAY), way).await.unwrap();

        assert_eq!(reply, Reply::Refused(Refusal::TurnIsOver));
    }
    assert_eq!(covers(&bench, rotation).await, []);
}

#[tokio::test]
async fn nobody_is_asked_to_take_a_turn_while_the_rotation_rests() {
    let bench = Bench::sqlite().await;
    let rotation = unassigned(&bench, &weekly()).await;
    let tuesday = asked_on(rotation, "2026-06-09");
    let mut tx = bench.store.read(bench.workspace).await.unwrap();
    let before = compose(&mut tx, &tuesday, at("2026-06-09T09:00:00Z")).await.unwrap();
    drop(tx);
    pauses(&bench, rotation, "2026-06-08T10:00:00Z").await;

    let mut tx = bench.store.read(bench.workspace).await.unwrap();
    let after = compose(&mut tx, &tuesday, at("2026-06-09T09:00:00Z")).await.unwrap();

    assert!(matches!(before, Composed::Say(_)), "{before:?}");
    assert!(matches!(after, Composed::Nothing(_)), "{after:?}");
}

#[tokio::test]
async fn takers_are_asked_for_at_the_start_of_each_day_of_duty() {
    let bench = Bench::sqlite().await;
    let hours = r#"[{"days": ["mon", "tue", "wed"], "from": "10:00", "to": "16:00"}]"#;
    let with_hours =
        Rules { duty_hours: serde_json::from_str(hours).expect("duty hours"), ..weekly() };
    let rotation = unassigned(&bench, &with_hours).await;

    let mut asked = Vec::new();
    let mut tx = bench.store.read(bench.workspace).await.unwrap();
    for day in ["2026-06-08", "2026-06-09", "2026-06-10", "2026-06-11"] {
        let to = Recipient::Channel(ChannelId::new("C1"));
        let id = Envelope::new(asked_on(rotation, day), to).delivery_id(bench.workspace);
        let found = tx.find_delivery(id).await.unwrap();
        asked.extend(found.map(|delivery| delivery.available_at.to_rfc3339()));
    }

    assert_eq!(
        asked,
        ["2026-06-08T09:00:02+00:00", "2026-06-09T10:00:00+00:00", "2026-06-10T10:00:00+00:00"]
    );
}

#[tokio::test]
async fn who_took_over_the_rest_of_a_turn_has_it_to_the_end_that_an_edit_gives_it() {
    for (every, day, end) in
        [(2, "2026-06-08", "2026-06-22T09:00:00Z"), (1, "2026-06-12", "2026-06-12T09:00:00Z")]
    {
        let bench = Bench::sqlite().await;
        let members = [user("UANA"), user("UBEN"), user("UCHO")];
        let rotation = bench.rotation("support", &members, &weekly(), (0, at(MONDAY))).await;
        bench.hand_over(rotation, at(MONDAY)).await;
        let request = bench.request("UANA", "hands over", at("2026-06-08T12:00:00Z"));
        let form = HandOverForm {
            rotation,
            planned_at: at(MONDAY),
            from: user("UANA"),
            to: Some(user("UCHO")),
        };
        submit_hand_over(&bench.store, &request, &form).await.unwrap();
        let form = EditForm {
            cadence: Some(CUSTOM.to_owned()),
            every: Some(every.to_string()),
            day: Some(day.to_owned()),
            ..edit_of("support", &weekly())
        };
        let request = bench.request("UANA", "edits", at("2026-06-08T13:00:00Z"));

        let answer =
            submit_edit(&bench.store, &request, Step::Confirm, (rotation, 0), &form).await.unwrap();

        assert!(matches!(&answer, Answer::Say(said) if matches!(**said, Reply::Lifecycle(_))));
        let turn = bench.turns(rotation).await.pop().expect("a turn");
        assert_eq!(turn.ends_at, at(end), "{answer:?}");
        let ends: Vec<_> =
            covers(&bench, rotation).await.into_iter().map(|cover| cover.ends_at).collect();
        assert_eq!(ends, [at(end)]);
    }
}

#[tokio::test]
async fn who_stands_in_does_so_again_once_they_are_back_in_slack() {
    let bench = Bench::sqlite().await;
    let stands_in = Rules { fallback: Some(user("UFAY")), ..weekly() };
    let members = [user("UANA")];
    bench.absence(&members[0], at(MONDAY), at("2026-06-29T09:00:00Z")).await;
    let rotation = bench.rotation("support", &members, &stands_in, (0, at(MONDAY))).await;
    bench.hand_over(rotation, at(MONDAY)).await;
    let left = PersonRecord { is_deactivated: true, ..known("UFAY", at("2026-06-09T09:00:00Z")) };
    tell(&bench, &left).await;
    bench.hand_over(rotation, at("2026-06-15T09:00:00Z")).await;
    tell(&bench, &known("UFAY", at("2026-06-16T09:00:00Z"))).await;
    bench.hand_over(rotation, at("2026-06-22T09:00:00Z")).await;

    let turns = bench.turns(rotation).await;

    let holders: Vec<_> = turns.iter().map(|turn| turn.holder().map(UserId::as_str)).collect();
    assert_eq!(holders, [None, None, Some("UFAY")]);
}

#[tokio::test]
async fn neither_a_bot_nor_somebody_gone_is_chosen_to_stand_in() {
    let bench = Bench::sqlite().await;
    let now = at("2026-06-08T12:00:00Z");
    let rotation = bench.rotation("support", &[user("UANA")], &weekly(), (0, at(MONDAY))).await;
    tell(&bench, &PersonRecord { is_bot: true, ..known("UROBOT", now) }).await;
    tell(&bench, &PersonRecord { is_deactivated: true, ..known("UGONE", now) }).await;
    tell(&bench, &PersonRecord { is_guest: true, ..known("UGUEST", now) }).await;

    for (step, unfit) in [(Step::Main, "UROBOT"), (Step::Main, "UGONE"), (Step::Main, "UGUEST")] {
        let form = EditForm { fallback: Some(user(unfit)), ..edit_of("support", &weekly()) };
        let request = bench.request("UANA", unfit, now);
        let answer = submit_edit(&bench.store, &request, step, (rotation, 0), &form).await.unwrap();

        let is_beside = |faults: &[(Field, String)]| faults[0].0 == Field::Fallback;
        assert!(
            matches!(&answer, Answer::FieldErrors(faults) if is_beside(faults)),
            "{unfit}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn a_bot_that_stands_in_is_not_put_on_duty_once_it_is_known() {
    let bench = Bench::sqlite().await;
    let stands_in = Rules { fallback: Some(user("UROBOT")), ..weekly() };
    let members = [user("UANA")];
    bench.absence(&members[0], at(MONDAY), at("2026-06-29T09:00:00Z")).await;
    let rotation = bench.rotation("support", &members, &stands_in, (0, at(MONDAY))).await;
    tell(&bench, &PersonRecord { is_bot: true, ..known("UROBOT", at("2026-06-07T09:00:00Z")) })
        .await;

    bench.hand_over(rotation, at(MONDAY)).await;

    assert_eq!(bench.turns(rotation).await[0].holder(), None);
}

#[tokio::test]
async fn a_name_that_is_taken_is_told_where_the_form_has_it_or_in_words() {
    let bench = Bench::sqlite().await;
    let members = [user("UANA")];
    let rotation = bench.rotation("support", &members, &weekly(), (0, at(MONDAY))).await;
    bench.rotation("kitchen", &members, &weekly(), (0, at(MONDAY))).await;
    let request = bench.request("UANA", "edits", at("2026-06-08T12:00:00Z"));
    let custom = EditForm {
        cadence: Some(CUSTOM.to_owned()),
        every: Some("3".to_owned()),
        ..edit_of("Kitchen", &weekly())
    };
    let kept = EditForm { cadence: Some(KEEP.to_owned()), ..custom.clone() };

    for form in [&custom, &kept] {
        let of = (rotation, 0);
        let answer = submit_edit(&bench.store, &request, Step::Main, of, form).await.unwrap();

        assert!(
            matches!(&answer, Answer::FieldErrors(faults) if faults[0].0 == Field::Name),
            "{answer:?}"
        );
    }
    for step in [Step::Custom, Step::Confirm] {
        let of = (rotation, 0);
        let answer = submit_edit(&bench.store, &request, step, of, &custom).await.unwrap();

        let is_refused = |said: &Reply| matches!(said, Reply::Refused(Refusal::Lifecycle(_)));
        assert!(matches!(&answer, Answer::Say(said) if is_refused(said)), "{answer:?}");
    }
}

#[tokio::test]
async fn a_rotation_is_not_made_with_somebody_known_to_be_a_guest() {
    let bench = Bench::sqlite().await;
    let now = at("2026-06-05T10:00:00Z");
    tell(&bench, &PersonRecord { is_guest: true, ..known("UGUEST", now) }).await;
    let form = CreateForm {
        name: Some("support".to_owned()),
        members: vec![user("UANA"), user("UGUEST")],
        cadence: Some("week".to_owned()),
        first_day: Some("2026-06-08".to_owned()),
        time: Some("09:00".to_owned()),
        zone: Some("Europe/Berlin".to_owned()),
        channel: Some(ChannelId::new("C1")),
    };

    let request = bench.request("UANA", "creates", now);
    let answer =
        app::create_rotation::create_rotation(&bench.store, &request, &form).await.unwrap();

    assert!(
        matches!(&answer, Answer::FieldErrors(faults) if faults[0].0 == Field::Members),
        "{answer:?}"
    );
}

#[tokio::test]
async fn somebody_named_twice_in_a_form_leaves_once() {
    let bench = Bench::sqlite().await;
    let rotation = bench.rotation("support", &[user("UANA")], &weekly(), (0, at(MONDAY))).await;
    let people = vec![user("UANA"), user("UANA")];
    let form = RemoveForm { rotation, people, now: true, may_empty: true };
    let request = bench.request("UANA", "removes", at("2026-06-05T12:00:00Z"));

    let answer = submit_remove(&bench.store, &request, &form).await.unwrap();

    assert!(matches!(answer, Answer::Say(_)), "{answer:?}");
    assert_eq!(bench.find_rotation(rotation).await.members, []);
}

#[tokio::test]
async fn who_joins_is_reminded_at_the_time_of_their_own_clock() {
    let bench = Bench::sqlite().await;
    let daily = rules("UTC", r#"{"every": 1, "unit": "day", "anchor": "2026-06-08T09:00"}"#);
    let rotation = bench.rotation("support", &[user("UANA")], &daily, (0, at(MONDAY))).await;
    bench.hand_over(rotation, at(MONDAY)).await;
    let tokyo = Some("Asia/Tokyo".to_owned());
    tell(&bench, &PersonRecord { zone: tokyo, ..known("UBEN", at("2026-06-08T01:00:00Z")) }).await;
    // Half past six in Tokyo, where people are reminded at five.
    let now = at("2026-06-08T09:30:00Z");
    let people = [Pick::Person(user("UBEN"))];
    let request = bench.request("UANA", "adds", now);
    add(&bench.store, &request, Target::Id(rotation), &people, None).await.unwrap();

    assert!(is_looked_at(&bench, now).await, "at once, and not in the evening of the others");
}

/// Returns whether it is looked at now who is to be reminded of the next turn.
async fn is_looked_at(bench: &Bench, now: DateTime<Utc>) -> bool {
    let until = now + TimeDelta::minutes(1);
    let claimed = bench.store.system().claim_inbox(bench.workspace, "w", now, until, 100).await;
    let claimed = claimed.expect("claimed");
    let mut tx = bench.store.read(bench.workspace).await.expect("a transaction");
    for claim in claimed {
        let found = tx.find_inbox(claim.inbox).await.expect("it reads");
        if found.is_some_and(|found| matches!(found.item, InboxItem::RemindNext { .. })) {
            return true;
        }
    }
    false
}
