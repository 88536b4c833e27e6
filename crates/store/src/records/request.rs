//! Requests that were answered, so that the same one again gets the same answer.

use uuid::Uuid;

/// What a request came to: enough to render its answer again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The code of the answer.
    pub code: String,
    /// The ids that the answer speaks of.
    pub ids: Vec<Uuid>,
}
