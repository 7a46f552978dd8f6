//! A folder for one test, removed with it, and the files of the demo case.

use std::{
    fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

static COUNT: AtomicU32 = AtomicU32::new(0);

pub(crate) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    pub(crate) fn new() -> Scratch {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("hansa-it-{}-{number}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        Scratch { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes a file and gives its path as an argument.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        // Renamed into place, as deployments do: nobody reads half a file.
        let unfinished = self.path(&format!("{name}.unfinished"));
        fs::write(&unfinished, text).unwrap();
        fs::rename(&unfinished, &path).unwrap();
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub(crate) fn demo_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/demo").join(name)
}

pub(crate) fn demo_text(name: &str) -> String {
    let path = demo_file(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn demo_argument(name: &str) -> String {
    demo_file(name).display().to_string()
}

/// The demo's supergraph with subgraphs elsewhere: pairs of name and URL.
pub(crate) fn demo_supergraph_at(urls: &[(&str, &str)]) -> String {
    let mut sdl = demo_text("supergraph.graphql");
    for (name, url) in urls {
        let placeholder = format!("http://127.0.0.1:4001/{name}/graphql");
        assert!(sdl.contains(&placeholder), "the demo's supergraph has {placeholder}");
        sdl = sdl.replace(&placeholder, url);
    }
    sdl
}
