//! The context through its schema: what it does, and everything that it refuses.

use crate::{
    Orders,
    orders::{MIGRATIONS, item_resource},
    sdl,
};
use expect_test::expect;
use hansa_subgraph_host::{
    Caller, Subgraph,
    testing::{execute, member, policy_matrix, scopes_of, services, standard_callers, tenant_id},
};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

const CREATE: &str = "mutation($input: OrdersItemCreateInput!) {
  ordersItemCreate(input: $input) { item { id title version } replayed userErrors { code field } }
}";
const RENAME: &str = "mutation($input: OrdersItemRenameInput!) {
  ordersItemRename(input: $input) { item { id title version } replayed userErrors { code field } }
}";
const ITEMS: &str = "query($first: Int, $after: String, $last: Int, $before: String) {
  ordersItems(first: $first, after: $after, last: $last, before: $before) {
    nodes { title }
    pageInfo { endCursor hasNextPage }
  }
}";

/// A context with a database of its own.
struct World {
    _folder: TempDir,
    subgraph: Subgraph,
}

impl World {
    async fn new() -> World {
        let folder = TempDir::new().unwrap();
        let services = services(folder.path());
        let context = Orders::open(&services).await.unwrap();
        World { subgraph: context.subgraph(), _folder: folder }
    }

    async fn ask(&self, caller: &Caller, query: &str, variables: Value) -> Value {
        execute(&self.subgraph, caller, query, variables).await
    }

    /// The payload of the one mutation.
    async fn change(&self, caller: &Caller, mutation: &str, input: Value) -> Value {
        let answer = self.ask(caller, mutation, json!({ "input": input })).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"].as_object().unwrap().values().next().unwrap().clone()
    }

    async fn create(&self, caller: &Caller, title: &str) -> String {
        let payload = self.change(caller, CREATE, json!({ "title": title })).await;
        payload["item"]["id"].as_str().unwrap().to_owned()
    }
}

/// An owner of the tenant with this number.
fn owner(number: u128) -> Caller {
    member(number, tenant_id(number), &["OWNER"], &scopes_of("MERCHANT", "OWNER"))
}

fn codes(payload: &Value) -> Vec<&str> {
    payload["userErrors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_item_is_made_and_found_and_renamed() {
    let (world, owner) = (World::new().await, owner(1));
    let id = world.create(&owner, " first ").await;
    let renamed = world.change(&owner, RENAME, json!({ "id": id, "title": "second", "expectedVersion": 1 })).await;
    assert_eq!(renamed["item"], json!({ "id": id, "title": "second", "version": 2 }));
    let answer = world.ask(&owner, "query($id: ID!) { ordersItem(id: $id) { title } }", json!({ "id": id })).await;
    assert_eq!(answer, json!({ "data": { "ordersItem": { "title": "second" } } }));
}

#[tokio::test]
async fn every_refusal_of_the_readme_can_be_met() {
    let (world, owner, stranger) = (World::new().await, owner(1), owner(2));
    let id = world.create(&owner, "first").await;
    let key = "a-key-for-one-item";
    let made = world.change(&owner, CREATE, json!({ "title": "second", "idempotencyKey": key })).await;
    assert_eq!(codes(&made), [""; 0]);
    let cases = [
        (&Caller::visitor(), CREATE, json!({ "title": "x" }), "FORBIDDEN"),
        (&stranger, RENAME, json!({ "id": id, "title": "x" }), "NOT_FOUND"),
        (&owner, RENAME, json!({ "id": "ordersitem_0", "title": "x" }), "NOT_FOUND"),
        (&owner, RENAME, json!({ "id": "ordersitem_00000000000000000000000000", "title": "x" }), "NOT_FOUND"),
        (&owner, CREATE, json!({ "title": " " }), "TITLE_INVALID"),
        (&owner, RENAME, json!({ "id": id, "title": "x".repeat(121) }), "TITLE_INVALID"),
        (&owner, RENAME, json!({ "id": id, "title": "x", "expectedVersion": 7 }), "VERSION_CONFLICT"),
        (&owner, CREATE, json!({ "title": "x", "idempotencyKey": "short" }), "IDEMPOTENCY_KEY_INVALID"),
        (&owner, CREATE, json!({ "title": "x", "idempotencyKey": key }), "IDEMPOTENCY_KEY_REUSED"),
    ];
    for (caller, mutation, input, code) in cases {
        let payload = world.change(caller, mutation, input.clone()).await;
        assert_eq!(codes(&payload), [code], "{input}");
        assert_eq!(payload["item"], Value::Null);
        let row = format!("| `{code}` |");
        assert!(include_str!("../README.md").contains(&row), "README.md has no {code}");
    }
}

#[tokio::test]
async fn a_repetition_gets_the_first_answer() {
    let (world, owner) = (World::new().await, owner(1));
    let input = json!({ "title": "once", "idempotencyKey": "a-key-for-one-item" });
    let first = world.change(&owner, CREATE, input.clone()).await;
    let again = world.change(&owner, CREATE, input).await;
    assert_eq!((&first["replayed"], &again["replayed"]), (&json!(false), &json!(true)));
    assert_eq!(first["item"], again["item"]);
    let all = world.ask(&owner, ITEMS, json!({ "first": 10 })).await;
    assert_eq!(all["data"]["ordersItems"]["nodes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn items_are_listed_page_by_page_for_their_tenant() {
    let (world, owner) = (World::new().await, owner(1));
    for number in 0..5 {
        world.create(&owner, &format!("item {number}")).await;
    }
    let page = world.ask(&owner, ITEMS, json!({ "first": 3 })).await["data"]["ordersItems"].clone();
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    let rest = world.ask(&owner, ITEMS, json!({ "first": 3, "after": page["pageInfo"]["endCursor"] })).await;
    assert_eq!(rest["data"]["ordersItems"]["nodes"], json!([{ "title": "item 3" }, { "title": "item 4" }]));
    let last = world.ask(&owner, ITEMS, json!({ "last": 2 })).await;
    assert_eq!(last["data"]["ordersItems"]["nodes"], rest["data"]["ordersItems"]["nodes"]);
    let others = world.ask(&self::owner(2), ITEMS, json!({ "first": 3 })).await;
    assert_eq!(others["data"]["ordersItems"]["nodes"], json!([]));
    for (caller, code) in [(Caller::visitor(), "UNAUTHENTICATED"), (member(3, tenant_id(1), &[], &[]), "FORBIDDEN")] {
        let answer = world.ask(&caller, ITEMS, json!({ "first": 3 })).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code);
        assert_eq!(answer["data"]["ordersItems"], Value::Null);
    }
    let wrong = world.ask(&owner, ITEMS, json!({ "first": 101 })).await;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn entities_are_null_where_they_are_not_for_the_caller() {
    let (world, owner) = (World::new().await, owner(1));
    let id = world.create(&owner, "mine").await;
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on OrdersItem { title } } }";
    let representations = json!({ "r": [
        { "__typename": "OrdersItem", "id": id },
        { "__typename": "OrdersItem", "nodeId": id },
        { "__typename": "OrdersItem", "id": "ordersitem_00000000000000000000000000" },
    ] });
    let answer = world.ask(&owner, query, representations.clone()).await;
    assert_eq!(answer, json!({ "data": { "_entities": [{ "title": "mine" }, { "title": "mine" }, null] } }));
    for caller in [Caller::visitor(), self::owner(2)] {
        let answer = world.ask(&caller, query, representations.clone()).await;
        assert_eq!(answer, json!({ "data": { "_entities": [null, null, null] } }));
    }
}

#[tokio::test]
async fn policies_are_as_listed() {
    let folder = TempDir::new().unwrap();
    let context = Orders::open(&services(folder.path())).await.unwrap();
    let cases = [
        ("ordersItemRead", "of the acting tenant", item_resource(tenant_id(1))),
        ("ordersItemRead", "of another tenant", item_resource(tenant_id(2))),
        ("ordersItemWrite", "of the acting tenant", item_resource(tenant_id(1))),
        ("ordersItemWrite", "of another tenant", item_resource(tenant_id(2))),
    ];
    let matrix = policy_matrix(&context.policies, &standard_callers(tenant_id(1)), &cases);
    expect![[r#"
        ordersItemRead | of the acting tenant | merchant member, merchant moderator, merchant editor, merchant admin, merchant owner
        ordersItemRead | of another tenant | nobody
        ordersItemWrite | of the acting tenant | merchant admin, merchant owner
        ordersItemWrite | of another tenant | nobody
    "#]].assert_eq(&matrix);
}

#[test]
fn the_sdl_needs_no_store() {
    let sdl = sdl();
    assert!(sdl.starts_with("extend schema @link(") && sdl.contains("type OrdersItem implements Node"), "{sdl}");
}

#[test]
fn both_engines_have_the_same_migrations() {
    MIGRATIONS.assert_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations"));
}
