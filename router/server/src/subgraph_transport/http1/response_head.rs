//! The head of an HTTP/1 answer: what it says about its body and the connection. RFC 9112, section 6.3, "Message Body
//! Length".

use crate::subgraph_transport::http1::Malformed;
use http::HeaderValue;
use httparse::{EMPTY_HEADER, Header, Response, Status};

/// A larger head is refused.
pub(crate) const HEAD_BYTES_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 100;

const START: &[u8] = b"HTTP/1.";

#[derive(Debug, PartialEq)]
pub(crate) struct ResponseHead {
    pub(crate) status: u16,
    pub(crate) framing: Framing,
    pub(crate) keeps_alive: bool,
    pub(crate) content_encodings: Vec<HeaderValue>,
    /// Its own length.
    pub(crate) bytes: usize,
}

/// How the body's end is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

/// Reads heads that come in pieces, and looks at no byte of an incomplete one twice.
#[derive(Debug, Default)]
pub(crate) struct HeadReader {
    searched: usize,
}

impl HeadReader {
    /// `None`: there is more to come.
    pub(crate) fn read(&mut self, received: &[u8]) -> Result<Option<ResponseHead>, Malformed> {
        let compared = received.len().min(START.len());
        if received[..compared] != START[..compared] {
            return Err(Malformed::NotHttp);
        }
        if !self.is_complete(received) {
            return match received.len() > HEAD_BYTES_MAX {
                true => Err(Malformed::HeadTooLarge),
                false => Ok(None),
            };
        }
        self.searched = 0;
        parse(received)
    }

    fn is_complete(&mut self, received: &[u8]) -> bool {
        // The two bytes that an empty line may lack.
        let from = self.searched.saturating_sub(2);
        let mut line_ends = memchr::memchr_iter(b'\n', &received[from..]);
        self.searched = received.len();
        line_ends.any(|end| {
            let rest = &received[from + end + 1..];
            rest.starts_with(b"\n") || rest.starts_with(b"\r\n")
        })
    }
}

fn parse(received: &[u8]) -> Result<Option<ResponseHead>, Malformed> {
    let mut headers = [EMPTY_HEADER; HEADERS_MAX];
    let mut response = Response::new(&mut headers);
    let bytes = match response.parse(received) {
        Ok(Status::Complete(bytes)) if bytes > HEAD_BYTES_MAX => return Err(Malformed::HeadTooLarge),
        Ok(Status::Complete(bytes)) => bytes,
        Ok(Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Malformed::HeadTooLarge),
        Err(_) => return Err(Malformed::Head),
    };
    let status = response.code.filter(|status| (100..1000).contains(status)).ok_or(Malformed::Head)?;
    let mut facts = Facts { keeps_alive: response.version == Some(1), ..Facts::default() };
    for header in response.headers.iter() {
        facts.take(header)?;
    }
    let framing = match status {
        101 => return Err(Malformed::ProtocolChange),
        100..200 | 204 | 304 => Framing::Length(0),
        _ => facts.framing(),
    };
    if facts.is_chunked && (facts.length.is_some() || response.version != Some(1)) {
        // Somebody on the way may have understood it in another way.
        facts.keeps_alive = false;
    }
    Ok(Some(ResponseHead {
        status,
        framing,
        keeps_alive: facts.keeps_alive && !facts.closes && framing != Framing::UntilClose,
        content_encodings: facts.content_encodings,
        bytes,
    }))
}

#[derive(Default)]
struct Facts {
    keeps_alive: bool,
    /// Said once it holds, whatever else is said.
    closes: bool,
    length: Option<u64>,
    is_chunked: bool,
    content_encodings: Vec<HeaderValue>,
}

impl Facts {
    fn take(&mut self, header: &Header<'_>) -> Result<(), Malformed> {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        // Most headers are of no interest, and their length tells.
        match header.name.len() {
            10 if is("connection") => self.take_connection(header.value),
            14 if is("content-length") => {
                for text in header.value.split(|byte| *byte == b',') {
                    let length = length(text.trim_ascii()).ok_or(Malformed::ContentLength)?;
                    if self.length.replace(length).is_some_and(|other| other != length) {
                        return Err(Malformed::ContentLength);
                    }
                }
            }
            16 if is("content-encoding") => {
                self.content_encodings.push(HeaderValue::from_bytes(header.value).map_err(|_| Malformed::Head)?);
            }
            17 if is("transfer-encoding") => {
                if self.is_chunked || !header.value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
                    return Err(Malformed::TransferCoding);
                }
                self.is_chunked = true;
            }
            _ => {}
        }
        Ok(())
    }

    fn take_connection(&mut self, value: &[u8]) {
        for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            self.closes |= option.eq_ignore_ascii_case(b"close");
            self.keeps_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }

    fn framing(&self) -> Framing {
        match (self.is_chunked, self.length) {
            (true, _) => Framing::Chunked,
            (false, Some(length)) => Framing::Length(length),
            (false, None) => Framing::UntilClose,
        }
    }
}

/// Digits and nothing else: the library would take a sign.
fn length(text: &[u8]) -> Option<u64> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    is_number.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}
