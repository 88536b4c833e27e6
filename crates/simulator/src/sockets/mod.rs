//! Socket Mode: the app's switch, its connections, and the envelopes that wait for their acknowledgement.

pub(crate) mod listen;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::sync::{mpsc, oneshot};

/// How many connections Slack allows an app.
pub(crate) const MOST_CONNECTIONS: usize = 10;

/// How long an address is good that was handed out.
const TICKET_LIFE: TimeDelta = TimeDelta::seconds(30);

/// The app's connections, and what is on its way on them.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    app_token: Option<String>,
    is_on: bool,
    tickets: BTreeMap<String, DateTime<Utc>>,
    open: Vec<Open>,
    waiting: BTreeMap<String, Waiting>,
    opened: u64,
    turn: usize,
}

#[derive(Debug)]
struct Open {
    id: u64,
    orders: mpsc::UnboundedSender<Order>,
    is_leaving: bool,
}

/// An envelope that was sent and is not acknowledged yet.
#[derive(Debug)]
struct Waiting {
    connection: u64,
    takes_answer: bool,
    /// Whether the connection is cut before the acknowledgement counts.
    loses_ack: bool,
    done: oneshot::Sender<Value>,
}

/// What a connection is told to do.
#[derive(Debug)]
pub(crate) enum Order {
    /// Send this.
    Send(Value),
    /// Close as Slack does.
    Close,
    /// Break off.
    Cut,
}

/// How an envelope is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrives, and so does its acknowledgement.
    Good,
    /// The connection is cut before it.
    CutBefore,
    /// It arrives, and the connection is cut before its acknowledgement.
    CutAfter,
    /// It gets lost on the way.
    Lost,
}

/// What an acknowledgement leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It is as it should be.
    Fine,
    /// It came too late or is wrong, and this is why.
    Wrong(String),
    /// The connection is to be cut.
    Cut,
}

impl Sockets {
    /// Gives the app this token and turns Socket Mode on.
    pub(crate) fn turn_on(&mut self, app_token: &str) {
        self.app_token = Some(app_token.to_owned());
        self.is_on = true;
    }

    /// Turns Socket Mode on again; false for an app without a token.
    pub(crate) fn turn_on_again(&mut self) -> bool {
        self.is_on = self.app_token.is_some();
        self.is_on
    }

    pub(crate) const fn is_on(&self) -> bool {
        self.is_on
    }

    pub(crate) fn is_app_token(&self, token: &str) -> bool {
        self.app_token.as_deref() == Some(token)
    }

    /// Keeps a ticket for one connection.
    pub(crate) fn hand_out(&mut self, ticket: String, now: DateTime<Utc>) {
        self.tickets.retain(|_, at| now - *at <= TICKET_LIFE);
        self.tickets.insert(ticket, now);
    }

    /// Returns whether a connection may be opened with this ticket, which is used up by it.
    pub(crate) fn take_ticket(&mut self, ticket: &str, now: DateTime<Utc>) -> bool {
        let is_fresh = self.tickets.remove(ticket).is_some_and(|at| now - at <= TICKET_LIFE);
        is_fresh && self.is_on && self.open.len() < MOST_CONNECTIONS
    }

    /// Enters a connection and returns its id and what it is told.
    pub(crate) fn open(&mut self) -> (u64, mpsc::UnboundedReceiver<Order>) {
        let (orders, told) = mpsc::unbounded_channel();
        self.opened += 1;
        self.open.push(Open { id: self.opened, orders, is_leaving: false });
        (self.opened, told)
    }

    /// Forgets a connection; what it did not acknowledge is lost with it.
    pub(crate) fn close(&mut self, id: u64) {
        self.open.retain(|one| one.id != id);
        self.waiting.retain(|_, one| one.connection != id);
    }

    /// Returns the ids of the connections, the oldest first.
    pub(crate) fn ids(&self) -> Vec<u64> {
        self.open.iter().map(|one| one.id).collect()
    }

    /// Sends an envelope on the next connection in turn; the receiver hears of its acknowledgement, or fails with it.
    ///
    /// `None` where no connection is open.
    pub(crate) fn send(
        &mut self,
        envelope: &Value,
        fate: Fate,
    ) -> Option<oneshot::Receiver<Value>> {
        self.turn = self.turn.wrapping_add(1);
        let at = self.turn.checked_rem(self.open.len())?;
        let to = &self.open[at];
        let (done, heard) = oneshot::channel();
        let waiting = Waiting {
            connection: to.id,
            takes_answer: envelope["accepts_response_payload"] == json!(true),
            loses_ack: fate == Fate::CutAfter,
            done,
        };
        let order = match fate {
            Fate::Good | Fate::CutAfter => Some(Order::Send(envelope.clone())),
            Fate::CutBefore => Some(Order::Cut),
            Fate::Lost => None,
        };
        if let Some(order) = order {
            // A connection that ends at this moment takes the envelope with it, like any that is cut.
            to.orders.send(order).ok()?;
        }
        let id = envelope["envelope_id"].as_str().unwrap_or_default().to_owned();
        self.waiting.insert(id, waiting);
        Some(heard)
    }

    /// Stops waiting for an envelope.
    pub(crate) fn give_up(&mut self, envelope_id: &str) {
        self.waiting.remove(envelope_id);
    }

    /// Takes what the bot sent on a connection.
    pub(crate) fn hear(&mut self, text: &str) -> Heard {
        let Ok(Value::Object(ack)) = serde_json::from_str::<Value>(text) else {
            return Heard::Wrong("it is no object in JSON".into());
        };
        if let Some(name) =
            ack.keys().find(|name| !matches!(name.as_str(), "envelope_id" | "payload"))
        {
            return Heard::Wrong(format!("it has an unknown field {name:?}"));
        }
        let id = ack.get("envelope_id").and_then(Value::as_str).unwrap_or_default();
        let Some(waiting) = self.waiting.remove(id) else {
            return Heard::Wrong("no envelope with its id waits for it".into());
        };
        if waiting.loses_ack {
            return Heard::Cut;
        }
        let payload = ack.get("payload").cloned();
        let is_unwanted = payload.is_some() && !waiting.takes_answer;
        // Who waited may have gone.
        waiting.done.send(payload.filter(|_| waiting.takes_answer).unwrap_or_default()).ok();
        if is_unwanted {
            return Heard::Wrong("its envelope takes no payload".into());
        }
        Heard::Fine
    }

    /// Breaks every connection off.
    pub(crate) fn cut_all(&mut self) {
        self.order_all(|| Order::Cut);
    }

    /// Says that Slack closes every connection, and returns the ids of those that were not told so before.
    pub(crate) fn disconnect_all(&mut self, reason: &str) -> Vec<u64> {
        let told = self.open.iter_mut().filter(|one| !one.is_leaving);
        let told: Vec<u64> = told
            .map(|one| {
                one.is_leaving = true;
                let word = json!({"type": "disconnect", "reason": reason, "debug_info": {"host": "simulator"}});
                one.orders.send(Order::Send(word)).ok();
                one.id
            })
            .collect();
        if reason == "link_disabled" {
            self.is_on = false;
        }
        told
    }

    /// Closes these connections.
    pub(crate) fn close_all(&mut self, ids: &[u64]) {
        for one in self.open.iter().filter(|one| ids.contains(&one.id)) {
            one.orders.send(Order::Close).ok();
        }
    }

    fn order_all(&mut self, order: impl Fn() -> Order) {
        for one in &self.open {
            one.orders.send(order()).ok();
        }
    }
}
