//! The router's settings for the commands that start one: file, then `HANSA_*` variables, then what the call says.

use crate::failure::{Failure, with_causes};
use hansa_server::{Config, Override};
use std::path::Path;

/// Variables of ours that clap reads, and that are no settings of the router's configuration tree.
const FLAG_VARIABLES: [&str; 9] = [
    "HANSA_DATA",
    "HANSA_LOG",
    "HANSA_LOG_FORMAT",
    "HANSA_MONGO_SERVER",
    "HANSA_MONGO_URL",
    "HANSA_NATS_SERVER",
    "HANSA_NATS_URL",
    "HANSA_PASSPORT_KEYS",
    "HANSA_POSTGRES_URL",
];

/// Variables that contexts and tests read.
const OTHER_PREFIXES: [&str; 3] = ["HANSA_PAYMENTS_", "HANSA_SHIPPING_", "HANSA_TEST_"];

/// Each of `flags` is the setting's key, its value if given, and the flag's name in messages.
pub(crate) fn load(file: Option<&Path>, flags: &[(&str, Option<String>, &str)]) -> Result<Config, Failure> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| !FLAG_VARIABLES.contains(&name.as_str()))
        .filter(|(name, _)| !OTHER_PREFIXES.iter().any(|prefix| name.starts_with(prefix)));
    let overrides: Vec<Override> = flags
        .iter()
        .filter_map(|(key, value, flag)| {
            Some(Override { key: (*key).to_owned(), value: value.clone()?, flag: (*flag).to_owned() })
        })
        .collect();
    Config::load(file, variables, &overrides).map_err(|error| Failure::wrong_call(with_causes(&error)))
}
