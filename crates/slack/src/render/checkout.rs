//! What a workspace pays, in words: where it stands, and the links to pay or to manage it.

use super::blocks::{LONGEST_SECTION, Part, fit, section};
use super::buttons::{button, primary};
use super::reply::UTC;
use super::words::{Ink, Style};
use chrono::{DateTime, Utc};
use domain::action;
use domain::billing::Plan;
use domain::story::checkout::{Button, Message, Reply, State};
use serde_json::{Value, json};

/// What uninstalling does, said before anybody pays.
const UNINSTALLING: &str = "If Asyncbot is removed from Slack, the subscription ends with the period that is paid, and nothing more is charged; installed again before that, it goes on.";

/// Returns an answer.
pub(super) fn compose(reply: &Reply) -> Vec<Part> {
    let lines = match reply {
        Reply::Checkout { address } => vec![
            String::from(
                "With Pro there is no limit of active rotations, absences are synced from HiBob, and the event log is kept for a year.",
            ),
            format!("<{}|Pay at Stripe>", address.show()),
            String::from(
                "The link is for you and opens for a day; I keep neither it nor anything that you enter there.",
            ),
            String::from(UNINSTALLING),
        ],
        Reply::Portal { address } => vec![
            format!("<{}|Manage what this workspace pays>", address.show()),
            String::from(
                "Card, invoices and the end of it are at Stripe. The link is for you and opens for a few minutes; ask for another one whenever you need it.",
            ),
        ],
        Reply::PaidAlready => vec![String::from(
            "This workspace pays for Pro already, so nothing was begun. *Manage billing* has the card, the invoices and the end of it.",
        )],
        Reply::NothingToManage => vec![String::from(
            "This workspace has never paid anything, so there is nothing to manage. *Upgrade to Pro* begins it.",
        )],
        Reply::NotHere => {
            vec![String::from("Nobody pays anything here: this installation has everything.")]
        }
        Reply::NoAnswer => vec![String::from(
            "Stripe does not answer just now. Nothing was begun and nothing is charged; please try again in a few minutes.",
        )],
    };
    let mut parts = vec![Part::Lines(lines)];
    if matches!(reply, Reply::PaidAlready) {
        parts.push(Part::Buttons(vec![button(&action::Button::Checkout(Button::Manage))]));
    }
    if matches!(reply, Reply::NothingToManage) {
        parts.push(Part::Buttons(vec![primary(&action::Button::Checkout(Button::Upgrade))]));
    }
    parts
}

/// Returns what admins are told without having asked.
pub(super) fn message(message: Message, ink: &Ink) -> Vec<Part> {
    let lines = match message {
        Message::PaymentFailed { until } => vec![
            format!(
                "The payment for Asyncbot failed. Pro stays until {}, and nothing changes until then.",
                ink.at(until)
            ),
            String::from(
                "Stripe tries again by itself in the next days. With another card it works at once; the button leads there.",
            ),
        ],
        Message::PaymentWorks => {
            return vec![Part::Lines(vec![String::from(
                "The payment for Asyncbot went through. Pro goes on; there is nothing to do.",
            )])];
        }
    };
    let manage = button(&action::Button::Checkout(Button::Manage));
    vec![Part::Lines(lines), Part::Buttons(vec![manage])]
}

/// Returns what stands on a button.
pub(super) const fn label(button: Button) -> &'static str {
    match button {
        Button::Upgrade => "Upgrade to Pro",
        Button::Manage => "Manage billing",
    }
}

/// Returns where the plan stands, for admins, and what they can do about it.
pub(super) fn blocks(state: &State, now: DateTime<Utc>) -> [Value; 2] {
    let words = fit(&lines(state, now), LONGEST_SECTION);
    [section(&words, None), json!({ "type": "actions", "elements": buttons(state) })]
}

fn lines(state: &State, now: DateTime<Utc>) -> Vec<String> {
    let ink = Ink::new(UTC, now, Style::Block);
    let mut lines = vec![match (state.plan, state.plan.entitlements().active_rotations) {
        (Plan::Free, Some(most)) => {
            let days = state.plan.entitlements().event_log_kept.num_days();
            let active = state.active_rotations;
            format!(
                "*Plan: Free.* {active} of {most} active rotations. The event log is kept for {days} days, and absences are entered by hand."
            )
        }
        _ => String::from("*Plan: Pro.* There is no limit of rotations."),
    }];
    if let Some(until) = state.past_due_until {
        lines.push(format!(
            "The last payment failed. Pro stays until {}; please see to the card before.",
            ink.at(until)
        ));
    } else if let Some(ends) = state.ends_at {
        lines.push(format!(
            "It is cancelled and ends {}. Until then everything stays.",
            ink.at(ends)
        ));
    } else if let Some(until) = state.period_end {
        lines.push(format!("It is paid until {} and renews by itself.", ink.at(until)));
    }
    lines.push(String::from(UNINSTALLING));
    lines
}

fn buttons(state: &State) -> Vec<Value> {
    let upgrade = (!state.is_paid).then_some(Button::Upgrade);
    let upgrade = upgrade.map(|press| primary(&action::Button::Checkout(press)));
    let manage = state.has_customer.then_some(Button::Manage);
    let manage = manage.map(|press| button(&action::Button::Checkout(press)));
    upgrade.into_iter().chain(manage).collect()
}
