//! Plans in words: what stops, what comes back.

use crate::limits::faults_of_message;
use crate::shown::{at, ben, show};
use domain::ids::ChannelId;
use domain::message::Message;
use domain::story::billing::{self, Affected, Ended};
use slack::render_message;

const BERLIN: &str = "Europe/Berlin";

fn read(message: billing::Message) -> String {
    let rendered = render_message(&Message::Billing(message), at("2026-06-10T10:00:00Z"));
    assert_eq!(faults_of_message(&rendered.text, &rendered.blocks), Vec::<String>::new());
    show(&rendered)
}

fn affected(name: &str, is_running: bool) -> Affected {
    Affected {
        name: name.to_owned(),
        channel: ChannelId::new("C1"),
        at: is_running.then(|| at("2026-06-15T07:00:00Z")),
        zone: BERLIN.to_owned(),
    }
}

fn ended(rotations: Vec<Affected>, more: u32, sources: &[&str]) -> billing::Message {
    billing::Message::ProEnded(Box::new(Ended {
        rotations,
        more,
        limit: 3,
        sources: sources.iter().map(|name| (*name).to_owned()).collect(),
        event_log_days: 30,
        kept_until: at("2026-07-10T10:00:00Z"),
    }))
}

fn stops(is_held: bool, is_running: bool) -> billing::Message {
    billing::Message::Stops {
        name: String::from("support"),
        people: if is_held { vec![ben()] } else { Vec::new() },
        at: is_running.then(|| at("2026-06-15T07:00:00Z")),
        limit: 3,
        zone: BERLIN.to_owned(),
    }
}

fn goes_on(is_waiting: bool) -> billing::Message {
    billing::Message::GoesOn {
        name: String::from("support"),
        next: is_waiting.then(|| at("2026-06-15T07:00:00Z")),
        zone: BERLIN.to_owned(),
    }
}

#[test]
fn admins_read_what_stops_and_that_nothing_is_lost() {
    let rotations = vec![affected("<!channel> *delta*", true), affected("echo", false)];
    let all = [ended(rotations, 4, &["HiBob"]), ended(Vec::new(), 0, &[])];

    insta::assert_snapshot!("pro_has_ended", all.map(read).join("\n---\n"));
}

#[test]
fn admins_read_what_comes_back() {
    let all = [
        billing::Message::ProBegan {
            rotations: vec![affected("delta", false)],
            more: 1,
            sources: vec![String::from("HiBob")],
        },
        billing::Message::ProBegan { rotations: Vec::new(), more: 0, sources: Vec::new() },
    ];

    insta::assert_snapshot!("pro_has_begun", all.map(read).join("\n---\n"));
}

#[test]
fn a_channel_reads_when_its_rotation_stops_and_that_it_goes_on() {
    let all =
        [stops(true, true), stops(false, true), stops(false, false), goes_on(false), goes_on(true)];

    insta::assert_snapshot!("a_rotation_stops_and_goes_on", all.map(read).join("\n---\n"));
}

#[test]
fn the_longest_list_fits() {
    let many = (0..20).map(|_| affected(&"&".repeat(80), true)).collect();

    let text = read(ended(many, 980, &["HiBob"]));

    assert!(text.contains("and 980 more") && text.contains("Events are kept"), "{text}");
}
