//! The App Home in words and blocks: at most a hundred blocks a page.

use super::absence;
use super::blocks::{LONGEST_SECTION, fit, plain_text, section};
use super::buttons::{button, button_of, menu, primary, skip_me};
use super::card::{STOPS, duty_line, duty_lines};
use super::checkout;
use super::cover_request::{button_about, line as cover_line};
use super::names::{link, plain, title};
use super::reply::{UTC, turn_line};
use super::words::{Ink, Style};
use crate::oauth::SCOPES;
use chrono::{DateTime, Utc};
use domain::action::Button;
use domain::reply::AbsenceLine;
use domain::settings::ChannelFault;
use domain::story::home::{
    self, FaultLine, Home, HomeKind, MemberHome, MyDuty, RotationBlock, RotationFault,
    WorkspaceState,
};
use domain::story::{cover, data, history, lifecycle, roster, settings, swap};
use serde_json::{Value, json};

/// The most requests for cover of one rotation that are named.
const MOST_WANTED: usize = 3;

/// The most rotations whose faults are named.
const MOST_FAULTS: usize = 10;

/// Returns a home as `views.publish` takes it, as it reads at `now`. Nobody is called by it.
///
/// Which page it is stands in its `private_metadata`.
#[must_use]
pub fn render_home(home: &Home, now: DateTime<Utc>) -> Value {
    let blocks = match &home.kind {
        HomeKind::LookOnly => look_only(home, now),
        HomeKind::Member(member) => member_blocks(home, member, now),
    };
    json!({
        "type": "home",
        "callback_id": "home",
        "private_metadata": home.page.to_string(),
        "blocks": blocks,
    })
}

/// Returns what stands on a button.
pub(super) const fn label(button: home::Button) -> &'static str {
    match button {
        home::Button::All => "All rotations",
        home::Button::PageBefore { .. } => "Previous page",
        home::Button::PageAfter { .. } => "Next page",
    }
}

/// Returns how the app is installed and what is wrong with rotations.
pub(super) fn state_lines(state: &WorkspaceState, now: DateTime<Utc>) -> Vec<String> {
    let missing: Vec<&str> = SCOPES
        .into_iter()
        .filter(|scope| !state.scopes.iter().any(|granted| granted == scope))
        .collect();
    let installed = Ink::new(UTC, now, Style::Block).at(state.installed_at);
    let mut lines = vec![if missing.is_empty() {
        format!("Asyncbot was installed {installed} and has every permission that it needs.")
    } else {
        format!(
            "Asyncbot was installed {installed} and lacks permissions: {}. Install it again to allow them.",
            missing.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ")
        )
    }];
    lines.push(match (state.rotations, state.faults.len()) {
        (0, _) => String::from("There is no rotation yet."),
        (1, 0) => String::from("There is one rotation, and nothing is wrong with it."),
        (many, 0) => format!("There are {many} rotations, and nothing is wrong with them."),
        (_, 1) => String::from("One rotation needs a look:"),
        (_, faults) => format!("{faults} rotations need a look:"),
    });
    lines.extend(state.faults.iter().take(MOST_FAULTS).map(fault_line));
    if state.faults.len() > MOST_FAULTS {
        lines.push(format!("… and {} more.", state.faults.len() - MOST_FAULTS));
    }
    lines.extend(unknown_lines(state));
    lines
}

/// Tells of the messages that may not have reached anybody; of none there is nothing to tell.
fn unknown_lines(state: &WorkspaceState) -> Vec<String> {
    let mut lines = Vec::new();
    match state.uncertain {
        0 => {}
        1 => lines.push(String::from(
            "One message of the last 7 days may or may not have arrived: Slack did not say.",
        )),
        many => lines.push(format!(
            "{many} messages of the last 7 days may or may not have arrived: Slack did not say."
        )),
    }
    match state.quarantined {
        0 => {}
        1 => lines.push(String::from(
            "One message of the last 7 days was put aside after it stopped me three times; whoever runs Asyncbot can send it again.",
        )),
        many => lines.push(format!(
            "{many} messages of the last 7 days were put aside after they stopped me three times; whoever runs Asyncbot can send them again."
        )),
    }
    lines
}

/// Returns what is done where nobody can tell whether a message arrived.
pub(super) const fn silence(prefers_silence: bool) -> &'static str {
    if prefers_silence {
        "When Slack does not say whether a message arrived, I leave it."
    } else {
        "When Slack does not say whether a message arrived, I say it again."
    }
}

/// Returns who may make rotations.
pub(super) const fn creators(only_admins: bool) -> &'static str {
    if only_admins {
        "Only admins may create rotations."
    } else {
        "Everybody may create rotations."
    }
}

fn look_only(home: &Home, now: DateTime<Utc>) -> Vec<Value> {
    let mut blocks = vec![
        header("Rotations"),
        say("Guests and people of other workspaces can look here, but not change anything."),
    ];
    if home.rotations.is_empty() {
        blocks.push(say("There is no rotation yet."));
    }
    for RotationBlock { card, .. } in &home.rotations {
        let lines = duty_lines(card, &Ink::new(&card.zone, now, Style::Block));
        let next = button_of(&Button::ShowNext { rotation: card.rotation }, &card.name);
        blocks.push(section(&fit(&lines, LONGEST_SECTION), Some(next)));
    }
    blocks.extend(page_buttons(home));
    blocks
}

fn member_blocks(home: &Home, member: &MemberHome, now: DateTime<Utc>) -> Vec<Value> {
    let mut blocks = vec![header("Your duties"), lines(&duty_words(member, now))];
    let away = button(&Button::EnterAbsence);
    blocks.push(actions(&[away]));
    for line in &member.swaps {
        let ink = Ink::new(&line.card.zone, now, Style::Block);
        let (words, buttons) = super::swap::line(line, &ink);
        blocks.extend([lines(&words), actions(&buttons)]);
    }
    blocks.push(header(&rotations_title(home)));
    if home.rotations.is_empty() {
        blocks.push(say("You are in no rotation yet."));
    }
    for rotation in &home.rotations {
        blocks.extend(rotation_blocks(rotation, now));
    }
    if let Some(first) = home.rotations.first() {
        let ink = Ink::new(&first.card.zone, now, Style::Block);
        let ages = absence::age_lines(&home.sources, now, &ink);
        blocks.extend((!ages.is_empty()).then(|| lines(&ages)));
    }
    blocks.extend(page_buttons(home));
    let create = member.can_create.then(|| primary(&Button::CreateRotation));
    let all = button(&Button::Home(home::Button::All));
    blocks.push(actions(&create.into_iter().chain([all]).collect::<Vec<_>>()));
    blocks.push(header("Your absences"));
    blocks.extend(absence_blocks(member, now));
    blocks.push(header("Your preferences"));
    let nights = if member.has_quiet_nights {
        "Nights are quiet: no direct message comes between 22:00 and 07:00 of your time."
    } else {
        "Direct messages come at any hour. Quiet nights keep them until the morning."
    };
    let change = button(&Button::Settings(settings::Button::Mine));
    blocks.push(section(nights, Some(change)));
    if let Some(state) = &member.workspace {
        blocks.push(header("This workspace"));
        let mut words = state_lines(state, now);
        words.push(creators(state.settings.only_admins_create).to_owned());
        words.push(silence(state.settings.prefers_silence).to_owned());
        let change = button(&Button::Settings(settings::Button::Workspace));
        blocks.push(section(&fit(&words, LONGEST_SECTION), Some(change)));
        blocks.push(actions(&[button(&Button::Data(data::Button::Events))]));
        blocks.extend(state.billing.iter().flat_map(|paid| checkout::blocks(paid, now)));
        blocks.extend(super::absence_source::blocks(&state.sources, now, false));
    }
    blocks
}

fn rotations_title(home: &Home) -> String {
    if home.pages < 2 {
        String::from("Your rotations")
    } else {
        format!("Your rotations, page {} of {}", home.page + 1, home.pages)
    }
}

fn duty_words(member: &MemberHome, now: DateTime<Utc>) -> Vec<String> {
    let ink = |duty: &MyDuty| Ink::new(&duty.zone, now, Style::Block);
    let mut words: Vec<String> = member
        .on_duty
        .iter()
        .map(|duty| {
            format!("You are on duty for {} until {}.", title(&duty.name), ink(duty).at(duty.until))
        })
        .collect();
    if words.is_empty() {
        words.push(String::from("You are not on duty now."));
    }
    words.push(if member.next.is_empty() {
        String::from("Nothing is planned for you.")
    } else {
        String::from("Next for you:")
    });
    words.extend(member.next.iter().map(|duty| {
        let ink = ink(duty);
        format!("• {} from {} until {}", title(&duty.name), ink.at(duty.from), ink.at(duty.until))
    }));
    words
}

fn rotation_blocks(block: &RotationBlock, now: DateTime<Utc>) -> [Value; 2] {
    let card = &block.card;
    let ink = Ink::new(&card.zone, now, Style::Block);
    let mut words = vec![
        format!("{} in {}", title(&card.name), link(&card.channel)),
        duty_line(&card.duty, &ink),
    ];
    words.extend(card.is_stopping.then(|| String::from(STOPS)));
    if !block.turns.is_empty() {
        words.push(String::from("Coming up:"));
    }
    words.extend(block.turns.iter().map(|turn| turn_line(turn, &ink)));
    let wanted = block.cover.as_ref();
    let cards = wanted.map_or(&[][..], |wanted| &wanted.cards);
    words.extend(cards.iter().take(MOST_WANTED).map(|card| cover_line(card, &ink)));
    if cards.len() > MOST_WANTED {
        words.push(String::from("More need cover: `/rotation cover list` shows them."));
    }
    let rotation = card.rotation;
    let of_life = |press| Button::Lifecycle(lifecycle::Button { press, rotation });
    let buttons = [
        of_life(lifecycle::Press::Show),
        Button::ShowNext { rotation },
        Button::History(history::Button::Turns { rotation }),
        Button::History(history::Button::Statistics { rotation, days: history::USUAL_WINDOW }),
        Button::Swap(swap::Button::Open { rotation }),
    ];
    let changes = block.can_manage.then(|| {
        menu(&[
            Button::Roster(roster::Button::Order { rotation }),
            Button::Roster(roster::Button::Add { rotation }),
            Button::Roster(roster::Button::Remove { rotation }),
            of_life(lifecycle::Press::Edit),
            Button::Settings(settings::Button::Rotation { rotation }),
        ])
    });
    let words = section(&fit(&words, LONGEST_SECTION), changes);
    let mut buttons: Vec<Value> =
        buttons.iter().map(|which| button_of(which, &card.name)).collect();
    if let Some(wanted) = wanted {
        let first = wanted.cards.first();
        buttons.extend(first.and_then(|first| Some(button_about(wanted.button(first)?, first))));
        let ask = Button::Cover(cover::Button::Ask { rotation });
        buttons.extend(wanted.can_ask.then(|| button_of(&ask, &card.name)));
    }
    buttons.extend(block.can_skip.then(|| skip_me(rotation, &card.name)));
    [words, actions(&buttons)]
}

fn absence_blocks(member: &MemberHome, now: DateTime<Utc>) -> Vec<Value> {
    if member.absences.is_empty() {
        return vec![say("You have no absence ahead.")];
    }
    let row = |absence: &AbsenceLine| {
        let (words, button) = absence::home_row(absence, now);
        section(&words, button)
    };
    let mut blocks: Vec<Value> = member.absences.iter().map(row).collect();
    if member.more_absences > 0 {
        let more = member.more_absences;
        blocks.push(say(&format!("… and {more} more. `/rotation ooo list` shows them.")));
    }
    blocks
}

fn fault_line(fault: &FaultLine) -> String {
    let (name, channel) = (title(&fault.name), link(&fault.channel));
    match fault.fault {
        RotationFault::Channel(ChannelFault::Archived) => {
            format!("• {name}: its channel {channel} is archived.")
        }
        RotationFault::Channel(ChannelFault::Deleted) => {
            format!("• {name}: its channel {} is gone.", plain(fault.channel.as_str()))
        }
        RotationFault::Channel(ChannelFault::NotInvited) => {
            format!("• {name}: {channel} is private. Invite me there with `/invite`.")
        }
        RotationFault::Channel(ChannelFault::Refused) => {
            format!("• {name}: Slack does not let me post in {channel}.")
        }
        RotationFault::Empty => format!("• {name}: nobody is in it."),
    }
}

fn page_buttons(home: &Home) -> Option<Value> {
    let before = home.page.checked_sub(1).map(|page| home::Button::PageBefore { page });
    let after =
        (home.page + 1 < home.pages).then_some(home::Button::PageAfter { page: home.page + 1 });
    let buttons: Vec<Value> =
        before.into_iter().chain(after).map(|it| button(&Button::Home(it))).collect();
    (!buttons.is_empty()).then(|| actions(&buttons))
}

fn header(words: &str) -> Value {
    json!({ "type": "header", "text": plain_text(words, 150) })
}

fn say(words: &str) -> Value {
    section(words, None)
}

fn lines(words: &[String]) -> Value {
    section(&fit(words, LONGEST_SECTION), None)
}

fn actions(buttons: &[Value]) -> Value {
    json!({ "type": "actions", "elements": buttons })
}
