//! Tenants in which nobody can act: what that keeps people and programs from, and that it ends.

use crate::world::{PASSWORD, Person, World, contains, text};
use hansa_identity::Role;
use hansa_subgraph_host::Caller;
use hansa_values::TenantId;
use serde_json::{Value, json};

const REASON: &str = "Sold what is no amber";

/// A merchant with its owner and a key, and an operator.
async fn market(world: &World) -> (Person, TenantId, String, Person) {
    let mut greta = world.person("greta").await;
    let tenant = world.found(&mut greta, "moewe").await;
    let key = json!({ "name": "A program", "scopes": ["tenant:read"] });
    let key = text(&world.mutate(&greta.caller, "apiKeyCreate", key, "secret").await["secret"]);
    let mut operator = world.person("operator").await;
    world.platform(&mut operator).await;
    (greta, tenant, key, operator)
}

async fn change(world: &World, operator: &Person, mutation: &str, tenant: TenantId) -> Value {
    let input = json!({ "tenantId": tenant, "reason": REASON });
    world.mutate(&operator.caller, mutation, input, "tenant { suspendedAt version }").await
}

async fn sign_in(world: &World, tenant: Option<TenantId>) -> Value {
    let input = json!({ "login": "greta", "password": PASSWORD, "tenantId": tenant });
    let fields = "session { actingTenant { handle } } accessToken userErrors { field }";
    world.mutate(&Caller::visitor(), "sessionCreate", input, fields).await
}

#[tokio::test]
async fn nobody_acts_in_it_until_it_is_reinstated() {
    let world = World::new().await;
    let (greta, tenant, key, operator) = market(&world).await;
    world.person("hugo").await;
    for _ in 0..2 {
        let suspended = change(&world, &operator, "tenantSuspend", tenant).await;
        assert_eq!(suspended["tenant"]["version"], 2, "once: {suspended}");
        assert!(suspended["tenant"]["suspendedAt"].is_string(), "{suspended}");
    }
    let refused = sign_in(&world, Some(tenant)).await;
    let error = &refused["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("TENANT_SUSPENDED"), &json!(["input", "tenantId"])));
    let elsewhere = sign_in(&world, None).await;
    assert_eq!(elsewhere["session"], json!({ "actingTenant": null }), "it was the one chosen last");
    let switch = json!({ "tenantId": tenant });
    assert_eq!(world.code(&greta.caller, "sessionTenantSwitch", switch.clone()).await, "TENANT_SUSPENDED");
    let exchange = json!({ "apiKey": key });
    assert_eq!(world.code(&Caller::visitor(), "sessionCreateWithApiKey", exchange.clone()).await, "TENANT_SUSPENDED");
    // A token from before is not enough, and the next one of the session acts nowhere.
    let rename = json!({ "name": "New", "expectedVersion": 2 });
    assert_eq!(world.code(&greta.caller, "tenantUpdate", rename).await, "FORBIDDEN");
    let grant = json!({ "username": "hugo", "roles": ["MEMBER"] });
    assert_eq!(world.code(&greta.caller, "membershipGrant", grant).await, "FORBIDDEN");
    let refresh = json!({ "refreshToken": greta.refresh_token });
    let refreshed = world.mutate(&Caller::visitor(), "sessionRefresh", refresh, "accessToken refreshToken").await;
    let caller = world.caller(refreshed["accessToken"].as_str().unwrap()).await;
    assert_eq!((caller.user, caller.tenant, caller.scopes.len()), (Some(greta.id), None, 0));

    assert_eq!(
        change(&world, &operator, "tenantReinstate", tenant).await["tenant"],
        json!({ "suspendedAt": null, "version": 3 })
    );
    assert_eq!(change(&world, &operator, "tenantReinstate", tenant).await["tenant"]["version"], 3);
    let back = sign_in(&world, None).await;
    assert_eq!(back["session"]["actingTenant"]["handle"], "moewe");
    assert_eq!(world.code(&Caller::visitor(), "sessionCreateWithApiKey", exchange).await, "OK");
    let refresh = json!({ "refreshToken": refreshed["refreshToken"] });
    let refreshed = world.mutate(&Caller::visitor(), "sessionRefresh", refresh, "accessToken").await;
    let caller = world.caller(refreshed["accessToken"].as_str().unwrap()).await;
    assert_eq!(caller.tenant, Some(tenant), "the session goes on where it was");
    assert_eq!(world.code(&caller, "sessionTenantSwitch", switch).await, "OK");
}

#[tokio::test]
async fn why_is_in_the_tenants_log_and_in_no_event() {
    let world = World::new().await;
    let (greta, tenant, _, operator) = market(&world).await;
    change(&world, &operator, "tenantSuspend", tenant).await;
    change(&world, &operator, "tenantReinstate", tenant).await;
    let log = "{ actingTenant { auditLog(first: 2) { nodes { action detail actor { username } } } } }";
    let log = world.data(&greta.caller, log, json!({})).await["actingTenant"]["auditLog"]["nodes"].take();
    let entry = |action: &str| json!({ "action": action, "detail": REASON, "actor": { "username": "operator" } });
    assert_eq!(log, json!([entry("tenant.reinstated"), entry("tenant.suspended")]));
    for (event, count) in [("suspended", 1), ("reinstated", 1)] {
        assert_eq!(world.count_events("tenant", event).await, count);
    }
    assert!(world.events().await.iter().all(|event| !contains(event.as_bytes(), REASON)));
}

#[tokio::test]
async fn only_operators_do_and_only_to_who_sells() {
    let world = World::new().await;
    let (greta, tenant, _, operator) = market(&world).await;
    let input = |tenant: &str, reason: &str| json!({ "tenantId": tenant, "reason": reason });
    let (tenant, platform) = (tenant.to_string(), operator.caller.tenant.unwrap().to_string());
    for mutation in ["tenantSuspend", "tenantReinstate"] {
        for (caller, input, code) in [
            (&Caller::visitor(), input(&tenant, REASON), "UNAUTHENTICATED"),
            (&greta.caller, input(&tenant, REASON), "FORBIDDEN"),
            (&operator.caller, input(&tenant, " "), "REASON_INVALID"),
            (&operator.caller, input(&tenant, &"x".repeat(501)), "REASON_INVALID"),
            (&operator.caller, input(&tenant, "\u{7}"), "REASON_INVALID"),
            (&operator.caller, input("nonsense", REASON), "NOT_FOUND"),
            (&operator.caller, input("tenant_01j0000000e008000000000001", REASON), "NOT_FOUND"),
        ] {
            assert_eq!(world.code(caller, mutation, input.clone()).await, code, "{mutation} {input}");
        }
    }
    let own = input(&platform, REASON);
    assert_eq!(world.code(&operator.caller, "tenantSuspend", own).await, "TENANT_NOT_SUSPENDABLE");
    let mut keyed = input(&tenant, REASON);
    keyed["idempotencyKey"] = "suspends-moewe-but-once".into();
    for replayed in [false, true] {
        let done = world.mutate(&operator.caller, "tenantSuspend", keyed.clone(), "replayed").await;
        assert_eq!(done["replayed"], json!(replayed));
    }
    keyed["reason"] = "Another".into();
    assert_eq!(world.code(&operator.caller, "tenantSuspend", keyed).await, "IDEMPOTENCY_KEY_REUSED");
    // An operator who is one no longer is none, whatever their token says.
    let second = world.register("second").await;
    let membership = world.grant(&operator, "second", &[Role::Admin]).await;
    let second = world.sign_in(second, "second", operator.caller.tenant).await;
    world.code(&operator.caller, "membershipRevoke", json!({ "membershipId": membership })).await;
    assert_eq!(world.code(&second.caller, "tenantReinstate", input(&tenant, REASON)).await, "FORBIDDEN");
}
