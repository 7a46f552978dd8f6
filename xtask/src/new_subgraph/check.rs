//! `cargo xtask new-subgraph --check`: a context made from the templates compiles, passes its tests and the house rules,
//! composes and answers through `hansa up`. In a copy of the repository that builds into the same target folder, so that
//! what is the same is not built again. The copy is never inside of the target folder: cargo would remember its files by
//! their place there, and take what was built of them for built of the repository whatever changes in that.

use std::collections::HashSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};

use super::{ContextName, generate, write_examples};
use crate::demo;
use crate::repository::{root, target_dir};

const NAME: &str = "sample";

pub(crate) fn check() -> Result<()> {
    let started = Instant::now();
    let folder = scratch_folder();
    let copy = folder.join("repository");
    copy_repository(&copy)?;
    let name = ContextName::parse(NAME, &copy)?;
    generate(&copy, &name)?;
    write_examples(&copy, &name)?;
    cargo(&copy, &["test", "--quiet", "-p", "hansa-sample"])?;
    cargo(&copy, &["test", "--quiet", "-p", "hansa-tidy"])?;
    answers(&copy, &folder.join("data"))?;
    fs::remove_dir_all(&folder).with_context(|| format!("could not remove {}", folder.display()))?;
    // Built of the copy, it would look for the rules' subject there: cargo may take it for built of the repository.
    crate::repository::cargo(&["clean", "--quiet", "-p", "hansa-tidy"])?;
    println!("a new context takes {:.0} s from the templates to its first answer", started.elapsed().as_secs_f64());
    Ok(())
}

/// One for each place of a repository. It stays where a check fails, to be looked at.
fn scratch_folder() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    root().hash(&mut hasher);
    std::env::temp_dir().join(format!("hansa-new-subgraph-{:016x}", hasher.finish()))
}

fn answers(copy: &Path, data: &Path) -> Result<()> {
    cargo(copy, &["build", "--quiet", "-p", "hansa-cli"])?;
    if data.exists() {
        fs::remove_dir_all(data).with_context(|| format!("could not remove {}", data.display()))?;
    }
    let binary = target_dir().join("debug").join(format!("hansa{}", std::env::consts::EXE_SUFFIX));
    println!("$ hansa up --no-demo --listen 127.0.0.1:0");
    let mut platform = Command::new(binary)
        .args(["up", "--no-demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .current_dir(copy)
        .stdout(Stdio::piped())
        .spawn()
        .context("could not start `hansa up`")?;
    let outcome = demo::with_address(&mut platform, |address| {
        // An id of no item: the answer is null, and it is the new context that says so.
        let body = "{\"query\":\"{ sampleItem(id: \\\"sampleitem_00000000000000000000000000\\\") { title } }\"}";
        let answer = demo::exchange(address, "POST /graphql", body)?;
        ensure!(answer.contains("{\"data\":{\"sampleItem\":null}}"), "{answer}");
        let body = "{\"query\":\"mutation { sampleItemCreate(input: {title: \\\"x\\\"}) { userErrors { code } } }\"}";
        let answer = demo::exchange(address, "POST /graphql", body)?;
        ensure!(answer.contains("\"code\":\"FORBIDDEN\""), "{answer}");
        Ok(())
    });
    outcome.context("the new context does not answer through `hansa up`")
}

/// Warnings are errors here: CI's lints would make them that.
fn cargo(copy: &Path, arguments: &[&str]) -> Result<()> {
    let shown = format!("cargo {}", arguments.join(" "));
    println!("$ {shown}");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let ended = Command::new(cargo)
        .args(arguments)
        .current_dir(copy)
        .env("CARGO_TARGET_DIR", target_dir())
        .stderr(Stdio::piped())
        .spawn()
        .and_then(|child| child.wait_with_output())
        .with_context(|| format!("could not start `{shown}`"))?;
    let said = String::from_utf8_lossy(&ended.stderr);
    ensure!(ended.status.success(), "`{shown}` failed:\n{said}");
    ensure!(!said.contains("warning: "), "`{shown}` warns:\n{said}");
    Ok(())
}

/// Makes `copy` the same as the repository. Times of change are kept, so that cargo sees nothing new in what is the same.
fn copy_repository(copy: &Path) -> Result<()> {
    let files = listed_files()?;
    let wanted: HashSet<&Path> = files.iter().map(PathBuf::as_path).collect();
    fs::create_dir_all(copy).with_context(|| format!("could not make {}", copy.display()))?;
    // The house rules list files with git.
    let git = Command::new("git").args(["init", "--quiet"]).current_dir(copy).status();
    ensure!(git.context("could not start git")?.success(), "`git init` failed in {}", copy.display());
    remove_others(copy, copy, &wanted)?;
    for file in &files {
        let (from, to) = (root().join(file), copy.join(file));
        let same = match (fs::metadata(&from), fs::metadata(&to)) {
            (Ok(from), Ok(to)) => from.len() == to.len() && from.modified()? == to.modified()?,
            _ => false,
        };
        if !same {
            copy_file(&from, &to).with_context(|| format!("could not copy {}", file.display()))?;
        }
    }
    Ok(())
}

/// What is committed and what is about to be.
fn listed_files() -> Result<Vec<PathBuf>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .context("could not start git")?;
    if !listed.status.success() {
        bail!("`git ls-files` failed: {}", String::from_utf8_lossy(&listed.stderr));
    }
    let names = String::from_utf8(listed.stdout).context("a file's name is no UTF-8")?;
    let files = names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    Ok(files.filter(|file| root().join(file).is_file()).collect())
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().context("a file is in a folder")?)?;
    fs::copy(from, to)?;
    let modified = fs::metadata(from)?.modified()?;
    fs::File::options().write(true).open(to)?.set_modified(modified)?;
    Ok(())
}

/// Removes what an earlier check, or an earlier state of the repository, left behind.
fn remove_others(folder: &Path, copy: &Path, wanted: &HashSet<&Path>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name == ".git") {
            continue;
        }
        if path.is_dir() && !path.is_symlink() {
            remove_others(&path, copy, wanted)?;
            // Fails where something is left in it, which is as it should be.
            let _ = fs::remove_dir(&path);
        } else if !wanted.contains(path.strip_prefix(copy)?) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}
