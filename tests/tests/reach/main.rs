//! Guests and people of other workspaces, with every button and every form that there is in their hands.
//!
//! The rounds name every variant: whoever adds a button or a form has to say its place here.

mod buttons;
mod forms;

use buttons::{BUTTONS, buttons};
use chrono::{DateTime, Utc};
use domain::action::Button;
use domain::ids::{AbsenceId, CoverRequestId, RotationId, UserId};
use domain::reach::Reach;
use domain::story::data;
use domain::story::lifecycle::EditForm;
use forms::{FORMS, forms_of};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::fmt::Write;
use stories::{Play, Seen, both_engines, plain_blocks, plain_view, sign};
use url::form_urlencoded::Serializer;

/// What everybody is told who may only look.
const LOOK_ONLY: &str = "Guests and people of other workspaces can look";

both_engines! {
    async fn whoever_may_only_look_gets_a_plain_answer_to_every_button_and_form(play at "2026-06-05T10:00:00Z") {
        let hand = Hand::dealt(&play).await;
        play.joins_team_as("Gus", &json!({"is_restricted": true})).await;
        play.joins_channel("Gus", "#support").await;
        play.becomes_known("Gus").await;
        play.joins_team_as("Zoe", &json!({"team_id": "T0QUAY"})).await;
        let mut answers = Vec::new();

        for (user, home) in [("U0GUS", play.team()), ("U0ZOE", "T0QUAY")] {
            let before = hand.state(&play).await;
            let (mut log, mut counted) = (String::new(), (0, 0));
            // Whoever is erased is somebody new afterwards; tests/erase_me.rs has that.
            for button in buttons(&hand).filter(|button| *button != Button::Data(data::Button::EraseMe)) {
                let answer = presses(&play, (user, home), &button).await;
                if button.reach() > Reach::Look {
                    assert!(answer.contains(LOOK_ONLY), "{user} {button:?}: {answer}");
                }
                assert!(!answer.is_empty() || matches!(button, Button::Home(_)), "{user} {button:?}");
                let _ = writeln!(log, "{} ({:?}): {answer}", button.action_id(), button.reach());
                counted.0 += 1;
            }
            for (view, form) in forms_of(&hand) {
                let answer = submits(&play, (user, home), &view).await;
                assert!(answer.contains(LOOK_ONLY), "{user} {form:?}: {answer}");
                assert!(form.reach(&UserId::new(user)) > Reach::Open, "a form that is sent changes something: {form:?}");
                let _ = writeln!(log, "{} ({:?}): {answer}", view["callback_id"], form.reach(&UserId::new(user)));
                counted.1 += 1;
            }
            play.waits("1m").await;
            assert_eq!(hand.state(&play).await, before, "{user} changed nothing");
            assert_eq!(counted, (BUTTONS - 1, FORMS));
            answers.push(log);
        }

        assert_eq!(answers[0], answers[1], "both are answered the same");
        assert_snapshot!("every_button_and_form_in_a_guests_hand", answers[0]);
    }

    async fn the_same_buttons_and_forms_work_for_an_admin(play at "2026-06-05T10:00:00Z") {
        Hand::dealt(&play).await;
        play.becomes_known("eli").await;
        let mut log = String::new();

        for place in 0..BUTTONS {
            let button = buttons(&Hand::of(&play).await).nth(place).expect("a button");
            let answer = presses(&play, ("U0ANA", play.team()), &button).await;
            assert!(!answer.contains(LOOK_ONLY) && !answer.contains("older message"), "{button:?}: {answer}");
            play.waits("1m").await;
            let _ = writeln!(log, "{}: {}", button.action_id(), answer.lines().next().unwrap_or_default());
        }
        for place in 0..FORMS {
            let (view, form) = forms_of(&Hand::of(&play).await).nth(place).expect("a form");
            let answer = submits(&play, ("U0ANA", play.team()), &view).await;
            assert!(!answer.contains(LOOK_ONLY) && !answer.contains("older message"), "{form:?}: {answer}");
            play.waits("1m").await;
            let _ = writeln!(log, "{}: {}", view["callback_id"], answer.lines().next().unwrap_or_default());
        }

        assert_snapshot!("every_button_and_form_in_an_admins_hand", log);
    }

    async fn who_becomes_a_guest_can_do_nothing_with_what_they_hold(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ben", "cho"]).await;
        let form = play.opens("ana", "/rotation settings support").await;
        play.fills("ana", &form, &json!({"managers": ["U0BEN"]})).await;
        play.types("ben", "/rotation ooo add 2026-07-01 to 2026-07-03").await;
        let absence = newest(&play, "ben").await;
        play.waits_until("2026-06-08T08:00:00Z").await;
        play.becomes_known("ben").await;
        play.types("ben", "/rotation show support").await;
        let shown = newest(&play, "ben").await;
        let dm = play.dms("ben").await.pop().expect("his duty");
        play.opens_home("ben").await;
        let delete = play.opens("ben", "/rotation delete support").await;
        let hand = Hand::of(&play).await;

        play.makes_guest("ben", true).await;
        play.waits("5s").await;
        let before = hand.state(&play).await;
        let mut said = String::new();
        for (reach, message, action) in [
            (Reach::Look, &dm, "show_next"),
            (Reach::Open, &shown, "lifecycle_edit"),
            (Reach::Open, &dm, "lifecycle_hand_over"),
            (Reach::Own, &dm, "seen_duty"),
            (Reach::Change, &absence, "remove_absence"),
        ] {
            play.presses("ben", message, action).await;
            let place = if message.channel == dm.channel { "dm" } else { "support" };
            let seen = play.messages(place, "ben").await;
            let answer = seen.iter().rfind(|seen| seen.ephemeral_to.is_some()).map(|seen| seen.text.clone());
            let _ = writeln!(said, "{action} ({reach:?}): {}", answer.unwrap_or_default());
        }
        let late = play.fills("ben", &delete, &json!({})).await;
        let _ = writeln!(said, "lifecycle_delete (Danger): {}", plain_blocks(&late["view"]["blocks"]));

        assert_snapshot!("a_new_guest_with_old_buttons", said);
        assert_eq!(hand.state(&play).await, before, "nothing changed");
        let home = plain_view(&play.home("ben").await.expect("a home"));
        assert!(home.contains("can look here, but not change anything"), "{home}");
    }

    async fn people_of_another_workspace_press_what_they_see_in_a_shared_channel(play at "2026-06-05T10:00:00Z") {
        play.makes_support("2026-06-08", &["ana", "ben"]).await;
        play.joins_team_as("Zoe", &json!({"team_id": "T0QUAY"})).await;
        play.joins_channel("Zoe", "#support").await;
        for who in ["U0ANA", "U0BEN"] {
            play.types("ana", &format!("/rotation ooo add <@{who}> 2026-06-08 to 2026-06-14")).await;
        }
        play.waits_until("2026-06-08T07:01:00Z").await;
        let asked = play.channel("support").await.pop().expect("the channel is asked");
        let hand = Hand::of(&play).await;
        let before = hand.state(&play).await;

        let mut said = Vec::new();
        for action in ["take_turn", "assign_anyway"] {
            play.presses("Zoe", &asked, action).await;
            said.push(newest(&play, "Zoe").await.text);
        }
        assert_eq!(hand.state(&play).await, before);
        let form = play.opens("ana", "/rotation delete support").await;
        play.fills("ana", &form, &json!({})).await;
        play.waits("5s").await;
        let deleted = play.channel("support").await.pop().expect("the channel learns of it");
        play.presses("Zoe", &deleted, "lifecycle_undelete").await;
        said.push(newest(&play, "Zoe").await.text);

        assert!(said.iter().all(|answer| answer.contains(LOOK_ONLY)), "{said:#?}");
        assert!(!play.types("ana", "/rotation list").await.contains("support"), "it stays deleted");
    }
}

/// The name of the rotation that a form makes.
const ANOTHER: &str = "another";

/// What buttons and forms speak of.
struct Hand {
    rotation: RotationId,
    revision: u64,
    absence: AbsenceId,
    /// A request for cover of ben's turn; that of the rotation where there is none.
    request: CoverRequestId,
    planned_at: DateTime<Utc>,
    /// An edit in which everything is as it was but the name.
    edit: EditForm,
}

impl Hand {
    /// Makes a rotation in which there is something to press of every kind: ben is on duty and cho away later on.
    async fn dealt(play: &Play) -> Self {
        play.makes_support("2026-06-08", &["ben", "cho", "dee"]).await;
        play.types("cho", "/rotation ooo add 2026-07-01 to 2026-07-03").await;
        play.waits_until("2026-06-08T08:00:00Z").await;
        let form = play.opens("ana", "/rotation cover <@U0BEN>").await;
        play.fills("ana", &form, &json!({})).await;
        play.closes("ana").await;
        play.waits("5s").await;
        Self::of(play).await
    }

    /// Returns what the rotation gives to press, as it stands now.
    async fn of(play: &Play) -> Self {
        let mut tx = play.database().open().await.read(play.workspace()).await.expect("a look");
        let all = tx.list_rotations().await.expect("rotations");
        let rotation = all.into_iter().find(|one| one.name != ANOTHER).expect("the rotation");
        let now = play.stage().clock().now();
        let people = everybody();
        let absences = tx.list_absences(&people, now, None).await.expect("absences");
        let asked = tx.list_open_cover_requests().await.expect("requests");
        let asked = asked.first().map(|request| request.id);
        let nobodys =
            AbsenceId::new("018f4f3e-0000-7000-8000-000000000001".parse().expect("an id"));
        Self {
            rotation: rotation.id,
            revision: rotation.revision,
            request: asked.unwrap_or(CoverRequestId::new(rotation.id.as_uuid())),
            absence: absences.first().map_or(nobodys, |absence| absence.id),
            planned_at: "2026-06-08T07:00:00Z".parse().expect("an instant"),
            edit: EditForm::of("taken over", &rotation.channel, &rotation.rules),
        }
    }

    /// Returns everything that a button or a form can change.
    async fn state(&self, play: &Play) -> String {
        let mut tx = play.database().open().await.read(play.workspace()).await.expect("a look");
        let from = "2026-01-01T00:00:00Z".parse().expect("an instant");
        let people = everybody();
        let workspace = tx.find_workspace().await.expect("a workspace").expect("it is there");
        let mut preferences = Vec::new();
        for user in &people {
            let found = tx.find_preferences(user).await.expect("preferences");
            preferences.push(found.has_quiet_nights);
        }
        format!(
            "{:#?}",
            (
                tx.list_rotations().await.expect("rotations"),
                tx.list_deleted_rotations().await.expect("rotations"),
                tx.list_turns_before(self.rotation, play.stage().clock().now(), 50)
                    .await
                    .expect("turns"),
                tx.list_coverages_since(from).await.expect("coverage"),
                tx.list_open_cover_requests().await.expect("requests"),
                tx.list_cover_answers(self.request).await.expect("answers"),
                tx.list_absences(&people, from, None).await.expect("absences"),
                tx.list_swaps_since(from).await.expect("swaps"),
                tx.list_sources().await.expect("absence sources"),
                workspace.settings,
                preferences,
            )
        )
    }
}

fn everybody() -> Vec<UserId> {
    ["U0ANA", "U0BEN", "U0CHO", "U0DEE", "U0ELI", "U0GUS", "U0ZOE"].map(UserId::new).into()
}

/// Presses a button that is in no message any more, and returns what the person is told directly.
async fn presses(play: &Play, who: (&str, &str), button: &Button) -> String {
    let before = direct(play, who.0).await.len();
    let ts = format!("1780000000.{:06}", before + 1);
    let action = json!({"type": "button", "action_id": button.action_id(), "value": button.value(), "action_ts": ts});
    let view = json!({"id": format!("V0{ts}"), "hash": ts});
    let more = json!({"actions": [action], "view": view, "container": {"type": "view", "view_id": "V0OLD"}});
    posts(play, who, "block_actions", &more).await;
    // Slack takes one message a second from an app.
    play.waits("2s").await;
    let told = direct(play, who.0).await;
    told[before..].iter().map(|seen| seen.text.as_str()).collect::<Vec<_>>().join(" / ")
}

/// Submits a form, and returns what the person is answered.
async fn submits(play: &Play, who: (&str, &str), view: &Value) -> String {
    let mut view = view.clone();
    view["id"] = json!("V0OLD");
    view["hash"] = json!(format!("{}{}", who.0, view["callback_id"]));
    let answer = posts(play, who, "view_submission", &json!({"view": view})).await;
    match answer["response_action"].as_str() {
        Some("errors") => answer["errors"].to_string(),
        _ => plain_blocks(&answer["view"]["blocks"]),
    }
}

async fn posts(play: &Play, (user, home): (&str, &str), kind: &str, more: &Value) -> Value {
    let mut payload = json!({"type": kind, "team": {"id": play.team()}, "user": {"id": user, "team_id": home},
        "trigger_id": format!("1.2.{user}"), "is_enterprise_install": false});
    for (key, value) in more.as_object().into_iter().flatten() {
        payload[key] = value.clone();
    }
    let body = Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    let stage = play.stage();
    let signed = sign(body, stage.signing_secret(), stage.clock().now());
    let url = stage.bot_url().join("slack/interactions").expect("a path of the bot");
    let http = reqwest::Client::builder().build().expect("a client for loopback");
    let mut sent = http.post(url).body(signed.body);
    for (name, value) in signed.headers {
        sent = sent.header(name, value);
    }
    let answer = sent.send().await.expect("the bot answers");
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.expect("the whole answer");
    stage.clock().settle().await;
    serde_json::from_str(&text).unwrap_or_default()
}

/// Returns what the bot told a person directly.
async fn direct(play: &Play, who: &str) -> Vec<Seen> {
    play.messages("dm", who).await
}

/// Returns the newest message in the channel that only one person sees.
async fn newest(play: &Play, who: &str) -> Seen {
    let all = play.messages("support", who).await;
    all.into_iter().rfind(|seen| seen.ephemeral_to.is_some()).expect("an answer")
}
