//! What people choose: for a rotation, for themselves, for their workspace.

use crate::action::Field;
use crate::ids::{ChannelId, RotationId, UserId};
use crate::message::Person;
use crate::settings::{RotationSettings, WorkspaceSettings};
use crate::story::announce::parse_template;
use crate::story::home::WorkspaceState;
use chrono::{DateTime, Utc};
use std::ops::RangeInclusive;

/// The most managers of a rotation.
pub const MAX_MANAGERS: usize = 20;

/// The hours after which an unseen duty can be told of; never is besides.
pub const UNSEEN_HOURS: [u8; 4] = [1, 2, 4, 8];

/// The hours before the end of a duty at which a note can be asked for; never is besides.
pub const ASK_HOURS: [u8; 5] = [1, 2, 4, 8, 24];

/// The days for which notes can be kept after they were told.
pub const KEPT_DAYS: RangeInclusive<u16> = 1..=365;

/// The code for never.
pub const NEVER: &str = "off";

/// The code of the reminder on the day before.
pub const REMINDER: &str = "reminder";

/// The code of the weekly summary.
pub const SUMMARY: &str = "summary";

/// The code of quiet nights.
pub const QUIET_NIGHTS: &str = "quiet_nights";

/// The code for everybody, of who may make rotations.
pub const EVERYBODY: &str = "everybody";

/// The code for admins only, of who may make rotations.
pub const ONLY_ADMINS: &str = "admins";

/// The code of a message that is said again where nobody can tell whether it arrived.
pub const SAY_AGAIN: &str = "say_again";

/// The code of one that is left then.
pub const LEAVE_IT: &str = "leave_it";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The settings of a rotation.
    Rotation {
        /// The rotation's name as typed; `None` means the channel's.
        rotation: Option<String>,
    },
    /// One's own preferences.
    Mine,
    /// The settings of the workspace.
    Workspace,
}

/// A button of this story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Opens the settings of a rotation.
    Rotation {
        /// The rotation.
        rotation: RotationId,
    },
    /// Opens one's own preferences.
    Mine,
    /// Opens the settings of the workspace.
    Workspace,
}

impl Button {
    /// Returns the `action_id` that Slack carries.
    #[must_use]
    pub const fn action_id(&self) -> &'static str {
        match self {
            Self::Rotation { .. } => "settings_rotation",
            Self::Mine => "settings_mine",
            Self::Workspace => "settings_workspace",
        }
    }

    /// Returns the `value` that Slack carries.
    #[must_use]
    pub fn value(&self) -> String {
        match self {
            Self::Rotation { rotation } => rotation.to_string(),
            Self::Mine | Self::Workspace => String::from("-"),
        }
    }

    /// Returns the button that was pressed, or `None` for one that is not of this story or whose value was bent.
    #[must_use]
    pub fn parse(action_id: &str, value: &str) -> Option<Self> {
        match action_id {
            "settings_rotation" => {
                Some(Self::Rotation { rotation: RotationId::new(value.parse().ok()?) })
            }
            "settings_mine" => Some(Self::Mine),
            "settings_workspace" => Some(Self::Workspace),
            _ => None,
        }
    }
}

/// A modal of this story that is to be opened.
#[derive(Clone, Debug, PartialEq)]
pub enum Modal {
    /// The settings of a rotation.
    Rotation {
        /// The rotation.
        rotation: RotationId,
        /// How often it had been changed when the modal opened.
        revision: u64,
        /// Its name.
        name: String,
        /// What holds now.
        settings: RotationSettings,
    },
    /// A person's own preferences.
    Mine {
        /// Whether no message comes at night.
        has_quiet_nights: bool,
    },
    /// The settings and the state of the workspace.
    Workspace(Box<WorkspaceModal>),
}

/// What the admins see.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkspaceModal {
    /// The settings and what is installed.
    pub state: WorkspaceState,
    /// Who installed the app last.
    pub installer: Person,
    /// The deleted rotations that can be brought back, by name.
    pub deleted: Vec<DeletedLine>,
}

/// A rotation that was deleted and can be brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedLine {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: String,
    /// When it was deleted.
    pub at: DateTime<Utc>,
}

/// A modal of this story as it was submitted: nothing is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submission {
    /// The settings of a rotation.
    Rotation(RotationForm),
    /// A person's own preferences: the codes that are ticked.
    Mine {
        /// The codes.
        ticked: Vec<String>,
    },
    /// The settings of the workspace.
    Workspace(WorkspaceForm),
}

/// The values of a workspace's settings, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceForm {
    /// The code of who may make rotations.
    pub creators: Option<String>,
    /// The code of what is done with a message of which nobody can tell whether it arrived; `None` in an older form.
    pub uncertain: Option<String>,
}

/// The values of a rotation's settings, unchecked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RotationForm {
    /// The rotation and its revision when the modal opened; `None` where they cannot be read.
    pub of: Option<(RotationId, u64)>,
    /// The managers.
    pub managers: Vec<UserId>,
    /// The announcement in the team's own words.
    pub announcement: Option<String>,
    /// The codes of the messages that are ticked.
    pub messages: Vec<String>,
    /// The hours after which an unseen duty is told of, or [`NEVER`].
    pub unseen: Option<String>,
    /// The hours before the end of a duty at which a note is asked for, or [`NEVER`].
    pub asks_for_note: Option<String>,
    /// For how many days notes are kept.
    pub notes_kept: Option<String>,
    /// Where cover is asked for; `None` means the rotation's own channel.
    pub cover_channel: Option<ChannelId>,
}

/// An answer of this story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The settings of a rotation are saved.
    Saved {
        /// Its name.
        name: String,
    },
    /// A person's own preferences are saved.
    MineSaved {
        /// Whether no message comes at night.
        has_quiet_nights: bool,
    },
    /// The settings of the workspace are saved.
    WorkspaceSaved {
        /// What holds now.
        settings: WorkspaceSettings,
    },
}

/// Returns the settings that the form describes.
///
/// # Errors
///
/// For each field that makes no sense a sentence that says what to do, in the order of the form.
pub fn read_rotation_form(form: &RotationForm) -> Result<RotationSettings, Vec<(Field, String)>> {
    let mut errors = Vec::new();
    let mut managers = form.managers.clone();
    let mut seen = std::collections::HashSet::new();
    managers.retain(|manager| seen.insert(manager.clone()));
    if managers.len() > MAX_MANAGERS {
        let text = format!("Please choose at most {MAX_MANAGERS} people.");
        errors.push((Field::Managers, text));
    }
    let announcement = form.announcement.as_deref().map(str::trim);
    let announcement = announcement.filter(|text| !text.is_empty());
    if let Some(Err(fault)) = announcement.map(parse_template) {
        errors.push((Field::Announcement, fault.to_string()));
    }
    let unseen = match form.unseen.as_deref() {
        None | Some(NEVER) => Some(None),
        Some(hours) => hours.parse().ok().filter(|it| UNSEEN_HOURS.contains(it)).map(Some),
    };
    let hours = || String::from("Please choose one of the hours, or never.");
    if unseen.is_none() {
        errors.push((Field::Unseen, hours()));
    }
    let usual = RotationSettings::default();
    let asks = match form.asks_for_note.as_deref() {
        None => Some(usual.asks_for_note_before_hours),
        Some(NEVER) => Some(None),
        Some(hours) => hours.parse().ok().filter(|it| ASK_HOURS.contains(it)).map(Some),
    };
    if asks.is_none() {
        errors.push((Field::AsksForNote, hours()));
    }
    let kept = match form.notes_kept.as_deref() {
        None => Some(usual.notes_kept_days),
        Some(days) => days.trim().parse().ok().filter(|days| KEPT_DAYS.contains(days)),
    };
    if kept.is_none() {
        let text =
            format!("Please give a number from {} to {}.", KEPT_DAYS.start(), KEPT_DAYS.end());
        errors.push((Field::NotesKept, text));
    }
    let (Some(unseen_after_hours), Some(asks_for_note_before_hours), Some(notes_kept_days), true) =
        (unseen, asks, kept, errors.is_empty())
    else {
        return Err(errors);
    };
    let is_ticked = |code: &str| form.messages.iter().any(|ticked| ticked == code);
    Ok(RotationSettings {
        managers,
        announcement: announcement.map(str::to_owned),
        reminds_the_day_before: is_ticked(REMINDER),
        unseen_after_hours,
        has_weekly_summary: is_ticked(SUMMARY),
        asks_for_note_before_hours,
        notes_kept_days,
        cover_channel: form.cover_channel.clone(),
        former_name: None,
    })
}

/// Returns settings in which what the form chooses is new, and all else as it was.
#[must_use]
pub fn choose(chosen: RotationSettings, before: &RotationSettings) -> RotationSettings {
    RotationSettings {
        managers: chosen.managers,
        announcement: chosen.announcement,
        reminds_the_day_before: chosen.reminds_the_day_before,
        unseen_after_hours: chosen.unseen_after_hours,
        has_weekly_summary: chosen.has_weekly_summary,
        asks_for_note_before_hours: chosen.asks_for_note_before_hours,
        notes_kept_days: chosen.notes_kept_days,
        cover_channel: chosen.cover_channel,
        former_name: before.former_name.clone(),
    }
}

/// Returns what the admins chose.
///
/// # Errors
///
/// For each field in which nothing of what is offered was chosen, what to do.
pub fn read_workspace_form(
    form: &WorkspaceForm,
) -> Result<WorkspaceSettings, Vec<(Field, String)>> {
    let mut errors = Vec::new();
    let mut choose = |chosen: Option<&str>, (no, yes): (&str, &str), field, text: &str| {
        if chosen != Some(no) && chosen != Some(yes) {
            errors.push((field, text.to_owned()));
        }
        chosen == Some(yes)
    };
    let settings = WorkspaceSettings {
        only_admins_create: choose(
            form.creators.as_deref(),
            (EVERYBODY, ONLY_ADMINS),
            Field::Creators,
            "Please choose who may create rotations.",
        ),
        prefers_silence: choose(
            Some(form.uncertain.as_deref().unwrap_or(SAY_AGAIN)),
            (SAY_AGAIN, LEAVE_IT),
            Field::Uncertain,
            "Please choose one of the two.",
        ),
    };
    if errors.is_empty() { Ok(settings) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::user;
    use uuid::Uuid;

    fn form() -> RotationForm {
        RotationForm {
            of: Some((RotationId::new(Uuid::from_u128(7)), 3)),
            managers: vec![user("A"), user("B"), user("A")],
            announcement: Some(String::from("  Over to {people}  ")),
            messages: vec![String::from(SUMMARY)],
            unseen: Some(String::from("4")),
            asks_for_note: Some(String::from("8")),
            notes_kept: Some(String::from(" 30 ")),
            cover_channel: Some(ChannelId::new("C2")),
        }
    }

    #[test]
    fn a_button_comes_back_as_it_was_sent() {
        let rotation = RotationId::new(Uuid::from_u128(7));
        for button in [Button::Rotation { rotation }, Button::Mine, Button::Workspace] {
            assert_eq!(Button::parse(button.action_id(), &button.value()), Some(button));
        }
        assert_eq!(Button::parse("settings_rotation", "x"), None);
        assert_eq!(Button::parse("settings_all", "-"), None);
    }

    #[test]
    fn a_form_becomes_settings_with_nobody_twice_and_no_space_around_the_text() {
        let settings = read_rotation_form(&form()).unwrap();

        assert_eq!(
            settings,
            RotationSettings {
                managers: vec![user("A"), user("B")],
                announcement: Some(String::from("Over to {people}")),
                reminds_the_day_before: false,
                unseen_after_hours: Some(4),
                has_weekly_summary: true,
                asks_for_note_before_hours: Some(8),
                notes_kept_days: 30,
                cover_channel: Some(ChannelId::new("C2")),
                former_name: None,
            }
        );
    }

    #[test]
    fn what_the_form_does_not_ask_stays_as_it_was() {
        let before = RotationSettings {
            former_name: Some(String::from("helpdesk")),
            managers: vec![user("C")],
            ..RotationSettings::default()
        };

        let settings = choose(read_rotation_form(&form()).unwrap(), &before);

        assert_eq!(settings.former_name.as_deref(), Some("helpdesk"));
        assert_eq!(settings.managers, [user("A"), user("B")]);
    }

    #[test]
    fn an_empty_announcement_is_none_and_never_is_no_hours() {
        let form = RotationForm {
            announcement: Some(String::from(" \n ")),
            unseen: Some(String::from(NEVER)),
            ..form()
        };

        let settings = read_rotation_form(&form).unwrap();

        assert_eq!((settings.announcement, settings.unseen_after_hours), (None, None));
    }

    #[test]
    fn each_field_that_makes_no_sense_has_its_own_error() {
        let many = (0..=MAX_MANAGERS).map(|it| user(&format!("U{it}"))).collect();
        let form = RotationForm {
            managers: many,
            announcement: Some(String::from("Over to you")),
            unseen: Some(String::from("3")),
            asks_for_note: Some(String::from("3")),
            notes_kept: Some(String::from("366")),
            ..form()
        };

        let errors = read_rotation_form(&form).unwrap_err();

        let fields: Vec<Field> = errors.iter().map(|(field, _)| *field).collect();
        assert_eq!(
            fields,
            [
                Field::Managers,
                Field::Announcement,
                Field::Unseen,
                Field::AsksForNote,
                Field::NotesKept
            ]
        );
    }

    #[test]
    fn notes_are_kept_for_one_to_three_hundred_and_sixty_five_days() {
        for (typed, days) in
            [("1", Some(1)), ("365", Some(365)), ("0", None), ("-1", None), ("", None)]
        {
            let form = RotationForm { notes_kept: Some(String::from(typed)), ..form() };

            let kept = read_rotation_form(&form).ok().map(|settings| settings.notes_kept_days);

            assert_eq!(kept, days, "{typed:?}");
        }
    }

    #[test]
    fn a_note_is_asked_for_by_default_and_never_where_that_was_chosen() {
        let asks = |asks_for_note: Option<&str>| {
            let form = RotationForm { asks_for_note: asks_for_note.map(str::to_owned), ..form() };
            read_rotation_form(&form).unwrap().asks_for_note_before_hours
        };

        assert_eq!((asks(None), asks(Some(NEVER)), asks(Some("24"))), (Some(2), None, Some(24)));
    }

    #[test]
    fn who_may_create_is_one_of_two() {
        let chosen = |creators: Option<&str>| {
            let form =
                WorkspaceForm { creators: creators.map(str::to_owned), ..WorkspaceForm::default() };
            read_workspace_form(&form).map(|it| it.only_admins_create)
        };

        assert_eq!(chosen(Some(EVERYBODY)), Ok(false));
        assert_eq!(chosen(Some(ONLY_ADMINS)), Ok(true));
        assert!(chosen(Some("nobody")).is_err());
        assert!(chosen(None).is_err());
    }

    #[test]
    fn a_message_that_may_have_arrived_is_said_again_unless_that_was_chosen_otherwise() {
        let chosen = |uncertain: Option<&str>| {
            let form = WorkspaceForm {
                creators: Some(EVERYBODY.to_owned()),
                uncertain: uncertain.map(str::to_owned),
            };
            read_workspace_form(&form).map(|it| it.prefers_silence)
        };

        assert_eq!(chosen(None), Ok(false), "an older form does not ask");
        assert_eq!(chosen(Some(SAY_AGAIN)), Ok(false));
        assert_eq!(chosen(Some(LEAVE_IT)), Ok(true));
        assert!(chosen(Some("perhaps")).is_err());
    }
}
