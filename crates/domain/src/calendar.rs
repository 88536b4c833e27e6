//! A rotation, or somebody's own turns, as a calendar that other programs subscribe to (RFC 5545).

mod compose;
mod published;
mod zones;

pub use compose::{Feed, compose};
pub use published::Published;

use crate::ids::{RotationId, UserId};
use crate::interval::Interval;
use crate::shift::{Right, Served, Shift, ShiftState};
use crate::zone::Zone;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use uuid::Uuid;

/// How long before their own turn somebody is reminded by their calendar: time to sit down, and no time to forget.
pub const ALARM_BEFORE: TimeDelta = TimeDelta::minutes(15);

/// How often programs are asked to look again.
pub const REFRESH: TimeDelta = TimeDelta::hours(1);

/// How many months back and ahead a calendar reaches.
pub const MONTHS: u32 = 12;

/// The namespace of the UIDs of a calendar's entries, and of what they are recognised by.
const NAMESPACE: Uuid = Uuid::from_u128(0x5b1f_90ce_27d4_5c0a_8a3e_71c2_9d60_4e13);

/// One entry of a calendar.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The same for the same time of the same rotation, whoever serves then.
    pub uid: Uuid,
    /// The zone of the rotation.
    pub zone: Zone,
    /// When it is.
    pub window: Interval,
    /// What stands in the calendar.
    pub summary: String,
    /// What stands beneath it; may be empty.
    pub description: String,
    /// Whether somebody serves then.
    pub is_served: bool,
    /// What the calendar says [`ALARM_BEFORE`] it begins.
    pub alarm: Option<String>,
}

/// A rotation as calendars name it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The rotation.
    pub rotation: RotationId,
    /// Its name.
    pub name: &'a str,
    /// Its zone.
    pub zone: &'a Zone,
    /// Since when the workspace's plan has no room for it, if it has none.
    pub stopped_since: Option<DateTime<Utc>>,
}

impl Source<'_> {
    /// Returns whether it is the plan that lets it rest then.
    fn is_stopped_in(&self, window: Interval) -> bool {
        self.stopped_since.is_some_and(|since| since <= window.start())
    }
}

impl Entry {
    /// Returns by what it is recognised that nothing that a reader sees of it has changed.
    fn digest(&self) -> Uuid {
        let Self { uid, zone, window, summary, description, is_served, alarm } = self;
        let (start, end) = (window.start().timestamp(), window.end().timestamp());
        // Each text with its length: no two entries are written down as the same.
        let text = |text: &str| format!("{}:{text}", text.len());
        let alarm = alarm.as_deref().map_or_else(|| String::from("-"), text);
        let all = [text(zone.name()), text(summary), text(description), alarm].concat();
        Uuid::new_v5(uid, format!("{start} {end} {is_served} {all}").as_bytes())
    }
}

/// Returns the entries of a rotation's calendar: who serves, who is passed over, and when nobody does. Off-hours are no
/// entries, and nothing rings: a colleague's duty is nobody else's alarm.
#[must_use]
pub fn entries_of(
    source: Source<'_>,
    shifts: &[Shift],
    name_of: impl Fn(&UserId) -> String,
) -> Vec<Entry> {
    let entry = |shift: &Shift| {
        let who = match shift.state {
            ShiftState::Planned => in_words(&shift.seats, &name_of),
            ShiftState::Paused if source.is_stopped_in(shift.window) => {
                String::from("stopped (Free plan)")
            }
            ShiftState::Paused => String::from("paused"),
            ShiftState::Unassigned => String::from("nobody"),
            ShiftState::OffHours => return None,
        };
        let skipped: Vec<String> = shift.skipped.iter().map(|it| name_of(&it.member)).collect();
        let description = match &*skipped {
            [] => String::new(),
            // Why is nobody's business outside Slack.
            skipped => format!("Passed over: {}", skipped.join(", ")),
        };
        Some(Entry {
            uid: uid(source.rotation, shift.window.start(), None),
            zone: source.zone.clone(),
            window: shift.window,
            summary: format!("{}: {who}", source.name),
            description,
            is_served: shift.state == ShiftState::Planned,
            alarm: None,
        })
    };
    told(shifts.iter().filter_map(entry))
}

/// Returns the entries of somebody's own calendar: when they serve in a rotation, each with an alarm. What goes on without
/// a break within a turn is one entry, though others beside them change.
#[must_use]
pub fn own_entries(
    source: Source<'_>,
    shifts: &[Shift],
    user: &UserId,
    name_of: impl Fn(&UserId) -> String,
) -> Vec<Entry> {
    let mut own: Vec<(u64, Interval, Option<&UserId>)> = Vec::new();
    for shift in shifts {
        let Some(served) = shift.seats.iter().find(|served| served.user == *user) else { continue };
        let of = served.covered_for();
        match own.last_mut() {
            Some((turn, window, whose))
                if *turn == shift.turn && window.end() == shift.window.start() && *whose == of =>
            {
                *window = window.up_to(shift.window.end());
            }
            _ => own.push((shift.turn, shift.window, of)),
        }
    }
    let entry = |(_, window, of): (u64, Interval, Option<&UserId>)| {
        let of = of.map(|of| format!(" (for {})", name_of(of))).unwrap_or_default();
        let minutes = ALARM_BEFORE.num_minutes();
        Entry {
            uid: uid(source.rotation, window.start(), Some(user)),
            zone: source.zone.clone(),
            window,
            summary: format!("On duty: {}{of}", source.name),
            description: String::new(),
            is_served: true,
            alarm: Some(format!("In {minutes} minutes you are on duty: {}", source.name)),
        }
    };
    told(own.into_iter().map(entry))
}

/// Returns who serves, and for whom: "Ana, Ben (for Cho)".
fn in_words(seats: &[Served], name_of: &impl Fn(&UserId) -> String) -> String {
    let word = |served: &Served| {
        let name = name_of(&served.user);
        match &served.right {
            Right::CoverOf(holder) => format!("{name} (for {})", name_of(holder)),
            Right::Own(_) | Right::Taken => name,
        }
    };
    seats.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// Leaves out what has no whole second: calendars know nothing shorter.
fn told(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let lasts = |entry: &Entry| entry.window.start().timestamp() < entry.window.end().timestamp();
    entries.filter(lasts).collect()
}

/// Returns the UID of what begins at an instant: it follows from rotation and instant alone, so every replica makes the same.
///
/// What somebody has in their own calendar is another entry than the rotation's, although it is the same time.
fn uid(rotation: RotationId, start: DateTime<Utc>, own: Option<&UserId>) -> Uuid {
    let start = start.to_rfc3339_opts(SecondsFormat::Micros, true);
    let own = own.map_or("", UserId::as_str);
    Uuid::new_v5(&NAMESPACE, format!("{rotation} {start} {own}").as_bytes())
}

#[cfg(test)]
mod tests;
