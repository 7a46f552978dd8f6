//! The head of an HTTP/1.1 request, as bytes.

use bytes::Bytes;
use http::{HeaderName, Method, Request, header};

/// What is said about the connection and the length of the body is this module's.
const OURS: [HeaderName; 4] = [header::CONNECTION, header::CONTENT_LENGTH, header::EXPECT, header::TRANSFER_ENCODING];

/// Enough for a few headers with a token among them.
const USUAL_BYTES: usize = 1024;

pub(crate) fn write(request: &Request<Bytes>, host: &str) -> Vec<u8> {
    let mut head = Vec::with_capacity(USUAL_BYTES);
    head.extend_from_slice(request.method().as_str().as_bytes());
    head.push(b' ');
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    if !target.starts_with('/') {
        head.push(b'/');
    }
    head.extend_from_slice(target.as_bytes());
    head.extend_from_slice(b" HTTP/1.1\r\n");
    let headers = request.headers();
    if !headers.contains_key(header::HOST) {
        line(&mut head, "host", host.as_bytes());
    }
    for (name, value) in headers.iter().filter(|(name, _)| !OURS.contains(name)) {
        line(&mut head, name.as_str(), value.as_bytes());
    }
    let length = request.body().len();
    if length > 0 || request.method() != Method::GET {
        line(&mut head, "content-length", length.to_string().as_bytes());
    }
    head.extend_from_slice(b"\r\n");
    head
}

fn line(head: &mut Vec<u8>, name: &str, value: &[u8]) {
    head.extend_from_slice(name.as_bytes());
    head.extend_from_slice(b": ");
    head.extend_from_slice(value);
    head.extend_from_slice(b"\r\n");
}
