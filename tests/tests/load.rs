//! Many commands at once: every one is answered, and what they saved is there exactly once.

use chrono::{DateTime, Days, Utc};
use domain::ids::{TeamId, UserId, WorkspaceId};
use reqwest::header::CONTENT_TYPE;
use serde_json::Value;
use std::collections::BTreeMap;
use stories::{Play, Slash, both_engines};
use tokio::task::JoinSet;
use url::Url;

/// How many commands are sent.
const COMMANDS: usize = 200;
/// Over how many connections they come.
const CONNECTIONS: usize = 8;
/// Who sends them, in turn.
const PEOPLE: [&str; 5] = ["U0ANA", "U0BEN", "U0CHO", "U0DEE", "U0ELI"];

both_engines! {
    async fn commands_that_all_come_twice_at_once_are_carried_out_once_each(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben", "cho"]).await;
        meet_everybody(&play).await;

        // The other half of the connections begins in the middle, so the two of a pair meet or come long apart.
        let answers = send(&play, enter, 2).await;

        assert_eq!(answers.len(), COMMANDS, "every command is answered");
        for (number, said) in &answers {
            assert_eq!(said.len(), 2, "the command and its repetition, {number}");
            let outcome = |said: &str| said.lines().next().map(str::to_owned);
            // What follows the first line depends on what others have entered meanwhile.
            assert_eq!(outcome(&said[0]), outcome(&said[1]), "and both alike, {number}");
            assert!(said[0].contains("Noted:"), "{number}: {}", said[0]);
        }
        for person in PEOPLE {
            assert_eq!(absences(&play, person).await, 1 + COMMANDS / PEOPLE.len(), "{person}");
        }
    }

    async fn questions_among_writes_are_all_answered_right(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-01", &["ana", "ben", "cho"]).await;
        meet_everybody(&play).await;

        let (entered, asked) = tokio::join!(send(&play, enter, 1), send(&play, ask, 1));

        assert_eq!((entered.len(), asked.len()), (COMMANDS, COMMANDS), "every command is answered");
        for (number, said) in asked {
            assert!(said[0].contains("Ana") && said[0].contains("support"), "{number}: {}", said[0]);
        }
        for person in PEOPLE {
            assert_eq!(absences(&play, person).await, 1 + COMMANDS / PEOPLE.len(), "{person}");
        }
    }
}

/// Lets everybody enter an absence, so that Slack need not be asked who they are when it is crowded.
async fn meet_everybody(play: &Play) {
    for who in ["ana", "ben", "cho", "dee", "eli"] {
        let said = play.types(who, "/rotation ooo add 2026-06-06").await;
        assert!(said.contains("Noted:"), "{said}");
    }
    // By then it is known who they are.
    play.waits("10s").await;
}

/// Returns the command that enters an absence of one day that no other command names for the same person.
fn enter(number: usize, now: DateTime<Utc>) -> String {
    let days = u64::try_from(2 + number).expect("a small number");
    format!("ooo add {}", now.date_naive() + Days::new(days))
}

fn ask(_number: usize, _now: DateTime<Utc>) -> String {
    "who support".to_owned()
}

/// Sends every command so many times over, and returns the answers to each.
async fn send(
    play: &Play,
    text: fn(usize, DateTime<Utc>) -> String,
    times: usize,
) -> BTreeMap<usize, Vec<String>> {
    let (url, secret, now) = (
        play.stage().bot_url().join("slack/commands").expect("a path of the bot"),
        play.stage().signing_secret().to_owned(),
        play.stage().clock().now(),
    );
    let mut connections = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let (url, secret, team) = (url.clone(), secret.clone(), play.team().to_owned());
        connections.spawn(async move {
            let http = reqwest::Client::builder().build().expect("a client for loopback");
            let mut answers = Vec::new();
            let half = if connection % 2 == 0 { 0 } else { COMMANDS / 2 };
            for at in (connection..COMMANDS * times).step_by(CONNECTIONS) {
                let number = (at + half) % COMMANDS;
                let slash = Slash {
                    team: team.clone(),
                    channel: "C0SUPPORT".to_owned(),
                    user: PEOPLE[number % PEOPLE.len()].to_owned(),
                    text: text(number, now),
                    trigger: format!("{number}.1780653600.0a"),
                };
                answers.push((number, post(&http, &url, &slash, &secret, now).await));
            }
            answers
        });
    }
    let mut answers: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (number, said) in connections.join_all().await.into_iter().flatten() {
        answers.entry(number).or_default().push(said);
    }
    answers
}

/// Returns what the first block of the answer says.
async fn post(
    http: &reqwest::Client,
    url: &Url,
    slash: &Slash,
    secret: &str,
    now: DateTime<Utc>,
) -> String {
    let signed = slash.signed(secret, now);
    let mut asked = http
        .post(url.clone())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(signed.body);
    for (name, value) in signed.headers {
        asked = asked.header(name, value);
    }
    let answer = asked.send().await.expect("the bot answers");
    assert_eq!(answer.status(), 200, "{slash:?}");
    let answer = answer.text().await.expect("the whole answer");
    let answer: Value = serde_json::from_str(&answer).expect("the answer is JSON");
    answer["blocks"][0]["text"]["text"].as_str().unwrap_or_default().to_owned()
}

/// Returns how many absences of a person are in the database.
async fn absences(play: &Play, person: &str) -> usize {
    let store = play.database().open().await;
    let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
    let mut tx = store.read(workspace).await.expect("the database answers");
    let now = play.stage().clock().now();
    let found = tx.list_absences(&[UserId::new(person)], now, None).await;
    let count = found.expect("the database answers").len();
    drop(tx);
    store.close().await;
    count
}
