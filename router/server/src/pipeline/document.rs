//! Parses, limits and validates a document, and notes what later steps ask of each of its operations.

use crate::{
    client_error::{ClientError, Finding, Location},
    error_code::ErrorCode,
    pipeline::{
        incremental_rules,
        incremental_usage::IncrementalUsage,
        introspection,
        limits::{self, Extent, LimitsConfig},
        quick_syntax,
    },
};
use apollo_compiler::{
    ExecutableDocument, Name, Node,
    ast::{self, VariableDefinition},
    diagnostic::{Diagnostic, ToCliReport},
    executable::{Operation, OperationType},
    parser::Parser,
    validation::{DiagnosticList, Valid},
};
use hansa_federation::{LabelId, RequirementId};
use hansa_query_planner::QueryPlanner;

/// A valid document.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) executable: Valid<ExecutableDocument>,
    pub(crate) operations: Vec<OperationFacts>,
    pub(crate) extent: Extent,
}

/// What is known of an operation before a request's variables are.
#[derive(Debug)]
pub(crate) struct OperationFacts {
    pub(crate) name: Option<Name>,
    pub(crate) kind: OperationType,
    pub(crate) variables: Vec<Node<VariableDefinition>>,
    /// Has `__schema` or `__type` at its root.
    pub(crate) asks_introspection: bool,
    /// Its introspection's answer would explode.
    pub(crate) introspection_refusal: Option<ClientError>,
    /// Variables whose truth values select the plan.
    pub(crate) condition_variables: Vec<Name>,
    /// What its fields need of the caller. Which of it is unmet selects the plan, too.
    pub(crate) requirements: Vec<RequirementId>,
    pub(crate) incremental: IncrementalUsage,
    /// The labels of progressive overrides that its plan may depend on. Which of them are active selects the plan, too.
    pub(crate) override_labels: Vec<LabelId>,
}

impl Document {
    /// Reads a document that was sent to us. Synchronous work: a tenth of a microsecond for each of its bytes.
    pub(crate) fn read(
        text: &str,
        planner: &QueryPlanner,
        settings: (&LimitsConfig, bool),
    ) -> Result<Document, ClientError> {
        // What is wrong is read again, by a parser that can say where.
        let quick = quick_syntax::read(text, settings.0);
        let quick = quick.and_then(|syntax| Document::check(&syntax, planner, settings).ok());
        match quick.filter(|document| document.operations.iter().all(|facts| !facts.asks_introspection)) {
            Some(document) => Ok(document),
            None => Document::check(&parse(text, settings.0)?, planner, settings),
        }
    }

    fn check(
        syntax: &ast::Document,
        planner: &QueryPlanner,
        (limits, is_incremental_on): (&LimitsConfig, bool),
    ) -> Result<Document, ClientError> {
        let extent = limits::check(syntax, limits)?;
        let api_schema = &planner.supergraph().api_schema;
        let executable = syntax
            .to_executable_validate(api_schema)
            .map_err(|invalid| refusal(ErrorCode::GraphqlValidationFailed, &invalid.errors, limits))?;
        let facts = |operation| facts(planner, &executable, operation, is_incremental_on);
        let operations: Vec<OperationFacts> = executable.operations.iter().map(facts).collect();
        if operations.iter().any(|facts| facts.incremental.is_there) {
            let mut findings = incremental_rules::check(&executable, api_schema);
            findings.truncate(limits.errors_max as usize);
            if !findings.is_empty() {
                return Err(ClientError::with_findings(ErrorCode::GraphqlValidationFailed, findings));
            }
        }
        Ok(Document { executable, operations, extent })
    }
}

fn parse(text: &str, limits: &LimitsConfig) -> Result<ast::Document, ClientError> {
    let mut parser =
        Parser::new().token_limit(limits.tokens_max as usize).recursion_limit(limits.recursion_max as usize);
    parser.parse_ast(text, "operation").map_err(|invalid| {
        if parser.tokens_reached() > limits.tokens_max as usize {
            let description = format!("the document has more than {} tokens", limits.tokens_max);
            return ClientError::new(ErrorCode::TokenLimit, description);
        }
        if parser.recursion_reached() > limits.recursion_max as usize {
            let description = format!("the document is nested more than {} levels deep", limits.recursion_max);
            return ClientError::new(ErrorCode::RecursionLimit, description);
        }
        refusal(ErrorCode::GraphqlParseFailed, &invalid.errors, limits)
    })
}

/// GraphQL specification, "GetOperation". The answer is an index of `operations`.
pub(crate) fn get_operation(operations: &[OperationFacts], name: Option<&str>) -> Result<usize, ClientError> {
    let failure = |description: String| ClientError::new(ErrorCode::OperationResolutionFailure, description);
    match name {
        None if operations.len() == 1 => Ok(0),
        None if operations.is_empty() => Err(failure("the document has no operation".to_owned())),
        None => {
            let count = operations.len();
            Err(failure(format!("the document has {count} operations; `operationName` must name one of them")))
        }
        Some(name) => {
            let has_name = |facts: &OperationFacts| facts.name.as_ref().is_some_and(|known| known == name);
            let found = operations.iter().position(has_name);
            found.ok_or_else(|| failure(format!("the document has no operation named `{name}`")))
        }
    }
}

/// The operation whose facts have this index.
pub(crate) fn operation_at(document: &ExecutableDocument, index: usize) -> &Node<Operation> {
    document.operations.iter().nth(index).expect("there are as many operations as facts")
}

fn facts(
    planner: &QueryPlanner,
    document: &Valid<ExecutableDocument>,
    operation: &Node<Operation>,
    is_incremental_on: bool,
) -> OperationFacts {
    let asks_introspection =
        operation.root_fields(document).any(|field| matches!(field.name.as_str(), "__schema" | "__type"));
    OperationFacts {
        name: operation.name.clone(),
        kind: operation.operation_type,
        variables: operation.variables.clone(),
        introspection_refusal: match asks_introspection {
            true => introspection::refusal_of_depth(document, operation),
            false => None,
        },
        asks_introspection,
        condition_variables: QueryPlanner::condition_variables(document, operation),
        requirements: planner.requirements(document, operation),
        incremental: match is_incremental_on {
            true => IncrementalUsage::of(document, operation),
            false => IncrementalUsage::default(),
        },
        override_labels: planner.override_labels(document, operation),
    }
}

/// One finding for each distinct description: ten thousand unknown directives are one mistake.
fn refusal(code: ErrorCode, errors: &DiagnosticList, limits: &LimitsConfig) -> ClientError {
    let findings_max = limits.errors_max as usize;
    let mut findings: Vec<Finding> = Vec::new();
    for diagnostic in errors.iter() {
        let description = diagnostic.error.to_string();
        match findings.iter().position(|finding| finding.description == description) {
            Some(index) if findings[index].locations.len() < findings_max => {
                findings[index].locations.extend(location(&diagnostic));
            }
            Some(_) => {}
            None if findings.len() < findings_max => {
                findings.push(Finding { description, locations: location(&diagnostic).into_iter().collect() })
            }
            None => break,
        }
    }
    ClientError::with_findings(code, findings)
}

fn location<T: ToCliReport>(diagnostic: &Diagnostic<'_, T>) -> Option<Location> {
    let range = diagnostic.line_column_range()?;
    Some(Location { line: range.start.line, column: range.start.column })
}
