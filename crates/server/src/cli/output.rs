//! Words for the terminal: results on standard output, everything else on standard error.

use std::io::Write;

/// Prints a result. A reader that went away early is no fault of ours.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Prints a result that ends its own lines.
pub(super) fn say_raw(text: &str) {
    let _ = write!(std::io::stdout().lock(), "{text}");
}

/// Prints what is wrong.
pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "asyncbot: {text}");
}
