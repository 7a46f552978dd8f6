//! HTTP in front of the engine: pipeline, configuration, reload, playground.

mod authentication;
mod client_address;
mod client_error;
mod config;
mod connection_watch;
mod content_coding;
mod decompression;
mod dry_run;
mod error_code;
mod graph;
mod graph_client;
mod http;
mod listener;
mod logs;
mod long_work;
mod memory;
mod metrics;
mod owned_tasks;
mod passports;
mod pipeline;
mod reload;
mod serve;
mod subgraph_sdl;
mod subgraph_transport;
mod subscriptions;
mod tls;
mod wiring;

pub use authentication::{
    AuthenticationError,
    algorithm::Algorithm,
    config::{AuthenticationConfig, ClaimNames, IssuerConfig, JwksConfig},
};
pub use client_address::Network;
pub use config::{
    ByteSize, Config, ConfigError, Contradiction, Mode, Override, Span, Switch, parse_address, write_reference,
};
pub use content_coding::{CodingError, ContentCoding};
pub use decompression::DecompressionError;
pub use dry_run::{DryCaller, DryOperation, DryRun};
pub use graph::GraphError;
pub use graph_client::{
    AskedOperation, ClientHeader, GraphAnswer, GraphClient, PlannedOperation, RefusedOperation, SignInError,
    parse_header,
};
pub use http::{compression::CompressionConfig, cors::CorsConfig, playground::PreparedOperation};
pub use listener::ConnectionsConfig;
pub use logs::{LogsConfig, LogsFormat};
pub use memory::MemoryConfig;
pub use passports::PassportConfig;
pub use pipeline::{
    execute::{ExecutionConfig, SubgraphErrorsConfig},
    incremental_delivery::IncrementalDeliveryConfig,
    limits::LimitsConfig,
    override_labels::{CallerClaim, LabelClaim, LabelHeader, LabelRule, OverrideLabelsConfig},
    plan::PlanningConfig,
    plan_cache::PlanCacheConfig,
};
pub use reload::{ReloadConfig, SupergraphSwap, warm_up::WarmUpConfig};
pub use serve::{BoundRouter, Router, ServeError, serve};
pub use subgraph_sdl::{SDL_BYTES_MAX, SdlClient, SdlError, SdlRequest, check_url};
pub use subgraph_transport::{
    EndpointError,
    events::settings::{SubgraphSubscriptionsConfig, SubscriptionProtocol},
    headers::{HeaderRule, HeadersConfig, InsertRule, PropagateRule, RemoveRule},
    http_client::ClientError,
    settings::{SubgraphConfig, SubgraphDefaultsConfig},
};
pub use subscriptions::SubscriptionsConfig;
pub use tls::{TlsConfig, TlsError};
