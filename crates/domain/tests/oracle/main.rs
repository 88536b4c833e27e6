//! A second engine, naive and written from the rules alone, that has to agree with the first on random rotations.
//!
//! The tests run a fixed sample. The long run is
//! `ORACLE_ROTATIONS=100000 cargo test --release -p domain --test oracle`; where it fails it names a seed, with which
//! `ORACLE_SEED=... cargo test -p domain --test oracle` shows that rotation again. `ORACLE_WITHOUT=Swaps,Coverage` leaves
//! features out of all rotations.

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

use compare::{Difference, Verdict, compare};
use random::Random;
use report::{Reach, Shown, Whole, make_whole};

/// How many rotations are compared where nothing else is said.
const SAMPLE: u64 = 4000;

/// At least so many out of a hundred have to be rotations that both can plan.
const LEAST_PERCENT: u64 = 97;

#[test]
fn engine_and_oracle_agree_on_random_rotations() {
    let seed = number_of("ORACLE_SEED");
    let seeds = seed
        .map_or_else(|| 0..number_of("ORACLE_ROTATIONS").unwrap_or(SAMPLE), |seed| seed..seed + 1);
    let wanted = (seeds.end - seeds.start) * LEAST_PERCENT / 100;

    let mut differences: Vec<Seen> = Vec::new();
    let mut compared = 0;
    let mut reason = String::new();
    for seed in seeds {
        match compare_seed(seed, &mut differences) {
            Ok(()) => compared += 1,
            Err(why) => reason = format!("seed {seed}: {why}"),
        }
    }

    let told: Vec<String> = differences.iter().map(Seen::tell).collect();
    let count: usize = differences.iter().map(|seen| seen.seeds.len()).sum();
    assert!(told.is_empty(), "{count} of {compared} differ:\n\n{}", told.join("\n\n"));
    assert!(compared >= wanted, "only {compared} of {wanted} could be compared; {reason}");
}

/// The differences of a kind, with the first of them in words.
struct Seen {
    kind: String,
    seeds: Vec<u64>,
    text: String,
}

impl Seen {
    fn tell(&self) -> String {
        let first = &self.seeds[..self.seeds.len().min(12)];
        format!(
            "{} differ in {}, seeds {first:?}; the first:\n{}",
            self.seeds.len(),
            self.kind,
            self.text
        )
    }
}

/// Compares the two on the rotation of a seed, or says why they could not be.
fn compare_seed(seed: u64, differences: &mut Vec<Seen>) -> Result<(), String> {
    let mut random = Random::new(seed);
    let (rotation, turns) = generate::generate(&mut random);
    let whole = make_whole(&rotation, turns).ok_or("it goes too far")?;
    let shown = choose_window(&mut random, &whole).ok_or("it has no shift")?;
    match compare(&rotation, turns, shown) {
        Verdict::Same => {}
        Verdict::NotComparable(why) => return Err(format!("{why} in {}", rotation.to_file())),
        Verdict::Different(Difference { kind, text }) => {
            if let Some(seen) = differences.iter_mut().find(|seen| seen.kind == kind) {
                seen.seeds.push(seed);
                return Ok(());
            }
            let (small, cut) = shrink::shrink(rotation.clone(), turns, shown, &kind);
            let Verdict::Different(least) = compare(&small, turns, cut) else {
                unreachable!("a shrunk rotation still makes a difference")
            };
            let (file, small) = (rotation.to_file(), small.to_file());
            let least = least.text;
            let text = format!(
                "{text}\n file {file}\n {shown:?}\n as small as it gets: {least}\n file {small}\n {cut:?}"
            );
            differences.push(Seen { kind, seeds: vec![seed], text });
        }
    }
    Ok(())
}

/// Chooses which shifts are shown, at least one and all of them known.
fn choose_window(random: &mut Random, whole: &Whole) -> Option<Shown> {
    let times = whole.times();
    let last = times.last()?.1;
    let at = |random: &mut Random| {
        let (start, end) = random.pick(&times);
        random.pick(&[start, start, end, i64::midpoint(start, end)])
    };
    Some(match random.below(10) {
        0 => {
            let (from, until) = (at(random), at(random));
            Shown {
                from: Some(from.min(until)),
                reach: Reach::Until(if from == until { last } else { from.max(until) }),
            }
        }
        1 => Shown { from: None, reach: Reach::Until(at(random).max(times[0].0 + 1)) },
        _ => Shown { from: None, reach: Reach::Count(times.len().min(60)) },
    })
}

fn number_of(variable: &str) -> Option<u64> {
    let text = setting(variable)?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a number")))
}

#[expect(
    clippy::disallowed_methods,
    reason = "says how long to test; nothing that a program of ours reads"
)]
fn setting(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}
