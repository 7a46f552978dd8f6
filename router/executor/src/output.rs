//! A growing text that short pieces are copied into.
//!
//! Responses are made of pieces of a few bytes, and a call to copy each costs more than the copying. Up to 32 bytes are
//! therefore moved at once, whatever the piece's length: what is too much is overwritten by the next piece.

#[derive(Debug, Default)]
pub(crate) struct Output {
    /// Zeros from `len` on, or what earlier pieces left there.
    bytes: Vec<u8>,
    len: usize,
}

impl Output {
    /// How many bytes are moved at once.
    pub(crate) const STEP: usize = 32;
    const LARGE_BYTES: usize = 1 << 20;

    pub(crate) fn with_capacity(bytes: usize) -> Output {
        Output { bytes: vec![0; bytes + Self::STEP], len: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    pub(crate) fn written(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    #[inline]
    pub(crate) fn last(&self) -> Option<u8> {
        self.bytes.get(self.len.checked_sub(1)?).copied()
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
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

    pub(crate) fn extend_from_slice(&mut self, piece: &[u8]) {
        let end = self.len + piece.len();
        if end > self.bytes.len() {
            self.grow(piece.len());
        }
        self.bytes[self.len..end].copy_from_slice(piece);
        self.len = end;
    }

    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.len);
        self.bytes
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        let len = self.bytes.len();
        // What is large already grows by less: twice as much as needed would be felt.
        let len = if len < Self::LARGE_BYTES { len * 2 } else { len + len / 2 };
        let len = len.max(self.len + more + Self::STEP);
        self.bytes.reserve_exact(len - self.bytes.len());
        self.bytes.resize(len, 0);
    }
}
