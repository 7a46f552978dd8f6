//! The folders in `tests/cases` that the targets begin from. The list is fixed: an input's first byte is an index into it,
//! and shall mean the same tomorrow.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

pub(crate) const CASES: [&str; 31] = [
    "auth-fields",
    "auth-interface-object",
    "auth-mutations",
    "chain-of-friends",
    "clashing-aliases",
    "composite-key",
    "conditions",
    "fragments",
    "inaccessible",
    "interface-object",
    "interface-object-chain",
    "interface-object-requires",
    "introspection-mixed",
    "key-chain",
    "leaf-values",
    "lists-in-lists",
    "mutations",
    "nested-key",
    "partial-union",
    "provides-nested",
    "requires-circular",
    "requires-of-requires",
    "requires-with-fragments",
    "shareable-value",
    "context",
    "context-deferred",
    "context-nested",
    "deferred-parts",
    "override-labels",
    "root-type-below-elsewhere",
    "shared-root-choice",
];

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../cases");

/// An operation of a case with its variables, if it has any.
pub(crate) struct CaseOperation {
    pub(crate) text: String,
    pub(crate) variables: Option<String>,
}

pub(crate) fn folder(case: &str) -> PathBuf {
    Path::new(ROOT).join(case)
}

pub(crate) fn supergraph(case: &str) -> Result<String> {
    read(&folder(case).join("supergraph.graphql"))
}

/// The supergraphs of all cases, the fixed ones or not.
pub(crate) fn all_supergraphs() -> Result<Vec<String>> {
    let paths = sorted(Path::new(ROOT))?;
    let files = paths.iter().map(|path| path.join("supergraph.graphql"));
    files.filter(|file| file.is_file()).map(|file| read(&file)).collect()
}

/// In the order of their names.
pub(crate) fn operations(case: &str) -> Result<Vec<CaseOperation>> {
    let folder = folder(case);
    let single = folder.join("operation.graphql");
    let files = match single.exists() {
        true => vec![single],
        false => sorted(&folder.join("operations"))?,
    };
    let is_operation = |file: &&PathBuf| file.extension().is_some_and(|extension| extension == "graphql");
    files
        .iter()
        .filter(is_operation)
        .map(|file| {
            let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let stem = if stem == "operation" { String::new() } else { format!("{stem}.") };
            let variables = fs::read_to_string(file.with_file_name(format!("{stem}variables.json"))).ok();
            Ok(CaseOperation { text: read(file)?, variables })
        })
        .collect()
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| file.display().to_string())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
