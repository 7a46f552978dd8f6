//! What comes from outside: permissive licences only, and none of the crates that `deny.toml` bans.

use std::process::Command;

use crate::repository::{expect_none, output_of, read};

#[test]
fn dependencies_are_permitted() {
    let policy = read("deny.toml");
    let allowed = quoted_after(&policy, "allow = [", ']');
    let banned = quoted_after(&policy, "\ndeny = [", ']');
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // What this machine builds, features considered: the lock file also has what no feature brings in.
    let arguments = ["tree", "--workspace", "--locked", "--prefix", "none", "--no-dedupe", "--format", "{p};{l}"];
    let tree = output_of(Command::new(cargo).args(arguments));
    let mut packages: Vec<&str> = tree.lines().filter(|line| !line.is_empty()).collect();
    packages.sort_unstable();
    packages.dedup();
    let mut findings = Vec::new();
    for (package, licence) in packages.iter().filter_map(|line| line.split_once(';')) {
        let name = package.split(' ').next().unwrap_or_default();
        if banned.contains(&name) {
            findings.push(format!("{package} is banned"));
        }
        let licence = if licence.is_empty() { clarified(&policy, name) } else { licence };
        let excepted = excepted(&policy, name);
        if !is_allowed(licence, &[allowed.as_slice(), &excepted].concat()) {
            findings.push(format!("{package}: licence `{licence}`"));
        }
    }
    expect_none(&findings, "use another crate, or ours", "deny.toml and CONTRIBUTING.md, \"House rules\"");
}

/// What the policy says of a crate whose manifest names no licence.
fn clarified<'a>(policy: &'a str, name: &str) -> &'a str {
    let entry =
        policy.split("[[licenses.clarify]]").skip(1).find(|entry| entry.contains(&format!("crate = \"{name}\"")));
    entry.and_then(|entry| entry.split("expression = \"").nth(1)?.split('"').next()).unwrap_or_default()
}

/// What the policy allows this crate alone.
fn excepted<'a>(policy: &'a str, name: &str) -> Vec<&'a str> {
    let mut entries = policy.split("[[licenses.exceptions]]").skip(1);
    let entry = entries.find(|entry| entry.trim_start().starts_with(&format!("crate = \"{name}\"")));
    entry.map(|entry| quoted_after(entry, "allow = [", ']')).unwrap_or_default()
}

fn quoted_after<'a>(policy: &'a str, opening: &str, closing: char) -> Vec<&'a str> {
    let (_, rest) = policy.split_once(opening).expect("deny.toml has the list");
    let list = rest.split(closing).next().unwrap_or_default();
    list.split('"').skip(1).step_by(2).collect()
}

/// Whether a licence expression (`OR`, `AND`, brackets; `/` in old manifests) can be met with permitted licences.
fn is_allowed(licence: &str, allowed: &[&str]) -> bool {
    let spaced = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "+WITH+");
    let mut tokens = spaced.split_whitespace().peekable();
    let permitted = any_of(&mut tokens, allowed);
    permitted && tokens.next().is_none()
}

type Tokens<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(tokens: &mut Tokens, allowed: &[&str]) -> bool {
    let mut permitted = all_of(tokens, allowed);
    while tokens.next_if_eq(&"OR").is_some() {
        // Not `||`: the tokens of the other alternatives must be read either way.
        permitted |= all_of(tokens, allowed);
    }
    permitted
}

fn all_of(tokens: &mut Tokens, allowed: &[&str]) -> bool {
    let mut permitted = one_of(tokens, allowed);
    while tokens.next_if_eq(&"AND").is_some() {
        permitted &= one_of(tokens, allowed);
    }
    permitted
}

fn one_of(tokens: &mut Tokens, allowed: &[&str]) -> bool {
    match tokens.next() {
        Some("(") => {
            let permitted = any_of(tokens, allowed);
            tokens.next_if_eq(&")").is_some() && permitted
        }
        Some(name) => allowed.contains(&name.replace("+WITH+", " WITH ").as_str()),
        None => false,
    }
}

#[test]
fn reads_licence_expressions() {
    let allowed = ["MIT", "Apache-2.0", "ISC", "Unicode-3.0"];
    for permitted in
        ["MIT", "MIT/Apache-2.0", "(GPL-3.0 AND ISC) OR MIT", "ISC AND MIT", "(MIT OR GPL-3.0) AND Unicode-3.0"]
    {
        assert!(is_allowed(permitted, &allowed), "{permitted}");
    }
    for refused in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND GPL-3.0", "GPL-3.0 AND (MIT OR ISC)"] {
        assert!(!is_allowed(refused, &allowed), "{refused}");
    }
}
