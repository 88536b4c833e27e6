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
    /// Whoever serves at noon, so many days ahead, asks for cover of that day, and somebody takes it.
    Cover(usize, i64),
    /// The first of two coming turns, so many turns ahead, is swapped with a later one.
    Swap(usize, usize),
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
        3 => (who(), 0..12_i64).prop_map(|(to, day)| Step::Cover(to, day)),
        3 => (0..4_usize, 1..4_usize).prop_map(|(first, more)| Step::Swap(first, first + more)),
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
                let Some(of) = serving_at_noon(play, *from).await else { return };
                let (to, of) = (id(PEOPLE[*to]), id(&of));
                let days = days(from, length);
                play.types("ana", &format!("/rotation assign <@{to}> for <@{of}> support {days}"))
                    .await;
            }
            Self::Cover(by, ahead) => {
                let Some(of) = serving_at_noon(play, *ahead).await else { return };
                play.types(&of, &format!("/rotation cover support {}", day(ahead))).await;
                let Some(form) = play.modals(&of).await.pop() else { return };
                play.fills(&of, &form, &json!({})).await;
                play.act(&json!({"team": play.team(), "user": id(&of), "close": {"all": true}}))
                    .await;
                play.waits("1m").await;
                press_last(play, "support", PEOPLE[*by], "cover_take").await;
            }
            Self::Swap(first, second) => {
                let coming = Planned::load(play).await.first_seats(*second + 1);
                let (Some((one, own)), Some((other, theirs))) =
                    (coming.get(*first), coming.get(*second))
                else {
                    return;
                };
                let asked = id(theirs);
                let command = format!("/rotation swap support <@{asked}> {one} {other}");
                play.types(own, &command).await;
                if !play.modals(own).await.is_empty() {
                    play.closes(own).await;
                }
                play.waits("1m").await;
                press_last(play, "dm", theirs, "swap_agree").await;
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
            Self::Undo(who) => press_last(play, "dm", PEOPLE[*who], "undo").await,
        }
        play.waits("1m").await;
    }
}

/// Returns who serves at noon, so many days ahead.
async fn serving_at_noon(play: &Play, ahead: i64) -> Option<String> {
    let day = play.stage().clock().now().date_naive() + chrono::TimeDelta::days(ahead);
    let noon = day.and_hms_opt(12, 0, 0).expect("noon").and_utc();
    let serving = Planned::load(play).await.serving_at(noon);
    serving.first().map(|name| name.to_lowercase())
}

/// Presses the newest button of a kind in a channel, where there is one.
async fn press_last(play: &Play, channel: &str, who: &str, kind: &str) {
    let all = play.messages(channel, who).await;
    let button = |message: &Seen| {
        let found = message.buttons.iter().find(|button| button.contains(kind));
        found.map(|button| (message.clone(), button.clone()))
    };
    if let Some((message, button)) = all.iter().rev().find_map(button) {
        play.presses(who, &message, &button).await;
    }
}

fn id(name: &str) -> String {
    format!("U0{}", name.to_uppercase())
}
