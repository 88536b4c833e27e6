//! Requests that were answered, so that the same one again gets the same answer.

use serde_json::Value;

/// What a request came to: enough to render its answer again, as ids, instants and codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The facts, in the form that the use case gave them.
    pub facts: Value,
}
