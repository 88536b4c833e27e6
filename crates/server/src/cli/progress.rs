//! How far long work is, for somebody who watches a terminal; nobody else is told.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// How often it is seen that something still goes on.
const TICK: Duration = Duration::from_millis(100);

/// A bar on standard error, where that is a terminal; it goes away when this is dropped.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Begins work of so many parts; how many there are may become known later.
    pub(super) fn of(what: &'static str, total: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}, {eta} left");
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(what);
        Self(Some(bar))
    }

    /// Shows that so many parts of so many are done.
    pub(super) fn is_at(&self, done: u64, total: u64) {
        if let Some(bar) = &self.0 {
            bar.set_length(total);
            bar.set_position(done);
        }
    }

    /// Shows that something goes on of which nobody knows how long it takes.
    pub(super) fn waits(what: &'static str) -> Self {
        let waiting = Self::of(what, 0);
        if let Some(bar) = &waiting.0 {
            let style = ProgressStyle::with_template("{msg} {spinner} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.enable_steady_tick(TICK);
        }
        waiting
    }

    /// Lets something be printed while the bar is away.
    pub(super) fn lets<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.0 {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
