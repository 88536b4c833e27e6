//! Whom a plan's file may name: the members, everybody added later and the fallback.

use super::reader::{Faults, Place, shown};
use crate::command::MAX_NAME;
use crate::ids::UserId;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// Everybody whom a file may name as away, covering or covered.
pub(super) struct People {
    /// `None` where somebody could not be read, so that one slip is one fault.
    known: Option<HashSet<UserId>>,
}

impl People {
    /// Returns these people; without them everybody is known.
    pub(super) fn new(known: Option<impl IntoIterator<Item = UserId>>) -> Self {
        Self { known: known.map(|known| known.into_iter().collect()) }
    }

    /// Reads somebody who must be known.
    pub(super) fn read(&self, place: &Place, faults: &mut Faults) -> Option<UserId> {
        let user = UserId::new(place.text(faults)?);
        let Some(known) = &self.known else { return Some(user) };
        let found = known.get(&user).cloned();
        if found.is_none() {
            let text = "is no member, nobody added later and not the fallback";
            faults.note(&place.path, format!("“{}” {text}", shown(&user)));
        }
        found
    }
}

/// Reads the name of somebody who need not be known.
pub(super) fn read_user(place: &Place, faults: &mut Faults) -> Option<UserId> {
    place.name(MAX_NAME, faults).map(UserId::new)
}

/// Reads an ordered list of people, `most` of them; `None` where somebody could not be read.
///
/// Somebody who stands there twice is a fault and is in the list once. `list` is what the list is called.
pub(super) fn read_users(
    place: &Place,
    most: usize,
    list: &str,
    faults: &mut Faults,
) -> Option<Vec<UserId>> {
    let places = place.list(most, faults)?;
    if places.is_empty() {
        faults.note(&place.path, "must name at least one member");
        return None;
    }
    let mut seen = HashMap::new();
    let mut users = Vec::new();
    let mut is_whole = true;
    for (at, entry) in places.iter().enumerate() {
        let Some(user) = read_user(entry, faults) else {
            is_whole = false;
            continue;
        };
        match seen.entry(user) {
            Entry::Vacant(free) => {
                users.push(free.key().clone());
                free.insert(at);
            }
            Entry::Occupied(first) => {
                let (user, first) = (first.key(), first.get());
                let text = format!("“{user}” is {list} already, see {}[{first}]", place.path);
                faults.note(&entry.path, text);
            }
        }
    }
    is_whole.then_some(users)
}
