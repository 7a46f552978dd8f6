//! Bodies of clients that compress them.

use crate::{
    client_error::ClientError,
    content_coding::ReadableCoding,
    decompression::{DecompressionError, decompress},
    error_code::ErrorCode,
    pipeline::limits::LimitsConfig,
};
use bytes::Bytes;
use hansa_executor::HeldBytes;
use http::{HeaderMap, header};

/// How the body is coded, where such bodies are read. HTTP Semantics, "415 Unsupported Media Type".
pub(crate) fn coding(headers: &HeaderMap, limits: &LimitsConfig) -> Result<Option<ReadableCoding>, ClientError> {
    let refusal = |description: String, accept_encoding| ClientError {
        accept_encoding: Some(accept_encoding),
        ..ClientError::new(ErrorCode::UnsupportedMediaType, description)
    };
    let coding = ReadableCoding::of(headers.get_all(header::CONTENT_ENCODING).iter());
    if !limits.compressed_bodies && !matches!(coding, Ok(None)) {
        return Err(refusal("compressed bodies are not read".to_owned(), "identity"));
    }
    coding.map_err(|error| refusal(error.to_string(), ReadableCoding::ACCEPTED))
}

pub(crate) async fn decompressed(
    coding: ReadableCoding,
    body: Bytes,
    (bytes_max, held): (usize, &mut HeldBytes),
) -> Result<Bytes, ClientError> {
    decompress(coding, body, (bytes_max, held)).await.map_err(|error| match error {
        DecompressionError::TooLarge { bytes_max } => too_large(bytes_max),
        DecompressionError::Stopped(failure) => {
            tracing::error!(%failure, "decompressing a request's body was stopped");
            ClientError::internal()
        }
        error => ClientError::new(ErrorCode::BadRequest, error.to_string()),
    })
}

pub(crate) fn too_large(bytes_max: usize) -> ClientError {
    ClientError::new(ErrorCode::BodyTooLarge, format!("the body is larger than {bytes_max} bytes"))
}
