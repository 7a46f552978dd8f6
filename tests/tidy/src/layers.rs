//! Which crate may know which: the tables in the architecture page, compared with the manifests.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{expect_none, members, read};

const PAGE: &str = "docs/ARCHITECTURE.md";

type Table = BTreeMap<String, BTreeSet<String>>;

#[test]
fn crates_depend_on_each_other_only_as_the_architecture_says() {
    let page = read(PAGE);
    let shipped = table_after(&page, "<!-- tidy: dependencies -->");
    let for_tests = table_after(&page, "<!-- tidy: dev-dependencies -->");
    let members = members();
    let names: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut findings = Vec::new();
    for member in &members {
        let Some(allowed) = shipped.get(&member.name) else {
            findings.push(format!("{} has no row in the table of dependencies", member.name));
            continue;
        };
        for dependency in member.dependencies.iter().filter(|dependency| names.contains(dependency.name.as_str())) {
            let is_allowed = allowed.contains(&dependency.name)
                || dependency.is_dev && for_tests.get(&member.name).is_some_and(|more| more.contains(&dependency.name));
            if !is_allowed {
                let kind = if dependency.is_dev { "its tests depend" } else { "it depends" };
                findings.push(format!("{}: {kind} on {}, which no table allows", member.name, dependency.name));
            }
        }
    }
    for (name, allowed) in shipped.iter().chain(&for_tests) {
        for unknown in [name].into_iter().chain(allowed).filter(|name| !names.contains(name.as_str())) {
            findings.push(format!("{PAGE} names {unknown}, which is no crate of this workspace"));
        }
    }
    expect_none(
        &findings,
        "move the code to the side of the border where it belongs; if the border is wrong, change the table and say why",
        "docs/ARCHITECTURE.md, \"Who may depend on whom\"",
    );
}

#[test]
fn packages_are_named_after_their_folders() {
    let findings: Vec<String> = members()
        .iter()
        .filter(|member| member.name != "xtask")
        .filter_map(|member| {
            let folder = member.folder.rsplit('/').next()?;
            let expected = format!("hansa-{folder}");
            (member.name != expected)
                .then(|| format!("{}/Cargo.toml: {} should be {expected}", member.folder, member.name))
        })
        .collect();
    expect_none(&findings, "rename the package", "docs/ARCHITECTURE.md: a name leads to its folder");
}

#[test]
fn every_crate_is_on_the_map() {
    let page = read(PAGE);
    let findings: Vec<String> = members()
        .into_iter()
        .map(|member| member.folder)
        .filter(|folder| !page.contains(&format!("\n| `{folder}` |")))
        .collect();
    expect_none(&findings, "add its folder to the map, with what it is for", "docs/ARCHITECTURE.md, \"The map\"");
}

/// The Markdown table that follows a mark: names in backticks, the first column's to the second's.
fn table_after(page: &str, mark: &str) -> Table {
    let (_, after) = page.split_once(mark).unwrap_or_else(|| panic!("{PAGE} has no `{mark}`"));
    let rows = after.trim_start().lines().take_while(|line| line.starts_with('|'));
    let mut table = Table::new();
    for row in rows {
        let mut columns = row.trim_matches('|').split('|').map(names_in_backticks);
        let (Some(names), Some(allowed)) = (columns.next(), columns.next()) else { continue };
        for name in names {
            table.entry(name).or_default().extend(allowed.clone());
        }
    }
    table
}

fn names_in_backticks(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn reads_the_table_after_its_mark() {
    let page = "x\n<!-- m -->\n\n| crate | may |\n|---|---|\n| `a` | |\n| `b` | `a`, `c` |\n\n| `d` | `e` |\n";
    let table = table_after(page, "<!-- m -->");
    assert_eq!(table.len(), 2);
    assert!(table["a"].is_empty());
    assert_eq!(table["b"].iter().collect::<Vec<_>>(), ["a", "c"]);
}
