//! The life of a rotation in words and blocks.

mod show;

use super::blocks::Part;
use super::words::Style;
use chrono::{DateTime, Utc};
use domain::story::lifecycle::{Press, Reply};

/// Returns an answer.
pub(super) fn compose(reply: &Reply, now: DateTime<Utc>, style: Style) -> Vec<Part> {
    match reply {
        Reply::Shown(card) => show::parts(card, now, style),
    }
}

/// Returns what stands on a button.
pub(super) const fn label(press: Press) -> &'static str {
    match press {
        Press::Show => "Show",
    }
}
