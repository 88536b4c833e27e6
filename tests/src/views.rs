//! Modals and the home: how a person comes to them, and what they do there.

use crate::play::{Play, id};
use crate::sight::Seen;
use serde_json::{Map, Value, json};

impl Play {
    /// Types a command in `#support` that opens a modal, and returns the modal.
    ///
    /// # Panics
    ///
    /// When none opens.
    pub async fn opens(&self, who: &str, command: &str) -> Value {
        self.opens_in("#support", who, command).await
    }

    /// Types a command in a channel that opens a modal, and returns the modal.
    ///
    /// # Panics
    ///
    /// When none opens.
    pub async fn opens_in(&self, channel: &str, who: &str, command: &str) -> Value {
        let (verb, text) = command.split_once(' ').unwrap_or((command, ""));
        let act = json!({"team": self.team(), "user": id(who), "command": verb, "text": text, "channel": channel});
        let done = self.act(&act).await;
        self.opened(who, &done).await
    }

    /// Presses a button of a message that opens a modal, and returns the modal.
    ///
    /// # Panics
    ///
    /// When none opens.
    pub async fn opens_by(&self, who: &str, message: &Seen, action: &str) -> Value {
        let done = self.presses(who, message, action).await;
        self.opened(who, &done).await
    }

    async fn opened(&self, who: &str, done: &Value) -> Value {
        self.stage().clock().settle().await;
        let top = self.modals(who).await.pop();
        top.unwrap_or_else(|| panic!("a modal opens for {who}: {done}"))
    }

    /// Opens the bot's home and returns what is published there.
    ///
    /// # Panics
    ///
    /// When the bot publishes nothing.
    pub async fn opens_home(&self, who: &str) -> Value {
        let done =
            self.act(&json!({"team": self.team(), "user": id(who), "open_home": true})).await;
        self.stage().clock().settle().await;
        let home = self.home(who).await;
        home.unwrap_or_else(|| panic!("a home is published for {who}: {done}"))
    }

    /// Returns the home as it stands, without opening it.
    pub async fn home(&self, who: &str) -> Option<Value> {
        let home = self.views(who).await["home"].clone();
        Some(home).filter(|home| !home.is_null())
    }

    /// Returns the modals that a person has open, the one on top last.
    pub async fn modals(&self, who: &str) -> Vec<Value> {
        self.views(who).await["modals"].as_array().cloned().unwrap_or_default()
    }

    async fn views(&self, who: &str) -> Value {
        self.get(&format!("sim/views?team={}&user={}", self.team(), id(who))).await
    }

    /// Presses a button of a modal or a home.
    pub async fn clicks_in_view(&self, who: &str, view: &Value, action: &str) -> Value {
        self.chooses_in_view(who, view, action, &Value::Null).await
    }

    /// Chooses something in a modal or a home: an option's value, a person, a channel, a day; a list where several may be chosen.
    ///
    /// The value also tells buttons apart that have the same action.
    pub async fn chooses_in_view(
        &self,
        who: &str,
        view: &Value,
        action: &str,
        value: &Value,
    ) -> Value {
        self.acts_in_view(who, view, (action, value), &json!({})).await
    }

    /// Presses or chooses while `form` stands in the fields, by block; `value` is null for a button.
    pub async fn acts_in_view(
        &self,
        who: &str,
        view: &Value,
        (action, value): (&str, &Value),
        form: &Value,
    ) -> Value {
        let click = json!({"view_id": view["id"], "action_id": action, "value": value, "values": with_action_ids(view, form)});
        let done = self.act(&json!({"team": self.team(), "user": id(who), "click": click})).await;
        self.stage().clock().settle().await;
        done
    }

    /// Fills a modal and submits it as Slack's client does, and returns the bot's answer.
    ///
    /// `form` has a value by block: a text, an option's value, a person, a day, a list of these, or null for an emptied field.
    /// A field that is left out keeps what it began with.
    ///
    /// # Panics
    ///
    /// When Slack's client would not send it.
    pub async fn fills(&self, who: &str, view: &Value, form: &Value) -> Value {
        let submit = json!({"view_id": view["id"], "values": with_action_ids(view, form)});
        let done = self.act(&json!({"team": self.team(), "user": id(who), "submit": submit})).await;
        self.stage().clock().settle().await;
        assert_eq!(done["error"], Value::Null, "Slack shows the person an error: {done}");
        done["response"].clone()
    }

    /// Chooses that nobody is asked for a note in `support`.
    pub async fn asks_for_no_notes(&self, who: &str) {
        let modal = self.opens(who, "/rotation settings support").await;
        self.fills(who, &modal, &json!({"asks_for_note": "off"})).await;
        self.closes(who).await;
    }

    /// Closes the modal on top.
    pub async fn closes(&self, who: &str) {
        self.act(&json!({"team": self.team(), "user": id(who), "close": {}})).await;
        self.stage().clock().settle().await;
    }

    /// Chooses something in a menu of a message.
    pub async fn chooses(&self, who: &str, message: &Seen, action: &str, value: &Value) -> Value {
        let click = json!({"channel": message.channel, "ts": message.ts, "action_id": action, "value": value});
        let done = self.act(&json!({"team": self.team(), "user": id(who), "click": click})).await;
        self.stage().clock().settle().await;
        done
    }
}

/// Puts each value under the action of the field in its block, as the form of a view has it.
fn with_action_ids(view: &Value, form: &Value) -> Value {
    let mut values = Map::new();
    for (block, value) in form.as_object().into_iter().flatten() {
        let mut blocks = view["blocks"].as_array().into_iter().flatten();
        let found = blocks.find(|one| one["block_id"] == block.as_str());
        let found = found.unwrap_or_else(|| panic!("there is no block {block:?} in {view}"));
        let elements = found["elements"].as_array();
        let field = elements.and_then(|elements| elements.first());
        let field = field.or(found.get("element")).or(found.get("accessory"));
        let action = field.and_then(|field| field["action_id"].as_str()).unwrap_or_default();
        values.insert(block.clone(), json!({action: value}));
    }
    Value::Object(values)
}
