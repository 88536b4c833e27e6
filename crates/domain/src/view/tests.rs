//! The final view, told in days: `5-12` is from the beginning of day 5 to that of day 12.

mod away;
mod covers;
mod sequences;
mod skips;
mod swaps;

use super::{FinalView, Layers, Openings, Swaps, on_duty_at};
use crate::coverage::{Coverage, Swap};
use crate::engine::{Seat, SeatedBy, Seating, Skip, SkipReason, Stretch};
use crate::fixtures::{at, user};
use crate::interval::Interval;
use crate::presence::Presence;
use crate::shift::{Right, Served, Shift, ShiftState};
use chrono::{DateTime, TimeDelta, Utc};

/// Stretches with everything that is laid over them.
#[derive(Clone, Debug)]
pub(super) struct Story {
    pub(super) stretches: Vec<Stretch>,
    pub(super) covers: Vec<Coverage>,
    pub(super) swaps: Vec<Swap>,
    pub(super) presence: Presence,
    pub(super) seats: u16,
}

impl Story {
    /// Returns the story of stretches such as `1: 12-19 B+C`, see [`stretch`]; one serves at once.
    pub(super) fn of(stretches: &[&str]) -> Self {
        let mut stretches: Vec<Stretch> = stretches.iter().map(|text| stretch(text)).collect();
        let mut before = None;
        for stretch in &mut stretches {
            stretch.is_first = before != Some(stretch.turn);
            before = Some(stretch.turn);
        }
        let presence = Presence::default();
        Self { stretches, covers: Vec::new(), swaps: Vec::new(), presence, seats: 1 }
    }

    fn seats(mut self, seats: u16) -> Self {
        self.seats = seats;
        self
    }

    /// Lays covers over it, the first made first: `X of A 6-8`; `X of - 6-8` takes a free seat.
    fn covers(mut self, covers: &[&str]) -> Self {
        self.covers = covers.iter().map(|text| cover(text)).collect();
        self
    }

    fn swaps(mut self, swaps: &[(u64, u64)]) -> Self {
        self.swaps = swaps.iter().map(|(turn, with)| Swap { turn: *turn, with: *with }).collect();
        self
    }

    fn leaves(mut self, name: &str, at: f64) -> Self {
        self.presence.record_leave(&user(name), day(at));
        self
    }

    fn returns(mut self, name: &str, at: f64) -> Self {
        self.presence.record_return(&user(name), day(at));
        self
    }

    fn made_swaps(&self) -> Swaps {
        let mut openings = Openings::wanted_by(&self.swaps);
        self.stretches.iter().for_each(|stretch| openings.note(stretch));
        Swaps::new(&self.swaps, &openings)
    }

    pub(super) fn view(&self) -> (Vec<Shift>, FinalView<'_>) {
        let mut view = FinalView::new(&self.covers, self.made_swaps(), self.seats);
        let mut shifts = Vec::new();
        for stretch in &self.stretches {
            shifts.extend(view.shifts_of(stretch, &self.presence));
        }
        (shifts, view)
    }

    /// Returns the swaps that can have an effect, as they are stored once both agreed.
    fn agreed_swaps(&self) -> Swaps {
        let made = self.made_swaps();
        let turns = self.swaps.iter().flat_map(|swap| [swap.turn, swap.with]);
        Swaps::agreed(turns.filter_map(|turn| Some((turn, made.part_of(turn)?.clone()))).collect())
    }

    /// Returns the shifts with the swaps that were agreed, of which no walk was made before.
    pub(super) fn shifts_as_agreed(&self) -> Vec<Shift> {
        let mut view = FinalView::new(&self.covers, self.agreed_swaps(), self.seats);
        let shifts = self.stretches.iter().map(|stretch| view.shifts_of(stretch, &self.presence));
        shifts.flatten().collect()
    }

    /// Checks the shifts, and that agreed swaps and asking for one instant give the same.
    #[track_caller]
    fn check(&self, expected: &[&str]) {
        let (shifts, _) = self.view();

        let told: Vec<String> = shifts.iter().map(tell).collect();
        assert_eq!(told, expected);
        assert_eq!(self.shifts_as_agreed(), shifts);
        for shift in &shifts {
            self.check_instant(shift, shift.window.start());
            self.check_instant(shift, shift.window.end() - TimeDelta::microseconds(1));
        }
    }

    #[track_caller]
    pub(super) fn check_instant(&self, shift: &Shift, at: DateTime<Utc>) {
        let swaps = self.made_swaps();
        let stretch = self.stretches.iter().find(|stretch| stretch.window.contains(at));
        let stretch = stretch.expect("the shift is one of a stretch");
        let layers = Layers {
            coverage: &self.covers,
            swap: swaps.part_of(stretch.turn),
            presence: &self.presence,
            seats: self.seats,
        };

        let found = on_duty_at(stretch, &layers, at);

        assert_eq!((&found.seats, found.state), (&shift.seats, shift.state), "at {at}");
    }

    /// Checks the findings of all the time up to the end of the stretches, without their kinds.
    #[track_caller]
    fn check_findings(&self, expected: &[&str]) {
        let end = self.stretches.last().map(|stretch| stretch.window.end());
        self.check_findings_until(end.expect("there is a stretch"), expected);
    }

    #[track_caller]
    fn check_findings_until(&self, until: DateTime<Utc>, expected: &[&str]) {
        let (_, view) = self.view();

        let findings: Vec<String> = view
            .findings(until)
            .iter()
            .map(|found| format!("{}: {} {}", found.turn, span(found.window), found.text))
            .collect();

        assert_eq!(findings, expected);
    }
}

/// Returns the beginning of a day, counted from the end of 2025.
pub(super) fn day(number: f64) -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "a part of a few days")]
    let seconds = (number * 86_400.0).round() as i64;
    at("2025-12-31T00:00Z") + TimeDelta::seconds(seconds)
}

fn window(text: &str) -> Interval {
    let (start, end) = text.split_once('-').expect("two days");
    let number = |text: &str| day(text.parse().expect("a number"));
    Interval::new(number(start), number(end)).expect("the days are in order")
}

/// Returns a stretch from `turn: window seats`, with ` on windows` for its duty time and ` skips names` where they are.
///
/// The seats are those of the order unless a sign says otherwise: `^` make-up, `~` replacement, `!` fallback. Nobody is
/// `-`, and a pause `paused`.
fn stretch(text: &str) -> Stretch {
    let (text, skips) = text.split_once(" skips ").unwrap_or((text, ""));
    let (text, active) = text.split_once(" on ").unwrap_or((text, ""));
    let (turn, text) = text.split_once(": ").expect("a turn");
    let (whole, seats) = text.split_once(' ').expect("a window and seats");
    let skip = |name: &str| Skip {
        member: user(name.trim_start_matches('x')),
        reason: if name.starts_with('x') {
            SkipReason::Deactivated
        } else {
            SkipReason::Away { share: 0.5, until: None }
        },
    };
    let active = if active.is_empty() { whole } else { active };
    Stretch {
        turn: turn.parse().expect("a number"),
        window: window(whole),
        active: active.split(',').filter(|text| *text != "never").map(window).collect(),
        seating: match seats {
            "paused" => Seating::Paused,
            "-" => Seating::On(Vec::new()),
            seats => Seating::On(seats.split('+').map(seat).collect()),
        },
        skipped: skips.split(' ').filter(|name| !name.is_empty()).map(skip).collect(),
        is_first: true,
    }
}

fn seat(text: &str) -> Seat {
    let (by, name) = match text.split_at(1) {
        ("^", name) => (SeatedBy::MakeUp, name),
        ("~", name) => (SeatedBy::Replacement, name),
        ("!", name) => (SeatedBy::Fallback, name),
        _ => (SeatedBy::Order, text),
    };
    Seat { user: user(name), by }
}

fn cover(text: &str) -> Coverage {
    let words: Vec<&str> = text.split(' ').collect();
    let [by, "of", of, when] = words[..] else { panic!("{text} is no cover") };
    let of = (of != "-").then(|| user(of));
    Coverage { by: user(by), of, window: window(when) }
}

/// Returns a shift as the tests tell it: `12-13 A for C + B`.
fn tell(shift: &Shift) -> String {
    let seats: Vec<String> = shift.seats.iter().map(tell_seat).collect();
    let who = match shift.state {
        ShiftState::Planned => seats.join(" + "),
        ShiftState::Unassigned => "-".into(),
        ShiftState::Paused => "paused".into(),
        ShiftState::OffHours => "off".into(),
    };
    let told = format!("{}: {} {who}", shift.turn, span(shift.window));
    let skipped: Vec<&str> = shift.skipped.iter().map(|skip| skip.member.as_str()).collect();
    if skipped.is_empty() { told } else { format!("{told} skips {}", skipped.join(" ")) }
}

fn tell_seat(seat: &Served) -> String {
    match &seat.right {
        Right::Own(_) => seat.user.to_string(),
        Right::CoverOf(holder) => format!("{} for {holder}", seat.user),
        Right::Taken => format!("{} taken", seat.user),
    }
}

fn span(window: Interval) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a few days")]
    let number = |at: DateTime<Utc>| (at - day(0.0)).num_seconds() as f64 / 86_400.0;
    format!("{}-{}", number(window.start()), number(window.end()))
}
