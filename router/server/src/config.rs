//! All settings of the router: the tree that the reference page and the JSON Schema are generated from.
//!
//! Each section is declared beside the code it configures; here they are only put together. Sources in order of
//! precedence, lowest first: defaults, file, environment `HANSA_*`, flags.

mod check;
mod load;
mod reference;

pub use check::Contradiction;
pub use hansa_settings::{ByteSize, Span, parse_address};
pub use load::{ConfigError, Override};
pub use reference::write_reference;

use crate::{
    authentication::config::AuthenticationConfig,
    client_address::Network,
    http::{compression::CompressionConfig, cors::CorsConfig},
    listener::ConnectionsConfig,
    logs::LogsConfig,
    memory::MemoryConfig,
    passports::PassportConfig,
    pipeline::{
        execute::{ExecutionConfig, SubgraphErrorsConfig},
        incremental_delivery::IncrementalDeliveryConfig,
        limits::LimitsConfig,
        override_labels::OverrideLabelsConfig,
        plan::PlanningConfig,
        plan_cache::PlanCacheConfig,
    },
    reload::ReloadConfig,
    subgraph_transport::{
        headers::HeadersConfig,
        settings::{SubgraphConfig, SubgraphDefaultsConfig},
    },
    subscriptions::SubscriptionsConfig,
    tls::TlsConfig,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

/// Settings of a Hansa router.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the `auto` settings mean: `production` is closed, `development` opens playground, introspection and query
    /// plans, and logs for people.
    pub mode: Mode,
    /// Address and port to listen on. Port 0 takes a free one.
    #[serde(deserialize_with = "hansa_settings::deserialize_address")]
    pub listen: SocketAddr,
    /// File with the supergraph SDL. Must be given.
    pub supergraph: PathBuf,
    /// Whether `__schema` and `__type` are answered. `auto`: in development.
    pub introspection: Switch,
    /// Whether `GET /` serves the playground. `auto`: in development.
    pub playground: Switch,
    /// Whether a request with the header `hansa-query-plan: 1` gets the query plan in `extensions.queryPlan`. `auto`:
    /// where the playground is on.
    pub query_plan: Switch,
    /// How long a request may take from its first byte to its answer, or to the last part of its answer.
    pub request_timeout: Span,
    /// How many requests are worked on at the same time; more are refused with status 503.
    pub requests_max: u32,
    pub memory: MemoryConfig,
    pub execution: ExecutionConfig,
    pub subgraph_errors: SubgraphErrorsConfig,
    pub incremental_delivery: IncrementalDeliveryConfig,
    pub subscriptions: SubscriptionsConfig,
    pub connections: ConnectionsConfig,
    /// Networks (`10.0.0.0/8`) and addresses of proxies in front of the router, whose `X-Forwarded-For` is believed: the
    /// client is its rightmost address that is not one of these. From anybody else the header is ignored, and the client
    /// is the other end of the connection.
    pub trusted_proxies: Vec<Network>,
    /// Certificate and key; without them the router speaks plain HTTP.
    pub tls: TlsConfig,
    pub cors: CorsConfig,
    pub compression: CompressionConfig,
    pub limits: LimitsConfig,
    pub planning: PlanningConfig,
    pub plan_cache: PlanCacheConfig,
    pub authentication: AuthenticationConfig,
    pub passport: PassportConfig,
    pub headers: HeadersConfig,
    /// For which requests a label of `@override(from:, label:)` is active, so that the field comes from the subgraph that
    /// takes it over. By label: `on`, `off`, `percent: 25`, `header: {name: x-beta, value: "on"}` (clients choose what they
    /// send) or `claim: {name: roles, value: staff}` (of a verified token: `subject`, `tenant`, `roles`, `scopes` or
    /// `username`). A label that is not here is off, and `percent(25)` is active for 25 of a hundred requests.
    pub override_labels: OverrideLabelsConfig,
    pub subgraph_defaults: SubgraphDefaultsConfig,
    /// By the name the subgraph has in the supergraph.
    pub subgraphs: BTreeMap<String, SubgraphConfig>,
    pub reload: ReloadConfig,
    pub logs: LogsConfig,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    #[default]
    Production,
    Development,
}

/// A thing that is on, off, or as the mode says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    #[default]
    Auto,
    On,
    Off,
}

impl Switch {
    fn is_on(self, auto: bool) -> bool {
        match self {
            Switch::Auto => auto,
            Switch::On => true,
            Switch::Off => false,
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Config {
            mode: Mode::default(),
            listen: SocketAddr::from(([127, 0, 0, 1], 4000)),
            supergraph: PathBuf::new(),
            introspection: Switch::Auto,
            playground: Switch::Auto,
            query_plan: Switch::Auto,
            request_timeout: Span::from_secs(60),
            requests_max: 4096,
            memory: MemoryConfig::default(),
            execution: ExecutionConfig::default(),
            subgraph_errors: SubgraphErrorsConfig::default(),
            incremental_delivery: IncrementalDeliveryConfig::default(),
            subscriptions: SubscriptionsConfig::default(),
            connections: ConnectionsConfig::default(),
            trusted_proxies: Vec::new(),
            tls: TlsConfig::default(),
            cors: CorsConfig::default(),
            compression: CompressionConfig::default(),
            limits: LimitsConfig::default(),
            planning: PlanningConfig::default(),
            plan_cache: PlanCacheConfig::default(),
            authentication: AuthenticationConfig::default(),
            passport: PassportConfig::default(),
            headers: HeadersConfig::default(),
            override_labels: OverrideLabelsConfig::new(),
            subgraph_defaults: SubgraphDefaultsConfig::default(),
            subgraphs: BTreeMap::new(),
            reload: ReloadConfig::default(),
            logs: LogsConfig::default(),
        }
    }
}

impl Config {
    pub fn is_development(&self) -> bool {
        self.mode == Mode::Development
    }

    pub fn is_introspection_on(&self) -> bool {
        self.introspection.is_on(self.is_development())
    }

    pub fn is_playground_on(&self) -> bool {
        self.playground.is_on(self.is_development())
    }

    pub fn is_query_plan_on(&self) -> bool {
        self.query_plan.is_on(self.is_playground_on())
    }
}
