//! Data directories that cannot be used: what is said, and that nothing in them is touched.

use crate::{
    demo_data,
    process::{Called, Running, call},
    scratch::Scratch,
};
use std::{fs, path::Path};

#[track_caller]
fn assert_refused(called: &Called, folder: &Path, words: &[&str]) {
    assert_eq!(called.status, 2, "{}{}", called.stdout, called.stderr);
    let complaint = called.stderr.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
    for word in [folder.to_str().unwrap(), "--data"].iter().chain(words) {
        assert!(complaint.contains(word), "`{word}` is not in: {complaint}");
    }
}

fn up(folder: &Path) -> Called {
    call(&["up", "--data", folder.to_str().unwrap(), "--listen", "127.0.0.1:0"])
}

#[test]
fn somebody_elses_directory_is_left_alone() {
    let scratch = Scratch::new();
    scratch.file("notes.txt", "mine");
    let folder = scratch.path("");
    assert_refused(&up(&folder), &folder, &["notes.txt", "empty directory"]);
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["notes.txt"]);
}

#[test]
fn a_file_is_no_directory() {
    let scratch = Scratch::new();
    let file = scratch.path("data");
    fs::write(&file, "text").unwrap();
    assert_refused(&up(&file), &file, &["it is a file"]);
    let below = file.join("deeper");
    assert_refused(&up(&below), &below, &["a part of this path is a file"]);
}

/// Where nobody may make a folder, whoever runs the test.
#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let folder = Path::new("/proc/hansa-data");
    assert_refused(&up(folder), folder, &["name another directory"]);
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_to_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(folder.join("probe"), "").is_ok() {
        // Rights do not bind whoever runs this test; /proc is for them.
        fs::remove_file(folder.join("probe")).unwrap();
        return;
    }
    assert_refused(&up(&folder), &folder, &["may not write"]);
}

#[test]
fn a_newer_or_a_broken_marker_is_refused() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    fs::create_dir(&folder).unwrap();
    let marker = folder.join("hansa-data.json");
    fs::write(&marker, r#"{"about":"","format":1000}"#).unwrap();
    assert_refused(&up(&folder), &folder, &["a newer hansa", "format 1000"]);
    fs::write(&marker, "{").unwrap();
    assert_refused(&up(&folder), &folder, &["hansa-data.json cannot be read"]);
}

#[test]
fn one_process_has_a_directory_at_a_time() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    let arguments = ["up", "--no-demo", "--data", folder.to_str().unwrap(), "--listen", "127.0.0.1:0"];
    let first = Running::start(&arguments);
    demo_data::wait_until_up(&first);
    assert_refused(&up(&folder), &folder, &["another process", "is using it"]);
    let keys = folder.join("passport-keys.json");
    let arguments =
        ["subgraph", "catalog", "--data", folder.to_str().unwrap(), "--passport-keys", keys.to_str().unwrap()];
    assert_refused(&call(&arguments), &folder, &["another process", "is using it"]);
    first.signal("KILL");
    drop(first);
    let second = Running::start(&["up", "--no-demo", "--data", folder.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    demo_data::wait_until_up(&second);
    assert!(!second.stdout().contains("ada"), "no demo, no logins:\n{}", second.stdout());
}

#[cfg(unix)]
#[test]
fn other_users_cannot_read_what_is_made_and_folders_that_they_can_read_are_refused() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    let set_mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let start = || {
        let arguments = ["up", "--no-demo", "--data", folder.to_str().unwrap(), "--listen", "127.0.0.1:0"];
        demo_data::wait_until_up(&Running::start(&arguments));
    };
    start();
    let folders = ["", "identity", "catalog", "social"].map(|name| folder.join(name));
    assert_eq!(folders.each_ref().map(|path| mode(path)), [0o700; 4]);
    set_mode(&folders[2], 0o755);
    start();
    set_mode(&folder, 0o755);
    assert_refused(&up(&folder), &folder, &["every user", "`catalog`", "chmod 700"]);
    let keys = folder.join("passport-keys.json");
    let arguments =
        ["subgraph", "catalog", "--data", folder.to_str().unwrap(), "--passport-keys", keys.to_str().unwrap()];
    assert_refused(&call(&arguments), &folder, &["every user", "`catalog`", "chmod 700"]);
    set_mode(&folders[2], 0o750);
    start();
    assert_eq!((mode(&folder), mode(&folders[2])), (0o755, 0o750), "what somebody made so stays so");
}

#[test]
fn production_refuses_logins_that_everybody_knows() {
    let scratch = Scratch::new();
    let folder = scratch.path("data");
    demo_data::copy_to(&folder);
    let keys = folder.join("passport-keys.json");
    let arguments =
        ["subgraph", "identity", "--data", folder.to_str().unwrap(), "--passport-keys", keys.to_str().unwrap()];
    assert_refused(&call(&arguments), &folder, &["the demo's logins", "--dev"]);
}

#[test]
fn a_subgraph_is_named_as_it_is() {
    let called = call(&["subgraph", "catalogue", "--passport-keys", "keys.json"]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("did you mean `catalog`?"), "{}", called.stderr);
    let called = call(&["sdl", "sozial"]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("did you mean `social`?"), "{}", called.stderr);
    let scratch = Scratch::new();
    let keys = scratch.path("keys.json");
    let called = call(&["subgraph", "catalog", "--passport-keys", keys.to_str().unwrap()]);
    assert_eq!(called.status, 2);
    assert!(called.stderr.contains("--passport-keys") && called.stderr.contains("keys.json"), "{}", called.stderr);
}
