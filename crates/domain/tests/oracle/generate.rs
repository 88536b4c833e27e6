//! Random rotations: most with a feature or two, some with all of them, and much happening exactly at a handoff.

use crate::handoffs::list_handoffs;
use crate::local_time::{day_of, zone_of};
use crate::model::{
    Absence, Cadence, CadenceChange, Cover, DutyHours, Instant, Name, Pause, RosterChange,
    Rotation, SkipRule, Unit,
};
use crate::random::Random;
use crate::roster_changes::roster_changes;
use jiff::ToSpan;
use jiff::civil::{DateTime, Time, Weekday, date, time};

/// Zones, each with a day on which its clocks do something.
const ZONES: [(&str, (i16, i8, i8)); 24] = [
    ("UTC", (2026, 1, 5)),
    ("Europe/Berlin", (2026, 3, 29)),
    ("Europe/Berlin", (2026, 10, 25)),
    ("America/New_York", (2026, 3, 8)),
    ("America/New_York", (2026, 11, 1)),
    ("Australia/Lord_Howe", (2026, 4, 5)),
    ("Australia/Lord_Howe", (2026, 10, 4)),
    ("Antarctica/Troll", (2026, 3, 29)),
    ("Antarctica/Troll", (2026, 10, 25)),
    ("Pacific/Apia", (2011, 12, 30)),
    ("Pacific/Apia", (2012, 4, 1)),
    ("Pacific/Kwajalein", (1993, 8, 21)),
    ("Africa/Casablanca", (2026, 2, 15)),
    ("Africa/Casablanca", (2026, 3, 22)),
    ("Asia/Kathmandu", (1986, 1, 1)),
    ("Africa/Cairo", (2026, 4, 24)),
    ("Africa/Cairo", (2026, 10, 30)),
    ("America/Havana", (2026, 11, 1)),
    ("America/Sao_Paulo", (2018, 11, 4)),
    ("Asia/Pyongyang", (2018, 5, 5)),
    ("America/Caracas", (2016, 5, 1)),
    ("America/St_Johns", (2011, 3, 13)),
    ("Africa/Monrovia", (1972, 1, 7)),
    ("Pacific/Chatham", (2026, 9, 27)),
];

const WEEKDAYS: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

const TIMES: [Time; 12] = [
    time(9, 0, 0, 0),
    time(9, 0, 0, 0),
    time(0, 0, 0, 0),
    time(0, 30, 0, 0),
    time(1, 30, 0, 0),
    time(2, 0, 0, 0),
    time(2, 30, 0, 0),
    time(3, 0, 0, 0),
    time(8, 0, 0, 0),
    time(12, 15, 0, 0),
    time(17, 0, 0, 0),
    time(23, 30, 0, 0),
];

const MEMBERS: [Name; 6] = ["A", "B", "C", "D", "E", "F"];

/// Somebody who is no member, to fall back on.
const OUTSIDER: Name = "Z";

/// What a rotation may have beside members, a cadence and absences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    Weekdays,
    DutyHours,
    Seats,
    Rule,
    MakeUp,
    Fallback,
    LastTurn,
    Coverage,
    Swaps,
    RosterChanges,
    CadenceChanges,
    Pauses,
}

const FEATURES: [Feature; 12] = [
    Feature::Weekdays,
    Feature::DutyHours,
    Feature::Seats,
    Feature::Rule,
    Feature::MakeUp,
    Feature::Fallback,
    Feature::LastTurn,
    Feature::Coverage,
    Feature::Swaps,
    Feature::RosterChanges,
    Feature::CadenceChanges,
    Feature::Pauses,
];

/// Returns the rotation of a random generator, and how many of its turns are to be walked.
pub(crate) fn generate(random: &mut Random) -> (Rotation, usize) {
    let features = choose_features(random);
    let has = |feature| features.contains(&feature);
    let (zone, about) = random.pick(&ZONES);
    let about = date(about.0, about.1, about.2);
    let cadence = cadence(random, &features, about.at(0, 0, 0, 0));
    let count = random.below(5) + 1 + random.below(2);
    let members = MEMBERS[..count].to_vec();
    let turns = 6 + random.below(if has(Feature::DutyHours) { 5 } else { 12 });
    let mut rotation = Rotation {
        zone,
        duty_hours: if has(Feature::DutyHours) { duty_hours(random, &cadence) } else { Vec::new() },
        cadence,
        seats: if has(Feature::Seats) { 1 + random.below(4) } else { 1 },
        rule: if has(Feature::Rule) { rule(random) } else { SkipRule::OverShare(2500) },
        make_up: has(Feature::MakeUp),
        fallback: has(Feature::Fallback)
            .then(|| if random.chance(70) { OUTSIDER } else { random.pick(&members) }),
        last_turn: has(Feature::LastTurn).then(|| random.pick(&members)),
        members,
        absences: Vec::new(),
        coverage: Vec::new(),
        swaps: Vec::new(),
        roster_changes: Vec::new(),
        cadence_changes: Vec::new(),
        pauses: Vec::new(),
    };
    let mut moments = list_handoffs(&rotation.cadence, rotation.zone, turns + 1);
    if has(Feature::CadenceChanges) {
        for _ in 0..=random.below(2) {
            let change = cadence_change(random, &rotation, &moments);
            let zone = change.zone.unwrap_or(rotation.zone);
            moments.extend(list_handoffs(&change.cadence, zone, turns / 2));
            moments.sort_unstable();
            rotation.cadence_changes.push(change);
        }
    }
    if has(Feature::RosterChanges) {
        rotation.roster_changes =
            roster_changes(random, &rotation, |random| moment(random, &moments));
    }
    if has(Feature::Pauses) {
        rotation.pauses = (0..=random.below(3)).map(|_| pause(random, &moments)).collect();
    }
    for _ in 0..random.below(2 * rotation.members.len() + 2) {
        let absence = absence(random, &rotation, &moments);
        rotation.absences.push(absence);
    }
    if has(Feature::Coverage) {
        rotation.coverage =
            (0..=random.below(4)).map(|_| cover(random, &rotation, &moments)).collect();
    }
    if has(Feature::Swaps) {
        rotation.swaps = swaps(random, turns);
    }
    (rotation, turns)
}

fn choose_features(random: &mut Random) -> Vec<Feature> {
    let percent = match random.below(10) {
        0..6 => 12,
        6..9 => 35,
        _ => 85,
    };
    let without = crate::setting("ORACLE_WITHOUT").unwrap_or_default();
    let is_wanted =
        |feature: &Feature| !without.split(',').any(|name| name == format!("{feature:?}"));
    FEATURES.into_iter().filter(|_| random.chance(percent)).filter(is_wanted).collect()
}

/// Returns a cadence some of whose handoffs are on a day.
fn cadence(random: &mut Random, features: &[Feature], about: DateTime) -> Cadence {
    let unit = random.pick(&[
        Unit::Hour,
        Unit::Day,
        Unit::Day,
        Unit::Week,
        Unit::Week,
        Unit::Week,
        Unit::Month,
    ]);
    let with_duty = features.contains(&Feature::DutyHours);
    let with_days = features.contains(&Feature::Weekdays);
    let every = match (unit, random.below(10)) {
        (_, 0..5) => 1,
        (Unit::Hour, _) => random.pick(&[2, 3, 5, 6, 8, 12, 13, 24, 36, 168]),
        (Unit::Month, 9) if !with_duty => random.pick(&[7, 12, 18]),
        (Unit::Month, _) => random.between(1, 2),
        (_, 9) if !with_duty && !with_days => random.pick(&[10, 28, 90, 365]),
        _ => random.between(1, 5),
    };
    let back = random.between(0, 8) * every;
    let anchor = match unit {
        Unit::Hour => about + random.between(0, 23).hours() - back.hours(),
        Unit::Day => about - back.days(),
        Unit::Week => about - (7 * back).days() + random.between(-3, 3).days(),
        Unit::Month if random.chance(50) => {
            (about - back.months()).last_of_month() - random.between(0, 3).days()
        }
        Unit::Month => about - back.months(),
    };
    let time = random.pick(&TIMES);
    let anchor = match unit {
        Unit::Hour => anchor + random.pick(&[0, 0, 15, 30]).minutes(),
        _ => anchor.date().to_datetime(time),
    };
    let is_by_day = matches!(unit, Unit::Day | Unit::Week);
    let nth = (unit == Unit::Month && with_days)
        .then(|| (random.pick(&[1, 2, 3, 4, -1]), random.pick(&WEEKDAYS)));
    Cadence {
        every,
        unit,
        anchor,
        weekdays: (is_by_day && with_days).then(|| weekdays(random)),
        nth_weekday: nth,
    }
}

fn weekdays(random: &mut Random) -> Vec<Weekday> {
    if random.chance(40) {
        return WEEKDAYS[..5].to_vec();
    }
    let percent = random.pick(&[20, 50, 80]);
    let days: Vec<Weekday> = WEEKDAYS.into_iter().filter(|_| random.chance(percent)).collect();
    if days.is_empty() { vec![random.pick(&WEEKDAYS)] } else { days }
}

fn duty_hours(random: &mut Random, cadence: &Cadence) -> Vec<DutyHours> {
    let windows = 1 + random.below(3);
    let mut hours: Vec<DutyHours> = (0..windows)
        .map(|_| DutyHours {
            days: weekdays(random),
            from: random.pick(&TIMES),
            to: random.pick(&TIMES),
        })
        .collect();
    if random.chance(30) {
        let next =
            DutyHours { days: hours[0].days.clone(), from: hours[0].to, to: random.pick(&TIMES) };
        hours.push(next);
    }
    if let Some(days) = cadence.weekdays.as_ref().filter(|_| random.chance(60)) {
        hours[0].days.clone_from(days);
    }
    hours
}

fn rule(random: &mut Random) -> SkipRule {
    match random.below(6) {
        0 | 1 => SkipRule::OverShare(random.pick(&[0, 1000, 1250, 2000, 3333, 5000, 9999])),
        2 | 3 => SkipRule::Any,
        4 => SkipRule::AtLeastHours(random.pick(&[1, 2, 4, 8, 24, 40, 100])),
        _ => SkipRule::Never,
    }
}

/// Returns an instant in the time of a list, every other one exactly in the list.
fn moment(random: &mut Random, moments: &[Instant]) -> Instant {
    let at = random.pick(moments);
    match random.below(8) {
        0..4 => at,
        4 => at + random.pick(&[-60, -1, 1, 60, 1800]),
        5 => at + random.between(-14, 14) * 43_200,
        _ => {
            let (first, last) = (moments[0], moments[moments.len() - 1]);
            random.between(first - (last - first) / 20, last) / 60 * 60
        }
    }
}

/// Returns a stretch that is not empty.
fn stretch(random: &mut Random, moments: &[Instant]) -> (Instant, Instant) {
    let start = moment(random, moments);
    let length = moments[1] - moments[0];
    let end = match random.below(4) {
        0 => moment(random, moments),
        1 => start + random.pick(&[1, 2, 3, 4, 6, 8]) * length / 4,
        2 => start + random.between(1, 48) * 3600,
        _ => start + random.between(1, 300) * length / 100,
    };
    if start < end { (start, end) } else { (start, start + length.max(60)) }
}

fn absence(random: &mut Random, rotation: &Rotation, moments: &[Instant]) -> Absence {
    let mut who = rotation.members.clone();
    who.extend(rotation.fallback);
    who.extend(rotation.roster_changes.iter().filter_map(RosterChange::added));
    let member = random.pick(&who);
    let (start, end) = stretch(random, moments);
    if random.chance(50) {
        let zone = zone_of(rotation.zone);
        let from = day_of(&zone, start);
        let to = day_of(&zone, end).max(from);
        let own = random.chance(30).then(|| random.pick(&ZONES).0);
        return Absence::Days { member, from, to, zone: own };
    }
    let open = random.chance(12);
    Absence::Instants { member, start, end: (!open).then_some(end) }
}

fn cover(random: &mut Random, rotation: &Rotation, moments: &[Instant]) -> Cover {
    let mut who = rotation.members.clone();
    who.extend(rotation.fallback);
    who.extend(rotation.roster_changes.iter().filter_map(RosterChange::added));
    let by = random.pick(&who);
    let of = (!random.chance(15)).then(|| random.pick(&who)).filter(|of| *of != by);
    let (start, end) = stretch(random, moments);
    Cover { by, of, start, end: end.min(start.max(moments[moments.len() - 1]) + 1) }
}

fn swaps(random: &mut Random, turns: usize) -> Vec<(usize, usize)> {
    let mut numbers: Vec<usize> = (0..turns).collect();
    let mut swaps = Vec::new();
    for _ in 0..=random.below(2) {
        let one = numbers.remove(random.below(numbers.len()));
        let near = (one + random.below(5)).saturating_sub(2).min(numbers.len() - 1);
        swaps.push((one, numbers.remove(near)));
    }
    swaps
}

fn pause(random: &mut Random, moments: &[Instant]) -> Pause {
    let (start, end) = stretch(random, moments);
    let end = (!random.chance(8)).then_some(end);
    Pause { start, end, start_now: end.is_some() && random.chance(25) }
}

fn cadence_change(random: &mut Random, rotation: &Rotation, moments: &[Instant]) -> CadenceChange {
    let at = moment(random, moments);
    let zone = random.chance(30).then(|| random.pick(&ZONES).0);
    let about = day_of(&zone_of(zone.unwrap_or(rotation.zone)), at).at(0, 0, 0, 0);
    let mut features = Vec::new();
    if !rotation.duty_hours.is_empty() {
        features.push(Feature::DutyHours);
    }
    if random.chance(25) {
        features.push(Feature::Weekdays);
    }
    let mut cadence = cadence(random, &features, about);
    if random.chance(60) {
        cadence.unit = rotation.cadence.unit;
        cadence.every = rotation.cadence.every;
        cadence.weekdays.clone_from(&rotation.cadence.weekdays);
        cadence.nth_weekday = rotation.cadence.nth_weekday;
        let days = about.date() + random.between(-10, 10).days();
        cadence.anchor = days.to_datetime(random.pick(&TIMES));
    }
    CadenceChange { at, zone, cadence }
}
