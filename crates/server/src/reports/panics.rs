//! Panics: what is said of one is where it was, since its message may hold anything.

use super::{Scene, reporter};
use std::panic::PanicHookInfo;

/// Lets every panic of the process be logged with its place, and reported where anything is; what it says is logged only
/// where that is written in the source.
///
/// A message that was put together at run time may hold whatever was at hand: an argument, a row, a body.
pub fn watch_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let location = place(panic);
        if let Some(said) = panic.payload().downcast_ref::<&'static str>() {
            tracing::error!(target: "asyncbot::panic", location, said, "Something panicked.");
        } else {
            tracing::error!(
                target: "asyncbot::panic",
                location,
                "Something panicked; what it says may hold values, so it is not logged."
            );
        }
        if let Some(reporter) = reporter() {
            reporter.report("panic", Some(location), &Scene::default());
        }
    }));
}

/// Returns where a panic was, where that is in our own source: other places are folders of whoever built it.
fn place(panic: &PanicHookInfo<'_>) -> String {
    let location = panic.location().map(|at| (at.file(), at.line()));
    match location {
        Some((file, line)) if file.starts_with("crates/") => format!("{file}:{line}"),
        _ => String::from("elsewhere"),
    }
}
