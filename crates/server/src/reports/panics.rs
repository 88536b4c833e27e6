//! Panics: what is said of one is where it was, since its message may hold anything.

use super::{Scene, reporter};
use std::panic::PanicHookInfo;
use std::sync::Once;

static WATCHED: Once = Once::new();

/// Looks at every panic of the process from now on, before whoever looked at them until now.
pub(super) fn watch() {
    WATCHED.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            report(panic);
            before(panic);
        }));
    });
}

/// Lets the log of a panic say where it was and nothing of what it was about, unless that is written in the source.
///
/// A message that was put together at run time may hold whatever was at hand: an argument, a row, a body.
pub fn log_panics_without_values() {
    std::panic::set_hook(Box::new(|panic| {
        let location = place(panic);
        match panic.payload().downcast_ref::<&'static str>() {
            Some(said) => tracing::error!(target: "asyncbot::panic", location, said, "Something panicked."),
            None => tracing::error!(
                target: "asyncbot::panic",
                location,
                "Something panicked; what it says may hold values, so it is not logged."
            ),
        }
    }));
}

fn report(panic: &PanicHookInfo<'_>) {
    if let Some(reporter) = reporter() {
        reporter.report("panic", Some(place(panic)), &Scene::default());
    }
}

/// Returns where a panic was, where that is in our own source: other places are folders of whoever built it.
fn place(panic: &PanicHookInfo<'_>) -> String {
    let location = panic.location().map(|at| (at.file(), at.line()));
    match location {
        Some((file, line)) if file.starts_with("crates/") => format!("{file}:{line}"),
        _ => String::from("elsewhere"),
    }
}
