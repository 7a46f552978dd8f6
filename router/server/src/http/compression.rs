//! Compresses responses for clients that ask for it. Off by default: it costs the router far more than it does a proxy
//! that is there anyway.

use crate::config::ByteSize;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tower_http::compression::{
    CompressionLayer,
    predicate::{And, NotForContentType, Predicate, SizeAbove},
};

pub(crate) type WholeResponses = And<And<SizeAbove, NotForContentType>, NotForContentType>;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CompressionConfig {
    /// Whether responses are compressed with gzip or brotli for clients that accept it.
    pub enabled: bool,
    /// Smaller responses are left as they are.
    pub bytes_min: ByteSize,
}

impl Default for CompressionConfig {
    fn default() -> Self {
        CompressionConfig { enabled: false, bytes_min: ByteSize::from_kib(1) }
    }
}

impl CompressionConfig {
    /// Responses in parts are not compressed: a compressor keeps the end of a part back until it has seen more.
    pub(crate) fn layer(&self) -> Option<CompressionLayer<WholeResponses>> {
        let is_whole = SizeAbove::new(self.bytes_min.0)
            .and(NotForContentType::const_new("multipart/mixed"))
            .and(NotForContentType::const_new("text/event-stream"));
        self.enabled.then(|| CompressionLayer::new().compress_when(is_whole))
    }
}
