//! Buttons and forms as Slack signs and sends them, also those that stand in no message any more.

use crate::play::{Play, id};
use crate::sight::plain_blocks;
use crate::slash::sign;
use reqwest::Client;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

impl Play {
    /// Presses a button that was taken off its message meanwhile, and returns what the person is told directly.
    ///
    /// # Panics
    ///
    /// When Slack is not answered 200.
    pub async fn presses_old(&self, who: &str, action: &str, value: &str) -> String {
        let before = self.messages("dm", who).await.len();
        let ts = format!("1780000000.{:06}", before + 1);
        let action =
            json!({"type": "button", "action_id": action, "value": value, "action_ts": ts});
        let view = json!({"id": format!("V0{ts}"), "hash": ts});
        let more = json!({"actions": [action], "view": view, "container": {"type": "view", "view_id": "V0OLD"}});
        let http = Client::builder().build().expect("a client for loopback");
        answer_of(interaction(self, &http, who, "block_actions", &more)).await;
        // Slack takes one message a second from an app.
        self.waits("3s").await;
        let told = self.messages("dm", who).await;
        told.iter().skip(before).map(|seen| seen.text.as_str()).collect::<Vec<_>>().join(" / ")
    }
}

/// Returns an interaction on its way to the bot.
pub(crate) fn interaction(
    play: &Play,
    http: &Client,
    who: &str,
    kind: &str,
    more: &Value,
) -> impl Future<Output = Result<reqwest::Response, reqwest::Error>> + Send + 'static {
    let mut payload = json!({"type": kind, "team": {"id": play.team()},
        "user": {"id": id(who), "team_id": play.team()}, "trigger_id": format!("1.2.{who}"),
        "is_enterprise_install": false});
    for (key, value) in more.as_object().into_iter().flatten() {
        payload[key] = value.clone();
    }
    let form = Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    let stage = play.stage();
    let signed = sign(form, stage.signing_secret(), stage.clock().now());
    let url = stage.bot_url().join("slack/interactions").expect("a path of the bot");
    let mut sent = http.post(url).body(signed.body);
    for (name, value) in signed.headers {
        sent = sent.header(name, value);
    }
    sent.send()
}

/// Returns what stands in the window that a form turned into.
pub(crate) async fn answer_of(
    sent: impl Future<Output = Result<reqwest::Response, reqwest::Error>>,
) -> String {
    let answer = sent.await.expect("the bot answers");
    assert_eq!(answer.status(), 200, "Slack is answered 200");
    let text = answer.text().await.expect("the whole answer");
    let answer: Value = serde_json::from_str(&text).unwrap_or_default();
    plain_blocks(&answer["view"]["blocks"])
}
