//! The methods that are known, from the transcription of Slack's reference in `data/`.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What Slack's reference says about a method.
#[derive(Debug, Deserialize)]
pub(crate) struct Method {
    pub(crate) bot_scopes: Option<Vec<String>>,
    pub(crate) rate_tier: String,
    /// Whether a JSON body is documented.
    pub(crate) json_body: Option<bool>,
    pub(crate) required: Vec<String>,
    pub(crate) arguments: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Catalogue {
    methods: BTreeMap<String, Method>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/slack_methods.json"))
        .expect("the transcription is JSON of this shape")
});

/// Returns what is known of a method.
pub(crate) fn find(name: &str) -> Option<&'static Method> {
    CATALOGUE.methods.get(name)
}

/// What form an argument has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Text,
    Flag,
    Number,
    /// JSON, or a string that holds JSON.
    List,
    /// JSON, or a string that holds JSON.
    Object,
}

/// Returns the form of an argument, which is the same in every method that has it.
pub(crate) fn form_of(argument: &str) -> Form {
    match argument {
        "as_user"
        | "exclude_archived"
        | "exclude_muted"
        | "include_all_metadata"
        | "include_locale"
        | "include_num_members"
        | "inclusive"
        | "link_names"
        | "mrkdwn"
        | "prevent_creation"
        | "reply_broadcast"
        | "return_im"
        | "test"
        | "unfurl_links"
        | "unfurl_media" => Form::Flag,
        "limit" => Form::Number,
        "attachments" | "blocks" => Form::List,
        "metadata" | "view" => Form::Object,
        _ => Form::Text,
    }
}
