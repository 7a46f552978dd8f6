//! Chance, and filling texts in: `{product}`, `{vendor}`, `{city}`, and a new `{praise}` or `{complaint}` each time.

use fastrand::Rng;

/// What may stand in for the words in braces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) product: &'a str,
    pub(super) vendor: &'a str,
    pub(super) city: &'a str,
    pub(super) praise: &'a [String],
    pub(super) complaint: &'a [String],
}

/// The chance of one part of the demo, so that a change of one part leaves the others, and their ids, as they are.
pub(super) fn chance(part: &str) -> Rng {
    Rng::with_seed(fnv(part))
}

/// FNV-1a: any spread will do, as long as it stays the same.
pub(super) fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// One of `choices`.
pub(super) fn one<'a, T>(rng: &mut Rng, choices: &'a [T]) -> &'a T {
    &choices[rng.usize(..choices.len())]
}

/// An index below `count` that is small more often than large: some things are talked about more than others.
pub(super) fn popular(rng: &mut Rng, count: usize) -> usize {
    let share = rng.f64();
    ((share * share) * count as f64) as usize
}

impl Words<'_> {
    /// `{Praise}` begins with a capital letter. No phrase comes twice in one text.
    pub(super) fn filled(&self, rng: &mut Rng, text: &str) -> String {
        let mut praise = shuffled(rng, self.praise);
        let mut complaint = shuffled(rng, self.complaint);
        let mut filled = String::with_capacity(text.len() + 80);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (word, after) = after.split_once('}').unwrap_or((after, ""));
            match word {
                "product" => filled.push_str(self.product),
                "vendor" => filled.push_str(self.vendor),
                "city" => filled.push_str(self.city),
                "praise" => filled.push_str(praise.pop().unwrap_or("it does what it should")),
                "Praise" => filled.push_str(&capitalised(praise.pop().unwrap_or("it does what it should"))),
                "complaint" => filled.push_str(complaint.pop().unwrap_or("it took a while to arrive")),
                "Complaint" => filled.push_str(&capitalised(complaint.pop().unwrap_or("it took a while to arrive"))),
                other => filled.push_str(other),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

fn shuffled<'a>(rng: &mut Rng, phrases: &'a [String]) -> Vec<&'a str> {
    let mut phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
    rng.shuffle(&mut phrases);
    phrases
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}
