//! Reads settings: file, then environment, then flags. A wrong one names its key, its place and the nearest right one.

use super::{
    Config, Contradiction,
    tree::{Node, Place},
    tree_deserializer::{Misfit, Reason, TreeDeserializer},
};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

const PREFIX: &str = "HANSA_";

/// Variables with our prefix that are no settings: the file that holds the settings, what tests are told, and what
/// Kubernetes tells every container beside a service named `hansa`.
const OTHER_VARIABLES: [&str; 4] = ["HANSA_CONFIG", "HANSA_TEST_", "HANSA_SERVICE_", "HANSA_PORT"];

/// A word with more wrong letters than this for each right one is another word.
const LETTERS_FOR_EACH_WRONG: usize = 4;

/// A setting given on the command line.
#[derive(Debug, Clone)]
pub struct Override {
    /// `limits.depth_max`.
    pub key: String,
    pub value: String,
    /// As the user knows it: `--listen`.
    pub flag: String,
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("could not read the configuration file {}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{}:{line}:{column}: not valid YAML: {reason}", path.display())]
    Yaml { path: PathBuf, line: u64, column: u64, reason: String },
    #[error("{place}: unknown setting `{key}`{nearest}")]
    UnknownKey { place: String, key: String, nearest: String },
    #[error("{place}: wrong value for `{key}`: {reason}")]
    WrongValue { place: String, key: String, reason: String },
    #[error("{place}{contradiction}")]
    Contradiction { place: String, contradiction: Contradiction },
}

impl Config {
    /// Puts settings together from a file, environment variables `HANSA_*` (others are ignored; two underscores separate
    /// the keys of nested settings) and flags, each overriding those before.
    pub fn load(
        path: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        overrides: &[Override],
    ) -> Result<Config, ConfigError> {
        let mut tree = match path {
            Some(path) => read_file(path)?,
            None => Node::empty_map(Place::Flag("--config".to_owned())),
        };
        set_from_environment(&mut tree, variables);
        for setting in overrides {
            let keys: Vec<&str> = setting.key.split('.').collect();
            tree.set(&keys, &setting.value, &Place::Flag(setting.flag.clone()));
        }
        let config = Config::deserialize(TreeDeserializer(&tree)).map_err(explain)?;
        config.check().map_err(|contradiction| {
            let place = contradiction.keys.iter().find_map(|key| tree.place_of(key));
            ConfigError::Contradiction {
                place: place.map(|place| format!("{place}: ")).unwrap_or_default(),
                contradiction,
            }
        })?;
        Ok(config)
    }
}

fn read_file(path: &Path) -> Result<Node, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::File { path: path.to_owned(), source })?;
    Node::from_yaml(&text, path).map_err(|error| {
        let error = error.without_snippet();
        let location = error.location().unwrap_or(serde_saphyr::Location::UNKNOWN);
        ConfigError::Yaml {
            path: path.to_owned(),
            line: location.line(),
            column: location.column(),
            reason: without_library_words(&error.to_string()),
        }
    })
}

/// The place is told already, and advice to programmers helps nobody who wrote a file.
fn without_library_words(error: &str) -> String {
    let error = error.rsplit_once(" at line ").map_or(error, |(before, _)| before);
    let end = [", set ", "; use "].iter().filter_map(|advice| error.find(advice)).min();
    error[..end.unwrap_or(error.len())].to_owned()
}

/// In the order of their names, so that the outcome does not depend on the environment's order.
fn set_from_environment(tree: &mut Node, variables: impl IntoIterator<Item = (String, String)>) {
    let mut settings: Vec<(String, String)> = variables
        .into_iter()
        .filter(|(name, _)| name.starts_with(PREFIX) && !OTHER_VARIABLES.iter().any(|other| name.starts_with(other)))
        .collect();
    settings.sort();
    for (name, value) in settings {
        let key = name[PREFIX.len()..].to_ascii_lowercase();
        let keys: Vec<&str> = key.split("__").collect();
        tree.set(&keys, &value, &Place::Variable(name.clone()));
    }
}

fn explain(misfit: Misfit) -> ConfigError {
    let place = misfit.place.as_ref().map(Place::to_string).unwrap_or_default();
    let parent = misfit.dotted_key();
    match misfit.reason {
        Reason::UnknownKey { key, expected } => {
            let nearest = nearest(&key, &expected, &parent);
            let key = if parent.is_empty() { key } else { format!("{parent}.{key}") };
            ConfigError::UnknownKey { place, key, nearest }
        }
        Reason::UnknownValue { value, expected } => {
            let nearest = nearest(&value, &expected, "");
            ConfigError::WrongValue {
                place,
                key: parent,
                reason: format!("`{value}` is not one of {}{nearest}", quoted_list(&expected)),
            }
        }
        Reason::Other(reason) if parent.is_empty() => {
            ConfigError::WrongValue { place, key: "(the whole file)".to_owned(), reason }
        }
        Reason::Other(reason) => ConfigError::WrongValue { place, key: parent, reason },
    }
}

fn nearest(word: &str, expected: &[&str], parent: &str) -> String {
    let Some(nearest) = expected.iter().min_by_key(|candidate| strsim::damerau_levenshtein(candidate, word)) else {
        return String::new();
    };
    if strsim::damerau_levenshtein(nearest, word) > 1 + word.len() / LETTERS_FOR_EACH_WRONG {
        return match parent {
            "" => String::new(),
            parent => format!("; settings under `{parent}`: {}", quoted_list(expected)),
        };
    }
    let dot = if parent.is_empty() { "" } else { "." };
    format!("; did you mean `{parent}{dot}{nearest}`?")
}

fn quoted_list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
