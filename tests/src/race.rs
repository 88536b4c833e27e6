//! Many people who take the same cover at the same instant: one has it, and all the others are told who.

use crate::interact::{answer_of, interaction};
use crate::play::Play;
use crate::sight::Seen;
use domain::ids::{CoverRequestId, TeamId, WorkspaceId};
use reqwest::Client;
use serde_json::json;
use std::collections::HashMap;
use tokio::task::JoinSet;

/// A rotation whose members all want the same cover.
pub struct Race {
    request: CoverRequestId,
    post: Seen,
    /// Their ids with their names.
    people: Vec<(String, String)>,
    http: Client,
    rounds: usize,
}

/// What a round came to.
#[derive(Clone, Debug)]
pub struct Round {
    /// The id of the one who has it.
    pub winner: String,
    /// Their name.
    pub name: String,
    /// What they were answered.
    pub won: String,
    /// What the others were answered.
    pub lost: Vec<String>,
}

impl Race {
    /// Makes the rotation `support` of Ben, Cho and so many more, and lets Cho ask for cover for her turn to come.
    ///
    /// # Panics
    ///
    /// When the bot does not carry that out.
    pub async fn set(play: &Play, people: usize) -> Self {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        play.waits_until("2026-06-08T10:00:00Z").await;
        let mut crowd = Vec::new();
        for number in 1..=people {
            let name = format!("Member {number}");
            let id = format!("U0MEMBER{number}");
            let user = json!({"id": id, "real_name": name, "tz": "Europe/Berlin"});
            play.act(&json!({"team": play.team(), "event": {"type": "team_join", "user": user}}))
                .await;
            crowd.push((id, name));
        }
        play.stage().clock().settle().await;
        for part in crowd.chunks(50) {
            let mentions: Vec<String> = part.iter().map(|(id, _)| format!("<@{id}>")).collect();
            play.types("ana", &format!("/rotation add support {}", mentions.join(" "))).await;
        }
        play.waits("30m").await;
        let form = play.opens("cho", "/rotation cover support").await;
        play.fills("cho", &form, &json!({})).await;
        play.closes("cho").await;
        play.waits("5s").await;
        let post = play.channel("support").await.pop().expect("the channel is asked");
        let mut tx = play.database().open().await.read(workspace(play)).await.expect("a look");
        let open = tx.list_open_cover_requests().await.expect("requests");
        let [request] = open.as_slice() else { panic!("one request is open: {open:#?}") };
        let http = Client::builder().build().expect("a client for loopback");
        Self { request: request.id, post, people: crowd, http, rounds: 0 }
    }

    /// Returns the post that asks.
    #[must_use]
    pub const fn post(&self) -> &Seen {
        &self.post
    }

    /// Lets everybody press "I'll take it" at once.
    ///
    /// # Panics
    ///
    /// Where not exactly one has it, or somebody is not told who.
    pub async fn all_press(&mut self, play: &Play) -> Round {
        let url = play.stage().simulator().url().join("sim/act").expect("a path");
        let mut under_way = JoinSet::new();
        for (user, _) in &self.people {
            let click = json!({"channel": self.post.channel, "ts": self.post.ts, "action_id": "cover_take"});
            let act = json!({"team": play.team(), "user": user, "click": click});
            let sent = self.http.post(url.clone()).json(&act).send();
            let user = user.clone();
            under_way.spawn(async move {
                let status = sent.await.expect("the simulator answers").status();
                (user, status.is_success())
            });
        }
        let pressed: HashMap<String, bool> = under_way.join_all().await.into_iter().collect();
        play.stage().clock().settle().await;
        let mut answers = Vec::new();
        for (user, _) in &self.people {
            // The button may be gone from the post before the last of them press it: theirs is the press of a page that
            // has not heard of that yet.
            if !pressed[user] {
                let request = self.request.to_string();
                answers.push(play.presses_old(user, "cover_take", &request).await);
                continue;
            }
            let seen = play.messages("support", user).await;
            let own = seen.into_iter().rfind(|seen| seen.ephemeral_to.is_some());
            answers.push(own.map(|own| own.text).unwrap_or_default());
        }
        self.judge(play, answers).await
    }

    /// Lets everybody submit the form that takes all of it at once.
    ///
    /// # Panics
    ///
    /// As [`Race::all_press`].
    pub async fn all_submit(&mut self, play: &Play) -> Round {
        let mut under_way = JoinSet::new();
        for (place, (user, _)) in self.people.iter().enumerate() {
            let view = json!({"id": format!("V0RACE{}", self.rounds), "hash": format!("{place}"), "callback_id": "cover_part",
                "private_metadata": self.request.to_string(), "state": {"values": {}}});
            let sent =
                interaction(play, &self.http, user, "view_submission", &json!({"view": view}));
            under_way.spawn(async move { (place, answer_of(sent).await) });
        }
        let mut answers = under_way.join_all().await;
        answers.sort_by_key(|(place, _)| *place);
        self.judge(play, answers.into_iter().map(|(_, answer)| answer).collect()).await
    }

    /// Undoes what the winner of a round has, so that it is open again.
    ///
    /// # Panics
    ///
    /// When it is not open then.
    pub async fn undo(&self, play: &Play, round: &Round) {
        let store = play.database().open().await;
        let mut tx = store.read(workspace(play)).await.expect("a look");
        let covers = tx.list_coverages_for(self.request).await.expect("cover");
        let [cover] = covers.as_slice() else { panic!("one has it: {covers:#?}") };
        let action = json!({"type": "button", "action_id": "cover_undo", "value": cover.id.to_string(),
            "action_ts": format!("1780000000.{:06}", self.rounds)});
        let container =
            json!({"type": "message", "channel_id": self.post.channel, "message_ts": self.post.ts});
        let more = json!({"actions": [action], "container": container, "channel": {"id": self.post.channel}});
        answer_of(interaction(play, &self.http, &round.winner, "block_actions", &more)).await;
        play.waits("5s").await;
        drop(tx);
        let mut tx = store.read(workspace(play)).await.expect("a look");
        let left = tx.list_coverages_for(self.request).await.expect("cover");
        assert!(left.is_empty(), "it is open again: {left:#?}");
    }

    /// Checks that one has it and that the others are told who.
    async fn judge(&mut self, play: &Play, answers: Vec<String>) -> Round {
        self.rounds += 1;
        let mut tx = play.database().open().await.read(workspace(play)).await.expect("a look");
        let covers = tx.list_coverages_for(self.request).await.expect("cover");
        let [cover] = covers.as_slice() else {
            panic!("exactly one has it in round {}: {covers:#?}", self.rounds)
        };
        let winner = cover.user.to_string();
        let (mut won, mut lost, mut name) = (Vec::new(), Vec::new(), String::new());
        for ((user, its_name), answer) in self.people.iter().zip(answers) {
            if *user == winner {
                won.push(answer);
                name.clone_from(its_name);
            } else {
                lost.push(answer);
            }
        }
        let [won] = won.as_slice() else { panic!("the winner is one of them: {winner}") };
        assert!(won.starts_with("Thank you! You are on duty"), "round {}: {won}", self.rounds);
        for answer in &lost {
            let tells = format!("{name} was faster");
            assert!(answer.contains(&tells), "round {}, {tells}: {answer:?}", self.rounds);
        }
        Round { winner, name, won: won.clone(), lost }
    }
}

fn workspace(play: &Play) -> WorkspaceId {
    WorkspaceId::of_team(&TeamId::new(play.team()))
}
