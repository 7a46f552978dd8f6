//! Pages point at things that exist: relative links, anchors, and paths of this repository in backticks.

use crate::repository::{Repository, expect_none, read};

const WHY: &str = "CONTRIBUTING.md: a page that points at nothing costs its reader more than no page";

#[test]
fn documents_point_at_things_that_exist() {
    let repository = Repository::get();
    let mut findings = Vec::new();
    for file in repository.files_ending(".md") {
        let prose = without_code_blocks(&read(file));
        for target in link_targets(&prose).filter(|target| !leads_somewhere(repository, file, target)) {
            findings.push(format!("{file}: link to {target}"));
        }
        for path in paths_in_backticks(repository, &prose).filter(|path| !path_exists(repository, file, path)) {
            findings.push(format!("{file}: `{path}`"));
        }
    }
    expect_none(&findings, "correct the path, or take out what it pointed at", WHY);
}

#[test]
fn the_readmes_commands_are_the_ones_ci_runs() {
    let readme = read("README.md");
    let ci = read(".ci/run");
    let mut findings = Vec::new();
    if !readme.contains("\ncargo run --release -- up ") {
        findings.push("README.md no longer says `cargo run --release -- up`".to_owned());
    }
    if !readme.contains("\ncargo test --workspace ") {
        findings.push("README.md no longer says `cargo test --workspace`".to_owned());
    }
    if ci.matches("\ncargo xtask with-servers cargo test --workspace --locked").count() != 1
        || !ci.contains("\ncargo xtask ci\n")
    {
        findings.push(".ci/run does not run `cargo xtask ci` and then `cargo test --workspace`, each once".to_owned());
    }
    expect_none(&findings, "keep what the README says and what CI runs the same", "CONTRIBUTING.md, \"Work\"");
}

/// Without fenced blocks: what stands there is an example, not a pointer.
fn without_code_blocks(page: &str) -> String {
    let mut is_code = false;
    let mut prose = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    prose
}

fn link_targets(prose: &str) -> impl Iterator<Item = &str> {
    prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
}

fn leads_somewhere(repository: &Repository, page: &str, target: &str) -> bool {
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() { page.to_owned() } else { beside(page, path) };
    if !repository.has_file_or_folder(&file) {
        return false;
    }
    anchor.is_empty()
        || file.ends_with(".md") && read(&file).lines().any(|line| line.starts_with('#') && slug(line) == anchor)
}

/// A heading's anchor, as the usual renderers make it.
fn slug(heading: &str) -> String {
    let title = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = title.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Code in backticks that looks like a path from the root: its first part is one of our folders.
fn paths_in_backticks<'a>(repository: &'a Repository, prose: &'a str) -> impl Iterator<Item = &'a str> {
    prose
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|code| code.chars().all(|c| c.is_alphanumeric() || "/._-".contains(c)))
        .filter(|code| code.split_once('/').is_some_and(|(first, _)| repository.has_file_or_folder(first)))
}

fn path_exists(repository: &Repository, page: &str, path: &str) -> bool {
    // Built things are pointed at, too.
    path.starts_with("target/")
        || repository.has_file_or_folder(path)
        || repository.has_file_or_folder(&beside(page, path))
}

/// A path as seen from the page's folder, from the root.
fn beside(page: &str, path: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn paths_are_seen_from_the_page() {
    assert_eq!(beside("docs/guides/a.md", "../decisions/0001.md"), "docs/decisions/0001.md");
    assert_eq!(beside("README.md", "docs/"), "docs");
    assert_eq!(slug("## Who may depend on whom?"), "who-may-depend-on-whom");
}
