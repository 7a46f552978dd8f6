//! A request that is refused, in words that may be shown to the client. Request errors have no `data`.

use crate::error_code::ErrorCode;
use serde::Serialize;

/// Longer descriptions are cut: they may quote what the client sent.
const DESCRIPTION_BYTES_MAX: usize = 1_000;

/// Why a request gets no data: one code, and one or more descriptions.
#[derive(Debug, Clone)]
pub(crate) struct ClientError {
    pub(crate) code: ErrorCode,
    pub(crate) findings: Vec<Finding>,
    /// For `Allow` on status 405.
    pub(crate) allow: Option<&'static str>,
    /// For `WWW-Authenticate` on status 401.
    pub(crate) challenge: Option<&'static str>,
    /// For `Accept-Encoding` on status 415.
    pub(crate) accept_encoding: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) description: String,
    pub(crate) locations: Vec<Location>,
}

/// In the client's document, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Location {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl ClientError {
    pub(crate) fn new(code: ErrorCode, description: impl Into<String>) -> ClientError {
        ClientError::at(code, description, Vec::new())
    }

    pub(crate) fn at(code: ErrorCode, description: impl Into<String>, locations: Vec<Location>) -> ClientError {
        ClientError::with_findings(code, vec![Finding { description: description.into(), locations }])
    }

    pub(crate) fn with_findings(code: ErrorCode, findings: Vec<Finding>) -> ClientError {
        ClientError { code, findings, allow: None, challenge: None, accept_encoding: None }
    }

    pub(crate) fn method_not_allowed(description: impl Into<String>, allow: &'static str) -> ClientError {
        ClientError { allow: Some(allow), ..ClientError::new(ErrorCode::MethodNotAllowed, description) }
    }

    /// For what only the log should know.
    pub(crate) fn internal() -> ClientError {
        ClientError::new(ErrorCode::InternalServerError, "the router could not answer; see its log for this trace id")
    }

    /// Memory held, about.
    pub(crate) fn weight_bytes(&self) -> usize {
        let finding = |finding: &Finding| {
            size_of::<Finding>() + finding.description.len() + size_of_val(finding.locations.as_slice())
        };
        size_of::<Self>() + self.findings.iter().map(finding).sum::<usize>()
    }

    /// `{"errors":[…]}`.
    pub(crate) fn to_json(&self, trace_id: &str) -> Vec<u8> {
        #[derive(Serialize)]
        struct Body<'a> {
            errors: Vec<Error<'a>>,
        }
        #[derive(Serialize)]
        struct Error<'a> {
            message: &'a str,
            #[serde(skip_serializing_if = "<[Location]>::is_empty")]
            locations: &'a [Location],
            extensions: Extensions<'a>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Extensions<'a> {
            code: &'a str,
            trace_id: &'a str,
        }
        let errors = self.findings.iter().map(|finding| Error {
            message: cut(&finding.description),
            locations: &finding.locations,
            extensions: Extensions { code: self.code.as_str(), trace_id },
        });
        serde_json::to_vec(&Body { errors: errors.collect() }).expect("texts and numbers can be written as JSON")
    }
}

fn cut(description: &str) -> &str {
    let mut end = description.len().min(DESCRIPTION_BYTES_MAX);
    while !description.is_char_boundary(end) {
        end -= 1;
    }
    &description[..end]
}
