//! The schema, written from the list of types, and the answers of its fields.
//!
//! Executed by the compiler's own executor: async-graphql's schemas at run time cannot have a null in a list of objects.

use crate::Node;
use apollo_compiler::{
    ExecutableDocument, Schema,
    resolvers::{Execution, ExecutionError, ObjectValue, ResolveInfo, ResolvedValue},
    response::{ExecutionResponse, GraphQLError, JsonMap, JsonValue},
    validation::Valid,
};
use async_graphql::{Request, Response, ServerError, Value};
use hansa_subgraph_host::{ErrorCode, Mode, canonical_sdl};
use std::fmt::Write as _;

/// Most ids of one `nodes`.
const NODES_MAX: usize = 100;
/// More than the text of any sensible operation on these few fields.
const OPERATION_BYTES_MAX: usize = 256 * 1024;

const COMMON: &str = r#"
directive @external on FIELD_DEFINITION
directive @inaccessible on FIELD_DEFINITION
directive @key(fields: String!, resolvable: Boolean) repeatable on OBJECT

interface Node { id: ID! }

type _Service { sdl: String! }

type Query {
  "Whatever has this id, if the caller may see it."
  node(id: ID!): Node
  "Whatever has these ids, at most 100, in their order; null for what the caller may not see."
  nodes(ids: [ID!]!): [Node]!
  _service: _Service!
}
"#;

#[derive(Debug)]
pub(crate) struct Graph {
    node: Node,
    schema: Valid<Schema>,
    sdl: String,
    is_introspected: bool,
}

/// The schema's text with what a process needs to execute it. What this subgraph knows of a type is its `nodeId`; the
/// `id` is there because the interface wants it, and is the owner's.
fn schema_text(node: &Node) -> String {
    let mut text = COMMON.to_owned();
    for type_name in node.types.values() {
        let key = "@key(fields: \"nodeId\", resolvable: false)";
        let _ =
            writeln!(text, "type {type_name} implements Node {key} {{ id: ID! @external nodeId: ID! @inaccessible }}");
    }
    text
}

pub(crate) fn sdl(node: &Node) -> String {
    canonical_sdl(&schema_text(node))
}

impl Graph {
    pub(crate) fn new(node: Node, mode: Mode) -> Graph {
        let schema = Schema::parse_and_validate(schema_text(&node), "node.graphql");
        let schema = schema.expect("names of types are checked when the list is made");
        Graph { schema, sdl: sdl(&node), is_introspected: mode == Mode::Development, node }
    }

    pub(crate) fn answer(&self, request: Request) -> Response {
        if request.query.len() > OPERATION_BYTES_MAX {
            return Response::from_errors(vec![ServerError::new("the operation is too long", None)]);
        }
        match self.execute(request) {
            Ok(ExecutionResponse { data, errors }) => {
                let data = data.and_then(|data| serde_json::to_value(data).ok());
                let mut response = Response::new(data.and_then(|data| Value::from_json(data).ok()).unwrap_or_default());
                response.errors = errors.iter().map(field_error).collect();
                response
            }
            Err(errors) => Response::from_errors(errors.iter().map(request_error).collect()),
        }
    }

    fn execute(&self, request: Request) -> Result<ExecutionResponse, Vec<GraphQLError>> {
        let document = ExecutableDocument::parse_and_validate(&self.schema, request.query, "operation.graphql")
            .map_err(|invalid| invalid.errors.iter().map(|error| error.to_json()).collect::<Vec<_>>())?;
        let variables = serde_json::to_value(&request.variables).map(JsonValue::from);
        let Ok(JsonValue::Object(variables)) = variables else { return Err(Vec::new()) };
        let run = |variables: &JsonMap| {
            Execution::new(&self.schema, &document)
                .operation_name(request.operation_name.as_deref())?
                .enable_schema_introspection(self.is_introspected)
                .raw_variable_values(variables)
                .execute_sync(self)
        };
        run(&variables).map_err(|error| vec![error.to_graphql_error(&document.sources)])
    }

    fn stub<'a>(&self, id: &'a str) -> Option<Stub<'a>> {
        self.node.type_of(id).map(|type_name| Stub { type_name, id })
    }
}

/// An entity of somebody, perhaps.
struct Stub<'a> {
    type_name: &'static str,
    id: &'a str,
}

struct Service<'a>(&'a str);

impl ObjectValue for Graph {
    fn type_name(&self) -> &str {
        "Query"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, ExecutionError> {
        // Numbers, which GraphQL takes for ids too, are no ids of ours.
        let stub = |id: &'a JsonValue| ResolvedValue::nullable_object(id.as_str().and_then(|id| self.stub(id)));
        match info.field_name() {
            "node" => Ok(info.arguments().get("id").map_or_else(ResolvedValue::null, stub)),
            "nodes" => {
                let ids = info.arguments().get("ids").and_then(JsonValue::as_array).map_or(&[][..], Vec::as_slice);
                if ids.len() > NODES_MAX {
                    let message = format!("`nodes` takes at most {NODES_MAX} ids, not {}", ids.len());
                    return Err(ExecutionError { message });
                }
                Ok(ResolvedValue::list(ids.iter().map(stub)))
            }
            "_service" => Ok(ResolvedValue::object(Service(&self.sdl))),
            _ => Err(self.unknown_field_error(info)),
        }
    }
}

impl ObjectValue for Stub<'_> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn resolve_field<'a>(&'a self, _info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, ExecutionError> {
        Ok(ResolvedValue::leaf(self.id))
    }
}

impl ObjectValue for Service<'_> {
    fn type_name(&self) -> &str {
        "_Service"
    }

    fn resolve_field<'a>(&'a self, _info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, ExecutionError> {
        Ok(ResolvedValue::leaf(self.0))
    }
}

/// Fields fail for what they are asked, never for what they do.
fn field_error(error: &GraphQLError) -> ServerError {
    let mut shown = request_error(error);
    // The executor says who failed, which clients know from the path.
    shown.message = shown.message.trim_start_matches("resolver error: ").to_owned();
    let mut extensions = async_graphql::ErrorExtensionValues::default();
    extensions.set("code", ErrorCode::BadUserInput.as_str());
    shown.extensions = Some(extensions);
    shown
}

fn request_error(error: &GraphQLError) -> ServerError {
    let plain = GraphQLError { extensions: JsonMap::new(), ..error.clone() };
    let read = serde_json::to_value(plain).and_then(serde_json::from_value);
    read.unwrap_or_else(|_| ServerError::new(error.message.clone(), None))
}
