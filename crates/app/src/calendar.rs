//! Who is on duty, for those who look from outside Slack: calendars that programs subscribe to, and a page of a rotation.
//!
//! Whoever has a link sees what it opens, until it is revoked, its maker leaves Slack or the workspace the app, or the rotation
//! is deleted. Both show the final view: who really serves.

mod feed;
mod link;
mod page;
mod shifts;

pub use feed::feed;
pub use link::{Wanted, offer, revoke, revoke_all};
pub use page::{Schedule, schedule};

use chrono::{DateTime, Months, Utc};
use domain::calendar::MONTHS;
use domain::ids::UserId;
use domain::interval::Interval;
use domain::message::Person;

/// Who stands where somebody was erased.
const FORMER: &str = "a former member";

/// Returns a person's name: as Slack has it, else their id, by which Slack knows them.
fn name_of(person: &Person) -> String {
    let name = person.name.as_deref().unwrap_or_default();
    let calm: String = name.chars().filter(|letter| !letter.is_control()).collect();
    match calm.trim() {
        "" if person.user.is_erased() => FORMER.to_owned(),
        "" => person.user.to_string(),
        name => name.to_owned(),
    }
}

/// Returns the months that are shown, both ways from now.
fn reach(now: DateTime<Utc>) -> Option<Interval> {
    let start = now.checked_sub_months(Months::new(MONTHS))?;
    Interval::new(start, now.checked_add_months(Months::new(MONTHS))?)
}

/// Returns the names of people by their ids.
fn names(people: &crate::people::People) -> impl Fn(&UserId) -> String {
    |user| name_of(&people.person(user))
}
