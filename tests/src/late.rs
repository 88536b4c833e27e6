//! Buttons that somebody still sees when they are gone: Slack shows an old message until it is loaded again.

use crate::play::{Play, id};
use crate::slash::sign;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

impl Play {
    /// Presses a button as it stood in the newest direct message that had it, though it is gone meanwhile, and returns what
    /// the one who pressed is told directly.
    ///
    /// # Panics
    ///
    /// When no message ever had the button, or when Slack is not answered 200.
    pub async fn presses_late(&self, who: &str, action: &str) -> String {
        let before = self.messages("dm", who).await.len();
        let value = self.value_of(action).await;
        let ts = format!("{}.{before:06}", self.stage().clock().now().timestamp());
        let pressed = json!({
            "type": "block_actions", "team": {"id": self.team()}, "trigger_id": format!("1.2.{ts}"),
            "user": {"id": id(who), "team_id": self.team()}, "is_enterprise_install": false,
            "actions": [{"type": "button", "action_id": action, "value": value, "action_ts": ts}],
            "view": {"id": format!("V0{ts}"), "hash": ts},
            "container": {"type": "view", "view_id": format!("V0{ts}")},
        });
        let body =
            Serializer::new(String::new()).append_pair("payload", &pressed.to_string()).finish();
        let signed = sign(body, self.stage().signing_secret(), self.stage().clock().now());
        let url = self.stage().bot_url().join("slack/interactions").expect("a path of the bot");
        let mut sent = reqwest::Client::builder()
            .build()
            .expect("a client for loopback")
            .post(url)
            .body(signed.body);
        for (name, value) in signed.headers {
            sent = sent.header(name, value);
        }
        let answer = sent.send().await.expect("the bot answers");
        assert_eq!(answer.status(), 200);
        self.stage().clock().settle().await;
        // Slack takes one message a second from an app.
        self.waits("2s").await;
        let all = self.messages("dm", who).await;
        all.iter().skip(before).map(|seen| seen.text.clone()).collect()
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
