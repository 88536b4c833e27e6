//! Notices of the one who runs the service, in words.

use super::blocks::Part;
use super::note::plain_lines;
use domain::story::notice::Breach;

/// Returns a notice of a breach.
pub(super) fn breach(notice: &Breach) -> Vec<Part> {
    let headed = |heading: &str, text: &str| {
        let mut lines = vec![format!("*{heading}*")];
        lines.extend(plain_lines(text));
        Part::Lines(lines)
    };
    let mut parts = vec![Part::Lines(vec![String::from(
        "You are told this as an admin of this workspace: somebody else may have seen data that Asyncbot keeps of it.",
    )])];
    parts.push(headed("What happened", &notice.what));
    parts.push(headed("When", &notice.when));
    parts.push(headed("What comes next", &notice.next_steps));
    if let Some(contact) = &notice.contact {
        let shown = contact.strip_prefix("mailto:").unwrap_or(contact);
        parts.push(headed("Whom to ask", shown));
    }
    parts
}
