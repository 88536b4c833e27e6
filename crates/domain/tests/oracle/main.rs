//! A second engine, naive and written from the rules alone, that has to agree with the first on random rotations.
//!
//! The tests run a fixed sample. The long run is
//! `ORACLE_ROTATIONS=100000 cargo test --release -p domain --test oracle`; where it fails it names a seed, with which
//! `ORACLE_SEED=... cargo test -p domain --test oracle` shows that rotation again.

mod active;
mod away;
mod compare;
mod cover;
mod generate;
mod handoffs;
mod local_time;
mod model;
mod order;
mod random;
mod report;
mod roster_changes;
mod shrink;
mod timeline;

use compare::{Verdict, compare};
use random::Random;
use report::{Reach, Shown, Whole, make_whole};

/// How many rotations are compared where nothing else is said.
const SAMPLE: u64 = 1500;

/// At least so many out of a hundred have to be rotations that both can plan.
const LEAST_PERCENT: u64 = 80;

#[test]
fn engine_and_oracle_agree_on_random_rotations() {
    let seed = number_of("ORACLE_SEED");
    let seeds = seed
        .map_or_else(|| 0..number_of("ORACLE_ROTATIONS").unwrap_or(SAMPLE), |seed| seed..seed + 1);
    let wanted = (seeds.end - seeds.start) * LEAST_PERCENT / 100;

    let mut reason = String::new();
    let mut compared = 0;
    for seed in seeds {
        match compare_seed(seed) {
            Ok(()) => compared += 1,
            Err(why) => reason = format!("seed {seed}: {why}"),
        }
    }

    assert!(compared >= wanted, "only {compared} of {wanted} could be compared; {reason}");
}

/// Compares the two on the rotation of a seed, or says why they could not be.
fn compare_seed(seed: u64) -> Result<(), String> {
    let mut random = Random::new(seed);
    let (rotation, turns) = generate::generate(&mut random);
    let Some(whole) = make_whole(&rotation, turns) else {
        return Err("it goes too far".into());
    };
    let Some(shown) = choose_window(&mut random, &whole) else {
        return Err("it has no shift".into());
    };
    match compare(&rotation, turns, shown) {
        Verdict::Same => Ok(()),
        Verdict::NotComparable(why) => Err(format!("{why} in {}", rotation.to_file())),
        Verdict::Different(first) => {
            let (small, cut) = shrink::shrink(rotation.clone(), turns, shown);
            let Verdict::Different(small_first) = compare(&small, turns, cut) else {
                unreachable!("a shrunk rotation still makes a difference")
            };
            panic!(
                "seed {seed}: {first}\n in {}\n{shown:?}\n\nas small as it gets: {small_first}\n in {}\n{cut:?}",
                rotation.to_file(),
                small.to_file(),
            )
        }
    }
}

/// Chooses which shifts are shown, all of them known.
fn choose_window(random: &mut Random, whole: &Whole) -> Option<Shown> {
    let shifts = &whole.shifts;
    if shifts.is_empty() {
        return None;
    }
    let at = |random: &mut Random| {
        let (start, end) = shifts[random.below(shifts.len())].time;
        random.pick(&[start, start, end, i64::midpoint(start, end)])
    };
    let last = shifts[shifts.len() - 1].time.1;
    Some(match random.below(10) {
        0 => {
            let (from, until) = (at(random), at(random));
            Shown {
                from: Some(from.min(until)),
                reach: Reach::Until(if from == until { last } else { from.max(until) }),
            }
        }
        1 => Shown { from: None, reach: Reach::Until(at(random)) },
        _ => Shown { from: None, reach: Reach::Count(shifts.len().min(60)) },
    })
}

fn number_of(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a number")))
}
