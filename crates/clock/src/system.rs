//! The machine's clock, or the database's time carried on by the machine's monotonic one.
//!
//! Until somebody measures, it follows the machine. Once the time of a database was measured, that is the time: it goes on
//! by the monotonic clock, so that nothing changes when somebody sets the machine's.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// A step of the machine's clock that is longer than this is a jump.
const JUMP: TimeDelta = TimeDelta::seconds(2);

/// A step back that is no longer than this is waited out, so that time does not run backwards; a longer one is followed,
/// since to stand still for an hour would be worse.
const WAITED_OUT: TimeDelta = TimeDelta::minutes(1);

/// A measurement that took longer is not used, unless it is the first.
const LONGEST_TRIP: Duration = Duration::from_secs(1);

/// What tells the time: the machine, or a test in its place.
pub trait Machine: Send + Sync + std::fmt::Debug {
    /// Returns the time of day, which somebody may set.
    fn wall(&self) -> DateTime<Utc>;

    /// Returns the time since some beginning, which nobody can set.
    fn monotonic(&self) -> Duration;
}

/// What the machine's two clocks said at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    wall: DateTime<Utc>,
    monotonic: Duration,
}

/// What came of a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// It is the time from now on; the machine's clock lacks this much to it.
    Taken(TimeDelta),
    /// The answer took too long to be exact, and was not used.
    TooSlow(Duration),
}

/// How the system clock stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Whether the time is that of a database.
    pub is_measured: bool,
    /// What the machine's clock lacks to the time.
    pub offset: TimeDelta,
    /// How often the machine's clock jumped by more than two seconds.
    pub jumps: u64,
    /// By how much it jumped last.
    pub last_jump: Option<TimeDelta>,
}

#[derive(Debug)]
pub(crate) struct System {
    machine: Arc<dyn Machine>,
    state: Mutex<State>,
    ahead_us: AtomicI64,
    jumped: Notify,
}

#[derive(Debug)]
struct State {
    /// The time that was measured, and what the monotonic clock said then.
    anchor: Option<(DateTime<Utc>, Duration)>,
    /// What the machine said last.
    seen: Reading,
    /// The latest time that was given out.
    given: DateTime<Utc>,
    jumps: u64,
    last_jump: Option<TimeDelta>,
    /// Whether nobody was told of the last jump yet.
    is_untold: bool,
}

/// The machine that this process runs on.
#[derive(Debug)]
struct Here {
    start: Instant,
}

impl Machine for Here {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where time enters")]
    fn wall(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

impl System {
    pub(crate) fn here() -> Self {
        Self::of(Arc::new(Here { start: Instant::now() }))
    }

    pub(crate) fn of(machine: Arc<dyn Machine>) -> Self {
        let seen = Reading { wall: machine.wall(), monotonic: machine.monotonic() };
        Self {
            machine,
            state: Mutex::new(State {
                anchor: None,
                seen,
                given: seen.wall,
                jumps: 0,
                last_jump: None,
                is_untold: false,
            }),
            ahead_us: AtomicI64::new(0),
            jumped: Notify::new(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        let mut state = self.lock();
        self.look(&mut state);
        let time = state.time();
        if state.given < time || state.given - time > WAITED_OUT {
            state.given = time;
        }
        (state.given + self.ahead()).trunc_subsecs(6)
    }

    pub(crate) fn read(&self) -> Reading {
        let mut state = self.lock();
        self.look(&mut state);
        state.seen
    }

    pub(crate) fn measured(&self, began: Reading, server: DateTime<Utc>) -> Measured {
        let mut state = self.lock();
        self.look(&mut state);
        let took = state.seen.monotonic.saturating_sub(began.monotonic);
        if took > LONGEST_TRIP && state.anchor.is_some() {
            return Measured::TooSlow(took);
        }
        let is_first = state.anchor.is_none();
        // The server said it somewhere on the way: in the middle, for all that is known.
        state.anchor = Some((server, began.monotonic + took / 2));
        if is_first {
            // What a machine that is wrong said before is not worth waiting for.
            state.given = state.time();
        }
        Measured::Taken(state.offset())
    }

    pub(crate) fn report(&self) -> Report {
        let mut state = self.lock();
        self.look(&mut state);
        Report {
            is_measured: state.anchor.is_some(),
            offset: state.offset(),
            jumps: state.jumps,
            last_jump: state.last_jump,
        }
    }

    pub(crate) async fn jumped(&self) -> TimeDelta {
        loop {
            {
                let mut state = self.lock();
                if std::mem::take(&mut state.is_untold) {
                    return state.last_jump.unwrap_or_default();
                }
            }
            self.jumped.notified().await;
        }
    }

    pub(crate) fn ahead(&self) -> TimeDelta {
        TimeDelta::microseconds(self.ahead_us.load(Ordering::Relaxed))
    }

    pub(crate) fn set_ahead(&self, by: TimeDelta) {
        self.ahead_us.store(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }

    /// Looks at the machine, and wakes who waits for it where its clock jumped since the last look.
    fn look(&self, state: &mut State) {
        let seen = Reading { wall: self.machine.wall(), monotonic: self.machine.monotonic() };
        let passed = seen.monotonic.saturating_sub(state.seen.monotonic);
        let passed = TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX);
        let step = (seen.wall - state.seen.wall) - passed;
        state.seen = seen;
        if step.abs() > JUMP {
            state.jumps += 1;
            state.last_jump = Some(step);
            state.is_untold = true;
            self.jumped.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns the time at the last look.
    fn time(&self) -> DateTime<Utc> {
        let Some((at, then)) = self.anchor else { return self.seen.wall };
        let passed = self.seen.monotonic.saturating_sub(then);
        at + TimeDelta::from_std(passed).unwrap_or_default()
    }

    fn offset(&self) -> TimeDelta {
        self.time() - self.seen.wall
    }
}
