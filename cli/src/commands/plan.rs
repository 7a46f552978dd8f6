//! `hansa plan`: how the router would answer one operation, without asking any subgraph.

use crate::{
    failure::{Failure, with_causes},
    input::{read_supergraph, read_text},
    output,
};
use apollo_compiler::{
    ExecutableDocument, Name,
    executable::Operation,
    validation::{DiagnosticList, Valid},
};
use clap::{Args, ValueEnum};
use hansa_federation::{Grants, LabelId, Supergraph};
use hansa_query_planner::{Conditions, PlanError, PlanningLimits, QueryPlanner, Specialisation};
use serde_json::{Map, Value};
use std::{path::PathBuf, sync::Arc};

/// Print how the router would answer an operation: the fetches, and what each one waits for.
///
/// No subgraph is asked. Exit status 1: the supergraph or the operation is not valid.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    /// The supergraph's SDL, as composition writes it.
    #[arg(long, value_name = "FILE", env = "HANSA_SUPERGRAPH", hide_env_values = true)]
    supergraph: PathBuf,

    /// A GraphQL document with the operation.
    #[arg(long, value_name = "FILE")]
    operation: PathBuf,

    /// Which of the document's operations to plan [default: the only one].
    #[arg(long, value_name = "NAME")]
    operation_name: Option<String>,

    /// Variables as a JSON object, or a file that holds one. A plan depends on those that @skip, @include,
    /// @defer and @stream use [default: the operation's own defaults].
    #[arg(long, value_name = "FILE|JSON")]
    variables: Option<String>,

    /// Who asks: anonymous, authenticated, or scopes=A,B for a caller who is authenticated and has these scopes. What
    /// the caller may not read is not fetched [default: a caller who may read everything].
    #[arg(long = "as", value_name = "CALLER", value_parser = read_caller)]
    caller: Option<Grants>,

    /// A label of @override(from:, label:) that is active: its fields come from the subgraph that takes them over. May be
    /// given several times [default: none is active].
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,

    /// For a client that takes the response in parts. Otherwise @defer and @stream mean nothing.
    #[arg(long)]
    incremental: bool,

    /// How the plan is printed: text for people, json for programs.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: PlanFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    Text,
    Json,
}

pub(crate) fn run(arguments: &PlanArguments) -> Result<(), Failure> {
    let supergraph = Arc::new(match read_supergraph(&arguments.supergraph)?.with_incremental_directives() {
        Ok(supergraph) => supergraph,
        Err(clash) if arguments.incremental => return Err(Failure::wrong(clash.to_string())),
        // A router can serve it with incremental delivery switched off.
        Err(_) => read_supergraph(&arguments.supergraph)?,
    });
    let text = read_text("--operation", &arguments.operation)?;
    let variables = read_variables(arguments.variables.as_deref())?;
    let path = arguments.operation.display().to_string();
    let document = ExecutableDocument::parse_and_validate(&supergraph.api_schema, text, &path)
        .map_err(|invalid| Failure::wrong(positioned(&path, &invalid.errors)))?;
    let operation = choose_operation(&document, &path, arguments.operation_name.as_deref())?;
    let conditions = conditions(&document, operation, &variables)?;
    let planner = QueryPlanner::new(Arc::clone(&supergraph), PlanningLimits::default());
    let unmet = arguments.caller.as_ref().map(|grants| {
        let wanted = planner.requirements(&document, operation);
        supergraph.unmet(&wanted, grants)
    });
    let unmet = unmet.unwrap_or_default();
    let active_labels = active_labels(&supergraph, &arguments.labels)?;
    let specialisation = Specialisation {
        conditions: &conditions,
        unmet: &unmet,
        active_labels: &active_labels,
        is_incremental: arguments.incremental,
    };
    let plan = planner.plan(&document, operation, specialisation).map_err(|error| {
        let description = format!("{path}: {}", with_causes(&error));
        match error {
            PlanError::Unreachable { .. } | PlanError::IntrospectionBelow { .. } => Failure::wrong(description),
            _ => Failure::undecided(description),
        }
    })?;
    match arguments.format {
        PlanFormat::Text => output::print(&plan.to_text(&supergraph)),
        PlanFormat::Json => output::print(&format!("{:#}", plan.to_json(&supergraph))),
    }
}

/// Ascending.
fn active_labels(supergraph: &Supergraph, names: &[String]) -> Result<Vec<LabelId>, Failure> {
    let known = &supergraph.override_labels;
    let id = |name: &String| -> Result<LabelId, Failure> {
        let index = known.binary_search(name).map_err(|_| {
            let all = known.join(", ");
            Failure::wrong_call(match hansa_settings::nearest(name, known.iter().map(String::as_str)) {
                Some(nearest) => format!("the supergraph has no label {name}; did you mean {nearest}?"),
                None if known.is_empty() => format!("the supergraph has no label {name}, nor any other"),
                None => format!("the supergraph has no label {name}; it has {all}"),
            })
        })?;
        Ok(LabelId(index as u32))
    };
    let mut labels: Vec<LabelId> = names.iter().map(id).collect::<Result<_, _>>()?;
    labels.sort_unstable();
    labels.dedup();
    Ok(labels)
}

fn read_caller(text: &str) -> Result<Grants, String> {
    let scopes = match text {
        "anonymous" => return Ok(Grants::ANONYMOUS),
        "authenticated" => return Ok(Grants::authenticated([])),
        _ => text.strip_prefix("scopes="),
    };
    let scopes: Option<Vec<&str>> = scopes.map(|scopes| scopes.split(',').map(str::trim).collect());
    match scopes {
        Some(scopes) if scopes.iter().all(|scope| !scope.is_empty() && !scope.contains(char::is_whitespace)) => {
            Ok(Grants::authenticated(scopes.into_iter().map(str::to_owned)))
        }
        Some(_) => {
            Err("the scopes are names with commas between them, like scopes=catalog:write,tenant:read".to_owned())
        }
        None => Err("a caller is anonymous, authenticated or scopes=A,B".to_owned()),
    }
}

/// One line for each error: `file:line:column: description`. All of them are about the operation's file.
fn positioned(path: &str, errors: &DiagnosticList) -> String {
    let lines = errors.iter().map(|diagnostic| match diagnostic.line_column_range() {
        Some(range) => format!("{path}:{}:{}: {}", range.start.line, range.start.column, diagnostic.error),
        None => format!("{path}: {}", diagnostic.error),
    });
    let lines: Vec<String> = lines.collect();
    format!("the operation is not valid\n{}", lines.join("\n"))
}

fn choose_operation<'document>(
    document: &'document Valid<ExecutableDocument>,
    path: &str,
    name: Option<&str>,
) -> Result<&'document Operation, Failure> {
    if let Ok(operation) = document.operations.get(name) {
        return Ok(operation);
    }
    let names: Vec<&str> = document.operations.iter().filter_map(|operation| operation.name.as_deref()).collect();
    let names = names.join(", ");
    Err(Failure::wrong_call(match name {
        Some(name) if names.is_empty() => format!("{path} has no operation named {name}, only an anonymous one"),
        Some(name) => format!("{path} has no operation named {name}; it has {names}"),
        None if document.operations.is_empty() => format!("{path} has no operation"),
        None => format!("{path} has several operations; choose one with --operation-name: {names}"),
    }))
}

/// JSON objects start with a brace, which no sensible file name does.
fn read_variables(variables: Option<&str>) -> Result<Map<String, Value>, Failure> {
    let Some(variables) = variables else { return Ok(Map::new()) };
    let (text, origin) = if variables.trim_start().starts_with('{') {
        (variables.to_owned(), "--variables".to_owned())
    } else {
        (read_text("--variables", variables.as_ref())?, format!("--variables {variables}"))
    };
    serde_json::from_str(&text).map_err(|error| Failure::wrong_call(format!("{origin}: not a JSON object: {error}")))
}

/// The truth values that select the plan: given, or by the operation's default.
fn conditions(
    document: &Valid<ExecutableDocument>,
    operation: &Operation,
    variables: &Map<String, Value>,
) -> Result<Conditions, Failure> {
    if let Some(name) =
        variables.keys().find(|name| !operation.variables.iter().any(|known| known.name == name.as_str()))
    {
        return Err(Failure::wrong_call(format!("--variables: the operation has no variable ${name}")));
    }
    let values = QueryPlanner::condition_variables(document, operation)
        .into_iter()
        .map(|name| condition(operation, variables, &name).map(|value| (name, value)));
    values.collect::<Result<_, _>>().map(Conditions)
}

fn condition(operation: &Operation, variables: &Map<String, Value>, name: &Name) -> Result<bool, Failure> {
    if let Some(value) = variables.get(name.as_str()) {
        return value.as_bool().ok_or_else(|| {
            Failure::wrong_call(format!(
                "--variables: ${name} is used by @skip, @include, @defer or @stream and wants true or false"
            ))
        });
    }
    let definition = operation.variables.iter().find(|definition| definition.name == *name);
    let value = definition.and_then(|definition| match &definition.default_value {
        Some(default) => default.to_bool(),
        // Only where the directive's own default stands in can a variable be nullable: that of @defer and @stream.
        None => (!definition.ty.is_non_null()).then_some(true),
    });
    value.ok_or_else(|| {
        Failure::wrong_call(format!(
            "the plan depends on ${name}, which has no default; give it, for example --variables '{{\"{name}\": true}}'"
        ))
    })
}
