//! Of requests for cover: the post that asks, what becomes of it, and what those whom it concerns are told.

use super::{Effect, Envelope, Key, Recipient, Told, at};
use crate::ids::{ChannelId, CoverRequestId, CoverageId, RotationId, UserId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long a reminder is worth saying: the next one may be only hours away.
const REMINDER_USEFUL_FOR: TimeDelta = TimeDelta::hours(11);

/// How long after they offered somebody still expects an answer.
const OFFER_USEFUL_FOR: TimeDelta = TimeDelta::minutes(30);

/// Of a request for cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RequestEffect {
    /// A channel is asked who can serve.
    CoverRequested {
        /// The rotation.
        rotation: RotationId,
        /// The request.
        request: CoverRequestId,
        /// How often it was made anew.
        occasion: u32,
        /// Whether replies in the thread are read.
        reads_replies: bool,
    },
    /// The post says how the request stands.
    CoverRequestChanged {
        /// The rotation.
        rotation: RotationId,
        /// The request.
        request: CoverRequestId,
        /// How often it was made anew.
        occasion: u32,
        /// What happened.
        news: CoverNews,
    },
    /// The post's thread learns what happened.
    CoverRequestNews {
        /// The rotation.
        rotation: RotationId,
        /// The request.
        request: CoverRequestId,
        /// How often it was made anew.
        occasion: u32,
        /// The channel of the post.
        channel: ChannelId,
        /// What happened.
        news: CoverNews,
    },
    /// Somebody who has offered in the post's thread is shown the button with which they take it.
    CoverOffered {
        /// The rotation.
        rotation: RotationId,
        /// The request.
        request: CoverRequestId,
        /// How often it was made anew.
        occasion: u32,
        /// The channel of the post.
        channel: ChannelId,
        /// Who.
        user: UserId,
        /// The `ts` of what they wrote.
        ts: String,
    },
    /// The one whose time it is learns that cover is asked for them.
    CoverAskedFor {
        /// The rotation.
        rotation: RotationId,
        /// The request.
        request: CoverRequestId,
        /// How often it was made anew.
        occasion: u32,
        /// Who.
        user: UserId,
    },
    /// Who serves, or who is spared, learns what was taken.
    CoverTaken {
        /// The rotation.
        rotation: RotationId,
        /// The cover.
        coverage: CoverageId,
        /// Who.
        user: UserId,
    },
    /// That message loses its button, and says that it was undone.
    CoverTakenUndone {
        /// The rotation.
        rotation: RotationId,
        /// The cover.
        coverage: CoverageId,
        /// Who.
        user: UserId,
    },
    /// Who was to serve, or to be spared, learns that it was undone.
    CoverTakenOff {
        /// The rotation.
        rotation: RotationId,
        /// The cover.
        coverage: CoverageId,
        /// Who.
        user: UserId,
    },
    /// Somebody who has not answered is asked again.
    CoverReminder {
        /// The rotation.
        rotation: RotationId,
        /// The request.
        request: CoverRequestId,
        /// How often it was made anew.
        occasion: u32,
        /// How many hours before the window it is.
        lead_hours: u16,
        /// Who.
        user: UserId,
    },
    /// The reminder loses its buttons, and says how the request ended.
    CoverReminderOver {
        /// The rotation.
        rotation: RotationId,
        /// The request.
        request: CoverRequestId,
        /// How often it was made anew.
        occasion: u32,
        /// How many hours before the window the reminder was.
        lead_hours: u16,
        /// Who.
        user: UserId,
        /// When the request was closed: it may be opened again and closed once more.
        closed_at: DateTime<Utc>,
    },
    /// The one whose time it is learns that nobody took it.
    CoverNobody {
        /// The rotation.
        rotation: RotationId,
        /// The request.
        request: CoverRequestId,
        /// How often it was made anew.
        occasion: u32,
        /// Who.
        user: UserId,
    },
}

/// What happened to a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum CoverNews {
    /// Somebody took a part of it, or the rest.
    Taken {
        /// The cover.
        coverage: CoverageId,
    },
    /// That was undone.
    Undone {
        /// The cover.
        coverage: CoverageId,
    },
    /// Its window begins.
    Begun,
    /// It was closed: taken back, put aside, expired or not needed any more.
    Closed {
        /// When.
        at: DateTime<Utc>,
    },
}

impl CoverNews {
    fn key(&self) -> String {
        match self {
            Self::Taken { coverage } => format!("taken {coverage}"),
            Self::Undone { coverage } => format!("undone {coverage}"),
            Self::Begun => String::from("begun"),
            Self::Closed { at: closed_at } => format!("closed {}", at(closed_at)),
        }
    }
}

impl From<RequestEffect> for Effect {
    fn from(effect: RequestEffect) -> Self {
        Self::Request(effect)
    }
}

impl RequestEffect {
    /// Returns the post with which a request was made.
    #[must_use]
    pub fn post(rotation: RotationId, request: CoverRequestId, occasion: u32) -> Self {
        // Whether replies are read is no part of what makes it the same as another.
        Self::CoverRequested { rotation, request, occasion, reads_replies: true }
    }
}

impl Told for RequestEffect {
    fn key(&self) -> Key {
        let of = |kind, rotation: &RotationId, request: &CoverRequestId, occasion: String| {
            Key::of(kind, *rotation).turn(request.to_string()).occasion(occasion)
        };
        let cover = |kind, rotation: &RotationId, coverage: &CoverageId| {
            Key::of(kind, *rotation).turn(coverage.to_string())
        };
        match self {
            Self::CoverRequested { rotation, request, occasion, .. } => {
                of("cover_requested", rotation, request, occasion.to_string())
            }
            Self::CoverRequestChanged { rotation, request, occasion, news } => {
                let occasion = format!("{occasion} {}", news.key());
                of("cover_request_changed", rotation, request, occasion)
            }
            Self::CoverRequestNews { rotation, request, occasion, news, .. } => {
                let occasion = format!("{occasion} {}", news.key());
                of("cover_request_news", rotation, request, occasion)
            }
            Self::CoverOffered { rotation, request, occasion, ts, .. } => {
                of("cover_offered", rotation, request, format!("{occasion} {ts}"))
            }
            Self::CoverAskedFor { rotation, request, occasion, .. } => {
                of("cover_asked_for", rotation, request, occasion.to_string())
            }
            Self::CoverTaken { rotation, coverage, .. } => cover("cover_taken", rotation, coverage),
            Self::CoverTakenUndone { rotation, coverage, .. } => {
                cover("cover_taken_undone", rotation, coverage)
            }
            Self::CoverTakenOff { rotation, coverage, .. } => {
                cover("cover_taken_off", rotation, coverage)
            }
            Self::CoverReminder { rotation, request, occasion, lead_hours, .. } => {
                of("cover_reminder", rotation, request, format!("{occasion} {lead_hours}"))
            }
            Self::CoverReminderOver {
                rotation, request, occasion, lead_hours, closed_at, ..
            } => {
                let occasion = format!("{occasion} {lead_hours} {}", at(closed_at));
                of("cover_reminder_over", rotation, request, occasion)
            }
            Self::CoverNobody { rotation, request, occasion, .. } => {
                of("cover_nobody", rotation, request, occasion.to_string())
            }
        }
    }

    fn replaces(&self) -> Option<Effect> {
        let post = match self.clone() {
            Self::CoverRequestChanged { rotation, request, occasion, .. } => {
                Self::post(rotation, request, occasion)
            }
            Self::CoverTakenUndone { rotation, coverage, user } => {
                Self::CoverTaken { rotation, coverage, user }
            }
            Self::CoverReminderOver { rotation, request, occasion, lead_hours, user, .. } => {
                Self::CoverReminder { rotation, request, occasion, lead_hours, user }
            }
            _ => return None,
        };
        Some(post.into())
    }

    fn replies_to(&self) -> Option<Envelope> {
        match self {
            Self::CoverRequestNews { rotation, request, occasion, channel, .. }
            | Self::CoverOffered { rotation, request, occasion, channel, .. } => {
                let to = Recipient::Channel(channel.clone());
                Some(Envelope::new(Self::post(*rotation, *request, *occasion), to))
            }
            _ => None,
        }
    }

    fn useful_for(&self) -> TimeDelta {
        match self {
            Self::CoverReminder { .. } => REMINDER_USEFUL_FOR,
            Self::CoverOffered { .. } => OFFER_USEFUL_FOR,
            _ => super::USEFUL_FOR,
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(
            self,
            Self::CoverAskedFor { .. }
                | Self::CoverTaken { .. }
                | Self::CoverTakenOff { .. }
                | Self::CoverReminder { .. }
                | Self::CoverNobody { .. }
        )
    }
}
