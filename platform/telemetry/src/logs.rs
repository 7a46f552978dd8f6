//! Log lines on standard error: text for people, JSON for machines.
//!
//! Fields of the spans around an event are part of its line, so that every line of a request carries its `trace_id`.

use std::{fmt, io, str::FromStr};
use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people: one coloured line (on a terminal) an event.
    #[default]
    Text,
    /// For machines: one JSON object an event; the request's fields stand under `span`.
    Json,
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Which events are written: a level (`info`), or a list of levels by module (`warn,hansa_server=debug`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(String);

/// Why a text is no [`LogFilter`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LogFilterError {
    /// A bare word is a module's name to the filter's grammar, which silences all others: never what was meant.
    #[error("`{word}` is no log level: use off, error, warn, info, debug or trace{}", nearest_level(.word))]
    UnknownLevel { word: String },
    #[error("`{text}` is no log filter: {reason}; use a level, or a list such as `warn,hansa_server=debug`")]
    Malformed { text: String, reason: String },
}

impl FromStr for LogFilter {
    type Err = LogFilterError;

    fn from_str(text: &str) -> Result<LogFilter, LogFilterError> {
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
            if !level.contains([']', ':']) && !LEVELS.contains(&level.to_ascii_lowercase().as_str()) {
                return Err(LogFilterError::UnknownLevel { word: level.to_owned() });
            }
        }
        match EnvFilter::builder().parse(text) {
            Ok(_) => Ok(LogFilter(text.to_owned())),
            Err(error) => Err(LogFilterError::Malformed { text: text.to_owned(), reason: error.to_string() }),
        }
    }
}

impl Default for LogFilter {
    fn default() -> Self {
        LogFilter("info".to_owned())
    }
}

impl fmt::Display for LogFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Sends this process's log lines to standard error from now on. Only the first call has an effect.
pub fn start_logs(format: LogFormat, filter: &LogFilter) {
    let Ok(env_filter) = EnvFilter::builder().parse(&filter.0) else {
        unreachable!("a LogFilter was parsed when it was made");
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(env_filter)
        .with_span_events(FmtSpan::NONE)
        // It would complain on standard error, and panic where nobody reads that any more.
        .log_internal_errors(false)
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
        .with_writer(io::stderr);
    // The error says that logs were started before, which is the promised case.
    let _ = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
    };
}

fn nearest_level(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    let nearest = LEVELS.iter().min_by_key(|level| strsim::damerau_levenshtein(level, &word));
    match nearest {
        Some(level) if strsim::damerau_levenshtein(level, &word) <= 2 => format!("; did you mean `{level}`?"),
        _ => String::new(),
    }
}
