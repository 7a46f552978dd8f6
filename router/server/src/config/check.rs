//! Settings that are right by themselves and wrong together.

use super::{Config, Switch};
use crate::{
    listener::HEAD_BYTES_MIN,
    pipeline::{
        authorise::is_authentication_configured, execute::NESTING_MAX, limits::INPUT_NESTING_MAX, override_labels,
    },
    subgraph_transport::{
        parse_url,
        settings::{SubgraphConfig, SubgraphDefaultsConfig},
    },
};
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

const RULES: [fn(&Config) -> Finding; 17] = [
    cors_credentials_name_origins,
    cors_origins_are_origins,
    cors_texts_are_valid,
    certificate_and_key_go_together,
    playground_needs_introspection,
    limits_are_not_zero,
    limits_can_be_kept,
    times_are_not_zero,
    timeouts_fit_each_other,
    subgraphs_can_be_asked,
    subscriptions_can_be_had,
    passports_are_not_shared,
    responses_can_be_compressed,
    log_filter_is_one,
    header_rules_are_valid,
    tokens_can_be_verified,
    labels_can_be_decided,
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
        ("memory.bytes_max", config.memory.bytes_max.map_or(1, |bytes| bytes.0)),
        ("memory.request_bytes_max", config.memory.request_bytes_max.0),
        ("execution.received_bytes_max", config.execution.received_bytes_max.0),
        ("execution.response_bytes_max", config.execution.response_bytes_max.0),
        ("execution.slots_max", u64::from(config.execution.slots_max)),
        ("execution.nesting_max", u64::from(config.execution.nesting_max)),
        ("planning.fetches_max", u64::from(config.planning.fetches_max)),
        ("connections.connections_max", u64::from(config.connections.connections_max)),
        ("connections.streams_max", u64::from(config.connections.streams_max)),
        ("subgraph_defaults.body_bytes_max", config.subgraph_defaults.body_bytes_max.0),
    ];
    let (key, _) = numbers.iter().find(|(_, number)| *number == 0)?;
    Some((vec![*key], "zero refuses every request".to_owned()))
}

fn limits_can_be_kept(config: &Config) -> Finding {
    if config.limits.header_bytes_max.as_usize() < HEAD_BYTES_MIN {
        return Some((vec!["limits.header_bytes_max"], "must be at least 8KiB".to_owned()));
    }
    let nestings = [
        ("execution.nesting_max", config.execution.nesting_max, NESTING_MAX),
        ("limits.recursion_max", config.limits.recursion_max, INPUT_NESTING_MAX),
        ("limits.variables_depth_max", config.limits.variables_depth_max, INPUT_NESTING_MAX),
    ];
    let (key, _, max) = nestings.iter().find(|(_, given, max)| given > max)?;
    Some((vec![*key], format!("must be at most {max}")))
}

fn times_are_not_zero(config: &Config) -> Finding {
    let times = [
        ("request_timeout", config.request_timeout),
        ("subgraph_defaults.timeout", config.subgraph_defaults.timeout),
        ("subgraph_defaults.connect_timeout", config.subgraph_defaults.connect_timeout),
        ("connections.header_timeout", config.connections.header_timeout),
        ("connections.idle_timeout", config.connections.idle_timeout),
    ];
    if let Some((key, _)) = times.iter().find(|(_, time)| time.0.is_zero()) {
        return Some((vec![*key], "no time at all refuses every request".to_owned()));
    }
    let pauses = [
        ("reload.interval", config.reload.interval, "1s"),
        ("incremental_delivery.keep_alive", config.incremental_delivery.keep_alive, "12s"),
    ];
    let (key, _, better) = pauses.iter().find(|(_, pause, _)| pause.0.is_zero())?;
    Some((vec![*key], format!("no pause at all keeps a processor busy; try {better}")))
}

/// A connect timeout that nobody set is no contradiction: the whole request's time bounds it.
fn timeouts_fit_each_other(config: &Config) -> Finding {
    let defaults = &config.subgraph_defaults;
    let is_set = defaults.connect_timeout != SubgraphDefaultsConfig::default().connect_timeout;
    let reason = || "connecting is a part of the whole, so it cannot have more time".to_owned();
    let is_longer = is_set && defaults.connect_timeout > defaults.timeout;
    is_longer.then(|| (vec!["subgraph_defaults.connect_timeout", "subgraph_defaults.timeout"], reason()))
}

fn subgraphs_can_be_asked(config: &Config) -> Finding {
    let finding = |(name, own): (&String, &SubgraphConfig)| {
        let times = [own.timeout, own.connect_timeout];
        if times.into_iter().flatten().any(|time| time.0.is_zero()) || own.body_bytes_max.is_some_and(|max| max.0 == 0)
        {
            return Some(format!("no time, or no bytes, for `{name}` refuses every answer"));
        }
        if own.connect_timeout.zip(own.timeout).is_some_and(|(connect, whole)| connect > whole) {
            return Some(format!("connecting to `{name}` is a part of the whole, so it cannot have more time"));
        }
        let url = own.url.as_ref().filter(|url| parse_url(url).is_none())?;
        Some(format!("`{url}` of `{name}` is no URL; write http:// or https://, a host and a path"))
    };
    let reason = config.subgraphs.iter().find_map(finding)?;
    Some((vec!["subgraphs"], reason))
}

fn subscriptions_can_be_had(config: &Config) -> Finding {
    if let Err((key, reason)) = config.subscriptions.check() {
        return Some((vec![key], reason));
    }
    config.subgraphs.iter().find_map(|(name, subgraph)| {
        let (key, reason) = subgraph.subscriptions.check().err()?;
        Some((vec!["subgraphs"], format!("`{name}.subscriptions.{key}`: {reason}")))
    })
}

fn passports_are_not_shared(config: &Config) -> Finding {
    let shares = |own: &SubgraphConfig| own.passport && own.share_fetches == Some(true);
    let (name, _) = config.subgraphs.iter().find(|(_, own)| shares(own))?;
    let reason = format!(
        "`{name}` gets passports, which are different for each request, so its fetches cannot be shared; leave out \
         `share_fetches` or `passport`"
    );
    Some((vec!["subgraphs"], reason))
}

fn responses_can_be_compressed(config: &Config) -> Finding {
    let (key, reason) = config.compression.check().err()?;
    Some((vec![key], reason))
}

fn log_filter_is_one(config: &Config) -> Finding {
    let error = config.logs.filter.parse::<hansa_telemetry::LogFilter>().err()?;
    Some((vec!["logs.filter"], error.to_string()))
}

fn header_rules_are_valid(config: &Config) -> Finding {
    let error = config.headers.check().err()?;
    Some((vec!["headers"], error))
}

fn labels_can_be_decided(config: &Config) -> Finding {
    let reason = override_labels::check(&config.override_labels, is_authentication_configured(config)).err()?;
    Some((vec!["override_labels"], reason))
}

fn tokens_can_be_verified(config: &Config) -> Finding {
    let (key, reason) = config.authentication.check().and_then(|()| config.passport.check()).err()?;
    Some((vec![key], reason))
}
