//! Marsaglia's xorshift: the same numbers on every run.

pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(crate) fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    /// One byte is changed, removed or doubled, or the end is cut off.
    pub(crate) fn mutate(&mut self, text: &[u8]) -> Vec<u8> {
        let mut bytes = text.to_vec();
        if bytes.is_empty() {
            return bytes;
        }
        let at = self.below(bytes.len());
        match self.below(4) {
            0 => bytes[at] = b"{}[]\",:0-.eE\\x\x00 \xc3nt"[self.below(19)],
            1 => _ = bytes.remove(at),
            2 => bytes.insert(at, bytes[at]),
            _ => bytes.truncate(at),
        }
        bytes
    }
}
