//! A second workspace beside the story's own, and what Slack was asked in the name of each.

use crate::play::Play;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

impl Play {
    /// Makes another workspace with two people and the channels `support` and so many more, installs the app in it, and
    /// returns its id.
    ///
    /// # Panics
    ///
    /// When it is not made.
    pub async fn has_neighbour(&self, channels: usize) -> String {
        let mut all = vec![json!({"id": "C9SUPPORT", "name": "support"})];
        all.extend(
            (0..channels)
                .map(|at| json!({"id": format!("C9N{at}"), "name": format!("noise-{at}")})),
        );
        let workspace = json!({"name": "Quay", "channels": all, "people": [
            {"id": "U9KIM", "name": "Kim", "tz": "Europe/Berlin", "admin": true},
            {"id": "U9LEO", "name": "Leo", "tz": "Europe/Berlin"}]});
        let made = self.post("sim/workspaces", &workspace).await;
        assert_eq!(made["installed"], true, "the app is installed: {made}");
        self.stage().clock().settle().await;
        made["team"].as_str().expect("the workspace has an id").to_owned()
    }

    /// Has Kim make the daily rotation `support` with Leo in the neighbour's channel, from a day on at 09:00 in Berlin.
    ///
    /// # Panics
    ///
    /// When it is not made.
    pub async fn neighbour_makes_support(&self, team: &str, first_day: &str) {
        let typed = json!({"team": team, "user": "U9KIM", "command": "/rotation", "text": "create", "channel": "#support"});
        let opened = self.act(&typed).await;
        let view = opened["views_opened"][0]["id"].as_str();
        let view = view.unwrap_or_else(|| panic!("a modal opens: {opened}"));
        self.stage().clock().settle().await;
        let form = json!({"name": {"value": "support"}, "members": {"value": ["U9KIM", "U9LEO"]},
            "cadence": {"value": "day"}, "first_day": {"value": first_day}, "time": {"value": "09:00"},
            "zone": {"value": "Europe/Berlin"}, "channel": {"value": "C9SUPPORT"}});
        let submit = json!({"team": team, "user": "U9KIM", "submit": {"view_id": view, "values": form, "force": true}});
        let done = self.act(&submit).await;
        assert_eq!(done["response"]["response_action"], "update", "it is made: {done}");
        self.stage().clock().settle().await;
    }

    /// Returns the calls of a method in the name of a workspace, the oldest first, with when Slack got them.
    ///
    /// # Panics
    ///
    /// When the simulator's journal cannot be read.
    pub async fn calls_for(&self, team: &str, method: &str) -> Vec<(DateTime<Utc>, Value)> {
        let calls = self.calls(method).await.into_iter().filter(|call| call["team"] == team);
        calls
            .map(|call| {
                let at = call["at"].as_str().and_then(|at| at.parse().ok());
                (at.expect("a call has a time"), call)
            })
            .collect()
    }

    /// Checks what must hold in every story: of nobody's channel a message was read, neither its history nor a thread.
    ///
    /// # Panics
    ///
    /// When one was.
    pub async fn read_no_channel(&self) {
        let all = self.get("sim/calls").await;
        for call in all["calls"].as_array().into_iter().flatten() {
            let channel = call["arguments"]["channel"].as_str().unwrap_or_default();
            let is_direct = channel.starts_with('D');
            match call["method"].as_str().unwrap_or_default() {
                "conversations.replies" | "search.messages" => panic!("a thread was read: {call}"),
                "conversations.history" => assert!(is_direct, "a channel was read: {call}"),
                _ => {}
            }
        }
    }
}

/// Returns when Slack took messages in a channel of a workspace, the earliest first.
///
/// # Panics
///
/// Where the simulator does not answer.
pub async fn posted(play: &Play, team: &str, channel: &str) -> Vec<DateTime<Utc>> {
    let calls = play.calls_for(team, "chat.postMessage").await.into_iter();
    calls
        .filter(|(_, call)| call["ok"] == true && call["arguments"]["channel"] == channel)
        .map(|(at, _)| at)
        .collect()
}
