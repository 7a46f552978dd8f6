//! Subgraphs with words changed at random: composing never panics, gives the same twice, does not depend on the order of
//! the subgraphs, and what it composes a router can read.
//!
//! `HANSA_FUZZ_SECONDS` makes it go on for so long, and `HANSA_FUZZ_SEED` begin elsewhere.

use crate::corpus;
use hansa_composition::{ComposeOptions, Composition, ContractFilter, SubgraphSource, compose};
use hansa_federation::{Supergraph, SupergraphError};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

const MUTANTS: u64 = 400;

#[test]
fn composing_survives_any_input() {
    let variable = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seed = variable("HANSA_FUZZ_SEED").unwrap_or(1);
    let end = variable("HANSA_FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let cases = corpus::cases();
    let words: Vec<String> = cases
        .iter()
        .flat_map(|case| case.subgraphs.iter().flat_map(|source| tokens(&source.sdl)))
        .map(str::to_owned)
        .collect();
    let (mut tried, mut composed) = (0, 0);
    while end.map_or(tried < MUTANTS, |end| Instant::now() < end) {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(tried));
        let mut subgraphs = cases[random.below(cases.len())].subgraphs.clone();
        if random.below(8) == 0 {
            subgraphs.extend(cases[random.below(cases.len())].subgraphs.clone());
        }
        for _ in 0..=random.below(4) {
            let index = random.below(subgraphs.len());
            let source = &mut subgraphs[index];
            source.sdl = mutate(&source.sdl, &words, &mut random);
        }
        let result = catch_unwind(AssertUnwindSafe(|| check(&subgraphs)));
        match result {
            Ok(Ok(is_composed)) => composed += u64::from(is_composed),
            Ok(Err(problem)) => panic!("mutant {tried} of seed {seed}: {problem}\n{}", print(&subgraphs)),
            Err(_) => panic!("mutant {tried} of seed {seed} panics\n{}", print(&subgraphs)),
        }
        tried += 1;
    }
    println!("{tried} mutants, of which {composed} compose");
    assert!(composed > 0 && composed < tried, "some compose and some do not: {composed} of {tried}");
}

/// Whether the subgraphs compose, or what is wrong with how they do.
fn check(subgraphs: &[SubgraphSource]) -> Result<bool, String> {
    let composition = compose(subgraphs, &ComposeOptions::default());
    if composition.supergraph.is_some() != composition.errors.is_empty() {
        return Err("there is a supergraph exactly when there are no errors".to_owned());
    }
    let mut reversed = subgraphs.to_vec();
    reversed.reverse();
    if text(&compose(&reversed, &ComposeOptions::default())) != text(&composition) {
        return Err("the order of the subgraphs shows, or composing twice differs".to_owned());
    }
    let Some(supergraph) = composition.supergraph else { return Ok(false) };
    let contract =
        ContractFilter { exclude: vec!["internal".to_owned()], hide_unreachable_types: true, ..Default::default() };
    compose(subgraphs, &ComposeOptions { contract: Some(contract) });
    match Supergraph::parse(&supergraph.sdl, "supergraph.graphql") {
        Ok(_) => Ok(true),
        // Said at start, and not for want of a supergraph.
        Err(SupergraphError::UnknownFeature { .. }) => Ok(true),
        Err(error) => Err(format!("a router cannot read the supergraph: {error}")),
    }
}

fn text(composition: &Composition) -> String {
    format!("{:?} {:?} {:?}", composition.errors, composition.hints, composition.supergraph)
}

fn print(subgraphs: &[SubgraphSource]) -> String {
    subgraphs.iter().map(|source| format!("# {}\n{}\n", source.name, source.sdl)).collect()
}

/// Words, punctuation and the white space between them.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let length = match is_word(first) {
            true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after;
    }
    tokens
}

/// One change: a token left out, said twice, exchanged with another, or replaced by one from anywhere in the corpus; or a
/// line of the text moved.
fn mutate(text: &str, words: &[String], random: &mut Random) -> String {
    let mut tokens: Vec<&str> = tokens(text);
    if tokens.is_empty() {
        return words[random.below(words.len())].clone();
    }
    let at = random.below(tokens.len());
    match random.below(6) {
        0 => {
            tokens.remove(at);
        }
        1 => tokens.insert(at, tokens[at]),
        2 => {
            let other = random.below(tokens.len());
            tokens.swap(at, other);
        }
        3 => tokens[at] = &words[random.below(words.len())],
        4 => tokens.insert(at, &words[random.below(words.len())]),
        _ => {
            let mut lines: Vec<&str> = text.lines().collect();
            if lines.len() > 1 {
                let line = lines.remove(random.below(lines.len()));
                lines.insert(random.below(lines.len() + 1), line);
            }
            return lines.join("\n");
        }
    }
    tokens.concat()
}

/// A stream of numbers that a seed decides. SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}
