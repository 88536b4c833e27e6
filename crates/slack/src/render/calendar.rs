//! Links to calendars and pages, in words.

use super::blocks::Part;
use super::buttons::danger;
use super::names::title;
use domain::action::Button;
use domain::story::calendar::{self, Opens, Reply};

/// Returns an answer.
pub(super) fn compose(reply: &Reply) -> Vec<Part> {
    match reply {
        Reply::Link { opens, rotation, address, is_another } => {
            let mut lines = vec![what(*opens, rotation.as_deref())];
            lines.extend(how(*opens, address.show()));
            lines.push(until(*is_another));
            let revoke = danger(&Button::Calendar(calendar::Button::Revoke(*opens)));
            vec![Part::Lines(lines), Part::Buttons(vec![revoke])]
        }
        Reply::Revoked { count } => vec![Part::Lines(vec![revoked(*count)])],
    }
}

/// Returns what stands on a button.
pub(super) const fn label(button: calendar::Button) -> &'static str {
    match button {
        calendar::Button::Revoke(_) => "Revoke this link",
    }
}

fn what(opens: Opens, rotation: Option<&str>) -> String {
    let name = title(rotation.unwrap_or_default());
    match opens {
        Opens::Mine => String::from(
            "Your own turns, of all rotations, as a calendar. It reminds you 15 minutes before each, and follows every cover, swap and change.",
        ),
        Opens::Rotation(_) => format!(
            "{name} as a calendar: who really serves, a year back and a year ahead. It follows every cover, swap and change, and nothing in it rings."
        ),
        Opens::Page(_) => format!(
            "{name} as a page: who is on duty now, who is next, and each month. It can be printed, and follows every change."
        ),
    }
}

fn how(opens: Opens, address: &str) -> Vec<String> {
    if matches!(opens, Opens::Page(_)) {
        return vec![format!("<{address}|Open the page>"), format!("`{address}`")];
    }
    vec![
        format!("`{address}`"),
        String::from(
            "• Google Calendar: Other calendars, *+*, From URL; it looks again a few times a day",
        ),
        String::from("• Outlook: Add calendar, Subscribe from web"),
        String::from(
            "• Apple Calendar: File, New Calendar Subscription; on a phone: Settings, Calendar Accounts, Add Subscribed Calendar",
        ),
    ]
}

fn until(is_another: bool) -> String {
    let before =
        if is_another { "The link that you had before opens nothing any more. " } else { "" };
    format!(
        "{before}Whoever has the link sees what is in it, so please pass it on with care. It works until you revoke it, here or with `/rotation calendar revoke`, and ends when you leave."
    )
}

fn revoked(count: u64) -> String {
    match count {
        0 => String::from("You have no such link, so nothing was changed."),
        1 => String::from(
            "Done: the link opens nothing any more. Calendars that looked there keep what they had until they look again.",
        ),
        count => format!(
            "Done: your {count} links open nothing any more. Calendars that looked there keep what they had until they look again."
        ),
    }
}
