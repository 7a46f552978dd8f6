//! What is printed: results on standard output, complaints on standard error.
//!
//! A reader that went away (`hansa plan … | head`) is no error, and must not become a panic as in `println!`.

use crate::failure::Failure;
use std::io::{self, ErrorKind, Write};

/// Who is said to log: not a module of ours, which nobody who develops a subgraph knows.
pub(crate) const LOGGED_AS: &str = "hansa";

pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    match write!(stdout, "{text}{end}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::undecided(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Without a description, everything has been said.
pub(crate) fn complain_unless_said(failure: &Failure) {
    let description = failure.to_string();
    if !description.is_empty() {
        complain(&description);
    }
}

/// What is complete as it is, such as rendered diagnostics.
pub(crate) fn report(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// There is nobody left to tell when standard error is closed, so that failure is ignored.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "error: {}", text.trim_end());
}
