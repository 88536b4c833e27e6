//! The limits of modals and home views.

use super::text::{Fault, Place, TextKind};
use super::{Surface, check_blocks};
use serde_json::Value;

/// The largest view, in bytes of JSON.
const LARGEST_VIEW: usize = 250_000;

/// Why a view is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ViewFault {
    TooLarge,
    Invalid(Fault),
}

impl From<Fault> for ViewFault {
    fn from(fault: Fault) -> Self {
        Self::Invalid(fault)
    }
}

/// Checks a view for its surface.
pub(crate) fn check_view(view: &Value, surface: Surface) -> Result<(), ViewFault> {
    if view.to_string().len() > LARGEST_VIEW {
        return Err(ViewFault::TooLarge);
    }
    let place = Place::new("/view".into(), view);
    let shared = ["private_metadata", "callback_id", "external_id"];
    if surface == Surface::Home {
        place.one_of("type", &["home"])?;
        place.object(&["type", "blocks"], &shared)?;
    } else {
        let more = ["close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"];
        place.one_of("type", &["modal"])?;
        place.object(&["type", "title", "blocks"], &[&shared[..], &more[..]].concat())?;
    }
    for key in ["title", "submit", "close"] {
        place.text(key, TextKind::Plain, 24)?;
    }
    for key in ["clear_on_close", "notify_on_close", "submit_disabled"] {
        place.flag(key)?;
    }
    place.string("private_metadata", 0, 3000)?;
    place.string("callback_id", 0, 255)?;
    place.string("external_id", 0, 255)?;
    check_blocks(&view["blocks"], surface)?;
    let mut blocks = view["blocks"].as_array().into_iter().flatten();
    if surface == Surface::Modal
        && view["submit"].is_null()
        && blocks.any(|one| one["type"] == "input")
    {
        return Err(place.fault("`submit` is required where there is an input block").into());
    }
    Ok(())
}
