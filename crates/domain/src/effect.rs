//! Effects: what the outside must be told, as data of ids, instants and codes.

use crate::ids::{ChannelId, DeliveryId, RotationId, UserId, WorkspaceId};
use crate::story::duty::Silence;
use crate::story::people::Gone;
use crate::story::roster::{Crowd, Refused};
use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What must be said, without a name and without a text: both are read when it is delivered.
///
/// It is stored as JSON with its version ([`Envelope`]); a variant is never renamed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// The rotation's channel learns that the rotation exists and who is first.
    RotationCreated {
        /// The new rotation.
        rotation: RotationId,
    },
    /// The rotation's channel learns of a handoff and, after down time, of the ones that were missed before it.
    HandoffPost {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the handoff.
        planned_at: DateTime<Utc>,
        /// The planned instant of the first missed handoff, if any was missed.
        missed_from: Option<DateTime<Utc>>,
        /// When the duty passed in the middle of the turn; `None` for the handoff itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// The person on duty learns that the duty is theirs.
    OnDutyDm {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the handoff.
        planned_at: DateTime<Utc>,
        /// The planned instant of the first missed handoff, if any was missed.
        missed_from: Option<DateTime<Utc>>,
        /// Who is on duty.
        user: UserId,
        /// When the duty passed to them in the middle of the turn; `None` for the handoff itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// The on-duty message loses its buttons and says how the duty ended.
    DutyEnded {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Whose duty it was.
        user: UserId,
        /// As in the message that is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
        /// When it ended.
        ended_at: DateTime<Utc>,
    },
    /// A member learns that their next turn is at another time than it was.
    DatesMoved {
        /// The rotation.
        rotation: RotationId,
        /// Who.
        user: UserId,
        /// When the rotation was changed.
        changed_at: DateTime<Utc>,
        /// When the turn was; `None` where they had none.
        was: Option<DateTime<Utc>>,
        /// Who changed it; `None` where the bot did by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<UserId>,
        /// Whether they joined by that change.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_new: bool,
    },
    /// The rotation's channel is asked who takes a turn that nobody can serve.
    UnassignedPost {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the handoff.
        planned_at: DateTime<Utc>,
        /// The planned instant of the first missed handoff, if any was missed.
        missed_from: Option<DateTime<Utc>>,
        /// The local day on which it is asked; each day asks once.
        day: NaiveDate,
    },
    /// The post that asked is replaced by its outcome, so that nobody presses a stale button.
    UnassignedResolved {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// The day of the post that is replaced.
        day: NaiveDate,
        /// Who serves now.
        user: UserId,
    },
    /// The home view of a person who has opened it is shown as it is now.
    PublishHome {
        /// Whose.
        user: UserId,
        /// The instant until which changes are shown together: each publishes once.
        as_of: DateTime<Utc>,
        /// What the person did in their home that is shown at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        act: Option<DeliveryId>,
    },
    /// Who installed the app is welcomed.
    Welcome {
        /// When it was installed: each installation welcomes once.
        installed_at: DateTime<Utc>,
    },
    /// The rotation's channel learns of its new name.
    RotationRenamed {
        /// The rotation.
        rotation: RotationId,
        /// Who changed it.
        by: UserId,
        /// When.
        changed_at: DateTime<Utc>,
    },
    /// The old and the new channel learn where the rotation is announced.
    ChannelChanged {
        /// The rotation.
        rotation: RotationId,
        /// Who changed it.
        by: UserId,
        /// When.
        changed_at: DateTime<Utc>,
        /// The old channel.
        from: ChannelId,
        /// The new channel.
        into: ChannelId,
    },
    /// The rotation's channel learns that it rests.
    RotationPaused {
        /// The rotation.
        rotation: RotationId,
        /// Who paused it.
        by: UserId,
        /// When.
        paused_at: DateTime<Utc>,
    },
    /// The rotation's channel learns that its rest ends with the next handoff.
    RotationResumed {
        /// The rotation.
        rotation: RotationId,
        /// Who resumed it.
        by: UserId,
        /// When.
        resumed_at: DateTime<Utc>,
    },
    /// The rotation's channel learns that it is deleted.
    RotationDeleted {
        /// The rotation.
        rotation: RotationId,
        /// Who deleted it.
        by: UserId,
        /// When.
        deleted_at: DateTime<Utc>,
    },
    /// The post of the deletion is replaced, since that was undone.
    DeletionUndone {
        /// The rotation.
        rotation: RotationId,
        /// Who brought it back.
        by: UserId,
        /// When it was deleted.
        deleted_at: DateTime<Utc>,
    },
    /// The rotation's channel learns that it is back.
    RotationRestored {
        /// The rotation.
        rotation: RotationId,
        /// Who brought it back.
        by: UserId,
        /// When.
        restored_at: DateTime<Utc>,
    },
    /// The on-duty message shows that it was seen, and cannot be confirmed again.
    DutySeen {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Who saw it.
        user: UserId,
        /// As in the message that is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// A manager learns that somebody on duty has not said to have seen it.
    DutyUnseen {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Whose duty it is.
        user: UserId,
        /// As in the message that was not seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<DateTime<Utc>>,
    },
    /// Who holds the next turn is reminded of it.
    NextDuty {
        /// The rotation.
        rotation: RotationId,
        /// The planned instant of the turn.
        planned_at: DateTime<Utc>,
        /// Whose turn it will be.
        user: UserId,
    },
    /// A manager learns that somebody cannot be written to; once for each person and rotation.
    Unreachable {
        /// The rotation.
        rotation: RotationId,
        /// Who cannot be written to.
        user: UserId,
        /// Why.
        why: Silence,
    },
    /// A manager learns that somebody was taken out of their rotations, because Slack knows them no longer as a person who
    /// can serve.
    MemberGone {
        /// Who.
        user: UserId,
        /// The rotations that the recipient manages.
        rotations: Vec<RotationId>,
        /// When it was found out.
        found_at: DateTime<Utc>,
        /// Why.
        why: Gone,
    },
    /// A manager learns that somebody who was taken out is back in Slack.
    MemberBack {
        /// Who.
        user: UserId,
        /// The rotations that the recipient manages.
        rotations: Vec<RotationId>,
        /// When it was found out.
        found_at: DateTime<Utc>,
    },
    /// The rotation's channel learns that nobody is left in it.
    RosterEmpty {
        /// The rotation.
        rotation: RotationId,
        /// Who went last.
        user: UserId,
        /// When it was found out.
        found_at: DateTime<Utc>,
        /// Why.
        why: Gone,
    },
    /// A manager learns that a member left the channel in which their rotations speak; of one person once a day at most.
    LeftChannel {
        /// Who.
        user: UserId,
        /// The channel.
        channel: ChannelId,
        /// The rotations that the recipient manages.
        rotations: Vec<RotationId>,
        /// The day on which Slack told of it, in UTC.
        day: NaiveDate,
    },
    /// The rotation's channel learns who is on duty and who comes next, once a week.
    WeeklySummary {
        /// The rotation.
        rotation: RotationId,
        /// When it is due.
        at: DateTime<Utc>,
    },
    /// A manager learns that the rotation's channel cannot be told anything.
    ChannelLost {
        /// The rotation.
        rotation: RotationId,
        /// When that was found.
        at: DateTime<Utc>,
    },
    /// The rotation's channel can be told again, and learns who is on duty.
    ChannelBack {
        /// The rotation.
        rotation: RotationId,
        /// When that was found.
        at: DateTime<Utc>,
    },
    /// The rotation's channel learns who joined or left, or that turns moved.
    RosterChanged {
        /// The rotation.
        rotation: RotationId,
        /// When it was changed.
        changed_at: DateTime<Utc>,
        /// Who changed it; `None` where the bot did by itself.
        by: Option<UserId>,
        /// Who joined.
        joined: Crowd<UserId>,
        /// Who left.
        left: Crowd<UserId>,
        /// Who leaves at the next handoff.
        leaving: Crowd<UserId>,
    },
    /// Who added people learns that some of them cannot be in a rotation, and were taken out again.
    JoinersTakenOut {
        /// The rotation.
        rotation: RotationId,
        /// When they were added.
        changed_at: DateTime<Utc>,
        /// Who, and why.
        refused: Vec<Refused<UserId>>,
    },
}

/// Where an effect is delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// A channel.
    Channel(ChannelId),
    /// A person's direct messages with the bot.
    Person(UserId),
    /// A person's home view.
    Home(UserId),
    /// A channel, where one person sees it and nobody else; it is gone when their Slack is started again.
    Only {
        /// The channel.
        channel: ChannelId,
        /// Who sees it; it reaches them only while they are in the channel.
        user: UserId,
    },
}

/// An effect with the version of its form, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The version of the form; 1.
    pub v: u16,
    /// The effect.
    pub effect: Effect,
    /// Where it goes.
    pub to: Recipient,
}

impl Envelope {
    /// Returns the effect in the current form.
    #[must_use]
    pub fn new(effect: Effect, to: Recipient) -> Self {
        Self { v: 1, effect, to }
    }

    /// Returns the id of the delivery: equal for everything that must be said only once.
    #[must_use]
    pub fn delivery_id(&self, workspace: WorkspaceId) -> DeliveryId {
        let (kind, rotation, turn, occasion) = self.effect.key();
        let recipient = match &self.to {
            Recipient::Channel(channel) => channel.to_string(),
            Recipient::Person(user) | Recipient::Home(user) => user.to_string(),
            Recipient::Only { channel, user } => format!("{channel}/{user}"),
        };
        DeliveryId::of_parts(&[
            &workspace.to_string(),
            &rotation.map_or_else(|| String::from("workspace"), |rotation| rotation.to_string()),
            &turn,
            kind,
            &recipient,
            &occasion,
        ])
    }

    /// Returns the key within which deliveries leave in the order in which they were made.
    #[must_use]
    pub fn order_key(&self) -> String {
        match &self.to {
            Recipient::Channel(channel) => format!("channel:{channel}"),
            Recipient::Person(user) => format!("person:{user}"),
            // Apart from the messages, so that it delays none of them.
            Recipient::Home(user) => format!("home:{user}"),
            // Whoever sees it has just done something and waits for the answer.
            Recipient::Only { channel, user } => format!("only:{channel}:{user}"),
        }
    }

    /// Returns the delivery in whose thread this one is posted: without that message's `ts` there is no thread, and it is
    /// not said.
    #[must_use]
    pub fn replies_to(&self, _workspace: WorkspaceId) -> Option<DeliveryId> {
        None
    }

    /// Returns the delivery whose message this one replaces: without that message's `ts` there is nothing to say.
    #[must_use]
    pub fn updates(&self, workspace: WorkspaceId) -> Option<DeliveryId> {
        let post = match &self.effect {
            Effect::UnassignedResolved { rotation, planned_at, day, .. } => {
                Effect::UnassignedPost {
                    rotation: *rotation,
                    planned_at: *planned_at,
                    missed_from: None,
                    day: *day,
                }
            }
            Effect::DutyEnded { rotation, planned_at, user, since, .. }
            | Effect::DutySeen { rotation, planned_at, user, since } => Effect::OnDutyDm {
                rotation: *rotation,
                planned_at: *planned_at,
                missed_from: None,
                user: user.clone(),
                since: *since,
            },
            Effect::DeletionUndone { rotation, by, deleted_at } => Effect::RotationDeleted {
                rotation: *rotation,
                by: by.clone(),
                deleted_at: *deleted_at,
            },
            _ => return None,
        };
        Some(Self::new(post, self.to.clone()).delivery_id(workspace))
    }
}

impl Effect {
    /// Returns how long after it was due the effect is still worth saying; later it expires and is counted.
    #[must_use]
    pub fn useful_for(&self) -> TimeDelta {
        match self {
            Self::UnassignedPost { .. } => TimeDelta::hours(24),
            // The next change or visit shows it anew.
            Self::PublishHome { .. } => TimeDelta::minutes(10),
            Self::WeeklySummary { .. } => TimeDelta::hours(12),
            _ => TimeDelta::days(7),
        }
    }

    /// Returns whether a person who wants quiet nights is told in the morning only.
    ///
    /// What replaces a message rings no bell, and whoever asked for something is answered at once.
    #[must_use]
    pub fn can_wait_for_the_morning(&self) -> bool {
        matches!(
            self,
            Self::OnDutyDm { .. }
                | Self::DatesMoved { .. }
                | Self::DutyUnseen { .. }
                | Self::NextDuty { .. }
                | Self::MemberGone { .. }
                | Self::MemberBack { .. }
                | Self::LeftChannel { .. }
                | Self::Unreachable { .. }
                | Self::ChannelLost { .. }
        )
    }

    /// Returns the rotation of which it tells.
    #[must_use]
    pub fn rotation(&self) -> Option<RotationId> {
        self.key().1
    }

    fn key(&self) -> (&'static str, Option<RotationId>, String, String) {
        let at = |instant: &DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::Micros, true);
        let once = || String::from("0");
        match self {
            Self::RotationCreated { rotation } => {
                ("rotation_created", Some(*rotation), once(), once())
            }
            Self::HandoffPost { rotation, planned_at, since, .. } => {
                let occasion = since.as_ref().map_or_else(once, at);
                ("handoff_post", Some(*rotation), at(planned_at), occasion)
            }
            Self::OnDutyDm { rotation, planned_at, since, .. } => {
                let occasion = since.as_ref().map_or_else(once, at);
                ("on_duty_dm", Some(*rotation), at(planned_at), occasion)
            }
            Self::DutyEnded { rotation, planned_at, since, .. } => {
                let occasion = since.as_ref().map_or_else(once, at);
                ("duty_ended", Some(*rotation), at(planned_at), occasion)
            }
            Self::DatesMoved { rotation, changed_at, .. } => {
                ("dates_moved", Some(*rotation), at(changed_at), once())
            }
            Self::UnassignedPost { rotation, planned_at, day, .. } => {
                ("unassigned_post", Some(*rotation), at(planned_at), day.to_string())
            }
            Self::UnassignedResolved { rotation, planned_at, day, .. } => {
                ("unassigned_resolved", Some(*rotation), at(planned_at), day.to_string())
            }
            Self::PublishHome { as_of, act, .. } => {
                let occasion = act.map_or_else(once, |act| act.to_string());
                ("publish_home", None, at(as_of), occasion)
            }
            Self::Welcome { installed_at } => ("welcome", None, at(installed_at), once()),
            Self::RotationRenamed { rotation, changed_at, .. } => {
                ("rotation_renamed", Some(*rotation), at(changed_at), once())
            }
            Self::ChannelChanged { rotation, changed_at, .. } => {
                ("channel_changed", Some(*rotation), at(changed_at), once())
            }
            Self::RotationPaused { rotation, paused_at, .. } => {
                ("rotation_paused", Some(*rotation), at(paused_at), once())
            }
            Self::RotationResumed { rotation, resumed_at, .. } => {
                ("rotation_resumed", Some(*rotation), at(resumed_at), once())
            }
            Self::RotationDeleted { rotation, deleted_at, .. } => {
                ("rotation_deleted", Some(*rotation), at(deleted_at), once())
            }
            Self::DeletionUndone { rotation, deleted_at, .. } => {
                ("deletion_undone", Some(*rotation), at(deleted_at), once())
            }
            Self::RotationRestored { rotation, restored_at, .. } => {
                ("rotation_restored", Some(*rotation), at(restored_at), once())
            }
            Self::DutySeen { rotation, planned_at, since, .. } => {
                let occasion = since.as_ref().map_or_else(once, at);
                ("duty_seen", Some(*rotation), at(planned_at), occasion)
            }
            Self::DutyUnseen { rotation, planned_at, user, since } => {
                let since = since.as_ref().map_or_else(once, at);
                ("duty_unseen", Some(*rotation), at(planned_at), format!("{user}:{since}"))
            }
            Self::WeeklySummary { rotation, at: due } => {
                ("weekly_summary", Some(*rotation), at(due), once())
            }
            Self::ChannelLost { rotation, at: found } => {
                ("channel_lost", Some(*rotation), at(found), once())
            }
            Self::ChannelBack { rotation, at: found } => {
                ("channel_back", Some(*rotation), at(found), once())
            }
            Self::NextDuty { rotation, planned_at, .. } => {
                ("next_duty", Some(*rotation), at(planned_at), once())
            }
            Self::Unreachable { rotation, user, .. } => {
                ("unreachable", Some(*rotation), once(), user.to_string())
            }
            Self::MemberGone { user, found_at, .. } => {
                ("member_gone", None, user.to_string(), at(found_at))
            }
            Self::MemberBack { user, found_at, .. } => {
                ("member_back", None, user.to_string(), at(found_at))
            }
            Self::RosterEmpty { rotation, found_at, .. } => {
                ("roster_empty", Some(*rotation), at(found_at), once())
            }
            Self::LeftChannel { user, channel, day, .. } => {
                ("left_channel", None, format!("{user}/{channel}"), day.to_string())
            }
            Self::RosterChanged { rotation, changed_at, .. } => {
                ("roster_changed", Some(*rotation), at(changed_at), once())
            }
            Self::JoinersTakenOut { rotation, changed_at, .. } => {
                ("joiners_taken_out", Some(*rotation), at(changed_at), once())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::user;
    use serde_json::{Value, json};
    use uuid::Uuid;

    fn said_to(to: Recipient) -> Envelope {
        let rotation = RotationId::new(Uuid::from_u128(7));
        Envelope::new(Effect::RotationCreated { rotation }, to)
    }

    fn only(channel: &str, name: &str) -> Recipient {
        Recipient::Only { channel: ChannelId::new(channel), user: user(name) }
    }

    #[track_caller]
    fn check(to: Recipient, stored: &Value, order_key: &str) {
        let envelope = said_to(to);

        let json = serde_json::to_value(&envelope).unwrap();

        assert_eq!(&json["to"], stored);
        assert_eq!(serde_json::from_value::<Envelope>(json).unwrap(), envelope);
        assert_eq!(envelope.order_key(), order_key);
    }

    #[test]
    fn each_recipient_is_stored_by_its_own_name_and_waits_only_for_its_own() {
        check(Recipient::Channel(ChannelId::new("C1")), &json!({"channel": "C1"}), "channel:C1");
        check(Recipient::Person(user("U1")), &json!({"person": "U1"}), "person:U1");
        check(Recipient::Home(user("U1")), &json!({"home": "U1"}), "home:U1");
        check(only("C1", "U1"), &json!({"only": {"channel": "C1", "user": "U1"}}), "only:C1:U1");
    }

    #[test]
    fn what_one_person_sees_in_a_channel_is_no_others_and_no_post() {
        let workspace = WorkspaceId::new(Uuid::from_u128(1));
        let id = |to: Recipient| said_to(to).delivery_id(workspace);

        let others = [
            only("C1", "U2"),
            only("C2", "U1"),
            Recipient::Channel(ChannelId::new("C1")),
            Recipient::Person(user("U1")),
        ];

        for other in others {
            assert_ne!(id(only("C1", "U1")), id(other.clone()), "{other:?}");
        }
    }

    #[test]
    fn a_delivery_keeps_the_id_that_it_had() {
        let workspace = WorkspaceId::new(Uuid::from_u128(1));
        let id = said_to(Recipient::Channel(ChannelId::new("C1"))).delivery_id(workspace);

        assert_eq!(id.to_string(), "16faf1cc-d0c5-53c4-a81d-76b724545d2d");
    }
}
