//! Operations that the user gives: a folder of documents, each with its variables beside it.

use super::trial::Candidate;
use crate::{failure::Failure, input::read_capped};
use apollo_compiler::{ExecutableDocument, executable::Operation};
use hansa_federation::Supergraph;
use hansa_verification::read_operation;
use serde_json::{Map, Value};
use std::{
    fs,
    path::{Path, PathBuf},
};

const FILE_BYTES_MAX: u64 = 4 << 20;

/// A query of the user's, or the reason why something is left out.
#[derive(Debug)]
pub(crate) enum GivenOperation {
    Query(Candidate),
    LeftOut { origin: String, kind: String },
}

/// All queries of a folder's documents, in the order of the files' names. What is wrong with any of them is said at
/// once.
pub(crate) fn given_operations(supergraph: &Supergraph, folder: &Path) -> Result<Vec<GivenOperation>, Failure> {
    let files = documents(folder)?;
    if files.is_empty() {
        return Err(Failure::wrong_call(format!("--operations {}: no file in it ends in .graphql", folder.display())));
    }
    let mut operations = Vec::new();
    let mut mistakes = Vec::new();
    for file in files {
        match operations_of(supergraph, &file) {
            Ok(found) => operations.extend(found),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    match mistakes.is_empty() {
        true => Ok(operations),
        false => Err(Failure::wrong(mistakes.join("\n"))),
    }
}

fn documents(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::wrong_call(format!("--operations {}: the folder cannot be read: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if matches!(path.extension().and_then(|ending| ending.to_str()), Some("graphql" | "gql")) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn operations_of(supergraph: &Supergraph, file: &Path) -> Result<Vec<GivenOperation>, String> {
    let path = file.display().to_string();
    let text = read_capped(file, FILE_BYTES_MAX).map_err(|reason| format!("{path}: {reason}"))?;
    let document = ExecutableDocument::parse_and_validate(&supergraph.api_schema, text, &path).map_err(|invalid| {
        let lines = invalid.errors.iter().map(|diagnostic| match diagnostic.line_column_range() {
            Some(range) => format!("{path}:{}:{}: {}", range.start.line, range.start.column, diagnostic.error),
            None => format!("{path}: {}", diagnostic.error),
        });
        lines.collect::<Vec<_>>().join("\n")
    })?;
    let values = variables(&file.with_extension("variables.json"))?;
    let mut operations = Vec::new();
    for operation in document.operations.iter() {
        let origin = match &operation.name {
            Some(name) => format!("{path}, {name}"),
            None => path.clone(),
        };
        if !operation.is_query() {
            let kind = operation.operation_type.to_string();
            operations.push(GivenOperation::LeftOut { origin, kind });
            continue;
        }
        if let Some(missing) = missing_variable(operation, &values) {
            let beside = file.with_extension("variables.json");
            return Err(format!("{origin}: no value for ${missing}; give it in {}", beside.display()));
        }
        let operation = read_operation(&document, operation, &values);
        let seed = operations.len() as u64;
        operations.push(GivenOperation::Query(Candidate { operation, origin, is_given: true, seed }));
    }
    Ok(operations)
}

fn variables(file: &Path) -> Result<Map<String, Value>, String> {
    if !file.exists() {
        return Ok(Map::new());
    }
    let path = file.display();
    let text = read_capped(file, FILE_BYTES_MAX).map_err(|reason| format!("{path}: {reason}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{path}: not a JSON object: {error}"))
}

fn missing_variable(operation: &Operation, values: &Map<String, Value>) -> Option<String> {
    let is_missing = |definition: &&apollo_compiler::Node<apollo_compiler::ast::VariableDefinition>| {
        definition.ty.is_non_null()
            && definition.default_value.is_none()
            && !values.contains_key(definition.name.as_str())
    };
    operation.variables.iter().find(is_missing).map(|definition| definition.name.to_string())
}
