//! Every user error can be met, and the README says where.

use crate::world::{PASSWORD, Person, World, text};
use hansa_identity::{Refusal, Role};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_code_is_met() {
    let world = World::new().await;
    let mut met: BTreeSet<String> = BTreeSet::new();
    for (caller, mutation, input) in calls(&world).await {
        met.insert(world.code(&caller, mutation, input).await);
    }
    let mut operator = world.person("operator").await;
    world.platform(&mut operator).await;
    let gone = world.register("gone").await;
    for _ in 0..2 {
        met.insert(world.code(&operator.caller, "userErase", json!({ "userId": gone })).await);
    }
    let platform = operator.caller.tenant;
    let suspend = |tenant: Value, reason: &str| json!({ "tenantId": tenant, "reason": reason });
    met.insert(world.code(&operator.caller, "tenantSuspend", suspend(json!(platform), "")).await);
    met.insert(world.code(&operator.caller, "tenantSuspend", suspend(json!(platform), "Bad")).await);
    let mut shut = world.person("shut").await;
    let tenant = world.found(&mut shut, "shut").await;
    world.code(&operator.caller, "tenantSuspend", suspend(json!(tenant), "Bad")).await;
    met.insert(world.code(&shut.caller, "sessionTenantSwitch", json!({ "tenantId": tenant })).await);
    let founder = world.person("founder").await;
    for number in 0..21 {
        let input = json!({ "handle": format!("tenant-{number}"), "name": "One of many" });
        met.insert(world.code(&founder.caller, "tenantCreate", input).await);
    }
    let missing: Vec<&&str> = Refusal::CODES.iter().filter(|code| !met.contains(**code)).collect();
    assert!(missing.is_empty(), "{missing:?} were not met");
    let unlisted: Vec<&String> =
        met.iter().filter(|code| *code != "OK" && !Refusal::CODES.contains(&code.as_str())).collect();
    assert!(unlisted.is_empty(), "{unlisted:?} are on no list");
}

#[test]
fn the_readme_lists_every_code() {
    let readme = include_str!("../../README.md");
    let missing: Vec<&&str> = Refusal::CODES.iter().filter(|code| !readme.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

async fn calls(world: &World) -> Vec<(Caller, &'static str, Value)> {
    let visitor = Caller::visitor;
    let mut greta = world.person("greta").await;
    world.found(&mut greta, "moewe").await;
    let tenant = greta.caller.tenant;
    let hugo = world.register("hugo").await;
    let of_hugo = world.grant(&greta, "hugo", &[Role::Admin]).await;
    let admin = world.sign_in(hugo, "hugo", tenant).await;
    let of_greta = own_membership(world, &greta).await;
    let register =
        |name: &str, email: &str, password: &str| json!({ "username": name, "email": email, "password": password });
    let keyed = |handle: &str| json!({ "handle": handle, "name": "One", "idempotencyKey": "a key for two" });
    let key = |scopes: Value, expires_at: &str| json!({ "name": "A key", "scopes": scopes, "expiresAt": expires_at });
    let refresh = json!({ "refreshToken": greta.refresh_token });
    let long_key = |handle: &str| {
        let mut input = keyed(handle);
        input["idempotencyKey"] = "a-key-of-greta-for-one".into();
        input
    };
    let mut calls = vec![
        (visitor(), "userRegister", register("x", "x@example.com", PASSWORD)),
        (visitor(), "userRegister", register("greta", "x@example.com", PASSWORD)),
        (visitor(), "userRegister", register("xaver", "x", PASSWORD)),
        (visitor(), "userRegister", register("xaver", "greta@example.com", PASSWORD)),
        (visitor(), "userRegister", register("xaver", "x@example.com", "short")),
        (visitor(), "sessionRefresh", json!({ "refreshToken": "nonsense" })),
        (visitor(), "passwordReset", json!({ "token": "nonsense", "newPassword": PASSWORD })),
        (visitor(), "sessionCreateWithApiKey", json!({ "apiKey": "nonsense" })),
        (visitor(), "tenantCreate", json!({ "handle": "xaver", "name": "Xaver" })),
        (greta.caller.clone(), "tenantCreate", json!({ "handle": "X", "name": "Xaver" })),
        (greta.caller.clone(), "tenantCreate", json!({ "handle": "xaver", "name": " " })),
        (greta.caller.clone(), "tenantCreate", json!({ "handle": "moewe", "name": "Another" })),
        (greta.caller.clone(), "tenantCreate", keyed("xaver")),
        (greta.caller.clone(), "tenantCreate", long_key("xaver")),
        (greta.caller.clone(), "tenantCreate", long_key("yannick")),
        (greta.caller.clone(), "tenantUpdate", json!({ "name": "New", "expectedVersion": 9 })),
        (greta.caller.clone(), "membershipGrant", json!({ "username": "hugo", "roles": ["MEMBER"] })),
        (greta.caller.clone(), "membershipGrant", json!({ "username": "hugo", "roles": [] })),
        (greta.caller.clone(), "membershipGrant", json!({ "username": "nobody", "roles": ["MEMBER"] })),
        (
            admin.caller.clone(),
            "membershipRolesSet",
            json!({ "membershipId": of_hugo, "roles": ["OWNER"], "expectedVersion": 1 }),
        ),
        (greta.caller.clone(), "membershipRevoke", json!({ "membershipId": of_greta })),
        (greta.caller.clone(), "apiKeyCreate", key(json!(["social:moderate"]), "2026-12-01T00:00:00Z")),
        (greta.caller.clone(), "apiKeyCreate", key(json!(["tenant:read"]), "2025-12-01T00:00:00Z")),
        (world.person("ida").await.caller, "apiKeyRevoke", json!({ "apiKeyId": "nonsense" })),
        (world.person("jan").await.caller, "tenantUpdate", json!({ "name": "New", "expectedVersion": 1 })),
        (visitor(), "sessionRefresh", refresh.clone()),
        (visitor(), "sessionRefresh", refresh.clone()),
        (visitor(), "sessionRefresh", refresh),
    ];
    calls.extend((0..11).map(|_| (visitor(), "sessionCreate", json!({ "login": "ida", "password": "wrong" }))));
    calls
}

async fn own_membership(world: &World, person: &Person) -> String {
    let query = "{ viewer { memberships(first: 1) { nodes { id } } } }";
    let data = world.data(&person.caller, query, json!({})).await;
    text(&data["viewer"]["memberships"]["nodes"][0]["id"])
}
