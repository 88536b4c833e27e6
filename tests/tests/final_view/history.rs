//! What happens to a rotation: people are away, stand in for each other, skip turns, hand over and change their minds.

use super::PEOPLE;
use super::planned::Planned;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use stories::{Play, Seen};

/// A rotation and what happens to it.
#[derive(Clone, Debug)]
pub(crate) struct History {
    cadence: &'static str,
    seats: u8,
    members: usize,
    pub(crate) steps: Vec<Step>,
}

/// One thing that happens; some of it is refused, and then nothing does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Time passes, in hours.
    Wait(u32),
    /// Somebody is away, from so many days ahead, for so many days.
    Away(usize, i64, i64),
    /// Somebody stands in for whoever serves at noon, so many days ahead, for so many days.
    Assign(usize, i64, i64),
    /// Somebody skips their turn.
    Skip(usize),
    /// The duty is handed to somebody now.
    HandOver(usize),
    /// Somebody undoes what was last arranged with them.
    Undo(usize),
}

/// Returns histories that differ in everything that can be arranged.
pub(crate) fn histories() -> impl Strategy<Value = History> {
    let who = || 0..PEOPLE.len();
    let step = prop_oneof![
        4 => (1..40_u32).prop_map(Step::Wait),
        1 => (who(), 9..25_i64, 1..9_i64).prop_map(|(who, from, days)| Step::Away(who, from, days)),
        5 => (who(), 0..12_i64, 1..4_i64).prop_map(|(to, from, days)| Step::Assign(to, from, days)),
        1 => who().prop_map(Step::Skip),
        1 => who().prop_map(Step::HandOver),
        2 => who().prop_map(Step::Undo),
    ];
    let cadences = select(vec!["day", "workday", "week"]);
    let steps = prop::collection::vec(step, 16..28);
    (cadences, 1..=2_u8, 3..=PEOPLE.len(), steps)
        .prop_map(|(cadence, seats, members, steps)| History { cadence, seats, members, steps })
}

impl History {
    /// Makes the rotation: it begins on the Monday before the clocks of Berlin go back.
    pub(crate) async fn begins(&self, play: &Play) {
        let members: Vec<String> = PEOPLE[..self.members].iter().copied().map(id).collect();
        let form = json!({"name": "support", "members": members, "cadence": self.cadence,
            "first_day": "2026-10-19", "time": "09:00", "zone": "Europe/Berlin", "channel": "C0SUPPORT"});
        let answer = play.creates("ana", &form).await;
        assert_eq!(answer["response_action"], "update", "{answer}");
        if self.seats > 1 {
            let form = play.opens("ana", "/rotation edit support").await;
            play.fills("ana", &form, &json!({"seats": self.seats.to_string()})).await;
            let confirm = play.modals("ana").await.pop().expect("the next step");
            play.fills("ana", &confirm, &json!({})).await;
            play.act(&json!({"team": play.team(), "user": "U0ANA", "close": {"all": true}})).await;
        }
        play.waits_until("2026-10-19T07:01:00Z").await;
    }
}

impl Step {
    /// Does it.
    pub(crate) async fn is_done(&self, play: &Play) {
        let day = |ahead: &i64| {
            (play.stage().clock().now().date_naive() + chrono::TimeDelta::days(*ahead)).to_string()
        };
        let days = |from: &i64, days: &i64| format!("{} to {}", day(from), day(&(from + days - 1)));
        match self {
            Self::Wait(hours) => play.waits(&format!("{hours}h")).await,
            Self::Away(who, from, length) => {
                let command = format!("/rotation ooo add {}", days(from, length));
                play.types(PEOPLE[*who], &command).await;
            }
            Self::Assign(to, from, length) => {
                let noon = play.stage().clock().now().date_naive() + chrono::TimeDelta::days(*from);
                let noon = noon.and_hms_opt(12, 0, 0).expect("noon").and_utc();
                let serving = Planned::load(play).await.serving_at(noon);
                let Some(of) = serving.first() else { return };
                let (to, of) = (id(PEOPLE[*to]), id(of));
                let days = days(from, length);
                play.types("ana", &format!("/rotation assign <@{to}> for <@{of}> support {days}"))
                    .await;
            }
            Self::Skip(who) => {
                play.types(PEOPLE[*who], "/rotation skip support").await;
                if !play.modals(PEOPLE[*who]).await.is_empty() {
                    play.closes(PEOPLE[*who]).await;
                }
            }
            Self::HandOver(to) => {
                let to = id(PEOPLE[*to]);
                play.types("ana", &format!("/rotation handover support to <@{to}>")).await;
            }
            Self::Undo(who) => {
                let all = play.messages("dm", PEOPLE[*who]).await;
                if let Some((message, button)) = all.iter().rev().find_map(undo) {
                    play.presses(PEOPLE[*who], message, button).await;
                }
            }
        }
        play.waits("1m").await;
    }
}

fn undo(message: &Seen) -> Option<(&Seen, &str)> {
    let button = message.buttons.iter().find(|button| button.contains("undo"))?;
    Some((message, button))
}

fn id(name: &str) -> String {
    format!("U0{}", name.to_uppercase())
}
