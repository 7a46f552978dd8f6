//! Compresses responses for clients that ask for it. Off by default: it costs the router far more than it does a proxy
//! that is there anyway.
//!
//! What fits one piece is compressed at once and sent with its length; only larger responses keep a compressor while they
//! are sent, and only so many of them at the same time.

pub(crate) mod compressed_body;
mod encoder;
mod negotiation;

use crate::{
    config::ByteSize,
    content_coding::ContentCoding,
    error_code::ErrorCode,
    http::{ResponseBody, body::RouterBody, response::refused},
};
use bytes::Bytes;
use compressed_body::{CompressedBody, PIECE_BYTES_MAX};
use encoder::Encoder;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use http_body::Body;
use http_body_util::Either;
use negotiation::{Negotiated, negotiate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{convert::Infallible, sync::Arc};
use tokio::sync::Semaphore;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CompressionConfig {
    /// Whether responses are compressed for clients that accept it.
    pub enabled: bool,
    /// Smaller responses are left as they are.
    pub bytes_min: ByteSize,
    /// The codings that are offered, `zstd`, `br` and `gzip`, best first: a client that likes several equally gets the first.
    pub encodings: Vec<ContentCoding>,
    /// From 1, fast, to 9, small.
    pub gzip_level: u32,
    /// From 0, fast, to 4, small. Above 0, each response takes 1 to 7 MiB while it is compressed.
    pub br_level: u32,
    /// From 1, fast, to 5, small. At 5, each response takes 3 MiB while it is compressed.
    pub zstd_level: u32,
}

impl Default for CompressionConfig {
    fn default() -> Self {
        CompressionConfig {
            enabled: false,
            bytes_min: ByteSize::from_kib(1),
            encodings: vec![ContentCoding::Zstd, ContentCoding::Br, ContentCoding::Gzip],
            gzip_level: 4,
            br_level: 0,
            zstd_level: 3,
        }
    }
}

/// Large responses that are compressed at the same time. More are sent as they are.
const COMPRESSORS_MAX: usize = 32;

impl CompressionConfig {
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        let levels = [
            ("compression.gzip_level", self.gzip_level, 1, 9),
            ("compression.br_level", self.br_level, 0, 4),
            ("compression.zstd_level", self.zstd_level, 1, 5),
        ];
        for (key, level, min, max) in levels {
            if !(min..=max).contains(&level) {
                return Err((key, format!("must be between {min} and {max}")));
            }
        }
        match self.enabled && self.encodings.is_empty() {
            true => Err(("compression.encodings", "names none to compress with; switch compression off".to_owned())),
            false => Ok(()),
        }
    }

    pub(crate) fn compression(&self) -> Option<Compression> {
        let places = || Arc::new(Semaphore::new(COMPRESSORS_MAX));
        self.enabled.then(|| Compression { config: self.clone(), places: places() })
    }
}

/// Compression that is switched on.
#[derive(Debug)]
pub(crate) struct Compression {
    config: CompressionConfig,
    places: Arc<Semaphore>,
}

impl Compression {
    pub(crate) fn negotiate(&self, headers: &HeaderMap) -> Negotiated {
        negotiate(headers, &self.config.encodings)
    }

    /// A client that takes nothing we have is told so before anything is done.
    pub(crate) async fn answer(
        &self,
        (negotiated, is_head): (Negotiated, bool),
        answered: impl Future<Output = Result<Response<RouterBody>, Infallible>>,
    ) -> Result<Response<ResponseBody>, Infallible> {
        let response = match negotiated {
            Negotiated::Nothing => {
                let description = "`Accept-Encoding` refuses identity, and allows none of the codings that we have";
                refused(ErrorCode::NotAcceptable, description, None)
            }
            _ => answered.await?,
        };
        let mut response = match negotiated {
            Negotiated::Coded { coding, may_stay } if self.is_compressible(&response, may_stay) => {
                self.compressed((coding, may_stay), response, is_head)
            }
            _ => response.map(Either::Left),
        };
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
        Ok(response)
    }

    /// Responses in parts are left alone: a compressor keeps the end of a part back until it has seen more.
    fn is_compressible(&self, response: &Response<RouterBody>, may_stay: bool) -> bool {
        let has_body = !matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        let is_large = response.body().size_hint().exact().is_none_or(|size| size >= self.config.bytes_min.0);
        let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let is_in_parts =
            content_type.is_none_or(|text| text.starts_with("multipart/") || text.starts_with("text/event-stream"));
        has_body && !is_in_parts && (is_large || !may_stay) && !response.body().is_end_stream()
    }

    fn compressed(
        &self,
        (coding, may_stay): (ContentCoding, bool),
        response: Response<RouterBody>,
        is_head: bool,
    ) -> Response<ResponseBody> {
        let (mut parts, body) = response.into_parts();
        let size = body.size_hint().exact();
        let body = match body {
            RouterBody::Whole(body) if !is_head && size.is_some_and(|size| size <= PIECE_BYTES_MAX as u64) => {
                let bytes = body.into_inner().unwrap_or_default();
                match self.at_once(coding, &bytes) {
                    Some(compressed) if compressed.len() < bytes.len() || !may_stay => {
                        Either::Left(RouterBody::from(Bytes::from(compressed)))
                    }
                    _ => return Response::from_parts(parts, Either::Left(RouterBody::from(bytes))),
                }
            }
            body => match (self.places.clone().try_acquire_owned(), Encoder::new(coding, &self.config, size)) {
                (Ok(place), Ok(encoder)) => Either::Right(CompressedBody::new(body, encoder, place)),
                _ => return Response::from_parts(parts, Either::Left(body)),
            },
        };
        parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        parts.headers.remove(header::CONTENT_LENGTH);
        weaken_etag(&mut parts.headers);
        Response::from_parts(parts, body)
    }

    fn at_once(&self, coding: ContentCoding, bytes: &[u8]) -> Option<Vec<u8>> {
        let compressed = Encoder::new(coding, &self.config, Some(bytes.len() as u64)).and_then(|mut encoder| {
            encoder.write(bytes)?;
            encoder.finish()
        });
        compressed.inspect_err(|error| tracing::error!(%error, "a response could not be compressed")).ok()
    }
}

/// The same thing in other bytes. HTTP Semantics, "ETag".
fn weaken_etag(headers: &mut HeaderMap) {
    let strong = headers.get(header::ETAG).and_then(|etag| etag.to_str().ok()).filter(|etag| etag.starts_with('"'));
    if let Some(Ok(weak)) = strong.map(|etag| HeaderValue::try_from(format!("W/{etag}"))) {
        headers.insert(header::ETAG, weak);
    }
}
