//! The files that the code writes about itself: `schema/config.schema.json` and `docs/reference/`.
//!
//! The binary knows its settings and commands, so it writes them (`hansa reference --output DIR`); this task only
//! puts the files into the repository, or compares them with those that are there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::repository::{cargo, release_binary, root, run, target_dir};

/// Folders that hold nothing but generated files, so that a file nobody writes any more is found.
const GENERATED_FOLDERS: [&str; 2] = ["docs/reference", "schema"];

/// Among them, what the tests of the contexts write, with `UPDATE_EXPECT=1`: examples and schemas of events.
const WRITTEN_BY_TESTS: &str = "schema/events";

pub(crate) fn write() -> Result<()> {
    let generated = generate_with_debug_build()?;
    for stale in stale_files(&generated)? {
        fs::remove_file(root().join(&stale))?;
        println!("removed {}", stale.display());
    }
    for file in files_under(&generated)? {
        let text = fs::read(generated.join(&file))?;
        let committed = root().join(&file);
        if fs::read(&committed).is_ok_and(|old| old == text) {
            continue;
        }
        fs::create_dir_all(committed.parent().expect("a generated file is in a folder"))?;
        fs::write(&committed, text).with_context(|| format!("could not write {}", committed.display()))?;
        println!("wrote {}", file.display());
    }
    Ok(())
}

pub(crate) fn check() -> Result<()> {
    compare(&generate_with_debug_build()?)
}

/// The same check for CI, which has built the release binary anyway.
pub(crate) fn check_with_release_binary() -> Result<()> {
    let output = empty_output_folder()?;
    run(release_binary("hansa"), &["reference", "--output", path_text(&output)?])?;
    compare(&output)
}

fn generate_with_debug_build() -> Result<PathBuf> {
    let output = empty_output_folder()?;
    cargo(&["run", "--quiet", "-p", "hansa-cli", "--", "reference", "--output", path_text(&output)?])?;
    Ok(output)
}

fn empty_output_folder() -> Result<PathBuf> {
    let output = target_dir().join("generated-reference");
    if output.exists() {
        fs::remove_dir_all(&output).with_context(|| format!("could not empty {}", output.display()))?;
    }
    fs::create_dir_all(&output)?;
    Ok(output)
}

fn compare(generated: &Path) -> Result<()> {
    let files = files_under(generated)?;
    if files.is_empty() {
        bail!("`hansa reference` wrote no file");
    }
    let mut different: Vec<PathBuf> = stale_files(generated)?;
    for file in files {
        let text = fs::read(generated.join(&file))?;
        if fs::read(root().join(&file)).ok().is_none_or(|committed| committed != text) {
            print_difference(&file, generated);
            different.push(file);
        }
    }
    if different.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = different.iter().map(|file| file.display().to_string()).collect();
    bail!("not what the code says: {}; run `cargo xtask schema` and commit the result", names.join(", "));
}

/// Shows what changed where `git` is there; the names alone are enough to act on.
fn print_difference(file: &Path, generated: &Path) {
    let _ = Command::new("git")
        .args(["--no-pager", "diff", "--no-index", "--no-color", "--"])
        .arg(file)
        .arg(generated.join(file))
        .current_dir(root())
        .status();
}

/// Committed files in the generated folders that the binary did not write.
fn stale_files(generated: &Path) -> Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for folder in GENERATED_FOLDERS {
        for file in files_under(&root().join(folder))? {
            let file = Path::new(folder).join(file);
            if !generated.join(&file).exists() && !file.starts_with(WRITTEN_BY_TESTS) {
                stale.push(file);
            }
        }
    }
    Ok(stale)
}

/// All files below a folder, relative to it and sorted; none when the folder does not exist.
fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next).with_context(|| format!("could not list {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn path_text(path: &Path) -> Result<&str> {
    path.to_str().context("the target folder's name is not UTF-8")
}
