//! Claims: who takes how much of a window for which cover is asked.

use crate::interval::Interval;

/// Returns the parts of the requested window that no claim has taken, in order; claims may overlap and stick out.
///
/// A claim of a part leaves the rest open for others; where nothing is left the request is met.
#[must_use]
pub fn remaining(requested: Interval, claims: &[Interval]) -> Vec<Interval> {
    let mut claims = claims.to_vec();
    claims.sort_by_key(|claim| claim.start());
    let mut open = Vec::new();
    let mut at = requested.start();
    for claim in claims.iter().take_while(|claim| claim.start() < requested.end()) {
        open.extend(Interval::new(at, claim.start()));
        at = at.max(claim.end());
    }
    open.extend(Interval::new(at, requested.end()));
    open
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{at, shown};

    /// Returns a window of one day by its hours: `9-17`.
    fn hours(text: &str) -> Interval {
        let (from, to) = text.split_once('-').expect("two hours");
        let hour = |hour: &str| at(&format!("2026-01-05T{hour:0>2}:00Z"));
        Interval::new(hour(from), hour(to)).expect("the hours are in order")
    }

    #[track_caller]
    fn check(claims: &[&str], expected: &[&str]) {
        let claims: Vec<Interval> = claims.iter().map(|claim| hours(claim)).collect();

        let open: Vec<String> = remaining(hours("9-17"), &claims)
            .iter()
            .map(|open| format!("{}-{}", &shown(open.start())[11..13], &shown(open.end())[11..13]))
            .collect();

        assert_eq!(open, expected);
    }

    #[test]
    fn without_claims_all_is_open() {
        check(&[], &["09-17"]);
        check(&["6-9", "17-20"], &["09-17"]);
    }

    #[test]
    fn a_claim_of_a_part_leaves_the_rest_open() {
        check(&["9-12"], &["12-17"]);
        check(&["15-20"], &["09-15"]);
        check(&["14-15", "10-11"], &["09-10", "11-14", "15-17"]);
    }

    #[test]
    fn claims_that_overlap_or_touch_take_their_time_once() {
        check(&["10-13", "12-14", "11-12"], &["09-10", "14-17"]);
        check(&["9-12", "12-17"], &[]);
        check(&["8-20", "10-11"], &[]);
    }
}
