//! What becomes of a workspace while a story runs: people come, change and go, channels are made, renamed and archived.
//!
//! A person is named as on the stage, by the name under which they came, or by their id; a channel by `#name`.

use crate::play::{Play, id};
use serde_json::{Value, json};

impl Play {
    /// Lets something happen in Slack, in the form of Slack's event, and lets the bot do what follows from it.
    pub async fn happens(&self, event: &Value) -> Value {
        let done = self.act(&json!({"team": self.team(), "event": event})).await;
        self.stage().clock().settle().await;
        done
    }

    /// Changes what Slack says of a person, such as `{"tz": "Asia/Tokyo"}`.
    pub async fn changes_person(&self, who: &str, said: &Value) {
        let mut user = said.clone();
        user["id"] = json!(id(who));
        self.happens(&json!({"type": "user_change", "user": user})).await;
    }

    /// Deactivates a person's account.
    pub async fn deactivates(&self, who: &str) {
        self.changes_person(who, &json!({"deleted": true})).await;
    }

    /// Gives a person their account back.
    pub async fn reactivates(&self, who: &str) {
        self.changes_person(who, &json!({"deleted": false})).await;
    }

    /// Gives a person another name; in the story they keep the old one.
    pub async fn renames_person(&self, who: &str, name: &str) {
        self.changes_person(who, &json!({"real_name": name})).await;
    }

    /// Moves a person into another zone.
    pub async fn moves_person(&self, who: &str, zone: &str) {
        self.changes_person(who, &json!({"tz": zone})).await;
    }

    /// Makes a person an admin, or no longer one.
    pub async fn makes_admin(&self, who: &str, is_admin: bool) {
        self.changes_person(who, &json!({"is_admin": is_admin})).await;
    }

    /// Makes a person an owner, or an admin again.
    pub async fn makes_owner(&self, who: &str, is_owner: bool) {
        self.changes_person(who, &json!({"is_owner": is_owner})).await;
    }

    /// Makes a person a guest, or a member again.
    pub async fn makes_guest(&self, who: &str, is_guest: bool) {
        self.changes_person(who, &json!({"is_restricted": is_guest})).await;
    }

    /// Lets a new person into the workspace and `#general`, and returns their id, such as `U0NOA` for `Noa`.
    pub async fn joins_team(&self, name: &str) -> String {
        self.joins_team_as(name, &json!({})).await
    }

    /// Lets somebody new into the workspace who is more or less than a member, and returns their id.
    ///
    /// `said` has Slack's words: `{"is_restricted": true}` for a guest, with `"is_ultra_restricted": true` for one of a single
    /// channel, `{"is_bot": true}` for another app's bot, `{"team_id": "T0QUAY"}` for a person of another workspace.
    /// None of these is in any channel before [`Play::joins_channel`].
    pub async fn joins_team_as(&self, name: &str, said: &Value) -> String {
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let id = format!("U0{}", letters.to_uppercase());
        let mut user = json!({"id": id, "real_name": name, "tz": "Europe/Berlin",
            "profile": {"email": format!("{}@harbour.example", letters.to_lowercase())}});
        for (key, value) in said.as_object().into_iter().flatten() {
            user[key] = value.clone();
        }
        self.happens(&json!({"type": "team_join", "user": user})).await;
        id
    }

    /// Closes a person's direct messages to the bot.
    pub async fn closes_dms(&self, who: &str) {
        self.act(&json!({"team": self.team(), "user": id(who), "dms": "closed"})).await;
    }

    /// Opens a person's direct messages to the bot again.
    pub async fn opens_dms(&self, who: &str) {
        self.act(&json!({"team": self.team(), "user": id(who), "dms": "open"})).await;
    }

    /// Makes a channel that Ana is in, and returns its id, such as `C0BILLING` for `#billing`.
    ///
    /// # Panics
    ///
    /// When there is one already.
    pub async fn adds_channel(&self, name: &str) -> String {
        self.adds(name, false, &[]).await
    }

    /// Makes a private channel that Ana and these people are in, and not the bot, and returns its id.
    ///
    /// # Panics
    ///
    /// When there is one already.
    pub async fn adds_private_channel(&self, name: &str, members: &[&str]) -> String {
        self.adds(name, true, members).await
    }

    async fn adds(&self, name: &str, is_private: bool, members: &[&str]) -> String {
        let name = name.trim_start_matches('#');
        let members: Vec<&str> = members.iter().map(|who| id(who)).collect();
        let channel = json!({"name": name, "is_private": is_private, "members": members});
        self.happens(&json!({"type": "channel_created", "channel": channel})).await;
        let state = self.get("sim/state").await;
        let mut workspaces = state["workspaces"].as_array().into_iter().flatten();
        let own = workspaces.find(|one| one["team"] == self.team()).expect("the workspace");
        let mut channels = own["channels"].as_array().into_iter().flatten();
        let made = channels.find(|one| one["name"] == name).expect("the new channel");
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Archives a channel.
    pub async fn archives(&self, channel: &str) {
        self.happens(&json!({"type": "channel_archive", "channel": channel})).await;
    }

    /// Takes a channel back into use.
    pub async fn unarchives(&self, channel: &str) {
        self.happens(&json!({"type": "channel_unarchive", "channel": channel})).await;
    }

    /// Gives a channel another name.
    pub async fn renames_channel(&self, channel: &str, name: &str) {
        let named = json!({"id": channel, "name": name});
        self.happens(&json!({"type": "channel_rename", "channel": named})).await;
    }

    /// Deletes a channel with all that was said in it.
    pub async fn deletes_channel(&self, channel: &str) {
        self.happens(&json!({"type": "channel_deleted", "channel": channel})).await;
    }

    /// Makes a public channel private, of which Slack tells an app nothing.
    pub async fn makes_private(&self, channel: &str) {
        self.happens(&json!({"type": "channel_convert_to_private", "channel": channel})).await;
    }

    /// Gives a channel another id, as Slack does when it becomes shared or private.
    pub async fn converts_channel(&self, channel: &str, new_id: &str) {
        self.happens(&json!({"type": "channel_id_changed", "old_channel_id": channel, "new_channel_id": new_id})).await;
    }

    /// Lets a person come into a channel.
    pub async fn joins_channel(&self, who: &str, channel: &str) {
        self.happens(
            &json!({"type": "member_joined_channel", "user": id(who), "channel": channel}),
        )
        .await;
    }

    /// Lets a person leave a channel.
    pub async fn leaves_channel(&self, who: &str, channel: &str) {
        self.happens(&json!({"type": "member_left_channel", "user": id(who), "channel": channel}))
            .await;
    }

    /// Takes the bot into a channel, on a person's invitation.
    pub async fn invites_bot(&self, who: &str, channel: &str) {
        self.happens(&json!({"type": "member_joined_channel", "user": "bot", "channel": channel, "inviter": id(who)})).await;
    }

    /// Removes the bot from a channel.
    pub async fn removes_bot(&self, who: &str, channel: &str) {
        self.happens(&json!({"type": "member_left_channel", "user": "bot", "channel": channel, "actor_id": id(who)})).await;
    }

    /// Lets the bot learn who somebody is: they open a form and close it again.
    pub async fn becomes_known(&self, who: &str) {
        self.types(who, "/rotation ooo add").await;
        self.stage().clock().settle().await;
        self.closes(who).await;
        self.waits("2s").await;
    }
}
