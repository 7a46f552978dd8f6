//! Who may do what: every operation by every kind of caller, on one tenant and one of its members.

use crate::world::{PASSWORD, World, text};
use expect_test::expect_file;
use hansa_identity::Role;
use hansa_subgraph_host::Caller;
use hansa_values::{TenantId, UserId};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// What is operated on: the merchant `moewe`, its member Karl, who is an EDITOR, and a key of it.
struct Target {
    tenant: TenantId,
    karl: UserId,
    membership: String,
    owners_membership: String,
    session: String,
    key: String,
}

struct Row {
    operation: &'static str,
    results: Vec<String>,
}

#[tokio::test]
async fn the_matrix() {
    let world = World::new().await;
    let (target, callers) = people(&world).await;
    let mut rows = Vec::new();
    for (name, query) in reads() {
        let mut results = Vec::new();
        for (_, caller) in &callers {
            results.push(read(&world, caller, query, &target).await);
        }
        rows.push(Row { operation: name, results });
    }
    for (mutation, input) in mutations(&target) {
        let mut results = Vec::new();
        for (_, caller) in &callers {
            results.push(world.code(caller, mutation, input.clone()).await);
        }
        rows.push(Row { operation: mutation, results });
    }
    assert_every_mutation_is_here(&rows);
    let mut table = format!("{:<28}", "");
    callers.iter().for_each(|(name, _)| write!(table, "{name:<18}").unwrap());
    for row in &rows {
        write!(table, "\n{:<28}", row.operation).unwrap();
        row.results.iter().for_each(|result| write!(table, "{result:<18}").unwrap());
    }
    let table: Vec<&str> = table.lines().map(str::trim_end).collect();
    expect_file!["matrix.txt"].assert_eq(&(table.join("\n") + "\n"));
}

async fn people(world: &World) -> (Target, Vec<(&'static str, Caller)>) {
    let mut owner = world.person("owner").await;
    let tenant = world.found(&mut owner, "moewe").await;
    let mut callers = vec![("visitor", Caller::visitor())];
    let karl = world.register("karl").await;
    let membership = world.grant(&owner, "karl", &[Role::Editor]).await;
    let karl_there = world.sign_in(karl, "karl", Some(tenant)).await;
    let elsewhere = world.person("elsewhere").await;
    callers.push(("no tenant", elsewhere.caller));
    let mut rival = world.person("rival").await;
    world.found(&mut rival, "rival").await;
    callers.push(("other OWNER", rival.caller));
    let mut operator = world.person("operator").await;
    world.platform(&mut operator).await;
    callers.push(("PLATFORM OWNER", operator.caller));
    callers.push(("Karl (EDITOR)", karl_there.caller.clone()));
    for (name, role) in [("MEMBER", Role::Member), ("MODERATOR", Role::Moderator), ("ADMIN", Role::Admin)] {
        let id = world.register(&name.to_lowercase()).await;
        world.grant(&owner, &name.to_lowercase(), &[role]).await;
        callers.push((name, world.sign_in(id, &name.to_lowercase(), Some(tenant)).await.caller));
    }
    let owners_membership = first_membership(world, &owner.caller).await;
    let mut keys = Vec::new();
    for scopes in [["tenant:read"], ["tenant:admin"]] {
        let input = json!({ "name": "A program", "scopes": scopes });
        let made = world.mutate(&owner.caller, "apiKeyCreate", input, "apiKey { id } secret").await;
        let exchange = json!({ "apiKey": made["secret"] });
        let token = world.mutate(&Caller::visitor(), "sessionCreateWithApiKey", exchange, "accessToken").await;
        keys.push((text(&made["apiKey"]["id"]), world.caller(token["accessToken"].as_str().unwrap()).await));
    }
    callers.push(("OWNER", owner.caller));
    callers.push(("key tenant:read", keys[0].1.clone()));
    callers.push(("key tenant:admin", keys[1].1.clone()));
    let session = karl_there.caller.session.unwrap();
    let key = keys[0].0.clone();
    (Target { tenant, karl, membership, owners_membership, session, key }, callers)
}

async fn first_membership(world: &World, caller: &Caller) -> String {
    let query = "{ viewer { memberships(first: 1) { nodes { id } } } }";
    text(&world.data(caller, query, json!({})).await["viewer"]["memberships"]["nodes"][0]["id"])
}

/// Each selects one thing, `it`; the same things are read by all ways that lead to them.
fn reads() -> Vec<(&'static str, &'static str)> {
    vec![
        ("viewer", "{ it: viewer { id } }"),
        ("actingTenant", "{ it: actingTenant { id } }"),
        ("user", "query($karl: ID!) { it: user(id: $karl) { username isPrivate createdAt version } }"),
        ("User.email", "query($karl: ID!) { user(id: $karl) { it: email } }"),
        (
            "User.email by entity",
            "query($reps: [_Any!]!) { _entities(representations: $reps) { ... on User { it: email } } }",
        ),
        ("User.memberships", "query($karl: ID!) { user(id: $karl) { it: memberships(first: 1) { nodes { id } } } }"),
        ("User.sessions", "query($karl: ID!) { user(id: $karl) { it: sessions(first: 1) { nodes { id } } } }"),
        ("User.auditLog", "query($karl: ID!) { user(id: $karl) { it: auditLog(first: 1) { nodes { id } } } }"),
        ("tenant", "query($tenant: ID!) { it: tenant(id: $tenant) { handle name kind } }"),
        ("Tenant.members", "query($tenant: ID!) { tenant(id: $tenant) { it: members(first: 1) { nodes { id } } } }"),
        (
            "Tenant.members by entity",
            "query($reps: [_Any!]!) { _entities(representations: $reps) { ... on Tenant { it: members(first: 1) { nodes { id } } } } }",
        ),
        ("Tenant.apiKeys", "query($tenant: ID!) { tenant(id: $tenant) { it: apiKeys(first: 1) { nodes { id } } } }"),
        ("Tenant.auditLog", "query($tenant: ID!) { tenant(id: $tenant) { it: auditLog(first: 1) { nodes { id } } } }"),
        (
            "Membership",
            "query($reps: [_Any!]!) { _entities(representations: $reps) { ... on Membership { it: roles } } }",
        ),
    ]
}

async fn read(world: &World, caller: &Caller, query: &str, target: &Target) -> String {
    let representations = json!([
        { "__typename": "User", "id": target.karl },
        { "__typename": "Tenant", "id": target.tenant },
        { "__typename": "Membership", "id": target.membership },
    ]);
    let variables = json!({ "karl": target.karl, "tenant": target.tenant, "reps": representations });
    let data = world.data(caller, query, variables).await;
    if is_seen(&data) { "yes".to_owned() } else { "-".to_owned() }
}

fn is_seen(data: &Value) -> bool {
    match data {
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| if name == "it" { !value.is_null() } else { is_seen(value) })
        }
        Value::Array(items) => items.iter().any(is_seen),
        _ => false,
    }
}

/// Inputs that change nothing where they can: what is permitted then fails for another reason.
fn mutations(target: &Target) -> Vec<(&'static str, Value)> {
    vec![
        ("tenantUpdate", json!({ "name": "New", "expectedVersion": 99 })),
        ("tenantSuspend", json!({ "tenantId": target.tenant, "reason": "" })),
        ("tenantReinstate", json!({ "tenantId": target.tenant, "reason": "Nothing was found" })),
        ("membershipGrant", json!({ "username": "karl", "roles": ["MEMBER"] })),
        ("membershipRolesSet", json!({ "membershipId": target.membership, "roles": ["OWNER"], "expectedVersion": 99 })),
        ("membershipRevoke", json!({ "membershipId": target.owners_membership })),
        ("apiKeyCreate", json!({ "name": "A key", "scopes": [] })),
        ("apiKeyRevoke", json!({ "apiKeyId": target.key })),
        ("tenantCreate", json!({ "handle": "x", "name": "X" })),
        ("sessionTenantSwitch", json!({ "tenantId": target.tenant })),
        ("privacySet", json!({ "isPrivate": false })),
        ("passwordChange", json!({ "currentPassword": PASSWORD, "newPassword": "short" })),
        ("userUpdate", json!({ "email": "no address", "password": PASSWORD })),
        ("userErase", json!({ "userId": "user_01j0000000e008000000000001" })),
        ("sessionRevoke", json!({ "sessionId": target.session })),
        ("sessionsRevokeAll", json!({ "keepsCurrent": true })),
    ]
}

/// A mutation that is for everybody is not in the matrix; any other must be.
fn assert_every_mutation_is_here(rows: &[Row]) {
    const FOR_EVERYBODY: [&str; 6] = [
        "passwordReset",
        "passwordResetRequest",
        "sessionCreate",
        "sessionCreateWithApiKey",
        "sessionRefresh",
        "userRegister",
    ];
    let sdl = hansa_identity::sdl();
    let (_, mutation) = sdl.split_once("type Mutation {").unwrap();
    let fields = mutation.split("\n}").next().unwrap().lines().filter_map(|line| line.trim().split_once('('));
    let mut count = 0;
    for (name, _) in fields {
        assert!(FOR_EVERYBODY.contains(&name) || rows.iter().any(|row| row.operation == name), "{name}");
        count += 1;
    }
    assert_eq!(count, 22);
}
