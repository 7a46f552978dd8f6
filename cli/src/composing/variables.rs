//! `${env.NAME}`, `${env.NAME:-default}` and `${file.PATH}` in the values of `supergraph.yaml`; `$${` is a plain `${`.

use hansa_settings::{Entry, Mistake, Node, Value};
use std::{
    env::{self, VarError},
    path::{Path, PathBuf},
};

const FILE_BYTES_MAX: u64 = 1 << 20;

/// What values may refer to.
pub(super) struct Variables {
    /// Where relative paths start.
    folder: PathBuf,
}

impl Variables {
    pub(super) fn new(config: &Path) -> Variables {
        Variables { folder: config.parent().unwrap_or(Path::new("")).to_owned() }
    }

    /// The tree with all variables replaced. What cannot be is left out of it, and is one of the mistakes.
    pub(super) fn expand(&self, tree: &Node) -> (Node, Vec<Mistake>) {
        let mut mistakes = Vec::new();
        let expanded = self.expanded(tree, "", &mut mistakes);
        let empty = || Node::empty_map(tree.place.clone());
        (expanded.unwrap_or_else(empty), mistakes)
    }

    fn expanded(&self, node: &Node, key: &str, mistakes: &mut Vec<Mistake>) -> Option<Node> {
        let value = match &node.value {
            Value::Text(text) => match self.replace(text) {
                Ok(text) => Value::Text(text),
                Err(reason) => {
                    mistakes.push(Mistake::wrong_value(&node.place, key, reason));
                    return None;
                }
            },
            Value::List(items) => {
                Value::List(items.iter().filter_map(|item| self.expanded(item, key, mistakes)).collect())
            }
            Value::Map(entries) => {
                let mut expanded = Vec::new();
                for entry in entries {
                    let dot = if key.is_empty() { "" } else { "." };
                    let node = self.expanded(&entry.node, &format!("{key}{dot}{}", entry.key), mistakes);
                    expanded.extend(node.map(|node| Entry { node, ..entry.clone() }));
                }
                Value::Map(expanded)
            }
            other => other.clone(),
        };
        Some(Node { place: node.place.clone(), value })
    }

    fn replace(&self, text: &str) -> Result<String, String> {
        let mut replaced = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("${") {
            if let Some(before) = rest[..start].strip_suffix('$') {
                replaced.push_str(before);
                replaced.push_str("${");
                rest = &rest[start + 2..];
                continue;
            }
            replaced.push_str(&rest[..start]);
            let inside = &rest[start + 2..];
            let Some(end) = inside.find('}') else { return Err("`${` has no closing brace".to_owned()) };
            replaced.push_str(&self.value_of(&inside[..end])?);
            rest = &inside[end + 1..];
        }
        replaced.push_str(rest);
        Ok(replaced)
    }

    fn value_of(&self, variable: &str) -> Result<String, String> {
        let (name, default) = match variable.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (variable, None),
        };
        let found = match name.split_once('.') {
            Some(("env", name)) => variable_of_environment(name),
            Some(("file", path)) => self.content_of(path),
            _ => {
                return Err(format!(
                    "`${{{variable}}}` is unknown; write `${{env.{variable}}}` for a variable of the environment"
                ));
            }
        };
        // As in a shell, what is set to nothing has its default, too.
        match (found, default) {
            (Ok(value), Some(default)) if value.is_empty() => Ok(default.to_owned()),
            (Err(_), Some(default)) => Ok(default.to_owned()),
            (found, _) => found,
        }
    }

    fn content_of(&self, path: &str) -> Result<String, String> {
        let text = crate::input::read_capped(&self.folder.join(path), FILE_BYTES_MAX);
        let text = text.map_err(|reason| format!("the file `{path}` that it takes its value from: {reason}"))?;
        Ok(text.trim_end_matches(['\n', '\r']).to_owned())
    }
}

fn variable_of_environment(name: &str) -> Result<String, String> {
    // An empty name, or one with `=`, is none that the system can be asked for.
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err(format!("`{name}` is no name of an environment variable"));
    }
    env::var(name).map_err(|error| match error {
        VarError::NotPresent => {
            format!("the environment variable {name} is not set; set it, or write `${{env.{name}:-DEFAULT}}`")
        }
        VarError::NotUnicode(_) => format!("the environment variable {name} is not UTF-8 text"),
    })
}
