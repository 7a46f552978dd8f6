//! Takes a chunked body apart. RFC 9112, section 7.1, "Chunked Transfer Coding". Extensions and trailers are passed over.

use bytes::{Buf, BytesMut};

/// A chunk's size with its extensions, or a trailer.
const LINE_BYTES_MAX: usize = 8 * 1024;
const TRAILERS_MAX: usize = 100;
const LINE_END: &[u8] = b"\r\n";

#[derive(Debug)]
pub(crate) struct ChunkedBody {
    pub(crate) body: BytesMut,
    place: Place,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Size,
    Content { bytes_left: u64 },
    ContentEnd,
    Trailers { count: usize },
    End,
}

/// Why no more is taken.
#[derive(Debug, PartialEq)]
pub(crate) enum ChunkedFailure {
    Malformed,
    TooLarge,
}

impl ChunkedBody {
    pub(crate) fn new() -> ChunkedBody {
        ChunkedBody { body: BytesMut::new(), place: Place::Size }
    }

    /// Takes what it can from `received`; true once the body is complete.
    pub(crate) fn take(&mut self, received: &mut BytesMut, bytes_max: usize) -> Result<bool, ChunkedFailure> {
        loop {
            match self.place {
                Place::Size => {
                    let Some(line) = line(received)? else { return Ok(false) };
                    let bytes_left = size(line).ok_or(ChunkedFailure::Malformed)?;
                    let taken = line.len() + LINE_END.len();
                    received.advance(taken);
                    if bytes_left > (bytes_max - self.body.len()) as u64 {
                        return Err(ChunkedFailure::TooLarge);
                    }
                    self.place = match bytes_left {
                        0 => Place::Trailers { count: 0 },
                        bytes_left => Place::Content { bytes_left },
                    };
                }
                Place::Content { bytes_left } => {
                    let taken = usize::try_from(bytes_left).unwrap_or(usize::MAX).min(received.len());
                    self.body.extend_from_slice(&received[..taken]);
                    received.advance(taken);
                    match bytes_left - taken as u64 {
                        0 => self.place = Place::ContentEnd,
                        bytes_left => {
                            self.place = Place::Content { bytes_left };
                            return Ok(false);
                        }
                    }
                }
                Place::ContentEnd => match received.get(..LINE_END.len()) {
                    None => return Ok(false),
                    Some(end) if end == LINE_END => {
                        received.advance(LINE_END.len());
                        self.place = Place::Size;
                    }
                    Some(_) => return Err(ChunkedFailure::Malformed),
                },
                Place::Trailers { count } => {
                    let Some(line) = line(received)? else { return Ok(false) };
                    self.place = match line.is_empty() {
                        true => Place::End,
                        false if count == TRAILERS_MAX => return Err(ChunkedFailure::Malformed),
                        false => Place::Trailers { count: count + 1 },
                    };
                    let taken = line.len() + LINE_END.len();
                    received.advance(taken);
                }
                Place::End => return Ok(true),
            }
        }
    }
}

/// Without its end; `None` while it is incomplete.
fn line(received: &[u8]) -> Result<Option<&[u8]>, ChunkedFailure> {
    let looked_at = &received[..received.len().min(LINE_BYTES_MAX)];
    match memchr::memchr(b'\n', looked_at) {
        Some(end) => match received[..=end].strip_suffix(LINE_END) {
            Some(line) => Ok(Some(line)),
            None => Err(ChunkedFailure::Malformed),
        },
        None if received.len() < LINE_BYTES_MAX => Ok(None),
        None => Err(ChunkedFailure::Malformed),
    }
}

fn size(line: &[u8]) -> Option<u64> {
    let end = line.iter().position(|byte| *byte == b';').unwrap_or(line.len());
    let digits = line[..end].trim_ascii_end();
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    let value = |size: u64, byte: &u8| Some(size * 16 + u64::from(char::from(*byte).to_digit(16)?));
    digits.iter().try_fold(0, value)
}
