//! The card of a rotation, with the buttons of who looks.

use crate::limits::faults_of_message;
use crate::shown::{ana, at, ben, cho, person, show};
use domain::ids::{ChannelId, RotationId};
use domain::message::Person;
use domain::reply::{Duty, DutyCard, NextDuty, OnDutyPerson, Reply, TurnLine};
use domain::skip::SkipRule;
use domain::story::cover::Wanted;
use domain::story::lifecycle::{self, Press, RuleCard, ShowCard, State};
use slack::{Rendered, render_reply};

const NEXT: &str = "2026-06-15T07:00:00Z";

fn shown(members: Vec<Person>, can: &[Press], can_manage: bool, can_leave: bool) -> ShowCard {
    let duty = Duty::OnDuty {
        people: vec![OnDutyPerson { person: ana(), covered_for: None }],
        until: at(NEXT),
    };
    let turn = TurnLine {
        start: at(NEXT),
        end: at("2026-06-22T07:00:00Z"),
        people: vec![ben()],
        covers: Vec::new(),
        is_paused: false,
        is_stopped: false,
        skipped: Vec::new(),
    };
    ShowCard {
        card: DutyCard {
            is_stopping: false,
            rotation: RotationId::new("0190a4f8-0000-7000-8000-000000000001".parse().unwrap()),
            name: String::from("support"),
            channel: ChannelId::new("C1"),
            zone: String::from("Europe/Berlin"),
            cadence: String::from("every week on Monday at 09:00"),
            members,
            duty,
            next: Some(NextDuty { at: at(NEXT), people: vec![ben()] }),
        },
        state: State::Running,
        turns: vec![turn],
        cover: Wanted { cards: Vec::new(), reader: ben().user, can_ask: true, can_take: false },
        rules: RuleCard {
            seats: 1,
            skip: SkipRule::Any,
            make_up: false,
            fallback: None,
            duty_hours: None,
        },
        managers: vec![ana()],
        channel_fault: None,
        can: can.to_vec(),
        can_manage,
        can_serve: false,
        swaps: Vec::new(),
        can_leave,
    }
}

fn read(card: ShowCard) -> String {
    let reply = Reply::Lifecycle(lifecycle::Reply::Shown(Box::new(card)));
    let json = render_reply(&reply, at("2026-06-08T10:00:00Z"));
    let text = json["text"].as_str().unwrap().to_owned();
    assert_eq!(faults_of_message(&text, &json["blocks"]), Vec::<String>::new());
    show(&Rendered { text, blocks: json["blocks"].clone() })
}

#[test]
fn a_manager_finds_each_button_below_what_it_changes() {
    let can = [Press::HandOver, Press::Edit, Press::Pause, Press::Delete];

    let card = read(shown(vec![ana(), ben(), cho()], &can, true, false));

    insta::assert_snapshot!("the_card_of_a_manager", card);
}

#[test]
fn a_member_can_leave_and_is_asked_first() {
    let card = read(shown(vec![ana(), ben(), cho()], &[], false, true));

    insta::assert_snapshot!("the_card_of_a_member", card);
}

#[test]
fn there_is_no_order_of_one_and_nobody_to_remove_from_none() {
    let of_one = read(shown(vec![ana()], &[], true, false));
    let of_nobody = read(shown(Vec::new(), &[], true, false));

    assert!(!of_one.contains("roster_order") && of_one.contains("roster_remove"), "{of_one}");
    assert!(
        !of_nobody.contains("roster_remove") && of_nobody.contains("roster_add"),
        "{of_nobody}"
    );
}

#[test]
fn what_the_plan_stops_says_so_before_and_after() {
    let mut stopping = shown(vec![ana(), ben()], &[Press::Pause, Press::Resume], true, false);
    stopping.state = State::Stopping;
    stopping.card.is_stopping = true;
    stopping.card.next = None;
    let mut stopped = stopping.clone();
    stopped.state = State::Stopped;
    stopped.card.duty = Duty::Stopped;
    stopped.card.is_stopping = false;

    let [stopping, stopped] = [stopping, stopped].map(read);

    let free = "this workspace is on the Free plan, which has no room for it.";
    assert!(stopping.contains(&format!("It stops after that: {free}")), "{stopping}");
    assert!(stopping.contains("is on duty"), "{stopping}");
    assert!(stopped.contains(&format!("It is stopped: {free} Nobody is on duty.")), "{stopped}");
    assert!(!stopped.contains("Next"), "{stopped}");
}

#[test]
fn a_deleted_rotation_has_only_the_button_that_brings_it_back() {
    let mut card = shown(vec![ana()], &[Press::Undelete], false, false);
    card.state =
        State::Deleted { at: at("2026-06-08T09:00:00Z"), until: at("2026-07-08T09:00:00Z") };

    let card = read(card);

    assert_eq!(card.matches("lifecycle_").count(), 1, "{card}");
    assert!(card.contains("lifecycle_undelete") && !card.contains("history_"), "{card}");
}

#[test]
fn the_card_of_a_thousand_people_is_within_slacks_limits() {
    let crowd = (0..1000).map(|number| person(&format!("U{number}"), &"&".repeat(80))).collect();
    let can = [Press::HandOver, Press::Edit, Press::Resume, Press::StartNow, Press::Delete];

    let card = read(shown(crowd, &can, true, false));

    assert!(card.contains("lifecycle_delete"), "{card}");
}
