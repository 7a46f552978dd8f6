//! Changes inputs at random, the same way on every run: a small stand-in for a fuzzer where there is none.

/// Marsaglia's xorshift.
#[derive(Debug)]
pub struct Mutator {
    state: u64,
    words: Vec<String>,
}

const LENGTH_MAX: usize = 100_000;

impl Mutator {
    /// `seed` is not zero.
    pub fn new(seed: u64, words: Vec<String>) -> Mutator {
        Mutator { state: seed.max(1), words }
    }

    /// One input with a few changes; now and then its end is that of another.
    pub fn mutate(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let Some(mut input) = self.pick(inputs).cloned() else { return Vec::new() };
        if self.below(8) == 0
            && let Some(other) = self.pick(inputs).cloned()
        {
            input.truncate(self.below(input.len() + 1));
            input.extend_from_slice(&other[self.below(other.len() + 1)..]);
        }
        for _ in 0..=self.below(4) {
            self.change(&mut input);
        }
        input.truncate(LENGTH_MAX);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len() + 1);
        let end = (at + self.below(40)).min(input.len());
        match self.below(6) {
            0 => drop(input.drain(at..end)),
            1 => {
                let copy = input[at..end].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            2 if at < input.len() => input[at] ^= 1 << self.below(8),
            3 if at < input.len() => input[at] = b"{}[]()\",:!$@&|=#\\0-.eE \x00\xff"[self.below(25)],
            _ => {
                let word = self.below(self.words.len().max(1));
                let word = self.words.get(word).cloned().unwrap_or_default();
                input.splice(at..at, word.into_bytes());
            }
        }
    }

    fn pick<'a>(&mut self, inputs: &'a [Vec<u8>]) -> Option<&'a Vec<u8>> {
        let index = self.below(inputs.len().max(1));
        inputs.get(index)
    }

    fn below(&mut self, end: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state % end.max(1) as u64) as usize
    }
}
