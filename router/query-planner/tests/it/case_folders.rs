//! The operations in `tests/cases`; that folder's `README.md` says which file is what.

use apollo_compiler::{
    ExecutableDocument,
    request::{RequestError, coerce_variable_values},
    response::JsonMap,
    validation::Valid,
};
use hansa_federation::{Grants, LabelId, RequirementId, Supergraph};
use hansa_query_planner::{Conditions, PlanningLimits, QueryPlanner};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// An operation of a case, and what the names of its files begin with: `operations/1-orders.` or nothing.
pub(crate) struct CaseOperation {
    pub(crate) path: PathBuf,
    pub(crate) stem: String,
}

impl CaseOperation {
    /// The file `name` that belongs to the operation.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.with_file_name(format!("{}{name}", self.stem))
    }
}

/// Folders of `tests/cases` with their operations, in the order of their names. The demo is tested as a whole elsewhere,
/// and composition's cases have no operations.
pub(crate) fn cases() -> Vec<(PathBuf, Vec<CaseOperation>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let is_case = |path: &PathBuf| path.is_dir() && !path.ends_with("demo") && !path.ends_with("composition");
    let folders = sorted(&root).into_iter().filter(is_case);
    let cases: Vec<_> = folders.map(|folder| (folder.clone(), operations(&folder))).collect();
    assert!(cases.iter().all(|(_, operations)| !operations.is_empty()), "every case has an operation");
    cases
}

fn operations(folder: &Path) -> Vec<CaseOperation> {
    let single = folder.join("operation.graphql");
    if single.exists() {
        return vec![CaseOperation { path: single, stem: String::new() }];
    }
    let paths =
        sorted(&folder.join("operations")).into_iter().filter(|path| path.extension() == Some("graphql".as_ref()));
    let operation = |path: PathBuf| CaseOperation { stem: format!("{}.", path.file_stem().unwrap().display()), path };
    paths.map(operation).collect()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

pub(crate) fn planner(folder: &Path) -> QueryPlanner {
    let path = folder.join("supergraph.graphql");
    let supergraph = Supergraph::parse(&fs::read_to_string(&path).unwrap(), "supergraph.graphql");
    let supergraph = supergraph.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let supergraph = supergraph.with_incremental_directives().unwrap();
    QueryPlanner::new(Arc::new(supergraph), PlanningLimits::default())
}

pub(crate) fn document(planner: &QueryPlanner, operation: &CaseOperation) -> Valid<ExecutableDocument> {
    let text = fs::read_to_string(&operation.path).unwrap();
    let document = ExecutableDocument::parse_and_validate(&planner.supergraph().api_schema, text, "operation.graphql");
    document.unwrap_or_else(|invalid| panic!("{}: {}", operation.path.display(), invalid.errors))
}

/// The truth values that the case's variables give to the operation's conditions.
pub(crate) fn conditions(
    planner: &QueryPlanner,
    document: &Valid<ExecutableDocument>,
    case_operation: &CaseOperation,
) -> Conditions {
    let variables = fs::read_to_string(case_operation.file("variables.json")).unwrap_or_else(|_| "{}".to_owned());
    let variables = serde_json::from_str(&variables).unwrap();
    let conditions = conditions_with(planner, document, &variables);
    conditions.unwrap_or_else(|error| panic!("{}: {error:?}", case_operation.path.display()))
}

/// The truth values that variables and their defaults give to the operation's conditions.
pub(crate) fn conditions_with(
    planner: &QueryPlanner,
    document: &Valid<ExecutableDocument>,
    variables: &JsonMap,
) -> Result<Conditions, RequestError> {
    let operation = document.operations.get(None).unwrap();
    let variables = coerce_variable_values(&planner.supergraph().api_schema, operation, variables)?;
    let names = QueryPlanner::condition_variables(document, operation);
    let value = |name: &apollo_compiler::Name| variables.get(name.as_str()).and_then(|value| value.as_bool());
    Ok(Conditions(names.into_iter().map(|name| (name.clone(), value(&name).unwrap_or(false))).collect()))
}

/// Of the labels that the case says are active, those that matter to the operation.
pub(crate) fn active_labels(
    planner: &QueryPlanner,
    document: &Valid<ExecutableDocument>,
    case_operation: &CaseOperation,
) -> Vec<LabelId> {
    let text = fs::read_to_string(case_operation.file("labels.json")).unwrap_or_else(|_| "[]".to_owned());
    let active: Vec<String> = serde_json::from_str(&text).unwrap();
    let supergraph = planner.supergraph();
    let is_known = |label: &String| supergraph.override_labels.contains(label);
    assert!(active.iter().all(is_known), "{}: {active:?}", case_operation.path.display());
    let mut labels = planner.override_labels(document, document.operations.get(None).unwrap());
    labels.retain(|label| active.iter().any(|active| active == supergraph.override_label(*label)));
    labels
}

/// What the case's caller lacks; without a `caller.json` it is nobody who is known.
pub(crate) fn unmet(
    planner: &QueryPlanner,
    document: &Valid<ExecutableDocument>,
    case_operation: &CaseOperation,
) -> Vec<RequirementId> {
    let grants = match fs::read_to_string(case_operation.file("caller.json")) {
        Ok(text) => {
            let caller: serde_json::Value = serde_json::from_str(&text).unwrap();
            let scopes = caller["scopes"].as_array().unwrap();
            Grants::authenticated(scopes.iter().map(|scope| scope.as_str().unwrap().to_owned()))
        }
        Err(_) => Grants::ANONYMOUS,
    };
    let wanted = planner.requirements(document, document.operations.get(None).unwrap());
    planner.supergraph().unmet(&wanted, &grants)
}
