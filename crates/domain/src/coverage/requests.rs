//! Requests for cover that an absence makes which appears during a turn; nobody is exchanged silently.

use super::claim::remaining;
use crate::absence::AbsenceBook;
use crate::ids::UserId;
use crate::interval::Interval;
use crate::shift::{Right, Shift, ShiftState};
use chrono::{DateTime, Utc};

/// Cover that is asked for; of one rotation there are no two for the same person and window.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// Whose time it is.
    pub of: UserId,
    /// When.
    pub window: Interval,
}

/// The absences of people, as they were known and as they are known now.
#[derive(Clone, Copy, Debug)]
pub struct News<'a> {
    /// As they were known when the turn began.
    pub then: &'a AbsenceBook,
    /// As they are known now.
    pub now: &'a AbsenceBook,
}

/// Returns the requests for the part of a turn that is left.
///
/// `shifts` are those of the turn in the final view. Only time counts in which somebody serves in their own seat and for
/// which no request of theirs was `made` before, dismissed ones too. A window that only off-hours interrupt is one.
#[must_use]
pub fn new_requests(
    shifts: &[Shift],
    news: News,
    made: &[Request],
    now: DateTime<Utc>,
) -> Vec<Request> {
    let mut people: Vec<&UserId> = Vec::new();
    for user in shifts.iter().flat_map(own_seats) {
        if !people.contains(&user) {
            people.push(user);
        }
    }
    let of_one = |of: &UserId| {
        let made = made.iter().filter(|made| made.of == *of).map(|made| made.window).collect();
        let windows = Asking { of, news, made, now }.windows(shifts);
        windows.into_iter().map(|window| Request { of: of.clone(), window }).collect::<Vec<_>>()
    };
    people.into_iter().flat_map(of_one).collect()
}

/// What is asked for one person.
struct Asking<'a> {
    of: &'a UserId,
    news: News<'a>,
    made: Vec<Interval>,
    now: DateTime<Utc>,
}

impl Asking<'_> {
    fn windows(&self, shifts: &[Shift]) -> Vec<Interval> {
        let mut windows: Vec<Interval> = Vec::new();
        // Until when nothing but off-hours has followed the last window.
        let mut idle_until = None;
        for shift in shifts {
            if shift.state == ShiftState::OffHours {
                idle_until = idle_until.map(|_| shift.window.end());
                continue;
            }
            let serves = own_seats(shift).any(|user| user == self.of);
            for part in if serves { self.newly_away(shift.window) } else { Vec::new() } {
                let touching = windows.last_mut().filter(|_| idle_until == Some(part.start()));
                match touching {
                    Some(last) => *last = last.up_to(part.end()),
                    None => windows.push(part),
                }
                idle_until = Some(part.end());
            }
            idle_until = idle_until.filter(|until| *until == shift.window.end());
        }
        windows
    }

    /// Returns the parts of a window, from now on, that are news and were not asked for.
    fn newly_away(&self, window: Interval) -> Vec<Interval> {
        let Some(left) = Interval::new(window.start().max(self.now), window.end()) else {
            return Vec::new();
        };
        let left = std::slice::from_ref(&left);
        let made = self.made.iter().copied();
        let known: Vec<Interval> = self.news.then.away_in(self.of, left).chain(made).collect();
        let away = self.news.now.away_in(self.of, left);
        away.flat_map(|away| remaining(away, &known)).collect()
    }
}

/// Returns those who serve in their own seats in a shift.
fn own_seats(shift: &Shift) -> impl Iterator<Item = &UserId> {
    let own = shift.seats.iter().filter(|seat| matches!(seat.right, Right::Own(_)));
    own.map(|seat| &seat.user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::absence::Absence;
    use crate::engine::SeatedBy;
    use crate::fixtures::{at, shown, user};
    use crate::shift::Served;

    /// Returns a window of hours on the 5th: `9-17`.
    fn hours(text: &str) -> Interval {
        let (from, to) = text.split_once('-').expect("two hours");
        Interval::new(hour(from), hour(to)).expect("the hours are in order")
    }

    fn hour(text: &str) -> DateTime<Utc> {
        at(&format!("2026-01-05T{text:0>2}:00Z"))
    }

    /// Returns a shift from `hours A+C`, where C stands for A and X serves for B; nobody is off-hours.
    fn shift(text: &str) -> Shift {
        let (window, people) = text.split_once(' ').expect("a window and people");
        let seat = |name: &str| Served {
            user: user(name),
            right: match name {
                "X" => Right::CoverOf(user("B")),
                _ => Right::Own(SeatedBy::Order),
            },
        };
        let seats: Vec<Served> = match people {
            "off" => Vec::new(),
            people => people.split('+').map(seat).collect(),
        };
        let state = if seats.is_empty() { ShiftState::OffHours } else { ShiftState::Planned };
        Shift { window: hours(window), turn: 0, seats, state, skipped: Vec::new() }
    }

    fn book(absences: &[&str]) -> AbsenceBook {
        AbsenceBook::new(absences.iter().map(|text| {
            let (name, window) = text.split_once(' ').expect("a name and a window");
            let (start, end) = window.split_once('-').expect("two hours");
            let end = (!end.is_empty()).then(|| hour(end));
            Absence { user: user(name), start: hour(start), end }
        }))
    }

    /// What was known when the turn began, what is known now, and what was asked for; at 10 o'clock.
    struct Known<'a>(&'a [&'a str], &'a [&'a str], &'a [&'a str]);

    #[track_caller]
    fn check(shifts: &[&str], Known(then, now, made): Known, expected: &[&str]) {
        let shifts: Vec<Shift> = shifts.iter().map(|text| shift(text)).collect();
        let made = made.iter().map(|text| {
            let (name, window) = text.split_once(' ').expect("a name and a window");
            Request { of: user(name), window: hours(window) }
        });
        let (then, now) = (book(then), book(now));
        let news = News { then: &then, now: &now };

        let requests = new_requests(&shifts, news, &made.collect::<Vec<_>>(), hour("10"));

        let told = |of: &UserId, window: Interval| {
            format!("{of} {}-{}", &shown(window.start())[11..13], &shown(window.end())[11..13])
        };
        let told: Vec<String> =
            requests.iter().map(|request| told(&request.of, request.window)).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn an_absence_that_appears_is_asked_for_from_now_to_the_end_of_the_turn() {
        check(&["8-20 A"], Known(&[], &["A 9-12", "A 15-16"], &[]), &["A 10-12", "A 15-16"]);
        check(&["8-20 A"], Known(&[], &["A 14-"], &[]), &["A 14-20"]);
        check(&["8-20 A"], Known(&[], &["A 8-10", "A 20-22", "B 8-20"], &[]), &[]);
    }

    #[test]
    fn only_what_was_not_known_when_the_turn_began_is_news() {
        check(&["8-20 A"], Known(&["A 12-14"], &["A 12-14"], &[]), &[]);
        check(&["8-20 A"], Known(&["A 12-14"], &["A 11-17"], &[]), &["A 11-12", "A 14-17"]);
        check(&["8-20 A"], Known(&["A 12-14"], &[], &[]), &[]);
    }

    #[test]
    fn what_was_asked_for_is_not_asked_for_again() {
        check(&["8-20 A"], Known(&[], &["A 12-14"], &["A 12-14"]), &[]);
        check(&["8-20 A"], Known(&[], &["A 8-14"], &["A 9-14"]), &[]);
        check(&["8-20 A"], Known(&[], &["A 12-16"], &["A 12-14", "B 14-20"]), &["A 14-16"]);
    }

    #[test]
    fn off_hours_within_an_absence_do_not_part_a_request() {
        let days = ["8-12 A", "12-14 off", "14-18 A", "18-20 off", "20-22 A"];
        check(&days, Known(&[], &["A 11-16"], &[]), &["A 11-16"]);
        check(&days, Known(&[], &["A 8-23"], &[]), &["A 10-22"]);
        check(&days, Known(&[], &["A 11-13", "A 15-21"], &[]), &["A 11-12", "A 15-21"]);
        check(&days, Known(&[], &["A 12-14"], &[]), &[]);
    }

    #[test]
    fn nothing_is_asked_for_time_that_somebody_else_covers() {
        let shifts = ["8-12 A+B", "12-14 A+X", "14-20 A+B"];
        check(&shifts, Known(&[], &["B 11-16", "X 8-20"], &[]), &["B 11-12", "B 14-16"]);
        check(&["8-20 X"], Known(&[], &["B 11-16", "X 8-20"], &[]), &[]);
    }

    #[test]
    fn each_seat_is_asked_for_on_its_own() {
        check(&["8-20 A+B"], Known(&[], &["B 11-12", "A 11-13"], &[]), &["A 11-13", "B 11-12"]);
    }

    #[test]
    fn a_request_goes_on_over_shifts_that_others_cut() {
        let shifts = ["8-12 A+B", "12-14 A+X", "14-20 A+B"];
        check(&shifts, Known(&[], &["A 11-16"], &[]), &["A 11-16"]);
    }
}
