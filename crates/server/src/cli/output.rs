//! Words for the terminal: results on standard output, everything else on standard error.

use std::fmt::Display;
use std::io::Write;

/// Prints a result. A reader that went away early is no fault of ours.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a result that ends its own lines, and returns whether all of it went out.
///
/// A reader that went away early is no fault of ours; a full disk is told of.
pub(super) fn say_raw(text: &str) -> bool {
    let mut output = std::io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(fault) if fault.kind() != std::io::ErrorKind::BrokenPipe => {
            complain(&format!("the result cannot be written: {fault}"));
            false
        }
        _ => true,
    }
}

/// Prints what is going on, for somebody who waits.
pub(super) fn note(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints what is wrong.
pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "asyncbot: {text}");
}

/// Prints everything that is wrong, one line each.
pub(super) fn complain_of_all(faults: &[impl Display]) {
    for fault in faults {
        complain(&fault.to_string());
    }
}
