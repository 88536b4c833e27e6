//! What is stored against what Slack accepted and what people were answered.

use crate::crash::town::{Accepted, Asked, Town};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use store::testing::{Ledger, OutboxRow, TurnRow};

/// What a comparison came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Deliveries, all of them.
    pub deliveries: usize,
    /// Posts that Slack accepted.
    pub accepted: usize,
    /// Turns of the daily rotations.
    pub turns: usize,
    /// Requests that were answered as done.
    pub acknowledged: usize,
    /// Deliveries that Slack has twice, each flagged as said once more.
    pub flagged: usize,
    /// Those of them in direct messages, where the bot may look once a minute.
    pub flagged_direct: usize,
    /// Deliveries of which it is said that nobody knows.
    pub unconfirmed: usize,
    /// Deliveries that were set aside after three crashes.
    pub quarantined: usize,
    /// Deliveries that ended unsaid, by the code of the end.
    pub unsaid: BTreeMap<String, usize>,
    /// What the service said where it did not come to rest.
    pub trouble: Vec<String>,
    /// What is not there although it should be.
    pub lost: Vec<String>,
    /// What is there twice without a flag, or although the first was known to have arrived.
    pub doubled: Vec<String>,
    /// Messages of whose echo the service took notice.
    pub receipts: usize,
}

impl Figures {
    /// Returns whether nothing is lost and nothing doubled in silence.
    #[must_use]
    pub const fn are_good(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty()
    }

    /// Adds those of another comparison.
    pub fn add(&mut self, other: &Self) {
        self.deliveries += other.deliveries;
        self.accepted += other.accepted;
        self.turns += other.turns;
        self.acknowledged += other.acknowledged;
        self.flagged += other.flagged;
        self.flagged_direct += other.flagged_direct;
        self.receipts += other.receipts;
        self.unconfirmed += other.unconfirmed;
        self.quarantined += other.quarantined;
        for (code, count) in &other.unsaid {
            *self.unsaid.entry(code.clone()).or_default() += count;
        }
        self.trouble.extend(other.trouble.iter().cloned());
        self.lost.extend(other.lost.iter().cloned());
        self.doubled.extend(other.doubled.iter().cloned());
    }
}

/// Compares everything, once nothing is due any more.
#[must_use]
pub fn check(town: &Town, ledger: &Ledger, now: DateTime<Utc>) -> Figures {
    let mut figures = Figures::default();
    deliveries(town, ledger, now, &mut figures);
    requests(town, ledger, &mut figures);
    handoffs(town, ledger, now, &mut figures);
    figures
}

fn deliveries(town: &Town, ledger: &Ledger, now: DateTime<Utc>, figures: &mut Figures) {
    figures.deliveries = ledger.outbox.len();
    for row in &ledger.outbox {
        let id = row.delivery_id.to_string();
        let told = |what: &str| {
            format!("{what}: {id} {} {} {:?} {}", row.state, row.call, row.code, row.envelope)
        };
        let posts = town.accepted.get(&id).map(Vec::as_slice).unwrap_or_default();
        let accepted = posts.len();
        figures.accepted += accepted;
        figures.receipts += posts.iter().filter(|post| post.receipt.is_some()).count();
        if is_said_again_though_seen(posts) {
            figures.doubled.push(told("Slack has it twice, though the first was seen"));
        }
        let is_flagged = row.is_resend
            || ["ambiguous", "unconfirmed", "quarantined"].contains(&row.state.as_str());
        match accepted {
            0 | 1 => {}
            _ if is_flagged => {
                figures.flagged += 1;
                figures.flagged_direct += usize::from(is_direct(&row.envelope));
            }
            _ => figures.doubled.push(told("Slack has it twice, unflagged")),
        }
        match row.state.as_str() {
            "sent" if row.call == "post" && accepted == 0 => {
                figures.lost.push(told("said to be sent, and Slack never had it"));
            }
            "sent" => {}
            "unconfirmed" | "quarantined" => {
                let is_unconfirmed = row.state == "unconfirmed";
                figures.unconfirmed += usize::from(is_unconfirmed);
                figures.quarantined += usize::from(!is_unconfirmed);
                if accepted == 0 {
                    *figures
                        .unsaid
                        .entry(format!("{}, and not in Slack", row.state))
                        .or_default() += 1;
                }
            }
            "failed" => figures.lost.push(told("refused for good, which nothing here is")),
            "expired" | "dropped" => {
                let code = format!("{} {}", row.state, row.code.as_deref().unwrap_or("-"));
                *figures.unsaid.entry(code).or_default() += 1;
            }
            _ if row.available_at <= now => figures.lost.push(told("due and not over")),
            _ => {}
        }
    }
    for row in
        ledger.inbox.iter().filter(|row| row.available_at <= now && row.state != "quarantined")
    {
        let (id, state, crashes) = (row.inbox_id, &row.state, row.crashes);
        figures.lost.push(format!(
            "of the inbox, due and not over: {id} {state}, {crashes} crashes {}",
            row.item
        ));
    }
    let known: BTreeSet<String> =
        ledger.outbox.iter().map(|row| row.delivery_id.to_string()).collect();
    for (id, posts) in &town.accepted {
        // A late answer has no row: nothing is kept of it.
        if !known.contains(id) && posts.len() > 1 {
            figures.doubled.push(format!("Slack has it twice and no row knows of it: {id}"));
        }
    }
}

fn requests(town: &Town, ledger: &Ledger, figures: &mut Figures) {
    let mut there: BTreeMap<Asked, usize> = BTreeMap::new();
    for row in &ledger.absences {
        let span: serde_json::Value = serde_json::from_str(&row.span).unwrap_or_default();
        let text = span.to_string();
        for asked in town.asked.keys() {
            if let Asked::Absence { team, user, day } = asked
                && *team == row.team_id
                && *user == row.user_id
                && text.contains(&day.to_string())
            {
                *there.entry(asked.clone()).or_default() += 1;
            }
        }
    }
    for row in &ledger.rotations {
        let asked = Asked::Rotation { team: row.team_id.clone(), name: row.name.clone() };
        *there.entry(asked).or_default() += 1;
    }
    for (asked, is_acknowledged) in &town.asked {
        figures.acknowledged += usize::from(*is_acknowledged);
        match there.get(asked).copied().unwrap_or_default() {
            0 if *is_acknowledged => {
                figures.lost.push(format!("answered as done and not there: {asked:?}"));
            }
            0 | 1 => {}
            more => figures.doubled.push(format!("there {more} times: {asked:?}")),
        }
    }
}

/// Returns whether Slack accepted a message once more after the service had taken notice of the first.
fn is_said_again_though_seen(posts: &[Accepted]) -> bool {
    let first_receipt = posts.iter().filter_map(|post| post.receipt).min();
    first_receipt.is_some_and(|receipt| posts.iter().any(|post| receipt < post.number))
}

/// Returns whether it is for one person's direct messages.
fn is_direct(envelope: &str) -> bool {
    let envelope: serde_json::Value = serde_json::from_str(envelope).unwrap_or_default();
    envelope["to"]["person"].is_string()
}

/// Returns the turns that are announced in a channel, by rotation.
fn announced(ledger: &Ledger) -> BTreeSet<(String, DateTime<Utc>)> {
    let post = |row: &OutboxRow| {
        let envelope: serde_json::Value = serde_json::from_str(&row.envelope).unwrap_or_default();
        let effect = &envelope["effect"];
        let is_post = ["handoff_post", "unassigned_post"].contains(&effect["kind"].as_str()?);
        let planned_at = effect["planned_at"].as_str()?.parse().ok()?;
        is_post.then_some((effect["rotation"].as_str()?.to_owned(), planned_at))
    };
    ledger.outbox.iter().filter_map(post).collect()
}

/// Every day from the first on has its turn, up to now, and each turn is announced.
fn handoffs(town: &Town, ledger: &Ledger, now: DateTime<Utc>, figures: &mut Figures) {
    let mut turns: BTreeMap<(&str, &str), BTreeSet<DateTime<Utc>>> = BTreeMap::new();
    let announced = announced(ledger);
    for row in &ledger.turns {
        // A turn whose whole window passed while nothing ran is told of with the next one.
        if row.state != "missed"
            && !announced.contains(&(row.rotation_id.to_string(), row.planned_at))
        {
            let TurnRow { name, team_id, planned_at, .. } = row;
            figures
                .lost
                .push(format!("the post of {name} in {team_id} for the turn of {planned_at}"));
        }
        turns.entry((&row.team_id, &row.name)).or_default().insert(row.planned_at);
    }
    for (team, name, first) in &town.dailies {
        let have = turns.remove(&(team.as_str(), name.as_str())).unwrap_or_default();
        let mut at = *first;
        while at <= now {
            figures.turns += 1;
            if !have.contains(&at) {
                figures.lost.push(format!("the turn of {name} in {team} that began at {at}"));
            }
            at += TimeDelta::days(1);
        }
        if have.iter().any(|planned| (*planned - *first).num_seconds() % 86_400 != 0) {
            figures.doubled.push(format!("a turn of {name} in {team} that is not on the grid"));
        }
    }
}
