//! Why a command did not succeed, sorted by what the caller can do about it: the exit status.

use std::{fmt, process::ExitCode};

const WRONG: u8 = 1;
const WRONG_CALL: u8 = 2;
pub(crate) const UNDECIDED: u8 = 3;

/// A description for people, empty where all has been said, and an exit status for scripts.
#[derive(Debug)]
pub(crate) struct Failure {
    status: u8,
    description: String,
}

impl Failure {
    /// The thing that was checked or served is wrong: a file that is no supergraph, an operation that is not valid.
    pub(crate) fn wrong(description: impl fmt::Display) -> Failure {
        Failure { status: WRONG, description: description.to_string() }
    }

    /// The call is wrong: a missing file, an unknown setting, an address that cannot be had.
    pub(crate) fn wrong_call(description: impl fmt::Display) -> Failure {
        Failure { status: WRONG_CALL, description: description.to_string() }
    }

    /// The machine or a limit of ours is in the way, and the question stays open.
    pub(crate) fn undecided(description: impl fmt::Display) -> Failure {
        Failure { status: UNDECIDED, description: description.to_string() }
    }

    /// Whether another call is needed, rather than something that is put right.
    pub(crate) fn is_about_the_call(&self) -> bool {
        self.status == WRONG_CALL
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.status)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.description)
    }
}

/// The error and its causes on one line: `Display` of our errors does not repeat the cause.
pub(crate) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
