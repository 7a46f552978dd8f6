//! The operations in `tests/cases` and in the suites of the public audit: what is common, as it is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::input::{Input, planner};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Operations that are invalid for their supergraph, or that have none, are left out.
pub fn cases() -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for folder in folders(&Path::new(ROOT).join("tests/cases"))? {
        let Ok(supergraph) = fs::read_to_string(folder.join("supergraph.graphql")) else { continue };
        let Ok(planner) = planner(&supergraph) else { continue };
        let mut files = vec![folder.join("operation.graphql")];
        files.extend(folders(&folder.join("operations")).unwrap_or_default());
        for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "graphql")) {
            let Ok(operation) = fs::read_to_string(file) else { continue };
            inputs.extend(Input::new(&file.display().to_string(), &planner, &operation, None));
        }
    }
    Ok(inputs)
}

pub fn audit() -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for folder in folders(&Path::new(ROOT).join("tests/audit/suites"))? {
        let Ok(supergraph) = fs::read_to_string(folder.join("supergraph.graphql")) else { continue };
        let planner = planner(&supergraph).with_context(|| folder.display().to_string())?;
        let tests: serde_json::Value = serde_json::from_str(&fs::read_to_string(folder.join("tests.json"))?)?;
        for (index, test) in tests.as_array().into_iter().flatten().enumerate() {
            let name = format!("{} {index}", folder.display());
            let query = test["query"].as_str().context("a test without a query")?;
            inputs.extend(Input::new(&name, &planner, query, None));
        }
    }
    Ok(inputs)
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.sort();
    Ok(paths)
}
