//! Settings that are right by themselves and wrong together.

use super::{Config, Switch};
use std::fmt;

/// Settings that cannot all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// Dotted, the most telling first.
    pub keys: Vec<&'static str>,
    pub reason: String,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(|key| format!("`{key}`")).collect();
        write!(formatter, "{}: {}", keys.join(" and "), self.reason)
    }
}

impl Config {
    /// Finds the first contradiction. [`Config::load`] has done so already.
    pub fn check(&self) -> Result<(), Contradiction> {
        for rule in RULES {
            if let Some((keys, reason)) = rule(self) {
                return Err(Contradiction { keys, reason });
            }
        }
        Ok(())
    }
}

type Finding = Option<(Vec<&'static str>, String)>;

const RULES: [fn(&Config) -> Finding; 9] = [
    cors_credentials_name_origins,
    cors_origins_are_origins,
    cors_texts_are_valid,
    certificate_and_key_go_together,
    playground_needs_introspection,
    limits_are_not_zero,
    timeouts_fit_each_other,
    log_filter_is_one,
    header_rules_are_valid,
];

fn cors_credentials_name_origins(config: &Config) -> Finding {
    let is_any = config.cors.origins.iter().any(|origin| origin == "*");
    if config.cors.credentials && is_any {
        let reason = "browsers refuse credentials from any origin; name the origins, or leave credentials off";
        return Some((vec!["cors.credentials", "cors.origins"], reason.to_owned()));
    }
    if is_any && config.cors.origins.len() > 1 {
        let reason = "`*` allows every origin, so the others say nothing; keep one or the other";
        return Some((vec!["cors.origins"], reason.to_owned()));
    }
    if config.cors.credentials && config.cors.origins.is_empty() {
        return Some((vec!["cors.credentials"], "has no effect without `cors.origins`".to_owned()));
    }
    None
}

fn cors_origins_are_origins(config: &Config) -> Finding {
    let wrong = config.cors.origins.iter().find(|origin| {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        *origin != "*" && host.is_none_or(|host| host.is_empty() || host.contains('/'))
    })?;
    let reason = format!("`{wrong}` is no origin; write scheme and host, such as https://app.example.com, or `*`");
    Some((vec!["cors.origins"], reason))
}

fn cors_texts_are_valid(config: &Config) -> Finding {
    let error = config.cors.check().err()?;
    Some((vec!["cors"], error))
}

fn certificate_and_key_go_together(config: &Config) -> Finding {
    match (&config.tls.certificate, &config.tls.key) {
        (Some(_), None) => Some((vec!["tls.certificate"], "needs `tls.key`".to_owned())),
        (None, Some(_)) => Some((vec!["tls.key"], "needs `tls.certificate`".to_owned())),
        _ => None,
    }
}

fn playground_needs_introspection(config: &Config) -> Finding {
    let is_contradiction = config.is_playground_on() && config.introspection == Switch::Off;
    let reason = "the playground reads the schema by introspection; switch both on, or both off";
    is_contradiction.then(|| (vec!["playground", "introspection"], reason.to_owned()))
}

fn limits_are_not_zero(config: &Config) -> Finding {
    let limits = &config.limits;
    let numbers = [
        ("limits.body_bytes_max", limits.body_bytes_max.0),
        ("limits.url_bytes_max", limits.url_bytes_max.0),
        ("limits.header_bytes_max", limits.header_bytes_max.0),
        ("limits.tokens_max", u64::from(limits.tokens_max)),
        ("limits.recursion_max", u64::from(limits.recursion_max)),
        ("limits.depth_max", u64::from(limits.depth_max)),
        ("limits.fields_max", u64::from(limits.fields_max)),
        ("limits.root_fields_max", u64::from(limits.root_fields_max)),
        ("limits.errors_max", u64::from(limits.errors_max)),
        ("requests_max", u64::from(config.requests_max)),
        ("execution.received_bytes_max", config.execution.received_bytes_max.0),
        ("connections.connections_max", u64::from(config.connections.connections_max)),
        ("subgraph_defaults.body_bytes_max", config.subgraph_defaults.body_bytes_max.0),
    ];
    let (key, _) = numbers.iter().find(|(_, number)| *number == 0)?;
    Some((vec![*key], "zero refuses every request".to_owned()))
}

fn timeouts_fit_each_other(config: &Config) -> Finding {
    let defaults = &config.subgraph_defaults;
    if defaults.connect_timeout > defaults.timeout {
        let keys = vec!["subgraph_defaults.connect_timeout", "subgraph_defaults.timeout"];
        return Some((keys, "connecting is a part of the whole, so it cannot have more time".to_owned()));
    }
    if config.request_timeout.0.is_zero() || defaults.timeout.0.is_zero() || defaults.connect_timeout.0.is_zero() {
        let keys = vec!["request_timeout", "subgraph_defaults.timeout"];
        return Some((keys, "no time at all refuses every request".to_owned()));
    }
    None
}

fn log_filter_is_one(config: &Config) -> Finding {
    let error = config.logs.filter.parse::<hansa_telemetry::LogFilter>().err()?;
    Some((vec!["logs.filter"], error.to_string()))
}

fn header_rules_are_valid(config: &Config) -> Finding {
    let error = config.headers.check().err()?;
    Some((vec!["headers"], error))
}
