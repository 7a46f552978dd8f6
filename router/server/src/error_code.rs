//! The closed list of codes that clients find in `extensions.code`, with the HTTP status and meaning of each.

use http::StatusCode;
use std::fmt::Write as _;

/// How the HTTP status of a refused request is found. GraphQL over HTTP, "Status Codes".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusRule {
    /// The request itself is wrong: always this status.
    Always(u16),
    /// The operation is wrong: this status for `application/graphql-response+json`, 200 for `application/json`.
    ByMediaType(u16),
    /// Found while executing, beside the data: the response stays 200.
    Execution,
}

macro_rules! error_codes {
    ($($variant:ident $code:literal $rule:expr, $meaning:literal;)*) => {
        /// Why a request, or a part of its answer, failed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum ErrorCode {
            $($variant,)*
        }

        impl ErrorCode {
            pub(crate) const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            pub(crate) fn as_str(self) -> &'static str {
                match self {
                    $(ErrorCode::$variant => $code,)*
                }
            }

            pub(crate) fn status_rule(self) -> StatusRule {
                use StatusRule::{Always, ByMediaType, Execution};
                match self {
                    $(ErrorCode::$variant => $rule,)*
                }
            }

            fn meaning(self) -> &'static str {
                match self {
                    $(ErrorCode::$variant => $meaning,)*
                }
            }
        }
    };
}

error_codes! {
    BadRequest "BAD_REQUEST" Always(400), "The HTTP request holds no well-formed GraphQL request.";
    BatchingNotSupported "BATCHING_NOT_SUPPORTED" Always(400), "The body is a list; send one request at a time.";
    Unauthenticated "UNAUTHENTICATED" Always(401), "The access token is not valid, or there is none and one is needed. Beside data, with status 200: a field needs a caller who is signed in (`@authenticated`, `@requiresScopes`).";
    NotFound "NOT_FOUND" Always(404), "There is nothing at this path.";
    MethodNotAllowed "METHOD_NOT_ALLOWED" Always(405), "The path does not answer this method, or a GET carries a mutation.";
    NotAcceptable "NOT_ACCEPTABLE" Always(406), "`Accept` allows none of the media types we can answer with, or `Accept-Encoding` none of the codings.";
    OriginNotAllowed "ORIGIN_NOT_ALLOWED" Always(403), "A page whose origin `cors.origins` does not name wants to open a WebSocket.";
    BodyTooLarge "BODY_TOO_LARGE" Always(413), "The body is larger than `limits.body_bytes_max`, as it comes or once it is decompressed.";
    UriTooLong "URI_TOO_LONG" Always(414), "The URL is longer than `limits.url_bytes_max`.";
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" Always(415), "The body is not `application/json` in UTF-8, or is compressed in a way that is not read.";
    HeadersTooLarge "HEADERS_TOO_LARGE" Always(431), "The headers are larger than `limits.header_bytes_max`, or more than 100. The answer has no body.";
    TooManySubscriptions "TOO_MANY_SUBSCRIPTIONS" Always(429), "The client has as many subscriptions as `subscriptions.streams_per_socket_max`; on a WebSocket, as many operations under way.";
    Overloaded "OVERLOADED" Always(503), "The router works on `requests_max` requests already, or requests hold as much memory as `memory.bytes_max`; try again later. With status 200: a mutation, or what is missing of a response in parts, for which no memory was left.";
    AuthenticationUnavailable "AUTHENTICATION_UNAVAILABLE" Always(503), "The request has an access token, and the keys to verify it cannot be had; try again later.";
    RequestTimeout "REQUEST_TIMEOUT" Always(504), "The request took longer than `request_timeout`. With status 200: what is missing of a response in parts.";
    InternalServerError "INTERNAL_SERVER_ERROR" Always(500), "The router is at fault; its log has the cause under the trace id.";
    GraphqlParseFailed "GRAPHQL_PARSE_FAILED" ByMediaType(400), "The document is not GraphQL.";
    GraphqlValidationFailed "GRAPHQL_VALIDATION_FAILED" ByMediaType(400), "The document does not fit the schema.";
    OperationResolutionFailure "OPERATION_RESOLUTION_FAILURE" ByMediaType(400), "`operationName` is needed, or names no operation of the document.";
    BadUserInput "BAD_USER_INPUT" ByMediaType(400), "A variable is missing or does not fit its type.";
    IntrospectionDisabled "INTROSPECTION_DISABLED" ByMediaType(400), "The operation asks for `__schema` or `__type`, which is switched off.";
    IntrospectionTooDeep "INTROSPECTION_TOO_DEEP" ByMediaType(400), "The operation nests lists of the introspection schema too deeply.";
    IntrospectionBelow "INTROSPECTION_BELOW_ROOT" ByMediaType(400), "`__schema` and `__type` are answered at the root of a query only, not below a field that leads back to it.";
    SubscriptionsNotSupported "SUBSCRIPTIONS_NOT_SUPPORTED" ByMediaType(400), "The operation is a subscription, and the client takes one response only; or subscriptions are switched off.";
    TokenLimit "TOKEN_LIMIT_EXCEEDED" ByMediaType(400), "The document has more tokens than `limits.tokens_max`.";
    RecursionLimit "RECURSION_LIMIT_EXCEEDED" ByMediaType(400), "The document is nested deeper than `limits.recursion_max`.";
    DepthLimit "DEPTH_LIMIT_EXCEEDED" ByMediaType(400), "An operation's fields are nested deeper than `limits.depth_max`.";
    FieldLimit "FIELD_LIMIT_EXCEEDED" ByMediaType(400), "An operation has more fields, fragments expanded, than `limits.fields_max`.";
    AliasLimit "ALIAS_LIMIT_EXCEEDED" ByMediaType(400), "An operation has more aliases, fragments expanded, than `limits.aliases_max`.";
    RootFieldLimit "ROOT_FIELD_LIMIT_EXCEEDED" ByMediaType(400), "An operation has more root fields than `limits.root_fields_max`.";
    DirectiveLimit "DIRECTIVE_LIMIT_EXCEEDED" ByMediaType(400), "An operation has more directives, fragments expanded, than `limits.directives_max`.";
    VariablesLimit "VARIABLES_LIMIT_EXCEEDED" ByMediaType(400), "The variables are larger or nested deeper than their limits.";
    PlanTooLarge "PLAN_TOO_LARGE" ByMediaType(400), "The operation needs more fetches, or more planning work, than allowed.";
    PlanImpossible "PLAN_IMPOSSIBLE" Always(500), "No sequence of fetches answers the operation; the supergraph is at fault.";
    SubscriptionSchemaReload "SUBSCRIPTION_SCHEMA_RELOAD" Execution, "A subscription ends: with the new supergraph it is not valid any more, or another subgraph is its source. Subscribe again.";
    SlowClient "SLOW_CLIENT" Execution, "A subscription ends: the client took its events too slowly.";
    RouterStopping "ROUTER_STOPPING" Execution, "A subscription ends because the router stops. Subscribe again.";
    SubgraphTimeout "TIMEOUT" Execution, "A subgraph did not answer in time.";
    DownstreamUnavailable "DOWNSTREAM_UNAVAILABLE" Execution, "A subgraph cannot be reached or broke the connection.";
    ResponseTooLarge "RESPONSE_TOO_LARGE" Execution, "A subgraph's answer, or all of them together, are larger than allowed.";
    TooManyContextValues "TOO_MANY_CONTEXT_VALUES" Execution, "A field's argument from a context has so many different values that one request to the subgraph cannot ask with all of them.";
    DownstreamServiceError "DOWNSTREAM_SERVICE_ERROR" Execution, "A subgraph reported an error without a code of its own.";
    DownstreamInvalidResponse "DOWNSTREAM_INVALID_RESPONSE" Execution, "A subgraph's answer, or a value in it, is not what the schema says.";
    NullInNonNullField "NULL_IN_NON_NULL_FIELD" Execution, "Null where the schema allows none, and no other error says why; also a context's null for an argument that takes none.";
    Forbidden "FORBIDDEN" Execution, "A field needs scopes that the caller does not have (`@requiresScopes`).";
    InvalidType "INVALID_TYPE" Execution, "A subgraph answered with an object of a type that the API does not have there, or hides where the schema allows no null.";
    ErrorsTruncated "ERRORS_TRUNCATED" Execution, "Closes a list of errors that was longer than `execution.errors_max`.";
    Internal "INTERNAL" Execution, "The router is at fault in a part of the answer.";
}

impl ErrorCode {
    pub(crate) fn status(self, is_graphql_response: bool) -> StatusCode {
        let status = match self.status_rule() {
            StatusRule::Always(status) => status,
            StatusRule::ByMediaType(status) if is_graphql_response => status,
            StatusRule::ByMediaType(_) | StatusRule::Execution => 200,
        };
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

const PAGE_HEAD: &str = "\
# Error codes

Generated from the code; change it there. Every error has its code in `extensions.code` and the request's trace id in
`extensions.traceId`. Where two statuses are given, the first is for clients that accept
`application/graphql-response+json`, the second for `application/json`.

| Code | Status | Meaning |
| --- | --- | --- |
";

pub(crate) fn reference_page() -> String {
    let mut page = PAGE_HEAD.to_owned();
    for code in ErrorCode::ALL {
        let status = match code.status_rule() {
            StatusRule::Always(status) => status.to_string(),
            StatusRule::ByMediaType(status) => format!("{status} or 200"),
            StatusRule::Execution => "200".to_owned(),
        };
        let _ = writeln!(page, "| `{}` | {status} | {} |", code.as_str(), code.meaning());
    }
    page
}
