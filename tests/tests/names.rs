//! Names and words that people choose to fool others: in everything that the bot sends they stay plain words.

use insta::assert_snapshot;
use serde_json::{Value, json};
use stories::{Play, Seen, both_engines, plain_blocks, plain_view};

/// What a rotation is called: it calls a channel and a person, links, formats, and turns the line around.
const ROTATION: &str = "<!here> <http://evil.example|x> *_`~ \u{202e}tor <@U0ELI>";

/// What a person is called.
const CHO: &str = "<!channel> *Cho* <https://evil.example|Slack> \u{202e}ohC <@U0ELI> <#C0GENERAL>";

/// What another is called, from right to left and with marks of their own.
const DEE: &str = "\u{2067}נעמי\u{2066} & <!subteam^S0ALL> \u{200f}x";

/// A team's own words for a handoff.
const TEMPLATE: &str = "<!everyone> {people}: {rotation} until {until}, after {previous}, before {next}, not {skipped} \
                        <https://evil.example|click> <@U0ELI> \u{202e}dne";

/// Everything that the bot sent, in the order in which it was sent.
struct Ear<'a> {
    play: &'a Play,
    heard: Vec<(String, Value)>,
}

both_engines! {
    async fn no_name_calls_links_or_turns_anything_whatever_is_asked(play at "2026-06-05T10:00:00Z") {
        play.renames_person("cho", CHO).await;
        play.renames_person("dee", DEE).await;
        let mut ear = Ear { play: &play, heard: Vec::new() };
        makes(&play).await;
        for command in ["settings", "edit"] {
            let form = ear.opens("ana", &format!("/rotation {command}")).await;
            let filled = if command == "edit" { json!({"seats": "2"}) } else {
                json!({"announcement": TEMPLATE, "messages": ["reminder", "summary"], "unseen": "1", "managers": ["U0CHO"]})
            };
            if command == "settings" {
                let words = json!({"announcement": TEMPLATE});
                play.acts_in_view("ana", &form, ("announce_send_test", &Value::Null), &words).await;
            }
            ear.fills("ana", &form, &filled).await;
            if command == "edit" {
                let confirm = play.modals("ana").await.pop().expect("the next step");
                ear.fills("ana", &confirm, &json!({})).await;
            }
            ear.closes("ana").await;
        }

        ear.asks().await;
        ear.changes().await;
        ear.lives().await;
        ear.deletes().await;

        let mut faults = Vec::new();
        for call in play.get("sim/calls").await["calls"].as_array().into_iter().flatten() {
            let method = call["method"].as_str().unwrap_or_default();
            // The channel was archived for a week.
            let reason = call["reason"].as_str().unwrap_or_default();
            let is_expected = call["error"] == "ratelimited" || reason.contains("archived");
            if call["ok"] != true && !is_expected {
                faults.push(format!("{method} is refused: {}", call["reason"]));
            }
            find_faults(method, "arguments", &call["arguments"], &mut faults);
        }
        for (place, said) in &ear.heard {
            find_faults(place, "response", said, &mut faults);
        }

        let calls = ["chat.postMessage", "chat.update", "views.open", "views.publish", "response_url"];
        for method in calls {
            assert!(!play.calls(method).await.is_empty(), "{method} was called");
        }
        assert!(ear.heard.len() > 40, "{} answers were heard", ear.heard.len());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_snapshot!("announced_with_every_trick", play.channel("support").await.iter().find(|post| {
            post.text.contains("everyone")
        }).map(|post| post.text.clone()).unwrap_or_default());
    }

    async fn what_was_typed_comes_back_harmless(play at "2026-06-05T10:00:00Z") {
        makes(&play).await;
        let mut ear = Ear { play: &play, heard: Vec::new() };
        let mut said = Vec::new();

        for typed in [
            "<!channel>", "\u{202e}pleh", "who <!here>", "show <https://evil.example|support>", "next \u{202e}3",
            "add <!channel>", "add @nobody\u{202e}", "add <!subteam^S1|@on\u{202e}call>", "ooo add <!channel> tomorrow",
            "ooo add \u{2067}someday", "pause <@U0ELI> until <!here>", "handover to <!channel>", "undelete <!everyone>",
        ] {
            said.push(ear.types("ben", typed).await);
        }

        let mut faults = Vec::new();
        for (place, answer) in &ear.heard {
            find_faults(place, "response", answer, &mut faults);
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert_snapshot!("typed_tricks", said.join("\n---\n"));
    }
}

impl Ear<'_> {
    async fn types(&mut self, who: &str, text: &str) -> String {
        let act = json!({"team": self.play.team(), "user": id(who), "command": "/rotation", "text": text, "channel": "#support"});
        let done = self.play.act(&act).await;
        self.play.stage().clock().settle().await;
        assert_eq!(done["error"], Value::Null, "/rotation {text}: {done}");
        self.heard.push((format!("/rotation {text}"), done["response"].clone()));
        plain_blocks(&done["response"]["blocks"])
    }

    async fn opens(&mut self, who: &str, command: &str) -> Value {
        self.types(who, command.trim_start_matches("/rotation ")).await;
        self.play.modals(who).await.pop().unwrap_or_else(|| panic!("{command} opens a form"))
    }

    async fn fills(&mut self, who: &str, form: &Value, filled: &Value) {
        let answer = self.play.fills(who, form, filled).await;
        self.heard.push((form["callback_id"].to_string(), answer));
    }

    async fn sends(&mut self, who: &str, command: &str, filled: &Value) {
        let form = self.opens(who, command).await;
        self.fills(who, &form, filled).await;
        self.closes(who).await;
    }

    async fn clicks(&mut self, who: &str, view: &Value, action: &str) {
        let done = self.play.clicks_in_view(who, view, action).await;
        self.heard.push((action.to_owned(), done["response"].clone()));
    }

    async fn closes(&self, who: &str) {
        self.play
            .act(&json!({"team": self.play.team(), "user": id(who), "close": {"all": true}}))
            .await;
    }

    async fn presses(&self, who: &str, message: &Seen, action: &str) {
        let done = self.play.presses(who, message, action).await;
        assert_eq!(done["error"], Value::Null, "{action}: {done}");
        if done["views_opened"].as_array().is_some_and(|views| !views.is_empty()) {
            self.closes(who).await;
        }
    }

    /// Everything that can be looked at.
    async fn asks(&mut self) {
        for typed in [
            "",
            "help",
            "list",
            "who",
            "show",
            "next 5",
            "history",
            "stats",
            "nonsense",
            "ooo",
            "ooo list <@U0CHO>",
        ] {
            self.types("ben", typed).await;
        }
        for who in ["ana", "cho"] {
            self.play.opens_home(who).await;
        }
    }

    /// Everything that can be changed, by words, forms and buttons.
    async fn changes(&mut self) {
        let play = self.play;
        self.types("ana", "ooo add <@U0CHO> 2026-07-06 to 2026-07-12").await;
        let anas = newest(play, "support", "ana").await;
        self.presses("ana", &anas, "remove_absence").await;
        self.types("ana", "remove <@U0DEE>").await;
        self.types("ana", "add <@U0DEE> before <@U0CHO>").await;
        let joined = newest(play, "support", "ana").await;
        self.presses("ana", &joined, "roster_order").await;
        self.types("ana", "order <@U0CHO> <@U0DEE>").await;
        self.sends("ana", "/rotation add", &json!({})).await;
        self.sends("ana", "/rotation order", &json!({"place_1": "U0DEE", "place_2": "U0DEE"}))
            .await;
        let wrong = json!({"name": " ", "zone": "\u{202e}<!here>", "duty_hours": "<!here>"});
        let edit = self.opens("ana", "/rotation edit").await;
        let view = edit["id"].as_str().expect("an id");
        self.heard.push((String::from("a wrong edit"), play.submits("ana", view, &wrong).await));
        self.closes("ana").await;
        self.types("ana", "pause until 2026-06-20").await;
        self.types("ana", "resume").await;
    }

    /// Handoffs, a hand-over, somebody away, nobody free, who leaves Slack and comes back, a channel that is archived.
    async fn lives(&mut self) {
        let play = self.play;
        play.waits_until("2026-06-14T12:00:00Z").await;
        play.waits_until("2026-06-15T07:01:00Z").await;
        play.waits_until("2026-06-15T09:01:00Z").await;
        self.asks().await;
        let mut seen = 0;
        for who in ["ana", "ben", "cho", "dee"] {
            for dm in play
                .dms(who)
                .await
                .iter()
                .filter(|dm| dm.buttons.iter().any(|it| it == "seen_duty"))
            {
                self.presses(who, dm, "seen_duty").await;
                self.presses(who, dm, "show_next").await;
                seen += 1;
            }
        }
        assert_eq!(seen, 2, "two are on duty");
        for to in ["U0ANA", "U0BEN", "U0CHO", "U0DEE"] {
            let form = self.opens("ana", "/rotation handover").await;
            self.fills("ana", &form, &json!({"takes_over": to})).await;
            self.closes("ana").await;
        }
        self.closes("ana").await;
        for who in ["ana", "ben", "cho", "dee"] {
            self.types("ana", &format!("ooo add <@{}> 2026-06-22 to 2026-06-28", id(who))).await;
        }
        play.waits_until("2026-06-22T07:01:00Z").await;
        let posts = play.channel("support").await;
        let asked = posts.iter().rfind(|post| post.buttons.iter().any(|it| it == "take_turn"));
        self.presses("dee", asked.expect("the channel is asked"), "take_turn").await;
        play.waits_until("2026-06-29T07:01:00Z").await;
        for who in ["cho", "dee"] {
            play.deactivates(who).await;
            play.waits("5s").await;
            play.reactivates(who).await;
            play.waits("5s").await;
            let told = play.dms("ana").await.pop().expect("the maker is told");
            self.presses("ana", &told, "people_add_again").await;
        }
        play.leaves_channel("cho", "#support").await;
        play.archives("#support").await;
        play.waits("1w").await;
        self.asks().await;
        play.unarchives("#support").await;
        play.waits("1w").await;
    }

    /// The end, and back again.
    async fn deletes(&mut self) {
        let play = self.play;
        self.sends("ana", "/rotation delete", &json!({})).await;
        play.waits("5s").await;
        let admin = self.opens("ana", "/rotation admin").await;
        self.clicks("ana", &admin, "lifecycle_undelete").await;
        self.closes("ana").await;
        let other = self.opens("ana", "/rotation create").await;
        let form = json!({"name": "<!here> second", "members": ["U0CHO"], "cadence": "day", "first_day": "2026-07-20",
            "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        self.fills("ana", &other, &form).await;
        self.closes("ana").await;
        for typed in ["who \u{202e}", "next", "show <!here>", "list", ""] {
            self.types("ben", typed).await;
        }
        play.waits("1w").await;
    }
}

/// Finds what a reader of Slack's would take for a call or a link, and what turns the text around.
///
/// Slack reads mrkdwn in the texts of that type and in the text of a message; a `plain_text` is shown as it is, and a field
/// holds what its owner typed.
fn find_faults(place: &str, key: &str, value: &Value, faults: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let is_plain = fields.get("type").is_some_and(|kind| kind == "plain_text");
            for (key, value) in fields {
                let is_own = ["initial_value", "value", "private_metadata", "metadata"]
                    .contains(&key.as_str());
                let is_read = key == "text" && !is_plain;
                if let (true, Some(text)) = (is_read, value.as_str()) {
                    faults.extend(
                        read_as_mrkdwn(text).map(|what| format!("{place}: {what} in {text:?}")),
                    );
                }
                if !is_own {
                    find_faults(place, key, value, faults);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| find_faults(place, key, value, faults)),
        Value::String(text) => {
            faults.extend(turns(text).then(|| format!("{place}: {key} turns around in {text:?}")));
        }
        _ => {}
    }
}

/// Returns what a text calls or links that it must not.
fn read_as_mrkdwn(text: &str) -> Option<String> {
    const ALLOWED: [&str; 6] =
        ["!date^", "@U0ANA>", "@U0BEN>", "@U0CHO>", "@U0DEE>", "#C0SUPPORT>"];
    let mut marks = text.match_indices('<').map(|(at, _)| &text[at + 1..]);
    let found = marks.find(|rest| !ALLOWED.iter().any(|allowed| rest.starts_with(allowed)));
    found.map(|rest| rest.chars().take(20).collect())
}

/// Returns whether a text has a mark that turns the direction of what follows and is not ended.
fn turns(text: &str) -> bool {
    let mut open = 0_i32;
    for c in text.chars() {
        match c {
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'
            | '\u{2067}' => return true,
            '\u{2068}' => open += 1,
            '\u{2069}' => open -= 1,
            '\n' if open != 0 => return true,
            _ => {}
        }
        if open < 0 {
            return true;
        }
    }
    open != 0
}

async fn makes(play: &Play) {
    let form = json!({"name": ROTATION, "members": ["U0ANA", "U0BEN", "U0CHO", "U0DEE"], "cadence": "week",
        "first_day": "2026-06-08", "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
    let answer = play.creates("ana", &form).await;
    assert_eq!(answer["response_action"], "update", "{}", plain_view(&answer["view"]));
    play.closes("ana").await;
    play.waits("5s").await;
}

async fn newest(play: &Play, channel: &str, who: &str) -> Seen {
    let all = play.messages(channel, who).await;
    all.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}

fn id(who: &str) -> String {
    format!("U0{}", who.to_uppercase())
}
