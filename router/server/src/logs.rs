//! Settings of the log lines. Whoever starts the process starts the logs with them.

use crate::Config;
use hansa_telemetry::{LogFilter, LogFormat};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogsConfig {
    /// `text` for people, `json` for machines. `auto`: text in development, else JSON.
    pub format: LogsFormat,
    /// A level (`warn`), or levels by module (`warn,hansa_server=debug`).
    pub filter: String,
    /// Whether each request is a log line of level info. Otherwise requests are lines of level debug.
    pub requests: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogsFormat {
    #[default]
    Auto,
    Text,
    Json,
}

impl Default for LogsConfig {
    fn default() -> Self {
        LogsConfig { format: LogsFormat::Auto, filter: "info".to_owned(), requests: false }
    }
}

impl Config {
    /// Format and filter for `hansa_telemetry::start_logs`.
    pub fn log_format(&self) -> LogFormat {
        match self.logs.format {
            LogsFormat::Text => LogFormat::Text,
            LogsFormat::Json => LogFormat::Json,
            LogsFormat::Auto if self.is_development() => LogFormat::Text,
            LogsFormat::Auto => LogFormat::Json,
        }
    }

    pub fn log_filter(&self) -> LogFilter {
        self.logs.filter.parse().unwrap_or_default()
    }
}
