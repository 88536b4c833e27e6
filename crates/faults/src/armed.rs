//! Ends the process where a test asked for it.

use crate::places::all;
use std::fmt::{Display, Write as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// What is to happen where.
const FAULTS: &str = "ASYNCBOT_FAULTS";

/// By how many seconds the clock is ahead.
const AHEAD: &str = "ASYNCBOT_FAULTS_AHEAD_S";

/// Whether one migration more is known.
const MIGRATION: &str = "ASYNCBOT_FAULTS_MIGRATION";

/// Whether anything is to happen anywhere; passing a place is then looked up.
static IS_ARMED: AtomicBool = AtomicBool::new(false);

/// Reads from the environment what is to happen where; once, at the start.
///
/// # Panics
///
/// Where a place is named that there is not, or an action that cannot be read: the test would see nothing.
pub fn arm() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let text = variable(FAULTS).unwrap_or_default();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (place, what) = part.split_once('=').expect("PLACE=N or PLACE=ACTIONS");
            let name = place.split_once('@').map_or(place, |(name, _)| name);
            assert!(all().any(|known| known == name), "there is no place {name}");
            match what.parse::<u64>() {
                Ok(nth) => {
                    let passed = AtomicU64::new(0);
                    let end = move || {
                        if passed.fetch_add(1, Ordering::SeqCst) + 1 == nth {
                            kill();
                        }
                    };
                    fail::cfg_callback(place, end).expect("a callback is always taken");
                }
                Err(_) => fail::cfg(place, what).expect("actions of the crate fail"),
            }
            IS_ARMED.store(true, Ordering::SeqCst);
        }
    });
}

/// Passes a place.
pub fn pass(place: &str) {
    if IS_ARMED.load(Ordering::Relaxed) {
        fail::fail_point!(place);
    }
}

/// Passes a place with one row.
pub fn pass_with(place: &str, row: &impl Display) {
    if IS_ARMED.load(Ordering::Relaxed) {
        fail::fail_point!(place);
        let mut name = String::from(place);
        // Writing into a string does not fail.
        let _ = write!(name, "@{row}");
        fail::fail_point!(&name);
    }
}

/// Returns by how much the clock is ahead.
///
/// # Panics
///
/// Where the variable holds no number.
#[must_use]
pub fn ahead() -> Duration {
    let seconds = variable(AHEAD).map(|text| text.parse().expect("a number of seconds"));
    Duration::from_secs(seconds.unwrap_or(0))
}

/// Returns whether the process knows one migration more.
#[must_use]
pub fn knows_one_more() -> bool {
    variable(MIGRATION).is_some()
}

/// SIGKILL: no handler runs, no buffer is flushed.
fn kill() -> ! {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    // It arrives before this returns, or at the latest while this thread waits.
    loop {
        std::thread::park();
    }
}

#[expect(clippy::disallowed_methods, reason = "what only tests ask for is no setting")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
