//! A data directory with the demo in it: loaded once, copied for each system that wants one.

use crate::process::Running;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

/// A build for tests loads slowly, and two of them share the machine.
const LOADED_WITHIN: Duration = Duration::from_secs(300);
const STOPPED_WITHIN: Duration = Duration::from_secs(10);

/// Puts a copy into `folder`, which must not exist.
pub(crate) fn copy_to(folder: &Path) {
    static LOADED: OnceLock<PathBuf> = OnceLock::new();
    copy(LOADED.get_or_init(load), folder);
}

/// Into a folder of the build, which the next run clears away.
fn load() -> PathBuf {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e-demo-data");
    let _ = fs::remove_dir_all(&data);
    let mut up = Running::start(&["up", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    wait_until_up(&up);
    up.signal("TERM");
    assert!(up.end_within(STOPPED_WITHIN).success(), "{}", up.stderr());
    data
}

/// Waits for the last line of what `hansa up` prints.
pub(crate) fn wait_until_up(up: &Running) {
    let deadline = Instant::now() + LOADED_WITHIN;
    while !up.stdout().contains("Ctrl-C") {
        let log = up.stderr();
        assert!(!log.contains("error: "), "it did not start:\n{log}");
        assert!(Instant::now() < deadline, "not up within {LOADED_WITHIN:?}:\n{log}");
        thread::sleep(Duration::from_millis(20));
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}
