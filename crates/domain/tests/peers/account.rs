//! Every case that was read is accounted for: the engine answers it, or the list says why not.

use crate::case::{ADOPTED, LEFT_OUT};
use std::collections::BTreeSet;

/// How many cases were read.
const READ: usize = 181;

/// The categories that a test here asks.
const ASKED: [&str; 20] = [
    "active_index_change",
    "active_user",
    "catch_up",
    "coverage_request",
    "daily_window_bounds",
    "handoff_property",
    "handoff_sequence",
    "membership_change",
    "next_handoff",
    "ooo_selection",
    "override",
    "property",
    "rotation_by_date",
    "rotation_by_instant",
    "rotation_by_offset",
    "rotation_shifts",
    "shift_at",
    "wall_clock_resolution",
    "weekly_window_active",
    "weekly_window_bounds",
];

#[test]
fn every_case_is_adopted_or_left_out() {
    let adopted = ADOPTED.iter().map(|case| &case.id);
    let ids: BTreeSet<_> = adopted.chain(LEFT_OUT.iter().map(|case| &case.id)).collect();

    assert_eq!(ADOPTED.len() + LEFT_OUT.len(), READ);
    assert_eq!(ids.len(), READ, "each case stands in one place");
}

#[test]
fn every_adopted_case_is_asked() {
    let categories: BTreeSet<&str> = ADOPTED.iter().map(|case| case.category.as_str()).collect();

    assert_eq!(categories, BTreeSet::from(ASKED));
}

#[test]
fn every_case_says_where_it_was_read() {
    assert!(ADOPTED.iter().all(|case| case.source.is_complete()));
    assert!(LEFT_OUT.iter().all(|case| case.source.is_complete()));
}

#[test]
fn what_is_left_out_or_answered_otherwise_says_why() {
    for case in LEFT_OUT.iter() {
        assert!(case.reason.len() > 20, "{} ({}): {}", case.id, case.category, case.reason);
    }
    for case in ADOPTED.iter().filter(|case| case.peers_answer.is_some()) {
        assert!(case.note.len() > 20, "{}: {}", case.id, case.note);
    }
}
