//! What a method answers: its fields, or an error code with a reason for people.

use serde_json::{Value, json};

/// A method's own fields; `ok` is added to them.
pub(crate) type Outcome = Result<Value, Refusal>;

/// An error that Slack would answer.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    /// Why, for the log.
    pub(crate) reason: String,
    /// Fields beside `error`, such as `needed` and `provided`.
    pub(crate) more: Value,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into(), more: json!({}) }
    }

    pub(crate) fn with(mut self, more: Value) -> Self {
        self.more = more;
        self
    }

    /// Returns the refusal of blocks or a view, with where and why as Slack tells it.
    pub(crate) fn of_blocks(code: &'static str, fault: &str) -> Self {
        let (place, what) = fault.split_once(": ").unwrap_or(("", fault));
        let line = format!("[ERROR] {what} [json-pointer:{place}]");
        Self::new(code, fault).with(json!({"response_metadata": {"messages": [line]}}))
    }

    pub(crate) fn body(&self) -> Value {
        let mut body = json!({"ok": false, "error": self.code});
        if let (Some(body), Some(more)) = (body.as_object_mut(), self.more.as_object()) {
            body.extend(more.clone());
        }
        body
    }
}
