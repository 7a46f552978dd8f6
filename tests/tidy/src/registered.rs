//! Steps live one a file, and run in the order of one list: a file that nobody declares or calls would do nothing, and
//! nothing would say so.

use crate::repository::{Repository, expect_none, read};
use crate::rust_text::{contains_words, without_comments_and_literals};

/// A folder whose files are steps, and the file that has their list.
const LISTS: [(&str, &str); 4] = [
    ("router/composition/src/subgraph_rules/", "router/composition/src/subgraph_rules.rs"),
    ("router/composition/src/supergraph_rules/", "router/composition/src/supergraph_rules.rs"),
    ("router/server/src/http/", "router/server/src/http.rs"),
    ("router/server/src/pipeline/", "router/server/src/pipeline.rs"),
];

#[test]
fn every_step_is_declared_in_its_list_and_called() {
    let repository = Repository::get();
    let mut findings = Vec::new();
    for (folder, list) in LISTS {
        let (of_crate, _) = folder.split_at(folder.find("src/").map_or(0, |index| index + "src/".len()));
        let sources: Vec<(&str, String)> = repository
            .files_ending(".rs")
            .filter(|file| file.starts_with(of_crate))
            .map(|file| (file, without_declarations(&without_comments_and_literals(&read(file)))))
            .collect();
        let step_of =
            |file: &&'static str| file.strip_prefix(folder)?.strip_suffix(".rs").filter(|step| !step.contains('/'));
        for step in sources.iter().filter_map(|(file, _)| step_of(file)).filter(|step| *step != "tests") {
            let file = format!("{folder}{step}.rs");
            if !contains_words(&read(list), &format!("mod {step}")) {
                findings.push(format!("{file} is not declared in {list}"));
            }
            if !sources.iter().any(|(other, code)| *other != file && contains_words(code, step)) {
                findings.push(format!("{file} is called by nobody"));
            }
        }
    }
    expect_none(
        &findings,
        "declare it in the list, and call it at its place in the order",
        "docs/ARCHITECTURE.md, \"Finding the place\"",
    );
}

fn without_declarations(code: &str) -> String {
    code.lines()
        .filter(|line| !(line.contains("mod ") && line.trim_end().ends_with(';')))
        .collect::<Vec<_>>()
        .join("\n")
}
