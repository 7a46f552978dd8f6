//! The lists that name every context, with one name more.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::ContextName;

/// A file's path from the root, and its new text.
type Edit = (String, String);

/// What becomes of a list; `None` where it is not as expected.
type NewText = fn(&str, &ContextName) -> Option<String>;

/// Words of the templates' public names, which the tidy tests know as words that somebody has read.
const WORDS: &[&str] = &[
    "as",
    "at",
    "command",
    "create",
    "created",
    "done",
    "error",
    "expected",
    "id",
    "item",
    "kind",
    "listens",
    "name",
    "nodes",
    "open",
    "parse",
    "publishes",
    "refusal",
    "rename",
    "replayed",
    "sdl",
    "str",
    "subgraph",
    "tenant",
    "title",
    "value",
    "version",
];

/// Dependencies of a generated context, as its manifest has them.
const DEPENDENCIES: &str =
    "`hansa-event-sourcing`, `hansa-messaging`, `hansa-relational`, `hansa-subgraph-host`, `hansa-values`";

pub(super) fn edits(root: &Path, name: &ContextName) -> Result<Vec<Edit>> {
    let list: [(&str, NewText); 6] = [
        ("Cargo.toml", workspace_manifest),
        ("cli/Cargo.toml", cli_manifest),
        ("cli/src/platform/contexts.rs", contexts),
        ("docs/ARCHITECTURE.md", architecture),
        ("supergraph.yaml", supergraph),
        ("tests/tidy/words.txt", words),
    ];
    let mut edits = Vec::new();
    for (path, edit) in list {
        let text = fs::read_to_string(root.join(path)).with_context(|| format!("could not read {path}"))?;
        match edit(&text, name) {
            Some(text) => edits.push((path.to_owned(), text)),
            None => bail!(
                "{path} is not as this task expects it; nothing was written (see xtask/src/new_subgraph/edits.rs)"
            ),
        }
    }
    Ok(edits)
}

fn workspace_manifest(text: &str, name: &ContextName) -> Option<String> {
    let member = format!("  \"subgraphs/{name}\",");
    let text = inserted_among(text, "  \"subgraphs/", &member)?;
    let dependency = format!("hansa-{name} = {{ path = \"subgraphs/{name}\" }}");
    after_last(&text, |line| line.starts_with("hansa-") && line.contains("\"subgraphs/"), &dependency)
}

fn cli_manifest(text: &str, name: &ContextName) -> Option<String> {
    // Not among those of the tests, which come later.
    let (text, of_tests) = text.split_once("\n[dev-dependencies]\n")?;
    let is_one = |line: &str| line.starts_with("hansa-") && line.ends_with(".workspace = true");
    let text = after_last(text, is_one, &format!("hansa-{name}.workspace = true"))?;
    Some(format!("{text}\n[dev-dependencies]\n{of_tests}"))
}

fn contexts(text: &str, name: &ContextName) -> Option<String> {
    let (before, list) = text.split_once("\ncontexts! {\n")?;
    let (list, after) = list.split_once("\n}\n")?;
    Some(format!("{before}\ncontexts! {{\n{list}\n    {name}: hansa_{name}::{},\n}}\n{after}", name.type_name()))
}

fn architecture(text: &str, name: &ContextName) -> Option<String> {
    let text = after_last(text, |line| line.starts_with("| `subgraphs/"), &format!("| `subgraphs/{name}` | {name} |"))?;
    let row = format!("| `hansa-{name}` | {DEPENDENCIES} |");
    // The first table is for what is shipped; the second, for tests, may have the same crates.
    let (mut is_first, mut is_first_cli) = (true, true);
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let is_cli = line.starts_with("| `hansa-cli` | ") && std::mem::take(&mut is_first_cli);
        if line.starts_with("| `hansa-node` | ") && is_first {
            lines.push(row.clone());
            is_first = false;
        }
        match is_cli.then(|| line.strip_suffix(" |")).flatten() {
            Some(start) => lines.push(format!("{start}, `hansa-{name}` |")),
            None => lines.push(line.to_owned()),
        }
    }
    let text = lines.join("\n") + "\n";
    (!is_first && text.contains(&format!(", `hansa-{name}` |"))).then_some(text)
}

/// At the end, with the next port: the binary lists contexts in the same order.
fn supergraph(text: &str, name: &ContextName) -> Option<String> {
    let port = |line: &str| line.split_once("http://127.0.0.1:")?.1.split('/').next()?.parse::<u16>().ok();
    let last = text.lines().rev().find_map(port)?;
    let is_highest = text.lines().filter_map(port).all(|port| port <= last);
    let port = last.checked_add(1).filter(|_| is_highest)?;
    let text = text.trim_end();
    Some(format!(
        "{text}\n  {name}:\n    routing_url: http://127.0.0.1:{port}/graphql\n    schema:\n      \
         file: schema/subgraphs/{name}.graphql\n"
    ))
}

fn words(text: &str, name: &ContextName) -> Option<String> {
    let own = name.to_string();
    let mut all: Vec<&str> = text.lines().chain(WORDS.iter().copied()).chain([own.as_str()]).collect();
    all.sort_unstable();
    all.dedup();
    Some(all.join("\n") + "\n")
}

/// Puts a line among those that begin so, in the order of the alphabet.
fn inserted_among(text: &str, beginning: &str, new: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| line.starts_with(beginning))?;
    let place = lines[first..].iter().position(|line| !line.starts_with(beginning) || *line > new)?;
    lines.insert(first + place, new);
    Some(lines.join("\n") + "\n")
}

fn after_last(text: &str, is_one: impl Fn(&str) -> bool, new: &str) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| is_one(line))?;
    lines.insert(last + 1, new);
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::edits;
    use crate::new_subgraph::ContextName;
    use crate::repository::root;

    #[test]
    fn every_list_has_the_name_once_more() {
        let name = ContextName::parse("wishlist", root()).expect("it is free");
        let edits = edits(root(), &name).expect("the lists are as expected");
        let new_lines = |path: &str| -> Vec<String> {
            let (_, text) = edits.iter().find(|(file, _)| file == path).expect(path);
            text.lines().filter(|line| line.contains("wishlist")).map(str::to_owned).collect()
        };
        let dependency = "hansa-wishlist = { path = \"subgraphs/wishlist\" }";
        assert_eq!(new_lines("Cargo.toml"), ["  \"subgraphs/wishlist\",", dependency]);
        assert_eq!(new_lines("cli/Cargo.toml"), ["hansa-wishlist.workspace = true"]);
        let (_, manifest) = edits.iter().find(|(path, _)| path == "cli/Cargo.toml").expect("it is edited");
        assert!(manifest.find("hansa-wishlist") < manifest.find("[dev-dependencies]"), "{manifest}");
        assert_eq!(new_lines("cli/src/platform/contexts.rs"), ["    wishlist: hansa_wishlist::Wishlist,"]);
        assert_eq!(new_lines("docs/ARCHITECTURE.md").len(), 3);
        assert_eq!(new_lines("supergraph.yaml"), ["  wishlist:", "      file: schema/subgraphs/wishlist.graphql"]);
        assert_eq!(new_lines("tests/tidy/words.txt"), ["wishlist"]);
        let (_, supergraph) = edits.iter().find(|(path, _)| path == "supergraph.yaml").expect("it is edited");
        let ports: Vec<&str> = supergraph.lines().filter(|line| line.contains("routing_url")).collect();
        assert!(ports.is_sorted_by(|one, other| one < other), "{ports:?}");
        for (path, text) in &edits {
            let lines = text.lines().count();
            let before = std::fs::read_to_string(root().join(path)).expect(path).lines().count();
            assert!((before + 1..before + 40).contains(&lines), "{path}: {before} lines became {lines}");
        }
    }
}
