//! Reads a `text/event-stream` that comes in pieces. HTML Standard, "Server-sent events", "Interpreting an event stream".

use bytes::{Bytes, BytesMut};

/// An event with what GraphQL needs of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerSentEvent {
    /// Empty where the stream does not say.
    pub(super) name: String,
    pub(super) data: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EventTooLarge;

#[derive(Debug)]
pub(super) struct EventParser {
    bytes_max: usize,
    line: BytesMut,
    name: String,
    data: BytesMut,
    has_data: bool,
    /// The last line ended with a carriage return: a line feed belongs to it.
    is_after_return: bool,
    is_at_start: bool,
}

impl EventParser {
    pub(super) fn new(bytes_max: usize) -> EventParser {
        EventParser {
            bytes_max,
            line: BytesMut::new(),
            name: String::new(),
            data: BytesMut::new(),
            has_data: false,
            is_after_return: false,
            is_at_start: true,
        }
    }

    /// Appends to `events` what is complete now.
    pub(super) fn read(&mut self, mut piece: &[u8], events: &mut Vec<ServerSentEvent>) -> Result<(), EventTooLarge> {
        if std::mem::take(&mut self.is_after_return) && piece.first() == Some(&b'\n') {
            piece = &piece[1..];
        }
        while let Some(end) = memchr::memchr2(b'\n', b'\r', piece) {
            self.keep(&piece[..end])?;
            self.end_line(events)?;
            let is_return = piece[end] == b'\r';
            piece = &piece[end + 1..];
            match piece.first() {
                Some(b'\n') if is_return => piece = &piece[1..],
                None => self.is_after_return = is_return,
                _ => {}
            }
        }
        self.keep(piece)
    }

    fn keep(&mut self, piece: &[u8]) -> Result<(), EventTooLarge> {
        // A field's name and a colon come on top.
        if self.data.len() + self.line.len() + piece.len() > self.bytes_max.saturating_add(64) {
            return Err(EventTooLarge);
        }
        self.line.extend_from_slice(piece);
        Ok(())
    }

    fn end_line(&mut self, events: &mut Vec<ServerSentEvent>) -> Result<(), EventTooLarge> {
        let mut line = self.line.split();
        if std::mem::take(&mut self.is_at_start) && line.starts_with(b"\xef\xbb\xbf") {
            line = line.split_off(3);
        }
        if line.is_empty() {
            let (name, data) = (std::mem::take(&mut self.name), self.data.split().freeze());
            if std::mem::take(&mut self.has_data) || !name.is_empty() {
                events.push(ServerSentEvent { name, data });
            }
            return Ok(());
        }
        let colon = memchr::memchr(b':', &line).unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &line[..colon] {
            b"event" => self.name = String::from_utf8_lossy(value).into_owned(),
            b"data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.extend_from_slice(b"\n");
                }
                self.data.extend_from_slice(value);
            }
            // Comments, ids, reconnection times, and what may come later.
            _ => {}
        }
        match self.data.len() > self.bytes_max {
            true => Err(EventTooLarge),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EventParser, EventTooLarge, ServerSentEvent};

    fn read(pieces: &[&[u8]]) -> Vec<(String, String)> {
        let (mut parser, mut events) = (EventParser::new(100), Vec::new());
        pieces.iter().for_each(|piece| parser.read(piece, &mut events).unwrap());
        let text = |event: ServerSentEvent| (event.name, String::from_utf8(event.data.to_vec()).unwrap());
        events.into_iter().map(text).collect()
    }

    const STREAM: &[u8] = b"\xef\xbb\xbf:hi\n\nevent: next\ndata: {\"a\":\ndata:1}\nid: 7\n\n\r\n:\r\revent:complete\r\ndata\r\n\r\ndata: x\n\nevent: next\n";

    #[test]
    fn events_are_the_same_in_whatever_pieces_they_come() {
        let pair = |name: &str, data: &str| (name.to_owned(), data.to_owned());
        let expected = [pair("next", "{\"a\":\n1}"), pair("complete", ""), pair("", "x")];
        assert_eq!(read(&[STREAM]), expected);
        for size in 1..STREAM.len() {
            assert_eq!(read(&STREAM.chunks(size).collect::<Vec<_>>()), expected, "{size}");
        }
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_there() {
        let large = [&b"data: "[..], &[b'x'; 101], b"\n\n"].concat();
        assert_eq!(EventParser::new(100).read(&large, &mut Vec::new()), Err(EventTooLarge));
        let mut parser = EventParser::new(100);
        let endless = (0..100).map(|_| parser.read(b": for ever and ever", &mut Vec::new())).find(Result::is_err);
        assert_eq!(endless, Some(Err(EventTooLarge)));
        let mut parser = EventParser::new(100);
        let many = (0..100).map(|_| parser.read(b"data: 123456789\n", &mut Vec::new())).find(Result::is_err);
        assert_eq!(many, Some(Err(EventTooLarge)));
    }
}
