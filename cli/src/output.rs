//! What is printed: results on standard output, complaints on standard error.
//!
//! A reader that went away (`hansa plan … | head`) is no error, and must not become a panic as in `println!`.

use crate::failure::Failure;
use std::io::{self, ErrorKind, Write};

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

/// There is nobody left to tell when standard error is closed, so that failure is ignored.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "error: {}", text.trim_end());
}
