//! Buttons that somebody still sees when they are gone: Slack shows an old message until it is loaded again.

use crate::play::Play;
use serde_json::Value;

impl Play {
    /// Presses a button as it stood in the newest direct message that had it, though it is gone meanwhile, and returns what
    /// the one who pressed is told directly.
    ///
    /// # Panics
    ///
    /// When no message ever had the button.
    pub async fn presses_late(&self, who: &str, action: &str) -> String {
        let value = self.value_of(action).await;
        self.presses_old(who, action, &value).await
    }

    /// Returns the value that a button had in the newest message with it.
    async fn value_of(&self, action: &str) -> String {
        let calls = self.calls("chat.postMessage").await;
        let find = |call: &Value| {
            let blocks = &call["arguments"]["blocks"];
            let blocks: Value = match blocks.as_str() {
                Some(text) => serde_json::from_str(text).expect("blocks"),
                None => blocks.clone(),
            };
            let rows = blocks.as_array()?.iter().filter_map(|block| block["elements"].as_array());
            let mut buttons = rows.flatten().filter(|button| button["action_id"] == action);
            buttons.next()?["value"].as_str().map(str::to_owned)
        };
        calls.iter().rev().find_map(find).expect("a message had the button")
    }
}
