//! What operators do to a router: new supergraphs, and signals.

use std::{fs, path::PathBuf, process::Command, time::Duration};

use super::operations::FIELD_OF_ONE_VERSION;

const RELOAD_PAUSE: Duration = Duration::from_secs(4);
const HANG_UP_PAUSE: Duration = Duration::from_secs(37);

/// One with and one without a field.
pub fn two_versions(supergraph: &str) -> [String; 2] {
    let without = supergraph.lines().filter(|line| !line.trim_start().starts_with(FIELD_OF_ONE_VERSION));
    [supergraph.to_owned(), without.collect::<Vec<_>>().join("\n")]
}

/// Changes the file for ever, as a deployment does: a new one is put in its place.
pub async fn reload(file: PathBuf, versions: [String; 2]) {
    let beside = file.with_extension("new");
    for version in versions.iter().rev().cycle() {
        tokio::time::sleep(RELOAD_PAUSE).await;
        // The folder goes away with the router.
        let _ = fs::write(&beside, version).and_then(|()| fs::rename(&beside, &file));
    }
}

/// SIGHUP makes the router read its files again though they are the same.
pub async fn hang_up(process: u32) {
    loop {
        tokio::time::sleep(HANG_UP_PAUSE).await;
        let _ = Command::new("kill").args(["-HUP", &process.to_string()]).status();
    }
}
