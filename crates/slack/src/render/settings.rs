//! What people choose, in words, blocks and modals.

use super::blocks::{LONGEST_SECTION, Part, fit, plain_text, section};
use super::buttons::{button, button_of};
use super::home::{creators, silence, state_lines};
use super::modal::{input, option, optional, text_input, view};
use super::names::{name_of, title};
use super::reply::UTC;
use super::words::{Ink, Style};
use chrono::{DateTime, Utc};
use domain::action::{self, Field};
use domain::ids::{ChannelId, RotationId, UserId};
use domain::settings::RotationSettings;
use domain::story::announce::{self, MAX_TEMPLATE, Placeholder};
use domain::story::lifecycle;
use domain::story::settings::{
    ASK_HOURS, Button, DeletedLine, EVERYBODY, KEPT_DAYS, LEAVE_IT, MAX_MANAGERS, Modal, NEVER,
    ONLY_ADMINS, QUIET_NIGHTS, REMINDER, Reply, SAY_AGAIN, SUMMARY, UNSEEN_HOURS, WorkspaceModal,
};
use serde_json::{Value, json};

/// The most deleted rotations that are named.
const MOST_DELETED: usize = 20;

/// Returns an answer.
pub(super) fn compose(reply: &Reply) -> Vec<Part> {
    let words = match reply {
        Reply::Saved { name } => format!("The settings of {} are saved.", title(name)),
        Reply::MineSaved { has_quiet_nights: true } => String::from(
            "Saved. No direct message comes between 22:00 and 07:00 of your time; what is announced in a channel still is.",
        ),
        Reply::MineSaved { has_quiet_nights: false } => {
            String::from("Saved. Direct messages come at any hour.")
        }
        Reply::WorkspaceSaved { settings } => {
            let creators = creators(settings.only_admins_create);
            format!("Saved. {creators} {}", silence(settings.prefers_silence))
        }
    };
    vec![Part::Lines(vec![words])]
}

/// Returns what stands on a button.
pub(super) const fn label(button: &Button) -> &'static str {
    match button {
        Button::Rotation { .. } => "Settings…",
        Button::Mine => "Change…",
        Button::Workspace => "Workspace settings…",
    }
}

/// Returns a modal.
pub(super) fn modal(modal: &Modal, now: DateTime<Utc>) -> Value {
    match modal {
        Modal::Rotation { rotation, revision, name, settings } => {
            let mut json = view(
                "settings_rotation",
                "Settings",
                "Save",
                &rotation_blocks(*rotation, name, settings),
            );
            json["private_metadata"] = json!(format!("{rotation}|{revision}"));
            json
        }
        Modal::Mine { has_quiet_nights } => {
            view("settings_mine", "Your preferences", "Save", &[mine_block(*has_quiet_nights)])
        }
        Modal::Workspace(workspace) => {
            let blocks = workspace_blocks(workspace, now);
            view("settings_workspace", "This workspace", "Save", &blocks)
        }
    }
}

fn rotation_blocks(rotation: RotationId, name: &str, settings: &RotationSettings) -> Vec<Value> {
    let options = [
        option(REMINDER, "Remind who is next, on the day before"),
        option(SUMMARY, "Post a weekly summary in the channel"),
    ];
    let ticked = [settings.reminds_the_day_before, settings.has_weekly_summary];
    let send_test = action::Button::Announce(announce::Button::SendTest { rotation });
    vec![
        section(&title(name), None),
        optional(input(
            Field::Managers,
            "Managers",
            Some("They may change everything about this rotation, as who made it may."),
            managers_input(&settings.managers),
        )),
        optional(input(
            Field::Announcement,
            "Announcement of a handoff",
            Some(&announcement_hint()),
            announcement_input(settings.announcement.as_deref()),
        )),
        json!({ "type": "actions", "elements": [button(&send_test)] }),
        optional(input(Field::Messages, "Other messages", None, ticks(&options, &ticked))),
        input(
            Field::Unseen,
            "Tell the managers of a duty that nobody has confirmed",
            None,
            hours_input(settings.unseen_after_hours, &UNSEEN_HOURS, |span| format!("After {span}")),
        ),
        input(
            Field::AsksForNote,
            "Ask whoever passes the duty on for a note",
            Some("Not where they have left one, where they stay on, or in turns under 8 hours."),
            hours_input(settings.asks_for_note_before_hours, &ASK_HOURS, |span| {
                format!("{span} before the end")
            }),
        ),
        input(
            Field::NotesKept,
            "Days for which notes are kept",
            Some("Counted from when they were read out. Messages stay in Slack."),
            kept_input(settings.notes_kept_days),
        ),
        optional(input(
            Field::CoverChannel,
            "Channel in which cover is asked for",
            Some(
                "Leave it empty for the rotation's own. Invite me to a private channel first, with /invite.",
            ),
            conversation_input(settings.cover_channel.as_ref()),
        )),
    ]
}

fn mine_block(has_quiet_nights: bool) -> Value {
    let options = [option(QUIET_NIGHTS, "No direct messages between 22:00 and 07:00 of my time")];
    optional(input(
        Field::Preferences,
        "Nights",
        Some("They wait until the morning. What is announced in a channel still is."),
        ticks(&options, &[has_quiet_nights]),
    ))
}

fn workspace_blocks(workspace: &WorkspaceModal, now: DateTime<Utc>) -> Vec<Value> {
    let mut lines = state_lines(&workspace.state, now);
    lines.insert(1, format!("It was installed by {}.", name_of(&workspace.installer)));
    let mut blocks = vec![section(&fit(&lines, LONGEST_SECTION), None)];
    blocks
        .extend(workspace.state.billing.iter().flat_map(|paid| super::checkout::blocks(paid, now)));
    blocks.extend([creators_block(workspace), uncertain_block(workspace)]);
    blocks.extend(super::absence_source::blocks(&workspace.state.sources, now, true));
    let ink = Ink::new(UTC, now, Style::Block);
    blocks.extend(workspace.deleted.iter().take(MOST_DELETED).map(|one| deleted_row(one, &ink)));
    if workspace.deleted.len() > MOST_DELETED {
        let more = workspace.deleted.len() - MOST_DELETED;
        let words = format!("… and {more} more. `/rotation undelete` with a name brings one back.");
        blocks.push(section(&words, None));
    }
    blocks
}

fn deleted_row(one: &DeletedLine, ink: &Ink) -> Value {
    let undelete = lifecycle::Button { press: lifecycle::Press::Undelete, rotation: one.rotation };
    let words = format!("{} was deleted {}.", title(&one.name), ink.at(one.at));
    section(&words, Some(button_of(&action::Button::Lifecycle(undelete), &one.name)))
}

fn creators_block(workspace: &WorkspaceModal) -> Value {
    let options = [option(EVERYBODY, "Everybody"), option(ONLY_ADMINS, "Only admins")];
    let chosen = usize::from(workspace.state.settings.only_admins_create);
    let element = json!({
        "type": "static_select",
        "options": options,
        "initial_option": options[chosen],
    });
    input(Field::Creators, "Who may create rotations", None, element)
}

fn uncertain_block(workspace: &WorkspaceModal) -> Value {
    let options = [
        option(SAY_AGAIN, "Say it again: at worst people read it twice"),
        option(LEAVE_IT, "Leave it: at worst nobody reads it"),
    ];
    let chosen = usize::from(workspace.state.settings.prefers_silence);
    let element = json!({
        "type": "static_select",
        "options": options,
        "initial_option": options[chosen],
    });
    input(
        Field::Uncertain,
        "When Slack does not say whether a message arrived",
        Some("That is rare: I first wait two minutes for a sign of it."),
        element,
    )
}

fn managers_input(managers: &[UserId]) -> Value {
    let mut element = json!({
        "type": "multi_users_select",
        "placeholder": plain_text("Pick people", 150),
        "max_selected_items": MAX_MANAGERS,
    });
    let known = managers.iter().filter(|user| !user.is_erased());
    let known: Vec<&str> = known.map(UserId::as_str).collect();
    if !known.is_empty() {
        element["initial_users"] = json!(known);
    }
    element
}

/// Explains what can be filled in.
fn announcement_hint() -> String {
    let fields: Vec<String> = Placeholder::ALL.iter().map(ToString::to_string).collect();
    let fields = fields.join(", ");
    format!(
        "In your own words. I fill in {fields}; {{people}} must be there. Leave it empty for mine."
    )
}

fn announcement_input(announcement: Option<&str>) -> Value {
    let mut element = text_input(announcement, MAX_TEMPLATE);
    element["multiline"] = json!(true);
    element
}

fn hours_input(hours: Option<u8>, offered: &[u8], words: impl Fn(String) -> String) -> Value {
    let never = option(NEVER, "Never");
    let of_hours = |hours: u8| {
        let unit = if hours == 1 { "hour" } else { "hours" };
        option(&hours.to_string(), &words(format!("{hours} {unit}")))
    };
    let chosen = hours.map_or_else(|| never.clone(), of_hours);
    let options: Vec<Value> =
        std::iter::once(never).chain(offered.iter().copied().map(of_hours)).collect();
    let mut element = json!({ "type": "static_select", "options": options });
    if options.contains(&chosen) {
        element["initial_option"] = chosen;
    }
    element
}

fn kept_input(days: u16) -> Value {
    json!({
        "type": "number_input",
        "is_decimal_allowed": false,
        "min_value": KEPT_DAYS.start().to_string(),
        "max_value": KEPT_DAYS.end().to_string(),
        "initial_value": days.clamp(*KEPT_DAYS.start(), *KEPT_DAYS.end()).to_string(),
    })
}

fn conversation_input(channel: Option<&ChannelId>) -> Value {
    let mut element = json!({
        "type": "conversations_select",
        "filter": { "include": ["public", "private"], "exclude_bot_users": true },
    });
    if let Some(channel) = channel {
        element["initial_conversation"] = json!(channel.as_str());
    }
    element
}

fn ticks(options: &[Value], are_ticked: &[bool]) -> Value {
    let ticked: Vec<&Value> = options
        .iter()
        .zip(are_ticked)
        .filter(|(_, is_ticked)| **is_ticked)
        .map(|(option, _)| option)
        .collect();
    let mut element = json!({ "type": "checkboxes", "options": options });
    if !ticked.is_empty() {
        element["initial_options"] = json!(ticked);
    }
    element
}
