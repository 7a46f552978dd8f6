//! Names of contexts: one word that can be a folder, a crate, a module, the prefix of ids and a GraphQL type.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

const LETTERS_MIN: usize = 3;
const LETTERS_MAX: usize = 20;

/// Words that Rust keeps for itself, and those that the generated modules use for something else.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "abstract", "alloc", "arc", "async", "await", "become", "box", "break", "caller", "chrono", "commands", "connection",
    "const", "context", "continue", "core", "crate", "cursor", "domain", "done", "dyn", "else", "entities", "entity", "enum",
    "extern", "false", "fault", "final", "for", "graphql", "hansa", "impl", "interface", "item", "items", "let", "loop",
    "macro", "main", "match", "migrations", "mod", "move", "mut", "mutation", "node", "object", "option", "outcome",
    "override", "page", "path", "policies", "priv", "pub", "query", "ref", "refusal", "representations", "resource",
    "result", "return", "router", "self", "serde", "services", "source", "static", "std", "string", "struct", "subgraph",
    "subscription", "super", "test", "tests", "thiserror", "title", "tokio", "trait", "true", "try", "type", "typeof",
    "union", "unsafe", "unsized", "use", "uuid", "value", "vec", "virtual", "where", "while", "world", "yield",
];

/// A name that is free in the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContextName(String);

impl ContextName {
    pub(crate) fn parse(name: &str, root: &Path) -> Result<ContextName> {
        let shown: String = name.chars().take(40).collect();
        if name.is_empty() {
            bail!("the name is empty; a context is called by one word, such as `wishlist`");
        }
        if !name.bytes().all(|byte| byte.is_ascii_lowercase()) {
            bail!(
                "`{}` is no name of a context: it is one word of the letters a to z, such as `wishlist`",
                shown.escape_debug()
            );
        }
        if !(LETTERS_MIN..=LETTERS_MAX).contains(&name.len()) {
            bail!("`{shown}` is no name of a context: it has {LETTERS_MIN} to {LETTERS_MAX} letters");
        }
        if RESERVED.contains(&name) {
            bail!(
                "`{name}` cannot be the name of a context: Rust or the generated code uses the word for something else"
            );
        }
        let manifest = fs::read_to_string(root.join("Cargo.toml")).context("could not read Cargo.toml")?;
        let is_package = manifest.lines().any(|line| line.starts_with(&format!("hansa-{name} = ")));
        if is_package || root.join("subgraphs").join(name).exists() {
            bail!("there is a crate `hansa-{name}`, or a folder subgraphs/{name}, already; choose another name");
        }
        Ok(ContextName(name.to_owned()))
    }

    /// The name as a type: `Wishlist`.
    pub(crate) fn type_name(&self) -> String {
        let mut name = self.0.clone();
        name[..1].make_ascii_uppercase();
        name
    }

    /// A template with the name in it.
    pub(crate) fn fill(&self, template: &str) -> String {
        template.replace("{{Name}}", &self.type_name()).replace("{{name}}", &self.0)
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ContextName;
    use crate::repository::root;

    fn problem(name: &str) -> String {
        ContextName::parse(name, root()).expect_err(name).to_string()
    }

    #[test]
    fn takes_one_free_word() {
        let name = ContextName::parse("wishlist", root()).expect("it is free");
        assert_eq!(name.type_name(), "Wishlist");
        assert_eq!(name.fill("{{name}}Item of {{Name}} {name}"), "wishlistItem of Wishlist {name}");
    }

    #[test]
    fn says_why_a_name_cannot_be() {
        assert_eq!(problem(""), "the name is empty; a context is called by one word, such as `wishlist`");
        for name in
            ["Wishlist", "wish-list", "wish_list", "wish list", "wish1", "../up", "a/b", ".", "wünsche", "a\nb", "-h"]
        {
            let expected = format!("`{}` is no name of a context: it is one word", name.escape_debug());
            assert!(problem(name).starts_with(&expected), "{}", problem(name));
        }
        for name in ["ab", &"a".repeat(21)] {
            assert!(problem(name).ends_with("it has 3 to 20 letters"), "{name}");
        }
        assert!(problem(&"A".repeat(10_000)).len() < 200, "a long name is cut");
        for name in ["type", "self", "query", "node", "tests"] {
            assert!(problem(name).contains("uses the word for something else"), "{name}");
        }
        for name in ["catalog", "identity", "relational", "server"] {
            assert!(problem(name).starts_with(&format!("there is a crate `hansa-{name}`")), "{name}");
        }
    }
}
