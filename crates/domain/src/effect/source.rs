//! Of absence sources: what their admins are told of them.

use super::{Effect, Key, Told, at};
use crate::source::{SourceCode, SourceFault};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Of absence sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SourceEffect {
    /// An admin learns that a source gives no answer any more; once for each kind of fault.
    SourceFaulty {
        /// The source.
        source: SourceCode,
        /// Its name.
        name: String,
        /// Since when it has given none.
        since: DateTime<Utc>,
        /// Why.
        fault: SourceFault,
    },
    /// Who asked a source for an answer, or connected it, learns what came of it.
    SourceAnswered {
        /// The source.
        source: SourceCode,
        /// Its name.
        name: String,
        /// When it was asked.
        asked_at: DateTime<Utc>,
    },
}

impl From<SourceEffect> for Effect {
    fn from(effect: SourceEffect) -> Self {
        Self::Source(effect)
    }
}

impl Told for SourceEffect {
    fn key(&self) -> Key {
        match self {
            Self::SourceFaulty { source, since, fault, .. } => Key::of_workspace("source_faulty")
                .turn(source.to_string())
                .occasion(format!("{}/{}", at(since), fault.code())),
            Self::SourceAnswered { source, asked_at, .. } => {
                Key::of_workspace("source_answered").turn(source.to_string()).occasion(at(asked_at))
            }
        }
    }

    fn can_wait_for_the_morning(&self) -> bool {
        matches!(self, Self::SourceFaulty { .. })
    }
}
