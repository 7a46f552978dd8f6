//! Finds out who sends a request, before its body is read and before it meets anything that requests share.

use crate::{authentication::Caller, client_error::ClientError, wiring::Wiring};
use http::HeaderMap;
use std::sync::Arc;

pub(crate) async fn caller(wiring: &Wiring, headers: &HeaderMap, trace_id: &str) -> Result<Arc<Caller>, ClientError> {
    wiring.authentication.authenticate(headers).await.map_err(|refusal| {
        tracing::debug!(trace_id, reason = refusal.reason(), "access token refused");
        refusal.to_client_error()
    })
}
