//! How long the engine takes, from the inputs as they are stored to the turns.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use domain::absence::{Absence, AbsenceBook};
use domain::cadence::{Cadence, Unit, Weekdays};
use domain::duty_hours::{DutyHours, DutyWindow};
use domain::engine::{Inputs, Order, plan_turns};
use domain::grid::Grid;
use domain::ids::UserId;
use domain::roster::{Member, Roster};
use domain::rules::Rules;
use domain::timeline::{Standing, Timeline};
use domain::zone::Zone;
use std::hint::black_box;

/// A rotation as it is stored.
struct Rotation {
    rules: Rules,
    members: Vec<Member>,
    absences: Vec<Absence>,
}

impl Rotation {
    /// Returns a rotation of so many people that hands off in Berlin from January 2026 on.
    fn every(every: u32, unit: Unit, members: usize) -> Self {
        let anchor: NaiveDateTime = "2026-01-05T09:00:00".parse().expect("a local time");
        let cadence = Cadence { every, unit, anchor, weekdays: None, nth_weekday: None };
        let zone = Zone::parse("Europe/Berlin").expect("a zone that every database has");
        let members = (0..members).map(|place| Member::present(user(place))).collect();
        Self { rules: Rules::new(zone, cadence), members, absences: Vec::new() }
    }

    /// Adds absences of a few days each, spread over the members and over so many days.
    fn with_absences(mut self, count: usize, days: usize) -> Self {
        let first: DateTime<Utc> = "2026-01-05T00:00:00Z".parse().expect("an instant");
        let (members, spread) = (self.members.len(), days * 24);
        self.absences = (0..count)
            .map(|place| {
                // Steps that share no factor with the range visit all of it in a mixed order.
                let start = first + hours(place * 7919 % spread);
                let end = Some(start + hours(24 + place * 31 % 200));
                Absence { user: user(place * 13 % members), start, end }
            })
            .collect();
        self
    }

    /// Adds working hours, Monday to Friday.
    fn in_working_hours(mut self) -> Self {
        let days = Weekdays::monday_to_friday();
        let time = |text: &str| text.parse().expect("a time of day");
        self.rules.cadence.weekdays = Some(days);
        let window = |from, to| DutyWindow { days, from: time(from), to: time(to) };
        let windows = vec![window("09:00:00", "12:00:00"), window("13:00:00", "17:30:00")];
        self.rules.duty_hours = Some(DutyHours::new(windows));
        self
    }

    fn roster(&self) -> Roster {
        Roster::new(self.members.clone()).expect("nobody is there twice")
    }

    /// Plans the first turns from the inputs, and returns how many somebody holds.
    fn plan(&self, turns: usize) -> usize {
        let grid = Grid::new(&self.rules);
        let absences = AbsenceBook::new(self.absences.iter().cloned());
        let roster = self.roster();
        let inputs =
            Inputs { rules: &self.rules, grid: &grid, roster: &roster, absences: &absences };
        let planned = plan_turns(&inputs, Order::default(), 0).take(turns);
        planned.filter(|(turn, _)| black_box(turn).holder().is_some()).count()
    }

    /// Walks the whole timeline, and returns how many stretches somebody holds.
    fn walk(&self, turns: usize) -> usize {
        let absences = AbsenceBook::new(self.absences.iter().cloned());
        let standing = Standing::new(self.rules.clone(), self.roster(), Order::default());
        let timeline = Timeline::resume(standing, &absences, &[], &[]).take(turns);
        timeline.filter(|stretch| !black_box(stretch).seats().is_empty()).count()
    }
}

fn user(place: usize) -> UserId {
    UserId::new(&format!("U0{place:08}"))
}

fn hours(count: usize) -> TimeDelta {
    TimeDelta::hours(i64::try_from(count).expect("a few years"))
}

fn one_year_weekly(c: &mut Criterion) {
    let rotation = Rotation::every(1, Unit::Week, 20).with_absences(200, 365);
    let mut group = c.benchmark_group("one year weekly, 20 members, 200 absences");
    group.bench_function("turns", |b| b.iter(|| rotation.plan(52)));
    group.bench_function("timeline", |b| b.iter(|| rotation.walk(52)));
    group.finish();
}

fn ten_years_hourly(c: &mut Criterion) {
    let rotation = Rotation::every(1, Unit::Hour, 50).with_absences(500, 3652);
    let turns = 87_660;
    let mut group = c.benchmark_group("ten years hourly, 50 members, 500 absences");
    group.sample_size(20);
    group.bench_function("handoffs", |b| {
        b.iter(|| Grid::new(&rotation.rules).handoffs(0).take(turns).map(black_box).count());
    });
    group.bench_function("turns", |b| b.iter(|| rotation.plan(turns)));
    group.bench_function("timeline", |b| b.iter(|| rotation.walk(turns)));
    group.finish();
}

fn on_duty_now(c: &mut Criterion) {
    let mut group = c.benchmark_group("on duty now, the last handoff known");
    for (name, unit, since) in [("weekly", Unit::Week, 100), ("hourly", Unit::Hour, 17_000)] {
        let rotation = Rotation::every(1, unit, 20).with_absences(200, 365);
        let roster = rotation.roster();
        let absences = AbsenceBook::new(rotation.absences.iter().cloned());
        let turn = Grid::new(&rotation.rules).turn(since).expect("a turn of these years");
        let now = turn.start() + TimeDelta::minutes(20);
        let mut first = Standing::new(rotation.rules.clone(), roster, Order::default());
        if let Some(next) = &mut first.next {
            (next.turn, next.point, next.at) = (since, since, turn.start());
        }
        group.bench_function(name, |b| {
            b.iter(|| {
                let standing = black_box(&first).clone();
                let mut timeline = Timeline::resume(standing, &absences, &[], &[]);
                timeline.advance_to(now);
                timeline.open_stretch().map(|stretch| stretch.seats().to_vec())
            });
        });
    }
    group.finish();
}

fn new_grid(c: &mut Criterion) {
    let mut group = c.benchmark_group("grid");
    for (name, unit) in [("weekly", Unit::Week), ("daily", Unit::Day), ("hourly", Unit::Hour)] {
        let rules = Rotation::every(1, unit, 1).rules;
        group.bench_function(BenchmarkId::new("new", name), |b| b.iter(|| Grid::new(&rules)));
        let grid = Grid::new(&rules);
        group.bench_function(BenchmarkId::new("two handoffs", name), |b| {
            b.iter(|| grid.handoffs(1000).take(2).map(black_box).count());
        });
        let later = grid.turn(1000).expect("a turn of these years").start() + TimeDelta::hours(1);
        group.bench_function(BenchmarkId::new("turn at", name), |b| {
            b.iter(|| grid.turn_at(black_box(later)));
        });
    }
    group.finish();
}

fn series(c: &mut Criterion) {
    let hourly = Rotation::every(1, Unit::Hour, 50).with_absences(200, 3652);
    let daily = Rotation::every(1, Unit::Day, 50).with_absences(200, 3652).in_working_hours();
    for (name, rotation) in [("hourly", hourly), ("daily in working hours", daily)] {
        let mut group = c.benchmark_group(format!("series, {name}"));
        group.sample_size(10);
        for turns in [1_000, 10_000, 100_000] {
            group.throughput(Throughput::Elements(turns as u64));
            group.bench_with_input(BenchmarkId::from_parameter(turns), &turns, |b, turns| {
                b.iter(|| rotation.plan(*turns));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, one_year_weekly, ten_years_hourly, on_duty_now, new_grid, series);
criterion_main!(benches);
