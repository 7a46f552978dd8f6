//! What contexts tell each other, as a whole: nothing is heard that nobody says, and the examples in `schema/events` are
//! of what is published.

use super::{CONTEXTS, Context};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/events");

/// The version in which an event is written, by `<context>.<aggregate>.<event>`.
fn published(contexts: &[Context]) -> BTreeMap<String, u16> {
    let mut versions = BTreeMap::new();
    for context in contexts {
        for of in context.publishes {
            for (event_type, version) in of.events {
                let name = format!("{}.{}.{event_type}", context.name, of.aggregate);
                assert!(versions.insert(name.clone(), *version).is_none(), "{name} is published twice");
            }
        }
    }
    versions
}

/// What is heard and not said.
fn unheard_of(contexts: &[Context]) -> Vec<String> {
    let published = published(contexts);
    let mut findings = Vec::new();
    for context in contexts {
        for listener in context.listens {
            for listening in listener.events {
                for (event_type, version) in listening.events {
                    let name = format!("{}.{}.{event_type}", listening.context, listening.aggregate);
                    let who = format!("{} ({})", context.name, listener.consumer);
                    match published.get(&name) {
                        None => findings.push(format!("{who} listens to {name}, which nobody publishes")),
                        Some(written) if written < version => {
                            findings.push(format!(
                                "{who} reads version {version} of {name}, which is written as {written}"
                            ));
                        }
                        Some(_) => {}
                    }
                }
            }
        }
    }
    findings
}

fn files() -> Vec<String> {
    let entries = fs::read_dir(FOLDER).expect("schema/events is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().expect("names are texts")).collect();
    names.sort();
    names
}

#[test]
fn nothing_is_heard_that_nobody_publishes() {
    let findings = unheard_of(CONTEXTS);
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn finds_who_listens_to_nobody() {
    use hansa_event_sourcing::Published;
    use hansa_messaging::{Listener, Listening};
    const LISTENS: &[Listener] = &[Listener {
        consumer: "prices",
        events: &[Listening {
            context: "shop",
            aggregate: "product",
            events: &[("published", 1), ("updated", 2), ("forgotten", 1)],
        }],
    }];
    const PUBLISHES: &[Published] = &[Published { aggregate: "product", events: &[("published", 2), ("updated", 1)] }];
    let context = |name, publishes, listens| Context { name, nodes: &[], publishes, listens, sdl: String::new };
    let found = unheard_of(&[context("shop", PUBLISHES, &[]), context("till", &[], LISTENS)]);
    assert_eq!(
        found,
        [
            "till (prices) reads version 2 of shop.product.updated, which is written as 1",
            "till (prices) listens to shop.product.forgotten, which nobody publishes",
        ]
    );
}

#[test]
fn every_file_of_events_belongs_to_a_publisher() {
    let published = published(CONTEXTS);
    let files = files();
    let mut findings = Vec::new();
    for file in &files {
        let name = file.strip_suffix(".schema.json").or_else(|| file.strip_suffix(".json"));
        let parts = name.and_then(|name| name.rsplit_once(".v"));
        let version = parts.and_then(|(name, version)| Some((name, version.parse::<u16>().ok()?)));
        match version.and_then(|(name, version)| Some((published.get(name)?, version))) {
            Some((written, version)) if (1..=*written).contains(&version) => {}
            _ => findings.push(format!("schema/events/{file} is of no event that a context publishes")),
        }
    }
    for (name, written) in &published {
        for version in 1..=*written {
            for file in [format!("{name}.v{version}.json"), format!("{name}.v{version}.schema.json")] {
                if !files.contains(&file) {
                    findings.push(format!("schema/events/{file} is missing"));
                }
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// Stored events are in the form of the examples: whoever changes one of these would not read them any more.
#[test]
fn examples_that_are_committed_do_not_change() {
    let changed = |arguments: &[&str]| {
        let run = Command::new("git").args(arguments).args(["--no-renames", "--", "."]).current_dir(FOLDER).output();
        // Without a first commit, as in the copy that a new context is tried in, there is nothing to compare with.
        String::from_utf8(run.expect("git is there").stdout).expect("names are texts")
    };
    // What is not committed yet, and what has ever been.
    let now = changed(&["diff", "--name-status", "HEAD"]);
    let before = changed(&["log", "--diff-filter=MDT", "--name-status", "--format="]);
    let findings: BTreeSet<&str> = (now.lines().chain(before.lines()))
        .filter(|line| !line.is_empty() && !line.starts_with('A') && !line.ends_with(".schema.json"))
        .collect();
    let findings: Vec<&str> = findings.into_iter().collect();
    assert!(
        findings.is_empty(),
        "{}\npublished events do not change: take the change back, and make a new version",
        findings.join("\n")
    );
}
