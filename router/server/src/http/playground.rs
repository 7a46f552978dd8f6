//! The playground: its built files are part of the binary, so that it works offline and loads nothing from elsewhere.

use crate::http::{body::RouterBody, response::with_body};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// An operation that the playground offers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PreparedOperation {
    pub name: String,
    pub query: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables: Option<serde_json::Value>,
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

const FILES: [(&str, &str, &[u8]); 6] = [
    ("/", "text/html; charset=utf-8", include_bytes!("../../playground/dist/index.html")),
    ("/playground", "text/html; charset=utf-8", include_bytes!("../../playground/dist/index.html")),
    ("/playground/playground.js", JAVASCRIPT, include_bytes!("../../playground/dist/playground.js")),
    ("/playground/playground.css", "text/css; charset=utf-8", include_bytes!("../../playground/dist/playground.css")),
    ("/playground/favicon.svg", "image/svg+xml", include_bytes!("../../playground/dist/favicon.svg")),
    ("/playground/LICENSES.txt", "text/plain; charset=utf-8", include_bytes!("../../playground/dist/LICENSES.txt")),
];

/// The page loads nothing from elsewhere and asks nobody but this router.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

const OPERATIONS_PATH: &str = "/playground/operations.json";

#[derive(Debug)]
pub(crate) struct Playground {
    operations: Bytes,
    /// In the order of [`FILES`].
    etags: Vec<HeaderValue>,
}

impl Playground {
    pub(crate) fn new(operations: &[PreparedOperation]) -> Playground {
        let json = serde_json::to_vec(operations).expect("texts and JSON values can be written as JSON");
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let etag = |bytes: &[u8]| HeaderValue::try_from(format!("\"{:x}\"", hasher.hash_one(bytes)));
        Playground {
            operations: Bytes::from(json),
            etags: FILES
                .iter()
                .map(|(_, _, bytes)| etag(bytes).expect("hexadecimal digits and quotes can stand in a header"))
                .collect(),
        }
    }

    /// `None` for paths that are not the playground's.
    pub(crate) fn page(&self, path: &str, headers: &HeaderMap) -> Option<Response<RouterBody>> {
        if path == OPERATIONS_PATH {
            let content_type = HeaderValue::from_static("application/json");
            return Some(with_body(StatusCode::OK, content_type, self.operations.clone()));
        }
        let index = FILES.iter().position(|(known, _, _)| *known == path)?;
        let (_, content_type, bytes) = FILES[index];
        // Compressed, it has the same tag, weakened.
        let known = headers.get(header::IF_NONE_MATCH).map(HeaderValue::as_bytes).unwrap_or_default();
        let is_known = known.strip_prefix(b"W/").unwrap_or(known) == self.etags[index].as_bytes();
        let (status, body) = match is_known {
            true => (StatusCode::NOT_MODIFIED, Bytes::new()),
            false => (StatusCode::OK, Bytes::from_static(bytes)),
        };
        let mut response = with_body(status, HeaderValue::from_static(content_type), body);
        let response_headers = response.headers_mut();
        response_headers.insert(header::ETAG, self.etags[index].clone());
        response_headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
        response_headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        response_headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        Some(response)
    }
}

/// Sends a browser that opened the endpoint to the page.
pub(crate) fn redirect() -> Response<RouterBody> {
    let mut response = Response::new(RouterBody::default());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
    response
}
