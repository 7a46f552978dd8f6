//! Crates that are functions from input to output have no I/O, clock, randomness or runtime in them.

use crate::repository::{Repository, expect_none, members, read};
use crate::rust_text::{contains_words, without_comments_and_literals, without_tests};

const PURE: [&str; 5] =
    ["router/composition", "router/federation", "router/query-graph", "router/query-planner", "router/verification"];

const FORBIDDEN_MODULES: [&str; 8] = ["fs", "net", "time", "env", "process", "thread", "io", "os"];

const FORBIDDEN_WORDS: [&str; 11] =
    ["async", "await", "tokio", "hyper", "axum", "reqwest", "rand", "getrandom", "println", "eprintln", "SystemTime"];

const FORBIDDEN_CRATES: [&str; 9] =
    ["tokio", "hyper", "hyper-util", "axum", "reqwest", "rand", "getrandom", "tracing", "futures-util"];

#[test]
fn pure_crates_stay_pure() {
    let mut findings = Vec::new();
    for file in Repository::get().files_ending(".rs").filter(|file| is_pure_source(file)) {
        let source = read(file);
        for found in impurities(without_tests(&source)) {
            findings.push(format!("{file}: {found}"));
        }
    }
    for member in members().iter().filter(|member| PURE.contains(&member.folder.as_str())) {
        for dependency in &member.dependencies {
            if !dependency.is_dev && FORBIDDEN_CRATES.contains(&dependency.name.as_str()) {
                findings.push(format!("{}/Cargo.toml: {}", member.folder, dependency.name));
            }
        }
    }
    expect_none(
        &findings,
        "take what was read, measured or drawn as an argument; the caller in router/server or cli does the I/O",
        "docs/ARCHITECTURE.md, \"What must stay true\", 1",
    );
}

fn is_pure_source(file: &str) -> bool {
    PURE.iter().any(|folder| file.strip_prefix(folder).is_some_and(|rest| rest.starts_with("/src/")))
        && !file.ends_with("/tests.rs")
        && !file.contains("/tests/")
}

fn impurities(source: &str) -> Vec<String> {
    let code = without_comments_and_literals(source);
    let modules =
        FORBIDDEN_MODULES.iter().filter(|module| uses_std_module(&code, module)).map(|module| format!("std::{module}"));
    let words = FORBIDDEN_WORDS.iter().filter(|word| contains_words(&code, word)).map(|word| (*word).to_owned());
    modules.chain(words).collect()
}

/// Both `std::fs` and `use std::{fmt, fs}`.
fn uses_std_module(code: &str, module: &str) -> bool {
    if contains_words(code, &format!("std::{module}")) {
        return true;
    }
    code.match_indices("std::{").any(|(start, opening)| {
        let group = &code[start + opening.len()..];
        let group = &group[..group.find(';').unwrap_or(group.len())];
        group
            .split(',')
            .any(|item| item.trim_start().trim_end_matches(['}', ' ', '\n']).split("::").next() == Some(module))
    })
}

#[test]
fn sees_std_modules_alone_and_in_groups() {
    assert_eq!(impurities("use std::fs::File;"), ["std::fs"]);
    assert_eq!(impurities("use std::{fmt, net::TcpStream};"), ["std::net"]);
    assert_eq!(impurities("let t = std::time::Instant::now();"), ["std::time"]);
    assert_eq!(impurities("use std::{fmt, mem}; // std::fs, async\nlet a = \"tokio\";"), Vec::<String>::new());
}
