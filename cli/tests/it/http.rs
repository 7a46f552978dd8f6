//! Just enough of an HTTP client: one request a connection, blocking, with a deadline.

use serde_json::{Value, json};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}: {}", self.text()))
    }
}

pub(crate) fn get(origin: &str, path: &str) -> std::io::Result<Response> {
    send(origin, &format!("GET {path} HTTP/1.1\r\nhost: hansa\r\nconnection: close\r\n\r\n"))
}

pub(crate) fn post(origin: &str, path: &str, body: &str) -> std::io::Result<Response> {
    post_with_headers(origin, path, "", body)
}

/// `headers`: lines that each end with CRLF.
pub(crate) fn post_with_headers(origin: &str, path: &str, headers: &str, body: &str) -> std::io::Result<Response> {
    let length = body.len();
    send(
        origin,
        &format!(
            "POST {path} HTTP/1.1\r\nhost: hansa\r\nconnection: close\r\ncontent-type: application/json\r\n\
             accept: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        ),
    )
}

/// One GraphQL operation, whose answer must be JSON with status 200.
#[track_caller]
pub(crate) fn query(origin: &str, operation: &str) -> Value {
    let response = post(origin, "/graphql", &json!({ "query": operation }).to_string()).unwrap();
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()
}

fn send(origin: &str, request: &str) -> std::io::Result<Response> {
    let address = origin.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    parse(&answer).ok_or_else(|| std::io::Error::other("the answer ended before its head"))
}

fn parse(answer: &[u8]) -> Option<Response> {
    let head_end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..head_end]).to_lowercase();
    let status = head.get(9..12)?.parse().ok()?;
    let body = &answer[head_end + 4..];
    let body = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_vec() };
    Some(Response { status, head, body })
}

/// Chunks up to the last one, or up to where the sender stopped.
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(line_end) = body.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(String::from_utf8_lossy(&body[..line_end]).trim(), 16).unwrap_or(0);
        let chunk = &body[line_end + 2..];
        if size == 0 || chunk.len() < size + 2 {
            break;
        }
        whole.extend_from_slice(&chunk[..size]);
        body = &chunk[size + 2..];
    }
    whole
}
