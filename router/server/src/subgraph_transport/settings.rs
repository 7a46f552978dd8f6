//! Settings of how subgraphs are asked.

use crate::{
    config::{ByteSize, Span},
    content_coding::ContentCoding,
    subgraph_transport::events::settings::SubgraphSubscriptionsConfig,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How subgraphs are asked, unless one has its own settings under `subgraphs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SubgraphDefaultsConfig {
    /// How long one request to a subgraph may take, until the last byte of its answer.
    pub timeout: Span,
    /// How long connecting may take.
    pub connect_timeout: Span,
    /// The largest answer that is read.
    pub body_bytes_max: ByteSize,
    /// How long an unused connection is kept.
    pub idle_timeout: Span,
    /// How many unused connections are kept to one host.
    pub idle_connections_max: u32,
    /// Speak HTTP/2 without negotiation, for subgraphs that offer it in clear text.
    pub http2_only: bool,
    /// Codings that subgraphs may compress their answers with: `gzip`, `br`, `zstd`. None unless named: where the network
    /// is fast, compressing costs both sides more than it saves.
    pub accept_encodings: Vec<ContentCoding>,
    /// Whether queries that ask the same thing with the same headers while another is under way get that one's answer.
    /// The answer may then be older than the request for it, and a trace may end where another one's fetch is joined.
    pub share_fetches: bool,
    /// PEM file with the certificate authorities to trust instead of the system's.
    pub certificate_authorities: Option<PathBuf>,
}

/// One subgraph's own settings. What is left out is as in `subgraph_defaults`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SubgraphConfig {
    /// Instead of the URL in the supergraph.
    pub url: Option<String>,
    /// As `subgraph_defaults.timeout`.
    pub timeout: Option<Span>,
    /// As `subgraph_defaults.connect_timeout`.
    pub connect_timeout: Option<Span>,
    /// As `subgraph_defaults.body_bytes_max`.
    pub body_bytes_max: Option<ByteSize>,
    /// As `subgraph_defaults.http2_only`.
    pub http2_only: Option<bool>,
    /// As `subgraph_defaults.accept_encodings`.
    pub accept_encodings: Option<Vec<ContentCoding>>,
    /// As `subgraph_defaults.share_fetches`. Not for a subgraph that gets passports: no two requests have the same.
    pub share_fetches: Option<bool>,
    /// As `subgraph_defaults.certificate_authorities`.
    pub certificate_authorities: Option<PathBuf>,
    /// Whether it gets the header `hansa-passport`: signed proof of who is calling. Needs `passport.keys_file`.
    pub passport: bool,
    pub subscriptions: SubgraphSubscriptionsConfig,
}

impl Default for SubgraphDefaultsConfig {
    fn default() -> Self {
        SubgraphDefaultsConfig {
            timeout: Span::from_secs(30),
            connect_timeout: Span::from_secs(5),
            body_bytes_max: ByteSize::from_mib(32),
            idle_timeout: Span::from_secs(60),
            idle_connections_max: 256,
            http2_only: false,
            accept_encodings: Vec::new(),
            share_fetches: false,
            certificate_authorities: None,
        }
    }
}
