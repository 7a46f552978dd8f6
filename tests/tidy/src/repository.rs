//! What the rules read: the files of the repository, its crates, and how a broken rule is told.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

pub(crate) struct Repository {
    /// With `/` between folders, relative to the root, sorted: what is committed and what is about to be.
    pub(crate) files: Vec<String>,
}

impl Repository {
    pub(crate) fn get() -> &'static Repository {
        static REPOSITORY: OnceLock<Repository> = OnceLock::new();
        REPOSITORY.get_or_init(|| {
            let listed =
                output_of(Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]));
            let mut files: Vec<String> =
                listed.split('\0').filter(|file| root().join(file).is_file()).map(str::to_owned).collect();
            files.sort();
            files.dedup();
            Repository { files }
        })
    }

    /// Files whose name ends so.
    pub(crate) fn files_ending(&self, ending: &str) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str).filter(move |file| file.ends_with(ending))
    }

    /// Text files that people here wrote: without what tools make, and what others wrote.
    pub(crate) fn own_texts(&self) -> impl Iterator<Item = (&str, String)> {
        self.files
            .iter()
            .filter(|file| !is_made_by_tools(file))
            .filter_map(|file| Some((file.as_str(), std::fs::read_to_string(root().join(file)).ok()?)))
    }

    pub(crate) fn has_file_or_folder(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        self.files.iter().any(|file| file == path || file.starts_with(&folder))
    }
}

fn is_made_by_tools(file: &str) -> bool {
    file.starts_with("router/server/playground/dist/") || file.ends_with(".lock") || file.ends_with("package-lock.json")
}

pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.ancestors().nth(2).expect("this crate is two folders below the root").to_path_buf()
    })
}

pub(crate) fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("could not read {file}: {error}"))
}

/// A crate of this workspace.
pub(crate) struct Member {
    pub(crate) name: String,
    /// Relative to the root.
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<Dependency>,
}

pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) is_dev: bool,
}

/// The crates of this workspace, by name.
pub(crate) fn members() -> Vec<Member> {
    let metadata = cargo_metadata(&["--no-deps"]);
    let mut members: Vec<Member> = list(&metadata["packages"]).iter().map(member).collect();
    members.sort_by(|one, other| one.name.cmp(&other.name));
    members
}

fn member(package: &Value) -> Member {
    let manifest = Path::new(text(&package["manifest_path"]));
    let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root()).ok());
    Member {
        name: text(&package["name"]).to_owned(),
        folder: folder.and_then(Path::to_str).expect("members are below the root").replace('\\', "/"),
        dependencies: list(&package["dependencies"])
            .iter()
            .map(|dependency| Dependency {
                name: text(&dependency["name"]).to_owned(),
                is_dev: dependency["kind"] == "dev",
            })
            .collect(),
    }
}

pub(crate) fn cargo_metadata(arguments: &[&str]) -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let metadata =
        output_of(Command::new(cargo).args(["metadata", "--format-version", "1", "--locked"]).args(arguments));
    serde_json::from_str(&metadata).expect("cargo metadata prints JSON")
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Runs a program in the root folder.
pub(crate) fn output_of(command: &mut Command) -> String {
    let output = command.current_dir(root()).output();
    let output = output.unwrap_or_else(|error| panic!("could not run {command:?}: {error}"));
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("its output is UTF-8")
}

/// Fails when something was found, and says what to do and which page has the reason.
pub(crate) fn expect_none(findings: &[String], what_to_do: &str, reason: &str) {
    assert!(findings.is_empty(), "\n  {}\n\nwhat to do: {what_to_do}\nwhy: {reason}\n", findings.join("\n  "));
}
