//! The roster changes of a plan's file, read and followed in time: who can be added, removed or put in order is what the
//! changes before have left.

use super::instants::read_instant;
use super::people::{read_user, read_users};
use super::reader::{Faults, Fields, Place, shown};
use crate::change::{Leave, RosterChange, Timed};
use crate::ids::UserId;
use crate::roster::MAX_MEMBERS;
use std::collections::HashSet;

/// The most roster changes that a file may have.
const MAX_CHANGES: usize = 2000;

/// What each kind of change may have beside it.
const BESIDE: [(&str, &str); 3] =
    [("before", "add"), ("when", "remove"), ("deactivated", "remove")];

/// Reads the roster changes, in the order of the file; `None` where one could not be read.
///
/// The members are those at the anchor, where they could be read.
pub(super) fn read_roster_changes(
    place: &Place,
    members: Option<&[UserId]>,
    faults: &mut Faults,
) -> Option<Vec<Timed<RosterChange>>> {
    let places = place.list(MAX_CHANGES, faults)?;
    let changes: Vec<_> = places.iter().map(|change| read_change(change, faults)).collect();
    let changes = changes.into_iter().collect::<Option<Vec<_>>>()?;
    if let Some(members) = members {
        follow(&places, &changes, members, faults);
    }
    Some(changes)
}

/// Returns everybody whom the changes add.
pub(super) fn added(changes: &[Timed<RosterChange>]) -> impl Iterator<Item = &UserId> {
    changes.iter().filter_map(|change| match &change.what {
        RosterChange::Add { user, .. } => Some(user),
        RosterChange::Remove { .. } | RosterChange::Order(_) => None,
    })
}

fn read_change(place: &Place, faults: &mut Faults) -> Option<Timed<RosterChange>> {
    let known = ["at", "add", "before", "remove", "when", "deactivated", "order"];
    let fields = place.fields(&known, faults)?;
    let at = read_instant(&fields, "at", faults);
    for (beside, kind) in BESIDE {
        if fields.has(beside) && !fields.has(kind) {
            faults.note(&fields.path_of(beside), format!("goes with {kind} only"));
        }
    }
    let what = match (fields.get("add"), fields.get("remove"), fields.get("order")) {
        (Some(user), None, None) => read_add(&user, &fields, faults),
        (None, Some(user), None) => read_remove(&user, &fields, faults),
        (None, None, Some(order)) => {
            let users = read_users(&order, MAX_MEMBERS, "in the order", faults);
            users.map(RosterChange::Order)
        }
        _ => {
            faults.note(&place.path, "must have exactly one of add, remove and order");
            None
        }
    };
    Some(Timed { at: at?, what: what? })
}

fn read_add(user: &Place, fields: &Fields, faults: &mut Faults) -> Option<RosterChange> {
    let user = read_user(user, faults);
    let before = fields.get("before").map(|before| read_user(&before, faults));
    let before = before.map_or(Some(None), |before| before.map(Some));
    Some(RosterChange::Add { user: user?, before: before? })
}

fn read_remove(user: &Place, fields: &Fields, faults: &mut Faults) -> Option<RosterChange> {
    let user = read_user(user, faults);
    let when =
        fields.get("when").map(|when| when.parsed(parse_when, "now or next_handoff", faults));
    let is_deactivated = fields.get("deactivated").map(|is| is.boolean(faults));
    let leave = match (when, is_deactivated.unwrap_or(Some(false))?) {
        (Some(_), true) => {
            let text = "deactivated people leave at once; leave out when or deactivated";
            faults.note(fields.path(), text);
            return None;
        }
        (None, true) => Leave::Deactivated,
        (when, false) => when.unwrap_or(Some(Leave::Now))?,
    };
    Some(RosterChange::Remove { user: user?, leave })
}

fn parse_when(text: &str) -> Option<Leave> {
    match text {
        "now" => Some(Leave::Now),
        "next_handoff" => Some(Leave::NextHandoff),
        _ => None,
    }
}

/// Notes every change that the roster of its time cannot have.
///
/// Somebody who leaves at the next handoff is gone from the change on: they can be added again, and an order is one of
/// the others.
fn follow(
    places: &[Place],
    changes: &[Timed<RosterChange>],
    members: &[UserId],
    faults: &mut Faults,
) {
    let mut present: HashSet<&UserId> = members.iter().collect();
    let mut in_time: Vec<_> = places.iter().zip(changes).collect();
    in_time.sort_by_key(|(_, change)| change.at);
    for (place, change) in in_time {
        let mut note =
            |key: &str, text: String| faults.note(&format!("{}.{key}", place.path), text);
        match &change.what {
            RosterChange::Add { user, before } => {
                if let Some(before) = before.as_ref().filter(|before| !present.contains(before)) {
                    note("before", no_member_then(before));
                }
                if !present.insert(user) {
                    note("add", format!("“{}” is a member already then", shown(user)));
                } else if present.len() > MAX_MEMBERS {
                    note("add", format!("is one too many; {MAX_MEMBERS} members are the most"));
                }
            }
            RosterChange::Remove { user, .. } => {
                if !present.remove(user) {
                    note("remove", no_member_then(user));
                }
            }
            RosterChange::Order(order) => {
                for (at, user) in order.iter().enumerate() {
                    if !present.contains(user) {
                        note(&format!("order[{at}]"), no_member_then(user));
                    }
                }
                let order: HashSet<&UserId> = order.iter().collect();
                if let Some(left_out) = present.difference(&order).min() {
                    let text = format!("leaves out “{}”; name every member", shown(left_out));
                    note("order", text);
                }
            }
        }
    }
}

fn no_member_then(user: &UserId) -> String {
    format!("“{}” is not a member then", shown(user))
}
