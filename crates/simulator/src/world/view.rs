//! Modals and home views.

use serde_json::{Map, Value, json};

/// The fields of a view that the bot gives.
const GIVEN: [&str; 9] = [
    "blocks",
    "callback_id",
    "clear_on_close",
    "close",
    "external_id",
    "notify_on_close",
    "private_metadata",
    "submit",
    "title",
];

/// A modal, or the app's home as one person sees it.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) id: String,
    pub(crate) is_home: bool,
    pub(crate) hash: String,
    pub(crate) previous: Option<String>,
    pub(crate) root: String,
    /// What the bot gave, every block with its id.
    pub(crate) body: Value,
    /// What the bot had to say about the last submission, by block.
    pub(crate) errors: Map<String, Value>,
}

impl View {
    pub(crate) fn blocks(&self) -> &Value {
        &self.body["blocks"]
    }

    pub(crate) fn external_id(&self) -> Option<&str> {
        self.body["external_id"].as_str().filter(|id| !id.is_empty())
    }

    pub(crate) fn is_flagged(&self, name: &str) -> bool {
        self.body[name] == json!(true)
    }

    /// Returns it as `/sim/views` shows it.
    pub(crate) fn for_page(&self) -> Value {
        let mut view = self.with_given_fields();
        view["errors"] = Value::Object(self.errors.clone());
        view
    }

    /// Returns it as Slack shows it to the bot, with what stands in its form.
    pub(crate) fn for_bot(&self, team: &str, bot: (&str, &str), state: &Value) -> Value {
        let mut view = self.with_given_fields();
        let more = json!({
            "team_id": team,
            "state": {"values": state},
            "previous_view_id": self.previous,
            "root_view_id": self.root,
            "bot_id": bot.0,
            "app_id": bot.1,
            "app_installed_team_id": team,
        });
        if let (Some(view), Value::Object(more)) = (view.as_object_mut(), more) {
            view.extend(more);
        }
        view
    }

    fn with_given_fields(&self) -> Value {
        let mut view = json!({
            "id": self.id,
            "type": if self.is_home { "home" } else { "modal" },
            "hash": self.hash,
        });
        for name in GIVEN {
            view[name] = match (&self.body[name], name) {
                (Value::Null, "callback_id" | "external_id" | "private_metadata") => json!(""),
                (Value::Null, "clear_on_close" | "notify_on_close") => json!(false),
                (Value::Null, "title") if self.is_home => {
                    json!({"type": "plain_text", "text": "View Title", "emoji": true})
                }
                (value, _) => value.clone(),
            };
        }
        view
    }
}
