//! What is read quickly is what the library reads; everyday documents are.

use super::read;
use crate::pipeline::limits::LimitsConfig;
use apollo_compiler::{ast::Document, parser::Parser};

/// As the library reads it, within the limits.
fn by_library(text: &str, limits: &LimitsConfig) -> Option<Document> {
    let parser = Parser::new().token_limit(limits.tokens_max as usize).recursion_limit(limits.recursion_max as usize);
    let mut parser = parser;
    parser.parse_ast(text, "operation").ok()
}

/// Whether the text is read quickly; and if so, as the library does.
fn is_quick(text: &str, limits: &LimitsConfig) -> bool {
    let Some(document) = read(text, limits) else { return false };
    let Some(expected) = by_library(text, limits) else { panic!("the library refuses\n{text}") };
    // Equality passes over the order of arguments: the printed texts do not.
    assert!(document.definitions == expected.definitions, "not the same:\n{text}");
    assert_eq!(document.serialize().to_string(), expected.serialize().to_string());
    true
}

const EVERYDAY: [&str; 12] = [
    "{a}",
    "query { a { b c } d }",
    "query Name { alias: field(x: 1, y: -2.5e+3, z: \"text é\", e: ENUM, n: null, t: true, f: false) }",
    "query Q($a: Int, $b: [ID!]! = [\"1\", \"2\"], $c: In = {x: {y: [1 2]}} @d(x: 3)) @on(if: $a) { a(b: $b) @skip(if: $c) }",
    "mutation M($input: In!) { m(input: $input, other: {a: $input, b: [$input]}) { id } }",
    "subscription { s }",
    "# comment é\nquery A { ...F @include(if: true) ... on T @x { a } ... @y { b } ... { c } } # end",
    "fragment F on T { a }\nfragment G on T @d { ...F }",
    "query A { a } query B { b } fragment F on T { on: on query fragment: true }",
    "{ a(x: 0, y: -0, z: 0.0, v: 1E5, w: \"\") , b , }",
    "\t{\r\n  __typename,,,a\r}\n\n",
    "{ a(e: on, l: [], o: {}, fragment: query) }",
];

/// Whatever is left to the library, wrong or not.
const LEFT: [&str; 28] = [
    "",
    " \n# nothing\n",
    "{}",
    "{ a {} }",
    "{ a() }",
    "query () { a }",
    "{ a(x: \"\\u0041\") }",
    "{ a(x: \"\"\"block\"\"\") }",
    "\"described\" query { a }",
    "\u{feff}{ a }",
    "{ a(x: 01) }",
    "{ a(x: 1.) }",
    "{ a(x: 1a) }",
    "{ a(x: 1.2.3) }",
    "{ a(x: \"open) }",
    "{ a(x: \"line\nbreak\") }",
    "{ é }",
    "{ a",
    "{ a } }",
    "{ a: }",
    "{ .. on T { a } }",
    "{ ... on { a } }",
    "fragment on on T { a }",
    "query ($a: Int = $b) { a }",
    "type T { a: Int }",
    "{ a } # \u{0} {",
    "{ a,: b }",
    "{ ...,F }",
];

#[test]
fn everyday_documents_are_read() {
    for text in EVERYDAY {
        assert!(is_quick(text, &LimitsConfig::default()), "{text}");
    }
}

#[test]
fn the_rest_is_left_to_the_library() {
    for text in LEFT {
        assert!(!is_quick(text, &LimitsConfig::default()), "{text}");
    }
}

#[test]
fn what_is_near_a_limit_is_left() {
    let nested = |levels: usize| format!("{}a{}", "{ a ".repeat(levels), "}".repeat(levels));
    let limits = LimitsConfig { recursion_max: 20, tokens_max: 100, ..LimitsConfig::default() };
    assert!(is_quick(&nested(10), &limits) && !is_quick(&nested(11), &limits));
    for tokens in 1..200 {
        for separator in [" ", ",", " , ", "\n#\n"] {
            let text = format!("{{{}}}", format!("a{separator}").repeat(tokens));
            assert!(is_quick(&text, &limits) || tokens > 20, "{tokens}");
        }
    }
    assert!(!is_quick(&format!("{{{}}}", " a".repeat(49)), &limits), "past the limit or at it");
}

/// Pieces cut out of everyday documents, put in elsewhere, twice or not at all: most are wrong in some small way.
#[test]
fn broken_documents_are_left_or_read_alike() {
    let pieces: Vec<&str> = EVERYDAY.iter().chain(&LEFT).flat_map(|text| cut(text)).collect();
    let mut state = 1_u64;
    let mut below = |bound: usize| {
        // The last step of SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    };
    let limits = LimitsConfig::default();
    let mut quick = 0;
    for _ in 0..30_000 {
        let mut parts = cut(EVERYDAY[below(EVERYDAY.len())]);
        for _ in 0..1 + below(3) {
            let place = below(parts.len());
            match below(4) {
                0 => drop(parts.remove(place)),
                1 => parts.insert(place, pieces[below(pieces.len())]),
                2 => parts[place] = pieces[below(pieces.len())],
                _ => parts.insert(place, parts[below(parts.len())]),
            }
            if parts.is_empty() {
                break;
            }
        }
        quick += u32::from(is_quick(&parts.concat(), &limits));
    }
    assert!(quick > 3_000, "{quick} of 30,000 are read quickly");
}

/// Words, and each other character by itself.
fn cut(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let end = match is_part(first) {
            true => rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()),
            false => first.len_utf8(),
        };
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts
}
