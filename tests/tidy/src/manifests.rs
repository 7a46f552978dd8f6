//! Rules on the members' manifests: they say what they use, the root manifest says which.

use crate::repository::{expect_none, members, read};

const NO_WORKSPACE_LINTS: &str = "has no `[lints] workspace = true`";

const WHY: &str = "CONTRIBUTING.md, \"House rules\"";

/// Has `unsafe` code, which the workspace forbids, by a decision: docs/decisions/0032-freed-memory-goes-back-soon.md.
const WITH_LINTS_OF_ITS_OWN: &str = "platform/allocator";

#[test]
fn versions_and_lints_stand_in_the_root_manifest_only() {
    let mut findings = Vec::new();
    for member in members() {
        let file = format!("{}/Cargo.toml", member.folder);
        let mut own = own_settings(&read(&file));
        if member.folder == WITH_LINTS_OF_ITS_OWN {
            own.retain(|finding| finding != NO_WORKSPACE_LINTS);
        }
        findings.extend(own.into_iter().map(|line| format!("{file}: {line}")));
    }
    expect_none(&findings, "write `name.workspace = true` here, and the version in the root Cargo.toml", WHY);
}

/// Lines that set what the workspace should, and the sections that are missing.
fn own_settings(manifest: &str) -> Vec<String> {
    let mut findings = Vec::new();
    let mut section = "";
    let mut has_workspace_lints = false;
    for line in manifest.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]") && !line.contains("workspace = true") {
            findings.push(line.to_owned());
        } else if section == "[package]" {
            let inherited = ["version", "edition", "rust-version", "license", "publish"];
            let key = line.split(['=', ' ']).next().unwrap_or_default();
            if inherited.contains(&key) {
                findings.push(line.to_owned());
            }
        } else if section == "[lints]" && line == "workspace = true" {
            has_workspace_lints = true;
        }
    }
    if !has_workspace_lints {
        findings.push(NO_WORKSPACE_LINTS.to_owned());
    }
    findings
}

#[test]
fn sees_versions_in_a_member() {
    let manifest = "[package]\nname = \"a\"\nversion = \"1\"\n[dependencies]\na = \"1\"\nb.workspace = true\n";
    assert_eq!(own_settings(manifest), ["version = \"1\"", "a = \"1\"", "has no `[lints] workspace = true`"]);
}
