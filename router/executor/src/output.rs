//! A growing text that short pieces are copied into.
//!
//! Responses are made of pieces of a few bytes, and a call to copy each costs more than the copying. Up to 32 bytes are
//! therefore moved at once, whatever the piece's length: what is too much is overwritten by the next piece.
//!
//! A large text is not held in one block, which would have to grow and be filled with zeros: it is set aside in parts as it
//! is written, and long pieces of subgraphs' answers become parts of it without being copied.

use bytes::Bytes;

#[derive(Debug, Default)]
pub(crate) struct Output {
    /// What has been set aside; always nothing where there is no `part_bytes`.
    parts: Vec<Bytes>,
    part_bytes: Option<usize>,
    /// Length of all `parts`.
    parts_len: usize,
    /// What is kept alive by parts that are pieces of answers.
    kept_bytes: usize,
    /// What follows the parts. Zeros from `len` on, or what earlier pieces left there.
    bytes: Vec<u8>,
    len: usize,
}

/// A text in the order of its parts.
#[derive(Debug)]
pub(crate) struct WrittenText {
    pub(crate) parts: Vec<Bytes>,
    pub(crate) last: Vec<u8>,
    /// Memory that it takes.
    pub(crate) held_bytes: usize,
}

impl Output {
    /// How many bytes are moved at once.
    pub(crate) const STEP: usize = 32;
    const LARGE_BYTES: usize = 1 << 20;

    pub(crate) fn with_capacity(bytes: usize) -> Output {
        Output { bytes: vec![0; bytes + Self::STEP], ..Output::default() }
    }

    /// For a large text: in parts of about so many bytes.
    pub(crate) fn in_parts(part_bytes: usize) -> Output {
        Output { part_bytes: Some(part_bytes), ..Output::with_capacity(part_bytes) }
    }

    pub(crate) fn len(&self) -> usize {
        self.parts_len + self.len
    }

    pub(crate) fn capacity(&self) -> usize {
        self.parts_len + self.bytes.capacity()
    }

    /// Of an output that is not in parts.
    pub(crate) fn written(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    #[inline]
    pub(crate) fn last(&self) -> Option<u8> {
        self.bytes.get(self.len.checked_sub(1)?).copied()
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        if len < self.parts_len {
            self.truncate_parts(len);
        }
        self.len = self.len.min(len - self.parts_len);
    }

    #[cold]
    fn truncate_parts(&mut self, len: usize) {
        self.len = 0;
        while self.parts_len > len {
            let Some(mut last) = self.parts.pop() else { return };
            self.parts_len -= last.len();
            if self.parts_len < len {
                last.truncate(len - self.parts_len);
                self.parts_len = len;
                self.parts.push(last);
            }
        }
    }

    #[inline]
    pub(crate) fn push(&mut self, byte: u8) {
        if self.len == self.bytes.len() {
            self.grow(1);
        }
        self.bytes[self.len] = byte;
        self.len += 1;
    }

    /// Appends `len` bytes of `source` from `start`.
    #[inline]
    pub(crate) fn push_part(&mut self, source: &[u8], start: usize, len: usize) {
        let from = source.get(start..).and_then(|rest| rest.first_chunk::<{ Self::STEP }>());
        let to = self.bytes.get_mut(self.len..).and_then(|rest| rest.first_chunk_mut::<{ Self::STEP }>());
        if let (Some(from), Some(to), true) = (from, to, len <= Self::STEP) {
            *to = *from;
            self.len += len;
        } else {
            self.extend_from_slice(&source[start..start + len]);
        }
    }

    /// Appends a piece of an answer.
    #[inline(always)]
    pub(crate) fn push_piece(&mut self, answer: &Bytes, start: usize, len: usize) {
        match self.part_bytes {
            Some(part_bytes) if len >= part_bytes => self.push_long_piece(answer, start, len),
            _ => self.push_part(answer, start, len),
        }
    }

    /// A part keeps all of its answer: what is little of it is copied after all.
    #[cold]
    fn push_long_piece(&mut self, answer: &Bytes, start: usize, len: usize) {
        if len < answer.len() / 4 {
            return self.extend_from_slice(&answer[start..start + len]);
        }
        self.set_aside();
        self.kept_bytes += answer.len() - len;
        self.parts_len += len;
        self.parts.push(answer.slice(start..start + len));
    }

    pub(crate) fn extend_from_slice(&mut self, piece: &[u8]) {
        if self.len + piece.len() > self.bytes.len() {
            self.grow(piece.len());
        }
        let end = self.len + piece.len();
        self.bytes[self.len..end].copy_from_slice(piece);
        self.len = end;
    }

    /// Of an output that is not in parts.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.len);
        self.bytes
    }

    pub(crate) fn into_text(mut self) -> WrittenText {
        self.bytes.truncate(self.len);
        let held_bytes = self.capacity() + self.kept_bytes;
        WrittenText { parts: self.parts, last: self.bytes, held_bytes }
    }

    fn set_aside(&mut self) {
        if self.len > 0 {
            self.parts_len += self.len;
            self.parts.push(Bytes::copy_from_slice(&self.bytes[..self.len]));
            self.len = 0;
        }
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        if self.part_bytes.is_some() {
            self.set_aside();
            if more + Self::STEP <= self.bytes.len() {
                return;
            }
        }
        let len = self.bytes.len();
        // What is large already grows by less: twice as much as needed would be felt.
        let len = if len < Self::LARGE_BYTES { len * 2 } else { len + len / 2 };
        let len = len.max(self.len + more + Self::STEP);
        self.bytes.reserve_exact(len - self.bytes.len());
        self.bytes.resize(len, 0);
    }
}
