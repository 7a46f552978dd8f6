//! What tests of contexts need: services whose clock stands, callers, a subgraph asked in process or over HTTP.

use crate::{
    Answer, Caller, CursorKey, GraphqlRequest, Mode, Policies, RequestContext, Resource, Servers, Services, Subgraph,
    serve,
};
use async_graphql::Variables;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt as _, stream::BoxStream};
use hansa_event_sourcing::{Clock, IdSource};
use hansa_messaging::Bus;
use hansa_passport::{HEADER, LIFETIME, Minter, SigningKeys, Verifier};
use hansa_telemetry::TraceContext;
use hansa_values::{Id, TenantId, UserId};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use std::path::Path;
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};
use uuid::Uuid;

/// When tests take place.
pub const NOW: &str = "2026-01-02T03:04:05.678Z";

/// Services on a clock that stands at [`NOW`], with ids that repeat. With `HANSA_TEST_STORES=servers` documents are on the
/// server of `HANSA_TEST_MONGO_URL`, in databases named after the folder, which stay there.
pub fn services(data_folder: &Path) -> Services {
    show_causes();
    let now: DateTime<Utc> = NOW.parse().expect("the constant is a time");
    Services {
        data_folder: data_folder.to_owned(),
        clock: Clock::set_to(now),
        ids: IdSource::sequence(now.timestamp_millis().unsigned_abs(), 1),
        cursors: CursorKey::new(b"a key for tests"),
        mode: Mode::Production,
        servers: servers_for(data_folder),
        bus: Bus::embedded(data_folder.join("bus")),
    }
}

/// Clients are not told what went wrong inside, and whoever reads the output of a failed test has to know.
fn show_causes() {
    if cfg!(test) {
        // This crate's own tests read what is logged: the one log of their process is theirs.
        return;
    }
    let log = tracing_subscriber::fmt().with_env_filter("hansa_subgraph_host=error").with_test_writer();
    // Whoever has a log of its own keeps it.
    let _ = log.try_init();
}

fn servers_for(data_folder: &Path) -> Servers {
    let is_wanted = std::env::var("HANSA_TEST_STORES").is_ok_and(|stores| stores == "servers");
    let url = std::env::var("HANSA_TEST_MONGO_URL").ok().filter(|_| is_wanted);
    let folder = data_folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let prefix: String = folder.chars().filter(char::is_ascii_alphanumeric).collect();
    Servers { mongo: url.map(|url| format!("{}/test{prefix}", url.trim_end_matches('/'))), ..Servers::default() }
}

/// The user with a number instead of randomness.
pub fn user_id(number: u128) -> UserId {
    Id::from_uuid(Uuid::from_u128(number))
}

/// The tenant with a number instead of randomness.
pub fn tenant_id(number: u128) -> TenantId {
    Id::from_uuid(Uuid::from_u128(number))
}

/// Somebody signed in, who acts for no tenant.
pub fn user(number: u128) -> Caller {
    let user = user_id(number);
    Caller {
        subject: Some(user.to_string()),
        user: Some(user),
        username: Some(format!("user{number}")),
        session: Some(format!("session{number}")),
        ..Caller::default()
    }
}

/// Somebody signed in, who acts for a tenant.
pub fn member(number: u128, tenant: TenantId, roles: &[&str], scopes: &[&str]) -> Caller {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Caller { tenant: Some(tenant), roles: texts(roles), scopes: texts(scopes), ..user(number) }
}

/// Scopes that a role has in a tenant of a kind, as identity grants them.
pub fn scopes_of(tenant_kind: &str, role: &str) -> Vec<&'static str> {
    let mut scopes = vec!["tenant:read"];
    let is_admin = matches!(role, "ADMIN" | "OWNER");
    if is_admin {
        scopes.push("tenant:admin");
    }
    if tenant_kind == "MERCHANT" && (is_admin || role == "EDITOR") {
        scopes.extend(["catalog:write", "inventory:read", "inventory:write"]);
        scopes.extend(["orders:read", "orders:fulfil", "shipping:write"]);
    }
    if tenant_kind == "PLATFORM" && (is_admin || role == "MODERATOR") {
        scopes.push("social:moderate");
    }
    if tenant_kind == "PLATFORM" && is_admin {
        scopes.push("catalog:taxonomy");
    }
    match (tenant_kind, is_admin) {
        ("MERCHANT", true) => scopes.extend(["payments:read", "payments:write"]),
        ("PLATFORM", true) => scopes.extend(["payments:operate", "shipping:operate"]),
        _ => {}
    }
    scopes
}

/// One caller of each kind, by name: visitor, signed in, and each role in a merchant `tenant` and in a platform
/// tenant, which is number 900.
pub fn standard_callers(tenant: TenantId) -> Vec<(String, Caller)> {
    let mut callers = vec![("visitor".to_owned(), Caller::visitor()), ("signed in".to_owned(), user(100))];
    let kinds = [("MERCHANT", tenant), ("PLATFORM", tenant_id(900))];
    let mut number = 101;
    for (kind, tenant) in kinds {
        for role in ["MEMBER", "MODERATOR", "EDITOR", "ADMIN", "OWNER"] {
            let name = format!("{} {}", kind.to_lowercase(), role.to_lowercase());
            callers.push((name, member(number, tenant, &[role], &scopes_of(kind, role))));
            number += 1;
        }
    }
    callers
}

/// A table of all decisions: a line for each case (operation, which resource, the resource), with who is allowed.
/// Operations that policies name and no case has are listed below it.
pub fn policy_matrix(policies: &Policies, callers: &[(String, Caller)], cases: &[(&str, &str, Resource)]) -> String {
    let mut table = String::new();
    for (operation, which, resource) in cases {
        let allowed: Vec<&str> = callers
            .iter()
            .filter(|(_, caller)| policies.is_allowed(caller, operation, resource))
            .map(|(name, _)| name.as_str())
            .collect();
        let allowed = match allowed.len() {
            0 => "nobody".to_owned(),
            count if count == callers.len() => "everyone".to_owned(),
            _ => allowed.join(", "),
        };
        table.push_str(&format!("{operation} | {which} | {allowed}\n"));
    }
    for action in policies.actions() {
        if !cases.iter().any(|(operation, _, _)| *operation == action) {
            table.push_str(&format!("{action} | in no case of this matrix\n"));
        }
    }
    table
}

/// The request context that an in-process test runs in.
pub fn context(services: &Services, caller: &Caller) -> RequestContext {
    let trace = TraceContext::from_traceparent(Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), None);
    RequestContext::new(caller.clone(), services, trace)
}

/// The response to an operation, executed in process as this caller.
pub async fn execute(subgraph: &Subgraph, caller: &Caller, query: &str, variables: Value) -> Value {
    let request = GraphqlRequest {
        query: query.to_owned(),
        operation_name: None,
        variables: Some(Variables::from_json(variables)),
    };
    let Answer { json, .. } = subgraph.answer(request, context(&subgraph.services, caller)).await;
    serde_json::from_slice(&json).expect("answers are JSON")
}

/// The responses to an operation, one for each event, executed in process as this caller.
pub fn subscribe(subgraph: &Subgraph, caller: &Caller, query: &str, variables: Value) -> BoxStream<'static, Value> {
    let request = GraphqlRequest {
        query: query.to_owned(),
        operation_name: None,
        variables: Some(Variables::from_json(variables)),
    };
    let answers = subgraph.stream(request, context(&subgraph.services, caller));
    answers.map(|answer| serde_json::from_slice(&answer.json).expect("answers are JSON")).boxed()
}

/// A subgraph on a free port of this machine, with keys that nobody else has. Ends when it is dropped.
#[derive(Debug)]
pub struct RunningSubgraph {
    /// Such as `http://127.0.0.1:40001`.
    pub url: String,
    pub minter: Minter,
    name: &'static str,
    clock: Clock,
    client: Client<HttpConnector, Full<Bytes>>,
    stop: Option<oneshot::Sender<()>>,
    server: JoinSet<()>,
}

impl RunningSubgraph {
    pub async fn start(subgraph: Subgraph) -> RunningSubgraph {
        let clock = subgraph.services.clock.clone();
        let keys = SigningKeys::in_memory(LIFETIME, clock.now() - TimeDelta::hours(1)).expect("keys can be made");
        let verifier = Verifier::new(&keys, subgraph.name);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let (stop, stopped) = oneshot::channel();
        let name = subgraph.name;
        let mut server = JoinSet::new();
        server.spawn(serve(listener, subgraph, verifier, async move {
            let _ = stopped.await;
        }));
        RunningSubgraph {
            url: format!("http://{address}"),
            minter: Minter::new(keys),
            name,
            clock,
            client: Client::builder(TokioExecutor::new()).build_http(),
            stop: Some(stop),
            server,
        }
    }

    /// A passport that the subgraph takes.
    pub fn passport(&self, caller: &Caller) -> String {
        self.minter.mint(&caller.claims(), &[self.name], self.clock.now()).expect("the keys sign")
    }

    /// Sends any request.
    pub fn send(&self, request: Request<Full<Bytes>>) -> impl Future<Output = Response<Bytes>> + use<> {
        let sending = self.client.request(request);
        async move {
            let (parts, body) = sending.await.expect("the subgraph answers").into_parts();
            let body = body.collect().await.expect("the answer is whole").to_bytes();
            Response::from_parts(parts, body)
        }
    }

    /// Status and JSON of an operation, asked over HTTP as this caller.
    pub async fn ask(&self, caller: &Caller, query: &str, variables: Value) -> (StatusCode, Value) {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post(format!("{}/graphql", self.url))
            .header(HEADER, self.passport(caller))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .body(Full::from(body))
            .expect("the request is well formed");
        let response = self.send(request).await;
        (response.status(), serde_json::from_slice(response.body()).expect("answers are JSON"))
    }

    /// Tells the subgraph to stop.
    pub fn begin_to_stop(&mut self) {
        drop(self.stop.take());
    }

    /// Waits until the subgraph has stopped.
    pub async fn stopped(mut self) {
        self.begin_to_stop();
        while self.server.join_next().await.is_some() {}
    }
}
