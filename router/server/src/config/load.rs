//! Reads settings: file, then environment, then flags. A wrong one names its key, its place and the nearest right one.

use super::{Config, Contradiction};
use hansa_settings::{Mistake, Node, Place};
use std::{
    fs,
    path::{Path, PathBuf},
};

const PREFIX: &str = "HANSA_";

/// Variables with our prefix that are no settings: the file that holds the settings, what tests are told, and what
/// Kubernetes tells every container beside a service named `hansa`.
const OTHER_VARIABLES: [&str; 4] = ["HANSA_CONFIG", "HANSA_TEST_", "HANSA_SERVICE_", "HANSA_PORT"];

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
    #[error(transparent)]
    Setting(#[from] Mistake),
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
        let config: Config = tree.typed()?;
        config.check().map_err(|contradiction| {
            let place = contradiction.keys.iter().find_map(|key| tree.place_of(key.split('.')));
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
    Ok(Node::from_yaml(&text, path)?)
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
