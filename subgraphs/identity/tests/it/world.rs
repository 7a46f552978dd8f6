//! A served identity in a temporary folder, or with its database on PostgreSQL; a clock that stands, and clients whose router is this test.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream::BoxStream;
use hansa_event_sourcing::{Clock, Command, IdSource};
use hansa_identity::{Identity, PlatformTenantCreate, Role, Tenant};
use hansa_relational::{Begun, Row, UnitOfWork, query};
use hansa_subgraph_host::{
    Caller,
    testing::{RunningSubgraph, services, subscribe},
};
use hansa_testkit::PostgresServer;
use hansa_values::{TenantId, UserId};
use http::Request;
use http_body_util::Full;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Good enough for everybody in these tests.
pub(crate) const PASSWORD: &str = "three blue mussels";

pub(crate) struct World {
    pub(crate) identity: Identity,
    pub(crate) clock: Clock,
    folder: TempDir,
    /// In the second pass.
    server: Option<PostgresServer>,
    host: RunningSubgraph,
}

/// Somebody with a session.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) caller: Caller,
    pub(crate) refresh_token: String,
    pub(crate) access_token: String,
}

impl World {
    pub(crate) async fn new() -> World {
        let folder = TempDir::new().unwrap();
        let places = (folder, hansa_testkit::second_pass());
        World::open(places, "2026-03-01T08:00:00Z".parse().unwrap()).await
    }

    /// Ends, and begins again where it was.
    pub(crate) async fn restarted(self) -> World {
        let World { identity, clock, folder, server, host } = self;
        host.stopped().await;
        identity.store().close().await;
        drop(identity);
        World::open((folder, server), clock.now()).await
    }

    async fn open((folder, server): (TempDir, Option<PostgresServer>), now: DateTime<Utc>) -> World {
        let mut services = services(folder.path());
        services.servers.postgres = server.as_ref().map(|server| server.url().to_owned());
        services.clock.set(now);
        let identity = Identity::open(&services).await.unwrap();
        let host = RunningSubgraph::start(identity.subgraph()).await;
        World { identity, clock: services.clock, folder, server, host }
    }

    /// The whole response.
    pub(crate) async fn ask(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        self.host.ask(caller, query, variables).await.1
    }

    /// What a subscription tells.
    pub(crate) fn subscribe(&self, caller: &Caller, query: &str, variables: Value) -> BoxStream<'static, Value> {
        subscribe(&self.identity.subgraph(), caller, query, variables)
    }

    /// `data` of a response without errors.
    pub(crate) async fn data(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        let mut response = self.ask(caller, query, variables).await;
        assert_eq!(response.get("errors"), None, "{response:#}");
        response["data"].take()
    }

    /// Calls a mutation; gives its payload, with `userErrors`.
    pub(crate) async fn mutate(&self, caller: &Caller, mutation: &str, input: Value, fields: &str) -> Value {
        let mut input_type = mutation[..1].to_uppercase();
        input_type.push_str(&mutation[1..]);
        let query = format!(
            "mutation($input: {input_type}Input!) {{ {mutation}(input: $input) {{ {fields} userErrors {{ code field \
             ... on TooManyAttemptsError {{ retryAfterMs }} ... on VersionConflictError {{ currentVersion }} }} }} }}"
        );
        self.data(caller, &query, json!({ "input": input })).await[mutation].take()
    }

    /// The code of the one user error, or `OK`.
    pub(crate) async fn code(&self, caller: &Caller, mutation: &str, input: Value) -> String {
        code_of(&self.mutate(caller, mutation, input, "__typename").await)
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        let request = Request::get(format!("{}{path}", self.host.url)).body(Full::<Bytes>::default()).unwrap();
        let response = self.host.send(request).await;
        (response.status().as_u16(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    pub(crate) async fn register(&self, name: &str) -> UserId {
        let input = json!({ "username": name, "email": address(name), "password": PASSWORD });
        let payload = self.mutate(&Caller::visitor(), "userRegister", input, "user { id }").await;
        payload["user"]["id"].as_str().unwrap_or_else(|| panic!("{payload}")).parse().unwrap()
    }

    /// Registers, and signs in.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let id = self.register(name).await;
        self.sign_in(id, name, None).await
    }

    pub(crate) async fn sign_in(&self, id: UserId, name: &str, tenant: Option<TenantId>) -> Person {
        let input = json!({ "login": name, "password": PASSWORD, "tenantId": tenant });
        let payload = self.mutate(&Caller::visitor(), "sessionCreate", input, "accessToken refreshToken").await;
        let access_token = payload["accessToken"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned();
        Person {
            id,
            caller: self.caller(&access_token).await,
            refresh_token: payload["refreshToken"].as_str().unwrap().to_owned(),
            access_token,
        }
    }

    /// Who an access token says somebody is, checked with the public keys and a foreign implementation.
    pub(crate) async fn caller(&self, token: &str) -> Caller {
        let claims = self.claims(token).await;
        let texts = |value: &Value| value.as_array().unwrap().iter().map(text).collect();
        Caller {
            subject: Some(text(&claims["sub"])),
            user: claims["sub"].as_str().and_then(|sub| sub.parse().ok()),
            tenant: claims["tenant"].as_str().map(|tenant| tenant.parse().unwrap()),
            username: claims["preferred_username"].as_str().map(str::to_owned),
            session: claims["sid"].as_str().map(str::to_owned),
            roles: texts(&claims["roles"]),
            scopes: text(&claims["scope"]).split_whitespace().map(str::to_owned).collect(),
            client: None,
        }
    }

    pub(crate) async fn claims(&self, token: &str) -> Value {
        let header = jsonwebtoken::decode_header(token).unwrap();
        assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::EdDSA, Some("at+jwt")));
        let (status, jwks) = self.get("/.well-known/jwks.json").await;
        assert_eq!(status, 200);
        let jwks: JwkSet = serde_json::from_str(&jwks).unwrap();
        let key = DecodingKey::from_jwk(jwks.find(&header.kid.unwrap()).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["hansa"]);
        validation.set_issuer(&["hansa-identity"]);
        // The tests have a clock of their own.
        validation.validate_exp = false;
        jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims
    }

    /// The whole answer to a request for a mail.
    pub(crate) async fn ask_reset(&self, email: &str) -> Value {
        let input = json!({ "email": email });
        self.mutate(&Caller::visitor(), "passwordResetRequest", input, "__typename").await
    }

    /// A merchant of this person, who acts in it from now on.
    pub(crate) async fn found(&self, owner: &mut Person, handle: &str) -> TenantId {
        let input = json!({ "handle": handle, "name": format!("The {handle}") });
        let payload = self.mutate(&owner.caller, "tenantCreate", input, "tenant { id }").await;
        let id: TenantId = payload["tenant"]["id"].as_str().unwrap_or_else(|| panic!("{payload}")).parse().unwrap();
        self.act_in(owner, Some(id)).await;
        id
    }

    pub(crate) async fn act_in(&self, person: &mut Person, tenant: Option<TenantId>) {
        let input = json!({ "tenantId": tenant });
        let payload = self.mutate(&person.caller, "sessionTenantSwitch", input, "accessToken").await;
        person.access_token = payload["accessToken"].as_str().unwrap_or_else(|| panic!("{payload}")).to_owned();
        person.caller = self.caller(&person.access_token).await;
    }

    /// Gives the membership's id.
    pub(crate) async fn grant(&self, by: &Person, name: &str, roles: &[Role]) -> String {
        let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
        let input = json!({ "username": name, "roles": roles });
        let payload = self.mutate(&by.caller, "membershipGrant", input, "membership { id }").await;
        text(&payload["membership"]["id"])
    }

    pub(crate) async fn platform(&self, owner: &mut Person) -> Tenant {
        let command = self.command("platformTenantCreate");
        let input = PlatformTenantCreate { handle: "hansa".to_owned(), name: "Hansa".to_owned(), owner: owner.id };
        let tenant = self.identity.platform_tenant_create(&command, input).await.unwrap().value;
        self.act_in(owner, Some(tenant.id)).await;
        tenant
    }

    pub(crate) fn command(&self, operation: &'static str) -> Command {
        Command {
            operation,
            actor: Default::default(),
            now: self.clock.now(),
            ids: IdSource::random(),
            traceparent: None,
            idempotency_key: None,
            cause: hansa_event_sourcing::Cause::default(),
        }
    }

    /// Everybody else waits for their turn to write until it is committed.
    pub(crate) async fn unit(&self) -> UnitOfWork {
        match self.identity.store().begin::<()>(&self.command("test")).await.unwrap() {
            Begun::Fresh(unit) => unit,
            Begun::Replayed(()) => panic!("it has no idempotency key"),
        }
    }

    /// Texts of the mails, in the order of their names.
    pub(crate) fn mails(&self) -> Vec<String> {
        let mut paths = Vec::new();
        files_below(&self.folder.path().join("mails"), &mut paths);
        paths.sort();
        paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
    }

    /// Everything that is kept, as bytes: what must not be kept is not in it.
    pub(crate) async fn kept_bytes(&self, but: &str) -> Vec<u8> {
        let mut paths = Vec::new();
        files_below(self.folder.path(), &mut paths);
        let kept = paths.iter().filter(|path| !path.to_string_lossy().contains(but));
        let mut kept: Vec<u8> = kept.flat_map(|path| std::fs::read(path).unwrap()).collect();
        if self.server.is_some() {
            let tables = query("SELECT CAST(schema_to_xml('identity', true, true, '') AS TEXT) AS tables");
            let tables: Row = tables.fetch_one(self.identity.store()).await.unwrap();
            kept.extend(tables.text("tables").unwrap().into_bytes());
        }
        kept
    }

    /// All events, as JSON.
    pub(crate) async fn events(&self) -> Vec<String> {
        let mut events = Vec::new();
        for lane in 0..2 {
            let entries = self.identity.store().events_after(lane, 0, 1_000).await.unwrap();
            events.extend(entries.iter().map(|entry| serde_json::to_string(&entry.event).unwrap()));
        }
        events
    }

    /// How many events of this kind there are.
    pub(crate) async fn count_events(&self, aggregate: &str, event_type: &str) -> usize {
        let events = self.events().await;
        let is_one = |event: &&String| {
            let event: Value = serde_json::from_str(event).unwrap();
            event["aggregate"] == aggregate && event["event_type"] == event_type
        };
        events.iter().filter(is_one).count()
    }
}

pub(crate) fn address(name: &str) -> String {
    format!("{name}@example.com")
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub(crate) fn code_of(payload: &Value) -> String {
    match payload["userErrors"].as_array().unwrap().as_slice() {
        [] => "OK".to_owned(),
        [error] => text(&error["code"]),
        many => panic!("{many:?}"),
    }
}

pub(crate) fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn files_below(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() { files_below(&path, paths) } else { paths.push(path) }
    }
}
