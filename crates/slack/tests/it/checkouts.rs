//! What a workspace pays, in words.

use crate::homes::state;
use chrono::{DateTime, Utc};
use domain::action::Modal;
use domain::billing::Plan;
use domain::message::Message;
use domain::message::Person;
use domain::reply::Reply;
use domain::story::checkout::{self, Reply as Said, State};
use domain::story::data::Address;
use domain::story::home::WorkspaceState;
use domain::story::settings::{self, WorkspaceModal};
use insta::assert_snapshot;
use serde_json::Value;
use slack::{render_message, render_modal, render_reply};

fn now() -> DateTime<Utc> {
    "2026-06-08T07:00:00Z".parse().unwrap()
}

fn at(day: &str) -> DateTime<Utc> {
    format!("{day}T07:00:00Z").parse().unwrap()
}

fn free() -> State {
    State {
        plan: Plan::Free,
        active_rotations: 3,
        is_paid: false,
        has_customer: false,
        period_end: None,
        ends_at: None,
        past_due_until: None,
    }
}

fn paid() -> State {
    let (plan, period_end) = (Plan::Pro, Some(at("2026-07-08")));
    State { plan, active_rotations: 7, is_paid: true, has_customer: true, period_end, ..free() }
}

/// Returns what says the most.
pub(crate) fn failing() -> State {
    State { past_due_until: Some(at("2026-06-22")), ..paid() }
}

/// Returns what stands in the modal of the workspace about billing: the words, and the buttons.
fn in_modal(billing: Option<State>) -> String {
    let state = WorkspaceState { billing, ..state(&[], Vec::new()) };
    let installer =
        Person { user: domain::ids::UserId::new("U0ANA"), name: Some(String::from("Ana")) };
    let modal = WorkspaceModal { state, installer, deleted: Vec::new() };
    let modal = Modal::Settings(settings::Modal::Workspace(Box::new(modal)));
    let window = render_modal(&modal, now());
    let blocks = window["blocks"].as_array().unwrap();
    let words: Vec<&str> =
        blocks.iter().skip(1).filter_map(|block| block["text"]["text"].as_str()).collect();
    let buttons = blocks.iter().filter_map(|block| block["elements"].as_array()).flatten();
    let buttons: Vec<&str> = buttons.filter_map(|button| button["text"]["text"].as_str()).collect();
    format!("{}\n[{}]", words.join("\n"), buttons.join("] ["))
}

#[test]
fn admins_see_their_plan_and_what_uninstalling_does_before_they_pay() {
    let ending = State { ends_at: Some(at("2026-07-08")), ..paid() };
    let fallen = State { has_customer: true, active_rotations: 5, ..free() };
    let all = [free(), paid(), ending, failing(), fallen].map(|state| in_modal(Some(state)));

    assert_snapshot!("plans_in_the_modal", all.join("\n\n"));
    assert!(all.iter().all(|shown| shown.contains("removed from Slack")));
}

#[test]
fn who_pays_nothing_reads_nothing_of_it() {
    let shown = in_modal(None);

    assert!(!shown.contains("Plan") && !shown.contains("Pro"), "{shown}");
}

fn shown(message: &Value) -> String {
    let parts = message["blocks"].as_array().unwrap().iter();
    let words = parts.clone().filter_map(|block| block["text"]["text"].as_str());
    let buttons = parts.filter_map(|block| block["elements"].as_array()).flatten();
    let buttons = buttons.filter_map(|button| button["text"]["text"].as_str());
    words.chain(buttons).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_answer_says_what_happened_and_what_to_do() {
    let address = || Address::new("https://checkout.stripe.com/c/pay/cs_1#fid");
    let replies = [
        Said::Checkout { address: address() },
        Said::Portal { address: address() },
        Said::PaidAlready,
        Said::NothingToManage,
        Said::NotHere,
        Said::NoAnswer,
    ];
    let answers = replies.map(|reply| shown(&render_reply(&Reply::Checkout(reply), now())));

    assert_snapshot!("answers_about_paying", answers.join("\n\n"));
    assert!(answers[0].contains("removed from Slack"), "it is said before anybody pays");
}

#[test]
fn admins_are_told_of_a_payment_that_failed_with_the_way_to_mend_it() {
    let until = at("2026-06-22");
    let messages = [checkout::Message::PaymentFailed { until }, checkout::Message::PaymentWorks];
    let told = messages.map(|message| {
        let message = render_message(&Message::Checkout(message), now());
        shown(&serde_json::json!({"blocks": message.blocks}))
    });

    assert_snapshot!("told_about_paying", told.join("\n\n"));
}
