//! Steps live one a file, and run in the order of one list: a file that the list forgot would do nothing.

use crate::repository::{Repository, expect_none, read};
use crate::rust_text::{contains_words, without_comments_and_literals};

/// A folder whose files are steps, and the file that has their list.
const LISTS: [(&str, &str); 2] = [
    ("router/server/src/http/", "router/server/src/http.rs"),
    ("router/server/src/pipeline/", "router/server/src/pipeline.rs"),
];

#[test]
fn every_step_is_named_in_its_list() {
    let repository = Repository::get();
    let mut findings = Vec::new();
    for (folder, list) in LISTS {
        let steps: Vec<&str> = repository
            .files_ending(".rs")
            .filter_map(|file| file.strip_prefix(folder)?.strip_suffix(".rs"))
            .filter(|name| !name.contains('/') && *name != "tests")
            .collect();
        if steps.is_empty() {
            continue;
        }
        let code = without_comments_and_literals(&read(list));
        let without_declarations: String = code
            .lines()
            .filter(|line| !line.trim_end().ends_with(';') || !line.contains("mod "))
            .collect::<Vec<_>>()
            .join("\n");
        let forgotten = steps.into_iter().filter(|step| !contains_words(&without_declarations, step));
        findings.extend(forgotten.map(|step| format!("{folder}{step}.rs is not named in {list}")));
    }
    expect_none(
        &findings,
        "call it from the list, at its place in the order",
        "docs/ARCHITECTURE.md, \"Finding the place\"",
    );
}
