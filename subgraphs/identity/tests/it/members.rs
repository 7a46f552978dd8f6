//! Tenants, members, API keys.

use crate::world::{World, code_of, contains, text};
use chrono::TimeDelta;
use hansa_identity::Role;
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};

#[tokio::test]
async fn whoever_founds_a_tenant_owns_it() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    let input =
        |handle: &str| json!({ "handle": handle, "name": "Möwe & Söhne", "idempotencyKey": "founding-of-moewe" });
    let fields = "tenant { id kind handle name version } replayed";
    let first = world.mutate(&greta.caller, "tenantCreate", input("moewe"), fields).await;
    assert_eq!((&first["replayed"], &first["tenant"]["kind"]), (&json!(false), &json!("MERCHANT")));
    let again = world.mutate(&greta.caller, "tenantCreate", input("moewe"), fields).await;
    assert_eq!((&again["replayed"], &again["tenant"]), (&json!(true), &first["tenant"]));
    let reused = world.code(&greta.caller, "tenantCreate", input("another")).await;
    assert_eq!(reused, "IDEMPOTENCY_KEY_REUSED");
    world.act_in(&mut greta, Some(text(&first["tenant"]["id"]).parse().unwrap())).await;
    let query = "{ actingTenant { handle members(first: 5) { nodes { roles user { username } } } } }";
    let data = world.data(&greta.caller, query, json!({})).await;
    let expected = json!({
        "handle": "moewe",
        "members": { "nodes": [{ "roles": ["OWNER"], "user": { "username": "greta" } }] }
    });
    assert_eq!(data["actingTenant"], expected);
    assert_eq!(world.count_events("tenant", "created").await, 1);
}

#[tokio::test]
async fn a_stale_version_changes_nothing() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    world.found(&mut greta, "moewe").await;
    let input = |name: &str, version: i32| json!({ "name": name, "expectedVersion": version });
    let fields = "tenant { name version }";
    let payload = world.mutate(&greta.caller, "tenantUpdate", input("New", 1), fields).await;
    assert_eq!(payload["tenant"], json!({ "name": "New", "version": 2 }));
    let payload = world.mutate(&greta.caller, "tenantUpdate", input("Newer", 1), fields).await;
    let expected = json!([{ "code": "VERSION_CONFLICT", "field": ["input", "expectedVersion"], "currentVersion": 2 }]);
    assert_eq!((&payload["tenant"], &payload["userErrors"]), (&Value::Null, &expected));
}

#[tokio::test]
async fn owners_make_owners_and_one_stays() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    let moewe = world.found(&mut greta, "moewe").await;
    let hugo = world.register("hugo").await;
    world.register("ida").await;
    let of_hugo = world.grant(&greta, "hugo", &[Role::Admin]).await;
    let hugo = world.sign_in(hugo, "hugo", Some(moewe)).await;
    let grant = |name: &str, roles: Value| json!({ "username": name, "roles": roles });
    let set = |id: &str, roles: Value, version: i32| json!({ "membershipId": id, "roles": roles, "expectedVersion": version });
    let codes = [
        world.code(&hugo.caller, "membershipGrant", grant("ida", json!(["OWNER"]))).await,
        world.code(&hugo.caller, "membershipGrant", grant("nobody", json!(["MEMBER"]))).await,
        world.code(&hugo.caller, "membershipGrant", grant("ida", json!([]))).await,
        world.code(&hugo.caller, "membershipGrant", grant("ida", json!(["MEMBER", "EDITOR", "MEMBER"]))).await,
        world.code(&hugo.caller, "membershipGrant", grant("ida", json!(["MEMBER"]))).await,
        world.code(&hugo.caller, "membershipRolesSet", set(&of_hugo, json!(["OWNER"]), 1)).await,
    ];
    let expected = ["OWNER_REQUIRED", "NOT_FOUND", "ROLES_INVALID", "OK", "ALREADY_MEMBER", "OWNER_REQUIRED"];
    assert_eq!(codes, expected);
    let query = "{ viewer { memberships(first: 5) { nodes { id } } } }";
    let of_greta = world.data(&greta.caller, query, json!({})).await;
    let of_greta = text(&of_greta["viewer"]["memberships"]["nodes"][0]["id"]);
    let revoke = |id: &str| json!({ "membershipId": id });
    let codes = [
        world.code(&greta.caller, "membershipRevoke", revoke(&of_greta)).await,
        world.code(&greta.caller, "membershipRolesSet", set(&of_greta, json!(["ADMIN"]), 1)).await,
        world.code(&hugo.caller, "membershipRevoke", revoke(&of_greta)).await,
        world.code(&greta.caller, "membershipRolesSet", set(&of_hugo, json!(["OWNER"]), 1)).await,
        world.code(&greta.caller, "membershipRolesSet", set(&of_greta, json!(["ADMIN"]), 1)).await,
        // The token still says OWNER; the table does not.
        world.code(&greta.caller, "membershipRolesSet", set(&of_hugo, json!(["ADMIN"]), 2)).await,
        world.code(&hugo.caller, "membershipRevoke", revoke(&of_hugo)).await,
        world.code(&greta.caller, "membershipRevoke", revoke(&of_greta)).await,
        world.code(&greta.caller, "membershipRevoke", revoke(&of_greta)).await,
        world.code(&greta.caller, "membershipGrant", grant("greta", json!(["ADMIN"]))).await,
    ];
    let expected = [
        "LAST_OWNER",
        "LAST_OWNER",
        "OWNER_REQUIRED",
        "OK",
        "OK",
        "OWNER_REQUIRED",
        "LAST_OWNER",
        "OK",
        "NOT_FOUND",
        "FORBIDDEN",
    ];
    assert_eq!(codes, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_owners_cannot_unmake_each_other() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    let moewe = world.found(&mut greta, "moewe").await;
    let hugo = world.register("hugo").await;
    let of_hugo = world.grant(&greta, "hugo", &[Role::Owner]).await;
    let hugo = world.sign_in(hugo, "hugo", Some(moewe)).await;
    let query = "{ viewer { memberships(first: 5) { nodes { id } } } }";
    let data = world.data(&greta.caller, query, json!({})).await;
    let of_greta = text(&data["viewer"]["memberships"]["nodes"][0]["id"]);
    let both = tokio::join!(
        world.code(&greta.caller, "membershipRevoke", json!({ "membershipId": of_hugo })),
        world.code(&hugo.caller, "membershipRevoke", json!({ "membershipId": of_greta }))
    );
    let mut codes = [both.0, both.1];
    codes.sort();
    assert_eq!(codes[1], "OK");
    assert!(["FORBIDDEN", "LAST_OWNER", "NOT_FOUND"].contains(&codes[0].as_str()), "{codes:?}");
}

#[tokio::test]
async fn a_key_acts_with_its_scopes_until_it_is_revoked() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    let moewe = world.found(&mut greta, "moewe").await;
    let create = json!({
        "name": "Import", "scopes": ["catalog:write"], "expiresAt": "2026-03-02T08:00:00.000Z",
        "idempotencyKey": "key-for-the-import"
    });
    let fields = "apiKey { id name scopes lastUsedAt createdBy { username } } secret replayed";
    let made = world.mutate(&greta.caller, "apiKeyCreate", create.clone(), fields).await;
    let secret = text(&made["secret"]);
    assert!(secret.starts_with("hansa_"));
    assert!(!contains(&world.kept_bytes("mail").await, &secret), "only its hash is kept");
    let again = world.mutate(&greta.caller, "apiKeyCreate", create, fields).await;
    assert_eq!((&again["secret"], &again["replayed"], &again["apiKey"]), (&Value::Null, &json!(true), &made["apiKey"]));
    let exchange = |secret: &str| json!({ "apiKey": secret });
    let visitor = Caller::visitor();
    let fields = "accessToken refreshToken session { id } user { id }";
    let signed_in = world.mutate(&visitor, "sessionCreateWithApiKey", exchange(&secret), fields).await;
    assert_eq!((&signed_in["refreshToken"], &signed_in["session"]), (&Value::Null, &Value::Null));
    let program = world.caller(signed_in["accessToken"].as_str().unwrap()).await;
    assert_eq!((program.user, program.tenant), (None, Some(moewe)));
    assert_eq!(
        (program.scopes.as_slice(), program.subject.unwrap()),
        (["catalog:write".to_owned()].as_slice(), text(&made["apiKey"]["id"]))
    );
    let query = "{ actingTenant { apiKeys(first: 5) { nodes { lastUsedAt revokedAt } } } }";
    let keys = world.data(&greta.caller, query, json!({})).await;
    let expected = json!([{ "lastUsedAt": "2026-03-01T08:00:00.000Z", "revokedAt": null }]);
    assert_eq!(keys["actingTenant"]["apiKeys"]["nodes"], expected);
    world.clock.advance(TimeDelta::days(1));
    assert_eq!(world.code(&visitor, "sessionCreateWithApiKey", exchange(&secret)).await, "API_KEY_INVALID");
    let create = json!({ "name": "Export", "scopes": ["tenant:read"] });
    let made = world.mutate(&greta.caller, "apiKeyCreate", create, "apiKey { id } secret").await;
    let secret = text(&made["secret"]);
    assert_eq!(world.code(&visitor, "sessionCreateWithApiKey", exchange(&secret)).await, "OK");
    let revoke = json!({ "apiKeyId": made["apiKey"]["id"] });
    assert_eq!(world.code(&greta.caller, "apiKeyRevoke", revoke.clone()).await, "OK");
    assert_eq!(world.code(&greta.caller, "apiKeyRevoke", revoke).await, "OK");
    assert_eq!(world.count_events("api_key", "revoked").await, 1);
    assert_eq!(world.code(&visitor, "sessionCreateWithApiKey", exchange(&secret)).await, "API_KEY_INVALID");
}

#[tokio::test]
async fn what_was_done_stands_in_the_log() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    world.found(&mut greta, "moewe").await;
    world.register("hugo").await;
    world.grant(&greta, "hugo", &[Role::Editor]).await;
    let query = "{ actingTenant { auditLog(first: 10) { nodes { action operation at actor { username } } } } }";
    let log = world.data(&greta.caller, query, json!({})).await;
    let entry = |action: &str, operation: &str| {
        json!({
            "action": action, "operation": operation, "at": "2026-03-01T08:00:00.000Z",
            "actor": { "username": "greta" }
        })
    };
    let expected = json!([
        entry("membership.granted", "membershipGrant"),
        entry("membership.granted", "tenantCreate"),
        entry("tenant.created", "tenantCreate"),
    ]);
    assert_eq!(log["actingTenant"]["auditLog"]["nodes"], expected);
    let payload = world.mutate(&greta.caller, "privacySet", json!({ "isPrivate": true }), "user { isPrivate }").await;
    assert_eq!((code_of(&payload), &payload["user"]["isPrivate"]), ("OK".to_owned(), &json!(true)));
}

#[tokio::test]
async fn a_demoted_admin_manages_nothing_with_an_old_token() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    let moewe = world.found(&mut greta, "moewe").await;
    let hugo = world.register("hugo").await;
    world.register("ida").await;
    world.register("jan").await;
    let of_hugo = world.grant(&greta, "hugo", &[Role::Admin]).await;
    let of_ida = world.grant(&greta, "ida", &[Role::Member]).await;
    let hugo = world.sign_in(hugo, "hugo", Some(moewe)).await;
    let key = |name: &str| json!({ "name": name, "scopes": ["tenant:read"], "idempotencyKey": "a-key-from-before" });
    let made = world.mutate(&hugo.caller, "apiKeyCreate", key("Before"), "apiKey { id }").await;
    let set =
        |roles: Value, version: i32| json!({ "membershipId": of_hugo, "roles": roles, "expectedVersion": version });
    assert_eq!(world.code(&greta.caller, "membershipRolesSet", set(json!(["EDITOR"]), 1)).await, "OK");
    // The token says ADMIN for some minutes yet.
    assert!(hugo.caller.scopes.contains(&"tenant:admin".to_owned()));
    for (mutation, input) in [
        ("membershipRolesSet", set(json!(["ADMIN"]), 2)),
        ("membershipGrant", json!({ "username": "jan", "roles": ["ADMIN"] })),
        ("membershipRevoke", json!({ "membershipId": of_ida })),
        ("tenantUpdate", json!({ "name": "Hugo's", "expectedVersion": 1 })),
        ("apiKeyCreate", json!({ "name": "After", "scopes": ["tenant:read"] })),
        ("apiKeyCreate", key("Before")),
        ("apiKeyRevoke", json!({ "apiKeyId": made["apiKey"]["id"] })),
    ] {
        assert_eq!(world.code(&hugo.caller, mutation, input.clone()).await, "FORBIDDEN", "{mutation} {input}");
    }
    // A token from before somebody was promoted gives no more than it says.
    let ida = world.sign_in(world.register("karla").await, "ida", Some(moewe)).await;
    let promote = json!({ "membershipId": of_ida, "roles": ["ADMIN"], "expectedVersion": 1 });
    assert_eq!(world.code(&greta.caller, "membershipRolesSet", promote).await, "OK");
    let input = json!({ "name": "Ida's", "expectedVersion": 1 });
    assert_eq!(world.code(&ida.caller, "tenantUpdate", input).await, "FORBIDDEN");
    // To leave needs no role.
    assert_eq!(world.code(&hugo.caller, "membershipRevoke", json!({ "membershipId": of_hugo })).await, "OK");
}
