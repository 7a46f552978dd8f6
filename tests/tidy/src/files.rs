//! Rules on files as such: how they begin, how long and large they are, and what no text here holds.

use std::collections::BTreeMap;

use crate::repository::{Repository, expect_none, members, read, root};
use crate::rust_text::without_tests;

const GUIDE: &str = "CONTRIBUTING.md, \"House rules\"";
const LINES_MAX: usize = 400;
const LONG_FILES: &str = "tests/tidy/long-files.txt";
const FILE_BYTES_MAX: u64 = 500_000;
/// Built from the playground's source, and served as it is.
const LARGE_FILES: [&str; 1] = ["router/server/playground/dist/playground.js"];

#[test]
fn every_rust_file_says_why_it_is_there() {
    let findings: Vec<String> = Repository::get()
        .files_ending(".rs")
        .filter(|file| !read(file).starts_with("//! "))
        .map(str::to_owned)
        .collect();
    expect_none(&findings, "begin the file with `//!` and one sentence on what it is for", GUIDE);
}

#[test]
fn no_file_is_called_mod_rs() {
    let findings: Vec<String> = Repository::get().files_ending("/mod.rs").map(str::to_owned).collect();
    expect_none(&findings, "name it `foo.rs`, beside the folder `foo`", GUIDE);
}

#[test]
fn source_files_have_at_most_400_lines() {
    let exempt = exempt_lines();
    let folders: Vec<String> = members().iter().map(|member| format!("{}/tests/", member.folder)).collect();
    let is_test = |file: &str| {
        file.ends_with("/tests.rs")
            || file.contains("/src/tests/")
            || folders.iter().any(|folder| file.starts_with(folder))
    };
    let mut findings = Vec::new();
    let mut seen = 0;
    for file in Repository::get().files_ending(".rs").filter(|file| !is_test(file)) {
        let lines = without_tests(&read(file)).lines().count();
        match exempt.get(file) {
            Some(_) if lines <= LINES_MAX => {
                findings.push(format!("{file} has {lines} lines: take it off {LONG_FILES}"))
            }
            Some(limit) if lines > *limit => findings.push(format!("{file} grew from {limit} to {lines} lines")),
            None if lines > LINES_MAX => findings.push(format!("{file} has {lines} lines")),
            _ => {}
        }
        seen += usize::from(exempt.contains_key(file));
    }
    if seen < exempt.len() {
        findings.push(format!("{LONG_FILES} names files that do not exist"));
    }
    expect_none(&findings, "split it by meaning, not by size: what are the two things it does?", GUIDE);
}

/// `path lines` on each line: files that are longer than they should be, and may only get shorter.
fn exempt_lines() -> BTreeMap<String, usize> {
    read(LONG_FILES)
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (file, lines) = line.rsplit_once(' ').expect("a path and a number of lines");
            (file.trim().to_owned(), lines.parse().expect("a number of lines"))
        })
        .collect()
}

#[test]
fn no_text_has_a_mark_that_must_go_before_merge() {
    // Put together here, so that this file does not break its own rule.
    let must_go = [["FIX", "ME"].concat(), ["XX", "X:"].concat(), ["to", "do!("].concat(), ["db", "g!("].concat()];
    let needs_issue = ["TO", "DO"].concat();
    let mut findings = Vec::new();
    for (file, text) in Repository::get().own_texts() {
        for (number, line) in (1..).zip(text.lines()) {
            let without_issue = line.match_indices(&needs_issue).any(|(at, word)| {
                line[at..].starts_with(&format!("{word}:")) || line[at..].starts_with(&format!("{word} "))
            });
            if without_issue || must_go.iter().any(|mark| line.contains(mark.as_str())) {
                findings.push(format!("{file}:{number}: {}", line.trim()));
            }
        }
    }
    expect_none(&findings, "do it now, or write the issue's number behind the mark, in brackets", GUIDE);
}

#[test]
fn no_text_names_a_folder_of_somebodys_machine() {
    let folders = ["work", "tmp", "home", "root", "Users"].map(|folder| format!("/{folder}/"));
    let mut findings = Vec::new();
    for (file, text) in Repository::get().own_texts() {
        for (number, line) in (1..).zip(text.lines()) {
            // A URL's path or a longer path may hold the same word.
            let starts_with_one = |folder: &String| {
                line.match_indices(folder.as_str())
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-/}$*".contains(c)))
            };
            if folders.iter().any(starts_with_one) {
                findings.push(format!("{file}:{number}: {}", line.trim()));
            }
        }
    }
    expect_none(&findings, "use a relative path, or a temporary folder asked of the system", GUIDE);
}

#[test]
fn no_large_file_is_committed() {
    let findings: Vec<String> = Repository::get()
        .files
        .iter()
        .filter(|file| !LARGE_FILES.contains(&file.as_str()))
        .filter_map(|file| {
            let bytes = root().join(file).metadata().ok()?.len();
            (bytes > FILE_BYTES_MAX).then(|| format!("{file} has {bytes} bytes"))
        })
        .collect();
    expect_none(&findings, "generate it where it is needed, or make it smaller: git keeps it for ever", GUIDE);
}

#[test]
fn every_case_folder_says_why_it_is_there() {
    let repository = Repository::get();
    let mut folders: Vec<&str> = repository
        .files
        .iter()
        .filter_map(|file| file.strip_prefix("tests/cases/")?.split_once('/').map(|(folder, _)| folder))
        .collect();
    folders.extend(repository.files.iter().filter_map(|file| {
        let (folder, _) = file.strip_prefix("tests/cases/")?.split_once("/subgraphs/")?;
        folder.contains('/').then_some(folder)
    }));
    folders.dedup();
    let findings: Vec<String> = folders
        .into_iter()
        .map(|folder| format!("tests/cases/{folder}/README.md"))
        .filter(|readme| !repository.has_file_or_folder(readme))
        .collect();
    expect_none(&findings, "write what the case shows, and how it came up", "CONTRIBUTING.md, \"Add a case\"");
}
