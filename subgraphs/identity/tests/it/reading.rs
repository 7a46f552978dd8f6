//! Reading: pages, ids of all kinds, and entities by key.

use crate::world::{World, address, text};
use hansa_identity::Role;
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

const ENTITIES: &str = "query($representations: [_Any!]!) { _entities(representations: $representations) {
    __typename
    ... on User { id username email memberships(first: 1) { nodes { id } } sessions(first: 1) { nodes { id } } }
    ... on Tenant { id name members(first: 1) { nodes { id } } auditLog(first: 1) { nodes { id } } }
    ... on Membership { id roles }
} }";

async fn entities(world: &World, caller: &Caller, representations: Value) -> Value {
    world.data(caller, ENTITIES, json!({ "representations": representations })).await["_entities"].take()
}

#[tokio::test]
async fn finds_users_and_tenants_by_what_people_know() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    let moewe = world.found(&mut greta, "moewe").await;
    let query = "query($user: ID!, $tenant: ID!) {
        user(id: $user) { username email } userByUsername(username: \"GRETA\") { id }
        tenant(id: $tenant) { handle } tenantByHandle(handle: \"moewe\") { id name kind }
        viewer { id }
    }";
    let data = world.data(&Caller::visitor(), query, json!({ "user": greta.id, "tenant": moewe })).await;
    let expected = json!({
        "user": { "username": "greta", "email": null },
        "userByUsername": { "id": greta.id },
        "tenant": { "handle": "moewe" },
        "tenantByHandle": { "id": moewe, "name": "The moewe", "kind": "MERCHANT" },
        "viewer": null,
    });
    assert_eq!(data, expected);
}

#[tokio::test]
async fn ids_that_are_none_or_nobodys_are_null() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    let moewe = world.found(&mut greta, "moewe").await.to_string();
    let unknown = "user_00000000000000000000000001";
    for id in ["", "nonsense", unknown, &moewe, &greta.id.to_string().to_uppercase(), "user_'; DROP TABLE users; --"] {
        let data = world.data(&greta.caller, "query($id: ID!) { user(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(data["user"], Value::Null, "{id}");
    }
    let query = "{ userByUsername(username: \"no body\") { id } tenantByHandle(handle: \"--\") { id } }";
    let data = world.data(&greta.caller, query, json!({})).await;
    assert_eq!(data, json!({ "userByUsername": null, "tenantByHandle": null }));
}

#[tokio::test]
async fn entities_show_no_more_than_other_ways() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    let moewe = world.found(&mut greta, "moewe").await;
    let hugo = world.person("hugo").await;
    let of_hugo = world.grant(&greta, "hugo", &[Role::Editor]).await;
    let representations = json!([
        { "__typename": "User", "id": greta.id },
        { "__typename": "Tenant", "id": moewe },
        { "__typename": "Membership", "id": of_hugo },
        { "__typename": "User", "nodeId": greta.id },
        { "__typename": "User", "id": "nonsense" },
        { "__typename": "User", "id": moewe },
        { "__typename": "Session", "id": hugo.caller.session },
        { "__typename": "Tenant", "id": "tenant_00000000000000000000000001" },
    ]);
    let user = |email: Value, list: Value| {
        json!({
            "__typename": "User", "id": greta.id, "username": "greta", "email": email, "memberships": list,
            "sessions": if list.is_null() { Value::Null } else { json!({ "nodes": [{ "id": greta.caller.session }] }) },
        })
    };
    let ida = world.person("ida").await;
    for stranger in [&Caller::visitor(), &ida.caller] {
        let found = entities(&world, stranger, representations.clone()).await;
        let tenant =
            json!({ "__typename": "Tenant", "id": moewe, "name": "The moewe", "members": null, "auditLog": null });
        let stranger_sees = user(Value::Null, Value::Null);
        assert_eq!(found, json!([stranger_sees, tenant, null, stranger_sees, null, null, null, null]));
    }
    let found = entities(&world, &hugo.caller, representations.clone()).await;
    let own = json!({ "__typename": "Membership", "id": of_hugo, "roles": ["EDITOR"] });
    assert_eq!((&found[2], &found[1]["members"]), (&own, &Value::Null), "one's own, but not acting in the tenant");
    let found = entities(&world, &greta.caller, representations).await;
    let membership = found[0]["memberships"].clone();
    assert_eq!(found[0], user(json!(address("greta")), membership));
    assert_eq!(found[2], own);
    assert!(found[1]["members"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == 1));
    assert!(found[1]["auditLog"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == 1));
}

#[tokio::test]
async fn a_thousand_representations_are_read_and_not_one_more() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    let many = |count: usize| vec![json!({ "__typename": "User", "id": greta.id }); count];
    let query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { username } } }";
    let data = world.data(&Caller::visitor(), query, json!({ "r": many(1_000) })).await;
    assert_eq!(data["_entities"].as_array().map(Vec::len), Some(1_000));
    for count in [1_001, 10_000] {
        let response = world.ask(&Caller::visitor(), query, json!({ "r": many(count) })).await;
        assert_eq!(response["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{count}");
    }
}

#[tokio::test]
async fn pages_go_both_ways() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    world.found(&mut greta, "moewe").await;
    for name in ["hugo", "ida", "jan", "karl"] {
        world.register(name).await;
        world.grant(&greta, name, &[Role::Member]).await;
    }
    let query = "query($first: Int, $after: String, $last: Int, $before: String) { actingTenant {
        members(first: $first, after: $after, last: $last, before: $before) {
            nodes { user { username } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
    } }";
    let ask = |variables: Value| {
        let (world, caller) = (&world, &greta.caller);
        async move {
            let page = world.data(caller, query, variables).await["actingTenant"]["members"].take();
            let names: Vec<String> =
                page["nodes"].as_array().unwrap().iter().map(|node| text(&node["user"]["username"])).collect();
            (names, page["pageInfo"].clone())
        }
    };
    let (names, first) = ask(json!({ "first": 2 })).await;
    assert_eq!((names, &first["hasNextPage"]), (vec!["greta".to_owned(), "hugo".to_owned()], &json!(true)));
    let (names, second) = ask(json!({ "first": 2, "after": first["endCursor"] })).await;
    assert_eq!(names, ["ida", "jan"]);
    let (names, third) = ask(json!({ "first": 2, "after": second["endCursor"] })).await;
    assert_eq!((names, &third["hasNextPage"]), (vec!["karl".to_owned()], &json!(false)));
    let (names, _) = ask(json!({ "last": 2, "before": third["startCursor"] })).await;
    assert_eq!(names, ["ida", "jan"]);
    let (names, last) = ask(json!({ "last": 2 })).await;
    assert_eq!((names, &last["hasPreviousPage"]), (vec!["jan".to_owned(), "karl".to_owned()], &json!(true)));
}

#[tokio::test]
async fn refuses_pages_that_are_none_at_their_field_only() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    world.found(&mut greta, "moewe").await;
    let cursor = "{ viewer { sessions(first: 1) { pageInfo { endCursor } } } }";
    let data = world.data(&greta.caller, cursor, json!({})).await;
    let cursor = text(&data["viewer"]["sessions"]["pageInfo"]["endCursor"]);
    let mut tampered = cursor.clone();
    tampered.replace_range(20..21, if &cursor[20..21] == "A" { "B" } else { "A" });
    for arguments in [
        "".to_owned(),
        "(first: 0)".to_owned(),
        "(first: -1)".to_owned(),
        "(first: 101)".to_owned(),
        "(last: 101)".to_owned(),
        "(first: 1, last: 1)".to_owned(),
        "(first: 1, after: \"nonsense\")".to_owned(),
        format!("(first: 1, after: \"{tampered}\")"),
        // A good cursor, of another list.
        format!("(first: 1, after: \"{cursor}\")"),
    ] {
        let query = format!("{{ viewer {{ id memberships{arguments} {{ nodes {{ id }} }} }} }}");
        let response = world.ask(&greta.caller, &query, json!({})).await;
        let error = &response["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{arguments}: {response}");
        assert_eq!(error["path"], json!(["viewer", "memberships"]));
        assert_eq!(response["data"]["viewer"], json!({ "id": greta.id, "memberships": null }));
    }
}
