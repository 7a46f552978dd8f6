//! Users who go: what goes with them, what keeps them, and what nobody can find afterwards.

use crate::world::{PASSWORD, Person, World, address, code_of, contains, text};
use chrono::TimeDelta;
use hansa_identity::Role;
use hansa_relational::{Row, query};
use hansa_subgraph_host::Caller;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const NAME: &str = "klabautermann";

async fn erase(world: &World, caller: &Caller, input: Value) -> Value {
    world.mutate(caller, "userErase", input, "erasedUserId replayed userErrors { message }").await
}

/// A user of many traces, in two tenants of which the other is the only owner.
async fn well_known(world: &World) -> (Person, Person, String) {
    let mut greta = world.person("greta").await;
    let tenant = world.found(&mut greta, "moewe").await;
    let input = json!({
        "username": NAME, "email": address(NAME), "password": PASSWORD, "idempotencyKey": "a-registration-that-is-keyed"
    });
    let made = world.mutate(&Caller::visitor(), "userRegister", input, "user { id }").await;
    let id = text(&made["user"]["id"]).parse().unwrap();
    world.grant(&greta, NAME, &[Role::Admin]).await;
    world.ask_reset(&address(NAME)).await;
    let person = world.sign_in(id, NAME, Some(tenant)).await;
    let key = json!({ "name": "A program", "scopes": ["tenant:read"], "idempotencyKey": "a-key-that-is-made-once" });
    let key = world.mutate(&person.caller, "apiKeyCreate", key, "secret").await;
    (person, greta, text(&key["secret"]))
}

#[tokio::test]
async fn nothing_names_the_user_any_more() {
    let world = World::new().await;
    let (person, greta, key) = well_known(&world).await;
    assert!(contains(&world.kept_bytes("nothing").await, NAME), "else nothing is shown");
    let id = person.id.to_string();
    let done = erase(&world, &person.caller, json!({ "password": PASSWORD })).await;
    assert_eq!((&done["erasedUserId"], code_of(&done).as_str()), (&json!(id), "OK"), "{done}");

    let found =
        "query($id: ID!, $name: String!, $reps: [_Any!]!) { user(id: $id) { id } userByUsername(username: $name) { id }
        _entities(representations: $reps) { __typename } }";
    let variables = json!({ "id": id, "name": NAME, "reps": [{ "__typename": "User", "id": id }] });
    let nobody = json!({ "user": null, "userByUsername": null, "_entities": [null] });
    assert_eq!(world.data(&Caller::visitor(), found, variables).await, nobody);
    for login in [NAME, address(NAME).as_str()] {
        let sign_in = |login: &str| json!({ "login": login, "password": PASSWORD });
        let payload = world.mutate(&Caller::visitor(), "sessionCreate", sign_in(login), "userErrors { message }").await;
        let unknown =
            world.mutate(&Caller::visitor(), "sessionCreate", sign_in("nobody"), "userErrors { message }").await;
        assert_eq!(payload, unknown);
    }
    let refresh = json!({ "refreshToken": person.refresh_token });
    assert_eq!(world.code(&Caller::visitor(), "sessionRefresh", refresh).await, "REFRESH_TOKEN_INVALID");
    let program = json!({ "apiKey": key });
    assert_eq!(world.code(&Caller::visitor(), "sessionCreateWithApiKey", program).await, "API_KEY_INVALID");
    assert_eq!(
        world.code(&person.caller, "tenantUpdate", json!({ "name": "New", "expectedVersion": 1 })).await,
        "SESSION_ENDED"
    );
    let members = "{ actingTenant { members(first: 9) { nodes { user { username } } } auditLog(first: 9) { nodes { action actor { id } } } } }";
    let tenant = world.data(&greta.caller, members, json!({})).await["actingTenant"].take();
    assert_eq!(tenant["members"]["nodes"], json!([{ "user": { "username": "greta" } }]));
    let log = tenant["auditLog"]["nodes"].as_array().unwrap().clone();
    assert!(log.contains(&json!({ "action": "api_key.revoked", "actor": null })), "{log:?}");
    assert!(log.contains(&json!({ "action": "membership.revoked", "actor": null })), "{log:?}");

    world.clock.advance(TimeDelta::seconds(5));
    let deadline = Instant::now() + Duration::from_secs(20);
    while !world.mails().is_empty() {
        assert!(Instant::now() < deadline, "mails stay");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let event = world.events().await.into_iter().find(|event| event.contains("\"erased\"")).unwrap();
    let event: Value = serde_json::from_str(&event).unwrap();
    assert_eq!((&event["aggregate"], &event["content"]["userId"]), (&json!("user"), &json!(id)));
    assert_eq!(world.count_events("session", "revoked").await, 1);

    let answers = "SELECT COUNT(*) AS count FROM idempotency_records WHERE payload LIKE $1 OR actor_scope LIKE $1";
    let answers: Row = query(answers).bind(format!("%{id}%")).fetch_one(world.identity.store()).await.unwrap();
    assert_eq!(answers.int("count").unwrap(), 0);
    let world = world.restarted().await;
    assert!(!contains(&world.kept_bytes("nothing").await, NAME), "in no table, freed page, log or mail");
}

#[tokio::test]
async fn a_password_or_an_operator_is_needed() {
    let world = World::new().await;
    let (greta, hugo) = (world.person("greta").await, world.person("hugo").await);
    let of_hugo = json!({ "userId": hugo.id, "password": PASSWORD });
    for (caller, input, code) in [
        (&Caller::visitor(), json!({ "password": PASSWORD }), "UNAUTHENTICATED"),
        (&greta.caller, json!({}), "CREDENTIALS_INVALID"),
        (&greta.caller, json!({ "password": "a wrong password" }), "CREDENTIALS_INVALID"),
        (&greta.caller, of_hugo.clone(), "FORBIDDEN"),
        (&greta.caller, json!({ "userId": "nonsense" }), "NOT_FOUND"),
        (&greta.caller, json!({ "password": PASSWORD, "idempotencyKey": "short" }), "IDEMPOTENCY_KEY_INVALID"),
    ] {
        assert_eq!(code_of(&erase(&world, caller, input.clone()).await), code, "{input}");
    }
    let mut operator = world.person("operator").await;
    world.platform(&mut operator).await;
    let input = json!({ "userId": hugo.id, "idempotencyKey": "erases-hugo-and-nobody-else" });
    let done = erase(&world, &operator.caller, input.clone()).await;
    assert_eq!((code_of(&done).as_str(), &done["replayed"]), ("OK", &json!(false)));
    assert_eq!(erase(&world, &operator.caller, input).await["replayed"], json!(true));
    let twice = json!({ "userId": hugo.id });
    assert_eq!(code_of(&erase(&world, &operator.caller, twice).await), "USER_ERASED");
    let unknown = json!({ "userId": "user_01j0000000e008000000000001" });
    assert_eq!(code_of(&erase(&world, &operator.caller, unknown).await), "NOT_FOUND");
    let other = json!({ "userId": greta.id, "idempotencyKey": "erases-hugo-and-nobody-else" });
    assert_eq!(code_of(&erase(&world, &operator.caller, other).await), "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(world.count_events("user", "erased").await, 1);
    // Name and address are free again, and the new user is another.
    assert_ne!(world.register("hugo").await, hugo.id);
    // An operator who is one no longer is none, whatever their token says.
    let second = world.register("second").await;
    let membership = world.grant(&operator, "second", &[Role::Admin]).await;
    let second = world.sign_in(second, "second", operator.caller.tenant).await;
    assert_eq!(world.code(&operator.caller, "membershipRevoke", json!({ "membershipId": membership })).await, "OK");
    assert_eq!(code_of(&erase(&world, &second.caller, json!({ "userId": greta.id })).await), "FORBIDDEN");
}

#[tokio::test]
async fn a_repetition_of_ones_own_erasure_is_answered() {
    let world = World::new().await;
    let greta = world.person("greta").await;
    let input = json!({ "password": PASSWORD, "idempotencyKey": "the-last-thing-that-i-do" });
    assert_eq!(erase(&world, &greta.caller, input.clone()).await["replayed"], json!(false));
    let again = erase(&world, &greta.caller, input).await;
    assert_eq!((&again["replayed"], &again["erasedUserId"]), (&json!(true), &json!(greta.id.to_string())));
    assert_eq!(code_of(&erase(&world, &greta.caller, json!({ "password": PASSWORD })).await), "SESSION_ENDED");
}

#[tokio::test]
async fn the_only_owner_of_a_tenant_stays() {
    let world = World::new().await;
    let mut greta = world.person("greta").await;
    world.found(&mut greta, "sturm").await;
    world.found(&mut greta, "moewe").await;
    let refused = erase(&world, &greta.caller, json!({ "password": PASSWORD })).await;
    assert_eq!(code_of(&refused), "LAST_OWNER");
    let message = text(&refused["userErrors"][0]["message"]);
    assert!(message.contains("moewe") && message.contains("sturm"), "{message}");
    assert_eq!(world.count_events("session", "revoked").await, 0, "nothing was done");
    world.register("hugo").await;
    for tenant in ["moewe", "sturm"] {
        let found = world
            .data(
                &Caller::visitor(),
                "query($h: String!) { tenantByHandle(handle: $h) { id } }",
                json!({ "h": tenant }),
            )
            .await;
        world.act_in(&mut greta, Some(text(&found["tenantByHandle"]["id"]).parse().unwrap())).await;
        world.grant(&greta, "hugo", &[Role::Owner]).await;
    }
    assert_eq!(code_of(&erase(&world, &greta.caller, json!({ "password": PASSWORD })).await), "OK");
}
