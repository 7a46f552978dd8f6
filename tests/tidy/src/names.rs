//! Public names are made of words that somebody has read: `tests/tidy/words.txt`, and no drawers.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{Repository, expect_none, read, root};
use crate::rust_text::{is_word, without_comments_and_literals, without_tests};

const WORDS: &str = "tests/tidy/words.txt";
/// Words that say nothing about what a thing is.
const EMPTY_WORDS: [&str; 7] = ["manager", "helper", "helpers", "util", "utils", "common", "misc"];
/// At a type's end they say nothing either; elsewhere `data` is a GraphQL word.
const EMPTY_ENDINGS: [&str; 2] = ["data", "info"];
/// `types` is not among them: here that is GraphQL's word.
const DRAWERS: [&str; 7] = ["utils", "util", "common", "helpers", "helper", "misc", "shared"];

#[test]
fn public_names_use_known_words() {
    let mut places: BTreeMap<String, String> = BTreeMap::new();
    for (file, name) in public_names() {
        for word in words_of(&name.text) {
            places.entry(word).or_insert_with(|| format!("`{}` in {file}", name.text));
        }
    }
    let used: BTreeSet<&str> = places.keys().map(String::as_str).collect();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let text: String = used.iter().map(|word| format!("{word}\n")).collect();
        std::fs::write(root().join(WORDS), text).expect("the list can be written");
    }
    let listed = read(WORDS);
    let known: BTreeSet<&str> = listed.lines().collect();
    let unknown = used.difference(&known).map(|word| format!("new word {word}: {}", places[*word]));
    let unused = known.difference(&used).map(|word| format!("{word} is in {WORDS} and in no public name"));
    let findings: Vec<String> = unknown.chain(unused).collect();
    expect_none(
        &findings,
        "misspelt, or is there a word for it already? If it is right: UPDATE_EXPECT=1 cargo test -p hansa-tidy",
        "docs/glossary.md: one word, one meaning",
    );
}

#[test]
fn names_say_what_things_are() {
    let mut findings = Vec::new();
    for (file, name) in public_names() {
        let words = words_of(&name.text);
        let is_empty = words.iter().any(|word| EMPTY_WORDS.contains(&word.as_str()));
        let has_empty_ending = name.is_type && words.last().is_some_and(|last| EMPTY_ENDINGS.contains(&last.as_str()));
        let is_vague_function =
            name.is_function && ["do_", "process_"].iter().any(|prefix| name.text.starts_with(prefix));
        if is_empty || has_empty_ending || is_vague_function {
            findings.push(format!("{file}: {}", name.text));
        }
    }
    for file in Repository::get().files_ending(".rs") {
        let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".rs");
        if DRAWERS.contains(&stem) {
            findings.push(file.to_owned());
        }
    }
    expect_none(&findings, "name it by the noun it serves", "CONTRIBUTING.md, \"House rules\"");
}

struct PublicName {
    text: String,
    is_type: bool,
    is_function: bool,
}

fn public_names() -> Vec<(&'static str, PublicName)> {
    let mut names = Vec::new();
    for file in Repository::get().files_ending(".rs") {
        let source = read(file);
        let code = without_comments_and_literals(without_tests(&source));
        names.extend(code.lines().filter_map(public_name).map(|name| (file, name)));
    }
    names
}

/// The name that a line makes public: an item, or a field.
fn public_name(line: &str) -> Option<PublicName> {
    let mut rest = line.trim_start().strip_prefix("pub ")?;
    let mut kind = "";
    loop {
        let word = rest.split(|c: char| !is_word(c)).next()?;
        match word {
            "async" | "const" | "unsafe" | "extern" | "fn" | "struct" | "enum" | "trait" | "type" | "static"
            | "mod" => {
                kind = word;
                rest = rest[word.len()..].trim_start();
            }
            "use" | "" => return None,
            _ => {
                let is_type = ["struct", "enum", "trait", "type"].contains(&kind);
                let text = word.trim_start_matches("r#").to_owned();
                return Some(PublicName { text, is_type, is_function: kind == "fn" });
            }
        }
    }
}

/// `query_plan`, `QueryPlan` and `QUERY_PLAN` are query and plan; digits belong to no word.
fn words_of(name: &str) -> Vec<String> {
    let is_constant = !name.contains(|c: char| c.is_lowercase());
    let mut words = vec![String::new()];
    for c in name.chars() {
        let starts_word = !c.is_alphabetic() || c.is_uppercase() && !is_constant;
        if starts_word {
            words.push(String::new());
        }
        if c.is_alphabetic() {
            words.last_mut().expect("there is always a word").extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn takes_public_names_apart() {
    let name = |line| public_name(line).map(|name| name.text);
    assert_eq!(name("    pub const fn field_count(&self)").as_deref(), Some("field_count"));
    assert_eq!(name("pub struct QueryPlan {").as_deref(), Some("QueryPlan"));
    assert_eq!(name("pub shapes: Vec<Shape>,").as_deref(), Some("shapes"));
    assert_eq!(name("pub use plan::QueryPlan;"), None);
    assert_eq!(name("pub(crate) fn x()"), None);
    assert_eq!(words_of("QueryPlan"), ["query", "plan"]);
    assert_eq!(words_of("BODY_BYTES_MAX"), ["body", "bytes", "max"]);
    assert_eq!(words_of("utf8_text"), ["utf", "text"]);
}
