//! From a request to the response's JSON: within its time, without panics, and with errors that tell nothing they
//! should not.

use crate::{
    ErrorCode, Fault, RequestContext, Subgraph,
    fault::{INTERNAL_TEXT, code_of},
};
use async_graphql::{PathSegment, Pos, Request, Response, ServerError, Value, Variables};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, panic::AssertUnwindSafe, sync::Arc};

/// The body of a GraphQL request.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphqlRequest {
    pub query: String,
    #[serde(default)]
    pub operation_name: Option<String>,
    #[serde(default)]
    pub variables: Option<Variables>,
}

/// A response as it is sent.
#[derive(Debug)]
pub struct Answer {
    /// Whether the operation was not executed: there is no `data` then.
    pub is_refused: bool,
    pub has_errors: bool,
    pub json: Vec<u8>,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ShownError],
}

#[derive(Serialize)]
struct ShownError {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Pos>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    path: Vec<PathSegment>,
    extensions: ShownExtensions,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownExtensions {
    code: &'static str,
    trace_id: String,
}

impl Subgraph {
    /// Executes one request. Whoever calls this has made sure who the caller is.
    pub async fn answer(&self, request: GraphqlRequest, context: RequestContext) -> Answer {
        let trace_id = context.trace_id().to_owned();
        let executed = match self.executable(request, context) {
            Ok(executed) => executed,
            Err(error) => return answer_of(Response::from_errors(vec![error]), &trace_id, self.name),
        };
        let executing = AssertUnwindSafe((self.execute)(executed)).catch_unwind();
        let response = match tokio::time::timeout(self.time_max, executing).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => {
                // The panic hook has said where.
                tracing::error!("a resolver panicked");
                executed_without_data(Fault::new(ErrorCode::Internal, INTERNAL_TEXT))
            }
            Err(_) => {
                let text = format!("the answer took longer than {} ms", self.time_max.as_millis());
                executed_without_data(Fault::new(ErrorCode::Timeout, text))
            }
        };
        answer_of(response, &trace_id, self.name)
    }

    /// The request with what its resolvers find.
    pub(crate) fn executable(&self, request: GraphqlRequest, context: RequestContext) -> Result<Request, ServerError> {
        let document = self.documents.parse(&request.query)?;
        let mut executed = Request::new(request.query).variables(request.variables.unwrap_or_default());
        executed.operation_name = request.operation_name;
        executed.set_parsed_query(document);
        for insert in &self.per_request {
            insert(&context, &mut executed.data);
        }
        executed.data.insert(context);
        Ok(executed)
    }
}

/// An error that is the whole answer of an operation that was begun.
pub(crate) fn executed_without_data(fault: Fault) -> Response {
    Response::from_errors(vec![async_graphql::Error::from(fault).into_server_error(Pos::default())])
}

pub(crate) fn answer_of(response: Response, trace_id: &str, subgraph: &str) -> Answer {
    let is_refused = response.data == Value::Null && response.errors.iter().all(is_about_request);
    let mut logged = HashSet::new();
    let show = |error| shown(error, trace_id, subgraph, &mut logged);
    let errors: Vec<ShownError> = response.errors.into_iter().map(show).collect();
    let body = Body { data: (!is_refused).then_some(&response.data), errors: &errors };
    let json = serde_json::to_vec(&body).unwrap_or_else(|error| {
        tracing::error!(%error, "could not write a response");
        br#"{"data":null,"errors":[{"message":"something went wrong on our side"}]}"#.to_vec()
    });
    Answer { is_refused, has_errors: !errors.is_empty(), json }
}

/// Errors of parsing and validation have no path, and no code yet.
fn is_about_request(error: &ServerError) -> bool {
    error.path.is_empty() && code_of(error).is_none()
}

fn shown(error: ServerError, trace_id: &str, subgraph: &str, logged: &mut HashSet<usize>) -> ShownError {
    let code = match code_of(&error) {
        Some(code) => code,
        None if is_about_request(&error) => ErrorCode::GraphqlValidationFailed,
        None if is_about_input(&error) => ErrorCode::BadUserInput,
        None => ErrorCode::Internal,
    };
    log_cause(&error, code, subgraph, logged);
    let message = if code == ErrorCode::Internal { INTERNAL_TEXT.to_owned() } else { error.message };
    let extensions = ShownExtensions { code: code.as_str(), trace_id: trace_id.to_owned() };
    // A place that does not exist is how our own errors say that they have none.
    let locations = error.locations.into_iter().filter(|position| position.line > 0).collect();
    ShownError { message, locations, path: error.path, extensions }
}

/// How the library words what an input type's `parse` refused. Everything that `?` made an error of has a source.
fn is_about_input(error: &ServerError) -> bool {
    let texts = ["Failed to parse \"", "Expected input type \"", "Invalid value for argument"];
    error.source.is_none() && texts.iter().any(|text| error.message.starts_with(text))
}

/// One line for one cause, however many items it made fail.
fn log_cause(error: &ServerError, code: ErrorCode, subgraph: &str, logged: &mut HashSet<usize>) {
    let fault = error.source::<Fault>();
    let cause = fault.and_then(|fault| fault.cause.as_ref());
    if cause.is_none() && code != ErrorCode::Internal {
        return;
    }
    let identity = cause.map(|cause| Arc::as_ptr(cause).cast::<()>() as usize);
    if identity.is_some_and(|identity| !logged.insert(identity)) {
        return;
    }
    let path = error.path.iter().map(segment_text).collect::<Vec<_>>().join(".");
    let description = cause.map_or_else(|| error.message.clone(), |cause| with_sources(cause.as_ref()));
    tracing::error!(subgraph.name = subgraph, path, code = code.as_str(), cause = description, "a field failed");
}

fn segment_text(segment: &PathSegment) -> String {
    match segment {
        PathSegment::Field(name) => name.clone(),
        PathSegment::Index(index) => index.to_string(),
    }
}

fn with_sources(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
