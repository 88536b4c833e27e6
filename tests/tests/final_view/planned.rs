//! What the plan makes of what is stored.

use super::read::{Seat, Serving};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::absence::Absence;
use domain::coverage::{Coverage, Swap};
use domain::ids::{TeamId, UserId, WorkspaceId};
use domain::interval::Interval;
use domain::plan::{PlanRequest, Reach, Window, make_plan};
use domain::roster::{Member, Roster};
use domain::shift::{Shift, ShiftState};
use std::collections::BTreeSet;
use store::{RotationRecord, SwapRecord, SwapState, Tx};
use stories::Play;

/// How far is planned.
const AHEAD: TimeDelta = TimeDelta::days(120);

/// From when on, in seconds, and who serves then.
pub(crate) type Stretch = (i64, BTreeSet<String>);

/// The shifts of a rotation, and an instant.
pub(crate) struct Planned {
    shifts: Vec<Shift>,
    swaps: usize,
    now: DateTime<Utc>,
}

impl Planned {
    /// Plans the one rotation that is stored, from its first turn on.
    pub(crate) async fn load(play: &Play) -> Self {
        let now = play.stage().clock().now();
        let store = play.database().open().await;
        let workspace = WorkspaceId::of_team(&TeamId::new(play.team()));
        let mut tx = store.read(workspace).await.expect("a transaction");
        let rotations = tx.list_rotations().await.expect("the rotations");
        let rotation = rotations.first().expect("there is one");
        let mut request = request(&mut tx, rotation).await;
        let window = Window { from: None, reach: Reach::Until(now + AHEAD) };
        let unswapped = make_plan(&request, &window).expect("a plan without swaps");
        request.swaps = swaps(&mut tx, rotation, &unswapped.shifts).await;
        let laid = make_plan(&request, &window).expect("a plan");
        Self { shifts: laid.shifts, swaps: request.swaps.len(), now }
    }

    /// Returns the instant.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Returns whether turns are swapped.
    pub(crate) fn has_swaps(&self) -> bool {
        self.swaps > 0
    }

    /// Returns who is on duty now, and until when.
    pub(crate) fn on_duty(&self) -> Serving {
        let Some((place, shift)) = self.running() else { return Serving::default() };
        let rest = self.shifts.iter().skip(place);
        let same = rest.take_while(|it| seats(it) == seats(shift) && it.state == shift.state);
        let same = same.take_while(|it| it.turn == shift.turn);
        let until = same.last().map(|it| it.window.end().timestamp());
        Serving { people: seats(shift), until }
    }

    /// Returns who has a message about a duty; `None` in off-hours, where the last one still stands.
    pub(crate) fn told(&self) -> Option<BTreeSet<Seat>> {
        match self.running() {
            Some((_, shift)) if shift.state == ShiftState::OffHours => None,
            Some((_, shift)) => Some(seats(shift)),
            None => Some(BTreeSet::new()),
        }
    }

    /// Returns the coming turns: when each begins, and who serves from when on in it.
    pub(crate) fn coming(&self, count: usize) -> Vec<(i64, Vec<Stretch>)> {
        let running = self.running().map(|(_, shift)| shift.turn);
        let mut turns: Vec<(u64, Vec<&Shift>)> = Vec::new();
        let is_coming = |shift: &&Shift| {
            shift.window.start() > self.now && running.is_none_or(|turn| shift.turn > turn)
        };
        for shift in self.shifts.iter().filter(is_coming) {
            match turns.last_mut().filter(|(turn, _)| *turn == shift.turn) {
                Some((_, shifts)) => shifts.push(shift),
                None => turns.push((shift.turn, vec![shift])),
            }
        }
        let since = |shift: &&Shift| (shift.window.start().timestamp(), members(shift));
        let duty = |shift: &&&Shift| shift.state != ShiftState::OffHours;
        let stretches = |shifts: &[&Shift]| shifts.iter().filter(duty).map(since).collect();
        let start = |shifts: &[&Shift]| shifts[0].window.start().timestamp();
        turns.iter().take(count).map(|(_, shifts)| (start(shifts), stretches(shifts))).collect()
    }

    /// Returns who serves now, where the same have served since an instant.
    pub(crate) fn same_since(&self, since: DateTime<Utc>) -> Option<BTreeSet<String>> {
        let (_, shift) = self.running()?;
        let people = members(shift);
        let overlaps = |it: &&Shift| it.window.end() > since && it.window.start() <= self.now;
        let mut all = self.shifts.iter().filter(overlaps);
        all.all(|it| it.turn == shift.turn && members(it) == people).then_some(people)
    }

    /// Returns the days on which coming turns begin, each with who has its first seat.
    pub(crate) fn first_seats(&self, count: usize) -> Vec<(NaiveDate, String)> {
        // Nine o'clock in Berlin is on the same day in UTC.
        let first = |start: &i64| {
            let starts = |shift: &&Shift| shift.window.start().timestamp() == *start;
            let seat = self.shifts.iter().find(starts)?.seats.first()?;
            let day = DateTime::from_timestamp(*start, 0)?.date_naive();
            Some((day, name(&seat.user).to_lowercase()))
        };
        self.coming(count).iter().filter_map(|(start, _)| first(start)).collect()
    }

    /// Returns who serves at an instant.
    pub(crate) fn serving_at(&self, at: DateTime<Utc>) -> BTreeSet<String> {
        let found = self.shifts.iter().find(|it| it.window.start() <= at && at < it.window.end());
        found.map(members).unwrap_or_default()
    }

    fn running(&self) -> Option<(usize, &Shift)> {
        let mut all = self.shifts.iter().enumerate();
        all.find(|(_, shift)| shift.window.start() <= self.now && self.now < shift.window.end())
    }
}

/// Returns the name by which somebody is shown.
pub(crate) fn shown(who: &str) -> String {
    let (first, rest) = who.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

fn name(user: &UserId) -> String {
    shown(&user.as_str().trim_start_matches("U0").to_lowercase())
}

fn seats(shift: &Shift) -> BTreeSet<Seat> {
    shift.seats.iter().map(|seat| (name(&seat.user), seat.covered_for().map(name))).collect()
}

fn members(shift: &Shift) -> BTreeSet<String> {
    shift.members().map(name).collect()
}

async fn request(tx: &mut Tx, rotation: &RotationRecord) -> PlanRequest {
    let absences = tx.list_absences(&rotation.members, DateTime::UNIX_EPOCH, None).await;
    let absences = absences.expect("the absences").into_iter();
    let absences = absences.filter(|it| it.rotation.is_none_or(|only| only == rotation.id));
    let coverage = tx.list_coverages(rotation.id, always()).await.expect("the cover").into_iter();
    let coverage = coverage.filter_map(|it| {
        Some(Coverage { by: it.user, of: it.of, window: Interval::new(it.starts_at, it.ends_at)? })
    });
    PlanRequest {
        name: rotation.name.clone(),
        rules: rotation.rules.clone(),
        roster: Roster::new(rotation.members.iter().cloned().map(Member::present).collect())
            .expect("a roster"),
        last_turn: None,
        absences: absences
            .map(|it| Absence { user: it.user, start: it.starts_at, end: it.ends_at })
            .collect(),
        coverage: coverage.collect(),
        swaps: Vec::new(),
        changes: Vec::new(),
        pauses: Vec::new(),
    }
}

/// Returns the swaps to which both agreed, by the numbers of their turns.
async fn swaps(tx: &mut Tx, rotation: &RotationRecord, shifts: &[Shift]) -> Vec<Swap> {
    let (from, until) = (always().start(), always().end());
    let all = tx.list_swaps(rotation.id, from, until).await.expect("the swaps");
    let turn = |at: DateTime<Utc>| {
        let found = shifts.iter().find(|shift| shift.window.start() == at);
        found.map(|shift| shift.turn)
    };
    let agreed = all.into_iter().filter(|swap| swap.state == SwapState::Agreed);
    let swap =
        |it: SwapRecord| Some(Swap { turn: turn(it.a.planned_at)?, with: turn(it.b.planned_at)? });
    agreed.filter_map(swap).collect()
}

fn always() -> Interval {
    let until = DateTime::UNIX_EPOCH + TimeDelta::days(36_500);
    Interval::new(DateTime::UNIX_EPOCH, until).expect("a window")
}
