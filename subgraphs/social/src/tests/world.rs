//! A community for each test: the context on a folder of its own, people, and short words for what they do.

use crate::Social;
use hansa_event_sourcing::Command;
use hansa_subgraph_host::{Caller, Services, Subgraph, testing};
use hansa_testkit::MongoServer;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

pub(super) const ANNA: u128 = 1;
pub(super) const BEN: u128 = 2;
pub(super) const CARA: u128 = 3;
pub(super) const DORA: u128 = 4;

pub(super) struct World {
    pub(super) social: Social,
    pub(super) services: Services,
    subgraph: Subgraph,
    keys: AtomicU64,
    _folder: TempDir,
}

/// A moderator of the platform.
pub(super) fn moderator() -> Caller {
    testing::member(90, testing::tenant_id(900), &["MODERATOR"], &["tenant:read", "social:moderate"])
}

pub(super) fn user_id(number: u128) -> String {
    testing::user_id(number).to_string()
}

pub(super) fn product_id(number: u128) -> String {
    user_id(number).replace("user_", "product_")
}

pub(super) fn profile_id(number: u128) -> String {
    user_id(number).replace("user_", "profile_")
}

/// The text at a path such as `/data/post/id`.
pub(super) fn text(response: &Value, pointer: &str) -> String {
    match response.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        _ => panic!("no text at {pointer} of {response:#}"),
    }
}

impl World {
    pub(super) async fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let services = testing::services(folder.path());
        World::of(services, folder).await
    }

    /// On a server of the MongoDB protocol, where there is one.
    pub(super) async fn on_mongo() -> Option<(World, MongoServer)> {
        let server = hansa_testkit::mongo()?;
        let folder = tempfile::tempdir().unwrap();
        let mut services = testing::services(folder.path());
        services.servers.mongo = Some(format!("{}/{}", server.url(), server.database("community")));
        Some((World::of(services, folder).await, server))
    }

    async fn of(services: Services, folder: TempDir) -> World {
        let social = Social::open(&services).await.unwrap();
        World { subgraph: social.subgraph(), social, services, keys: AtomicU64::default(), _folder: folder }
    }

    pub(super) fn key(&self) -> String {
        format!("key-of-this-test-{:04}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// A command without a key, for writes that no mutation makes.
    pub(super) fn command(&self, operation: &'static str) -> Command {
        let Services { clock, ids, .. } = &self.services;
        let actor = moderator().actor();
        Command {
            operation,
            actor,
            now: clock.now(),
            ids: ids.clone(),
            traceparent: None,
            idempotency_key: None,
            cause: hansa_event_sourcing::Cause::default(),
        }
    }

    /// The whole response.
    pub(super) async fn ask(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        testing::execute(&self.subgraph, caller, query, variables).await
    }

    /// The data of a response without errors.
    pub(super) async fn data(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        let response = self.ask(caller, query, variables).await;
        assert_eq!(response.get("errors"), None, "{query}: {response:#}");
        response["data"].clone()
    }

    /// The payload of a mutation, of which `show` says what else to select.
    pub(super) async fn mutate(&self, caller: &Caller, (mutation, input): (&str, Value), show: &str) -> Value {
        let input_type = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation ($input: {input_type}!) {{ {mutation}(input: $input) {{
                {show} replayed userErrors {{ code field message ... on VersionConflictError {{ currentVersion }} }}
            }} }}"
        );
        self.data(caller, &query, json!({ "input": input })).await[mutation].clone()
    }

    /// The codes of a mutation's user errors, or what it showed.
    pub(super) async fn codes(&self, caller: &Caller, mutation: &str, input: Value) -> Vec<String> {
        let payload = self.mutate(caller, (mutation, input), "").await;
        payload["userErrors"].as_array().unwrap().iter().map(|error| text(error, "/code")).collect()
    }

    /// A mutation that must not be refused.
    pub(super) async fn done(&self, caller: &Caller, (mutation, input): (&str, Value), show: &str) -> Value {
        let payload = self.mutate(caller, (mutation, input), show).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        payload
    }

    pub(super) async fn post(&self, number: u128, body: &str) -> String {
        self.post_about(number, body, &[]).await
    }

    pub(super) async fn post_about(&self, number: u128, body: &str, products: &[String]) -> String {
        let input = json!({ "body": body, "productIds": products, "idempotencyKey": self.key() });
        let payload = self.done(&testing::user(number), ("postPublish", input), "post { id }").await;
        text(&payload, "/post/id")
    }

    pub(super) async fn comment(&self, number: u128, post: &str, body: &str) -> String {
        let input = json!({ "postId": post, "body": body, "idempotencyKey": self.key() });
        let payload = self.done(&testing::user(number), ("commentAdd", input), "comment { id }").await;
        text(&payload, "/comment/id")
    }

    pub(super) async fn react(&self, number: u128, post: &str, kind: &str) {
        self.done(&testing::user(number), ("reactionSet", json!({ "postId": post, "kind": kind })), "").await;
    }

    pub(super) fn review_input(&self, product: u128, rating: i32) -> Value {
        let product = product_id(product);
        json!({
            "productId": product, "rating": rating, "title": "As described", "body": "It does what it should.",
            "idempotencyKey": self.key(),
        })
    }

    pub(super) async fn review(&self, number: u128, product: u128, rating: i32) -> String {
        let input = self.review_input(product, rating);
        let payload = self.done(&testing::user(number), ("reviewSubmit", input), "review { id }").await;
        text(&payload, "/review/id")
    }

    /// `userFollow`, `userBlock` and their like.
    pub(super) async fn relate(&self, number: u128, mutation: &str, other: u128) {
        self.done(&testing::user(number), (mutation, json!({ "userId": user_id(other) })), "").await;
    }

    pub(super) async fn make_private(&self, number: u128) {
        self.done(&testing::user(number), ("profileUpdate", json!({ "isPrivate": true })), "").await;
    }

    pub(super) async fn report(&self, number: u128, content: &str) -> String {
        let input = json!({ "contentId": content, "reason": "SPAM" });
        let payload = self.done(&testing::user(number), ("contentReport", input), "report { id }").await;
        text(&payload, "/report/id")
    }

    pub(super) async fn decide(&self, report: &str, decision: &str) {
        let input = json!({ "reportId": report, "decision": decision, "reason": "against the rules" });
        self.done(&moderator(), ("moderationDecide", input), "report { state }").await;
    }
}
