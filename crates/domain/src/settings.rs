//! What people choose: for a rotation, for themselves, for their workspace. Stored as JSON; each field has a default.

use crate::ids::{ChannelId, UserId};
use crate::zone::Zone;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// When a quiet night begins, on the person's wall clock.
const NIGHT: NaiveTime = NaiveTime::from_hms_opt(22, 0, 0).expect("a time of day");

/// When a quiet night ends.
const MORNING: NaiveTime = NaiveTime::from_hms_opt(7, 0, 0).expect("a time of day");

/// The settings of a rotation beside its rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RotationSettings {
    /// Who manages it besides the one who made it.
    pub managers: Vec<UserId>,
    /// The announcement of a handoff in the team's own words; `None` means ours.
    pub announcement: Option<String>,
    /// Whether the next one is reminded on the day before.
    pub reminds_the_day_before: bool,
    /// After how many hours of duty that nobody has said to have seen the managers are told; `None` means never.
    pub unseen_after_hours: Option<u8>,
    /// Whether the channel gets a summary each week: who is on, and who is next.
    pub has_weekly_summary: bool,
    /// How many hours before a duty ends the one on duty is asked for a note; `None` means never.
    pub asks_for_note_before_hours: Option<u8>,
    /// How many days a note is kept after it was told, from 1 to 365.
    pub notes_kept_days: u16,
    /// Where cover is asked for; `None` means the rotation's own channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover_channel: Option<ChannelId>,
    /// The name before the last one, for those who still know it by that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_name: Option<String>,
}

impl Default for RotationSettings {
    fn default() -> Self {
        Self {
            managers: Vec::new(),
            announcement: None,
            reminds_the_day_before: true,
            unseen_after_hours: None,
            has_weekly_summary: false,
            asks_for_note_before_hours: Some(2),
            notes_kept_days: 90,
            cover_channel: None,
            former_name: None,
        }
    }
}

/// What a person chose for themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Whether direct messages wait for the morning: none between 22:00 and 07:00 in the person's zone.
    pub has_quiet_nights: bool,
    /// Since when the person's home view is kept up to date: they have opened it.
    pub home_opened_at: Option<DateTime<Utc>>,
    /// The page of the home view that the person sees, from 0.
    pub home_page: u32,
}

impl Preferences {
    /// Returns from when on the person may be written to: `at`, or the end of the quiet night in which it lies.
    #[must_use]
    pub fn may_be_written_to_from(&self, zone: &Zone, at: DateTime<Utc>) -> DateTime<Utc> {
        if !self.has_quiet_nights {
            return at;
        }
        let local = zone.local_of(at);
        let day = match local.time() {
            time if time < MORNING => local.date(),
            time if time >= NIGHT => local.date() + TimeDelta::days(1),
            _ => return at,
        };
        // Where the clocks are set back over the morning, it has come already.
        zone.instant_of(day.and_time(MORNING)).max(at)
    }
}

/// What the admins chose for their workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkspaceSettings {
    /// Whether only admins make rotations.
    pub only_admins_create: bool,
    /// Whether a message of which nobody can tell whether it arrived stays unsaid instead of being said twice.
    pub prefers_silence: bool,
}

/// A rest of a rotation that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// Its first instant; of one that the plan makes, when that was decided.
    pub since: DateTime<Utc>,
    /// The first instant after it, as people said; `None` while nobody knows.
    pub until: Option<DateTime<Utc>>,
    /// Whether the workspace's plan makes it: it begins with the handoff that ends the turn that runs, and lasts as long as
    /// the plan has no room, whatever people said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_plan: bool,
}

impl Rest {
    /// Returns the first instant after it, where that is known.
    #[must_use]
    pub fn end(&self) -> Option<DateTime<Utc>> {
        self.until.filter(|_| !self.by_plan)
    }
}

/// Why a rotation's channel cannot be told anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelFault {
    /// It is archived.
    Archived,
    /// It is gone.
    Deleted,
    /// It is private, and the bot is not in it.
    NotInvited,
    /// Slack does not let the bot post there.
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &str, at: &str, told_at: &str) {
        let quiet = Preferences { has_quiet_nights: true, ..Preferences::default() };
        let at: DateTime<Utc> = at.parse().unwrap();
        let zone = Zone::parse(zone).unwrap();

        assert_eq!(
            quiet.may_be_written_to_from(&zone, at),
            told_at.parse::<DateTime<Utc>>().unwrap(),
            "{zone:?} {at}"
        );
        assert_eq!(Preferences::default().may_be_written_to_from(&zone, at), at);
    }

    #[test]
    fn a_quiet_night_lasts_from_ten_to_seven_on_the_persons_own_wall_clock() {
        check("Europe/Berlin", "2026-06-08T19:59:59Z", "2026-06-08T19:59:59Z");
        check("Europe/Berlin", "2026-06-08T20:00:00Z", "2026-06-09T05:00:00Z");
        check("Europe/Berlin", "2026-06-08T22:30:00Z", "2026-06-09T05:00:00Z");
        check("Europe/Berlin", "2026-06-09T04:59:59Z", "2026-06-09T05:00:00Z");
        check("Europe/Berlin", "2026-06-09T05:00:00Z", "2026-06-09T05:00:00Z");
        check("America/New_York", "2026-06-09T04:00:00Z", "2026-06-09T11:00:00Z");
    }

    #[test]
    fn a_night_in_which_the_clocks_change_ends_at_seven_all_the_same() {
        check("Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z");
        check("Europe/Berlin", "2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z");
        // The day on which Samoa crossed the date line did not happen: the next seven o'clock is a day later.
        check("Pacific/Apia", "2011-12-30T09:00:00Z", "2011-12-30T17:00:00Z");
    }
}
