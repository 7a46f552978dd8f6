//! Every code of composition can be looked up and seen: in the list, on the reference page, and in a case.

use std::collections::BTreeSet;

use crate::repository::{Repository, expect_none, read};

const CODES: &str = "router/composition/src/codes.rs";
const PAGE: &str = "docs/reference/composition-codes.md";
const CASES: &str = "tests/cases/composition/";

#[test]
fn every_code_has_a_case() {
    let source = read(CODES);
    let codes = codes(&source);
    assert!(!codes.is_empty(), "{CODES} has no code that this rule can read");
    let names: BTreeSet<&str> = codes.iter().map(|code| code.constant).collect();
    let mut findings = differences(&names, &listed(&source), CODES, "list");
    let page = read(PAGE);
    let entries: BTreeSet<String> =
        page.lines().filter_map(|line| Some(line.strip_prefix("### ")?.to_owned())).collect();
    let expected: BTreeSet<String> = codes.iter().map(CodeInSource::entry).collect();
    findings.extend(differences(&expected, &entries, PAGE, "entry"));
    let folders: BTreeSet<String> = Repository::get()
        .files
        .iter()
        .filter_map(|file| Some(file.strip_prefix(CASES)?.split_once('/')?.0.to_owned()))
        .collect();
    let expected: BTreeSet<String> = codes.iter().map(CodeInSource::folder).collect();
    findings.extend(differences(&expected, &folders, CASES, "folder"));
    expect_none(
        &findings,
        "write the code into the list of its level, run `cargo xtask schema`, and make a case that gives it",
        "tests/cases/composition/README.md",
    );
}

/// A code as its constant says it.
struct CodeInSource<'a> {
    constant: &'a str,
    name: &'a str,
    /// The name is that of an error, too.
    is_twin: bool,
}

impl CodeInSource<'_> {
    fn entry(&self) -> String {
        format!("{}{}", self.name, if self.is_twin { " (hint)" } else { "" })
    }

    fn folder(&self) -> String {
        format!("{}{}", self.name.to_lowercase().replace('_', "-"), if self.is_twin { "-hint" } else { "" })
    }
}

fn codes(source: &str) -> Vec<CodeInSource<'_>> {
    let mut codes: Vec<CodeInSource> = Vec::new();
    for declaration in source.split("\npub const ").skip(1) {
        let Some((constant, rest)) = declaration.split_once(": Code = Code {") else { continue };
        let Some(name) = rest.split_once("name: \"").and_then(|(_, rest)| rest.split('"').next()) else { continue };
        let is_twin = codes.iter().any(|code| code.name == name);
        codes.push(CodeInSource { constant, name, is_twin });
    }
    codes
}

/// The constants in the lists at the end of the errors and of the hints.
fn listed(source: &str) -> BTreeSet<&str> {
    let lists = source.split("\npub const ").filter(|declaration| declaration.contains(": [Code; "));
    lists.flat_map(str::lines).filter_map(|line| line.strip_prefix("    ")?.strip_suffix(',')).collect()
}

fn differences<T: Ord + std::fmt::Display>(
    expected: &BTreeSet<T>,
    found: &BTreeSet<T>,
    place: &str,
    what: &str,
) -> Vec<String> {
    let missing = expected.difference(found).map(|name| format!("{place}: no {what} for {name}"));
    let left_over = found.difference(expected).map(|name| format!("{place}: {name} is no code"));
    missing.chain(left_over).collect()
}
