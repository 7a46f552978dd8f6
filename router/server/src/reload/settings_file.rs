//! The settings file while the router runs. `override_labels` is taken from a changed one, so that fields can be handed
//! over, and taken back at once, without a restart; whoever changes anything else is told that it needs one.

use super::{ChangedLabels, SupergraphSwap, stamp};
use crate::Config;
use std::{fmt, fs, path::PathBuf, time::SystemTime};

type Stamp = (Option<SystemTime>, u64);

/// The file, and how settings are put together from it and from what else there is.
pub(crate) struct SettingsFile {
    path: PathBuf,
    read: Box<dyn Fn() -> Result<Config, String> + Send + Sync>,
    stamp: Option<Stamp>,
}

impl SettingsFile {
    /// The file as it is now counts as seen.
    pub(crate) fn new(
        path: PathBuf,
        read: impl Fn() -> Result<Config, String> + Send + Sync + 'static,
    ) -> SettingsFile {
        let mut file = SettingsFile { path, read: Box::new(read), stamp: None };
        file.stamp = file.stamp_now();
        file
    }

    /// A file that is not there for a moment, or is a pipe now, is not looked at.
    fn stamp_now(&self) -> Option<Stamp> {
        fs::metadata(&self.path).ok().filter(|metadata| metadata.is_file()).map(|metadata| stamp(&metadata))
    }

    /// Takes the labels from the file if it has changed; they hold from then on. `is_forced` takes them even if size and time
    /// are the same.
    pub(super) fn look(&mut self, is_forced: bool, swap: &SupergraphSwap) -> Option<ChangedLabels> {
        let stamp = self.stamp_now()?;
        if self.stamp == Some(stamp) && !is_forced {
            return None;
        }
        self.stamp = Some(stamp);
        let path = self.path.display();
        let mut config = match (self.read)() {
            Ok(config) => config,
            Err(error) => {
                tracing::error!(%path, error, "changed settings refused; the old ones stay");
                return None;
            }
        };
        let surroundings = &swap.surroundings;
        let labels = std::mem::take(&mut config.override_labels);
        let changed = (labels != *surroundings.label_rules.get()).then(|| {
            let changed = swap.replace_labels(labels);
            tracing::info!(%path, "`override_labels` is as the changed settings say");
            changed
        });
        config.override_labels.clone_from(&surroundings.config.override_labels);
        if config != *surroundings.config {
            tracing::warn!(%path, "settings other than `override_labels` have changed; they need a restart");
        }
        changed
    }
}

impl fmt::Debug for SettingsFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SettingsFile").field("path", &self.path).finish_non_exhaustive()
    }
}
