//! What fails again and again is logged when it begins, and then once a minute: a server may be away for hours.

use std::time::Duration;
use tokio::time::Instant;

const AGAIN_AFTER: Duration = Duration::from_secs(60);

#[derive(Debug, Default)]
pub(crate) struct Failures {
    last: Option<(String, Instant)>,
}

impl Failures {
    /// Whether this is to be logged.
    pub(crate) fn is_news(&mut self, text: &str) -> bool {
        let is_known = self.last.as_ref().is_some_and(|(last, at)| last == text && at.elapsed() < AGAIN_AFTER);
        if !is_known {
            self.last = Some((text.to_owned(), Instant::now()));
        }
        !is_known
    }
}

/// An error and its causes on one line.
pub(crate) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
